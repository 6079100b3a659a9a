"""Events: what streams carry, appended in order and never changed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.tables import events
from domain.record import EventKind, EventRow

AT_ONCE, MOST_BATCHES = 1_000, 50
"""Rows that are forgotten in one writer's turn, and turns of one sweep; the next goes on."""
LONGEST_WAIT_S = 1.0
LOOK_EVERY_S = 0.025
KNOWN = events.c.kind.in_(EventKind)
"""What a later release tells of besides isn't there for this one, as long as both run."""


@dataclass(frozen=True)
class NewEvent:
    """An event about to be appended; `domain.record.EventRow` explains the fields."""

    tenant: str
    kind: EventKind
    data: Mapping[str, Any]
    call_id: str | None = None
    transfer_id: str | None = None
    to: str | None = None
    people: frozenset[str] = frozenset()
    last: bool = False


async def tell(db: AsyncConnection, event: NewEvent) -> None:
    """Append an event, inside a writer's transaction."""
    row = vars(event) | {"people": sorted(event.people), "at": datetime.now(UTC)}
    await db.execute(sa.insert(events).values(row))


class SqlEvents:
    """Reads events; rows of all tenants, for the one tailer of a process to hand out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def events_after(self, last_id: int, *, limit: int = 500) -> tuple[EventRow, ...]:
        query = sa.select(events).where(events.c.id > last_id, KNOWN)
        query = query.order_by(events.c.id).limit(limit)
        async with self._db.reading() as db:
            rows = (await db.execute(query)).mappings().all()
        return tuple(_event(row) for row in rows)

    async def newest_event(self) -> int:
        return await self._first(events.c.id.desc())

    async def oldest_event(self) -> int:
        return await self._first(events.c.id.asc())

    async def forget_events(self, older_than: timedelta) -> None:
        before = datetime.now(UTC) - older_than
        # One more than goes: the newest row stays, for it says where streams are.
        oldest = sa.select(events.c.id, events.c.at).order_by(events.c.id).limit(AT_ONCE + 1)
        for _ in range(MOST_BATCHES):
            async with self._db.writing() as db:
                rows = (await db.execute(oldest)).all()[:-1]
                old = [row.id for row in takewhile(lambda row: row.at < before, rows)]
                if old:
                    await db.execute(sa.delete(events).where(events.c.id <= old[-1]))
            if len(old) < AT_ONCE:
                return

    async def wait_for_events(self, last_id: int) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_WAIT_S
        async with self._db.watching() as pulse:
            before = await pulse()
            # Asked after the first pulse, so that nothing falls in between.
            if await self.newest_event() > last_id:
                return
            while await pulse() == before and loop.time() < deadline:
                await asyncio.sleep(LOOK_EVERY_S)

    async def ping(self) -> None:
        await self.newest_event()

    async def _first(self, order: sa.UnaryExpression[int]) -> int:
        # Not min and max: with a condition they would read the whole table.
        query = sa.select(events.c.id).where(KNOWN).order_by(order).limit(1)
        async with self._db.reading() as db:
            return (await db.execute(query)).scalar() or 0


def _event(row: Mapping[Any, Any]) -> EventRow:
    fields = {name: row[name] for name in EventRow.__dataclass_fields__}
    fields |= {"kind": EventKind(row["kind"]), "people": frozenset(row["people"])}
    return EventRow(**fields)
