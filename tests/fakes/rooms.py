"""`Rooms` in memory: who is where, with which rights, and all that ever was the case."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.errors import PortError, Unreachable
from domain.names import is_host, is_person
from domain.ports import Token
from domain.seating import Grant, Presence, Seen


@dataclass
class Guest:
    """A participant, and what their client does by itself."""

    identity: str
    grant: Grant
    publishes: bool = True
    """The client shows its microphone whenever it may."""
    plays: bool = False
    told: bool = False
    caller: str | None = None
    """Whom this host looks after."""

    @property
    def microphone(self) -> bool:
        return self.plays or (is_person(self.identity) and self.publishes and self.grant.speak)


@dataclass
class FakeRooms:
    """A media server: it admits by token, obeys, fails on demand and forgets nothing."""

    people: dict[str, dict[str, Guest]] = field(default_factory=dict)
    opened: dict[str, datetime] = field(default_factory=dict)
    moments_at: list[tuple[datetime, Presence]] = field(default_factory=list)
    """Everything that ever was the case, in order, and since when."""
    away: bool = False
    failing: dict[str, list[PortError]] = field(default_factory=dict)
    """By method: what the next calls raise."""
    deaf_to: set[tuple[str, str]] = field(default_factory=set)
    """Changes of rights that are lost: method and identity."""
    on_change: Callable[[], None] = lambda: None
    is_back: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, room: str) -> None:
        self._perhaps_fail("open")
        self.people.setdefault(room, {})
        self.opened.setdefault(room, datetime.now(UTC))

    async def open_for(self, at_least: timedelta) -> tuple[str, ...]:
        self._perhaps_fail("open_for")
        until = datetime.now(UTC) - at_least
        return tuple(room for room in self.people if self.opened[room] <= until)

    async def close(self, room: str) -> None:
        self._perhaps_fail("close")
        if self.people.pop(room, None):
            self._changed()

    async def look(self, rooms: tuple[str, ...]) -> Presence:
        self._perhaps_fail("look")
        seen = tuple(s for s in self.now().seen if s.room in rooms)
        return Presence(seen=seen, vanished=tuple(r for r in rooms if r not in self.people))

    async def allow(self, room: str, identity: str, grant: Grant) -> None:
        self._perhaps_fail("allow")
        guest = self.people.get(room, {}).get(identity)
        if guest and ("allow", identity) not in self.deaf_to:
            guest.grant = grant
            self._changed()

    async def remove(self, room: str, identity: str) -> None:
        self._perhaps_fail("remove")
        self.leave(room, identity)

    async def hold(self, room: str, *, on: bool) -> None:
        self._perhaps_fail("hold")
        for guest in self.people.get(room, {}).values():
            guest.told = on
        self._changed()

    async def returned(self) -> None:
        await self.is_back.wait()

    # What clients and agents do

    def admit(self, token: str) -> bool:
        """Let somebody in by a token, as often as they like; False: the room is gone."""
        room, identity, grant = token.split(" ", 2)
        if room not in self.people:
            return False
        self.enter(room, Guest(identity, Grant.model_validate_json(grant)))
        return True

    def enter(self, room: str, guest: Guest) -> None:
        self.people[room][guest.identity] = guest
        self._changed()

    def leave(self, room: str, identity: str) -> None:
        if self.people.get(room, {}).pop(identity, None):
            self._changed()

    def stir(self) -> None:
        """Let what clients do by themselves be seen."""
        self._changed()

    def restart(self) -> None:
        """Lose every room and everybody in it."""
        self.people.clear()
        self._changed()
        self.is_back.set()
        self.is_back = asyncio.Event()

    # What tests ask

    @property
    def moments(self) -> list[Presence]:
        """Recall everything that ever was the case, in order."""
        return [moment for _, moment in self.moments_at]

    def now(self) -> Presence:
        """Say who is where at this moment."""
        return Presence(
            seen=tuple(
                Seen(
                    room=room,
                    identity=guest.identity,
                    active=True,
                    microphone=guest.microphone,
                    grant=guest.grant,
                )
                for room, inside in self.people.items()
                for guest in inside.values()
            )
        )

    def inside(self, room: str) -> set[str]:
        """Name the persons in a room, voice agents by their role."""
        return {i if is_person(i) else i.partition("-")[0] for i in self.people.get(room, {})}

    def talks(self, identity: str, room: str) -> bool:
        """Say whether somebody speaks and hears in a room."""
        seen = self.now().find(identity, room)
        return seen is not None and seen.live and seen.grant.speak and seen.grant.hear

    def _changed(self) -> None:
        self._let_hosts_decide()
        now = self.now()
        if not self.moments_at or self.moments_at[-1][1] != now:
            self.moments_at.append((datetime.now(UTC), now))
            self.on_change()

    def _let_hosts_decide(self) -> None:
        for inside in self.people.values():
            for guest in inside.values():
                if is_host(guest.identity):
                    company = any(
                        other.microphone and not other.grant.hidden
                        for other in inside.values()
                        if is_person(other.identity) and other.identity != guest.caller
                    )
                    alone = guest.caller in inside and not company
                    guest.plays = guest.told or alone

    def _perhaps_fail(self, method: str) -> None:
        if self.away:
            raise Unreachable("The media server is away")
        if errors := self.failing.get(method):
            raise errors.pop(0)


class FakeTokens:
    """`Tokens` that say what they open."""

    def mint(self, room: str, identity: str, grant: Grant, *, valid: timedelta) -> Token:
        secret = f"{room} {identity} {grant.model_dump_json()}"
        return Token(secret=secret, expires_at=datetime.now(UTC) + valid)
