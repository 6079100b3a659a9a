"""The record in SQL: an SQLite file by default, Postgres by URL."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from adapters.sql.briefings import SqlBriefings
from adapters.sql.calls import SqlCalls
from adapters.sql.engine import LIMIT, Database
from adapters.sql.events import SqlEvents
from adapters.sql.keys import SqlKeys
from adapters.sql.leftovers import SqlLeftovers
from adapters.sql.people import SqlPeople
from adapters.sql.reservations import SqlReservations
from adapters.sql.seats import SqlSeats
from adapters.sql.tallies import SqlTallies
from adapters.sql.transfers import SqlTransfers
from adapters.sql.turns import SqlTurns

__all__ = ["SqlRecord", "open_record"]


class SqlRecord(
    SqlPeople,
    SqlCalls,
    SqlTurns,
    SqlTransfers,
    SqlBriefings,
    SqlSeats,
    SqlReservations,
    SqlKeys,
    SqlEvents,
    SqlLeftovers,
    SqlTallies,
):
    """The whole record, one class per noun: `domain.record.Record` and the worker's ports.

    The worker passes it as `journal`, `seats`, `briefings`, `reservations` and `leftovers` alike.
    """

    async def close(self) -> None:
        """Give the database back."""
        await self._db.close()


@asynccontextmanager
async def open_record(
    url: str,
    *,
    limit: timedelta = LIMIT,
    left: Callable[[], timedelta] = lambda: timedelta.max,
) -> AsyncIterator[SqlRecord]:
    """Open the record at DATABASE_URL, upgraded before by `python -m adapters.sql`.

    Opening reaches for nothing: a database that is away is `Unreachable` at the first use.

    Args:
        url: Where it is.
        limit: How long any operation may take.
        left: Says what is left of the time of whoever asks for one.
    """
    record = SqlRecord(Database(url, limit, left))
    try:
        yield record
    finally:
        await record.close()
