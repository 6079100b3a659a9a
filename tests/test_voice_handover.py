"""Voice servers that end, by force or in good order, while there is somebody to speak to.

These tests run servers of their own, so no other voice server may run beside them.
"""

import asyncio
import time
from collections.abc import Callable

import pytest

from domain.voice import SpeechProgress
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_errand import Errand
from tests.voice_guest import Guest, eventually
from tests.voice_stage import VoiceStage, voice

pytestmark = pytest.mark.alone

CALLER = "caller_x"


def _errand(room: str) -> Errand:
    return Errand(agent="host", room=room, person=CALLER)


def _hosts_heard(caller: Guest) -> int:
    return len({sound.of for sound in caller.loud("host")})


async def test_music_goes_on_when_the_server_process_is_killed(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    voice_stage: VoiceStage,
    tmp_path_factory: pytest.TempPathFactory,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    folder = tmp_path_factory.mktemp("voice")
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    async with voice("host", livekit_server, temporal_server, folder) as doomed:
        await voice_stage.send(_errand(room))
        await caller.hears("host", 0)
        async with voice("host", livekit_server, temporal_server, folder):
            doomed.process.kill()
            killed_s = time.monotonic()
            await eventually(lambda: _hosts_heard(caller) == 2, 10, "no second host")
            record_testsuite_property("server killed -> next host", time.monotonic() - killed_s)
            await asyncio.sleep(6)
            silence_s = caller.longest_silence_s(killed_s, time.monotonic() - 0.3)
            record_testsuite_property("longest silence", silence_s)
            assert silence_s < 3
            assert len(await voice_stage.agents(room, "host")) == 1
            await voice_stage.close_room(room)


async def test_a_server_told_to_end_hands_its_caller_over_without_a_gap(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    voice_stage: VoiceStage,
    tmp_path_factory: pytest.TempPathFactory,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    folder = tmp_path_factory.mktemp("voice")
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    async with voice("host", livekit_server, temporal_server, folder) as leaving:
        await voice_stage.send(_errand(room))
        await caller.hears("host", 0)
        async with voice("host", livekit_server, temporal_server, folder):
            leaving.process.terminate()
            told_s = time.monotonic()
            assert await asyncio.wait_for(leaving.process.wait(), 12) == 0
            record_testsuite_property("told to end -> ended", time.monotonic() - told_s)
            assert caller.longest_silence_s(told_s, time.monotonic() - 0.3) < 0.3
            assert len(await voice_stage.agents(room, "host")) == 1
            await voice_stage.close_room(room)


async def test_a_briefing_goes_on_when_its_server_is_told_to_end(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    voice_stage: VoiceStage,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("voice")
    room = await voice_stage.open_room()
    listener = await voice_stage.seat("agt_b", room, microphone=True)
    sentences = tuple(f"Sentence number {n} is spoken now." for n in range(5))
    order = Errand(agent="briefer", room=room, person="agt_b", sentences=sentences)
    async with (
        voice("briefer", livekit_server, temporal_server, folder) as one,
        voice("briefer", livekit_server, temporal_server, folder) as other,
    ):
        errand = await voice_stage.send(order)
        await listener.hears("briefer", 0)
        await eventually(lambda: one.has_begun() or other.has_begun(), 10, "no job began")
        leaving = one if one.has_begun() else other
        leaving.process.terminate()
        assert await asyncio.wait_for(leaving.process.wait(), 12) == 0
        assert await errand.result() == SpeechProgress(next=5, finished=True)
        assert len(voice_stage.sender.sent) >= 2
