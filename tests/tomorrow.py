"""Tomorrow's transfer: a change that breaks running calls, without a patch and with one.

Today agent B may be asked by others when a transfer has ended; tomorrow as soon as it is clear
that they won't have this caller.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.orders import TransferOrder, TransferReport
    from domain.phases import Outcome
    from workflows import steps
    from workflows.transfer import TransferWorkflow

FREE_AT_ONCE = "2026-12-01-agent-b-is-free-at-once"


@workflow.defn(name="TransferWorkflow")
class Careless(TransferWorkflow):
    """Goes the new way, whatever its history says."""

    @workflow.run
    async def run(self, order: TransferOrder) -> TransferReport:
        return await super().run(order)

    async def _give_back(self, outcome: Outcome) -> None:
        if self._frees_at_once():
            await steps.release(self.order, missed=outcome is Outcome.NO_ANSWER)
        await super()._give_back(outcome)

    def _frees_at_once(self) -> bool:
        return True


@workflow.defn(name="TransferWorkflow")
class Patched(Careless):
    """Goes the way its history went, and the new way where there is none yet."""

    @workflow.run
    async def run(self, order: TransferOrder) -> TransferReport:
        return await super().run(order)

    def _frees_at_once(self) -> bool:
        return workflow.patched(FREE_AT_ONCE)
