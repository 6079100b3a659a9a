"""Every request is timed, counted, logged and answered; one that is too large isn't let in."""

import logging
import time

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import deadline
from api.metrics import Metrics
from api.problems import MOST_BODY, ProblemAnswer, broken, operation_of, too_large

log = logging.getLogger(__name__)

MOST_DISCARDED = 32 * 1024 * 1024
"""Bytes read and thrown away, so that a client gets to the answer that says it is too much."""
SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Door:
    """Stands before the whole app. Neither paths nor queries are logged: operations are.

    Only CORS stands before it, so that pages of other origins can read whatever it answers.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, due, has_begun = time.monotonic(), deadline.begin(), False

        async def answering(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                due.lift()
                message["headers"] = [*message.get("headers", []), *SAFE_HEADERS]
                self._note(scope, message["status"], time.monotonic() - began)
            await send(message)

        try:
            await self._let_in(scope, receive, answering)
        except Exception:
            if has_begun:  # it can only break off, and the server logs why
                raise
            log.exception("a request broke", extra={"operation": operation_of(Request(scope))})
            await ProblemAnswer(broken())(scope, receive, answering)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _says_too_large(scope):
            await _discard(receive)
            await ProblemAnswer(too_large())(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        operation = operation_of(Request(scope))
        self._metrics.count(operation, status, took_s)
        log.info(
            "request",
            extra={
                "method": scope["method"],
                "operation": operation,
                "status": status,
                "took_ms": round(took_s * 1000),
            },
        )


def _says_too_large(scope: Scope) -> bool:
    length = Headers(scope=scope).get("content-length", "")
    return length.isdecimal() and int(length) > MOST_BODY


async def _discard(receive: Receive) -> None:
    discarded = 0
    while discarded < MOST_DISCARDED:
        message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body"):
            return
