"""A last look: nobody has failed to come because nobody could look."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.course import ROOMS_FOLLOW, Course

ROOMS_ARE_BACK = timedelta(seconds=30)
"""For the media server to come back, if it is away just now."""


async def agent_b_in_time(
    course: Course, goal: Callable[[], bool], *, by: datetime, of: str
) -> bool:
    """Wait for agent B as `Course.until` does, and look once more before they are given up.

    Whoever came when nobody could look is given their rights and heard only now.
    """
    if await course.until(goal, by=by, of=of):
        return True
    if not course.floor.is_patient:
        return False
    await look_once_more(course, course.agent_b, course.room_b, within=ROOMS_ARE_BACK)
    if not course.floor.has(course.agent_b, course.room_b):
        return goal()
    return await course.until(goal, by=workflow.now() + ROOMS_FOLLOW, of=of)


async def look_once_more(course: Course, person: str, room: str, *, within: timedelta) -> None:
    """Look where somebody really is: while every worker was away, nobody saw them come."""
    course.floor.expect(person, room)
    by = workflow.now() + within
    await course.until(lambda: not course.floor.expects(person, room), by=by, of="a last look")
