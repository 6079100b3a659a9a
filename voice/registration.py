"""Coming back to a LiveKit that was restarted, sooner than livekit-agents does by itself."""

import asyncio
import contextlib
import time
from datetime import timedelta

from livekit.agents import AgentServer

from adapters.livekit_line import place_of

LOOK = timedelta(milliseconds=250)
PATIENCE = timedelta(seconds=1)
"""A connection that is being made gets at least this long."""
PAUSE = timedelta(seconds=5)
"""Between two such interventions."""


async def return_promptly(server: AgentServer, url: str) -> None:
    """Connect anew as soon as LiveKit listens again; runs for ever.

    livekit-agents 1.8 sleeps up to ten seconds between two tries, in which no job can start.
    """
    away_since_s, again_s = None, 0.0
    while True:
        await asyncio.sleep(LOOK.total_seconds())
        now_s = time.monotonic()
        if not server._connecting:
            away_since_s = None
            continue
        away_since_s = away_since_s or now_s
        is_patient = now_s - away_since_s < PATIENCE.total_seconds() or now_s < again_s
        if is_patient or not await _listens(url):
            continue
        again_s = time.monotonic() + PAUSE.total_seconds()
        if server._conn_task:
            server._conn_task.cancel()
        server._conn_task = asyncio.create_task(server._connection_task())


async def _listens(url: str) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(*place_of(url))
        writer.close()
        return True
    return False
