"""LiveKit's errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from google.protobuf.message import DecodeError
from livekit import api

from domain.errors import NotThere, PortError, Refused, Unreachable

BUSY = 429
NOT_BUILT = "not implemented"
"""What the open-source server says, as a 500, to what only LiveKit Cloud can do."""


@contextmanager
def livekit_errors() -> Iterator[None]:
    """Raise what goes wrong inside as a `PortError`.

    Raises:
        NotThere: the room, participant or dispatch is gone.
        Refused: a wrong key, a missing right, a malformed request.
        Unreachable: no answer, not in time, or the server is in trouble.
    """
    try:
        yield
    except api.ServerError as error:
        # A 401 may quote the token it was given, so neither its text nor the error goes on.
        raise _in_our_words(error) from None
    except (aiohttp.ClientError, TimeoutError, DecodeError) as error:
        raise Unreachable(f"LiveKit gave no answer ({type(error).__name__})") from error


def _in_our_words(error: api.ServerError) -> PortError:
    told = f"LiveKit answered {error.status}"
    if error.code == api.ServerErrorCode.NOT_FOUND:
        return NotThere(told)
    is_trouble = error.status >= 500 and NOT_BUILT not in error.message
    return Unreachable(told) if is_trouble or error.status == BUSY else Refused(told)
