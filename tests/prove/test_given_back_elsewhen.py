"""Transfers that come to nothing in the phases that `make test` leaves out."""

import pytest

from robots.scene import Scene
from tests.live.test_given_back import a_cancels, b_declines, b_leaves
from tests.matrix import Fault, Row, State, in_phases


@in_phases("ringing", "briefing", of=[Row.B_DECLINES, Fault.F16])
async def test_a_caller_stays_with_a_when_b_declines(scene: Scene, phase: str) -> None:
    await b_declines(scene, phase)


@pytest.mark.cell(Row.A_CANCELS, State.OFFERING)
async def test_a_caller_stays_with_a_when_a_cancels_while_b_is_rung(scene: Scene) -> None:
    await a_cancels(scene, "ringing")


@pytest.mark.cell(Row.B_LEAVES, Fault.F17, State.BRIEFING)
async def test_a_caller_stays_with_a_when_b_leaves_the_consultation(scene: Scene) -> None:
    await b_leaves(scene, "consulting")
