"""Asking a workflow that no worker knows changes nothing in how it goes on."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Replayer

from domain.orders import TransferOrder
from tests.asked_workflow import AskedWorkflow, PatientWorkflow, step
from tests.servers import TemporalServer
from worker.build import build_worker

Handle = WorkflowHandle[Any, Any]

QUEUE = "asked"
TRIES = 5
PATIENCE = timedelta(seconds=5)
NEWS_WAS_READ_FOR_THE_QUESTION = (True, False)
TIMER_WAS_READ_AHEAD_OF_THE_CLOCK = (True, True)
ORDER = TransferOrder(
    transfer_id="tr", agent_a="a", agent_b="b", tenant="t", call_id="c", caller="caller", room_a="r"
)


async def test_a_workflow_asked_while_no_worker_knew_it_can_be_replayed(
    client: Client, temporal_server: TemporalServer
) -> None:
    seen = []
    for number in range(TRIES):
        async with _working_process(temporal_server):
            handle = await client.start_workflow(
                AskedWorkflow.run, id=f"asked/{number}", task_queue=QUEUE
            )
            await handle.query(AskedWorkflow.view)
        seen.append(await _asked_before_its_task(client, handle))
        await Replayer(workflows=[AskedWorkflow]).replay_workflow(await handle.fetch_history())
        if seen[-1] == NEWS_WAS_READ_FOR_THE_QUESTION:
            return
    pytest.fail(f"the question never came between the news and its task: {seen}")


async def _asked_before_its_task(client: Client, handle: Handle) -> tuple[bool, bool] | None:
    """Let a worker find a question, news, and then the task for the news.

    Return the answer; None where the question went to the killed process, and with it.
    """
    question = asyncio.create_task(handle.query(AskedWorkflow.view, rpc_timeout=PATIENCE))
    await asyncio.sleep(0.2)  # nothing shows that a question waits
    await handle.signal(AskedWorkflow.tell)
    request = asyncio.create_task(handle.execute_update(AskedWorkflow.ask))
    async with build_worker(client, QUEUE, [step], timedelta(0), [AskedWorkflow]):
        await handle.result()
        await request
        with suppress(RPCError):
            return await question
        return None


async def test_a_patience_that_ended_while_no_worker_was_there_can_be_asked_for(
    client: Client, temporal_server: TemporalServer
) -> None:
    """It went round and round, and the worker with it: the timer had fired, by its clock it hadn't.

    A task's beginning moves the clock, and a question comes before the task.
    """
    seen: list[tuple[bool, bool] | None] = []
    for number in range(TRIES):
        async with _working_process(temporal_server):
            handle = await client.start_workflow(
                PatientWorkflow.run, ORDER, id=f"patient/{number}", task_queue=QUEUE
            )
            await handle.query(PatientWorkflow.view)
        question = asyncio.create_task(handle.query(PatientWorkflow.view, rpc_timeout=PATIENCE))
        await _fired(handle)
        async with build_worker(client, QUEUE, [], timedelta(0), [PatientWorkflow]):
            await handle.result()
            seen.append(None)
            with suppress(RPCError):
                seen[-1] = await question
        if seen[-1] == TIMER_WAS_READ_AHEAD_OF_THE_CLOCK:
            return
    pytest.fail(f"the question never came between the timer and its task: {seen}")


async def _fired(handle: Handle) -> None:
    """Wait for a timer's news."""
    fired = EventType.EVENT_TYPE_TIMER_FIRED
    while all([event.event_type != fired async for event in handle.fetch_history_events()]):
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _working_process(server: TemporalServer) -> AsyncIterator[None]:
    """Have a process work, and kill it: Temporal still believes that it knows the workflow."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.asked_workflow", server.address, QUEUE)
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
