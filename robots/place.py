"""One person's connection to one room: publishes when it may, and tells what changes."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine

from livekit import rtc
from livekit.rtc.participant import PublishTrackError, UnpublishTrackError

from robots.ears import Ears
from robots.views import Seat
from robots.voice import MICROPHONE, Voice

log = logging.getLogger(__name__)

SUBSCRIBED_WITHIN_S = 1.0
CONNECT_WITHIN_S = 10.0
# The SDK waits for ever for the answer to a request that a disconnection overtook.
ANSWER_WITHIN_S = 3.0
PUBLISH_TRIES = 3


class Place:
    """A seat taken; publishes whenever `wants_to_speak` and the server allows it."""

    def __init__(self, seat: Seat, voice: Voice, ears: Ears) -> None:
        self.seat = seat
        self.voice = voice
        self.ears = ears
        self.room = rtc.Room()
        self.wants_to_speak = True
        self.left = False
        self.why_gone: str | None = None
        self.arriving = False
        self.changed: Callable[[Place], None] = lambda place: None
        self.permissions: list[tuple[float, bool, bool]] = []
        self._source: rtc.AudioSource | None = None
        self._publication: rtc.LocalTrackPublication | None = None
        self._busy = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The room."""
        return self.seat.room

    @property
    def is_connected(self) -> bool:
        return self.room.isconnected()

    @property
    def is_in_touch(self) -> bool:
        """The line is not just being made again, and whoever is there can hear and be heard."""
        return self.room.connection_state == rtc.ConnectionState.CONN_CONNECTED

    @property
    def may_speak(self) -> bool:
        return self.is_connected and self.room.local_participant.permissions.can_publish

    @property
    def may_hear(self) -> bool:
        return self.is_connected and self.room.local_participant.permissions.can_subscribe

    @property
    def is_speaking(self) -> bool:
        """The microphone is published here."""
        return self._publication is not None

    async def join(self) -> None:
        """Connect with the seat's token; publishes by itself where the seat allows it."""
        present = self.ears.listen_in(self.room, self.name)
        self.room.on("participant_permissions_changed", self._permissions_changed)
        self.room.on("disconnected", self._disconnected)
        self.room.on("reconnecting", lambda: self.changed(self))
        self.room.on("reconnected", lambda: self.changed(self))
        self.room.on("local_track_unpublished", self._unpublished)
        options = rtc.RoomOptions(connect_timeout=CONNECT_WITHIN_S)
        await self.room.connect(self.seat.url, self.seat.token, options)
        present()
        self._noted()
        await self.settle()

    async def settle(self) -> None:
        """Publish or unpublish, so that it fits what is wanted and allowed."""
        async with self._busy:
            if self.left or not self.is_connected:
                await self._withdraw()
            elif self.may_speak and self.wants_to_speak and not self._publication:
                tries = PUBLISH_TRIES
                while tries and self.may_speak and not await self._publish():
                    tries -= 1
            elif self._publication and not (self.may_speak and self.wants_to_speak):
                await self._withdraw()

    async def mute(self, muted: bool = True) -> None:
        """Mute or unmute the published microphone; the track stays."""
        if self._publication and isinstance(self._publication.track, rtc.LocalAudioTrack):
            if muted:
                self._publication.track.mute()
            else:
                self._publication.track.unmute()

    async def leave(self) -> None:
        """Say goodbye and go."""
        self.left = True
        async with self._busy:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.room.disconnect(), ANSWER_WITHIN_S)
        await self._end()

    async def _end(self) -> None:
        async with self._busy:
            await self._withdraw()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    async def _publish(self) -> bool:
        self._source = await self.voice.open()
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        try:
            publish = self.room.local_participant.publish_track(track, MICROPHONE)
            self._publication = await asyncio.wait_for(publish, ANSWER_WITHIN_S)
            return True
        except (PublishTrackError, TimeoutError) as refused:
            log.info("publishing was refused", extra={"why": repr(refused)})
            await self._withdraw()
            return False

    async def publish_again(self) -> None:
        """Take the track down and publish it anew: one that nobody got within a second is lost."""
        async with self._busy:
            await self._withdraw()
        await self.settle()

    async def is_subscribed(self, within_s: float = SUBSCRIBED_WITHIN_S) -> bool:
        """Somebody got our track within this time."""
        if not self._publication:
            return False
        try:
            await asyncio.wait_for(self._publication.wait_for_subscription(), within_s)
        except TimeoutError:
            return False
        return True

    async def _withdraw(self) -> None:
        publication, self._publication = self._publication, None
        source, self._source = self._source, None
        mine = self.room.local_participant.track_publications if self.is_connected else {}
        if publication and publication.sid in mine:
            gone = self.room.local_participant.unpublish_track(publication.sid)
            try:
                await asyncio.wait_for(gone, ANSWER_WITHIN_S)
            except (UnpublishTrackError, TimeoutError):
                log.info("the track was gone already", extra={"room": self.name})
        if source:
            await self.voice.close(source)

    def _noted(self) -> None:
        self.permissions.append((time.monotonic(), self.may_speak, self.may_hear))
        self.changed(self)

    def _permissions_changed(self, who: rtc.Participant, _permissions: object) -> None:
        if isinstance(who, rtc.LocalParticipant):
            self._noted()
            self._later(self.settle())

    def _unpublished(self, publication: rtc.LocalTrackPublication) -> None:
        # The server takes tracks down when it takes the right away; ours by hand come here too.
        if self._publication and publication.sid == self._publication.sid:
            self._later(self._lost())

    async def _lost(self) -> None:
        async with self._busy:
            await self._withdraw()
        await self.settle()

    def _disconnected(self, reason: int) -> None:
        self.why_gone = rtc.DisconnectReason.Name(reason)  # type: ignore[arg-type]
        self.changed(self)
        self._later(self._end())

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
