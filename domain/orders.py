"""What starts and steers the two workflows. Ids, closed sets and times only: nothing private."""

from datetime import timedelta

from domain.journal import CallStatus, PersonSeen
from domain.payload import Payload
from domain.phases import CallState, Completes, Decision, Responsible

MOST_PATIENCE = timedelta(hours=1)


class Patience(Payload):
    """How long people and steps may take. It travels with the request, so tests are impatient."""

    offer: timedelta = timedelta(seconds=20)
    consult: timedelta = timedelta(seconds=180)
    complete: timedelta = timedelta(seconds=60)
    move: timedelta = timedelta(seconds=10)
    gone: timedelta = timedelta(seconds=8)
    host: timedelta = timedelta(seconds=4)
    introduce: timedelta = timedelta(seconds=120)
    take_back: timedelta = timedelta(seconds=60)
    """How long after the transfer agent A may take the caller back."""
    enter: timedelta = timedelta(seconds=120)
    """For a caller to come through the door: as long as the first token opens it."""
    arrive: timedelta = timedelta(seconds=20)
    """For an agent who has answered to come through the door."""


class CallOrder(Payload):
    """Starts a `CallWorkflow`."""

    tenant: str
    call_id: str
    caller: str
    follows: bool = True
    """False: the caller's client does nothing of our protocol, so transfers use the mirror."""
    patience: Patience = Patience()
    signals_decide: bool = False
    """Decisions may also come as signals, from the Temporal UI or CLI."""


class TransferRequest(Payload):
    """What agent A asks of the call's workflow."""

    transfer_id: str
    agent_a: str
    agent_b: str
    fallbacks: tuple[str, ...] = ()
    """Who is asked, in this order, if agent B doesn't take the caller over."""
    completes: Completes = Completes.BY_AGENT_A
    patience: Patience = Patience()


class TransferOrder(TransferRequest):
    """Starts a `TransferWorkflow`."""

    tenant: str
    call_id: str
    caller: str
    room_a: str
    follows: bool = True
    signals_decide: bool = False


class Who(Payload):
    """Who decides; the one argument of every decision made by update."""

    person: str
    supervisor: bool = False
    introduce: bool = False
    """With `complete`: agent A stays for a three-way introduction."""


class Redirect(Payload):
    """Ask this agent instead of whoever is asked now."""

    who: Who
    to: str


class Choice(Payload):
    """A decision as the api passes it on."""

    decision: Decision
    who: Who


class HostWanted(Payload):
    """Which room wants a host, and whose caller it looks after."""

    room: str
    caller: str


class Reservation(Payload):
    """Which agent is asked, by which transfer, and for how long at most."""

    tenant: str
    agent: str
    transfer_id: str
    until: timedelta
    missed: bool = False
    """On release: the agent let it ring."""


class TransferReport(Payload):
    """What a transfer tells the call's workflow whenever it changes, and at its end."""

    transfer_id: str
    room: str
    """The call's room: room B as soon as the caller's move there is verified."""
    other_room: str
    """The room that isn't needed when the transfer is over."""
    agent: str | None
    """Who has the caller."""
    responsible: Responsible
    on_hold: bool = False
    guest: str | None = None
    """Agent B, while a second seat in the call's room awaits them (the mirror)."""
    ended: bool = False
    caller_left: bool = False

    def call_status(self, people: tuple[PersonSeen, ...]) -> CallStatus:
        """Say how the call is while this transfer runs, with these people in its rooms."""
        has_agent = self.responsible in (Responsible.AGENT_A, Responsible.AGENT_B)
        state = CallState.TALKING if has_agent else CallState.WAITING
        return CallStatus(
            state=CallState.ON_HOLD if self.on_hold else state,
            room=self.room,
            agent=self.agent,
            responsible_kind="agent" if has_agent else self.responsible,
            responsible=self.agent if has_agent else None,
            transfer_id=self.transfer_id,
            people=people,
        )
