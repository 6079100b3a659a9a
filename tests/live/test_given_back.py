"""A transfer that comes to nothing leaves the caller with Agent A, hearing each other.

Phases for which `make test` has no time are in `tests/prove/test_given_back_elsewhen.py`.
"""

import pytest

from robots.scene import Scene
from tests.live.course import PHASES, with_a_again
from tests.live.judge import kept
from tests.matrix import Fault, Row, State


async def b_declines(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.decline(scene.transfer_id, "I am with a customer.")
    await with_a_again(scene, "declined")
    await kept(scene)


@pytest.mark.cell(Row.B_DECLINES, Fault.F16, State.BRIEFING)
async def test_a_caller_stays_with_a_when_b_declines_in_the_consultation(scene: Scene) -> None:
    await b_declines(scene, "consulting")


async def a_cancels(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.a.cancel(scene.transfer_id)
    await with_a_again(scene, "cancelled")
    await kept(scene)


@pytest.mark.cell(Row.A_CANCELS, State.BRIEFING)
async def test_a_caller_stays_with_a_when_a_cancels_in_the_consultation(scene: Scene) -> None:
    await a_cancels(scene, "consulting")


@pytest.mark.cell(Row.B_NEVER_ANSWERS, Fault.F16, State.OFFERING)
async def test_a_caller_stays_with_a_when_b_does_not_answer(scene: Scene) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": 1.5})
    await with_a_again(scene, "no_answer")
    await kept(scene)


async def b_leaves(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    await scene.b.leave(scene.room_b)
    await with_a_again(scene, "agent_b_left")
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.BRIEFING)
async def test_a_caller_stays_with_a_when_b_leaves_the_briefing(scene: Scene) -> None:
    await b_leaves(scene, "briefing")
