"""A caller whose agent's client has died has no company: the host plays, live."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from livekit import api

from robots.outside import Outside
from robots.views import May, Seat
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_errand import Errand
from tests.voice_stage import VoiceStage, voice

pytestmark = pytest.mark.alone

CALLER = "caller_x"


def _seat(server: LiveKitServer, identity: str, room: str) -> Seat:
    grants = api.VideoGrants(room_join=True, room=room, can_publish=True, can_subscribe=True)
    token = api.AccessToken(server.key, server.secret).with_identity(identity).with_grants(grants)
    return Seat(
        url=server.url,
        room=room,
        identity=identity,
        token=token.to_jwt(),
        may=May(publish=True, subscribe=True),
    )


async def test_music_plays_while_an_agents_client_is_dead_and_ends_when_another_is_there(
    voice_stage: VoiceStage,
    livekit_server: LiveKitServer,
    temporal_server: TemporalServer,
    tmp_path: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    async with voice("host", livekit_server, temporal_server, tmp_path):
        room = await voice_stage.open_room()
        caller = await voice_stage.seat(CALLER, room, microphone=True)
        await voice_stage.send(Errand(agent="host", room=room, person=CALLER))
        silent = await voice_stage.seat("agt_silent", room, microphone=True)
        body = await Outside.sit(_seat(livekit_server, "agt_a", room), tone="a")
        await caller.hears("agt_a", 0)
        await caller.hears_nothing("host", 3, 10)
        await silent.leave()
        await body.kill()
        killed_s = time.monotonic()
        record_testsuite_property(
            "agent killed -> music", await caller.hears("host", killed_s, within_s=3)
        )
        there = await voice_stage.server.room.list_participants(
            api.ListParticipantsRequest(room=room)
        )
        assert "agt_a" in {person.identity for person in there.participants}
        body = await Outside.sit(_seat(livekit_server, "agt_a", room), tone="a")
        await caller.hears_nothing("host", 1, 5)
        await body.leave()
