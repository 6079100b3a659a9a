"""LiveKit is silent, loses its answers, or dies, and rooms are closed: in each state."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

import pytest
from livekit import api as livekit

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import after, briefing, consulting, goes_through, ringing, with_a_again
from tests.live.judge import kept
from tests.live.outages import Outages, with_a, with_b
from tests.live.parts import swallowed
from tests.matrix import Fault, Row, State
from tests.prove.moments import moving, preparing, returning

Act = Callable[[Scene], Awaitable[object]]
SILENT_S, UNANSWERED_S = 3.0, 1.0
DRAINED_WITHIN_S = 30.0


async def asks(scene: Scene) -> None:
    """A asks for the transfer, and B's phone rings as soon as it can."""
    scene.asked_at = time.monotonic()
    scene.transfer_id = (await scene.a.transfer(scene.call_id, scene.b.id)).id


async def takes_the_offer(scene: Scene) -> None:
    await scene.b.take_offer(scene.transfer_id)


async def goes_to_b(scene: Scene) -> None:
    await scene.a.consult(scene.transfer_id)


async def declines(scene: Scene) -> None:
    await scene.b.decline(scene.transfer_id)


async def accepted(scene: Scene) -> None:
    await briefing(scene)
    await scene.accepted()


# What came before, and what is done while LiveKit's API fails.
ACTS: dict[State, tuple[Act, Act]] = {
    State.PREPARING: (lambda scene: scene.caller.until_hears(scene.a.id), asks),
    State.OFFERING: (ringing, takes_the_offer),
    State.BRIEFING: (briefing, goes_to_b),
    State.MOVING: (accepted, lambda scene: scene.decided()),
    State.RETURNING: (consulting, declines),
}


async def goes_on(scene: Scene, state: State) -> None:
    """Whatever was under way is done after all, and the transfer comes to its end."""
    if state is State.PREPARING:
        await scene.b.until_offered(15)
        await scene.b.take_offer(scene.transfer_id)
    if state in (State.PREPARING, State.OFFERING):
        await scene.b.until_phase(scene.transfer_id, "briefing")
    if state is State.BRIEFING:
        await scene.a.until_hears(scene.b.id, room=scene.room_b)
        await scene.caller.until_hears("host")
    if state is State.MOVING:
        await scene.together()
        assert (await scene.ended()).outcome == "completed"
    elif state is State.RETURNING:
        await with_a_again(scene, "declined")
    else:
        await goes_through(scene)


in_each_state = pytest.mark.parametrize(
    "state", [pytest.param(s, marks=pytest.mark.cell(Row.LIVEKIT_FAILS, s)) for s in ACTS]
)


@pytest.mark.cell(Fault.F9)
@in_each_state
async def test_a_step_survives_a_livekit_that_is_silent_for_seconds(
    scene: Scene, media: Proxy, state: State
) -> None:
    before, act = ACTS[state]
    await scene.talking()
    await before(scene)
    async with swallowed(media):
        await act(scene)
        await scene.passing(SILENT_S)
    with recovering():
        await goes_on(scene, state)
    await kept(scene)


@pytest.mark.cell(Fault.F9)
@in_each_state
async def test_a_step_whose_answers_are_lost_is_not_done_twice(
    scene: Scene, media: Proxy, state: State
) -> None:
    before, act = ACTS[state]
    await scene.talking()
    await before(scene)
    media.hold_answers()
    await act(scene)
    await scene.passing(UNANSWERED_S)
    media.cut()
    await media.pass_on()
    with recovering():
        await goes_on(scene, state)
    await kept(scene)


async def close(scene: Scene, room: str) -> None:
    assert scene.witness
    await scene.witness.lk.room.delete_room(livekit.DeleteRoomRequest(room=room))


@pytest.mark.cell(Row.ROOM_VANISHES, State.PREPARING)
async def test_a_room_b_that_is_closed_as_soon_as_it_is_there_is_opened_again(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    asked_for = media.hold_at(b"/CreateRoom")
    await asks(scene)
    await until(asked_for.is_set, 5, "room B to be asked for")
    media.hold_answers()

    async def new_room() -> str:
        assert scene.witness
        mine = {scene.room_a, scene.transfer.rooms.b}
        sample = await scene.witness.look()
        return next(iter((mine - {scene.room_a}) & sample.rooms), "") or ""

    await close(scene, await until(new_room, 5, "room B"))
    await media.pass_on()
    await scene.b.until_offered()
    await scene.briefed()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.PREPARING)
async def test_a_livekit_killed_while_room_b_is_opened(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    async with preparing(scene, media):
        killing = asyncio.create_task(outages.kill(scene.room_a))
        await until(lambda: outages.spans, 5, "LiveKit to be killed")
    await killing
    await outages.over(*with_a(scene))
    await scene.b.until_offered()
    await scene.briefed()
    await goes_through(scene)
    await kept(scene, **outages.excused())


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.MOVING)
async def test_a_livekit_killed_in_the_move(scene: Scene, stack: LocalStack, media: Proxy) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    await briefing(scene)
    async with moving(scene, media):
        killing = asyncio.create_task(outages.kill(scene.room_b))
        await until(lambda: outages.spans, 5, "LiveKit to be killed")
    await killing
    ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=30)
    assert ended.outcome in ("completed", "failed")
    await outages.over(*(with_b if ended.outcome == "completed" else with_a)(scene))
    await kept(scene, **outages.excused())


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.JOINED)
async def test_a_livekit_killed_after_the_move(scene: Scene, stack: LocalStack) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    await after(scene)
    await outages.kill(scene.room_b)
    await outages.over(*with_b(scene))
    await kept(scene, **outages.excused())


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.RETURNING)
async def test_a_livekit_killed_while_the_caller_is_given_back(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    await consulting(scene)
    async with returning(scene, media):
        killing = asyncio.create_task(outages.kill(scene.room_a))
        await until(lambda: outages.spans, 5, "LiveKit to be killed")
    await killing
    await outages.over(*with_a(scene))
    await with_a_again(scene, "declined")
    await kept(scene, **outages.excused())


@pytest.mark.cell(Fault.F8)
async def test_a_livekit_that_was_asked_to_stop_lets_a_transfer_come_to_its_end(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await consulting(scene)
    pid = stack.pid("livekit")
    stack.kill("livekit", signal.SIGTERM)
    await scene.passing(2)
    await goes_through(scene)
    # At once again: what is left when everybody has gone is seen there.
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(started_once_it_has_ended(stack))
        await kept(scene)
    assert stack.pid("livekit") != pid


async def started_once_it_has_ended(stack: LocalStack) -> None:
    await until(lambda: stack.dead, DRAINED_WITHIN_S, "LiveKit to end")
    await asyncio.to_thread(stack.start, "livekit")
