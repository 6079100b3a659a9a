"""What the api says, as types: only the fields robots use, and anything else is kept as extra."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Base: frozen, and tolerant of fields added later."""

    model_config = ConfigDict(frozen=True, extra="allow")


class May(View):
    """The grants of a seat."""

    publish: bool
    subscribe: bool


class Seat(View):
    """One person's place in one room: a LiveKit token."""

    url: str
    room: str
    identity: str
    token: str
    may: May


class Person(View):
    """Somebody signed in, as `GET /v1/agents` also lists them."""

    id: str
    name: str
    role: str = "agent"
    state: str | None = None


class Who(View):
    """Who somebody is; on a call's `responsible` there is a kind and perhaps an id."""

    id: str | None = None
    name: str = ""
    kind: str = ""


class Call(View):
    """A call; a caller sees fewer fields than an agent."""

    id: str
    state: str
    room: str | None = None
    caller: Who | None = None
    agent: Who | None = None
    responsible: Who | str | None = None
    transfer_id: str | None = None
    rings: Who | None = None


class Rooms(View):
    """The names of a transfer's two rooms."""

    a: str | None = None
    b: str | None = None


class Briefing(View):
    """What Agent B is told; `source` is `model` or `rules`."""

    text: str = ""
    source: str = ""
    ready: bool = False
    spoken: bool = False


class Gap(View):
    """Measured silences of a move in ms, as reported by clients."""

    caller_hears: float | None = None
    caller_heard: float | None = None


class Move(View):
    """How the caller was moved."""

    way: str
    took_ms: float | None = None
    gap_ms: Gap | None = None


class Attempt(View):
    """One target that was asked."""

    to: Who
    outcome: str | None = None


class Moment(View):
    """One line of a transfer's timeline."""

    at: datetime
    event: str
    text: str = ""


class Transfer(View):
    """A transfer; a caller sees its id, phase, outcome and a sentence."""

    id: str
    phase: str
    outcome: str | None = None
    reason: str | None = None
    call_id: str = ""
    rooms: Rooms = Rooms()
    responsible: str | None = None
    briefing: Briefing | None = None
    accepted: bool = False
    move: Move | None = None
    attempts: tuple[Attempt, ...] = ()
    timeline: tuple[Moment, ...] = ()
    decided_by: dict[str, Who] | None = None


class Turn(View):
    """Something said or noted."""

    id: str
    kind: str
    text: str
    who: Who | str | None = None


class SeatOffer(View):
    """`event: seat`: there is a seat to ask for, in this room, and why."""

    room: str
    call_id: str | None = None
    transfer_id: str | None = None
    why: str = ""
