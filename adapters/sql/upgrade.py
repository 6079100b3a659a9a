"""Bringing a database to the newest schema."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from adapters.sql.engine import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"
LIMIT = timedelta(seconds=30)
"""For a connection and the writer's turn; an index of a large table then takes what it takes."""


async def upgrade(url: str) -> None:
    """Bring the database at this URL to the newest schema; one that is there stays as it is.

    The migrations run in one writer's transaction: several that start at once take turns, and
    one that is killed leaves nothing behind.

    Raises:
        Unreachable: the database is away, or somebody else writes for longer than the limit.
    """
    if (path := sa.make_url(url).database) and url.startswith("sqlite"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    database = Database(url, LIMIT, hurries=False)
    try:
        await database.prepare()
        async with database.writing() as db:
            await db.run_sync(_run_migrations)
    finally:
        await database.close()


def _run_migrations(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
