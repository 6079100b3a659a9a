"""Speech from the espeak-ng library of the `espeakng-loader` wheel, through ctypes.

The calls are those of espeak-ng's speak_lib.h. One synthesiser per process: the library is global.
"""

import ctypes
import functools
import threading

import espeakng_loader
import numpy as np
import numpy.typing as npt

AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
POSITION_CHARACTER = 1
SAMPLE_RATE = 22050

Pcm = npt.NDArray[np.int16]
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)

_lock = threading.Lock()


@functools.cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    rate = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
    if rate != SAMPLE_RATE:
        raise RuntimeError(f"espeak-ng would not start (it answered {rate})")
    return library


def speech(text: str, sample_rate: int, voice: str = "en-us") -> Pcm:
    """Say `text` as 16-bit mono samples at `sample_rate`; blocks for about 3 ms per second."""
    parts: list[Pcm] = []

    def heard(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if samples and count > 0:
            parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = CALLBACK(heard)
    with _lock:
        library = _library()
        library.espeak_SetSynthCallback(callback)
        library.espeak_SetVoiceByName(voice.encode())
        raw = text.encode()
        library.espeak_Synth(raw, len(raw) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
        library.espeak_Synchronize()
    said = np.concatenate(parts) if parts else np.zeros(0, np.int16)
    return resampled(said, SAMPLE_RATE, sample_rate)


def resampled(samples: Pcm, from_rate: int, to_rate: int) -> Pcm:
    """The same sound at another rate, by linear interpolation: good enough for robots."""
    count = len(samples) * to_rate // from_rate
    at = np.arange(count) * (from_rate / to_rate)
    sound: Pcm = np.interp(at, np.arange(len(samples)), samples).astype(np.int16)
    return sound


def below(hertz: int, samples: Pcm, sample_rate: int) -> Pcm:
    """The same sound with nothing above `hertz` in it."""
    spectrum = np.fft.rfft(samples)
    spectrum[np.fft.rfftfreq(len(samples), 1 / sample_rate) > hertz] = 0
    sound: Pcm = np.fft.irfft(spectrum, len(samples)).astype(np.int16)
    return sound
