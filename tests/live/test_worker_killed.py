"""The worker dies in a transfer, by SIGKILL: another goes on, and the caller is moved."""

import asyncio

import pytest

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import PHASES, briefing, goes_through, in_consultation
from tests.live.judge import kept
from tests.live.killing import Step, Workers, caught_going
from tests.live.parts import locked, restarted
from tests.matrix import Fault, Row, State, in_phases

MOVE = {
    "the briefer is put out": Step("dismiss_briefer", b"/ListDispatch"),
    "the caller's seat is opened": Step("arrange", b"/UpdateParticipant"),
    "they are seen together": Step("watch", b"/ListRooms", after=b"/UpdateParticipant"),
    "agent A is put out": Step("arrange", b"/RemoveParticipant"),
    "the room is closed": Step("close_room", b"/DeleteRoom"),
}

LAST = ["accepted", "complete_asked", "moving", "moved", "agent_a_removed", "ended"]


async def handed_over(scene: Scene, workers: Workers, killed: str) -> None:
    """The transfer ends as if nothing had happened, in the hands of the other worker.

    The killed one is started again, for whoever comes next.
    """
    with recovering():
        await scene.together()
    await scene.ended()
    assert scene.transfer.outcome == "completed"
    assert await workers.last() != killed
    await kept(scene)
    await workers.start(killed)


@in_phases("ringing", "consulting", of=[Row.PROCESS_DIES, Fault.F1])
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


@pytest.mark.cell(Row.PROCESS_DIES, State.BRIEFING)
async def test_a_transfer_waits_until_there_is_a_worker_again(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await PHASES["consulting"](scene)
    await restarted(stack, "worker", "worker-2")
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F1, State.BRIEFING)
async def test_a_worker_killed_while_it_puts_the_caller_on_hold(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    workers, killed = await caught_going(scene, stack, media)
    await workers.kill(killed)
    await media.pass_on()
    with recovering():
        await in_consultation(scene)
    await scene.accepted()
    await scene.decided()
    await handed_over(scene, workers, killed)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F1, State.MOVING, State.JOINED)
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


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F1, Fault.F6, State.JOINED)
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
