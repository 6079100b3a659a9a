"""The worker dies in the move, by SIGKILL: another goes on; other steps are in tests/prove."""

import pytest

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import briefing
from tests.live.judge import kept
from tests.live.killing import Step, Workers, caught_moving
from tests.live.parts import locked
from tests.matrix import Fault, Row, State

OPENING_THE_SEAT = Step("arrange", b"/UpdateParticipant")

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


async def killed_in_the_move(scene: Scene, stack: LocalStack, media: Proxy, step: Step) -> None:
    """The worker is killed in the middle of this step, and the other one does it."""
    await scene.talking()
    await briefing(scene)
    workers, killed = await caught_moving(scene, stack, media, step)
    await workers.kill(killed)
    await media.pass_on()
    await handed_over(scene, workers, killed)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F1, State.MOVING)
async def test_a_worker_killed_while_it_opens_the_callers_seat_is_replaced_by_the_other(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await killed_in_the_move(scene, stack, media, OPENING_THE_SEAT)


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
