"""Outages of LiveKit: the rooms are there again at once, and everybody comes back."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import aiohttp
from livekit import api as livekit

from robots.ears import of
from robots.person import Person
from robots.scene import Scene
from robots.sound import Heard, Span
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import RECOVERED, note

Hears = tuple[Person, str, str]
"""Who is to be in a room, and whom they are to hear there; nobody, if that is empty."""

BACK_WITHIN_S = 15.0


class Outages:
    """The times in which there was no media server, or not everybody was back on it."""

    def __init__(self, scene: Scene, stack: LocalStack) -> None:
        self._scene, self._stack = scene, stack
        self.spans: list[Span] = []
        self.rooms_after: list[float] = []

    async def kill(self, *rooms: str, away_s: float = 0) -> None:
        """Kill LiveKit and start it again; returns when these rooms are there, or A and B."""
        scene = self._scene
        rooms = rooms or tuple(room for room in (scene.room_a, scene.room_b) if room)
        began = time.monotonic()
        await asyncio.to_thread(self._stack.kill, "livekit")
        self.spans.append(Span(began, float("inf")))
        await asyncio.sleep(away_s)
        returning = asyncio.create_task(self._rooms_return(set(rooms)))
        await asyncio.to_thread(self._stack.start, "livekit")
        self.rooms_after.append(await returning)

    async def over(self, *hears: Hears) -> None:
        """Everybody is back and hears these: from here on every promise is kept again."""
        returned_at = time.monotonic()

        async def everybody() -> bool:
            assert self._scene.witness
            sample = await self._scene.witness.look()
            seated = {(sight.room, sight.identity) for sight in sample.sights if sight.active}
            return all(
                (room, who.id) in seated and _heard(who, whom, room, returned_at)
                for who, whom, room in hears
            )

        await until(everybody, BACK_WITHIN_S, "everybody to be back", 0.1)
        self.spans[-1] = replace(self.spans[-1], ended=time.monotonic())
        note(RECOVERED, round(self.spans[-1].lasts_s, 2))

    def excused(self) -> dict[str, Any]:
        """What was observed, without the times in which nobody can be heard anywhere."""
        scene = self._scene
        assert scene.witness
        nobody = [Heard(one.began, one.ended, scene.room_a, "nobody") for one in self.spans]
        return {
            "heard": [*scene.caller.ears.heard(), *nobody],
            "samples": [
                sample
                for sample in scene.witness.samples
                if not any(span.began <= sample.at <= span.ended for span in self.spans)
            ],
        }

    async def _rooms_return(self, rooms: set[str]) -> float:
        """Seconds from LiveKit's first answer until it has these rooms."""
        first = (await until(self._listed, BACK_WITHIN_S, "LiveKit to answer"))[0]

        async def there() -> float:
            at, listed = await self._listed() or (0, set())
            return at if rooms <= listed else 0

        return await until(there, BACK_WITHIN_S, "the rooms") - first

    async def _listed(self) -> tuple[float, set[str]] | None:
        assert self._scene.witness
        try:
            async with asyncio.timeout(1):
                asked = livekit.ListRoomsRequest()
                listed = await self._scene.witness.lk.room.list_rooms(asked)
        except (aiohttp.ClientError, TimeoutError, livekit.ServerError):
            return None
        return time.monotonic(), {room.name for room in listed.rooms}


def _heard(who: Person, whom: str, room: str, since: float) -> bool:
    return not whom or any(
        (track.last_loud_at or 0) > since for track in who.ears.of(of(whom, room=room))
    )


def with_a(scene: Scene) -> tuple[Hears, ...]:
    caller, a, room = scene.caller, scene.a, scene.room_a
    return (caller, a.id, room), (a, caller.id, room)


def with_b(scene: Scene) -> tuple[Hears, ...]:
    caller, _, b = scene.people
    return (caller, b.id, scene.caller.home), (b, caller.id, scene.caller.home)


def on_hold(scene: Scene) -> tuple[Hears, ...]:
    caller, a, b = scene.people
    waiting: tuple[Hears, ...] = ((caller, "host", scene.room_a), (a, "", scene.room_a))
    return *waiting, (a, b.id, scene.room_b), (b, a.id, scene.room_b)
