"""An idle line to LiveKit: it breaks the moment LiveKit dies, however soon LiveKit is back.

LiveKit was back 0.13 s after a kill -9 (measured), so whoever only asks from time to time learns
of it late, and until then callers are turned away from rooms that are no more.
"""

import asyncio
import contextlib
from datetime import timedelta
from urllib.parse import urlsplit

AGAIN = timedelta(milliseconds=50)
"""Between attempts to have the line again."""
PORTS = {"ws": 80, "wss": 443}


def place_of(url: str) -> tuple[str | None, int]:
    """Say at which host and port LiveKit listens."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or PORTS[parts.scheme]


class LiveKitLine:
    """One TCP connection for all of a process, on which nothing is said.

    Something between us and LiveKit may break it, too: then somebody looks once for nothing.
    """

    def __init__(self, url: str) -> None:
        self._place = place_of(url)
        self._holding: asyncio.Task[None] | None = None
        self._restored = asyncio.Event()

    async def restored(self) -> None:
        """Return when the line is there again after it broke."""
        if self._holding is None:
            self._holding = asyncio.create_task(self._hold())
        await self._restored.wait()

    async def close(self) -> None:
        """Let go of the line."""
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.gather(self._holding, return_exceptions=True)

    async def _hold(self) -> None:
        broke = False
        while True:
            with contextlib.suppress(OSError):
                there, ours = await asyncio.open_connection(*self._place)
                if broke:
                    self._restored.set()
                    self._restored = asyncio.Event()
                try:
                    await there.read()
                finally:
                    ours.close()
            broke = True
            await asyncio.sleep(AGAIN.total_seconds())
