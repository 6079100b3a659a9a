"""People: who there is, and whether an agent may be asked."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.events import NewEvent, tell
from adapters.sql.tables import calls, people, tenants, transfers
from domain.errors import NotThere
from domain.names import OPS, new_id
from domain.phases import Availability, CallState, Phase, Role
from domain.record import EventKind
from domain.views import AgentView, PersonView, SignedIn

STREAM_LOST = timedelta(seconds=45)
"""A stream that is open says so every 15 s; after three times nothing it is lost."""
PREFIXES = {Role.CALLER: "caller", Role.AGENT: "agt", Role.SUPERVISOR: "sup"}
OPERATIONS = PersonView(id=OPS, name="Operations")


class Names(dict[str, str]):
    """Names by id; who is not known is somebody all the same."""

    def __missing__(self, person_id: str) -> str:
        return OPERATIONS.name if person_id == OPS else "Somebody"

    def person(self, person_id: str) -> PersonView:
        """Make a view of one person."""
        return PersonView(id=person_id, name=self[person_id])


async def names(db: AsyncConnection, tenant: str, ids: Iterable[str | None]) -> Names:
    """Look up the names of some people."""
    query = sa.select(people.c.id, people.c.name).where(
        people.c.tenant == tenant, people.c.id.in_({i for i in ids if i})
    )
    return Names((row.id, row.name) for row in await db.execute(query))


async def add_person(
    db: AsyncConnection, tenant: str, person_id: str, role: Role, name: str, *, away: bool = False
) -> None:
    """Write down a person, and their tenant with the first of its people."""
    now = datetime.now(UTC)
    known = sa.select(tenants.c.id).where(tenants.c.id == tenant)
    if (await db.execute(known)).first() is None:
        await db.execute(sa.insert(tenants).values(id=tenant, created_at=now))
    await db.execute(
        sa.insert(people).values(
            tenant=tenant, id=person_id, role=role, name=name, away=away, created_at=now
        )
    )


async def agents_now(db: AsyncConnection, tenant: str) -> tuple[AgentView, ...]:
    """List the agents with what they are doing."""
    query = _doing(tenant).where(people.c.role == Role.AGENT).order_by(people.c.name, people.c.id)
    rows = (await db.execute(query)).all()
    return tuple(AgentView(id=row.id, name=row.name, state=availability(row)) for row in rows)


async def agent_row(db: AsyncConnection, tenant: str, agent: str) -> sa.Row[Any]:
    """Read one agent, for `availability` and reservations.

    Raises:
        NotThere: no such agent.
    """
    query = _doing(tenant).where(people.c.id == agent, people.c.role == Role.AGENT)
    row: sa.Row[Any] | None = (await db.execute(query)).first()
    if row is None:
        raise NotThere("There is no such agent.")
    return row


def _doing(tenant: str) -> sa.Select[Any]:
    in_a_call = sa.exists().where(
        calls.c.tenant == tenant, calls.c.agent == people.c.id, calls.c.state != CallState.ENDED
    )
    # The call is agent B's already, and agent A still talks in it.
    introducing = transfers.alias()
    introduces = sa.exists().where(
        introducing.c.tenant == tenant,
        introducing.c.agent_a == people.c.id,
        introducing.c.phase == Phase.INTRODUCING,
    )
    asked = sa.and_(transfers.c.tenant == tenant, transfers.c.id == people.c.reserved_by)
    return (
        sa.select(people, (in_a_call | introduces).label("in_a_call"), transfers.c.phase)
        .select_from(people.outerjoin(transfers, asked))
        .where(people.c.tenant == tenant)
    )


def is_reserved(row: sa.Row[Any]) -> bool:
    """Say whether a transfer is asking this agent, as long as agents who talk may take."""
    runs = row.phase not in (None, Phase.ENDED)
    return row.reserved_by is not None and (runs or row.reserved_until > datetime.now(UTC))


def availability(row: sa.Row[Any]) -> Availability:
    """Say what an agent is doing."""
    if row.in_a_call:
        return Availability.ON_CALL
    if is_reserved(row):
        return Availability.RINGING if row.phase == Phase.OFFERING else Availability.RESERVED
    seen = row.stream_seen_at
    if row.away or seen is None or seen < datetime.now(UTC) - STREAM_LOST:
        return Availability.AWAY
    return Availability.AVAILABLE


@asynccontextmanager
async def telling_agents(
    db: AsyncConnection, tenant: str, *, anyway: bool = False
) -> AsyncIterator[None]:
    """Append an `agents` event if what is done inside changes what an agent is doing."""
    before = await agents_now(db, tenant)
    yield
    after = await agents_now(db, tenant)
    if anyway or after != before:
        data = {"agents": [agent.model_dump(mode="json") for agent in after]}
        await tell(db, NewEvent(tenant, EventKind.AGENTS, data))


class SqlPeople:
    """Signing in, going away, coming back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def sign_in(self, tenant: str, role: Role, name: str) -> SignedIn:
        async with self._db.writing() as db, telling_agents(db, tenant):
            person, _ = await _known(db, tenant, role, name, away=False)
            # Signing in counts as a sign of life: the stream is opened right after it.
            await _change(db, tenant, person.id, away=False, stream_seen_at=datetime.now(UTC))
        return person

    async def enrol(self, tenant: str, role: Role, name: str) -> tuple[SignedIn, bool]:
        async with self._db.writing() as db, telling_agents(db, tenant):
            return await _known(db, tenant, role, name, away=True)

    async def person(self, tenant: str, person_id: str) -> SignedIn | None:
        query = sa.select(people).where(people.c.tenant == tenant, people.c.id == person_id)
        async with self._db.reading() as db:
            row = (await db.execute(query)).first()
        return SignedIn(id=row.id, name=row.name, role=row.role, tenant=tenant) if row else None

    async def set_availability(self, tenant: str, person_id: str, *, away: bool) -> None:
        async with self._db.writing() as db, telling_agents(db, tenant):
            await _change(db, tenant, person_id, away=away)

    async def streams_seen(self, tenant: str, person_ids: Collection[str]) -> None:
        now = datetime.now(UTC)
        present = (people.c.tenant == tenant, people.c.id.in_(person_ids))
        async with self._db.writing() as db:
            was_lost = await _forget_lost(db, tenant, now - STREAM_LOST)
            async with telling_agents(db, tenant, anyway=was_lost):
                await db.execute(sa.update(people).where(*present).values(stream_seen_at=now))

    async def streams_lost(self, tenant: str, left_at: Mapping[str, datetime]) -> None:
        async with self._db.writing() as db, telling_agents(db, tenant):
            for person_id, at in left_at.items():
                theirs = (people.c.tenant == tenant, people.c.id == person_id)
                not_since = people.c.stream_seen_at <= at
                lost = sa.update(people).where(*theirs, not_since).values(stream_seen_at=None)
                await db.execute(lost)

    async def agents(self, tenant: str) -> tuple[AgentView, ...]:
        async with self._db.reading() as db:
            return await agents_now(db, tenant)


async def _forget_lost(db: AsyncConnection, tenant: str, before: datetime) -> bool:
    """Forget streams not seen since; True: an agent has gone away with one, and nobody was told."""
    lost = (
        people.c.tenant == tenant,
        people.c.role == Role.AGENT,
        people.c.stream_seen_at < before,
    )
    forget = sa.update(people).where(*lost).values(stream_seen_at=None)
    return (await db.execute(forget)).rowcount > 0


async def _known(
    db: AsyncConnection, tenant: str, role: Role, name: str, *, away: bool
) -> tuple[SignedIn, bool]:
    """Find somebody as they are, or make them (True), away or not."""
    theirs = (people.c.tenant == tenant, people.c.role == role, people.c.name == name)
    known = (await db.execute(sa.select(people.c.id).where(*theirs))).scalar()
    person_id = known or new_id(PREFIXES[role])
    if known is None:
        await add_person(db, tenant, person_id, role, name, away=away)
    return SignedIn(id=person_id, name=name, role=role, tenant=tenant), known is None


async def _change(db: AsyncConnection, tenant: str, person_id: str, **values: object) -> None:
    mine = (people.c.tenant == tenant, people.c.id == person_id)
    if (await db.execute(sa.update(people).where(*mine).values(**values))).rowcount == 0:
        raise NotThere("There is no such person.")
