"""The worker dies in a transfer, by SIGKILL: another goes on, and the caller is moved."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chaos.proxy import Proxy, running_proxy
from robots.scene import Scene, Stage
from robots.waiting import until
from stack.local import LocalStack
from tests.live.course import PHASES, briefing, goes_through
from tests.live.judge import kept
from tests.live.killing import Step, Workers
from tests.live.parts import locked, restarted, told

MOVE = {
    "the briefer is put out": Step("dismiss_briefer", b"/ListDispatch"),
    "the caller's seat is opened": Step("arrange", b"/UpdateParticipant"),
    "they are seen together": Step("watch", b"/ListRooms", after=b"/UpdateParticipant"),
    "agent A is put out": Step("arrange", b"/RemoveParticipant"),
    "the room is closed": Step("close_room", b"/DeleteRoom"),
}

LAST = ["accepted", "complete_asked", "moving", "moved", "agent_a_removed", "ended"]


@pytest_asyncio.fixture(scope="module")
async def media(stack: LocalStack, stage: Stage) -> AsyncIterator[Proxy]:
    """Two workers run, and what they ask of LiveKit goes through this proxy."""
    async with (
        running_proxy(stack.env["LIVEKIT_URL"].removeprefix("ws://")) as proxy,
        told(stack, "worker", LIVEKIT_URL=f"ws://{proxy.address}"),
    ):
        await asyncio.to_thread(stack.start, "worker-2")
        yield proxy
        stack.kill("worker-2")


async def handed_over(scene: Scene, workers: Workers, killed: str) -> None:
    """The transfer ends as if nothing had happened, in the hands of the other worker.

    The killed one is started again, for whoever comes next.
    """
    await scene.together()
    await scene.ended()
    assert scene.transfer.outcome == "completed"
    assert await workers.last() != killed
    await kept(scene)
    await workers.start(killed)


@pytest.mark.parametrize("phase", ["ringing", "consulting"])
async def test_a_worker_killed_while_it_waits_is_replaced_by_the_other(
    scene: Scene, stack: LocalStack, media: Proxy, phase: str
) -> None:
    await scene.talking()
    await PHASES[phase](scene)
    workers = await Workers.of(scene, stack)
    killed = await until(lambda: workers.holder("watch"), 5, "somebody to wait")
    await workers.kill(killed)
    if phase == "ringing":
        await scene.briefed()
    await scene.accepted()
    await scene.decided()
    await handed_over(scene, workers, killed)


async def test_a_transfer_waits_until_there_is_a_worker_again(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await PHASES["consulting"](scene)
    await restarted(stack, "worker", "worker-2")
    await goes_through(scene)
    await kept(scene)


async def test_a_worker_killed_while_it_puts_the_caller_on_hold(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    workers = await Workers.of(scene, stack)
    consulting = asyncio.create_task(scene.consulting())
    killed = await workers.caught(Step("hold", b"/UpdateParticipant"), media)
    await workers.kill(killed)
    await media.pass_on()
    await consulting
    await scene.accepted()
    await scene.decided()
    await handed_over(scene, workers, killed)


@pytest.mark.parametrize("step", MOVE)
async def test_a_worker_killed_in_the_move_is_replaced_by_the_other(
    scene: Scene, stack: LocalStack, media: Proxy, step: str
) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    workers = await Workers.of(scene, stack)
    catching = asyncio.create_task(workers.caught(MOVE[step], media))
    await scene.decided()
    killed = await catching
    await workers.kill(killed)
    await media.pass_on()
    await handed_over(scene, workers, killed)


async def test_a_worker_killed_while_it_writes_the_record_loses_no_line(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    workers = await Workers.of(scene, stack)
    await scene.decided()
    async with locked(stack.env["DATABASE_URL"]):
        killed = await until(lambda: workers.holder("write_journal"), 5, "somebody to write")
        await workers.kill(killed)
    await handed_over(scene, workers, killed)
    timeline = (await scene.a.api.transfer(scene.transfer_id)).timeline
    assert [line.event for line in timeline if line.event in LAST] == LAST
