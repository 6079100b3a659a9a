"""The record in memory: the journal, seats, reservations and briefings."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.briefing import Briefing, Material
from domain.errors import NotThere, PortError, Unreachable
from domain.journal import Batch, Entry, Event
from domain.names import transfer_workflow
from domain.phases import BriefingSource, CallState, Phase
from domain.ports import KeptSeat
from domain.sweeping import Kind, Leftover

CANARY = "canary-7f3a"
"""In everything private that the record holds: it must never be seen in a workflow's history."""


@dataclass
class FakeJournal:
    """Keeps entries by writer, each once, and tells clients about their seats."""

    entries: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    away: bool = False
    batches: list[Batch] = field(default_factory=list)
    on_seat: Callable[[Batch, Entry], None] = lambda _batch, _entry: None

    async def append(self, batch: Batch) -> None:
        if self.away:
            raise Unreachable("The database is away")
        self.batches.append(batch)
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

    terminated: set[str] = field(default_factory=set)
    """Workflows whose reservations nobody releases; they expire at once."""
    held: dict[str, str] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    failing: list[PortError] = field(default_factory=list)
    away: bool = False

    async def reserve(self, tenant: str, agent: str, transfer_id: str, *, until: timedelta) -> bool:
        if self.away:
            raise Unreachable("The database is away")
        if self.failing:
            raise self.failing.pop(0)
        if transfer_workflow(transfer_id) in self.terminated:
            return True
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


@dataclass
class FakeLeftovers:
    """Knows rooms, calls and transfers from a journal, and what was settled."""

    journal: FakeJournal
    settled: list[Leftover] = field(default_factory=list)
    late: list[Leftover] = field(default_factory=list)
    """Reservations whose time is over."""
    away: bool = False
    kept: timedelta | None = None
    """How long events are kept."""

    async def of_rooms(self, rooms: tuple[str, ...]) -> tuple[Leftover, ...]:
        self._perhaps_fail()
        found: dict[str, Leftover] = {}
        for batch in self.journal.batches:
            for room in set(self._rooms_of(batch)) & set(rooms):
                found[room] = self._of_call(Kind.ROOM, batch, (room,))
        return tuple(found.values())

    async def unfinished(self, older_than: timedelta) -> tuple[Leftover, ...]:
        self._perhaps_fail()
        found = {}
        until = datetime.now(UTC) - older_than
        for batch in self.journal.batches:
            told = self.journal.of(batch.writer)
            call, transfer = told[-1].call, told[-1].transfer
            if told[0].at > until:
                continue
            if batch.transfer_id and transfer and transfer.phase is not Phase.ENDED:
                found[batch.writer] = Leftover(
                    kind=Kind.TRANSFER,
                    tenant=batch.tenant,
                    call_id=batch.call_id,
                    transfer_id=batch.transfer_id,
                    owners=(batch.writer,),
                )
            elif not batch.transfer_id and call and call.state is not CallState.ENDED:
                found[batch.writer] = self._of_call(Kind.CALL, batch, self._rooms_of(batch))
        return tuple(one for one in (*found.values(), *self.late) if one not in self.settled)

    async def forget_events(self, older_than: timedelta) -> None:
        self._perhaps_fail()
        self.kept = older_than

    async def settle(self, leftover: Leftover) -> None:
        self._perhaps_fail()
        if leftover not in self.settled:
            self.settled.append(leftover)

    def _rooms_of(self, batch: Batch) -> tuple[str, ...]:
        """List every room that the call of this batch has ever told of."""
        told = [e for b in self.journal.batches if b.call_id == batch.call_id for e in b.entries]
        rooms = {entry.call.room for entry in told if entry.call}
        for entry in told:
            if state := entry.transfer:
                rooms |= {state.room_a, *((state.room_b,) if state.room_b else ())}
        return tuple(sorted(rooms))

    def _of_call(self, kind: Kind, batch: Batch, rooms: tuple[str, ...]) -> Leftover:
        writers = {b.writer for b in self.journal.batches if b.call_id == batch.call_id}
        return Leftover(
            kind=kind,
            tenant=batch.tenant,
            call_id=batch.call_id,
            rooms=rooms,
            owners=tuple(sorted(writers)),
        )

    def _perhaps_fail(self) -> None:
        if self.away:
            raise Unreachable("The database is away")


class FakeSealing:
    """Seals nothing, so that tests can read."""

    def seal(self, text: str) -> str:
        return text
