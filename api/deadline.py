"""A request has one deadline from its arrival on, for Temporal and the database together."""

import asyncio
import math
from contextvars import ContextVar
from datetime import timedelta

ANSWER = timedelta(seconds=2.5)
"""So that who asks is answered within three seconds, also by a busy machine (of 2.8 s some answers
took 3.2). Temporal's client by itself took 6 to 10 s with the server away (measured, 1.35)."""


class Deadline:
    """By when a request is to be answered; each of its tasks sees the same one."""

    def __init__(self) -> None:
        self._at_s = asyncio.get_running_loop().time() + ANSWER.total_seconds()

    def lift(self) -> None:
        """Let what follows, like the rest of a stream, have its own time: the answer has begun."""
        self._at_s = math.inf

    def left(self) -> timedelta:
        """Say how much time is left, at most as much as there was."""
        left_s = self._at_s - asyncio.get_running_loop().time()
        return timedelta(seconds=max(0.0, min(left_s, ANSWER.total_seconds())))


_due: ContextVar[Deadline] = ContextVar("due")


def begin() -> Deadline:
    """A request has arrived, and whatever it awaits from now on has its time."""
    deadline = Deadline()
    _due.set(deadline)
    return deadline


def left() -> timedelta:
    """Say how long a part of a request may take; work of our own has all of the time."""
    due = _due.get(None)
    return ANSWER if due is None else due.left()


def in_time(at_most: timedelta = ANSWER) -> asyncio.Timeout:
    """Bound a part of a request, by what is left of its time.

    Returns:
        A context manager that raises `TimeoutError` when the time is over.
    """
    return asyncio.timeout(min(at_most, left()).total_seconds())
