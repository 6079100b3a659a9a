"""What the record has added up, in Prometheus' words."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from math import inf

from prometheus_client import Metric
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

from api.deadline import in_time
from domain.errors import PortError
from domain.figures import BUCKETS, LABELS, Figure, Tally
from domain.record import Record

FRESH = timedelta(seconds=5)
"""Whoever asks more often is told the same again."""
READ = timedelta(seconds=2)

SAID: dict[Figure, tuple[str, str, list[str]]] = {
    Figure.TRANSFERS: ("transfers", "Transfers that have ended.", ["outcome"]),
    Figure.FAILURES: ("transfer_failures", "Transfers that failed.", ["cause"]),
    Figure.PHASES: ("phase_seconds", "Each stay of an ended transfer in a phase.", ["phase"]),
    Figure.MOVES: ("move_seconds", "From the flip until caller and agent B were together.", []),
    Figure.SILENCES: (
        "move_silence_seconds",
        "Silence at the move, as callers' clients reported it.",
        [],
    ),
    Figure.BRIEFINGS: ("briefings", "Briefings of ended transfers.", ["source"]),
    Figure.ORPHANS: ("orphans_swept", "What had outlived its owner.", ["kind"]),
    Figure.NO_SHOWS: ("voice_no_shows", "Voice agents that were wanted in vain.", ["agent"]),
}
"""Name, help and labels of each figure."""


class Figures:
    """The record's figures, read again only when they are no longer fresh."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._known: tuple[Tally, ...] | None = None
        self._fresh_until = -inf
        self._reading = asyncio.Lock()

    async def now(self) -> tuple[Tally, ...] | None:
        """Say what has been added up; None while the record is away."""
        loop = asyncio.get_running_loop()
        async with self._reading:
            if loop.time() >= self._fresh_until:
                self._known = await self._read()
                self._fresh_until = loop.time() + FRESH.total_seconds()
            return self._known

    async def _read(self) -> tuple[Tally, ...] | None:
        try:
            async with in_time(READ):
                return await self._record.tallies()
        except (PortError, TimeoutError):
            return None


class RecordCollector(Collector):
    """Tells a registry what was read last."""

    def __init__(self) -> None:
        self.known: tuple[Tally, ...] | None = None

    def collect(self) -> Iterator[Metric]:
        """List every figure; none while the record is away, for none would be true."""
        yield GaugeMetricFamily(
            "warm_transfer_record_up",
            "1: the record could be read; 0: its figures are left out.",
            value=float(self.known is not None),
        )
        if self.known is not None:
            for figure in Figure:
                yield _family(figure, [tally for tally in self.known if tally.figure is figure])


def _family(figure: Figure, known: list[Tally]) -> Metric:
    name, help_text, labels = SAID[figure]
    told = f"warm_transfer_{name}"
    if figure not in BUCKETS:
        counter = CounterMetricFamily(told, help_text, labels=labels)
        for label in LABELS[figure]:
            counter.add_metric([label], sum(t.count for t in known if t.label == label))
        return counter
    histogram = HistogramMetricFamily(told, help_text, labels=labels)
    for label in LABELS[figure]:
        mine = [tally for tally in known if tally.label == label]
        buckets = [
            (_le(bound), float(sum(t.count for t in mine if t.at_most <= bound)))
            for bound in (*BUCKETS[figure], inf)
        ]
        histogram.add_metric([label] if labels else [], buckets, sum(t.sum for t in mine))
    return histogram


def _le(bound: float) -> str:
    return "+Inf" if bound == inf else str(float(bound))
