"""What starts and steers the two workflows. Ids, closed sets and times only: nothing private."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from domain.payload import Payload
from domain.phases import Completes, Decision

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


class CallOrder(Payload):
    """Starts a `CallWorkflow`."""

    tenant: str
    call_id: str
    caller: str
    follows: bool = True
    """False: the caller's client does nothing of our protocol, so transfers use the mirror."""
    patience: Patience = Patience()


class TransferRequest(Payload):
    """What agent A asks of the call's workflow."""

    transfer_id: str
    agent_a: str
    agent_b: str
    completes: Completes = Completes.BY_AGENT_A
    patience: Patience = Patience()


class TransferOrder(TransferRequest):
    """Starts a `TransferWorkflow`."""

    tenant: str
    call_id: str
    caller: str
    room_a: str
    follows: bool = True


class Who(Payload):
    """Who asks; every update and signal may carry it."""

    person: str


class Choice(Payload):
    """A decision, as an update or, by ops, as a signal."""

    decision: Decision
    by: str
    introduce: bool = False


class Nudge(Payload):
    """The tolerant argument of a decision sent by signal; anything else in it is ignored."""

    by: str = Field(default="")
    introduce: bool = False


class Seat(StrEnum):
    """Which seat of a transfer is meant."""

    CONSULT = "consult"
    CALL = "call"
