"""Hold: the host plays to the caller, whoever else is there."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.names import is_host
    from workflows import patches, steps
    from workflows.floor import Floor

TOLD_AGAIN = timedelta(seconds=1)
"""After this a host that could not be told is told again."""


class Hold:
    """One room's hold. It is on from the moment it is begun until its end has been obeyed."""

    def __init__(self, floor: Floor, room: str) -> None:
        self._floor = floor
        self._room = room
        self._wanted = False
        self._told: set[str] = set()
        self._unheard = False
        self._turn = asyncio.Lock()
        self.is_on = False

    async def begin(self) -> None:
        """Tell the host to play; it does once its track is seen."""
        self.is_on, self._wanted, self._unheard = True, True, False
        await self._or_later(self._tell())

    async def end(self) -> None:
        """Let the host be silent again, unless the caller is alone."""
        self._wanted = self._unheard = False
        await self._or_later(self._tell_to_stop())

    def forget(self) -> None:
        """The caller is in this room no more."""
        self.is_on = self._wanted = self._unheard = False
        self._told.clear()

    async def keep(self) -> None:
        """Tell every host that comes later, and what couldn't be told, until cancelled."""
        while True:
            await workflow.wait_condition(lambda: self._unheard or self._has_new_hosts())
            if self._unheard:
                await workflow.sleep(TOLD_AGAIN, summary="a host that could not be told")
                if not self._unheard:
                    continue  # somebody has told it meanwhile
                self._unheard = False
            with suppress(ActivityError):  # before NOTHING_IN_HASTE: told once, heard or not
                await self._or_later(self._tell() if self._wanted else self._tell_to_stop())

    async def _or_later(self, telling: Coroutine[Any, Any, None]) -> None:
        """Nothing fails because a host can't be told just now: `keep` tells it again."""
        try:
            await telling
        except ActivityError as error:
            if not workflow.patched(patches.NOTHING_IN_HASTE):
                raise
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error  # ops want more than this step to end
            self._unheard = True

    async def _tell(self) -> None:
        async with self._turn:
            self._told |= self._hosts()
            if self._wanted:
                await steps.hold(self._room, on=True)

    async def _tell_to_stop(self) -> None:
        async with self._turn:
            if not self._wanted:
                await steps.hold(self._room, on=False)
                if not self._wanted:  # nobody has begun it again while the host was being told
                    self.forget()

    def _has_new_hosts(self) -> bool:
        return self._wanted and bool(self._hosts() - self._told)

    def _hosts(self) -> set[str]:
        seen = self._floor.presence.seen
        return {s.identity for s in seen if s.room == self._room and is_host(s.identity)}
