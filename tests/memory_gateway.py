"""A gateway without Temporal: just enough of a call and a transfer to talk to the api."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from adapters.sealing import Sealer
from adapters.sql import SqlRecord
from api.errors import Conflict, Unavailable
from api.gateway import Gateway
from domain.journal import (
    Attempt,
    Batch,
    CallStatus,
    Decided,
    Entry,
    Event,
    PersonSeen,
    SeatNotice,
    TransferState,
)
from domain.names import call_workflow, new_id, room_name, transfer_workflow
from domain.orders import CallOrder, Choice, Redirect, TransferRequest
from domain.phases import CallState, Decision, Outcome, Phase, Responsible
from domain.ports import KeptSeat
from domain.seating import OPEN, STANDBY, Grant, SeatIssued

ENDS = {
    Decision.DECLINE: Outcome.DECLINED,
    Decision.CANCEL: Outcome.CANCELLED,
    Decision.COMPLETE: Outcome.COMPLETED,
}


@dataclass
class MemoryTransfer:
    """One transfer."""

    request: TransferRequest
    call: "MemoryCall"
    room: str = field(default_factory=lambda: room_name(uuid4()))
    phase: Phase = Phase.OFFERING
    outcome: Outcome | None = None
    decided: dict[Decision, str] = field(default_factory=dict)
    written: int = 0
    asked_before: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.agent_b = self.request.agent_b

    def state(self) -> TransferState:
        now = datetime.now(UTC)
        let_go = [
            Attempt(to=agent, began_at=now, ended_at=now, outcome=Outcome.CANCELLED)
            for agent in self.asked_before
        ]
        return TransferState(
            phase=self.phase,
            outcome=self.outcome,
            agent_b=self.agent_b,
            room_a=self.call.room,
            room_b=self.room,
            responsible=Responsible.AGENT_A,
            accepted=Decision.ACCEPT in self.decided,
            decided=tuple(Decided(decision=d, by=by) for d, by in self.decided.items()),
            attempts=(*let_go, Attempt(to=self.agent_b, began_at=now, outcome=self.outcome)),
        )


@dataclass
class MemoryCall:
    """One call."""

    order: CallOrder
    room: str = field(default_factory=lambda: room_name(uuid4()))
    agent: str | None = None
    state: CallState = CallState.WAITING
    transfer: MemoryTransfer | None = None
    written: int = 0

    def status(self) -> CallStatus:
        people = tuple(p for p in (self.order.caller, self.agent) if p)
        running = self.transfer if self.transfer and self.transfer.outcome is None else None
        return CallStatus(
            state=self.state,
            room=self.room,
            agent=self.agent,
            responsible_kind="agent" if self.agent else "host",
            responsible=self.agent,
            transfer_id=running.request.transfer_id if running else None,
            people=tuple(PersonSeen(id=p, room=self.room, speaks=True, hears=True) for p in people),
        )


class MemoryGateway(Gateway):
    """Decides like the workflows in the plain cases, and writes their journal."""

    def __init__(self, record: SqlRecord, sealer: Sealer) -> None:
        self.record = record
        self.sealer = sealer
        self.calls: dict[str, MemoryCall] = {}
        self.transfers: dict[str, MemoryTransfer] = {}
        self.wishes: set[str] = set()
        self.is_away = False
        self.lag = timedelta(0)
        """How much later than the answer the journal is written."""
        self.hints: list[str] = []
        self._writing: set[asyncio.Task[None]] = set()

    async def start_call(self, order: CallOrder) -> SeatIssued:
        await self.ping()
        if order.call_id not in self.calls:
            self.calls[order.call_id] = MemoryCall(order)
            await self._report(self.calls[order.call_id], Event.CALL_OPENED)
        call = self.calls[order.call_id]
        return await self._seat(call, call.room, order.caller)

    async def answer(self, call_id: str, agent: str) -> SeatIssued:
        call = await self._find(call_id)
        if call.agent not in (None, agent):
            raise Conflict("already_answered", "Somebody else has answered this call.")
        call.agent, call.state = agent, CallState.TALKING
        await self._report(call, Event.CALL_ANSWERED)
        return await self._seat(call, call.room, agent)

    async def take_back(self, call_id: str, agent: str) -> SeatIssued:
        call = await self._find(call_id)
        transfer = call.transfer
        if transfer is None or (transfer.outcome, agent) != (
            Outcome.COMPLETED,
            transfer.request.agent_a,
        ):
            raise Conflict("no_take_back", "You can't take this call back.")
        await self._report(call, Event.TAKE_BACK_ASKED)
        return await self._seat(call, call.room, agent)

    async def call_seat(self, call_id: str, person: str) -> SeatIssued:
        call = await self._find(call_id)
        return await self._seat(call, call.room, person)

    async def end_call(self, call_id: str, person: str) -> None:
        call = await self._find(call_id)
        if call.status().transfer_id and person == call.agent:
            raise Conflict("use_cancel_or_complete", "Cancel or complete the transfer first.")
        call.state = CallState.ENDED
        await self._report(call, Event.CALL_ENDED)

    async def start_transfer(self, call_id: str, request: TransferRequest) -> None:
        call = await self._find(call_id)
        running = call.status().transfer_id
        if running == request.transfer_id:
            return
        if running:
            raise Conflict("transfer_running", "Another transfer of this call is running.")
        call.transfer = self.transfers[request.transfer_id] = MemoryTransfer(request, call)
        await self._report_transfer(call.transfer, Event.OFFERED)
        await self._report(call, Event.PEOPLE_CHANGED)

    async def transfer_seat(self, transfer_id: str, person: str) -> SeatIssued:
        transfer = self.transfers[transfer_id]
        if transfer.phase is Phase.ENDED:
            raise Conflict("no_seat", "There is no seat for you now.", Phase.ENDED)
        may = STANDBY if person == transfer.call.order.caller else OPEN
        return await self._seat(transfer.call, transfer.room, person, transfer_id, may)

    async def decide(self, transfer_id: str, choice: Choice) -> None:
        await self.ping()
        transfer, decision = self.transfers[transfer_id], choice.decision
        if transfer.phase is Phase.ENDED:
            raise Conflict("transfer_ended")
        if decision is Decision.COMPLETE and Decision.ACCEPT not in transfer.decided:
            raise Conflict("not_accepted", "Agent B has not accepted yet.", transfer.phase)
        transfer.decided[decision] = choice.who.person
        if decision in ENDS:
            transfer.phase, transfer.outcome = Phase.ENDED, ENDS[decision]
        await self._report_transfer(transfer, Event.ENDED if decision in ENDS else Event.ACCEPTED)
        await self._report(transfer.call, Event.PEOPLE_CHANGED)

    async def redirect(self, transfer_id: str, wish: Redirect, wish_id: str | None = None) -> None:
        if wish_id in self.wishes:
            return
        self.wishes |= {wish_id} if wish_id else set()
        transfer = self.transfers[transfer_id]
        if transfer.phase is Phase.ENDED:
            raise Conflict("transfer_ended")
        if wish.to == transfer.agent_b:
            return
        transfer.asked_before.append(transfer.agent_b)
        transfer.agent_b = wish.to
        await self._report_transfer(transfer, Event.NEXT_ASKED)

    async def briefing_edited(self, transfer_id: str) -> None:
        await self._report_transfer(self.transfers[transfer_id], Event.BRIEFING_WRITTEN)

    async def speak(self, transfer_id: str) -> None: ...

    async def hush(self, transfer_id: str) -> None: ...

    async def arrived(self, transfer_id: str) -> None: ...

    async def look(self, call_id: str) -> None:
        self.hints.append(call_id)

    async def ping(self) -> None:
        if self.is_away:
            raise Unavailable

    async def offer_standby(self, transfer_id: str) -> None:
        """Ask the caller's page to take its seat in room B."""
        transfer = self.transfers[transfer_id]
        caller = transfer.call.order.caller
        notice = SeatNotice(person=caller, room=transfer.room, why="standby")
        await self._write_transfer(transfer, Event.SEAT_OFFERED, seat=notice)

    async def enter(self, transfer_id: str, phase: Phase) -> None:
        """Let a transfer be in a phase."""
        transfer = self.transfers[transfer_id]
        transfer.phase = phase
        await self._report_transfer(transfer, Event.PEOPLE_CHANGED)

    async def _find(self, call_id: str) -> MemoryCall:
        await self.ping()
        call = self.calls[call_id]
        if call.state is CallState.ENDED:
            raise Conflict("call_ended")
        return call

    async def _seat(
        self,
        call: MemoryCall,
        room: str,
        person: str,
        transfer_id: str | None = None,
        may: Grant = OPEN,
    ) -> SeatIssued:
        seat_id, expires_at = new_id("seat"), datetime.now(UTC) + timedelta(minutes=2)
        order, token = call.order, self.sealer.seal(f"token of {person}")
        await self.record.keep(
            KeptSeat(
                seat_id, order.tenant, order.call_id, transfer_id, room, person, may, token,
                expires_at,
            )
        )  # fmt: skip
        return SeatIssued(seat_id=seat_id, room=room, expires_at=expires_at)

    async def _report(self, call: MemoryCall, event: Event) -> None:
        call.written += 1
        entry = Entry(sequence=call.written, at=datetime.now(UTC), event=event, call=call.status())
        order = call.order
        await self._append(
            Batch(
                writer=call_workflow(order.call_id),
                tenant=order.tenant,
                call_id=order.call_id,
                entries=(entry,),
            )
        )

    async def _report_transfer(self, transfer: MemoryTransfer, event: Event) -> None:
        await self._write_transfer(transfer, event, state=transfer.state())

    async def _write_transfer(
        self,
        transfer: MemoryTransfer,
        event: Event,
        *,
        state: TransferState | None = None,
        seat: SeatNotice | None = None,
    ) -> None:
        transfer.written += 1
        now, order = datetime.now(UTC), transfer.call.order
        entry = Entry(sequence=transfer.written, at=now, event=event, transfer=state, seat=seat)
        await self._append(
            Batch(
                writer=transfer_workflow(transfer.request.transfer_id),
                tenant=order.tenant,
                call_id=order.call_id,
                transfer_id=transfer.request.transfer_id,
                entries=(entry,),
            )
        )

    async def _append(self, batch: Batch) -> None:
        if not self.lag:
            await self.record.append(batch)
            return
        task = asyncio.create_task(self._append_later(batch))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _append_later(self, batch: Batch) -> None:
        await asyncio.sleep(self.lag.total_seconds())
        await self.record.append(batch)
