"""Workers that are killed, away for long, asked to stop, or frozen; in each phase that matters."""

import asyncio
import signal

import pytest

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import (
    PHASES,
    briefing,
    consulting,
    goes_through,
    in_consultation,
    with_a_again,
)
from tests.live.histories import no_step_was_lost
from tests.live.judge import kept
from tests.live.killing import Step, Workers, caught_going
from tests.live.parts import Ops, stopped
from tests.live.test_worker_killed import handed_over, killed_in_the_move
from tests.matrix import Fault, Row, State, in_phases
from tests.prove.moments import moving, returning

AWAY_S = 20.0
FROZEN_S = 30.0
FLIP = b"/UpdateParticipant"
ARRANGING = Step("arrange", FLIP)
BOTH = ("worker", "worker-2")

MOVE = {
    "the briefer is put out": (State.MOVING, Step("dismiss_briefer", b"/ListDispatch")),
    "they are seen together": (State.MOVING, Step("watch", b"/ListRooms", after=FLIP)),
    "agent A is put out": (State.JOINED, Step("arrange", b"/RemoveParticipant")),
    "the room is closed": (State.JOINED, Step("close_room", b"/DeleteRoom")),
}
"""The steps of a move, but for the one that `make test` plays, and the states they are of."""

in_each_step = pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, id=what, marks=pytest.mark.cell(Row.PROCESS_DIES, state))
        for what, (state, step) in MOVE.items()
    ],
)


@pytest.mark.cell(Fault.F2)
@in_phases(*PHASES, of=[Row.PROCESS_DIES])
async def test_a_transfer_waits_for_the_only_worker_and_the_caller_is_not_alone(
    scene: Scene, stack: LocalStack, media: Proxy, phase: str
) -> None:
    await scene.talking()
    if phase == "ringing":
        await scene.offering(patience={"offer_s": 90})
    else:
        await PHASES[phase](scene)
    for worker in BOTH:
        await asyncio.to_thread(stack.kill, worker)
    await scene.passing(AWAY_S)
    await asyncio.to_thread(stack.start, *BOTH)
    with recovering():
        if phase == "ringing":
            await scene.b.take_offer(scene.transfer_id)
        await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F2, State.MOVING)
async def test_a_caller_in_the_move_waits_for_the_only_worker(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    async with moving(scene, media):
        for worker in BOTH:
            await asyncio.to_thread(stack.kill, worker)
    await scene.passing(AWAY_S)
    await asyncio.to_thread(stack.start, *BOTH)
    ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=30)
    if ended.outcome == "completed":
        await scene.together()
    else:
        await with_a_again(scene, "failed")
    await kept(scene)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F3, State.BRIEFING)
async def test_a_worker_that_is_asked_to_stop_finishes_its_step_and_nothing_times_out(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    workers, stopping = await caught_going(scene, stack, media)
    stack.kill(stopping, signal.SIGTERM)
    await media.pass_on()
    with recovering():
        await in_consultation(scene)
    await goes_through(scene)
    await no_step_was_lost(await Ops.at(stack, scene), leaving=1, finished="hold")
    await kept(scene)
    await asyncio.to_thread(stack.kill, stopping)
    await workers.start(stopping)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F4, State.BRIEFING)
async def test_a_worker_that_wakes_up_late_changes_nothing(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    _, frozen = await caught_going(scene, stack, media)
    async with stopped(stack, frozen):
        await media.pass_on()
        with recovering():
            await in_consultation(scene)
        await goes_through(scene)
        await scene.passing(FROZEN_S)
    await scene.passing(5)
    assert (await scene.a.api.transfer(scene.transfer_id)).outcome == "completed"
    await kept(scene)


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


@pytest.mark.cell(Fault.F1)
@in_each_step
async def test_a_worker_killed_in_the_move_is_replaced_by_the_other(
    scene: Scene, stack: LocalStack, media: Proxy, step: Step
) -> None:
    await killed_in_the_move(scene, stack, media, step)


@pytest.mark.cell(Row.PROCESS_DIES, Fault.F1, State.RETURNING)
async def test_a_worker_killed_while_it_gives_the_caller_back_is_replaced_by_the_other(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await consulting(scene)
    workers = await Workers.of(scene, stack)
    async with returning(scene, media):
        killed = await until(lambda: workers.holder(ARRANGING.activity), 5, "somebody to do it")
        await workers.kill(killed)
    with recovering():
        await with_a_again(scene, "declined")
    await kept(scene)
    await workers.start(killed)
