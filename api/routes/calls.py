"""Calls: a caller, and whoever serves them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import (
    CallAnswered,
    CallStarted,
    SeatView,
    call_for,
    callers_call,
    link_next,
)
from api.bodies import AddTurn, CallId, SpeakText, StartCall, TurnId
from api.dependencies import AskerDep, CallDep, ServicesDep, address_of
from api.errors import Conflict, NotAllowed, NotSignedIn, TooMany
from api.keys import ANONYMOUS, IdempotencyKey, anonymous_scope, keyed, scope_of
from api.limits import CallSteps, NotTooOften, TurnSteps
from api.policy import Action
from api.problems import ONE, STEERED, problems
from api.seats import fetch_seat
from api.settled import settled_call
from api.sound import wav
from api.targets import check_is_agent
from domain.briefing import Turn
from domain.names import DEFAULT_TENANT, derived_id
from domain.orders import CallOrder
from domain.phases import CallState, Role, TurnKind
from domain.record import NewCall
from domain.settings import ApiSettings
from domain.views import BriefingView, CallerCallView, CallView, SignedIn

router = APIRouter(prefix="/calls", tags=["calls"])
steered = APIRouter(prefix="/calls", tags=["calls"], responses=STEERED, dependencies=[CallSteps])

MOST_TURNS = 500
"""In one answer, which holds a conversation of half an hour."""


@router.post(
    "",
    status_code=201,
    operation_id=Action.START_CALL,
    responses=problems(Conflict, TooMany),
    dependencies=[NotTooOften],
)
async def start_call(
    request: Request, body: StartCall, services: ServicesDep, idempotency_key: IdempotencyKey = None
) -> CallStarted:
    """Call; the token is good for this call alone."""
    tenant = DEFAULT_TENANT
    if body.agent:
        await check_is_agent(services, tenant, body.agent, "/agent")
    scope = anonymous_scope(tenant, address_of(request))
    once = await keyed(request, services.record, scope, idempotency_key, kept=ANONYMOUS)
    call_id = once.id("call")
    caller = SignedIn(
        id=derived_id("caller", call_id), name=body.caller_name, role=Role.CALLER, tenant=tenant
    )
    await services.record.add_call(
        NewCall(
            call_id=call_id,
            tenant=tenant,
            caller_id=caller.id,
            caller_name=caller.name,
            about=body.about,
            asked_for=body.agent,
            follows=body.follows,
        )
    )
    issued = await services.gateway.start_call(
        CallOrder(
            tenant=tenant,
            call_id=call_id,
            caller=caller.id,
            follows=body.follows,
            signals_decide=_signals_decide(services.settings),
        )
    )
    await once.settle(call_id)
    seat = await fetch_seat(services, tenant, caller.id, issued)
    call = await settled_call(services, tenant, call_id, lambda c: c.room is not None)
    token = services.tokens.make(caller, call_id=call_id)
    return CallStarted(call=callers_call(call), seat=seat, token=token)


def _signals_decide(settings: ApiSettings) -> bool:
    if settings.signals_decide is None:
        return settings.auth_mode == "dev"
    return settings.signals_decide


@router.get("", operation_id=Action.LIST_CALLS, responses=problems(NotSignedIn))
async def list_calls(
    request: Request,
    response: Response,
    asker: AskerDep,
    services: ServicesDep,
    state: CallState | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: CallId | None = None,
) -> tuple[CallView | CallerCallView, ...]:
    """List calls, newest first; a caller's list has their own. `Link` names the next page."""
    if asker.role is Role.CALLER:
        own = await services.record.call(asker.tenant, asker.call_id or "")
        is_meant = own is not None and state in (None, own.state) and cursor is None
        return (callers_call(own),) if own and is_meant else ()
    found = await services.record.calls(asker.tenant, state=state, limit=limit, before=cursor)
    if len(found) == limit:
        link_next(request, response, found[-1].id)
    return found


@router.get("/{call_id}", operation_id=Action.READ_CALL, responses=ONE)
async def read_call(their: CallDep) -> CallView | CallerCallView:
    """Read a call."""
    return call_for(their.asker, their.call)


@router.post("/{call_id}/summary", operation_id=Action.SUMMARISE_CALL, responses=ONE)
async def summarise_call(their: CallDep, services: ServicesDep) -> BriefingView:
    """Preview what a colleague would be told; nothing else changes."""
    material = await services.briefings.material(their.asker.tenant, their.call.id, None)
    briefing = await services.summaries.brief(material)
    return BriefingView(**briefing.model_dump(), ready=True, spoken=False)


@router.post(
    "/{call_id}/speech",
    operation_id=Action.SPEAK_TEXT,
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}}, **ONE},
)
async def speak_text(body: SpeakText, their: CallDep, services: ServicesDep) -> Response:
    """Hear a text, as a briefing would be spoken."""
    return Response(wav(await services.speech.say(body.text)), media_type="audio/wav")


@steered.post("/{call_id}/answer", operation_id=Action.ANSWER_CALL)
async def answer_call(their: CallDep, services: ServicesDep) -> CallAnswered:
    """Take a call that waits; the first agent has it."""
    asker = their.asker
    issued = await services.gateway.answer(their.call.id, asker.id)
    seat = await fetch_seat(services, asker.tenant, asker.id, issued)
    call = await settled_call(
        services,
        asker.tenant,
        their.call.id,
        lambda c: c.agent is not None and c.agent.id == asker.id,
    )
    return CallAnswered(call=call, seat=seat)


@steered.post("/{call_id}/take-back", operation_id=Action.TAKE_CALL_BACK)
async def take_call_back(their: CallDep, services: ServicesDep) -> CallAnswered:
    """Have the caller back, as the agent who handed them over within the last minute.

    Whoever has the caller keeps them until one can be heard.
    """
    asker = their.asker
    issued = await services.gateway.take_back(their.call.id, asker.id)
    seat = await fetch_seat(services, asker.tenant, asker.id, issued)
    call = await services.record.call(asker.tenant, their.call.id) or their.call
    return CallAnswered(call=call, seat=seat)


@steered.post("/{call_id}/seat", operation_id=Action.TAKE_CALL_SEAT)
async def take_call_seat(their: CallDep, services: ServicesDep) -> SeatView:
    """Ask where to be now; this is how a reloaded page comes back."""
    asker = their.asker
    issued = await services.gateway.call_seat(their.call.id, asker.id)
    return await fetch_seat(services, asker.tenant, asker.id, issued)


@router.post(
    "/{call_id}/turns",
    status_code=201,
    operation_id=Action.ADD_TURN,
    responses=STEERED,
    dependencies=[TurnSteps],
)
async def add_turn(
    request: Request,
    body: AddTurn,
    their: CallDep,
    services: ServicesDep,
    idempotency_key: IdempotencyKey = None,
) -> Turn:
    """Write down what was said, or, as an agent, a note."""
    asker = their.asker
    if asker.role is Role.CALLER and body.kind is TurnKind.NOTE:
        raise NotAllowed("Notes are the agents' own.")
    once = await keyed(request, services.record, scope_of(asker), idempotency_key)
    if their.call.state is CallState.ENDED and not once.made:
        raise Conflict("call_ended")
    turn = await services.record.add_turn(
        asker.tenant, their.call.id, asker.id, body.kind, body.text, turn_id=once.id("turn")
    )
    await once.settle(turn.id)
    return turn


@router.get("/{call_id}/turns", operation_id=Action.LIST_TURNS, responses=ONE)
async def list_turns(
    request: Request,
    response: Response,
    their: CallDep,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=MOST_TURNS)] = MOST_TURNS,
    cursor: TurnId | None = None,
) -> tuple[Turn, ...]:
    """Read what was said last, oldest first; notes are for agents alone.

    `Link` names the page of what was said before.
    """
    notes = their.asker.role is not Role.CALLER
    found = await services.record.turns(
        their.asker.tenant, their.call.id, notes=notes, limit=limit, before=cursor
    )
    if len(found) == limit:
        link_next(request, response, found[0].id)
    return found


@steered.post("/{call_id}/end", operation_id=Action.END_CALL)
async def end_call(their: CallDep, services: ServicesDep) -> CallView | CallerCallView:
    """Hang up, for everybody."""
    asker = their.asker
    await services.gateway.end_call(their.call.id, asker.id)
    call = await settled_call(
        services, asker.tenant, their.call.id, lambda c: c.state is CallState.ENDED
    )
    return call_for(asker, call)
