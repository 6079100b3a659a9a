"""Somebody in a room who notes all they receive."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from livekit import api, rtc
from livekit.rtc._proto import room_pb2

from tests.servers import LiveKitServer

LOUD = 300
"""RMS of a 10 ms frame; speech and music are in the thousands, noise of the codec below 10."""


async def eventually(condition: Callable[[], bool], within_s: float, otherwise: str) -> None:
    """Wait for a condition; fail when it doesn't hold in time."""
    until_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until_s, otherwise
        await asyncio.sleep(0.01)


@dataclass
class Sound:
    """Ten milliseconds of what was heard from one participant."""

    at_s: float
    of: str
    rms: float


class Guest:
    """Somebody in a room who notes everything received: sound, and every event in full."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.heard: list[Sound] = []
        self.events: list[tuple[str, bytes]] = []
        self._listening: set[asyncio.Task[None]] = set()
        self._microphone: rtc.LocalTrackPublication | None = None

    async def join(
        self, server: LiveKitServer, room: str, *, deaf: bool = False, takes: bool = True
    ) -> None:
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            hidden=deaf,
            can_subscribe=not deaf,
            can_publish=not deaf,
            can_publish_data=False,
        )
        token = api.AccessToken(server.key, server.secret).with_identity(self.identity)
        self.room.on("track_subscribed", self._listen)
        handle = self.room._on_room_event

        def note(event: room_pb2.RoomEvent) -> None:
            self.events.append((str(event.WhichOneof("message")), event.SerializeToString()))
            handle(event)

        self.room._on_room_event = note  # type: ignore[method-assign]
        options = rtc.RoomOptions(auto_subscribe=takes)
        await self.room.connect(server.url, token.with_grants(grants).to_jwt(), options)

    def take(self) -> None:
        """Subscribe to all there is from now on, by hand."""
        for other in self.room.remote_participants.values():
            for publication in other.track_publications.values():
                publication.set_subscribed(True)
        self.room.on("track_published", lambda publication, _: publication.set_subscribed(True))

    async def leave(self) -> None:
        await self.room.disconnect()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    async def publish(self) -> None:
        source = rtc.AudioSource(48000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("", source)
        self._microphone = await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )

    async def unpublish(self) -> None:
        assert self._microphone
        await self.room.local_participant.unpublish_track(self._microphone.sid)

    def _listen(
        self, track: rtc.Track, _: rtc.RemoteTrackPublication, of: rtc.RemoteParticipant
    ) -> None:
        task = asyncio.create_task(self._note_sound(track, of.identity))
        self._listening.add(task)

    async def _note_sound(self, track: rtc.Track, of: str) -> None:
        stream = rtc.AudioStream(track, sample_rate=48000, num_channels=1, frame_size_ms=10)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(float)
                rms = float(np.sqrt((samples**2).mean()))
                self.heard.append(Sound(time.monotonic(), of, rms))
        finally:
            await stream.aclose()

    def loud(self, of: str, since_s: float = 0.0) -> list[Sound]:
        """What was loud, of the participants whose identity begins so."""
        return [
            sound
            for sound in self.heard
            if sound.of.startswith(of) and sound.rms > LOUD and sound.at_s >= since_s
        ]

    async def hears(self, of: str, since_s: float, within_s: float = 10.0) -> float:
        """Wait until somebody is heard; returns how long that took, in seconds."""
        await eventually(lambda: bool(self.loud(of, since_s)), within_s, f"{of} not heard")
        return self.loud(of, since_s)[0].at_s - since_s

    async def hears_nothing(self, of: str, for_s: float, within_s: float) -> float:
        """Wait for a silence that long; returns when it began."""

        def is_silent() -> bool:
            last = self.loud(of)
            return not last or time.monotonic() - last[-1].at_s > for_s

        await eventually(is_silent, within_s, f"{of} goes on")
        return self.loud(of)[-1].at_s if self.loud(of) else 0.0

    def longest_silence_s(self, since_s: float, until_s: float) -> float:
        """The longest time without a loud frame of anybody, in between."""
        times = [s.at_s for s in self.loud("") if since_s <= s.at_s <= until_s]
        edges = [since_s, *times, until_s]
        return max(b - a for a, b in itertools.pairwise(edges))
