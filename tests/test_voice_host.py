"""The host, live: real LiveKit, real Temporal, real ears."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from adapters.livekit_life import LiveKitLife
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_errand import Errand
from tests.voice_guest import Guest, eventually
from tests.voice_stage import VoiceProcess, VoiceStage, voice

pytestmark = pytest.mark.alone

CALLER = "caller_x"


@pytest.fixture(scope="module")
async def host(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[VoiceProcess]:
    folder = tmp_path_factory.mktemp("voice")
    async with voice("host", livekit_server, temporal_server, folder) as process:
        yield process


def _errand(room: str) -> Errand:
    return Errand(agent="host", room=room, person=CALLER)


async def _caller_and_agent(stage: VoiceStage, room: str) -> tuple[Guest, Guest]:
    caller = await stage.seat(CALLER, room, microphone=True)
    agent = await stage.seat("agt_a", room)
    await agent.publish()
    return caller, agent


async def _caller_and_host(stage: VoiceStage) -> tuple[str, Guest, str]:
    """A room, the caller who hears music there, and the identity of the host who plays it."""
    room = await stage.open_room()
    caller = await stage.seat(CALLER, room, microphone=True)
    await stage.send(_errand(room))
    await caller.hears("host", 0)
    return room, caller, (await stage.agent(room, "host")).identity


async def test_a_caller_alone_hears_music_until_an_agent_has_a_microphone(
    voice_stage: VoiceStage,
    host: VoiceProcess,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    sent_s = time.monotonic()
    errand = await voice_stage.send(_errand(room))
    record_testsuite_property("dispatch -> music", await caller.hears("host", sent_s))
    agent = await voice_stage.seat("agt_a", room)
    await asyncio.sleep(1)
    assert time.monotonic() - caller.loud("host")[-1].at_s < 0.2
    await agent.publish()
    published_s = time.monotonic()
    stopped_s = await caller.hears_nothing("host", 1.0, 4)
    record_testsuite_property("microphone -> silence", stopped_s - published_s)
    assert stopped_s - published_s < 1
    assert not (await voice_stage.agent(room, "host")).tracks
    await agent.leave()
    left_s = time.monotonic()
    record_testsuite_property("alone -> music", await caller.hears("host", left_s))
    assert caller.loud("host", left_s)[0].at_s - left_s < 1.5
    await voice_stage.close_room(room)
    assert await asyncio.wait_for(errand.result(), 5) is None


async def test_music_told_to_play_overlaps_a_conversation(
    voice_stage: VoiceStage,
    host: VoiceProcess,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    room = await voice_stage.open_room()
    caller, _ = await _caller_and_agent(voice_stage, room)
    await voice_stage.send(_errand(room))
    await voice_stage.agent(room, "host")
    await asyncio.sleep(1)
    assert not caller.loud("host")
    told_s = time.monotonic()
    await voice_stage.hold(room, on=True)
    record_testsuite_property("told -> music", await caller.hears("host", told_s))
    assert caller.loud("host")[0].at_s - told_s < 1
    await voice_stage.hold(room, on=False)
    told_s = time.monotonic()
    assert await caller.hears_nothing("host", 1.0, 4) - told_s < 1


async def test_a_killed_host_is_followed_by_music_of_the_next(
    voice_stage: VoiceStage,
    host: VoiceProcess,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    _, caller, first = await _caller_and_host(voice_stage)
    os.kill(await host.job_pid(), signal.SIGKILL)
    killed_s = time.monotonic()
    await eventually(lambda: any(s.of != first for s in caller.loud("host")), 10, "no music again")
    again_s = next(s.at_s for s in caller.loud("host") if s.of != first)
    record_testsuite_property("kill -> music", again_s - killed_s)
    assert again_s - killed_s < 3


async def test_a_living_host_gives_a_sign_of_life_and_a_killed_one_none(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room, _, there = await _caller_and_host(voice_stage)
    livekit = voice_stage.livekit
    async with aiohttp.ClientSession() as session:
        life = LiveKitLife(session, livekit.url, livekit.key, livekit.secret)
        assert not await life.is_dead(room, there)
        os.kill(await host.job_pid(), signal.SIGKILL)
        assert await life.is_dead(room, there)


async def test_music_that_nobody_gets_is_published_anew_and_then_by_another_host(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, takes=False, microphone=True)
    await voice_stage.send(_errand(room))
    seen: set[tuple[str, str]] = set()
    async with asyncio.timeout(20):
        while len({of for of, _ in seen}) < 2:
            hosts = await voice_stage.agents(room, "host")
            seen |= {(one.identity, track.sid) for one in hosts for track in one.tracks}
            await asyncio.sleep(0.05)
    assert max(Counter(of for of, _ in seen).values()) > 2
    caller.take()
    taken_s = time.monotonic()
    await caller.hears("host", taken_s, 3)
    await asyncio.sleep(6)
    assert caller.longest_silence_s(taken_s + 3, time.monotonic() - 0.3) < 0.3
    assert len(await voice_stage.agents(room, "host")) == 1


async def test_two_hosts_play_together_for_no_more_than_five_seconds(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    await voice_stage.send(_errand(room).model_copy(update={"twice": True}))
    await caller.hears("host", 0)
    await asyncio.sleep(6)
    now_s = time.monotonic()
    await asyncio.sleep(1)
    assert len({s.of for s in caller.loud("host", now_s)}) == 1
    assert len(await voice_stage.agents(room, "host")) == 1


async def test_a_cancelled_host_plays_on_until_another_does(
    voice_stage: VoiceStage, host: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    first = await voice_stage.send(_errand(room))
    await caller.hears("host", 0)
    began_s = time.monotonic()
    await first.cancel()
    await eventually(lambda: "why=cancelled" in host.said(), 5, "cancellation not noticed")
    await voice_stage.send(_errand(room))
    await eventually(lambda: len({s.of for s in caller.loud("host")}) == 2, 5, "no second host")
    await asyncio.sleep(2)
    assert caller.longest_silence_s(began_s, time.monotonic() - 0.3) < 0.3
    assert len(await voice_stage.agents(room, "host")) == 1


async def test_a_caller_who_comes_later_hears_music_from_a_waiting_host(
    voice_stage: VoiceStage,
    host: VoiceProcess,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    room = await voice_stage.open_room()
    await voice_stage.send(_errand(room))
    await voice_stage.agent(room, "host")
    caller = await voice_stage.seat(CALLER, room, microphone=True)
    joined_s = time.monotonic()
    record_testsuite_property("joined -> music", await caller.hears("host", joined_s, 2))
