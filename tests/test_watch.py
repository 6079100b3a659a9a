"""The step that watches rooms: what it returns for, and what it ends for."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.rooms import RoomActivities
from domain.seating import OPEN, Presence, Watch
from tests.fakes.rooms import FakeRooms, Guest

QUIET = Watch(rooms=("room-a",), seen=Presence(), every=timedelta(seconds=10))
CLOSE = QUIET.model_copy(update={"closely": True})


async def test_a_close_watch_returns_as_soon_as_somebody_has_come() -> None:
    rooms = FakeRooms(people={"room-a": {}})
    watching = asyncio.create_task(ActivityEnvironment().run(RoomActivities(rooms).watch, CLOSE))
    await asyncio.sleep(0)
    rooms.enter("room-a", Guest("caller_1", OPEN))
    presence = await asyncio.wait_for(watching, 5)
    assert presence.active("caller_1", "room-a")


async def test_a_worker_that_is_asked_to_stop_leaves_it_to_another_at_once() -> None:
    rooms = FakeRooms(people={"room-a": {}})
    environment = ActivityEnvironment()
    watching = asyncio.create_task(environment.run(RoomActivities(rooms).watch, QUIET))
    await asyncio.sleep(0)
    environment.worker_shutdown()
    with pytest.raises(ApplicationError):
        await asyncio.wait_for(watching, 5)
