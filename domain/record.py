"""The record as the api uses it: people, calls, turns, transfers, keys and events.

Every method takes the tenant first and sees nothing of another tenant's. Rows about what a
workflow does are written by `domain.ports.Journal` alone; the api writes what people said.
Every method raises only `domain.errors.PortError`: `Unreachable` when the database is away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from domain.briefing import Turn
from domain.figures import Tally
from domain.phases import CallState, Decision, Phase, Role, TurnKind
from domain.ports import KeptSeat
from domain.views import AgentView, CallView, SignedIn, TransferView


class EventKind(StrEnum):
    """What an event stream carries."""

    CALL = "call"
    TRANSFER = "transfer"
    OFFER = "offer"
    SEAT = "seat"
    AGENTS = "agents"


@dataclass(frozen=True)
class EventRow:
    """One event, as kept: the agents' view as of then."""

    id: int
    tenant: str
    kind: EventKind
    call_id: str | None
    transfer_id: str | None
    to: str | None
    """Only for this person; None: for everyone who may see the call or transfer."""
    people: frozenset[str]
    """Ids of the caller and agents it concerns; with `agents` events, nobody in particular."""
    data: dict[str, Any]
    """JSON of `TransferView`, `CallView`, `SeatNoticeView`, or `{"agents": [AgentView, …]}`."""
    last: bool
    """The transfer has ended with this event."""


@dataclass(frozen=True)
class NewCall:
    """A call about to start: its private half."""

    call_id: str
    tenant: str
    caller_id: str
    caller_name: str
    about: str | None
    asked_for: str | None
    follows: bool


@dataclass(frozen=True)
class NewTransfer:
    """A transfer about to start: its private half."""

    transfer_id: str
    tenant: str
    call_id: str
    agent_a: str
    agent_b: str
    notes: str | None
    reference: str | None


@dataclass(frozen=True)
class KeyedAnswer:
    """What an Idempotency-Key was first used for."""

    fingerprint: str
    """Hash of the request it came with."""
    result: str | None
    """What the first request made: the id of a call or transfer; None while under way."""
    expires_at: datetime
    """Until when the key is kept; the same key is another claim from then on."""


@dataclass(frozen=True)
class RoomUse:
    """Whose room it is, for webhooks."""

    tenant: str
    call_id: str
    transfer_id: str | None
    """The running transfer, if there is one."""


class People(Protocol):
    """Who there is."""

    async def sign_in(self, tenant: str, role: Role, name: str) -> SignedIn:
        """Find or make a person, available; the same name and role is the same person."""
        ...

    async def enrol(self, tenant: str, role: Role, name: str) -> tuple[SignedIn, bool]:
        """Find a person, or make them (True), away until they say that they are not."""
        ...

    async def person(self, tenant: str, person_id: str) -> SignedIn | None:
        """Find a person."""
        ...

    async def set_availability(self, tenant: str, person_id: str, *, away: bool) -> None:
        """Go away, or come back; tells everyone who watches the agents."""

    async def streams_seen(self, tenant: str, person_ids: Collection[str]) -> None:
        """Remember whose event streams are open (again said every 15 s).

        Tells everyone who watches the agents whose have been lost with their process, too.
        """

    async def streams_lost(self, tenant: str, left_at: Mapping[str, datetime]) -> None:
        """Remember when these people's streams closed; one seen since, by whomever, stays."""

    async def agents(self, tenant: str) -> tuple[AgentView, ...]:
        """List agents with what they are doing (supervisors are not listed)."""
        ...


class Record(People, Protocol):
    """Everything the api reads and writes."""

    async def add_call(self, call: NewCall) -> None:
        """Write down the private half of a call; again changes nothing."""

    async def call(self, tenant: str, call_id: str) -> CallView | None:
        """Read a call."""
        ...

    async def calls(
        self, tenant: str, *, state: CallState | None, limit: int, before: str | None
    ) -> tuple[CallView, ...]:
        """List calls, newest first; `before`: only those older than the call of this id."""
        ...

    async def add_turn(
        self, tenant: str, call_id: str, person: str, kind: TurnKind, text: str, *, turn_id: str
    ) -> Turn:
        """Write down a turn; the same `turn_id` again changes nothing and answers the first."""
        ...

    async def turns(
        self, tenant: str, call_id: str, *, notes: bool, limit: int, before: str | None
    ) -> tuple[Turn, ...]:
        """Read the newest turns of a call, oldest first, with or without the agents' notes.

        `before`: only those older than the turn of this id.
        """
        ...

    async def add_transfer(self, transfer: NewTransfer) -> None:
        """Write down the private half of a transfer; again changes nothing.

        It is not shown anywhere before the workflow's first entry has arrived.
        """

    async def transfer(self, tenant: str, transfer_id: str) -> TransferView | None:
        """Read a transfer."""
        ...

    async def transfers(
        self,
        tenant: str,
        *,
        agent: str | None,
        call_id: str | None,
        reference: str | None,
        phase: Phase | None,
        limit: int,
        before: str | None,
    ) -> tuple[TransferView, ...]:
        """List transfers, newest first; `agent`: only those they asked for or were asked by."""
        ...

    async def say_why(
        self, tenant: str, transfer_id: str, decision: Decision, person: str, reason: str
    ) -> None:
        """Keep the reason of a decision; shown if this decision by this person comes to stand."""

    async def edit_briefing(self, tenant: str, transfer_id: str, text: str) -> int:
        """Replace the words of a briefing by an agent's; returns its new version."""
        ...

    async def report_gap(self, tenant: str, transfer_id: str, gap_ms: float) -> None:
        """Keep the gap that the caller's client measured at the move."""

    async def seat(self, tenant: str, seat_id: str) -> KeptSeat | None:
        """Read an issued seat."""
        ...

    async def room_use(self, room: str) -> RoomUse | None:
        """Say which call a room belongs to."""
        ...

    async def is_void(self, room: str, person: str) -> bool:
        """Say whether this person was put out of this room and has no newer seat there."""
        ...

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, *, kept: timedelta = timedelta(hours=24)
    ) -> KeyedAnswer:
        """Use an Idempotency-Key: the first use keeps `fingerprint`, later ones read it.

        `scope` says whose key it is, their tenant included, and for which route.
        """
        ...

    async def settle_key(self, scope: str, key: str, result: str) -> None:
        """Keep what the first use of a key made."""

    async def events_after(self, last_id: int, *, limit: int = 500) -> tuple[EventRow, ...]:
        """Read events in order; none is missed, whoever commits first."""
        ...

    async def newest_event(self) -> int:
        """Say the id of the newest event; 0 if there is none."""
        ...

    async def oldest_event(self) -> int:
        """Say the id of the oldest event still kept; 0 if there is none."""
        ...

    async def wait_for_events(self, last_id: int) -> None:
        """Return when there may be newer events, at the latest after a second."""

    async def tallies(self) -> tuple[Tally, ...]:
        """Read what was added up of everything that operations watch, over all tenants."""
        ...

    async def ping(self) -> None:
        """Reach the database, or raise."""
