"""Whatever breaks inside, who asks is answered, and operations can see it."""

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api_stage import Stage, running_api

ELSEWHERE = "https://pages.example"


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    async with running_api(sqlite_url, cors_origins=ELSEWHERE) as running:
        yield running


def is_readable_elsewhere(answer: httpx.Response) -> bool:
    return ("access-control-allow-origin", ELSEWHERE) in answer.headers.items()


async def test_what_nobody_foresaw_is_a_problem_that_is_counted_and_logged(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_down(tenant: str) -> None:
        raise LookupError("the inner cause")

    ann = await stage.sign_in("Ann")
    monkeypatch.setattr(stage.record, "agents", break_down)
    caplog.set_level("INFO")
    answer = await ann.http.get("/v1/agents", headers={"Origin": ELSEWHERE})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert is_readable_elsewhere(answer)
    assert answer.json()["code"] == "internal"
    assert "cause" not in answer.text
    (broke,) = [record for record in caplog.records if record.exc_info]
    assert (broke.name, vars(broke)["operation"]) == ("api.door", "list_agents")
    assert "the inner cause" in caplog.text
    (noted,) = [record for record in caplog.records if record.message == "request"]
    assert (vars(noted)["operation"], vars(noted)["status"]) == ("list_agents", 500)
    told = (await ann.get("/metrics")).text
    assert 'warm_transfer_api_requests_total{operation="list_agents",status="500"} 1.0' in told


async def test_an_answer_that_breaks_after_it_began_breaks_off(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down() -> int:
        raise LookupError("the inner cause")

    ann = await stage.sign_in("Ann")
    monkeypatch.setattr(stage.record, "oldest_event", break_down)
    read = ""
    with contextlib.suppress(httpx.RemoteProtocolError):
        async with ann.http.stream("GET", "/v1/me/events", headers={"Last-Event-ID": "1"}) as told:
            assert told.status_code == 200
            read = (await told.aread()).decode()
    assert "problem" not in read


async def test_pages_of_other_origins_can_read_every_answer_and_where_the_next_page_is(
    stage: Stage,
) -> None:
    visitor = stage.visitor()
    too_much = {"Origin": ELSEWHERE, "Content-Length": str(1_000_000)}
    answer = await visitor.http.post("/v1/calls", content=b"x" * 1_000_000, headers=too_much)
    assert answer.status_code == 413
    assert is_readable_elsewhere(answer)
    assert {"Link", "Location"} <= set(answer.headers["access-control-expose-headers"].split(", "))
