"""The record knows what still goes on and whose it is, and ends what was swept."""

from datetime import timedelta

from adapters.sql import SqlRecord
from domain.figures import Figure
from domain.journal import Event
from domain.names import call_workflow, transfer_workflow
from domain.phases import Availability, CallState, Cause, Decision, Outcome, Phase
from domain.ports import KeptSeat
from domain.record import EventKind
from domain.seating import STANDBY
from domain.sweeping import Kind, Leftover
from tests.record_samples import NOON, Sample, begin, ended, entry

NOW = timedelta(0)


async def going_on(record: SqlRecord) -> Sample:
    """Let Ann talk with Carol, while Bob is being asked."""
    sample = await begin(record)
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    await record.append(
        sample.transfer(entry(1, Event.OFFERED, transfer=sample.state(Phase.OFFERING)))
    )
    return sample


def owners(sample: Sample) -> set[str]:
    return {call_workflow(sample.call_id), transfer_workflow(sample.transfer_id)}


async def of_kind(record: SqlRecord, kind: Kind) -> Leftover:
    (found,) = [one for one in await record.unfinished(NOW) if one.kind is kind]
    return found


async def swept(record: SqlRecord, kind: Kind) -> int:
    found = await record.tallies()
    return sum(t.count for t in found if (t.figure, t.label) == (Figure.ORPHANS, kind))


async def test_a_room_is_its_calls_and_every_transfers(record: SqlRecord) -> None:
    sample = await going_on(record)
    seat = KeptSeat("s1", "one", sample.call_id, None, "room-c", sample.carol, STANDBY, "x", NOON)
    await record.keep(seat)
    found = await record.of_rooms(("room-a", "room-b", "room-c", "lobby"))
    assert {one.rooms for one in found} == {("room-a",), ("room-b",), ("room-c",)}
    for one in found:
        assert (one.kind, one.tenant, one.call_id) == (Kind.ROOM, "one", sample.call_id)
        assert set(one.owners) == owners(sample)


async def test_what_goes_on_is_found_once_it_is_old_enough(record: SqlRecord) -> None:
    sample = await going_on(record)
    assert await record.unfinished(timedelta(minutes=1)) == ()
    call, transfer = await of_kind(record, Kind.CALL), await of_kind(record, Kind.TRANSFER)
    assert (call.call_id, call.rooms, set(call.owners)) == (
        sample.call_id,
        ("room-a", "room-b"),
        owners(sample),
    )
    assert (transfer.transfer_id, transfer.owners) == (
        sample.transfer_id,
        (transfer_workflow(sample.transfer_id),),
    )


async def test_what_has_ended_or_not_begun_is_not_found(record: SqlRecord) -> None:
    await begin(record)
    sample = await begin(record)
    over = sample.status(CallState.ENDED, agent=None, people=())
    state = ended(sample, Outcome.DECLINED, Decision.DECLINE)
    await record.append(sample.call(entry(1, Event.CALL_ENDED, call=over)))
    await record.append(sample.transfer(entry(1, Event.ENDED, transfer=state)))
    assert await record.unfinished(NOW) == ()


async def test_a_swept_call_has_ended_and_its_agent_is_free(record: SqlRecord) -> None:
    sample = await going_on(record)
    call = await of_kind(record, Kind.CALL)
    for _ in range(2):
        await record.settle(call)
    view = await record.call("one", sample.call_id)
    assert view is not None
    assert (view.state, view.agent, view.responsible.kind) == (CallState.ENDED, None, "nobody")
    assert view.ended_at is not None
    states = {agent.id: agent.state for agent in await record.agents("one")}
    assert states[sample.ann] is Availability.AVAILABLE
    assert await swept(record, Kind.CALL) == 1


async def test_a_swept_transfer_has_failed_and_says_that_it_was_cut_off(record: SqlRecord) -> None:
    sample = await going_on(record)
    transfer = await of_kind(record, Kind.TRANSFER)
    for _ in range(2):
        await record.settle(transfer)
    view = await record.transfer("one", sample.transfer_id)
    assert view is not None
    assert (view.phase, view.outcome, view.cause) == (
        Phase.ENDED,
        Outcome.FAILED,
        Cause.ABANDONED,
    )
    assert view.reason == "The transfer was cut off from outside before it could end."
    assert view.timeline[-1].event == Event.TRANSFER_SWEPT
    assert await swept(record, Kind.TRANSFER) == 1
    found = {(t.figure, t.label): t.count for t in await record.tallies()}
    assert found[Figure.FAILURES, Cause.ABANDONED] == 1


async def test_a_swept_room_is_told_and_counted_once(record: SqlRecord) -> None:
    await going_on(record)
    for room in await record.of_rooms(("room-a", "room-b")):
        for _ in range(2):
            await record.settle(room)
    assert await swept(record, Kind.ROOM) == 2


async def test_a_reservation_whose_time_is_over_is_let_go_and_watchers_hear(
    record: SqlRecord,
) -> None:
    sample = await begin(record)
    await record.reserve("one", sample.bob, sample.transfer_id, until=timedelta(minutes=1))
    assert await record.unfinished(NOW) == ()
    await record.reserve("one", sample.bob, sample.transfer_id, until=timedelta(seconds=-1))
    late = await of_kind(record, Kind.RESERVATION)
    assert (late.agent, late.owners) == (sample.bob, (transfer_workflow(sample.transfer_id),))
    before = await record.newest_event()
    for _ in range(2):
        await record.settle(late)
    (told,) = await record.events_after(before)
    assert told.kind is EventKind.AGENTS
    assert await record.unfinished(NOW) == ()
    assert await swept(record, Kind.RESERVATION) == 1


async def test_a_reservation_that_was_renewed_meanwhile_stands(record: SqlRecord) -> None:
    sample = await begin(record)
    reserve = record.reserve
    await reserve("one", sample.bob, sample.transfer_id, until=timedelta(seconds=-1))
    late = await of_kind(record, Kind.RESERVATION)
    await reserve("one", sample.bob, sample.transfer_id, until=timedelta(minutes=1))
    await record.settle(late)
    assert not await reserve("one", sample.bob, "tr_other", until=timedelta(minutes=1))
