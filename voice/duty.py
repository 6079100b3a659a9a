"""The Temporal activity behind a voice job, which the job itself keeps alive and completes."""

import asyncio
import base64
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import AsyncActivityCancelledError, Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.voice import BriefingOrder, HostOrder, SpeechProgress
from voice.endings import Ending
from workflows.options import AGENT_ALIVE

log = logging.getLogger(__name__)

BEAT = AGENT_ALIVE / 3
ANSWER = timedelta(seconds=3)
"""How long Temporal may take to answer one call."""
AGAIN = timedelta(milliseconds=200)
"""After so long Temporal is asked or told again."""
DELIVERY = timedelta(seconds=12)
"""How long a report is tried; LiveKit agents end a job 15 s after its room."""


class Duty:
    """Heartbeats and reports of one attempt, fenced by its task token.

    The token, not the activity's id: Temporal answers NOT_FOUND to the token of a dead attempt,
    where it would take a report by id for that of the living one.
    """

    def __init__(self, client: Client, order: HostOrder | BriefingOrder) -> None:
        self._handle = client.get_async_activity_handle(
            task_token=base64.b64decode(order.task_token)
        )
        self._details: tuple[SpeechProgress, ...] = ()
        self._news = asyncio.Event()

    def progress(self, progress: SpeechProgress) -> None:
        """Remember how far the speech is; Temporal is told at once, by `beat`."""
        self._details = (progress,)
        self._news.set()

    async def admitted(self) -> bool:
        """Ask, before the room is joined, whether this attempt is still the one to do it."""
        try:
            ending = await self._asked()
        except (RPCError, TimeoutError):
            return False
        if ending:
            await self.report(ending)
        return ending is None

    async def called_off(self) -> Ending | None:
        """Ask why to leave, until there is an answer; None: this attempt goes on."""
        while True:
            with contextlib.suppress(RPCError, TimeoutError):
                return await self._asked()
            await asyncio.sleep(AGAIN.total_seconds())

    async def beat(self, end: Callable[[Ending], None]) -> None:
        """Keep the attempt alive until it is over; that Temporal is away is no reason to stop."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), BEAT.total_seconds())
            self._news.clear()
            try:
                if ending := await self._asked():
                    return end(ending)
            except RPCError as error:
                log.warning("temporal refused a heartbeat", extra={"status": error.status.name})
            except TimeoutError:
                log.warning("temporal did not answer a heartbeat")

    async def _asked(self) -> Ending | None:
        """Send a heartbeat, which is answered by why to end; None: go on.

        Raises:
            TimeoutError: Temporal did not answer.
            RPCError: it could not.
        """
        try:
            await self._heartbeat()
        except AsyncActivityCancelledError as error:
            return _why(error)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Ending.SUPERSEDED
        return None

    async def _heartbeat(self) -> None:
        async with asyncio.timeout(ANSWER.total_seconds()):
            await self._handle.heartbeat(*self._details)

    async def report(self, ending: Ending) -> None:
        """Tell Temporal how the job ended; it is told nothing where it no longer waits."""
        match ending:
            case Ending.DONE | Ending.REMOVED:
                await _deliver(lambda: self._handle.complete(*self._details))
            case Ending.CANCELLED:
                await _deliver(lambda: self._handle.report_cancellation(*self._details))
            case Ending.LISTENER_GONE:
                await self._fail("ListenerGone", "Agent B left the room", retry=False)
            case Ending.ROOM_GONE:
                await self._fail("RoomGone", "The room was closed", retry=False)
            case Ending.MEDIA_LOST | Ending.STOPPING | Ending.BROKEN:
                await self._fail("AgentGone", f"The voice agent ended: {ending}", retry=True)
            case Ending.SUPERSEDED | Ending.OUTRANKED:
                pass

    async def _fail(self, kind: str, message: str, *, retry: bool) -> None:
        error = ApplicationError(message, type=kind, non_retryable=not retry)
        await _deliver(lambda: self._handle.fail(error, last_heartbeat_details=list(self._details)))


def _why(error: AsyncActivityCancelledError) -> Ending:
    """Tell a cancelled activity from one that an operator paused or reset, to run again later."""
    cancelled = error.details is None or error.details.cancel_requested
    return Ending.CANCELLED if cancelled else Ending.STOPPING


async def _deliver(send: Callable[[], Awaitable[None]]) -> None:
    """Send a report until it has arrived, nobody waits for it, or `DELIVERY` is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DELIVERY.total_seconds()):
            while True:
                try:
                    async with asyncio.timeout(ANSWER.total_seconds()):
                        return await send()
                except TimeoutError:
                    log.warning("temporal did not answer a report")
                except RPCError as error:
                    if error.status is RPCStatusCode.NOT_FOUND:
                        return
                    log.warning("temporal refused a report", extra={"status": error.status.name})
                await asyncio.sleep(AGAIN.total_seconds())
    log.error("temporal was not reached; it will notice by the missing heartbeats")
