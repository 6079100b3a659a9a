"""The targets of the figures, and what a run makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from robots.bench.ledger import changed
from robots.bench.results import Results, middle

MOST_SILENCE_MS = 40.0
NAIVE_MS = 120.0
TIMES_PERMISSION = 2.5
TIMES_DISPATCH = 1.5
MOST_ACTIONS = 60
TIMES_EMPTY = 0.5
EMPTY_ACTIONS = 7
"""Of the yardstick: a start, and six activities. Sixty actions can't cost what seven do, so what
is compared is actions a second."""
MOST_GROWTH_MB = 0.5
MOST_EXTRA_MS = 3000.0
OURS = ("api", "worker", "host", "briefer")


@dataclass(frozen=True)
class Verdict:
    """One figure beside its target. `figure` is None where it is void or was never measured."""

    what: str
    figure: float | None
    target: float
    unit: str = "ms"
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether the target is met; what is void or missing never is."""
        if self.figure is None:
            return False
        return self.figure >= self.target if self.at_least else self.figure <= self.target


def judged(results: Results) -> list[Verdict]:
    """All figures beside their targets."""
    return [*_heard(results), *_waits(results), *_costs(results), *_kept(results), *_kills(results)]


def _heard(results: Results) -> Iterator[Verdict]:
    limit = MOST_SILENCE_MS + results.control
    silence = results.of_each(lambda one: one.heard.silence)
    gaps = results.of_each(lambda one: one.heard.gap)
    unheard = results.of_each(lambda one: one.heard.gap_of_caller)
    ways = [float(one.way != "standby") for one in results.transfers]
    naive = [max(hop.silence, hop.unheard) for hop in results.hops]
    yield Verdict("transfers by another way than standby", _sum(ways), 0, "")
    yield Verdict("last sound before → B, median", middle(gaps), 0)
    yield Verdict("longest silence heard by the caller", _most(silence), limit)
    yield Verdict("last sound before → B, longest", _most(gaps), limit)
    yield Verdict("caller unheard by any agent, median", middle(unheard), 0)
    yield Verdict("caller unheard by any agent, longest", _most(unheard), limit)
    yield Verdict("the naive way, median", middle(naive), NAIVE_MS, at_least=True)


def _waits(results: Results) -> Iterator[Verdict]:
    together = middle(results.of_each(lambda one: one.heard.together))
    word = middle(results.of_each(lambda one: one.first_word))
    permission, dispatch = middle(results.permission), middle(results.dispatch)
    yield Verdict(
        "complete → both hear each other, over a bare permission change",
        _ratio(together, permission),
        TIMES_PERMISSION,
        "times",
    )
    yield Verdict(
        "B's arrival → first word, over a bare dispatch → sound",
        _ratio(word, dispatch),
        TIMES_DISPATCH,
        "times",
    )


def _costs(results: Results) -> Iterator[Verdict]:
    actions = middle(results.of_each(lambda one: sum(one.actions.values())))
    yield Verdict("Temporal actions, median", actions, MOST_ACTIONS, "")
    speed = results.throughput
    yield Verdict(
        "actions/s of transfers over those of empty workflows",
        _ratio(speed.transfers_per_s * actions, speed.empty_per_s * EMPTY_ACTIONS)
        if speed and actions
        else None,
        TIMES_EMPTY,
        "times",
        at_least=True,
    )


def _kept(results: Results) -> Iterator[Verdict]:
    if kept := results.kept:
        different = changed(kept.before, kept.after)
        growth = {name: kept.growth[name] for name in OURS}
        said = ", ".join(different) or "rooms, dispatches, processes, descriptors"
        yield Verdict(f"left behind: {said}", len(different), 0, "")
        for name, mb in growth.items():
            yield Verdict(f"memory of {name}, a transfer", mb, MOST_GROWTH_MB, "MB")
    else:
        yield Verdict("left behind, and memory", None, 0, "")


def _kills(results: Results) -> Iterator[Verdict]:
    whole = middle(results.undisturbed_step)
    for name, took in (("waits", results.killed_waiting), ("is inside", results.killed_inside)):
        killed = middle(took)
        extra = killed - whole if killed is not None and whole is not None else None
        yield Verdict(f"worker killed while it {name}: extra", extra, MOST_EXTRA_MS)


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _most(figures: list[float]) -> float | None:
    return max(figures, default=None)


def _sum(figures: list[float]) -> float | None:
    return sum(figures) if figures else None
