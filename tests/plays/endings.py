"""Transfers that have ended, and calls that go on."""

from domain.phases import Completes, Decision, Outcome
from tests.plays.acts import briefed, consulted, goes_over, introduces, play
from tests.stage import Stage


@play
async def handed_over(stage: Stage) -> None:
    await goes_over(await consulted(stage))


@play
async def handed_over_by_mirror(stage: Stage) -> None:
    await goes_over(await briefed(stage, follows=False))


@play
async def handed_over_on_accept(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(completes=Completes.ON_ACCEPT)
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")


@play
async def handed_over_by_ops(stage: Stage) -> None:
    transfer = await briefed(stage, signals_decide=True)
    for decision in ("leave", "accept", "complete"):
        await transfer.handle.signal(decision)
    await transfer.ends(Outcome.COMPLETED)


@play
async def handed_over_by_rejoining(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.follows = False
    transfer = await call.transfer()
    await transfer.until_briefing()
    call.caller.follows = True
    await goes_over(transfer)


@play
async def handed_over_without_agent_a(stage: Stage) -> None:
    transfer = await consulted(stage)
    transfer.a.vanish()
    await stage.until(lambda: transfer.call.now.responsible_kind == "host", "the host has them")
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)


@play
async def handed_on(stage: Stage) -> None:
    transfer = await briefed(stage)
    await goes_over(transfer)
    again = await transfer.call.transfer(by="agt_b", to="agt_c")
    await again.until_consulting()


@play
async def declined(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)


@play
async def cancelled(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)


@play
async def cancelled_by_ops(stage: Stage) -> None:
    transfer = await briefed(stage)
    await transfer.handle.cancel()
    await transfer.ends(Outcome.CANCELLED)


@play
async def terminated_by_ops(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.terminate()
    await transfer.call.is_with("agt_a")


@play
async def not_answered(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"offer": 0.3})
    await transfer.ends(Outcome.NO_ANSWER)


@play
async def busy(stage: Stage) -> None:
    call = await stage.talking()
    stage.reservations.held["agt_b"] = "another"
    transfer = await call.transfer()
    await transfer.ends(Outcome.BUSY)
    stage.reservations.held.clear()


@play
async def timed_out(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"consult": 0.5})
    await transfer.until_briefing()
    await transfer.ends(Outcome.TIMED_OUT)


@play
async def left_by_agent_b(stage: Stage) -> None:
    transfer = await consulted(stage)
    await transfer.accept()
    transfer.b.vanish()
    await transfer.ends(Outcome.AGENT_B_LEFT)


@play
async def kept_by_agent_a(stage: Stage) -> None:
    transfer = await consulted(stage)
    await introduces(transfer)
    await stage.until(lambda: transfer.a.talks(transfer.room_b), "agent A introduces them")
    transfer.b.vanish()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await transfer.call.is_with("agt_a")


@play
async def left_by_the_caller(stage: Stage) -> None:
    transfer = await consulted(stage)
    transfer.call.caller.vanish()
    await transfer.ends(Outcome.CALLER_LEFT)


@play
async def move_undone(stage: Stage) -> None:
    call = await stage.talking()
    call.caller.follows = False
    transfer = await call.transfer(patience={"move": 0.5})
    await transfer.until_consulting()
    await transfer.accept()
    await transfer.complete()
    await transfer.ends(Outcome.FAILED)
