"""What may be answered to whoever asks, by what the workflows report: the rules of the design.

Written apart from `workflows/`, so that one of the two finds the other's mistakes.
"""

from domain.journal import CallStatus, TransferState
from domain.phases import CallState, Decision, Outcome, Phase

YES = "yes"
NOT_YOURS = "not_found"
"""How the api says it, so that nobody learns what there is."""

Answers = set[str]

ASKED = {Phase.OFFERING, Phase.BRIEFING, Phase.CONSULTING}
ENDS_BY = {
    Decision.ACCEPT: (Outcome.COMPLETED,),
    Decision.DECLINE: (Outcome.DECLINED,),
    Decision.CANCEL: (Outcome.CANCELLED,),
}
"""How a transfer may end once this was decided."""
ORDER = [
    {Phase.PREPARING},
    {Phase.OFFERING},
    {Phase.BRIEFING, Phase.CONSULTING},
    {Phase.MOVING},
    {Phase.INTRODUCING},
    {Phase.RETURNING},
    {Phase.ENDED},
]


def between(before: TransferState, after: TransferState) -> set[Phase]:
    """Name every phase that a transfer may have been in meanwhile."""
    if len(before.attempts) != len(after.attempts):
        return set(Phase)  # somebody else is asked by now
    phases = (before.phase, after.phase)
    first, last = (next(i for i, some in enumerate(ORDER) if p in some) for p in phases)
    return set().union(*ORDER[first : last + 1])


def to_decision(decision: Decision, view: TransferState, *, mine: bool) -> Answers:
    """Say what may be answered to a decision about a transfer that looks like this."""
    answers = _to_decision(decision, view.phase, {one.decision for one in view.decided}, mine=mine)
    return answers | {"transfer_ended"} if view.phase is Phase.ENDED else answers


def _to_decision(decision: Decision, phase: Phase, taken: set[Decision], *, mine: bool) -> Answers:
    if not mine:
        return {NOT_YOURS}
    if decision in taken:
        return {YES}
    if decision is Decision.LEAVE:
        return {YES if phase is Phase.INTRODUCING else "not_now"}
    if decision is Decision.BACK_TO_CALLER:
        return {YES if phase in (Phase.BRIEFING, Phase.CONSULTING) else "not_now"}
    if phase in (Phase.INTRODUCING, Phase.RETURNING, Phase.ENDED):
        return {"too_late"}
    answer = _before_the_flip(decision, phase, taken)
    return {answer, "too_late"} if phase is Phase.MOVING else {answer}


def _before_the_flip(decision: Decision, phase: Phase, taken: set[Decision]) -> str:
    if decision is Decision.CANCEL:
        return YES
    if decision is Decision.COMPLETE and Decision.ACCEPT not in taken:
        return "not_accepted"
    if decision is Decision.DECLINE and Decision.ACCEPT in taken:
        return "already_accepted"
    if decision is Decision.ACCEPT and Decision.DECLINE in taken:
        return "already_declined"
    return YES if phase in ASKED else "not_now"


def to_redirect(to: str, a: str, view: TransferState, *, mine: bool) -> Answers:
    """Say what may be answered to who wants somebody else to be asked."""
    cancelled = Decision.CANCEL in {one.decision for one in view.decided}
    if not mine:
        answers = {NOT_YOURS}
    elif to == a:
        answers = {"transfer_to_oneself"}
    elif cancelled or view.phase not in ASKED | {Phase.PREPARING}:
        answers = {"too_late"}
    else:
        answers = {YES}
    return answers | {"transfer_ended"} if view.phase is Phase.ENDED else answers


def to_seat_in_b(part: str, view: TransferState, *, follows: bool) -> Answers:
    """Say what may be answered to somebody who asks for a seat in room B."""
    phase = view.phase
    if part not in ("caller", "agent_a", "agent_b"):
        answers = {NOT_YOURS}
    elif phase in (Phase.PREPARING, Phase.RETURNING, Phase.ENDED):
        answers = {"no_seat"}
    elif part == "caller":
        answers = {YES if follows else "no_seat"}
    elif part == "agent_b" and not follows and view.move is not None:
        answers = {YES, "no_seat"}  # the mirror closes room B, and isn't over before it has
    elif part == "agent_b" or phase in ASKED or (phase is Phase.INTRODUCING and follows):
        answers = {YES}
    else:
        answers = {YES, "no_seat"}  # agent A has one there only if she has talked with agent B
    return answers | {"transfer_ended"} if phase is Phase.ENDED else answers


def to_answering(agent: str, view: CallStatus) -> Answers:
    """Say what may be answered to an agent who takes a call."""
    if view.state is CallState.ENDED:
        return {"call_ended"}
    if view.transfer_id:
        return {"transfer_running", "already_answered"}
    return {YES if view.agent in (None, agent) else "already_answered"}


def to_request(by: str, to: str, view: CallStatus) -> Answers:
    """Say what may be answered to an agent who asks for a transfer."""
    if view.state is CallState.ENDED:
        return {"call_ended"}
    if view.transfer_id and view.agent != by:
        return {NOT_YOURS, "transfer_running"}
    if view.agent != by:
        return {NOT_YOURS}
    if by == to:
        return {"transfer_to_oneself"}
    return {"transfer_running" if view.transfer_id else YES}


def to_seat_in_call(part: str, person: str, view: CallStatus) -> Answers:
    """Say what may be answered to somebody who asks where they belong now."""
    if view.state is CallState.ENDED:
        return {"call_ended"}
    if part == "caller" or person == view.agent:
        return {YES}
    if part in ("agent_a", "agent_b"):
        return {YES, "no_seat"}  # agent A if she comes back, agent B if their second seat is there
    return {"no_seat"}


def to_hanging_up(part: str, person: str, view: CallStatus) -> Answers:
    """Say what may be answered to somebody who hangs up; twice is fine."""
    if part == "caller":
        return {YES}
    if view.state is CallState.ENDED:  # who had it may be told yes; and everybody, once it is gone
        return {YES, NOT_YOURS}
    if view.transfer_id and part == "agent_a":
        return {"use_cancel_or_complete"}
    if view.agent != person:
        return {NOT_YOURS}
    return {"use_cancel_or_complete" if view.transfer_id else YES}


def to_taking_back(person: str, view: CallStatus, *, handed_over: bool) -> Answers:
    """Say what may be answered to an agent who wants the caller back."""
    if view.state is CallState.ENDED:
        return {"call_ended"}
    if view.transfer_id:
        return {"transfer_running"}
    if person == view.agent:
        return {YES}
    return {YES, "no_take_back"} if handed_over else {"no_take_back"}  # once only


def to_caller(view: CallStatus) -> Answers:
    """Say what may be answered to a caller who comes in, once more or for the first time."""
    return {"call_ended" if view.state is CallState.ENDED else YES}
