"""What Temporal's own histories say: whether a step was lost on the way."""

from pathlib import Path

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent

from chaos.ops import keep_history
from tests.live.parts import Ops

UNDONE = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
}
LATER = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
OUTRUN = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
EVIDENCE = Path("out/histories")


async def no_step_was_lost(ops: Ops, *, leaving: int, finished: str = "") -> None:
    """Hold histories to it: no step was given up, or begun anew, for want of a sign of life.

    What a worker decided before it knew the newest event is decided again: that loses nothing.
    Each of those `leaving` may have just been sent something, a decision or a step, which another
    takes up to 3 s later: the SDK interrupts polls (https://github.com/temporalio/sdk-rust/issues/1080;
    decision 12). The step that one was in the middle of, `finished`, was not begun anew.
    """
    for handle in (ops.call, ops.transfer):
        events = [event async for event in handle.fetch_history_events()]
        names = {
            event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name
            for event in events
        }
        anew = [event for event in events if _is_begun_anew(event)]
        again = {
            names[event.activity_task_started_event_attributes.scheduled_event_id] for event in anew
        }
        late = [event for event in events if event.event_type == LATER]
        lost = [event for event in events if _is_given_up(event)]
        if lost or finished in again or len(anew) + len(late) > leaving:
            kept = await keep_history(handle, EVIDENCE)
            raise AssertionError("\n".join([str(kept), *map(str, lost + anew + late)]))


def _is_given_up(event: HistoryEvent) -> bool:
    outrun = event.workflow_task_failed_event_attributes.cause == OUTRUN
    return event.event_type in UNDONE and not outrun


def _is_begun_anew(event: HistoryEvent) -> bool:
    failed_before = event.activity_task_started_event_attributes.last_failure
    return failed_before.HasField("timeout_failure_info")
