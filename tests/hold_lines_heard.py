"""What of a host's music and lines a caller has heard, by comparison with what was to be heard."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from adapters.speech import EspeakSpeech
from domain.voice import Wait
from robots.ears import Ears, of
from robots.espeak import below, resampled
from robots.sound import Track
from robots.voice import SAMPLE_RATE, Floats
from tests.voice_errand import Errand
from tests.voice_guest import Guest, eventually
from tests.voice_stage import VoiceStage
from voice.hold_lines import RAMP, HoldLines
from voice.hold_music import hold_clip
from voice.track import SAMPLE_RATE as TRACK_RATE
from voice.track import Samples

CALLER = "caller_x"
EVERY_S = 12.0
OFTEN = {"VOICE_HOLD_LINES_EVERY_S": f"{EVERY_S:g}"}
FIRST_S = EVERY_S / 3
LATE_S = 0.5
"""Of a line's first word, the music making room for it before."""
HEARD_BELOW_HZ = 4_000
PIECE = SAMPLE_RATE // 2
SAME = 0.6
"""Likeness of half a second that arrived to what was sent (0.78 and more; others: 0.42 and less).

Longer parts don't compare: a listener's buffer stretches sound by milliseconds."""


def as_heard(samples: Samples) -> Floats:
    """Bring samples to the rate and the range of what is compared."""
    return below(HEARD_BELOW_HZ, resampled(samples, TRACK_RATE, SAMPLE_RATE), SAMPLE_RATE) / 32_768


def _spoken() -> dict[Wait, Samples]:
    lines = HoldLines(timedelta(seconds=25))
    asyncio.run(lines.speak(EspeakSpeech()))
    return lines.samples


@cache
def lines() -> dict[Wait, Floats]:
    """The lines as espeak-ng says them when it has said nothing before: later ones differ."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        spoken = fresh.submit(_spoken).result()
    return {wait: as_heard(line[RAMP:-RAMP]) for wait, line in spoken.items()}


@cache
def music() -> Floats:
    """The built-in clip, twice, so that a loop's seam is in it."""
    clip = as_heard(hold_clip(None))
    return np.concatenate([clip, clip])


def best_match(sound: Floats, part: Floats) -> tuple[float, float]:
    """Find where a part fits best: second of its beginning, and likeness, 1 being the same."""
    size = 1 << (len(sound) + len(part)).bit_length()
    spectra = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(part, size))
    products = np.fft.irfft(spectra, size)[: len(sound) - len(part) + 1]
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    energies = energy[len(part) :] - energy[: -len(part)]
    likeness = products / np.sqrt((part**2).sum() * np.maximum(energies, 1e-9))
    at = int(np.argmax(likeness))
    return at / SAMPLE_RATE, float(likeness[at])


@dataclass(frozen=True)
class Played:
    """What one host played while one track of it was published, from its first sound on."""

    host: str
    sound: Floats

    def is_just_music(self, began_s: float, ended_s: float) -> bool:
        part = self.sound[int(began_s * SAMPLE_RATE) : int(ended_s * SAMPLE_RATE)]
        return all(best_match(music(), piece)[1] > SAME for piece in _pieces(part))

    def said(self) -> set[Wait]:
        """The lines of which nearly all was heard."""
        return {wait for wait, line in lines().items() if self._share(line) > 0.7}

    def says(self, wait: Wait) -> None:
        """See that this line and no other is said, when the first one is due."""
        assert self.said() == {wait}
        began_s = best_match(self.sound, lines()[wait][:PIECE])[0]
        assert abs(began_s - FIRST_S) < LATE_S

    def _share(self, line: Floats) -> float:
        pieces = _pieces(line)
        return sum(best_match(self.sound, piece)[1] > SAME for piece in pieces) / len(pieces)


def _pieces(sound: Floats) -> list[Floats]:
    return [sound[at : at + PIECE] for at in range(0, len(sound) - PIECE + 1, PIECE)]


def played(ears: Ears) -> list[Played]:
    """All that hosts have played, in order."""
    tracks = ears.of(of("host"))
    return [_from_first_sound(track) for track in tracks if track.first_loud_at is not None]


def _from_first_sound(track: Track) -> Played:
    samples = track.samples()
    first = int(np.argmax(np.abs(samples) > 0.003))
    heard = below(HEARD_BELOW_HZ, (samples[first:] * 32_768).astype(np.int16), SAMPLE_RATE)
    return Played(track.who, heard / 32_768)


async def has_played(ears: Ears, seconds: float, count: int = 1) -> Played:
    """Wait until the host's track of that number has been heard for so long."""

    def so_long() -> bool:
        loud = [at for t in ears.of(of("host")) if (at := t.first_loud_at) is not None]
        return len(loud) >= count and time.monotonic() - loud[count - 1] > seconds

    await eventually(so_long, seconds + 15, "the host is not heard so long")
    return played(ears)[count - 1]


@asynccontextmanager
async def called(stage: VoiceStage, room: str) -> AsyncIterator[tuple[Guest, Ears]]:
    """Seat a caller whose ears keep every sample, and send them a host."""
    caller, ears = Guest(CALLER), Ears()
    ears.listen_in(caller.room, room)
    await caller.join(stage.livekit, room)
    await caller.publish()
    await stage.send(Errand(agent="host", room=room, person=CALLER))
    try:
        yield caller, ears
    finally:
        await ears.close()
        await caller.leave()
