"""The floor: who may be where, who really is, and the loop that brings the one to the other."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.rooms import CLOSELY_FOR, RoomActivities
    from domain.journal import PersonSeen
    from domain.names import is_person
    from domain.seating import OPEN, STANDBY, Arrangement, Grant, Presence, Watch
    from workflows import arranging, patches, steps
    from workflows.options import ROOM_CALL, saying, watch_at

QUIET = timedelta(seconds=10)
ATTENTIVE = timedelta(seconds=1)

_BEFORE_TRYING_AGAIN = timedelta(milliseconds=250)


class Floor:
    """The seating plan of a workflow's rooms, and the presence seen in them.

    A room that isn't there is opened. Looked at `closely`, it needs no hints.

    The workflow changes the plan and waits until the floor has followed; only a shift of `keep`
    acts. Persons of ours who have no place are put out; foreign participants are left alone.

    Whoever is missing counts as gone after `grace`, and a look that has not found them then.
    """

    def __init__(self, grace: timedelta, *, closely: bool = False) -> None:
        self.presence = Presence()
        self.pace = ATTENTIVE
        self._grace = grace
        self._closely = closely
        self._rooms: list[str] = []
        self._plan: dict[tuple[str, str], Grant] = {}
        self._emptying: set[str] = set()
        self._arrived: dict[tuple[str, str], datetime] = {}
        self._missed: dict[tuple[str, str], datetime] = {}
        self._expected: dict[tuple[str, str], timedelta] = {}
        self._lost: set[tuple[str, str]] = set()
        self._opening: set[str] = set()
        self._hinted = False
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._looks_first = False
        self._looks_closely_until = datetime.min.replace(tzinfo=UTC)
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
        everything: list[dict[tuple[str, str], Any]]
        everything = [self._plan, self._arrived, self._missed, self._expected]
        for places in everything:
            for place in [p for p in places if p[0] == room]:
                del places[place]
        self._lost = {place for place in self._lost if place[0] != room}
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
        self._expected[room, person] = within
        self._missed.pop((room, person), None)

    def withdraw(self, person: str, room: str) -> None:
        """Take somebody's place; if they are there, they are put out."""
        self._plan.pop((room, person), None)
        self._missed.pop((room, person), None)
        self._expected.pop((room, person), None)

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
        since = self._arrived.get((room, person))
        return workflow.now() - since if since else timedelta(0)

    def moments_of_going(self) -> list[datetime]:
        """List the moments at which somebody who is missing may count as gone."""
        return [since + self._grace for since in self._missed.values()]

    def has_left(self, person: str, room: str) -> bool:
        """Say whether somebody has left one room, and hasn't come back in time."""
        since = self._missed.get((room, person))
        return since is not None and self._is_past(since)

    def gone(self, person: str) -> bool:
        """Say whether somebody was here, has left every room, and hasn't come back in time.

        A standby seat is no place to be: whoever sits only there neither hears nor is heard.
        """
        missed = [since for place, since in self._missed.items() if place[1] == person]
        rooms = [s.room for s in self.presence.seen if s.identity == person]
        if not missed or any(self.grant(person, room) != STANDBY for room in rooms):
            return False
        return self._is_past(max(missed))

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
    def has_lost_people(self) -> bool:
        """Say whether people who had a place lost it, with their room, and aren't back."""
        return bool(self._lost)

    def still_lost(self) -> list[tuple[str, str]]:
        """List rooms and the people who aren't back there, each once."""
        lost, self._lost = self._lost & self._plan.keys(), set()
        return sorted(lost)

    @property
    def is_settled(self) -> bool:
        """What has been seen is as planned."""
        return self._changes() is None

    def start(self) -> None:
        """Watch and arrange from now on."""
        self._looks_first = workflow.patched(patches.GONE_WHEN_LOOKED_FOR)
        self._shift += 1
        self._keeping = asyncio.create_task(self._keep(self._shift))

    def stop(self) -> None:
        """Watch and arrange no more.

        Cancelling alone isn't enough: a step that is waited for takes the cancellation for itself.
        """
        self._shift += 1
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
            self._lost |= {place for place in self._missed if place[0] == room}
        changes = self._changes()
        if changes is None and not self._expected and not self._is_in_doubt():
            await self._watch(shift)
            return
        arrangement = changes or Arrangement(rooms=tuple(self._rooms))
        self._arranging = True
        try:
            words = arranging.describe(arrangement)
            presence = await workflow.execute_activity_method(
                RoomActivities.arrange, arrangement, **saying(ROOM_CALL, words)
            )
        finally:
            self._arranging = False
        self._see(presence)
        if changes and self._changes() == changes:
            await asyncio.sleep(_BEFORE_TRYING_AGAIN.total_seconds())

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
        pace, rooms = self.pace, list(self._rooms)
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
                    or bool(self._expected)
                    or self._is_in_doubt()
                    or self._shift != shift
                    or self.pace != pace
                    or self._rooms != rooms
                    or self._changes() is not None
                )
            )
        watching.cancel()
        with suppress(ActivityError):  # it was interrupted; who goes on looks again at once
            self._see(await watching)

    def _see(self, presence: Presence) -> None:
        now = self._looked_at = workflow.now()
        self.version += 1
        self.presence = presence.within(self._rooms)
        here = {(s.room, s.identity) for s in self.presence.seen if s.active}
        for place in [p for p in self._arrived if p not in here]:
            del self._arrived[place]
            if place in self._plan:
                self._missed[place] = now
        for place, within in self._expected.items():
            self._missed[place] = now + within
        self._expected.clear()
        for place in here:
            self._arrived.setdefault(place, now)
            self._missed.pop(place, None)
            self._lost.discard(place)

    def _is_past(self, missing_since: datetime) -> bool:
        moment = missing_since + self._grace
        return workflow.now() >= moment and (self._looked_at >= moment or not self._looks_first)

    def _is_in_doubt(self) -> bool:
        """Say whether somebody's time to come back is over, and nobody has looked since."""
        moments = self.moments_of_going() if self._looks_first else []
        return any(self._looked_at < moment <= workflow.now() for moment in moments)

    def _changes(self) -> Arrangement | None:
        return arranging.changes(self.presence, self._plan, self._emptying, self._rooms)
