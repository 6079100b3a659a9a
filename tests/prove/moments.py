"""Moments that last too short to do something in: held up while the block runs.

The workers' line to LiveKit stands still meanwhile; people and voices have their own.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until

WITHIN_S = 10.0


@asynccontextmanager
async def preparing(scene: Scene, media: Proxy) -> AsyncIterator[None]:
    """A has asked for the transfer, and room B is being opened; then B's phone rings."""
    async with held(media, b"/CreateRoom") as made:
        scene.asked_at = time.monotonic()
        scene.transfer_id = (await scene.a.transfer(scene.call_id, scene.b.id)).id
        await until(made.is_set, WITHIN_S, "room B to be asked for")
        yield


@asynccontextmanager
async def moving(
    scene: Scene, media: Proxy, request: bytes = b"/UpdateParticipant"
) -> AsyncIterator[None]:
    """Both agents have said yes; at this request, by default the one that moves the caller."""
    await scene.accepted()
    async with held(media, request) as made:
        await scene.decided()
        await until(made.is_set, WITHIN_S, f"{request!r}")
        yield


@asynccontextmanager
async def returning(scene: Scene, media: Proxy) -> AsyncIterator[None]:
    """B has declined in the consultation, and the caller is about to be given back to A."""
    async with held(media, b"/UpdateParticipant") as made:
        await scene.b.decline(scene.transfer_id)
        await until(made.is_set, WITHIN_S, "the caller to be given back")
        yield


@asynccontextmanager
async def held(media: Proxy, request: bytes) -> AsyncIterator[asyncio.Event]:
    """Let this request wait, and all that follow; the event says that it was made."""
    try:
        yield media.hold_at(request)
    finally:
        await media.pass_on()
