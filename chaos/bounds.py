"""What each kind of fault may cost, in one moment and in the middle of a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from chaos.faults import Fault
from chaos.figures import Moment, Results
from chaos.ground import WORKER_LIVEKIT, WORKER_TEMPORAL

HEARD, DEAF, HOSTLESS, TEMPORAL, VOICE = "heard", "LiveKit", "no host", "Temporal", "voice"
"""Kinds of moments. `heard`: LiveKit and a spare host are there, and whoever could send it."""
TARGETS = {
    DEAF: {"livekit"},
    HOSTLESS: {"hosts", "voices"},
    TEMPORAL: {"temporal"},
    VOICE: {"briefer", "voices"},
}
SENDERS = {"worker", "workers", "temporal", WORKER_TEMPORAL, WORKER_LIVEKIT}
"""Without one of these no other host is sent: one that is lost at the same time is missed."""
OPENERS = {"temporal", "workers"}
"""Without one of these nobody opens a lost room again, or an agent's ears (decisions 2 and 7)."""
GOES_ON_S = 15.0
"""Whatever it was: once it is mended, what was under way is done within this."""
TIMES_BARE = 1.3


@dataclass(frozen=True)
class Bound:
    """One figure of one kind of moment; `middle` is the bound of its median over a run."""

    kind: str
    what: str
    figure: Callable[[Moment], float | None]
    most: float
    middle: float | None = None
    unit: str = "s"


def _deaf(moment: Moment) -> float | None:
    """Until they heard each other; where nobody could see to it, from when somebody could."""
    return None if moment.deaf_s is None else max(0.0, moment.deaf_s - moment.unseen_s)


def _over_bare(moment: Moment) -> float | None:
    if moment.deaf_s is None or not moment.bare_s:
        return None
    return moment.deaf_s / moment.bare_s


BOUNDS = (
    Bound(HEARD, "the caller heard nobody", lambda one: one.silence_s, 5.0, 3.0),
    Bound(DEAF, "until caller and agent heard each other, once seen to", _deaf, 10.0),
    Bound(DEAF, "the same, over two bare clients", _over_bare, float("inf"), TIMES_BARE, "times"),
    Bound(
        TEMPORAL, "until it went on after Temporal's return", lambda one: one.goes_on_s, 8.0, 5.0
    ),
    Bound(VOICE, "until B was briefed after all", lambda one: one.goes_on_s, 10.0),
    Bound("", "until it went on after the repair", lambda one: one.goes_on_s, GOES_ON_S),
)


def kinds(faults: list[Fault]) -> frozenset[str]:
    """Which bounds hold while all of these are there."""
    targets = {fault.target for fault in faults}
    found = {kind for kind, those in TARGETS.items() if those & targets}
    if "host" in targets and SENDERS & targets:
        found.add(HOSTLESS)
    return frozenset(found if found & {DEAF, HOSTLESS} else {HEARD, *found})


def exceeded(moment: Moment) -> Iterator[str]:
    """Every bound that one moment broke, in words."""
    for bound in BOUNDS:
        figure = bound.figure(moment)
        if bound.kind in ("", *moment.kinds) and figure is not None and figure > bound.most:
            yield f"{bound.what}: {figure:.1f} {bound.unit}, at most {bound.most:g}"


@dataclass(frozen=True)
class Verdict:
    """One bound, over all that was measured in a run."""

    bound: Bound
    figures: tuple[float, ...]

    @property
    def middle(self) -> float:
        return median(self.figures)

    @property
    def held(self) -> bool:
        """The median is within its bound; that each figure is, is judged with its transfer."""
        return self.bound.middle is None or self.middle <= self.bound.middle


def verdicts(results: Results) -> list[Verdict]:
    """Every bound of which anything was measured."""
    found = []
    for bound in BOUNDS:
        figures = [bound.figure(moment) for moment in results.moments(bound.kind)]
        known = tuple(figure for figure in figures if figure is not None)
        if known:
            found.append(Verdict(bound, known))
    return found
