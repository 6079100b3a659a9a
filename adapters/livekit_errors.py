"""Asking LiveKit: never for long, and its errors in our words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
from google.protobuf.message import DecodeError
from livekit import api

from domain.errors import NotThere, PortError, Refused, Unreachable, Untrusted

REQUEST = timedelta(seconds=2)
"""For one request; a healthy one takes milliseconds."""
UNTRUSTED, LATE, BUSY = 401, 408, 429
SET_RIGHT = timedelta(seconds=1)
"""Until the next attempt of whoever isn't trusted: somebody has a key or a clock to mend."""
NOT_BUILT = "not implemented"
"""What the open-source server says, as a 500, to what only LiveKit Cloud can do."""


@asynccontextmanager
async def asking_livekit() -> AsyncIterator[None]:
    """Make one request inside: it ends in time, and what goes wrong is a `PortError`.

    Raises:
        NotThere: the room, participant or dispatch is gone.
        Untrusted: a wrong key, or a clock that is fast.
        Refused: a missing right, a malformed request.
        Unreachable: no answer, not in time, or the server is in trouble.
    """
    try:
        # livekit-api 1.2.2 hands aiohttp `timeout=None`, which overrides the session's own.
        async with asyncio.timeout(REQUEST.total_seconds()):
            yield
    except api.ServerError as error:
        # A 401 may quote the token it was given, so neither its text nor the error goes on.
        raise _in_our_words(error) from None
    except (aiohttp.ClientError, TimeoutError, DecodeError) as error:
        raise Unreachable(f"LiveKit gave no answer ({type(error).__name__})") from error


def _in_our_words(error: api.ServerError) -> PortError:
    told = f"LiveKit answered {error.status}"
    if error.status == UNTRUSTED:
        told += ": another key, or a clock that is more than a minute fast"
        return Untrusted(told, retry_after=SET_RIGHT)
    if error.code == api.ServerErrorCode.NOT_FOUND:
        return NotThere(told)
    is_trouble = error.status >= 500 and NOT_BUILT not in error.message
    # LiveKit refuses with a code: without one, whatever stands in front of it has said this.
    is_anothers = error.status < 500 and error.code == api.ServerErrorCode.UNKNOWN
    is_passing = is_trouble or is_anothers or error.status in (LATE, BUSY)
    return Unreachable(told) if is_passing else Refused(told)
