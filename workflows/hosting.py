"""The host: always one in the call's room, so that the caller is never in silence."""

import asyncio
from contextlib import suppress
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.voices import VoiceActivities
    from domain.orders import HostWanted
    from workflows.options import HOSTING, saying

BEFORE_TRYING_AGAIN_S = 0.5


class Hosting:
    """Keeps a host in a room, and sends another when one is lost."""

    def __init__(self, caller: str) -> None:
        self._caller = caller
        self._room: str | None = None

    def go_to(self, room: str) -> None:
        """Look after this room from now on."""
        self._room = room

    def rest(self) -> None:
        """Look after no room any more."""
        self._room = None

    async def keep(self) -> None:
        """Have a host in the room until cancelled; hosts of rooms that are closed just end."""
        while True:
            await workflow.wait_condition(lambda: self._room is not None)
            room = str(self._room)
            hosting = workflow.start_activity_method(
                VoiceActivities.host,
                HostWanted(room=room, caller=self._caller),
                **saying(HOSTING, "looks after the caller"),
            )
            try:
                await workflow.wait_condition(partial(self._is_over, hosting, room))
            finally:
                hosting.cancel()
            with suppress(ActivityError):  # its room is closed, or it was not needed any more
                await hosting
            if self._room == room:
                await asyncio.sleep(BEFORE_TRYING_AGAIN_S)

    def _is_over(self, hosting: asyncio.Task[None], room: str) -> bool:
        return hosting.done() or self._room != room
