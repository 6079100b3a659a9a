"""Waiting, for a bounded time, until the record shows what a workflow has just decided.

Workflows write to the record off the transfer's path, so an answer would otherwise show the
state of a moment ago.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from api.errors import Unavailable
from domain.record import Record
from domain.views import CallView, TransferView

T = TypeVar("T")

WITHIN = timedelta(seconds=1)


async def settled(
    record: Record,
    read: Callable[[], Awaitable[T | None]],
    shows: Callable[[T], bool],
    within: timedelta = WITHIN,
) -> T | None:
    """Read until the record shows it; after `within`, whatever there is."""
    found: T | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(within.total_seconds()):
            while True:
                newest = await record.newest_event()
                found = await read()
                if found is not None and shows(found):
                    return found
                await record.wait_for_events(newest)
    return found


async def settled_call(
    record: Record, tenant: str, call_id: str, shows: Callable[[CallView], bool]
) -> CallView:
    """Read a call that has just been changed.

    Raises:
        Unavailable: it isn't in the record yet.
    """
    call = await settled(record, lambda: record.call(tenant, call_id), shows)
    if call is None:
        raise Unavailable
    return call


async def settled_transfer(
    record: Record, tenant: str, transfer_id: str, shows: Callable[[TransferView], bool]
) -> TransferView:
    """Read a transfer that has just been changed.

    Raises:
        Unavailable: it isn't in the record yet.
    """
    transfer = await settled(record, lambda: record.transfer(tenant, transfer_id), shows)
    if transfer is None:
        raise Unavailable
    return transfer
