"""Events are forgotten after their time, in the order of their ids, and no stream goes astray."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import SqlRecord
from adapters.sql.tables import events
from domain.phases import Role

DAY = timedelta(days=1)


async def happen(record: SqlRecord, times: int) -> list[int]:
    """Let as many things happen; answers the ids of their events."""
    before = await record.newest_event()
    for number in range(times):
        await record.sign_in("one", Role.AGENT, f"{before} {number}")
    return [event.id for event in await record.events_after(before)]


async def age(database_url: str, ids: list[int]) -> None:
    """Have these events happen more than a day ago."""
    engine = create_async_engine(database_url)
    async with engine.begin() as db:
        long_ago = datetime.now(UTC) - DAY - timedelta(seconds=1)
        await db.execute(sa.update(events).where(events.c.id.in_(ids)).values(at=long_ago))
    await engine.dispose()


async def kept(record: SqlRecord) -> list[int]:
    return [event.id for event in await record.events_after(0)]


async def test_old_events_are_forgotten_a_batch_at_a_time(
    record: SqlRecord, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sql.events.AT_ONCE", 3)
    monkeypatch.setattr("adapters.sql.events.MOST_BATCHES", 2)
    old, new = await happen(record, 8), await happen(record, 2)
    await age(database_url, old)
    await record.forget_events(DAY)
    assert await kept(record) == old[6:] + new
    for _ in range(2):
        await record.forget_events(DAY)
        assert await kept(record) == new
        assert await record.oldest_event() == new[0]


async def test_the_newest_event_stays_and_no_id_comes_twice(
    record: SqlRecord, database_url: str
) -> None:
    old = await happen(record, 4)
    await age(database_url, old)
    await record.forget_events(DAY)
    assert await kept(record) == old[-1:]
    assert await record.newest_event() == old[-1]
    (new,) = await happen(record, 1)
    assert new > old[-1]


async def test_what_came_after_a_kept_event_is_kept(record: SqlRecord, database_url: str) -> None:
    """As clocks of several machines may have it: a stream that resumes must miss nothing."""
    ids = await happen(record, 5)
    await age(database_url, [ids[0], ids[2], ids[3]])
    await record.forget_events(DAY)
    assert await kept(record) == ids[1:]
