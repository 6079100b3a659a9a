"""What a waiting caller is told over the music, live: real rooms, real ears."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from domain.voice import Wait
from robots.ears import Ears, of
from robots.sound import Span
from tests.hold_lines_heard import Played, as_heard, best_match, has_played, lines, played
from tests.servers import LiveKitServer, TemporalServer
from tests.speech_server import TONE_HZ, SpeechServer, running_speech_server
from tests.voice_errand import Errand
from tests.voice_guest import Guest, eventually
from tests.voice_stage import VoiceProcess, VoiceStage, voice

CALLER = "caller_x"
EVERY_S = 12.0
OFTEN = {"VOICE_HOLD_LINES_EVERY_S": f"{EVERY_S:g}"}
FIRST_S = EVERY_S / 3
LATE_S = 0.5
"""Of a line's first word, the music making room for it before."""


@pytest.fixture(scope="module")
async def host(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[VoiceProcess]:
    folder = tmp_path_factory.mktemp("voice")
    lines()  # so that nothing is spoken here while ears listen
    async with voice("host", livekit_server, temporal_server, folder, **OFTEN) as process:
        yield process


@asynccontextmanager
async def _caller(stage: VoiceStage, room: str) -> AsyncIterator[tuple[Guest, Ears]]:
    """Seat a caller whose ears keep every sample, and send them a host."""
    caller, ears = Guest(CALLER), Ears()
    ears.listen_in(caller.room, room)
    await caller.join(stage.livekit, room)
    await caller.publish()
    await stage.send(Errand(agent="host", room=room, person=CALLER))
    try:
        yield caller, ears
    finally:
        await ears.close()
        await caller.leave()


def _speaks_by(model: SpeechServer) -> dict[str, str]:
    vendor = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-nobody"}
    return {"TTS_MODEL": "openai/tts-1", **vendor}


def _says(heard: Played, wait: Wait) -> None:
    """See that this line and no other is said, when the first one is due."""
    assert heard.said() == {wait}
    assert heard.said_at_s(wait) == pytest.approx(FIRST_S, abs=LATE_S)


async def test_a_caller_nobody_has_answered_is_told_so_over_music_that_never_stops(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    async with _caller(voice_stage, await voice_stage.open_room()) as (_, ears):
        heard = await has_played(ears, EVERY_S)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    _says(heard, Wait.UNANSWERED)
    said_s = FIRST_S + LATE_S + len(lines()[Wait.UNANSWERED]) / 16_000
    assert heard.is_just_music(said_s + 0.5, said_s + 2.5)
    began_s = ears.first(of("host")) or 0.0
    assert ears.silence(Span(began_s, began_s + EVERY_S - 0.5), of("host")).lasts_s < 0.2
    assert np.abs(heard.sound).max() < 0.95


async def test_a_caller_whose_agents_talk_is_told_so(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    agent = await voice_stage.seat("agt_a", room)
    await agent.publish()
    async with _caller(voice_stage, room) as (caller, ears):
        await voice_stage.agent(room, "host")
        await caller.hears_nothing("host", 1.0, 4)
        await voice_stage.hold(room, on=True)
        await agent.unpublish()
        heard = await has_played(ears, EVERY_S, len(played(ears)) + 1)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    _says(heard, Wait.AGENTS_TALK)


async def test_a_line_ends_when_an_agent_is_there_and_a_caller_who_lost_them_is_told_so(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    async with _caller(voice_stage, room) as (caller, ears):
        agent = await voice_stage.seat("agt_a", room)
        await has_played(ears, FIRST_S + 1.5)
        await agent.publish()
        published_s = time.monotonic()
        stopped_s = await caller.hears_nothing("host", 1.0, 4)
        assert stopped_s - published_s < 1
        await agent.leave()
        heard = await has_played(ears, EVERY_S, 2)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    _says(heard, Wait.AGENT_LOST)


async def test_a_host_that_follows_a_killed_one_does_not_begin_with_a_line(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    async with _caller(voice_stage, await voice_stage.open_room()) as (_, ears):
        first = await has_played(ears, FIRST_S + 1.5)
        os.kill(await host.job_pid(), signal.SIGKILL)
        heard = await has_played(ears, FIRST_S, 2)
    assert heard.host != first.host
    assert heard.is_just_music(0.2, FIRST_S - 0.3)


async def test_without_any_voice_there_is_just_music_and_one_word_in_the_log(
    voice_stage: VoiceStage,
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path: Path,
) -> None:
    (tmp_path / "espeakng_loader.py").write_text("get_library_path = get_data_path = str\n")
    async with running_speech_server() as model:
        model.mood = "trickling"
        told = {**_speaks_by(model), "VOICE_HOLD_LINES_EVERY_S": "6", "PYTHONPATH": str(tmp_path)}
        async with voice("host", livekit_server, temporal_server, tmp_path, **told) as dumb:
            async with _caller(voice_stage, await voice_stage.open_room()) as (_, ears):
                heard = await has_played(ears, 6)
            await eventually(lambda: bool(model.asked), 60, "the model is not asked")
        assert dumb.process.returncode == 0
    assert dumb.said().count("hold lines not spoken") == 1
    assert heard.is_just_music(0.2, 5.5)


async def test_a_speech_model_is_not_waited_for_and_speaks_when_it_can(
    voice_stage: VoiceStage,
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path: Path,
) -> None:
    async with running_speech_server() as model:
        told = {**_speaks_by(model), **OFTEN, "VOICE_IDLE_PROCESSES": "1"}
        async with voice("host", livekit_server, temporal_server, tmp_path, **told):
            async with _caller(voice_stage, await voice_stage.open_room()) as (_, ears):
                _says(await has_played(ears, EVERY_S), Wait.UNANSWERED)
            await eventually(lambda: len(model.asked) == len(Wait), 60, "the model is not asked")
            await _until_the_model_speaks(voice_stage)


async def _until_the_model_speaks(stage: VoiceStage) -> None:
    """Call until a job process answers that was started after the model had said the lines."""
    tone = as_heard((np.sin(2 * np.pi * TONE_HZ * np.arange(9_600) / 48_000) * 9_000).astype("<i2"))
    async with asyncio.timeout(60):
        while True:
            async with _caller(stage, await stage.open_room()) as (_, ears):
                heard = await has_played(ears, FIRST_S + 1.5)
            at_s, likeness = best_match(heard.sound, tone)
            if likeness > 0.9 and at_s == pytest.approx(FIRST_S, abs=2 * LATE_S):
                return
