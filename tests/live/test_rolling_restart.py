"""A new version goes out, part by part, while people talk: nobody notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from robots.scene import Scene, Stage
from stack.local import LocalStack
from tests.live.course import consulting, goes_through, ringing
from tests.live.judge import kept
from tests.live.parts import Ops, gone, replaced
from tests.live.tape import Tape, completely_told, told_once

UNDONE = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
}


async def test_nobody_notices_that_every_part_is_replaced(
    scene: Scene, stage: Stage, stack: LocalStack
) -> None:
    async with Scene(stage) as other:
        await asyncio.gather(scene.talking(), other.talking())
        async with taped(scene) as tapes, taped(other) as more:
            await asyncio.gather(consulting(scene), ringing(other))
            await replaced(stack, "worker", by=("worker-2",))
            await asyncio.gather(
                replaced(stack, "worker-2", by=("worker",)), goes_through(scene), other.briefed()
            )
            await gone(stack, "api")
            await asyncio.to_thread(stack.start, "api")
            await other.consulting()
            await replaced(stack, "host", "briefer", by=("host-2", "briefer-2"))
            await other.accepted()
            await replaced(stack, "host-2", "briefer-2", by=("host", "briefer"))
            await goes_through(other)
            for tape in (*tapes, *more):
                await tape.until_told('"phase":"ended"')
        for one, heard in ((scene, tapes), (other, more)):
            await no_step_was_lost(await Ops.at(stack, one))
            await everything_was_told(one, heard)
            await kept(one)


@asynccontextmanager
async def taped(scene: Scene) -> AsyncIterator[list[Tape]]:
    """What the streams of a scene's people say, for the length of the block."""
    tapes = [Tape(person) for person in scene.people]
    async with AsyncExitStack() as running:
        for tape in tapes:
            await running.enter_async_context(tape.running())
        yield tapes


async def everything_was_told(scene: Scene, tapes: list[Tape]) -> None:
    for tape in tapes:
        told_once(tape)
    _, a, _ = tapes
    await completely_told(a, lambda event: scene.call_id in event.data)


async def no_step_was_lost(ops: Ops) -> None:
    """Hold histories to it: no step was given up, or begun anew, for want of a sign of life."""
    for handle in (ops.call, ops.transfer):
        assert [lost async for lost in lost_steps(handle)] == []


async def lost_steps(handle: WorkflowHandle[None, None]) -> AsyncIterator[str]:
    async for event in handle.fetch_history_events():
        failed_before = event.activity_task_started_event_attributes.last_failure
        if event.event_type in UNDONE or failed_before.HasField("timeout_failure_info"):
            yield f"{handle.id}: {event}"
