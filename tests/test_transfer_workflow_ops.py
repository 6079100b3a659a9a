"""What ops may do from the Temporal UI: signals, cancelling, terminating."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.errors import Unreachable
from domain.journal import Event
from domain.names import OPS
from domain.orders import Who
from domain.phases import Decision, Outcome, Phase
from tests.plays.acts import introduces
from tests.stage import Stage


async def test_ops_decide_by_signal_where_that_is_allowed(stage: Stage) -> None:
    call = await stage.talking(signals_decide=True)
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.handle.signal("accept")
    await transfer.handle.signal("complete", {"introduce": True})
    await transfer.reach(Phase.INTRODUCING)
    await transfer.handle.signal("leave")
    await transfer.ends(Outcome.COMPLETED)
    assert {decided.by for decided in transfer.now.decided} == {OPS}


async def test_signals_are_noted_and_ignored_where_they_may_not_decide(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.handle.signal("accept")
    await transfer.tells(Event.SIGNAL_IGNORED)
    assert not transfer.now.accepted
    for supervisor in (False, True):
        who = Who(person=OPS, supervisor=supervisor)
        with pytest.raises(WorkflowUpdateFailedError):
            await transfer.handle.execute_update("accept", who)
    assert not transfer.now.accepted


async def test_a_signal_that_does_not_fit_is_noted_and_ignored(stage: Stage) -> None:
    call = await stage.talking(signals_decide=True)
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    for times, signal in enumerate(("complete", "back_to_caller", "leave"), start=1):
        await transfer.handle.signal(signal)
        await transfer.tells(Event.SIGNAL_IGNORED, times)
    assert transfer.now.decided == ()


@pytest.mark.parametrize("argument", ["yes", 7, None, {"introduce": "no"}, ["a", {"b": 1}], True])
async def test_a_strange_argument_is_no_argument(stage: Stage, argument: Any) -> None:
    call = await stage.talking(signals_decide=True)
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.handle.signal("accept", argument)
    await transfer.tells(Event.ACCEPTED)
    await transfer.handle.signal("complete", argument)
    await transfer.ends(Outcome.COMPLETED)
    assert Event.INTRODUCING not in transfer.events


@pytest.mark.parametrize("phase", [Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING])
async def test_a_workflow_cancelled_in_the_ui_gives_the_caller_back(
    stage: Stage, phase: Phase
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.up_to(phase)
    await transfer.handle.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    await stage.until(lambda: not call.hears_hold(), "the music stops")
    assert set(stage.rooms.people) == {call.room}


async def test_a_workflow_cancelled_after_the_move_finishes_it(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await introduces(transfer)
    await transfer.handle.cancel()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    await stage.only_these_are_in(call.room, "caller_1", "agt_b", "host")


async def test_a_workflow_cancelled_while_it_gives_back_ends_whole(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 1})
    await transfer.until_consulting()
    transfer.a.publishes = False
    for room in (transfer.room_a, transfer.room_b):
        stage.rooms.people[room]["agt_a"].publishes = False
    await transfer.decide(Decision.DECLINE)
    await transfer.reach(Phase.RETURNING)
    await transfer.handle.cancel()
    await transfer.ends(Outcome.DECLINED)
    assert set(stage.rooms.people) == {call.room}


@pytest.mark.parametrize("follows", [True, False])
async def test_after_a_terminated_transfer_the_call_has_the_floor_again(
    stage: Stage, follows: bool
) -> None:
    call = await stage.talking(follows=follows)
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.terminate()
    await call.is_with("agt_a")
    await stage.until(lambda: not call.hears_hold(), "the music stops")
    await stage.only_these_are_in(call.room, "caller_1", "agt_a", "host")
    await stage.until(lambda: set(stage.rooms.people) == {call.room}, "room B is closed")
    again = await call.transfer()
    await again.until_briefing()
    await again.accept()
    await again.complete()
    await again.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")


async def test_a_call_cancelled_while_it_tidies_up_leaves_no_room(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    errors = [Unreachable("by chance")] * 50
    stage.rooms.failing["hold"] = list(errors)
    await transfer.terminate()
    await stage.until(lambda: len(stage.rooms.failing["hold"]) < len(errors), "it tidies up")
    await call.handle.cancel()
    await call.ends()
    assert stage.rooms.failing["hold"]
