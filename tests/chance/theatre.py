"""Many machines at once, each in a namespace of its own; one seed for all of them."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from uuid import uuid4

import hypothesis
from google.protobuf.duration_pb2 import Duration
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from durable.search_attributes import register_search_attributes
from tests.chance.machine import Machine, Theatre

AT_ONCE = 3
STEPS_A_PLAY, LEAST_A_PLAY = 40, 29
"""Hypothesis ends some plays early: 150 plays had 31.9 steps each (seed 2920)."""
READY_WITHIN_S = 60.0


async def play(client: Client, machine: type[Machine], *, seed: int, steps: int) -> list[Theatre]:
    """Play so many steps; raises what a machine has found.

    Nothing is played again to find fewer steps: no two plays take the same time.
    """
    chosen = settings(
        max_examples=-(-steps // (AT_ONCE * LEAST_A_PLAY)) + 1,  # the first is not played
        stateful_step_count=STEPS_A_PLAY,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    loop = asyncio.get_running_loop()
    names = [f"chance-{uuid4().hex}" for _ in range(AT_ONCE)]
    clients = await asyncio.gather(*(_in_namespace(client, name) for name in names))
    over = Event()
    theatres = [Theatre(own, loop, over) for own in clients]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        playing = [
            loop.run_in_executor(threads, _play, machine, theatre, seed + number, chosen)
            for number, theatre in enumerate(theatres)
        ]
        try:
            await asyncio.wait(playing)
        finally:
            over.set()
            await asyncio.wait(playing)  # interrupted: each thread still waits for this loop
    # What was called off complains when it is collected: while pytest parses code for its report,
    # a complaint's traceback would be parsed too, which Python 3.11 can't (cpython issue 106905).
    gc.collect()
    found = (one.exception() for one in playing)
    for error in (*(theatre.found for theatre in theatres), *found):
        if error:
            raise error
    return theatres


def _play(machine: type[Machine], place: Theatre, seed: int, chosen: settings) -> None:
    class Played(machine):  # type: ignore[valid-type,misc]
        theatre = place

    run_state_machine_as_test(hypothesis.seed(seed)(Played), settings=chosen)


async def _in_namespace(client: Client, name: str) -> Client:
    """Connect to a namespace made for this; nobody shares its task queues."""
    made = RegisterNamespaceRequest(
        namespace=name, workflow_execution_retention_period=Duration(seconds=86_400)
    )
    await client.workflow_service.register_namespace(made)
    address = client.service_client.config.target_host
    async with asyncio.timeout(READY_WITHIN_S):
        while True:
            with suppress(RPCError, RuntimeError):  # not ready, or too busy to say so
                own = await Client.connect(
                    address, namespace=name, data_converter=pydantic_data_converter
                )
                await register_search_attributes(own)
                return own
            await asyncio.sleep(0.1)
