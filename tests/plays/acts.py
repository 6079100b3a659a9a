"""What plays are made of."""

from collections.abc import Awaitable, Callable

from domain.phases import Phase
from tests.people import StagedTransfer
from tests.stage import Stage

Play = Callable[[Stage], Awaitable[None]]

PLAYS: dict[str, Play] = {}


def play(act: Play) -> Play:
    """Put a play into the catalogue, by its name."""
    PLAYS[act.__name__] = act
    return act


async def briefed(
    stage: Stage, *, follows: bool = True, signals_decide: bool = False
) -> StagedTransfer:
    """Bring agent B into room B."""
    call = await stage.talking(follows=follows, signals_decide=signals_decide)
    transfer = await call.transfer()
    await transfer.until_briefing()
    return transfer


async def consulted(stage: Stage, *, follows: bool = True) -> StagedTransfer:
    """Let the agents talk while the caller hears hold audio."""
    transfer = await briefed(stage, follows=follows)
    await transfer.come(transfer.a)
    await transfer.reach(Phase.CONSULTING)
    return transfer


async def introduces(transfer: StagedTransfer) -> None:
    """Let both say yes, and agent A stay with the caller and agent B."""
    await transfer.accept()
    await transfer.complete(introduce=True)
    await transfer.reach(Phase.INTRODUCING)


async def goes_over(transfer: StagedTransfer) -> None:
    """See the caller with agent B."""
    await transfer.goes_through()
    await transfer.call.is_with("agt_b")
