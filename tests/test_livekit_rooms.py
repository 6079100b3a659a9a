"""The LiveKit adapters on a real LiveKit server."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from livekit import rtc
from pydantic import SecretStr

from adapters.livekit import LiveKit, open_livekit
from domain.errors import NotThere, PortError, Unreachable, Untrusted
from domain.names import room_name
from domain.seating import FENCED, OPEN, STANDBY, Grant, Presence
from domain.settings import LiveKitSettings
from robots.ears import Ears
from robots.place import Place
from robots.views import May, Seat
from robots.voice import Voice
from robots.waiting import until
from tests.livekit_stage import agent, livekit_and_room, settings_of
from tests.servers import LiveKitServer, livekit_binary, running_livekit

VALID = timedelta(minutes=2)
OTHER_SECRET = "another-secret-of-at-least-32-characters"


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


Sit = Callable[[str, str, Grant], "asyncio.Future[Place]"]


@pytest.fixture
async def sit(livekit: LiveKit, livekit_server: LiveKitServer, room: str) -> AsyncIterator[Sit]:
    """Seats people on tokens that our own adapter made."""
    places: list[Place] = []

    async def seat(identity: str, tone: str, grant: Grant) -> Place:
        token = livekit.tokens.mint(room, identity, grant, valid=VALID)
        may = May(publish=grant.speak, subscribe=grant.hear)
        seat = Seat(
            url=livekit_server.url, room=room, identity=identity, token=token.secret, may=may
        )
        place = Place(seat, Voice(tone), Ears())
        places.append(place)
        await place.join()
        return place

    yield lambda identity, tone, grant: asyncio.ensure_future(seat(identity, tone, grant))
    for place in places:
        await place.leave()
        await place.ears.close()


async def test_rights_open_and_close_ears_and_mouths(livekit: LiveKit, room: str, sit: Sit) -> None:
    caller = await sit("caller_1", "caller", OPEN)
    agent_b = await sit("agt_b", "b", STANDBY)
    await until(lambda: agent_b.is_connected, 5, "the standby seat to be taken")
    assert not agent_b.may_speak
    assert not agent_b.may_hear
    await livekit.rooms.allow(room, "agt_b", OPEN)
    await until(lambda: agent_b.ears.hears("caller_1"), 5, "B to hear the caller")
    await until(lambda: caller.ears.hears("agt_b"), 5, "the caller to hear B")
    await livekit.rooms.allow(room, "agt_b", FENCED)
    await until(lambda: not agent_b.ears.hears("caller_1"), 5, "B to hear nothing")
    await until(lambda: not caller.ears.hears("agt_b"), 5, "B to be silent")
    assert caller.ears.hears("caller_1") is False
    assert agent_b.ears.heard()[0].began > 0


async def test_nobody_may_send_data_or_change_their_name(
    livekit: LiveKit, room: str, sit: Sit
) -> None:
    caller = await sit("caller_1", "caller", OPEN)
    for _ in ("by token", "by permission"):
        rights = caller.room.local_participant.permissions
        assert not rights.can_publish_data
        assert not rights.can_update_metadata
        assert list(rights.can_publish_sources) == [rtc.TrackSource.SOURCE_MICROPHONE]
        await livekit.rooms.allow(room, "caller_1", OPEN)


async def test_look_lists_a_deaf_hidden_seat_and_who_is_live(
    livekit: LiveKit, room: str, sit: Sit
) -> None:
    await sit("caller_1", "caller", OPEN)
    await sit("agt_b", "b", STANDBY)

    async def both_live() -> bool:
        presence = await livekit.rooms.look((room,))
        return presence.live("caller_1", room) and presence.active("agt_b", room)

    await until(both_live, 5, "both to be listed")
    waiting = (await livekit.rooms.look((room,))).find("agt_b", room)
    assert waiting is not None
    assert waiting.grant == STANDBY
    assert not waiting.microphone


async def test_a_host_is_told_to_hold_and_to_stop(
    livekit: LiveKit, livekit_server: LiveKitServer, room: str
) -> None:
    await livekit.rooms.hold(room, on=True)
    async with agent(livekit_server, room, "host-1", act="1") as host:
        mine = host.local_participant
        await livekit.rooms.hold(room, on=True)
        await until(lambda: mine.attributes.get("hold") == "on", 2, "the order to play")
        await livekit.rooms.hold(room, on=False)
        await until(lambda: mine.attributes.get("hold") == "off", 2, "the order to stop")
        assert mine.attributes["act"] == "1"


async def test_whatever_is_gone_already_is_no_error(livekit: LiveKit, room: str) -> None:
    await livekit.rooms.open(room)
    await livekit.rooms.remove(room, "agt_nobody")
    await livekit.rooms.allow(room, "agt_nobody", OPEN)
    for _ in range(2):
        await livekit.rooms.close(room)
    await livekit.rooms.remove(room, "agt_nobody")
    await livekit.rooms.allow(room, "agt_nobody", OPEN)
    await livekit.rooms.hold(room, on=True)
    await livekit.voices.dismiss("host", room)


async def test_removing_puts_out_and_closing_puts_out_everybody(
    livekit: LiveKit, room: str, sit: Sit
) -> None:
    caller = await sit("caller_1", "caller", OPEN)
    agent_a = await sit("agt_a", "a", OPEN)
    await livekit.rooms.remove(room, "agt_a")
    await until(lambda: agent_a.why_gone == "PARTICIPANT_REMOVED", 5, "A to be put out")
    await livekit.rooms.close(room)
    await until(lambda: caller.why_gone == "ROOM_DELETED", 5, "the caller to be put out")


async def test_rooms_come_back_after_the_server_was_killed(tmp_path: Path) -> None:
    rooms = tuple(room_name(uuid4()) for _ in range(2))
    async with contextlib.AsyncExitStack() as stack:
        async with running_livekit(tmp_path) as server:
            livekit = await stack.enter_async_context(open_livekit(settings_of(server)))
            for room in rooms:
                await livekit.rooms.open(room)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await livekit.rooms.look(rooms)
        assert time.monotonic() - began < 2.5
        await stack.enter_async_context(_the_same_server_again(tmp_path))

        async def answers() -> bool:
            with contextlib.suppress(Unreachable):
                await livekit.check()
                return True
            return False

        await until(answers, 20, "LiveKit to be back")
        with pytest.raises(NotThere):
            await livekit.voices.dispatch("host", rooms[0], "order", activity_id="1", attempt=1)
        assert await livekit.rooms.look(rooms) == Presence(vanished=rooms)
        for room in rooms:
            await livekit.rooms.open(room)
        assert await livekit.rooms.that_are_open(rooms) == set(rooms)


@contextlib.asynccontextmanager
async def _the_same_server_again(folder: Path) -> AsyncIterator[None]:
    with (folder / "livekit.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            livekit_binary(), "--config", str(folder / "livekit.yaml"), stdout=log, stderr=log
        )
    yield
    process.kill()
    await process.wait()


async def test_what_stands_in_front_of_livekit_refuses_nothing() -> None:
    """A proxy whose LiveKit is away says 404, and nobody has left or may not come for that."""

    async def says_404(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="<html>404 page not found</html>")

    app = web.Application()
    app.router.add_post("/{anything:.*}", says_404)
    async with TestServer(app) as proxy:
        settings = LiveKitSettings(
            url=f"ws://127.0.0.1:{proxy.port}", api_key="key", api_secret=SecretStr(OTHER_SECRET)
        )
        async with open_livekit(settings) as livekit:
            with pytest.raises(Unreachable):
                await livekit.rooms.look(("room-1",))


async def test_a_server_that_accepts_and_never_answers_is_unreachable_in_time() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)
        writer.close()

    hanging = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = hanging.sockets[0].getsockname()[1]
    settings = LiveKitSettings(
        url=f"ws://127.0.0.1:{port}", api_key="key", api_secret=SecretStr(OTHER_SECRET)
    )
    async with open_livekit(settings) as livekit:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await livekit.rooms.open("room-1")
        assert time.monotonic() - began < 2.5
    hanging.close()


async def test_a_wrong_key_is_named_without_quoting_a_token_and_may_be_set_right(
    livekit_server: LiveKitServer, room: str
) -> None:
    async with open_livekit(settings_of(livekit_server, OTHER_SECRET)) as livekit:
        for asking in (livekit.rooms.look((room,)), livekit.rooms.open(room), livekit.check()):
            with pytest.raises(Untrusted) as untrusted:
                await asking
            error: PortError = untrusted.value
            assert error.retryable
            assert error.retry_after
            assert "eyJ" not in str(error)
            assert error.__cause__ is None
            assert error.__suppress_context__
