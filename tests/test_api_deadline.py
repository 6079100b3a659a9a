"""However the parts of a request share its time, who asked has an answer within three seconds."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import open_record
from adapters.sql.engine import WRITE_LOCK
from api import deadline
from domain.errors import Unreachable
from domain.phases import Role
from tests.api_stage import running_api

pytestmark = pytest.mark.alone

BODY = {"caller_name": "Carol"}


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Keep every writer out of a database."""
    engine = create_async_engine(url)
    lock = sa.text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
    if engine.url.get_backend_name() == "sqlite":
        lock = sa.text("BEGIN IMMEDIATE")
    async with engine.connect() as db:
        await db.execute(lock)
        yield
        await db.rollback()
    await engine.dispose()


async def test_a_slow_part_leaves_the_next_one_less_time() -> None:
    async def request() -> None:
        deadline.begin()
        began = time.monotonic()
        async with deadline.in_time():
            await asyncio.sleep(2)
        with pytest.raises(TimeoutError):
            async with deadline.in_time():
                await asyncio.sleep(2)
        assert 2.4 < time.monotonic() - began < 3

    await asyncio.create_task(request())


async def test_work_that_no_request_asked_for_has_all_the_time() -> None:
    async with deadline.in_time() as limit:
        left = (limit.when() or 0) - asyncio.get_running_loop().time()
    assert 2.4 < left <= 2.5


async def test_what_follows_the_beginning_of_an_answer_has_its_own_time() -> None:
    async def request() -> None:
        due = deadline.begin()
        await asyncio.sleep(0.2)
        assert deadline.left() < timedelta(seconds=2.4)
        due.lift()
        assert deadline.left() == deadline.ANSWER

    await asyncio.create_task(request())


async def test_the_database_keeps_to_what_is_left(database_url: str) -> None:
    async with locked(database_url):
        left = timedelta(seconds=0.3)
        async with open_record(database_url, left=lambda: left) as record:
            began = time.monotonic()
            with pytest.raises(Unreachable):
                await record.sign_in("one", Role.AGENT, "Ann")
            assert time.monotonic() - began < 1


async def test_a_request_that_waits_for_the_database_twice_is_answered_in_time_and_repeatable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_api(database_url) as stage, AsyncExitStack() as outage:
        claim: Callable[..., Any] = stage.record.claim_key

        async def claim_slowly(*asked: Any, **more: Any) -> Any:
            await asyncio.sleep(1.7)
            claimed = await claim(*asked, **more)
            await outage.enter_async_context(locked(database_url))
            return claimed

        visitor, key = stage.visitor(), secrets.token_hex(16)
        with monkeypatch.context() as slow:
            slow.setattr(stage.record, "claim_key", claim_slowly)
            began = time.monotonic()
            answer = await visitor.post("/v1/calls", BODY, key)
            assert time.monotonic() - began < 3
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        await outage.aclose()
        again = [await visitor.post("/v1/calls", BODY, key) for _ in range(2)]
        assert [answer.status_code for answer in again] == [201, 201]
        assert len(stage.gateway.calls) == 1


async def test_a_stream_outlives_the_time_for_an_answer(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_api(postgres_url) as stage:
        ann = await stage.sign_in("Ann")
        monkeypatch.setattr(deadline, "ANSWER", timedelta(seconds=0.5))
        async with ann.events() as events:
            await events.until("agents")
            await asyncio.sleep(0.7)
            for rows in stage.services.tailer._subscriptions:
                rows.miss()
            assert [kind for kind, _, _ in await events.until("agents")] == ["resync", "agents"]
