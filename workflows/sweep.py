"""The sweeper: what has outlived its owner is found and cleared away, and told."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.sweep import SweepActivities
    from domain.sweeping import Leftover, SweepOrder, SweepReport
    from workflows.options import SWEEPING, saying


@workflow.defn
class SweepWorkflow:
    """One sweep. It is started by a schedule; whoever lives cleans up after themselves."""

    @workflow.run
    async def run(self, order: SweepOrder) -> SweepReport:
        """Find orphans and sweep each; fails if who owns what can't be asked."""
        orphans = await workflow.execute_activity_method(
            SweepActivities.find_orphans, order, **saying(SWEEPING, "what has outlived its owner")
        )
        swept = tuple([orphan for orphan in orphans if await self._sweep(orphan)])
        left = tuple(orphan for orphan in orphans if orphan not in swept)
        workflow.set_current_details(f"Swept **{len(swept)}**, left **{len(left)}**.")
        return SweepReport(swept=swept, left=left)

    async def _sweep(self, orphan: Leftover) -> bool:
        try:
            return await workflow.execute_activity_method(
                SweepActivities.sweep, orphan, **saying(SWEEPING, orphan.kind)
            )
        except ActivityError:
            return False
