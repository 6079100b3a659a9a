"""The briefer, live: real LiveKit, real Temporal, real ears."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import cast

import pytest
from livekit.agents import JobContext
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from adapters.speech import EspeakSpeech
from domain.voice import BriefingOrder, SpeechProgress
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_errand import Errand
from tests.voice_guest import eventually
from tests.voice_stage import VoiceProcess, VoiceStage, voice
from voice.briefer import Briefer
from voice.endings import Ending

pytestmark = pytest.mark.alone

SHORT = ("The caller is waiting.", "She wants to change a booking.")
LONG = tuple(
    f"This is sentence number {number}, and it goes on for a little while." for number in range(6)
)
HALF_A_SECOND = 50
"""In frames of ten milliseconds."""
PLANTED = "zebrafish"
PERSON = "agt_b"
ONLY_WHERE_IT_IS_HARMLESS = {
    "active_speakers_changed",
    "connection_quality_changed",
    "connection_state_changed",
    "local_track_published",
    "local_track_subscribed",
    "participant_active",
    "participant_connected",
    "participant_disconnected",
    "participants_updated",
    "room_sid_changed",
    "room_updated",
    "token_refreshed",
    "track_published",
    "track_subscribed",
    "track_unpublished",
    "track_unsubscribed",
}


@pytest.fixture(scope="module")
async def briefer(
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[VoiceProcess]:
    folder = tmp_path_factory.mktemp("voice")
    # At debug, where vendors quote what is spoken, so that the log can be searched for it.
    more = {"LOG_LEVEL": "DEBUG"}
    async with voice("briefer", livekit_server, temporal_server, folder, **more) as process:
        yield process


def _errand(room: str, sentences: tuple[str, ...] = SHORT) -> Errand:
    return Errand(agent="briefer", room=room, person=PERSON, sentences=sentences)


async def test_a_briefing_is_heard_and_its_activity_completes(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    began_s = time.monotonic()
    errand = await voice_stage.send(_errand(room))
    assert await listener.hears("briefer", began_s) < 3
    assert await errand.result() == SpeechProgress(next=2, finished=True)
    assert time.monotonic() - listener.loud("briefer")[-1].at_s < 1
    assert len(voice_stage.sender.sent) == 1


async def test_a_briefer_who_is_called_off_while_joining_says_nothing(
    voice_stage: VoiceStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever puts briefers out of a room may look just before this one is there."""
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    late = await voice_stage.seat("briefer-1", room)
    order = BriefingOrder(
        task_token="", activity_id="act", attempt=1, listener=PERSON, sentences=SHORT
    )
    job = cast(JobContext, SimpleNamespace(room=late.room))
    briefer = Briefer(job, voice_stage.client, order, EspeakSpeech())
    monkeypatch.setattr(briefer.duty, "called_off", called_off)
    await briefer.perform()
    assert not listener.loud("briefer")


async def called_off() -> Ending:
    return Ending.CANCELLED


async def test_nothing_but_sound_comes_from_a_briefing(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    deaf = await voice_stage.seat("caller_waiting", room, deaf=True)
    errand = await voice_stage.send(_errand(room, (f"A {PLANTED} is on the line.", "Goodbye.")))
    await errand.result()
    assert listener.loud("briefer")
    assert not deaf.heard
    for guest in (listener, deaf):
        assert {kind for kind, _ in guest.events} <= ONLY_WHERE_IT_IS_HARMLESS
        assert not any(PLANTED.encode() in content for _, content in guest.events)
    assert PLANTED not in briefer.said()
    history = (await errand.fetch_history()).to_json()
    assert PLANTED not in history


async def test_a_briefer_waits_for_its_listener(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    bystander = await voice_stage.seat("agt_a", room)
    errand = await voice_stage.send(_errand(room))
    await voice_stage.agent(room, "briefer")
    await asyncio.sleep(2)
    assert not bystander.loud("briefer")
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    assert await listener.hears("briefer", time.monotonic()) < 2
    await errand.result()


async def test_a_killed_briefer_goes_on_at_the_sentence_that_was_cut(
    voice_stage: VoiceStage,
    briefer: VoiceProcess,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, LONG))
    await listener.hears("briefer", 0)
    first = (await voice_stage.agent(room, "briefer")).identity
    await asyncio.sleep(6)  # into the second sentence, or later
    os.kill(await briefer.job_pid(), signal.SIGKILL)
    killed_s = time.monotonic()
    await eventually(
        lambda: any(s.of != first for s in listener.loud("briefer")), 10, "nobody went on"
    )
    again_s = next(s.at_s for s in listener.loud("briefer") if s.of != first)
    assert again_s - killed_s < 3
    _, second = voice_stage.sender.sent
    assert second.attempt == 2
    assert 0 < second.first < len(LONG)
    assert await errand.result() == SpeechProgress(next=len(LONG), finished=True)
    assert len(voice_stage.sender.sent) == 2
    record_testsuite_property("kill -> heard again", again_s - killed_s)


async def test_a_cancelled_briefing_stops_within_two_seconds(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, LONG))
    await listener.hears("briefer", 0)
    await errand.cancel()
    cancelled_s = time.monotonic()
    with pytest.raises(WorkflowFailureError):
        await errand.result()
    assert await listener.hears_nothing("briefer", 1.0, 5) - cancelled_s < 2
    assert len(voice_stage.sender.sent) == 1


async def test_a_removed_briefer_is_silent_at_once_and_says_how_far_it_came(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, LONG))
    await listener.hears("briefer", 0)
    agent = await voice_stage.agent(room, "briefer")
    removed_s = time.monotonic()
    await voice_stage.remove(room, agent.identity)
    result = await asyncio.wait_for(errand.result(), 3)
    assert result is not None
    assert not result.finished
    assert await listener.hears_nothing("briefer", 1.0, 5) - removed_s < 0.3
    assert len(voice_stage.sender.sent) == 1


@pytest.mark.parametrize("away_s", [0, 6], ids=["at once", "almost too late"])
async def test_a_listener_who_reloads_hears_the_sentence_again(
    voice_stage: VoiceStage, briefer: VoiceProcess, away_s: float
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, SHORT))
    await listener.hears("briefer", 0)
    await listener.leave()
    await asyncio.sleep(away_s)
    returned = await voice_stage.seat(PERSON, room, microphone=True)
    assert await returned.hears("briefer", time.monotonic()) < 3
    assert await errand.result() == SpeechProgress(next=2, finished=True)


async def test_a_listener_who_is_gone_ends_the_briefing_for_good(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, LONG))
    await listener.hears("briefer", 0)
    await listener.leave()
    assert await _failure(errand.result()) == "ListenerGone"
    assert len(voice_stage.sender.sent) == 1


async def test_a_closed_room_ends_the_briefing_for_good(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, LONG))
    await listener.hears("briefer", 0)
    await voice_stage.close_room(room)
    assert await _failure(errand.result()) == "RoomGone"
    assert len(voice_stage.sender.sent) == 1


async def test_an_order_that_starts_two_briefers_is_spoken_by_one(
    voice_stage: VoiceStage, briefer: VoiceProcess
) -> None:
    room = await voice_stage.open_room()
    listener = await voice_stage.seat(PERSON, room, microphone=True)
    errand = await voice_stage.send(_errand(room, SHORT).model_copy(update={"twice": True}))
    assert await errand.result() == SpeechProgress(next=2, finished=True)
    heard = Counter(sound.of for sound in listener.loud("briefer"))
    # LiveKit may tell the two of each other only when both have begun.
    assert sum(heard.values()) - max(heard.values()) < HALF_A_SECOND


async def _failure(result: object) -> str | None:
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(result, 15)  # type: ignore[arg-type]
    error = failed.value.cause
    assert isinstance(error, ActivityError)
    assert isinstance(error.cause, ApplicationError)
    return error.cause.type
