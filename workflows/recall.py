"""Whoever lost their place, or can't hear in the one they have, is asked to come back."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import patches
    from workflows.course import Course
    from workflows.decisions import BEING_ASKED
    from workflows.floor import Floor

BY_THEMSELVES = timedelta(seconds=3)
"""How long clients have to come back by themselves: LiveKit's own are back after 0.3 to 1.7 s."""


async def recall_the_lost(floor: Floor, offer_seat: Callable[[str, str, str], None]) -> None:
    """Invite whoever isn't back in a room that had to be opened again, until cancelled."""
    await workflow.wait_condition(lambda: floor.has_lost_people)
    while workflow.patched(patches.LOST_ARE_INVITED):
        await workflow.sleep(BY_THEMSELVES, summary="people who come back by themselves")
        for room, person in floor.still_lost():
            offer_seat(person, room, "back")
        await workflow.wait_condition(lambda: floor.has_lost_people)


async def recall_the_deaf(course: Course) -> None:
    """Invite a traveller who has only the standby seat left, until cancelled."""
    home = course.room_a if course.order.follows else course.room_b

    def is_deaf() -> bool:
        seated = course.floor.has(course.traveller, course.meeting_room)
        waits = course.phase in BEING_ASKED and seated
        return waits and not course.floor.has(course.traveller, home)

    while True:
        await workflow.wait_condition(is_deaf)
        course.offer_seat(course.traveller, home, "back")
        await workflow.wait_condition(lambda: not is_deaf())
