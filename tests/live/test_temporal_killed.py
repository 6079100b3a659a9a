"""Temporal dies and comes back with its file: nobody hears it, and the transfer goes on."""

import asyncio
import logging
import statistics
import time
from collections.abc import Awaitable

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from robots.scene import Scene
from robots.sound import Span
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import GOES_ON, note
from tests.live.course import ringing
from tests.live.judge import kept
from tests.matrix import Fault

log = logging.getLogger(__name__)

GOES_ON_S = 5.0
UNHEARD_S = 0.5
PATIENCE_S = 60.0
"""How long the robots repeat what was answered with 503, on however slow a machine."""


@pytest.mark.cell(Fault.F5)
async def test_a_transfer_outlives_temporal_killed_again_and_again(
    scene: Scene, stack: LocalStack
) -> None:
    for person in scene.people:
        person.api.patience_s = PATIENCE_S
    await scene.talking()
    await ringing(scene)
    began = time.monotonic()
    waits = [await without_temporal(stack, answered(scene))]
    await scene.b.until_hears("briefer", within_s=20)
    waits.append(await without_temporal(stack, scene.consulting()))
    await scene.accepted()
    undisturbed_until = time.monotonic()
    waits.append(await without_temporal(stack, scene.completed()))
    await scene.ended()
    assert scene.transfer.outcome == "completed"
    log.info("goes on after Temporal's return, s: %s", [round(wait, 2) for wait in waits])
    assert statistics.median(waits) <= GOES_ON_S, waits
    heard = scene.caller.ears.silence(Span(began, undisturbed_until))
    assert heard.lasts_s <= UNHEARD_S
    await kept(scene)


async def answered(scene: Scene) -> None:
    """B answers the offer; she is in room B, and heard there."""
    await scene.b.take_offer(scene.transfer_id)
    await scene.b.until_phase(scene.transfer_id, "briefing", within_s=30)


async def without_temporal(stack: LocalStack, doing: Awaitable[object]) -> float:
    """Do something while Temporal dies and is started again; seconds from its return to the end."""
    task = asyncio.ensure_future(doing)
    await asyncio.to_thread(stack.kill, "temporal")
    answering = asyncio.create_task(first_answer(stack.env["TEMPORAL_ADDRESS"]))
    await asyncio.to_thread(stack.start, "temporal")
    returned_at = await answering
    await task
    wait = time.monotonic() - returned_at
    note(GOES_ON, round(wait, 2))
    return wait


async def first_answer(address: str) -> float:
    """When Temporal first answers a health call."""

    async def healthy() -> bool:
        try:
            client = await Client.connect(address)
            return await client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False

    await until(healthy, 60, "Temporal to be healthy", 0.05)
    return time.monotonic()
