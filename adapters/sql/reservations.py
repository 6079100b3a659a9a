"""Reservations: two transfers never ring one agent."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from adapters.sql.engine import Database
from adapters.sql.people import agent_row, is_reserved, telling_agents
from adapters.sql.tables import people


class SqlReservations:
    """Implements `domain.ports.Reservations`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def reserve(self, tenant: str, agent: str, transfer_id: str, *, until: timedelta) -> bool:
        mine = (people.c.tenant == tenant, people.c.id == agent)
        async with self._db.writing() as db, telling_agents(db, tenant):
            row = await agent_row(db, tenant, agent)
            is_ours = is_reserved(row) and row.reserved_by == transfer_id
            if not is_ours and (row.in_a_call or is_reserved(row)):
                return False
            expires = datetime.now(UTC) + until
            reserved = {"reserved_by": transfer_id, "reserved_until": expires}
            await db.execute(sa.update(people).where(*mine).values(reserved))
            return True

    async def release(self, tenant: str, agent: str, transfer_id: str, *, missed: bool) -> None:
        ours = (
            people.c.tenant == tenant,
            people.c.id == agent,
            people.c.reserved_by == transfer_id,
        )
        released: dict[str, object] = {"reserved_by": None, "reserved_until": None}
        if missed:
            released["away"] = True
        async with self._db.writing() as db, telling_agents(db, tenant):
            await db.execute(sa.update(people).where(*ours).values(released))
