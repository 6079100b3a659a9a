"""A caller who hangs up ends everything, in whatever phase it is."""

import asyncio

import pytest

from robots.scene import Scene
from tests.live.course import PHASES, after, briefing
from tests.live.judge import hung_up, kept
from tests.matrix import Fault, Row, State, in_phases


@in_phases(*PHASES, of=[Row.CALLER_HANGS_UP, Fault.F19])
async def test_hanging_up_before_the_move_ends_everything(scene: Scene, phase: str) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    hung_up_at = await hung_up(scene)
    ended = await scene.a.until_phase(scene.transfer_id, "ended")
    assert ended.outcome == "caller_left"
    await kept(scene, hung_up_at=hung_up_at)


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.MOVING)
async def test_hanging_up_while_being_moved_ends_everything(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    _, hung_up_at = await asyncio.gather(scene.decided(), hung_up(scene))
    ended = await scene.a.until_phase(scene.transfer_id, "ended")
    assert ended.outcome in ("caller_left", "completed")
    await kept(scene, hung_up_at=hung_up_at)


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.JOINED)
async def test_hanging_up_after_the_move_ends_everything(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    hung_up_at = await hung_up(scene)
    assert scene.transfer.outcome == "completed"
    await kept(scene, hung_up_at=hung_up_at)
