"""What people's event streams said, and whether each of them heard everything, once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from robots.person import Person
from robots.stream import Event, Stream
from robots.waiting import until


class Tape:
    """Everything with an id that one person's stream said, however often it was cut."""

    def __init__(self, person: Person) -> None:
        self._api = person.api
        self.events: list[Event] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stream = Stream(self._api)
        task = asyncio.create_task(self._follow(stream))
        try:
            await asyncio.wait_for(stream.connected.wait(), 10)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until_told(self, what: str) -> None:
        await until(lambda: any(what in one.data for one in self.events), 15, f"a tape: {what}")

    async def again(self) -> list[Event]:
        """The same, as told in one piece to somebody who missed all of it."""
        stream, told = Stream(self._api), self.events[:1]
        stream.last_id = self.events[0].id
        async with asyncio.timeout(10), aclosing(stream.events()) as events:
            async for event in events:
                told.append(event)
                if int(event.id) >= int(self.events[-1].id):
                    break
        return told

    async def _follow(self, stream: Stream) -> None:
        async with aclosing(stream.events()) as events:
            async for event in events:
                if event.id:
                    self.events.append(event)


def told_once(tape: Tape) -> None:
    """Hold a stream to it: in order, nothing twice, and never from the start again."""
    ids = [int(event.id) for event in tape.events]
    assert ids == sorted(set(ids))
    assert not [event for event in tape.events if event.kind == "resync"]


async def completely_told(tape: Tape, concerns: Callable[[Event], bool]) -> None:
    """Hold a stream to it: nothing that concerns this person is missing."""
    known = {event.id for event in tape.events}
    again = [event for event in await tape.again() if concerns(event)]
    assert again
    missed = [f"{event.id} {event.kind}" for event in again if event.id not in known]
    assert not missed, missed
