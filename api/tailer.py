"""One reader of the events table per process; everybody's stream hangs on it."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from domain.errors import PortError
from domain.record import EventRow, Record

log = logging.getLogger(__name__)

WAITING_ROWS = 500
"""How far a reader may fall behind before it is told to start over."""
AGAIN = timedelta(seconds=1)
"""Before the next attempt after one that failed."""


class Subscription:
    """What one stream has still to read."""

    def __init__(self, waiting_rows: int = WAITING_ROWS) -> None:
        self._rows: deque[EventRow] = deque()
        self._most = waiting_rows
        self._news = asyncio.Event()
        self.fell_behind = False
        self.closed = False

    def add(self, row: EventRow) -> None:
        """Hand over one row; a reader that is too slow loses all of them and is told so."""
        if len(self._rows) >= self._most:
            self.miss()
        if not self.fell_behind:
            self._rows.append(row)
        self._news.set()

    def miss(self) -> None:
        """Say that rows were lost on the way."""
        self._rows.clear()
        self.fell_behind = True
        self._news.set()

    def close(self) -> None:
        """Let the reader finish: the server is going."""
        self.closed = True
        self._news.set()

    def start_over(self) -> None:
        """Take rows again; the reader is about to read the state of now."""
        self._rows.clear()
        self.fell_behind = False

    async def read(self) -> EventRow | None:
        """Wait for the next row; None: look at `closed` and `fell_behind`."""
        while not (self._rows or self.closed or self.fell_behind):
            self._news.clear()
            await self._news.wait()
        return self._rows.popleft() if self._rows and not self.closed else None


class Tailer:
    """Follows the events table and hands every row to every stream."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._subscriptions: set[Subscription] = set()
        self._closed = False
        self.news = asyncio.Event()
        """Set by the next row; take it before you read, so that nothing falls in between."""

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._subscriptions)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Receive every row from now on."""
        subscription = Subscription()
        if self._closed:
            subscription.close()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every stream, so that a server that is asked to stop can."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()

    async def run(self) -> None:
        """Follow the table until closed, through any outage of the database.

        It ends within a second. Not to be cancelled: half a connection would be left behind.
        """
        last: int | None = None
        while not self._closed:
            try:
                last = await self._step(last)
                continue
            except PortError as error:
                log.warning("events can't be read", extra={"error": str(error)})
            except Exception:
                # Every stream hangs on this: whatever can't be understood is left behind.
                log.exception("events can't be understood; all streams start over")
                last = None
            await asyncio.sleep(AGAIN.total_seconds())

    async def _step(self, last: int | None) -> int:
        if last is None:
            last = await self._record.newest_event()
            # Whoever came before this has read of things as they were, a while ago perhaps.
            for subscription in self._subscriptions:
                subscription.miss()
            return last
        rows = await self._record.events_after(last)
        for row in rows:
            for subscription in self._subscriptions:
                subscription.add(row)
        if rows:
            self.news.set()
            self.news = asyncio.Event()
            return rows[-1].id
        await self._record.wait_for_events(last)
        return last
