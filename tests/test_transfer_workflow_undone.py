"""A move that isn't seen in time: undone if it really isn't, and the caller is never lost by it."""

import pytest

from domain.errors import Unreachable
from domain.journal import Event
from domain.phases import Cause, Outcome
from tests.stage import Stage


async def test_a_caller_who_cannot_be_moved_in_time_stays_with_agent_a(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.follows = False
    transfer = await call.transfer(patience={"move": 0.6})
    await transfer.until_consulting()
    await transfer.accept()
    await transfer.complete()
    await transfer.ends(Outcome.FAILED)
    assert transfer.now.cause is Cause.MOVE_LATE
    await call.is_with("agt_a")
    assert Event.MOVE_UNDONE in transfer.events
    assert not call.hears_hold()
    assert set(stage.rooms.people) == {call.room}
    assert not stage.silences("caller_1")


async def test_a_move_that_nobody_saw_in_time_is_not_undone(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"move": 0.6})
    await transfer.until_briefing()
    await transfer.accept()
    stage.rooms.failing["look"] = [Unreachable("nobody looks")] * 1000
    await transfer.complete()
    await stage.until(lambda: not call.caller.is_in(transfer.room_a), "the caller is with B")
    await stage.until_time(transfer.entries[-1].at, 2)
    stage.rooms.failing.clear()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert not stage.silences("caller_1")


async def test_a_caller_who_has_just_left_for_a_move_that_is_undone_is_called_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"move": 0.6})
    await transfer.until_briefing()
    await transfer.accept()
    call.caller.publishes = False
    for room in (transfer.room_a, transfer.room_b):
        stage.rooms.people[room][call.caller.id].publishes = False
    call.caller.follows = False  # the page stays in room A, until it is put out of room B
    remove = stage.rooms.remove

    async def leaves_just_before(room: str, identity: str) -> None:
        if identity == call.caller.id:
            stage.rooms.leave(transfer.room_a, identity)
            call.caller.follows = call.caller.publishes = True
        await remove(room, identity)

    monkeypatch.setattr(stage.rooms, "remove", leaves_just_before)
    await transfer.complete()
    await transfer.ends(Outcome.FAILED)
    await call.is_with("agt_a")
