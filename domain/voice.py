"""What is asked of the voice agents, and what they report."""

from datetime import timedelta
from enum import StrEnum

from domain.payload import Payload

OVERLAP = timedelta(milliseconds=300)
"""From a host's track being published to the caller hearing it."""


class Wait(StrEnum):
    """Why a caller waits, as far as their host can see."""

    UNANSWERED = "unanswered"
    AGENT_LOST = "agent_lost"
    AGENTS_TALK = "agents_talk"


class HostOrder(Payload):
    """Sealed into the dispatch of a host."""

    task_token: str
    """Base64; lets the host heartbeat and complete its activity, and fences dead attempts."""
    activity_id: str
    attempt: int
    caller: str
    """Identity of the caller whom this host never leaves in silence."""


class BriefingOrder(Payload):
    """Sealed into the dispatch of a briefer."""

    task_token: str
    activity_id: str
    attempt: int
    listener: str
    """Identity of agent B; nothing is spoken before they are there."""
    sentences: tuple[str, ...]
    first: int = 0
    """Index of the sentence to start at."""


class SpeechProgress(Payload):
    """How far a briefing was spoken: heartbeat details, and result."""

    next: int = 0
    """Index of the next sentence to speak."""
    finished: bool = False
