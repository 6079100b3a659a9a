"""Whom one may ask over HTTP, somebody else instead, and the caller back."""

from typing import Any

from tests.api_stage import Stage, Talk, Visitor


async def asked(talk: Talk, to: str, *fallbacks: str) -> Any:
    body = {
        "call_id": talk.call_id,
        "to": {"agent": to},
        "fallbacks": [{"agent": agent} for agent in fallbacks],
    }
    return await talk.ann.post("/v1/transfers", body)


async def redirected(by: Visitor, transfer: dict[str, Any], to: str) -> Any:
    return await by.post(f"/v1/transfers/{transfer['id']}/redirect", {"to": {"agent": to}})


async def test_fallbacks_reach_the_workflow_in_their_order(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    dan, eve = await api_stage.sign_in("Dan"), await api_stage.sign_in("Eve")
    answer = await asked(talk, talk.bob.id, eve.id, dan.id)
    assert answer.status_code == 201
    request = api_stage.gateway.transfers[answer.json()["id"]].request
    assert (request.agent_b, request.fallbacks) == (talk.bob.id, (eve.id, dan.id))


async def test_a_target_that_cannot_be_asked_is_named(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    sue = await api_stage.sign_in("Sue", "supervisor")
    wrong = {
        talk.ann.id: "transfer_to_oneself",
        talk.bob.id: "asked_twice",
        sue.id: "unknown_agent",
        f"agt_{'0' * 32}": "unknown_agent",
    }
    for agent, code in wrong.items():
        answer = await asked(talk, talk.bob.id, agent)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, code)
        assert told["errors"][0]["pointer"] == "/fallbacks/0/agent"
    many = await asked(talk, talk.bob.id, *[f"agt_{n:032x}" for n in range(10)])
    assert many.status_code == 422


async def test_somebody_else_is_asked_and_may_decide_then(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    dan = await api_stage.sign_in("Dan")
    answer = await redirected(talk.ann, transfer, dan.id)
    told = answer.json()
    assert (answer.status_code, told["to"], told["agent_b"]["name"]) == (
        200,
        {"agent": dan.id},
        "Dan",
    )
    assert [(a["to"]["name"], a["outcome"]) for a in told["attempts"]] == [
        ("Bob", "cancelled"),
        ("Dan", None),
    ]
    assert (await redirected(talk.ann, transfer, dan.id)).json()["attempts"] == told["attempts"]
    assert told["timeline"][-1]["text"] == "Dan is next."
    assert (await dan.post(f"/v1/transfers/{transfer['id']}/accept")).status_code == 200


async def test_somebody_else_who_cannot_be_asked_is_refused(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    sue = await api_stage.sign_in("Sue", "supervisor")
    for by, to, code in (
        (talk.ann, talk.ann.id, "transfer_to_oneself"),
        (sue, talk.ann.id, "transfer_to_oneself"),
        (talk.ann, sue.id, "unknown_agent"),
    ):
        answer = await redirected(by, transfer, to)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    await talk.ann.post(f"/v1/transfers/{transfer['id']}/cancel")
    late = await redirected(talk.ann, transfer, talk.bob.id)
    assert (late.status_code, late.json()["code"]) == (409, "transfer_ended")


async def test_a_decline_and_its_reason_stay_with_the_attempt(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    path = f"/v1/transfers/{transfer['id']}"
    told = (await talk.bob.post(f"{path}/decline", {"reason": "at lunch"})).json()
    assert [(a["outcome"], a["reason"]) for a in told["attempts"]] == [("declined", "at lunch")]
    assert (await talk.bob.post(f"{path}/decline")).status_code == 200
    assert "lunch" not in (await talk.carol.get(path)).text


async def test_agent_a_takes_the_caller_back_and_nobody_else_does(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    path, back = f"/v1/transfers/{transfer['id']}", f"/v1/calls/{talk.call_id}/take-back"
    early = await talk.ann.post(back)
    assert (early.status_code, early.json()["code"]) == (409, "no_take_back")
    assert (await talk.ann.get(path)).json()["take_back_until"] is None
    await talk.bob.post(f"{path}/accept")
    await talk.ann.post(f"{path}/complete")
    told = (await talk.ann.get(path)).json()
    assert told["take_back_until"] > told["ended_at"]
    dan = await api_stage.sign_in("Dan")
    assert (await dan.post(back)).json()["code"] == "no_take_back"
    answer = (await talk.ann.post(back)).json()
    assert (answer["call"]["id"], answer["seat"]["identity"]) == (talk.call_id, talk.ann.id)
