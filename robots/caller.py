"""A caller made of code: follows a transfer as the contract describes, or does nothing."""

import asyncio
import logging
import time

from robots.ears import of
from robots.http import Json, Problem
from robots.person import Person
from robots.place import Place
from robots.views import Call, SeatOffer
from robots.voice import Voice
from robots.waiting import until

log = logging.getLogger(__name__)

# An agent's or a supervisor's microphone; what the briefer says never counts as an arrival.
PEOPLE = ("agt_", "sup_")
ARRIVE_WITHIN_S = 15.0
# Our first word is in B's jitter buffer when B's client says that it has our track: whoever left
# at once would be unheard for 20 to 100 ms (measured).
OVERLAP_S = 0.15


class Caller(Person):
    """Calls, is served, is moved. `follows=False` is a client that nobody taught the protocol."""

    def __init__(self, url: str, name: str, *, voice: Voice | None = None, follows: bool = True):
        super().__init__(url, name, voice or Voice("caller"))
        self.follows = follows
        self.home = ""
        self.gaps_ms: list[float] = []
        self.transfer_of: dict[str, str] = {}
        self.reports = True

    async def start(self, about: str = "", agent: str = "", key: str | None = None) -> Call:
        """Start a call and sit down in its room; hears hold audio until somebody answers."""
        body: Json = {"caller_name": self.name}
        if about:
            body["about"] = about
        if agent:
            body["agent"] = agent
        if not self.follows:
            body["follows"] = False
        call, seat = await self.api.start_call(body, key)
        self.id, self.call_id = seat.identity, call.id
        self.home = seat.room
        await self.take(seat)
        await self.follow()
        return call

    async def say(self, text: str) -> None:
        """Type a turn and say it aloud."""
        await self.api.say(self.call_id, text)
        await self.voice.say(text)

    async def hang_up(self) -> None:
        """End the call and leave every room."""
        await self.api.end(self.call_id)
        for room in list(self.places):
            await self.leave(room)

    async def open_again(self, rooms: list[str]) -> None:
        """Open a page: it knows its call, and is told of any other room by the api."""
        self.heeds_offers = True
        self.transfer_of.clear()
        seat = await self.api.call_seat(self.call_id)
        self.home = seat.room
        await self.follow()
        await self.take(seat)

    async def offered_a_seat(self, offer: SeatOffer) -> None:
        if not self.follows:
            return
        if offer.transfer_id:
            self.transfer_of[offer.room] = offer.transfer_id
        await super().offered_a_seat(offer)

    def transfer_in(self, room: str) -> str | None:
        return None if room == self.home else self.transfer_of.get(room)

    def place_changed(self, place: Place) -> None:
        super().place_changed(place)
        is_new = place.name != self.home and not place.left
        if is_new and place.may_speak and not place.arriving:
            place.arriving = True
            self.later(self._arrive(place))
        if place.why_gone == "ROOM_DELETED" and place.name == self.home and self.follows:
            self.later(self._ask_where_to_be(place))

    async def _arrive(self, place: Place) -> None:
        """The standby seat was opened: publish there, and leave the old room once B is heard."""
        if not await self._published(place):
            return
        what = f"{self.name} to hear an agent in {place.name}"

        def arrived() -> bool:
            # Also where nobody was heard, and the old room was closed meanwhile.
            is_over = place.why_gone is not None or self.home == place.name
            return is_over or self._hears_people_in(place)

        await until(arrived, ARRIVE_WITHIN_S, what)
        if place.why_gone or self.home == place.name:
            return
        await asyncio.sleep(OVERLAP_S)
        old, self.home = self.home, place.name
        gap_ms = self._gap_ms(old, place.name)
        self.gaps_ms.append(gap_ms)
        await self.leave(old)
        await self._report(place, gap_ms)

    async def _published(self, place: Place) -> bool:
        await until(lambda: place.is_speaking or place.why_gone, 5, f"{self.name} to publish")
        while place.is_connected and place.may_speak:
            if await place.is_subscribed():
                return True
            await place.publish_again()
        return False

    def _hears_people_in(self, place: Place) -> bool:
        return any(self.ears.hears(who, room=place.name) for who in PEOPLE)

    def _gap_ms(self, old: str, new: str) -> float:
        """From the last sound of the old room to the first of the new; below 0 if they overlap."""
        firsts = [track.first_loud_at for track in self.ears.of(of(*PEOPLE, room=new))]
        lasts = [track.last_loud_at for track in self.ears.of(of("", room=old))]
        first = min(filter(None, firsts), default=time.monotonic())
        last = max(filter(None, lasts), default=first)
        return round((first - last) * 1000, 1)

    async def _report(self, place: Place, gap_ms: float) -> None:
        transfer_id = self.transfer_of.get(place.name)
        if not (transfer_id and self.reports):
            return
        try:
            await self.api.arrived(transfer_id, gap_ms)
        except Problem as problem:
            # Nobody needs the report for the move itself, and it may come after the end.
            log.info("the report came too late", extra={"code": problem.code})

    async def _ask_where_to_be(self, place: Place) -> None:
        """Step 4 of the contract: the api always knows where to be now."""
        try:
            seat = await self.api.call_seat(self.call_id)
        except Problem:
            return
        if seat.room != place.name:
            self.home = seat.room
            await self.take(seat)
