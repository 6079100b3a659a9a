"""One target after the other: whoever doesn't take the caller is followed by the next."""

import pytest

from api.errors import Conflict, NotYours
from domain.journal import Event
from domain.orders import Redirect, Who
from domain.phases import Decision, Outcome, Phase
from tests.people import StagedTransfer
from tests.stage import Stage

ALL_PHASES = [Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING]


async def wants(stage: Stage, transfer: StagedTransfer, agent: str, by: str = "agt_a") -> None:
    """Have somebody else asked."""
    wish = Redirect(who=Who(person=by), to=agent)
    await stage.gateway.redirect(transfer.id, wish)


async def turns_to(stage: Stage, transfer: StagedTransfer, agent: str) -> None:
    """See the next one rung, agent A with the caller, and nobody but the caller left in room B."""
    await stage.until(lambda: transfer.now.agent_b == agent, f"{agent} is next")
    await transfer.reach(Phase.OFFERING)
    await transfer.call.is_with("agt_a")
    assert not transfer.call.hears_hold()
    before = transfer.b
    transfer.b = stage.person(agent)
    await stage.until(lambda: not before.is_in(transfer.room_b), "who was asked before is out")
    await stage.until(
        lambda: set(stage.reservations.held) == {agent}, "whoever is asked no more is free"
    )
    await stage.until(lambda: (transfer.room_b, before.id) in stage.seats.void, "and turned away")


def outcomes(transfer: StagedTransfer) -> list[tuple[str, Outcome | None]]:
    return [(attempt.to, attempt.outcome) for attempt in transfer.now.attempts]


@pytest.mark.parametrize("phase", ALL_PHASES)
@pytest.mark.parametrize("follows", [True, False])
async def test_the_next_target_takes_over_when_the_first_declines(
    stage: Stage, phase: Phase, follows: bool
) -> None:
    call = await stage.talking(follows=follows)
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.up_to(phase)
    await transfer.decide(Decision.DECLINE)
    await turns_to(stage, transfer, "agt_c")
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_c")
    assert outcomes(transfer) == [("agt_b", Outcome.DECLINED), ("agt_c", Outcome.COMPLETED)]
    assert not stage.silences("caller_1")


async def test_every_target_is_asked_and_then_the_caller_stays_with_agent_a(stage: Stage) -> None:
    call = await stage.talking()
    stage.reservations.held["agt_b"] = "tr_another"
    transfer = await call.transfer(fallbacks=("agt_c", "agt_d"), patience={"offer": 0.5})
    await transfer.reach(Phase.OFFERING)
    assert transfer.now.agent_b == "agt_c", "a busy agent is passed over"
    await transfer.ends(Outcome.NO_ANSWER)
    await call.is_with("agt_a")
    assert outcomes(transfer) == [
        ("agt_b", Outcome.BUSY),
        ("agt_c", Outcome.NO_ANSWER),
        ("agt_d", Outcome.NO_ANSWER),
    ]
    assert stage.reservations.missed == {"agt_c", "agt_d"}
    assert stage.reservations.held.pop("agt_b") == "tr_another"


@pytest.mark.parametrize("phase", [Phase.BRIEFING, Phase.CONSULTING])
async def test_the_next_target_is_asked_when_the_first_is_lost(stage: Stage, phase: Phase) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.up_to(phase)
    await transfer.accept()
    transfer.b.vanish()
    await turns_to(stage, transfer, "agt_c")
    assert not transfer.now.accepted, "another's yes is not hers"
    await transfer.up_to(Phase.CONSULTING)
    await transfer.goes_through()
    await call.is_with("agt_c")


async def test_each_target_is_briefed_from_the_start(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    await transfer.decide(Decision.DECLINE)
    await turns_to(stage, transfer, "agt_c")
    assert not transfer.now.briefing_spoken
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN, times=2)
    assert stage.voices.spoken == stage.voices.spoken[:2] * 2
    await transfer.goes_through()


async def test_a_cancel_ends_it_whoever_would_be_next(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_consulting()
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    assert outcomes(transfer) == [("agt_b", Outcome.CANCELLED)]


async def test_a_caller_who_hangs_up_ends_it_whoever_would_be_next(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_consulting()
    await stage.gateway.end_call(call.id, "caller_1")
    await transfer.ends(Outcome.CALLER_LEFT)
    await call.ends()


@pytest.mark.parametrize("phase", ALL_PHASES)
async def test_agent_a_has_somebody_else_asked_without_starting_over(
    stage: Stage, phase: Phase
) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_d",))
    await transfer.up_to(phase)
    await wants(stage, transfer, "agt_c")
    await turns_to(stage, transfer, "agt_c")
    await transfer.up_to(phase)
    await transfer.decide(Decision.DECLINE)
    await turns_to(stage, transfer, "agt_d")
    await transfer.up_to(phase)
    await transfer.accept() if phase is not Phase.OFFERING else await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_d")
    assert outcomes(transfer) == [
        ("agt_b", Outcome.CANCELLED),
        ("agt_c", Outcome.DECLINED),
        ("agt_d", Outcome.COMPLETED),
    ]
    assert not stage.silences("caller_1")


async def test_asking_for_the_one_who_is_asked_changes_nothing(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await wants(stage, transfer, "agt_b")
    await transfer.goes_through()
    assert Event.REDIRECT_ASKED not in transfer.events
    assert len(transfer.now.attempts) == 1


async def test_only_agent_a_asks_for_somebody_else_and_never_for_herself(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    with pytest.raises(NotYours):
        await wants(stage, transfer, "agt_c", by="agt_b")
    with pytest.raises(Conflict) as refused:
        await wants(stage, transfer, "agt_a")
    assert refused.value.code == "transfer_to_oneself"
    await transfer.goes_through()
    with pytest.raises(Conflict) as late:
        await wants(stage, transfer, "agt_c")
    assert late.value.code == "transfer_ended"


async def test_it_is_too_late_to_ask_somebody_else_while_the_caller_is_moved(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.publishes = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await stage.until(lambda: call.caller.hears(transfer.room_b), "the flip")
    with pytest.raises(Conflict) as late:
        await wants(stage, transfer, "agt_c")
    assert late.value.code == "too_late"
    stage.rooms.people[transfer.room_b]["caller_1"].publishes = True
    stage.rooms.stir()
    await transfer.ends(Outcome.COMPLETED)


async def test_whoever_is_asked_no_more_decides_nothing(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_briefing()
    first = transfer.b
    await transfer.decide(Decision.DECLINE)
    await turns_to(stage, transfer, "agt_c")
    with pytest.raises(NotYours):
        await transfer.decide(Decision.ACCEPT, by=first)
    with pytest.raises(NotYours):
        await transfer.come(first)
    await transfer.until_briefing()
    await transfer.goes_through()


async def test_a_target_may_be_asked_again(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await wants(stage, transfer, "agt_c")
    await turns_to(stage, transfer, "agt_c")
    await wants(stage, transfer, "agt_b")
    await turns_to(stage, transfer, "agt_b")
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_the_next_target_is_asked_though_agent_a_has_gone(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_consulting()
    transfer.a.vanish()
    await transfer.decide(Decision.DECLINE)
    await stage.until(lambda: transfer.now.agent_b == "agt_c", "the next one is asked")
    await transfer.reach(Phase.OFFERING)
    await call.waits()
    transfer.b = stage.person("agt_c")
    await transfer.come(transfer.b)
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_c")


async def test_a_wish_that_is_repeated_late_disturbs_nobody_who_is_asked_by_now(
    stage: Stage,
) -> None:
    call = await stage.talking()
    stage.reservations.held["agt_x"] = "tr_another"
    transfer = await call.transfer(fallbacks=("agt_c",))
    wish = Redirect(who=Who(person="agt_a"), to="agt_x")
    await transfer.until_offering()
    await stage.gateway.redirect(transfer.id, wish, "wish_1")
    await stage.until(lambda: transfer.now.agent_b == "agt_c", "X is busy, and C is next")
    await transfer.reach(Phase.OFFERING)
    await stage.gateway.redirect(transfer.id, wish, "wish_1")
    transfer.b = stage.person("agt_c")
    await transfer.until_briefing()
    await transfer.goes_through()
    await call.is_with("agt_c")
    del stage.reservations.held["agt_x"]
