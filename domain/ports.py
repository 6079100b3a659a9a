"""Everything the product needs from outside, on one page.

Adapters implement these; activities are given them; nothing here knows a vendor.
Every method raises only `domain.errors.PortError`, and every one may be repeated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.briefing import Briefing, Material
from domain.journal import Batch
from domain.seating import Grant, Presence
from domain.sweeping import Leftover


class Rooms(Protocol):
    """Rooms people talk in, and who may speak and hear there."""

    async def open(self, room: str) -> None:
        """Open a room; opening an open room changes nothing."""

    async def close(self, room: str) -> None:
        """Close a room and put everybody out; closing a closed room changes nothing."""

    async def open_for(self, at_least: timedelta) -> tuple[str, ...]:
        """Name the rooms that have been open for so long, whoever's they are."""
        ...

    async def look(self, rooms: tuple[str, ...]) -> Presence:
        """Say who is in these rooms, and which of them have vanished."""
        ...

    async def allow(self, room: str, identity: str, grant: Grant) -> None:
        """Give somebody exactly these rights; somebody who isn't there is left alone."""

    async def remove(self, room: str, identity: str) -> None:
        """Put somebody out; putting out somebody who isn't there changes nothing."""

    async def hold(self, room: str, *, on: bool) -> None:
        """Tell the host to play, whoever else is there; `False`: only if the caller is alone."""

    async def returned(self) -> None:
        """Return once the media server is back from having been away, its rooms perhaps lost."""


@dataclass(frozen=True)
class Token:
    """A key to one seat: whoever holds it is let in as `identity`."""

    secret: str
    expires_at: datetime


class Tokens(Protocol):
    """Makes the keys to seats."""

    def mint(self, room: str, identity: str, grant: Grant, *, valid: timedelta) -> Token:
        """Mint a token for one person and one room; nothing is asked of any server."""
        ...


class Voices(Protocol):
    """The voice agents: host and briefer."""

    async def dispatch(
        self, agent: str, room: str, order: str, *, activity_id: str, attempt: int
    ) -> None:
        """Send an agent into a room with a sealed order, and see that it has come.

        Agents of earlier attempts of the same activity are put out once the new one is there; those
        that give no sign of life, at once.

        Raises:
            Unreachable: nobody took the job within three seconds; the dispatch is withdrawn.
            NotThere: the room is gone.
        """

    async def dismiss(self, agent: str, room: str) -> None:
        """Put every agent of this name out of a room, and withdraw what is still on its way."""


@dataclass(frozen=True)
class Audio:
    """Mono speech: 16-bit little-endian samples."""

    pcm: bytes
    sample_rate: int


class Speech(Protocol):
    """Turns words into sound."""

    async def say(self, text: str) -> Audio:
        """Speak a text of at most a few sentences."""
        ...


class Summaries(Protocol):
    """Turns a conversation into a briefing."""

    async def brief(self, material: Material, *, lost: timedelta = timedelta(0)) -> Briefing:
        """Write a briefing; one made by rules where no model answers in time. Never fails.

        Args:
            material: What it is made from.
            lost: How long it has been waited for already.
        """
        ...


class Journal(Protocol):
    """Where workflows' journals are kept."""

    async def append(self, batch: Batch) -> None:
        """Write entries, each at most once by `(writer, sequence)`, and tell who is concerned."""


@dataclass(frozen=True)
class KeptSeat:
    """A seat as it lies in the record, its token sealed."""

    seat_id: str
    tenant: str
    call_id: str
    transfer_id: str | None
    room: str
    person: str
    may: Grant
    sealed_token: str
    expires_at: datetime


class Seats(Protocol):
    """Where issued seats lie until their owner fetches them."""

    async def keep(self, seat: KeptSeat) -> None:
        """Keep a seat; keeping the same `seat_id` again replaces it."""

    async def revoke(self, room: str, person: str) -> None:
        """Remember that this person's seats in this room are void from now on."""


class Briefings(Protocol):
    """What briefings are made from, and where they are kept."""

    async def material(self, tenant: str, call_id: str, transfer_id: str | None) -> Material:
        """Read what is known of a call.

        Raises:
            NotThere: no such call.
        """
        ...

    async def save(self, tenant: str, transfer_id: str, briefing: Briefing) -> int:
        """Keep a briefing unless an agent has already written one; returns its version."""
        ...

    async def sentences(self, tenant: str, transfer_id: str) -> tuple[str, ...]:
        """Read the newest briefing of a transfer, cut into sentences to speak.

        Raises:
            NotThere: none was written.
        """
        ...


class Reservations(Protocol):
    """Who is being asked, so that two transfers never ring one agent."""

    async def reserve(self, tenant: str, agent: str, transfer_id: str, *, until: timedelta) -> bool:
        """Reserve an agent; False: they are in a call, or another transfer asks them."""
        ...

    async def release(self, tenant: str, agent: str, transfer_id: str, *, missed: bool) -> None:
        """End the reservation; `missed`: the agent let it ring, and is away from now on."""


class Leftovers(Protocol):
    """What the record knows of things that may have outlived their owners, of all tenants."""

    async def of_rooms(self, rooms: tuple[str, ...]) -> tuple[Leftover, ...]:
        """Say whose these rooms are; those that are not ours are left out."""
        ...

    async def unfinished(self, older_than: timedelta) -> tuple[Leftover, ...]:
        """List calls and transfers that have not ended, and reservations whose time is over."""
        ...

    async def settle(self, leftover: Leftover) -> None:
        """Write down that it was swept; a call, transfer or reservation ends with it."""

    async def forget_events(self, older_than: timedelta) -> None:
        """Forget what streams have carried; who was away for longer is shown how things are."""


class Workflows(Protocol):
    """The workflows that own things."""

    async def running(self, owners: frozenset[str]) -> frozenset[str]:
        """Say which of these run.

        Raises:
            Unreachable: it could not be asked of one of them.
        """
        ...


class Sealing(Protocol):
    """Makes text unreadable where it is kept."""

    def seal(self, text: str) -> str:
        """Seal a text."""
        ...


@dataclass(frozen=True)
class Ports:
    """Everything outside the process that the worker's activities touch."""

    rooms: Rooms
    tokens: Tokens
    voices: Voices
    summaries: Summaries
    journal: Journal
    seats: Seats
    briefings: Briefings
    reservations: Reservations
    sealing: Sealing
    leftovers: Leftovers
    workflows: Workflows
