"""A WAV of what somebody heard: every track laid down at the time at which it sounded."""

import wave
from pathlib import Path

import av
import numpy as np

from robots.ears import Ears
from robots.espeak import Pcm, below
from robots.sound import FRAME_S
from robots.voice import SAMPLE_RATE, WORDS_BELOW_HZ

FRAME = int(SAMPLE_RATE * FRAME_S)


def mixed(ears: Ears, began: float, ended: float) -> Pcm:
    """All tracks as one sound, without the pilot tones, which are for numpy and not for people."""
    mix = np.zeros(int((ended - began) * SAMPLE_RATE) + FRAME, np.int32)
    for track in ears.tracks:
        at = 0
        for start, frame in zip(track.starts(), track.frames, strict=True):
            wanted = int((start - began) * SAMPLE_RATE)
            # Frames follow each other without a seam unless the clock says otherwise.
            at = wanted if abs(wanted - at) > FRAME else at
            if 0 <= at <= len(mix) - len(frame):
                mix[at : at + len(frame)] += frame
            at += len(frame)
    loud: Pcm = np.clip(mix, -32_767, 32_767).astype(np.int16)
    return below(WORDS_BELOW_HZ, loud, SAMPLE_RATE)


def write_wav(path: Path, samples: Pcm) -> None:
    """Write 16-bit mono at the robots' rate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())


def write_opus(path: Path, samples: Pcm) -> None:
    """Write it small, as browsers play it."""
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    with av.open(str(path), "w", format="webm") as file:
        stream = file.add_stream("libopus", rate=48_000)
        stream.bit_rate = 24_000
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000, frame_size=960)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            file.mux(stream.encode(part))
