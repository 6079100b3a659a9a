"""Everything a client receives besides sound: the leak tests ask for all of it, not for audio only.

A deaf seat is deaf to audio only: data, text streams, transcriptions, names, metadata and
attributes still reach it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livekit import rtc


@dataclass(frozen=True)
class Received:
    """One thing that reached a client: `kind` says what, `who` from whom, `what` its content."""

    at: float
    room: str
    kind: str
    who: str
    what: str


Keep = Callable[[Received], None]


class _AnyTopic(dict[str, Any]):
    """Stands in for a room's handlers by topic and answers every topic with the same handler.

    The SDK (livekit 1.x, rtc/room.py `_handle_text_stream_opened`) drops streams of topics that
    nobody registered, and a leak has no topic that one could know beforehand.
    """

    def __init__(self, handler: Callable[..., None]) -> None:
        super().__init__()
        self.handler = handler

    def get(self, key: str, default: Any = None) -> Any:
        return self.handler


def listen(room: rtc.Room, name: str, keep: Keep) -> Callable[[], None]:
    """Tell `keep` of everything but sound that reaches this connection; call before connecting.

    What is answered is to be called once connected: it notes what was in the room already.
    """

    def note(kind: str, who: str, what: object) -> None:
        keep(Received(time.monotonic(), name, kind, who, str(what)))

    _listen_to_messages(room, note)
    _listen_to_people(room, note)
    _listen_to_the_room(room, note)

    def present() -> None:
        if room.metadata:
            note("metadata", "", room.metadata)
        for who in room.remote_participants.values():
            _person(who, note)

    return present


Note = Callable[[str, str, object], None]


def _identity(participant: rtc.Participant | None) -> str:
    return participant.identity if participant else ""


def _listen_to_messages(room: rtc.Room, note: Note) -> None:
    room._text_stream_handlers = _AnyTopic(
        lambda stream, who: note("text", who, f"{stream.info.topic} {stream.info.attributes}")
    )
    room._byte_stream_handlers = _AnyTopic(
        lambda stream, who: note("bytes", who, f"{stream.info.topic} {stream.info.name}")
    )

    def data(packet: rtc.DataPacket) -> None:
        note("data", _identity(packet.participant), packet.data.decode(errors="replace"))

    def transcription(said: list[rtc.TranscriptionSegment], who: Any, _track: object) -> None:
        note("transcription", _identity(who), " ".join(segment.text for segment in said))

    room.on("data_received", data)
    room.on("transcription_received", transcription)
    room.on("sip_dtmf_received", lambda tone: note("data", "", tone.digit))
    room.on("data_track_published", lambda track: note("data", "", track))


def _listen_to_people(room: rtc.Room, note: Note) -> None:
    def attributes(changed: dict[str, str], who: rtc.Participant) -> None:
        for key, value in changed.items():
            note("attribute", who.identity, f"{key}={value}")

    def renamed(who: rtc.Participant, _old: str, new: str) -> None:
        note("name", who.identity, new)

    def described(who: rtc.Participant, _old: str, new: str) -> None:
        note("metadata", who.identity, new)

    room.on("participant_connected", lambda who: _person(who, note))
    room.on("participant_disconnected", lambda who: note("gone", who.identity, ""))
    room.on("participant_name_changed", renamed)
    room.on("participant_metadata_changed", described)
    room.on("participant_attributes_changed", attributes)


def _person(who: rtc.Participant, note: Note) -> None:
    note("person", who.identity, "")
    for kind, what in (("name", who.name), ("metadata", who.metadata)):
        if what:
            note(kind, who.identity, what)
    for key, value in who.attributes.items():
        note("attribute", who.identity, f"{key}={value}")


def _listen_to_the_room(room: rtc.Room, note: Note) -> None:
    room.on("room_metadata_changed", lambda _old, new: note("metadata", "", new))
    room.on("track_published", lambda track, who: note("track", who.identity, track.sid))
    room.on("track_subscribed", lambda track, _pub, who: note("sound", who.identity, track.sid))
