"""What breaks, and what ops do about it."""

from contextlib import suppress

from hypothesis import strategies as st
from temporalio.service import RPCError

from domain.errors import PortError, Refused, Unreachable
from domain.names import BRIEFER, HOST, OPS, is_host
from domain.phases import Decision, Outcome
from tests.chance import judge
from tests.chance.company import AGENTS, standing
from tests.chance.machine import Machine, step
from tests.chance.rest import ELSEWHERE

STEPS_OF_ROOMS = ("open", "look", "allow", "remove", "hold")
ERRORS: tuple[type[PortError], ...] = (Unreachable, Refused)
ARGUMENTS = (None, "yes", 7, {"introduce": True}, {"introduce": "no"}, ["a"])


class Trouble(Machine):
    """Rules of what goes wrong, until the next rest; and of what ops do."""

    @step()
    async def the_media_server_goes_away(self) -> None:
        self.rooms.away = True
        self._fails()

    @step()
    async def the_media_server_restarts(self) -> None:
        self.rooms.away = False
        self.rooms.restart()
        self._fails()
        self.company.may_be_over = True
        self.company.may_end(Outcome.CALLER_LEFT, Outcome.AGENT_B_LEFT)

    @step(away=st.booleans())
    async def the_record(self, away: bool) -> None:
        stage = self.stage
        stage.journal.away = stage.seats.away = stage.reservations.away = away
        self._fails()

    @step(
        what=st.sampled_from(STEPS_OF_ROOMS),
        error=st.sampled_from(ERRORS),
        times=st.integers(1, 2),
    )
    async def a_step_fails(self, what: str, error: type[PortError], times: int) -> None:
        self.rooms.failing[what] = [error("by chance")] * times
        if error is Refused:
            self._fails()

    @step(host=st.booleans())
    async def no_voice_is_to_be_had(self, host: bool) -> None:
        self.stage.voices.available.discard(HOST if host else BRIEFER)
        self.in_trouble = True

    @step()
    async def the_host_is_lost(self) -> None:
        for room, inside in list(self.rooms.people.items()):
            for identity in [one for one in inside if is_host(one)]:
                self.rooms.leave(room, identity)

    @step(hangs=st.booleans())
    async def the_model(self, hangs: bool) -> None:
        ready = self.stage.summaries.ready
        (ready.clear if hangs else ready.set)()

    @step(agent=st.sampled_from(AGENTS))
    async def an_agent_is_asked_elsewhere(self, agent: str) -> None:
        self.stage.reservations.held.setdefault(agent, ELSEWHERE)
        self.company.may_end(Outcome.BUSY)

    @step()
    async def other_workers_go_on(self) -> None:
        await self.stage.replace_workers()

    def _fails(self) -> None:
        self.in_trouble = True
        self.company.may_end(Outcome.FAILED)

    def mend(self) -> None:
        """Let everything work again."""
        stage = self.stage
        self.in_trouble = False
        stage.rooms.away = stage.journal.away = False
        stage.seats.away = stage.reservations.away = False
        stage.rooms.failing.clear()
        stage.voices.available |= {HOST, BRIEFER}
        stage.summaries.ready.set()
        for agent in [a for a, by in stage.reservations.held.items() if by == ELSEWHERE]:
            del stage.reservations.held[agent]

    @step(decision=st.sampled_from(list(Decision)), argument=st.sampled_from(ARGUMENTS))
    async def ops_send_a_signal(self, decision: Decision, argument: object) -> None:
        """It counts like a decision where that is allowed, and else it changes nothing."""
        company = self.company
        if company.transfer is None:
            return
        before = await company.transfer_view()
        try:
            await company.transfer.handle.signal(decision, argument)
        except RPCError:
            assert (await company.transfer_view()).phase == "ended"
            return
        after = await company.transfer_view()
        phases = judge.between(before, after)
        views = [before.model_copy(update={"phase": phase}) for phase in phases]
        answers = set().union(*(judge.to_decision(decision, v, mine=True) for v in views))
        may = company.call.order.signals_decide and judge.YES in answers
        must = company.call.order.signals_decide and answers == {judge.YES}
        if len(before.attempts) != len(after.attempts):
            return  # somebody else is asked, and nothing stands but what concerns the caller
        kept = standing(before)
        if may:
            company.may_end(*judge.ENDS_BY.get(decision, ()))
        if decision is not Decision.BACK_TO_CALLER and (must or (may and standing(after) != kept)):
            kept = {decision: OPS} | kept
        assert standing(after) == kept

    @step()
    async def ops_terminate(self) -> None:
        """Nothing is promised of that transfer any more, but everything of its call."""
        company = self.company
        if running := company.call.running_transfer():
            self.stage.terminated.add(running.writer)
            self.stage.reservations.held.clear()
            with suppress(RPCError):  # it has just ended by itself
                await running.handle.terminate("by ops")
            company.transfer = company.watch = None

    @step(call=st.sampled_from((False, False, True)))
    async def ops_cancel(self, call: bool) -> None:
        company = self.company
        try:
            if call:
                await company.call.handle.cancel()
                company.may_be_over = True
                company.may_end(Outcome.CALLER_LEFT)
            elif company.transfer:
                company.may_end(Outcome.CANCELLED)
                await company.transfer.handle.cancel()
        except RPCError:
            assert (await company.call_view()).state
