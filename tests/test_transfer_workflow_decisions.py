"""Decisions about a transfer: whose they are, when they count, and that the first one stands."""

import asyncio
from collections.abc import Awaitable

import pytest

from api.errors import Conflict, NotYours
from domain.journal import Event
from domain.phases import Completes, Decision, Outcome, Phase, Responsible
from tests.people import StagedCall, StagedTransfer
from tests.stage import Stage


async def refused(asking: Awaitable[object]) -> str:
    """See a request refused, and say with which code."""
    with pytest.raises(Conflict) as refusal:
        await asking
    return refusal.value.code


async def given_back(stage: Stage, call: StagedCall, transfer: StagedTransfer) -> None:
    """See the caller with agent A as before, and nothing left of the transfer."""
    await call.is_with("agt_a")
    assert not call.hears_hold()
    assert call.room == transfer.room_a
    await stage.only_these_are_in(call.room, "caller_1", "agt_a", "host")
    await stage.until(lambda: set(stage.rooms.people) == {call.room}, "room B is closed")


async def test_declined_the_caller_stays_with_agent_a(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)
    await given_back(stage, call, transfer)
    assert transfer.now.attempts[0].outcome is Outcome.DECLINED
    assert stage.reservations.missed == set()


async def test_declined_in_the_consultation_the_caller_comes_off_hold(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)
    await given_back(stage, call, transfer)
    assert not stage.silences("caller_1")


async def test_nobody_answers_in_time(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"offer": 0.3})
    await transfer.ends(Outcome.NO_ANSWER)
    await given_back(stage, call, transfer)
    await stage.until(lambda: stage.reservations.missed == {"agt_b"}, "B is marked away")


async def test_an_agent_who_is_asked_already_is_busy(stage: Stage) -> None:
    stage.reservations.held["agt_b"] = "tr_other"
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.ends(Outcome.BUSY)
    await given_back(stage, call, transfer)
    assert stage.reservations.held.pop("agt_b") == "tr_other"


@pytest.mark.parametrize("phase", [Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING])
async def test_a_cancel_gives_the_caller_back(stage: Stage, phase: Phase) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.up_to(phase)
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await given_back(stage, call, transfer)
    assert not stage.silences("caller_1")


async def test_a_cancel_wins_until_the_seat_is_flipped(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    stage.voices.stays = True  # until the briefer is seen gone nobody is moved
    await transfer.accept()
    await transfer.complete()
    await transfer.reach(Phase.MOVING)
    await transfer.cancel()
    stage.voices.stays = False
    await transfer.ends(Outcome.CANCELLED)
    await given_back(stage, call, transfer)


async def test_a_cancel_after_the_flip_is_too_late(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.publishes = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await stage.until(
        lambda: stage.rooms.now().find("caller_1", transfer.room_b) is not None, "a standby seat"
    )
    await stage.until(lambda: call.caller.hears(transfer.room_b), "the flip")
    assert await refused(transfer.cancel()) == "too_late"
    stage.rooms.people[transfer.room_b]["caller_1"].publishes = True
    stage.rooms.stir()
    await transfer.ends(Outcome.COMPLETED)


async def test_complete_before_agent_b_has_accepted_is_refused(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    assert await refused(transfer.complete()) == "not_accepted"
    await transfer.goes_through()


async def test_only_the_agent_who_is_asked_may_accept(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    for stranger in ("agt_a", "agt_c", "caller_1"):
        with pytest.raises(NotYours):
            await transfer.decide(Decision.ACCEPT, by=stage.person(stranger))
    assert not transfer.now.accepted


async def test_the_same_decision_twice_is_a_yes(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    for _ in range(2):
        await transfer.accept()
    assert await refused(transfer.decide(Decision.DECLINE)) == "already_accepted"
    for _ in range(2):
        await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)
    assert transfer.events.count(Event.ACCEPTED) == 1
    assert transfer.events.count(Event.COMPLETE_ASKED) == 1
    assert {d.decision for d in transfer.now.decided} == {Decision.ACCEPT, Decision.COMPLETE}


async def test_after_a_no_there_is_no_yes(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.decide(Decision.DECLINE)
    assert await refused(transfer.accept()) in ("already_declined", "too_late", "transfer_ended")
    await transfer.ends(Outcome.DECLINED)
    assert await refused(transfer.accept()) == "transfer_ended"


async def test_a_yes_at_the_last_moment_has_one_winner(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"offer": 0.5})
    await transfer.reach(Phase.OFFERING)
    began = transfer.now.attempts[0].began_at
    await stage.until_time(began, 0.48)
    try:
        await transfer.accept()
    except Conflict:
        await transfer.ends(Outcome.NO_ANSWER)
        assert Event.ACCEPTED not in transfer.events
    else:
        await transfer.ends(Outcome.AGENT_B_LEFT)
        assert Event.ACCEPTED in transfer.events
    await given_back(stage, call, transfer)


async def test_a_supervisor_may_complete_and_cancel(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.decide(Decision.CANCEL, by=stage.person("sup_1"), supervisor=True)
    await transfer.ends(Outcome.CANCELLED)
    assert transfer.now.decided[0].by == "sup_1"


async def test_a_second_transfer_while_one_runs_is_refused(stage: Stage) -> None:
    call = await stage.talking()
    first = await call.transfer()
    assert await refused(call.transfer("agt_c")) == "transfer_running"
    await call.transfer(again=first)
    await first.reach(Phase.OFFERING)
    await first.cancel()
    await first.ends(Outcome.CANCELLED)


async def test_an_ended_transfer_asked_for_again_stays_ended(stage: Stage) -> None:
    call = await stage.talking()
    first = await call.transfer()
    await first.reach(Phase.OFFERING)
    await first.decide(Decision.DECLINE)
    await first.ends(Outcome.DECLINED)
    await call.is_with("agt_a")
    await call.transfer(again=first)
    second = await call.transfer("agt_c")
    await second.until_briefing()
    await second.accept()
    await second.complete()
    await second.ends(Outcome.COMPLETED)
    await call.transfer(again=second)
    await call.is_with("agt_c")
    assert first.events.count(Event.REQUESTED) == 1


async def test_nobody_transfers_to_oneself_or_somebody_elses_call(stage: Stage) -> None:
    call = await stage.talking()
    assert await refused(call.transfer("agt_a")) == "transfer_to_oneself"
    with pytest.raises(NotYours):
        await call.transfer("agt_a", by="agt_c")
    assert call.now.transfer_id is None


async def test_two_consultations_need_two_wishes(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.decide(Decision.BACK_TO_CALLER)
    await call.is_with("agt_a")
    await transfer.come(transfer.a)
    await transfer.reach(Phase.CONSULTING)
    assert Event.CONSULT_ENDED not in transfer.events
    assert await refused(transfer.decide(Decision.LEAVE)) == "not_now"


async def test_when_the_completer_forgets_it_goes_on_by_itself(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"complete": 0.4})
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    assert Event.PATIENCE_SHORT in transfer.events
    await call.is_with("agt_b")


async def test_agent_b_who_never_decides_is_not_waited_for(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"consult": 0.4})
    await transfer.until_briefing()
    await transfer.ends(Outcome.TIMED_OUT)
    await given_back(stage, call, transfer)


async def test_patience_never_cuts_off_two_agents_who_talk(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"consult": 4})
    await transfer.until_consulting()
    await asyncio.sleep(4.2)
    assert transfer.now.phase is Phase.CONSULTING
    await transfer.decide(Decision.BACK_TO_CALLER)
    await transfer.ends(Outcome.TIMED_OUT)
    await given_back(stage, call, transfer)


@pytest.mark.parametrize("nothing", ["offer", "consult"])
async def test_no_patience_at_all_ends_at_once(stage: Stage, nothing: str) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={nothing: 0})
    if nothing == "consult":
        await transfer.reach(Phase.OFFERING)
        await transfer.come(transfer.b)
    await transfer.ends(Outcome.NO_ANSWER if nothing == "offer" else Outcome.TIMED_OUT)
    await given_back(stage, call, transfer)


async def test_a_yes_without_patience_moves_at_once(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"complete": 0}, completes=Completes.BY_AGENT_A)
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    assert transfer.now.responsible is Responsible.AGENT_B
