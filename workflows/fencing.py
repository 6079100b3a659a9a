"""The fence: who may not hear what comes next is cut off first, and seen to be."""

from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.seating import FENCED
    from workflows.course import ROOMS_FOLLOW, Course
    from workflows.last_look import ROOMS_ARE_BACK


async def fence(course: Course, person: str, room: str) -> bool:
    """Fence somebody off, and see them silent there; False: the media server didn't follow.

    One that doesn't answer just now has its time once it does.
    """
    floor = course.floor
    if floor.grant(person, room) is not None:
        floor.place(person, room, FENCED)
    silent = partial(floor.silent, person, room)
    by = workflow.now() + ROOMS_FOLLOW
    if await course.until(silent, by=by, of="the fence"):
        return True
    if not floor.is_patient:
        return False
    seen, by = floor.version, workflow.now() + ROOMS_ARE_BACK
    await course.until(lambda: silent() or floor.version > seen, by=by, of="the media server")
    return await course.until(silent, by=workflow.now() + ROOMS_FOLLOW, of="the fence")
