"""Whoever leaves, and whenever: nobody is left alone, and nothing is left behind."""

import asyncio

import pytest

from api.errors import Conflict
from domain.journal import Event
from domain.phases import Decision, Outcome, Phase, Responsible, Way
from tests.plays.acts import introduces
from tests.stage import Stage

BEFORE_THE_MOVE = [Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING]


@pytest.mark.parametrize("phase", BEFORE_THE_MOVE)
async def test_a_caller_who_hangs_up_ends_everything(stage: Stage, phase: Phase) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.up_to(phase)
    await stage.gateway.end_call(call.id, "caller_1")
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()
    assert transfer.now.responsible is Responsible.NOBODY
    assert call.now.responsible_kind == "nobody"


async def test_a_caller_who_hangs_up_while_being_moved(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.publishes = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await stage.until(lambda: call.caller.hears(transfer.room_b), "the flip")
    await stage.gateway.end_call(call.id, "caller_1")
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()


async def test_a_caller_who_hangs_up_while_being_introduced(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await introduces(transfer)
    await stage.gateway.end_call(call.id, "caller_1")
    await transfer.ends(Outcome.COMPLETED)
    await call.ends()


async def test_nobody_but_the_caller_hangs_up_while_being_introduced(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await introduces(transfer)
    for agent in ("agt_a", "agt_b"):
        with pytest.raises(Conflict) as refused:
            await stage.gateway.end_call(call.id, agent)
        assert refused.value.code == "use_cancel_or_complete"
    await transfer.decide(Decision.LEAVE)
    await transfer.ends(Outcome.COMPLETED)


async def test_a_caller_who_hangs_up_hears_nothing_of_what_the_agents_say(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await stage.gateway.end_call(call.id, "caller_1")
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()
    since = stage.moments_since(Event.CONSULT_STARTED)
    seats = [moment.find("agt_a", transfer.room_a) for moment in since]
    assert seats[0]
    assert not [seat for seat in seats if seat and seat.grant.speak]


@pytest.mark.parametrize("phase", BEFORE_THE_MOVE)
async def test_a_caller_whose_connection_is_lost_for_good_has_left(
    stage: Stage, phase: Phase
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.up_to(phase)
    call.caller.vanish()
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()


async def test_a_caller_who_is_back_in_time_has_not_left(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 6})
    await transfer.until_briefing()
    call.caller.vanish()
    await stage.until(lambda: stage.rooms.now().host_plays(transfer.room_a) is False, "it is quiet")
    await asyncio.sleep(0.5)
    call.caller.join(transfer.room_a)
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert transfer.now.move
    assert transfer.now.move.way is Way.REJOIN, "its standby seat was lost too"


@pytest.mark.parametrize("phase", BEFORE_THE_MOVE)
async def test_a_caller_who_has_only_the_deaf_seat_left_is_called_back(
    stage: Stage, phase: Phase
) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 10})
    await transfer.up_to(phase)
    stage.rooms.leave(transfer.room_a, call.caller.id)
    await stage.until(lambda: call.caller.talks(transfer.room_a), "the caller is back")
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)
    await call.is_with("agt_a")


async def test_a_caller_who_stays_in_the_deaf_seat_alone_has_left(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    call.caller.follows = False
    stage.rooms.leave(transfer.room_a, call.caller.id)
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()


async def test_agent_b_who_stays_in_the_deaf_seat_alone_has_left(stage: Stage) -> None:
    call = await stage.talking(follows=False)
    transfer = await call.transfer()
    await transfer.until_briefing()
    await stage.until(lambda: transfer.b.is_in(call.room), "B waits in room A too")
    transfer.b.follows = False
    stage.rooms.leave(transfer.room_b, transfer.b.id)
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await call.is_with("agt_a")


async def test_a_caller_without_a_standby_seat_is_asked_to_rejoin(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.follows = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    call.caller.follows = True
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert transfer.now.move
    assert transfer.now.move.way is Way.REJOIN


async def test_agent_b_who_leaves_before_the_move(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.accept()
    transfer.b.vanish()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await call.is_with("agt_a")
    assert not call.hears_hold()


async def test_agent_b_who_leaves_during_the_move(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.publishes = False
    transfer = await call.transfer(patience={"gone": 2})
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await stage.until(lambda: call.caller.hears(transfer.room_b), "the flip")
    call.caller.publishes = True
    transfer.b.vanish()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await call.is_with("agt_a")


async def test_agent_b_who_accepts_and_never_comes(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"offer": 0.5})
    await transfer.reach(Phase.OFFERING)
    await transfer.accept()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await call.is_with("agt_a")


async def test_agent_b_who_accepted_and_cannot_be_heard_is_not_waited_for(stage: Stage) -> None:
    call = await stage.talking(follows=False)
    transfer = await call.transfer(patience={"complete": 0.4})
    await transfer.until_briefing()
    await stage.until(lambda: transfer.b.is_in(call.room), "B waits in room A too")
    stage.rooms.people[transfer.room_b]["agt_b"].publishes = False
    stage.rooms.stir()
    await transfer.accept()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await call.is_with("agt_a")


async def test_agent_a_who_leaves_after_the_yes_has_completed(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    transfer.a.vanish()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert Event.COMPLETE_ASKED not in transfer.events
    assert not stage.silences("caller_1")


async def test_agent_a_who_leaves_while_agent_b_is_rung(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"offer": 1.2})
    await transfer.reach(Phase.OFFERING)
    transfer.a.vanish()
    await stage.until(lambda: call.now.responsible_kind == "host", "the host has the caller")
    assert call.hears_hold()
    await transfer.ends(Outcome.NO_ANSWER)
    await call.waits()
    assert not stage.silences("caller_1")
    await call.answer(stage.person("agt_c"))
    await call.is_with("agt_c")


async def test_agent_a_who_is_lost_in_the_consultation_finds_the_caller_with_agent_b(
    stage: Stage,
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    transfer.a.vanish()
    await stage.until(lambda: call.now.responsible_kind == "host", "the host has the caller")
    assert call.hears_hold()
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert not stage.silences("caller_1")


async def test_agent_a_who_leaves_room_b_alone_is_back_with_the_caller(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    stage.rooms.leave(transfer.room_b, "agt_a")
    await transfer.tells(Event.CONSULT_ENDED)
    await call.is_with("agt_a")
    assert not call.hears_hold()
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)


async def test_agent_a_on_an_old_token_is_put_out(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert not transfer.a.join(transfer.room_a)
    assert transfer.a.join(transfer.room_b)
    assert not transfer.a.hears(transfer.room_b)
    await stage.until(lambda: not transfer.a.is_in(transfer.room_b), "A is put out again")
    await stage.until(lambda: call.now.responsible == "agt_b", "B has the caller")
