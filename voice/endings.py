"""Why a voice job ends."""

from enum import StrEnum

from livekit.rtc import DisconnectReason


class Ending(StrEnum):
    """The first of these to happen is the one that counts."""

    DONE = "done"
    LISTENER_GONE = "listener gone"
    ROOM_GONE = "room gone"
    REMOVED = "removed"
    """Our server put this agent out: whatever it was saying is no longer wanted."""
    MEDIA_LOST = "media lost"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """Temporal no longer knows this attempt: a newer one runs, or nobody waits any more."""
    OUTRANKED = "outranked"
    """Another agent of the same order is here, and is the one to stay."""
    STOPPING = "stopping"
    """This process was told to end."""
    BROKEN = "broken"


def ending_of(reason: DisconnectReason.ValueType) -> Ending:
    """Tell what a lost room means; an agent never leaves a room without an ending of its own."""
    if reason in (DisconnectReason.ROOM_DELETED, DisconnectReason.ROOM_CLOSED):
        return Ending.ROOM_GONE
    if reason == DisconnectReason.PARTICIPANT_REMOVED:
        return Ending.REMOVED
    return Ending.MEDIA_LOST
