"""The briefer: waits for agent B in the consult room, and says the briefing sentence by sentence.

Nothing but sound leaves it: a plain track, and no AgentSession, which would send the text of what
it says into the room, where the waiting caller's seat receives it.
"""

import asyncio
from datetime import timedelta

import numpy as np
from livekit import rtc
from livekit.agents import JobContext, JobProcess
from temporalio.client import Client

from adapters.espeak import espeak
from adapters.speech import make_speech
from domain.ports import Audio, Speech
from domain.voice import BriefingOrder, SpeechProgress
from voice.endings import Ending
from voice.kit import Kit
from voice.stay import Stay
from voice.track import SAMPLE_RATE, Samples, Track, at_track_rate

BUFFER = timedelta(milliseconds=200)
FRAME = timedelta(milliseconds=20)
PAUSE = timedelta(milliseconds=260)
"""Between sentences. Longer than `BUFFER`: once it is queued, the sentence has been heard."""
RETURN_GRACE = timedelta(seconds=9)
"""A listener who comes back at all is back within this: the transfer waits eight seconds."""
EARS = timedelta(seconds=1)
"""How long the listener's client may take to subscribe before the track is published anew."""


class Briefer(Stay):
    """One briefing of one listener."""

    def __init__(
        self, context: JobContext, client: Client, order: BriefingOrder, speech: Speech
    ) -> None:
        super().__init__(context, client, order)
        self._sentences = order.sentences
        self._listener = order.listener
        self._next = order.first
        self._speech = speech
        self._voiced: dict[int, asyncio.Task[Samples]] = {}
        self._listening = asyncio.Event()
        self._gone: asyncio.TimerHandle | None = None
        self._track: Track | None = None
        self.duty.progress(SpeechProgress(next=self._next))

    async def perform(self) -> None:
        """Say what is left to say, whenever the listener is there to hear it.

        Whoever was called off while joining was not seen, and not put out: it asks once more.
        """
        if ending := await self.duty.called_off():
            return self.end(ending)
        self._follow_listener()
        while self._next < len(self._sentences):
            samples = await self._voice(self._next)
            if self._next + 1 < len(self._sentences):
                self._voice(self._next + 1)  # ahead of what the listener hears
            if await self._say(samples):
                self._next += 1
                self.duty.progress(SpeechProgress(next=self._next))
        self.duty.progress(SpeechProgress(next=self._next, finished=True))
        self.end(Ending.DONE)

    async def fall_silent(self, ending: Ending) -> None:
        """Stop in the middle of the word."""
        if self._track:
            self._track.cut()

    async def outlive(self) -> None:
        """Do nothing more: another briefer goes on at the sentence that was cut."""

    def _voice(self, index: int) -> asyncio.Task[Samples]:
        if index not in self._voiced:
            self._voiced[index] = asyncio.create_task(self._synthesise(self._sentences[index]))
        return self._voiced[index]

    async def _synthesise(self, sentence: str) -> Samples:
        return _with_pause(await self._speech.say(sentence))

    async def _say(self, samples: Samples) -> bool:
        """Say one sentence; False: the listener left, and it is to be said again."""
        track = await self._audible_track()
        step = round(FRAME.total_seconds() * SAMPLE_RATE)
        for start in range(0, len(samples), step):
            if not self._listening.is_set():
                track.cut()
                await track.withdraw()
                self._track = None
                return False
            await track.play(samples[start : start + step])
        return True

    async def _audible_track(self) -> Track:
        """Publish a track once the listener is there, and again until their client takes it."""
        while self._track is None:
            await self._listening.wait()
            track = Track(self.room, buffer=BUFFER)
            await track.publish()
            if await track.heard(EARS):
                self._track = track
            else:
                await track.withdraw()
        return self._track

    def _follow_listener(self) -> None:
        for event in ("participant_connected", "participant_active", "participant_disconnected"):
            self.room.on(event, lambda *_: self._look_for_listener())
        self._look_for_listener()

    def _look_for_listener(self) -> None:
        listener = self.room.remote_participants.get(self._listener)
        if listener and listener.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE:
            self._listening.set()
            if self._gone:
                self._gone.cancel()
        elif self._listening.is_set():
            self._listening.clear()
            self._gone = asyncio.get_running_loop().call_later(
                RETURN_GRACE.total_seconds(), self.end, Ending.LISTENER_GONE
            )


def _with_pause(audio: Audio) -> Samples:
    """Bring speech to the track's rate, whole frames, and a pause after it."""
    pause = np.zeros(round(PAUSE.total_seconds() * SAMPLE_RATE), dtype=np.int16)
    samples = np.concatenate([at_track_rate(audio), pause])
    frame = round(FRAME.total_seconds() * SAMPLE_RATE)
    return np.pad(samples, (0, -len(samples) % frame))


async def brief(kit: Kit, context: JobContext) -> None:
    """Run a briefer's job; livekit-agents calls this in a process of its own."""
    client, order = await kit.open(context, BriefingOrder)
    await Briefer(context, client, order, make_speech(kit.models)).run()


def warm_up(_: JobProcess) -> None:
    """Start the synthesiser before there is a job."""
    espeak()
