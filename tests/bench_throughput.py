"""How many transfers a second go through with ports in memory, beside an empty workflow.

Both on the same Temporal server, by workers in this process, as many at a time. Prints JSON:
`{"transfers_per_s", "empty_per_s"}`. Run by `make bench`: `python -m tests.bench_throughput`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from domain.seating import Presence
from durable.search_attributes import register_search_attributes
from tests.empty_workflow import EmptyWorkflow, nothing
from tests.fakes.rooms import FakeRooms
from tests.people import StagedCall
from tests.servers import running_temporal
from tests.stage import Stage
from worker.build import build_workers

AT_A_TIME = 12
TRANSFERS = 60
EMPTY = 150
QUEUE = "empty"
STEPS_BACK_S = 0.05
"""How often a caller's client looks whether it may leave its old room."""


class Rooms(FakeRooms):
    """A media server that remembers nothing, because that costs more than the transfers."""

    async def look(self, rooms: tuple[str, ...]) -> Presence:
        mine = FakeRooms({room: self.people[room] for room in rooms if room in self.people})
        return await mine.look(rooms)

    def talks(self, identity: str, room: str) -> bool:
        guest = self.people.get(room, {}).get(identity)
        return guest is not None and guest.microphone and guest.grant.speak and guest.grant.hear

    def _changed(self) -> None:
        self._let_hosts_decide()


async def main() -> None:
    async with running_temporal() as server:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        await register_search_attributes(client)
        empty = await _empty_per_s(client)
        transfers = await _transfers_per_s(client)
    json.dump({"transfers_per_s": transfers, "empty_per_s": empty}, sys.stdout)


async def _empty_per_s(client: Client) -> float:
    async def one(_: int) -> None:
        await client.execute_workflow(EmptyWorkflow.run, id=f"empty/{uuid4()}", task_queue=QUEUE)

    async with Worker(client, task_queue=QUEUE, workflows=[EmptyWorkflow], activities=[nothing]):
        await _rate(one, AT_A_TIME)
        return await _rate(one, EMPTY)


async def _transfers_per_s(client: Client) -> float:
    stage = Stage(client, Rooms())
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, stage.ports, grace=timedelta(0)):
            await stack.enter_async_context(worker)
        clients = asyncio.create_task(_clients(stage))
        calls = [await _talking(stage, number) for number in range(AT_A_TIME)]

        async def one(number: int) -> None:
            await _transferred(calls[number % AT_A_TIME])

        await _rate(one, AT_A_TIME)
        per_s = await _rate(one, TRANSFERS)
        clients.cancel()
        await stage.close()
    return per_s


async def _clients(stage: Stage) -> None:
    while True:
        for call in stage.calls:
            call.caller.leave_old_room()
        await asyncio.sleep(STEPS_BACK_S)


async def _rate(one: Callable[[int], Awaitable[None]], times: int) -> float:
    """Do something so many times, `AT_A_TIME` at a time; how often a second that was."""
    began = time.monotonic()

    async def lane(number: int) -> None:
        for turn in range(number, times, AT_A_TIME):
            await one(turn)

    await asyncio.gather(*(lane(number) for number in range(AT_A_TIME)))
    return times / (time.monotonic() - began)


async def _talking(stage: Stage, number: int) -> StagedCall:
    call = await stage.call()
    await call.answer(stage.person(f"agt_{number}_even"))
    await call.is_with(f"agt_{number}_even")
    return call


async def _transferred(call: StagedCall) -> None:
    """Hand the call over once, the quick way, from whoever has it to the other."""
    by = call.now.responsible or ""
    to = by.replace("_even", "_odd") if by.endswith("_even") else by.replace("_odd", "_even")
    transfer = await call.transfer(to=to, by=by)
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with(to)


if __name__ == "__main__":
    asyncio.run(main())
