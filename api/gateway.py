"""Temporal, as the routes see it: calls and transfers to start, ask and hint at."""

import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar, cast

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.deadline import in_time
from api.errors import Conflict, NotYours, Unavailable
from domain.names import CONTROL_QUEUE, call_workflow, transfer_workflow
from domain.orders import CallOrder, Choice, Redirect, TransferRequest, Who
from domain.phases import Decision, Phase
from domain.seating import SeatIssued
from workflows.call import CallWorkflow
from workflows.transfer import TransferWorkflow
from workflows.visibility import attributes

log = logging.getLogger(__name__)

T = TypeVar("T")

ENDED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"
"""The type of Temporal's own refusal of what a workflow had taken, but ended before it was done."""
DECISIONS: dict[Decision, Any] = {
    Decision.ACCEPT: TransferWorkflow.accept,
    Decision.DECLINE: TransferWorkflow.decline,
    Decision.COMPLETE: TransferWorkflow.complete,
    Decision.CANCEL: TransferWorkflow.cancel,
    Decision.BACK_TO_CALLER: TransferWorkflow.back_to_caller,
    Decision.LEAVE: TransferWorkflow.leave,
}


class Gateway:
    """Speaks Temporal so that routes don't have to.

    Every method raises only `api.errors.ApiError`: `Conflict` with the workflow's own code, words
    and phase, `Unavailable` when Temporal or the workers don't answer in time.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start_call(self, order: CallOrder) -> SeatIssued:
        """Start a call, or find it running, and let the caller in."""
        start = WithStartWorkflowOperation(
            CallWorkflow.run,
            order,
            id=call_workflow(order.call_id),
            task_queue=CONTROL_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            task_timeout=timedelta(seconds=3),
            search_attributes=attributes(order.call_id, order.tenant),
            static_summary="A call",
        )
        return await _ask(
            self._client.execute_update_with_start_workflow(
                CallWorkflow.enter, start_workflow_operation=start
            ),
            "call_ended",
        )

    async def answer(self, call_id: str, agent: str) -> SeatIssued:
        """Let an agent take a call; the first one has it."""
        seat = await self._ask_call(call_id, CallWorkflow.answer, Who(person=agent))
        return cast(SeatIssued, seat)

    async def take_back(self, call_id: str, agent: str) -> SeatIssued:
        """Let the agent who has just handed a caller over have them back."""
        seat = await self._ask_call(call_id, CallWorkflow.take_back, Who(person=agent))
        return cast(SeatIssued, seat)

    async def call_seat(self, call_id: str, person: str) -> SeatIssued:
        """Issue a seat in the room where this person belongs now."""
        seat = await self._ask_call(call_id, CallWorkflow.seat, Who(person=person))
        return cast(SeatIssued, seat)

    async def end_call(self, call_id: str, person: str) -> None:
        """Hang up; hanging up a call that has ended is fine."""
        try:
            await self._ask_call(call_id, CallWorkflow.end, Who(person=person))
        except Conflict as conflict:
            if conflict.code != "call_ended":
                raise

    async def start_transfer(self, call_id: str, request: TransferRequest) -> None:
        """Ask the call's workflow for a transfer; the same id again changes nothing."""
        await self._ask_call(call_id, CallWorkflow.transfer, request)

    async def transfer_seat(self, transfer_id: str, person: str) -> SeatIssued:
        """Issue a seat in room B."""
        seat = await self._ask_transfer(transfer_id, TransferWorkflow.seat, Who(person=person))
        return cast(SeatIssued, seat)

    async def decide(self, transfer_id: str, choice: Choice) -> None:
        """Pass on a decision; returns once the workflow has recorded it."""
        await self._ask_transfer(transfer_id, DECISIONS[choice.decision], choice.who)

    async def redirect(self, transfer_id: str, wish: Redirect, wish_id: str | None = None) -> None:
        """Have somebody else asked; returns once the workflow has recorded it.

        The same `wish_id` is the same wish: it isn't asked again, whoever is asked by now.
        """
        await self._ask_transfer(transfer_id, TransferWorkflow.redirect, wish, wish_id)

    async def briefing_edited(self, transfer_id: str) -> None:
        """Say that an agent has changed the words of the briefing."""
        await self._tell(transfer_id, TransferWorkflow.briefing_changed)

    async def speak(self, transfer_id: str) -> None:
        """Have the briefing said again."""
        await self._tell(transfer_id, TransferWorkflow.speak)

    async def hush(self, transfer_id: str) -> None:
        """Have the briefing stopped."""
        await self._tell(transfer_id, TransferWorkflow.hush)

    async def arrived(self, transfer_id: str) -> None:
        """Say that the caller's client hears agent B; too late is fine."""
        with suppress(Conflict):
            await self._tell(transfer_id, TransferWorkflow.arrived)

    async def look(self, call_id: str) -> None:
        """Hint that something may have changed in a call's room; nothing is lost if it fails."""
        try:
            async with in_time():
                await self._call(call_id).signal(CallWorkflow.look)
        except (RPCError, TimeoutError):
            log.info("hint not delivered")

    async def ping(self) -> None:
        """Reach Temporal.

        Raises:
            Unavailable: it doesn't answer.
        """
        if not await _ask(self._client.service_client.check_health(), "unavailable"):
            raise Unavailable

    async def _ask_call(self, call_id: str, update: Any, argument: Any) -> Any:
        return await _ask(self._call(call_id).execute_update(update, argument), "call_ended")

    async def _ask_transfer(
        self, transfer_id: str, update: Any, argument: Any, update_id: str | None = None
    ) -> Any:
        handle = self._transfer(transfer_id)
        return await _ask(handle.execute_update(update, argument, id=update_id), "transfer_ended")

    async def _tell(self, transfer_id: str, signal: Any) -> None:
        await _ask(self._transfer(transfer_id).signal(signal), "transfer_ended")

    def _call(self, call_id: str) -> WorkflowHandle[CallWorkflow, None]:
        return self._client.get_workflow_handle_for(CallWorkflow.run, call_workflow(call_id))

    def _transfer(self, transfer_id: str) -> WorkflowHandle[TransferWorkflow, Any]:
        return self._client.get_workflow_handle_for(
            TransferWorkflow.run, transfer_workflow(transfer_id)
        )


async def _ask(asking: Awaitable[T], when_gone: str) -> T:
    """Wait for Temporal's answer, for a bounded time, and say its refusals in our words."""
    try:
        async with in_time():
            return await asking
    except WorkflowUpdateFailedError as failure:
        raise _refusal(failure.cause, when_gone) from failure
    except WorkflowAlreadyStartedError as failure:
        raise Conflict(when_gone) from failure
    except (TimeoutError, RuntimeError, WorkflowUpdateRPCTimeoutOrCancelledError) as failure:
        raise Unavailable from failure
    except RPCError as failure:
        # Temporal says "not found" of what has ended and of what never was; the record knows it.
        if failure.status is RPCStatusCode.NOT_FOUND:
            raise Conflict(when_gone) from failure
        raise Unavailable from failure


def _refusal(cause: BaseException | None, when_gone: str) -> Conflict | NotYours | Unavailable:
    if not isinstance(cause, ApplicationError) or cause.type is None:
        return Unavailable()
    if cause.type == ENDED_MEANWHILE:
        return Conflict(when_gone)
    if cause.type.startswith("not_yours"):
        return NotYours()
    phase = Phase(cause.details[0]) if cause.details and cause.details[0] else None
    return Conflict(cause.type, cause.message, phase)
