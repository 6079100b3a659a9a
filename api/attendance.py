"""Whose event stream is open: an agent whose page is closed is away."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

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
        while not self._closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), AGAIN.total_seconds())
            self._news.clear()
            changed = self._changed or dict.fromkeys(self._open)
            self._changed = {}
            for key in changed:
                await self._tell(key)
            self._open += Counter()

    async def _tell(self, key: Key) -> None:
        if self._closed:
            return
        tenant, person = key
        # What fails is said again in the next round.
        with suppress(PortError):
            await self._record.stream_seen(tenant, person, open_=self._open[key] > 0)

    def _count(self, key: Key, by: int) -> None:
        was_open = self._open[key] > 0
        self._open[key] += by
        if was_open and self._open[key] == 0:
            asyncio.get_running_loop().call_later(GRACE.total_seconds(), self._note, key)
        elif not was_open:
            self._note(key)

    def _note(self, key: Key) -> None:
        self._changed[key] = None
        self._news.set()
