"""The database is away: the transfer goes through, and the record catches up.

For a minute, and with Postgres: `tests/prove/test_database_away_longer.py`.
"""

import asyncio
import time
from contextlib import AbstractAsyncContextManager

import pytest

from robots.http import Json
from robots.scene import Scene
from robots.waiting import until
from stack.local import LocalStack
from tests.live.asked import Request, came_in_time, controlled, told_why
from tests.live.course import ringing
from tests.live.judge import kept
from tests.live.parts import Ops, locked
from tests.matrix import Fault

AWAY_S = 20.0
TOLD = ("requested", "offered", "agent_b_arrived", "consult_started", "moving", "moved", "ended")
"""Of what the timeline tells: what happened in this order, before the outage and in it."""


@pytest.mark.cell(Fault.F6)
async def test_a_transfer_goes_through_while_nobody_can_write_to_sqlite(
    scene: Scene, stack: LocalStack
) -> None:
    away = locked(stack.env["DATABASE_URL"])
    await goes_through(scene, stack, away, away_s=AWAY_S, reads=200)


async def goes_through(
    scene: Scene,
    stack: LocalStack,
    away: AbstractAsyncContextManager[None],
    *,
    away_s: float,
    reads: int,
) -> None:
    """A transfer from B's answer to its end while the database is away for so long.

    `reads`: how whoever only reads is answered meanwhile.
    """
    await scene.talking()
    await ringing(scene)
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
        await scene.passing(began + away_s - time.monotonic())
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
