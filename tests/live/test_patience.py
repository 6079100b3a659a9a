"""When patience ends: whoever doesn't decide, doesn't arrive, or keeps the caller on hold."""

import pytest

from robots.scene import Scene
from robots.waiting import until
from tests.live.course import goes_through, with_a_again
from tests.live.judge import kept
from tests.matrix import Fault, Row, State

SHORT_S = 3.0


@pytest.mark.cell(Row.B_IS_SILENT, Fault.F16, State.BRIEFING)
async def test_an_agent_b_who_never_decides_has_not_said_yes(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"consult_s": SHORT_S})
    await scene.briefed()
    await with_a_again(scene, "timed_out")
    await kept(scene)


@pytest.mark.cell(Row.HOLD_LASTS, State.BRIEFING)
async def test_agents_who_talk_are_warned_and_never_cut_off(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"consult_s": SHORT_S})
    await scene.b.take_offer(scene.transfer_id)
    await scene.consulting()
    await until(lambda: told_of_patience(scene), 10, "A to be warned")
    await scene.passing(SHORT_S)
    assert scene.transfer.phase == "consulting"
    await goes_through(scene)
    await kept(scene)


def told_of_patience(scene: Scene) -> bool:
    return any(moment.event == "patience_short" for moment in scene.transfer.timeline)


@pytest.mark.cell(Row.HOLD_LASTS, State.MOVING)
async def test_a_caller_who_does_not_arrive_is_back_with_a(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"move_s": SHORT_S})
    await scene.briefed()
    await until(lambda: scene.caller.places.get(scene.room_b), 10, "the standby seat")
    scene.caller.places[scene.room_b].wants_to_speak = False
    await scene.accepted()
    await scene.decided()
    await with_a_again(scene, "failed")
    assert not scene.caller.failures
    await kept(scene)
