"""A stage for the voice agents: real servers, real rooms, ears that note all they receive."""

import asyncio
import base64
import contextlib
import itertools
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from livekit import api, rtc
from livekit.rtc._proto import room_pb2
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from adapters.sealing import Sealer
from domain.payload import Payload
from domain.voice import BriefingOrder, HostOrder, SpeechProgress
from tests.servers import LiveKitServer, TemporalServer

SECRET = "3e1f0a9b7c5d2468ace013579bdf8642"
LOUD = 300
"""RMS of a 10 ms frame; speech and music are in the thousands, noise of the codec below 10."""
OVERLAP_S = 0.3
"""From a track being published to its being heard."""
ROOT = Path(__file__).parents[1]


class Errand(Payload):
    """What the test workflow has done: one voice agent's job in one room."""

    agent: str
    room: str
    person: str
    sentences: tuple[str, ...] = ()
    deadline: timedelta = timedelta(seconds=60)
    twice: bool = False


@workflow.defn(sandboxed=False)
class ErrandWorkflow:
    """One activity that a voice agent completes by itself."""

    @workflow.run
    async def run(self, errand: Errand) -> SpeechProgress | None:
        progress: SpeechProgress | None = await workflow.execute_activity(
            "send_agent",
            errand,
            result_type=SpeechProgress | None,  # type: ignore[arg-type]
            heartbeat_timeout=timedelta(seconds=5),
            start_to_close_timeout=errand.deadline,
            schedule_to_close_timeout=errand.deadline,
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=100), backoff_coefficient=1
            ),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return progress


@dataclass
class Sent:
    """One attempt to send an agent."""

    at_s: float
    attempt: int
    first: int


class Sender:
    """The worker's side, as the product does it: dispatch, confirm, put ghosts out."""

    def __init__(self, livekit: api.LiveKitAPI) -> None:
        self.livekit = livekit
        self.sent: list[Sent] = []

    @activity.defn
    async def send_agent(self, errand: Errand) -> SpeechProgress | None:
        info = activity.info()
        said = [SpeechProgress.model_validate(d) for d in info.heartbeat_details]
        first = said[0].next if said else 0
        self.sent.append(Sent(time.monotonic(), info.attempt, first))
        token = base64.b64encode(info.task_token).decode()
        # Activity ids count from 1 in every run: alone they would mix up two workflows' agents.
        act = f"{info.workflow_run_id}-{info.activity_id}"
        order = (
            HostOrder(
                task_token=token,
                activity_id=act,
                attempt=info.attempt,
                caller=errand.person,
            )
            if errand.agent == "host"
            else BriefingOrder(
                task_token=token,
                activity_id=act,
                attempt=info.attempt,
                listener=errand.person,
                sentences=errand.sentences,
                first=first,
            )
        )
        request = api.CreateAgentDispatchRequest(
            agent_name=errand.agent,
            room=errand.room,
            metadata=Sealer(SECRET).seal(order.model_dump_json()),
        )
        dispatch = await self.livekit.agent_dispatch.create_dispatch(request)
        if errand.twice:
            await self.livekit.agent_dispatch.create_dispatch(request)
        if not await self._confirmed(errand.room, act, info.attempt):
            await self.livekit.agent_dispatch.delete_dispatch(dispatch.id, errand.room)
            raise ApplicationError("nobody came")
        activity.raise_complete_async()

    async def _confirmed(self, room: str, act: str, attempt: int) -> bool:
        """See the agent come, and put out its dead predecessors.

        A host's predecessor may still be playing: it goes once the new one plays, or need not.
        """
        until_s = time.monotonic() + 3
        while time.monotonic() < until_s:
            people = [p for p in await self._people(room) if p.attributes.get("act") == act]
            new = [p for p in people if p.attributes["attempt"] == str(attempt)]
            old = [p for p in people if p.attributes["attempt"] != str(attempt)]
            is_patient = any(p.tracks for p in old) and time.monotonic() < until_s - 1.5
            if new and old and not new[0].tracks and new[0].identity[:4] == "host" and is_patient:
                await asyncio.sleep(0.1)
                continue
            for person in old if new else []:
                await asyncio.sleep(OVERLAP_S)
                await self.livekit.room.remove_participant(
                    api.RoomParticipantIdentity(room=room, identity=person.identity)
                )
            if new:
                return True
            await asyncio.sleep(0.1)
        return False

    async def _people(self, room: str) -> list[api.ParticipantInfo]:
        answer = await self.livekit.room.list_participants(api.ListParticipantsRequest(room=room))
        return list(answer.participants)


@dataclass
class Sound:
    """Ten milliseconds of what was heard from one participant."""

    at_s: float
    of: str
    rms: float


class Guest:
    """Somebody in a room who notes everything received: sound, and every event in full."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.heard: list[Sound] = []
        self.events: list[tuple[str, bytes]] = []
        self._listening: set[asyncio.Task[None]] = set()
        self._microphone: rtc.LocalTrackPublication | None = None

    async def join(self, server: LiveKitServer, room: str, *, deaf: bool = False) -> None:
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            hidden=deaf,
            can_subscribe=not deaf,
            can_publish=not deaf,
            can_publish_data=False,
        )
        token = api.AccessToken(server.key, server.secret).with_identity(self.identity)
        self.room.on("track_subscribed", self._listen)
        handle = self.room._on_room_event

        def note(event: room_pb2.RoomEvent) -> None:
            self.events.append((str(event.WhichOneof("message")), event.SerializeToString()))
            handle(event)

        self.room._on_room_event = note  # type: ignore[method-assign]
        await self.room.connect(server.url, token.with_grants(grants).to_jwt())

    async def leave(self) -> None:
        await self.room.disconnect()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    async def publish(self) -> None:
        source = rtc.AudioSource(48000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("", source)
        self._microphone = await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )

    async def unpublish(self) -> None:
        assert self._microphone
        await self.room.local_participant.unpublish_track(self._microphone.sid)

    def _listen(
        self, track: rtc.Track, _: rtc.RemoteTrackPublication, of: rtc.RemoteParticipant
    ) -> None:
        task = asyncio.create_task(self._note_sound(track, of.identity))
        self._listening.add(task)

    async def _note_sound(self, track: rtc.Track, of: str) -> None:
        stream = rtc.AudioStream(track, sample_rate=48000, num_channels=1, frame_size_ms=10)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(float)
                rms = float(np.sqrt((samples**2).mean()))
                self.heard.append(Sound(time.monotonic(), of, rms))
        finally:
            await stream.aclose()

    def loud(self, of: str, since_s: float = 0.0) -> list[Sound]:
        """What was loud, of the participants whose identity begins so."""
        return [
            sound
            for sound in self.heard
            if sound.of.startswith(of) and sound.rms > LOUD and sound.at_s >= since_s
        ]

    async def hears(self, of: str, since_s: float, within_s: float = 10.0) -> float:
        """Wait until somebody is heard; returns how long that took, in seconds."""
        await eventually(lambda: bool(self.loud(of, since_s)), within_s, f"{of} not heard")
        return self.loud(of, since_s)[0].at_s - since_s

    async def hears_nothing(self, of: str, for_s: float, within_s: float) -> float:
        """Wait for a silence that long; returns when it began."""

        def is_silent() -> bool:
            last = self.loud(of)
            return not last or time.monotonic() - last[-1].at_s > for_s

        await eventually(is_silent, within_s, f"{of} goes on")
        return self.loud(of)[-1].at_s if self.loud(of) else 0.0

    def longest_silence_s(self, since_s: float, until_s: float) -> float:
        """The longest time without a loud frame of anybody, in between."""
        times = [s.at_s for s in self.loud("") if since_s <= s.at_s <= until_s]
        edges = [since_s, *times, until_s]
        return max(b - a for a, b in itertools.pairwise(edges))


async def eventually(condition: Callable[[], bool], within_s: float, otherwise: str) -> None:
    """Wait for a condition; fail when it doesn't hold in time."""
    until_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until_s, otherwise
        await asyncio.sleep(0.01)


@dataclass
class VoiceProcess:
    """A running `python -m voice …`, started as the product's own users do."""

    process: asyncio.subprocess.Process
    log: Path
    jobs_seen: int = field(default=0)

    def said(self) -> str:
        return self.log.read_text()

    async def job_pid(self, job: int = -1) -> int:
        """Find the process of a job (the last one) by the log line it began with."""
        found: list[str] = []

        def began() -> bool:
            found[:] = re.findall(r"job begins.* pid=(\d+)", self.said())
            return bool(found)

        await eventually(began, 10, "no job began")
        return int(found[job])


@contextlib.asynccontextmanager
async def voice(
    agent: str, livekit: LiveKitServer, temporal: TemporalServer, folder: Path, **extra: str
) -> AsyncIterator[VoiceProcess]:
    """Run one voice server, registered with LiveKit."""
    log = folder / f"voice-{agent}-{uuid4().hex[:6]}.log"
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LIVEKIT_URL": livekit.url,
        "LIVEKIT_API_KEY": livekit.key,
        "LIVEKIT_API_SECRET": livekit.secret,
        "TEMPORAL_ADDRESS": temporal.address,
        "SECRET_KEY": SECRET,
        **extra,
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voice", agent, cwd=ROOT, env=env, stdout=out, stderr=out
        )
    running = VoiceProcess(process, log)
    try:
        await eventually(
            lambda: "registered worker" in running.said() or process.returncode is not None,
            60,
            "voice did not register",
        )
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()


class VoiceStage:
    """Opens rooms, seats guests and sends agents; closes all of it at the end."""

    def __init__(self, livekit: LiveKitServer, server: api.LiveKitAPI, client: Client) -> None:
        self.livekit = livekit
        self.server = server
        self.client = client
        self.sender = Sender(server)
        self.queue = f"voice-{uuid4().hex[:8]}"
        self._rooms: list[str] = []
        self._guests: list[Guest] = []

    async def open_room(self) -> str:
        room = f"room-{uuid4().hex}"
        await self.server.room.create_room(
            api.CreateRoomRequest(name=room, empty_timeout=60, departure_timeout=60)
        )
        self._rooms.append(room)
        return room

    async def close_room(self, room: str) -> None:
        self._rooms.remove(room)
        await self.server.room.delete_room(api.DeleteRoomRequest(room=room))

    async def seat(
        self, identity: str, room: str, *, deaf: bool = False, microphone: bool = False
    ) -> Guest:
        """Seat somebody. LiveKit tells of one without a microphone up to three seconds late."""
        guest = Guest(identity)
        await guest.join(self.livekit, room, deaf=deaf)
        if microphone:
            await guest.publish()
        self._guests.append(guest)
        return guest

    async def send(self, errand: Errand) -> WorkflowHandle[ErrandWorkflow, SpeechProgress | None]:
        return await self.client.start_workflow(
            ErrandWorkflow.run, errand, id=f"errand-{uuid4().hex}", task_queue=self.queue
        )

    async def agents(self, room: str, name: str) -> list[api.ParticipantInfo]:
        answer = await self.server.room.list_participants(api.ListParticipantsRequest(room=room))
        return [p for p in answer.participants if p.identity.startswith(f"{name}-")]

    async def agent(self, room: str, name: str, within_s: float = 10) -> api.ParticipantInfo:
        until_s = time.monotonic() + within_s
        while not (found := await self.agents(room, name)):
            assert time.monotonic() < until_s, f"no {name} came"
            await asyncio.sleep(0.02)
        return found[-1]

    async def hold(self, room: str, *, on: bool) -> None:
        host = await self.agent(room, "host")
        await self.server.room.update_participant(
            api.UpdateParticipantRequest(
                room=room, identity=host.identity, attributes={"hold": "on" if on else ""}
            )
        )

    async def remove(self, room: str, identity: str) -> None:
        await self.server.room.remove_participant(
            api.RoomParticipantIdentity(room=room, identity=identity)
        )

    async def clear(self) -> None:
        for guest in self._guests:
            await guest.leave()
        for room in list(self._rooms):
            await self.close_room(room)

    def worker(self) -> Worker:
        return Worker(
            self.client,
            task_queue=self.queue,
            workflows=[ErrandWorkflow],
            activities=[self.sender.send_agent],
        )


@pytest.fixture
async def voice_stage(
    livekit_server: LiveKitServer, temporal_server: TemporalServer
) -> AsyncIterator[VoiceStage]:
    """Give each test a stage of its own, and see that nothing of it stays behind."""
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    async with livekit_server.api() as server:
        stage = VoiceStage(livekit_server, server, client)
        async with stage.worker():
            yield stage
            await stage.clear()
