"""What people do in a transfer besides going straight through it."""

import asyncio
import time

import pytest

from robots.http import Problem
from robots.scene import Scene
from robots.waiting import until
from tests.live.course import PHASES, consulting, goes_through, introducing
from tests.live.judge import kept
from tests.live.test_people_vanish import NOTICED_WITHIN_S
from tests.matrix import Fault, Row, State


@pytest.mark.cell(Fault.F18)
async def test_two_agents_answer_one_call(scene: Scene) -> None:
    await scene.ringing()
    answers = await asyncio.gather(
        scene.a.answer(scene.call_id), scene.b.answer(scene.call_id), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, Problem)]
    assert [(one.status, one.code) for one in refused] == [(409, "already_answered")]
    if refused[0] is answers[0]:
        scene.a, scene.b = scene.b, scene.a
    await scene.together(scene.a)
    await kept(scene)


async def test_a_goes_back_and_forth(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await scene.a.back_to_caller(scene.transfer_id)
    await scene.together(scene.a)
    await until(lambda: not scene.caller.ears.hears("host"), 5, "hold audio to end")
    await scene.consulting()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.A_LEAVES, State.JOINED)
async def test_a_introduces_b_and_leaves(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    await introducing(scene)
    await scene.caller.until_hears(scene.a.id, scene.b.id, room=scene.room_b)
    await scene.a.until_hears(scene.caller.id, scene.b.id, room=scene.room_b)
    await scene.b.until_hears(scene.caller.id, scene.a.id)
    await scene.a.leave_introduction(scene.transfer_id)
    await scene.ended()
    await until(lambda: not scene.caller.ears.hears(scene.a.id), 5, "A to be gone")
    assert scene.transfer.outcome == "completed"
    await kept(scene)


async def says_goodbye(scene: Scene) -> None:
    """A leaves every room, for good."""
    a = scene.a
    scene.went.add(a.id)
    a.takes_seats = False
    for room in list(a.places):
        await a.leave(room)


async def b_takes_over(scene: Scene) -> None:
    """B says yes, and nobody needs to complete: the caller is B's once A counts as gone."""
    scene.decided_at = time.monotonic()
    await scene.accepted()
    await handed_over(scene)


async def handed_over(scene: Scene) -> None:
    """The transfer has ended well without A, and caller and B talk on."""
    ended = await scene.b.until_phase(scene.transfer_id, "ended", within_s=NOTICED_WITHIN_S)
    assert ended.outcome == "completed"
    await scene.together()
    await kept(scene)


async def a_leaves(scene: Scene, phase: str) -> None:
    """A goes in this phase: the host has the caller, then B."""
    await scene.talking()
    await PHASES[phase](scene)
    await says_goodbye(scene)
    await scene.caller.until_hears("host")
    await b_takes_over(scene)


@pytest.mark.cell(Row.A_LEAVES, State.BRIEFING)
async def test_a_leaves_in_the_consultation(scene: Scene) -> None:
    await a_leaves(scene, "consulting")
