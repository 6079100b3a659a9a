"""Agent A goes, with a goodbye or without one: the caller is with the host, then with B."""

import time
from collections.abc import Awaitable, Callable

import pytest

from chaos.proxy import Proxy
from robots.outside import Outside
from robots.scene import Scene
from robots.waiting import until
from tests.live.course import briefing, consulting
from tests.live.judge import kept
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
    a = scene.a
    scene.went.add(a.id)
    a.takes_seats = False
    if how == "dead":
        body: Outside = await a.move_out()
        return body.kill

    async def goodbye() -> None:
        for room in list(a.places):
            await a.leave(room)

    return goodbye


async def b_takes_over(scene: Scene) -> None:
    """B says yes, and nobody needs to complete: the caller is B's once A counts as gone."""
    scene.decided_at = time.monotonic()
    await scene.accepted()
    await handed_over(scene)


async def handed_over(scene: Scene) -> None:
    ended = await scene.b.until_phase(scene.transfer_id, "ended", within_s=NOTICED_WITHIN_S)
    assert ended.outcome == "completed"
    await scene.together()
    await kept(scene)


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
    await (await about_to_go(scene, "goodbye"))()
    await scene.caller.until_hears("host")
    await scene.briefed()
    await b_takes_over(scene)


@pytest.mark.cell(Row.A_LEAVES, State.BRIEFING)
@pytest.mark.parametrize("course", [briefing, consulting])
async def test_a_leaves_while_b_decides(
    scene: Scene, course: Callable[[Scene], Awaitable[None]]
) -> None:
    await scene.talking()
    await course(scene)
    await (await about_to_go(scene, "goodbye"))()
    await scene.caller.until_hears("host")
    await b_takes_over(scene)


@pytest.mark.cell(Row.A_LEAVES, Row.A_DROPS, State.MOVING)
@goes_away
async def test_a_goes_in_the_move(scene: Scene, media: Proxy, how: str) -> None:
    await scene.talking()
    await briefing(scene)
    goes = await about_to_go(scene, how)
    async with moving(scene, media):
        await goes()
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
