"""A transfer that comes to nothing leaves the caller with Agent A, hearing each other."""

import pytest

from robots.outside import Outside
from robots.scene import Scene
from tests.live.course import PHASES, with_a_again
from tests.live.judge import kept


@pytest.mark.parametrize("phase", PHASES)
async def test_a_caller_stays_with_a_when_b_declines(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.decline(scene.transfer_id, "I am with a customer.")
    await with_a_again(scene, "declined")
    await kept(scene)


@pytest.mark.parametrize("phase", PHASES)
async def test_a_caller_stays_with_a_when_a_cancels(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    await kept(scene)


async def test_a_caller_stays_with_a_when_b_does_not_answer(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": 1.5})
    await with_a_again(scene, "no_answer")
    await kept(scene)


@pytest.mark.parametrize("phase", ["briefing", "consulting"])
async def test_a_caller_stays_with_a_when_b_leaves(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.leave(scene.room_b)
    await with_a_again(scene, "agent_b_left")
    await kept(scene)


async def test_a_caller_stays_with_a_when_b_vanishes_without_a_goodbye(scene: Scene) -> None:
    await scene.talking()
    await scene.offering()
    body = await Outside.sit(await scene.b.api.transfer_seat(scene.transfer_id), tone="b")
    await scene.a.consult(scene.transfer_id)
    await scene.a.until_hears(scene.b.id)
    await body.kill()
    await with_a_again(scene, "agent_b_left")
    await kept(scene)
