"""The database: connections, transactions and their limits, and what its failures mean to us."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.sql.tables import events
from domain.errors import PortError, Refused, Unreachable

LIMIT = timedelta(seconds=5)
"""After this long without an answer the database counts as away."""
GOODBYE_S = 0.25
WRITE_LOCK = 0x7761726D
"""Number of the Postgres advisory lock that lets writers in one after the other."""
POSTGRES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What its driver raises, also past SQLAlchemy: what the server says, or what can't be read."""
WAITING = "busy_timeout"
"""Under this a connection to SQLite remembers how long it waits for the writer's turn."""
SQLITE_BEGINS = {"read": "BEGIN", "write": "BEGIN IMMEDIATE", "watch": None}
"""How each purpose begins; watching stays outside transactions, to see what others commit."""


class Database:
    """SQLite or Postgres, used alike: many readers, one writer at a time.

    Writers take turns (SQLite by BEGIN IMMEDIATE, Postgres by an advisory lock). So checking
    and then writing is atomic, and events become visible in the order of their ids.
    """

    def __init__(
        self,
        url: str,
        limit: timedelta = LIMIT,
        left: Callable[[], timedelta] = lambda: timedelta.max,
        *,
        hurries: bool = True,
    ) -> None:
        # Some of the limit is for giving up.
        seconds, self._patience_s = limit.total_seconds(), limit.total_seconds() * 0.8
        self._hurries = hurries
        """Otherwise the limit is for the connection and the writer's turn, not for the work."""
        self._left = left
        """What whoever asks has left of their own time."""
        self.is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        self._engine = (
            _sqlite(url, self._patience_s) if self.is_sqlite else _postgres(url, seconds, hurries)
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Read, all statements from one moment.

        Raises:
            Unreachable: no answer, or not in time.
            Refused: the database said no.
        """
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        async with self._connected("read", **options) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Read and write while nobody else writes, and keep all of it or nothing.

        Raises:
            Unreachable: no answer, or not in time; it may have been kept all the same.
            Refused: the database said no.
        """
        async with self._connected("write") as connection:
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Callable[[], Awaitable[int]]]:
        """Get a cheap question whose answer changes when somebody else has written."""
        pulse: sa.Executable = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))
        if self.is_sqlite:
            pulse = sa.text("PRAGMA data_version")
        async with self._connected("watch") as connection:

            async def ask() -> int:
                return int((await connection.execute(pulse)).scalar_one())

            yield ask

    async def prepare(self) -> None:
        """Let readers read on while somebody writes; an SQLite file keeps it for good."""
        if self.is_sqlite:
            async with self._connected("watch") as connection:
                await connection.execute(sa.text("PRAGMA journal_mode = WAL"))

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connected(self, purpose: str, **options: str) -> AsyncIterator[AsyncConnection]:
        patience_s = min(self._patience_s, self._left().total_seconds())
        engine = self._engine.execution_options(purpose=purpose, patience_s=patience_s, **options)
        # SQLite keeps it by itself.
        within = asyncio.timeout(None if self.is_sqlite else patience_s)
        try:
            async with within, engine.connect() as connection:
                try:
                    if purpose == "write" and not self.is_sqlite:
                        await connection.execute(
                            sa.select(sa.func.pg_advisory_xact_lock(WRITE_LOCK))
                        )
                    if not self._hurries:
                        within.reschedule(None)
                    yield connection
                except asyncio.CancelledError:
                    # Otherwise a rollback would wait for the database that didn't answer.
                    await connection.invalidate()
                    raise
        except (SQLAlchemyError, OSError, *POSTGRES) as error:
            # Not chained: what drivers say quotes the rows.
            raise meaning(error) from None


def meaning(error: Exception) -> PortError:
    """Say what a driver's failure means to us, without any of its private words."""
    if isinstance(error, StatementError) and isinstance(error.orig, PortError):
        return error.orig
    name = type(error).__name__
    if isinstance(error, DataError | IntegrityError):
        return Refused(f"The database refused a row ({name}).")
    if isinstance(error, DBAPIError) and error.orig is not None:
        name = f"{name}, {getattr(error.orig, 'sqlstate', None) or type(error.orig).__name__}"
    return Unreachable(f"The database did not answer ({name}).")


def _sqlite(url: str, limit_s: float) -> AsyncEngine:
    # isolation_level None: otherwise Python's driver begins transactions by itself, and late.
    engine = create_async_engine(
        url, connect_args={"isolation_level": None}, pool_timeout=limit_s, hide_parameters=True
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: sa.engine.interfaces.DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_waiting(limit_s))
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        statement = SQLITE_BEGINS[options.get("purpose", "read")]
        if statement:
            waiting = _waiting(options.get("patience_s", limit_s))
            if connection.info.get(WAITING) != waiting:  # mostly as long as the last time
                connection.exec_driver_sql(waiting).close()
                connection.info[WAITING] = waiting
            connection.exec_driver_sql(statement)

    return engine


def _waiting(at_most_s: float) -> str:
    return f"PRAGMA busy_timeout = {int(at_most_s * 1000)}"


class _Impatient(asyncpg.Connection):  # type: ignore[misc]
    """A Postgres connection that says goodbye, but doesn't wait for an answer."""

    async def close(self, *, timeout: float | None = None) -> None:
        """Close, whether or not the server is there."""
        # asyncpg has aborted the connection by the time it says that it took too long.
        with contextlib.suppress(TimeoutError):
            await super().close(timeout=GOODBYE_S)


def _postgres(url: str, limit_s: float, hurries: bool) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=limit_s,
        hide_parameters=True,
        connect_args={
            "connection_class": _Impatient,
            "command_timeout": limit_s if hurries else None,
            # A frozen writer must not keep the lock from all others.
            "server_settings": {"idle_in_transaction_session_timeout": f"{int(limit_s * 1000)}"},
        },
    )
