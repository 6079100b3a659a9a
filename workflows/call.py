"""The life of one call: whose the caller is, at every moment."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.journal import Event
    from domain.names import transfer_workflow
    from domain.orders import CallOrder, TransferOrder, TransferReport, TransferRequest
    from domain.phases import CallState, Phase, Responsible
    from workflows import patches, steps
    from workflows.floor import ATTENTIVE, QUIET
    from workflows.recall import recall_the_lost
    from workflows.reception import Reception
    from workflows.transfer import TransferWorkflow
    from workflows.visibility import attributes

HOLD_AGAIN = timedelta(seconds=5)

Transfer = workflow.ChildWorkflowHandle[TransferWorkflow, TransferReport]


@workflow.defn
class CallWorkflow(Reception):
    """Holds a caller from their first moment to their last.

    Between transfers it watches the room itself; a running transfer watches for it, and reports
    who is responsible. A host looks after the caller's ears all along.
    """

    @workflow.init
    def __init__(self, order: CallOrder) -> None:
        super().__init__(order)
        self._transfer: Transfer | None = None
        self._starting: asyncio.Task[Transfer] | None = None
        self._left_open: str | None = None
        """The other room of a transfer that didn't close it."""

    @workflow.run
    async def run(self, order: CallOrder) -> None:
        """Open a room, keep the caller with somebody, and close when they are gone."""
        self._attending = [
            asyncio.create_task(self.diary.keep()),
            asyncio.create_task(self.hosting.keep()),
            asyncio.create_task(recall_the_lost(self.floor, self.offer_seat)),
        ]
        while self.request is not None or not self.is_over():
            try:
                if not self.is_open:
                    await self._open()
                elif self.request is None:
                    await self._serve()
                else:
                    await self._follow(self.request)
            except (ActivityError, asyncio.CancelledError):
                self.hung_up = True  # there is no room to be had, or ops have cancelled the call
        await steps.to_the_end(self._close())
        # Nobody is cancelled here: a command after the workflow's last one is refused (measured).

    async def _open(self) -> None:
        await steps.open_room(self.room)
        self.floor.add(self.room)
        self.floor.expect(self.order.caller, self.room, within=self.order.patience.enter)
        self.is_open = True
        self.note(Event.CALL_OPENED)

    async def _serve(self) -> None:
        """Watch the room until a transfer is asked for or the call is over."""
        self.floor.start()
        known = self.floor.version
        try:
            while self.request is None and not self.is_over():
                if self.floor.version > known or not self.floor.is_patient:
                    self._settle()
                with suppress(TimeoutError):
                    await workflow.wait_condition(
                        partial(self._stirs, self.floor.version),
                        timeout=self._until_next_moment(),
                        timeout_summary="somebody who may be gone",
                    )
        finally:
            self.floor.stop()

    async def _follow(self, request: TransferRequest) -> None:
        """Let a transfer have the floor, and go on from where it leaves the caller."""
        transfer = self._transfer = self._transfer or await self._started(request)
        told = False
        while not (transfer.done() or self._transfer_has_ended()):
            if self.hung_up and not told:
                told = True
                with suppress(FailureError):  # it has just ended by itself
                    await transfer.signal(TransferWorkflow.caller_left)
            await workflow.wait_condition(partial(self._transfer_stirs, transfer, told=told))
        await self._take_over()

    async def _close(self) -> None:
        self.state = CallState.ENDED
        self.agent = None
        self.note(Event.CALL_ENDED)
        for room in filter(None, (self.room, self._left_open)):
            with suppress(ActivityError):  # the media server is away, and the room with it
                await steps.close_room(room)
        self.hosting.rest()
        await workflow.wait_condition(
            lambda: self.diary.is_written and workflow.all_handlers_finished()
        )

    def _settle(self) -> None:
        """Say whose the caller is, by who can really be heard."""
        if self.floor.presence.find(self.order.caller, self.room):
            # Not before: whoever only asks for rooms would keep the hosts from those who come.
            self.hosting.go_to(self.room)
        self._settle_agents()
        talking = self.agent is not None and self.floor.live(self.agent, self.room)
        self.state = CallState.TALKING if talking else CallState.WAITING
        self.floor.pace = QUIET if talking else ATTENTIVE
        self.note_news()

    def _settle_agents(self) -> None:
        """See whether the agent is lost, and whether another one is back."""
        agent, coming = self.agent, self.way_back.coming
        if agent and self.floor.gone(agent):
            self.floor.withdraw(agent, self.room)
            self.agent, self.way_back.coming = coming, None
            self.way_back.ring(self.order.patience.offer)
        elif coming and self.floor.live(coming, self.room):
            self._put_out(agent)
            self.agent = coming
            self.way_back.end()
            self.note(Event.TAKEN_BACK, coming)
        elif coming and self.floor.gone(coming):
            self.floor.withdraw(coming, self.room)
            self.way_back.coming = None
            self.note(Event.TAKE_BACK_LAPSED, coming)

    def _put_out(self, agent: str | None) -> None:
        if agent is not None:
            self.floor.withdraw(agent, self.room)
            voiding = steps.revoke_seat(agent, self.room)
            self._attending.append(asyncio.create_task(voiding))

    def _stirs(self, seen: int) -> bool:
        return self.request is not None or self.is_over() or self.floor.version != seen

    def _until_next_moment(self) -> timedelta | None:
        moments = self.floor.moments_of_going()
        moments.append(self.way_back.rings_until)
        now = workflow.now()
        return min((moment - now for moment in moments if moment > now), default=None)

    async def _started(self, request: TransferRequest) -> Transfer:
        """Start a transfer, once: it is ours also where ops cancel the call in this moment."""
        if not workflow.patched(patches.NOTHING_IN_HASTE):
            return await self._start(request)
        self._starting = self._starting or asyncio.create_task(self._start(request))
        return await asyncio.shield(self._starting)

    async def _start(self, request: TransferRequest) -> Transfer:
        order = self.order
        return await workflow.start_child_workflow(
            TransferWorkflow.run,
            TransferOrder(
                **request.model_dump(),
                tenant=order.tenant,
                call_id=order.call_id,
                caller=order.caller,
                room_a=self.room,
                follows=order.follows,
                signals_decide=order.signals_decide,
            ),
            id=transfer_workflow(request.transfer_id),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            task_timeout=timedelta(seconds=3),
            search_attributes=attributes(order.call_id, order.tenant, Phase.PREPARING),
            static_summary="A warm transfer",
        )

    def _transfer_has_ended(self) -> bool:
        return self.report is not None and self.report.ended

    def _transfer_stirs(self, transfer: Transfer, *, told: bool) -> bool:
        over = transfer.done() or self._transfer_has_ended()
        return over or (self.hung_up and not told)

    async def _take_over(self) -> None:
        """Have the floor again; a transfer that ops have terminated left its rooms as they were."""
        report, self.report = self.report, None
        self.request = self._transfer = self._starting = None
        if report is not None:
            if self.agent is not None and self.agent != report.agent:
                # She holds tokens of this room, which stays the call's where the mirror is used.
                self.floor.withdraw(self.agent, self.room)
            if report.responsible is Responsible.AGENT_B and self.agent is not None:
                self.hops += 1
                self.way_back.allow(self.agent, self.order.patience.take_back)
            self.agent = report.agent
            # At once: while the room is tidied up, somebody may look.
            self.state = CallState.TALKING if self.agent else CallState.WAITING
            self.noted = report.call_status(())  # as the transfer has told the record
            self.hung_up = self.hung_up or report.caller_left
            if report.room != self.room:
                self.floor.drop(self.room)
                self.room = report.room
                self.floor.add(self.room)
            if report.on_hold or not report.ended:
                await self._tidy_up(report)
        self.floor.expect(self.order.caller, self.room)
        if self.agent is not None:
            self.floor.expect(self.agent, self.room)

    async def _tidy_up(self, report: TransferReport) -> None:
        self._left_open = report.other_room
        try:
            await self._close_what_is_left_open()
            await steps.hold(report.room, on=False)
            if self._left_open:  # before NOTHING_IN_HASTE: after the hold, if that could be told
                await steps.close_room(report.other_room)
                self._left_open = None
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            if workflow.patched(patches.HOLD_ENDS_AT_LAST):
                self._attending.append(asyncio.create_task(self._end_hold(report.room)))

    async def _end_hold(self, room: str) -> None:
        """Tell the host of a room until it has heard; a transfer that runs ends its own hold."""
        while self.room == room:
            await workflow.sleep(HOLD_AGAIN, summary="a host that plays on")
            await workflow.wait_condition(lambda: self.request is None)
            with suppress(ActivityError):
                await steps.hold(room, on=False)
                return await self._close_what_is_left_open()

    async def _close_what_is_left_open(self) -> None:
        if self._left_open and workflow.patched(patches.NOTHING_IN_HASTE):
            await steps.close_room(self._left_open)
            self._left_open = None
