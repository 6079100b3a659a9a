"""LiveKit dies and is back at once: in the call, and in the consultation."""

import pytest

from robots.scene import Scene
from stack.local import LocalStack
from tests.live.course import consulting
from tests.live.outages import Outages, with_a
from tests.live.test_livekit_killed import killed_in_the_consultation
from tests.matrix import Fault, Row, State


@pytest.mark.cell(Row.ROOM_VANISHES, Fault.F7, State.BRIEFING)
async def test_a_call_and_its_transfer_outlive_a_livekit_that_is_back_at_once(
    scene: Scene, stack: LocalStack
) -> None:
    outages = Outages(scene, stack)
    await scene.talking()
    await outages.kill()
    await outages.over(*with_a(scene))
    await consulting(scene)
    await killed_in_the_consultation(scene, outages)
