"""Who may do what: every operation, tried by everybody, against the one table."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import jwt
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Route

from api import routes
from api.app import _bare_app, description
from api.auth import ALGORITHM, AUDIENCE, ISSUER, ApiTokens
from api.policy import (
    AGENT_A,
    AGENT_B,
    CALLER,
    COLLEAGUE,
    FORMER_B,
    NOBODY,
    POLICY,
    SOME_CALLER,
    SUPERVISOR,
    About,
    Action,
    Relation,
    Who,
    refusal,
)
from domain.phases import Role
from tests.api_stage import SECRET, Stage, Talk, Visitor, running_api

Operation = tuple[str, str, Action]
EXPIRED = 401
NOT_NOW = 409
BODIES: dict[Action, dict[str, Any]] = {
    Action.SIGN_IN: {"name": "Ann", "role": "agent"},
    Action.SET_AVAILABILITY: {"state": "available"},
    Action.START_CALL: {"caller_name": "Carol"},
    Action.ADD_TURN: {"text": "Hello"},
    Action.SPEAK_TEXT: {"text": "Hello"},
    Action.START_TRANSFER: {"call_id": "{call_id}", "to": {"agent": "{colleague}"}},
    Action.EDIT_BRIEFING: {"text": "Hello"},
    Action.REDIRECT_TRANSFER: {"to": {"agent": "{colleague}"}},
}


PATHS: dict[str, Any] = description()["paths"]


def operations() -> list[Operation]:
    return [
        (method.upper(), path, Action(operation["operationId"]))
        for path, methods in PATHS.items()
        for method, operation in methods.items()
    ]


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    described = {action for _, _, action in operations()} | {Action.SEE_INDEX, Action.SEE_PAGE}
    assert described == set(POLICY) == set(Action)


def test_no_route_is_hidden_from_the_table() -> None:
    modules = [f"api.routes.{module.name}" for module in iter_modules(routes.__path__)]
    things = [thing for name in modules for thing in vars(import_module(name)).values()]
    ours = [route for one in things if isinstance(one, APIRouter) for route in one.routes]
    actions = [Action(str(route.operation_id)) for route in ours if isinstance(route, APIRoute)]
    assert sorted(actions) == sorted(Action)
    assert len(actions) == len(ours)
    framework = {route.path for route in _bare_app().routes if isinstance(route, Route)}
    assert framework == {"/openapi.json", "/docs", "/docs/oauth2-redirect"}


def test_what_is_not_in_the_table_is_forbidden() -> None:
    assert refusal(Action.SIGN_OUT, SOME_CALLER)
    assert refusal(Action.ACCEPT_TRANSFER, (Role.SUPERVISOR, Relation.AGENT_B))


@dataclass(frozen=True)
class Extra:
    """Somebody who comes to the api, and how they stand to the call and its transfer."""

    name: str
    visitor: Visitor
    to_it: Who

    def asking(self, action: Action) -> Who:
        """How they stand to what an action concerns, which may be nothing in particular."""
        if POLICY[action].about is About.NOTHING:
            return self.to_it[0], Relation.NONE
        if self.to_it == FORMER_B and POLICY[action].about is About.CALL:
            return COLLEAGUE  # the call knows nothing of whom its transfers have asked
        return self.to_it


@dataclass(frozen=True)
class Cast:
    """Ann has Carol and asks Bob, after Fred; Dan is a colleague. Another tenant does the same."""

    talk: Talk
    transfer_id: str
    everybody: tuple[Extra, ...]

    async def state(self) -> list[Any]:
        """All there is to see of the call and its transfer."""
        call = f"calls/{self.talk.call_id}"
        paths = (call, f"{call}/turns", f"transfers/{self.transfer_id}", "agents")
        return [(await self.talk.ann.get(f"/v1/{path}")).json() for path in paths]


async def cast(stage: Stage) -> Cast:
    talk, fred = await stage.talk(), await stage.sign_in("Fred")
    transfer = await talk.transfer(to={"agent": fred.id})
    to_bob = {"to": {"agent": talk.bob.id}}
    answer = await talk.ann.post(f"/v1/transfers/{transfer['id']}/redirect", to_bob)
    assert [one["to"]["name"] for one in answer.json()["attempts"]][:1] == ["Fred"]
    other = await stage.talk_of_tenant("other")
    await other.transfer()
    elsewhere = Relation.ELSEWHERE
    return Cast(
        talk,
        transfer["id"],
        (
            Extra("nobody", stage.visitor(), NOBODY),
            Extra("late", stage.expired(talk.ann.id), NOBODY),
            Extra("another caller", (await stage.call("Cleo"))[0], SOME_CALLER),
            Extra("a colleague", await stage.sign_in("Dan"), COLLEAGUE),
            Extra("a supervisor", await stage.sign_in("Sue", "supervisor"), SUPERVISOR),
            Extra("another tenant's caller", other.carol, (Role.CALLER, elsewhere)),
            Extra("another tenant's agent A", other.ann, (Role.AGENT, elsewhere)),
            Extra("another tenant's agent B", other.bob, (Role.AGENT, elsewhere)),
            Extra(
                "another tenant's supervisor",
                await stage.of_tenant("other", "Sid", Role.SUPERVISOR),
                (Role.SUPERVISOR, elsewhere),
            ),
            Extra("its caller", talk.carol, CALLER),
            Extra("asked before", fred, FORMER_B),
            Extra("agent B", talk.bob, AGENT_B),
            Extra("agent A", talk.ann, AGENT_A),
        ),
    )


def filled(body: Any, **values: str) -> Any:
    if isinstance(body, dict):
        return {name: filled(value, **values) for name, value in body.items()}
    return body.format(**values) if isinstance(body, str) else body


@pytest.mark.parametrize(("method", "path", "action"), operations(), ids=lambda v: str(v))
async def test_an_operation_answers_everybody_as_the_table_says(
    api_stage: Stage, method: str, path: str, action: Action
) -> None:
    cast_ = await cast(api_stage)
    named = {"call_id": cast_.talk.call_id, "transfer_id": cast_.transfer_id}
    dan = next(one.visitor.id for one in cast_.everybody if one.to_it == COLLEAGUE)
    url, body = path.format(**named), filled(BODIES.get(action), colleague=dan, **named)
    declared = PATHS[path][method.lower()]["responses"]
    refused = [one for one in cast_.everybody if refusal(action, one.asking(action))]
    before = await cast_.state()
    for one in refused:
        expected = refusal(action, one.asking(action))
        assert expected
        status, headers = await one.visitor.knock(method, url, body)
        assert (one.name, status) == (one.name, expected.status)
        assert headers["content-type"] == "application/problem+json"
        assert status != 401 or headers["www-authenticate"].startswith("Bearer")
        assert str(status) in declared
    assert await cast_.state() == before, "somebody was refused, and yet something happened"
    for one in cast_.everybody:
        if one not in refused:
            status, _ = await one.visitor.knock(method, url, body)
            # Where nobody needs a token, an expired one may be ignored or pointed out.
            is_told = one.name == "late" and status == EXPIRED
            assert status < 300 or status == NOT_NOW or is_told, (one.name, status)
            assert str(status) in declared


async def test_nobody_sees_anything_of_another_tenant(api_stage: Stage) -> None:
    cast_ = await cast(api_stage)
    here, names = cast_.talk, {"Ann of other", "Bob of other", "Carol of other"}
    there = [one.visitor for one in cast_.everybody if one.to_it[1] is Relation.ELSEWHERE]
    for visitor in there:
        for path in ("/v1/calls", "/v1/transfers", "/v1/agents"):
            told = (await visitor.get(path)).text
            assert not any(one in told for one in (here.call_id, here.ann.id, here.bob.id))
            assert any(name in told for name in names) or path == "/v1/transfers"
    agents = (await here.ann.get("/v1/agents")).json()
    assert [agent["name"] for agent in agents] == ["Ann", "Bob", "Dan", "Fred"]


async def test_callers_see_agents_where_the_setting_allows(sqlite_url: str) -> None:
    for may, status in ((True, 200), (False, 403)):
        async with running_api(sqlite_url, callers_see_agents=may) as stage:
            carol, _ = await stage.call()
            assert (await carol.get("/v1/agents")).status_code == status


async def test_a_supervisor_decides_in_agent_as_place(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    sue = await api_stage.sign_in("Sue", "supervisor")
    transfer = await talk.transfer()
    answer = await sue.post(f"/v1/transfers/{transfer['id']}/cancel")
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
