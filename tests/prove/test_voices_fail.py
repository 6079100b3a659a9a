"""Voices that fail or are there twice: the briefing is heard once, or can be read."""

import pytest
from livekit import api as livekit

from chaos.proxy import Proxy, running_proxy
from robots.ears import of
from robots.scene import Scene, Stage
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import LONG, goes_through
from tests.live.judge import kept
from tests.live.parts import told
from tests.live.test_voice_killed import heard, voices_in
from tests.matrix import Fault, Row, State

LISTENS_S = 4.0


@pytest.mark.cell(Row.BRIEFER_DIES, Fault.F13, State.BRIEFING)
@pytest.mark.parametrize("how", ["refuses", "hangs"])
async def test_a_speech_model_that_fails_does_not_keep_the_briefing_from_being_heard(
    stage: Stage, stack: LocalStack, how: str
) -> None:
    async with running_proxy("127.0.0.1:9") as model:
        await fails(model, how)
        speech = {
            "TTS_MODEL": "openai/fake",
            "OPENAI_API_KEY": "sk-of-a-fake",
            "OPENAI_BASE_URL": f"http://{model.address}/v1",
        }
        async with told(stack, "briefer", **speech), Scene(stage) as scene:
            await scene.talking()
            await scene.offering()
            with recovering():
                await scene.b.take_offer(scene.transfer_id)
                await scene.b.until_hears("briefer", within_s=15)
            await goes_through(scene)
            await kept(scene)


async def fails(model: Proxy, how: str) -> None:
    if how == "refuses":
        await model.refuse()
    else:
        model.hold()


@pytest.mark.cell(Row.BRIEFER_DIES, Fault.F15, State.OFFERING)
async def test_a_second_briefer_is_not_heard(scene: Scene) -> None:
    await scene.talking()
    notes = "She was billed twice, and has waited for a week. " * 4
    await scene.offering(notes=notes, patience=LONG)
    await until(lambda: voices_in(scene, scene.room_b, "briefer"), 10, "a briefer")
    assert scene.witness
    jobs = scene.witness.lk.agent_dispatch
    (sent,) = [one for one in await jobs.list_dispatch(scene.room_b) if one.agent_name == "briefer"]
    again = livekit.CreateAgentDispatchRequest(
        agent_name=sent.agent_name, room=scene.room_b, metadata=sent.metadata
    )
    await jobs.create_dispatch(again)
    await scene.b.take_offer(scene.transfer_id)
    await scene.b.until_hears("briefer")
    await scene.passing(LISTENS_S)
    assert len(heard(scene)) == 1
    assert not scene.caller.ears.of(of("briefer"))
    await goes_through(scene)
    await kept(scene)
