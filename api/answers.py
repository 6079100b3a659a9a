"""What the api answers, beyond the views of `domain.views`; and who sees which view."""

from datetime import datetime

from fastapi import Request, Response
from pydantic import BaseModel

from api.auth import Asker
from domain.phases import Role
from domain.ports import KeptSeat
from domain.sentences import for_caller
from domain.views import CallerCallView, CallerTransferView, CallView, SignedIn, TransferView


class PersonView(BaseModel):
    """Somebody signed in."""

    id: str
    name: str
    role: Role


class SignedInView(BaseModel):
    """A token, and whose it is."""

    token: str
    person: PersonView


class MayView(BaseModel):
    """What the media server lets somebody do in a room."""

    publish: bool
    subscribe: bool


class SeatView(BaseModel):
    """Where to be now, and the key to it."""

    url: str
    room: str
    identity: str
    token: str
    may: MayView
    expires_at: datetime


class CallStarted(BaseModel):
    """A caller's call, their seat, and the token for everything else about this call."""

    call: CallerCallView
    seat: SeatView
    token: str


class CallAnswered(BaseModel):
    """A call somebody has taken, and their seat in it."""

    call: CallView
    seat: SeatView


def link_next(request: Request, response: Response, cursor: str) -> None:
    """Name the page after this one in the `Link` header (RFC 8288)."""
    url = request.url.include_query_params(cursor=cursor)
    response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'


def person_view(person: SignedIn) -> PersonView:
    """Show a person without their tenant."""
    return PersonView(id=person.id, name=person.name, role=person.role)


def seat_view(seat: KeptSeat, token: str, url: str) -> SeatView:
    """Show a seat to its owner."""
    return SeatView(
        url=url,
        room=seat.room,
        identity=seat.person,
        token=token,
        may=MayView(publish=seat.may.speak, subscribe=seat.may.hear),
        expires_at=seat.expires_at,
    )


def call_for(asker: Asker, call: CallView) -> CallView | CallerCallView:
    """Show a call as this person may see it."""
    return callers_call(call) if asker.role is Role.CALLER else call


def transfer_for(asker: Asker, transfer: TransferView) -> TransferView | CallerTransferView:
    """Show a transfer as this person may see it."""
    return callers_transfer(transfer) if asker.role is Role.CALLER else transfer


def callers_call(call: CallView) -> CallerCallView:
    """Show a call to its caller."""
    return CallerCallView.model_validate(call.model_dump(include=set(CallerCallView.model_fields)))


def callers_transfer(transfer: TransferView) -> CallerTransferView:
    """Show a transfer to the caller: never the briefing, notes or the agents' talk."""
    return CallerTransferView(
        id=transfer.id,
        call_id=transfer.call_id,
        phase=transfer.phase,
        outcome=transfer.outcome,
        text=for_caller(transfer.phase, transfer.responsible),
    )
