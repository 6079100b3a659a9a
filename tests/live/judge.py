"""What ends every live test: the checker of the promises, over all that was observed."""

import time
from dataclasses import replace
from typing import Any

from robots.checker import Broken, broken, silences
from robots.observation import Observation
from robots.scene import Scene
from tests.findings import OUTCOME, SILENCE, note


async def kept(scene: Scene, *, hung_up_at: float | None = None, **more: Any) -> Observation:
    """Hold a scene to every promise, hang up, and hold it to what may be left then.

    `hung_up_at`: when the caller hung up in the course of the test; `more` is observed besides.
    """
    observed, found = await verdict(scene, hung_up_at=hung_up_at, **more)
    assert not found, "\n".join(map(str, found))
    assert not [failure for person in scene.everybody for failure in person.failures]
    return observed


async def verdict(
    scene: Scene, *, hung_up_at: float | None = None, **more: Any
) -> tuple[Observation, list[Broken]]:
    """All that was observed, and every breach of a promise, before and after the hang-up."""
    ended = time.monotonic() - 0.5 if hung_up_at is None else hung_up_at
    observed = await scene.observation(ended=ended, **more)
    found = broken(observed)
    if scene.transfer_id:
        note(OUTCOME, scene.outcome or "none")
    if "heard" not in more:  # else the test has excused a silence
        since = replace(observed, began=scene.asked_at or observed.began)
        note(SILENCE, round(max((one.lasts_s for one in silences(since)), default=0.0), 2))
    if hung_up_at is None:
        await scene.caller.hang_up()
    found += await scene.left_behind(observed)
    return observed, list(dict.fromkeys(found))


async def hung_up(scene: Scene) -> float:
    """The caller hangs up; when that began."""
    began = time.monotonic()
    await scene.caller.hang_up()
    return began
