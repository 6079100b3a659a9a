"""Workflows for whoever asks them at the wrong moment, and a process that works for them."""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client

from domain.orders import TransferOrder
from worker.build import build_worker
from workflows.course import Course

PATIENCE = timedelta(seconds=1)


@activity.defn
async def step(whose: str) -> str:
    """Do nothing, for somebody."""
    return whose


@workflow.defn
class AskedWorkflow:
    """Its steps come in the order of its news.

    Takes a step when it is told something, and one when it is asked for something.
    """

    def __init__(self) -> None:
        self.told = self.asked = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.told)
        await _take("run")
        await workflow.wait_condition(lambda: self.asked and workflow.all_handlers_finished())

    @workflow.signal
    def tell(self) -> None:
        self.told = True

    @workflow.update
    async def ask(self) -> str:
        self.asked = True
        return await _take("ask")

    @workflow.query
    def view(self) -> tuple[bool, bool]:
        return self.told, self.asked


@workflow.defn
class PatientWorkflow:
    """A transfer that waits for nothing until its patience ends."""

    def __init__(self) -> None:
        self.is_over = False

    @workflow.run
    async def run(self, order: TransferOrder) -> None:
        self.by = workflow.now() + PATIENCE
        self.is_over = not await Course(order).until(lambda: False, by=self.by, of="a test")

    @workflow.query
    def view(self) -> tuple[bool, bool]:
        return self.is_over, workflow.now() < self.by


WORKFLOWS: list[type] = [AskedWorkflow, PatientWorkflow]


async def _take(whose: str) -> str:
    return await workflow.execute_activity(step, whose, start_to_close_timeout=timedelta(seconds=5))


async def main(address: str, queue: str) -> None:
    """Work until killed."""
    client = await Client.connect(address)
    await build_worker(client, queue, [step], timedelta(0), WORKFLOWS).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
