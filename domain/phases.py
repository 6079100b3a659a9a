"""The closed sets of the product: phases, outcomes, decisions, states."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a transfer stands."""

    PREPARING = "preparing"
    OFFERING = "offering"
    BRIEFING = "briefing"
    CONSULTING = "consulting"
    MOVING = "moving"
    INTRODUCING = "introducing"
    RETURNING = "returning"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a transfer ended; set exactly when its phase becomes `ended`."""

    COMPLETED = "completed"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MACHINE = "machine"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    CALLER_LEFT = "caller_left"
    AGENT_B_LEFT = "agent_b_left"
    FAILED = "failed"


class Decision(StrEnum):
    """What a person may decide about a running transfer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COMPLETE = "complete"
    CANCEL = "cancel"
    BACK_TO_CALLER = "back_to_caller"
    LEAVE = "leave"


class Completes(StrEnum):
    """Whose word starts the move once agent B has accepted."""

    BY_AGENT_A = "by_agent_a"
    ON_ACCEPT = "on_accept"


class Responsible(StrEnum):
    """Who answers for the caller right now, in the words of a transfer."""

    AGENT_A = "agent_a"
    AGENT_B = "agent_b"
    HOST = "host"
    NOBODY = "nobody"


class Way(StrEnum):
    """How the caller and agent B were brought together."""

    STANDBY = "standby"
    REJOIN = "rejoin"
    MIRROR = "mirror"
    CLOUD = "cloud"


class CallState(StrEnum):
    """What a call is doing."""

    WAITING = "waiting"
    TALKING = "talking"
    ON_HOLD = "on_hold"
    ENDED = "ended"


class Role(StrEnum):
    """What a signed-in person is."""

    CALLER = "caller"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Availability(StrEnum):
    """What an agent is doing, as others see it."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    ON_CALL = "on_call"
    AWAY = "away"


class BriefingSource(StrEnum):
    """Who wrote a briefing."""

    MODEL = "model"
    RULES = "rules"


class TurnKind(StrEnum):
    """A spoken turn of the conversation, or an agent's note that the caller never sees."""

    SAID = "said"
    NOTE = "note"
