"""Leftovers: what the record shows as going on, and whose rooms are whose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.calls import call_row
from adapters.sql.events import NewEvent, tell
from adapters.sql.journal import SqlJournal
from adapters.sql.people import agents_now
from adapters.sql.tables import calls, people, seats, transfers
from adapters.sql.tallies import tally
from adapters.sql.transfers import transfer_row
from domain.figures import Figure
from domain.journal import Batch, CallStatus, Entry, Event, TransferState
from domain.names import call_workflow, transfer_workflow
from domain.phases import GOING_ON, RUNNING, CallState, Cause, Outcome, Phase
from domain.record import EventKind
from domain.sweeping import Kind, Leftover

AT_ONCE = 500
"""Rooms that are looked up, and rows of a kind that are listed, in one query."""


class SqlLeftovers(SqlJournal):
    """Implements `domain.ports.Leftovers`."""

    async def of_rooms(self, rooms: tuple[str, ...]) -> tuple[Leftover, ...]:
        known: list[Leftover] = []
        async with self._db.reading() as db:
            for first in range(0, len(rooms), AT_ONCE):
                known += await _of_rooms(db, rooms[first : first + AT_ONCE])
        return tuple(known)

    async def unfinished(self, older_than: timedelta) -> tuple[Leftover, ...]:
        now = datetime.now(UTC)
        async with self._db.reading() as db:
            return (
                *await _calls_going_on(db, now - older_than),
                *await _transfers_running(db, now - older_than),
                *await _reservations_over(db, now),
            )

    async def settle(self, leftover: Leftover) -> None:
        if leftover.kind is Kind.RESERVATION:
            await self._release(leftover)
        elif entry := await self._last_entry(leftover):
            is_room = leftover.kind is Kind.ROOM
            name = leftover.rooms[0] if is_room else leftover.transfer_id or leftover.call_id
            await self.append(
                Batch(
                    writer=f"sweep/{name}",
                    tenant=leftover.tenant,
                    call_id=leftover.call_id,
                    transfer_id=leftover.transfer_id,
                    entries=(entry,),
                )
            )

    async def _last_entry(self, leftover: Leftover) -> Entry | None:
        """Make the entry that ends something; None: it has ended."""
        now = datetime.now(UTC)
        if leftover.kind is Kind.ROOM:
            return Entry(sequence=1, at=now, event=Event.ROOM_SWEPT)
        async with self._db.reading() as db:
            if leftover.kind is Kind.CALL:
                row = await call_row(db, leftover.tenant, leftover.call_id)
                if row.state == CallState.ENDED:
                    return None
                over = CallStatus(
                    state=CallState.ENDED, room=row.room or "", responsible_kind="nobody"
                )
                return Entry(sequence=row.sequence + 1, at=now, event=Event.CALL_SWEPT, call=over)
            row = await transfer_row(db, leftover.tenant, str(leftover.transfer_id))
            return None if row.phase == Phase.ENDED else _transfer_ends(row, now)

    async def _release(self, leftover: Leftover) -> None:
        """Let go of an agent, and tell: nobody was told when the time was over."""
        tenant, now = leftover.tenant, datetime.now(UTC)
        theirs = (
            people.c.tenant == tenant,
            people.c.id == leftover.agent,
            people.c.reserved_by == leftover.transfer_id,
            people.c.reserved_until <= now,
        )
        free = sa.update(people).where(*theirs).values(reserved_by=None, reserved_until=None)
        async with self._db.writing() as db:
            if (await db.execute(free)).rowcount == 0:
                return
            agents = [agent.model_dump(mode="json") for agent in await agents_now(db, tenant)]
            await tell(db, NewEvent(tenant, EventKind.AGENTS, {"agents": agents}))
            await tally(db, tenant, Figure.ORPHANS, Kind.RESERVATION)


def _transfer_ends(row: sa.Row[Any], now: datetime) -> Entry:
    state = TransferState.model_validate(row.status).model_copy(
        update={"phase": Phase.ENDED, "outcome": Outcome.FAILED, "cause": Cause.ABANDONED}
    )
    return Entry(sequence=row.sequence + 1, at=now, event=Event.TRANSFER_SWEPT, transfer=state)


async def _of_rooms(db: AsyncConnection, rooms: tuple[str, ...]) -> list[Leftover]:
    uses = sa.union(
        sa.select(calls.c.tenant, calls.c.id.label("call_id"), calls.c.room).where(
            calls.c.room.in_(rooms)
        ),
        *(
            sa.select(table.c.tenant, table.c.call_id, room).where(room.in_(rooms))
            for table, room in (
                (transfers, transfers.c.room_a),
                (transfers, transfers.c.room_b),
                # A seat is kept before the journal has told of its room.
                (seats, seats.c.room),
            )
        ),
    )
    return await _with_owners(db, Kind.ROOM, uses.subquery())


async def _calls_going_on(db: AsyncConnection, before: datetime) -> list[Leftover]:
    query = (
        sa.select(calls.c.tenant, calls.c.id.label("call_id"), calls.c.room)
        .where(calls.c.state.in_(GOING_ON), calls.c.status.is_not(None))
        .where(calls.c.created_at < before)
        .order_by(calls.c.created_at)
        .limit(AT_ONCE)
    )
    return await _with_owners(db, Kind.CALL, query.subquery())


async def _with_owners(db: AsyncConnection, kind: Kind, found: sa.Subquery) -> list[Leftover]:
    """Add who owns what belongs to calls: the call, and every transfer of it."""
    chained = sa.and_(transfers.c.tenant == found.c.tenant, transfers.c.call_id == found.c.call_id)
    query = sa.select(found, transfers.c.id, transfers.c.room_a, transfers.c.room_b)
    owners: dict[tuple[str, str, str | None], set[str]] = {}
    rooms: dict[tuple[str, str, str | None], set[str | None]] = {}
    for tenant, call_id, room, transfer_id, *others in await db.execute(
        query.select_from(found.outerjoin(transfers, chained))
    ):
        key = (tenant, call_id, room)
        owners.setdefault(key, {call_workflow(call_id)})
        rooms.setdefault(key, {room}).update(others if kind is Kind.CALL else ())
        if transfer_id is not None:
            owners[key].add(transfer_workflow(transfer_id))
    return [
        Leftover(
            kind=kind,
            tenant=tenant,
            call_id=call_id,
            rooms=tuple(sorted(known for known in rooms[tenant, call_id, room] if known)),
            owners=tuple(sorted(workflows)),
        )
        for (tenant, call_id, room), workflows in owners.items()
    ]


async def _transfers_running(db: AsyncConnection, before: datetime) -> list[Leftover]:
    query = (
        sa.select(transfers.c.tenant, transfers.c.id, transfers.c.call_id)
        .where(transfers.c.phase.in_(RUNNING), transfers.c.created_at < before)
        .order_by(transfers.c.created_at)
        .limit(AT_ONCE)
    )
    return [
        Leftover(
            kind=Kind.TRANSFER,
            tenant=row.tenant,
            call_id=row.call_id,
            transfer_id=row.id,
            owners=(transfer_workflow(row.id),),
        )
        for row in await db.execute(query)
    ]


async def _reservations_over(db: AsyncConnection, now: datetime) -> list[Leftover]:
    asked = sa.and_(transfers.c.tenant == people.c.tenant, transfers.c.id == people.c.reserved_by)
    query = (
        sa.select(people.c.tenant, people.c.id, people.c.reserved_by, transfers.c.call_id)
        .select_from(people.join(transfers, asked))
        .where(people.c.reserved_until <= now)
        .limit(AT_ONCE)
    )
    return [
        Leftover(
            kind=Kind.RESERVATION,
            tenant=row.tenant,
            call_id=row.call_id,
            transfer_id=row.reserved_by,
            agent=row.id,
            owners=(transfer_workflow(row.reserved_by),),
        )
        for row in await db.execute(query)
    ]
