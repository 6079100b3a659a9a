"""A step that gives up is the typed reason of the failure."""

import pytest
from temporalio import exceptions
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, TimeoutType

from domain.phases import Cause, Outcome, Phase, Responsible
from workflows.causes import cause_of
from workflows.visibility import details


def failed(step: str, last: BaseException) -> ActivityError:
    """Make what a workflow is told of a step's last failure."""
    error = ActivityError(
        "Activity task failed",
        scheduled_event_id=5,
        started_event_id=6,
        identity="worker",
        activity_type=step,
        activity_id="1",
        retry_state=RetryState.TIMEOUT,
    )
    error.__cause__ = last
    return error


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        ("reserve", Cause.RECORD_AWAY),
        ("dismiss_briefer", Cause.VOICE_STAYED),
        ("hold", Cause.MEDIA_AWAY),
        ("open_room", Cause.MEDIA_AWAY),
    ],
)
def test_a_step_that_was_not_done_in_time_names_who_was_away(step: str, cause: Cause) -> None:
    late = exceptions.TimeoutError(
        "late", type=TimeoutType.SCHEDULE_TO_CLOSE, last_heartbeat_details=()
    )
    for last in (late, ApplicationError("LiveKit gave no answer", type="Unreachable")):
        assert cause_of(failed(step, last)) is cause


def test_a_step_that_was_refused_for_good_says_so_whoever_refused() -> None:
    refused = ApplicationError("There is no such agent.", type="NotThere", non_retryable=True)
    for step in ("reserve", "hold"):
        assert cause_of(failed(step, refused)) is Cause.REFUSED


def test_operations_read_the_cause_beside_the_outcome() -> None:
    ended = details(Phase.ENDED, Outcome.FAILED, Responsible.AGENT_A, Cause.MOVE_LATE)
    assert ended.startswith("Phase **ended** · outcome **failed** (move_late).")
    completed = details(Phase.ENDED, Outcome.COMPLETED, Responsible.AGENT_B, None)
    assert completed.startswith("Phase **ended** · outcome **completed**.")
