"""What LiveKit reports is believed only if LiveKit said it, and then only as a hint."""

import asyncio
import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from livekit import api
from pydantic import SecretStr

from adapters.livekit import open_livekit
from adapters.livekit_webhooks import Hint, LiveKitWebhooks
from domain.errors import Refused
from domain.names import room_name
from robots.waiting import until
from tests.livekit_stage import settings_of
from tests.servers import running_livekit

VALID = timedelta(minutes=5)
SECRET = "a-webhook-secret-of-at-least-32-characters"


def signed(body: bytes, secret: str = SECRET, ttl: timedelta = VALID) -> str:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return api.AccessToken("key", secret).with_sha256(digest).with_ttl(ttl).to_jwt()


def joined_event(room: str = "room-1") -> bytes:
    event = {
        "event": "participant_joined",
        "id": "EV_1",
        "createdAt": "1795385294",
        "room": {"name": room},
        "participant": {"identity": "caller_1"},
        "somethingNew": 1,
    }
    return json.dumps(event).encode()


def test_a_webhook_of_ours_is_a_hint_and_a_replay_the_same_hint() -> None:
    webhooks = LiveKitWebhooks("key", SecretStr(SECRET))
    body = joined_event()
    hint = webhooks.receive(body, signed(body))
    assert hint == Hint("participant_joined", "room-1", "caller_1")
    assert webhooks.receive(body, f"Bearer {signed(body)}") == hint


def test_a_webhook_about_a_room_names_nobody() -> None:
    body = b'{"event": "room_started", "id": "EV_2", "room": {"name": "room-1"}}'
    hint = LiveKitWebhooks("key", SecretStr(SECRET)).receive(body, signed(body))
    assert hint.identity is None


@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        (joined_event(), ""),
        (joined_event(), "nonsense"),
        (joined_event(), "\udcff\N{PILE OF POO}"),
        (joined_event(), signed(joined_event(), "a-forged-secret-of-at-least-32-characters")),
        (joined_event(), signed(joined_event(), ttl=timedelta(seconds=-90))),
        (joined_event("room-2"), signed(joined_event())),
        (joined_event(), api.AccessToken("key", SECRET).to_jwt()),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"not json", signed(b"not json")),
        (b"[]", signed(b"[]")),
    ],
)
def test_a_forged_or_stale_webhook_is_refused(body: bytes, authorization: str) -> None:
    with pytest.raises(Refused) as refused:
        LiveKitWebhooks("key", SecretStr(SECRET)).receive(body, authorization)
    assert "caller_1" not in str(refused.value)


async def test_real_webhooks_are_understood(tmp_path: Path) -> None:
    arrived: list[tuple[bytes, str]] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        arrived.append((body, headers["authorization"]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    receiver = await asyncio.start_server(receive, "127.0.0.1", 0)
    port = receiver.sockets[0].getsockname()[1]
    room = room_name(uuid4())
    async with (
        running_livekit(tmp_path, f"http://127.0.0.1:{port}/") as server,
        open_livekit(settings_of(server)) as livekit,
    ):
        await livekit.rooms.open(room)
        await until(lambda: arrived, 5, "a webhook")
        hint = livekit.webhooks.receive(*arrived[0])
        assert (hint.kind, hint.room) == ("room_started", room)
    receiver.close()
