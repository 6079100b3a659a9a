"""Server-sent events over httpx: reconnects by itself and resumes where it was cut."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

import httpx

from robots.http import Api, Problem

log = logging.getLogger(__name__)

# Comments come every 15 s, so a stream that is silent for longer is dead.
SILENT_S = 20.0
AGAIN_AFTER_S = 0.25
OVER = (401, 403, 404)


@dataclass(frozen=True)
class Event:
    """One server-sent event; `data` is JSON text."""

    id: str
    kind: str
    data: str


class Stream:
    """Everything that concerns one person, in order: `async for event in Stream(api).events()`."""

    def __init__(self, api: Api, path: str = "/v1/me/events") -> None:
        self.api = api
        self.path = path
        self.last_id = ""
        self.connected = asyncio.Event()

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield events for ever; ends when the api says that there is nothing to follow."""
        while True:
            try:
                async for event in self._once():
                    yield event
            except Problem as problem:
                if problem.status in OVER:
                    return
                log.info("event stream refused", extra={"status": problem.status})
            except httpx.HTTPError as failure:
                log.info("event stream cut", extra={"failure": type(failure).__name__})
            self.connected.clear()
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _once(self) -> AsyncGenerator[Event, None]:
        headers = {"Accept": "text/event-stream"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        patience = httpx.Timeout(5, read=SILENT_S)
        request = self.api.http.stream("GET", self.path, headers=headers, timeout=patience)
        async with request as answer:
            if not answer.is_success:
                await answer.aread()
                raise Problem(answer)
            self.connected.set()
            async for event in parse(answer.aiter_lines()):
                self.last_id = event.id or self.last_id
                yield event


async def parse(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Turn lines of `text/event-stream` into events; comments and empty events are dropped."""
    fields: dict[str, list[str]] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
            continue
        if "data" in fields:
            yield Event(
                id=fields.get("id", [""])[-1],
                kind=fields.get("event", ["message"])[-1],
                data="\n".join(fields["data"]),
            )
        fields = {}
