"""Whoever takes part, found by their part; what they ask, and whether the answer was right."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from temporalio.service import RPCError

from api.errors import ApiError, Conflict, Unavailable
from domain.journal import CallStatus, TransferState
from domain.orders import Choice, Who
from domain.phases import Completes, Decision, Outcome
from tests.chance import judge
from tests.chance.promises import Watch
from tests.people import Person, StagedCall, StagedTransfer
from tests.stage import Stage
from workflows.call import CallWorkflow
from workflows.transfer import TransferWorkflow

AGENTS = ("agt_i", "agt_j", "agt_k", "agt_l")
STRANGER = "agt_x"
"""An agent who is never asked, and asks all the same."""
PARTS = ("caller", "agent_a", "agent_b", "stranger", "supervisor")
NEVER = "tr_never"
MOST_REPEATS = 10
MOST_HOPS = 10

T = TypeVar("T")
Asking = Callable[[], Awaitable[Any]]


class Company:
    """The people of one stage, the call they play now, and what may still come of it."""

    def __init__(self, stage: Stage, call: StagedCall) -> None:
        self.stage = stage
        self.call = call
        self.may_be_over = False
        """The caller has hung up, or may count as gone."""
        self.takes_back = False
        """Somebody has asked for the caller back in this call."""
        self.transfer: StagedTransfer | None = None
        """The newest; it may have ended."""
        self.completes = Completes.BY_AGENT_A
        self.watch: Watch | None = None
        self.possible: set[Outcome] = set()
        """How the newest transfer may end, after all that was done."""

    # Who is who

    def whose(self, part: str) -> str:
        """Say who plays a part at this moment."""
        people = {"caller": self.call.caller.id, "stranger": STRANGER, "supervisor": "sup_1"}
        if part in people:
            return people[part]
        if running := self.call.running_transfer():
            asked = running.now.agent_b if running.entries else running.b.id
            return running.a.id if part == "agent_a" else asked
        has = (self.call.events and self.call.now.agent) or AGENTS[0]
        return has if part == "agent_a" else next(agent for agent in AGENTS if agent != has)

    def person(self, part: str) -> Person:
        return self.stage.person(self.whose(part))

    def part_in(self, person: str, view: TransferState) -> str:
        """Say how somebody stands to a transfer that looks like this."""
        assert self.transfer
        parts = {self.call.caller.id: "caller", self.transfer.a.id: "agent_a"}
        return parts.get(person, "agent_b" if person == view.agent_b else "stranger")

    def part_of(self, person: str) -> str:
        """Say how somebody stands to the newest transfer, as far as the record knows."""
        newest = self.transfer
        asked = newest and (newest.now.agent_b if newest.entries else newest.b.id)
        if newest and person in (newest.a.id, asked):
            return "agent_a" if person == newest.a.id else "agent_b"
        return "caller" if person == self.call.caller.id else "stranger"

    # What they see

    async def call_view(self) -> CallStatus:
        return await _seen(lambda: self.call.handle.query(CallWorkflow.view))

    async def transfer_view(self) -> TransferState:
        newest = self.transfer
        assert newest
        return await _seen(lambda: newest.handle.query(TransferWorkflow.view))

    async def newest_view(self) -> TransferState | None:
        return await self.transfer_view() if self.transfer else None

    # What they ask

    async def ask_call(self, asking: Asking, right: Callable[[CallStatus], set[str]]) -> str:
        """Ask the call for something, and see it answered by how things are."""
        before = await self.call_view()
        answer, _ = await self._ask(asking)
        after = await self.call_view()
        may = right(before) | right(after)
        if self.may_be_over:
            may |= {"call_ended"}
        assert answer in may, f"answered {answer}, not {may}\n{before}\n{after}"
        return answer

    async def ask_transfer(
        self, asking: Callable[[str], Awaitable[Any]], right: Callable[[TransferState], set[str]]
    ) -> str:
        """Ask the newest transfer for something, and see it answered by its phase."""
        if self.transfer is None:
            answer, _ = await self._ask(lambda: asking(NEVER))
            assert answer == "transfer_ended"
            return answer
        name = self.transfer.id
        before = await self.transfer_view()
        answer, refusal = await self._ask(lambda: asking(name))
        after = await self.transfer_view()
        phases = judge.between(before, after)
        if isinstance(refusal, Conflict) and refusal.phase:
            assert refusal.phase in phases, f"refused while {refusal.phase}, not {phases}"
            phases = {refusal.phase}
        views = [view.model_copy(update={"phase": p}) for view in (before, after) for p in phases]
        may = set().union(*map(right, views))
        assert answer in may, f"answered {answer}, not {may}\n{before}\n{after}"
        if answer != judge.YES and len(before.attempts) == len(after.attempts):
            assert standing(after) == standing(before), "a refusal has changed something"
        return answer

    async def decides(self, decision: Decision, part: str, *, introduce: bool = False) -> str:
        """Let somebody decide, and see it taken or refused rightly."""
        of_b = decision in (Decision.ACCEPT, Decision.DECLINE)
        supervises = part == "supervisor" and not of_b
        person = self.whose(part)
        who = Who(person=person, supervisor=supervises, introduce=introduce)
        choice = Choice(decision=decision, who=who)
        whose = "agent_b" if of_b else "agent_a"

        def right(view: TransferState) -> set[str]:
            mine = supervises or self.part_in(person, view) == whose
            return judge.to_decision(decision, view, mine=mine)

        answer = await self.ask_transfer(
            lambda transfer: self.stage.gateway.decide(transfer, choice), right
        )
        if answer == judge.YES:
            self.may_end(*judge.ENDS_BY.get(decision, ()))
        return answer

    async def comes_in(self) -> None:
        """Let the caller ask once more, who had no answer."""
        call = self.call

        async def enter() -> None:
            call.caller.sit(await self.stage.gateway.start_call(call.order))

        answer, _ = await self._ask(enter)
        assert answer == judge.YES

    async def answers(self, part: str, *, comes: bool = True) -> None:
        """Let somebody answer the call, and come in unless they don't."""
        person = self.person(part)

        async def answer() -> None:
            seat = await self.stage.gateway.answer(self.call.id, person.id)
            if comes:
                person.sit(seat)

        await self.ask_call(answer, lambda view: judge.to_answering(person.id, view))

    async def takes_seat(self, part: str, *, in_b: bool) -> None:
        """Let somebody ask for a seat, and sit where they are told to."""
        person, gateway = self.person(part), self.stage.gateway

        async def in_call() -> None:
            person.sit(await gateway.call_seat(self.call.id, person.id))

        async def in_transfer(transfer: str) -> None:
            person.sit(await gateway.transfer_seat(transfer, person.id))

        if in_b:
            await self.ask_transfer(
                in_transfer,
                lambda view: judge.to_seat_in_b(
                    self.part_in(person.id, view), view, follows=self.call.order.follows
                ),
            )
        else:
            part = self.part_of(person.id)
            await self.ask_call(in_call, lambda view: judge.to_seat_in_call(part, person.id, view))

    async def _ask(self, asking: Asking) -> tuple[str, ApiError | None]:
        """Ask until there is an answer, as clients do, and say which."""
        error: ApiError | None = None
        for _ in range(MOST_REPEATS):
            try:
                await asking()
            except Unavailable as unavailable:
                error = unavailable
                await asyncio.sleep(0.1)
            except ApiError as refusal:
                return refusal.code, refusal
            else:
                return judge.YES, None
        raise AssertionError("no answer, ever") from error

    def refusals_of_passing_on(self) -> set[str]:
        """Say why a caller is not passed on who could be, else."""
        circles = {"too_many_hops"} if len(self.call.transfers) >= MOST_HOPS else set()
        return circles | ({"being_taken_back"} if self.takes_back else set())

    def may_end(self, *outcomes: Outcome) -> None:
        """From now on the newest transfer may end like this, too."""
        self.possible.update(outcomes)


async def _seen(look: Callable[[], Awaitable[T]]) -> T:
    """Ask a workflow how it looks, also one that has just been told something at its very end."""
    for _ in range(MOST_REPEATS):
        with suppress(RPCError):
            return await look()
        await asyncio.sleep(0.5)
    return await look()


def standing(view: TransferState) -> dict[str, str]:
    """Say which decisions stand, but for going back, which is forgotten once it is done."""
    kept = (one for one in view.decided if one.decision is not Decision.BACK_TO_CALLER)
    return {one.decision: one.by for one in kept}
