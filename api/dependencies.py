"""What routes ask for: who asks, and the thing they ask about, seen through the policy."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.auth import Asker
from api.errors import NotSignedIn, NotYours
from api.policy import Action, Relation, check, relation_to_call, relation_to_transfer
from api.services import Services
from domain.record import Record
from domain.views import CallView, TransferView

ID = re.compile(r"[a-z]+_[0-9a-f]{32}")
"""Every id of ours; anything else in a path isn't there, and never reaches a database."""

BearerDep = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="from sign-in, or from a new call")),
]


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def action_of(request: Request) -> Action:
    """Say what is asked for: operations are named after their actions."""
    return Action(request.scope["route"].operation_id)


def _asker(given: BearerDep, services: ServicesDep) -> Asker:
    if given is None:
        raise NotSignedIn
    return services.tokens.read(given.credentials)


SomebodyDep = Annotated[Asker, Depends(_asker)]
"""Whoever is signed in; the route itself asks the policy about the thing they name."""


def _permitted(request: Request, asker: SomebodyDep) -> Asker:
    check(action_of(request), asker, Relation.NONE)
    return asker


AskerDep = Annotated[Asker, Depends(_permitted)]
"""Somebody who may do this, which concerns nothing in particular."""


@dataclass(frozen=True)
class TheirCall:
    """A call somebody may do this with."""

    asker: Asker
    call: CallView


@dataclass(frozen=True)
class TheirTransfer:
    """A transfer somebody may do this with."""

    asker: Asker
    transfer: TransferView


async def find_call(action: Action, asker: Asker, record: Record, call_id: str) -> CallView:
    """Find a call that this person may do this with.

    Raises:
        NotYours: it isn't there, or they may not see it.
        NotAllowed: they may see it, but not do that.
    """
    call = await record.call(asker.tenant, call_id) if ID.fullmatch(call_id) else None
    if call is None:
        raise NotYours
    running = call.transfer_id
    transfer = await record.transfer(asker.tenant, running) if running else None
    relation = relation_to_call(asker, call, transfer)
    check(action, asker, relation)
    return call


async def _their_call(
    request: Request, call_id: str, asker: SomebodyDep, services: ServicesDep
) -> TheirCall:
    call = await find_call(action_of(request), asker, services.record, call_id)
    return TheirCall(asker, call)


async def _their_transfer(
    request: Request, transfer_id: str, asker: SomebodyDep, services: ServicesDep
) -> TheirTransfer:
    known = ID.fullmatch(transfer_id)
    transfer = await services.record.transfer(asker.tenant, transfer_id) if known else None
    if transfer is None:
        raise NotYours
    relation = relation_to_transfer(asker, transfer)
    check(action_of(request), asker, relation)
    return TheirTransfer(asker, transfer)


CallDep = Annotated[TheirCall, Depends(_their_call)]
TransferDep = Annotated[TheirTransfer, Depends(_their_transfer)]


def address_of(request: Request) -> str:
    """Say which machine asks: what a proxy says of it counts if FORWARDED_ALLOW_IPS names it."""
    return request.client.host if request.client else "unknown"
