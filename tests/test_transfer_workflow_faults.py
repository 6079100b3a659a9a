"""What breaks around a transfer must not reach the caller."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import NotThere, Refused, Unreachable
from domain.journal import Event
from domain.names import BRIEFER, HOST, is_host
from domain.phases import Cause, Outcome, Phase
from tests.people import StagedTransfer
from tests.stage import BRIEF, WITHIN_S, Stage
from workflows.options import ALIVE


async def test_without_hold_audio_agent_a_stays_with_the_caller(stage: Stage) -> None:
    stage.voices.available.remove(HOST)
    call = await stage.call()
    await call.answer(stage.person("agt_a"))
    await call.is_with("agt_a")
    transfer = await call.transfer(patience={"host": 0.3})
    await transfer.until_briefing()
    await transfer.come(transfer.a)
    await transfer.tells(Event.HOLD_MISSING)
    await stage.until(lambda: not transfer.a.is_in(transfer.room_b), "A is put out of room B")
    assert transfer.a.talks(transfer.room_a)
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert Event.CONSULT_STARTED not in transfer.events


async def test_a_is_back_with_the_caller_when_hold_audio_is_lost_for_good(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"host": 0.5})
    await transfer.until_consulting()
    stage.voices.available.remove(HOST)
    await stage.voices.dismiss(HOST, transfer.room_a)
    await transfer.tells(Event.CONSULT_ENDED)
    assert transfer.a.talks(transfer.room_a)
    assert Event.HOLD_MISSING in transfer.events
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_a_talks_on_when_another_host_comes_in_time(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await stage.voices.dismiss(HOST, transfer.room_a)
    room = transfer.room_a
    await stage.until(lambda: not stage.rooms.now().host_plays(room), "the host is lost")
    await stage.until(lambda: stage.rooms.now().host_plays(room), "another host plays")
    await transfer.goes_through()
    assert Event.CONSULT_ENDED not in transfer.events


async def test_without_a_briefer_the_briefing_is_read(stage: Stage) -> None:
    stage.voices.available.remove(BRIEFER)
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_WRITTEN)
    await transfer.goes_through()
    assert not transfer.now.briefing_spoken


async def test_a_lost_briefer_is_replaced(stage: Stage) -> None:
    stage.voices.failing = [Unreachable("No briefer came in time")] * 2
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    assert transfer.now.briefing_spoken


async def test_a_briefer_lost_with_its_room_is_sent_again_when_agent_b_is_here(
    stage: Stage,
) -> None:
    call = await stage.talking()
    stage.voices.failing = [NotThere("The room is gone")]
    transfer = await call.transfer()
    await transfer.tells(Event.BRIEFING_SILENT)
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)


async def test_a_model_that_hangs_keeps_nobody_waiting(stage: Stage) -> None:
    stage.summaries.ready.clear()
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert Event.BRIEFING_WRITTEN not in transfer.events


async def test_a_step_that_lasts_is_not_taken_for_dead(stage: Stage) -> None:
    stage.summaries.ready.clear()
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    async with asyncio.timeout(WITHIN_S):
        while await _lasts(transfer, "write_briefing") < 2 * ALIVE:
            await asyncio.sleep(0.1)
    stage.summaries.ready.set()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)


async def _lasts(transfer: StagedTransfer, step: str) -> timedelta:
    """How long a step's first attempt has been alive, as Temporal knows."""
    description = (await transfer.handle.describe()).raw_description
    running = [a for a in description.pending_activities if a.activity_type.name == step]
    assert [a.attempt for a in running] == [1]
    began, beat = running[0].last_started_time, running[0].last_heartbeat_time
    return beat.ToDatetime() - began.ToDatetime()


@pytest.mark.parametrize("phase", [Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING])
async def test_a_media_server_that_is_away_for_a_while_ends_nothing(
    stage: Stage, phase: Phase
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.up_to(phase)
    stage.rooms.away = True
    await asyncio.sleep(1)  # longer than `gone`: nobody has left, nobody could look
    stage.rooms.away = False
    if phase is Phase.OFFERING:
        await transfer.come(transfer.b)
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_a_media_server_that_is_away_when_the_move_begins(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.accept()
    stage.rooms.away = True
    await transfer.complete()
    await transfer.reach(Phase.MOVING)
    await asyncio.sleep(1)
    assert call.now.responsible == "agt_a"
    stage.rooms.away = False
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")


async def test_a_restarted_media_server_gets_its_rooms_back(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 8})
    await transfer.until_briefing()
    rooms = set(stage.rooms.people)
    stage.rooms.restart()
    await stage.until(lambda: set(stage.rooms.people) == rooms, "the rooms are open again")
    for person in (call.caller, transfer.a):
        person.join(transfer.room_a)
    transfer.b.join(transfer.room_b)
    await transfer.goes_through()
    await call.is_with("agt_b")


@pytest.mark.parametrize("phase", [None, Phase.BRIEFING, Phase.CONSULTING])
async def test_whoever_is_not_back_after_a_restart_of_the_media_server_is_invited(
    stage: Stage, phase: Phase | None
) -> None:
    call = await stage.talking(BRIEF.model_copy(update={"gone": timedelta(seconds=12)}))
    transfer = await call.transfer() if phase else None
    if transfer and phase:
        await transfer.up_to(phase)
    before = {room: stage.rooms.inside(room) - {"host", "briefer"} for room in stage.rooms.people}
    stage.rooms.restart()

    def everybody_is_back() -> bool:
        return all(stage.rooms.inside(room) >= inside for room, inside in before.items())

    await stage.until(everybody_is_back, "everybody is back where they were")
    if transfer:
        await transfer.goes_through()


async def test_a_host_that_comes_to_a_caller_on_hold_is_told_so(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    (lost,) = told_to_play(stage, call.room)
    stage.rooms.leave(call.room, lost)
    await stage.until(lambda: bool(told_to_play(stage, call.room) - {lost}), "another is told")
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    await stage.until(lambda: not told_to_play(stage, call.room), "it is told to be silent")


def told_to_play(stage: Stage, room: str) -> set[str]:
    people = stage.rooms.people[room].values()
    return {guest.identity for guest in people if guest.told and is_host(guest.identity)}


async def test_a_briefer_who_can_not_be_put_out_is_closed_in_and_the_caller_given_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()

    async def stays(agent: str, room: str) -> None:
        raise Refused("it stays")

    monkeypatch.setattr(stage.voices, "dismiss", stays)
    await transfer.complete()
    await transfer.ends(Outcome.FAILED)
    assert transfer.now.cause is Cause.REFUSED
    assert transfer.room_b not in stage.rooms.people
    await call.is_with("agt_a")


async def test_an_undo_that_is_refused_is_tried_again_by_the_call(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    stage.rooms.failing["hold"] = [Refused("no")]
    stage.rooms.failing["close"] = [Refused("no")]
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    await stage.until(lambda: not call.hears_hold(), "the music stops")
    await stage.until(lambda: set(stage.rooms.people) == {call.room}, "room B is closed")


async def test_with_the_record_away_the_caller_is_moved_all_the_same(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    before = len(transfer.entries)
    stage.journal.away = stage.seats.away = stage.reservations.away = True
    room_a, room_b = transfer.room_a, transfer.room_b
    await transfer.accept()
    await transfer.complete()
    await stage.until(lambda: transfer.b.talks(room_b), "B talks")
    await stage.until(lambda: call.caller.talks(room_b), "the caller talks with B")
    await stage.until(lambda: room_a not in stage.rooms.people, "room A is closed")
    await stage.until(lambda: not transfer.a.is_in(room_b), "A is out")
    assert len(transfer.entries) == before
    stage.journal.away = stage.seats.away = stage.reservations.away = False
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    # `afterwards` sees that every entry has come, and in order.


async def test_reservations_that_are_away_for_a_moment_only_cost_that_moment(stage: Stage) -> None:
    stage.reservations.failing = [Unreachable("away"), Unreachable("away")]
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)


async def test_reservations_that_refuse_fail_the_transfer(stage: Stage) -> None:
    stage.reservations.failing = [Refused("no such agent")]
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.ends(Outcome.FAILED)
    assert transfer.now.cause is Cause.REFUSED
    await call.is_with("agt_a")


async def test_a_fence_that_does_not_hold_keeps_agent_a_out_of_room_b(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    stage.rooms.deaf_to.add(("allow", "agt_a"))
    await transfer.come(transfer.a)
    await transfer.tells(Event.HOLD_STARTED)
    await transfer.reach(Phase.ENDED)
    assert (transfer.now.outcome, transfer.now.cause) == (Outcome.FAILED, Cause.FENCE_IGNORED)
    stage.rooms.deaf_to.clear()
    await call.is_with("agt_a")
    assert not any(m.live("agt_a", transfer.room_b) for m in stage.rooms.moments)
