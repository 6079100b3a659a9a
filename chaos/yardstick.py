"""The bare program that goes through the same outages of LiveKit, in a process of its own."""

import asyncio
import contextlib
import json
import sys
from typing import Self

from robots.bench.yardsticks import BARE
from robots.scene import Stage

TELLS_WITHIN_S = 20.0


class Yardstick:
    """Two bare clients that hear each other while the block runs."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._gaps: list[tuple[float, float]] = []

    async def __aenter__(self) -> Self:
        stage = self._stage
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(BARE / "outage.py"), stage.livekit_url),
            *(stage.livekit_key, stage.livekit_secret),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self

    async def __aexit__(self, *failure: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            async with asyncio.timeout(TELLS_WITHIN_S):
                self._gaps = json.loads(await self._process.stdout.readline())
        finally:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def deaf_s(self, since: float, until: float) -> float | None:
        """From the beginning of an outage until both heard each other; None: they never stopped."""
        ends = [ended for began, ended in self._gaps if ended > since and began < until]
        return max(ends) - since if ends else None
