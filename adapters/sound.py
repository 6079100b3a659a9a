"""Sound files, whatever their format, as plain samples."""

import io

import av
import numpy as np
from numpy.typing import NDArray

from domain.errors import Refused
from domain.ports import Audio


def decoded(file: str | bytes, sample_rate: int) -> Audio:
    """Decode a sound file (its path, or its content) to mono at `sample_rate`.

    Raises:
        Refused: it can't be read, or holds no sound.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with av.open(source, mode="r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
            parts: list[NDArray[np.int16]] = [
                piece.to_ndarray()[0]
                for frame in [*container.decode(audio=0), None]
                for piece in resampler.resample(frame)
            ]
    except (av.FFmpegError, IndexError, OSError) as error:
        raise Refused("Not a sound file that can be read") from error
    if not parts:
        raise Refused("The file holds no sound")
    return Audio(np.concatenate(parts).astype("<i2").tobytes(), sample_rate)
