"""What a transfer promises when people do what they should."""

from domain.phases import Outcome, Phase, Way
from tests.stage import Stage


async def test_the_quick_way_needs_no_hold(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)
    await call.is_with("agt_b")
    assert transfer.now.move
    assert transfer.now.move.way is Way.STANDBY
