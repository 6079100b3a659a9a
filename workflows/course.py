"""The course of a transfer: where it stands, what may stop it, and how it is told to others."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.journal import CallStatus, Event, Move, SeatNotice, TransferState
    from domain.names import call_workflow, room_name
    from domain.orders import TransferOrder, TransferReport
    from domain.phases import Cause, Decision, Outcome, Phase, Responsible
    from workflows.decisions import BEING_ASKED, Decisions
    from workflows.desk import DecisionDesk
    from workflows.diary import Diary
    from workflows.floor import Floor
    from workflows.hold import Hold
    from workflows.targets import Targets
    from workflows.visibility import show


ROOMS_FOLLOW = timedelta(seconds=5)
"""For the media server to do what it was told."""
BRIEF = frozenset({Phase.PREPARING, Phase.MOVING})
"""Phases of which each step is followed by the next at once."""


class Stopped(Exception):
    """Something has ended the transfer before the move was verified."""

    def __init__(self, outcome: Outcome, cause: Cause | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.cause = cause


class Course(DecisionDesk):
    """Everything a transfer knows, and how it waits. `TransferWorkflow` is what it does."""

    def __init__(self, order: TransferOrder) -> None:
        self.order = order
        self.targets = Targets(order.agent_b, order.fallbacks)
        self.decisions = Decisions(order.agent_a, order.agent_b)
        self.signals_decide = order.signals_decide
        self.phase = Phase.PREPARING
        self.floor = Floor(order.patience.gone, closely=True)
        self.room_a = order.room_a
        self.room_b = room_name(workflow.uuid4())
        self.meeting_room = self.room_b if order.follows else self.room_a
        self.move: Move | None = None
        self.outcome: Outcome | None = None
        self.cause: Cause | None = None
        self.caller_has_left = False
        self.is_flipped = False
        self.a_keeps_the_caller = False
        """Agent B is lost while being introduced, and agent A is there."""
        self.hold = Hold(self.floor, self.room_a)
        self.briefing_spoken = False
        self.is_over = False
        self.diary = Diary(order.tenant, order.call_id, order.transfer_id)
        self.last_report: TransferReport | None = None
        self._told: CallStatus | None = None

    @property
    def agent_b(self) -> str:
        """Whoever is being asked now."""
        return self.targets.asked

    @property
    def traveller(self) -> str:
        """Whoever sits in the standby seat of the room where caller and agent B are to meet.

        The caller in room B, or, where the caller's client does nothing (the mirror), agent B in
        room A.
        """
        return self.order.caller if self.order.follows else self.agent_b

    # What may stop it

    @property
    def is_committed(self) -> bool:
        """The move can't be undone any more, or something has ended the transfer."""
        return self.is_flipped or self.phase in {Phase.RETURNING, Phase.ENDED}

    def verdict(self) -> Outcome | None:
        """Say what has stopped the transfer, if something has; after the move nothing can."""
        if self.move is not None or self.phase in {Phase.RETURNING, Phase.ENDED}:
            return None
        if self.caller_is_gone:
            return Outcome.CALLER_LEFT
        if self.decisions.has(Decision.CANCEL):
            return Outcome.CANCELLED
        if self.decisions.has(Decision.DECLINE):
            return Outcome.DECLINED
        if self.targets.is_redirected:
            return Outcome.CANCELLED
        if self.floor.gone(self.agent_b):
            return Outcome.AGENT_B_LEFT
        return None

    def asks_another_after(self, outcome: Outcome) -> bool:
        """Say whether somebody else is asked after an attempt that ended like this."""
        called_off = self.caller_is_gone or self.decisions.has(Decision.CANCEL)
        return not called_off and self.targets.has_next(outcome)

    @property
    def caller_is_gone(self) -> bool:
        """The caller hung up, or has left every room and hasn't come back in time."""
        return self.caller_has_left or self.floor.gone(self.order.caller)

    @property
    def b_is_live(self) -> bool:
        """Agent B can be heard in room B."""
        return self.floor.live(self.agent_b, self.room_b)

    @property
    def a_is_live(self) -> bool:
        """Agent A can be heard in room A."""
        return self.floor.live(self.order.agent_a, self.room_a)

    @property
    def old_room(self) -> str:
        """The room that is not needed once the transfer has ended."""
        return self.room_a if self.move is not None and self.order.follows else self.room_b

    @property
    def a_is_gone(self) -> bool:
        """Agent A was there, has left every room, and hasn't come back in time."""
        return self.floor.gone(self.order.agent_a)

    async def until(self, goal: Callable[[], bool], *, by: datetime | None = None, of: str) -> bool:
        """Wait for a goal.

        Args:
            goal: What is waited for; may depend on the time only through who counts as gone.
            by: When patience ends; None: never.
            of: Whose patience it is, for the Temporal UI.

        Returns:
            False when patience has ended first.

        Raises:
            Stopped: something has ended the transfer.
        """
        patience: asyncio.Task[None] | None = None
        try:
            while True:
                if verdict := self.verdict():
                    raise Stopped(verdict)
                if goal():
                    return True
                # The timer, too: its news may come ahead of the clock (a query; another server's).
                if by is not None and (workflow.now() >= by or (patience and patience.done())):
                    return False
                if by is not None and patience is None:
                    patience = asyncio.create_task(workflow.sleep(by - workflow.now(), summary=of))
                with suppress(TimeoutError):
                    await workflow.wait_condition(
                        partial(self._stirs, goal, self.floor.version, patience),
                        timeout=self._until_somebody_is_gone(),
                        timeout_summary="somebody who may be gone",
                    )
        finally:
            if patience is not None:
                patience.cancel()

    def _stirs(
        self, goal: Callable[[], bool], seen: int, patience: asyncio.Task[None] | None
    ) -> bool:
        over = patience is not None and patience.done()
        return over or goal() or self.verdict() is not None or self.floor.version != seen

    def _until_somebody_is_gone(self) -> timedelta | None:
        if self.move is not None and self.phase in BRIEF:
            return None  # nobody's going changes anything any more
        moments = self.floor.moments_of_going()
        now = workflow.now()
        return min((moment - now for moment in moments if moment > now), default=None)

    # How it is told

    @property
    def responsible(self) -> Responsible:
        """Say who answers for the caller: exactly one party, always."""
        if self.move is not None:
            return Responsible.AGENT_A if self.a_keeps_the_caller else Responsible.AGENT_B
        if self.caller_is_gone:
            return Responsible.NOBODY
        return Responsible.HOST if self.a_is_gone else Responsible.AGENT_A

    def enter(self, phase: Phase, event: Event) -> None:
        """Go on to a phase, and say so everywhere."""
        self.phase = phase
        show(phase, self.outcome, self.responsible, self.cause)
        self.note(event)

    def note(self, event: Event, actor: str | None = None) -> None:
        """Write an event into the diary, with the state as of now."""
        self.diary.note(event, actor=actor, transfer=self.view(), call=self._call_if_changed())

    def offer_seat(self, person: str, room: str, why: str) -> None:
        """Tell somebody's client to come and ask for a seat."""
        notice = SeatNotice(person=person, room=room, why=why)
        self.diary.note(Event.SEAT_OFFERED, actor=person, seat=notice, transfer=self.view())

    async def tell_of_people(self) -> None:
        """Tell the record who came and went, until cancelled.

        Not while a step is quickly followed by another: the next note tells it as well.
        """
        while True:
            await workflow.wait_condition(
                lambda: (
                    self.phase not in BRIEF
                    and self.floor.is_settled
                    and self._call_status() != self._told
                )
            )
            had = self._told and self._told.responsible_kind
            call = self._call_if_changed()
            # Who answers for the caller is in the transfer's view as well.
            passed_on = call is not None and call.responsible_kind != had
            view = self.view() if passed_on else None
            self.diary.note(Event.PEOPLE_CHANGED, call=call, transfer=view)

    def _call_status(self) -> CallStatus:
        return self.report().call_status(self.floor.people())

    def _call_if_changed(self) -> CallStatus | None:
        status = self._call_status()
        if status == self._told:
            return None
        self._told = status
        return status

    @workflow.query
    def view(self) -> TransferState:
        """Show a transfer on one screen; nothing private is in it."""
        return TransferState(
            phase=self.phase,
            outcome=self.outcome,
            cause=self.cause if self.outcome else None,
            agent_b=self.agent_b,
            room_a=self.room_a,
            room_b=self.room_b,
            responsible=self.responsible,
            accepted=self.decisions.has(Decision.ACCEPT),
            briefing_spoken=self.briefing_spoken,
            move=self.move,
            decided=self.decisions.standing,
            attempts=self.targets.attempts,
        )

    def report(self) -> TransferReport:
        """Say what the call's workflow must know."""
        has_caller = {
            Responsible.AGENT_A: self.order.agent_a,
            Responsible.AGENT_B: self.agent_b,
        }
        # From the first ring on, so that the call knows of it before agent B is told to come.
        guest_is_awaited = not self.order.follows and self.phase in BEING_ASKED | {Phase.MOVING}
        return TransferReport(
            transfer_id=self.order.transfer_id,
            room=self.meeting_room if self.move else self.room_a,
            other_room=self.old_room,
            agent=has_caller.get(self.responsible),
            responsible=self.responsible,
            on_hold=self.hold.is_on,
            guest=self.agent_b if guest_is_awaited else None,
            ended=self.is_over,
            caller_left=self.caller_is_gone,
        )

    async def keep_call_informed(self) -> None:
        """Send a report to the call's workflow whenever it differs, until cancelled.

        Who came and went is none of its business before the transfer's end.
        """
        call = workflow.get_external_workflow_handle(call_workflow(self.order.call_id))
        while True:
            await workflow.wait_condition(lambda: self.report() != self.last_report)
            report = self.report()
            with suppress(FailureError):  # ops have terminated the call: nobody to tell
                await call.signal("reported", report)
            self.last_report = report
