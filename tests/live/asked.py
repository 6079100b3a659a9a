"""A request as any client makes it, its time, and what the api says when something is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx

from robots.http import Api, Json
from tests.findings import ANSWERED, note

ANSWER_S = 3.0
"""Within this time everybody is told, if only that something is away."""


@dataclass(frozen=True)
class Request:
    """One request, that may be made again."""

    api: Api
    method: str
    path: str
    body: Json | None = None
    key: str = ""

    async def made(self) -> httpx.Response:
        """Its answer."""
        headers = {"Idempotency-Key": self.key} if self.key else {}
        return await self.api.http.request(self.method, self.path, json=self.body, headers=headers)


class Control:
    """How long a question takes that needs nothing but the api and this machine."""

    def __init__(self) -> None:
        self.slowest_s = 0.0

    async def ask(self, api: Api) -> None:
        """Ask again and again, until cancelled."""
        while True:
            answer = await api.http.get("/healthz")
            answer.raise_for_status()
            self.slowest_s = max(self.slowest_s, answer.elapsed.total_seconds())
            await asyncio.sleep(0.1)


@asynccontextmanager
async def controlled(url: str) -> AsyncIterator[Control]:
    """What a loaded machine adds to every answer, measured beside the others."""
    control = Control()
    async with Api(url) as api:
        asking = asyncio.create_task(control.ask(api))
        try:
            yield control
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking


def came_in_time(answer: httpx.Response, control: Control) -> None:
    """Whoever asked was answered in time, but for what the machine added."""
    took_s = answer.elapsed.total_seconds()
    asked = f"{answer.request.method} {answer.request.url.path}"
    told = f"{asked} took {took_s:.2f} s; the control {control.slowest_s:.2f} s"
    assert took_s < ANSWER_S + control.slowest_s, told


def told_why(answer: httpx.Response) -> None:
    """It is a problem that a person can read and a program can act upon."""
    assert answer.status_code == 503, answer.text
    note(ANSWERED, round(answer.elapsed.total_seconds(), 2))
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1
    problem = answer.json()
    assert problem["code"] == "unavailable"
    assert "Repeat with the same key" in problem["detail"]
