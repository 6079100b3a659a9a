"""What Temporal starts by itself, every so often."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from domain.names import CONTROL_QUEUE
from domain.settings import SweepSettings
from domain.sweeping import SweepOrder
from workflows.sweep import SweepWorkflow

SWEEP = "sweep"
"""Id of the schedule, and what its workflows' ids begin with."""
LONGEST = timedelta(minutes=10)


async def keep_schedules(client: Client, settings: SweepSettings) -> None:
    """Have the sweeper run; what ops have paused stays paused. Every worker does it at start."""
    schedule = _sweeping(timedelta(seconds=settings.every_s))
    try:
        await client.create_schedule(SWEEP, schedule)
    except ScheduleAlreadyRunningError:

        def keep_state(now: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(replace(schedule, state=now.description.schedule.state))

        await client.get_schedule_handle(SWEEP).update(keep_state)


def _sweeping(every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SweepWorkflow.run,
            SweepOrder(),
            id=SWEEP,
            task_queue=CONTROL_QUEUE,
            execution_timeout=LONGEST,
            static_summary="A sweep",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)
        ),
    )
