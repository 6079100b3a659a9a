"""Whose event stream is open: an agent whose page is closed is away."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from domain.errors import PortError
from domain.record import Record
from domain.views import SignedIn

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
            for key in told:
                await self._tell(key)
            self._open += Counter()

    async def _tell(self, key: Key) -> None:
        if self._closed:
            return
        tenant, person = key
        with suppress(PortError):  # an open one is told of again, a lost one expires
            if self._open[key] > 0:
                await self._record.stream_seen(tenant, person)
            elif left_at := self._left_at.pop(key, None):
                await self._record.stream_lost(tenant, person, left_at)

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
