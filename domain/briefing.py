"""What agent B is told, and what it is made from."""

from datetime import datetime

from pydantic import Field

from domain.payload import Payload
from domain.phases import BriefingSource, Role, TurnKind

MOST_TEXT = 1_200
"""Characters of a spoken briefing; about a minute, but the writers aim at fifteen seconds."""


class Turn(Payload):
    """Something said in a call, or noted about it."""

    id: str
    who: str
    """The name of the person."""
    role: Role
    kind: TurnKind
    text: str
    at: datetime


class Material(Payload):
    """What a briefing may be made from. It lives in the record and never enters a workflow."""

    caller_name: str
    about: str | None = None
    agent_a_name: str | None = None
    notes: str | None = None
    turns: tuple[Turn, ...] = ()
    earlier: tuple[str, ...] = ()
    """Briefings of earlier transfers of this call, oldest first."""


class Briefing(Payload):
    """What agent B reads and hears."""

    text: str = Field(max_length=MOST_TEXT)
    """The words that are spoken."""
    reason: str = ""
    facts: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    mood: str = ""
    next_step: str = ""
    source: BriefingSource


class BriefingWanted(Payload):
    """Whose briefing to write."""

    tenant: str
    call_id: str
    transfer_id: str


class BriefingWritten(Payload):
    """A briefing lies in the record."""

    source: BriefingSource
    version: int
    """Grows with every edit; speech follows the newest."""


class SpeakOrder(Payload):
    """Whose briefing to speak, where, and to whom."""

    tenant: str
    transfer_id: str
    room: str
    listener: str
