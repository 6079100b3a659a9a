"""One job's stay in one room: from admission, through the first reason to end, to its report."""

import asyncio
import contextlib
import logging
import signal
from abc import ABC, abstractmethod
from datetime import timedelta

from livekit import rtc
from livekit.agents import AutoSubscribe, JobContext
from temporalio.client import Client

from domain.voice import BriefingOrder, HostOrder
from voice.duty import Duty
from voice.endings import Ending, ending_of

log = logging.getLogger(__name__)

SETTLING = timedelta(milliseconds=100)
"""A track published within 20 ms of the join reached nobody in 7 of 32 runs."""
GOODBYE = timedelta(seconds=2)
RECONNECTION = timedelta(seconds=2)
"""Then a new agent is there sooner: the client's own attempts come up to seven seconds apart."""
LAST_WORD = timedelta(seconds=1)
"""A job whose process is being ended has little time left to say so."""
ORPHAN = timedelta(seconds=10)
"""How long a process may outlive its server. One hung at its end (seen once), with nobody left
who would end it."""


class Stay(ABC):
    """What host and briefer have in common. A job calls `run` once."""

    def __init__(
        self, context: JobContext, client: Client, order: HostOrder | BriefingOrder
    ) -> None:
        self.context = context
        self.room = context.room
        self.order = order
        self.duty = Duty(client, order)
        self._giving_up: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    @abstractmethod
    async def perform(self) -> None:
        """Do what the job is for; runs once the room is joined, until the job ends."""

    @abstractmethod
    async def fall_silent(self, ending: Ending) -> None:
        """Stop being heard, at once or as this ending allows."""

    @abstractmethod
    async def outlive(self) -> None:
        """Use the seconds that are left after this process has lost its server."""

    async def run(self) -> None:
        """Stay until the first reason to end, and report it while leaving."""
        if not await self.duty.admitted():
            log.info("job came too late", extra={"activity": self.order.activity_id})
            return self.context.shutdown("not admitted")
        log.info("job begins", extra={"activity": self.order.activity_id})
        self._watch()
        tasks = [
            asyncio.create_task(self.duty.beat(self.end), name="beat"),
            asyncio.create_task(self._join_and_perform(), name="perform"),
        ]
        for task in tasks:
            task.add_done_callback(self._end_if_broken)
        try:
            ending = await self._ended
            log.info("job ends", extra={"activity": self.order.activity_id, "why": ending.value})
            await asyncio.gather(self.duty.report(ending), self._leave(ending, tasks))
        except asyncio.CancelledError:
            signal.alarm(round(ORPHAN.total_seconds()))
            await asyncio.gather(self._last_word(), self.outlive())
            raise
        self.context.shutdown(ending.value)

    def end(self, ending: Ending) -> None:
        """Name a reason to end; only the first one counts."""
        if not self._ended.done():
            self._ended.set_result(ending)

    async def _last_word(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD.total_seconds()):
                await self.duty.report(Ending.STOPPING)

    async def _leave(self, ending: Ending, tasks: list[asyncio.Task[None]]) -> None:
        await self.fall_silent(ending)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE.total_seconds()):
                await self.room.disconnect()

    async def _join_and_perform(self) -> None:
        await self.context.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE)
        self._give_way()
        await asyncio.sleep(SETTLING.total_seconds())
        await self.perform()

    def _watch(self) -> None:
        self.room.on("disconnected", lambda reason: self.end(ending_of(reason)))
        self.room.on("reconnecting", self._give_up_soon)
        self.room.on("reconnected", self._go_on)
        for event in ("participant_connected", "participant_attributes_changed"):
            self.room.on(event, lambda *_: self._give_way())
        # livekit-agents has job processes ignore SIGTERM; our server passes its own on to them.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.end, Ending.STOPPING)

    def _go_on(self) -> None:
        if self._giving_up:
            self._giving_up.cancel()

    def _give_up_soon(self) -> None:
        self._go_on()
        self._giving_up = asyncio.get_running_loop().call_later(
            RECONNECTION.total_seconds(), self.end, Ending.MEDIA_LOST
        )

    def _give_way(self) -> None:
        """Leave to the newest attempt, and among equals to who was there first.

        LiveKit can start one order twice, and both jobs hold the same valid task token.
        """
        me = self.room.local_participant
        mine = _rank(self.order.attempt, me)
        role, _, _ = me.identity.partition("-")
        for other in self.room.remote_participants.values():
            is_rival = (
                other.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
                and other.identity.startswith(f"{role}-")
                and other.attributes.get("act") == self.order.activity_id
            )
            if is_rival and _rank(_attempt_of(other), other) < mine:
                self.end(Ending.OUTRANKED)

    def _end_if_broken(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        # Not the error's text: it may hold what was to be spoken.
        log.error("job broke", extra={"task": task.get_name(), "error": type(error).__name__})
        self.end(Ending.BROKEN)


def _rank(attempt: int, participant: rtc.Participant) -> tuple[int, float, str]:
    """The lowest stays; LiveKit says to the millisecond when somebody joined."""
    joined = participant.joined_at
    return -attempt, joined.timestamp() if joined else 0.0, participant.identity


def _attempt_of(participant: rtc.RemoteParticipant) -> int:
    attempt = participant.attributes.get("attempt", "")
    return int(attempt) if attempt.isdecimal() else 0
