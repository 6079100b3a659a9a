"""What a waiting caller is told over the music, live: real rooms, real ears."""

import os
import signal
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from domain.voice import Wait
from robots.ears import of
from robots.sound import Span
from tests.hold_lines_heard import (
    EVERY_S,
    FIRST_S,
    LATE_S,
    OFTEN,
    called,
    has_played,
    lines,
    played,
)
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_stage import VoiceProcess, VoiceStage, voice

pytestmark = pytest.mark.alone


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


async def test_a_caller_nobody_has_answered_is_told_so_over_music_that_never_stops(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    async with called(voice_stage, await voice_stage.open_room()) as (_, ears):
        heard = await has_played(ears, EVERY_S)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    heard.says(Wait.UNANSWERED)
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
    async with called(voice_stage, room) as (caller, ears):
        await voice_stage.agent(room, "host")
        await caller.hears_nothing("host", 1.0, 4)
        before = len(played(ears))
        await voice_stage.hold(room, on=True)
        await agent.unpublish()
        heard = await has_played(ears, EVERY_S, before + 1)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    heard.says(Wait.AGENTS_TALK)


async def test_a_line_ends_when_an_agent_is_there_and_a_caller_who_lost_them_is_told_so(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    async with called(voice_stage, room) as (caller, ears):
        agent = await voice_stage.seat("agt_a", room)
        await has_played(ears, FIRST_S + 1.5)
        await agent.publish()
        published_s = time.monotonic()
        stopped_s = await caller.hears_nothing("host", 1.0, 4)
        assert stopped_s - published_s < 1
        await agent.leave()
        heard = await has_played(ears, EVERY_S, 2)
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
    heard.says(Wait.AGENT_LOST)


async def test_a_host_that_follows_a_killed_one_does_not_begin_with_a_line(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    async with called(voice_stage, await voice_stage.open_room()) as (_, ears):
        first = await has_played(ears, FIRST_S + 1.5)
        os.kill(await host.job_pid(), signal.SIGKILL)
        heard = await has_played(ears, FIRST_S, 2)
    assert heard.host != first.host
    assert heard.is_just_music(0.2, FIRST_S - 0.3)
