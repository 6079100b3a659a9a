"""Transfers under way, in each phase."""

from domain.journal import Event
from domain.phases import Decision, Phase
from tests.plays.acts import briefed, consulted, introduces, play
from tests.stage import Stage


@play
async def ringing(stage: Stage) -> None:
    call = await stage.talking()
    await (await call.transfer()).until_offering()


@play
async def briefing(stage: Stage) -> None:
    await briefed(stage)


@play
async def consulting(stage: Stage) -> None:
    await consulted(stage)


@play
async def consulting_by_mirror(stage: Stage) -> None:
    await consulted(stage, follows=False)


@play
async def accepted(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.accept()
    await transfer.tells(Event.ACCEPTED)


@play
async def back_with_the_caller(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.decide(Decision.BACK_TO_CALLER)
    await transfer.tells(Event.CONSULT_ENDED)
    await transfer.call.is_with("agt_a")


@play
async def moving(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.publishes = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await stage.until(lambda: call.caller.hears(transfer.room_b), "the seat is opened")


@play
async def introducing(stage: Stage) -> None:
    transfer = await consulted(stage)
    await introduces(transfer)
    await stage.until(lambda: transfer.a.talks(transfer.room_b), "all three talk")


@play
async def returning(stage: Stage) -> None:
    transfer = await consulted(stage)
    transfer.a.publishes = False
    for room in (transfer.room_a, transfer.room_b):
        stage.rooms.people[room]["agt_a"].publishes = False
    await transfer.decide(Decision.DECLINE)
    await transfer.reach(Phase.RETURNING)
