"""A call over HTTP: started, answered by one agent, talked in, ended."""

import asyncio
import io
import wave
from datetime import timedelta

from domain.names import new_id
from tests.api_stage import Stage


async def test_a_caller_gets_a_call_a_seat_and_a_token_for_this_call_alone(
    api_stage: Stage,
) -> None:
    answer = await api_stage.visitor().post(
        "/v1/calls", {"caller_name": "Carol", "about": "a parcel"}
    )
    assert answer.status_code == 201
    told = answer.json()
    assert told["call"]["state"] == "waiting"
    assert told["call"]["room"] == told["seat"]["room"]
    assert told["seat"]["url"] == "ws://livekit.test"
    assert told["seat"]["identity"] == told["call"]["caller"]["id"]
    assert told["seat"]["token"] == f"token of {told['seat']['identity']}"
    assert told["seat"]["may"] == {"publish": True, "subscribe": True}
    _, other = await api_stage.call("Cleo")
    carol = api_stage.visitor(told["token"])
    assert (await carol.get(f"/v1/calls/{told['call']['id']}")).status_code == 200
    assert (await carol.get(f"/v1/calls/{other}")).status_code == 404
    listed = (await carol.get("/v1/calls")).json()
    assert [call["id"] for call in listed] == [told["call"]["id"]]


async def test_a_caller_sees_a_smaller_call_than_an_agent(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}"
    seen = (await talk.carol.get(path)).json()
    assert set(seen) == {
        "id", "caller", "agent", "room", "state", "transfer_id", "created_at", "ended_at",
    }  # fmt: skip
    full = (await talk.ann.get(path)).json()
    assert full["responsible"] == {"kind": "agent", "id": talk.ann.id}
    assert {person["id"] for person in full["people"]} == {talk.ann.id, talk.carol.id}


async def test_two_agents_answer_and_one_has_the_call(api_stage: Stage) -> None:
    ann, bob = await api_stage.sign_in("Ann"), await api_stage.sign_in("Bob")
    _, call_id = await api_stage.call()
    answers = await asyncio.gather(
        *(agent.post(f"/v1/calls/{call_id}/answer") for agent in (ann, bob))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert late.headers["content-type"] == "application/problem+json"
    assert late.json()["code"] == "already_answered"
    first = ann if answers[0].status_code == 200 else bob
    assert (await first.post(f"/v1/calls/{call_id}/answer")).json()["call"]["agent"]["id"] == (
        first.id
    )


async def test_an_answer_shows_the_new_state_although_the_record_is_late(api_stage: Stage) -> None:
    api_stage.gateway.lag = timedelta(milliseconds=30)
    ann = await api_stage.sign_in("Ann")
    carol, call_id = await api_stage.call()
    answer = (await ann.post(f"/v1/calls/{call_id}/answer")).json()
    assert (answer["call"]["state"], answer["call"]["agent"]["name"]) == ("talking", "Ann")
    assert (await carol.post(f"/v1/calls/{call_id}/end")).json()["state"] == "ended"


async def test_a_reloaded_page_asks_for_its_seat_and_nobody_elses(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/seat"
    seats = [(await person.post(path)).json() for person in (talk.ann, talk.carol)]
    assert [seat["identity"] for seat in seats] == [talk.ann.id, talk.carol.id]
    assert (await talk.bob.post(path)).status_code == 403


async def test_callers_never_see_notes(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/turns"
    said = await talk.carol.post(path, {"text": "Where is my parcel?"})
    assert said.status_code == 201
    assert (said.json()["who"], said.json()["kind"]) == ("Carol", "said")
    assert (await talk.ann.post(path, {"text": "upset", "kind": "note"})).status_code == 201
    assert (await talk.carol.post(path, {"text": "hm", "kind": "note"})).status_code == 403
    assert [turn["text"] for turn in (await talk.carol.get(path)).json()] == ["Where is my parcel?"]
    assert [turn["kind"] for turn in (await talk.ann.get(path)).json()] == ["said", "note"]


async def test_a_long_conversation_is_read_page_by_page(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/turns"
    for text in "abcde":
        await talk.carol.post(path, {"text": text})
    newest = await talk.ann.get(f"{path}?limit=3")
    older = await talk.ann.get(newest.links["next"]["url"])
    assert [turn["text"] for turn in older.json() + newest.json()] == [*"abcde"]
    assert "next" not in older.links
    assert (await talk.ann.get(path)).json() == older.json() + newest.json()
    assert (await talk.ann.get(f"{path}?limit=501")).status_code == 422


async def test_a_briefing_can_be_previewed_and_a_text_heard(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    await talk.carol.post(f"/v1/calls/{talk.call_id}/turns", {"text": "My parcel is lost."})
    briefing = (await talk.ann.post(f"/v1/calls/{talk.call_id}/summary")).json()
    assert briefing["source"] == "rules"
    assert briefing["ready"] is True
    assert "Carol" in briefing["text"]
    path = f"/v1/calls/{talk.call_id}/speech"
    heard = await talk.ann.post(path, {"text": "Hello Bob."})
    assert heard.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(heard.content)) as file:
        assert file.getnframes() > file.getframerate() / 4
    assert (await talk.bob.post(path, {"text": "Hello."})).status_code == 403


async def test_a_call_that_has_ended_can_be_read_but_not_joined(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    turns, goodbye = f"/v1/calls/{talk.call_id}/turns", {"text": "Goodbye."}
    assert (await talk.carol.post(turns, goodbye, "key-0")).status_code == 201
    assert (await talk.ann.post(f"/v1/calls/{talk.call_id}/end")).json()["ended_at"]
    for action in ("answer", "seat"):
        answer = await talk.ann.post(f"/v1/calls/{talk.call_id}/{action}")
        assert (answer.status_code, answer.json()["code"]) == (409, "call_ended")
    said = await talk.carol.post(turns, {"text": "Hello?"}, "key-1")
    assert (said.status_code, said.json()["code"]) == (409, "call_ended")
    again = await talk.carol.post(turns, goodbye, "key-0")  # whose answer was lost
    assert again.status_code == 201
    assert [turn["text"] for turn in (await talk.carol.get(turns)).json()] == ["Goodbye."]
    assert (await talk.ann.get(f"/v1/calls/{talk.call_id}")).json()["state"] == "ended"


async def test_an_agent_can_not_hang_up_in_the_middle_of_a_transfer(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    await talk.transfer()
    answer = await talk.ann.post(f"/v1/calls/{talk.call_id}/end")
    assert (answer.status_code, answer.json()["code"]) == (409, "use_cancel_or_complete")


async def test_lists_of_calls_are_paged_newest_first(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    ids = [(await api_stage.call(f"Caller {number}"))[1] for number in range(5)]
    first = await ann.get("/v1/calls?limit=3&state=waiting")
    rest = await ann.get(first.links["next"]["url"])
    assert [call["id"] for call in first.json() + rest.json()] == ids[::-1]
    assert "next" not in rest.links


async def test_an_agent_the_caller_asks_for_must_exist(api_stage: Stage) -> None:
    visitor = api_stage.visitor()
    answer = await visitor.post("/v1/calls", {"caller_name": "Carol", "agent": new_id("agt")})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_agent")
    sue = await api_stage.sign_in("Sue", "supervisor")
    answer = await visitor.post("/v1/calls", {"caller_name": "Carol", "agent": sue.id})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_agent")
    ann = await api_stage.sign_in("Ann")
    assert (
        await visitor.post("/v1/calls", {"caller_name": "Carol", "agent": ann.id})
    ).status_code == 201
