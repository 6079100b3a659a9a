"""The api says how it is, hears LiveKit's hints, and logs nothing private."""

import base64
import hashlib
import json
import logging
import uuid
from collections.abc import Callable

import pytest
from livekit import api as livekit

from adapters.logs import LOUD, JsonFormatter, TextFormatter
from robots.waiting import until
from tests.api_stage import LIVEKIT_KEY, LIVEKIT_SECRET, Stage, Visitor, running_api


def webhook(
    room: str,
    identity: str,
    event: str = "participant_joined",
    *,
    secret: str = LIVEKIT_SECRET,
) -> tuple[bytes, str]:
    """Make a webhook as LiveKit does: a token over the body's hash."""
    body = json.dumps(
        {
            "event": event,
            "id": str(uuid.uuid4()),
            "createdAt": "1795386443",
            "room": {"name": room},
            "participant": {"identity": identity},
        }
    ).encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return body, livekit.AccessToken(LIVEKIT_KEY, secret).with_sha256(digest).to_jwt()


async def deliver(visitor: Visitor, body: bytes, token: str) -> int:
    headers = {"Authorization": token, "Content-Type": "application/webhook+json"}
    answer = await visitor.http.post("/webhooks/livekit", content=body, headers=headers)
    return answer.status_code


async def test_a_webhook_is_a_hint_to_look(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    room = (await talk.ann.post(f"/v1/calls/{talk.call_id}/seat")).json()["room"]
    visitor = api_stage.visitor()
    assert await deliver(visitor, *webhook("room-unknown", talk.bob.id)) == 200
    assert await deliver(visitor, *webhook(room, talk.bob.id)) == 200
    await until(lambda: api_stage.gateway.hints == [talk.call_id], 5, "a hint")


async def test_who_comes_back_on_an_old_token_is_put_out_at_once(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    room = (await talk.ann.post(f"/v1/calls/{talk.call_id}/seat")).json()["room"]
    api_stage.rooms.people = {(room, talk.ann.id), (room, talk.carol.id)}
    await api_stage.record.revoke(room, talk.ann.id)
    for person in (talk.carol, talk.ann):
        assert await deliver(api_stage.visitor(), *webhook(room, person.id)) == 200
    await until(lambda: api_stage.rooms.people == {(room, talk.carol.id)}, 5, "Ann to be out")


async def test_webhooks_again_late_or_out_of_order_are_hints_and_nothing_else(
    api_stage: Stage,
) -> None:
    talk = await api_stage.talk()
    call = f"/v1/calls/{talk.call_id}"
    room = (await talk.ann.post(f"{call}/seat")).json()["room"]
    api_stage.rooms.people = {(room, talk.ann.id), (room, talk.carol.id)}
    before = (await talk.ann.get(call)).json()
    events = ("room_finished", "participant_left", "track_unpublished", "participant_joined")
    letters = [webhook(room, person.id, e) for e in events for person in (talk.carol, talk.ann)]
    for letter in (*letters, *letters[::-1]):
        assert await deliver(api_stage.visitor(), *letter) == 200
    await until(lambda: api_stage.gateway.hints, 5, "a hint")
    assert set(api_stage.gateway.hints) == {talk.call_id}
    assert (await talk.ann.get(call)).json() == before
    assert api_stage.rooms.people == {(room, talk.ann.id), (room, talk.carol.id)}


async def test_forged_webhooks_are_401_and_change_nothing(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    room = (await talk.ann.post(f"/v1/calls/{talk.call_id}/seat")).json()["room"]
    visitor = api_stage.visitor()
    body, token = webhook(room, talk.ann.id)
    assert await deliver(visitor, body, "") == 401
    assert await deliver(visitor, body.replace(b"joined", b"left"), token) == 401
    assert await deliver(visitor, *webhook(room, talk.ann.id, secret="x" * 40)) == 401
    assert await deliver(visitor, b"\xff\0", token) == 401
    assert await deliver(visitor, body, talk.ann.token) == 401
    assert api_stage.gateway.hints == []


async def test_readiness_names_each_dependency(sqlite_url: str) -> None:
    async with running_api(sqlite_url, livekit_is_away=True) as stage:
        visitor = stage.visitor()
        assert (await visitor.get("/healthz")).json() == {"status": "ok"}
        answer = await visitor.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["dependencies"] == {
            "database": "ok",
            "temporal": "ok",
            "livekit": "LiveKit gave no answer",
        }
        stage.gateway.is_away = True
        assert (await visitor.get("/readyz")).json()["dependencies"]["temporal"] != "ok"


async def test_reads_work_and_decisions_are_503_while_temporal_is_away(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}"
    api_stage.gateway.is_away = True
    for read in (path, f"/v1/calls/{talk.call_id}", "/v1/agents", "/v1/calls"):
        assert (await talk.ann.get(read)).status_code == 200
    answer = await talk.bob.post(f"{path}/accept")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["code"] == "unavailable"


async def test_metrics_count_operations_and_streams(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    await ann.get("/v1/calls/call_4930123456")
    async with ann.events() as events:
        await events.until("agents")
        told = (await ann.get("/metrics")).text
    assert 'warm_transfer_api_requests_total{operation="read_call",status="404"} 1.0' in told
    assert "warm_transfer_api_streams 1.0" in told
    assert "4930123456" not in told


async def test_there_is_a_page_that_says_where_things_are(api_stage: Stage) -> None:
    page = await api_stage.visitor().get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Warm Transfer</title>" in page.text
    assert (await api_stage.visitor().get("/docs")).status_code == 200


async def test_nothing_private_is_logged(
    api_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    talk = await api_stage.talk()
    await talk.transfer(notes="PRIVATE-NOTE", reference="PRIVATE-REF")
    await talk.ann.get("/v1/transfers?reference=PRIVATE-REF")
    await talk.carol.post(f"/v1/calls/{talk.call_id}/turns", {"text": "PRIVATE-TURN"})
    await talk.ann.get("/v1/PRIVATE-PATH")
    # `setup_logging` silences these; the process's own log is read in test_api_process.
    ours = [record for record in caplog.records if record.name not in LOUD]
    written = "\n".join(TextFormatter().format(record) for record in ours)
    assert "operation=add_turn" in written
    for private in ("PRIVATE", "Carol", talk.ann.token, talk.carol.token):
        assert private not in written


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_tokens_keys_and_numbers_are_masked_wherever_they_turn_up(
    formatter: Callable[[], logging.Formatter],
) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
    try:
        raise ValueError(f"invalid token: {token}")
    except ValueError as error:
        record = logging.LogRecord(
            "a", logging.ERROR, "a.py", 1, "failed %s", (token,), (ValueError, error, None)
        )
    record.number = "+4930123456"
    record.key = "sk-abcdefghijklmnop"
    written = formatter().format(record)
    assert "failed ***" in written
    for secret in (token, "+4930123456", "sk-abcdefghijklmnop"):
        assert secret not in written
    if formatter is JsonFormatter:
        assert json.loads(written)["number"] == "***"
