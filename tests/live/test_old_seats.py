"""Agent A on her old tokens after the transfer: she is put out, and hears nothing."""

import pytest
from livekit import rtc

from robots.ears import Ears
from robots.person import Person
from robots.place import Place
from robots.scene import Scene, Stage
from robots.views import Seat
from robots.voice import Voice
from robots.waiting import until
from tests.live.course import consulting
from tests.live.judge import kept

HER_TONE = "d"
"""Nobody else has it, so whoever hears it hears her after her return."""


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
    calls = scene.b.calls
    await until(lambda: not calls[scene.call_id].transfer_id, 5, "the call to go on by itself")


async def put_out_deaf(seat: Seat) -> None:
    """She comes back on this token; in the end she is out, without having received a frame."""
    place = Place(seat, Voice(HER_TONE), Ears())
    await place.join()
    await until(lambda: place.why_gone, 5, "A to be put out")
    await place.leave()
    await place.ears.close()
    assert place.why_gone == "PARTICIPANT_REMOVED"
    assert not sum(len(track.frames) for track in place.ears.tracks)


def heard_her(person: Person) -> bool:
    return any(one.tone == HER_TONE for one in person.ears.tones())


async def test_a_is_put_out_of_the_room_the_caller_was_moved_to(scene: Scene) -> None:
    of_room_a, of_room_b = await handed_over(scene)
    with pytest.raises(rtc.ConnectError):
        await Place(of_room_a, Voice(HER_TONE), Ears()).join()
    await put_out_deaf(of_room_b)
    await call_goes_on(scene)
    await put_out_deaf(of_room_b)
    assert not heard_her(scene.caller)
    assert not heard_her(scene.b)
    await kept(scene)


async def test_a_is_put_out_of_the_room_the_caller_stayed_in(stage: Stage) -> None:
    async with Scene(stage, follows=False) as scene:
        of_room_a, of_room_b = await handed_over(scene)
        await put_out_deaf(of_room_a)
        await call_goes_on(scene)
        await put_out_deaf(of_room_a)
        with pytest.raises(rtc.ConnectError):
            await Place(of_room_b, Voice(HER_TONE), Ears()).join()
        await kept(scene)
