"""What Temporal's own histories say: whether a step was lost on the way."""

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from tests.live.parts import Ops

LATER = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
GIVEN_UP = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
}
OUTRUN = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


async def no_step_was_lost(ops: Ops, *, leaving: int) -> None:
    """Hold histories to it: nothing was given up, or begun anew for want of a sign of life.

    What a worker decided before it knew the newest event is decided again: that loses nothing.
    Each of those `leaving` may have just been sent a step or a decision, which is another's after
    1.5 s or 3 s: the SDK interrupts its polls (https://github.com/temporalio/sdk-rust/issues/1080;
    decision 12).
    """
    for handle in (ops.call, ops.transfer):
        events = [event async for event in handle.fetch_history_events()]
        given_up = [event for event in events if _is_given_up(event)]
        begun_anew = [event for event in events if _is_begun_anew(event)]
        if given_up or len(begun_anew) > leaving:
            raise AssertionError(f"{handle.id}: {given_up or begun_anew}")


async def attempts(transfer: WorkflowHandle[None, None], activity: str) -> list[int]:
    """By how many attempts each step of a kind was done, in the order in which they were asked."""
    events = [event async for event in transfer.fetch_history_events()]
    asked = [
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name == activity
    ]
    begun = [event.activity_task_started_event_attributes for event in events]
    return [one.attempt for id_ in asked for one in begun if one.scheduled_event_id == id_]


def _is_given_up(event: HistoryEvent) -> bool:
    outrun = event.workflow_task_failed_event_attributes.cause == OUTRUN
    return event.event_type in GIVEN_UP and not outrun


def _is_begun_anew(event: HistoryEvent) -> bool:
    failed_before = event.activity_task_started_event_attributes.last_failure
    return event.event_type == LATER or failed_before.HasField("timeout_failure_info")
