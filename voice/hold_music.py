"""What a caller hears while nobody is there: a clip in a loop, soft at its edges, lines over it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from importlib import resources

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from adapters.sound import decoded
from domain.errors import Refused
from voice.hold_lines import Announcer
from voice.track import SAMPLE_RATE, Samples, Track

BUFFER = timedelta(milliseconds=400)
"""Music goes on through a stall of the process this long."""
CHUNK = round(0.05 * SAMPLE_RATE)
FADE = round(0.1 * SAMPLE_RATE)
SEAM = round(0.5 * SAMPLE_RATE)
"""How much of the clip's end and beginning is played over each other."""
LOUDNESS = 2_000
"""RMS of the clip's typical passage, whatever the file's own: speech lies about there, too."""
EARS = tuple(timedelta(seconds=s) for s in (1, 2, 2))
"""How long the caller's client may take to subscribe, each time the track is published: LiveKit
can lose one that it has accepted (seen once; "publish time out" in its log)."""


def hold_clip(file: str | None) -> Samples:
    """Read the hold music (by default the clip of livekit-agents), ready to be looped.

    Raises:
        Refused: the file can't be read.
    """
    built_in = resources.files("livekit.agents.resources") / "hold_music.ogg"
    clip = np.frombuffer(decoded(file or str(built_in), SAMPLE_RATE).pcm, dtype=np.int16)
    return _looped(_levelled(clip))


def _levelled(clip: Samples) -> Samples:
    """Cut off a slow start and a long end, which a waiting caller takes for silence."""
    if len(clip) < CHUNK:
        raise Refused("The hold audio is shorter than 50 ms")
    windows = clip[: len(clip) // CHUNK * CHUNK].astype(np.float32).reshape(-1, CHUNK)
    rms = np.sqrt((windows**2).mean(axis=1))
    typical = float(np.median(rms)) or 1.0
    loud = np.flatnonzero(rms >= typical / 2)
    kept = windows[loud[0] : loud[-1] + 1].ravel() if len(loud) else windows.ravel()
    levelled: Samples = np.clip(kept * (LOUDNESS / typical), -32768, 32767).astype(np.int16)
    return levelled


def _looped(clip: Samples) -> Samples:
    """Lay the clip's end over its beginning, so that the loop has no seam."""
    seam = min(SEAM, len(clip) // 3)
    if seam == 0:
        return clip
    rise = np.sin(np.linspace(0, np.pi / 2, seam))
    fall = np.cos(np.linspace(0, np.pi / 2, seam))
    joined = clip[:seam] * rise + clip[-seam:] * fall
    return np.concatenate([np.clip(joined, -32768, 32767).astype(np.int16), clip[seam:-seam]])


class HoldMusic:
    """Plays into a room; its track is published exactly as long as it plays."""

    def __init__(
        self,
        room: rtc.Room,
        clip: Samples,
        announcer: Announcer,
        caller_is_there: Callable[[], bool],
        on_broken: Callable[[BaseException], None],
    ) -> None:
        self._room = room
        self._clip = clip
        self._announcer = announcer
        self._caller_is_there = caller_is_there
        self._on_broken = on_broken
        self._position = 0
        self._track: Track | None = None
        self._feeding: asyncio.Task[None] | None = None
        self._insisting: asyncio.Task[None] | None = None
        self._stopping = False
        self._lock = asyncio.Lock()

    @property
    def playing(self) -> bool:
        """Whether it can be heard."""
        return self._feeding is not None

    async def start(self) -> None:
        """Play, and see that it is heard; starting what plays changes nothing."""
        async with self._lock:
            if not self._feeding:
                await self._begin()
                self._insisting = asyncio.create_task(self._insist())
                self._insisting.add_done_callback(self._tell_if_broken)

    async def stop(self) -> None:
        """Fade out and withdraw the track; stopping what doesn't play changes nothing."""
        async with self._lock:
            if self._insisting:
                self._insisting.cancel()
            await self._end()

    async def _begin(self) -> None:
        self._track = Track(self._room, buffer=BUFFER)
        await self._track.publish()
        self._announcer.begin(self._position)
        self._feed(self._track)

    async def _end(self) -> None:
        if not self._feeding or not self._track:
            return
        self._stopping = True
        # Makes room in the buffer, too, so that `_play` goes on at once.
        self._position -= self._track.cut()
        await self._feeding
        self._feeding = None
        await self._track.withdraw()

    async def _insist(self) -> None:
        """Publish the track anew until the caller's client takes it.

        Raises:
            TimeoutError: it never does; another host's connection may do better.
        """
        for patience in EARS:
            if await self._is_heard(patience):
                return
            async with self._lock:
                await self._end()
                await self._begin()
        raise TimeoutError("The caller's client does not take the music")

    async def _is_heard(self, within: timedelta) -> bool:
        """Wait for somebody to subscribe; while the caller isn't there nobody needs to."""
        while self._track and not await self._track.heard(within):
            if self._caller_is_there():
                return False
        return True

    async def play_on(self, time: timedelta) -> None:
        """Play on for a while although every task of this process was cancelled."""
        if self._feeding and self._track:
            self._feed(self._track)
            await asyncio.sleep(time.total_seconds())

    def _feed(self, track: Track) -> None:
        self._stopping = False
        self._feeding = asyncio.create_task(self._play(track))
        self._feeding.add_done_callback(self._tell_if_broken)

    async def _play(self, track: Track) -> None:
        await track.play(self._take(FADE, np.linspace(0, 1, FADE)))
        while not self._stopping:
            await track.play(self._take(CHUNK))
        await track.play(self._take(FADE, np.linspace(1, 0, FADE)))
        await track.played()

    def _take(self, count: int, gain: NDArray[np.float64] | None = None) -> Samples:
        indices = np.arange(self._position, self._position + count)
        samples = self._announcer.over(self._clip.take(indices, mode="wrap"), self._position)
        self._position += count
        return samples if gain is None else (samples * gain).astype(np.int16)

    def _tell_if_broken(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._on_broken(error)
