"""What a waiting caller is told: lines spoken beforehand, and laid over the music when due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from domain.errors import Refused
from domain.ports import Speech
from domain.sentences import ON_HOLD
from domain.voice import Wait
from voice.track import SAMPLE_RATE, Samples, at_track_rate

log = logging.getLogger(__name__)

RAMP = round(0.3 * SAMPLE_RATE)
"""How long the music takes to make room, and to come back."""
UNDER = 0.25
"""What is left of the music under a line: the caller hears that it goes on."""
PEAK = 24_000
"""Of a line: with the loudest music under it, it still isn't clipped."""
LOUDNESS = 2_500
"""RMS of a line, about that of the music around it."""
AUDIBLE = 200
"""Whose peak is below this has said nothing; a resampler alone makes ones of zeros."""
EDGE = round(0.01 * SAMPLE_RATE)
NOTHING: Samples = np.zeros(0, dtype=np.int16)


@dataclass
class HoldLines:
    """The lines as samples. A job process has those that were spoken before it was started."""

    every: timedelta
    samples: dict[Wait, Samples] = field(default_factory=dict)

    async def speak(self, speech: Speech, message: str = "") -> None:
        """Have a voice say all of them, each with this message; one that fails changes nothing."""
        try:
            self.samples = {
                wait: _ready(at_track_rate(await speech.say(f"{words} {message}".strip())))
                for wait, words in ON_HOLD.items()
            }
        except Exception as error:  # whatever it is: nothing may keep a host from its music
            log.warning("hold lines not spoken", extra={"error": type(error).__name__})


def _ready(line: Samples) -> Samples:
    """Bring a line to its loudness, with soft edges, and quiet while the music makes room."""
    peak = float(np.abs(line.astype(np.float64)).max(initial=0))
    if peak < AUDIBLE:
        raise Refused("The voice said nothing")
    rms = float(np.sqrt((line.astype(np.float64) ** 2).mean()))
    end = len(line)
    edges = np.interp(np.arange(end), (0, EDGE, end - EDGE, end), (0, 1, 1, 0))
    levelled = line * edges * min(LOUDNESS / rms, PEAK / peak)
    return np.pad(levelled.astype(np.int16), RAMP)


class Announcer:
    """Lays a line over the music whenever one is due, chosen by what is true at that moment.

    Positions are samples of music played, so the lines keep time with what the caller has heard.
    """

    def __init__(self, lines: HoldLines, why: Callable[[], Wait]) -> None:
        self._samples = lines.samples
        self._every = round(lines.every.total_seconds() * SAMPLE_RATE)
        self._why = why
        self._line = NOTHING
        self._from = self._due = 0

    def begin(self, position: int) -> None:
        """Music starts here: the first line is due a third of the usual time later."""
        self._line = NOTHING
        self._due = position + self._every // 3

    def over(self, music: Samples, position: int) -> Samples:
        """Lay over this music, the next to be played, what is to be said with it."""
        if self._samples and position >= self._due:
            self._line, self._from = self._samples[self._why()], position
            self._due = position + max(self._every, len(self._line))
        end = len(self._line)
        at = np.arange(len(music)) + position - self._from
        if not end or at[0] >= end:
            return music
        left = np.interp(at, (0, RAMP, end - RAMP, end), (1, UNDER, UNDER, 1))
        # Beyond its ends, too, a line is quiet.
        mixed: Samples = (music * left + self._line.take(at, mode="clip")).astype(np.int16)
        return mixed
