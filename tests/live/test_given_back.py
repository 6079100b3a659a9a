"""A transfer that comes to nothing leaves the caller with Agent A, hearing each other."""

import pytest

from robots.outside import Outside
from robots.scene import Scene
from tests.live.course import PHASES, with_a_again
from tests.live.judge import kept
from tests.matrix import Fault, Row, State, in_phases


@in_phases(*PHASES, of=[Row.B_DECLINES, Fault.F16])
async def test_a_caller_stays_with_a_when_b_declines(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.decline(scene.transfer_id, "I am with a customer.")
    await with_a_again(scene, "declined")
    await kept(scene)


@in_phases("ringing", "consulting", of=[Row.A_CANCELS])
async def test_a_caller_stays_with_a_when_a_cancels(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    await kept(scene)


@pytest.mark.cell(Row.B_NEVER_ANSWERS, Fault.F16, State.OFFERING)
async def test_a_caller_stays_with_a_when_b_does_not_answer(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": 1.5})
    await with_a_again(scene, "no_answer")
    await kept(scene)


@in_phases("briefing", "consulting", of=[Row.B_LEAVES, Fault.F17])
async def test_a_caller_stays_with_a_when_b_leaves(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.leave(scene.room_b)
    await with_a_again(scene, "agent_b_left")
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.BRIEFING)
async def test_a_caller_stays_with_a_when_b_vanishes_without_a_goodbye(scene: Scene) -> None:
    await scene.talking()
    await scene.offering()
    body = await Outside.sit(await scene.b.api.transfer_seat(scene.transfer_id), tone="b")
    await scene.a.consult(scene.transfer_id)
    await scene.a.until_hears(scene.b.id)
    await body.kill()
    await with_a_again(scene, "agent_b_left")
    await kept(scene)
