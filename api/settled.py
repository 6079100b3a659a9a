"""Waiting, for a bounded time, until the record shows what a workflow has just decided.

Workflows write to the record off the transfer's path, so an answer would otherwise show the
state of a moment ago.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from api.deadline import in_time
from api.errors import Unavailable
from api.services import Services
from api.tailer import Tailer
from domain.views import CallView, TransferView

T = TypeVar("T")

WITHIN = timedelta(seconds=2)


async def settled(
    tailer: Tailer,
    read: Callable[[], Awaitable[T | None]],
    shows: Callable[[T], bool],
    within: timedelta = WITHIN,
) -> T:
    """Read until the record shows it; after `within`, whatever there is.

    Raises:
        Unavailable: there is nothing yet.
    """
    found: T | None = None
    with suppress(TimeoutError):
        async with in_time(within):
            while True:
                news = tailer.news
                found = await read()
                if found is not None and shows(found):
                    return found
                await news.wait()
    if found is None:
        raise Unavailable
    return found


async def settled_call(
    services: Services, tenant: str, call_id: str, shows: Callable[[CallView], bool]
) -> CallView:
    """Read a call that has just been changed."""
    return await settled(services.tailer, lambda: services.record.call(tenant, call_id), shows)


async def settled_transfer(
    services: Services, tenant: str, transfer_id: str, shows: Callable[[TransferView], bool]
) -> TransferView:
    """Read a transfer that has just been changed."""
    return await settled(
        services.tailer, lambda: services.record.transfer(tenant, transfer_id), shows
    )
