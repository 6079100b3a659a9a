"""Who may do what: one table, by role, relation and action; what isn't in it is forbidden.

Every operation of the api has an `Action` of the same name (its OpenAPI `operationId`), so no
route can be added without an entry here.
"""

from enum import StrEnum

from api.auth import Asker
from api.errors import NotAllowed, NotYours
from domain.phases import Role
from domain.views import CallView, TransferView


class Action(StrEnum):
    """Everything that can be asked of the api; the value is the operation's id."""

    SEE_INDEX = "see_index"
    SEE_HEALTH = "see_health"
    SEE_READINESS = "see_readiness"
    SEE_METRICS = "see_metrics"
    TAKE_LIVEKIT_WEBHOOK = "take_livekit_webhook"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SET_AVAILABILITY = "set_availability"
    LIST_AGENTS = "list_agents"
    FOLLOW_MY_EVENTS = "follow_my_events"
    START_CALL = "start_call"
    LIST_CALLS = "list_calls"
    READ_CALL = "read_call"
    SUMMARISE_CALL = "summarise_call"
    SPEAK_TEXT = "speak_text"
    ANSWER_CALL = "answer_call"
    TAKE_CALL_SEAT = "take_call_seat"
    ADD_TURN = "add_turn"
    LIST_TURNS = "list_turns"
    END_CALL = "end_call"
    START_TRANSFER = "start_transfer"
    LIST_TRANSFERS = "list_transfers"
    READ_TRANSFER = "read_transfer"
    FOLLOW_TRANSFER = "follow_transfer"
    TAKE_TRANSFER_SEAT = "take_transfer_seat"
    ACCEPT_TRANSFER = "accept_transfer"
    DECLINE_TRANSFER = "decline_transfer"
    COMPLETE_TRANSFER = "complete_transfer"
    CANCEL_TRANSFER = "cancel_transfer"
    GO_BACK_TO_CALLER = "go_back_to_caller"
    LEAVE_TRANSFER = "leave_transfer"
    EDIT_BRIEFING = "edit_briefing"
    SPEAK_BRIEFING = "speak_briefing"
    HUSH_BRIEFING = "hush_briefing"
    REPORT_ARRIVAL = "report_arrival"


class Relation(StrEnum):
    """How somebody stands to the thing they ask about."""

    NONE = "none"
    """Of the same tenant, and that is all; or the request is about no thing in particular."""
    ITS_CALLER = "its_caller"
    AGENT_A = "agent_a"
    """Has the call now; of a transfer: asked for it."""
    AGENT_B = "agent_b"
    """Is, or was, asked to take over."""


Who = tuple[Role, Relation]

CALLER: Who = (Role.CALLER, Relation.ITS_CALLER)
AGENT_A: Who = (Role.AGENT, Relation.AGENT_A)
AGENT_B: Who = (Role.AGENT, Relation.AGENT_B)
COLLEAGUE: Who = (Role.AGENT, Relation.NONE)
SUPERVISOR: Who = (Role.SUPERVISOR, Relation.NONE)
SOME_CALLER: Who = (Role.CALLER, Relation.NONE)

OPEN_TO_ALL = frozenset(
    {
        Action.SEE_INDEX,
        Action.SEE_HEALTH,
        Action.SEE_READINESS,
        Action.SEE_METRICS,
        Action.TAKE_LIVEKIT_WEBHOOK,
        Action.SIGN_IN,
        Action.START_CALL,
    }
)
"""No token is asked for; a webhook carries LiveKit's own signature."""

STAFF = frozenset({COLLEAGUE, SUPERVISOR})
ANYBODY = STAFF | {SOME_CALLER}
TEAM = STAFF | {AGENT_A, AGENT_B}
PAIR = frozenset({AGENT_A, AGENT_B})
IN_CALL = PAIR | {CALLER}

ALLOWED: dict[Action, frozenset[Who]] = {
    Action.SIGN_OUT: STAFF,
    Action.SET_AVAILABILITY: STAFF,
    Action.LIST_AGENTS: ANYBODY,
    Action.FOLLOW_MY_EVENTS: ANYBODY,
    Action.LIST_CALLS: ANYBODY,
    Action.READ_CALL: TEAM | {CALLER},
    Action.SUMMARISE_CALL: frozenset({AGENT_A}),
    Action.SPEAK_TEXT: frozenset({AGENT_A}),
    # A second agent learns by 409 that somebody else was quicker.
    Action.ANSWER_CALL: PAIR | {COLLEAGUE},
    Action.TAKE_CALL_SEAT: IN_CALL,
    Action.ADD_TURN: IN_CALL,
    Action.LIST_TURNS: IN_CALL | {SUPERVISOR},
    Action.END_CALL: IN_CALL,
    Action.START_TRANSFER: frozenset({AGENT_A}),
    Action.LIST_TRANSFERS: ANYBODY,
    Action.READ_TRANSFER: IN_CALL | {SUPERVISOR},
    Action.FOLLOW_TRANSFER: IN_CALL | {SUPERVISOR},
    Action.TAKE_TRANSFER_SEAT: IN_CALL,
    Action.ACCEPT_TRANSFER: frozenset({AGENT_B}),
    Action.DECLINE_TRANSFER: frozenset({AGENT_B}),
    Action.COMPLETE_TRANSFER: frozenset({AGENT_A, SUPERVISOR}),
    Action.CANCEL_TRANSFER: frozenset({AGENT_A, SUPERVISOR}),
    Action.GO_BACK_TO_CALLER: frozenset({AGENT_A, SUPERVISOR}),
    Action.LEAVE_TRANSFER: frozenset({AGENT_A, SUPERVISOR}),
    Action.EDIT_BRIEFING: frozenset({AGENT_A}),
    Action.SPEAK_BRIEFING: PAIR,
    Action.HUSH_BRIEFING: PAIR,
    Action.REPORT_ARRIVAL: frozenset({CALLER}),
}


def allowed(action: Action, role: Role, relation: Relation) -> bool:
    """Say whether the table has it."""
    return (role, relation) in ALLOWED.get(action, frozenset())


def check(action: Action, asker: Asker, relation: Relation, *, see: Action | None = None) -> None:
    """Let somebody do something, or not.

    `see` is the action of seeing the same thing: who may not even do that learns nothing.

    Raises:
        NotYours: they may not see the thing.
        NotAllowed: they may see it, but not do that.
    """
    if allowed(action, asker.role, relation):
        return
    if see and not allowed(see, asker.role, relation):
        raise NotYours
    raise NotAllowed


def relation_to_call(asker: Asker, call: CallView, transfer: TransferView | None) -> Relation:
    """Say how somebody stands to a call, whose running transfer is `transfer`."""
    if asker.id == call.caller.id:
        return Relation.ITS_CALLER
    if call.agent and asker.id == call.agent.id:
        return Relation.AGENT_A
    if transfer and asker.id in {transfer.agent_a.id, transfer.to.agent}:
        return Relation.AGENT_B
    return Relation.NONE


def relation_to_transfer(asker: Asker, transfer: TransferView) -> Relation:
    """Say how somebody stands to a transfer."""
    if asker.call_id == transfer.call_id:
        return Relation.ITS_CALLER
    if asker.id == transfer.agent_a.id:
        return Relation.AGENT_A
    asked = {transfer.to.agent, *(attempt.to.id for attempt in transfer.attempts)}
    return Relation.AGENT_B if asker.id in asked else Relation.NONE
