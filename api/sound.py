"""Speech as a file that every browser plays."""

import io
import wave

from domain.ports import Audio


def wav(audio: Audio) -> bytes:
    """Wrap samples in a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(audio.sample_rate)
        file.writeframes(audio.pcm)
    return out.getvalue()
