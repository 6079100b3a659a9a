"""Our LiveKit adapters with a room to try them in, and voice agents without a voice process."""

import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

from livekit import api, rtc
from pydantic import SecretStr

from adapters.livekit import LiveKit, open_livekit
from domain.names import room_name
from domain.settings import LiveKitSettings
from robots.voice import Voice
from tests.servers import LiveKitServer


def settings_of(server: LiveKitServer, secret: str | None = None) -> LiveKitSettings:
    return LiveKitSettings(
        url=server.url, api_key=server.key, api_secret=SecretStr(secret or server.secret)
    )


@contextlib.asynccontextmanager
async def livekit_and_room(server: LiveKitServer) -> AsyncIterator[tuple[LiveKit, str]]:
    """Open a room with our own adapter, and close it in the end."""
    async with open_livekit(settings_of(server)) as livekit:
        room = room_name(uuid4())
        await livekit.rooms.open(room)
        yield livekit, room
        await livekit.rooms.close(room)


@contextlib.asynccontextmanager
async def agent(
    server: LiveKitServer, room: str, identity: str, **attributes: str
) -> AsyncIterator[rtc.Room]:
    """Join as a voice agent of ours does."""
    token = api.AccessToken(server.key, server.secret).with_identity(identity).with_kind("agent")
    grants = api.VideoGrants(room_join=True, room=room, agent=True)
    joined = rtc.Room()
    await joined.connect(server.url, token.with_grants(grants).with_attributes(attributes).to_jwt())
    yield joined
    await joined.disconnect()


@contextlib.asynccontextmanager
async def playing(agent: rtc.Room) -> AsyncIterator[None]:
    """Be heard, as a host is as long as it plays; LiveKit lists no track before its first sound."""
    voice = Voice("c")
    source = await voice.open()
    track = rtc.LocalAudioTrack.create_audio_track("hold", source)
    await agent.local_participant.publish_track(track)
    yield
    await voice.close(source)
