"""What happened in a scene and who heard whom, line by line: for whoever reads a failure."""

import time
from collections.abc import Iterable, Iterator

from robots.ears import of
from robots.scene import Scene
from robots.sound import joined

BREAK_S = 0.3
"""What is told of hearing leaves out shorter breaks."""

Line = tuple[float, str]
"""When it was, in monotonic seconds, and what."""


def timeline(scene: Scene) -> list[Line]:
    """The events of the newest transfer, as agent A was told them."""
    transfer = scene.a.transfers.get(scene.transfer_id)
    to_monotonic = time.monotonic() - time.time()
    moments = transfer.timeline if transfer else ()
    return [(one.at.timestamp() + to_monotonic, one.event) for one in moments]


def story(scene: Scene, began: float, more: Iterable[Line] = ()) -> Iterator[str]:
    """All that happened since it began, and `more`, in seconds from then."""
    told = [(at, f"timeline: {event}") for at, event in timeline(scene)]
    for at, what in sorted([*told, *more, *_hearing(scene, began)]):
        yield f"{at - began:7.2f} s  {what}"


def _hearing(scene: Scene, since: float) -> Iterator[Line]:
    """Who heard whom from when on, and for how long."""
    caller, a, b = scene.people
    voices = {"caller": caller.id, "A": a.id, "B": b.id, "host": "host", "briefer": "briefer"}
    for listener, person in {"caller": caller, "A": a, "B": b}.items():
        for speaker, identity in voices.items():
            for span in joined(person.ears.heard(of(identity)), BREAK_S):
                if identity and span.ended > since:
                    what = f"{listener} hears {speaker} for {span.lasts_s:.1f} s"
                    yield max(span.began, since), what
