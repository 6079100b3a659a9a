"""The figures of a move, measured one way: as decisions.md "Silence, measured one way" says."""

from dataclasses import dataclass

from robots.ears import of
from robots.scene import Scene
from robots.sound import Span
from robots.voice import CUSHION_S

BEFORE_S, AFTER_S = 1.0, 3.0
UNDISTURBED_S = 10.0
DISTURBED_MS = 60.0


@dataclass(frozen=True)
class Figures:
    """All in ms unless named otherwise; None where it could not be measured.

    Attributes:
        undisturbed: Longest silence the same ears heard while nothing happened.
        stalled: How late any of the robots' microphones ever was with its sound.
        silence: Longest run of 10 ms with neither hold, A nor B, from 1 s before `complete` to
            3 s after.
        gap: From the last frame of what the caller heard before to the first of B; negative
            when they overlap.
        gap_of_caller: The same of the caller: last frame in room A to B's first.
        briefing: From the request to the first word of the briefing in B's ear.
        together: From `complete` until caller and B both hear each other.
    """

    undisturbed: float
    stalled: float
    silence: float
    gap: float | None
    gap_of_caller: float | None
    briefing: float | None
    together: float | None

    @property
    def counts(self) -> bool:
        """Only if the same ears heard no break while nothing happened, and no robot made one."""
        return self.undisturbed <= DISTURBED_MS and self.stalled <= CUSHION_S * 1000

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"longest silence heard by the caller around the move   {_ms(self.silence)}",
            f"from the last sound before to B's first               {_ms(self.gap)}",
            f"the caller unheard: last in room A to B's first       {_ms(self.gap_of_caller)}",
            f"request to the first word of the briefing             {_ms(self.briefing)}",
            f"complete until both hear each other                   {_ms(self.together)}",
            f"undisturbed, the same ears heard silence of           {_ms(self.undisturbed)}",
            f"a robot's microphone was late by at most              {_ms(self.stalled)}",
        ]


def figures(scene: Scene, undisturbed: Span) -> Figures:
    """Measure a transfer that has been completed; `undisturbed` is 10 s of quiet talk before."""
    decided = scene.decided_at
    assert decided is not None, "nothing was decided, so nothing can be measured"
    around = Span(decided - BEFORE_S, decided + AFTER_S)
    caller, b = scene.caller.ears, scene.b.ears
    heard_b = caller.first(of(scene.b.id), decided)
    heard_caller = b.first(of(scene.caller.id), decided)
    both = max(heard_b, heard_caller) if heard_b and heard_caller else None
    return Figures(
        undisturbed=caller.silence(undisturbed).lasts_s * 1000,
        stalled=max(person.voice.latest_s for person in scene.people) * 1000,
        silence=caller.silence(around).lasts_s * 1000,
        gap=_between(caller.last(of("host", scene.a.id), around.ended), heard_b),
        gap_of_caller=_between(_last_of_caller(scene, around), heard_caller),
        briefing=_between(scene.asked_at, b.first(of("briefer"), scene.asked_at)),
        together=_between(decided, both),
    )


def _last_of_caller(scene: Scene, around: Span) -> float | None:
    there = scene.watcher.ears if scene.watcher else scene.a.ears
    return there.last(of(scene.caller.id, room=scene.room_a), around.ended)


def _between(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else (two - one) * 1000


def _ms(figure: float | None) -> str:
    return "not measured" if figure is None else f"{figure:6.0f} ms"
