"""Who may do what: every operation, asked by everybody, against the one table."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from api.app import description
from api.auth import ALGORITHM, AUDIENCE, ISSUER, ApiTokens
from api.policy import ALLOWED, OPEN_TO_ALL, Action, Relation, allowed
from domain.phases import Role
from tests.api_stage import SECRET, Stage, Talk, Visitor, running_api

BODIES: dict[str, dict[str, Any]] = {
    "set_availability": {"state": "available"},
    "add_turn": {"text": "Hello"},
    "speak_text": {"text": "Hello"},
    "edit_briefing": {"text": "Hello"},
}
EVERYBODY = ("carol", "cleo", "ann", "bob", "dan", "sue", "eve", "nobody", "late")
CALL_SEEN_BY = {"carol", "ann", "bob", "dan", "sue"}
TRANSFER_SEEN_BY = {"carol", "ann", "bob", "sue"}


def operations() -> list[tuple[str, str, Action]]:
    return [
        (method.upper(), path, Action(operation["operationId"]))
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_in_the_table_and_nothing_else_is() -> None:
    described = {action for _, _, action in operations()} | {Action.SEE_INDEX}
    assert described == set(Action)
    assert OPEN_TO_ALL | set(ALLOWED) == set(Action)
    assert not OPEN_TO_ALL & set(ALLOWED)


def test_what_is_not_in_the_table_is_forbidden() -> None:
    assert not allowed(Action.SIGN_IN, Role.AGENT, Relation.NONE)
    assert not allowed(Action.ACCEPT_TRANSFER, Role.SUPERVISOR, Relation.AGENT_B)


async def cast(stage: Stage) -> tuple[Talk, str, dict[str, Visitor]]:
    """Bring in everybody: Ann has Carol and asks Bob; Dan is a colleague, Eve is elsewhere."""
    talk = await stage.talk()
    transfer = await talk.transfer()
    return talk, transfer["id"], {
        "carol": talk.carol,
        "cleo": (await stage.call("Cleo"))[0],
        "ann": talk.ann,
        "bob": talk.bob,
        "dan": await stage.sign_in("Dan"),
        "sue": await stage.sign_in("Sue", "supervisor"),
        "eve": await stage.of_tenant("other", "Eve"),
        "nobody": stage.visitor(),
        "late": stage.expired(talk.ann.id),
    }  # fmt: skip


RELATIONS = {
    "carol": (Role.CALLER, Relation.ITS_CALLER),
    "ann": (Role.AGENT, Relation.AGENT_A),
    "bob": (Role.AGENT, Relation.AGENT_B),
    "dan": (Role.AGENT, Relation.NONE),
    "sue": (Role.SUPERVISOR, Relation.NONE),
}


def refusal(action: Action, path: str, who: str) -> int | None:
    """Say with which status the table refuses somebody; None: it doesn't."""
    if who in ("nobody", "late"):
        return 401
    if "{" not in path:
        return None
    seen_by = CALL_SEEN_BY if "{call_id}" in path else TRANSFER_SEEN_BY
    if who not in seen_by:
        return 404
    return None if allowed(action, *RELATIONS[who]) else 403


CHECKED = [o for o in operations() if o[2] not in OPEN_TO_ALL and "events" not in o[1]]


async def test_every_operation_refuses_whom_the_table_refuses(api_stage: Stage) -> None:
    for method, path, action in CHECKED:
        await _refuses(api_stage, method, path, action)


async def _refuses(stage: Stage, method: str, path: str, action: Action) -> None:
    talk, transfer_id, people = await cast(stage)
    url = path.format(call_id=talk.call_id, transfer_id=transfer_id)
    for who in EVERYBODY:
        answer = await people[who].ask(method, url, BODIES.get(action))
        expected = refusal(action, path, who)
        if expected:
            assert (who, answer.status_code) == (who, expected), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
        elif action is not Action.START_TRANSFER and "{" in path:
            assert answer.status_code not in (401, 403, 404), (who, answer.text)
        if expected == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_streams_are_refused_before_they_begin(api_stage: Stage) -> None:
    _, transfer_id, people = await cast(api_stage)
    for who in ("nobody", "late"):
        assert (await people[who].get("/v1/me/events")).status_code == 401
    for who, status in (("nobody", 401), ("eve", 404), ("cleo", 404), ("dan", 404)):
        answer = await people[who].get(f"/v1/transfers/{transfer_id}/events")
        assert (who, answer.status_code) == (who, status)


async def test_only_the_calls_agent_may_start_a_transfer(api_stage: Stage) -> None:
    talk, _, people = await cast(api_stage)
    body = {"call_id": talk.call_id, "to": {"agent": people["dan"].id}}
    for who, status in (("carol", 403), ("bob", 403), ("dan", 403), ("sue", 403), ("eve", 404)):
        answer = await people[who].post("/v1/transfers", body)
        assert (who, answer.status_code) == (who, status)


async def test_nobody_sees_anything_of_another_tenant(api_stage: Stage) -> None:
    talk, _, people = await cast(api_stage)
    for path in ("/v1/calls", "/v1/transfers"):
        assert (await people["eve"].get(path)).json() == []
    agents = (await people["eve"].get("/v1/agents")).json()
    assert [agent["name"] for agent in agents] == ["Eve"]
    assert [a["name"] for a in (await talk.ann.get("/v1/agents")).json()] == ["Ann", "Bob", "Dan"]


async def test_callers_see_agents_where_the_setting_allows(sqlite_url: str) -> None:
    for may, status in ((True, 200), (False, 403)):
        async with running_api(sqlite_url, callers_see_agents=may) as stage:
            carol, _ = await stage.call()
            assert (await carol.get("/v1/agents")).status_code == status


async def test_a_supervisor_decides_in_agent_as_place(api_stage: Stage) -> None:
    _, transfer_id, people = await cast(api_stage)
    answer = await people["sue"].post(f"/v1/transfers/{transfer_id}/cancel")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "cancelled")


def forged(person: str, **changes: Any) -> dict[str, Any]:
    exp = datetime.now(UTC) + timedelta(hours=1)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": person, "exp": exp, "call": None}
    return claims | {"name": "Ann", "role": "agent", "tenant": "default"} | changes


async def test_forged_tokens_open_nothing(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    key = ApiTokens(SECRET)._key
    claims = forged(ann.id)
    head, body, signature = ann.token.split(".")
    wrong = [
        jwt.encode(claims, SECRET, algorithm=ALGORITHM),
        jwt.encode(claims, secrets.token_bytes(32), algorithm=ALGORITHM),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, key * 2, algorithm="HS512"),
        jwt.encode(forged(ann.id, iss="somebody"), key, algorithm=ALGORITHM),
        jwt.encode(forged(ann.id, aud="livekit"), key, algorithm=ALGORITHM),
        jwt.encode(forged(ann.id, role="admin"), key, algorithm=ALGORITHM),
        jwt.encode(forged(ann.id, role="caller"), key, algorithm=ALGORITHM),
        jwt.encode(forged(ann.id, call="call_1"), key, algorithm=ALGORITHM),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, algorithm=ALGORITHM),
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        "x" * 5_000,
        "not.a.token",
    ]
    for token in wrong:
        answer = await api_stage.visitor(token).get("/v1/agents")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert (await api_stage.visitor(jwt.encode(claims, key)).get("/v1/agents")).status_code == 200


async def test_signing_in_again_is_the_same_person_and_signing_out_is_away(
    api_stage: Stage,
) -> None:
    ann = await api_stage.sign_in("Ann")
    assert (await api_stage.sign_in("Ann")).id == ann.id
    assert (await api_stage.sign_in("Ann", "supervisor")).id != ann.id
    assert (await ann.post("/v1/sign-out")).json()["id"] == ann.id
    assert (await ann.get("/v1/agents")).json()[0]["state"] == "away"
    back = await ann.ask("PUT", "/v1/me/availability", {"state": "available"})
    assert back.json() == {"id": ann.id, "name": "Ann", "role": "agent"}
    assert (await ann.get("/v1/agents")).json()[0]["state"] == "available"


async def test_with_keys_nobody_signs_in_over_http(sqlite_url: str) -> None:
    async with running_api(sqlite_url, auth_mode="keys") as stage:
        answer = await stage.visitor().post("/v1/sign-in", {"name": "Ann", "role": "agent"})
        assert answer.status_code == 404
