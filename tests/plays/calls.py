"""Calls without a transfer."""

from tests.plays.acts import play
from tests.stage import Stage


@play
async def waiting(stage: Stage) -> None:
    await (await stage.call()).waits()


@play
async def talking(stage: Stage) -> None:
    await stage.talking()


@play
async def without_agent_a(stage: Stage) -> None:
    call = await stage.talking()
    stage.person("agt_a").vanish()
    await stage.until(lambda: call.now.agent is None, "A counts as gone")
    await call.waits()


@play
async def opened_again(stage: Stage) -> None:
    call = await stage.talking()
    rooms = set(stage.rooms.people)
    stage.rooms.restart()
    await stage.until(lambda: set(stage.rooms.people) == rooms, "the room is open again")
    for person in (call.caller, stage.person("agt_a")):
        person.join(call.room)
    await call.is_with("agt_a")
