"""A call and its transfer, told to a record as the api and the workflows tell it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.sql import SqlRecord
from domain.journal import (
    Attempt,
    Batch,
    CallStatus,
    Decided,
    Entry,
    Event,
    Move,
    PersonSeen,
    SeatNotice,
    TransferState,
)
from domain.names import call_workflow, new_id, transfer_workflow
from domain.phases import CallState, Decision, Outcome, Phase, Responsible, Role, TurnKind, Way
from domain.record import NewCall, NewTransfer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """Ann serves Carol and asks Bob to take over."""

    tenant: str
    ann: str
    bob: str
    carol: str
    call_id: str
    transfer_id: str

    def call(self, *entries: Entry) -> Batch:
        """Make a batch of the call's workflow."""
        return Batch(
            writer=call_workflow(self.call_id),
            tenant=self.tenant,
            call_id=self.call_id,
            entries=entries,
        )

    def transfer(self, *entries: Entry) -> Batch:
        """Make a batch of the transfer's workflow."""
        return Batch(
            writer=transfer_workflow(self.transfer_id),
            tenant=self.tenant,
            call_id=self.call_id,
            transfer_id=self.transfer_id,
            entries=entries,
        )

    def status(self, state: CallState = CallState.TALKING, **changes: object) -> CallStatus:
        """Describe the call: Ann and Carol talk in room A."""
        usual = CallStatus(
            state=state,
            room="room-a",
            agent=self.ann,
            responsible_kind="agent",
            responsible=self.ann,
            people=tuple(
                PersonSeen(id=person, room="room-a", speaks=True, hears=True)
                for person in (self.ann, self.carol)
            ),
        )
        return usual.model_copy(update=changes)

    def state(self, phase: Phase, **changes: object) -> TransferState:
        """Describe the transfer to Bob."""
        usual = TransferState(
            phase=phase,
            agent_b=self.bob,
            room_a="room-a",
            room_b="room-b",
            responsible=Responsible.AGENT_A,
            attempts=(Attempt(to=self.bob, began_at=NOON),),
        )
        return usual.model_copy(update=changes)


def entry(sequence: int, event: Event, **said: object) -> Entry:
    """Make an entry; each is a second after the one before."""
    at = NOON + timedelta(seconds=sequence)
    return Entry.model_validate({"sequence": sequence, "at": at, "event": event, **said})


async def begin(record: SqlRecord, tenant: str = "one", call_id: str | None = None) -> Sample:
    """Let Ann and Bob sign in, Carol call, and Ann ask Bob; no workflow has reported yet."""
    ann = await record.sign_in(tenant, Role.AGENT, "Ann")
    bob = await record.sign_in(tenant, Role.AGENT, "Bob")
    sample = Sample(
        tenant=tenant,
        ann=ann.id,
        bob=bob.id,
        carol=new_id("caller"),
        call_id=call_id or new_id("call"),
        transfer_id=new_id("tr"),
    )
    await record.add_call(
        NewCall(sample.call_id, tenant, sample.carol, "Carol", "a lost parcel", None, True)
    )
    await record.add_transfer(
        NewTransfer(
            sample.transfer_id, tenant, sample.call_id, ann.id, bob.id, "she is upset", "case 7"
        )
    )
    return sample


async def tell_all(record: SqlRecord, sample: Sample) -> None:
    """Report a whole transfer, from the ring to a decline."""
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    await record.add_turn(
        sample.tenant, sample.call_id, sample.carol, TurnKind.SAID, "Where is it?", turn_id="t1"
    )
    requested = sample.state(Phase.PREPARING, room_b=None)
    offered = sample.state(Phase.OFFERING)
    standby = SeatNotice(person=sample.carol, room="room-b", why="standby")
    await record.append(
        sample.transfer(
            entry(1, Event.REQUESTED, actor=sample.ann, transfer=requested),
            entry(2, Event.OFFERED, transfer=offered),
            entry(3, Event.SEAT_OFFERED, seat=standby),
            entry(4, Event.ENDED, transfer=ended(sample, Outcome.DECLINED, Decision.DECLINE)),
        )
    )


def ended(sample: Sample, outcome: Outcome, decision: Decision) -> TransferState:
    """Describe the end of the transfer by Bob's decision."""
    attempt = Attempt(to=sample.bob, began_at=NOON, ended_at=NOON, outcome=outcome)
    return sample.state(
        Phase.ENDED,
        outcome=outcome,
        decided=(Decided(decision=decision, by=sample.bob),),
        attempts=(attempt,),
        move=Move(way=Way.STANDBY, took_ms=90) if outcome is Outcome.COMPLETED else None,
    )
