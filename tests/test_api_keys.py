"""The same key and body is the same request; the same key with another body is refused."""

import asyncio
import contextlib
import secrets
from datetime import timedelta

import httpx
import pytest

from api.keys import keyed
from api.policy import Action
from tests.api_stage import Stage

BODY = {"caller_name": "Carol", "about": "a parcel"}


async def test_a_call_started_twice_is_one_call_with_a_seat_and_a_token_again(
    api_stage: Stage,
) -> None:
    visitor, key = api_stage.visitor(), secrets.token_hex(16)
    answers = [await visitor.post("/v1/calls", BODY, key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = (answer.json() for answer in answers)
    assert first["call"] == second["call"]
    assert first["seat"]["identity"] == second["seat"]["identity"]
    again = api_stage.visitor(second["token"])
    assert (await again.get(f"/v1/calls/{first['call']['id']}")).status_code == 200
    assert len(api_stage.gateway.calls) == 1


async def test_a_key_that_is_forgotten_makes_something_new(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = {"kept": timedelta(0)}
    monkeypatch.setattr(keyed, "__kwdefaults__", forgotten)
    monkeypatch.setattr("api.routes.calls.ANONYMOUS", timedelta(0))
    visitor, key = api_stage.visitor(), secrets.token_hex(16)
    first, second = [(await visitor.post("/v1/calls", BODY, key)).json() for _ in range(2)]
    assert first["call"]["id"] != second["call"]["id"]
    assert first["seat"]["identity"] != second["seat"]["identity"]
    for told in (first, second):
        caller = api_stage.visitor(told["token"])
        path = f"/v1/calls/{told['call']['id']}/turns"
        said = {"text": f"I am {told['call']['id']}"}
        assert (await caller.post(path, said, "key-1")).json()["text"] == said["text"]


async def test_a_key_with_another_body_is_refused(api_stage: Stage) -> None:
    visitor, key = api_stage.visitor(), secrets.token_hex(16)
    await visitor.post("/v1/calls", BODY, key)
    answer = await visitor.post("/v1/calls", {"caller_name": "Mallory"}, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


async def test_a_transfer_asked_for_twice_is_one_transfer_whatever_became_of_it(
    api_stage: Stage,
) -> None:
    talk = await api_stage.talk()
    body = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}}
    first = await talk.ann.post("/v1/transfers", body, "my-key")
    again = await talk.ann.post("/v1/transfers", body, "my-key")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    await talk.ann.post(f"/v1/transfers/{first.json()['id']}/cancel")
    late = await talk.ann.post("/v1/transfers", body, "my-key")
    assert (late.status_code, late.json()["phase"]) == (200, "ended")
    other = await talk.ann.post("/v1/transfers", {**body, "notes": "new"}, "my-key")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_fifty_requests_with_one_key_make_one_transfer(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    body = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}}

    async def insist() -> httpx.Response:
        """Repeat with the same key: without an answer, and as a busy api's 503 says."""
        for _ in range(5):
            with contextlib.suppress(httpx.TimeoutException):
                answer = await talk.ann.post("/v1/transfers", body, "one-key")
                if answer.status_code != 503:
                    return answer
                await asyncio.sleep(int(answer.headers["retry-after"]))
        raise AssertionError("five times without an answer")

    answers = await asyncio.gather(*(insist() for _ in range(50)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_keys_are_their_owners(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/turns"
    anns = await talk.ann.post(path, {"text": "Hello"}, "same")
    carols = await talk.carol.post(path, {"text": "Hello"}, "same")
    again = await talk.ann.post(path, {"text": "Hello"}, "same")
    assert anns.json()["id"] == again.json()["id"] != carols.json()["id"]
    assert len((await talk.ann.get(path)).json()) == 2


async def test_no_key_is_kept_of_a_caller_who_may_not_do_that(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}}
    assert (await talk.carol.post("/v1/transfers", transfer, "same")).status_code == 403
    scope = f"person/default/{talk.carol.id}/{Action.START_TRANSFER}"
    first = await api_stage.record.claim_key(scope, "same", "not theirs")
    assert first.fingerprint == "not theirs"


async def test_a_request_whose_answer_was_lost_is_repeated_with_its_key(api_stage: Stage) -> None:
    visitor, key = api_stage.visitor(), secrets.token_hex(16)
    api_stage.gateway.is_away = True
    lost = await visitor.post("/v1/calls", BODY, key)
    assert (lost.status_code, lost.json()["code"]) == (503, "unavailable")
    assert 1 <= int(lost.headers["retry-after"]) <= 3
    assert "same key" in lost.json()["detail"]
    api_stage.gateway.is_away = False
    assert (await visitor.post("/v1/calls", BODY, key)).status_code == 201
