"""A workflow whose steps come in the order of its news, and a process that works for it."""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client

from worker.build import build_worker


@activity.defn
async def step(whose: str) -> str:
    """Do nothing, for somebody."""
    return whose


@workflow.defn
class AskedWorkflow:
    """Takes a step when it is told something, and one when it is asked for something."""

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


async def _take(whose: str) -> str:
    return await workflow.execute_activity(step, whose, start_to_close_timeout=timedelta(seconds=5))


async def main(address: str, queue: str) -> None:
    """Work until killed."""
    client = await Client.connect(address)
    await build_worker(client, queue, [step], timedelta(0), [AskedWorkflow]).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
