"""Briefings: what they are made from, their versions, and the sentences that are spoken."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.calls import call_row
from adapters.sql.engine import Database
from adapters.sql.people import names
from adapters.sql.tables import briefings, storable, transfers
from adapters.sql.transfers import tell_transfer, transfer_row
from adapters.sql.turns import telling_turns
from domain.briefing import MOST_TEXT, Briefing, Material
from domain.errors import NotThere, Refused
from domain.phases import BriefingSource

MACHINE_VERSION = 1
"""What the writers wrote; agents' edits count on from here."""
BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")


class SqlBriefings:
    """Implements `domain.ports.Briefings`, and the api's edits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def material(self, tenant: str, call_id: str, transfer_id: str | None) -> Material:
        async with self._db.reading() as db:
            call = await call_row(db, tenant, call_id)
            transfer = await transfer_row(db, tenant, transfer_id) if transfer_id else None
            agent_a = transfer.agent_a if transfer else call.agent
            known = await names(db, tenant, (call.caller_id, agent_a))
            return Material(
                caller_name=known[call.caller_id],
                about=call.about,
                agent_a_name=known[agent_a] if agent_a else None,
                notes=transfer.notes if transfer else None,
                turns=await telling_turns(db, tenant, call_id),
                earlier=await _earlier(db, tenant, call_id, transfer_id),
            )

    async def save(self, tenant: str, transfer_id: str, briefing: Briefing) -> int:
        storable(briefing.text)
        async with self._db.writing() as db:
            await transfer_row(db, tenant, transfer_id)
            newest = await _newest(db, tenant, transfer_id)
            if newest is not None and newest.by_agent:
                return int(newest.version)
            if newest is not None:
                await db.execute(sa.delete(briefings).where(*_of(tenant, transfer_id)))
            await _add(db, tenant, transfer_id, MACHINE_VERSION, briefing, by_agent=False)
        return MACHINE_VERSION

    async def edit_briefing(self, tenant: str, transfer_id: str, text: str) -> int:
        if len(storable(text)) > MOST_TEXT:
            raise Refused(f"A briefing has at most {MOST_TEXT} characters.")
        async with self._db.writing() as db:
            await transfer_row(db, tenant, transfer_id)
            newest = await _newest(db, tenant, transfer_id)
            written = Briefing(text=text, source=BriefingSource.RULES)
            if newest is not None:
                written = Briefing(**{**newest.briefing, "text": text})
            version = newest.version + 1 if newest else MACHINE_VERSION
            await _add(db, tenant, transfer_id, version, written, by_agent=True)
            await tell_transfer(db, tenant, transfer_id)
        return int(version)

    async def sentences(self, tenant: str, transfer_id: str) -> tuple[str, ...]:
        async with self._db.reading() as db:
            newest = await _newest(db, tenant, transfer_id)
        if newest is None:
            raise NotThere("There is no briefing yet.")
        parts = BETWEEN_SENTENCES.split(newest.briefing["text"].strip())
        return tuple(part for part in parts if part)


def _of(tenant: str, transfer_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return briefings.c.tenant == tenant, briefings.c.transfer_id == transfer_id


async def _newest(db: AsyncConnection, tenant: str, transfer_id: str) -> sa.Row[Any] | None:
    query = sa.select(briefings).where(*_of(tenant, transfer_id))
    return (await db.execute(query.order_by(briefings.c.version.desc()).limit(1))).first()


async def _add(
    db: AsyncConnection,
    tenant: str,
    transfer_id: str,
    version: int,
    briefing: Briefing,
    *,
    by_agent: bool,
) -> None:
    row = {
        "tenant": tenant,
        "transfer_id": transfer_id,
        "version": version,
        "by_agent": by_agent,
        "briefing": briefing.model_dump(mode="json"),
    }
    await db.execute(sa.insert(briefings).values(row))


async def _earlier(
    db: AsyncConnection, tenant: str, call_id: str, transfer_id: str | None
) -> tuple[str, ...]:
    query = (
        sa.select(transfers.c.id)
        .where(transfers.c.tenant == tenant, transfers.c.call_id == call_id)
        .where(transfers.c.id != (transfer_id or ""))
        .order_by(transfers.c.created_at)
    )
    found = [await _newest(db, tenant, row.id) for row in await db.execute(query)]
    return tuple(row.briefing["text"] for row in found if row is not None)
