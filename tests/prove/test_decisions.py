"""Decisions that come too late, twice, at once, at the last moment, or from somebody else."""

import asyncio
import secrets
from collections import Counter

import httpx
import pytest

from chaos.proxy import Proxy
from robots.http import Json, Problem
from robots.person import Person
from robots.scene import Scene
from tests.live.course import after, briefing, goes_through, ringing, with_a_again
from tests.live.judge import kept
from tests.matrix import Fault, Row, State
from tests.prove.moments import moving, preparing

AT_ONCE = 20
OVER = ("too_late", "transfer_ended")
"""Whichever of these: its workflow has just ended, or is about to."""
FLIP, BEFORE_THE_FLIP = b"/UpdateParticipant", b"/ListDispatch"


async def asked(who: Person, scene: Scene, decision: str) -> int:
    """How one request for a decision, with a key of its own, is answered in the end."""
    try:
        await who.api.decide(scene.transfer_id, decision)
    except Problem as problem:
        return problem.status
    return 200


async def refused(who: Person, scene: Scene, decision: str) -> str:
    """The code with which a decision is refused now."""
    with pytest.raises(Problem) as refusal:
        await who.api.decide(scene.transfer_id, decision)
    assert refusal.value.status == 409
    return refusal.value.code


@pytest.mark.cell(Row.A_CANCELS, State.PREPARING)
async def test_a_cancels_while_room_b_is_opened(scene: Scene, media: Proxy) -> None:
    await scene.talking()
    async with preparing(scene, media):
        await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    assert not scene.b.offers
    await kept(scene)


@pytest.mark.cell(Row.A_CANCELS, State.MOVING)
async def test_a_cancels_in_the_move_before_the_callers_seat_is_opened(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    async with moving(scene, media, BEFORE_THE_FLIP):
        await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    await kept(scene)


@pytest.mark.cell(Row.A_CANCELS, Row.B_DECLINES, State.MOVING)
async def test_once_the_callers_seat_is_opened_nobody_can_stop_it(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    async with moving(scene, media, FLIP):
        assert await refused(scene.a, scene, "cancel") == "too_late"
        assert await refused(scene.b, scene, "decline") == "too_late"
    await scene.together()
    assert (await scene.ended()).outcome == "completed"
    await kept(scene)


@pytest.mark.cell(Row.A_CANCELS, State.JOINED)
async def test_a_transfer_that_has_ended_can_not_be_cancelled(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    assert await refused(scene.a, scene, "cancel") in OVER
    await kept(scene)


@pytest.mark.cell(Row.TWICE, Fault.F18, Fault.F23, State.OFFERING, State.BRIEFING, State.MOVING)
async def test_of_many_decisions_at_once_those_of_the_right_person_stand(scene: Scene) -> None:
    await scene.talking()
    await ringing(scene)
    people = [scene.a, scene.b] * AT_ONCE
    answers = await asyncio.gather(*(asked(one, scene, "accept") for one in people))
    assert Counter(answers) == {200: AT_ONCE, 403: AT_ONCE}
    await scene.briefed()
    assert {await asked(scene.b, scene, "accept") for _ in range(3)} == {200}
    deciding = [asked(scene.a, scene, "complete") for _ in range(AT_ONCE)]
    first = asyncio.create_task(scene.decided())
    assert Counter(await asyncio.gather(*deciding)) == {200: AT_ONCE}
    await first
    await scene.together()
    assert (await scene.ended()).outcome == "completed"
    told = [moment.event for moment in scene.transfer.timeline]
    assert (told.count("accepted"), told.count("complete_asked")) == (1, 1)
    await kept(scene)


@pytest.mark.cell(Row.TWICE, Row.ASKED_AGAIN, Fault.F23, State.PREPARING)
async def test_fifty_requests_for_a_transfer_are_one(scene: Scene) -> None:
    await scene.talking()
    body: Json = {"call_id": scene.call_id, "to": {"agent": scene.b.id}}
    key = secrets.token_hex(16)
    asking = (scene.a.api.start_transfer(body, key) for _ in range(50))
    (scene.transfer_id,) = {one.id for one in await asyncio.gather(*asking)}
    changed = await start(scene, {**body, "notes": "Something else."}, key)
    assert changed.status_code == 422
    another = await start(scene, body, secrets.token_hex(16))
    assert (another.status_code, another.json()["code"]) == (409, "transfer_running")
    assert another.json()["transfer_id"] == scene.transfer_id
    scene.a.transfers[scene.transfer_id] = await scene.a.api.transfer(scene.transfer_id)
    await scene.b.until_offered()
    await scene.briefed()
    await goes_through(scene)
    await kept(scene)


async def start(scene: Scene, body: Json, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return await scene.a.api.http.post("/v1/transfers", json=body, headers=headers)


@pytest.mark.cell(Row.TWICE, Fault.F16, State.OFFERING)
async def test_a_yes_at_the_last_moment_has_one_winner(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": 2.0})
    await scene.passing(1.9)
    answer = await asked(scene.b, scene, "accept")
    if answer == 200:
        await scene.briefed()
        await scene.completed()
        assert (await scene.ended()).outcome == "completed"
    else:
        assert answer == 409
        await with_a_again(scene, "no_answer")
    await kept(scene)


@pytest.mark.cell(Fault.F16)
async def test_a_yes_after_a_cancel_is_too_late(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.a.cancel(scene.transfer_id)
    assert await refused(scene.b, scene, "accept") in OVER
    await with_a_again(scene, "cancelled")
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.OFFERING)
async def test_an_agent_b_who_says_yes_and_never_comes_is_not_waited_for(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": 3})
    await scene.accepted()
    await with_a_again(scene, "agent_b_left")
    await kept(scene)
