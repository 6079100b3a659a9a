"""Others are asked, and the caller is taken back: what everybody hears of it."""

import asyncio

import pytest

from robots.agent import Agent
from robots.scene import Scene
from robots.waiting import until
from tests.live.course import PHASES, after, goes_through
from tests.live.judge import kept
from tests.matrix import Fault, Row, State


async def asked(scene: Scene, phase: str) -> Agent:
    """B is asked, up to a phase, with a colleague to ask next; the colleague."""
    await scene.talking()
    colleague = await scene.colleague()
    if phase == "ringing":
        await scene.offering(fallbacks=[{"agent": colleague.id}])
    else:
        await PHASES[phase](scene)
    return colleague


async def turned(scene: Scene, colleague: Agent) -> Agent:
    """The colleague is asked, and caller and A hear each other meanwhile; who was asked before."""
    before = scene.b
    await scene.turned_to(colleague)
    caller, a = scene.caller, scene.a
    await caller.until_hears(a.id, room=scene.room_a)
    await a.until_hears(caller.id, room=scene.room_a)
    await until(lambda: not caller.ears.hears("host"), 5, "hold audio to end")
    gone = [place for place in before.places.values() if place.is_connected]
    assert not gone, "who was asked before is in no room any more"
    return before


def outcomes(scene: Scene) -> list[str | None]:
    return [attempt.outcome for attempt in scene.transfer.attempts]


@pytest.mark.cell(Row.B_DECLINES, Fault.F16, State.OFFERING)
async def test_the_next_one_is_asked_when_the_first_declines(scene: Scene) -> None:
    colleague = await asked(scene, "ringing")
    await scene.b.decline(scene.transfer_id)
    before = await turned(scene, colleague)
    await scene.briefed()
    await goes_through(scene)
    assert outcomes(scene) == ["declined", "completed"]
    assert not before.ears.heard(), "who never answered heard nothing"
    await kept(scene)


@pytest.mark.parametrize("phase", ["briefing", "consulting"])
async def test_somebody_else_is_asked_without_starting_over(scene: Scene, phase: str) -> None:
    colleague = await asked(scene, phase)
    seats = len(scene.caller.places)
    await scene.a.redirect(scene.transfer_id, colleague.id)
    await turned(scene, colleague)
    assert len(scene.caller.places) == seats, "the caller kept the standby seat"
    await scene.briefed()
    if phase == "consulting":
        await scene.consulting()
    await goes_through(scene)
    assert outcomes(scene) == ["cancelled", "completed"]
    await kept(scene)


async def test_a_takes_the_caller_back_and_no_moment_is_silent(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    await scene.a.take_back(scene.call_id)
    caller, a, b = scene.caller, scene.a, scene.b
    await asyncio.gather(caller.until_hears(a.id), a.until_hears(caller.id))
    await until(lambda: not any(p.is_connected for p in b.places.values()), 5, "B to be out")
    await until(lambda: not caller.ears.hears(b.id), 5, "B to be silent")
    await scene.passing(1)
    assert caller.ears.hears(a.id)
    await kept(scene)
