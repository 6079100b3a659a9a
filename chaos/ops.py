"""What chaos asks of Temporal, past every line that may be broken."""

import contextlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

ANSWER = timedelta(seconds=2)
FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
# Something new came while a workflow wanted to end: it is asked again.
HARMLESS = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


class Ops:
    """Somebody at the Temporal CLI, who needs none of the product."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def is_healthy(self) -> bool:
        """Temporal answers a health call."""
        with contextlib.suppress(RPCError, RuntimeError):
            client = await Client.connect(self._address)
            return await client.service_client.check_health(timeout=ANSWER)
        return False

    async def last_worker(self, *ids: str) -> int:
        """The pid of the worker that decided last in the newest of these workflows; 0: unknown."""
        with contextlib.suppress(RPCError, RuntimeError):
            for workflow in reversed(_workflows(*ids)):
                identities = await self._deciders(workflow)
                if identities:
                    return int(identities[-1].partition("@")[0])
        return 0

    async def have_finished(self, *ids: str) -> bool:
        """All of these workflows have ended well."""
        client = await Client.connect(self._address)
        handles = [client.get_workflow_handle(workflow) for workflow in _workflows(*ids)]
        seen = [(await handle.describe()).status for handle in handles]
        return all(status is WorkflowExecutionStatus.COMPLETED for status in seen)

    async def failures(self, *ids: str) -> list[str]:
        """Why workflow code failed in these workflows; there is no good reason."""
        client = await Client.connect(self._address)
        failed = [
            (workflow, event.workflow_task_failed_event_attributes)
            for workflow in _workflows(*ids)
            async for event in client.get_workflow_handle(workflow).fetch_history_events()
            if event.event_type == FAILED
        ]
        return [
            f"{workflow} failed: {why.failure.message}"
            for workflow, why in failed
            if why.cause != HARMLESS
        ]

    async def keep_histories(self, folder: Path, *ids: str) -> None:
        """Write these workflows' histories into a folder."""
        client = await Client.connect(self._address)
        for workflow in _workflows(*ids):
            await keep_history(client.get_workflow_handle(workflow), folder)

    async def _deciders(self, workflow: str) -> list[str]:
        client = await Client.connect(self._address)
        handle = client.get_workflow_handle(workflow)
        return [
            event.workflow_task_completed_event_attributes.identity
            async for event in handle.fetch_history_events(rpc_timeout=ANSWER)
            if event.HasField("workflow_task_completed_event_attributes")
        ]


def _workflows(*ids: str) -> list[str]:
    kinds = {"call": "call", "tr": "transfer"}
    return [f"{kinds[one.partition('_')[0]]}/{one}" for one in ids if one]


async def keep_history(handle: WorkflowHandle[Any, Any], folder: Path) -> Path:
    """Write a workflow's history into a folder, as Temporal's UI would download it."""
    history = await handle.fetch_history()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{handle.id.replace('/', '-')}.json"
    file.write_text(json.dumps(history.to_json_dict(), indent=1))
    return file
