"""People whose clients die, or are opened anew, without a goodbye: in each phase that matters.

A client killed with -9 is listed by LiveKit for 21 s more; then its owner has 8 s to come back.

|                     | ringing     | briefing     | consulting   | moving           | just after |
|---------------------|-------------|--------------|--------------|------------------|------------|
| pages are reloaded  | completed   | completed    | completed*   | completed*       | talk on    |
| the caller is dead  | caller_left |              | caller_left  |                  | call ends  |
| agent A is dead     | completed   |              | completed    |                  |            |
| agent B is dead     |             | agent_b_left | agent_b_left | caller waits*    | A is rung  |
| the caller has only |             |              |              |                  |            |
| the deaf seat left  |             | called back* |              |                  |            |

In every cell the caller hears somebody, or hold audio, without 3 s of silence (the checker).
Goodbyes are in test_caller_hangs_up.py and test_given_back.py. Only what has a star is here;
`make test` has no time for the others: `tests/prove/test_people_vanish_elsewhen.py`.
"""

import asyncio

import pytest

from robots.scene import Scene
from robots.waiting import until
from tests.live.course import PHASES, after, goes_through
from tests.live.judge import kept
from tests.matrix import Fault, Row, State

NOTICED_WITHIN_S = 60.0
"""21 s until LiveKit drops a dead client, 8 s of patience, and a slow machine."""


async def up_to(scene: Scene, phase: str) -> None:
    """As far as a phase, with the caller in the standby seat, and patience for the dead."""
    await scene.talking()
    if phase == "ringing":
        await scene.offering(patience={"offer_s": NOTICED_WITHIN_S})
    else:
        await (PHASES | {"after": after})[phase](scene)
    if phase != "after":
        seated = scene.caller.places.values
        await until(lambda: [p.is_connected for p in seated()] == [True, True], 10, "a seat")


async def reloaded(scene: Scene) -> None:
    """One after the other; A leaves room A by her own will, for as long as her page loads."""
    scene.went.add(scene.a.id)
    for person in scene.people:
        await person.reload()


async def all_reload(scene: Scene, phase: str) -> None:
    """Every page is opened anew in this phase, and the transfer goes through."""
    await up_to(scene, phase)
    await reloaded(scene)
    if phase == "ringing":
        await scene.briefed()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.CALLER_DROPS, Row.A_DROPS, State.BRIEFING)
async def test_a_transfer_outlives_a_reload_of_every_page_in_a_consultation(scene: Scene) -> None:
    await all_reload(scene, "consulting")


@pytest.mark.cell(Row.CALLER_DROPS, State.MOVING)
async def test_a_caller_whose_page_is_reloaded_while_being_moved_arrives(scene: Scene) -> None:
    await up_to(scene, "briefing")
    await scene.accepted()
    rooms = list(scene.caller.places)
    await scene.caller.unfollow()
    page = await scene.caller.move_out()
    await asyncio.gather(scene.decided(), page.kill())
    await scene.caller.open_again(rooms)
    await scene.ended()
    await scene.together()
    assert scene.transfer.outcome == "completed"
    await kept(scene)


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.MOVING, State.JOINED)
async def test_a_caller_moved_to_a_b_who_is_dead_waits_with_hold_audio_and_is_answered(
    scene: Scene,
) -> None:
    await up_to(scene, "briefing")
    await scene.accepted()
    await scene.b.vanish()
    await scene.decided()
    assert (await scene.ended()).outcome == "completed"

    def waiting() -> bool:
        call = scene.b.calls[scene.call_id]
        return call.state == "waiting" and call.agent is None

    await until(waiting, NOTICED_WITHIN_S, "the call to wait for another agent")
    await scene.a.answer(scene.call_id)
    await scene.together(scene.a)
    await kept(scene)


@pytest.mark.cell(Row.CALLER_DROPS, State.BRIEFING)
async def test_a_caller_who_has_only_the_deaf_seat_left_is_called_back(scene: Scene) -> None:
    await up_to(scene, "briefing")
    await scene.caller.leave(scene.room_a)
    await scene.together(scene.a)
    await goes_through(scene)
    await kept(scene)
