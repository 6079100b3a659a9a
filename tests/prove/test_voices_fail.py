"""Voices that fail, are full or there twice: the briefing is heard once or read, and hold lasts."""

import asyncio

import pytest
from livekit import api as livekit

from chaos.proxy import Proxy, running_proxy
from robots.ears import of
from robots.scene import Scene, Stage
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import LONG, briefing, goes_through
from tests.live.judge import kept
from tests.live.killing import has_ended, kill_with_its_jobs
from tests.live.parts import told
from tests.live.test_voice_killed import (
    VOICES,
    events,
    heard,
    read_by_b_and_refused_to_a,
    voices_in,
)
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


@pytest.mark.cell(Fault.F15)
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


@pytest.mark.cell(Row.BRIEFER_DIES, Fault.F14, State.BRIEFING)
async def test_where_voices_are_full_the_briefing_is_read_and_hold_never_starts(
    scene: Scene, stage: Stage, stack: LocalStack
) -> None:
    async with told(stack, *VOICES, VOICE_MAX_JOBS="1"), Scene(stage) as busy:
        await busy.talking()
        await busy.offering(patience=LONG)
        await until(lambda: voices_in(busy, busy.room_b, "briefer"), 10, "the only briefer")
        await answered_at_once(scene)
        await read_by_b_and_refused_to_a(scene)
        await busy.a.cancel(busy.transfer_id)
        await busy.caller.hang_up()


async def answered_at_once(scene: Scene) -> None:
    """As `Scene.talking`, where no host is to be had before A answers."""
    await asyncio.gather(scene.a.sign_in(), scene.b.sign_in())
    scene.call_id = (await scene.caller.start()).id
    scene.began = scene.caller.places[scene.caller.home].permissions[0][0]
    await scene.a.answer(scene.call_id)
    await scene.together(scene.a)


@pytest.mark.cell(Fault.F14)
async def test_hold_outlives_its_voice_killed_before_and_in_the_middle(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    dead = voices_in(scene, scene.room_a, "host")
    await asyncio.to_thread(stack.start, "host-2")
    await kill_with_its_jobs(stack, "host")
    await until(lambda: voices_in(scene, scene.room_a, "host") - dead, 15, "another host")
    await scene.consulting()
    await asyncio.to_thread(stack.start, "host")
    doomed = stack.pid("host-2")
    await asyncio.to_thread(stack.kill, "host-2")
    await scene.passing(6)
    assert len(voices_in(scene, scene.room_a, "host")) == 1
    await scene.caller.until_hears("host")
    await until(lambda: has_ended(doomed), 15, "the jobs of the killed host to end")
    await goes_through(scene)
    assert "hold_missing" not in await events(scene)
    await kept(scene)
