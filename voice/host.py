"""The host: keeps a caller company. It decides by itself, from what it sees in the room.

It plays when it is told to (attribute `hold`), and whenever the caller is there and nobody else
has a living microphone. It needs neither Temporal nor any process of ours to go on doing so.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta

from livekit import rtc
from livekit.agents import JobContext, JobProcess
from temporalio.client import Client

from domain import names
from domain.voice import OVERLAP, HostOrder, Wait
from voice.endings import Ending
from voice.hold_lines import Announcer, HoldLines
from voice.hold_music import HoldMusic
from voice.kit import Kit
from voice.pulse import Pulse
from voice.stay import Stay
from voice.track import Samples

ALONE_GRACE = timedelta(milliseconds=300)
"""A track that is published anew is gone for a moment; that is no reason for music."""
RELIEF = timedelta(seconds=5)
"""How long a host whose time is over plays on for want of another."""
CLIP = "hold clip"
LINES = "hold lines"
LOOK = timedelta(milliseconds=100)
OUTLIVES = timedelta(seconds=4)
"""How long a host plays on after its server process has died: a new one is there by then."""


class Host(Stay):
    """One caller's company in one room."""

    def __init__(self, context: JobContext, client: Client, order: HostOrder) -> None:
        super().__init__(context, client, order)
        self._caller = order.caller
        self._had_company = False
        given = context.proc.userdata
        self._music = HoldMusic(
            self.room,
            given[CLIP],
            Announcer(given[LINES], self._why),
            self._caller_is_there,
            lambda _: self.end(Ending.BROKEN),
        )
        self._changed = asyncio.Event()
        self._pulse = Pulse(self._changed.set)

    def end(self, ending: Ending) -> None:
        """Name a reason to end; a room that is gone, or shows us out, is a host's normal end."""
        done = ending in (Ending.ROOM_GONE, Ending.REMOVED)
        super().end(Ending.DONE if done else ending)

    async def perform(self) -> None:
        """Play and fall silent as the room changes."""
        self.room.local_participant.register_rpc_method(names.SIGN_OF_LIFE, _answer)
        for event in (
            "participant_connected",
            "participant_disconnected",
            "participant_attributes_changed",
            "track_published",
            "track_unpublished",
        ):
            self.room.on(event, lambda *_: self._changed.set())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pulse.feel(self._company))
            await self._play_when_needed()

    async def _play_when_needed(self) -> None:
        while True:
            self._changed.clear()
            if self._told_to_play or await self._stays_alone():
                await self._music.start()
            else:
                await self._music.stop()
                self._had_company |= self._has_company
            await self._changed.wait()

    async def fall_silent(self, ending: Ending) -> None:
        """Leave the caller to the next host; without one, stay for a while."""
        until_s = time.monotonic() + RELIEF.total_seconds()
        while self.room.isconnected() and self._needed and not self._relieved:
            if time.monotonic() > until_s:
                break
            await asyncio.sleep(LOOK.total_seconds())
        await asyncio.sleep(OVERLAP.total_seconds())
        if self.room.isconnected():
            await self._music.stop()

    async def outlive(self) -> None:
        """Play on, so that the caller doesn't hear that a server has died."""
        await self._music.play_on(OUTLIVES)

    @property
    def _needed(self) -> bool:
        return self._told_to_play or self._caller_is_alone

    @property
    def _told_to_play(self) -> bool:
        return self.room.local_participant.attributes.get("hold") == "on"

    @property
    def _caller_is_alone(self) -> bool:
        return self._caller_is_there() and not self._has_company

    def _caller_is_there(self) -> bool:
        return self._caller in self.room.remote_participants

    @property
    def _has_company(self) -> bool:
        return any(map(self._pulse.beats, self._company()))

    def _company(self) -> Iterator[rtc.RemoteTrackPublication]:
        """The microphones of whoever can talk with the caller."""
        for other in self.room.remote_participants.values():
            if other.identity != self._caller and _can_talk(other):
                for publication in other.track_publications.values():
                    if publication.source == rtc.TrackSource.SOURCE_MICROPHONE:
                        yield publication

    def _why(self) -> Wait:
        """Say why the caller waits now; a host that came later knows less, and says less."""
        others = self.room.remote_participants.keys() - {self._caller}
        if self._told_to_play and any(map(names.is_person, others)):
            return Wait.AGENTS_TALK
        return Wait.AGENT_LOST if self._had_company else Wait.UNANSWERED

    @property
    def _relieved(self) -> bool:
        return any(
            names.is_host(other.identity) and other.track_publications
            for other in self.room.remote_participants.values()
        )

    async def _stays_alone(self) -> bool:
        """Tell whether the caller is alone now and for `ALONE_GRACE`, or was so already."""
        until_s = time.monotonic() + ALONE_GRACE.total_seconds()
        while self._needed and not self._music.playing and not self._told_to_play:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                break
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left_s)
        return self._needed


async def _answer(_: rtc.RpcInvocationData) -> str:
    """Give a sign of life: that there is an answer says all."""
    return ""


def _can_talk(participant: rtc.RemoteParticipant) -> bool:
    """Tell whether this can be somebody to talk with: a person, or an AI agent in a seat."""
    return names.is_person(participant.identity) or participant.kind not in (
        rtc.ParticipantKind.PARTICIPANT_KIND_AGENT,
        rtc.ParticipantKind.PARTICIPANT_KIND_EGRESS,
    )


def warm_up(clip: Samples, lines: HoldLines, process: JobProcess) -> None:
    """Hand clip and lines to a job process; decoding there would cost 77 MB in each of them."""
    process.userdata.update({CLIP: clip, LINES: lines})


async def keep_company(kit: Kit, context: JobContext) -> None:
    """Run a host's job; livekit-agents calls this in a process of its own."""
    client, order = await kit.open(context, HostOrder)
    await Host(context, client, order).run()
