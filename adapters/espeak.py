"""espeak-ng in this process: text in, samples out, no network and no key.

The library and its data come with the `espeakng-loader` wheel. It is driven through its C API,
see `speak_lib.h` of espeak-ng 1.52, whose names the constants below carry.
"""

import ctypes
import threading
from functools import cache

import espeakng_loader

from domain.errors import Refused, Unreachable

AUDIO_OUTPUT_SYNCHRONOUS = 2
ESPEAK_INITIALIZE_DONT_EXIT = 0x8000
ESPEAK_CHARS_UTF8 = 1
ESPEAK_RATE = 1
EE_OK = 0

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """The one synthesiser of a process; espeak-ng keeps its state in globals, hence the lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spoken = bytearray()
        # The library keeps only the pointer: the callback must live as long as it does.
        self._callback = _Callback(self._collect)
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.sample_rate = self._library.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS,
            0,
            espeakng_loader.get_data_path().encode(),
            ESPEAK_INITIALIZE_DONT_EXIT,
        )
        if self.sample_rate <= 0:
            raise Unreachable("espeak-ng did not start; are its data files installed?")

    def synthesise(self, text: str, *, voice: str, words_per_minute: int) -> bytes:
        """Speak a text; returns 16-bit mono samples at `sample_rate`. Blocks for milliseconds.

        Raises:
            Refused: there is no such voice, or the text could not be spoken.
        """
        encoded = text.encode()
        with self._lock:
            self._spoken.clear()
            # Each time: whoever else speaks in this process has put theirs in its place.
            self._library.espeak_SetSynthCallback(self._callback)
            if self._library.espeak_SetVoiceByName(voice.encode()) != EE_OK:
                raise Refused("espeak-ng has no such voice")
            self._library.espeak_SetParameter(ESPEAK_RATE, words_per_minute, 0)
            said = self._library.espeak_Synth(
                encoded, len(encoded) + 1, 0, 0, 0, ESPEAK_CHARS_UTF8, None, None
            )
            if said != EE_OK:
                raise Refused("espeak-ng could not speak this text")
            return bytes(self._spoken)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: int) -> int:
        if samples and count > 0:
            self._spoken += ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short))
        return 0


@cache
def espeak() -> Espeak:
    """Start the synthesiser of this process, once."""
    return Espeak()
