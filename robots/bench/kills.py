"""Kills the worker with -9 around `complete`, and measures what that costs.

Two workers run; the one that is killed is the one that the history names: while it waits, the one
that did the workflow's last task; inside a step, the one whose activity is under way.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.client import Client, WorkflowHandle

from robots.bench.vigil import LATE_FOR_SECONDS_S, Quiet, Vigil
from robots.ears import of
from robots.scene import Scene, Stage
from robots.waiting import Late, until
from stack.local import LocalStack

WORKERS = ("worker", "worker-2")
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
TRIES = 2
RESTS_S = 1.0
# Steps that last as long as what they watch over: to be in one of these is to wait.
LASTING = ("watch", "host", "speak")
STEP_WITHIN_S = 1.0

Strike = Callable[[Scene], Awaitable[bool]]


@dataclass(frozen=True)
class Killed:
    """From `complete` to caller and B hearing each other, in ms; only where the kill hit."""

    quiet: Quiet
    undisturbed: list[float]
    waiting: list[float]
    inside: list[float]


class Killer:
    """Knows the workers' pids, and whom the history names."""

    def __init__(self, stack: LocalStack, client: Client) -> None:
        self.stack = stack
        self.client = client
        self.victim = ""

    async def nobody(self, scene: Scene) -> bool:
        """Complete, and kill nobody."""
        await scene.completed()
        return True

    async def who_waits(self, scene: Scene) -> bool:
        """Kill the worker that holds the transfer's workflow, and complete at once."""
        history = await self._transfer(scene).fetch_history()
        holders = [
            event.workflow_task_started_event_attributes.identity
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
        ]
        await self._kill(holders[-1])
        await scene.completed()
        return True

    async def who_acts(self, scene: Scene) -> bool:
        """Complete, and kill the worker inside a step of the move; whether it was taken again."""

        async def under_way() -> str:
            described = await self._transfer(scene).describe()
            for step in described.raw_description.pending_activities:
                if step.state == STARTED and step.activity_type.name not in LASTING:
                    return step.last_worker_identity
            return ""

        completing = asyncio.create_task(scene.completed())
        with suppress(Late):
            await self._kill(await until(under_way, STEP_WITHIN_S, "a step", 0.001))
        await completing
        history = await self._transfer(scene).fetch_history()
        steps = [event.activity_task_started_event_attributes for event in history.events]
        return any(step.attempt > 1 for step in steps)

    async def revive(self) -> None:
        """Start the victim again."""
        if self.victim:
            await asyncio.to_thread(self.stack.start, self.victim)
        self.victim = ""

    async def _kill(self, identity: str) -> None:
        pid = int(identity.partition("@")[0])
        (self.victim,) = (name for name in WORKERS if self.stack.pid(name) == pid)
        await asyncio.to_thread(self.stack.kill, self.victim)

    def _transfer(self, scene: Scene) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(f"transfer/{scene.transfer_id}")


async def killed(stage: Stage, killer: Killer, times: int) -> Killed:
    """A call for each kind of kill, handed over and over again, until it has hit `times` times."""
    kinds: dict[str, Strike] = {
        "undisturbed": killer.nobody,
        "waiting": killer.who_waits,
        "inside": killer.who_acts,
    }
    vigil, took = Vigil(LATE_FOR_SECONDS_S), {kind: list[float]() for kind in kinds}
    for kind, strike in kinds.items():
        async with Scene(Stage(stage.url)) as scene:
            await scene.talking()
            for _ in range(times * TRIES):
                if len(took[kind]) < times:
                    took[kind] += await _struck(scene, strike, vigil)
                    await killer.revive()
                    scene.a, scene.b = scene.b, scene.a
            await scene.caller.hang_up()
    return Killed(vigil.quiet(), **took)


async def _struck(scene: Scene, strike: Strike, vigil: Vigil) -> list[float]:
    """One transfer with one kill: how long it took, or nothing if the kill missed."""
    await scene.passing(RESTS_S)
    async with vigil.watching():
        await scene.offering()
        await scene.briefed()
        await scene.passing(RESTS_S)
        await scene.accepted()
        await scene.passing(RESTS_S)
        hit = await strike(scene)
        await scene.ended()
    decided = scene.decided_at or 0.0
    heard_b = scene.caller.ears.first(of(scene.b.id), decided)
    heard_caller = scene.b.ears.first(of(scene.caller.id), decided)
    return (
        [(max(heard_b, heard_caller) - decided) * 1000] if hit and heard_b and heard_caller else []
    )
