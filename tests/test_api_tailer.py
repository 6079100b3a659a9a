"""The one reader of events outlives whatever it meets; every stream hangs on it."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql.tables import events
from domain.record import EventRow
from tests.api_stage import Stage


async def test_an_event_that_can_not_be_understood_costs_streams_a_new_start_and_no_more(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("api.tailer.AGAIN", timedelta(milliseconds=50))
    ann, read = await api_stage.sign_in("Ann"), api_stage.record.events_after
    is_poisoned = True

    async def poisoned(last_id: int, *, limit: int = 500) -> tuple[EventRow, ...]:
        nonlocal is_poisoned
        rows = await read(last_id, limit=limit)
        if rows and is_poisoned:
            is_poisoned = False
            raise ValueError("'hologram' is not a valid EventKind")
        return rows

    async with ann.events() as stream:
        await stream.until("agents")
        monkeypatch.setattr(api_stage.record, "events_after", poisoned)
        with caplog.at_level(logging.ERROR, "api.tailer"):
            await api_stage.sign_in("Bob")
            told = await stream.until("agents")
            while told[-1][1][-1]["name"] != "Bob":
                told += await stream.until("agents")
        assert "resync" in [kind for kind, _, _ in told]
        await api_stage.sign_in("Cleo")
        assert [agent["name"] for agent in (await stream.until("agents"))[-1][1]][-1] == "Cleo"
    assert "hologram" in caplog.text


async def test_kinds_of_events_of_a_later_release_are_passed_over(
    api_stage: Stage, sqlite_url: str
) -> None:
    ann = await api_stage.sign_in("Ann")
    async with ann.events() as stream:
        last = (await stream.until("agents"))[-1][2]
        await tell_of_a_hologram(sqlite_url)
        await api_stage.sign_in("Bob")
        assert [kind for kind, _, _ in await stream.until("agents")] == ["agents"]
    async with ann.events(last=last) as stream:
        assert [kind for kind, _, _ in await stream.until("agents")] == ["agents"]


async def tell_of_a_hologram(url: str) -> None:
    """Append an event as a later release might."""
    engine = create_async_engine(url)
    async with engine.begin() as db:
        row = {"tenant": "default", "kind": "hologram", "people": [], "data": {}, "last": False}
        await db.execute(sa.insert(events).values(**row, at=datetime.now(UTC)))
    await engine.dispose()
