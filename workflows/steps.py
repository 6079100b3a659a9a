"""The steps both workflows take, as one-liners that read well in a story."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import RecordActivities
    from activities.rooms import RoomActivities
    from activities.seats import SeatActivities
    from domain.orders import Reservation, TransferOrder
    from domain.seating import FENCED, Grant, HoldOrder, Place, SeatIssued, SeatOrder
    from workflows.options import RECORD, RESERVING, ROOM_CALL, SEAT, saying


T = TypeVar("T")


async def to_the_end(doing: Coroutine[Any, Any, T]) -> T:
    """Do what may not be left half done, even if ops cancel the workflow meanwhile."""
    task = asyncio.create_task(doing)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()


async def open_room(room: str) -> None:
    """Open a room."""
    await workflow.execute_activity_method(
        RoomActivities.open_room, room, **saying(ROOM_CALL, "open")
    )


async def close_room(room: str) -> None:
    """Undo `open_room`."""
    await workflow.execute_activity_method(
        RoomActivities.close_room, room, **saying(ROOM_CALL, "close")
    )


async def hold(room: str, *, on: bool) -> None:
    """Have the host play whoever is there; off: only if the caller is alone."""
    await workflow.execute_activity_method(
        RoomActivities.hold,
        HoldOrder(room=room, on=on),
        **saying(ROOM_CALL, "hold on" if on else "hold off"),
    )


async def reserve(order: TransferOrder, agent: str) -> bool:
    """Reserve agent B for as long as they may be asked."""
    return await workflow.execute_activity_method(
        RecordActivities.reserve, _reservation(order, agent), **saying(RESERVING, "agent B")
    )


async def release(order: TransferOrder, agent: str, *, missed: bool) -> None:
    """Undo `reserve`."""
    await workflow.execute_activity_method(
        RecordActivities.release,
        _reservation(order, agent).model_copy(update={"missed": missed}),
        **saying(RECORD, "agent B"),
    )


async def issue_seat(
    *,
    tenant: str,
    call_id: str,
    transfer_id: str | None,
    room: str,
    person: str,
    may: Grant,
    deaf_at_the_door: bool,
) -> SeatIssued:
    """Mint a seat; with `deaf_at_the_door` its token alone never lets anybody hear."""
    entry = may
    if deaf_at_the_door:
        entry = FENCED.model_copy(update={"speak": may.speak, "hidden": may.hidden})
    order = SeatOrder(
        seat_id=f"seat_{workflow.uuid4().hex}",
        tenant=tenant,
        call_id=call_id,
        transfer_id=transfer_id,
        room=room,
        person=person,
        entry=entry,
        may=may,
    )
    return await workflow.execute_activity_method(
        SeatActivities.issue_seat, order, **saying(SEAT, person.partition("_")[0])
    )


async def revoke_seat(person: str, room: str) -> None:
    """Remember that somebody's seats in a room are void, so that the api turns them away."""
    await workflow.execute_activity_method(
        SeatActivities.revoke_seat,
        Place(room=room, identity=person),
        **saying(RECORD, "seats that are void"),
    )


def _reservation(order: TransferOrder, agent: str) -> Reservation:
    patience = order.patience
    return Reservation(
        tenant=order.tenant,
        agent=agent,
        transfer_id=order.transfer_id,
        until=patience.offer + patience.consult + patience.complete + patience.move,
    )
