"""One remote audio track as it arrived, and what numpy can say about it afterwards."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from robots.espeak import Pcm
from robots.voice import SAMPLE_RATE, TONES, Floats

FRAME_S = 0.02
SLICE_S = 0.01
SLICE = int(SAMPLE_RATE * SLICE_S)
# RMS of full scale (-50 dB): a tenth of the quietest pilot, ten times the noise of a muted track.
LOUD = 0.003

WINDOW = SAMPLE_RATE // 10
HOP = WINDOW // 2
# Amplitude of full scale, and times what is 100 to 140 Hz beside it, at which a tone is a tone. A
# track that is published anew can begin with some 15 ms of what its microphone said when it was
# taken down (1 of 5 times, 0.0017; a rest in the sender's encoder, it seems): no word, no breach.
TONE_LEVEL = 0.005
TONE_STANDS_OUT = 3.0


@dataclass(frozen=True)
class Span:
    """From when to when, in monotonic seconds."""

    began: float
    ended: float

    @property
    def lasts_s(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Heard(Span):
    """Somebody was above the threshold; `tone` is set where a pilot was recognised."""

    room: str
    who: str
    tone: str = ""


@dataclass
class Track:
    """Every frame of one track, 16 kHz mono, with the monotonic time at which it came."""

    room: str
    who: str
    sid: str
    arrivals: list[float] = field(default_factory=list)
    frames: list[Pcm] = field(default_factory=list)
    first_loud_at: float | None = None
    last_loud_at: float | None = None

    def add(self, at: float, frame: Pcm) -> None:
        """Keep one 20 ms frame."""
        self.arrivals.append(at)
        self.frames.append(frame)
        if int(np.abs(frame).max(initial=0)) > LOUD * 32_768 * 1.414:
            self.first_loud_at = self.first_loud_at or at
            self.last_loud_at = at

    def samples(self) -> Floats:
        """All samples, full scale being 1."""
        if not self.frames:
            return np.zeros(0)
        return np.concatenate(self.frames).astype(np.float64) / 32_768

    def starts(self) -> Floats:
        """When each frame began to sound, freed from the hesitations of a busy event loop.

        Frames of a track come every 20 ms; a late one was waiting in a queue. So a frame's time is
        the earliest that the frames of the next second allow, and never after its arrival.
        """
        arrivals = np.array(self.arrivals)
        if not len(arrivals):
            return arrivals
        steps = np.arange(len(arrivals)) * FRAME_S
        ahead = int(1 / FRAME_S)
        late = np.concatenate([arrivals - steps, np.full(ahead, np.inf)])
        best = np.lib.stride_tricks.sliding_window_view(late, ahead + 1).min(axis=1)
        starts: Floats = best + steps - FRAME_S
        return starts

    def slices(self) -> tuple[Floats, Floats]:
        """Start times and RMS levels of all 10 ms slices."""
        starts = self.starts()
        times = np.stack([starts, starts + SLICE_S], axis=1).reshape(-1)
        cut = self.samples().reshape(-1, SLICE)
        return times, np.sqrt((cut**2).mean(axis=1))

    def loud(self) -> list[Span]:
        """The spans in which something was heard; 10 ms of less do not part them."""
        times, levels = self.slices()
        spans = (Span(float(at), float(at) + SLICE_S) for at in times[levels > LOUD])
        return list(joined(spans))

    def tones(self) -> list[Heard]:
        """The spans in which a robot's pilot tone was in this track, to 50 ms."""
        samples, starts = self.samples(), self.starts()
        if len(samples) < WINDOW:
            return []
        windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
        shape = np.hanning(WINDOW)
        spectra = np.abs(np.fft.rfft(windows * shape, axis=1)) * 2 / shape.sum()
        firsts = np.arange(len(windows)) * HOP // (2 * SLICE)
        found: list[Heard] = []
        for tone, hertz in TONES.items():
            there = _stands_out(spectra, hertz * WINDOW // SAMPLE_RATE)
            spans = (Span(float(at), float(at) + 0.1) for at in starts[firsts[there]])
            found += [
                Heard(span.began, span.ended, self.room, self.who, tone) for span in joined(spans)
            ]
        return found


def _stands_out(spectra: Floats, peak: int) -> npt.NDArray[np.bool_]:
    beside = np.r_[peak - 14 : peak - 9, peak + 10 : peak + 15]
    level = spectra[:, peak]
    around = np.median(spectra[:, beside], axis=1)
    return (level > TONE_LEVEL) & (level > TONE_STANDS_OUT * around)


def joined(spans: Iterable[Span], gap_s: float = SLICE_S) -> Iterator[Span]:
    """Spans in order, those that touch or are at most `gap_s` apart made one."""
    last: Span | None = None
    for span in sorted(spans, key=lambda one: one.began):
        if last and span.began - last.ended <= gap_s + 1e-6:
            last = Span(last.began, max(last.ended, span.ended))
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
