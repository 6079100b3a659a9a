"""Steps that open, watch and arrange rooms."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import Unreachable
from domain.ports import Rooms
from domain.seating import Arrangement, HoldOrder, Place, Presence, Watch

BENIGN = ApplicationErrorCategory.BENIGN
CLOSELY = timedelta(milliseconds=200)
"""How often a close watch looks at first."""
CLOSELY_FOR = timedelta(seconds=4)
BACK_SOON = timedelta(seconds=1)
"""How long a watch waits for a server that is away, before it says so by failing."""


class RoomActivities:
    """Every step that changes or observes who can hear whom."""

    def __init__(self, rooms: Rooms, *, closely: timedelta = CLOSELY) -> None:
        self._rooms = rooms
        self._closely = closely

    @activity.defn
    async def open_room(self, room: str) -> None:
        """Open a room. Safe to repeat: an open room stays as it is."""
        await self._rooms.open(room)

    @activity.defn
    async def close_room(self, room: str) -> None:
        """Close a room. Safe to repeat: a closed room stays closed."""
        await self._rooms.close(room)

    @activity.defn
    async def watch(self, watch: Watch) -> Presence:
        """Return as soon as reality differs from what is known. Safe to repeat: it looks.

        Closely for the first seconds, so that a transfer need not be told by LiveKit's webhooks.
        """
        closely_for_s = CLOSELY_FOR.total_seconds() if watch.closely else 0.0
        relaxes_at = time.monotonic() + closely_for_s
        while (presence := await self._see(watch.rooms)) == watch.seen:
            pace = watch.every if time.monotonic() > relaxes_at else self._closely
            await self._pause(min(pace, watch.every))
        return presence

    @activity.defn
    async def arrange(self, arrangement: Arrangement) -> Presence:
        """Bring rooms to plan and look. Safe to repeat: each change states what shall be."""
        await asyncio.gather(*(self._remove(place) for place in arrangement.remove))
        for allowed in arrangement.allow:
            await self._rooms.allow(allowed.room, allowed.identity, allowed.grant)
        return await self._look(arrangement.rooms)

    @activity.defn
    async def hold(self, order: HoldOrder) -> None:
        """Tell the host when to play. Safe to repeat: it is an attribute that is set."""
        await self._rooms.hold(order.room, on=order.on)

    async def _pause(self, pace: timedelta) -> None:
        """Let time pass; a restarted server is looked at without delay."""
        stirs = [self._rooms.returned(), activity.wait_for_worker_shutdown()]
        waking = [asyncio.ensure_future(stir) for stir in stirs]
        try:
            await asyncio.wait(
                waking, timeout=pace.total_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for one in waking:
                one.cancel()
        if activity.is_worker_shutdown():
            raise ApplicationError("Another worker goes on", category=BENIGN)

    async def _see(self, rooms: tuple[str, ...]) -> Presence:
        """Look, at a server that is away in the moment it is back."""
        try:
            return await self._look(rooms)
        except Unreachable:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rooms.returned(), BACK_SOON.total_seconds())
            return await self._look(rooms)

    async def _look(self, rooms: tuple[str, ...]) -> Presence:
        return (await self._rooms.look(rooms)).without_briefers()

    async def _remove(self, place: Place) -> None:
        await self._rooms.remove(place.room, place.identity)
