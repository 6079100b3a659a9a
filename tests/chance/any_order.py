"""The whole machine: people, servers and ops in any order, and now and then everything rests."""

import asyncio

from hypothesis import strategies as st

from domain.journal import Event
from domain.phases import Completes, Decision, Phase
from tests.chance.company import AGENTS
from tests.chance.deeds import Caller, Deeds, callers
from tests.chance.machine import step
from tests.chance.rest import open_matters
from tests.chance.trouble import Trouble

REST_WITHIN_S = 20.0
WILLING = Caller(follows=True, gone_s=3.0, signals=False)


class AnyOrder(Deeds, Trouble):
    """Everything anybody may do."""

    @step()
    async def everything_comes_to_rest(self) -> None:
        """With nothing broken and nobody doing anything, nothing stays half done."""
        await self._rest()

    async def _rest(self) -> None:
        self.mend()
        matter = "nothing"
        try:
            async with asyncio.timeout(REST_WITHIN_S):
                while (matter := next(open_matters(self.company), "")) != "":
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"never at rest: {matter}\n{self.stage.story()}") from None

    @step()
    async def all_goes_well(self) -> None:
        """The simplest play of all: Hypothesis begins with it."""
        await self._go_on(WILLING, talks=False, introduce=False)

    @step(talks=st.booleans(), introduce=st.booleans(), caller=callers)
    async def it_goes_on(self, talks: bool, introduce: bool, caller: Caller) -> None:
        await self._go_on(caller, talks=talks, introduce=introduce)

    # Among two dozen rules: or few plays would ever come to a move.
    and_on = and_further = it_goes_on

    async def _go_on(self, caller: Caller, *, talks: bool, introduce: bool) -> None:
        """Whoever's turn it is does what one would wish."""
        await self._rest()
        company = self.company
        running = company.call.running_transfer()
        if Event.CALL_ENDED in company.call.events:
            await self._begin(caller)
        elif running:
            await self._transfer_goes_on(running.now.phase, talks=talks, introduce=introduce)
        elif agent := company.call.now.agent:
            to = next(other for other in AGENTS if other != agent)
            await self._ask_for_transfer(agent, to, (), Completes.BY_AGENT_A, None)
        else:
            await company.answers("agent_a")

    async def _transfer_goes_on(self, phase: Phase, *, talks: bool, introduce: bool) -> None:
        company = self.company
        if phase is Phase.OFFERING:
            await company.takes_seat("agent_b", in_b=True)
        elif phase is Phase.BRIEFING and talks:
            await company.takes_seat("agent_a", in_b=True)
        elif phase is Phase.INTRODUCING:
            await company.decides(Decision.LEAVE, "agent_a")
        else:
            await company.decides(Decision.ACCEPT, "agent_b")
            await company.decides(Decision.COMPLETE, "agent_a", introduce=introduce)
