"""Both databases: migrated alike, never missing an event, and never waited for for ever."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import SqlRecord, open_record
from adapters.sql.engine import Database
from adapters.sql.tables import metadata
from adapters.sql.upgrade import upgrade
from chaos.proxy import running_proxy
from domain.errors import Refused, Unreachable
from domain.journal import Event
from domain.phases import Phase, Role, TurnKind
from tests.databases import PostgresServer
from tests.record_samples import begin, entry

CHECKOUT = Path(__file__).parents[1]
BATCHES = 25


async def test_migrations_lead_to_exactly_these_tables(database_url: str) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    engine = create_async_engine(database_url)
    async with engine.connect() as db:
        assert await db.run_sync(differences) == []
    await engine.dispose()


async def _upgrade(url: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "adapters.sql"),
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_upgrades_that_start_at_once_take_turns(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    await postgres.run("CREATE DATABASE fresh")
    urls = (f"sqlite+aiosqlite:///{tmp_path}/not/yet/there.db", postgres.url("fresh"))
    ends = await asyncio.gather(*(_upgrade(url) for url in urls for _ in range(2)))
    assert ends == [(0, "")] * 4
    for url in urls:
        async with open_record(url) as record:
            assert await record.newest_event() == 0


async def test_an_upgrade_says_in_one_line_what_is_wrong() -> None:
    wrong = ("mysql://nowhere", "postgresql+asyncpg://nobody:pa55word@127.0.0.1:1/none")
    (kind, about_kind), (away, about_away) = await asyncio.gather(*map(_upgrade, wrong))
    assert (kind, about_kind.count("\n")) == (2, 1)
    assert (away, about_away.count("\n")) == (1, 1)
    assert "pa55word" not in about_away


async def test_an_upgrade_takes_what_it_takes_but_does_not_wait_for_its_turn_for_ever(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build_an_index(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT pg_sleep(4)"))

    monkeypatch.setattr("adapters.sql.upgrade.LIMIT", timedelta(seconds=3))
    monkeypatch.setattr("adapters.sql.upgrade._run_migrations", build_an_index)
    await upgrade(postgres_url)
    writer = Database(postgres_url, timedelta(seconds=30))
    async with writer.writing():
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await upgrade(postgres_url)
        assert time.monotonic() - began < 10
    await writer.close()


async def test_a_tailer_misses_nothing_of_what_several_writers_write(
    record: SqlRecord, database_url: str
) -> None:
    samples = [await begin(record, tenant=f"tenant-{number}") for number in range(3)]
    start = await record.newest_event()

    async def write(number: int) -> None:
        sample = samples[number]
        async with open_record(database_url) as own:
            for sequence in range(1, BATCHES + 1):
                state = sample.state(Phase.PREPARING)
                line = entry(sequence, Event.BRIEFING_WRITTEN, transfer=state)
                await own.append(sample.transfer(line))

    async def tail() -> list[int]:
        seen: list[int] = []
        newest = start
        while len(seen) < BATCHES * len(samples):
            events = await record.events_after(newest, limit=7)
            seen += [event.id for event in events]
            newest = max([newest, *seen])
            if not events:
                await record.wait_for_events(newest)
        return seen

    async with asyncio.timeout(20):
        seen, *_ = await asyncio.gather(tail(), *(write(n) for n in range(len(samples))))
    assert seen == [event.id for event in await record.events_after(start)]
    assert await record.oldest_event() <= start


async def test_whoever_waits_wakes_when_another_process_writes(
    record: SqlRecord, database_url: str
) -> None:
    newest = await record.newest_event()
    async with open_record(database_url) as elsewhere:
        waiting = asyncio.create_task(record.wait_for_events(newest))
        await asyncio.sleep(0.1)
        await elsewhere.sign_in("one", Role.AGENT, "Ann")
        began = time.monotonic()
        await waiting
        assert time.monotonic() - began < 0.5
    began = time.monotonic()
    await record.wait_for_events(0)
    assert time.monotonic() - began < 0.5


async def test_of_two_requests_with_one_key_exactly_one_is_the_first(
    record: SqlRecord, database_url: str
) -> None:
    async with open_record(database_url) as elsewhere:
        answers = await asyncio.gather(
            *(
                by.claim_key("one/ann/transfers", "key", f"body {number}")
                for number, by in enumerate((record, elsewhere) * 4)
            )
        )
    assert len({answer.fingerprint for answer in answers}) == 1
    await record.settle_key("one/ann/transfers", "key", "tr_1")
    again = await record.claim_key("one/ann/transfers", "key", "another body")
    assert (again.fingerprint, again.result) == (answers[0].fingerprint, "tr_1")
    other = await record.claim_key("one/bob/transfers", "key", "another body")
    assert (other.fingerprint, other.result) == ("another body", None)


async def test_a_key_is_forgotten_after_its_time_and_never_readable(
    record: SqlRecord, database_url: str
) -> None:
    await record.claim_key("one", "my-secret-key", "old", kept=timedelta(0))
    assert (await record.claim_key("one", "my-secret-key", "new")).fingerprint == "new"
    engine = create_async_engine(database_url)
    async with engine.connect() as db:
        rows = list(await db.execute(sa.text("SELECT * FROM keys")))
    await engine.dispose()
    assert len(rows) == 1
    assert "my-secret-key" not in repr(rows)


@pytest.mark.parametrize("text", ["nothing\0more", "half \ud800 a pair"])
async def test_text_that_can_not_be_kept_is_refused_without_being_quoted(
    record: SqlRecord, text: str
) -> None:
    sample = await begin(record)
    tries: list[Callable[[], Awaitable[object]]] = [
        lambda: record.add_turn(
            "one", sample.call_id, sample.carol, TurnKind.SAID, text, turn_id="t1"
        ),
        lambda: record.sign_in("one", Role.AGENT, text),
        lambda: record.edit_briefing("one", sample.transfer_id, text),
    ]
    for attempt in tries:
        with pytest.raises(Refused) as refused:
            await attempt()
        assert "nothing" not in str(refused.value)
        assert "half a" not in str(refused.value)
    assert await record.turns("one", sample.call_id, notes=True, limit=9, before=None) == ()


async def test_a_failure_never_quotes_a_row(record: SqlRecord) -> None:
    sample = await begin(record)
    with pytest.raises(Refused) as refused:
        await record.say_why("one", sample.transfer_id, None, "x", "private")  # type: ignore[arg-type]
    assert "private" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_postgres_that_falls_silent_is_unreachable_in_time_and_found_again(
    postgres: PostgresServer, postgres_url: str
) -> None:
    is_silent = asyncio.Event()

    async def write_while_it_is_silent(database: Database) -> None:
        async with database.writing() as db:
            proxy.hold()
            is_silent.set()
            await db.execute(sa.text("SELECT 1"))

    async with running_proxy(f"127.0.0.1:{postgres.port}") as proxy:
        url = make_url(postgres_url).set(port=proxy.port).render_as_string(False)
        database = Database(url)
        async with open_record(url) as record:
            sample = await begin(record)
            writing = asyncio.create_task(write_while_it_is_silent(database))
            await is_silent.wait()
            began = time.monotonic()
            failures = await asyncio.gather(
                writing,
                record.ping(),
                record.call("one", sample.call_id),
                record.sign_in("one", Role.AGENT, "Ann"),
                record.wait_for_events(99),
                return_exceptions=True,
            )
            assert time.monotonic() - began < 5
            assert [type(failure) for failure in failures] == [Unreachable] * 5
            await proxy.pass_on()
            assert await record.call("one", sample.call_id) is not None
        await database.close()


@pytest.mark.parametrize("error", [asyncpg.ProtocolError, asyncpg.InternalClientError])
async def test_an_answer_that_makes_no_sense_is_no_answer(
    sqlite_url: str, error: type[Exception]
) -> None:
    database = Database(sqlite_url)
    with pytest.raises(Unreachable) as unreachable:
        async with database.reading():
            raise error("private")
    assert "private" not in str(unreachable.value)
    await database.close()


async def test_a_postgres_that_is_gone_is_unreachable_at_once(postgres: PostgresServer) -> None:
    for port, name in ((1, "none"), (postgres.port, "not_there")):
        url = f"postgresql+asyncpg://postgres@127.0.0.1:{port}/{name}"
        async with open_record(url) as record:
            began = time.monotonic()
            with pytest.raises(Unreachable):
                await record.ping()
            assert time.monotonic() - began < 3


async def test_a_locked_or_missing_file_is_unreachable_in_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_record(f"sqlite+aiosqlite:///{tmp_path}/no/such.db") as record:
        with pytest.raises(Unreachable):
            await record.ping()
    engine = create_async_engine(sqlite_url, connect_args={"isolation_level": None})
    async with engine.connect() as db:
        await db.exec_driver_sql("BEGIN IMMEDIATE")
        async with open_record(sqlite_url, limit=timedelta(seconds=0.5)) as record:
            began = time.monotonic()
            with pytest.raises(Unreachable):
                await record.sign_in("one", Role.AGENT, "Ann")
            assert time.monotonic() - began < 1
            assert await record.agents("one") == ()
        await db.rollback()
    await engine.dispose()


async def test_writers_that_are_called_off_let_the_next_one_in_at_once(database_url: str) -> None:
    database, other = Database(database_url), Database(database_url)
    writes = asyncio.Event()

    async def write_for_ever() -> None:
        async with database.writing():
            writes.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(write_for_ever())
    await writes.wait()
    waiting = [asyncio.create_task(write_for_ever()) for _ in range(3)]
    _, pending = await asyncio.wait(waiting, timeout=0.2)
    assert len(pending) == len(waiting)
    for task in (first, *waiting):
        task.cancel()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    began = time.monotonic()
    async with other.writing():
        assert time.monotonic() - began < 1
    await asyncio.gather(database.close(), other.close())
