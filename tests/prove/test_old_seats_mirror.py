"""Agent A comes back on an old token to a caller who was not moved, but whom agent B came to."""

import time

import pytest
from livekit import rtc

from robots.ears import Ears
from robots.place import Place
from robots.scene import Scene, Stage
from robots.voice import Voice
from tests.live.judge import kept
from tests.live.test_old_seats import call_goes_on, handed_over, put_out_deaf, voices_of_her
from tests.matrix import Fault

AS_OFTEN_AS = 2
"""She tries again and again: being quick must not pay."""


@pytest.mark.cell(Fault.F22)
async def test_a_is_put_out_of_the_room_the_caller_stayed_in(stage: Stage) -> None:
    async with Scene(stage, follows=False) as scene:
        of_room_a, of_room_b = await handed_over(scene)
        since = time.monotonic()
        for _ in range(AS_OFTEN_AS):
            await put_out_deaf(of_room_a)
        await call_goes_on(scene)
        for _ in range(AS_OFTEN_AS):
            await put_out_deaf(of_room_a)
        assert not voices_of_her(scene.caller, since, scene.a.id)
        assert not voices_of_her(scene.b, since, scene.a.id)
        with pytest.raises(rtc.ConnectError):
            await Place(of_room_b, Voice("d"), Ears()).join()
        await kept(scene)
