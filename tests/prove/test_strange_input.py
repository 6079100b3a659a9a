"""What strangers say and send: orders, huge and odd texts, streams nobody reads, wrong clocks."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import datetime, timedelta, timezone, tzinfo
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from adapters.livekit import open_livekit
from adapters.sql import open_record
from domain.errors import Untrusted
from domain.names import DEFAULT_TENANT, new_id
from domain.phases import TurnKind
from domain.settings import LiveKitSettings
from robots.scene import Scene
from robots.stream import Stream
from stack.local import LocalStack
from tests.attacks import ATTACKS
from tests.fake_model import FakeModel, Kind
from tests.live.course import briefing, goes_through
from tests.live.judge import kept
from tests.live.test_model import briefing_shown
from tests.matrix import Fault

STRANGE = "Ünïcödé 🌱 \u202eשמש\u202c \u0301\u0301 \ufeff 漢字"
TURNS, TURN = 1_500, "I was billed twice, and nobody can tell me why. " * 42
"""Three megabytes."""
WATCHERS, DEAF_READERS, SOON_S = 50, 20, 1.0
SKEW = timedelta(seconds=90)


@pytest.mark.cell(Fault.F12)
async def test_what_a_caller_orders_is_neither_shown_nor_spoken_nor_done(
    scene: Scene, model: FakeModel
) -> None:
    model.answers(then=Kind.PARROT)
    await scene.talking()
    for attack, _ in ATTACKS:
        await scene.caller.api.say(scene.call_id, attack)
    await briefing(scene)
    written = scene.transfer.briefing
    assert written
    assert not [forbidden for _, forbidden in ATTACKS if forbidden in written.text.lower()]
    await scene.passing(2)
    assert scene.transfer.phase == "briefing"
    assert not scene.transfer.accepted
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Fault.F33)
async def test_a_conversation_of_megabytes_delays_nothing(scene: Scene, stack: LocalStack) -> None:
    await scene.talking()
    caller = (DEFAULT_TENANT, scene.call_id, scene.caller.id)
    # Past the api, which lets nobody talk so fast: there it would take a quarter of an hour.
    async with open_record(stack.env["DATABASE_URL"]) as record:
        for _ in range(TURNS):
            turn_id = new_id("turn")
            await record.add_turn(*caller, TurnKind.SAID, TURN, turn_id=turn_id)
    await scene.caller.api.say(scene.call_id, STRANGE)
    await scene.offering(notes=STRANGE)
    assert (await briefing_shown(scene)).ready
    await scene.briefed()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Fault.F28)
async def test_streams_that_nobody_reads_hold_up_nobody_else(scene: Scene) -> None:
    await scene.talking()
    deaf = [await open_and_unread(scene) for _ in range(DEAF_READERS)]
    watching = [asyncio.create_task(ended_at(scene)) for _ in range(WATCHERS)]
    await briefing(scene)
    await goes_through(scene)
    told = await asyncio.gather(*watching)
    assert max(told) - min(told) <= SOON_S
    for writer in deaf:
        writer.close()
    await kept(scene)


async def open_and_unread(scene: Scene) -> asyncio.StreamWriter:
    """A's event stream once more, of which nobody reads a word."""
    place = scene.stage.url.removeprefix("http://")
    host, _, port = place.partition(":")
    _, writer = await asyncio.open_connection(host, int(port), limit=1)
    bearer = scene.a.api.http.headers["Authorization"]
    asked = f"GET /v1/me/events HTTP/1.1\r\nHost: {place}\r\nAuthorization: {bearer}\r\n\r\n"
    writer.write(asked.encode())
    await writer.drain()
    return writer


async def ended_at(scene: Scene) -> float:
    """When one more stream of A's tells that the transfer has ended."""
    async with aclosing(Stream(scene.a.api).events()) as events:
        async for event in events:
            if scene.transfer_id in event.data and '"phase":"ended"' in event.data:
                return time.monotonic()
    raise AssertionError("the stream ended before the transfer did")


@contextmanager
def clock_off_by(skew: timedelta, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have LiveKit's own library believe that it is so much later."""

    class Skewed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + skew

    library = SimpleNamespace(datetime=Skewed, timedelta=timedelta, timezone=timezone)
    with monkeypatch.context() as patched:
        patched.setattr("livekit.api.access_token.datetime", library)
        yield


@pytest.mark.cell(Fault.F29)
async def test_a_slow_clock_changes_nothing_and_a_fast_one_is_named(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = stack.env
    settings = LiveKitSettings(
        url=env["LIVEKIT_URL"],
        api_key=env["LIVEKIT_API_KEY"],
        api_secret=SecretStr(env["LIVEKIT_API_SECRET"]),
    )
    async with open_livekit(settings) as livekit:
        with clock_off_by(-SKEW, monkeypatch):
            await livekit.check()
        with (
            clock_off_by(SKEW, monkeypatch),
            pytest.raises(Untrusted, match="more than a minute fast"),
        ):
            await livekit.check()
