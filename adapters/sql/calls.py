"""Calls: their private half from the api, the rest as the call's workflow reports it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.paging import page
from adapters.sql.people import Names, add_person
from adapters.sql.tables import calls, people, seats, transfers
from domain.errors import NotThere
from domain.journal import CallStatus
from domain.phases import CallState, Role
from domain.record import NewCall, RoomUse
from domain.views import CallView, PersonInCall, ResponsibleView

WITH_HOST = ResponsibleView(kind="host")
"""Until the call's workflow has spoken, the caller waits with the host."""


async def call_row(db: AsyncConnection, tenant: str, call_id: str) -> sa.Row[Any]:
    """Read a call.

    Raises:
        NotThere: no such call.
    """
    mine = (calls.c.tenant == tenant, calls.c.id == call_id)
    row = (await db.execute(sa.select(calls).where(*mine))).first()
    if row is None:
        raise NotThere("There is no such call.")
    return row


async def call_views(
    db: AsyncConnection, tenant: str, rows: Sequence[sa.Row[Any]]
) -> tuple[CallView, ...]:
    """Show calls as agents see them."""
    seen = [(row, CallStatus.model_validate(row.status) if row.status else None) for row in rows]
    ids = {row.caller_id for row in rows} | {row.agent for row in rows if row.agent}
    ids |= {person.id for _, status in seen if status for person in status.people}
    ids |= {status.rings for _, status in seen if status and status.rings}
    query = sa.select(people).where(people.c.tenant == tenant, people.c.id.in_(ids))
    known = {row.id: row for row in await db.execute(query)}
    return tuple(_view(row, status, known) for row, status in seen)


def _view(row: sa.Row[Any], status: CallStatus | None, known: dict[str, sa.Row[Any]]) -> CallView:
    names = Names((person.id, person.name) for person in known.values())
    there = status.people if status else ()
    return CallView(
        id=row.id,
        caller=names.person(row.caller_id),
        about=row.about,
        agent=names.person(row.agent) if row.agent else None,
        asked_for=row.asked_for,
        room=row.room,
        state=row.state,
        responsible=_responsible(status),
        people=tuple(
            PersonInCall(**dict(person), name=known[person.id].name, role=known[person.id].role)
            for person in there
            if person.id in known
        ),
        transfer_id=status.transfer_id if status else None,
        rings=names.person(status.rings) if status and status.rings else None,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _responsible(status: CallStatus | None) -> ResponsibleView:
    if status is None:
        return WITH_HOST
    return ResponsibleView.model_validate(
        {"kind": status.responsible_kind, "id": status.responsible}
    )


class SqlCalls:
    """Reads and writes calls for the api."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add_call(self, call: NewCall) -> None:
        mine = (calls.c.tenant == call.tenant, calls.c.id == call.call_id)
        async with self._db.writing() as db:
            if (await db.execute(sa.select(calls.c.id).where(*mine))).first():
                return
            caller = (people.c.tenant == call.tenant, people.c.id == call.caller_id)
            if (await db.execute(sa.select(people.c.id).where(*caller))).first() is None:
                await add_person(db, call.tenant, call.caller_id, Role.CALLER, call.caller_name)
            row = {
                "tenant": call.tenant,
                "id": call.call_id,
                "caller_id": call.caller_id,
                "about": call.about,
                "asked_for": call.asked_for,
                "follows": call.follows,
                "created_at": datetime.now(UTC),
                "state": CallState.WAITING,
                "sequence": 0,
            }
            await db.execute(sa.insert(calls).values(row))

    async def call(self, tenant: str, call_id: str) -> CallView | None:
        mine = (calls.c.tenant == tenant, calls.c.id == call_id)
        async with self._db.reading() as db:
            rows = (await db.execute(sa.select(calls).where(*mine))).all()
            views = await call_views(db, tenant, rows)
        return views[0] if views else None

    async def calls(
        self, tenant: str, *, state: CallState | None, limit: int, before: str | None
    ) -> tuple[CallView, ...]:
        # A call without a status has not begun: Temporal was away when it was asked for.
        query = page(calls, tenant, limit, before).where(calls.c.status.is_not(None))
        if state is not None:
            query = query.where(calls.c.state == state)
        async with self._db.reading() as db:
            return await call_views(db, tenant, (await db.execute(query)).all())

    async def room_use(self, room: str) -> RoomUse | None:
        uses = sa.union_all(
            sa.select(calls.c.tenant, calls.c.id.label("call_id")).where(calls.c.room == room),
            sa.select(transfers.c.tenant, transfers.c.call_id).where(
                sa.or_(transfers.c.room_a == room, transfers.c.room_b == room)
            ),
            # A seat is kept before the journal has told of its room.
            sa.select(seats.c.tenant, seats.c.call_id).where(seats.c.room == room),
        )
        async with self._db.reading() as db:
            use = (await db.execute(uses.limit(1))).first()
            if use is None:
                return None
            status = (await call_row(db, use.tenant, use.call_id)).status or {}
        return RoomUse(use.tenant, use.call_id, status.get("transfer_id"))
