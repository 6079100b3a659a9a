"""Seats, and who really sits in them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from domain.names import is_briefer, is_host
from domain.payload import Payload


class Grant(Payload):
    """What a person may do in a room at the moment. The microphone is the only source ever."""

    speak: bool
    hear: bool
    hidden: bool = False


OPEN = Grant(speak=True, hear=True)
FENCED = Grant(speak=False, hear=False)
STANDBY = Grant(speak=False, hear=False, hidden=True)


class Seen(Payload):
    """One participant as the media server lists it."""

    room: str
    identity: str
    active: bool
    """Joined, with a working media connection (LiveKit's state ACTIVE)."""
    microphone: bool
    """Has a published audio track; muted counts."""
    grant: Grant

    @property
    def live(self) -> bool:
        """Can be heard as soon as they speak."""
        return self.active and self.microphone


class Presence(Payload):
    """Who is in which room, as the media server says."""

    seen: tuple[Seen, ...] = ()
    vanished: tuple[str, ...] = ()
    """Rooms that are gone, with whoever was in them: the media server was restarted."""

    def within(self, rooms: Collection[str]) -> "Presence":
        """Leave out every other room."""
        return Presence(
            seen=tuple(seen for seen in self.seen if seen.room in rooms),
            vanished=tuple(room for room in self.vanished if room in rooms),
        )

    def without_briefers(self) -> "Presence":
        """Leave out those who come and go by an order of their own."""
        people = tuple(seen for seen in self.seen if not is_briefer(seen.identity))
        return Presence(seen=people, vanished=self.vanished)

    def reopened(self, room: str) -> "Presence":
        """Take a room for open, and still empty."""
        left = tuple(vanished for vanished in self.vanished if vanished != room)
        return Presence(seen=self.seen, vanished=left)

    def find(self, identity: str, room: str) -> Seen | None:
        """Find one participant in one room."""
        return next((s for s in self.seen if s.identity == identity and s.room == room), None)

    def active(self, identity: str, room: str) -> bool:
        """Say whether this participant has arrived in this room."""
        seen = self.find(identity, room)
        return seen is not None and seen.active

    def live(self, identity: str, room: str) -> bool:
        """Say whether this participant can be heard in this room."""
        seen = self.find(identity, room)
        return seen is not None and seen.live

    def host_plays(self, room: str) -> bool:
        """Say whether hold audio is published in this room."""
        return any(is_host(s.identity) and s.live for s in self.seen if s.room == room)

    def briefer_is_in(self, room: str) -> bool:
        """Say whether a briefer is in this room."""
        return any(is_briefer(s.identity) for s in self.seen if s.room == room)


class Watch(Payload):
    """What to watch, and what is known already."""

    rooms: tuple[str, ...]
    seen: Presence
    every: timedelta
    closely: bool = False
    """Look more often at first: one change is often followed by another."""


class Place(Payload):
    """One person in one room."""

    room: str
    identity: str


class Allow(Place):
    """Give a person exactly these rights in a room."""

    grant: Grant


class Arrangement(Payload):
    """What to change so that the rooms are as planned."""

    rooms: tuple[str, ...]
    allow: tuple[Allow, ...] = ()
    remove: tuple[Place, ...] = ()


class HoldOrder(Payload):
    """Tell the host of a room to play, or to play only when the caller is alone."""

    room: str
    on: bool


class SeatOrder(Payload):
    """A seat to mint, seal and put in the record."""

    seat_id: str
    tenant: str
    call_id: str
    transfer_id: str | None = None
    room: str
    person: str
    entry: Grant
    """What the token allows at the door; agents' ears are opened when they have arrived."""
    may: Grant
    """What the person may do there once arrived."""


class SeatIssued(Payload):
    """A seat lies in the record for its owner; the token itself never enters a workflow."""

    seat_id: str
    room: str
    expires_at: datetime
