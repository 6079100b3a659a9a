"""Lists of transfers: whose they are, in which order, and found without walking through all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import SqlRecord, open_record
from adapters.sql.tables import transfers
from domain.journal import Attempt, Event
from domain.phases import Phase
from domain.views import TransferView
from tests.record_samples import NOON, begin, entry, tell_all

EVERYTHING = {"agent": None, "call_id": None, "reference": None, "phase": None}


async def listed(record: SqlRecord, **wanted: Any) -> tuple[TransferView, ...]:
    query: dict[str, Any] = {**EVERYTHING, "limit": 9, "before": None, **wanted}
    return await record.transfers("one", **query)


async def test_an_agent_has_what_they_asked_for_and_what_they_are_or_were_asked(
    record: SqlRecord,
) -> None:
    for asked in ((), ("Bob",), ("Bob", "Dan"), ("Dan",)):
        sample = await begin(record)
        people = {"Bob": sample.bob, "Dan": "agt_dan"}
        attempts = tuple(Attempt(to=people[name], began_at=NOON) for name in asked)
        state = sample.state(Phase.PREPARING, attempts=attempts)
        await record.append(sample.transfer(entry(1, Event.REQUESTED, transfer=state)))
    everything = await listed(record)
    assert [len(view.attempts) for view in everything] == [1, 2, 1, 0]
    for agent, times in ((sample.ann, 4), (sample.bob, 4), ("agt_dan", 2), (sample.carol, 0)):
        theirs = [
            view
            for view in everything
            if view.agent_b
            and agent in (view.agent_a.id, view.agent_b.id, *(a.to.id for a in view.attempts))
        ]
        assert len(theirs) == times
        assert await listed(record, agent=agent) == tuple(theirs)
        assert await listed(record, agent=agent, call_id=sample.call_id) == tuple(theirs[:1])


async def test_pages_lose_nothing_of_one_moment(record: SqlRecord, database_url: str) -> None:
    for _ in range(4):
        sample = await begin(record)
        await tell_all(record, sample)
    engine = create_async_engine(database_url)
    async with engine.begin() as db:
        await db.execute(sa.update(transfers).values(created_at=NOON))
    await engine.dispose()
    whole, pages = await listed(record), list[TransferView]()
    while page := await listed(record, limit=1, before=pages[-1].id if pages else None):
        pages += page
    assert tuple(pages) == whole
    assert len(whole) == 4
    assert await listed(record, before="tr_unknown") == ()


@contextmanager
def asked_of_the_database() -> Iterator[list[tuple[str, Any]]]:
    """Collect statements with their parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, ____: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("before", [None, "tr_1"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"call_id": "call_1"},
        {"reference": "case 7"},
        {"agent": "agt_1"},
        {"agent": "agt_1", "phase": Phase.OFFERING},
        {"agent": "agt_1", "call_id": "call_1"},
    ],
    ids=repr,
)
async def test_what_is_searched_for_is_found_by_its_index(
    sqlite_url: str, wanted: dict[str, Any], before: str | None
) -> None:
    plan = await plan_of(sqlite_url, before=before, **wanted)
    narrow = ("sqlite_autoindex_transfers_1 (tenant=? AND id=?)", "ix_transfers_phase (phase=?)")
    assert plan[0] in [f"SEARCH transfers USING INDEX {index}" for index in narrow]
    whole = ("(tenant=?)", "SCAN transfers", "SCAN attempts")
    assert not [step for step in plan if step.endswith(whole)]


async def test_a_deep_page_begins_where_the_last_one_ended(sqlite_url: str) -> None:
    plan = await plan_of(sqlite_url, before="tr_1")
    index = "ix_transfers_tenant_created_at_id (tenant=? AND (created_at,id)<(?,?))"
    assert f"SEARCH transfers USING INDEX {index}" in plan


async def plan_of(url: str, **wanted: Any) -> list[str]:
    """Say how SQLite would look for transfers."""
    async with open_record(url) as record:
        with asked_of_the_database() as asked:
            await listed(record, **wanted)
    ((statement, parameters),) = asked
    engine = create_async_engine(url)
    async with engine.connect() as db:
        steps = await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = [step.detail for step in steps]
    await engine.dispose()
    return plan
