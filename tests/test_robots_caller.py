"""The robot that calls leaves its old room for good, whatever happens to that connection."""

from collections.abc import Coroutine
from typing import Any

import pytest

from robots.caller import Caller
from robots.ears import Ears
from robots.place import Place
from robots.views import May, Seat
from robots.voice import Voice


class Lost(Place):
    """A seat whose connection is being made again: one may speak there as before."""

    may_speak = True


@pytest.mark.parametrize("left", [False, True])
async def test_a_room_that_is_being_left_and_loses_its_connection_is_no_new_one(
    left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Caller("http://127.0.0.1:9", "Carla")
    caller.home = "room-b"
    begun: list[Coroutine[Any, Any, None]] = []

    def begin(work: Coroutine[Any, Any, None]) -> None:
        begun.append(work)
        work.close()

    monkeypatch.setattr(caller, "later", begin)
    may = May(publish=True, subscribe=True)
    seat = Seat(url="ws://127.0.0.1:9", room="room-a", identity="c", token="t", may=may)
    place = Lost(seat, Voice("caller"), Ears())
    place.left = left
    caller.place_changed(place)
    await caller.close()
    assert bool(begun) is not left
