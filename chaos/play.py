"""Plays one plan: people go through a course while its faults strike."""

import asyncio
import math
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial

import httpx
from livekit import rtc

from chaos.courses import WITHIN_S, Step, end, is_over, take_back, talk, together
from chaos.ground import Ground
from chaos.knocking import Knocking
from chaos.plan import Plan, Strike
from chaos.yardstick import Yardstick
from robots.bench.vigil import LATE_FOR_SECONDS_S, Vigil
from robots.checker import (
    Broken,
    agent_a_stays_until_both_are_live,
    broken,
    never_in_silence,
)
from robots.http import Problem
from robots.observation import Observation
from robots.scene import Scene
from robots.sound import Span
from robots.waiting import Late, until

TALKS_S = 1.5
BREATH_S = 0.5
AFTERWARDS_S = 2.0
NEWS_WITHIN_S = 3.0
SOMEBODY_WITHIN_S = 15.0
FINISHED_WITHIN_S = 20.0
BACK_WITHIN_S = 10.0
"""Of LiveKit's return everybody sits where they sat."""
PATIENCE_S = 60.0
"""How long people repeat what was answered by 503, or not at all."""
AFTER_THE_END = (end, talk, take_back)
"""That the transfer is over excuses whatever else could not be done, but none of these."""
TIMELESS = frozenset({4, 6, 8})
"""Promises that no busy machine breaks."""


@dataclass
class Hit:
    """One strike as it happened: when, and when its target could first be of use again."""

    strike: Strike
    began: float = 0.0
    over: float = 0.0


@dataclass
class Took:
    """From when to when a step was being done."""

    step: int
    began: float
    ended: float


@dataclass
class Play:
    """One transfer on the ground, and everything that is known of it afterwards."""

    ground: Ground
    plan: Plan
    hits: list[Hit] = field(default_factory=list)
    steps: list[Took] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    """Of what was broken: what no busy machine excuses."""
    began: float = 0.0
    ended: float = 0.0

    def __post_init__(self) -> None:
        self.vigil = Vigil(LATE_FOR_SECONDS_S)
        self.scene = Scene(self.ground.stage, follows=self.plan.course.follows)
        self.knocking = Knocking(self.scene)
        self.bare: Yardstick | None = None
        if any(strike.fault.target == "livekit" for strike in self.plan.strikes):
            self.bare = Yardstick(self.ground.stage)

    async def out(self) -> None:
        """Play it, hang up, and see what it has left behind."""
        try:
            await self._out()
        except (Problem, Late, TimeoutError, httpx.TransportError, rtc.ConnectError) as failure:
            self.found.append(f"it couldn't be played to its end: {failure!r}")

    async def _out(self) -> None:
        scene = self.scene
        async with AsyncExitStack() as exits:
            await exits.enter_async_context(scene)
            if self.bare:
                await exits.enter_async_context(self.bare)
            await scene.talking()
            for person in scene.people:
                person.api.patience_s = PATIENCE_S
            async with self.knocking, self.vigil.watching():
                self.began = (await scene.passing(TALKS_S)).began
                await self._course()
                await self._somebody()
                self.ended = (await scene.passing(AFTERWARDS_S)).ended
            await self._afterwards()

    async def _course(self) -> None:
        """Go through the steps for as long as there is a transfer; in the end all is mended."""
        striking: list[asyncio.Task[None]] = []
        try:
            for number, step in enumerate(self.plan.course.steps):
                strikes = self.plan.at(number)
                striking += [asyncio.create_task(self._strike(one)) for one in strikes]
                if not await self._done(number, step):
                    break
                await self.scene.passing(BREATH_S)
        finally:
            await asyncio.gather(*striking)
        await self.ground.whole()

    async def _strike(self, strike: Strike) -> None:
        await asyncio.sleep(strike.after_s)
        hit = Hit(strike, time.monotonic())
        self.hits.append(hit)
        try:
            await strike.fault.inflict(self.ground, self.scene)
            await asyncio.sleep(strike.lasts_s)
        finally:
            hit.over = await strike.fault.mend(self.ground)

    async def _done(self, number: int, step: Step) -> bool:
        """Do a step; False: the transfer came to its end meanwhile."""
        began = time.monotonic()
        doing = asyncio.create_task(step(self.scene))
        try:
            if step is not end and not is_over(self.scene):
                await self._unless_over(doing)
            await asyncio.wait({doing})
        finally:
            doing.cancel()
            self.steps.append(Took(number, began, time.monotonic()))
        failure = None if doing.cancelled() else doing.exception()
        if failure is None and not doing.cancelled():
            return True
        if step in AFTER_THE_END or not await self._is_over_by_now():
            self.found.append(f"{step.__name__}: {failure or 'nothing came of it'}")
        return False

    async def _unless_over(self, doing: asyncio.Task[None]) -> None:
        while not doing.done():
            if is_over(self.scene):
                await asyncio.wait({doing}, timeout=NEWS_WITHIN_S)
                doing.cancel()
                return
            await asyncio.wait({doing}, timeout=0.1)

    async def _is_over_by_now(self) -> bool:
        """What refused a step may be told by the stream a little later."""
        if not self.scene.transfer_id:
            return False
        try:
            await until(lambda: is_over(self.scene), NEWS_WITHIN_S, "news of the end")
        except Late:
            return False
        return True

    async def _somebody(self) -> None:
        """The transfer has ended, and the caller is with a person, or on hold and is answered."""
        scene = self.scene
        if scene.transfer_id:
            try:
                ended = await scene.a.until_phase(scene.transfer_id, "ended", within_s=WITHIN_S)
            except Late:
                return  # the checker says so
            if ended.outcome != self.plan.course.outcome:
                self.found.append(f"{ended.outcome}, because {ended.reason}")
        try:
            await until(self._with_somebody, SOMEBODY_WITHIN_S, "the caller to be with an agent")
        except Late:
            await self._is_answered()

    def _with_somebody(self) -> bool:
        caller, agents = self.scene.caller, (self.scene.a, self.scene.b)
        return any(caller.ears.hears(agent.id) and agent.ears.hears(caller.id) for agent in agents)

    async def _is_answered(self) -> None:
        scene, caller = self.scene, self.scene.caller
        if not caller.ears.hears("host"):
            self.found.append("the caller is with nobody, and hears no hold audio")
        for agent in (scene.b, scene.a):
            scene.decided_at = min(scene.decided_at or math.inf, time.monotonic())
            try:
                await agent.answer(scene.call_id)
                return await together(caller, agent, SOMEBODY_WITHIN_S)
            except (Problem, Late) as failure:
                self.found.append(f"the caller waits, and can't be answered: {failure}")

    async def _afterwards(self) -> None:
        """What the checker says of it all, before and after the caller hangs up."""
        scene = self.scene
        observed = await scene.observation(ended=self.ended)
        found = self._judged(observed)
        await scene.caller.hang_up()
        try:
            found += await scene.left_behind(observed)
            ids = (scene.call_id, scene.transfer_id)
            finished = partial(self.ground.ops.have_finished, *ids)
            await until(finished, FINISHED_WITHIN_S, "both workflows to finish", 0.25)
            self.proven += await self.ground.ops.failures(*ids)
        except Late as late:
            self.found.append(str(late))
        for one in dict.fromkeys(found):
            (self.proven if one.promise in TIMELESS else self.found).append(str(one))
        self.found += self.knocking.found
        self.proven += [f"{name} ended by itself" for name in self.ground.losses]
        self.found += [
            f"{person.name}'s client gave up: {failure}"
            for person in scene.everybody
            for failure in person.failures
        ]
        self.ground.losses.clear()

    def _judged(self, observed: Observation) -> list[Broken]:
        """What the checker says; but silence has bounds of its own once anything has struck."""
        outages = [
            Span(hit.began, hit.over + BACK_WITHIN_S)
            for hit in self.hits
            if hit.strike.fault.target == "livekit"
        ]
        with_livekit = [
            sample
            for sample in observed.samples
            if not any(outage.began <= sample.at <= outage.ended for outage in outages)
        ]
        # Nobody removed A from a room that is no more.
        excused = replace(observed, samples=with_livekit)
        removed = {Broken(3, seen) for seen in agent_a_stays_until_both_are_live(excused)}
        struck_at = min((hit.began for hit in self.hits), default=observed.ended)
        before = never_in_silence(replace(observed, ended=struck_at))
        found = [one for one in broken(observed) if one.promise not in (1, 3) or one in removed]
        return [*found, *(Broken(1, seen) for seen in before)]
