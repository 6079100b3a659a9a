"""Temporal hangs, for everybody: whoever needs it is told so in time."""

import pytest

from robots.scene import Scene
from stack.local import LocalStack
from tests.live.parts import stopped
from tests.live.test_temporal_silent import told_in_time
from tests.matrix import Fault


@pytest.mark.cell(Fault.F27)
async def test_whoever_needs_temporal_is_told_in_time_that_it_hangs(
    scene: Scene, stack: LocalStack
) -> None:
    await told_in_time(scene, stopped(stack, "temporal"))
