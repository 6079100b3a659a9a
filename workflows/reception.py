"""The reception of a call: where people come in, and what is told about it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.journal import CallStatus, Event, SeatNotice
    from domain.names import room_name
    from domain.orders import CallOrder, TransferReport, TransferRequest, Who
    from domain.phases import CallState
    from domain.seating import FENCED, OPEN, STANDBY, Grant, SeatIssued
    from workflows import steps
    from workflows.decisions import Refusal
    from workflows.diary import Diary
    from workflows.floor import Floor
    from workflows.hosting import Hosting
    from workflows.take_back import TakeBack


MOST_HOPS = 10
"""A caller who is passed on more often goes round in a circle."""
_KINDS = {
    CallState.WAITING: "host",
    CallState.TALKING: "agent",
    CallState.ENDED: "nobody",
}


class Reception:
    """Everything a call knows, and the handlers that let people in. `CallWorkflow` acts."""

    def __init__(self, order: CallOrder) -> None:
        self.order = order
        self.room = room_name(workflow.uuid4())
        self.floor = Floor(order.patience.gone)
        self.diary = Diary(order.tenant, order.call_id)
        self.hosting = Hosting(order.caller)
        self.state = CallState.WAITING
        self.agent: str | None = None
        self.way_back = TakeBack()
        self.request: TransferRequest | None = None
        self.transfers: set[str] = set()
        self.hops = 0
        """How often the caller has been passed on."""
        self.report: TransferReport | None = None
        self.noted: CallStatus | None = None
        self.is_open = False
        self.hung_up = False

    def is_over(self) -> bool:
        if self.request is not None:  # the transfer has the floor, and says who is gone
            return self.hung_up
        return self.hung_up or self.floor.gone(self.order.caller)

    def status(self) -> CallStatus:
        if self.report is not None:
            return self.report.call_status(())  # who is there, the transfer knows
        kind = _KINDS[self.state]
        return CallStatus(
            state=self.state,
            room=self.room,
            agent=self.agent,
            responsible_kind=kind,
            responsible=self.agent if kind == "agent" else None,
            transfer_id=self.request.transfer_id if self.request else None,
            rings=self.way_back.rings if self.agent is None else None,
            people=self.floor.people(),
        )

    def note(self, event: Event, actor: str | None = None) -> None:
        self.noted = self.status()
        self.diary.note(event, actor=actor, call=self.noted)

    def note_news(self) -> None:
        status, noted = self.status(), self.noted
        if status == noted:
            return
        if noted is None or status.state == noted.state:
            self.note(Event.PEOPLE_CHANGED)
        elif status.state is CallState.TALKING:
            self.note(Event.CALL_TALKING, status.agent)
        else:
            self.note(Event.CALL_WAITING)

    def offer_seat(self, person: str, room: str, why: str) -> None:
        """Tell somebody's client to come and ask for a seat."""
        notice = SeatNotice(person=person, room=room, why=why)
        self.diary.note(Event.SEAT_OFFERED, actor=person, seat=notice)

    @workflow.query
    def view(self) -> CallStatus:
        """Show whose the caller is; nothing private is in it."""
        return self.status()

    @workflow.update
    async def enter(self) -> SeatIssued:
        """Let the caller in: the answer comes when the room is open."""
        await workflow.wait_condition(lambda: self.is_open or self.is_over())
        if self.is_over():
            raise Refusal("call_ended", "The call has ended.")
        return await self._issue_seat(self.order.caller, OPEN)

    @workflow.update
    async def answer(self, who: Who) -> SeatIssued:
        """An agent takes the call; the first one has it."""
        self._may_answer(who)
        self._take(who.person)
        return await self._issue_seat(who.person, OPEN)

    def _may_answer(self, who: Who) -> None:
        if self.is_over():
            raise Refusal("call_ended", "The call has ended.")
        if self.agent not in (None, who.person):
            raise Refusal("already_answered", "Somebody else has answered this call.")
        if self.request is not None:
            raise Refusal("transfer_running", "This call is being transferred.")

    @workflow.update
    async def take_back(self, who: Who) -> SeatIssued:
        """Agent A, who has just handed the caller over, wants them back.

        Agent B has the caller until she can be heard.
        """
        self._may_take_back(who)
        self._take(who.person)
        if who.person not in (self.agent, self.way_back.coming):
            self.way_back.coming = who.person
            self.floor.expect(who.person, self.room, within=self.order.patience.arrive)
            self.note(Event.TAKE_BACK_ASKED, who.person)
        return await self._issue_seat(who.person, OPEN)

    def _may_take_back(self, who: Who) -> None:
        if self.is_over():
            raise Refusal("call_ended", "The call has ended.")
        if self.request is not None:
            raise Refusal("transfer_running", "This call is being transferred.")
        if who.person != self.agent and not self.way_back.allows(who.person):
            raise Refusal("no_take_back", "You can't take this call back, or not any more.")

    @workflow.update
    async def seat(self, who: Who) -> SeatIssued:
        """Say where somebody belongs now, and issue a seat there."""
        self._may_have_seat(who)
        return await self._issue_seat(who.person, self._grant(who.person) or FENCED)

    def _may_have_seat(self, who: Who) -> None:
        if self.is_over():
            raise Refusal("call_ended", "The call has ended.")
        if not self.is_open or self._grant(who.person) is None:
            raise Refusal("no_seat", "There is no seat for you in this call now.")

    @workflow.update
    def end(self, who: Who) -> None:
        """Hang up, as the caller or as the agent who has them."""
        self._may_end(who)
        self.hung_up = True

    def _may_end(self, who: Who) -> None:
        taken_over_by = self.report.agent if self.report else None
        if who.person not in (self.order.caller, self.agent, taken_over_by):
            raise Refusal("not_yours", "This is not your call.")
        if self.request is not None and who.person != self.order.caller:
            raise Refusal("use_cancel_or_complete", "Cancel or complete the transfer first.")

    @workflow.update
    def transfer(self, request: TransferRequest) -> None:
        """Agent A asks agent B to take over."""
        self._may_transfer(request)
        if request.transfer_id not in self.transfers:
            self.transfers.add(request.transfer_id)
            self.request = request

    def _may_transfer(self, request: TransferRequest) -> None:
        if request.transfer_id in self.transfers:
            return
        if self.is_over():
            raise Refusal("call_ended", "The call has ended.")
        if request.agent_a != self.agent:
            raise Refusal("not_yours", "Only the agent who has the caller can transfer them.")
        if request.agent_a == request.agent_b:
            raise Refusal("transfer_to_oneself", "You have this call already.")
        if self.request is not None:
            raise Refusal("transfer_running", "Another transfer of this call is running.")
        if self.way_back.coming is not None:
            raise Refusal("being_taken_back", "Your colleague is taking this call back.")
        if self.hops >= MOST_HOPS:
            raise Refusal("too_many_hops", "This call has been passed on too often.")

    @workflow.signal
    def look(self) -> None:
        """Something may have changed in the room: a hint, never a fact."""
        self.floor.look_again()

    @workflow.signal
    def reported(self, report: TransferReport) -> None:
        """A running transfer says how things are."""
        if self.request is not None and report.transfer_id == self.request.transfer_id:
            self.report = report
            self.hosting.go_to(report.room)  # the caller may be moved to somebody who is dead

    def _take(self, agent: str) -> None:
        if self.agent is None:
            self.agent = agent
            self.way_back.end()
            self.floor.expect(agent, self.room, within=self.order.patience.arrive)
            self.note(Event.CALL_ANSWERED, agent)

    def _grant(self, person: str) -> Grant | None:
        report = self.report
        if report is not None and person == report.guest:
            return STANDBY
        if person == self.order.caller:
            return OPEN
        if person == (report.agent if report else self.agent) or person == self.agent:
            return FENCED if report and report.on_hold else OPEN
        return OPEN if person == self.way_back.coming else None

    async def _issue_seat(self, person: str, may: Grant) -> SeatIssued:
        return await steps.issue_seat(
            tenant=self.order.tenant,
            call_id=self.order.call_id,
            transfer_id=None,
            room=self.report.room if self.report else self.room,
            person=person,
            may=may,
            deaf_at_the_door=person != self.order.caller,
        )
