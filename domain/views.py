"""What people see over HTTP. `api.md` of the contract names every field."""

from datetime import datetime
from typing import Literal

from domain.briefing import Briefing
from domain.payload import Payload
from domain.phases import (
    Availability,
    CallState,
    Cause,
    Decision,
    Outcome,
    Phase,
    Responsible,
    Role,
    Way,
)


class PersonView(Payload):
    """Somebody with a name."""

    id: str
    name: str


class SignedIn(PersonView):
    """The person behind a token."""

    role: Role
    tenant: str


class AgentView(PersonView):
    """An agent, and whether they may be asked."""

    state: Availability


class ResponsibleView(Payload):
    """Who answers for the caller right now."""

    kind: Literal["agent", "host", "nobody"]
    id: str | None = None


class PersonInCall(PersonView):
    """Somebody in a call, where they are, and what the media server lets them do."""

    role: Role
    room: str
    speaks: bool
    hears: bool


class CallView(Payload):
    """A call as its people see it; callers get `CallerCallView`."""

    id: str
    caller: PersonView
    about: str | None
    agent: PersonView | None
    asked_for: str | None
    """Id of the agent the caller asked for."""
    room: str | None
    state: CallState
    responsible: ResponsibleView
    people: tuple[PersonInCall, ...]
    transfer_id: str | None
    rings: PersonView | None = None
    """Who is asked to take the caller again, having just handed them over to somebody now lost."""
    created_at: datetime
    ended_at: datetime | None


class BriefingView(Briefing):
    """A briefing and how far it has come."""

    ready: bool
    spoken: bool


class GapView(Payload):
    """Silence at the move, in milliseconds; below zero: the two sounds overlapped."""

    caller_hears: float | None = None
    """As the caller's client measured it: from the last of agent A or the host to agent B."""
    caller_heard: float | None = None
    """As agent B's client measured it, where one reports."""


class MoveView(Payload):
    """How the move went, with what clients measured where they reported."""

    way: Way
    took_ms: int
    gap_ms: GapView | None = None


class AttemptView(Payload):
    """One target that was asked."""

    to: PersonView
    began_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    reason: str | None = None
    """What they said when they declined."""


class TimelineLine(Payload):
    """One thing that happened, in words."""

    at: datetime
    event: str
    text: str


class Target(Payload):
    """Who was asked to take over."""

    agent: str


class RoomsView(Payload):
    """The rooms of a transfer."""

    a: str
    b: str | None


class TransferView(Payload):
    """A transfer as its agents and supervisors see it; callers get `CallerTransferView`."""

    id: str
    call_id: str
    phase: Phase
    outcome: Outcome | None
    cause: Cause | None = None
    """Why it failed, for operations; `reason` says it to people."""
    reason: str | None
    reference: str | None
    notes: str | None
    to: Target
    agent_a: PersonView
    agent_b: PersonView | None
    rooms: RoomsView
    responsible: Responsible
    briefing: BriefingView | None
    accepted: bool
    move: MoveView | None
    decided_by: dict[Decision, PersonView] | None
    attempts: tuple[AttemptView, ...]
    timeline: tuple[TimelineLine, ...]
    created_at: datetime
    ended_at: datetime | None
    take_back_until: datetime | None = None
    """How long agent A may take the caller back: `POST /v1/calls/{id}/take-back`."""


class CallerCallView(Payload):
    """A call as its caller sees it."""

    id: str
    caller: PersonView
    agent: PersonView | None
    room: str | None
    state: CallState
    transfer_id: str | None
    created_at: datetime
    ended_at: datetime | None


class CallerTransferView(Payload):
    """A transfer as the caller sees it: never the briefing, notes or the agents' talk."""

    id: str
    call_id: str
    phase: Phase
    outcome: Outcome | None
    text: str
    """A sentence for the caller."""


class SeatNoticeView(Payload):
    """Tells a client to come and ask for a seat."""

    call_id: str
    transfer_id: str | None
    room: str
    why: str
