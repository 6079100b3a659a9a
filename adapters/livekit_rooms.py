"""`Rooms` on LiveKit. Rooms are known by name, never by SID: a restarted server has new SIDs."""

import asyncio
import contextlib
import time
from datetime import timedelta

from livekit import api

from adapters.livekit_errors import asking_livekit
from adapters.livekit_line import LiveKitLine
from domain.errors import NotThere
from domain.names import is_host
from domain.seating import Grant, Presence, Seen

LEFT_ALONE_S = 600
"""How long LiveKit keeps a room with no people in it. A workflow owns the room and closes it; by
default LiveKit closes one 20 seconds after the last person, for agents don't count."""
MOST_PEOPLE = 16
"""Caller, two agents, our voices, each perhaps twice while a dead attempt lingers."""
CLOSING_TRIES = 3
AFTERMATH_S = 0.1
"""Until somebody who joined in the instant of a deletion shows."""
HOLD = "hold"
"""The attribute that hosts obey: `on`, or `off`."""


class LiveKitRooms:
    """Rooms on a LiveKit server, which itself holds everybody to their rights."""

    def __init__(self, livekit: api.LiveKitAPI, line: LiveKitLine) -> None:
        self._room = livekit.room
        self._line = line

    async def open(self, room: str) -> None:
        """Open a room; opening an open room changes nothing."""
        async with asking_livekit():
            await self._room.create_room(
                api.CreateRoomRequest(
                    name=room,
                    empty_timeout=LEFT_ALONE_S,
                    departure_timeout=LEFT_ALONE_S,
                    max_participants=MOST_PEOPLE,
                )
            )

    async def close(self, room: str) -> None:
        """Close a room and put everybody out; closing a closed room changes nothing.

        Whoever joins in that very instant leaves a shell that is listed for ever (4 of 48 times,
        1.13.5); a second deletion ends it.
        """
        for _ in range(CLOSING_TRIES):
            if not await self.that_are_open((room,)):
                return
            with contextlib.suppress(NotThere):
                async with asking_livekit():
                    await self._room.delete_room(api.DeleteRoomRequest(room=room))
            await asyncio.sleep(AFTERMATH_S)

    async def open_for(self, at_least: timedelta) -> tuple[str, ...]:
        """Name the rooms that have been open for so long, whoever's they are."""
        async with asking_livekit():
            answer = await self._room.list_rooms(api.ListRoomsRequest())
        until_ms = (time.time() - at_least.total_seconds()) * 1000
        return tuple(room.name for room in answer.rooms if room.creation_time_ms <= until_ms)

    async def look(self, rooms: tuple[str, ...]) -> Presence:
        """Say who is in these rooms, and which of them have vanished."""
        if not rooms:
            return Presence()
        there, people = await asyncio.gather(
            self.that_are_open(rooms), asyncio.gather(*map(self.people, rooms))
        )
        return Presence(
            # LiveKit lists people in any order, and another order is no change.
            seen=tuple(
                _seen(room, person)
                for room, inside in zip(rooms, people, strict=True)
                for person in sorted(inside, key=lambda person: person.identity)
            ),
            vanished=tuple(room for room in rooms if room not in there),
        )

    async def allow(self, room: str, identity: str, grant: Grant) -> None:
        """Give somebody exactly these rights; somebody who isn't there is left alone."""
        try:
            async with asking_livekit():
                await self._room.update_participant(
                    api.UpdateParticipantRequest(
                        room=room, identity=identity, permission=_permission(grant)
                    )
                )
        except NotThere:
            return

    async def remove(self, room: str, identity: str) -> None:
        """Put somebody out; putting out somebody who isn't there changes nothing."""
        try:
            async with asking_livekit():
                await self._room.remove_participant(
                    api.RoomParticipantIdentity(room=room, identity=identity)
                )
        except NotThere:
            return

    async def hold(self, room: str, *, on: bool) -> None:
        """Tell the host to play, whoever else is there; `False`: only if the caller is alone."""
        hosts = [p.identity for p in await self.people(room) if is_host(p.identity)]
        await asyncio.gather(*(self._tell(room, host, "on" if on else "off") for host in hosts))

    async def returned(self) -> None:
        """Return once LiveKit is back from having been away; its rooms are lost then."""
        await self._line.restored()

    async def that_are_open(self, rooms: tuple[str, ...]) -> set[str]:
        """Say which of these rooms exist."""
        async with asking_livekit():
            answer = await self._room.list_rooms(api.ListRoomsRequest(names=rooms))
        return {room.name for room in answer.rooms}

    async def people(self, room: str) -> list[api.ParticipantInfo]:
        """List the people in a room as LiveKit sees them; nobody is in a room that is gone."""
        async with asking_livekit():
            answer = await self._room.list_participants(api.ListParticipantsRequest(room=room))
        return list(answer.participants)

    async def _tell(self, room: str, host: str, hold: str) -> None:
        try:
            async with asking_livekit():
                await self._room.update_participant(
                    api.UpdateParticipantRequest(room=room, identity=host, attributes={HOLD: hold})
                )
        except NotThere:
            return


def _permission(grant: Grant) -> api.ParticipantPermission:
    """Name every field: LiveKit replaces all rights by these, it doesn't merge."""
    return api.ParticipantPermission(
        can_publish=grant.speak,
        can_publish_sources=[api.TrackSource.MICROPHONE],
        can_subscribe=grant.hear,
        can_publish_data=False,
        can_update_metadata=False,
        can_subscribe_metrics=False,
        can_manage_agent_session=False,
        hidden=grant.hidden,
        recorder=False,
        agent=False,
    )


def _seen(room: str, person: api.ParticipantInfo) -> Seen:
    may = person.permission
    return Seen(
        room=room,
        identity=person.identity,
        active=person.state == api.ParticipantInfo.State.ACTIVE,
        # Any audio track: people can publish no other than a microphone, voices name theirs freely.
        microphone=any(track.type == api.TrackType.AUDIO for track in person.tracks),
        grant=Grant(speak=may.can_publish, hear=may.can_subscribe, hidden=may.hidden),
    )
