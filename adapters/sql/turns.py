"""Turns: what people said in a call, and what agents noted about it."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.redaction import MOST_NEWEST, OPENING
from adapters.rules import MOST_NOTES
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


async def telling_turns(db: AsyncConnection, tenant: str, call_id: str) -> tuple[Turn, ...]:
    """Read the turns that `adapters.redaction` may leave in a briefing's material, oldest first.

    However many there are: what one caller says must not fill the memory of a worker.
    """
    number = turns.c.number
    of_call = sa.select(number).where(turns.c.tenant == tenant, turns.c.call_id == call_id)
    newest = of_call.order_by(number.desc()).limit(MOST_NEWEST).subquery()
    since = sa.select(sa.func.min(newest.c.number)).scalar_subquery()
    noted = of_call.where(turns.c.kind == TurnKind.NOTE, number < since)
    parts = (
        of_call.order_by(number).limit(OPENING).subquery(),
        noted.order_by(number.desc()).limit(MOST_NOTES).subquery(),
        newest,
    )
    telling = sa.union_all(*(sa.select(part.c.number) for part in parts))
    query = _turns(tenant).where(number.in_(telling)).order_by(number)
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

    async def turns(
        self, tenant: str, call_id: str, *, notes: bool, limit: int, before: str | None
    ) -> tuple[Turn, ...]:
        mine = (turns.c.tenant == tenant, turns.c.call_id == call_id)
        query = _turns(tenant).where(*mine).order_by(turns.c.number.desc()).limit(limit)
        if not notes:
            query = query.where(turns.c.kind != TurnKind.NOTE)
        if before is not None:
            mark = turns.alias()
            theirs = (mark.c.tenant == tenant, mark.c.call_id == call_id, mark.c.id == before)
            query = query.where(
                turns.c.number < sa.select(mark.c.number).where(*theirs).scalar_subquery()
            )
        async with self._db.reading() as db:
            rows = (await db.execute(query)).all()
        return tuple(_turn(row) for row in reversed(rows))
