"""What people decide about a transfer. The first decision stands; the same again is a yes."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from api.bodies import Because, Complete, Redirect
from api.dependencies import ServicesDep, TheirTransfer, TransferDep
from api.errors import Conflict, Invalid
from api.keys import IdempotencyKey, keyed, scope_of
from api.limits import TransferSteps
from api.policy import Action
from api.problems import STEERED
from api.services import Services
from api.settled import settled_transfer
from api.targets import check_agent
from domain import orders
from domain.orders import Choice, Who
from domain.phases import Decision, Outcome, Phase, Role
from domain.views import TransferView

router = APIRouter(
    prefix="/transfers/{transfer_id}",
    tags=["decisions"],
    responses=STEERED,
    dependencies=[TransferSteps],
)


async def _decide(
    services: Services,
    their: TheirTransfer,
    decision: Decision,
    *,
    reason: str | None = None,
    introduce: bool = False,
) -> TransferView:
    asker, transfer = their.asker, their.transfer
    if _is_repeated(transfer, decision, asker.id):
        return transfer
    if reason:
        await services.record.say_why(asker.tenant, transfer.id, decision, asker.id, reason)
    who = _who(their).model_copy(update={"introduce": introduce})
    try:
        await services.gateway.decide(transfer.id, Choice(decision=decision, who=who))
    except Conflict as conflict:
        return await _after_conflict(services, their, decision, conflict)
    return await settled_transfer(services, asker.tenant, transfer.id, _shows(decision))


def _who(their: TheirTransfer) -> Who:
    return Who(person=their.asker.id, supervisor=their.asker.role is Role.SUPERVISOR)


def _is_repeated(transfer: TransferView, decision: Decision, person: str) -> bool:
    """Say whether this decision is this person's already; that stays so for ever."""
    if decision is Decision.DECLINE and _has_declined(transfer, person):
        return True
    decided = (transfer.decided_by or {}).get(decision)
    if decided is None or decided.id != person:
        return False
    return transfer.phase is Phase.ENDED or decision is not Decision.BACK_TO_CALLER


def _has_declined(transfer: TransferView, person: str) -> bool:
    """Say whether this person was asked and declined, though others are asked by now."""
    if transfer.to.agent == person and transfer.phase is not Phase.ENDED:
        return False  # asked again
    attempts = transfer.attempts
    return any(a.to.id == person and a.outcome is Outcome.DECLINED for a in attempts)


async def _after_conflict(
    services: Services, their: TheirTransfer, decision: Decision, conflict: Conflict
) -> TransferView:
    """Tell a late repetition, which is fine, from a contradiction."""
    asker, was = their.asker, their.transfer
    now = await services.record.transfer(asker.tenant, was.id) or was
    if _is_repeated(now, decision, asker.id):
        return now
    raise conflict.about(now)


def _shows(decision: Decision) -> Callable[[TransferView], bool]:
    """Say how a transfer looks once this decision has come to stand."""

    def shows(transfer: TransferView) -> bool:
        if transfer.phase is Phase.ENDED or decision in (transfer.decided_by or {}):
            return True
        # Going back can be decided many times, so it does not stay in `decided_by`.
        return decision is Decision.BACK_TO_CALLER and transfer.phase is not Phase.CONSULTING

    return shows


@router.post("/accept", operation_id=Action.ACCEPT_TRANSFER)
async def accept_transfer(their: TransferDep, services: ServicesDep) -> TransferView:
    """Take the caller over, from the first ring on."""
    return await _decide(services, their, Decision.ACCEPT)


@router.post("/decline", operation_id=Action.DECLINE_TRANSFER)
async def decline_transfer(
    their: TransferDep, services: ServicesDep, body: Because | None = None
) -> TransferView:
    """Leave the caller with agent A."""
    return await _decide(services, their, Decision.DECLINE, reason=body.reason if body else None)


@router.post("/complete", operation_id=Action.COMPLETE_TRANSFER)
async def complete_transfer(
    their: TransferDep, services: ServicesDep, body: Complete | None = None
) -> TransferView:
    """Hand the caller over now; with `introduce`, stay for a three-way until `leave`."""
    introduce = body is not None and body.introduce
    return await _decide(services, their, Decision.COMPLETE, introduce=introduce)


@router.post("/cancel", operation_id=Action.CANCEL_TRANSFER)
async def cancel_transfer(
    their: TransferDep, services: ServicesDep, body: Because | None = None
) -> TransferView:
    """Call it off, as long as the move has not begun."""
    return await _decide(services, their, Decision.CANCEL, reason=body.reason if body else None)


@router.post("/back-to-caller", operation_id=Action.GO_BACK_TO_CALLER)
async def go_back_to_caller(their: TransferDep, services: ServicesDep) -> TransferView:
    """Talk with the caller again; agent B keeps being asked."""
    return await _decide(services, their, Decision.BACK_TO_CALLER)


@router.post("/leave", operation_id=Action.LEAVE_TRANSFER)
async def leave_transfer(their: TransferDep, services: ServicesDep) -> TransferView:
    """Leave the introduction; caller and agent B go on."""
    return await _decide(services, their, Decision.LEAVE)


@router.post("/redirect", operation_id=Action.REDIRECT_TRANSFER)
async def redirect_transfer(
    request: Request,
    body: Redirect,
    their: TransferDep,
    services: ServicesDep,
    idempotency_key: IdempotencyKey = None,
) -> TransferView:
    """Have somebody else asked at once; fallbacks that were not asked yet stay next."""
    asker, transfer, to = their.asker, their.transfer, body.to.agent
    once = await keyed(request, services.record, scope_of(asker), idempotency_key)
    if once.made:
        return transfer
    await check_agent(services, asker, to, "/to/agent")
    if to == transfer.agent_a.id:
        raise Invalid("Agent A has this call already.", "transfer_to_oneself", "/to/agent")
    try:
        wish, wish_id = orders.Redirect(who=_who(their), to=to), once.id("wish")
        await services.gateway.redirect(transfer.id, wish, wish_id)
    except Conflict as conflict:
        raise conflict.about(transfer) from None
    await once.settle(wish_id)
    return await settled_transfer(
        services,
        asker.tenant,
        transfer.id,
        lambda t: t.phase is Phase.ENDED or t.to.agent == to,
    )
