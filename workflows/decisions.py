"""What people may decide about a transfer, when, and what stands."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from domain.journal import Decided, Event
    from domain.names import OPS
    from domain.orders import Who
    from domain.phases import Decision, Phase

BEING_ASKED = {Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING}
"""Agent B may decide, and agent A may complete."""
BEFORE_THE_FLIP = BEING_ASKED | {Phase.PREPARING}
BY_OR_WITH_B = (Decision.ACCEPT, Decision.DECLINE, Decision.COMPLETE, Decision.BACK_TO_CALLER)
"""Decisions about one agent B, which mean nothing for the next."""

EVENTS = {
    Decision.ACCEPT: Event.ACCEPTED,
    Decision.DECLINE: Event.DECLINED,
    Decision.COMPLETE: Event.COMPLETE_ASKED,
    Decision.CANCEL: Event.CANCEL_ASKED,
    Decision.BACK_TO_CALLER: Event.BACK_ASKED,
    Decision.LEAVE: Event.LEAVE_ASKED,
}


class Refusal(ApplicationError):
    """A decision that can't be taken now: an answer, not a fault.

    `type` is the code that clients see; the details carry the phase.
    """

    def __init__(self, code: str, text: str, phase: Phase | None = None) -> None:
        super().__init__(
            text,
            phase.value if phase else None,
            type=code,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )


class Decisions:
    """The decisions that stand. The first one stands, the same again is a yes."""

    def __init__(self, agent_a: str, agent_b: str) -> None:
        self._deciders = {
            Decision.ACCEPT: agent_b,
            Decision.DECLINE: agent_b,
            Decision.COMPLETE: agent_a,
            Decision.CANCEL: agent_a,
            Decision.BACK_TO_CALLER: agent_a,
            Decision.LEAVE: agent_a,
        }
        self._standing: dict[Decision, str] = {}
        self.accepted_at: datetime | None = None
        self.introduce = False

    def has(self, decision: Decision) -> bool:
        """Say whether this decision stands."""
        return decision in self._standing

    @property
    def standing(self) -> tuple[Decided, ...]:
        """The decisions that stand, in the order they were taken."""
        return tuple(Decided(decision=d, by=by) for d, by in self._standing.items())

    def check(self, decision: Decision, who: Who, phase: Phase, *, committed: bool) -> None:
        """Let a decision pass.

        Args:
            decision: What is asked.
            who: Who asks.
            phase: Where the transfer stands.
            committed: The move can't be undone any more, or something has ended the transfer.

        Raises:
            Refusal: it can't be taken now, or by this person.
        """
        if not who.supervisor and who.person not in (self._deciders[decision], OPS):
            raise Refusal("not_yours_to_decide", "That is not yours to decide.", phase)
        if self.has(decision):
            return
        if decision is Decision.LEAVE:
            possible = phase is Phase.INTRODUCING
        elif decision is Decision.BACK_TO_CALLER:
            possible = phase in {Phase.BRIEFING, Phase.CONSULTING}
        elif committed:
            over = phase in {Phase.RETURNING, Phase.ENDED}
            why = "the transfer has ended" if over else "the move has begun"
            raise Refusal("too_late", f"It is too late for that: {why}.", phase)
        elif decision is Decision.CANCEL:
            possible = phase in BEFORE_THE_FLIP | {Phase.MOVING}
        else:
            possible = phase in BEING_ASKED
            self._check_order(decision, phase)
        if not possible:
            raise Refusal("not_now", f"That can't be done while the transfer is {phase}.", phase)

    def _check_order(self, decision: Decision, phase: Phase) -> None:
        if decision is Decision.COMPLETE and not self.has(Decision.ACCEPT):
            raise Refusal("not_accepted", "Agent B has not accepted yet.", phase)
        if decision is Decision.DECLINE and self.has(Decision.ACCEPT):
            raise Refusal("already_accepted", "You have accepted already.", phase)
        if decision is Decision.ACCEPT and self.has(Decision.DECLINE):
            raise Refusal("already_declined", "You have declined already.", phase)

    def take(self, decision: Decision, who: Who) -> bool:
        """Let a decision stand; False: it stood already."""
        if self.has(decision):
            return False
        self._standing[decision] = who.person
        if decision is Decision.ACCEPT:
            self.accepted_at = workflow.now()
        if decision is Decision.COMPLETE:
            self.introduce = who.introduce
        return True

    def ask(self, agent_b: str) -> None:
        """Let somebody else decide as agent B; what was said with the one before is void."""
        self._deciders |= {Decision.ACCEPT: agent_b, Decision.DECLINE: agent_b}
        for decision in BY_OR_WITH_B:
            self.forget(decision)
        self.accepted_at, self.introduce = None, False

    def forget(self, decision: Decision) -> None:
        """Let a decision be taken again, like going back to the caller twice."""
        self._standing.pop(decision, None)


def sent_by_ops(argument: Any) -> Who:
    """Read the optional argument of a decision sent by signal; a strange one is no argument."""
    introduce = isinstance(argument, dict) and argument.get("introduce") is True
    return Who(person=OPS, introduce=introduce)
