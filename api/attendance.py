"""Whose event stream is open: an agent whose page is closed is away."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from domain.record import Record
from domain.views import SignedIn

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=3)
"""Before a closed stream counts: a page that is reloaded, or one of many that take turns, is back
by then."""
AGAIN = timedelta(seconds=15)
"""How often an open stream is told of again, so that a killed process's streams expire."""

Key = tuple[str, str]


class Attendance:
    """Tells the record of every stream that opens or closes, and of the open ones again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._open: Counter[Key] = Counter()
        self._changed: dict[Key, None] = {}
        self._left_at: dict[Key, datetime] = {}
        self._news = asyncio.Event()
        self._closed = False

    @contextmanager
    def here(self, person: SignedIn) -> Iterator[None]:
        """Be there for as long as this lasts; somebody with two pages goes with the second."""
        key = (person.tenant, person.id)
        self._count(key, 1)
        try:
            yield
        finally:
            self._count(key, -1)

    def close(self) -> None:
        """Stop telling: the server is going, but its people come back to another one."""
        self._closed = True
        self._news.set()

    async def run(self) -> None:
        """Tell the record until closed. Not to be cancelled: half a write may keep a lock."""
        clock = asyncio.get_running_loop().time
        everybody_at = clock() + AGAIN.total_seconds()
        while not self._closed:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(everybody_at):
                    await self._news.wait()
            self._news.clear()
            told, self._changed = self._changed, {}
            if clock() >= everybody_at:  # however much came and went meanwhile
                everybody_at = clock() + AGAIN.total_seconds()
                told |= dict.fromkeys(self._open)
            await self._tell(told)
            self._open += Counter()

    async def _tell(self, keys: Collection[Key]) -> None:
        news = self._news_of(keys)
        while not self._closed and (telling := next(news, None)):
            try:
                await telling
            except Exception as error:
                # Whatever it was: an open stream is told of again, and a lost one expires.
                log.warning("streams can't be told of", extra={"error": type(error).__name__})

    def _news_of(self, keys: Collection[Key]) -> Iterator[Awaitable[None]]:
        """Tell of all open streams of a tenant at once, for each telling is a writer's turn."""
        present: dict[str, list[str]] = {}
        for tenant, person in keys:
            if self._open[tenant, person] > 0:
                present.setdefault(tenant, []).append(person)
        for tenant, people in present.items():
            yield self._record.streams_seen(tenant, people)
        for key in keys:
            if self._open[key] == 0 and (left_at := self._left_at.pop(key, None)):
                yield self._record.stream_lost(*key, left_at)

    def _count(self, key: Key, by: int) -> None:
        was_open = self._open[key] > 0
        self._open[key] += by
        self._left_at.pop(key, None)
        if was_open and self._open[key] == 0:
            self._left_at[key] = datetime.now(UTC)
            asyncio.get_running_loop().call_later(GRACE.total_seconds(), self._note, key)
        elif not was_open:
            self._note(key)

    def _note(self, key: Key) -> None:
        self._changed[key] = None
        self._news.set()
