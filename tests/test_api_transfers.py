"""A transfer over HTTP: asked for once, decided once, seen by each in their own view."""

from datetime import timedelta

from domain.names import new_id
from domain.phases import Phase, Responsible
from domain.sentences import WITH_HOST, WITH_SOMEBODY, for_caller
from tests.api_stage import Stage

CALLERS_FIELDS = {"id", "call_id", "phase", "outcome", "text"}


async def test_agent_a_asks_and_finds_the_transfer_where_location_says(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    body = {
        "call_id": talk.call_id,
        "to": {"agent": talk.bob.id},
        "notes": "wants a refund",
        "reference": "case-7",
        "completes": "on_accept",
        "patience": {"offer_s": 0.5},
    }
    answer = await talk.ann.post("/v1/transfers", body)
    assert answer.status_code == 201
    told = answer.json()
    assert answer.headers["location"] == f"/v1/transfers/{told['id']}"
    assert (await talk.ann.get(answer.headers["location"])).json()["notes"] == "wants a refund"
    request = api_stage.gateway.transfers[told["id"]].request
    assert request.completes == "on_accept"
    assert (request.patience.offer, request.patience.move) == (
        timedelta(seconds=0.5),
        timedelta(seconds=10),
    )


async def test_a_second_transfer_while_one_runs_is_409_and_names_the_first(
    api_stage: Stage,
) -> None:
    talk = await api_stage.talk()
    first = await talk.transfer()
    body = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}}
    answer = await talk.ann.post("/v1/transfers", body)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["transfer_id"]) == (
        "transfer_running",
        first["id"],
    )


async def test_the_caller_sees_a_sentence_and_never_the_notes(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer(notes="SECRET", reference="SECRET-7")
    path = f"/v1/transfers/{transfer['id']}"
    seen = await talk.carol.get(path)
    listed = await talk.carol.get("/v1/transfers?reference=OTHER")
    assert set(seen.json()) == CALLERS_FIELDS
    assert seen.json()["text"] == WITH_SOMEBODY[transfer["phase"]]
    assert [set(item) for item in listed.json()] == [CALLERS_FIELDS]
    assert "SECRET" not in seen.text + listed.text


async def test_a_caller_lists_the_transfers_of_their_own_call_and_no_other(
    api_stage: Stage,
) -> None:
    mine, other = await api_stage.talk(), await api_stage.talk()
    transfer = await mine.transfer()
    path = "/v1/transfers"
    listed = [
        (await visitor.get(f"{path}?call_id={call_id}")).json()
        for visitor in (mine.carol, other.carol)
        for call_id in (mine.call_id, other.call_id)
    ]
    assert [[item["id"] for item in one] for one in listed] == [[transfer["id"]], [], [], []]
    assert (await mine.carol.get(path)).json() == listed[0]
    assert (await other.carol.get(path)).json() == []


def test_a_caller_whose_agent_was_cut_off_is_not_told_that_they_are_with_one() -> None:
    for phase in Phase:
        told = for_caller(phase, Responsible.HOST)
        assert told == WITH_HOST[phase]
        assert "with your agent" not in told
        assert for_caller(phase, Responsible.AGENT_A) == WITH_SOMEBODY[phase]


async def test_decisions_show_at_once_although_the_record_is_late(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}"
    api_stage.gateway.lag = timedelta(milliseconds=30)
    accepted = (await talk.bob.post(f"{path}/accept")).json()
    assert (accepted["accepted"], accepted["decided_by"]["accept"]["name"]) == (True, "Bob")
    completed = (await talk.ann.post(f"{path}/complete", {"introduce": False})).json()
    assert (completed["phase"], completed["outcome"]) == ("ended", "completed")


async def test_the_same_decision_again_is_200_for_ever_and_another_is_409(
    api_stage: Stage,
) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}"
    assert (await talk.bob.post(f"{path}/accept")).status_code == 200
    assert (await talk.bob.post(f"{path}/accept")).status_code == 200
    assert (await talk.ann.post(f"{path}/complete")).status_code == 200
    for person, decision in ((talk.bob, "accept"), (talk.ann, "complete")):
        again = await person.post(f"{path}/{decision}")
        assert (again.status_code, again.json()["phase"]) == (200, "ended")
    late = await talk.bob.post(f"{path}/decline")
    problem = late.json()
    assert (late.status_code, problem["code"], problem["phase"], problem["transfer_id"]) == (
        409,
        "transfer_ended",
        "ended",
        path.rpartition("/")[2],
    )


async def test_complete_before_accept_is_409_not_accepted(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    answer = await talk.ann.post(f"/v1/transfers/{transfer['id']}/complete")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_accepted")
    assert answer.json()["phase"] == "offering"


async def test_agents_read_why_and_callers_do_not(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}"
    declined = await talk.bob.post(f"{path}/decline", {"reason": "lunch, at last"})
    assert declined.json()["outcome"] == "declined"
    assert "lunch, at last" in (await talk.ann.get(path)).json()["reason"]
    assert "lunch" not in (await talk.carol.get(path)).text


async def test_seats_in_the_consult_room_are_each_their_owners(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    path = f"/v1/transfers/{transfer['id']}/seat"
    carol, bob = (await talk.carol.post(path)).json(), (await talk.bob.post(path)).json()
    assert carol["room"] == bob["room"] == transfer["rooms"]["b"]
    assert carol["may"] == {"publish": False, "subscribe": False}
    assert bob["may"] == {"publish": True, "subscribe": True}
    await talk.ann.post(f"/v1/transfers/{transfer['id']}/cancel")
    late = await talk.carol.post(path)
    assert (late.status_code, late.json()["code"], late.json()["phase"]) == (
        409,
        "no_seat",
        "ended",
    )


async def test_agent_a_says_it_in_her_own_words_until_the_end(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}"
    edited = await talk.ann.ask("PUT", f"{path}/briefing", {"text": "Refund 12 euros."})
    assert edited.json()["briefing"]["text"] == "Refund 12 euros."
    for action in ("speak", "hush"):
        assert (await talk.bob.post(f"{path}/{action}")).status_code == 200
    await talk.ann.post(f"{path}/cancel")
    late = await talk.ann.ask("PUT", f"{path}/briefing", {"text": "Too late."})
    assert (late.status_code, late.json()["code"]) == (409, "transfer_ended")


async def test_the_callers_page_reports_what_it_measured(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/transfers/{(await talk.transfer())['id']}/arrived"
    assert (await talk.carol.post(path, {"gap_ms": 37.5})).status_code == 204
    assert (await talk.carol.post(path)).status_code == 204
    assert (await talk.carol.post(path, {"gap_ms": "long"})).status_code == 422


async def test_telephones_are_refused_rather_than_pretended(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    for target in ({"phone": "+4930123456"}, {"sip": "sip:bob@example.org"}):
        body = {"call_id": talk.call_id, "to": target}
        answer = await talk.ann.post("/v1/transfers", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_available")


async def test_transfers_to_oneself_or_to_nobody_are_refused(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    boss = await api_stage.sign_in("Sue", "supervisor")
    for agent, code in (
        (talk.ann.id, "transfer_to_oneself"),
        (new_id("agt"), "unknown_agent"),
        (boss.id, "unknown_agent"),
    ):
        body = {"call_id": talk.call_id, "to": {"agent": agent}}
        answer = await talk.ann.post("/v1/transfers", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] == "/to/agent"


async def test_transfers_are_found_by_call_reference_and_phase(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    first = await talk.transfer(reference="case-1")
    await talk.ann.post(f"/v1/transfers/{first['id']}/cancel")
    second = await talk.transfer(reference="case-2")
    for query, found in (
        ("reference=case-1", [first]),
        ("phase=offering", [second]),
        (f"call_id={talk.call_id}", [second, first]),
        ("reference=case-3", []),
    ):
        listed = (await talk.ann.get(f"/v1/transfers?{query}")).json()
        assert [item["id"] for item in listed] == [item["id"] for item in found]
    page = await talk.bob.get("/v1/transfers?limit=1")
    rest = await talk.bob.get(page.links["next"]["url"])
    assert [page.json()[0]["id"], rest.json()[0]["id"]] == [second["id"], first["id"]]
