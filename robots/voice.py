"""A robot's voice: a pilot tone of its own that never stops, and words on top if it has any.

The tone is on even between words, so silence can be measured in 10 ms frames, and every robot has
another frequency, so a recording tells who is heard. A voice is one microphone: every room it is
published in gets the same sound, as a person's browser would send it.
"""

import asyncio
import time

import numpy as np
import numpy.typing as npt
from livekit import rtc
from livekit.rtc._proto.room_pb2 import AudioEncoding

from robots.espeak import Pcm, below, speech

SAMPLE_RATE = 16_000
CHUNK_S = 0.04
CHUNK = int(SAMPLE_RATE * CHUNK_S)
# What a source holds in advance, so that a busy event loop is not mistaken for silence.
CUSHION_S = 0.1
CUSHION = int(SAMPLE_RATE * CUSHION_S)
FULL = 32_767

# Words stay below this and tones above it, so that no word is ever taken for a tone.
WORDS_BELOW_HZ = 3600
# Hz: each on a bin of a 100 ms window, 400 apart.
TONES = {"caller": 4000, "a": 4400, "a-private": 4800, "b": 5200, "c": 5600, "d": 6000}
# Publishing parameters that make a steady tone arrive as a steady tone.
MICROPHONE = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_MICROPHONE,
    dtx=False,
    red=False,
    audio_encoding=AudioEncoding(max_bitrate=32_000),
)


Floats = npt.NDArray[np.float64]

_IDLE: list[rtc.AudioSource] = []
"""To be used again: the SDK never frees a source whose room was ended by the server, and its thread
goes on for good (measured, livekit 1.1.21: 219 of them took half a machine)."""


class Voice:
    """One microphone: `tone` names its pilot in `TONES`; change it and the sound changes.

    `latest_s` is how late it ever was with a piece of sound: with more than its outlets hold in
    advance, the silence in other people's ears is the robot's own.
    """

    def __init__(self, tone: str, *, level: float = 0.1, accent: str = "en-us") -> None:
        self.tone = tone
        self.level = level
        self.accent = accent
        self._words: Pcm = np.zeros(0, np.int16)
        self._phase = 0.0
        self._sources: set[rtc.AudioSource] = set()
        self._pump: asyncio.Task[None] | None = None
        self._capturing = asyncio.Lock()
        self.latest_s = 0.0

    async def say(self, text: str) -> float:
        """Queue words to be said on top of the pilot; returns how many seconds they last."""
        words = await asyncio.to_thread(_words, text, self.accent)
        self._words = np.concatenate([self._words, words])
        return len(self._words) / SAMPLE_RATE

    @property
    def is_talking(self) -> bool:
        """There are words left to say."""
        return len(self._words) > 0

    async def open(self) -> rtc.AudioSource:
        """A new outlet of this microphone; it sounds from now on until `close`."""
        source = _IDLE.pop() if _IDLE else rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=400)
        await source.capture_frame(_frame(self._pilot(CUSHION)))
        self._sources.add(source)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        return source

    async def close(self, source: rtc.AudioSource) -> None:
        """Take an outlet away; the last one stops the voice."""
        async with self._capturing:
            self._sources.discard(source)
        if not self._sources and (pump := self._pump):
            # Forgotten first: whoever opens an outlet meanwhile starts another.
            self._pump = None
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
        source.clear_queue()
        _IDLE.append(source)

    async def _run(self) -> None:
        due = time.monotonic()
        while True:
            self.latest_s = max(self.latest_s, time.monotonic() - due)
            frame = _frame(self._next())
            async with self._capturing:
                await asyncio.gather(*(source.capture_frame(frame) for source in self._sources))
            due += CHUNK_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _next(self) -> Floats:
        sound = self._pilot(CHUNK)
        self._phase += self._step * CHUNK
        words, self._words = self._words[:CHUNK], self._words[CHUNK:]
        sound[: len(words)] += words
        return sound

    @property
    def _step(self) -> float:
        return 2 * np.pi * TONES[self.tone] / SAMPLE_RATE

    def _pilot(self, count: int) -> Floats:
        phases = self._phase + self._step * np.arange(1, count + 1)
        sound: Floats = np.sin(phases) * (self.level * FULL)
        return sound


def _frame(sound: Floats) -> rtc.AudioFrame:
    samples = np.clip(sound, -FULL, FULL).astype(np.int16)
    return rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, len(samples))


def _words(text: str, accent: str) -> Pcm:
    words = below(WORDS_BELOW_HZ, speech(text, SAMPLE_RATE, accent), SAMPLE_RATE)
    quieter: Pcm = (words * 0.6).astype(np.int16)
    return quieter
