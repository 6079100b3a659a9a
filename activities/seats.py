"""Steps that issue seats."""

from datetime import timedelta

from temporalio import activity

from domain.ports import KeptSeat, Sealing, Seats, Tokens
from domain.seating import Place, SeatIssued, SeatOrder

TO_FIRST_JOIN = timedelta(seconds=120)
"""How long a token opens the door; LiveKit allows a minute more for clocks that differ."""


class SeatActivities:
    """Mints seats, and puts them sealed into the record."""

    def __init__(self, tokens: Tokens, seats: Seats, sealing: Sealing) -> None:
        self._tokens = tokens
        self._seats = seats
        self._sealing = sealing

    @activity.defn
    async def issue_seat(self, order: SeatOrder) -> SeatIssued:
        """Mint and keep a seat. Safe to repeat: the seat id is the order's, the newest stays."""
        token = self._tokens.mint(order.room, order.person, order.entry, valid=TO_FIRST_JOIN)
        await self._seats.keep(
            KeptSeat(
                seat_id=order.seat_id,
                tenant=order.tenant,
                call_id=order.call_id,
                transfer_id=order.transfer_id,
                room=order.room,
                person=order.person,
                may=order.may,
                sealed_token=self._sealing.seal(token.secret),
                expires_at=token.expires_at,
            )
        )
        return SeatIssued(seat_id=order.seat_id, room=order.room, expires_at=token.expires_at)

    @activity.defn
    async def revoke_seat(self, place: Place) -> None:
        """Remember that somebody was put out. Safe to repeat: void stays void."""
        await self._seats.revoke(place.room, place.identity)
