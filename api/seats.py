"""Handing a seat to its owner: the token lies sealed in the record until then."""

from api.answers import SeatView, seat_view
from api.errors import NotYours, Unavailable
from api.services import Services
from domain.seating import SeatIssued


async def fetch_seat(services: Services, tenant: str, person: str, issued: SeatIssued) -> SeatView:
    """Unseal a seat for its owner, and nobody else.

    Raises:
        Unavailable: it isn't in the record.
    """
    seat = await services.record.seat(tenant, issued.seat_id)
    if seat is None:
        raise Unavailable
    if seat.person != person:
        raise NotYours
    return seat_view(seat, services.sealer.open(seat.sealed_token), services.livekit_url)
