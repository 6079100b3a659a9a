"""`Voices` in memory: agents that enter rooms and complete their activities themselves."""

import asyncio
import base64
import itertools
from contextlib import suppress
from dataclasses import dataclass, field

from temporalio.client import AsyncActivityCancelledError, AsyncActivityHandle, Client
from temporalio.service import RPCError

from domain.errors import NotThere, PortError, Unreachable
from domain.names import BRIEFER, HOST
from domain.seating import OPEN
from domain.voice import BriefingOrder, HostOrder, SpeechProgress
from tests.fakes.rooms import FakeRooms, Guest

BEAT_S = 0.2
LOOK_S = 0.01
_numbers = itertools.count(1)


@dataclass
class FakeVoices:
    """Sends agents into `FakeRooms`; a briefer speaks when its listener is there."""

    client: Client
    rooms: FakeRooms
    available: set[str] = field(default_factory=lambda: {HOST, BRIEFER})
    failing: list[PortError] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    """Every sentence anybody was told, in order."""
    stays: bool = False
    """Whoever is dismissed doesn't go."""
    tongue_tied: bool = False
    """Briefers come, and never finish."""
    jobs: set[asyncio.Task[None]] = field(default_factory=set)

    async def dispatch(
        self, agent: str, room: str, order: str, *, activity_id: str, attempt: int
    ) -> None:
        if self.failing:
            raise self.failing.pop(0)
        if room not in self.rooms.people:
            raise NotThere("The room is gone")
        if self.rooms.away or agent not in self.available:
            raise Unreachable(f"No {agent} came in time")
        job = self._host(room, order) if agent == HOST else self._briefer(room, order)
        task = asyncio.create_task(job)
        self.jobs.add(task)
        task.add_done_callback(self.jobs.discard)

    async def dismiss(self, agent: str, room: str) -> None:
        if self.rooms.away or self.stays:
            raise Unreachable("The media server is away, or the agent still there")
        for identity in [i for i in self.rooms.people.get(room, {}) if i.startswith(f"{agent}-")]:
            self.rooms.leave(room, identity)

    async def _host(self, room: str, sealed: str) -> None:
        order = HostOrder.model_validate_json(sealed)
        guest = Guest(f"host-{next(_numbers)}", OPEN, caller=order.caller)
        await self._stay(room, guest, order.task_token)

    async def _briefer(self, room: str, sealed: str) -> None:
        order = BriefingOrder.model_validate_json(sealed)
        guest = Guest(f"briefer-{next(_numbers)}", OPEN)
        await self._stay(room, guest, order.task_token, order)

    async def _stay(
        self, room: str, guest: Guest, token: str, briefing: BriefingOrder | None = None
    ) -> None:
        """Stay until put out or called off, or, with a briefing, until it is spoken."""
        activity = self.client.get_async_activity_handle(task_token=base64.b64decode(token))
        self.rooms.enter(room, guest)
        beating = asyncio.create_task(_beat(activity))
        while not beating.done() and guest.identity in self.rooms.people.get(room, {}):
            if briefing and briefing.listener in self.rooms.people[room]:
                guest.plays = True
                if not self.tongue_tied:
                    self.spoken.extend(briefing.sentences[briefing.first :])
                    break
            await asyncio.sleep(LOOK_S)
        self.rooms.leave(room, guest.identity)
        if not beating.done():
            beating.cancel()
            result = SpeechProgress(next=0, finished=True) if briefing else None
            with suppress(RPCError, AsyncActivityCancelledError):
                await activity.complete(result)


async def _beat(activity: AsyncActivityHandle) -> None:
    """Heartbeat until nobody waits for the activity any more."""
    while True:
        await asyncio.sleep(BEAT_S)
        try:
            await activity.heartbeat()
        except AsyncActivityCancelledError:
            with suppress(RPCError):
                await activity.report_cancellation()
            return
        except RPCError:
            return
