"""Strangers may knock as often as the setting says, and nobody may fill a workflow's history."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from pydantic import ValidationError

from api.app import description
from api.limits import neighbourhood
from domain.settings import ApiSettings
from tests.api_stage import Stage, running_api

TOKEN = "metrics-token-of-some-length"


async def knock(stage: Stage, forwarded_for: str = "") -> httpx.Response:
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
    return await stage.visitor().http.post("/v1/calls", json={}, headers=headers)


async def until_too_many(stage: Stage, forwarded_for: str = "") -> int:
    """How many are let in before the first 429."""
    for let_in in range(100):
        if (await knock(stage, forwarded_for)).status_code == 429:
            return let_in
    raise AssertionError("there is no limit")


def limited(sqlite_url: str, believed: str = "") -> AbstractAsyncContextManager[Stage]:
    """An api that lets in three a minute, and believes these proxies."""
    return running_api(sqlite_url, forwarded_allow_ips=believed, calls_per_minute=3)


async def test_who_calls_too_often_is_told_when_to_come_back(sqlite_url: str) -> None:
    async with limited(sqlite_url) as stage:
        began = time.monotonic()
        assert await until_too_many(stage) == 3
        await asyncio.sleep(1)
        late = await knock(stage)
        assert (late.status_code, late.json()["code"]) == (429, "too_many")
        since_first = time.monotonic() - began
        assert 60 - since_first <= int(late.headers["retry-after"]) <= 60


@pytest.mark.parametrize("believed", ["", "10.9.8.7,192.0.2.0/24"])
async def test_what_strangers_write_about_themselves_is_not_believed(
    sqlite_url: str, believed: str
) -> None:
    async with limited(sqlite_url, believed) as stage:
        assert await until_too_many(stage, "198.51.100.1") == 3
        assert await until_too_many(stage, "198.51.100.2") == 0
        assert await until_too_many(stage) == 0


@pytest.mark.parametrize("believed", ["127.0.0.1", "10.9.8.7, 127.0.0.0/8"])
async def test_callers_behind_a_trusted_proxy_have_limits_of_their_own(
    sqlite_url: str, believed: str
) -> None:
    async with limited(sqlite_url, believed) as stage:
        assert await until_too_many(stage, "198.51.100.1") == 3
        assert await until_too_many(stage, "198.51.100.2") == 3
        # What came with the request stands left of what the proxy added.
        assert await until_too_many(stage, "203.0.113.9, 198.51.100.1") == 0
        assert await until_too_many(stage, "2001:db8::1") == 3
        assert await until_too_many(stage, "2001:db8::2:0:0:1") == 0


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_a_whole_ipv6_site_shares_a_limit(address: str, shared: str) -> None:
    assert neighbourhood(address) == shared


@pytest.mark.parametrize(
    ("step", "who"),
    [("seat", "carol"), ("arrived", "carol"), ("decline", "bob"), ("redirect", "ann")],
)
async def test_who_steers_too_fast_waits_and_nobody_else_does(
    sqlite_url: str, step: str, who: str
) -> None:
    async with running_api(sqlite_url) as stage:
        talk = await stage.talk()
        transfer = (await talk.transfer())["id"]
        visitor = {"carol": talk.carol, "bob": talk.bob, "ann": talk.ann}[who]
        body = {"to": {"agent": "agt_nobody"}} if step == "redirect" else None
        path = f"/v1/transfers/{transfer}/{step}"
        answers = [await visitor.post(path, body) for _ in range(61)]
        assert [answer.status_code == 429 for answer in answers] == [False] * 60 + [True]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert "wait a little" in answers[-1].json()["detail"]
        somebody_else = talk.ann if who == "bob" else talk.bob
        for one in (visitor, somebody_else):
            assert (await one.post(f"/v1/calls/{talk.call_id}/seat")).status_code != 429


async def test_who_talks_faster_than_anybody_can_waits_and_nobody_else_does(
    sqlite_url: str,
) -> None:
    async with running_api(sqlite_url) as stage:
        talk = await stage.talk()
        path = f"/v1/calls/{talk.call_id}/turns"
        answers = [await talk.carol.post(path, {"text": "And"}) for _ in range(121)]
        assert [answer.status_code for answer in answers] == [201] * 120 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert (await talk.ann.post(path, {"text": "Yes?"})).status_code == 201


async def test_who_may_not_steer_a_call_counts_nothing_up(sqlite_url: str) -> None:
    async with running_api(sqlite_url) as stage:
        talk, (mallory, _) = await stage.talk(), await stage.call("Mallory")
        path = f"/v1/calls/{talk.call_id}/seat"
        assert {(await mallory.post(path)).status_code for _ in range(70)} == {404}


async def test_who_asks_for_transfers_without_end_waits(sqlite_url: str) -> None:
    async with running_api(sqlite_url) as stage:
        talk = await stage.talk()
        await talk.transfer()
        body = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}}
        answers = [(await talk.ann.post("/v1/transfers", body)).status_code for _ in range(60)]
        assert answers == [409] * 59 + [429]


def test_whatever_asks_a_workflow_something_is_limited() -> None:
    operations = [one for path in description()["paths"].values() for one in path.values()]
    asks = {one["operationId"] for one in operations if "409" in one["responses"]}
    limited = {one["operationId"] for one in operations if "429" in one["responses"]}
    assert asks == limited != set()


@pytest.mark.parametrize("named", ["*", "proxy.example", "127.0.0.1,nonsense", "10.0.0.1/8"])
def test_proxies_are_named_by_address(named: str) -> None:
    with pytest.raises(ValidationError, match="is no address or network"):
        ApiSettings(forwarded_allow_ips=named)


@pytest.mark.parametrize(
    ("settings", "answers"),
    [
        ({}, [200, 200, 200]),
        ({"auth_mode": "keys"}, [404, 404, 404]),
        ({"metrics_token": TOKEN}, [401, 401, 200]),
        ({"auth_mode": "keys", "metrics_token": TOKEN}, [401, 401, 200]),
    ],
)
async def test_metrics_are_for_whom_the_settings_say(
    sqlite_url: str, settings: dict[str, str], answers: list[int]
) -> None:
    async with running_api(sqlite_url, **settings) as stage:
        visitors = [stage.visitor(), stage.visitor("wrong"), stage.visitor(TOKEN)]
        assert [(await one.get("/metrics")).status_code for one in visitors] == answers
