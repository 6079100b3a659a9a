"""The database is away for a minute: the transfer goes through, and the record catches up."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager

from chaos.proxy import running_proxy
from robots.http import Json
from robots.scene import Scene, Stage
from robots.waiting import until
from stack.local import LocalStack
from tests.live.asked import Request, came_in_time, controlled, told_why
from tests.live.judge import kept
from tests.live.parts import Ops, locked, swallowed, told

AWAY_S = 60.0
TOLD = ("requested", "offered", "agent_b_arrived", "consult_started", "moving", "moved", "ended")
"""Of what the timeline tells: what happened in this order, before the outage and in it."""


async def test_a_transfer_goes_through_while_nobody_can_write_to_sqlite(
    scene: Scene, stack: LocalStack
) -> None:
    await goes_through(scene, stack, locked(stack.env["DATABASE_URL"]), reads=200)


async def test_a_transfer_goes_through_while_postgres_is_silent(
    stage: Stage, stack: LocalStack, postgres_url: str
) -> None:
    place, _, database = postgres_url.rpartition("/")
    login, _, address = place.rpartition("@")
    async with (
        running_proxy(address) as proxy,
        told(stack, "api", "worker", DATABASE_URL=f"{login}@{proxy.address}/{database}"),
        Scene(stage) as scene,
    ):
        await goes_through(scene, stack, swallowed(proxy), reads=503)


async def goes_through(
    scene: Scene, stack: LocalStack, away: AbstractAsyncContextManager[None], *, reads: int
) -> None:
    await scene.talking()
    await scene.offering(patience={"offer_s": AWAY_S})
    await until(lambda: scene.caller.places.get(scene.room_b), 10, "the caller's standby seat")
    a, b = scene.a, scene.b
    seats = [await person.api.transfer_seat(scene.transfer_id) for person in (b, a)]
    ops = await Ops.at(stack, scene)
    async with away:
        began = time.monotonic()
        asking = asyncio.create_task(reads_and_writes(scene, reads))
        await b.take(seats[0])
        a.consulting = seats[1].room
        await a.take(seats[1])
        await asyncio.gather(
            a.until_hears(b.id, room=scene.room_b, within_s=20),
            b.until_hears(a.id, within_s=20),
            scene.caller.until_hears("host", within_s=20),
        )
        await ops.transfer.signal("accept")
        scene.decided_at = time.monotonic()
        await ops.transfer.signal("complete")
        await scene.together()
        await until(lambda: not a.places[scene.room_a].is_connected, 20, "A to be out")
        await asking
        assert scene.transfer.phase == "offering"
        await scene.passing(began + AWAY_S - time.monotonic())
    await scene.a.until_phase(scene.transfer_id, "ended", within_s=30)
    assert scene.transfer.outcome == "completed"
    in_order(scene)
    await kept(scene)


async def reads_and_writes(scene: Scene, reads: int) -> None:
    """Who needs the database is told in time that it is away."""
    call = f"/v1/calls/{scene.call_id}"
    turn: Json = {"text": "Are you there?"}
    async with controlled(scene.stage.url) as control:
        written = await Request(scene.a.api, "POST", f"{call}/turns", turn, "turn-1").made()
        read = await Request(scene.a.api, "GET", call).made()
    told_why(written)
    assert read.status_code == reads
    for answer in (written, read):
        came_in_time(answer, control)


def in_order(scene: Scene) -> None:
    """A was told of every phase once and in order, and the timeline says when it really was."""
    timeline = scene.transfer.timeline
    assert [one.event for one in timeline if one.event in TOLD] == list(TOLD)
    assert [one.at for one in timeline] == sorted(one.at for one in timeline)
    phases = [state.phase for state in scene.states(scene.a) if state.is_transfer]
    assert list(dict.fromkeys(phases)) == [
        *("preparing", "offering", "briefing", "consulting", "moving", "ended")
    ]
    assert phases == sorted(phases, key=phases.index)
