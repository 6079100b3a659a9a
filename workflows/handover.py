"""The handover: the caller and agent B are brought together, and agent A goes."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event, Move
    from domain.phases import Cause, Decision, Outcome, Phase, Way
    from domain.seating import OPEN
    from workflows import patches
    from workflows.course import ROOMS_FOLLOW, Course, Stopped
    from workflows.fencing import fence
    from workflows.last_look import look_once_more

SEATED = timedelta(milliseconds=500)
"""A seat is flipped only after this long: a publish within 20 ms of a join vanished in 7 of 32
runs (measured, LiveKit 1.13.5)."""
FARE_WELL = timedelta(seconds=3)
"""For a client to leave its old room by itself, before the room is closed."""


class Handover:
    """From the agents' agreement until agent A is out of both rooms."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._order = course.order
        self._floor = course.floor

    async def move(self) -> None:
        """Flip the traveller's standby seat, and see that the caller and agent B are together.

        The flip is the commit point: before it a cancel wins, after it a cancel is refused.
        """
        course = self._course
        way = await self._choose_way()
        course.is_flipped = True
        flipped_at = workflow.now()
        self._floor.place(course.traveller, course.meeting_room, OPEN)
        by = flipped_at + self._order.patience.move
        in_time = await course.until(self._are_together, by=by, of="the move")
        if not in_time and not await self._are_together_after_all():
            course.note(Event.MOVE_UNDONE)
            raise Stopped(Outcome.FAILED, Cause.MOVE_LATE)
        took_ms = round((workflow.now() - flipped_at) / timedelta(milliseconds=1))
        course.move = Move(way=way, took_ms=took_ms)
        course.note(Event.MOVED)
        await self._leave_the_old_place()

    async def introduce(self) -> None:
        """Let agent A stay for a while, if she asked to."""
        course = self._course
        if not course.decisions.introduce or course.a_is_gone:
            return
        course.enter(Phase.INTRODUCING, Event.INTRODUCING)
        await self._bring_a_along()
        by = workflow.now() + self._order.patience.introduce
        await course.until(self._introduction_is_over, by=by, of="the introduction")
        a_is_there = self._floor.has(self._order.agent_a, course.meeting_room)
        course.a_keeps_the_caller = a_is_there and self._b_is_lost()

    async def put_a_out(self) -> None:
        """Take agent A from both rooms, and see her gone; what is not seen is not told."""
        course, a = self._course, self._order.agent_a
        for room in (course.room_a, course.room_b):
            self._floor.withdraw(a, room)
        by = workflow.now() + ROOMS_FOLLOW
        is_out = await course.until(
            lambda: not self._floor.is_anywhere(a), by=by, of="agent A's leaving"
        )
        if is_out or not workflow.patched(patches.NOTHING_IN_HASTE):
            course.note(Event.AGENT_A_REMOVED, a)

    async def _choose_way(self) -> Way:
        course, floor = self._course, self._floor
        if floor.has(course.traveller, course.meeting_room):
            left = SEATED - floor.seated_for(course.traveller, course.meeting_room)
            if left > timedelta(0):
                await course.until(lambda: False, by=workflow.now() + left, of="a settled seat")
        if floor.has(course.traveller, course.meeting_room):
            return Way.STANDBY if self._order.follows else Way.MIRROR
        course.offer_seat(course.traveller, course.meeting_room, "rejoin")
        return Way.REJOIN if self._order.follows else Way.MIRROR

    def _are_together(self) -> bool:
        people = (self._order.caller, self._course.agent_b)
        return all(self._floor.live(person, self._course.meeting_room) for person in people)

    async def _are_together_after_all(self) -> bool:
        if not workflow.patched(patches.A_LAST_LOOK):
            return False
        course = self._course
        await look_once_more(course, course.traveller, course.meeting_room, within=ROOMS_FOLLOW)
        return self._are_together()

    async def _leave_the_old_place(self) -> None:
        """Nobody may be heard in the caller's old ear any more but whoever has a place there.

        Not before the caller's client has left by itself: agent B hears the caller 100 ms after
        both are seen live (measured), and until then agent A does.
        """
        course, room = self._course, self._course.room_a
        if not self._order.follows:
            return await course.hold.end()
        by = workflow.now() + FARE_WELL
        await course.until(
            lambda: not self._floor.has(self._order.caller, room), by=by, of="farewell"
        )
        course.hold.forget()
        self._floor.empty(room)

    async def _bring_a_along(self) -> None:
        course, a = self._course, self._order.agent_a
        if self._floor.grant(a, course.old_room) is not None:
            await fence(course, a, course.old_room)
        self._floor.place(a, course.meeting_room, OPEN)
        if not self._floor.has(a, course.meeting_room):
            course.offer_seat(a, course.meeting_room, "introduce")

    def _introduction_is_over(self) -> bool:
        course = self._course
        left = course.decisions.has(Decision.LEAVE) or course.a_is_gone
        return left or course.caller_is_gone or self._b_is_lost()

    def _b_is_lost(self) -> bool:
        return self._floor.is_patient and self._floor.gone(self._course.agent_b)
