"""What any workflow costs: six activities that do nothing. The yardstick of `bench_throughput`."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def nothing() -> None:
    """Do nothing."""


@workflow.defn
class EmptyWorkflow:
    """Six activities, one after the other."""

    @workflow.run
    async def run(self) -> None:
        for _ in range(6):
            await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=5))
