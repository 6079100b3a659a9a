"""Transfers: their private half from the api, the rest as their workflow reports it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.calls import call_row
from adapters.sql.engine import Database
from adapters.sql.events import NewEvent, tell
from adapters.sql.paging import page
from adapters.sql.tables import attempts, reasons, transfers
from adapters.sql.tallies import tally
from adapters.sql.transfer_views import transfer_views
from domain.errors import NotThere
from domain.figures import Figure
from domain.phases import Decision, Phase
from domain.record import EventKind, NewTransfer
from domain.views import TransferView


async def transfer_row(db: AsyncConnection, tenant: str, transfer_id: str) -> sa.Row[Any]:
    """Read a transfer.

    Raises:
        NotThere: no such transfer.
    """
    mine = (transfers.c.tenant == tenant, transfers.c.id == transfer_id)
    row = (await db.execute(sa.select(transfers).where(*mine))).first()
    if row is None:
        raise NotThere("There is no such transfer.")
    return row


async def tell_transfer(
    db: AsyncConnection, tenant: str, transfer_id: str, *, offer_in: tuple[Phase, ...] = ()
) -> None:
    """Append an event with a transfer as it is now; in some phases, one for agent B alone too."""
    row = await transfer_row(db, tenant, transfer_id)
    if row.status is None:
        return
    (view,) = await transfer_views(db, tenant, [row])
    caller = (await call_row(db, tenant, row.call_id)).caller_id
    data, about = view.model_dump(mode="json"), (row.call_id, transfer_id)
    people = frozenset({caller, row.agent_a, row.agent_b, *(a.to.id for a in view.attempts)})
    last = view.phase is Phase.ENDED
    await tell(db, NewEvent(tenant, EventKind.TRANSFER, data, *about, people=people, last=last))
    if view.phase in offer_in:
        to = row.agent_b
        await tell(db, NewEvent(tenant, EventKind.OFFER, data, *about, to, frozenset({to})))


class SqlTransfers:
    """Reads and writes transfers for the api."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add_transfer(self, transfer: NewTransfer) -> None:
        mine = (transfers.c.tenant == transfer.tenant, transfers.c.id == transfer.transfer_id)
        row = {
            "tenant": transfer.tenant,
            "id": transfer.transfer_id,
            "call_id": transfer.call_id,
            "agent_a": transfer.agent_a,
            "agent_b": transfer.agent_b,
            "notes": transfer.notes,
            "reference": transfer.reference,
            "created_at": datetime.now(UTC),
            "sequence": 0,
        }
        async with self._db.writing() as db:
            await call_row(db, transfer.tenant, transfer.call_id)
            if (await db.execute(sa.select(transfers.c.id).where(*mine))).first() is None:
                await db.execute(sa.insert(transfers).values(row))

    async def transfer(self, tenant: str, transfer_id: str) -> TransferView | None:
        query = sa.select(transfers).where(
            transfers.c.tenant == tenant,
            transfers.c.id == transfer_id,
            transfers.c.status.is_not(None),
        )
        async with self._db.reading() as db:
            views = await transfer_views(db, tenant, (await db.execute(query)).all())
        return views[0] if views else None

    async def transfers(
        self,
        tenant: str,
        *,
        agent: str | None,
        call_id: str | None,
        reference: str | None,
        phase: Phase | None,
        limit: int,
        before: str | None,
    ) -> tuple[TransferView, ...]:
        narrow = {"call_id": call_id, "reference": reference}
        among = [
            _ids(tenant, transfers.c[column] == value)
            for column, value in narrow.items()
            if value is not None
        ]
        if agent is not None:
            among.append(_of_agent(tenant, agent))
        query = page(transfers, tenant, limit, before, among)
        query = query.where(transfers.c.status.is_not(None))
        if phase is not None:
            query = query.where(transfers.c.phase == phase)
        async with self._db.reading() as db:
            return await transfer_views(db, tenant, (await db.execute(query)).all())

    async def say_why(
        self, tenant: str, transfer_id: str, decision: Decision, person: str, reason: str
    ) -> None:
        key = {
            "tenant": tenant,
            "transfer_id": transfer_id,
            "decision": decision,
            "person": person,
        }
        mine = [reasons.c[column] == value for column, value in key.items()]
        async with self._db.writing() as db:
            await transfer_row(db, tenant, transfer_id)
            await db.execute(sa.delete(reasons).where(*mine))
            await db.execute(sa.insert(reasons).values(key | {"reason": reason}))

    async def report_gap(self, tenant: str, transfer_id: str, gap_ms: float) -> None:
        mine = (transfers.c.tenant == tenant, transfers.c.id == transfer_id)
        async with self._db.writing() as db:
            if (await transfer_row(db, tenant, transfer_id)).gap_ms is None:
                silent = timedelta(milliseconds=max(0.0, gap_ms))  # below zero, sounds overlapped
                await tally(db, tenant, Figure.SILENCES, "", silent)
            await db.execute(sa.update(transfers).where(*mine).values(gap_ms=gap_ms))
            await tell_transfer(db, tenant, transfer_id)


def _of_agent(tenant: str, agent: str) -> sa.Select[Any]:
    """Select the transfers an agent asked for, is asked by, or was asked by before others."""
    asked = sa.select(attempts.c.tenant, attempts.c.transfer_id).where(
        attempts.c.tenant == tenant, attempts.c.agent == agent
    )
    # Whoever is asked next is agent B already, and an attempt only when reserved.
    now = (_ids(tenant, column == agent) for column in (transfers.c.agent_a, transfers.c.agent_b))
    # Wrapped, for SQLite looks up pairs of a plain SELECT alone.
    return sa.select(sa.union(*now, asked).subquery())


def _ids(tenant: str, which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(transfers.c.tenant, transfers.c.id).where(transfers.c.tenant == tenant, which)
