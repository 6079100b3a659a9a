"""The way back: whatever stopped the transfer, the caller is with agent A again, or the host."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event
    from domain.phases import Outcome, Phase
    from workflows import patches
    from workflows.consultation import Consultation
    from workflows.course import ROOMS_FOLLOW, Course


class GivingBack:
    """Undoes every step of a transfer that has stopped before its move was verified."""

    def __init__(self, course: Course, consultation: Consultation) -> None:
        self._course = course
        self._order = course.order
        self._floor = course.floor
        self._consultation = consultation

    async def give_back(self, outcome: Outcome) -> None:
        """Put the caller and agent B out of room B, and let agent A talk with the caller."""
        course, floor, caller = self._course, self._floor, self._order.caller
        caller_is_gone = course.caller_is_gone
        caller_is_here = floor.has(caller, course.room_a)
        course.targets.end_attempt(outcome)
        for person in (caller, course.agent_b):
            floor.withdraw(person, course.room_b)
        floor.withdraw(course.agent_b, course.room_a)
        course.enter(Phase.RETURNING, Event.RETURNING)
        if caller_is_gone:
            return  # and agent A's seat stays as it is: she may be in the middle of a word to B
        if not caller_is_here:
            self._call_back()
        await self._consultation.bring_a_back()
        if caller_is_here and workflow.patched(patches.A_LAST_LOOK):
            by = workflow.now() + ROOMS_FOLLOW
            await course.until(lambda: floor.is_settled, by=by, of="room B to be left")
            if not floor.has(caller, course.room_a):
                self._call_back()  # they had just left it for room B

    def _call_back(self) -> None:
        """Invite the caller to room A: we put them out of room B ourselves."""
        course, caller = self._course, self._order.caller
        self._floor.expect(caller, course.room_a)
        course.offer_seat(caller, course.room_a, "back")
