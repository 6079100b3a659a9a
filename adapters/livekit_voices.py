"""`Voices` on LiveKit's agent dispatch.

A dispatch is neither confirmed nor repeated by LiveKit: `create_dispatch` succeeds with nobody
there to take the job. So whoever came is looked up among the participants, which carry the
attributes `act` and `attempt` of the order they obey. A dispatch's own list of jobs lags behind by
seconds and proves nothing.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from livekit import api

from adapters.livekit_errors import asking_livekit
from adapters.livekit_life import LiveKitLife
from adapters.livekit_rooms import LiveKitRooms
from domain.errors import NotThere, PortError, Unreachable
from domain.names import HOST
from domain.voice import OVERLAP

ARRIVAL = timedelta(seconds=3)
"""How long an agent may take from dispatch to the room; an idle one needs 0.3 s."""
LEAVING = timedelta(seconds=2)
"""How long somebody put out may still be listed."""
RELIEF = timedelta(seconds=1.5)
"""How long a new host that has come may take to play; one that isn't needed never does."""
LOOK_EVERY = timedelta(milliseconds=50)
ACTIVITY, ATTEMPT = "act", "attempt"
"""Attributes under which our agents join: the activity they complete, and its attempt."""


@dataclass(frozen=True)
class _Wanted:
    """One attempt of one activity, to be done by an agent in a room."""

    agent: str
    room: str
    activity_id: str
    attempt: int


@dataclass(frozen=True)
class _AtWork:
    """Agents of that activity that are in the room: of this attempt, and of earlier ones."""

    new: list[api.ParticipantInfo]
    old: list[api.ParticipantInfo]


class LiveKitVoices:
    """Voice agents of ours, at most one of a name in a room."""

    def __init__(self, livekit: api.LiveKitAPI, rooms: LiveKitRooms, life: LiveKitLife) -> None:
        self._rooms = rooms
        self._life = life
        self._dispatches = livekit.agent_dispatch

    async def dispatch(
        self, agent: str, room: str, order: str, *, activity_id: str, attempt: int
    ) -> None:
        """Send an agent into a room with a sealed order, and see that it has come.

        Agents of earlier attempts of the same activity are put out then, and at once if they could
        answer and don't: LiveKit would go on showing a host that nobody hears.

        Raises:
            Unreachable: nobody took the job within three seconds; the dispatch is withdrawn.
            NotThere: the room is gone.
        """
        await self._require(room)
        wanted = _Wanted(agent, room, activity_id, attempt)
        at_work = await self._at_work(wanted)
        able = [old.identity for old in at_work.old if old.permission.can_publish_data]
        burying = [self._put_out_if_dead(room, identity) for identity in able]
        # The one that is wanted may be there: the answer to an earlier dispatch was lost.
        sending = [] if at_work.new else [self._send(wanted, order)]
        await asyncio.gather(*sending, *burying)
        if attempt > 1:
            await self._relieve(wanted)

    async def dismiss(self, agent: str, room: str) -> None:
        """Put every agent of this name out of a room, and withdraw what is still on its way."""
        try:
            await self._require(room)
        except NotThere:
            return
        # Deleting a dispatch silences its agent only after seconds; putting it out does so at once.
        await asyncio.gather(self._put_out(agent, room), self._withdraw(agent, room))
        try:
            async with asyncio.timeout(LEAVING.total_seconds()):
                while await self._put_out(agent, room):
                    await asyncio.sleep(LOOK_EVERY.total_seconds())
        except TimeoutError:
            raise Unreachable(f"The {agent} is still in the room") from None

    async def _require(self, room: str) -> None:
        # Dispatching creates a room that is missing, and listing its dispatches hangs for 3 s.
        if not await self._rooms.that_are_open((room,)):
            raise NotThere("The room is gone")

    async def _send(self, wanted: _Wanted, order: str) -> None:
        with_order = api.CreateAgentDispatchRequest(
            agent_name=wanted.agent, room=wanted.room, metadata=order
        )
        async with asking_livekit():
            dispatched = await self._dispatches.create_dispatch(with_order)
        try:
            async with asyncio.timeout(ARRIVAL.total_seconds()):
                while not (await self._at_work(wanted)).new:
                    await asyncio.sleep(LOOK_EVERY.total_seconds())
        except (TimeoutError, Unreachable):
            await self._delete(wanted.room, dispatched.id)
            raise Unreachable(f"No {wanted.agent} came in time") from None
        except asyncio.CancelledError:
            # Nobody wants this agent any more, and whoever withdraws all has perhaps been here.
            await self._delete(wanted.room, dispatched.id)
            raise

    async def _put_out_if_dead(self, room: str, identity: str) -> None:
        with contextlib.suppress(PortError):
            if await self._life.is_dead(room, identity):
                await self._rooms.remove(room, identity)

    async def _relieve(self, wanted: _Wanted) -> None:
        """Put out agents of earlier attempts; a host that plays, once the new one does too.

        It may be alive, cut off from Temporal alone, and all that keeps a caller from silence.
        """
        at_work = await self._at_work(wanted)
        if wanted.agent == HOST and _plays(at_work.old):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RELIEF.total_seconds()):
                    while not _plays((await self._at_work(wanted)).new):
                        await asyncio.sleep(LOOK_EVERY.total_seconds())
                    await asyncio.sleep(OVERLAP.total_seconds())
        await self._remove(wanted.room, at_work.old)

    async def _at_work(self, wanted: _Wanted) -> _AtWork:
        people = await self._rooms.people(wanted.room)
        mine = [p for p in people if p.attributes.get(ACTIVITY) == wanted.activity_id]
        return _AtWork(
            old=[p for p in mine if _attempt(p) < wanted.attempt],
            new=[p for p in mine if _attempt(p) == wanted.attempt],
        )

    async def _put_out(self, agent: str, room: str) -> bool:
        """Put out agents of this name; True: there were some."""
        people = await self._rooms.people(room)
        found = [p for p in people if p.identity.startswith(f"{agent}-")]
        await self._remove(room, found)
        return bool(found)

    async def _withdraw(self, agent: str, room: str) -> None:
        # Orders are opaque, so what is withdrawn is told by name; LiveKit lists its own with none.
        async with asking_livekit():
            listed = await self._dispatches.list_dispatch(room)
        ours = [dispatch.id for dispatch in listed if dispatch.agent_name == agent]
        await asyncio.gather(*(self._delete(room, dispatch_id) for dispatch_id in ours))

    async def _delete(self, room: str, dispatch_id: str) -> None:
        try:
            async with asking_livekit():
                await self._dispatches.delete_dispatch(dispatch_id, room)
        except NotThere:
            return

    async def _remove(self, room: str, people: Iterable[api.ParticipantInfo]) -> None:
        await asyncio.gather(*(self._rooms.remove(room, person.identity) for person in people))


def _attempt(person: api.ParticipantInfo) -> int:
    attempt = person.attributes.get(ATTEMPT, "")
    return int(attempt) if attempt.isdecimal() else 0


def _plays(people: Iterable[api.ParticipantInfo]) -> bool:
    return any(person.tracks for person in people)
