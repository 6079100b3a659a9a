"""The naive way to hand over, with the same voices and ears: leave room A, then join room B."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from livekit import api as livekit

from robots.bench.vigil import Quiet, Vigil
from robots.ears import Ears, of
from robots.measure import AFTER_S, BEFORE_S
from robots.place import Place
from robots.scene import Stage
from robots.sound import Span
from robots.views import May, Seat
from robots.voice import Voice
from robots.waiting import until


@dataclass(frozen=True)
class Hop:
    """One naive move, in ms: silence for the caller, and of the caller for every agent."""

    silence: float
    unheard: float


@dataclass(frozen=True)
class Hopped:
    """Naive moves, and how quiet the machine was."""

    quiet: Quiet
    hops: list[Hop]


class Hopper:
    """A caller between two rooms, an agent in each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.caller, self.ears = Voice("caller"), Ears()
        self.rooms = [f"naive-{uuid4().hex}" for _ in "ab"]
        self.agents = [
            self._place(room, f"agt_{tone}", Voice(tone), Ears())
            for room, tone in zip(self.rooms, "ab", strict=True)
        ]
        self.place = self._place(self.rooms[0], "caller_1", self.caller, self.ears)

    async def hop(self) -> tuple[float, int]:
        """Leave, join, and wait until both hear each other; when it began, and from which room."""
        old = self.rooms.index(self.place.name)
        agent, began = self.agents[1 - old], time.monotonic()
        await self.place.leave()
        self.place = self._place(self.rooms[1 - old], "caller_1", self.caller, self.ears)
        await self.place.join()

        def both() -> bool:
            return self.ears.hears(agent.seat.identity) and agent.ears.hears("caller_1")

        await until(both, 10, "a naive move to end")
        await asyncio.sleep(AFTER_S + BEFORE_S)
        return began, old

    def measured(self, began: float, old: int) -> Hop:
        """What a hop cost."""
        around = Span(began - BEFORE_S, began + AFTER_S)
        before, after = self.agents[old].ears, self.agents[1 - old].ears
        last = before.last(of("caller_1"), around.ended)
        first = after.first(of("caller_1"), began)
        unheard = (first - last) * 1000 if first and last else float("inf")
        return Hop(self.ears.silence(around).lasts_s * 1000, unheard)

    def _place(self, room: str, identity: str, voice: Voice, ears: Ears) -> Place:
        grants = livekit.VideoGrants(room_join=True, room=room)
        token = livekit.AccessToken(self.stage.livekit_key, self.stage.livekit_secret)
        jwt = token.with_identity(identity).with_grants(grants).with_ttl(timedelta(minutes=5))
        may = May(publish=True, subscribe=True)
        seat = Seat(
            url=self.stage.livekit_url, room=room, identity=identity, token=jwt.to_jwt(), may=may
        )
        return Place(seat, voice, ears)


async def hopped(stage: Stage, lk: livekit.LiveKitAPI, hops: int) -> Hopped:
    """That many naive moves, to and fro."""
    hopper, vigil, made = Hopper(stage), Vigil(), []
    for room in hopper.rooms:
        await lk.room.create_room(livekit.CreateRoomRequest(name=room))
    try:
        for place in (*hopper.agents, hopper.place):
            await place.join()
        await asyncio.sleep(BEFORE_S + 1)
        async with vigil.watching():
            for _ in range(hops):
                made.append(await hopper.hop())
        return Hopped(vigil.quiet(), [hopper.measured(*one) for one in made])
    finally:
        for place in (*hopper.agents, hopper.place):
            await place.leave()
            await place.ears.close()
        for room in hopper.rooms:
            await lk.room.delete_room(livekit.DeleteRoomRequest(room=room))
