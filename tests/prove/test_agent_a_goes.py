"""Agent A goes, with a goodbye or without one: the caller is with the host, then with B."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from chaos.proxy import Proxy
from robots.outside import Outside
from robots.scene import Scene
from robots.waiting import until
from tests.live.course import briefing, consulting, introducing
from tests.live.judge import kept
from tests.live.test_comings_and_goings import (
    a_leaves,
    b_takes_over,
    handed_over,
    says_goodbye,
)
from tests.live.test_people_vanish import NOTICED_WITHIN_S
from tests.matrix import Row, State
from tests.prove.moments import moving, preparing, returning

Goes = Callable[[], Awaitable[None]]

goes_away = pytest.mark.parametrize(
    "how",
    [
        pytest.param("goodbye", id="with-a-goodbye"),
        pytest.param("dead", id="dead"),
    ],
)


async def about_to_go(scene: Scene, how: str) -> Goes:
    """What makes her be gone at once, and for good."""
    if how == "goodbye":
        return partial(says_goodbye, scene)
    scene.went.add(scene.a.id)
    scene.a.takes_seats = False
    body: Outside = await scene.a.move_out()
    return body.kill


@pytest.mark.cell(Row.A_LEAVES, Row.A_DROPS, State.PREPARING)
@goes_away
async def test_b_is_asked_though_a_goes_while_room_b_is_opened(
    scene: Scene, media: Proxy, how: str
) -> None:
    await scene.talking()
    goes = await about_to_go(scene, how)
    async with preparing(scene, media):
        await goes()
    await scene.b.until_offered()
    await scene.briefed()
    await scene.caller.until_hears("host", within_s=NOTICED_WITHIN_S)
    await b_takes_over(scene)


@pytest.mark.cell(Row.A_LEAVES, State.OFFERING)
async def test_a_leaves_while_b_is_rung(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": NOTICED_WITHIN_S})
    await says_goodbye(scene)
    await scene.caller.until_hears("host")
    await scene.briefed()
    await b_takes_over(scene)


@pytest.mark.cell(Row.A_LEAVES, State.BRIEFING)
async def test_a_leaves_while_b_is_briefed(scene: Scene) -> None:
    await a_leaves(scene, "briefing")


@pytest.mark.cell(Row.A_LEAVES, Row.A_DROPS, State.MOVING)
@goes_away
async def test_a_goes_in_the_move(scene: Scene, media: Proxy, how: str) -> None:
    await scene.talking()
    await briefing(scene)
    goes = await about_to_go(scene, how)
    async with moving(scene, media):
        await goes()
    await handed_over(scene)


@pytest.mark.cell(Row.A_DROPS, State.JOINED)
async def test_caller_and_b_talk_on_when_a_dies_while_she_introduces_them(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await introducing(scene)
    await scene.together()
    await scene.a.leave(scene.room_a)  # her fresh seat for it would be a second one in room B
    await (await about_to_go(scene, "dead"))()
    await handed_over(scene)


@pytest.mark.cell(Row.A_LEAVES, Row.A_DROPS, State.RETURNING)
@goes_away
async def test_a_goes_while_the_caller_is_given_back_and_another_may_answer(
    scene: Scene, media: Proxy, how: str
) -> None:
    await scene.talking()
    await consulting(scene)
    goes = await about_to_go(scene, how)
    async with returning(scene, media):
        await goes()
    ended = await scene.b.until_phase(scene.transfer_id, "ended", within_s=NOTICED_WITHIN_S)
    assert ended.outcome == "declined"
    await scene.caller.until_hears("host")

    def waiting() -> bool:
        call = scene.b.calls.get(scene.call_id)
        return call is not None and call.state == "waiting" and call.agent is None

    await until(waiting, NOTICED_WITHIN_S, "the call to wait for another agent")
    scene.decided_at = time.monotonic()
    await scene.b.answer(scene.call_id)
    await scene.together()
    await kept(scene)
