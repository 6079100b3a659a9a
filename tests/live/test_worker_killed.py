"""The worker dies in the middle of a transfer, and the transfer goes on."""

import asyncio

from robots.scene import Scene
from stack.local import LocalStack
from tests.live.course import consulting
from tests.live.judge import kept


async def test_a_transfer_outlives_a_worker_killed_in_the_consultation(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await consulting(scene)
    await asyncio.to_thread(stack.kill, "worker")
    await asyncio.to_thread(stack.start, "worker")
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    assert scene.transfer.outcome == "completed"
    await kept(scene)
