"""A witness at the media server: who is in which room, with which rights, ten times a second."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Self

import aiohttp
from livekit import api as livekit

from robots.observation import Sample, Sight

LOOK_EVERY_S = 0.1
MICROPHONE = livekit.TrackSource.MICROPHONE


class Witness:
    """`async with Witness(url, key, secret) as witness:` samples until the block ends."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.key, self.secret = url, key, secret
        self.samples: list[Sample] = []

    async def __aenter__(self) -> Self:
        self.lk = livekit.LiveKitAPI(self.url.replace("ws", "http", 1), self.key, self.secret)
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.lk.aclose()

    async def look(self, *, dispatches: bool = False) -> Sample:
        """One sample, read room after room until now; dispatches cost one more request per room."""
        listed = await self.lk.room.list_rooms(livekit.ListRoomsRequest())
        rooms = [room.name for room in listed.rooms]
        sights = await asyncio.gather(*(self._in_room(room) for room in rooms))
        sent: list[str] = []
        for room in rooms if dispatches else []:
            sent += await self._sent_to(room)
        flat = tuple(sight for some in sights for sight in some)
        return Sample(time.monotonic(), flat, frozenset(rooms), tuple(sent))

    async def glance(self, *, dispatches: bool = False) -> Sample | None:
        """Like `look`; None: the server is away, or a room was closed while it was asked about."""
        try:
            return await self.look(dispatches=dispatches)
        except (livekit.TwirpError, aiohttp.ClientError, TimeoutError):
            return None

    async def _watch(self) -> None:
        while True:
            due = time.monotonic() + LOOK_EVERY_S
            if sample := await self.glance():
                self.samples.append(sample)
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _sent_to(self, room: str) -> list[str]:
        with _perhaps_gone():
            jobs = await self.lk.agent_dispatch.list_dispatch(room)
            return [f"{room} {job.agent_name}" for job in jobs if job.agent_name]
        return []

    async def _in_room(self, room: str) -> list[Sight]:
        with _perhaps_gone():
            request = livekit.ListParticipantsRequest(room=room)
            listed = await self.lk.room.list_participants(request)
            return [_sight(room, person) for person in listed.participants]
        return []


@contextlib.contextmanager
def _perhaps_gone() -> Iterator[None]:
    """A room that was listed may be closed by now: nobody is there then."""
    try:
        yield
    except livekit.TwirpError as gone:
        if gone.code != "not_found":
            raise


def _sight(room: str, person: livekit.ParticipantInfo) -> Sight:
    rights = person.permission
    tracks = [track for track in person.tracks if track.source == MICROPHONE]
    if person.kind == livekit.ParticipantInfo.Kind.AGENT:
        tracks = list(person.tracks)
    return Sight(
        room=room,
        identity=person.identity,
        active=person.state == livekit.ParticipantInfo.State.ACTIVE,
        hidden=rights.hidden,
        may_speak=rights.can_publish,
        may_hear=rights.can_subscribe,
        published=bool(tracks),
        muted=all(track.muted for track in tracks),
    )
