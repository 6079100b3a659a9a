"""Everything we want from LiveKit, behind one connection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from livekit import api

from adapters.livekit_life import LiveKitLife
from adapters.livekit_line import LiveKitLine
from adapters.livekit_rooms import LiveKitRooms
from adapters.livekit_tokens import LiveKitTokens
from adapters.livekit_voices import LiveKitVoices
from adapters.livekit_webhooks import LiveKitWebhooks
from domain.settings import LiveKitSettings


@dataclass(frozen=True)
class LiveKit:
    """What a process needs of LiveKit."""

    rooms: LiveKitRooms
    tokens: LiveKitTokens
    voices: LiveKitVoices
    webhooks: LiveKitWebhooks

    async def check(self) -> None:
        """See that LiveKit answers, and takes our key.

        Raises:
            Unreachable: it doesn't answer.
            Refused: it knows no such key.
        """
        # An unfiltered list would be as long as the day is busy.
        await self.rooms.that_are_open(("-",))


@asynccontextmanager
async def open_livekit(settings: LiveKitSettings) -> AsyncIterator[LiveKit]:
    """Hold one HTTP session to LiveKit; nothing is asked of it yet."""
    key, secret = settings.api_key, settings.api_secret
    ours = (settings.url, key, secret.get_secret_value())
    async with aiohttp.ClientSession() as session:
        # Temporal repeats what fails, so the vendor doesn't: then every attempt is seen.
        livekit = api.LiveKitAPI(*ours, session=session, failover=False)
        life = LiveKitLife(session, *ours, failover=False)
        line = LiveKitLine(settings.url)
        rooms = LiveKitRooms(livekit, line)
        try:
            yield LiveKit(
                rooms=rooms,
                tokens=LiveKitTokens(key, secret),
                voices=LiveKitVoices(livekit, rooms, life),
                webhooks=LiveKitWebhooks(key, secret),
            )
        finally:
            await line.close()
