"""What the control plane costs: CPU, Temporal actions, memory, and what a transfer leaves."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from livekit import api as livekit
from temporalio.client import Client

from robots.bench.actions import actions, metered
from robots.bench.processes import cpu_ms, descriptors, everybody, memory_mb, tree
from robots.waiting import Late, until
from stack.local import LocalStack

PARTS = {
    "api": ("api",),
    "worker": ("worker",),
    "Temporal": ("temporal",),
    "voice": ("host", "briefer"),
    "LiveKit": ("livekit",),
}
SETTLE_WITHIN_S = 150.0
STEADY = 36
"""Looks in a row, one each 0.5 s: longer than idle connections are kept (15 s, aiohttp)."""


def changed(before: dict[str, int], after: dict[str, int], *, pools: int = 0) -> list[str]:
    """What isn't as it was; whoever holds fewer descriptors than before has lost nothing.

    `pools`: so many more may a process hold, for connections are pooled as they are needed.
    """
    return [
        name
        for name in before | after
        if after.get(name) != before.get(name)
        and not (
            name.startswith("descriptors")
            and name in before
            and after.get(name, 0) <= before[name] + pools
        )
    ]


@dataclass
class Ledger:
    """Reads the running stack's processes from outside; knows nothing of what they do."""

    stack: LocalStack
    client: Client
    lk: livekit.LiveKitAPI
    memory: dict[str, list[float]] = field(default_factory=dict)
    _idle_per_s: dict[str, float] = field(default_factory=dict)

    async def cpu(self) -> dict[str, float]:
        """CPU ms that each part has used since it began."""
        known = await asyncio.to_thread(everybody)
        return {
            part: sum(cpu_ms(self.stack.pid(name), known) for name in names)
            for part, names in PARTS.items()
        }

    @asynccontextmanager
    async def idling(self) -> AsyncIterator[None]:
        """Nothing happens meanwhile: what parts use now is not the transfer's doing."""
        before, began = await self.cpu(), time.monotonic()
        yield
        seconds = time.monotonic() - began
        if seconds > 1:
            after = await self.cpu()
            self._idle_per_s = {part: (after[part] - before[part]) / seconds for part in after}

    def above_idling(
        self, before: dict[str, float], after: dict[str, float], seconds: float
    ) -> dict[str, float]:
        """What was used between two readings, above what idling would have used."""
        return {
            part: round(after[part] - before[part] - self._idle_per_s.get(part, 0.0) * seconds)
            for part in after
        }

    async def actions(
        self, call_id: str, transfer_id: str, began: float, ended: float
    ) -> dict[str, int]:
        """Temporal actions of one transfer, by kind."""
        return dict(await actions(self.client, call_id, transfer_id, began, ended))

    async def metered(self) -> Counter[str]:
        """What Temporal itself counts as actions since it began, by its own names."""
        return await metered(f"http://127.0.0.1:{self.stack.ports['TEMPORAL_METRICS_PORT']}")

    async def weigh(self) -> None:
        """Note the memory of every part's own process, in MB."""
        for name in self.stack.names:
            mb = await asyncio.to_thread(memory_mb, self.stack.pid(name))
            self.memory.setdefault(name, []).append(mb)

    async def held(self) -> dict[str, int]:
        """Rooms, dispatches, processes and descriptors as of now."""
        rooms = (await self.lk.room.list_rooms(livekit.ListRoomsRequest())).rooms
        jobs = [await self.lk.agent_dispatch.list_dispatch(room.name) for room in rooms]
        counts = {"rooms": len(rooms), "dispatches": sum(map(len, jobs))}
        for name in self.stack.names:
            counts[f"processes of {name}"] = len(tree(self.stack.pid(name)))
            counts[f"descriptors of {name}"] = descriptors(self.stack.pid(name))
        return counts

    async def settled(self) -> dict[str, int]:
        """The same once it is steady, or as it is after 150 s."""
        seen: list[dict[str, int]] = []

        async def steady() -> bool:
            seen.append(await self.held())
            return len(seen) >= STEADY and all(one == seen[-1] for one in seen[-STEADY:])

        with suppress(Late):
            await until(steady, SETTLE_WITHIN_S, "everything to be steady", 0.5)
        return seen[-1]

    async def left(self, before: dict[str, int]) -> dict[str, int]:
        """The same with each count as `before` if it was seen so within 150 s, else as seen last.

        They need not be so at one time: connections come, are idle for a while, and go.
        """
        after: dict[str, int] = {}

        async def cleared() -> bool:
            now = await self.held()
            late = changed(before, after)
            after.update({n: count for n, count in now.items() if n in late or n not in after})
            return not changed(before, after)

        with suppress(Late):
            await until(cleared, SETTLE_WITHIN_S, "everything to be cleared away", 0.5)
        return after
