"""Event streams. `Last-Event-ID` resumes; what can't be resumed starts over with `resync`."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.attendance import Attendance
from api.dependencies import AskerDep, ServicesDep, TransferDep
from api.errors import NotAllowed, NotSignedIn, NotYours
from api.policy import Action
from api.problems import problems
from api.stream import Follower

router = APIRouter(tags=["events"])

LastEventId = Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**63 - 1)]


async def _can_begin(services: ServicesDep) -> None:
    """Say 503 while that is still possible: once a stream has begun it can only break."""
    await services.record.ping()


def _attendance(request: Request) -> Attendance:
    attendance: Attendance = request.app.state.attendance
    return attendance


CanBegin = Depends(_can_begin)
AttendanceDep = Annotated[Attendance, Depends(_attendance)]


@router.get(
    "/me/events",
    operation_id=Action.FOLLOW_MY_EVENTS,
    response_class=EventSourceResponse,
    responses=problems(NotSignedIn),
    dependencies=[CanBegin],
)
async def follow_my_events(
    asker: AskerDep,
    services: ServicesDep,
    attendance: AttendanceDep,
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow everything that concerns oneself: a snapshot, then whatever happens."""
    follower = Follower(asker, services.record)
    with attendance.here(asker.person):
        async with aclosing(follower.follow(services.tailer, last_event_id)) as events:
            async for event in events:
                yield event


@router.get(
    "/transfers/{transfer_id}/events",
    operation_id=Action.FOLLOW_TRANSFER,
    response_class=EventSourceResponse,
    responses=problems(NotSignedIn, NotAllowed, NotYours),
)
async def follow_transfer(
    their: TransferDep,
    services: ServicesDep,
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow one transfer; the stream closes after its last event."""
    follower = Follower(their.asker, services.record, their.transfer.id)
    async with aclosing(follower.follow(services.tailer, last_event_id)) as events:
        async for event in events:
            yield event
