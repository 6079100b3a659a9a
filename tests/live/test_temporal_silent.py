"""Temporal gives no answer: whoever needs it is told so in time, and whoever doesn't goes on."""

import asyncio
import secrets
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from chaos.proxy import Proxy
from robots.http import Api, Json
from robots.observation import Repeat
from robots.scene import Scene
from robots.waiting import until
from tests.live.asked import Request, came_in_time, controlled, told_why
from tests.live.course import briefing
from tests.live.judge import kept
from tests.live.parts import swallowed
from tests.matrix import Fault


def needing_temporal(scene: Scene, other: Api, other_call: str, stranger: Api) -> list[Request]:
    """One of each kind: update-with-start, updates of calls and transfers, signals."""
    caller, a, b = (person.api for person in scene.people)
    call, transfer = f"/v1/calls/{scene.call_id}", f"/v1/transfers/{scene.transfer_id}"
    again: Json = {"call_id": scene.call_id, "to": {"agent": scene.b.id}}
    return [
        Request(b, "POST", f"{transfer}/accept", key=secrets.token_hex(16)),
        Request(stranger, "POST", "/v1/calls", {"caller_name": "Zoe"}, secrets.token_hex(16)),
        Request(a, "POST", f"{call}/answer"),
        Request(caller, "POST", f"{call}/seat"),
        Request(other, "POST", f"/v1/calls/{other_call}/end"),
        Request(a, "POST", "/v1/transfers", again, secrets.token_hex(16)),
        Request(b, "POST", f"{transfer}/seat"),
        Request(a, "POST", f"{transfer}/speak"),
        Request(caller, "POST", f"{transfer}/arrived"),
    ]


def without_temporal(scene: Scene, stranger: Api) -> list[Request]:
    caller, a, b = (person.api for person in scene.people)
    call = f"/v1/calls/{scene.call_id}"
    return [
        Request(b, "GET", f"/v1/transfers/{scene.transfer_id}"),
        Request(a, "GET", "/v1/agents"),
        Request(caller, "GET", call),
        Request(caller, "POST", f"{call}/turns", {"text": "Are you there?"}, "turn-1"),
        Request(stranger, "POST", "/v1/sign-in", {"name": "New", "role": "agent"}),
    ]


@pytest.mark.cell(Fault.F27)
async def test_whoever_needs_temporal_is_told_in_time_that_nothing_reaches_it(
    scene: Scene, between: Proxy
) -> None:
    await told_in_time(scene, swallowed(between))


async def told_in_time(scene: Scene, silence: AbstractAsyncContextManager[None]) -> None:
    """A briefing in which Temporal is silent for as long as requests of every kind take."""
    async with Api(scene.stage.url) as other, Api(scene.stage.url) as stranger:
        other_call, _ = await other.start_call({"caller_name": "Yve"})
        await scene.talking()
        await briefing(scene)
        requests = needing_temporal(scene, other, other_call.id, stranger)
        async with silence, controlled(scene.stage.url) as control:
            refused = asyncio.gather(*(request.made() for request in requests))
            served = await asyncio.gather(
                *(one.made() for one in without_temporal(scene, stranger))
            )
            ready = await other.http.get("/readyz")
            answers = await refused
        assert [answer.status_code for answer in served] == [200, 200, 200, 201, 200]
        assert ready.status_code == 503
        assert ready.json()["dependencies"]["temporal"] == "no answer"
        for answer in answers:
            told_why(answer)
        for answer in [*served, *answers]:
            came_in_time(answer, control)
        await ready_again(other)
        again = [await request.made() for request in requests[:5]]
        # Nobody answers a call in the middle of a transfer.
        assert [answer.status_code for answer in again] == [200, 201, 409, 200, 200]
        stranger.carry(again[1].json()["token"])
        await stranger.end(again[1].json()["call"]["id"])
    accepted = await requests[0].made()
    await scene.completed()
    await scene.ended()
    await kept(scene, repeats=[Repeat("accept", stood(again[0]), stood(accepted))])


def stood(answer: httpx.Response) -> str:
    told = answer.json()
    return f"{answer.status_code} {told['id']} {told['accepted']} {told['decided_by']}"


async def ready_again(api: Api) -> None:
    async def ready() -> bool:
        return (await api.http.get("/readyz")).is_success

    await until(ready, 15, "the api to be ready again", 0.2)
