"""Who comes back on an old token after the transfer is put out, unheard and hearing nothing."""

import time

import pytest
from livekit import rtc

from robots.ears import Ears, of
from robots.person import Person
from robots.place import Place
from robots.scene import Scene, Stage
from robots.sound import Track
from robots.views import Seat
from robots.voice import Voice
from robots.waiting import until
from tests.live.course import briefing, consulting, with_a_again
from tests.live.judge import kept
from tests.matrix import Fault


async def handed_over(scene: Scene) -> list[Seat]:
    """A consultation that ends well; A's seats, room A's first."""
    await scene.talking()
    await consulting(scene)
    seats = [place.seat for place in scene.a.places.values()]
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    return seats


async def call_goes_on(scene: Scene) -> None:
    """The transfer has handed the rooms back to the call, which alone decides who is in them."""
    calls = scene.a.calls if scene.transfer.outcome == "declined" else scene.b.calls
    await until(lambda: not calls[scene.call_id].transfer_id, 5, "the call to go on by itself")


async def put_out_deaf(seat: Seat) -> None:
    """Somebody comes back on this token, and is out in the end, without having received a frame."""
    place = Place(seat, Voice("d"), Ears())
    await place.join()
    await until(lambda: place.why_gone, 5, "them to be put out")
    await place.leave()
    await place.ears.close()
    assert place.why_gone == "PARTICIPANT_REMOVED"
    assert not sum(len(track.frames) for track in place.ears.tracks)


def voices_of_her(person: Person, since: float, her: str) -> list[Track]:
    """The tracks of hers from which somebody received anything after her return."""
    tracks = person.ears.of(of(her))
    return [track for track in tracks if track.arrivals and track.arrivals[0] > since]


@pytest.mark.cell(Fault.F22)
async def test_a_is_put_out_of_the_room_the_caller_was_moved_to(scene: Scene) -> None:
    of_room_a, of_room_b = await handed_over(scene)
    since = time.monotonic()
    with pytest.raises(rtc.ConnectError):
        await Place(of_room_a, Voice("d"), Ears()).join()
    await put_out_deaf(of_room_b)
    await call_goes_on(scene)
    await put_out_deaf(of_room_b)
    assert not voices_of_her(scene.caller, since, scene.a.id)
    assert not voices_of_her(scene.b, since, scene.a.id)
    await kept(scene)


async def test_b_who_declined_hears_nothing_and_is_not_heard(stage: Stage) -> None:
    async with Scene(stage, follows=False) as scene:
        await scene.talking()
        await briefing(scene)
        await until(lambda: scene.room_a in scene.b.places, 5, "B's seat in the caller's room")
        of_room_b, of_room_a = (place.seat for place in scene.b.places.values())
        await scene.b.decline(scene.transfer_id)
        await with_a_again(scene, "declined")
        since = time.monotonic()
        await put_out_deaf(of_room_a)
        await call_goes_on(scene)
        await put_out_deaf(of_room_a)
        with pytest.raises(rtc.ConnectError):
            await Place(of_room_b, Voice("d"), Ears()).join()
        assert not voices_of_her(scene.caller, since, scene.b.id)
        assert not voices_of_her(scene.a, since, scene.b.id)
        of_the_caller = scene.caller.places[scene.caller.home].seat
        await kept(scene)
        with pytest.raises(rtc.ConnectError):
            await Place(of_the_caller, Voice("d"), Ears()).join()
