"""An agent made of code: answers calls, starts transfers, takes them over."""

from pydantic import BaseModel

from robots.http import Json, Problem
from robots.outside import Outside
from robots.person import Person
from robots.place import Place
from robots.views import Call, Seat, SeatOffer, Transfer
from robots.voice import Voice
from robots.waiting import until


class Agent(Person):
    """One agent. In the consult room she says other things than to the caller: another tone.

    `private_tone` is what her one microphone sounds like from the moment she is allowed to speak
    in room B until she is there no more, in whatever room it is still published. While her line
    to room B is broken she talks to nobody there, and says nothing private.
    """

    def __init__(self, url: str, name: str, voice: Voice, *, private_tone: str = "") -> None:
        super().__init__(url, name, voice)
        self.public_tone = voice.tone
        self.private_tone = private_tone or voice.tone
        self.offers: dict[str, Transfer] = {}
        self.consulting: str | None = None
        self.takes_seats = True

    async def sign_in(self, role: str = "agent", *, available: bool = True) -> None:
        """Sign in, follow the event stream, be available."""
        self.id = (await self.api.sign_in(self.name, role)).id
        await self.follow()
        if available:
            await self.api.availability("available")

    async def answer(self, call_id: str) -> Call:
        """Take a waiting call and sit down with the caller."""
        call, seat = await self.api.answer(call_id)
        self.call_id = call_id
        await self.take(seat)
        return call

    async def say(self, call_id: str, text: str, kind: str = "said") -> None:
        """Type a turn, and say it aloud if it is no note."""
        await self.api.say(call_id, text, kind)
        if kind == "said":
            await self.voice.say(text)

    async def transfer(
        self, call_id: str, to: str, *, notes: str = "", key: str | None = None, **more: object
    ) -> Transfer:
        """Ask for a transfer to an agent's id; `more` is `completes`, `patience`, `fallbacks`."""
        body: Json = {"call_id": call_id, "to": {"agent": to}}
        if notes:
            body["notes"] = notes
        body.update(more)  # type: ignore[arg-type]
        transfer = await self.api.start_transfer(body, key)
        self.transfers.setdefault(transfer.id, transfer)
        return transfer

    async def until_offered(self, within_s: float = 10) -> Transfer:
        """Wait until this agent's phone rings."""

        def ringing() -> Transfer | None:
            return next(iter(self.offers.values()), None)

        return await until(ringing, within_s, f"an offer to reach {self.name}")

    async def take_offer(self, transfer_id: str) -> Place:
        """Answer the offer: sit down in room B, as one does before accepting."""
        self.call_id = self.transfers[transfer_id].call_id
        return await self.take(await self.api.transfer_seat(transfer_id))

    async def consult(self, transfer_id: str) -> Place:
        """Go to talk with B: take the room-B seat; the caller is on hold from then on."""
        seat = await self.api.transfer_seat(transfer_id)
        self.consulting = seat.room
        return await self.take(seat)

    async def accept(self, transfer_id: str) -> Transfer:
        return await self.api.decide(transfer_id, "accept")

    async def decline(self, transfer_id: str, reason: str = "") -> Transfer:
        return await self.api.decide(transfer_id, "decline", {"reason": reason} if reason else {})

    async def complete(self, transfer_id: str, *, introduce: bool = False) -> Transfer:
        body: Json = {"introduce": True} if introduce else {}
        return await self.api.decide(transfer_id, "complete", body)

    async def cancel(self, transfer_id: str, reason: str = "") -> Transfer:
        return await self.api.decide(transfer_id, "cancel", {"reason": reason} if reason else {})

    async def back_to_caller(self, transfer_id: str) -> Transfer:
        self._speak_to_the_caller()
        return await self.api.decide(transfer_id, "back-to-caller")

    async def redirect(self, transfer_id: str, to: str) -> Transfer:
        """Have somebody else asked, by an agent's id."""
        return await self.api.decide(transfer_id, "redirect", {"to": {"agent": to}})

    async def take_back(self, call_id: str) -> Call:
        """Take the caller back whom one has just handed over, and sit down with them."""
        call, seat = await self.api.take_back(call_id)
        self.call_id = call_id
        await self.take(seat)
        return call

    async def leave_introduction(self, transfer_id: str) -> Transfer:
        return await self.api.decide(transfer_id, "leave")

    def heed(self, kind: str, view: BaseModel) -> None:
        if not isinstance(view, Transfer):
            return
        if kind == "offer":
            self.offers[view.id] = view
        elif view.phase == "ended":
            self.offers.pop(view.id, None)

    async def offered_a_seat(self, offer: SeatOffer) -> None:
        if self.takes_seats:
            await super().offered_a_seat(offer)

    async def seat_for(self, offer: SeatOffer) -> Seat:
        """Room B's seat or, for the mirror move, the second one in room A."""
        transfer = self.transfers.get(offer.transfer_id or "")
        if transfer and transfer.rooms.a == offer.room:
            try:
                return await self.api.call_seat(transfer.call_id)
            except Problem as problem:
                if problem.status not in (403, 409):
                    raise
        return await super().seat_for(offer)

    async def move_out(self) -> Outside:
        consulting = self.consulting
        body = await super().move_out()
        self.consulting = consulting
        return body

    def place_changed(self, place: Place) -> None:
        super().place_changed(place)
        if place.name != self.consulting:
            return
        if place.why_gone:
            self._speak_to_the_caller()
        elif place.may_speak and place.is_in_touch:
            self.voice.tone = self.private_tone
        else:
            self.voice.tone = self.public_tone

    def _speak_to_the_caller(self) -> None:
        self.consulting = None
        self.voice.tone = self.public_tone
