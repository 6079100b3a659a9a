"""Runs migrations: inside the transaction of `adapters.sql.upgrade`, or for alembic's own CLI."""

import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql.tables import metadata
from domain.settings import DatabaseSettings


def run(connection: sa.Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()


async def run_by_hand() -> None:
    async with create_async_engine(DatabaseSettings().url).begin() as connection:
        await connection.run_sync(run)


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_by_hand())
else:
    run(given)
