"""Who may do what: one table, by role, relation and action; what isn't in it is forbidden.

Every operation of the api has an `Action` of the same name (its OpenAPI `operationId`), so no
route can be added without a row here. The table says what everybody else is answered, too: the
test that tries every route as everybody has no expectations of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from api.auth import Asker
from api.errors import ApiError, NotAllowed, NotSignedIn, NotYours
from domain.phases import Role
from domain.views import CallView, TransferView


class Action(StrEnum):
    """Everything that can be asked of the api; the value is the operation's id."""

    SEE_INDEX = "see_index"
    SEE_PAGE = "see_page"
    SEE_INSTALLATION = "see_installation"
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
    TAKE_CALL_BACK = "take_call_back"
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
    REDIRECT_TRANSFER = "redirect_transfer"
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
    """Is asked to take over."""
    WAS_ASKED = "was_asked"
    """Was asked before agent B, and may still say so, and be answered why not."""
    ELSEWHERE = "elsewhere"
    """Of another tenant: for them there is no such thing."""
    SIGNED = "signed"
    """Not a person: the request carries LiveKit's own signature."""


Who = tuple[Role | None, Relation]

NOBODY: Who = (None, Relation.NONE)
"""Without a token, or with one that is expired or forged."""
CALLER: Who = (Role.CALLER, Relation.ITS_CALLER)
AGENT_A: Who = (Role.AGENT, Relation.AGENT_A)
AGENT_B: Who = (Role.AGENT, Relation.AGENT_B)
FORMER_B: Who = (Role.AGENT, Relation.WAS_ASKED)
COLLEAGUE: Who = (Role.AGENT, Relation.NONE)
SUPERVISOR: Who = (Role.SUPERVISOR, Relation.NONE)
SOME_CALLER: Who = (Role.CALLER, Relation.NONE)
LIVEKIT: Who = (None, Relation.SIGNED)

STAFF = frozenset({COLLEAGUE, SUPERVISOR})
ANYBODY = STAFF | {SOME_CALLER}
OPEN_TO_ALL = ANYBODY | {NOBODY}
TEAM = STAFF | {AGENT_A, AGENT_B}
PAIR = frozenset({AGENT_A, AGENT_B})
IN_CALL = PAIR | {CALLER}


class About(StrEnum):
    """What an action concerns."""

    NOTHING = "nothing"
    CALL = "call"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Row:
    """Who may do an action, which concerns nothing, a call or a transfer."""

    may: frozenset[Who]
    about: About = About.NOTHING


def _row(*may: Who) -> Row:
    return Row(frozenset(may))


def _call(*may: Who) -> Row:
    return Row(frozenset(may), About.CALL)


def _transfer(*may: Who) -> Row:
    return Row(frozenset(may), About.TRANSFER)


POLICY: dict[Action, Row] = {
    Action.SEE_INDEX: _row(*OPEN_TO_ALL),
    Action.SEE_PAGE: _row(*OPEN_TO_ALL),
    Action.SEE_INSTALLATION: _row(*OPEN_TO_ALL),
    Action.SEE_HEALTH: _row(*OPEN_TO_ALL),
    Action.SEE_READINESS: _row(*OPEN_TO_ALL),
    # Beyond development only with METRICS_TOKEN.
    Action.SEE_METRICS: _row(*OPEN_TO_ALL),
    Action.TAKE_LIVEKIT_WEBHOOK: _row(LIVEKIT),
    # In development only.
    Action.SIGN_IN: _row(*OPEN_TO_ALL),
    Action.SIGN_OUT: _row(*STAFF),
    Action.SET_AVAILABILITY: _row(*STAFF),
    # Callers, also before they call, only if CALLERS_SEE_AGENTS.
    Action.LIST_AGENTS: _row(*OPEN_TO_ALL),
    Action.FOLLOW_MY_EVENTS: _row(*ANYBODY),
    # Anybody may call, though not as often as they like.
    Action.START_CALL: _row(*OPEN_TO_ALL),
    Action.LIST_CALLS: _row(*ANYBODY),
    Action.READ_CALL: _call(*TEAM, CALLER),
    Action.SUMMARISE_CALL: _call(AGENT_A),
    Action.SPEAK_TEXT: _call(*PAIR),
    # A second agent learns by 409 that somebody else was quicker.
    Action.ANSWER_CALL: _call(*PAIR, COLLEAGUE),
    # Whose it was a moment ago is the call's workflow to say.
    Action.TAKE_CALL_BACK: _call(*PAIR, COLLEAGUE),
    Action.TAKE_CALL_SEAT: _call(*IN_CALL),
    Action.ADD_TURN: _call(*IN_CALL),
    Action.LIST_TURNS: _call(*IN_CALL, SUPERVISOR),
    Action.END_CALL: _call(*IN_CALL),
    Action.START_TRANSFER: _call(AGENT_A),
    Action.LIST_TRANSFERS: _row(*ANYBODY),
    Action.READ_TRANSFER: _transfer(*IN_CALL, FORMER_B, SUPERVISOR),
    Action.FOLLOW_TRANSFER: _transfer(*IN_CALL, FORMER_B, SUPERVISOR),
    Action.TAKE_TRANSFER_SEAT: _transfer(*IN_CALL, FORMER_B),
    Action.ACCEPT_TRANSFER: _transfer(AGENT_B, FORMER_B),
    Action.DECLINE_TRANSFER: _transfer(AGENT_B, FORMER_B),
    Action.COMPLETE_TRANSFER: _transfer(AGENT_A, SUPERVISOR),
    Action.CANCEL_TRANSFER: _transfer(AGENT_A, SUPERVISOR),
    Action.GO_BACK_TO_CALLER: _transfer(AGENT_A, SUPERVISOR),
    Action.LEAVE_TRANSFER: _transfer(AGENT_A, SUPERVISOR),
    Action.REDIRECT_TRANSFER: _transfer(AGENT_A, SUPERVISOR),
    Action.EDIT_BRIEFING: _transfer(AGENT_A),
    Action.SPEAK_BRIEFING: _transfer(*PAIR),
    Action.HUSH_BRIEFING: _transfer(*PAIR),
    Action.REPORT_ARRIVAL: _transfer(CALLER),
}

SEEING = {About.CALL: Action.READ_CALL, About.TRANSFER: Action.READ_TRANSFER}
"""Who may not even do this with a thing doesn't learn that it is there."""


def refusal(action: Action, who: Who) -> type[ApiError] | None:
    """Say with what somebody is refused an action; None: they may."""
    row = POLICY.get(action, _row())
    if who in row.may:
        return None
    if who == NOBODY or LIVEKIT in row.may:
        return NotSignedIn
    seeing = SEEING.get(row.about)
    if seeing and who not in POLICY[seeing].may:
        return NotYours
    return NotAllowed


def check(action: Action, asker: Asker, relation: Relation) -> None:
    """Let somebody do something, or not.

    Raises:
        NotYours: they may not see the thing.
        NotAllowed: they may see it, but not do that.
    """
    if refused := refusal(action, (asker.role, relation)):
        raise refused


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
    if asker.id == transfer.to.agent:
        return Relation.AGENT_B
    was_asked = any(attempt.to.id == asker.id for attempt in transfer.attempts)
    return Relation.WAS_ASKED if was_asked else Relation.NONE
