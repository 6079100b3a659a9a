"""What a request asks of Temporal, and waits for, has one deadline from its arrival on."""

import asyncio
from contextvars import ContextVar
from datetime import timedelta

ANSWER = timedelta(seconds=2.5)
"""So that who asks is answered within three seconds, also by a busy machine (of 2.8 s some answers
took 3.2); the database keeps this limit in each of its operations. Temporal's client by itself took
6 to 10 s with the server away (measured, 1.35)."""

_due: ContextVar[float] = ContextVar("due")


def begin() -> None:
    """A request has arrived, and whatever it awaits from now on has its time."""
    _due.set(asyncio.get_running_loop().time() + ANSWER.total_seconds())


def in_time(at_most: timedelta = ANSWER) -> asyncio.Timeout:
    """Bound a part of a request, by what is left of its time; work of our own has all of it.

    Returns:
        A context manager that raises `TimeoutError` when the time is over.
    """
    now = asyncio.get_running_loop().time()
    latest = now + at_most.total_seconds()
    return asyncio.timeout_at(min(latest, _due.get(latest)))
