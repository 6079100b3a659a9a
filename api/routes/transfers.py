"""Transfers: asking for one, and following it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import SeatView, link_next, transfer_for
from api.auth import Asker
from api.bodies import Arrived, CallId, EditBriefing, Reference, StartTransfer
from api.dependencies import (
    AskerDep,
    ServicesDep,
    SomebodyDep,
    TransferDep,
    find_call,
)
from api.errors import Conflict, NotSignedIn
from api.keys import IdempotencyKey, Keyed, keyed, scope_of
from api.limits import TransferSteps, steps
from api.policy import Action
from api.problems import ONE, STEERED, problems
from api.seats import fetch_seat
from api.services import Services
from api.settled import settled_transfer
from api.targets import check_targets
from domain.orders import TransferRequest
from domain.phases import Phase, Role
from domain.record import NewTransfer
from domain.views import CallerTransferView, TransferView

router = APIRouter(prefix="/transfers", tags=["transfers"])
steered = APIRouter(
    prefix="/transfers", tags=["transfers"], responses=STEERED, dependencies=[TransferSteps]
)

TransferCursor = Annotated[str, Query(pattern=r"^tr_[0-9a-f]{32}$")]


@router.post(
    "",
    status_code=201,
    operation_id=Action.START_TRANSFER,
    responses={
        200: {"model": TransferView, "description": "The same request as before"},
        **STEERED,
    },
)
async def start_transfer(
    request: Request,
    response: Response,
    body: StartTransfer,
    asker: SomebodyDep,
    services: ServicesDep,
    idempotency_key: IdempotencyKey = None,
) -> TransferView:
    """Ask a colleague to take the caller over."""
    if asker.role is not Role.AGENT:  # who is refused whatever they name: no key is kept of theirs
        await find_call(Action.START_TRANSFER, asker, services.record, body.call_id)
    once = await keyed(request, services.record, scope_of(asker), idempotency_key)
    if once.made and (made := await services.record.transfer(asker.tenant, once.made)):
        response.status_code = 200
    else:
        await find_call(Action.START_TRANSFER, asker, services.record, body.call_id)
        await steps(request, asker, body.call_id)
        await check_targets(services, asker, body)
        made = await _start(services, asker, body, once)
    response.headers["Location"] = f"/v1/transfers/{made.id}"
    return made


async def _start(
    services: Services, asker: Asker, body: StartTransfer, once: Keyed
) -> TransferView:
    transfer_id = once.id("tr", body.call_id)
    assert body.to.agent
    await services.record.add_transfer(
        NewTransfer(
            transfer_id=transfer_id,
            tenant=asker.tenant,
            call_id=body.call_id,
            agent_a=asker.id,
            agent_b=body.to.agent,
            notes=body.notes,
            reference=body.reference,
        )
    )
    wanted = TransferRequest(
        transfer_id=transfer_id,
        agent_a=asker.id,
        agent_b=body.to.agent,
        fallbacks=tuple(fallback.agent for fallback in body.fallbacks),
        completes=body.completes,
        patience=body.patience.patience(),
    )
    try:
        await services.gateway.start_transfer(body.call_id, wanted)
    except Conflict as conflict:
        call = await services.record.call(asker.tenant, body.call_id)
        conflict.transfer_id = call.transfer_id if call else None
        raise
    await once.settle(transfer_id)
    return await settled_transfer(services, asker.tenant, transfer_id, lambda _: True)


@router.get("", operation_id=Action.LIST_TRANSFERS, responses=problems(NotSignedIn))
async def list_transfers(
    request: Request,
    response: Response,
    asker: AskerDep,
    services: ServicesDep,
    call_id: CallId | None = None,
    reference: Reference | None = None,
    phase: Phase | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: TransferCursor | None = None,
) -> tuple[TransferView | CallerTransferView, ...]:
    """List transfers one takes part in, newest first; supervisors see all of them.

    `Link` names the next page (RFC 8288).
    """
    is_caller = asker.role is Role.CALLER
    if is_caller and call_id not in (None, asker.call_id):
        return ()
    found = await services.record.transfers(
        asker.tenant,
        agent=asker.id if asker.role is Role.AGENT else None,
        call_id=asker.call_id or "" if is_caller else call_id,
        reference=None if is_caller else reference,
        phase=phase,
        limit=limit,
        before=cursor,
    )
    if len(found) == limit:
        link_next(request, response, found[-1].id)
    return tuple(transfer_for(asker, transfer) for transfer in found)


@router.get("/{transfer_id}", operation_id=Action.READ_TRANSFER, responses=ONE)
async def read_transfer(their: TransferDep) -> TransferView | CallerTransferView:
    """Read a transfer; its caller sees where it stands, in a sentence."""
    return transfer_for(their.asker, their.transfer)


@steered.post("/{transfer_id}/seat", operation_id=Action.TAKE_TRANSFER_SEAT)
async def take_transfer_seat(their: TransferDep, services: ServicesDep) -> SeatView:
    """Take the seat in the consult room; the caller's is deaf and mute until the move."""
    asker = their.asker
    try:
        issued = await services.gateway.transfer_seat(their.transfer.id, asker.id)
    except Conflict as conflict:
        raise conflict.about(their.transfer) from None
    return await fetch_seat(services, asker.tenant, asker.id, issued)


@steered.put("/{transfer_id}/briefing", operation_id=Action.EDIT_BRIEFING)
async def edit_briefing(
    body: EditBriefing, their: TransferDep, services: ServicesDep
) -> TransferView:
    """Say it in one's own words, before it is spoken."""
    asker, transfer = their.asker, their.transfer
    if transfer.phase is Phase.ENDED:
        raise Conflict("transfer_ended").about(transfer)
    if transfer.briefing and transfer.briefing.spoken:
        raise Conflict("too_late", "The briefing has been spoken already.").about(transfer)
    await services.record.edit_briefing(asker.tenant, transfer.id, body.text)
    await services.gateway.briefing_edited(transfer.id)
    return await settled_transfer(
        services,
        asker.tenant,
        transfer.id,
        lambda t: t.briefing is not None and t.briefing.text == body.text,
    )


@steered.post("/{transfer_id}/speak", operation_id=Action.SPEAK_BRIEFING)
async def speak_briefing(their: TransferDep, services: ServicesDep) -> TransferView:
    """Have the briefing said in the consult room, again if it was."""
    await services.gateway.speak(their.transfer.id)
    return their.transfer


@steered.post("/{transfer_id}/hush", operation_id=Action.HUSH_BRIEFING)
async def hush_briefing(their: TransferDep, services: ServicesDep) -> TransferView:
    """Stop the briefing."""
    await services.gateway.hush(their.transfer.id)
    return their.transfer


@steered.post("/{transfer_id}/arrived", status_code=204, operation_id=Action.REPORT_ARRIVAL)
async def report_arrival(
    their: TransferDep, services: ServicesDep, body: Arrived | None = None
) -> None:
    """Report, as the caller's client, that agent B is heard, and what silence was measured."""
    asker, transfer_id = their.asker, their.transfer.id
    if body and body.gap_ms is not None:
        await services.record.report_gap(asker.tenant, transfer_id, body.gap_ms)
    await services.gateway.arrived(transfer_id)
