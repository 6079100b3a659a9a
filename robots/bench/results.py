"""Everything that one run measured; what could not be measured in quiet is void, and not here."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from robots.bench.naive import Hop
from robots.bench.play import Transferred
from robots.bench.vigil import Quiet


@dataclass(frozen=True)
class Throughput:
    """Transfers a second with ports in memory, beside an empty workflow of six activities."""

    transfers_per_s: float
    empty_per_s: float


@dataclass(frozen=True)
class Kept:
    """What there was before and after all transfers, and how memory grew, in MB a transfer."""

    before: dict[str, int]
    after: dict[str, int]
    growth: dict[str, float]


@dataclass
class Results:
    """Filled section by section; `void` says, by section, why it does not count."""

    transfers: list[Transferred] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    permission: list[float] = field(default_factory=list)
    dispatch: list[float] = field(default_factory=list)
    undisturbed_step: list[float] = field(default_factory=list)
    killed_waiting: list[float] = field(default_factory=list)
    killed_inside: list[float] = field(default_factory=list)
    kept: Kept | None = None
    throughput: Throughput | None = None
    quiet: dict[str, list[Quiet]] = field(default_factory=dict)
    void: dict[str, list[str]] = field(default_factory=dict)

    @property
    def control(self) -> float:
        """The longest silence that the same ears heard while nothing happened, in ms."""
        return max((one.heard.undisturbed for one in self.transfers), default=0.0)

    def of_each(self, figure: Callable[[Transferred], float | None]) -> list[float]:
        """One figure of every transfer; infinite where it could not be measured."""
        found = [figure(one) for one in self.transfers]
        return [float("inf") if one is None else one for one in found]


def middle(figures: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    known = list(figures)
    return statistics.median(known) if known else None


def slope(figures: list[float]) -> float:
    """Theil-Sen: the median of the slopes between all pairs, which no single jump can move."""
    pairs = [
        (late - early) / (j - i)
        for i, early in enumerate(figures)
        for j, late in enumerate(figures)
        if j > i
    ]
    return statistics.median(pairs) if pairs else 0.0
