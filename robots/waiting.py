"""Waiting for a condition with a deadline: the only way a robot or a test waits."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

LOOK_EVERY_S = 0.02


class Late(AssertionError):
    """What was waited for did not come in time; the message says what and what was seen."""


@overload
async def until(
    condition: Callable[[], Awaitable[T | None]], within_s: float, what: str, every_s: float = 0
) -> T: ...
@overload
async def until(
    condition: Callable[[], T | None], within_s: float, what: str, every_s: float = 0
) -> T: ...
async def until(
    condition: Callable[[], Any], within_s: float, what: str, every_s: float = 0
) -> Any:
    """Return the first truthy answer of `condition`, which may be sync or async.

    Args:
        condition: Asked again and again.
        within_s: The deadline.
        what: Finishes the sentence "waited 5 s for …".
        every_s: How often to ask; 20 ms when 0.

    Raises:
        Late: No truthy answer in time; carries the last one.
    """
    deadline = time.monotonic() + within_s
    while True:
        asked = condition()
        answer = await asked if inspect.isawaitable(asked) else asked
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise Late(f"waited {within_s:g} s for {what}; the last answer was {answer!r}")
        await asyncio.sleep(every_s or LOOK_EVERY_S)
