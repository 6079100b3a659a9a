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


RUNNING = tuple(phase for phase in Phase if phase is not Phase.ENDED)


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


class Cause(StrEnum):
    """Why a transfer failed; set with the outcome `failed` alone."""

    ROOM_MISSING = "room_missing"
    """No room B was open in time."""
    RECORD_AWAY = "record_away"
    """Agent B couldn't be reserved in time."""
    MEDIA_AWAY = "media_away"
    """The media server didn't do in time what it was told."""
    FENCE_IGNORED = "fence_ignored"
    """Agent A wasn't seen silent in the room she had to leave for the other."""
    VOICE_STAYED = "voice_stayed"
    """The briefer wasn't seen gone, and the caller would have heard it."""
    MOVE_LATE = "move_late"
    """The caller and agent B weren't seen live together in time."""
    REFUSED = "refused"
    """A step was refused for good: to try again would not have helped."""
    ABANDONED = "abandoned"
    """Its workflow was ended from outside, and could not say how the transfer ended."""


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


GOING_ON = tuple(state for state in CallState if state is not CallState.ENDED)


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
