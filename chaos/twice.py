"""HTTP/1.1 requests that reach a server twice, as when a network in trouble repeats them."""

import asyncio
import contextlib
import re

ANSWER_WITHIN_S = 5.0
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Request:
    """One POST on one connection, put together from what comes in pieces."""

    def __init__(self) -> None:
        self._said = b""

    def heard(self, chunk: bytes) -> bytes:
        """Take the next piece; the whole request once it is whole, else nothing."""
        self._said = chunk if chunk.startswith(b"POST ") else self._said + chunk
        head, _, body = self._said.partition(b"\r\n\r\n")
        length = LENGTH.search(head + b"\r\n")
        is_whole = length is not None and len(body) >= int(length[1])
        said = self._said if is_whole else b""
        self._said = b"" if is_whole else self._said
        return said


async def say_again(host: str, port: int, request: bytes) -> None:
    """Send a request over a connection of its own, and heed no answer."""
    with contextlib.suppress(OSError, TimeoutError):
        there, ours = await asyncio.open_connection(host, port)
        try:
            ours.write(request)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await there.read(1)
        finally:
            ours.close()
