"""What chance has found, each in the fewest steps that show it."""

from domain.phases import Phase, Responsible
from tests.stage import Stage


async def test_the_record_of_a_transfer_says_that_the_host_has_the_caller(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    transfer.a.vanish()
    await stage.until(lambda: call.now.responsible_kind == "host", "the call says it")
    await stage.until(
        lambda: transfer.now.responsible is Responsible.HOST, "the transfer says it, too"
    )
