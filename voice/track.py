"""Sound into a room: one microphone track, published only while there is something to hear."""

import asyncio
import contextlib
from datetime import timedelta

import numpy as np
from livekit import rtc
from livekit.rtc.participant import UnpublishTrackError
from numpy.typing import NDArray

from domain.ports import Audio

SAMPLE_RATE = 48_000
ANSWER = timedelta(seconds=2)
Samples = NDArray[np.int16]


class Track:
    """One published audio track that plays what it is given, in order and without gaps."""

    def __init__(self, room: rtc.Room, *, buffer: timedelta) -> None:
        self._participant = room.local_participant
        self._source = rtc.AudioSource(
            SAMPLE_RATE, 1, queue_size_ms=round(buffer.total_seconds() * 1000)
        )
        self._publication: rtc.LocalTrackPublication | None = None

    async def publish(self) -> None:
        """Show the track to the room.

        Raises:
            TimeoutError: LiveKit did not take it.
        """
        track = rtc.LocalAudioTrack.create_audio_track("", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        async with asyncio.timeout(ANSWER.total_seconds()):
            self._publication = await self._participant.publish_track(track, options)

    async def heard(self, within: timedelta) -> bool:
        """Wait until somebody is subscribed to the published track."""
        assert self._publication is not None
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._publication.wait_for_subscription()
        except TimeoutError:
            return False
        return True

    async def play(self, samples: Samples) -> None:
        """Queue samples; waits while the buffer is full."""
        frame = rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, len(samples))
        await self._source.capture_frame(frame)

    async def played(self) -> None:
        """Wait until everything queued has been played."""
        await self._source.wait_for_playout()

    def cut(self) -> int:
        """Drop what is queued, at once; returns how many samples were not played."""
        dropped = round(self._source.queued_duration * SAMPLE_RATE)
        self._source.clear_queue()
        return dropped

    async def withdraw(self) -> None:
        """Take the track out of the room; withdrawing one that isn't published changes nothing."""
        publication, self._publication = self._publication, None
        if publication is None:
            return
        # A room that is being reconnected has forgotten it; one that puts us out may not answer.
        with contextlib.suppress(UnpublishTrackError, TimeoutError):
            async with asyncio.timeout(ANSWER.total_seconds()):
                await self._participant.unpublish_track(publication.sid)


def at_track_rate(audio: Audio) -> Samples:
    """Bring speech to the rate of tracks."""
    resampler = rtc.AudioResampler(audio.sample_rate, SAMPLE_RATE)
    pieces = [*resampler.push(bytearray(audio.pcm)), *resampler.flush()] if audio.pcm else []
    nothing = np.zeros(0, dtype=np.int16)
    return np.concatenate([nothing, *(np.frombuffer(p.data, dtype=np.int16) for p in pieces)])
