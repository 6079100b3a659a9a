"""The briefing by a chat model: the real LiteLLM asks a server that speaks OpenAI's protocol."""

import time

import pytest

from robots.scene import Scene
from robots.views import Briefing
from robots.waiting import until
from tests.fake_model import FakeModel, Kind
from tests.live.course import briefing
from tests.live.judge import kept
from tests.matrix import Fault, Row, State

PROMISED_S = 8.0
"""From the request for a transfer to the briefing, whatever a model does."""


async def test_the_briefing_comes_from_the_model_that_was_set(
    model: FakeModel, scene: Scene
) -> None:
    await scene.talking()
    await scene.caller.say("I was billed twice in November.")
    await briefing(scene)
    written = scene.transfer.briefing
    assert written
    assert written.source == "model"
    assert "billed twice" in written.text.lower()
    assert len(model.asked) == 1
    assert "I was billed twice in November." in model.asked[0]
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    await kept(scene)


@pytest.mark.cell(Row.MODEL_FAILS, Fault.F11, State.PREPARING, State.OFFERING, State.BRIEFING)
async def test_a_model_that_hangs_delays_the_briefing_by_less_than_eight_seconds(
    model: FakeModel, scene: Scene
) -> None:
    model.answers(then=Kind.HANG)
    await scene.talking()
    await scene.caller.say("I was billed twice in November.")
    await scene.offering()
    assert not scene.b.offers[scene.transfer_id].briefing, "it rang before there was a briefing"
    await scene.b.take_offer(scene.transfer_id)
    written = await briefing_shown(scene)
    assert written.source == "rules"
    assert "billed twice" in written.text.lower()
    assert model.asked
    await scene.b.until_hears("briefer")
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    await kept(scene)


async def briefing_shown(scene: Scene) -> Briefing:
    """What agent A's page shows, within the promised time of the request."""

    def shown() -> Briefing | None:
        return scene.transfer.briefing

    left_s = scene.asked_at + PROMISED_S - time.monotonic()
    return await until(shown, left_s, "the briefing to be shown in time")
