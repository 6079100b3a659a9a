"""Steps that open, watch and arrange rooms."""

import asyncio
from contextlib import suppress

from temporalio import activity

from domain.ports import Rooms
from domain.seating import Arrangement, HoldOrder, Place, Presence, Watch


class RoomActivities:
    """Every step that changes or observes who can hear whom."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

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
        """Return as soon as reality differs from what is known. Safe to repeat: it looks."""
        while True:
            presence = await self._rooms.look(watch.rooms)
            if presence != watch.seen:
                return presence
            with suppress(TimeoutError):  # a restarted server is looked at without delay
                await asyncio.wait_for(self._rooms.returned(), watch.every.total_seconds())

    @activity.defn
    async def arrange(self, arrangement: Arrangement) -> Presence:
        """Bring rooms to plan and look. Safe to repeat: each change states what shall be."""
        await asyncio.gather(*(self._remove(place) for place in arrangement.remove))
        for allowed in arrangement.allow:
            await self._rooms.allow(allowed.room, allowed.identity, allowed.grant)
        return await self._rooms.look(arrangement.rooms)

    @activity.defn
    async def hold(self, order: HoldOrder) -> None:
        """Tell the host when to play. Safe to repeat: it is an attribute that is set."""
        await self._rooms.hold(order.room, on=order.on)

    async def _remove(self, place: Place) -> None:
        await self._rooms.remove(place.room, place.identity)
