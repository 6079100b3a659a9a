"""The record in memory: the journal, seats, reservations and briefings."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from domain.briefing import Briefing, Material
from domain.errors import NotThere, PortError, Unreachable
from domain.journal import Batch, Entry, Event
from domain.phases import BriefingSource
from domain.ports import KeptSeat

CANARY = "canary-7f3a"
"""In everything private that the record holds: it must never be seen in a workflow's history."""


@dataclass
class FakeJournal:
    """Keeps entries by writer, each once, and tells clients about their seats."""

    entries: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    away: bool = False
    on_seat: Callable[[Batch, Entry], None] = lambda _batch, _entry: None

    async def append(self, batch: Batch) -> None:
        if self.away:
            raise Unreachable("The database is away")
        for entry in batch.entries:
            if entry.sequence not in self.entries[batch.writer]:
                self.entries[batch.writer][entry.sequence] = entry
                if entry.seat:
                    self.on_seat(batch, entry)

    def of(self, writer: str) -> list[Entry]:
        """Read a workflow's journal as it was written."""
        return list(self.entries[writer].values())

    def events(self, writer: str) -> list[Event]:
        return [entry.event for entry in self.of(writer)]


@dataclass
class FakeSeats:
    """Keeps seats by id."""

    kept: dict[str, KeptSeat] = field(default_factory=dict)
    void: set[tuple[str, str]] = field(default_factory=set)
    failing: list[PortError] = field(default_factory=list)
    away: bool = False

    async def keep(self, seat: KeptSeat) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.kept[seat.seat_id] = seat

    async def revoke(self, room: str, person: str) -> None:
        if self.away:
            raise Unreachable("The database is away")
        self.void.add((room, person))


@dataclass
class FakeReservations:
    """One transfer an agent."""

    held: dict[str, str] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    failing: list[PortError] = field(default_factory=list)
    away: bool = False

    async def reserve(self, tenant: str, agent: str, transfer_id: str, *, until: timedelta) -> bool:
        if self.away:
            raise Unreachable("The database is away")
        if self.failing:
            raise self.failing.pop(0)
        return self.held.setdefault(agent, transfer_id) == transfer_id

    async def release(self, tenant: str, agent: str, transfer_id: str, *, missed: bool) -> None:
        if self.away:
            raise Unreachable("The database is away")
        if self.held.get(agent) == transfer_id:
            del self.held[agent]
        if missed:
            self.missed.add(agent)


@dataclass
class FakeBriefings:
    """Every call is the same call, and full of secrets."""

    saved: dict[str, Briefing] = field(default_factory=dict)

    async def material(self, tenant: str, call_id: str, transfer_id: str | None) -> Material:
        return Material(caller_name=f"Ada {CANARY}", about=CANARY, notes=f"owes 40 {CANARY}")

    async def save(self, tenant: str, transfer_id: str, briefing: Briefing) -> int:
        self.saved[transfer_id] = briefing
        return 1

    async def sentences(self, tenant: str, transfer_id: str) -> tuple[str, ...]:
        if transfer_id not in self.saved:
            raise NotThere("No briefing was written")
        return (self.saved[transfer_id].text, "That is all.")


@dataclass
class FakeSummaries:
    """Sums every call up in the same words, once `ready`."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.ready.set()

    async def brief(self, material: Material, *, lost: timedelta = timedelta(0)) -> Briefing:
        await self.ready.wait()
        return Briefing(
            text=f"{material.caller_name} was charged twice.", source=BriefingSource.RULES
        )


class FakeSealing:
    """Seals nothing, so that tests can read."""

    def seal(self, text: str) -> str:
        return text
