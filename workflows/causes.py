"""Why a transfer failed, told from the step that gave up."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.phases import Cause

BY_STEP = {"reserve": Cause.RECORD_AWAY, "dismiss_briefer": Cause.VOICE_STAYED}
"""Every other step that a transfer waits for is the media server's."""


def cause_of(failure: BaseException) -> Cause | None:
    """Name the cause of a step's last failure: refused for good, or not done in time."""
    if not isinstance(failure, ActivityError):
        return None
    last = failure.cause
    if isinstance(last, ApplicationError) and last.non_retryable:
        return Cause.REFUSED
    return BY_STEP.get(failure.activity_type, Cause.MEDIA_AWAY)
