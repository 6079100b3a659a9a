"""Who is missing from their place, since when, and from when on they count as gone."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import patches

Where = tuple[str, str]
"""A room and a person."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Missing:
    """Whoever is missing counts as gone after `grace`, and a look that has not found them then.

    For as long as their room isn't there, they are just missing.
    """

    def __init__(self, grace: timedelta) -> None:
        self._grace = grace
        self._arrived: dict[Where, datetime] = {}
        self._since: dict[Where, datetime] = {}
        self._expected: dict[Where, tuple[datetime, timedelta]] = {}
        self._lost: set[Where] = set()
        self._looked_at = LONG_AGO
        self._looks_first = False
        self.is_patient = False

    def begin(self) -> None:
        """Find out how a history goes that may be older than this code."""
        self._looks_first = workflow.patched(patches.GONE_WHEN_LOOKED_FOR)
        self.is_patient = workflow.patched(patches.NOTHING_IN_HASTE)

    def expect(self, place: Where, within: timedelta) -> None:
        """Miss somebody from `within` after the next look on, if they aren't here."""
        self._expected[place] = (workflow.now(), within)
        self._since.pop(place, None)

    def expects(self, place: Where) -> bool:
        """Say whether nobody has looked since somebody was expected here."""
        return place in self._expected

    @property
    def expects_somebody(self) -> bool:
        """Say whether there is anybody for whom nobody has looked since."""
        return bool(self._expected)

    def forget(self, place: Where) -> None:
        """Somebody has no place there any more."""
        self._since.pop(place, None)
        self._expected.pop(place, None)

    def forget_room(self, room: str) -> None:
        """A room is watched no more."""
        everything: list[dict[Where, Any]] = [self._arrived, self._since, self._expected]
        for places in everything:
            for place in [p for p in places if p[0] == room]:
                del places[place]
        self._lost = {place for place in self._lost if place[0] != room}

    def see(
        self,
        here: Iterable[Where],
        *,
        planned: Collection[Where],
        vanished: Iterable[str],
        asked_at: datetime,
    ) -> None:
        """Take in who is here; read late, it says nothing of the time since it was asked for."""
        now, over = workflow.now(), self._over()
        self._looked_at = asked_at if self.is_patient else now
        here = set(here)
        for place in [p for p in self._arrived if p not in here]:
            del self._arrived[place]
            if place in planned:
                self._since[place] = now
        for place in [p for p in self._expected if self._is_answered(p, asked_at)]:
            _, within = self._expected.pop(place)
            self._since[place] = now + within
        for place in here:
            self._arrived.setdefault(place, now)
            self._since.pop(place, None)
            self._lost.discard(place)
        for room in vanished:
            self._wait_for(room, over)

    def _is_answered(self, place: Where, asked_at: datetime) -> bool:
        """A look that was asked for before somebody was expected says nothing of them."""
        return not self.is_patient or asked_at >= self._expected[place][0]

    def reopened(self, room: str) -> None:
        """A room is there again, and nobody in it."""
        self._lost |= {place for place in self._since if place[0] == room}
        self._wait_for(room, self._over())

    def _over(self) -> set[Where]:
        """List who is gone, which no restart of the media server makes undone."""
        return {place for place in self._since if self.has_left(place)}

    def _wait_for(self, room: str, over: set[Where]) -> None:
        """Whoever is missing from a room that isn't there has all their time once it is."""
        if self.is_patient:
            for place in [p for p in self._since if p[0] == room and p not in over]:
                self._since[place] = max(self._since[place], workflow.now())

    def seated_since(self, place: Where) -> datetime | None:
        """Say since when somebody is here without a break; None if they aren't."""
        return self._arrived.get(place)

    def since(self, person: str) -> list[datetime]:
        """List since when somebody is missing, place by place."""
        return [since for place, since in self._since.items() if place[1] == person]

    def has_left(self, place: Where) -> bool:
        """Say whether somebody hasn't come back to this place in time."""
        since = self._since.get(place)
        return since is not None and self.over_since(since) is not None

    def over_since(self, missing_since: datetime) -> datetime | None:
        """Say when their time was over; None if it isn't, or nobody has looked since."""
        moment = missing_since + self._grace
        is_seen = self._looked_at >= moment or not self._looks_first
        return moment if workflow.now() >= moment and is_seen else None

    def moments(self) -> list[datetime]:
        """List the moments at which somebody who is missing may count as gone."""
        return [since + self._grace for since in self._since.values()]

    @property
    def is_in_doubt(self) -> bool:
        """Say whether somebody's time to come back is over, and nobody has looked since."""
        moments = self.moments() if self._looks_first else []
        return any(self._looked_at < moment <= workflow.now() for moment in moments)

    @property
    def has_lost_people(self) -> bool:
        """Say whether people lost their place, with their room, and aren't back."""
        return bool(self._lost)

    def still_lost(self, planned: Collection[Where]) -> list[Where]:
        """List the people who aren't back where they still have a place, each once."""
        lost, self._lost = self._lost, set()
        return sorted(place for place in lost if place in planned)
