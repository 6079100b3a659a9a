"""What can go wrong, as a closed set: each fault knows how it is done and how it is mended."""

import asyncio
import signal
import sqlite3
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from chaos.ground import API_TEMPORAL, GROUPS, WORKER_LIVEKIT, WORKER_TEMPORAL, Ground
from robots.scene import Scene
from stack.parts import kind

PARTS = ("worker", "workers", "api", "host", "briefer", "hosts", "voices", "livekit", "temporal")
LINES = (API_TEMPORAL, WORKER_TEMPORAL, WORKER_LIVEKIT)
NOBODY_HEARS_S = 3.0
"""Without LiveKit nobody hears anybody, whatever we do: that is kept short."""


@dataclass
class Fault(ABC):
    """One thing that breaks. `target` is a part of the stack, a group of parts, or a line."""

    LASTS_S: ClassVar[tuple[float, float]]
    HOW: ClassVar[str]

    target: str

    def __str__(self) -> str:
        return f"{self.target} {self.HOW}"

    @property
    def lasts_s(self) -> tuple[float, float]:
        """For how long, at least and at most, before somebody begins to mend it."""
        least, most = self.LASTS_S
        return least, min(most, NOBODY_HEARS_S) if self.target == "livekit" else most

    @property
    def touches(self) -> frozenset[str]:
        """The kinds of parts, and the lines, that may be hit; two faults at once share none."""
        return frozenset(map(kind, GROUPS.get(self.target, (self.target,))))

    @abstractmethod
    async def inflict(self, ground: Ground, scene: Scene) -> None:
        """Break it."""

    @abstractmethod
    async def mend(self, ground: Ground) -> float:
        """Mend it; when it could first be of use."""


@dataclass
class OfParts(Fault):
    """Something that happens to processes: `parts` are those that it has happened to."""

    parts: list[str] = field(default_factory=list, init=False, compare=False, repr=False)

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        self.parts = await ground.parts(self.target, scene)
        await self.strike(ground)

    async def mend(self, ground: Ground) -> float:
        return await ground.start(*self.parts)

    @abstractmethod
    async def strike(self, ground: Ground) -> None:
        """Have it happen to these parts."""


class Killed(OfParts):
    """SIGKILL to processes and all their jobs, as when their machine dies."""

    LASTS_S = (0.0, 4.0)
    HOW = "killed"

    async def strike(self, ground: Ground) -> None:
        await ground.kill(*self.parts)


class Orphaned(OfParts):
    """SIGKILL to a voice server alone; its jobs live on for seconds."""

    LASTS_S = (0.0, 4.0)
    HOW = "killed, its jobs not"

    async def strike(self, ground: Ground) -> None:
        await ground.kill(*self.parts, alone=True)


class Stopped(OfParts):
    """SIGTERM, an end in good order, and a new start."""

    LASTS_S = (0.0, 1.0)
    HOW = "restarted"

    async def strike(self, ground: Ground) -> None:
        await ground.end(*self.parts)


class Frozen(OfParts):
    """SIGSTOP, and SIGCONT: connections stay open, and it comes back not knowing."""

    LASTS_S = (1.0, 8.0)
    HOW = "frozen"

    async def strike(self, ground: Ground) -> None:
        ground.signal(signal.SIGSTOP, *self.parts)

    async def mend(self, ground: Ground) -> float:
        ground.signal(signal.SIGCONT, *self.parts)
        return time.monotonic()


@dataclass
class Locked(Fault):
    """Somebody else writes to the database, and doesn't end."""

    LASTS_S = (2.0, 10.0)
    HOW = "locked"

    lock: sqlite3.Connection | None = field(default=None, init=False, compare=False, repr=False)

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        self.lock = await asyncio.to_thread(
            sqlite3.connect,
            ground.database,
            timeout=10,
            isolation_level=None,
            check_same_thread=False,
        )
        await asyncio.to_thread(self.lock.execute, "BEGIN EXCLUSIVE")

    async def mend(self, ground: Ground) -> float:
        if self.lock:
            self.lock.close()
        return time.monotonic()


class OfLine(Fault):
    """Something that happens to a line between two parts."""

    async def mend(self, ground: Ground) -> float:
        await ground.lines[self.target].pass_on()
        return time.monotonic()


class Late(OfLine):
    """Everything takes longer."""

    LASTS_S = (3.0, 8.0)
    HOW = "late by 0.4 s each way"

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        ground.lines[self.target].delay(0.4)


class Refused(OfLine):
    """Connections are reset, and new ones refused."""

    LASTS_S = (0.0, 6.0)
    HOW = "cut and refused"

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        await ground.lines[self.target].refuse()


class Swallowed(OfLine):
    """Packets are lost both ways, and nobody is told."""

    LASTS_S = (1.0, 8.0)
    HOW = "silent"

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        ground.lines[self.target].swallow()


class Unanswered(OfLine):
    """Requests arrive, their answers are lost: whoever asked asks again, and it arrives twice."""

    LASTS_S = (0.3, 4.0)
    HOW = "losing answers"

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        ground.lines[self.target].lose_answers()


class Doubled(OfLine):
    """Each request arrives twice."""

    LASTS_S = (5.0, 12.0)
    HOW = "saying everything twice"

    async def inflict(self, ground: Ground, scene: Scene) -> None:
        ground.lines[self.target].double()


def every_fault() -> list[Fault]:
    """A fresh one of each that there is."""
    kinds: list[type[OfParts]] = [Killed, Stopped, Frozen]
    on_lines: list[type[OfLine]] = [Late, Refused, Swallowed, Unanswered]
    return [
        *(kind(part) for kind in kinds for part in PARTS),
        *(Orphaned(part) for part in ("host", "briefer")),
        Locked("database"),
        *(kind(line) for kind in on_lines for line in LINES),
        # Only HTTP/1.1 can be repeated by whoever doesn't understand it.
        Doubled(WORKER_LIVEKIT),
    ]
