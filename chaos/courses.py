"""The courses a transfer takes, step by step, by people who go on trying while things break."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from livekit import rtc

from robots.checker import SETTLED_S
from robots.http import Problem
from robots.person import Person
from robots.scene import Scene
from robots.waiting import until

T = TypeVar("T")
Step = Callable[[Scene], Coroutine[Any, Any, None]]

WITHIN_S = 45.0
"""Of trying; whatever takes longer is stuck."""
AGAIN_AFTER_S = 0.5
OVER = ("returning", "ended")


@dataclass(frozen=True)
class Course:
    """What people do, and how it ends if nothing prevents it."""

    name: str
    steps: tuple[Step, ...]
    outcome: str = "completed"
    follows: bool = True

    def __str__(self) -> str:
        return self.name


async def ask(scene: Scene) -> None:
    """A asks for the transfer, and B's phone rings."""
    await _asked(scene)


async def ask_for_a_yes(scene: Scene) -> None:
    """The same where B's yes is enough."""
    await _asked(scene, completes="on_accept")


async def answer(scene: Scene) -> None:
    """B sits down in room B, and hears or reads the briefing."""
    b = scene.b
    await insist(lambda: b.take_offer(scene.transfer_id))

    def is_briefed() -> bool:
        briefing = b.transfers[scene.transfer_id].briefing
        return b.ears.hears("briefer") or (briefing is not None and briefing.ready)

    await until(is_briefed, WITHIN_S, "B to hear or to read the briefing")


async def consult(scene: Scene) -> None:
    """A talks with B, and the caller hears hold audio; or there is none, and A stays."""
    a, b, caller = scene.a, scene.b, scene.caller
    place = await insist(lambda: a.consult(scene.transfer_id))

    def is_settled() -> bool:
        agents = a.ears.hears(b.id, room=scene.room_b) and b.ears.hears(a.id)
        return (agents and caller.ears.hears("host")) or _is_with_a_again(scene, place.why_gone)

    await until(is_settled, WITHIN_S, "A and B to hear each other, and the caller hold audio")


async def back(scene: Scene) -> None:
    """A goes back to the caller."""
    try:
        await scene.a.back_to_caller(scene.transfer_id)
    except Problem as problem:
        if problem.code != "not_now":  # there was no hold audio, and she never left
            raise
    await together(scene.caller, scene.a)
    await until(lambda: not scene.caller.ears.hears("host"), WITHIN_S, "hold audio to end")


async def accept(scene: Scene) -> None:
    """B says yes."""
    await scene.b.accept(scene.transfer_id)


async def accept_at_once(scene: Scene) -> None:
    """B says yes, and has the caller."""
    scene.decided_at = time.monotonic()
    await scene.b.accept(scene.transfer_id)
    await together(scene.caller, scene.b)


async def complete(scene: Scene) -> None:
    """A hands the caller over."""
    await scene.decided()
    await together(scene.caller, scene.b)


async def introduce(scene: Scene) -> None:
    """A hands the caller over, and stays to introduce B."""
    await scene.decided(introduce=True)
    await asyncio.gather(
        together(scene.caller, scene.b),
        together(scene.caller, scene.a),
    )


async def leave(scene: Scene) -> None:
    """A leaves the introduction, once she reads that it is one."""
    await scene.a.until_phase(scene.transfer_id, "introducing", within_s=WITHIN_S)
    await scene.a.leave_introduction(scene.transfer_id)
    await together(scene.caller, scene.b)


async def ask_two(scene: Scene) -> None:
    """A asks for B, and for a colleague if B can't."""
    colleague = await scene.colleague()
    await _asked(scene, fallbacks=[{"agent": colleague.id}])


async def turn(scene: Scene) -> None:
    """Where B said no, the colleague's phone rings."""
    await scene.turned_to(scene.others[-1], within_s=WITHIN_S)


async def redirect(scene: Scene) -> None:
    """A has a colleague asked instead of B, and talks with the caller meanwhile."""
    colleague = await scene.colleague()
    await scene.a.redirect(scene.transfer_id, colleague.id)
    await scene.turned_to(colleague, within_s=WITHIN_S)
    await together(scene.caller, scene.a)


async def talk(scene: Scene) -> None:
    """B and the caller talk, until what is told of the call speaks of the transfer no more."""
    await scene.passing(SETTLED_S)


async def take_back(scene: Scene) -> None:
    """A has the caller back whom she has just handed over, once the call knows of it, too."""
    await insist(lambda: scene.a.take_back(scene.call_id), or_meets="transfer_running")
    await together(scene.caller, scene.a)


async def decline(scene: Scene) -> None:
    """B says no."""
    await scene.b.decline(scene.transfer_id, "I am with a customer.")


async def cancel(scene: Scene) -> None:
    """A keeps the caller after all."""
    await scene.a.cancel(scene.transfer_id)


async def end(scene: Scene) -> None:
    """The transfer ends, as both agents are told."""
    for agent in (scene.a, scene.b):
        await agent.until_phase(scene.transfer_id, "ended", within_s=WITHIN_S)


BRIEFED = (ask, answer)
HANDED_OVER = (accept, complete, end)

COURSES = (
    Course("quick", (*BRIEFED, *HANDED_OVER)),
    Course("consultation", (*BRIEFED, consult, *HANDED_OVER)),
    Course("mirror", (*BRIEFED, *HANDED_OVER), follows=False),
    Course("mirror, consultation", (*BRIEFED, consult, *HANDED_OVER), follows=False),
    Course("back and forth", (*BRIEFED, consult, back, consult, *HANDED_OVER)),
    Course("on accept", (ask_for_a_yes, answer, accept_at_once, end)),
    Course("introduction", (*BRIEFED, consult, accept, introduce, leave, end)),
    Course("the next one", (ask_two, decline, turn, answer, *HANDED_OVER)),
    Course("redirected", (*BRIEFED, consult, redirect, answer, *HANDED_OVER)),
    Course("taken back", (*BRIEFED, *HANDED_OVER, talk, take_back)),
    Course("declined", (*BRIEFED, consult, decline, end), "declined"),
    Course("declined while ringing", (ask, decline, end), "declined"),
    Course("cancelled", (*BRIEFED, consult, cancel, end), "cancelled"),
)


def is_over(scene: Scene) -> bool:
    """Somebody was told that the transfer has come to its end, or is about to."""
    views = (agent.transfers.get(scene.transfer_id) for agent in (scene.a, scene.b))
    return any(view is not None and view.phase in OVER for view in views)


async def together(one: Person, other: Person, within_s: float = WITHIN_S) -> None:
    """Both hear each other."""
    await asyncio.gather(
        one.until_hears(other.id, within_s=within_s), other.until_hears(one.id, within_s=within_s)
    )


async def insist(doing: Callable[[], Awaitable[T]], *, or_meets: str = "") -> T:
    """Do something that needs the media server, again and again while it is away.

    `or_meets` is the code of a refusal that is over soon.
    """
    by = time.monotonic() + WITHIN_S
    while True:
        try:
            return await doing()
        except (rtc.ConnectError, Problem) as failure:
            is_for_now = not isinstance(failure, Problem) or failure.code == or_meets
            if not is_for_now or time.monotonic() > by:
                raise
            await asyncio.sleep(AGAIN_AFTER_S)


async def _asked(scene: Scene, **more: object) -> None:
    asking = scene.a.transfer(scene.call_id, scene.b.id, **more)  # type: ignore[arg-type]
    transfer = await asking
    scene.transfer_id = transfer.id
    await scene.b.until_offered(WITHIN_S)


def _is_with_a_again(scene: Scene, why_gone: str | None) -> bool:
    hears_a = scene.caller.ears.hears(scene.a.id) and scene.a.ears.hears(scene.caller.id)
    return why_gone is not None and hears_a
