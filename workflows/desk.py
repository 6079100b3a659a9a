"""Where decisions come in: each an update, and a signal of the same name."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event
    from domain.names import OPS
    from domain.orders import Who
    from domain.phases import Decision, Phase
    from workflows.decisions import EVENTS, Decisions, Refusal, sent_by_ops


class DecisionDesk:
    """The handlers of a transfer's decisions. They record; `run` acts.

    People decide by update and are told no with a reason. Ops may signal from the Temporal UI or
    CLI; a signal can't be answered, so one that doesn't fit is noted in the timeline instead.
    """

    decisions: Decisions
    phase: Phase
    signals_decide: bool

    @property
    def is_committed(self) -> bool:
        """The move can't be undone any more, or something has ended the transfer."""
        raise NotImplementedError

    def note(self, event: Event, actor: str | None = None) -> None:
        """Write an event into the diary, with the state as of now."""
        raise NotImplementedError

    @workflow.update
    def accept(self, who: Who) -> None:
        """Agent B takes the call."""
        self._decide(Decision.ACCEPT, who)

    @workflow.update
    def decline(self, who: Who) -> None:
        """Agent B doesn't take the call."""
        self._decide(Decision.DECLINE, who)

    @workflow.update
    def complete(self, who: Who) -> None:
        """Agent A hands the caller over."""
        self._decide(Decision.COMPLETE, who)

    @workflow.update
    def cancel(self, who: Who) -> None:
        """Agent A keeps the caller after all."""
        self._decide(Decision.CANCEL, who)

    @workflow.update
    def back_to_caller(self, who: Who) -> None:
        """Agent A leaves the consultation and goes back to the caller."""
        self._decide(Decision.BACK_TO_CALLER, who)

    @workflow.update
    def leave(self, who: Who) -> None:
        """Agent A leaves the introduction."""
        self._decide(Decision.LEAVE, who)

    @workflow.signal(name="accept")
    def accept_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.ACCEPT, argument)

    @workflow.signal(name="decline")
    def decline_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.DECLINE, argument)

    @workflow.signal(name="complete")
    def complete_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.COMPLETE, argument)

    @workflow.signal(name="cancel")
    def cancel_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.CANCEL, argument)

    @workflow.signal(name="back_to_caller")
    def go_back_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.BACK_TO_CALLER, argument)

    @workflow.signal(name="leave")
    def leave_by_ops(self, argument: Any = None) -> None:
        """Like the update, from the Temporal UI or CLI."""
        self._take_by_ops(Decision.LEAVE, argument)

    def _decide(self, decision: Decision, who: Who) -> None:
        if who.person == OPS and not self.signals_decide:
            raise Refusal("not_allowed", "Operations don't decide in this installation.")
        self.decisions.check(decision, who, self.phase, committed=self.is_committed)
        if self.decisions.take(decision, who):
            self.note(EVENTS[decision], who.person)

    def _take_by_ops(self, decision: Decision, argument: Any) -> None:
        who = sent_by_ops(argument)
        try:
            self._decide(decision, who)
        except Refusal:
            self.note(Event.SIGNAL_IGNORED, who.person)
