"""The robots' voices and ears on a real LiveKit server."""

import os
import time
import wave
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from livekit import api as livekit

from robots.ears import Ears, of
from robots.outside import Outside
from robots.place import Place
from robots.recording import mixed, write_wav
from robots.sound import Span
from robots.views import May, Seat
from robots.voice import SAMPLE_RATE, Voice
from robots.waiting import until
from robots.witness import Witness
from tests.servers import LiveKitServer

pytestmark = pytest.mark.alone


@pytest_asyncio.fixture(scope="module")
async def lk(livekit_server: LiveKitServer) -> AsyncIterator[livekit.LiveKitAPI]:
    async with livekit_server.api() as lk:
        yield lk


class Hall:
    """One room of a test and whoever sits in it."""

    def __init__(self, server: LiveKitServer, lk: livekit.LiveKitAPI, room: str) -> None:
        self.server, self.lk, self.room = server, lk, room
        self.places: dict[str, Place] = {}

    def grant(self, who: str, *, standby: bool = False) -> Seat:
        grants = livekit.VideoGrants(
            room_join=True,
            room=self.room,
            can_publish=not standby,
            can_subscribe=not standby,
            can_publish_data=False,
            hidden=standby,
            can_publish_sources=[] if standby else ["microphone"],
        )
        token = livekit.AccessToken(self.server.key, self.server.secret).with_identity(who)
        jwt = token.with_grants(grants).with_ttl(timedelta(minutes=2)).to_jwt()
        may = May(publish=not standby, subscribe=not standby)
        return Seat(url=self.server.url, room=self.room, identity=who, token=jwt, may=may)

    async def seat(self, who: str, tone: str, *, standby: bool = False) -> Place:
        place = Place(self.grant(who, standby=standby), Voice(tone), Ears())
        await place.join()
        self.places[who] = place
        return place

    async def allow(self, who: str, allowed: bool) -> None:
        sources = [livekit.TrackSource.MICROPHONE] if allowed else []
        permission = livekit.ParticipantPermission(
            can_publish=allowed,
            can_subscribe=allowed,
            can_publish_sources=sources,
            can_publish_data=False,
            hidden=not allowed,
        )
        request = livekit.UpdateParticipantRequest(
            room=self.room, identity=who, permission=permission
        )
        await self.lk.room.update_participant(request)


@pytest_asyncio.fixture
async def hall(livekit_server: LiveKitServer, lk: livekit.LiveKitAPI) -> AsyncIterator[Hall]:
    room = f"room-{os.urandom(8).hex()}"
    await lk.room.create_room(livekit.CreateRoomRequest(name=room))
    hall = Hall(livekit_server, lk, room)
    yield hall
    for place in hall.places.values():
        await place.leave()
        await place.ears.close()
    await lk.room.delete_room(livekit.DeleteRoomRequest(room=room))


async def test_two_robots_hear_each_other_without_a_break_and_know_the_tone(hall: Hall) -> None:
    one = await hall.seat("caller_1", "caller")
    two = await hall.seat("agt_a", "a")
    await until(lambda: one.ears.hears("agt_a") and two.ears.hears("caller_1"), 5, "both heard")
    began = time.monotonic() + 0.3
    await until(lambda: time.monotonic() > began + 3.3, 5, "three seconds to pass")
    window = Span(began, began + 3)
    for ears in (one.ears, two.ears):
        assert ears.silence(window).lasts_s < 0.06
    assert {tone.tone for tone in one.ears.tones(within=window)} == {"a"}
    assert {tone.tone for tone in two.ears.tones(within=window)} == {"caller"}


async def test_words_are_never_taken_for_tones(hall: Hall) -> None:
    one = await hall.seat("caller_1", "caller")
    two = await hall.seat("agt_a", "a")
    await until(lambda: one.ears.hears("agt_a"), 5, "the agent to be heard")
    await two.voice.say("She sells sea shells. The total is six hundred sixty six pounds.")
    await until(lambda: not two.voice.is_talking, 10, "the words to be said")
    assert {tone.tone for tone in one.ears.tones()} == {"a"}


async def test_a_standby_seat_hears_nothing_until_it_is_opened_and_then_speaks(hall: Hall) -> None:
    talking = await hall.seat("agt_b", "b")
    waiting = await hall.seat("caller_1", "caller", standby=True)
    began = time.monotonic()
    await until(lambda: time.monotonic() > began + 1, 3, "a second to pass")
    assert not waiting.ears.tracks
    assert not waiting.ears.anything_from(hall.room)
    opened = time.monotonic()
    await hall.allow("caller_1", True)
    await until(lambda: waiting.ears.hears("agt_b"), 5, "the caller to hear B")
    await until(lambda: talking.ears.hears("caller_1"), 5, "B to hear the caller")
    assert waiting.ears.first(of("agt_b")) is not None
    assert waiting.ears.first(of("agt_b")) > opened  # type: ignore[operator]


async def test_a_microphone_follows_its_rights_in_both_directions(hall: Hall) -> None:
    agent = await hall.seat("agt_a", "a")
    caller = await hall.seat("caller_1", "caller")
    await until(lambda: caller.ears.hears("agt_a"), 5, "the agent to be heard")
    await hall.allow("agt_a", False)
    await until(lambda: not agent.is_speaking, 5, "the agent's microphone to be withdrawn")
    await until(lambda: not caller.ears.hears("agt_a"), 5, "the agent to fall silent")
    await until(lambda: not agent.ears.hears("caller_1"), 5, "the agent to hear nothing")
    await hall.allow("agt_a", True)
    await until(lambda: caller.ears.hears("agt_a"), 5, "the agent to be heard again")
    await until(lambda: agent.ears.hears("caller_1"), 5, "the agent to hear again")


async def test_ears_keep_data_text_names_and_metadata_that_a_deaf_seat_receives(hall: Hall) -> None:
    waiting = await hall.seat("caller_1", "caller", standby=True)
    leaky = await hall.seat("agt_b", "b")
    name = livekit.UpdateParticipantRequest(
        room=hall.room, identity="agt_b", name="Canary", metadata="canary", attributes={"k": "v"}
    )
    await hall.lk.room.update_participant(name)
    text = livekit.ParticipantPermission(
        can_publish=True, can_subscribe=True, can_publish_data=True
    )
    await hall.lk.room.update_participant(
        livekit.UpdateParticipantRequest(room=hall.room, identity="agt_b", permission=text)
    )
    await until(lambda: leaky.room.local_participant.permissions.can_publish_data, 5, "the right")
    await leaky.room.local_participant.send_text("a canary", topic="whatever")
    wanted = {"data", "text", "name", "metadata", "attribute"}

    async def all_of_it() -> bool:
        # Data sent before the receiver's data channel is up is lost, so it is sent again.
        data = livekit.SendDataRequest(room=hall.room, data=b"canary", kind="RELIABLE")
        await hall.lk.room.send_data(data)
        kept = waiting.ears.anything_from(hall.room)
        return {one.kind for one in kept} >= wanted

    await until(all_of_it, 5, f"the deaf seat to receive {wanted}", 0.1)


async def test_silence_is_measured_to_a_hundredth_of_a_second(hall: Hall) -> None:
    one = await hall.seat("caller_1", "caller")
    two = await hall.seat("agt_a", "a")
    await until(lambda: one.ears.hears("agt_a"), 5, "the agent to be heard")
    muted = time.monotonic()
    await two.mute()
    await until(lambda: time.monotonic() > muted + 0.8, 3, "0.8 s to pass")
    unmuted = time.monotonic()
    await two.mute(False)
    await until(lambda: one.ears.hears("agt_a") and time.monotonic() > unmuted + 1, 5, "sound")
    silence = one.ears.silence(Span(muted - 0.5, unmuted + 0.9))
    assert abs(silence.lasts_s - (unmuted - muted)) < 0.15
    assert abs(silence.began - muted) < 0.25


async def test_the_witness_sees_rights_microphones_and_rooms(hall: Hall) -> None:
    await hall.seat("agt_b", "b")
    await hall.seat("caller_1", "caller", standby=True)
    server = hall.server
    async with Witness(server.url, server.key, server.secret) as witness:
        await until(lambda: len(witness.samples) > 2, 3, "three samples")
        seen = witness.samples[-1]
        (agent,), (caller,) = seen.of("agt_b"), seen.of("caller_1")
        assert agent.is_live
        assert agent.is_on_air
        assert caller.active
        assert caller.hidden
        assert (caller.may_hear, caller.may_speak, caller.published) == (False, False, False)
        assert hall.room in seen.rooms
        assert not (await witness.look(dispatches=True)).dispatches


async def test_a_recording_holds_what_was_heard_without_the_pilot_tones(
    hall: Hall, tmp_path: Path
) -> None:
    one = await hall.seat("caller_1", "caller")
    two = await hall.seat("agt_a", "a")
    await until(lambda: one.ears.hears("agt_a"), 5, "the agent to be heard")
    began = time.monotonic()
    await two.voice.say("Good morning.")
    await until(lambda: not two.voice.is_talking, 10, "the words to be said")
    write_wav(tmp_path / "heard.wav", mixed(one.ears, began, time.monotonic()))
    with wave.open(str(tmp_path / "heard.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    spectrum = np.abs(np.fft.rfft(sound))
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    assert spectrum[hertz < 3600].max() > 100 * spectrum[hertz > 3700].max()


async def test_a_body_outside_is_heard_and_vanishes_without_a_goodbye(hall: Hall) -> None:
    one = await hall.seat("caller_1", "caller")
    body = await Outside.sit(hall.grant("agt_a"), tone="a")
    await until(lambda: one.ears.hears("agt_a"), 5, "the body to be heard")
    await body.kill()
    await until(lambda: not one.ears.hears("agt_a"), 5, "the body to be heard no more")
    rooms = livekit.ListParticipantsRequest(room=hall.room)
    there = {
        person.identity for person in (await hall.lk.room.list_participants(rooms)).participants
    }
    assert there == {"caller_1", "agt_a"}, "the server does not know yet"
