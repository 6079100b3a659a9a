"""For a while after a transfer agent A may have the caller back."""

from datetime import timedelta
from itertools import pairwise

import pytest

from api.errors import Conflict
from domain.journal import Event
from domain.phases import Outcome
from tests.people import Person, StagedCall
from tests.stage import BRIEF, Stage

SHORT = BRIEF.model_copy(update={"take_back": timedelta(seconds=1)})


async def handed_over(stage: Stage, patience: object = BRIEF, **order: object) -> StagedCall:
    """A call that agent A has just handed to agent B."""
    call = await stage.talking(patience, **order)  # type: ignore[arg-type]
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_b")
    return call


async def take_back(stage: Stage, call: StagedCall, agent: Person) -> None:
    agent.sit(await stage.gateway.take_back(call.id, agent.id))


@pytest.mark.parametrize("follows", [True, False])
async def test_agent_a_has_the_caller_back_and_agent_b_is_out(stage: Stage, follows: bool) -> None:
    call = await handed_over(stage, follows=follows)
    await take_back(stage, call, stage.person("agt_a"))
    await call.is_with("agt_a")
    await stage.until(lambda: not stage.person("agt_b").is_in(call.room), "B is out")
    assert Event.TAKEN_BACK in call.events
    assert not stage.silences("caller_1")
    await stage.until(lambda: (call.room, "agt_b") in stage.seats.void, "B's seats are void")


async def test_agent_b_has_the_caller_until_agent_a_can_be_heard(stage: Stage) -> None:
    call = await handed_over(stage)
    a = stage.person("agt_a")
    a.publishes = False
    await take_back(stage, call, a)
    await stage.until(lambda: a.is_in(call.room), "A is in the room")
    assert call.now.responsible == "agt_b"
    assert stage.rooms.talks("agt_b", call.room)
    stage.rooms.people[call.room]["agt_a"].publishes = True
    stage.rooms.stir()
    await call.is_with("agt_a")


async def test_agent_b_keeps_a_caller_whom_agent_a_does_not_come_for(stage: Stage) -> None:
    patience = BRIEF.model_copy(update={"arrive": timedelta(seconds=0.3)})
    call = await handed_over(stage, patience)
    await stage.gateway.take_back(call.id, "agt_a")
    await stage.until(lambda: Event.TAKE_BACK_LAPSED in call.events, "A didn't come")
    await call.is_with("agt_b")


async def test_the_same_wish_twice_is_one(stage: Stage) -> None:
    call = await handed_over(stage)
    a = stage.person("agt_a")
    await take_back(stage, call, a)
    await call.is_with("agt_a")
    await take_back(stage, call, a)
    assert call.events.count(Event.TAKE_BACK_ASKED) == 1


async def test_nobody_else_takes_a_caller_back_nor_agent_a_much_later(stage: Stage) -> None:
    call = await handed_over(stage, SHORT)
    with pytest.raises(Conflict) as refused:
        await stage.gateway.take_back(call.id, "agt_c")
    assert refused.value.code == "no_take_back"
    handed_over_at = call.transfers[0].entries[-1].at
    await stage.until_time(handed_over_at, 1.2)
    with pytest.raises(Conflict) as late:
        await stage.gateway.take_back(call.id, "agt_a")
    assert late.value.code == "no_take_back"
    await call.is_with("agt_b")


async def test_a_cancelled_transfer_leaves_nothing_to_take_back(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    with pytest.raises(Conflict):
        await stage.gateway.take_back(call.id, "agt_b")


async def test_agent_a_is_rung_when_agent_b_is_lost_soon_after_the_transfer(stage: Stage) -> None:
    call = await handed_over(stage)
    stage.person("agt_b").vanish()
    await call.waits()
    await stage.until(lambda: call.now.rings == "agt_a", "A is rung")
    await take_back(stage, call, stage.person("agt_a"))
    await call.is_with("agt_a")
    assert call.now.rings is None


async def test_ringing_ends_by_itself_and_anybody_may_answer(stage: Stage) -> None:
    patience = BRIEF.model_copy(update={"offer": timedelta(seconds=0.5)})
    call = await stage.talking(patience)
    transfer = await call.transfer(patience={"offer": 30})
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_b")
    stage.person("agt_b").vanish()
    await stage.until(lambda: call.now.rings == "agt_a", "A is rung")
    await stage.until(lambda: call.now.rings is None, "it rings no more")
    await call.answer(stage.person("agt_c"))
    await call.is_with("agt_c")
    with pytest.raises(Conflict):
        await stage.gateway.take_back(call.id, "agt_a")


async def test_nobody_is_rung_for_an_agent_b_who_is_lost_much_later(stage: Stage) -> None:
    call = await handed_over(stage, SHORT)
    await stage.until_time(call.transfers[0].entries[-1].at, 1.2)
    stage.person("agt_b").vanish()
    await call.waits()
    assert call.now.rings is None


async def test_agent_b_who_is_lost_while_agent_a_comes_leaves_the_caller_to_her(
    stage: Stage,
) -> None:
    call = await handed_over(stage)
    a = stage.person("agt_a")
    a.publishes = False
    await take_back(stage, call, a)
    stage.person("agt_b").vanish()
    await stage.until(lambda: call.now.agent == "agt_a", "she has the call")
    stage.rooms.people[call.room]["agt_a"].publishes = True
    stage.rooms.stir()
    await call.is_with("agt_a")


async def test_a_caller_on_the_way_back_is_not_passed_on_meanwhile(stage: Stage) -> None:
    call = await handed_over(stage)
    a = stage.person("agt_a")
    a.publishes = False
    await take_back(stage, call, a)
    with pytest.raises(Conflict) as refused:
        await call.transfer("agt_c", by="agt_b")
    assert refused.value.code == "being_taken_back"


async def test_a_caller_is_not_passed_on_for_ever(stage: Stage) -> None:
    call = await stage.talking()
    agents = [f"agt_{name}" for name in "abcdefghijk"]
    for by, to in pairwise(agents):
        transfer = await call.transfer(to, by=by)
        await transfer.until_briefing()
        await transfer.goes_through()
        await call.is_with(to)
    with pytest.raises(Conflict) as refused:
        await call.transfer("agt_z", by=agents[-1])
    assert refused.value.code == "too_many_hops"
