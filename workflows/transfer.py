"""The life of one warm transfer."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event
    from domain.orders import Redirect, TransferOrder, TransferReport, Who
    from domain.phases import Cause, Decision, Outcome, Phase
    from domain.seating import FENCED, OPEN, STANDBY, SeatIssued
    from workflows import patches, steps
    from workflows.briefer import Briefer
    from workflows.causes import cause_of
    from workflows.consultation import Consultation
    from workflows.course import ROOMS_FOLLOW, Course, Stopped
    from workflows.decisions import BEFORE_THE_FLIP, BEING_ASKED, Refusal
    from workflows.giving_back import GivingBack
    from workflows.handover import Handover
    from workflows.last_look import ROOMS_ARE_BACK, agent_b_in_time
    from workflows.recall import recall_the_deaf, recall_the_lost


@workflow.defn
class TransferWorkflow(Course):
    """Carries one caller from agent A to agent B, or gives them back to agent A.

    Handlers only record; `run` alone acts. Whatever stops the story on its way is `Stopped` with
    an outcome, and from wherever it happens the caller is given back.
    """

    @workflow.init
    def __init__(self, order: TransferOrder) -> None:
        super().__init__(order)
        self._briefer = Briefer(order, self._note_briefing)
        self._consultation = Consultation(self)
        self._handover = Handover(self)
        self._giving_back = GivingBack(self, self._consultation)
        self._briefing: asyncio.Task[None] | None = None
        self._afterwards: list[asyncio.Task[None]] = []
        self._letting_go: dict[str, list[asyncio.Task[None]]] = {}

    @workflow.run
    async def run(self, order: TransferOrder) -> TransferReport:
        """Find an agent B who takes the caller over, then move the caller."""
        self._attend()
        try:
            await self._find_agent_b()
            await self._move()
            outcome = Outcome.AGENT_B_LEFT if self.a_keeps_the_caller else Outcome.COMPLETED
        except (Stopped, ActivityError, asyncio.CancelledError) as stop:
            outcome = self._why(stop)
        return await steps.to_the_end(self._end(outcome))

    def _attend(self) -> None:
        """Watch the rooms, write the diary, keep hosts and the call informed, all along."""
        for room in (self.room_a, self.room_b):
            self.floor.add(room)
        self.floor.expect(self.order.caller, self.room_a)
        self.floor.expect(self.order.agent_a, self.room_a)
        self.floor.start()
        self._attending = [
            asyncio.create_task(self.diary.keep()),
            asyncio.create_task(self.tell_of_people()),
            asyncio.create_task(self.hold.keep()),
            asyncio.create_task(self.keep_call_informed()),
            asyncio.create_task(recall_the_deaf(self)),
            asyncio.create_task(recall_the_lost(self.floor, self.offer_seat)),
        ]

    async def _find_agent_b(self) -> None:
        """Ask, brief them, and let the agents talk; whoever doesn't take it is followed by another.

        Returns once one target has taken the caller and the agents agree.
        """
        while True:
            try:
                await self._prepare()
                await self._ring()
                return await self._consult()
            except Stopped as stop:
                if not self.asks_another_after(stop.outcome):
                    raise
                self._turn_to_next(stop.outcome)

    async def _prepare(self) -> None:
        """Reserve agent B, have agent A with the caller, and room B open."""
        event = Event.NEXT_ASKED if self.targets.attempts else Event.REQUESTED
        self.enter(Phase.PREPARING, event)
        self.targets.begin_attempt()
        await self._consultation.end()
        await self._let_go_of_before(self.agent_b)
        if not await steps.reserve(self.order, self.agent_b):
            raise Stopped(Outcome.BUSY)
        by = workflow.now() + ROOMS_ARE_BACK
        if not await self.until(lambda: self.floor.is_open(self.room_b), by=by, of="room B"):
            raise Stopped(Outcome.FAILED, Cause.ROOM_MISSING)

    async def _ring(self) -> None:
        """Ask agent B, who is briefed as soon as they are there; the caller takes a deaf seat."""
        order = self.order
        self.floor.place(self.agent_b, self.room_b, OPEN)
        self.floor.place(self.traveller, self.meeting_room, STANDBY)
        self.enter(Phase.OFFERING, Event.OFFERED)
        if self._briefing is None:
            self._briefing = asyncio.create_task(self._briefer.keep(self.room_b))
        if order.follows and not self.floor.has(order.caller, self.room_b):
            self.offer_seat(order.caller, self.room_b, "standby")
        by = workflow.now() + order.patience.offer
        if not await agent_b_in_time(self, self._b_has_answered, by=by, of="agent B's answer"):
            raise Stopped(Outcome.NO_ANSWER)
        by = max(by, workflow.now() + order.patience.gone)
        if not await agent_b_in_time(self, lambda: self.b_is_live, by=by, of="agent B's arrival"):
            raise Stopped(Outcome.AGENT_B_LEFT)

    async def _consult(self) -> None:
        """Brief agent B, and let the agents talk until they agree."""
        self.note(Event.AGENT_B_ARRIVED, self.agent_b)
        self.enter(Phase.BRIEFING, Event.BRIEFING_STARTED)
        self._briefer.listener_is_here()
        if not self.order.follows:
            self.offer_seat(self.agent_b, self.room_a, "mirror")
        await self._consultation.until_agreed()

    def _turn_to_next(self, outcome: Outcome) -> None:
        """Let go of whoever was asked, and ask the next one."""
        self.targets.end_attempt(outcome)
        before = self.targets.turn_to_next()
        for room in (self.room_a, self.room_b):
            self.floor.withdraw(before, room)
        missed = outcome is Outcome.NO_ANSWER
        release = steps.release(self.order, before, missed=missed)
        both = (release, steps.revoke_seat(before, self.room_b))
        self._letting_go[before] = [self._beside(telling) for telling in both]
        self.decisions.ask(self.agent_b)
        self._briefer.turn_to(self.agent_b)
        self.briefing_spoken = False

    async def _let_go_of_before(self, agent: str) -> None:
        """Whoever is asked once more is first let go of: late, it would undo what comes now."""
        tasks = self._letting_go.pop(agent, [])
        if tasks and workflow.patched(patches.NOTHING_IN_HASTE):
            by = workflow.now() + ROOMS_FOLLOW
            await self.until(lambda: all(task.done() for task in tasks), by=by, of="the record")

    async def _move(self) -> None:
        """Silence the briefer, and bring the caller and agent B together."""
        self.enter(Phase.MOVING, Event.MOVING)
        await self._briefer.leave(self.room_b)
        await self._handover.move()
        await self._handover.introduce()

    def _why(self, stop: BaseException) -> Outcome:
        if self.move is not None:
            return Outcome.COMPLETED
        if isinstance(stop, Stopped):
            self.cause = stop.cause
            return stop.outcome
        if is_cancelled_exception(stop):
            return Outcome.CANCELLED
        self.cause = cause_of(stop)
        return Outcome.FAILED

    async def _end(self, outcome: Outcome) -> TransferReport:
        """Let agent A go, or give the caller back to her; then leave nothing behind."""
        if self.a_keeps_the_caller:
            self._beside(steps.revoke_seat(self.agent_b, self.meeting_room))
            self.floor.withdraw(self.agent_b, self.meeting_room)
        elif self.move is not None:
            # Not after it, for she may be back at once.
            self._beside(steps.revoke_seat(self.order.agent_a, self.meeting_room))
            await self._handover.put_a_out()
        else:
            await self._giving_back.give_back(outcome)
        await self._clear_up(outcome)
        return await self._sign_off()

    async def _clear_up(self, outcome: Outcome) -> None:
        """Close the room that is not needed any more, and say how it ended."""
        with suppress(ActivityError):  # the media server is away: the sweeper finds the room
            if workflow.patched(patches.NOTHING_IN_HASTE):
                self._briefer.stop()  # where it isn't gone yet, it goes with the room
            elif self.move is None or not self.order.follows:
                await self._briefer.leave(self.room_b)
            await self.floor.close(self.old_room)
        self.targets.end_attempt(outcome)
        self.outcome = outcome
        self.enter(Phase.ENDED, Event.ENDED)

    async def _sign_off(self) -> TransferReport:
        """Hand the rooms to the call's workflow, and leave once the record has everything."""
        self.floor.stop()
        self.is_over = True
        await workflow.wait_condition(lambda: self.last_report == self.report())
        await self._tell_the_record()
        await workflow.wait_condition(
            lambda: self.diary.is_written and workflow.all_handlers_finished()
        )
        # Nobody is cancelled here: a command after the workflow's last one is refused (measured).
        return self.report()

    async def _tell_the_record(self) -> None:
        """Let agent B be asked again, and see the seats of an agent A who was put out void."""
        missed = self.outcome is Outcome.NO_ANSWER
        with suppress(ActivityError):  # refused for good: a reservation expires by itself
            await steps.release(self.order, self.agent_b, missed=missed)
        for task in self._afterwards:
            with suppress(ActivityError):
                await task

    def _beside(self, telling: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Tell the record beside everything else, for the database may be away."""
        self._afterwards.append(asyncio.create_task(telling))
        return self._afterwards[-1]

    def _b_has_answered(self) -> bool:
        return self.decisions.has(Decision.ACCEPT) or self.b_is_live

    def _note_briefing(self, event: Event) -> None:
        self.briefing_spoken = self._briefer.was_spoken
        self.note(event)

    @workflow.update
    async def seat(self, who: Who) -> SeatIssued:
        """Issue a seat in room B; agent A's and the caller's are deaf and mute until opened."""
        self._may_have_seat(who)
        person = who.person
        if person == self.order.agent_a and self.phase in BEING_ASKED:
            self._consultation.a_wants_in = True
            if self.floor.grant(person, self.room_b) is None:
                self.floor.place(person, self.room_b, FENCED)
        self.floor.look_again()  # closely, for they are on their way
        return await steps.issue_seat(
            tenant=self.order.tenant,
            call_id=self.order.call_id,
            transfer_id=self.order.transfer_id,
            room=self.room_b,
            person=person,
            may=self.floor.grant(person, self.room_b) or FENCED,
            deaf_at_the_door=True,
        )

    def _may_have_seat(self, who: Who) -> None:
        order, phase = self.order, self.phase
        if who.person not in (order.caller, order.agent_a, self.agent_b):
            raise Refusal("not_yours", "You have no seat in this transfer.", phase)
        has_place = self.floor.grant(who.person, self.room_b) is not None
        may_come = who.person == order.agent_a and phase in BEING_ASKED
        if phase in (Phase.PREPARING, Phase.RETURNING, Phase.ENDED) or not (has_place or may_come):
            raise Refusal("no_seat", f"There is no seat for you while it is {phase}.", phase)

    @workflow.update
    def redirect(self, wish: Redirect) -> None:
        """Agent A wants somebody else to be asked, instead of whoever is asked now."""
        self._may_redirect(wish)
        if self.targets.redirect(wish.to):
            self.note(Event.REDIRECT_ASKED, wish.who.person)

    def _may_redirect(self, wish: Redirect) -> None:
        if wish.who.person != self.order.agent_a and not wish.who.supervisor:
            raise Refusal("not_yours_to_decide", "That is not yours to decide.", self.phase)
        if wish.to == self.order.agent_a:
            raise Refusal("transfer_to_oneself", "Agent A has this call already.", self.phase)
        if self.phase not in BEFORE_THE_FLIP or self.decisions.has(Decision.CANCEL):
            raise Refusal("too_late", "It is too late to ask somebody else.", self.phase)

    @workflow.signal
    def caller_left(self) -> None:
        """The caller hung up."""
        self.caller_has_left = True

    @workflow.signal
    def arrived(self) -> None:
        """The caller's client says that it hears agent B."""
        self.note(Event.ARRIVED, self.order.caller)

    @workflow.signal
    def briefing_changed(self) -> None:
        """An agent has changed the words of the briefing."""
        if not self._briefer.was_spoken:
            self._briefer.speak_again()
        self.note(Event.BRIEFING_WRITTEN)

    @workflow.signal
    def speak(self) -> None:
        """Say the briefing again."""
        self._briefer.speak_again()

    @workflow.signal
    def hush(self) -> None:
        """Stop saying the briefing."""
        self._briefer.hush()
