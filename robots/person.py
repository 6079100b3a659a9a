"""A person made of code: signed in, following their one event stream, sitting in rooms."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Self

from livekit import rtc
from pydantic import BaseModel, ValidationError

from robots.ears import Ears
from robots.http import Api, Problem
from robots.outside import Outside
from robots.place import Place
from robots.stream import Event, Stream
from robots.views import Call, Seat, SeatOffer, Transfer
from robots.voice import Voice
from robots.waiting import until

log = logging.getLogger(__name__)

KINDS: dict[str, type[BaseModel]] = {
    "call": Call,
    "transfer": Transfer,
    "offer": Transfer,
    "seat": SeatOffer,
}
# Reasons after which a client has nothing to come back for.
FINAL = ("CLIENT_INITIATED", "DUPLICATE_IDENTITY", "PARTICIPANT_REMOVED", "ROOM_DELETED")
COME_BACK_WITHIN_S = 8.0


@dataclass(frozen=True)
class Told:
    """One thing the event stream said, and when it came (monotonic seconds)."""

    at: float
    kind: str
    view: BaseModel


class Person:
    """What callers and agents share. `async with` starts nothing and cleans up everything."""

    def __init__(self, url: str, name: str, voice: Voice) -> None:
        self.api = Api(url)
        self.name = name
        self.id = ""
        self.call_id = ""
        self.voice = voice
        self.ears = Ears()
        self.places: dict[str, Place] = {}
        self.former: list[Place] = []
        self.told: list[Told] = []
        self.calls: dict[str, Call] = {}
        self.transfers: dict[str, Transfer] = {}
        self.failures: list[Exception] = []
        self.heeds_offers = True
        """False: the page is gone, or another tab of this person has the call."""
        self.stream: Stream | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None
        self._joining: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave every room, stop following, hang up on the api."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for place in [*self.places.values(), *self.former]:
            await place.leave()
        await self.ears.close()
        await self.api.close()

    async def follow(self) -> None:
        """Follow the event stream; returns once it is open."""
        self.stream = Stream(self.api)
        self._following = self.later(self._follow(self.stream))
        await asyncio.wait_for(self.stream.connected.wait(), 10)

    async def unfollow(self) -> None:
        """Let the event stream drop, as a closed page does; nothing that comes is heeded."""
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    def later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside; what goes wrong is kept in `failures`."""

        async def kept() -> None:
            try:
                await work
            except Exception as failure:
                log.warning("a robot failed", extra={"robot": self.name, "why": repr(failure)})
                self.failures.append(failure)

        task = asyncio.create_task(kept())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def take(self, seat: Seat) -> Place:
        """Sit down: a new connection, unless there is a living one in that room already."""
        async with self._joining[seat.room]:
            place = self.places.get(seat.room)
            if place and place.is_connected and not place.left:
                return place
            if place:
                self.former.append(place)
            place = Place(seat, self.voice, self.ears)
            place.changed = self.place_changed
            self.places[seat.room] = place
            try:
                await place.join()
            except rtc.ConnectError:
                self.places.pop(seat.room, None)
                raise
            return place

    async def leave(self, room: str) -> None:
        """Leave one room with a goodbye."""
        if place := self.places.pop(room, None):
            self.former.append(place)
            await place.leave()

    async def move_out(self) -> Outside:
        """Let a body in another process take every seat: killed, it is gone without a goodbye."""
        self.heeds_offers = False
        seats = [await self.fresh_seat(room) for room in self.places]
        body = await Outside.sit(*seats, tone=self.voice.tone)
        self.former += self.places.values()
        self.places.clear()
        return body

    async def vanish(self) -> None:
        """Be gone from every room as a client killed with -9; what the stream says is noted on."""
        body = await self.move_out()
        await body.kill()

    async def reload(self) -> None:
        """Lose the page with all its connections, without a goodbye, and open it again."""
        rooms = list(self.places)
        await self.unfollow()
        await self.vanish()
        await self.open_again(rooms)

    async def open_again(self, rooms: list[str]) -> None:
        """Open a page that was in these rooms."""
        self.heeds_offers = True
        await self.follow()
        for room in rooms:
            await self.take(await self.fresh_seat(room))

    async def fresh_seat(self, room: str) -> Seat:
        """Ask for the seat of a room one sits in; where one should be, if it is another now."""
        if transfer_id := self.transfer_in(room):
            try:
                return await self.api.transfer_seat(transfer_id)
            except Problem as problem:
                log.info("no seat in room B", extra={"code": problem.code})
        return await self.api.call_seat(self.call_id)

    def transfer_in(self, room: str) -> str | None:
        """The running transfer of which this is room B."""
        running = (one for one in self.transfers.values() if one.phase != "ended")
        return next((one.id for one in running if one.rooms.b == room), None)

    async def until_phase(self, transfer_id: str, *phases: str, within_s: float = 15) -> Transfer:
        """Wait until the event stream has shown the transfer in one of these phases."""

        def there() -> Transfer | None:
            view = self.transfers.get(transfer_id)
            return view if view and view.phase in phases else None

        what = f"{self.name} to be told that {transfer_id} is {' or '.join(phases)}"
        return await until(there, within_s, what)

    async def until_hears(self, *who: str, within_s: float = 10, room: str = "") -> float:
        """Wait until every one of these is heard; returns when that was."""

        def all_heard() -> bool:
            return all(self.ears.hears(one, room=room) for one in who)

        await until(all_heard, within_s, f"{self.name} to hear {' and '.join(who)}")
        return time.monotonic()

    async def _follow(self, stream: Stream) -> None:
        async with aclosing(stream.events()) as events:
            async for event in events:
                self._heed(event)

    def _heed(self, event: Event) -> None:
        kind = KINDS.get(event.kind)
        if not kind:
            return
        try:
            view = kind.model_validate_json(event.data)
        except ValidationError as wrong:
            self.failures.append(wrong)
            return
        self.told.append(Told(time.monotonic(), event.kind, view))
        if isinstance(view, Call):
            self.calls[view.id] = view
        elif isinstance(view, Transfer):
            self.transfers[view.id] = view
        elif isinstance(view, SeatOffer) and self.heeds_offers:
            self.later(self.offered_a_seat(view))
        self.heed(event.kind, view)

    def heed(self, kind: str, view: BaseModel) -> None:
        """React to what the stream said; nothing by default."""

    async def offered_a_seat(self, offer: SeatOffer) -> None:
        """Take the seat the stream told of: room B's if it is there, else the call's."""
        try:
            await self.take(await self.seat_for(offer))
        except (Problem, rtc.ConnectError) as gone:
            # Offered and taken back again: whoever is still wanted is told of the next seat.
            log.info("the seat is gone", extra={"robot": self.name, "why": repr(gone)})

    async def seat_for(self, offer: SeatOffer) -> Seat:
        """Ask for the seat in the offered room, whatever was thought before."""
        self.call_id = offer.call_id or self.call_id
        if offer.transfer_id:
            try:
                seat = await self.api.transfer_seat(offer.transfer_id)
            except Problem as problem:
                log.info("no seat in room B", extra={"code": problem.code})
            else:
                if seat.room == offer.room:
                    return seat
        return await self.api.call_seat(self.call_id)

    def place_changed(self, place: Place) -> None:
        """Permissions or connection of a place changed; a lost connection is made anew."""
        if place.why_gone == "DUPLICATE_IDENTITY" and self.places.get(place.name) is place:
            self.heeds_offers = False
        if place.why_gone and not place.left and place.why_gone not in FINAL:
            self.later(self.come_back(place))

    async def come_back(self, place: Place) -> None:
        """Ask where to be now and sit down there, for as long as anybody waits."""

        async def seated() -> bool:
            try:
                await self.take(await self.api.call_seat(self.call_id))
            except Problem as problem:
                return problem.status in (403, 404, 409)
            except rtc.ConnectError:
                return False
            return True

        await until(seated, COME_BACK_WITHIN_S, f"{self.name} to come back to {place.name}", 0.25)
