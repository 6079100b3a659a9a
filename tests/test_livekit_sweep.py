"""The sweeper on a real LiveKit: it closes orphans, and leaves others' rooms and living ones."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from livekit import api

from activities.sweep import SweepActivities
from adapters.livekit import LiveKit, open_livekit
from domain.names import room_name
from domain.sweeping import Kind, Leftover, SweepOrder
from robots.waiting import until
from tests.livekit_stage import agent, settings_of
from tests.servers import LiveKitServer

NOW = SweepOrder(grace=timedelta(0))
DEAD, ALIVE, OTHERS, LOBBY = room_name(uuid4()), room_name(uuid4()), room_name(uuid4()), "lobby"
EVERY = (DEAD, ALIVE, OTHERS, LOBBY)


class OurRooms:
    """A record of two calls, of which one still runs; also the Temporal that knows so."""

    def __init__(self) -> None:
        self.settled: list[Leftover] = []

    async def of_rooms(self, rooms: tuple[str, ...]) -> tuple[Leftover, ...]:
        return tuple(
            Leftover(kind=Kind.ROOM, tenant="t", call_id=room, rooms=(room,), owners=(room,))
            for room in rooms
            if room in (DEAD, ALIVE)
        )

    async def unfinished(self, older_than: timedelta) -> tuple[Leftover, ...]:
        return ()

    async def settle(self, leftover: Leftover) -> None:
        self.settled.append(leftover)

    async def forget_events(self, older_than: timedelta) -> None:
        """There are none."""

    async def running(self, owners: frozenset[str]) -> frozenset[str]:
        return owners & {ALIVE}


@pytest.fixture
async def livekit(livekit_server: LiveKitServer) -> AsyncIterator[LiveKit]:
    async with open_livekit(settings_of(livekit_server)) as opened:
        for room in EVERY:
            await opened.rooms.open(room)
        yield opened
        for room in EVERY:
            await opened.rooms.close(room)


async def test_an_orphan_is_closed_with_its_dispatches_and_no_other_room_is_touched(
    livekit: LiveKit, livekit_server: LiveKitServer
) -> None:
    record = OurRooms()
    steps = SweepActivities(livekit.rooms, record, record)
    server = livekit_server.api()
    wanted = api.CreateAgentDispatchRequest(agent_name="nobody", room=DEAD)
    await server.agent_dispatch.create_dispatch(wanted)
    async with agent(livekit_server, DEAD, "host-left") as left:
        (orphan,) = await steps.find_orphans(NOW)
        assert await steps.sweep(orphan)
        await until(lambda: not left.isconnected(), 5, "the host that was left to be put out")
    assert record.settled == [orphan]
    assert await livekit.rooms.that_are_open(EVERY) == {ALIVE, OTHERS, LOBBY}
    assert await steps.find_orphans(NOW) == ()
    await livekit.rooms.open(DEAD)
    names = [d.agent_name for d in await server.agent_dispatch.list_dispatch(DEAD)]
    assert "nobody" not in names
    await server.aclose()


async def test_a_room_is_as_old_as_the_server_says(livekit: LiveKit) -> None:
    assert set(EVERY) <= set(await livekit.rooms.open_for(timedelta(0)))
    assert not set(EVERY) & set(await livekit.rooms.open_for(timedelta(minutes=5)))
