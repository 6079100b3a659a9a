"""People whose clients die or are opened anew, in the phases that `make test` leaves out."""

import time

import pytest

from robots.scene import Scene
from robots.waiting import until
from tests.live.course import after, introducing, with_a_again
from tests.live.judge import kept
from tests.live.test_comings_and_goings import b_takes_over
from tests.live.test_people_vanish import NOTICED_WITHIN_S, all_reload, up_to
from tests.matrix import Fault, Row, State, in_phases


@in_phases("ringing", "briefing", of=[Row.CALLER_DROPS, Row.A_DROPS])
async def test_a_transfer_outlives_a_reload_of_every_page(scene: Scene, phase: str) -> None:
    await all_reload(scene, phase)


@pytest.mark.cell(Row.CALLER_DROPS, State.JOINED)
async def test_caller_and_b_talk_on_when_their_pages_are_reloaded_after_the_move(
    scene: Scene,
) -> None:
    await up_to(scene, "after")
    await scene.caller.reload()
    await scene.b.reload()
    await scene.together()
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, State.JOINED)
async def test_a_keeps_the_caller_whose_b_dies_while_being_introduced(scene: Scene) -> None:
    await up_to(scene, "consulting")
    await introducing(scene)
    await scene.together()
    await scene.b.vanish()
    ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=NOTICED_WITHIN_S)
    assert ended.outcome == "agent_b_left"
    await scene.together(scene.a)
    await kept(scene)


@in_phases("ringing", "consulting", "after", of=[Row.CALLER_DROPS, Fault.F19])
async def test_a_caller_who_is_dead_has_left(scene: Scene, phase: str) -> None:
    await up_to(scene, phase)
    dead_since = time.monotonic()
    await scene.caller.vanish()
    agent = scene.b if phase == "after" else scene.a

    def over() -> bool:
        return agent.calls[scene.call_id].state == "ended"

    await until(over, NOTICED_WITHIN_S, "the call to end")
    ended = await scene.ended()
    assert ended.outcome == ("completed" if phase == "after" else "caller_left")
    await kept(scene, hung_up_at=dead_since)


@in_phases("ringing", "consulting", of=[Row.A_DROPS])
async def test_b_takes_over_from_an_a_who_is_dead(scene: Scene, phase: str) -> None:
    await up_to(scene, phase)
    scene.went.add(scene.a.id)
    await scene.a.vanish()
    await scene.caller.until_hears("host")
    if phase == "ringing":
        await scene.briefed()
    await b_takes_over(scene)


@in_phases("briefing", "consulting", of=[Row.B_LEAVES, Fault.F17])
async def test_a_caller_stays_with_a_when_b_is_dead(scene: Scene, phase: str) -> None:
    await up_to(scene, phase)
    await scene.b.vanish()
    await with_a_again(scene, "agent_b_left")
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.JOINED)
async def test_a_is_rung_when_b_is_dead_soon_after_the_transfer(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    died_at = time.monotonic()
    await scene.b.vanish()

    def rings() -> bool:
        call = scene.a.calls.get(scene.call_id)
        return call is not None and call.rings is not None and call.rings.id == scene.a.id

    await until(rings, 40, "A to be rung")
    await scene.caller.until_hears("host")
    await scene.a.take_back(scene.call_id)
    await scene.together(scene.a)
    assert time.monotonic() - died_at < 60
    await kept(scene)
