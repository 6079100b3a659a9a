"""What people do in a transfer besides going straight through it."""

import asyncio

import pytest

from robots.http import Problem
from robots.scene import Scene
from robots.waiting import until
from tests.live.course import consulting, goes_through
from tests.live.judge import kept
from tests.matrix import Fault, Row, State


@pytest.mark.cell(Fault.F18)
async def test_two_agents_answer_one_call(scene: Scene) -> None:
    await scene.ringing()
    answers = await asyncio.gather(
        scene.a.answer(scene.call_id), scene.b.answer(scene.call_id), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, Problem)]
    assert [(one.status, one.code) for one in refused] == [(409, "already_answered")]
    winner = scene.a if refused[0] is answers[1] else scene.b
    await asyncio.gather(scene.caller.until_hears(winner.id), winner.until_hears(scene.caller.id))


@pytest.mark.cell(Row.CALLER_DROPS, State.BRIEFING)
async def test_the_callers_page_is_reloaded_in_the_consultation(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await reloaded(scene)
    await scene.caller.until_hears("host")
    await goes_through(scene)
    await kept(scene)


async def reloaded(scene: Scene) -> None:
    """The page is gone with all its connections, and comes back as a page does."""
    caller = scene.caller
    await caller.unfollow()
    for room in list(caller.places):
        await caller.leave(room)
    await caller.take(await caller.api.call_seat(caller.call_id))
    await caller.follow()


async def test_a_goes_back_and_forth(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await scene.a.back_to_caller(scene.transfer_id)
    await asyncio.gather(scene.caller.until_hears(scene.a.id), scene.a.until_hears(scene.caller.id))
    await until(lambda: not scene.caller.ears.hears("host"), 5, "hold audio to end")
    await scene.consulting()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.A_LEAVES, State.JOINED)
async def test_a_introduces_b_and_leaves(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await scene.accepted()
    await scene.decided(introduce=True)
    await scene.a.until_phase(scene.transfer_id, "introducing")
    await scene.caller.until_hears(scene.a.id, scene.b.id, room=scene.room_b)
    await scene.a.until_hears(scene.caller.id, scene.b.id, room=scene.room_b)
    await scene.b.until_hears(scene.caller.id, scene.a.id)
    await scene.a.leave_introduction(scene.transfer_id)
    await scene.ended()
    await until(lambda: not scene.caller.ears.hears(scene.a.id), 5, "A to be gone")
    assert scene.transfer.outcome == "completed"
    await kept(scene)
