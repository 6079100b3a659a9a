"""The model hangs, and its worker dies of something else meanwhile: the briefing is no later."""

import pytest

from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.fake_model import FakeModel, Kind
from tests.live.judge import kept
from tests.live.killing import Workers
from tests.live.test_model import briefing_shown
from tests.matrix import Fault, Row, State


@pytest.mark.cell(Row.MODEL_FAILS, Fault.F1, Fault.F11, State.OFFERING)
async def test_a_worker_killed_while_the_model_hangs_makes_the_briefing_no_later(
    model: FakeModel, scene: Scene, stack: LocalStack
) -> None:
    model.answers(then=Kind.HANG)
    await scene.talking()
    await scene.offering()
    await until(lambda: model.asked, 5, "the model to be asked")
    workers = await Workers.of(scene, stack)
    await workers.kill(await workers.holder("write_briefing"))
    assert (await briefing_shown(scene)).source == "rules"
    assert len(model.asked) == 2, "the other worker asks for as long as time is left"
    await scene.briefed()
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    await kept(scene)
