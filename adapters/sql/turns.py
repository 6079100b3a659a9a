"""Turns: what people said in a call, and what agents noted about it."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.calls import call_row
from adapters.sql.engine import Database
from adapters.sql.tables import people, turns
from domain.briefing import Turn
from domain.phases import TurnKind


def _turns(tenant: str) -> sa.Select[Any]:
    who = sa.and_(people.c.tenant == turns.c.tenant, people.c.id == turns.c.person)
    return (
        sa.select(turns, people.c.name, people.c.role)
        .select_from(turns.join(people, who))
        .where(turns.c.tenant == tenant)
    )


def _turn(row: sa.Row[Any]) -> Turn:
    return Turn(id=row.id, who=row.name, role=row.role, kind=row.kind, text=row.text, at=row.at)


async def turns_of(
    db: AsyncConnection, tenant: str, call_id: str, *, notes: bool
) -> tuple[Turn, ...]:
    """List the turns of a call, oldest first."""
    query = _turns(tenant).where(turns.c.call_id == call_id).order_by(turns.c.number)
    if not notes:
        query = query.where(turns.c.kind != TurnKind.NOTE)
    return tuple(_turn(row) for row in await db.execute(query))


class SqlTurns:
    """Reads and writes turns for the api."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add_turn(
        self, tenant: str, call_id: str, person: str, kind: TurnKind, text: str, *, turn_id: str
    ) -> Turn:
        mine = _turns(tenant).where(turns.c.id == turn_id)
        async with self._db.writing() as db:
            await call_row(db, tenant, call_id)
            if (first := (await db.execute(mine)).first()) is None:
                row = {
                    "tenant": tenant,
                    "id": turn_id,
                    "call_id": call_id,
                    "person": person,
                    "kind": kind,
                    "text": text,
                    "at": datetime.now(UTC),
                }
                await db.execute(sa.insert(turns).values(row))
                first = (await db.execute(mine)).one()
        return _turn(first)

    async def turns(self, tenant: str, call_id: str, *, notes: bool) -> tuple[Turn, ...]:
        async with self._db.reading() as db:
            return await turns_of(db, tenant, call_id, notes=notes)
