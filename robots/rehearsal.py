"""A transfer with one person in it: robots with voices take the other seats.

No robot here waits for a sound: the person may have no microphone.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import httpx
from livekit import rtc

from robots.agent import Agent
from robots.caller import Caller
from robots.http import Problem
from robots.person import Person
from robots.voice import Voice
from robots.waiting import Late, until

log = logging.getLogger(__name__)

SEATS = ("caller", "agent_a", "agent_b")
LONGEST_S = 600.0
A_PERSON_TAKES_S = 180.0
BREATH_S = 1.5
IN_PRIVATE_S = 6.0
LISTENS_S = 12.0
A_PART_IS_BACK_S = 60.0
"""The person may kill the worker whenever they like."""
ASKS_AGAIN_S = 12.0


@dataclass
class Rehearsal:
    """One play; `says` is what the robots are doing, for whoever watches."""

    url: str
    seat: str
    problem: str
    agent: str = ""
    """Id of the person, where they are an agent."""
    number: int = 1
    """Of those who play at the same time; robots of the same name are the same agents."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    says: str = "The robots take their seats."
    is_over: bool = False
    asked_for: str = ""
    """Id of the robot whom the person, as the caller, should ask for."""

    def __post_init__(self) -> None:
        robot = "(robot)" if self.number == 1 else f"(robot {self.number})"
        self.maya = Caller(self.url, f"Maya {robot}", voice=Voice("caller", level=0))
        self.ada = Agent(self.url, f"Ada {robot}", Voice("a", level=0, accent="en-gb"))
        self.bea = Agent(self.url, f"Bea {robot}", Voice("b", level=0, accent="en-gb-scotland"))
        self._seated = asyncio.Event()

    async def seated(self) -> None:
        """Return when the robots are there."""
        await asyncio.wait_for(self._seated.wait(), 15)

    async def play(self) -> None:
        """Play to the end; the person may do whatever they like."""
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "caller": self._with_a_caller,
            "agent_a": self._with_an_agent_a,
            "agent_b": self._with_an_agent_b,
        }
        try:
            async with AsyncExitStack() as exits, asyncio.timeout(LONGEST_S):
                for robot in (self.maya, self.ada, self.bea):
                    robot.api.patience_s = A_PART_IS_BACK_S
                    await exits.enter_async_context(robot)
                await parts[self.seat]()
        except (Problem, Late, TimeoutError, httpx.TransportError, rtc.ConnectError) as failure:
            log.info("a rehearsal ended early", extra={"why": repr(failure)})
            self.says = "The robots have gone. Start again whenever you like."
        finally:
            self.is_over = True

    async def _with_a_caller(self) -> None:
        await asyncio.gather(self.ada.sign_in(), self.bea.sign_in())
        self.asked_for = self.ada.id
        self._seated.set()
        self.says = "Ada waits for your call."
        call_id = await until(self._waits_for_ada, A_PERSON_TAKES_S, "the person to call")
        await self.ada.answer(call_id)
        self.says = "Ada talks with you. Say what it is about."
        await self._says(self.ada, call_id, "Hello, this is Ada. How can I help you?", 6)
        await self._hands_over(call_id, self.bea.id, then=self._bea_takes_over)

    async def _with_an_agent_a(self) -> None:
        await self.bea.sign_in()
        self._seated.set()
        call_id = (await self.maya.start(self.problem, agent=self.agent)).id
        self.says = f"Maya is calling you. Answer her, then hand her over to {self.bea.name}."
        await self._until_talking(self.maya, call_id)
        await self._says(self.maya, call_id, f"Hello. {self.problem}", BREATH_S)
        while not self._is_over(self.maya, call_id):
            try:
                await until(self._something_new(call_id), ASKS_AGAIN_S, "a hand-over", 0.25)
            except Late:
                if not self.bea.call_id:
                    await self._says(self.maya, call_id, "Could you help me with that?", 0)
            for transfer_id in list(self.bea.offers):
                await self._bea_takes_over(transfer_id)

    async def _with_an_agent_b(self) -> None:
        await self.ada.sign_in()
        self._seated.set()
        call_id = (await self.maya.start(self.problem, agent=self.ada.id)).id
        await self.ada.answer(call_id)
        self.says = "Maya tells Ada what it is about; you will be asked in a moment."
        await self._until_talking(self.maya, call_id)
        await self._says(self.maya, call_id, f"Hello. {self.problem}", BREATH_S)
        await self._hands_over(call_id, self.agent, then=self._person_decides)

    async def _hands_over(
        self, call_id: str, to: str, *, then: Callable[[str], Awaitable[None]]
    ) -> None:
        await self._says(
            self.ada, call_id, "A colleague of mine knows this better. I will ask them.", BREATH_S
        )
        transfer = await self.ada.transfer(call_id, to, notes=self.problem)
        self.says = "Ada asks a colleague to take over."
        await then(transfer.id)
        await self._until_over(self.maya if self.seat == "agent_b" else self.bea, call_id)

    async def _bea_takes_over(self, transfer_id: str) -> None:
        """Bea answers, is briefed, talks with a robot Ada in private, and accepts."""
        bea = self.bea
        await self._until_phase(bea, transfer_id, "offering")
        await asyncio.sleep(BREATH_S)
        await bea.take_offer(transfer_id)
        self.says = "Bea hears the briefing."
        await self._until_phase(bea, transfer_id, "briefing", "ended")
        await asyncio.sleep(LISTENS_S / 2)
        if self.seat == "caller":
            self.says = "Ada and Bea talk in private; you hear music, and not a word of it."
            await self.ada.consult(transfer_id)
            await self._until_phase(self.ada, transfer_id, "consulting", "ended")
            await self.ada.voice.say("Bea, can you take this one? It is as the briefing says.")
            await asyncio.sleep(IN_PRIVATE_S)
        await bea.voice.say("Yes, put them through.")
        await asyncio.sleep(2 * BREATH_S)
        await bea.accept(transfer_id)
        self.says = "Bea has accepted."
        if self.seat == "caller":
            await self.ada.complete(transfer_id)
        await self._until_phase(bea, transfer_id, "ended", within_s=A_PERSON_TAKES_S)
        if bea.transfers[transfer_id].outcome == "completed":
            self.says = "Bea has the caller. Nobody had to say it all again."
            words = f"Hello, this is Bea. I have been told: {self.problem} I will see to it."
            await self._says(bea, bea.call_id, words, BREATH_S)
        bea.offers.clear()

    async def _person_decides(self, transfer_id: str) -> None:
        """Ada waits for the person's yes, says goodbye, and completes."""
        ada = self.ada
        self.says = "Ada is asking you: answer, hear the briefing, and accept or decline."

        def decided() -> bool:
            view = ada.transfers[transfer_id]
            return view.accepted or view.phase == "ended"

        await until(decided, A_PERSON_TAKES_S, "the person to decide")
        if ada.transfers[transfer_id].phase != "ended":
            await ada.voice.say("I will put you through now. Goodbye.")
            await asyncio.sleep(2 * BREATH_S)
            await ada.complete(transfer_id)
        await self._until_phase(ada, transfer_id, "ended")
        outcome = ada.transfers[transfer_id].outcome
        self.says = (
            "Maya is yours. Hang up when you are done."
            if outcome == "completed"
            else "Maya is back with Ada: no caller is lost by a no."
        )
        if outcome != "completed":
            await asyncio.sleep(LISTENS_S)
            await self.maya.hang_up()

    async def _says(self, robot: Person, call_id: str, words: str, then_s: float) -> None:
        await robot.api.say(call_id, words)
        lasts_s = await robot.voice.say(words)
        await asyncio.sleep(lasts_s + then_s)

    async def _until_phase(
        self,
        robot: Person,
        transfer_id: str,
        *phases: str,
        within_s: float = A_PART_IS_BACK_S,
    ) -> None:
        await robot.until_phase(transfer_id, *phases, within_s=within_s)

    async def _until_talking(self, robot: Person, call_id: str) -> None:
        def talking() -> bool:
            return call_id in robot.calls and robot.calls[call_id].state == "talking"

        await until(talking, A_PERSON_TAKES_S, "somebody to answer")

    async def _until_over(self, robot: Person, call_id: str) -> None:
        over = partial(self._is_over, robot, call_id)
        await until(over, LONGEST_S, "the call to end", 0.25)

    def _something_new(self, call_id: str) -> Callable[[], bool]:
        return lambda: bool(self.bea.offers) or self._is_over(self.maya, call_id)

    def _is_over(self, robot: Person, call_id: str) -> bool:
        view = robot.calls.get(call_id)
        return view is not None and view.state == "ended"

    def _waits_for_ada(self) -> str | None:
        waiting = (
            call.id
            for call in self.ada.calls.values()
            if call.state == "waiting" and getattr(call, "asked_for", None) == self.ada.id
        )
        return next(waiting, None)
