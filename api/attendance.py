"""Whose event stream is open: an agent whose page is closed is away."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from domain.phases import Role
from domain.record import Record
from domain.views import SignedIn

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=3)
"""Before a closed stream counts: a page that is reloaded, or one of many that take turns, is back
by then."""
AGAIN = timedelta(seconds=15)
"""How often an open stream is told of again, so that a killed process's streams expire."""
PAUSE = timedelta(seconds=1)
"""From one telling to the next, however many come and go: each is a writer's turn."""

Key = tuple[str, str]


class Attendance:
    """Tells the record of every agent's stream that opens or closes, and of the open ones again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._open: Counter[Key] = Counter()
        self._came: dict[Key, None] = {}
        self._leaving: dict[Key, asyncio.TimerHandle] = {}
        self._lost: dict[Key, datetime] = {}
        self._news = asyncio.Event()
        self._closed = asyncio.Event()

    @contextmanager
    def here(self, person: SignedIn) -> Iterator[None]:
        """Be there for as long as this lasts; somebody with two pages goes with the second.

        Only agents are missed by anybody.
        """
        if person.role is not Role.AGENT:
            yield
            return
        key = (person.tenant, person.id)
        self._enter(key)
        try:
            yield
        finally:
            self._leave(key)

    def close(self) -> None:
        """Stop telling: the server is going, but its people come back to another one."""
        self._closed.set()
        self._news.set()

    async def run(self) -> None:
        """Tell the record until closed. Not to be cancelled: half a write may keep a lock."""
        clock = asyncio.get_running_loop().time
        everybody_at = clock() + AGAIN.total_seconds()
        while not self._closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(everybody_at):
                    await self._news.wait()
            self._news.clear()
            came, self._came = self._came, {}
            lost, self._lost = self._lost, {}
            if clock() >= everybody_at:  # however much came and went meanwhile
                everybody_at = clock() + AGAIN.total_seconds()
                came |= dict.fromkeys(self._open)
            await self._tell(came, lost)
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE.total_seconds()):
                    await self._closed.wait()

    async def _tell(self, came: Collection[Key], lost: dict[Key, datetime]) -> None:
        news = self._news_of(came, lost)
        while not self._closed.is_set() and (telling := next(news, None)):
            try:
                await telling
            except Exception as error:
                # Whatever it was: an open stream is told of again, and a lost one expires.
                log.warning("streams can't be told of", extra={"error": type(error).__name__})

    def _news_of(
        self, came: Collection[Key], lost: dict[Key, datetime]
    ) -> Iterator[Awaitable[None]]:
        """Tell of all streams of a tenant at once."""
        present: defaultdict[str, list[str]] = defaultdict(list)
        gone: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for tenant, person in came:
            if (tenant, person) in self._open:
                present[tenant].append(person)
        for (tenant, person), at in lost.items():
            gone[tenant][person] = at
        for tenant, people in present.items():
            yield self._record.streams_seen(tenant, people)
        for tenant, left_at in gone.items():
            yield self._record.streams_lost(tenant, left_at)

    def _enter(self, key: Key) -> None:
        self._open[key] += 1
        if self._open[key] > 1:
            return
        if key in self._leaving:
            self._leaving.pop(key).cancel()
        self._lost.pop(key, None)
        self._came[key] = None
        self._news.set()

    def _leave(self, key: Key) -> None:
        self._open[key] -= 1
        if self._open[key] == 0:
            del self._open[key]
            loop, at = asyncio.get_running_loop(), datetime.now(UTC)
            self._leaving[key] = loop.call_later(GRACE.total_seconds(), self._lose, key, at)

    def _lose(self, key: Key, at: datetime) -> None:
        del self._leaving[key]
        self._lost[key] = at
        self._news.set()
