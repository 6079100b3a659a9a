"""Signals as ops send them: by Temporal's own command line, to a running transfer."""

import asyncio

from robots.scene import Scene
from stack.local import LocalStack
from tests.servers import temporal_binary


async def send_signal(stack: LocalStack, scene: Scene, name: str, argument: str = "") -> None:
    """Send a decision by `temporal workflow signal`."""
    what = ("--workflow-id", f"transfer/{scene.transfer_id}", "--name", name)
    given = ("--input", argument) if argument else ()
    process = await asyncio.create_subprocess_exec(
        temporal_binary(),
        *("workflow", "signal", *what, *given, "--address", stack.env["TEMPORAL_ADDRESS"]),
        env=stack.env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def ignored(scene: Scene, times: int) -> bool:
    """Whether agent A's event stream has told her of so many signals that were ignored."""
    moments = [moment for moment in scene.transfer.timeline if moment.event == "signal_ignored"]
    return len(moments) == times
