"""A request as any client makes it, timed; and what the api says when something is away."""

import time
from dataclasses import dataclass

import httpx

from robots.http import Api, Json

ANSWER_S = 3.0
"""Within this time everybody is told, if only that something is away."""
MARGIN_S = 0.5


@dataclass(frozen=True)
class Request:
    """One request, that may be made again."""

    api: Api
    method: str
    path: str
    body: Json | None = None
    key: str = ""

    async def made(self) -> httpx.Response:
        """Its answer, which has to come in time."""
        headers = {"Idempotency-Key": self.key} if self.key else {}
        began = time.monotonic()
        answer = await self.api.http.request(
            self.method, self.path, json=self.body, headers=headers
        )
        took_s = time.monotonic() - began
        assert took_s < ANSWER_S + MARGIN_S, f"{self.method} {self.path} took {took_s:.1f} s"
        return answer


def told_why(answer: httpx.Response) -> None:
    """It is a problem that a person can read and a program can act upon."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1
    problem = answer.json()
    assert problem["code"] == "unavailable"
    assert "Repeat with the same key" in problem["detail"]
