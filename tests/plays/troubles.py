"""Transfers around which something breaks, or is asked for once more."""

import asyncio

from domain.errors import Refused, Unreachable
from domain.journal import Event
from domain.names import BRIEFER, HOST
from domain.phases import Decision, Outcome, Phase
from tests.plays.acts import briefed, goes_over, play
from tests.stage import Stage


@play
async def called_back(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 8})
    await transfer.until_briefing()
    stage.rooms.leave(transfer.room_a, call.caller.id)
    await stage.until(lambda: call.caller.talks(transfer.room_a), "the caller is back")


@play
async def opened_again_in_a_transfer(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 8})
    await transfer.until_consulting()
    rooms = set(stage.rooms.people)
    stage.rooms.restart()
    await stage.until(lambda: set(stage.rooms.people) == rooms, "the rooms are open again")
    call.caller.join(transfer.room_a)
    for person in (transfer.a, transfer.b):
        person.join(transfer.room_b)
    await stage.until(lambda: transfer.a.talks(transfer.room_b), "the agents talk again")


@play
async def without_voices(stage: Stage) -> None:
    stage.voices.available -= {HOST, BRIEFER}
    call = await stage.call()
    await call.answer(stage.person("agt_a"))
    await call.is_with("agt_a")
    transfer = await call.transfer(patience={"host": 0.3})
    await transfer.until_briefing()
    await transfer.come(transfer.a)
    await transfer.tells(Event.HOLD_MISSING)


@play
async def said_again(stage: Stage) -> None:
    transfer = await briefed(stage)
    await transfer.tells(Event.BRIEFING_SPOKEN)
    stage.voices.tongue_tied = True
    await stage.gateway.speak(transfer.id)
    await stage.until(lambda: stage.rooms.now().briefer_is_in(transfer.room_b), "it speaks")
    await stage.gateway.hush(transfer.id)
    await stage.until(lambda: not stage.rooms.now().briefer_is_in(transfer.room_b), "it is quiet")
    await stage.gateway.briefing_edited(transfer.id)
    await transfer.tells(Event.BRIEFING_WRITTEN, times=2)


@play
async def told_until_it_hears(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    stage.rooms.failing["hold"] = [Refused("no")] * 3
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    assert call.hears_hold()
    await stage.until(lambda: not call.hears_hold(), "the music stops")


@play
async def told_meanwhile(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    stage.rooms.failing["hold"] = [Refused("no")] * 2
    await transfer.decide(Decision.BACK_TO_CALLER)
    await transfer.tells(Event.CONSULT_ENDED)
    assert call.hears_hold()
    await stage.until(lambda: not call.hears_hold(), "the music stops")
    assert transfer.now.phase is Phase.BRIEFING
    await goes_over(transfer)


@play
async def looked_for(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 0.5})
    await transfer.until_briefing()
    await call.loses(call.caller)
    stage.rooms.failing["look"] = [Unreachable("away")] * 1000
    await asyncio.sleep(1)
    stage.rooms.failing.clear()
    await transfer.ends(Outcome.CALLER_LEFT)
