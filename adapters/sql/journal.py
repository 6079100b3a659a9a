"""The journal: what workflows report becomes rows, timeline lines and events."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.calls import call_row, call_views
from adapters.sql.engine import Database
from adapters.sql.events import NewEvent, tell
from adapters.sql.people import names, telling_agents
from adapters.sql.tables import attempts, calls, entries, transfers
from adapters.sql.tallies import tally_entry
from adapters.sql.transfers import tell_transfer, transfer_row
from domain.journal import Batch, CallStatus, Entry, Event, SeatNotice, TransferState
from domain.phases import CallState, Phase
from domain.record import EventKind
from domain.sentences import TIMELINE
from domain.views import SeatNoticeView

OFFERS = {
    Event.OFFERED: (Phase.PREPARING, Phase.OFFERING),
    Event.BRIEFING_WRITTEN: (Phase.OFFERING,),
}
"""After these, in these phases, agent B gets the offer; the second time with its briefing."""


class SqlJournal:
    """Implements `domain.ports.Journal`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def append(self, batch: Batch) -> None:
        known = sa.select(entries.c.sequence).where(
            entries.c.tenant == batch.tenant, entries.c.writer == batch.writer
        )
        async with self._db.writing() as db:
            written = set((await db.execute(known)).scalars())
            fresh = {e.sequence: e for e in batch.entries if e.sequence not in written}
            if not fresh:
                return
            async with telling_agents(db, batch.tenant):
                for sequence in sorted(fresh):
                    await _write(db, batch, fresh[sequence])


async def _write(db: AsyncConnection, batch: Batch, entry: Entry) -> None:
    call = await call_row(db, batch.tenant, batch.call_id)
    transfer = None
    if batch.transfer_id:
        transfer = await transfer_row(db, batch.tenant, batch.transfer_id)
    row = {
        "tenant": batch.tenant,
        "writer": batch.writer,
        "sequence": entry.sequence,
        "call_id": batch.call_id,
        "transfer_id": batch.transfer_id,
        "at": entry.at,
        "event": entry.event,
        "actor": entry.actor,
        "text": await _sentence(db, batch.tenant, entry, call, transfer),
    }
    await db.execute(sa.insert(entries).values(row))
    await tally_entry(db, batch.tenant, entry, transfer)
    if entry.call and _is_newer(call, batch, entry):
        await _keep_call(db, batch, entry, entry.call, call.ended_at)
    if entry.transfer and transfer is not None:
        if entry.sequence > transfer.sequence:
            await _keep_transfer(db, batch, entry, entry.transfer, transfer.ended_at)
        await tell_transfer(db, batch.tenant, transfer.id, offer_in=OFFERS.get(entry.event, ()))
    if entry.call:
        await _tell_call(db, batch.tenant, batch.call_id)
    if entry.seat:
        await _tell_seat(db, batch, entry.seat)


def _is_newer(call: sa.Row[Any], batch: Batch, entry: Entry) -> bool:
    # Both the call's and a transfer's workflow may report a call, each counting for itself.
    if call.status_at is None or call.writer == batch.writer:
        return bool(entry.sequence > call.sequence)
    return bool(entry.at >= call.status_at)


async def _keep_call(
    db: AsyncConnection, batch: Batch, entry: Entry, status: CallStatus, ended_at: datetime | None
) -> None:
    mine = (calls.c.tenant == batch.tenant, calls.c.id == batch.call_id)
    row = {
        "state": status.state,
        "agent": status.agent,
        "room": status.room,
        "status": status.model_dump(mode="json"),
        "writer": batch.writer,
        "sequence": entry.sequence,
        "status_at": entry.at,
        "ended_at": ended_at or (entry.at if status.state is CallState.ENDED else None),
    }
    await db.execute(sa.update(calls).where(*mine).values(row))


async def _keep_transfer(
    db: AsyncConnection, batch: Batch, entry: Entry, state: TransferState, ended_at: datetime | None
) -> None:
    mine = (transfers.c.tenant == batch.tenant, transfers.c.id == batch.transfer_id)
    row = {
        "agent_b": state.agent_b,
        "phase": state.phase,
        "room_a": state.room_a,
        "room_b": state.room_b,
        "status": state.model_dump(mode="json", exclude={"attempts"}),
        "sequence": entry.sequence,
        "ended_at": ended_at or (entry.at if state.phase is Phase.ENDED else None),
    }
    await db.execute(sa.update(transfers).where(*mine).values(row))
    key = {"tenant": batch.tenant, "transfer_id": batch.transfer_id}
    asked = [attempts.c[column] == value for column, value in key.items()]
    await db.execute(sa.delete(attempts).where(*asked))
    for position, attempt in enumerate(state.attempts):
        told = {
            "position": position,
            "agent": attempt.to,
            "began_at": attempt.began_at,
            "ended_at": attempt.ended_at,
            "outcome": attempt.outcome,
        }
        await db.execute(sa.insert(attempts).values(key | told))


async def _sentence(
    db: AsyncConnection, tenant: str, entry: Entry, call: sa.Row[Any], transfer: sa.Row[Any] | None
) -> str:
    agent = entry.call.agent if entry.call else call.agent
    agent_a, agent_b = (transfer.agent_a, transfer.agent_b) if transfer else (agent, None)
    if entry.transfer:
        agent_b = entry.transfer.agent_b  # the row still says who was asked before
    actor = entry.actor or (entry.seat.person if entry.seat else None) or agent
    known = await names(db, tenant, (call.caller_id, actor, agent_a, agent_b))
    return TIMELINE[entry.event].format(
        caller=known[call.caller_id],
        actor=known[actor or ""],
        agent_a=known[agent_a or ""],
        agent_b=known[agent_b or ""],
        outcome=_ending(entry.transfer),
    )


def _ending(state: TransferState | None) -> str:
    """Say how a transfer has ended and, where it failed, of what."""
    words = (state.outcome, state.cause) if state else ()
    return ", ".join(word.replace("_", " ") for word in words if word)


async def _tell_call(db: AsyncConnection, tenant: str, call_id: str) -> None:
    row = await call_row(db, tenant, call_id)
    (view,) = await call_views(db, tenant, [row])
    people = {view.caller.id, *(person.id for person in view.people)}
    people |= {person for person in (row.agent, view.asked_for) if person}
    data = view.model_dump(mode="json")
    await tell(
        db,
        NewEvent(tenant, EventKind.CALL, data, call_id, view.transfer_id, None, frozenset(people)),
    )


async def _tell_seat(db: AsyncConnection, batch: Batch, seat: SeatNotice) -> None:
    view = SeatNoticeView(
        call_id=batch.call_id, transfer_id=batch.transfer_id, room=seat.room, why=seat.why
    )
    to = seat.person
    data, about = view.model_dump(mode="json"), (batch.call_id, batch.transfer_id)
    await tell(db, NewEvent(batch.tenant, EventKind.SEAT, data, *about, to, frozenset({to})))
