"""Callers who hang up, lose their network, or are there twice, at the most delicate moments."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from livekit import rtc

from chaos.proxy import Proxy
from robots.ears import Ears
from robots.outside import Outside
from robots.place import Place
from robots.scene import Scene
from robots.sound import Heard
from robots.voice import Voice
from robots.waiting import until
from tests.findings import recovering
from tests.live.course import after, briefing, consulting, goes_through, with_a_again
from tests.live.judge import hung_up, kept
from tests.live.test_caller_hangs_up import hangs_up
from tests.matrix import Fault, Row, State, in_phases
from tests.prove.moments import preparing, returning


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.PREPARING)
async def test_hanging_up_while_room_b_is_opened_ends_everything(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    async with preparing(scene, media):
        hung_up_at = await hung_up(scene)
    assert (await scene.ended()).outcome == "caller_left"
    await kept(scene, hung_up_at=hung_up_at)


@in_phases("ringing", "briefing", of=[Row.CALLER_HANGS_UP, Fault.F19])
async def test_hanging_up_before_the_move_ends_everything(scene: Scene, phase: str) -> None:
    await hangs_up(scene, phase)


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.JOINED)
async def test_hanging_up_after_the_move_ends_everything(scene: Scene) -> None:
    await scene.talking()
    await after(scene)
    hung_up_at = await hung_up(scene)
    assert scene.transfer.outcome == "completed"
    await kept(scene, hung_up_at=hung_up_at)


@pytest.mark.cell(Row.CALLER_HANGS_UP, Fault.F19, State.RETURNING)
async def test_hanging_up_while_being_given_back_ends_everything(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    await consulting(scene)
    async with returning(scene, media):
        hung_up_at = await hung_up(scene)
    assert (await scene.ended()).outcome == "declined"
    await kept(scene, hung_up_at=hung_up_at)


@asynccontextmanager
async def page_lost(scene: Scene) -> AsyncIterator[Outside]:
    """The caller's page, to be killed in the block; it is opened again after it."""
    rooms = list(scene.caller.places)
    await scene.caller.unfollow()
    page = await scene.caller.move_out()
    yield page
    with recovering():
        await scene.caller.open_again(rooms)


@pytest.mark.cell(Row.CALLER_DROPS, State.PREPARING)
async def test_a_caller_who_is_lost_while_room_b_is_opened_comes_back(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    async with preparing(scene, media):
        with recovering():
            await scene.caller.reload()
    await scene.b.until_offered()
    await scene.briefed()
    await goes_through(scene)
    await kept(scene)


@pytest.mark.cell(Row.CALLER_DROPS, State.RETURNING)
async def test_a_caller_who_is_lost_while_being_given_back_comes_back(
    scene: Scene, media: Proxy
) -> None:
    await scene.talking()
    await consulting(scene)
    lost_at = time.monotonic()
    async with page_lost(scene) as page, returning(scene, media):
        await page.kill()
    gap = Heard(lost_at, time.monotonic(), scene.room_a, "nobody")
    await with_a_again(scene, "declined")
    await kept(scene, heard=[*scene.caller.ears.heard(), gap])


GAPS = {3.0: "completed", 15.0: "failed"}
"""How it ends if a caller's network is away for so long: patience for the move is 10 s."""


@pytest.mark.cell(Row.CALLER_DROPS, Fault.F20, State.MOVING)
@pytest.mark.parametrize("gap_s", GAPS)
async def test_a_caller_without_a_network_in_the_move_has_not_left(
    scene: Scene, gap_s: float
) -> None:
    await scene.talking()
    await briefing(scene)
    async with page_lost(scene) as page:
        cut_at = time.monotonic()
        await scene.accepted()
        await page.kill()  # and LiveKit takes them for present: once decided, the move may be over
        await scene.decided()
        await scene.passing(gap_s)
    gap = Heard(cut_at, time.monotonic(), scene.room_a, "nobody")
    assert (await scene.ended()).outcome == GAPS[gap_s]
    if GAPS[gap_s] == "completed":
        await scene.together()
    else:
        await with_a_again(scene, GAPS[gap_s])
    await kept(scene, heard=[*scene.caller.ears.heard(), gap])


@pytest.mark.cell(Row.CALLER_DROPS, Fault.F20, State.MOVING)
async def test_a_caller_whose_network_never_returns_in_the_move_has_left(scene: Scene) -> None:
    await scene.talking()
    await briefing(scene)
    await scene.accepted()
    dead_since = time.monotonic()
    await scene.caller.vanish()
    await scene.decided()
    ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=30)
    assert ended.outcome == "failed"

    def over() -> bool:
        return scene.a.calls[scene.call_id].state == "ended"

    await until(over, 60, "the call to end")
    await kept(scene, hung_up_at=dead_since)


@pytest.mark.cell(Row.CALLER_DROPS, Fault.F21, State.BRIEFING)
async def test_a_caller_who_is_there_twice_ends_in_one_room(scene: Scene) -> None:
    await scene.talking()
    await consulting(scene)
    caller, rooms = scene.caller, list(scene.caller.places)
    old = caller.places[scene.room_a].seat
    tab = await Outside.sit(*[await caller.fresh_seat(room) for room in rooms], tone="caller")
    await until(lambda: [p.why_gone for p in caller.places.values()] == [KICKED] * 2, 5, "a kick")
    await caller.unfollow()
    await caller.open_again(rooms)
    await caller.until_hears("host")
    await goes_through(scene)
    with pytest.raises(rtc.ConnectError):
        await Place(old, Voice("d"), Ears()).join()
    await tab.leave()
    await kept(scene)


KICKED = "DUPLICATE_IDENTITY"
