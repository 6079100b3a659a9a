"""A robot's event stream misses and repeats nothing, and its client says what went wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse, StreamingResponse

from robots.http import Api, Problem
from robots.stream import Event, Stream, parse
from robots.waiting import Late, until

app = FastAPI()


@app.get("/v1/me/events")
async def events(last_event_id: int = Header(0)) -> StreamingResponse:
    """Two events, then the connection breaks; the next one goes on behind the last."""

    async def some() -> AsyncIterator[str]:
        for number in (last_event_id + 1, last_event_id + 2):
            yield f": alive\nid: {number}\nevent: call\ndata: {number}\n\n"

    return StreamingResponse(some(), media_type="text/event-stream")


@app.post("/v1/transfers/tr_1/complete")
async def complete() -> JSONResponse:
    problem = {"code": "not_accepted", "phase": "briefing", "detail": "B has not accepted."}
    return JSONResponse(problem, 409, {"Retry-After": "2"})


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        serving = asyncio.create_task(server.serve([listening]))
        await until(lambda: server.started, 5, "the server to start")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_a_cut_stream_goes_on_behind_the_last_event(url: str) -> None:
    async with Api(url) as api, aclosing(Stream(api).events()) as followed:
        async with asyncio.timeout(5):
            ids = [(await anext(followed)).id for _ in range(6)]
    assert ids == ["1", "2", "3", "4", "5", "6"]


async def test_a_stream_that_is_not_ours_to_follow_ends(url: str) -> None:
    async with Api(url) as api, asyncio.timeout(5):
        assert [event async for event in Stream(api, "/v1/nothing").events()] == []


async def test_events_are_read_as_the_standard_writes_them() -> None:
    async def lines() -> AsyncIterator[str]:
        for line in (
            ": hello",
            "",
            "retry: 5",
            "",
            "id: 7",
            "event: seat",
            "data: {",
            "data:}",
            "",
        ):
            yield line

    assert [event async for event in parse(lines())] == [Event("7", "seat", "{\n}")]


async def test_a_refusal_says_what_and_in_which_phase(url: str) -> None:
    async with Api(url) as api:
        with pytest.raises(Problem, match="not_accepted") as refused:
            await api.decide("tr_1", "complete")
    problem = refused.value
    assert (problem.status, problem.code, problem.phase) == (409, "not_accepted", "briefing")
    assert problem.retry_after_s == 2


async def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(Late, match=r"waited 0\.05 s for rain; the last answer was 0"):
        await until(lambda: 0, 0.05, "rain")
