"""Somebody at the door all along: whoever asks the api gets an answer in time, or a good reason."""

import asyncio
import contextlib
from typing import Self

import httpx

from robots.http import UNAVAILABLE, trusted
from robots.scene import Scene

EVERY_S, CONTROL_EVERY_S = 0.5, 0.2
GIVES_UP_S = 10.0
ANSWER_S = 3.0
"""Within this everybody is told, if only that something is away."""


class Knocking:
    """Asks for what needs Temporal, as the caller, until the block ends.

    What this machine adds to every answer is measured beside it, by a question that needs nothing.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.found: list[str] = []
        self.slowest_s = 0.0

    async def __aenter__(self) -> Self:
        headers = {"Authorization": self._scene.caller.api.http.headers["Authorization"]}
        self._http = httpx.AsyncClient(
            base_url=self._scene.stage.url, headers=headers, timeout=GIVES_UP_S, verify=trusted()
        )
        self._knocking = asyncio.create_task(self._knock())
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._knocking.cancel()
        await asyncio.gather(self._knocking, return_exceptions=True)
        await self._http.aclose()

    async def _knock(self) -> None:
        path = f"/v1/calls/{self._scene.call_id}/seat"
        while True:
            answered = asyncio.Event()
            control = asyncio.create_task(self._control(answered))
            answer = None
            try:
                answer = await self._http.post(path)
            except httpx.TimeoutException:
                pass
            except httpx.TransportError:
                control.cancel()  # nobody is there who could answer
            answered.set()
            await asyncio.wait([control])
            # Nothing is awaited in here: who is called off ourselves must not go on.
            with contextlib.suppress(asyncio.CancelledError, httpx.TransportError):
                self._judge(answer, control.result())
            await asyncio.sleep(EVERY_S)

    async def _control(self, answered: asyncio.Event) -> float:
        """The longest that a question took which needs nothing, until the other is answered."""
        slowest_s = 0.0
        while True:
            answer = await self._http.get("/healthz")
            slowest_s = max(slowest_s, answer.elapsed.total_seconds())
            if answered.is_set():
                return slowest_s
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(answered.wait(), CONTROL_EVERY_S)

    def _judge(self, answer: httpx.Response | None, control_s: float) -> None:
        if answer is None:
            self.found.append(f"the api gave no answer within {GIVES_UP_S:g} s")
            return
        took_s = answer.elapsed.total_seconds()
        self.slowest_s = max(self.slowest_s, took_s - control_s)
        if took_s > ANSWER_S + control_s:
            self.found.append(f"the api took {took_s:.1f} s for an answer")
        if answer.is_server_error and answer.status_code != UNAVAILABLE:
            self.found.append(f"the api answered {answer.status_code}: {answer.text[:200]}")
