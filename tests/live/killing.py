"""Killing whoever does the work: workers by the steps that Temporal names, voices by name."""

import asyncio
import os
import signal
from dataclasses import dataclass

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import WorkflowHandle

from chaos.proxy import Proxy
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.live.parts import Ops

STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
WITHIN_S = 15.0


@dataclass(frozen=True)
class Step:
    """A step of a workflow, and the request to LiveKit in the middle of which it is caught.

    `after`: a request that must have passed before.
    """

    activity: str
    request: bytes
    after: bytes = b""


class Workers:
    """The workers of a stack, and which of them Temporal says is doing what of one transfer."""

    def __init__(self, stack: LocalStack, transfer: WorkflowHandle[None, None]) -> None:
        self._stack = stack
        self._transfer = transfer

    @classmethod
    async def of(cls, scene: Scene, stack: LocalStack) -> "Workers":
        return cls(stack, (await Ops.at(stack, scene)).transfer)

    async def holder(self, activity: str) -> str:
        """The part of the stack that is in this step now; empty: none is."""
        described = (await self._transfer.describe()).raw_description
        running = [
            step.last_worker_identity
            for step in described.pending_activities
            if step.activity_type.name == activity and step.state == STARTED
        ]
        return self._part(running[0]) if running else ""

    async def caught(self, step: Step, media: Proxy) -> str:
        """The part that is in this step, now that `media` holds its request."""
        if step.after:
            await until(media.hold_at(step.after).is_set, WITHIN_S, f"{step.after!r}")
        while True:
            said = media.hold_at(step.request)
            await media.pass_on()
            await until(said.is_set, WITHIN_S, f"{step.request!r}")
            if holder := await self.holder(step.activity):
                return holder

    async def kill(self, part: str) -> None:
        await asyncio.to_thread(self._stack.kill, part)

    async def start(self, part: str) -> None:
        await asyncio.to_thread(self._stack.start, part)

    async def last(self) -> str:
        """The part that decided last, by the transfer's history."""
        identity = ""
        async for event in self._transfer.fetch_history_events():
            if event.HasField("workflow_task_completed_event_attributes"):
                identity = event.workflow_task_completed_event_attributes.identity
        return self._part(identity)

    def _part(self, identity: str) -> str:
        pid = int(identity.partition("@")[0])
        known = (*self._stack.names, *self._stack.dead)
        return next((name for name in known if self._stack.pid(name) == pid), str(pid))


async def caught_going(scene: Scene, stack: LocalStack, media: Proxy) -> tuple[Workers, str]:
    """A goes to B; the worker that puts the caller on hold for it, in the middle of that."""
    workers = await Workers.of(scene, stack)
    catching = asyncio.create_task(workers.caught(Step("hold", b"/UpdateParticipant"), media))
    await scene.a.consult(scene.transfer_id)
    return workers, await catching


async def caught_moving(
    scene: Scene, stack: LocalStack, media: Proxy, step: Step
) -> tuple[Workers, str]:
    """Both agents say yes; the worker that takes this step of the move, in the middle of it."""
    await scene.accepted()
    workers = await Workers.of(scene, stack)
    catching = asyncio.create_task(workers.caught(step, media))
    await scene.decided()
    return workers, await catching


async def kill_with_its_jobs(stack: LocalStack, *voices: str) -> None:
    """Voice processes and all their jobs at once, as when their machine dies."""
    for name in voices:
        os.killpg(stack.pid(name), signal.SIGKILL)
        await asyncio.to_thread(stack.kill, name)


def has_ended(group: int) -> bool:
    """Nothing is left of a process and of those it started."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
