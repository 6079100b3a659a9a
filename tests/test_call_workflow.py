"""What a call promises: the caller is always with somebody."""

import asyncio
from datetime import timedelta

import pytest

from api.errors import ApiError, Conflict, NotYours
from domain.errors import Refused
from domain.journal import Event
from domain.phases import CallState, Outcome, Phase
from tests.stage import BRIEF, Stage


async def test_a_caller_waits_with_hold_audio_and_talks_to_the_agent_who_answers(
    stage: Stage,
) -> None:
    call = await stage.call()
    await call.waits()
    await call.answer(stage.person("agt_a"))
    await call.is_with("agt_a")
    assert not call.hears_hold()
    assert call.events[0] is Event.CALL_OPENED


async def test_two_agents_answer_and_one_has_the_call(stage: Stage) -> None:
    call = await stage.call()
    answers = await asyncio.gather(
        *(call.answer(stage.person(f"agt_{name}")) for name in "abcd"), return_exceptions=True
    )
    refusals = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refusals) == 3
    assert {refusal.code for refusal in refusals} == {"already_answered"}
    assert call.events.count(Event.CALL_ANSWERED) == 1


async def test_the_same_agent_may_answer_twice(stage: Stage) -> None:
    call = await stage.talking()
    await call.answer(stage.person("agt_a"))
    assert call.events.count(Event.CALL_ANSWERED) == 1


@pytest.mark.parametrize("who", ["caller_1", "agt_a"])
async def test_hanging_up_ends_the_call_and_leaves_nothing(stage: Stage, who: str) -> None:
    call = await stage.talking()
    await stage.gateway.end_call(call.id, who)
    await call.ends()
    assert call.now.state is CallState.ENDED
    await stage.gateway.end_call(call.id, who)
    with pytest.raises(Conflict):
        await stage.gateway.call_seat(call.id, who)


async def test_strangers_can_neither_end_a_call_nor_sit_in_it(stage: Stage) -> None:
    call = await stage.talking()
    with pytest.raises(NotYours):
        await stage.gateway.end_call(call.id, "agt_c")
    with pytest.raises(Conflict):
        await stage.gateway.call_seat(call.id, "agt_c")


async def test_during_a_transfer_agents_cannot_hang_up(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    with pytest.raises(Conflict) as refusal:
        await stage.gateway.end_call(call.id, "agt_a")
    assert refusal.value.code == "use_cancel_or_complete"


async def test_an_agent_who_answered_and_never_comes_frees_the_call(stage: Stage) -> None:
    call = await stage.call(BRIEF.model_copy(update={"arrive": timedelta(seconds=0.3)}))
    await stage.gateway.answer(call.id, "agt_a")
    await stage.until(lambda: call.now.agent is None and Event.CALL_ANSWERED in call.events, "free")
    await call.waits()
    await call.answer(stage.person("agt_c"))
    await call.is_with("agt_c")


async def test_an_agent_who_vanishes_leaves_the_caller_with_music(stage: Stage) -> None:
    call = await stage.talking()
    stage.person("agt_a").vanish()
    await call.waits()
    await stage.until(lambda: call.now.agent is None, "A counts as gone")
    assert not stage.silences("caller_1")
    await call.answer(stage.person("agt_c"))
    await call.is_with("agt_c")


async def test_a_caller_who_vanishes_has_hung_up(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.vanish()
    await call.ends()


async def test_a_caller_who_never_comes_in_is_not_waited_for(stage: Stage) -> None:
    call = await stage.call(BRIEF.model_copy(update={"enter": timedelta(seconds=0.2)}))
    call.caller.vanish()
    await call.ends()


async def test_whoever_only_asks_for_rooms_keeps_no_host_from_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.person("caller_1"), "sit", lambda _: None)
    call = await stage.call(BRIEF.model_copy(update={"enter": timedelta(seconds=0.5)}))
    await call.ends()
    seen = {one.identity for _, presence in stage.rooms.moments_at for one in presence.seen}
    assert not seen


async def test_a_reloaded_page_gets_its_seat_again(stage: Stage) -> None:
    call = await stage.talking()
    for person in (call.caller, stage.person("agt_a")):
        person.vanish()
        person.sit(await stage.gateway.call_seat(call.id, person.id))
    await call.is_with("agt_a")


async def test_a_lost_host_is_replaced(stage: Stage) -> None:
    call = await stage.call()
    await call.waits()
    await stage.voices.dismiss("host", call.room)
    await call.waits()


async def test_a_media_server_that_is_away_ends_no_call(stage: Stage) -> None:
    call = await stage.talking()
    stage.rooms.away = True
    await asyncio.sleep(1)  # longer than `gone`
    stage.rooms.away = False
    await call.is_with("agt_a")
    assert Event.CALL_ENDED not in call.events


async def test_a_caller_for_whom_there_is_no_room_is_told(stage: Stage) -> None:
    stage.rooms.failing["open"] = [Refused("no")]
    with pytest.raises(ApiError):
        await stage.call()
    await stage.until(lambda: stage.calls[0].events == [Event.CALL_ENDED], "the call has ended")


async def test_with_the_record_away_people_still_talk(stage: Stage) -> None:
    call = await stage.call()
    await call.waits()
    room = call.room
    stage.journal.away = True
    await call.answer(stage.person("agt_a"))
    await stage.until(lambda: stage.person("agt_a").talks(room), "they talk")
    stage.journal.away = False
    await call.is_with("agt_a")


async def test_a_call_cancelled_in_the_ui_ends_whole(stage: Stage) -> None:
    call = await stage.talking()
    await call.handle.cancel()
    await call.ends()
    assert call.events[-1] is Event.CALL_ENDED


async def test_a_call_cancelled_in_the_ui_ends_its_transfer_too(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await call.handle.cancel()
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()


async def test_hanging_up_while_a_transfer_is_asked_for_ends_both(stage: Stage) -> None:
    call = await stage.talking()
    asked, hung_up = await asyncio.gather(
        call.transfer(), stage.gateway.end_call(call.id, "caller_1"), return_exceptions=True
    )
    assert hung_up is None
    await call.ends()
    if not isinstance(asked, Conflict):
        await call.transfers[0].ends(Outcome.CALLER_LEFT)
