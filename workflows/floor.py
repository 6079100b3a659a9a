"""The floor: who may be where, who really is, and the loop that brings the one to the other."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.rooms import CLOSELY_FOR, RoomActivities
    from domain.journal import PersonSeen
    from domain.names import is_person
    from domain.seating import OPEN, STANDBY, Arrangement, Grant, Presence, Watch
    from workflows import arranging, patches, steps
    from workflows.missing import LONG_AGO, Missing, Where
    from workflows.options import ROOM_CALL, saying, watch_at

QUIET = timedelta(seconds=10)
ATTENTIVE = timedelta(seconds=1)

_BEFORE_TRYING_AGAIN = timedelta(milliseconds=250)
_IN_VAIN = timedelta(seconds=2)
"""At most so long until the next try of what the media server doesn't do; in calls it is QUIET."""


class Floor:
    """The seating plan of a workflow's rooms, and the presence seen in them.

    A room that isn't there is opened. Looked at `closely`, it needs no hints.

    The workflow changes the plan and waits until the floor has followed; only one shift at a time
    acts. Persons of ours who have no place are put out; foreign participants are left alone.

    Whoever is missing counts as gone after `grace`, as `Missing` says.
    """

    def __init__(self, grace: timedelta, *, closely: bool = False) -> None:
        self.presence = Presence()
        self.pace = ATTENTIVE
        self._missing = Missing(grace)
        self._closely = closely
        self._rooms: list[str] = []
        self._plan: dict[Where, Grant] = {}
        self._emptying: set[str] = set()
        self._opening: set[str] = set()
        self._hinted = False
        self._pause = _BEFORE_TRYING_AGAIN
        self._looks_closely_until = LONG_AGO
        self._arranging = False
        self._shift = 0
        self.version = 0

    def add(self, room: str) -> None:
        """Watch a room from now on, and open it if it isn't there."""
        if room not in self._rooms:
            self._rooms.append(room)

    def drop(self, room: str) -> None:
        """Stop watching a room, and forget who had a place there."""
        self._rooms = [known for known in self._rooms if known != room]
        self._plan = {place: grant for place, grant in self._plan.items() if place[0] != room}
        self._missing.forget_room(room)
        self._emptying.discard(room)
        self.presence = self.presence.within(self._rooms)

    async def close(self, room: str) -> None:
        """Drop a room and close it; not before it is open, where it is just being opened again."""
        self.drop(room)
        if room in self._opening and workflow.patched(patches.CLOSED_AFTER_OPENED):
            await workflow.wait_condition(lambda: room not in self._opening)
        await steps.close_room(room)

    def place(self, person: str, room: str, grant: Grant) -> None:
        """Give somebody a place; they have exactly these rights as soon as they are there."""
        self._plan[room, person] = grant

    def expect(self, person: str, room: str, *, within: timedelta = timedelta(0)) -> None:
        """Give an open place to somebody who should be there, at the latest after `within`.

        They are missing only once somebody has looked: nobody is gone because nobody could look.
        """
        self.place(person, room, OPEN)
        self._missing.expect((room, person), within)

    def expects(self, person: str, room: str) -> bool:
        """Say whether nobody has looked since somebody was expected in a room."""
        return self._missing.expects((room, person))

    def withdraw(self, person: str, room: str) -> None:
        """Take somebody's place; if they are there, they are put out."""
        self._plan.pop((room, person), None)
        self._missing.forget((room, person))

    def empty(self, room: str) -> None:
        """Put out whoever has no place in a room, voice agents too."""
        self._emptying.add(room)

    def grant(self, person: str, room: str) -> Grant | None:
        """Say what somebody may do in a room; None if they have no place there."""
        return self._plan.get((room, person))

    def look_again(self) -> None:
        """Take a hint that something may have changed; a watch that looks closely goes on."""
        self._hinted = self._hinted or workflow.now() >= self._looks_closely_until

    def is_open(self, room: str) -> bool:
        """Say whether a room has been seen, or opened."""
        return self.version > 0 and room not in self.presence.vanished

    def has(self, person: str, room: str) -> bool:
        """Say whether somebody is in a room."""
        return self.presence.active(person, room)

    def is_anywhere(self, person: str) -> bool:
        """Say whether somebody is in any of the rooms."""
        return any(seen.identity == person for seen in self.presence.seen)

    def live(self, person: str, room: str) -> bool:
        """Say whether somebody can be heard in a room, as planned."""
        seen = self.presence.find(person, room)
        return seen is not None and seen.live and seen.grant == self.grant(person, room)

    def silent(self, person: str, room: str) -> bool:
        """Say whether somebody certainly neither speaks nor hears in a room.

        Not while rights are being changed: an older plan may be opening what this one fences.
        """
        seen = self.presence.find(person, room)
        fenced = seen is None or not (seen.microphone or seen.grant.speak or seen.grant.hear)
        return fenced and not self._arranging

    def seated_for(self, person: str, room: str) -> timedelta:
        """Say how long somebody has been in a room without a break; zero if they aren't there."""
        since = self._missing.seated_since((room, person))
        return workflow.now() - since if since else timedelta(0)

    def moments_of_going(self) -> list[datetime]:
        """List the moments at which somebody who is missing may count as gone."""
        return self._missing.moments()

    def has_left(self, person: str, room: str) -> bool:
        """Say whether somebody has left one room, and hasn't come back in time."""
        return self._missing.has_left((room, person))

    def gone(self, person: str) -> bool:
        """Say whether somebody was here, has left every room, and hasn't come back in time."""
        return self.gone_at(person) is not None

    def gone_at(self, person: str) -> datetime | None:
        """Say from when on somebody is gone; None if they aren't.

        A standby seat is no place to be: whoever sits only there neither hears nor is heard.
        """
        missed = self._missing.since(person)
        rooms = [s.room for s in self.presence.seen if s.identity == person]
        if not missed or any(self.grant(person, room) != STANDBY for room in rooms):
            return None
        return self._missing.over_since(max(missed))

    def people(self) -> tuple[PersonSeen, ...]:
        """List the persons seen, as the record shows them; a standby seat is no place to be."""
        return tuple(
            PersonSeen(
                id=s.identity,
                room=s.room,
                speaks=s.live and s.grant.speak,
                hears=s.active and s.grant.hear,
            )
            for s in self.presence.seen
            if is_person(s.identity) and not s.grant.hidden
        )

    @property
    def is_patient(self) -> bool:
        """Say whether this history does nothing in haste; known once the floor is watched."""
        return self._missing.is_patient

    @property
    def has_lost_people(self) -> bool:
        """Say whether people who had a place lost it, with their room, and aren't back."""
        return self._missing.has_lost_people

    def still_lost(self) -> list[Where]:
        """List rooms and the people who aren't back there, each once."""
        return self._missing.still_lost(self._plan)

    @property
    def is_settled(self) -> bool:
        """What has been seen is as planned."""
        return self._changes() is None

    def start(self) -> None:
        """Watch and arrange from now on."""
        self._missing.begin()
        self._shift += 1
        self._keeping = asyncio.create_task(self._keep(self._shift))

    def stop(self) -> None:
        """Watch and arrange no more; a step that is waited for takes a cancellation for itself."""
        self._shift, self._hinted = self._shift + 1, True
        self._keeping.cancel()

    async def _keep(self, shift: int) -> None:
        while shift == self._shift:
            try:
                await self._follow_plan(shift)
            except ActivityError as error:
                workflow.logger.warning("floor step failed", extra={"step": error.activity_type})
                await asyncio.sleep(_BEFORE_TRYING_AGAIN.total_seconds())

    async def _follow_plan(self, shift: int) -> None:
        # Only from here: a watch that was called off may look once more at a room just closed.
        lost = [room for room in self.presence.vanished if room in self._rooms]
        await self._open(lost)
        for room in lost:
            self.presence = self.presence.reopened(room)
            self._missing.reopened(room)
        changes = self._changes()
        if changes is None and not self._needs_a_look:
            await self._watch(shift)
            return
        arrangement = changes or Arrangement(rooms=tuple(self._rooms))
        self._arranging, self._hinted, asked_at = True, False, workflow.now()
        try:
            words = arranging.describe(arrangement)
            presence = await workflow.execute_activity_method(
                RoomActivities.arrange, arrangement, **saying(ROOM_CALL, words)
            )
        finally:
            self._arranging = False
        self._see(presence, asked_at)
        if changes and self._changes() == changes:
            await self._in_vain(changes)
        else:
            self._pause = _BEFORE_TRYING_AGAIN

    async def _in_vain(self, changes: Arrangement) -> None:
        """Pause longer and longer, until there is something else to do."""
        if not self.is_patient:
            return await asyncio.sleep(_BEFORE_TRYING_AGAIN.total_seconds())
        try:
            await workflow.wait_condition(
                lambda: self._hinted or self._needs_a_look or self._changes() != changes,
                timeout=self._pause,
                timeout_summary="the media server does not follow",
            )
            self._pause = _BEFORE_TRYING_AGAIN
        except TimeoutError:
            self._pause = min(2 * self._pause, _IN_VAIN if self._closely else QUIET)

    async def _open(self, rooms: list[str]) -> None:
        self._opening.update(rooms)
        try:
            await asyncio.gather(*map(steps.open_room, rooms))
        finally:
            self._opening.clear()

    async def _watch(self, shift: int) -> None:
        self._hinted = False
        if self._closely:
            self._looks_closely_until = workflow.now() + CLOSELY_FOR
        pace, rooms, asked_at = self.pace, list(self._rooms), workflow.now()
        watching = workflow.start_activity_method(
            RoomActivities.watch,
            Watch(rooms=tuple(rooms), seen=self.presence, every=pace, closely=self._closely),
            **watch_at(pace, closely=self._closely),
        )
        with suppress(asyncio.CancelledError):  # told to stop: the watch is called off as well
            await workflow.wait_condition(
                lambda: (
                    watching.done()
                    or self._hinted
                    or self._needs_a_look
                    or self._shift != shift
                    or self.pace != pace
                    or self._rooms != rooms
                    or self._changes() is not None
                )
            )
        watching.cancel()
        with suppress(ActivityError):  # it was interrupted; who goes on looks again at once
            self._see(await watching, asked_at)

    @property
    def _needs_a_look(self) -> bool:
        return self._missing.expects_somebody or self._missing.is_in_doubt

    def _see(self, presence: Presence, asked_at: datetime) -> None:
        self.version += 1
        self.presence = presence.within(self._rooms)
        self._missing.see(
            {(s.room, s.identity) for s in self.presence.seen if s.active},
            planned=self._plan,
            vanished=self.presence.vanished,
            asked_at=asked_at,
        )

    def _changes(self) -> Arrangement | None:
        return arranging.changes(self.presence, self._plan, self._emptying, self._rooms)
