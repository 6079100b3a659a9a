"""Bad input is refused in clear words; strange input that is fine passes untouched."""

from typing import Any

from domain.briefing import MOST_TEXT
from tests.api_stage import Stage

MEGABYTES = b"x" * 10_000_000
STRANGE = "👩‍👩‍👧 שלום مرحبا 你好 \u202eabc\u202c ñ\n\tnew line"


def at(problem: dict[str, Any]) -> dict[str, str]:
    return {e.get("pointer") or e["parameter"]: e["detail"] for e in problem["errors"]}


NO_CALLS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "/caller_name", "required"),
    ({"caller_name": ""}, "/caller_name", "blank"),
    ({"caller_name": "   "}, "/caller_name", "blank"),
    ({"caller_name": "C" * 121}, "/caller_name", "at most 120"),
    ({"caller_name": "Ca\nrol"}, "/caller_name", "one line"),
    ({"caller_name": "Ca\0rol"}, "/caller_name", "Character 3 (U+0000)"),
    ({"caller_name": "Carol\x1b[2J"}, "/caller_name", "control character"),
    ({"caller_name": 7}, "/caller_name", "string"),
    ({"caller_name": "Carol", "about": "a" * 10_001}, "/about", "at most 10000"),
    ({"caller_name": "Carol", "role": "supervisor"}, "/role", "no such field"),
    ({"caller_name": "Carol", "a/b~c": 1}, "/a~1b~0c", "no such field"),
    ({"caller_name": "Carol", "agent": "Ann"}, "/agent", "pattern"),
]


async def test_a_call_nobody_could_start_is_refused_in_clear_words(api_stage: Stage) -> None:
    for body, pointer, words in NO_CALLS:
        answer = await api_stage.visitor().post("/v1/calls", body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["code"]) == (422, "invalid")
        assert words in at(problem)[pointer]
        assert words in problem["detail"]


NO_TRANSFERS: list[tuple[dict[str, Any], str]] = [
    ({"to": {}}, "/to"),
    ({"to": {"agent": "agt_" + "0" * 32, "phone": "+4930123456"}}, "/to"),
    ({"to": {"fax": "1"}}, "/to/fax"),
    ({"to": {"phone": "030 123"}}, "/to/phone"),
    ({"patience": {"offer_s": 0}}, "/patience/offer_s"),
    ({"patience": {"offer_s": 3601}}, "/patience/offer_s"),
    ({"patience": {"offer_s": "20"}}, "/patience/offer_s"),
    ({"patience": {"gone_s": 1}}, "/patience/gone_s"),
    ({"reference": "a b"}, "/reference"),
    ({"reference": "x" * 101}, "/reference"),
    ({"notes": "\x07"}, "/notes"),
    ({"notes": "n" * 10_001}, "/notes"),
    ({"completes": "later"}, "/completes"),
    ({"call_id": "call_1"}, "/call_id"),
]


async def test_a_transfer_that_makes_no_sense_is_refused(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    for said, pointer in NO_TRANSFERS:
        body = {"call_id": talk.call_id, "to": {"agent": talk.bob.id}, **said}
        answer = await talk.ann.post("/v1/transfers", body)
        assert (answer.status_code, pointer in at(answer.json())) == (422, True), answer.text
    assert api_stage.gateway.transfers == {}


NO_JSON = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"Carol"',
    b'{"caller_name": "\\ud800"}',
    b'{"caller_name": "\xff"}',
    b'{"\\ud800": 1}',
    b"[" * 100_000,
    b'{"caller_name": ' + b"9" * 5_000 + b"}",
]


async def test_what_is_not_json_or_not_text_is_a_problem_and_no_crash(api_stage: Stage) -> None:
    for raw in NO_JSON:
        answer = await api_stage.visitor().send("/v1/calls", raw)
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_numbers_json_does_not_know_are_refused(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    for number in ("NaN", "Infinity", "1e999"):
        raw = (
            f'{{"call_id": "{talk.call_id}", "to": {{"agent": "{talk.bob.id}"}}, '
            f'"patience": {{"offer_s": {number}}}}}'
        )
        assert (await talk.ann.send("/v1/transfers", raw.encode())).status_code == 422


async def test_ten_megabytes_are_too_large_and_nobody_waits(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    raw = b'{"text": "' + MEGABYTES + b'"}'
    path = f"/v1/calls/{talk.call_id}/turns"

    async def dripping() -> Any:
        for start in range(0, len(raw), 65_536):
            yield raw[start : start + 65_536]

    headers = {"content-type": "application/json"}
    for content in (raw, dripping()):
        answer = await talk.ann.http.post(path, content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too_large"
    assert (await talk.ann.get(path)).json() == []


async def test_every_script_passes_untouched(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/turns"
    await talk.carol.post(path, {"text": STRANGE})
    transfer = await talk.transfer(notes=STRANGE)
    assert (await talk.ann.get(path)).json()[0]["text"] == STRANGE
    assert (await talk.bob.get(f"/v1/transfers/{transfer['id']}")).json()["notes"] == STRANGE
    carol, _ = await api_stage.call("شيماء 🌱")
    assert (await carol.get("/v1/calls")).json()[0]["caller"]["name"] == "شيماء 🌱"


async def test_what_is_no_id_is_not_found(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    for thing in ("calls", "transfers"):
        for name in ("1", "call_1", "%00", "..%2f", "call_" + "g" * 32, "é" * 40):
            answer = await ann.get(f"/v1/{thing}/{name}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_strange_queries_name_the_parameter(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    for query in ("limit=0", "limit=101", "limit=x", "state=gone", "cursor=%00", "cursor=call_1"):
        answer = await ann.get(f"/v1/calls?{query}")
        assert (answer.status_code, list(at(answer.json()))) == (422, [query.partition("=")[0]])


async def test_unknown_paths_and_methods_are_problems_too(api_stage: Stage) -> None:
    visitor = api_stage.visitor()
    for method, path, status in (("GET", "/v2", 404), ("DELETE", "/v1/calls", 405)):
        answer = await visitor.ask(method, path)
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_json_sent_as_something_else_is_refused(api_stage: Stage) -> None:
    raw = b'{"caller_name": "Carol"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await api_stage.visitor().http.post(
            "/v1/calls", content=raw, headers={"content-type": kind}
        )
        assert answer.status_code == 422
        assert "application/json" in answer.json()["detail"]


async def test_whatever_a_briefing_may_say_can_be_heard(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    path = f"/v1/calls/{talk.call_id}/speech"
    assert (await talk.ann.post(path, {"text": "w" * MOST_TEXT})).status_code == 200
    assert (await talk.ann.post(path, {"text": "w" * (MOST_TEXT + 1)})).status_code == 422
