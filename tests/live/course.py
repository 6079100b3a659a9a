"""How a scene gets to the point at which a test has something to say."""

import asyncio
from collections.abc import Awaitable, Callable

from robots.scene import Scene
from robots.waiting import until

LONG = {"offer_s": 120}
"""Patience for B's answer, where parts are started meanwhile: that takes seven seconds at worst."""


async def ringing(scene: Scene) -> None:
    await scene.offering(patience=LONG)


async def briefing(scene: Scene) -> None:
    await scene.offering()
    await scene.briefed()


async def consulting(scene: Scene) -> None:
    await briefing(scene)
    await scene.consulting()


async def in_consultation(scene: Scene) -> None:
    """The agents talk, and the caller hears hold audio, although something has just died."""
    await asyncio.gather(
        scene.a.until_hears(scene.b.id, room=scene.room_b, within_s=20),
        scene.b.until_hears(scene.a.id, within_s=20),
        scene.caller.until_hears("host", within_s=20),
    )


async def goes_through(scene: Scene) -> None:
    """B says yes, A completes, and the caller is with B from then on."""
    await scene.accepted()
    await scene.completed()
    await scene.ended()
    assert scene.transfer.outcome == "completed"


async def introducing(scene: Scene) -> None:
    """B says yes, and A hands the caller over and stays, as she reads."""
    await scene.accepted()
    await scene.decided(introduce=True)
    await scene.a.until_phase(scene.transfer_id, "introducing")


async def after(scene: Scene) -> None:
    await briefing(scene)
    await goes_through(scene)


PHASES: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "ringing": ringing,
    "briefing": briefing,
    "consulting": consulting,
}


async def with_a_again(scene: Scene, outcome: str) -> None:
    """The transfer has ended like this, and caller and A hear each other, nobody else."""
    ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=40)
    assert ended.outcome == outcome
    caller, a = scene.caller, scene.a
    await caller.until_hears(a.id, room=scene.room_a)
    await a.until_hears(caller.id, room=scene.room_a)
    await until(lambda: not caller.ears.hears("host"), 5, "hold audio to end")
    # An ear hears what it has heard within 0.3 s, and the end may be told sooner.
    await until(lambda: not caller.ears.hears(scene.b.id), 1, "B to be heard no more")
