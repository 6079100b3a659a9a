"""Generations of histories: what earlier code did, for today's code to replay.

Calls last from minutes to hours, so a release meets calls that older code has begun. A generation
holds the histories of all that `tests/plays.py` knows, as one commit has written them. It is
never written again; it is deleted when no call of its time can be running any more.
"""

import json
import lzma
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.plays import Play
from tests.stage import Stage, staged

FOLDER = Path(__file__).parent / "histories"
ENDING = ".json.xz"
UNREAD = {"identity", "requestId", "taskId"}
"""What a replay has no use for, and what a third of the bytes would be."""
CLOSING = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
}


@dataclass
class Generation:
    """Histories by what they are of, and which code has written them."""

    name: str
    histories: list[WorkflowHistory] = field(default_factory=list)
    """Instead of a workflow's id each bears a name, like `ringing: transfer, running`."""

    @classmethod
    def read(cls, path: Path) -> "Generation":
        kept: dict[str, dict[str, Any]] = json.loads(lzma.decompress(path.read_bytes()))
        histories = [WorkflowHistory.from_json(name, events) for name, events in kept.items()]
        return cls(path.name.removesuffix(ENDING), histories)

    def write(self, folder: Path = FOLDER) -> Path:
        """Keep it for good: what is there already is not written again."""
        path = folder / f"{self.name}{ENDING}"
        kept = {one.workflow_id: _lean(json.loads(one.to_json())) for one in self.histories}
        with path.open("xb") as file:
            file.write(lzma.compress(json.dumps(kept, separators=(",", ":")).encode()))
        return path

    async def add(self, client: Client, plays: Mapping[str, Play]) -> None:
        """Play, and add what is running at the end of each play, and what comes of it."""
        for name, act in plays.items():
            async with staged(client) as stage:
                await act(stage)
                self.histories += [one async for one in _of(stage, name) if is_running(one)]
            self.histories += [one async for one in _of(stage, name)]

    async def replay(self, workflows: Iterable[type]) -> dict[str, Exception]:
        """Say which histories these workflows can't go on with, and why."""
        replayer = Replayer(
            workflows=list(workflows),
            data_converter=pydantic_data_converter,
            workflow_runner=UnsandboxedWorkflowRunner(),  # twice as fast, with the same verdict
        )
        async with replayer.workflow_replay_iterator(_each(self.histories)) as results:
            return {
                result.history.workflow_id: result.replay_failure
                async for result in results
                if result.replay_failure
            }


def is_running(history: WorkflowHistory) -> bool:
    """Say whether a history goes on."""
    return history.events[-1].event_type not in CLOSING


async def _of(stage: Stage, play: str) -> AsyncIterator[WorkflowHistory]:
    for number, workflow in enumerate(stage.workflows):
        history = await stage.client.get_workflow_handle(workflow).fetch_history()
        kind = workflow.partition("/")[0] + (f" {number}" if number > 1 else "")
        state = "running" if is_running(history) else "ended"
        yield WorkflowHistory(f"{play}: {kind}, {state}", history.events)


def _lean(kept: Any) -> Any:
    if isinstance(kept, list):
        return [_lean(one) for one in kept]
    if isinstance(kept, dict):
        return {key: _lean(one) for key, one in kept.items() if key not in UNREAD}
    return kept


async def _each(histories: Iterable[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    for history in histories:
        yield history
