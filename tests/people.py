"""Who plays on the stage: persons with clients, their calls and their transfers."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowHandle

from api.errors import ApiError
from domain.journal import Batch, CallStatus, Entry, Event, TransferState
from domain.names import call_workflow, new_id, transfer_workflow
from domain.orders import CallOrder, Choice, Patience, TransferRequest, Who
from domain.phases import Decision, Outcome, Phase
from domain.seating import OPEN, SeatIssued
from workflows.call import CallWorkflow
from workflows.transfer import TransferWorkflow

if TYPE_CHECKING:
    from tests.stage import Stage


class Person:
    """Somebody with a client that follows our protocol, until told not to."""

    def __init__(self, stage: "Stage", person_id: str) -> None:
        self.id = person_id
        self.follows = True
        self.publishes = True
        self.tokens: dict[str, str] = {}
        """By room: the newest token this person was given."""
        self._stage = stage

    def sit(self, seat: SeatIssued) -> None:
        """Join a room on a seat."""
        self.tokens[seat.room] = self._stage.seats.kept[seat.seat_id].sealed_token
        self.join(seat.room)

    def join(self, room: str) -> bool:
        """Join on a token already used; False: the room is gone."""
        admitted = self._stage.rooms.admit(self.tokens[room])
        if admitted:
            self._stage.rooms.people[room][self.id].publishes = self.publishes
        return admitted

    def vanish(self) -> None:
        """Lose every connection."""
        for room in list(self._stage.rooms.people):
            self._stage.rooms.leave(room, self.id)

    def is_in(self, room: str) -> bool:
        return self.id in self._stage.rooms.people.get(room, {})

    def talks(self, room: str) -> bool:
        return self._stage.rooms.talks(self.id, room)

    def hears(self, room: str) -> bool:
        seen = self._stage.rooms.now().find(self.id, room)
        return seen is not None and seen.grant.hear

    async def obey(self, batch: Batch, entry: Entry) -> None:
        """Ask for the seat that is offered, and take it."""
        assert entry.seat
        gateway = self._stage.gateway
        is_room_b = entry.transfer is not None and entry.seat.room == entry.transfer.room_b
        with suppress(ApiError):  # too late: the transfer has gone on meanwhile
            if is_room_b and batch.transfer_id:
                self.sit(await gateway.transfer_seat(batch.transfer_id, self.id))
            else:
                self.sit(await gateway.call_seat(batch.call_id, self.id))

    def leave_old_room(self) -> None:
        """Leave where one came from, as soon as somebody can be heard in the new room."""
        rooms = self._stage.rooms
        open_in = [
            r for r in rooms.people if self.is_in(r) and rooms.people[r][self.id].grant == OPEN
        ]
        if self.follows and len(open_in) > 1:
            company = [
                p for p in rooms.people[open_in[-1]].values() if p.identity.startswith("agt")
            ]
            if any(person.microphone for person in company):
                rooms.leave(open_in[0], self.id)


class StagedCall:
    """A call of the stage."""

    def __init__(self, stage: "Stage", order: CallOrder, caller: Person) -> None:
        self._stage = stage
        self.order = order
        self.id = order.call_id
        self.caller = caller
        self.writer = call_workflow(order.call_id)
        self.transfers: list[StagedTransfer] = []

    @property
    def handle(self) -> WorkflowHandle[CallWorkflow, None]:
        return self._stage.client.get_workflow_handle_for(CallWorkflow.run, self.writer)

    @property
    def now(self) -> CallStatus:
        """The newest state that the record has, from the call or from a transfer of it."""
        writers = [self.writer, *(transfer.writer for transfer in self.transfers)]
        told = [e for w in writers for e in self._stage.journal.of(w) if e.call]
        newest = max(told, key=lambda entry: (entry.at, entry.sequence)).call
        assert newest
        return newest

    @property
    def events(self) -> list[Event]:
        return self._stage.journal.events(self.writer)

    @property
    def room(self) -> str:
        return self.now.room

    def running_transfer(self) -> "StagedTransfer | None":
        """The transfer that has the floor, as far as the record knows."""
        newest = self.transfers[-1] if self.transfers else None
        if newest is None or newest.writer in self._stage.terminated:
            return None
        ended = newest.entries and newest.now.phase is Phase.ENDED
        return None if ended else newest

    async def answer(self, agent: Person) -> None:
        agent.sit(await self._stage.gateway.answer(self.id, agent.id))

    async def loses(self, person: Person) -> None:
        """Let somebody's connections break, and see that it is on record."""
        person.vanish()
        await self._stage.until(
            lambda: all(one.id != person.id for one in self.now.people), f"{person.id} is missed"
        )

    async def is_with(self, agent: str) -> None:
        """See the caller and this agent talk, by the record and in truth."""

        def talking() -> bool:
            in_truth = self._stage.rooms.talks(agent, self.room) and self.caller.talks(self.room)
            return in_truth and self.now.responsible == agent

        await self._stage.until(talking, f"the caller talks with {agent}")

    async def waits(self) -> None:
        """See the caller alone with hold audio."""

        def waiting() -> bool:
            return self.now.responsible_kind == "host" and self.hears_hold()

        await self._stage.until(waiting, "the caller waits with hold audio")

    def hears_hold(self) -> bool:
        return self._stage.rooms.now().host_plays(self.room) and self.caller.talks(self.room)

    async def ends(self) -> None:
        """See the call end, and nothing left of it."""
        async with asyncio.timeout(15):
            await self.handle.result()
        await self._stage.until(lambda: not self._stage.rooms.people, "every room is closed")

    async def transfer(
        self,
        to: str = "agt_b",
        by: str = "agt_a",
        *,
        again: "StagedTransfer | None" = None,
        patience: dict[str, float] | None = None,
        **request: Any,
    ) -> "StagedTransfer":
        """Ask for a transfer; `patience` in seconds, where it differs from the call's."""
        longer = {name: timedelta(seconds=s) for name, s in (patience or {}).items()}
        asked = TransferRequest(
            transfer_id=again.id if again else new_id("tr"),
            agent_a=by,
            agent_b=to,
            patience=Patience(**(self.order.patience.model_dump() | longer)),
            **request,
        )
        await self._stage.gateway.start_transfer(self.id, asked)
        transfer = again or StagedTransfer(self._stage, self, asked)
        if not again:
            self.transfers.append(transfer)
            self._stage.workflows.append(transfer.writer)
        return transfer


class StagedTransfer:
    """A transfer of the stage, with agents A and B at hand."""

    def __init__(self, stage: "Stage", call: StagedCall, request: TransferRequest) -> None:
        self._stage = stage
        self.call = call
        self.id = request.transfer_id
        self.a = stage.person(request.agent_a)
        self.b = stage.person(request.agent_b)
        self.writer = transfer_workflow(self.id)

    @property
    def handle(self) -> WorkflowHandle[TransferWorkflow, Any]:
        return self._stage.client.get_workflow_handle_for(TransferWorkflow.run, self.writer)

    @property
    def entries(self) -> list[Entry]:
        return self._stage.journal.of(self.writer)

    @property
    def events(self) -> list[Event]:
        return self._stage.journal.events(self.writer)

    @property
    def now(self) -> TransferState:
        """The newest state that the record has."""
        return [entry.transfer for entry in self.entries if entry.transfer][-1]

    @property
    def room_a(self) -> str:
        return self.now.room_a

    @property
    def room_b(self) -> str:
        return str(self.now.room_b)

    async def reach(self, phase: Phase) -> None:
        await self._stage.until(
            lambda: bool(self.entries) and self.now.phase is phase, f"the transfer is {phase}"
        )

    async def tells(self, event: Event, times: int = 1) -> None:
        await self._stage.until(lambda: self.events.count(event) >= times, f"it tells {event}")

    async def come(self, person: Person) -> None:
        """Take a seat in room B."""
        person.sit(await self._stage.gateway.transfer_seat(self.id, person.id))

    async def until_offering(self) -> None:
        """Let agent B be rung, and the caller take the standby seat."""
        await self.reach(Phase.OFFERING)
        if self.call.caller.follows and self.call.order.follows:
            await self._stage.until(lambda: self.call.caller.is_in(self.room_b), "a standby seat")

    async def until_briefing(self) -> None:
        """Bring agent B there."""
        await self.until_offering()
        await self.come(self.b)
        await self.reach(Phase.BRIEFING)

    async def until_consulting(self) -> None:
        """Let agent A talk with agent B."""
        await self.until_briefing()
        await self.come(self.a)
        await self.reach(Phase.CONSULTING)

    async def up_to(self, phase: Phase) -> None:
        """Play until the transfer is in a phase before the move."""
        steps = {
            Phase.OFFERING: self.until_offering,
            Phase.BRIEFING: self.until_briefing,
            Phase.CONSULTING: self.until_consulting,
        }
        await steps[phase]()

    async def decide(self, decision: Decision, by: Person | None = None, **who: bool) -> None:
        b_decides = decision in (Decision.ACCEPT, Decision.DECLINE)
        person = by or (self.b if b_decides else self.a)
        choice = Choice(decision=decision, who=Who(person=person.id, **who))
        await self._stage.gateway.decide(self.id, choice)

    async def accept(self) -> None:
        await self.decide(Decision.ACCEPT)

    async def complete(self, *, introduce: bool = False) -> None:
        await self.decide(Decision.COMPLETE, introduce=introduce)

    async def cancel(self) -> None:
        await self.decide(Decision.CANCEL)

    async def terminate(self) -> None:
        """End it as ops may in the UI; a reservation is left to expire, so it is over at once."""
        await self.handle.terminate("by ops")
        self._stage.terminated.add(self.writer)
        self._stage.reservations.held.clear()

    async def goes_through(self) -> None:
        """Let both say yes, and see the caller handed over."""
        await self.accept()
        await self.complete()
        await self.ends(Outcome.COMPLETED)

    async def ends(self, outcome: Outcome) -> None:
        """See the transfer end like this."""
        await self.reach(Phase.ENDED)
        assert self.now.outcome is outcome, self._stage.story()
        async with asyncio.timeout(15):
            await self.handle.result()
