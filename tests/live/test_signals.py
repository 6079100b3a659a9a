"""Ops decide from Temporal's command line, and everybody is told that it was them."""

import time

from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.live.course import briefing
from tests.live.judge import kept
from tests.live.signals import ignored, send_signal


async def test_ops_decide_from_the_command_line_and_the_record_says_so(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await briefing(scene)
    await send_signal(stack, scene, "complete")
    await until(lambda: ignored(scene, 1), 10, "a signal that doesn't fit to be ignored")
    await send_signal(stack, scene, "accept", '{"nothing": "known"}')
    await until(lambda: scene.transfer.accepted, 10, "the signal to be told of")
    scene.decided_at = time.monotonic()
    await send_signal(stack, scene, "complete")
    await scene.together()
    ended = await scene.ended()
    assert ended.outcome == "completed"
    assert {what: who.name for what, who in (ended.decided_by or {}).items()} == {
        "accept": "Operations",
        "complete": "Operations",
    }
    told = [moment.text for moment in ended.timeline]
    assert "Operations accepted." in told
    assert any(text.startswith("Operations hands") for text in told)
    assert any(text.startswith("Operations sent a signal that was ignored") for text in told)
    await kept(scene)
