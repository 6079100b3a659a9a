"""Hold: the host plays to the caller, whoever else is there."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.names import is_host
    from workflows import steps
    from workflows.floor import Floor


class Hold:
    """One room's hold. It is on from the moment it is begun until its end has been obeyed."""

    def __init__(self, floor: Floor, room: str) -> None:
        self._floor = floor
        self._room = room
        self._wanted = False
        self._told: set[str] = set()
        self._turn = asyncio.Lock()
        self.is_on = False

    async def begin(self) -> None:
        """Tell the host to play; it does once its track is seen."""
        self.is_on = self._wanted = True
        await self._tell()

    async def end(self) -> None:
        """Let the host be silent again, unless the caller is alone."""
        self._wanted = False
        async with self._turn:
            await steps.hold(self._room, on=False)
        self.forget()

    def forget(self) -> None:
        """The caller is in this room no more."""
        self.is_on = self._wanted = False
        self._told.clear()

    async def keep(self) -> None:
        """Tell every host that comes later, too, until cancelled: a new one knows of nothing."""
        while True:
            await workflow.wait_condition(lambda: self._wanted and bool(self._hosts() - self._told))
            with suppress(ActivityError):  # it is gone again, or the media server is
                await self._tell()

    async def _tell(self) -> None:
        async with self._turn:
            self._told |= self._hosts()
            if self._wanted:
                await steps.hold(self._room, on=True)

    def _hosts(self) -> set[str]:
        seen = self._floor.presence.seen
        return {s.identity for s in seen if s.room == self._room and is_host(s.identity)}
