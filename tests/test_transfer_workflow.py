"""What a transfer promises when people do what they should."""

from itertools import pairwise

from domain.journal import Event
from domain.phases import Completes, Decision, Outcome, Phase, Responsible, Way
from tests.fakes.record import CANARY
from tests.plays.acts import introduces
from tests.stage import Stage


async def test_the_quick_way_needs_no_hold(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    assert transfer.a.talks(transfer.room_a)
    await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert transfer.now.move
    assert transfer.now.move.way is Way.STANDBY
    assert Event.HOLD_STARTED not in transfer.events
    assert not any(m.host_plays(transfer.room_a) for m in stage.moments_since(Event.REQUESTED))
    assert set(stage.rooms.people) == {transfer.room_b}
    await stage.only_these_are_in(transfer.room_b, "caller_1", "agt_b", "host")


async def test_a_consultation_puts_the_caller_on_hold_before_the_agents_talk(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    first_word = next(m for m in stage.rooms.moments if m.live("agt_a", transfer.room_b))
    before = stage.rooms.moments[: stage.rooms.moments.index(first_word)]
    assert before[-1].host_plays(transfer.room_a)
    fenced = next(
        m
        for m in before
        if m.find("agt_a", transfer.room_a)
        and not m.live("agt_a", transfer.room_a)
        and m.live("caller_1", transfer.room_a)
        and m.active("agt_b", transfer.room_b)
    )
    assert fenced.host_plays(transfer.room_a), "she was fenced only when the caller heard music"
    await stage.until(lambda: call.now.state == "on_hold", "the call is on hold")
    assert call.now.responsible == "agt_a"
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert not call.hears_hold()


async def test_the_caller_is_never_alone_without_music(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert not stage.silences("caller_1")


async def test_agent_a_goes_only_when_the_caller_and_agent_b_talk(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.goes_through()
    gone = next(
        m for m in stage.moments_since(Event.MOVING) if not m.find("agt_a", transfer.room_a)
    )
    assert gone.live("caller_1", transfer.room_b)
    assert gone.live("agt_b", transfer.room_b)
    assert (transfer.room_b, "agt_a") in stage.seats.void


async def test_nobody_in_room_b_reaches_the_callers_ears_before_the_move(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    waiting = [
        seen
        for m in stage.rooms.moments
        if (seen := m.find("caller_1", transfer.room_b)) is not None
    ]
    assert waiting
    assert not any(s.grant.hear or s.grant.speak or s.microphone for s in waiting)
    assert all(s.grant.hidden for s in waiting)


async def test_a_caller_whose_client_does_nothing_stays_where_they_are(stage: Stage) -> None:
    call = await stage.talking(follows=False)
    room = call.room
    transfer = await call.transfer()
    await transfer.until_consulting()
    await stage.until(lambda: transfer.b.is_in(room), "B takes the mirror seat")
    assert not transfer.b.talks(room)
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert call.room == room
    assert transfer.now.move
    assert transfer.now.move.way is Way.MIRROR
    await stage.only_these_are_in(room, "caller_1", "agt_b", "host")
    assert set(stage.rooms.people) == {room}
    assert not stage.silences("caller_1")


async def test_the_mirror_needs_no_hold_either(stage: Stage) -> None:
    call = await stage.talking(follows=False)
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_b")
    assert Event.HOLD_STARTED not in transfer.events


async def test_agent_b_is_briefed_in_room_b_and_nobody_else_is(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    assert stage.voices.spoken[0].startswith(f"Ada {CANARY}")
    assert transfer.now.briefing_spoken
    rooms_with_briefers = {
        s.room for m in stage.rooms.moments for s in m.seen if m.briefer_is_in(s.room)
    }
    assert rooms_with_briefers == {transfer.room_b}


async def test_the_briefer_is_gone_before_the_caller_hears_room_b(stage: Stage) -> None:
    stage.voices.tongue_tied = True
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await stage.until(
        lambda: stage.rooms.now().briefer_is_in(transfer.room_b), "the briefer is there"
    )
    await transfer.goes_through()
    # `afterwards` looks at every moment: no caller ever heard a room with a briefer in it.
    assert any(m.briefer_is_in(transfer.room_b) for m in stage.rooms.moments)


async def test_a_briefing_is_said_again_and_stopped_when_asked(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    await stage.gateway.speak(transfer.id)
    await transfer.tells(Event.BRIEFING_SPOKEN, times=2)
    stage.voices.tongue_tied = True
    await stage.gateway.speak(transfer.id)
    await stage.until(lambda: stage.rooms.now().briefer_is_in(transfer.room_b), "it speaks")
    await stage.gateway.hush(transfer.id)
    await stage.until(lambda: not stage.rooms.now().briefer_is_in(transfer.room_b), "it is quiet")
    assert len(stage.voices.spoken) == 4


async def test_on_accept_it_goes_on_by_itself(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(completes=Completes.ON_ACCEPT)
    await transfer.reach(Phase.OFFERING)
    await transfer.accept()
    await transfer.come(transfer.b)
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")


async def test_an_accept_from_the_first_ring_on_counts(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.accept()
    await transfer.complete()
    await transfer.come(transfer.b)
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")


async def test_agent_a_introduces_and_leaves(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await introduces(transfer)
    room = transfer.room_b
    await stage.until(
        lambda: all(p.talks(room) for p in (call.caller, transfer.a, transfer.b)), "all three talk"
    )
    assert transfer.now.responsible is Responsible.AGENT_B
    await transfer.decide(Decision.LEAVE)
    await transfer.ends(Outcome.COMPLETED)
    await stage.only_these_are_in(room, "caller_1", "agt_b", "host")


async def test_an_introduction_after_a_consultation_in_the_callers_own_room(stage: Stage) -> None:
    call = await stage.talking(follows=False)
    transfer = await call.transfer(patience={"introduce": 1})
    await transfer.until_consulting()
    await introduces(transfer)
    await stage.until(lambda: transfer.a.talks(call.room), "agent A is back in room A")
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert Event.LEAVE_ASKED not in transfer.events
    assert not transfer.a.is_in(call.room)


async def test_agent_a_goes_back_to_the_caller_and_in_again(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    for times in (1, 2):
        await transfer.decide(Decision.BACK_TO_CALLER)
        await transfer.tells(Event.CONSULT_ENDED, times)
        await call.is_with("agt_a")
        assert not call.hears_hold()
        await stage.until(lambda: not transfer.a.is_in(transfer.room_b), "she has left room B")
        await transfer.come(transfer.a)
        await transfer.tells(Event.CONSULT_STARTED, times + 1)
    await transfer.goes_through()
    assert not stage.silences("caller_1")


async def test_a_caller_may_be_handed_on_and_on_and_back(stage: Stage) -> None:
    call = await stage.talking()
    chain = ["agt_a", "agt_b", "agt_c", "agt_a"]
    for by, to in pairwise(chain):
        transfer = await call.transfer(by=by, to=to)
        await transfer.until_briefing()
        await transfer.goes_through()
        await call.is_with(to)
    assert len({t.room_b for t in call.transfers}) == 3
    assert call.events.count(Event.CALL_ENDED) == 0
    await stage.gateway.end_call(call.id, "agt_a")
    await call.ends()


async def test_the_journal_says_who_is_responsible_from_first_to_last(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.goes_through()
    said = [entry.transfer.responsible for entry in transfer.entries if entry.transfer]
    assert said[0] is Responsible.AGENT_A
    assert said[-1] is Responsible.AGENT_B
    assert len([1 for one, next_one in pairwise(said) if one != next_one]) == 1
    await stage.gateway.end_call(call.id, "caller_1")
    await call.ends()
    kinds = [entry.call.responsible_kind for entry in stage.journal.of(call.writer) if entry.call]
    assert kinds[0] == "host"
    assert kinds[-1] == "nobody"
    assert "nobody" not in kinds[:-1]
