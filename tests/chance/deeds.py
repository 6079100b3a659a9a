"""What people do: callers, agents, a supervisor, strangers; at any time."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from api.errors import Conflict, Unavailable
from domain.journal import TransferState
from domain.names import new_id
from domain.orders import Redirect, TransferRequest, Who
from domain.phases import CallState, Completes, Decision, Outcome, Phase
from tests.chance import judge
from tests.chance.company import AGENTS, PARTS, Company
from tests.chance.machine import Machine, step
from tests.chance.promises import Watch
from tests.chance.rest import ELSEWHERE
from tests.people import StagedTransfer
from tests.stage import BRIEF

LONG = timedelta(minutes=10)
PATIENT = BRIEF.model_copy(
    update={
        **dict.fromkeys(("offer", "consult", "complete", "introduce", "take_back"), LONG),
        "host": timedelta(seconds=2),
        "arrive": timedelta(seconds=1),
        "enter": timedelta(seconds=5),
    }
)
HURRIED_S = 0.4
ENDS_IN_A_HURRY: dict[str, tuple[Outcome, ...]] = {
    "offer": (Outcome.NO_ANSWER, Outcome.AGENT_B_LEFT),
    "consult": (Outcome.TIMED_OUT,),
    "complete": (Outcome.AGENT_B_LEFT,),
    "move": (Outcome.FAILED,),
    "introduce": (),
}
"""How a transfer may end by itself where this patience is short."""

anybody = st.sampled_from(PARTS)
staff = st.sampled_from([part for part in PARTS if part != "caller"])
"""Whoever the api lets ask for what agents do."""
people = st.sampled_from(("caller", "agent_a", "agent_b"))
mostly = st.sampled_from((True, True, True, False))
hurries = st.sampled_from((None, None, None, None, *ENDS_IN_A_HURRY))


@dataclass(frozen=True)
class Caller:
    """How a call will be."""

    follows: bool
    gone_s: float
    signals: bool

    @property
    def order(self) -> dict[str, Any]:
        patience = PATIENT.model_copy(update={"gone": timedelta(seconds=self.gone_s)})
        return {
            "patience": patience,
            "follows": self.follows,
            "signals_decide": self.signals,
        }


callers = st.builds(Caller, mostly, st.sampled_from((0.3, 3.0)), st.booleans())


class Deeds(Machine):
    """Rules of what people do."""

    @initialize(caller=callers)
    def a_caller_comes(self, caller: Caller) -> None:
        self.play(self._begin(caller))

    @step(caller=callers)
    async def another_caller_comes(self, caller: Caller) -> None:
        """Not while the first is here: they ask for the same once more."""
        company = self.company
        if (await company.call_view()).state is CallState.ENDED:
            await self._begin(caller)
        else:
            order, gateway = company.call.order, company.stage.gateway
            await company.ask_call(lambda: gateway.start_call(order), judge.to_caller)

    async def _begin(self, caller: Caller) -> None:
        """A caller comes; what was broken works again, or they might not get in at all."""
        self.mend()
        with suppress(Unavailable):
            await self.stage.call(**caller.order)
        call = self.stage.calls[-1]
        self.company = Company(self.stage, call)
        if not call.caller.tokens:
            await self.company.comes_in()

    @step(part=staff, comes=mostly)
    async def answers(self, part: str, comes: bool) -> None:
        await self.company.answers(part, comes=comes)

    @step(
        by=anybody,
        to=st.sampled_from((*AGENTS, "oneself")),
        fallbacks=st.lists(st.sampled_from(AGENTS), unique=True, max_size=2),
        completes=st.sampled_from(list(Completes)),
        hurry=hurries,
    )
    async def asks_for_a_transfer(
        self, by: str, to: str, fallbacks: list[str], completes: Completes, hurry: str | None
    ) -> None:
        a = self.company.whose(by)
        others = tuple(agent for agent in fallbacks if agent not in (a, to))
        await self._ask_for_transfer(a, to, others, completes, hurry)

    @step(part=anybody, to=st.sampled_from(AGENTS))
    async def redirects(self, part: str, to: str) -> None:
        company = self.company
        who = Who(person=company.whose(part), supervisor=part == "supervisor")

        def right(view: TransferState) -> set[str]:
            assert company.transfer
            a = company.transfer.a.id
            return judge.to_redirect(to, a, view, mine=who.supervisor or who.person == a)

        wish = Redirect(who=who, to=to)
        answer = await company.ask_transfer(
            lambda transfer: self.stage.gateway.redirect(transfer, wish), right
        )
        if answer == judge.YES:
            self._see_what_is_wrong_already()

    @step(part=st.just("handed over") | staff, comes=mostly)
    async def takes_back(self, part: str, comes: bool) -> None:
        company = self.company
        handed_over = [transfer.a.id for transfer in company.call.transfers]
        ours = part == "handed over" and bool(handed_over)
        person = self.stage.person(handed_over[-1] if ours else company.whose(part))

        async def take_back() -> None:
            seat = await self.stage.gateway.take_back(company.call.id, person.id)
            if comes:
                person.sit(seat)

        answer = await company.ask_call(
            take_back,
            lambda view: judge.to_taking_back(
                person.id, view, handed_over=person.id in handed_over
            ),
        )
        company.takes_back = company.takes_back or answer == judge.YES

    async def _ask_for_transfer(
        self, a: str, to: str, others: tuple[str, ...], completes: Completes, hurry: str | None
    ) -> None:
        company, call = self.company, self.company.call
        b = a if to == "oneself" else to
        request = TransferRequest(transfer_id=new_id("tr"), agent_a=a, agent_b=b)
        transfer = StagedTransfer(self.stage, call, request)
        watch = Watch(transfer, self.rooms)
        patience = {hurry: HURRIED_S} if hurry else None
        answer = await company.ask_call(
            lambda: call.transfer(
                b, a, again=transfer, patience=patience, completes=completes, fallbacks=others
            ),
            lambda view: judge.to_request(a, b, view) | company.refusals_of_passing_on(),
        )
        if answer == judge.YES:
            call.transfers.append(transfer)
            self.stage.workflows.append(transfer.writer)
            company.transfer, company.watch, company.completes = transfer, watch, completes
            company.possible = set(ENDS_IN_A_HURRY.get(hurry or "", ()))
            self._see_what_is_wrong_already()

    def _see_what_is_wrong_already(self) -> None:
        company, stage = self.company, self.stage
        assert company.transfer
        if ELSEWHERE in stage.reservations.held.values():
            company.may_end(Outcome.BUSY)
        if not all(stage.person(agent).publishes for agent in AGENTS):
            company.may_end(Outcome.AGENT_B_LEFT)
        if company.may_be_over:
            company.may_end(Outcome.CALLER_LEFT)
        if self.in_trouble or not (company.call.caller.follows and company.call.caller.publishes):
            company.may_end(Outcome.FAILED)

    @step(part=anybody, in_b=mostly)
    async def takes_a_seat(self, part: str, in_b: bool) -> None:
        await self.company.takes_seat(part, in_b=in_b)

    @step(part=anybody, decision=st.sampled_from(list(Decision)), introduce=st.booleans())
    async def decides(self, part: str, decision: Decision, introduce: bool) -> None:
        await self.company.decides(decision, part, introduce=introduce)

    @step(decision=st.sampled_from(list(Decision)), times=st.integers(1, 2))
    async def whose_it_is_decides(self, decision: Decision, times: int) -> None:
        """The same again is a yes; unless it is forgotten, or came too late the first time."""
        b_decides = decision in (Decision.ACCEPT, Decision.DECLINE)
        for _ in range(times):
            await self.company.decides(decision, "agent_b" if b_decides else "agent_a")

    @step(part=anybody)
    async def hangs_up(self, part: str) -> None:
        company = self.company
        person = company.whose(part)
        running = company.call.running_transfer()
        answer = await company.ask_call(
            lambda: company.stage.gateway.end_call(company.call.id, person),
            lambda view: judge.to_hanging_up(
                company.part_of(person) if running else part, person, view
            ),
        )
        if answer == judge.YES:
            company.may_be_over = True
            company.may_end(Outcome.CALLER_LEFT)

    @step(part=people, in_b=st.booleans())
    async def leaves(self, part: str, in_b: bool) -> None:
        """Leave one room, and stay in the other."""
        person = self.company.person(part)
        self._may_be_missed(part)
        for room in [r for r in self.rooms.people if (r != self.company.call.room) is in_b]:
            self.rooms.leave(room, person.id)

    @step(part=people)
    async def vanishes(self, part: str) -> None:
        self._may_be_missed(part)
        self.company.person(part).vanish()

    @step(part=people, pause_s=st.sampled_from((0.0, 0.1)))
    async def reconnects(self, part: str, pause_s: float) -> None:
        """Lose the connection and come back by oneself, with the rights of before."""
        person = self.company.person(part)
        self._may_be_missed(part)
        people = self.rooms.people.items()
        guests = [(room, inside[person.id]) for room, inside in people if person.id in inside]
        person.vanish()
        await asyncio.sleep(pause_s)
        for room, guest in guests:
            if room in self.rooms.people:
                self.rooms.enter(room, guest)

    @step(part=people)
    async def comes_in_on_an_old_token(self, part: str) -> None:
        person = self.company.person(part)
        if not any(person.is_in(room) for room in self.rooms.people):
            for room in person.tokens:
                person.join(room)

    def _may_be_missed(self, part: str) -> None:
        company = self.company
        if part == "caller":
            company.may_be_over = True
            company.may_end(Outcome.CALLER_LEFT)
        if part == "agent_b":
            company.may_end(Outcome.AGENT_B_LEFT)

    @step(part=people, on=st.booleans())
    async def switches_the_microphone(self, part: str, on: bool) -> None:
        person = self.company.person(part)
        person.publishes = on
        for inside in self.rooms.people.values():
            if person.id in inside:
                inside[person.id].publishes = on
        self.rooms.stir()
        if not on:
            self.company.may_end(Outcome.AGENT_B_LEFT, Outcome.FAILED)

    @step(part=people, follows=mostly)
    async def has_a_client(self, part: str, follows: bool) -> None:
        """A client that follows our protocol, or does nothing."""
        self.company.person(part).follows = follows
        self.company.may_end(Outcome.FAILED)

    @step(times=st.integers(1, 3))
    async def hints_come(self, times: int) -> None:
        for _ in range(times):
            await self.stage.gateway.look(self.company.call.id)

    @step(says=st.sampled_from(("speak", "hush", "briefing_edited", "arrived")))
    async def a_client_says(self, says: str) -> None:
        company = self.company
        if company.transfer is None:
            return
        try:
            await getattr(company.stage.gateway, says)(company.transfer.id)
        except Conflict:
            assert (await company.transfer_view()).phase is Phase.ENDED
