"""What workflows tell the record: numbered entries, each with the state as of then."""

from datetime import datetime
from enum import StrEnum

from domain.payload import Payload
from domain.phases import CallState, Cause, Decision, Outcome, Phase, Responsible, Way


class Event(StrEnum):
    """Everything a timeline can say. `domain/sentences.py` has the words."""

    CALL_OPENED = "call_opened"
    CALL_ANSWERED = "call_answered"
    CALL_TALKING = "call_talking"
    CALL_WAITING = "call_waiting"
    CALL_ENDED = "call_ended"
    PEOPLE_CHANGED = "people_changed"
    TAKE_BACK_ASKED = "take_back_asked"
    TAKEN_BACK = "taken_back"
    TAKE_BACK_LAPSED = "take_back_lapsed"
    REQUESTED = "requested"
    REDIRECT_ASKED = "redirect_asked"
    NEXT_ASKED = "next_asked"
    OFFERED = "offered"
    BRIEFING_WRITTEN = "briefing_written"
    BRIEFING_STARTED = "briefing_started"
    BRIEFING_SPOKEN = "briefing_spoken"
    BRIEFING_SILENT = "briefing_silent"
    AGENT_B_ARRIVED = "agent_b_arrived"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    HOLD_STARTED = "hold_started"
    HOLD_MISSING = "hold_missing"
    CONSULT_STARTED = "consult_started"
    CONSULT_ENDED = "consult_ended"
    PATIENCE_SHORT = "patience_short"
    COMPLETE_ASKED = "complete_asked"
    CANCEL_ASKED = "cancel_asked"
    BACK_ASKED = "back_asked"
    LEAVE_ASKED = "leave_asked"
    SIGNAL_IGNORED = "signal_ignored"
    MOVING = "moving"
    MOVED = "moved"
    MOVE_UNDONE = "move_undone"
    AGENT_A_REMOVED = "agent_a_removed"
    INTRODUCING = "introducing"
    ARRIVED = "arrived"
    RETURNING = "returning"
    SEAT_OFFERED = "seat_offered"
    ENDED = "ended"
    ROOM_SWEPT = "room_swept"
    CALL_SWEPT = "call_swept"
    TRANSFER_SWEPT = "transfer_swept"


class PersonSeen(Payload):
    """One person as the call's view shows them."""

    id: str
    room: str
    speaks: bool
    hears: bool


class Attempt(Payload):
    """One target that was asked."""

    to: str
    began_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None


class Move(Payload):
    """How the move went."""

    way: Way
    took_ms: int


class Decided(Payload):
    """Which decision stands, and whose it was (`ops`: sent from the Temporal UI or CLI)."""

    decision: Decision
    by: str


class TransferState(Payload):
    """Everything the record shows of a transfer that is not private."""

    phase: Phase
    outcome: Outcome | None = None
    cause: Cause | None = None
    agent_b: str
    room_a: str
    room_b: str | None = None
    responsible: Responsible
    accepted: bool = False
    briefing_spoken: bool = False
    move: Move | None = None
    decided: tuple[Decided, ...] = ()
    attempts: tuple[Attempt, ...] = ()


class CallStatus(Payload):
    """Everything the record shows of a call that is not private."""

    state: CallState
    room: str
    agent: str | None = None
    responsible_kind: str
    """`agent`, `host` or `nobody`."""
    responsible: str | None = None
    transfer_id: str | None = None
    rings: str | None = None
    """Agent A, who is asked to take the caller again: agent B was lost soon after the transfer."""
    people: tuple[PersonSeen, ...] = ()


class SeatNotice(Payload):
    """Tells one person to come and ask for a seat."""

    person: str
    room: str
    why: str
    """`standby`, `rejoin`, `mirror`, `introduce` or `back`."""


class Entry(Payload):
    """One line of a workflow's journal, written to the record exactly once."""

    sequence: int
    """Counts from 1 within the workflow; with its id it makes a repeated write harmless."""
    at: datetime
    event: Event
    actor: str | None = None
    transfer: TransferState | None = None
    call: CallStatus | None = None
    seat: SeatNotice | None = None


class Batch(Payload):
    """Entries of one workflow, in order."""

    writer: str
    """The workflow's id."""
    tenant: str
    call_id: str
    transfer_id: str | None = None
    entries: tuple[Entry, ...]
