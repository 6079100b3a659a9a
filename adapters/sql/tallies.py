"""Tallies: what operations watch, added up in the transaction that writes what is counted.

So they are the same for every process, survive restarts, and don't shrink when rows are erased;
reading them costs the same however long the record is. A transfer is counted when it ends.
"""

from datetime import timedelta
from itertools import pairwise
from math import inf
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.tables import briefings, entries, tallies
from domain.figures import BUCKETS, UNKNOWN, Figure, Tally
from domain.journal import Entry, Event, TransferState
from domain.names import BRIEFER, HOST
from domain.phases import Outcome, Phase
from domain.sweeping import Kind

COUNTED = {
    Event.BRIEFING_SILENT: (Figure.NO_SHOWS, BRIEFER),
    Event.HOLD_MISSING: (Figure.NO_SHOWS, HOST),
    Event.ROOM_SWEPT: (Figure.ORPHANS, Kind.ROOM),
    Event.CALL_SWEPT: (Figure.ORPHANS, Kind.CALL),
    Event.TRANSFER_SWEPT: (Figure.ORPHANS, Kind.TRANSFER),
}
"""Entries that are counted as they come."""

BEGINS = {
    Event.REQUESTED: Phase.PREPARING,
    Event.NEXT_ASKED: Phase.PREPARING,
    Event.OFFERED: Phase.OFFERING,
    Event.BRIEFING_STARTED: Phase.BRIEFING,
    Event.CONSULT_STARTED: Phase.CONSULTING,
    Event.CONSULT_ENDED: Phase.BRIEFING,
    Event.MOVING: Phase.MOVING,
    Event.INTRODUCING: Phase.INTRODUCING,
    Event.RETURNING: Phase.RETURNING,
    Event.ENDED: Phase.ENDED,
    Event.TRANSFER_SWEPT: Phase.ENDED,
}
"""Entries that begin a phase: the next one of them ends it."""


class SqlTallies:
    """Reads what has been added up."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def tallies(self) -> tuple[Tally, ...]:
        query = (
            sa.select(
                tallies.c.figure,
                tallies.c.label,
                tallies.c.at_most,
                sa.func.sum(tallies.c.count).label("times"),
                sa.func.sum(tallies.c.sum).label("seconds"),
            )
            .where(tallies.c.figure.in_(list(Figure)))
            .group_by(tallies.c.figure, tallies.c.label, tallies.c.at_most)
        )
        async with self._db.reading() as db:
            rows = (await db.execute(query)).all()
        return tuple(
            Tally(
                Figure(row.figure),
                row.label,
                float(row.at_most),
                int(row.times),
                float(row.seconds),
            )
            for row in rows
        )


async def tally_entry(
    db: AsyncConnection, tenant: str, entry: Entry, transfer: sa.Row[Any] | None
) -> None:
    """Count a fresh entry, and its transfer if it ends with it; `transfer`: as it was before."""
    if entry.event in COUNTED:
        await tally(db, tenant, *COUNTED[entry.event])
    if transfer is None or entry.transfer is None or transfer.phase == Phase.ENDED:
        return
    if entry.transfer.phase is Phase.ENDED:
        await _tally_transfer(db, tenant, transfer.id, entry.transfer)


async def tally(
    db: AsyncConnection, tenant: str, figure: Figure, label: str, took: timedelta | None = None
) -> None:
    """Count something once, with how long it took if that is measured."""
    seconds = took.total_seconds() if took is not None else 0.0
    bounds = BUCKETS.get(figure, ())
    at_most = next((bound for bound in bounds if seconds <= bound), inf)
    key = {"tenant": tenant, "figure": figure, "label": label, "at_most": f"{at_most:g}"}
    mine = [tallies.c[column] == value for column, value in key.items()]
    more = {"count": tallies.c.count + 1, "sum": tallies.c.sum + seconds}
    if (await db.execute(sa.update(tallies).where(*mine).values(more))).rowcount == 0:
        await db.execute(sa.insert(tallies).values(key | {"count": 1, "sum": seconds}))


async def _tally_transfer(
    db: AsyncConnection, tenant: str, transfer_id: str, state: TransferState
) -> None:
    await tally(db, tenant, Figure.TRANSFERS, state.outcome or UNKNOWN)
    if state.outcome is Outcome.FAILED:
        await tally(db, tenant, Figure.FAILURES, state.cause or UNKNOWN)
    if state.move:
        took = timedelta(milliseconds=state.move.took_ms)
        await tally(db, tenant, Figure.MOVES, "", took)
    if source := await _source(db, tenant, transfer_id):
        await tally(db, tenant, Figure.BRIEFINGS, source)
    for phase, stayed in await _stays(db, tenant, transfer_id):
        await tally(db, tenant, Figure.PHASES, phase, stayed)


async def _source(db: AsyncConnection, tenant: str, transfer_id: str) -> str | None:
    """Say who wrote the briefing, before any agent changed its words."""
    query = sa.select(briefings.c.briefing).where(
        briefings.c.tenant == tenant,
        briefings.c.transfer_id == transfer_id,
        briefings.c.by_agent.is_(False),
    )
    written = (await db.execute(query)).scalar()
    return str(written["source"]) if written else None


async def _stays(
    db: AsyncConnection, tenant: str, transfer_id: str
) -> list[tuple[Phase, timedelta]]:
    query = (
        sa.select(entries.c.event, entries.c.at)
        .where(entries.c.tenant == tenant, entries.c.transfer_id == transfer_id)
        .where(entries.c.event.in_(list(BEGINS)))
        .order_by(entries.c.at, entries.c.sequence)
    )
    began = (await db.execute(query)).all()
    return [(BEGINS[Event(one.event)], other.at - one.at) for one, other in pairwise(began)]
