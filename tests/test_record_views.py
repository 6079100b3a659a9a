"""What the api reads is what people and workflows have told."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.sql import SqlRecord
from api.answers import callers_transfer
from domain.briefing import Briefing
from domain.errors import NotThere, Refused
from domain.journal import Event
from domain.phases import (
    BriefingSource,
    CallState,
    Cause,
    Decision,
    Outcome,
    Phase,
    Role,
    TurnKind,
)
from domain.ports import KeptSeat
from domain.record import EventKind, NewCall, RoomUse
from domain.seating import STANDBY
from domain.sentences import CAUSE
from domain.views import GapView
from tests.record_samples import begin, ended, entry, tell_all

WRITTEN = Briefing(
    text="Carol lost a parcel. She is upset!\nOffer a refund?",
    facts=("parcel 12",),
    source=BriefingSource.MODEL,
)


async def test_a_new_call_waits_with_the_host(record: SqlRecord) -> None:
    sample = await begin(record)
    view = await record.call("one", sample.call_id)
    assert view is not None
    assert (view.state, view.room, view.agent) == (CallState.WAITING, None, None)
    assert (view.caller.name, view.about, view.responsible.kind) == (
        "Carol",
        "a lost parcel",
        "host",
    )


async def test_adding_again_changes_nothing(record: SqlRecord) -> None:
    sample = await begin(record)
    before = await record.call("one", sample.call_id)
    await record.add_call(NewCall(sample.call_id, "one", "caller_2", "Mallory", None, None, False))
    assert await record.call("one", sample.call_id) == before


async def test_a_call_shows_who_is_in_it(record: SqlRecord) -> None:
    sample = await begin(record)
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    view = await record.call("one", sample.call_id)
    assert view is not None
    assert [(p.name, p.role, p.room) for p in view.people] == [
        ("Ann", Role.AGENT, "room-a"),
        ("Carol", Role.CALLER, "room-a"),
    ]
    assert (view.agent and view.agent.name, view.responsible.id) == ("Ann", sample.ann)
    assert await record.room_use("room-a") == RoomUse("one", sample.call_id, None)
    assert await record.room_use("room-x") is None


async def test_a_transfer_is_shown_once_its_workflow_has_reported(record: SqlRecord) -> None:
    sample = await begin(record)
    assert await record.transfer("one", sample.transfer_id) is None
    await record.append(
        sample.transfer(entry(1, Event.REQUESTED, transfer=sample.state(Phase.PREPARING)))
    )
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert (view.agent_a.name, view.agent_b and view.agent_b.name) == ("Ann", "Bob")
    assert (view.notes, view.reference, view.reason) == ("she is upset", "case 7", None)
    assert (view.rooms.a, view.rooms.b, view.decided_by) == ("room-a", "room-b", None)


async def test_the_reason_of_the_decision_that_stands_is_told_at_the_end(
    record: SqlRecord,
) -> None:
    sample = await begin(record)
    say = record.say_why
    await say("one", sample.transfer_id, Decision.DECLINE, sample.ann, "Not mine to say.")
    await say("one", sample.transfer_id, Decision.CANCEL, sample.bob, "Another decision.")
    await say("one", sample.transfer_id, Decision.DECLINE, sample.bob, "I am at lunch.")
    await tell_all(record, sample)
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert view.reason == "Bob declined. I am at lunch."
    assert view.decided_by == {Decision.DECLINE: view.agent_b}
    assert [attempt.outcome for attempt in view.attempts] == [Outcome.DECLINED]


async def test_a_failure_says_of_what_to_people_and_to_operations(record: SqlRecord) -> None:
    for cause in Cause:
        sample = await begin(record)
        failed = sample.state(Phase.ENDED, outcome=Outcome.FAILED, cause=cause)
        await record.append(sample.transfer(entry(1, Event.ENDED, transfer=failed)))
        view = await record.transfer("one", sample.transfer_id)
        assert view is not None
        assert (view.outcome, view.cause) == (Outcome.FAILED, cause)
        names = {"caller": "Carol", "agent_a": "Ann", "agent_b": "Bob"}
        assert view.reason == CAUSE[cause].format(**names)
        (line,) = view.timeline
        assert line.text == f"The transfer has ended: failed, {cause.replace('_', ' ')}."
        assert "cause" not in callers_transfer(view).model_dump()


async def test_the_caller_reports_the_gap_and_everybody_reads_it(record: SqlRecord) -> None:
    sample = await begin(record)
    state = ended(sample, Outcome.COMPLETED, Decision.ACCEPT)
    await record.append(sample.transfer(entry(1, Event.ENDED, transfer=state)))
    await record.report_gap("one", sample.transfer_id, 120.5)
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert view.move is not None
    assert view.move.gap_ms == GapView(caller_hears=120.5)
    assert view.reason == "Bob took over from Ann."
    newest = (await record.events_after(0))[-1]
    assert (newest.kind, newest.data["move"]["gap_ms"]["caller_hears"]) == (
        EventKind.TRANSFER,
        120.5,
    )


async def test_lists_are_read_page_by_page_newest_first(record: SqlRecord) -> None:
    samples = [await begin(record) for _ in range(5)]
    for sample in samples:
        await tell_all(record, sample)
    transfers = [sample.transfer_id for sample in reversed(samples)]
    calls = [sample.call_id for sample in reversed(samples)]
    wanted = {"agent": None, "call_id": None, "reference": None, "phase": None}
    first = await record.transfers("one", **wanted, limit=2, before=None)
    rest = await record.transfers("one", **wanted, limit=9, before=first[-1].id)
    assert [view.id for view in (*first, *rest)] == transfers
    first_calls = await record.calls("one", state=None, limit=2, before=None)
    rest_calls = await record.calls("one", state=None, limit=9, before=first_calls[-1].id)
    assert [view.id for view in (*first_calls, *rest_calls)] == calls


async def test_lists_are_searched(record: SqlRecord) -> None:
    sample, other = await begin(record), await begin(record)
    for each in (sample, other):
        await tell_all(record, each)

    async def found(**wanted: object) -> set[str]:
        nothing = {"agent": None, "call_id": None, "reference": None, "phase": None}
        query = {**nothing, **wanted}
        views = await record.transfers("one", **query, limit=9, before=None)  # type: ignore[arg-type]
        return {view.id for view in views}

    both = {sample.transfer_id, other.transfer_id}
    assert await found(agent=sample.ann) == await found(agent=sample.bob) == both
    assert await found(agent=sample.ann, call_id=other.call_id) == {other.transfer_id}
    assert await found(agent=sample.carol) == set()
    assert await found(call_id=other.call_id) == {other.transfer_id}
    assert await found(reference="case 7") == await found(phase=Phase.ENDED) == both
    assert await found(reference="case 8") == await found(phase=Phase.MOVING) == set()
    talking = await record.calls("one", state=CallState.TALKING, limit=9, before=None)
    assert {view.id for view in talking} == {sample.call_id, other.call_id}
    assert not await record.calls("one", state=CallState.ENDED, limit=9, before=None)


async def test_a_briefing_is_made_from_everything_known(record: SqlRecord) -> None:
    sample = await begin(record)
    earlier = sample.transfer_id
    await record.save("one", earlier, WRITTEN)
    await record.add_turn("one", sample.call_id, sample.carol, TurnKind.SAID, "Hi", turn_id="t1")
    material = await record.material("one", sample.call_id, earlier)
    assert (material.caller_name, material.about) == ("Carol", "a lost parcel")
    assert (material.agent_a_name, material.notes) == ("Ann", "she is upset")
    assert [turn.text for turn in material.turns] == ["Hi"]
    assert material.earlier == ()
    preview = await record.material("one", sample.call_id, None)
    assert (preview.agent_a_name, preview.earlier) == (None, (WRITTEN.text,))


async def test_an_agents_words_replace_the_machines_and_stay(record: SqlRecord) -> None:
    sample = await begin(record)
    with pytest.raises(NotThere):
        await record.sentences("one", sample.transfer_id)
    assert await record.save("one", sample.transfer_id, WRITTEN) == 1
    assert await record.sentences("one", sample.transfer_id) == (
        "Carol lost a parcel.",
        "She is upset!",
        "Offer a refund?",
    )
    await record.append(
        sample.transfer(entry(1, Event.OFFERED, transfer=sample.state(Phase.OFFERING)))
    )
    assert await record.edit_briefing("one", sample.transfer_id, "Be kind.") == 2
    assert await record.save("one", sample.transfer_id, WRITTEN) == 2
    assert await record.sentences("one", sample.transfer_id) == ("Be kind.",)
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert view.briefing is not None
    assert (view.briefing.text, view.briefing.facts, view.briefing.ready) == (
        "Be kind.",
        ("parcel 12",),
        True,
    )
    newest = (await record.events_after(0))[-1]
    assert newest.data["briefing"]["text"] == "Be kind."
    with pytest.raises(Refused):
        await record.edit_briefing("one", sample.transfer_id, "x" * 1_201)


async def test_a_person_put_out_of_a_room_stays_out_until_given_a_new_seat(
    record: SqlRecord,
) -> None:
    sample = await begin(record)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    seat = KeptSeat(
        "s1", "one", sample.call_id, None, "room-a", sample.carol, STANDBY, "sealed", soon
    )
    assert not await record.is_void("room-a", sample.carol)
    await record.keep(seat)
    assert await record.seat("one", "s1") == seat
    assert await record.room_use("room-a") == RoomUse("one", sample.call_id, None)
    await record.revoke("room-a", sample.carol)
    await record.keep(seat)
    assert await record.is_void("room-a", sample.carol)
    assert await record.seat("one", "s1") is None
    newer = KeptSeat(**{**vars(seat), "seat_id": "s2"})
    await record.keep(newer)
    assert not await record.is_void("room-a", sample.carol)
    assert await record.seat("one", "s2") == newer
