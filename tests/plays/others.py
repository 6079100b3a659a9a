"""Transfers in which others are asked, and calls that are taken back."""

from datetime import timedelta

from domain.journal import Event
from domain.orders import Redirect, Who
from domain.phases import Decision, Phase
from tests.people import StagedCall, StagedTransfer
from tests.plays.acts import briefed, goes_over, play
from tests.stage import BRIEF, Stage


@play
async def ringing_the_next(stage: Stage) -> None:
    await declined_by_the_first(stage)


@play
async def handed_over_to_the_next(stage: Stage) -> None:
    transfer = await declined_by_the_first(stage)
    await transfer.until_consulting()
    await transfer.goes_through()


@play
async def redirected(stage: Stage) -> None:
    transfer = await briefed(stage)
    wish = Redirect(who=Who(person="agt_a"), to="agt_c")
    await stage.gateway.redirect(transfer.id, wish)
    await rings_next(stage, transfer)


@play
async def taken_back(stage: Stage) -> None:
    call = await with_agent_b(stage)
    a = stage.person("agt_a")
    a.sit(await stage.gateway.take_back(call.id, a.id))
    await call.is_with("agt_a")


@play
async def being_taken_back(stage: Stage) -> None:
    call = await with_agent_b(stage)
    a = stage.person("agt_a")
    a.publishes = False
    a.sit(await stage.gateway.take_back(call.id, a.id))
    await stage.until(lambda: a.is_in(call.room), "A is in the room")


@play
async def lost_by_agent_b(stage: Stage) -> None:
    call = await with_agent_b(stage)
    stage.person("agt_b").vanish()
    await stage.until(lambda: call.now.rings == "agt_a", "A is rung")


@play
async def invited_again(stage: Stage) -> None:
    call = await stage.talking(BRIEF.model_copy(update={"gone": timedelta(seconds=8)}))
    stage.rooms.restart()
    await stage.until(lambda: call.room in stage.rooms.people, "the room is open again")
    call.caller.join(call.room)
    await stage.until(lambda: Event.SEAT_OFFERED in call.events, "A is invited")


async def declined_by_the_first(stage: Stage) -> StagedTransfer:
    """Have the second of two rung."""
    call = await stage.talking()
    transfer = await call.transfer(fallbacks=("agt_c",))
    await transfer.until_consulting()
    await transfer.decide(Decision.DECLINE)
    await rings_next(stage, transfer)
    return transfer


async def rings_next(stage: Stage, transfer: StagedTransfer) -> None:
    """See agent C rung, and agent A with the caller."""
    await stage.until(lambda: transfer.now.agent_b == "agt_c", "C is next")
    await transfer.reach(Phase.OFFERING)
    await transfer.call.is_with("agt_a")
    transfer.b = stage.person("agt_c")


async def with_agent_b(stage: Stage) -> StagedCall:
    """Let agent B have the caller."""
    transfer = await briefed(stage)
    await goes_over(transfer)
    return transfer.call
