"""A caller who hangs up ends everything; phases without time here are in tests/prove."""

import asyncio

import pytest

from robots.scene import Scene
from tests.live.course import PHASES, briefing
from tests.live.judge import hung_up, kept
from tests.matrix import Fault, Row, State


async def hangs_up(scene: Scene, phase: str) -> None:
    """The caller hangs up in this phase, and B's phone no longer rings."""
    await scene.talking()
    await PHASES[phase](scene)
    hung_up_at = await hung_up(scene)
    for agent in (scene.a, scene.b):
        ended = await agent.until_phase(scene.transfer_id, "ended")
        assert ended.outcome == "caller_left"
    assert not scene.b.offers
    await kept(scene, hung_up_at=hung_up_at)


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.BRIEFING)
async def test_hanging_up_in_the_consultation_ends_everything(scene: Scene) -> None:
    await hangs_up(scene, "consulting")


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.MOVING)
async def test_hanging_up_while_being_moved_ends_everything(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    _, hung_up_at = await asyncio.gather(scene.decided(), hung_up(scene))
    ended = await scene.a.until_phase(scene.transfer_id, "ended")
    assert ended.outcome in ("caller_left", "completed")
    await kept(scene, hung_up_at=hung_up_at)
