"""Voice agents come when they are sent, once, and go when they are dismissed."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from livekit import api, rtc

from adapters.livekit import LiveKit
from domain.errors import NotThere, Unreachable
from domain.names import SIGN_OF_LIFE, room_name
from robots.waiting import until
from tests.livekit_stage import agent, livekit_and_room, playing
from tests.servers import LiveKitServer


@pytest.fixture
async def stage(livekit_server: LiveKitServer) -> AsyncIterator[tuple[LiveKit, str]]:
    async with livekit_and_room(livekit_server) as opened:
        yield opened


@pytest.fixture
def livekit(stage: tuple[LiveKit, str]) -> LiveKit:
    return stage[0]


@pytest.fixture
def room(stage: tuple[LiveKit, str]) -> str:
    return stage[1]


async def test_a_dispatch_that_nobody_takes_is_withdrawn_after_three_seconds(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable):
        await livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=2)
    assert 2.5 < time.monotonic() - began < 4
    assert await _dispatched(livekit_server, room) == []


async def test_dispatching_into_a_room_that_is_gone_does_not_open_it(livekit: LiveKit) -> None:
    gone = room_name(uuid4())
    with pytest.raises(NotThere):
        await livekit.voices.dispatch("host", gone, "order", activity_id="1", attempt=1)
    assert await livekit.rooms.that_are_open((gone,)) == set()


async def test_a_dispatch_ends_when_the_agent_is_seen_and_is_not_repeated(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async def dispatch() -> None:
        await livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=1)

    on_its_way = asyncio.create_task(dispatch())
    await until(lambda: _dispatched(livekit_server, room), 2, "a dispatch")
    async with agent(livekit_server, room, "host-1", act="1", attempt="1"):
        await asyncio.wait_for(on_its_way, 1)
        await dispatch()
        assert await _dispatched(livekit_server, room) == ["host"]


async def test_a_new_attempt_puts_out_the_ghosts_of_earlier_ones_only(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async with (
        agent(livekit_server, room, "host-ghost", act="1", attempt="1") as ghost,
        agent(livekit_server, room, "host-other", act="2", attempt="1") as other,
        agent(livekit_server, room, "host-new", act="1", attempt="2") as new,
    ):
        await livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=2)
        await until(lambda: not ghost.isconnected(), 2, "the ghost to be put out")
        assert other.isconnected()
        assert new.isconnected()


async def test_a_dead_host_is_put_out_though_no_other_comes_and_a_living_one_is_not(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async with (
        agent(livekit_server, room, "host-dead", act="1", attempt="1") as dead,
        agent(livekit_server, room, "host-alive", act="1", attempt="2") as alive,
        agent(livekit_server, room, "host-mute", act="1", attempt="2") as unable,
    ):
        async with livekit_server.api() as lk:
            nothing = api.ParticipantPermission(can_subscribe=True, can_publish=True, agent=True)
            await lk.room.update_participant(
                api.UpdateParticipantRequest(room=room, identity="host-mute", permission=nothing)
            )
        unable.local_participant.register_rpc_method(SIGN_OF_LIFE, _for_ever)
        dead.local_participant.register_rpc_method(SIGN_OF_LIFE, _for_ever)
        alive.local_participant.register_rpc_method(SIGN_OF_LIFE, _at_once)
        with pytest.raises(Unreachable, match="No host came"):
            await livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=3)
        await until(lambda: not dead.isconnected(), 2, "the dead host to be put out")
        assert alive.isconnected()
        assert unable.isconnected(), "who may send nothing can't answer"


async def test_a_dispatch_that_is_called_off_is_withdrawn(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    on_its_way = asyncio.create_task(
        livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=1)
    )
    await until(lambda: _dispatched(livekit_server, room), 2, "a dispatch")
    on_its_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await on_its_way
    assert await _dispatched(livekit_server, room) == []


async def test_a_host_that_plays_is_put_out_only_once_the_new_one_plays(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async with (
        agent(livekit_server, room, "host-old", act="1", attempt="1") as old,
        agent(livekit_server, room, "host-new", act="1", attempt="2") as new,
        playing(old),
    ):
        await until(lambda: _plays(livekit, room, "host-old"), 5, "the old host's music")
        began = time.monotonic()
        dispatched = asyncio.create_task(
            livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=2)
        )
        await until(lambda: time.monotonic() > began + 0.5, 1, "half a second")
        assert old.isconnected()
        async with playing(new):
            await until(lambda: not old.isconnected(), 2, "the old host to be put out")
            assert await _plays(livekit, room, "host-new")
            await dispatched


async def test_a_host_that_plays_where_none_is_needed_is_put_out_all_the_same(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async with (
        agent(livekit_server, room, "host-old", act="1", attempt="1") as old,
        agent(livekit_server, room, "host-new", act="1", attempt="2"),
        playing(old),
    ):
        await until(lambda: _plays(livekit, room, "host-old"), 5, "the old host's music")
        await livekit.voices.dispatch("host", room, "order", activity_id="1", attempt=2)
        await until(lambda: not old.isconnected(), 2, "the old host to be put out")


async def test_dismissing_leaves_no_agent_and_no_dispatch_of_that_name(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    async with livekit_server.api() as lk:
        for name in ("host", "briefer"):
            wanted = api.CreateAgentDispatchRequest(agent_name=name, room=room)
            await lk.agent_dispatch.create_dispatch(wanted)
    async with (
        agent(livekit_server, room, "briefer-1") as briefer,
        agent(livekit_server, room, "host-1") as host,
    ):
        for _ in range(2):
            await livekit.voices.dismiss("briefer", room)
            seen = {s.identity for s in (await livekit.rooms.look((room,))).seen}
            assert seen == {"host-1"}
        assert await _dispatched(livekit_server, room) == ["host"]
        await until(lambda: not briefer.isconnected(), 2, "the briefer to be put out")
        assert host.isconnected()


async def _for_ever(_: rtc.RpcInvocationData) -> str:
    await asyncio.Event().wait()
    return ""


async def _at_once(_: rtc.RpcInvocationData) -> str:
    return ""


async def _plays(livekit: LiveKit, room: str, host: str) -> bool:
    return (await livekit.rooms.look((room,))).live(host, room)


async def _dispatched(server: LiveKitServer, room: str) -> list[str]:
    async with server.api() as lk:
        return [d.agent_name for d in await lk.agent_dispatch.list_dispatch(room) if d.agent_name]
