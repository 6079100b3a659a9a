"""People whose clients die or are opened anew, in the phases that `make test` leaves out."""

import pytest

from robots.scene import Scene
from tests.live.test_people_vanish import a_dies, all_reload, caller_dies
from tests.matrix import Fault, Row, State, in_phases


@in_phases("ringing", "briefing", of=[Row.CALLER_DROPS, Row.A_DROPS])
async def test_a_transfer_outlives_a_reload_of_every_page(scene: Scene, phase: str) -> None:
    await all_reload(scene, phase)


@in_phases("ringing", "after", of=[Row.CALLER_DROPS, Fault.F19])
async def test_a_caller_who_is_dead_has_left(scene: Scene, phase: str) -> None:
    await caller_dies(scene, phase)


@pytest.mark.cell(Row.A_DROPS, State.BRIEFING)
async def test_b_takes_over_from_an_a_who_is_dead_in_the_consultation(scene: Scene) -> None:
    await a_dies(scene, "consulting")
