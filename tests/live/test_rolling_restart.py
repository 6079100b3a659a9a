"""A new version goes out, part by part, while people talk: nobody notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from robots.scene import Scene, Stage
from stack.local import LocalStack
from tests.live.course import consulting, goes_through, ringing
from tests.live.histories import no_step_was_lost
from tests.live.judge import kept
from tests.live.parts import Ops, gone, started
from tests.live.tape import Tape, completely_told, told_once
from tests.matrix import Fault, Row, State

pytestmark = pytest.mark.timeout(400)  # two fleets start in it, on whatever the machine has left
FIRST = ("worker", "host", "briefer")
SECOND = ("worker-2", "host-2", "briefer-2")


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F3, State.OFFERING, State.BRIEFING)
async def test_nobody_notices_that_every_part_is_replaced(
    scene: Scene, stage: Stage, stack: LocalStack
) -> None:
    async with Scene(stage) as other:
        await asyncio.gather(scene.talking(), other.talking())
        async with taped(scene) as tapes, taped(other) as more:
            await started(stack, *SECOND)
            await asyncio.gather(consulting(scene), ringing(other))
            await gone(stack, "worker")
            await asyncio.gather(goes_through(scene), other.briefed())
            await gone(stack, "api")
            await started(stack, "api")
            await other.consulting()
            await gone(stack, "host", "briefer")
            await other.accepted()
            await started(stack, *FIRST)
            await asyncio.gather(gone(stack, "worker-2"), goes_through(other))
            await gone(stack, "host-2", "briefer-2")
            for tape in (*tapes, *more):
                await tape.until_told('"phase":"ended"')
        for one, heard in ((scene, tapes), (other, more)):
            await no_step_was_lost(await Ops.at(stack, one), leaving=2)
            await everything_was_told_once(heard)
            await kept(one)


@asynccontextmanager
async def taped(scene: Scene) -> AsyncIterator[list[Tape]]:
    """What the streams of a scene's people say, for the length of the block."""
    tapes = [Tape(person) for person in scene.people]
    async with AsyncExitStack() as running:
        for tape in tapes:
            await running.enter_async_context(tape.running())
        yield tapes


async def everything_was_told_once(tapes: list[Tape]) -> None:
    for tape in tapes:
        told_once(tape)
    for agent in tapes[1:]:
        # A call that isn't theirs any more is told to agents only when they catch up.
        await completely_told(agent, lambda event: event.kind != "call")
