"""Seats: issued by the worker, fetched by their owners through the api."""

import sqlalchemy as sa

from adapters.sql.engine import Database
from adapters.sql.tables import seats
from domain.ports import KeptSeat
from domain.seating import Grant


class SqlSeats:
    """Implements `domain.ports.Seats`, and what the api asks about seats."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, seat: KeptSeat) -> None:
        mine = (seats.c.tenant == seat.tenant, seats.c.id == seat.seat_id)
        row = {
            "call_id": seat.call_id,
            "transfer_id": seat.transfer_id,
            "room": seat.room,
            "person": seat.person,
            "may": seat.may.model_dump(),
            "sealed_token": seat.sealed_token,
            "expires_at": seat.expires_at,
        }
        async with self._db.writing() as db:
            # A late repetition replaces the token, but gives nobody back a void seat.
            if (await db.execute(sa.update(seats).where(*mine).values(row))).rowcount == 0:
                first = sa.insert(seats).values(tenant=seat.tenant, id=seat.seat_id, void=False)
                await db.execute(first.values(row))

    async def revoke(self, room: str, person: str) -> None:
        theirs = (seats.c.room == room, seats.c.person == person)
        async with self._db.writing() as db:
            await db.execute(sa.update(seats).where(*theirs).values(void=True))

    async def seat(self, tenant: str, seat_id: str) -> KeptSeat | None:
        query = sa.select(seats).where(
            seats.c.tenant == tenant, seats.c.id == seat_id, seats.c.void.is_(False)
        )
        async with self._db.reading() as db:
            row = (await db.execute(query)).first()
        if row is None:
            return None
        return KeptSeat(
            seat_id=row.id,
            tenant=row.tenant,
            call_id=row.call_id,
            transfer_id=row.transfer_id,
            room=row.room,
            person=row.person,
            may=Grant.model_validate(row.may),
            sealed_token=row.sealed_token,
            expires_at=row.expires_at,
        )

    async def is_void(self, room: str, person: str) -> bool:
        theirs = sa.select(seats.c.void).where(seats.c.room == room, seats.c.person == person)
        async with self._db.reading() as db:
            voids = (await db.execute(theirs)).scalars().all()
        return bool(voids) and all(voids)
