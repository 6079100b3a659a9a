"""Voice processes that are away or killed: the transfer goes on, and nobody is in silence."""

import asyncio
import time

import pytest

from robots.scene import Scene
from robots.sound import Heard
from robots.waiting import until
from stack.local import LocalStack
from tests.findings import BRIEFED, recovering
from tests.live.course import LONG, goes_through
from tests.live.judge import kept, verdict
from tests.live.killing import kill_with_its_jobs
from tests.matrix import Fault, Row, State

VOICES = ("host", "briefer")
BACK_WITHIN_S = 12
"""2 s until Temporal misses a host, 1 s until it is known to be dead, 4 s in which another may
come, and a slow machine. LiveKit lists a dead host for 21 s."""


def voices_in(scene: Scene, room: str, role: str, *, playing: bool = False) -> set[str]:
    """Who of our voices is in a room, by the last sample of the media server."""
    assert scene.witness
    return {
        sight.identity
        for sight in scene.witness.samples[-1].sights
        if sight.room == room and sight.identity.startswith(role)
        if sight.published or not playing
    }


async def events(scene: Scene) -> list[str]:
    transfer = await scene.a.api.transfer(scene.transfer_id)
    return [moment.event for moment in transfer.timeline]


async def is_told(scene: Scene, event: str) -> bool:
    return event in await events(scene)


def is_written(scene: Scene) -> bool:
    briefing = scene.b.transfers[scene.transfer_id].briefing
    return briefing is not None and briefing.ready


async def read_by_b_and_refused_to_a(scene: Scene) -> None:
    """B has the briefing in writing, A can't leave the caller, who is moved all the same."""
    await scene.offering()
    await scene.b.take_offer(scene.transfer_id)
    await until(lambda: is_written(scene), 10, "the written briefing")
    place = await scene.a.consult(scene.transfer_id)
    await until(lambda: place.why_gone, 15, "A to be put out of room B")
    await until(lambda: is_told(scene, "hold_missing"), 5, "A to be told why")
    await scene.caller.until_hears(scene.a.id, room=scene.room_a)
    await scene.a.until_hears(scene.caller.id, room=scene.room_a)
    await goes_through(scene)
    assert not {"hold_started", "consult_started", "briefing_spoken"} & set(await events(scene))
    await kept(scene)


@pytest.mark.cell(Row.BRIEFER_DIES, Fault.F14, State.BRIEFING)
async def test_without_any_voice_the_briefing_is_read_and_hold_never_starts(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    silent = lambda: not voices_in(scene, scene.room_a, "host", playing=True)  # noqa: E731
    await until(silent, 5, "hold audio to end")
    await kill_with_its_jobs(stack, *VOICES)
    try:
        await read_by_b_and_refused_to_a(scene)
    finally:
        await asyncio.to_thread(stack.start, *VOICES)


@pytest.mark.cell(Row.HOLD_LASTS, Fault.F14)
async def test_with_every_voice_killed_agent_a_is_back_with_the_caller_while_livekit_lists_them(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    await scene.offering(patience=LONG)
    await scene.briefed()
    await scene.consulting()
    killed_at = time.monotonic()
    await kill_with_its_jobs(stack, *VOICES)
    try:
        with recovering():
            await scene.caller.until_hears(scene.a.id, room=scene.room_a, within_s=BACK_WITHIN_S)
        gap = Heard(killed_at, time.monotonic(), scene.room_a, "nobody")
        await until(lambda: is_told(scene, "hold_missing"), 5, "A to be told why")
    finally:
        await asyncio.to_thread(stack.start, *VOICES)
    await goes_through(scene)
    # Nobody was left who could play, so promise 1 is excused, and the silence isn't counted among
    # those with a spare voice: how long it lasted has its bound above.
    _, found = await verdict(scene, heard=[*scene.caller.ears.heard(), gap])
    assert not [one for one in found if one.promise != 1]


@pytest.mark.cell(Row.BRIEFER_DIES, Fault.F14, State.OFFERING, State.BRIEFING)
async def test_a_briefing_outlives_its_voice_killed_before_and_in_the_middle(
    scene: Scene, stack: LocalStack
) -> None:
    await scene.talking()
    notes = "She was billed twice, and has waited for a week. " * 4
    await scene.offering(notes=notes, patience=LONG)
    dead = await until(lambda: voices_in(scene, scene.room_b, "briefer"), 10, "a briefer")
    await asyncio.to_thread(stack.start, "briefer-2")
    await kill_with_its_jobs(stack, "briefer")
    await until(lambda: voices_in(scene, scene.room_b, "briefer") - dead, 15, "another briefer")
    await asyncio.to_thread(stack.start, "briefer")
    await scene.b.take_offer(scene.transfer_id)
    await until(lambda: len(heard(scene)) == 1, 15, "a briefer to speak")
    with recovering(), recovering(BRIEFED):
        await kill_with_its_jobs(stack, "briefer-2")
        await until(lambda: len(heard(scene)) == 2, 15, "another briefer to go on")
    await goes_through(scene)
    await kept(scene)


def heard(scene: Scene) -> set[str]:
    """The briefers that B has heard."""
    tracks = scene.b.ears.of()
    return {t.who for t in tracks if t.who.startswith("briefer") and t.first_loud_at}
