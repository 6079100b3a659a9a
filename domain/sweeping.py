"""What has outlived its owner, and what became of it."""

from datetime import timedelta
from enum import StrEnum

from domain.payload import Payload


class Kind(StrEnum):
    """What may be left over."""

    ROOM = "room"
    """A room of ours that is open."""
    CALL = "call"
    """A call that the record shows as going on, and its agent as busy."""
    TRANSFER = "transfer"
    """A transfer that the record shows as going on."""
    RESERVATION = "reservation"
    """An agent who was reserved for a time that is over."""


class Leftover(Payload):
    """Something that is an orphan if none of its owners runs."""

    kind: Kind
    tenant: str
    call_id: str
    transfer_id: str | None = None
    rooms: tuple[str, ...] = ()
    """The room itself, or every one of the call."""
    agent: str | None = None
    """Who is reserved."""
    owners: tuple[str, ...]
    """Ids of workflows, all of which must have ended."""


class SweepOrder(Payload):
    """Starts a `SweepWorkflow`."""

    grace: timedelta = timedelta(minutes=5)
    """What is younger is never touched."""


class SweepReport(Payload):
    """What a sweep has found."""

    swept: tuple[Leftover, ...] = ()
    left: tuple[Leftover, ...] = ()
    """People talk there, its owner runs again, or it could not be swept: the next sweep looks."""
