"""LiveKit hears nothing at the most delicate moment; its other states are in tests/prove."""

import pytest

from chaos.proxy import Proxy
from robots.scene import Scene
from stack.local import LocalStack
from tests.findings import recovering
from tests.live.course import briefing
from tests.live.judge import kept
from tests.live.killing import Step, caught_moving
from tests.live.parts import swallowed
from tests.matrix import Fault, Row, State

SILENT_S = 3.0
PUTTING_A_OUT = Step("arrange", b"/RemoveParticipant")


@pytest.mark.cell(Row.LIVEKIT_FAILS, Fault.F9, State.JOINED)
async def test_a_is_put_out_though_livekit_does_not_hear_of_it_at_first(
    scene: Scene, stack: LocalStack, media: Proxy
) -> None:
    await scene.talking()
    await briefing(scene)
    await caught_moving(scene, stack, media, PUTTING_A_OUT)
    async with swallowed(media):
        await scene.together()
        await scene.passing(SILENT_S)
    with recovering():
        assert (await scene.ended()).outcome == "completed"
    await kept(scene)
