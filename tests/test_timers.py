"""Temporal as we set it: no timer comes late, and the queue of timers is never taken for stuck."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
import yaml
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from stack.bootstrap import ROOT
from stack.parts import PROMPT_TIMERS
from tests.servers import free_port, running_temporal

SLEEPERS = 12
SLEEPS = 25
LATE_S = 2.0
"""More than a busy machine may stall."""


@workflow.defn
class Sleeper:
    """Sleeps again and again."""

    @workflow.run
    async def run(self) -> float:
        """Return how late the latest of its timers came, in seconds."""
        latest = 0.0
        for _ in range(SLEEPS):
            length, began = workflow.random().uniform(0.05, 0.6), workflow.now()
            await workflow.sleep(timedelta(seconds=length))
            latest = max(latest, (workflow.now() - began).total_seconds() - length)
        return latest


@pytest.mark.alone
async def test_timers_are_not_held_back() -> None:
    metrics = free_port()
    async with running_temporal("--metrics-port", str(metrics)) as temporal:
        client = await Client.connect(temporal.address)
        async with Worker(
            client,
            task_queue="sleepers",
            workflows=[Sleeper],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            starts = (
                client.execute_workflow(Sleeper.run, id=f"sleeper-{n}", task_queue="sleepers")
                for n in range(SLEEPERS)
            )
            latest = max(await asyncio.gather(*starts))
        async with httpx.AsyncClient() as http:
            told = (await http.get(f"http://127.0.0.1:{metrics}/metrics")).text
    assert "task_latency_load" in told
    assert not [line for line in told.splitlines() if line.startswith("queue_actions{")]
    assert latest < LATE_S


def test_containers_have_the_same_settings() -> None:
    written: Mapping[str, Any] = yaml.safe_load((ROOT / "deploy/temporal.yaml").read_text())
    assert {key: one["value"] for key, (one,) in written.items()} == PROMPT_TIMERS
