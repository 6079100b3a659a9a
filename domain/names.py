"""One place that makes ids and turns them into every other name."""

import hashlib
import re
import secrets
import time
from uuid import UUID

CONTROL_QUEUE = "control"
"""Rooms, seats, watching: nothing slow may wait here."""
BRIEFING_QUEUE = "briefing"
"""Models and speech: a hung model never delays a move."""
RECORD_QUEUE = "record"
"""Writes to the database: a hung database never delays a move either."""

DEFAULT_TENANT = "default"
HOST = "host"
BRIEFER = "briefer"
SIGN_OF_LIFE = "sign_of_life"
"""The procedure that a host answers in its room."""
OPS = "ops"
"""Who decided, when a decision came by signal from the Temporal UI or CLI."""

PERSON_PREFIXES = ("caller_", "agt_", "sup_")


def new_id(prefix: str) -> str:
    """Make an id like `call_0190…`: sortable by time, random after it (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return f"{prefix}_{UUID(int=value).hex}"


def derived_id(prefix: str, *parts: str) -> str:
    """Make the same id from the same parts, so that a repeated request finds its first answer."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{prefix}_{digest[:32]}"


def room_name(unique: UUID) -> str:
    """Name a room so that nothing can be read from it; it is never used again."""
    return f"room-{unique.hex}"


def is_room(name: str) -> bool:
    """Tell whether a room is named as ours are; another product's may be, too."""
    return re.fullmatch(r"room-[0-9a-f]{32}", name) is not None


def call_workflow(call_id: str) -> str:
    """Starting the same call twice collides on this id, which is what we want."""
    return f"call/{call_id}"


def transfer_workflow(transfer_id: str) -> str:
    """Starting the same transfer twice collides on this id, which is what we want."""
    return f"transfer/{transfer_id}"


def is_person(identity: str) -> bool:
    """Tell a person of ours from a voice agent or a foreign participant."""
    return identity.startswith(PERSON_PREFIXES)


def is_host(identity: str) -> bool:
    """Tell whether this participant is a host of ours."""
    return identity.startswith(f"{HOST}-")


def is_briefer(identity: str) -> bool:
    """Tell whether this participant is a briefer of ours."""
    return identity.startswith(f"{BRIEFER}-")
