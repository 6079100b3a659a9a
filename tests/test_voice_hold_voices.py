"""Hold lines where no voice works, and where a speech model is slow, live.

These tests run servers of their own, so no other host may run beside them.
"""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from domain.voice import Wait
from tests.hold_lines_heard import (
    EVERY_S,
    FIRST_S,
    LATE_S,
    OFTEN,
    as_heard,
    best_match,
    called,
    has_played,
)
from tests.servers import LiveKitServer, TemporalServer
from tests.speech_server import TONE_HZ, SpeechServer, running_speech_server
from tests.voice_guest import eventually
from tests.voice_stage import VoiceStage, voice

pytestmark = pytest.mark.alone


def _speaks_by(model: SpeechServer) -> dict[str, str]:
    vendor = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-nobody"}
    return {"TTS_MODEL": "openai/tts-1", **vendor}


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
            async with called(voice_stage, await voice_stage.open_room()) as (_, ears):
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
            async with called(voice_stage, await voice_stage.open_room()) as (_, ears):
                (await has_played(ears, EVERY_S)).says(Wait.UNANSWERED)
            await eventually(lambda: len(model.asked) == len(Wait), 60, "the model is not asked")
            await _until_the_model_speaks(voice_stage)


async def _until_the_model_speaks(stage: VoiceStage) -> None:
    """Call until a job process answers that was started after the model had said the lines."""
    tone = as_heard((np.sin(2 * np.pi * TONE_HZ * np.arange(9_600) / 48_000) * 9_000).astype("<i2"))
    async with asyncio.timeout(60):
        while True:
            async with called(stage, await stage.open_room()) as (_, ears):
                heard = await has_played(ears, FIRST_S + 1.5)
            at_s, likeness = best_match(heard.sound, tone)
            if likeness > 0.9 and at_s == pytest.approx(FIRST_S, abs=2 * LATE_S):
                return
