"""Watches the machine while something is measured, and says whether it was quiet enough.

The rule: a figure counts only if, while it was measured,

- the same ears heard no silence above 60 ms in 10 s in which nothing happened (`measure.py`);
- everything that is not part of the run used at most 0.35 of a core (`OTHER`);
- this process's own 20 ms clock was more than 40 ms late at most four times (200 ms where what
  is measured lasts seconds, and workers are started meanwhile);
- no robot's microphone was later than what it holds in advance.

What does not count is measured again, up to four times in all; else it is void, and a void
figure is neither shown nor passed. Thresholds as measured: a run with OTHER below 0.36 is calm,
and every run with at most four late ticks was free of gaps above 100 ms.
"""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from robots.bench.processes import Process, machine_ms, spent_ms, tree
from robots.measure import DISTURBED_MS
from robots.voice import CUSHION_S

MOST_OTHER_CORES = 0.35
MOST_LATE_TICKS = 4
TICK_S, LATE_S = 0.02, 0.04
LATE_FOR_SECONDS_S = 0.2


@dataclass(frozen=True)
class Quiet:
    """How quiet it was: seconds watched, cores used by others, late ticks; robots' faults in ms."""

    seconds: float
    other: float
    late_ticks: int
    undisturbed: float = 0.0
    stalled: float = 0.0

    @property
    def disturbances(self) -> list[str]:
        """Why this does not count, for people; empty when it does."""
        return [
            reason
            for broken, reason in (
                (self.undisturbed > DISTURBED_MS, f"{self.undisturbed:.0f} ms of silence unasked"),
                (self.other > MOST_OTHER_CORES, f"others used {self.other:.2f} cores"),
                (self.stalled > CUSHION_S * 1000, f"a robot stalled {self.stalled:.0f} ms"),
                (self.late_ticks > MOST_LATE_TICKS, f"{self.late_ticks} ticks came late"),
            )
            if broken
        ]


class Vigil:
    """`async with vigil.watching():` around each stretch that is measured; they add up."""

    def __init__(self, late_s: float = LATE_S) -> None:
        self._late_s = late_s
        self._seconds = 0.0
        self._other_ms = 0.0
        self._late = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch until the block ends; no garbage is collected meanwhile, which takes 110 ms."""
        (machine, ours), began = await asyncio.to_thread(_spent), time.monotonic()
        collects = gc.isenabled()
        gc.disable()
        clock = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            clock.cancel()
            if collects:
                gc.enable()
            self._seconds += time.monotonic() - began
            machine_after, ours_after = await asyncio.to_thread(_spent)
            self._other_ms += machine_after - machine - spent_ms(ours, ours_after)

    def quiet(self, undisturbed: float = 0.0, stalled: float = 0.0) -> Quiet:
        """How quiet it was in all that was watched."""
        other = max(0.0, self._other_ms / 1000 / self._seconds) if self._seconds else 0.0
        return Quiet(round(self._seconds, 1), round(other, 3), self._late, undisturbed, stalled)

    async def _tick(self) -> None:
        due = time.monotonic()
        while True:
            due += TICK_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            late = time.monotonic() - due
            if late > self._late_s:
                self._late += 1
                due += late


def _spent() -> tuple[float, list[Process]]:
    """CPU time of the machine, and of all that this process has started; for a thread."""
    return machine_ms(), tree(os.getpid())
