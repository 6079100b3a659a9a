"""What LiveKit reports: hints to look, and people to put out again."""

import logging

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from adapters.livekit_webhooks import Hint
from api.dependencies import ServicesDep
from api.errors import ApiError, NotSignedIn
from api.policy import Action
from api.problems import problems
from api.services import Services
from domain.errors import PortError, Refused

log = logging.getLogger(__name__)

TELLING = frozenset(
    {
        "participant_joined",
        "participant_left",
        "participant_connection_aborted",
        "track_published",
        "room_finished",
    }
)
"""Kinds of hints that may change whose the caller is."""

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post(
    "/livekit",
    operation_id=Action.TAKE_LIVEKIT_WEBHOOK,
    responses=problems(NotSignedIn),
    response_class=Response,
)
async def take_livekit_webhook(
    request: Request, services: ServicesDep, later: BackgroundTasks
) -> Response:
    """Take a hint; LiveKit drops webhooks when its queue is full, so the answer comes first."""
    body = await request.body()
    try:
        hint = services.webhooks.receive(body, request.headers.get("authorization", ""))
    except Refused as error:
        raise NotSignedIn(invalid=True) from error
    later.add_task(_act, services, hint)
    return Response(background=later)


async def _act(services: Services, hint: Hint) -> None:
    try:
        if hint.kind == "participant_joined" and hint.identity:
            await _put_out_if_void(services, hint.room, hint.identity)
        use = await services.record.room_use(hint.room) if hint.kind in TELLING else None
        if use and use.transfer_id is None:  # a transfer looks closely enough by itself
            await services.gateway.look(use.call_id)
    except (PortError, ApiError) as error:
        # Whoever watches the room looks by themselves before long.
        log.warning("a hint went unheeded", extra={"kind": hint.kind, "error": str(error)})


async def _put_out_if_void(services: Services, room: str, identity: str) -> None:
    """LiveKit lets an old token in again until it expires; its owner was put out for good."""
    if await services.record.is_void(room, identity):
        await services.rooms.remove(room, identity)
        log.info("put out somebody who came back", extra={"room": room, "identity": identity})
