"""Event streams: a snapshot, then everything that concerns one, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import fastapi.sse
import pytest

from api.sight import Sight
from api.tailer import Subscription, Tailer
from domain.errors import Unreachable
from domain.phases import Phase
from domain.record import EventKind, EventRow
from tests.api_stage import Event, Stage

BOTH_ROOMS = (Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING, Phase.MOVING)
CALLERS_FIELDS = {"id", "call_id", "phase", "outcome", "text"}


def kinds(events: list[Event]) -> list[str]:
    return [kind for kind, _, _ in events]


def is_answered(call: dict[str, Any]) -> bool:
    return call["agent"] is not None


async def test_an_agents_stream_begins_with_how_things_are(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    await api_stage.call("Waiting Wendy")
    async with talk.bob.events() as events:
        snapshot = await events.until("agents")
    assert sorted(kinds(snapshot)) == ["agents", "call", "call", "offer", "transfer"]
    offer = next(data for kind, data, _ in snapshot if kind == "offer")
    assert (offer["id"], offer["phase"]) == (transfer["id"], "offering")
    assert [agent["name"] for agent in snapshot[-1][1]] == ["Ann", "Bob"]
    assert [event_id is not None for _, _, event_id in snapshot] == [False] * 4 + [True]


async def test_agents_see_calls_that_wait_and_when_they_no_longer_do(api_stage: Stage) -> None:
    ann, bob = await api_stage.sign_in("Ann"), await api_stage.sign_in("Bob")
    async with bob.events() as events:
        await events.until("agents")
        carol, call_id = await api_stage.call()
        assert (await events.until("call"))[-1][1]["state"] == "waiting"
        await ann.post(f"/v1/calls/{call_id}/answer")
        assert (await events.until("call"))[-1][1]["agent"]["name"] == "Ann"
        await carol.post(f"/v1/calls/{call_id}/end")
        await api_stage.call("Next")
        # Ann's call is none of Bob's business any more: the next call is the next he hears of.
        assert (await events.until("call"))[-1][1]["caller"]["name"] == "Next"


async def test_a_caller_is_told_of_phases_and_seats_and_of_nothing_private(
    api_stage: Stage,
) -> None:
    talk = await api_stage.talk()
    async with talk.carol.events() as events:
        await events.until("call")
        transfer = await talk.transfer(notes="SECRET")
        await api_stage.gateway.offer_standby(transfer["id"])
        heard = await events.until("seat")
        await talk.bob.post(f"/v1/transfers/{transfer['id']}/accept")
        await talk.bob.post(f"/v1/transfers/{transfer['id']}/decline", {"reason": "SECRET"})
        while heard[-1][1].get("phase") != "ended":
            heard.append(await anext(events))
    assert "offer" not in kinds(heard)
    assert "agents" not in kinds(heard)
    assert "SECRET" not in str(heard)
    told = [data for kind, data, _ in heard if kind == "transfer"]
    assert [set(data) for data in told] == [CALLERS_FIELDS] * len(told)
    # Bob's yes changes nothing for the caller, so not even that something happened is told.
    assert [data["phase"] for data in told] == ["offering", "ended"]


@pytest.mark.parametrize("phase", BOTH_ROOMS)
async def test_a_callers_reloaded_page_is_sent_to_its_standby_seat(
    api_stage: Stage, phase: Phase
) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    await api_stage.gateway.enter(transfer["id"], phase)
    async with talk.carol.events() as events:
        snapshot = await events.until("call")
    assert kinds(snapshot) == ["transfer", "seat", "call"]
    assert snapshot[1][1] == {
        "call_id": talk.call_id,
        "transfer_id": transfer["id"],
        "room": transfer["rooms"]["b"],
        "why": "standby",
    }


async def test_a_callers_reloaded_page_is_not_sent_where_it_has_no_seat(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    await api_stage.gateway.enter(transfer["id"], Phase.RETURNING)
    async with talk.carol.events() as events:
        assert kinds(await events.until("call")) == ["transfer", "call"]


async def test_a_stream_resumes_where_it_was_cut(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    async with talk.ann.events() as events:
        last = (await events.until("agents"))[-1][2]
    transfer = await talk.transfer()
    await talk.bob.post(f"/v1/transfers/{transfer['id']}/accept")
    async with talk.ann.events(last=last) as events:
        missed = [await anext(events) for _ in range(4)]
    assert [data["accepted"] for kind, data, _ in missed if kind == "transfer"] == [False, True]
    numbers = [int(event_id or 0) for _, _, event_id in missed]
    assert numbers == sorted(numbers)
    assert numbers[0] > int(last or 0)


async def test_who_resumes_is_told_when_a_call_that_waited_before_is_answered(
    api_stage: Stage,
) -> None:
    ann, bob = await api_stage.sign_in("Ann"), await api_stage.sign_in("Bob")
    _, call_id = await api_stage.call()
    async with bob.events() as events:
        last = (await events.until("agents"))[-1][2]
    # Who resumes may be told once more of what was known before.
    async with bob.events(last=last) as events:
        await ann.post(f"/v1/calls/{call_id}/answer")
        assert (await events.until("call", is_answered))[-1][1]["agent"]["name"] == "Ann"


async def test_what_can_not_be_resumed_starts_over(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await api_stage.sign_in("Ann")
    async with ann.events(last="999999") as events:
        assert kinds(await events.until("agents")) == ["resync", "agents"]
    monkeypatch.setattr("api.stream.MOST_REPLAYED", 1)
    await api_stage.talk()
    async with ann.events(last="1") as events:
        assert kinds(await events.until("agents"))[0] == "resync"


async def test_a_supervisor_sees_all_of_their_tenant_and_no_others(api_stage: Stage) -> None:
    sue = await api_stage.sign_in("Sue", "supervisor")
    eve = await api_stage.of_tenant("other", "Eve")
    async with sue.events() as events, eve.events() as elsewhere:
        await events.until("agents")
        await elsewhere.until("agents")
        talk = await api_stage.talk()
        await talk.transfer()
        assert (await events.until("transfer"))[-1][1]["phase"] == "offering"
        await api_stage.record.set_availability("other", eve.id, away=True)
        # The first that Eve hears is of herself.
        kind, data, _ = await anext(elsewhere)
        assert (kind, [agent["name"] for agent in data]) == ("agents", ["Eve"])


async def test_a_transfers_stream_closes_after_its_last_event(api_stage: Stage) -> None:
    talk = await api_stage.talk()
    transfer = await talk.transfer()
    path = f"/v1/transfers/{transfer['id']}"
    async with talk.ann.events(f"{path}/events") as events:
        first = await anext(events)
        await talk.bob.post(f"{path}/decline")
        rest = [event async for event in events]
    assert rest[-1][1]["outcome"] == "declined"
    for last in (None, first[2]):
        async with talk.ann.events(f"{path}/events", last) as events:
            assert [event async for event in events][-1][1]["phase"] == "ended"
    async with talk.carol.events(f"{path}/events") as events:
        assert [set(data) async for _, data, _ in events] == [CALLERS_FIELDS]


async def test_an_open_stream_is_available_and_a_closed_one_away(api_stage: Stage) -> None:
    ann, bob = await api_stage.sign_in("Ann"), await api_stage.sign_in("Bob")

    async def seen(events: Any, state: str) -> None:
        while True:
            for agent in (await events.until("agents"))[-1][1]:
                if (agent["name"], agent["state"]) == ("Ann", state):
                    return

    async with bob.events() as events:
        async with ann.events() as first:
            async with ann.events() as second:
                await first.until("agents")
                await second.until("agents")
            await seen(events, "available")
        await seen(events, "away")


async def test_a_stream_ends_when_its_token_expires(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    person = await api_stage.record.person("default", ann.id)
    assert person
    token = api_stage.tokens.make(person, valid=timedelta(seconds=2))
    began = datetime.now(UTC)
    async with api_stage.visitor(token, ann.id).events() as events:
        read = [event async for event in events]
    assert kinds(read)[0] == "agents"
    assert datetime.now(UTC) - began < timedelta(seconds=4)


async def test_an_idle_stream_says_now_and_then_that_it_is_there(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fifteen seconds by default; see `fastapi.sse`.
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.2)
    assert fastapi.sse._PING_INTERVAL == 15
    ann = await api_stage.sign_in("Ann")
    async with ann.http.stream("GET", "/v1/me/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(5):
            async for line in answer.aiter_lines():
                if line.startswith(":"):
                    return
    raise AssertionError("no comment came")


async def test_streams_go_on_while_temporal_is_away(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    api_stage.gateway.is_away = True
    async with ann.events() as events:
        await events.until("agents")
    assert (await ann.get("/v1/calls")).status_code == 200


async def test_a_server_that_stops_ends_its_streams_at_once(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    async with ann.events() as events:
        await events.until("agents")
        api_stage.stop()
        async with asyncio.timeout(2):
            assert [event async for event in events if event[0] != "agents"] == []


def row(number: int) -> EventRow:
    data = {"agents": [{"id": "agt_1", "name": str(number), "state": "away"}]}
    return EventRow(number, "default", EventKind.AGENTS, None, None, None, frozenset(), data, False)


async def test_a_reader_that_is_too_slow_is_told_to_start_over() -> None:
    subscription = Subscription(waiting_rows=3)
    for number in range(5):
        subscription.add(row(number))
    assert await subscription.read() is None
    assert subscription.fell_behind
    subscription.start_over()
    subscription.add(row(6))
    assert await subscription.read() == row(6)


async def test_who_came_while_events_could_not_be_read_starts_over(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, is_away = api_stage.record.newest_event, asyncio.Event()
    tailer = Tailer(api_stage.record)

    async def fails_at_first() -> int:
        if is_away.is_set():
            return await newest()
        is_away.set()
        raise Unreachable("away")

    monkeypatch.setattr(api_stage.record, "newest_event", fails_at_first)
    monkeypatch.setattr("api.tailer.AGAIN", timedelta(milliseconds=50))
    running = asyncio.create_task(tailer.run())
    await is_away.wait()
    with tailer.subscribe() as rows:
        await api_stage.sign_in("Ann")  # told while nobody reads
        assert await asyncio.wait_for(rows.read(), 5) is None
        assert rows.fell_behind
    tailer.close()
    await api_stage.sign_in("Bob")
    await running


async def test_nothing_for_somebody_else_gets_through(api_stage: Stage) -> None:
    ann = await api_stage.sign_in("Ann")
    sight = Sight(api_stage.tokens.read(ann.token))
    seat = EventRow(
        1, "default", EventKind.SEAT, "call_1", "tr_1", "agt_2", frozenset({ann.id}), {}, False
    )
    assert sight.look(seat) is None
    assert sight.look(row(1)) is not None
    elsewhere = EventRow(
        2, "other", EventKind.AGENTS, None, None, None, frozenset(), {"agents": []}, False
    )
    assert sight.look(elsewhere) is None
