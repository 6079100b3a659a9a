"""What workflows report arrives once, in order, and with everybody it concerns."""

import itertools

import pytest

from adapters.sql import SqlRecord
from domain.errors import NotThere
from domain.journal import Event, SeatNotice
from domain.phases import CallState, Decision, Outcome, Phase
from domain.record import EventKind
from tests.record_samples import NOON, Sample, begin, ended, entry, tell_all


async def kinds(record: SqlRecord, after: int = 0) -> list[EventKind]:
    return [event.kind for event in await record.events_after(after)]


async def test_a_repeated_batch_changes_nothing(record: SqlRecord) -> None:
    sample = await begin(record)
    await tell_all(record, sample)
    before = await record.newest_event(), await record.transfer("one", sample.transfer_id)
    await tell_all(record, sample)
    assert (await record.newest_event(), await record.transfer("one", sample.transfer_id)) == before


async def test_entries_in_any_order_end_in_the_same_state(record: SqlRecord) -> None:
    views = []
    for number, order in enumerate(itertools.permutations((1, 2, 3))):
        sample = await begin(record, tenant=f"tenant-{number}")
        entries = {
            1: entry(1, Event.REQUESTED, transfer=sample.state(Phase.PREPARING)),
            2: entry(2, Event.OFFERED, transfer=sample.state(Phase.OFFERING)),
            3: entry(3, Event.ENDED, transfer=ended(sample, Outcome.DECLINED, Decision.DECLINE)),
        }
        for sequence in order:
            await record.append(sample.transfer(entries[sequence]))
        view = await record.transfer(sample.tenant, sample.transfer_id)
        assert view is not None
        views.append((view.phase, view.outcome, view.reason, view.ended_at, view.timeline))
    assert all(view == views[0] for view in views)
    assert [line.event for line in views[0][4]] == ["requested", "offered", "ended"]


async def test_a_late_entry_of_a_call_never_revives_it(record: SqlRecord) -> None:
    sample = await begin(record)
    over = sample.status(CallState.ENDED, agent=None, people=())
    await record.append(sample.call(entry(2, Event.CALL_ENDED, call=over)))
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    view = await record.call("one", sample.call_id)
    assert view is not None
    assert (view.state, view.agent, view.people) == (CallState.ENDED, None, ())
    assert view.ended_at == entry(2, Event.CALL_ENDED).at


async def test_each_event_carries_the_view_as_of_then(record: SqlRecord) -> None:
    sample = await begin(record)
    start = await record.newest_event()
    await tell_all(record, sample)
    told = [e for e in await record.events_after(start) if e.kind is EventKind.TRANSFER]
    assert [event.data["phase"] for event in told] == ["preparing", "offering", "ended"]
    assert [len(event.data["timeline"]) for event in told] == [1, 2, 3]
    assert [event.last for event in told] == [False, False, True]
    assert all({sample.ann, sample.bob, sample.carol} == event.people for event in told)


async def test_agent_b_alone_gets_the_offer_and_again_with_its_briefing(
    record: SqlRecord,
) -> None:
    sample = await begin(record)
    offering = sample.state(Phase.OFFERING)
    await record.append(
        sample.transfer(
            entry(1, Event.BRIEFING_WRITTEN, transfer=sample.state(Phase.PREPARING)),
            entry(2, Event.OFFERED, transfer=offering),
            entry(3, Event.BRIEFING_WRITTEN, transfer=offering),
            entry(4, Event.AGENT_B_ARRIVED, transfer=sample.state(Phase.BRIEFING)),
            entry(5, Event.BRIEFING_WRITTEN, transfer=sample.state(Phase.BRIEFING)),
        )
    )
    offers = [e for e in await record.events_after(0) if e.kind is EventKind.OFFER]
    assert [(e.to, e.people, e.data["id"]) for e in offers] == [
        (sample.bob, frozenset({sample.bob}), sample.transfer_id)
    ] * 2


async def test_a_seat_notice_reaches_one_person(record: SqlRecord) -> None:
    sample = await begin(record)
    seat = SeatNotice(person=sample.carol, room="room-b", why="standby")
    await record.append(sample.transfer(entry(1, Event.SEAT_OFFERED, seat=seat)))
    (told,) = [e for e in await record.events_after(0) if e.kind is EventKind.SEAT]
    assert (told.to, told.people) == (sample.carol, frozenset({sample.carol}))
    assert told.data == {
        "call_id": sample.call_id,
        "transfer_id": sample.transfer_id,
        "room": "room-b",
        "why": "standby",
    }


async def test_watchers_hear_when_an_agent_takes_a_call(record: SqlRecord) -> None:
    sample = await begin(record)
    start = await record.newest_event()
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    assert await kinds(record, start) == [EventKind.CALL, EventKind.AGENTS]
    (told,) = [e for e in await record.events_after(start) if e.kind is EventKind.AGENTS]
    assert {a["name"]: a["state"] for a in told.data["agents"]} == {
        "Ann": "on_call",
        "Bob": "available",
    }


async def test_the_timeline_is_told_in_words(record: SqlRecord) -> None:
    sample = await begin(record)
    await tell_all(record, sample)
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert [line.text for line in view.timeline] == [
        "Ann asked Bob to take over.",
        "Bob is being asked.",
        "The transfer has ended: declined.",
    ]
    assert view.timeline[0].at == entry(1, Event.REQUESTED).at > NOON


async def test_a_call_nobody_wrote_down_is_refused(record: SqlRecord) -> None:
    sample = Sample("one", "agt_1", "agt_2", "caller_1", "call_x", "tr_x")
    with pytest.raises(NotThere):
        await record.append(sample.call(entry(1, Event.CALL_OPENED, call=sample.status())))
