"""The api dies between decisions and their answers: nothing is decided twice, nobody misses it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from chaos.proxy import Proxy
from robots.http import Json
from robots.observation import Repeat
from robots.person import Person
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.live.judge import kept
from tests.live.parts import Ops
from tests.live.tape import Tape, completely_told, told_once


class Deadly:
    """An api that dies before it has told what was decided."""

    def __init__(self, scene: Scene, stack: LocalStack, between: Proxy) -> None:
        self.scene, self.stack, self.between = scene, stack, between

    async def asks(
        self, who: Person, path: str, stands: Callable[[], Awaitable[bool]], body: Json
    ) -> tuple[httpx.Response, httpx.Response]:
        """What the second and the third request with this key are told; the first is told nothing.

        `stands` says when the first one has been decided.
        """
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        self.between.hold_answers()
        first = asyncio.create_task(who.api.http.post(path, json=body, headers=headers))
        await until(stands, 5, f"{path} to be decided")
        assert not first.done()
        await asyncio.to_thread(self.stack.kill, "api")
        with pytest.raises(httpx.HTTPError):
            await first
        await self.between.pass_on()
        await asyncio.to_thread(self.stack.start, "api")
        second = await who.api.http.post(path, json=body, headers=headers)
        return second, await who.api.http.post(path, json=body, headers=headers)


async def test_an_answer_lost_with_the_api_is_given_again_and_no_stream_has_a_gap(
    scene: Scene, stack: LocalStack, between: Proxy
) -> None:
    await scene.talking()
    ops, deadly = await Ops.at(stack, scene), Deadly(scene, stack, between)
    tapes = {person.name: Tape(person) for person in scene.people}
    caller, a, b = tapes.values()
    async with caller.running(), a.running(), b.running():
        repeats = [await asked(scene, ops, deadly), await accepted(scene, ops, deadly)]
        repeats.append(await completed(scene, ops, deadly))
        await scene.ended()
        for tape in tapes.values():
            await tape.until_told('"phase":"ended"')
    for tape in tapes.values():
        told_once(tape)
    await completely_told(a, lambda event: scene.call_id in event.data)
    # A call that isn't hers is told to an agent while it waits, and to whoever catches up.
    await completely_told(b, lambda event: event.kind != "call")
    # What is no news to the caller is told to nobody who catches up.
    for phase in ("offering", "briefing", "moving", "ended"):
        await caller.until_told(f'"phase":"{phase}"')
    await kept(scene, repeats=repeats)


async def asked(scene: Scene, ops: Ops, deadly: Deadly) -> Repeat:
    """A asks for the transfer."""

    async def stands() -> bool:
        return bool((await view(ops.call))["transfer_id"])

    body: Json = {
        "call_id": scene.call_id,
        "to": {"agent": scene.b.id},
        "patience": {"offer_s": 60, "move_s": 30},
    }
    second, third = await deadly.asks(scene.a, "/v1/transfers", stands, body)
    assert second.status_code in (200, 201)
    scene.transfer_id = second.json()["id"]
    await scene.b.until_offered()
    return Repeat("transfer", scene.transfer_id, third.json()["id"])


async def accepted(scene: Scene, ops: Ops, deadly: Deadly) -> Repeat:
    await scene.briefed()

    async def stands() -> bool:
        return bool((await view(ops.transfer))["accepted"])

    path = f"/v1/transfers/{scene.transfer_id}/accept"
    second, third = await deadly.asks(scene.b, path, stands, {})
    return Repeat("accept", decided(second, "accept"), decided(third, "accept"))


async def completed(scene: Scene, ops: Ops, deadly: Deadly) -> Repeat:
    scene.decided_at = time.monotonic()

    async def stands() -> bool:
        return "complete" in str((await view(ops.transfer))["decided"])

    path = f"/v1/transfers/{scene.transfer_id}/complete"
    second, third = await deadly.asks(scene.a, path, stands, {})
    await scene.together()
    return Repeat("complete", decided(second, "complete"), decided(third, "complete"))


def decided(answer: httpx.Response, decision: str) -> str:
    told = answer.json()
    return f"{answer.status_code} {told['id']} {told['decided_by'][decision]}"


async def view(handle: Any) -> dict[str, Any]:
    shown: dict[str, Any] = await handle.query("view")
    return shown
