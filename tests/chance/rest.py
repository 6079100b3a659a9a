"""What may not stay as it is, once nothing is broken and nobody does anything."""

from collections.abc import Iterator

from domain.journal import Event, TransferState
from domain.names import is_person
from domain.phases import Completes, Decision, Phase, Responsible
from tests.chance.company import Company
from tests.people import StagedCall, StagedTransfer

ELSEWHERE = "tr_elsewhere"
"""The transfer of somebody else that an agent is being asked by."""
PASSING = {Phase.PREPARING, Phase.MOVING, Phase.RETURNING}


def open_matters(company: Company) -> Iterator[str]:
    """Name what is still under way; at rest there is nothing."""
    call, stage = company.call, company.stage
    if call is None:
        return
    running = call.running_transfer()
    if Event.CALL_ENDED in call.events:
        if running:
            yield "the transfer of a call that has ended"
        if stage.rooms.people:
            yield f"rooms are left: {stage.rooms.people}"
    else:
        yield from _of_caller(company, call)
        if running is None:
            yield from _of_call(company, call)
        elif not running.entries:
            yield "a transfer that has not begun"
        else:
            yield from _of_transfer(company, running, running.now)
    if running is None and set(stage.reservations.held.values()) - {ELSEWHERE}:
        yield f"agents are still reserved: {stage.reservations.held}"


def _of_caller(company: Company, call: StagedCall) -> Iterator[str]:
    rooms, caller = company.stage.rooms, call.caller.id
    now = rooms.now()
    ears = [s.room for s in now.seen if s.identity == caller and s.grant.hear]
    heard = [s for s in now.seen if s.room in ears and s.identity != caller and s.live]
    if not ears:
        yield "the caller is nowhere, and the call goes on"
    elif not heard:
        yield "the caller is in silence"
    begun = [transfer for transfer in call.transfers if transfer.entries]
    known = {call.room, *(room for one in begun for room in (one.room_a, one.room_b))}
    there = {
        (s.identity, s.room)
        for s in now.seen
        if is_person(s.identity) and not s.grant.hidden and s.room in known
    }
    told = {(person.id, person.room) for person in call.now.people}
    if there != told:
        yield f"the record says {told}, really it is {there}"


def _of_call(company: Company, call: StagedCall) -> Iterator[str]:
    rooms, status = company.stage.rooms, call.now
    if set(rooms.people) != {call.room}:
        yield f"rooms are left beside {call.room}: {set(rooms.people)}"
    if status.agent and not rooms.now().active(status.agent, call.room):
        yield f"{status.agent} has the caller, and isn't there"
    strangers = rooms.inside(call.room) - {call.caller.id, status.agent, "host"}
    # Who takes the caller back has a place here before they can be heard.
    if strangers and not company.takes_back:
        yield f"{strangers} have no place here"


def _of_transfer(company: Company, transfer: StagedTransfer, view: TransferState) -> Iterator[str]:
    now, phase = company.stage.rooms.now(), view.phase
    a, b, room_b = transfer.a.id, view.agent_b, str(view.room_b)
    if phase in PASSING:
        yield f"it is {phase}"
    if phase is Phase.OFFERING and now.live(b, room_b):
        yield "agent B is there, and still rung"
    if phase in (Phase.BRIEFING, Phase.CONSULTING):
        yield from _of_agreement(company, view)
    if phase is Phase.CONSULTING and now.active(a, view.room_a) and not now.active(a, room_b):
        yield "agent A has left the consultation"
    if phase is not Phase.INTRODUCING:
        a_is_there = now.active(a, view.room_a) or now.active(a, room_b)
        if (view.responsible is Responsible.AGENT_A) != a_is_there:
            yield f"{view.responsible} is responsible, and agent A there: {a_is_there}"


def _of_agreement(company: Company, view: TransferState) -> Iterator[str]:
    now, b, room_b = company.stage.rooms.now(), view.agent_b, str(view.room_b)
    if not now.active(b, room_b):
        yield "agent B is not there, and not missed"
    taken = {one.decision for one in view.decided}
    agreed = Decision.COMPLETE in taken or company.completes is Completes.ON_ACCEPT
    if view.accepted and agreed and now.live(b, room_b):
        yield "both agents have agreed, and nothing happens"
    if Decision.BACK_TO_CALLER in taken:
        yield "agent A wants to go back"
