"""Events: what streams carry, appended in order and never changed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.tables import events
from domain.record import EventKind, EventRow

LONGEST_WAIT_S = 1.0
LOOK_EVERY_S = 0.025


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
        query = sa.select(events).where(events.c.id > last_id).order_by(events.c.id).limit(limit)
        async with self._db.reading() as db:
            rows = (await db.execute(query)).mappings().all()
        return tuple(_event(row) for row in rows)

    async def newest_event(self) -> int:
        return await self._edge(sa.func.max(events.c.id))

    async def oldest_event(self) -> int:
        return await self._edge(sa.func.min(events.c.id))

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

    async def _edge(self, edge: sa.Function[int]) -> int:
        async with self._db.reading() as db:
            return (await db.execute(sa.select(edge))).scalar() or 0


def _event(row: Mapping[Any, Any]) -> EventRow:
    fields = {name: row[name] for name in EventRow.__dataclass_fields__}
    fields |= {"kind": EventKind(row["kind"]), "people": frozenset(row["people"])}
    return EventRow(**fields)
