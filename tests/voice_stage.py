"""A stage for the voice agents: real servers, real rooms, real voice processes."""

import asyncio
import contextlib
import re
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from livekit import api
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from domain.voice import SpeechProgress
from tests.servers import LiveKitServer, TemporalServer
from tests.voice_errand import SECRET, Errand, ErrandWorkflow, Sender
from tests.voice_guest import Guest, eventually

ROOT = Path(__file__).parents[1]


@dataclass
class VoiceProcess:
    """A running `python -m voice …`, started as the product's own users do."""

    process: asyncio.subprocess.Process
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def has_begun(self) -> bool:
        return "job begins" in self.said()

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
        self,
        identity: str,
        room: str,
        *,
        deaf: bool = False,
        takes: bool = True,
        microphone: bool = False,
    ) -> Guest:
        """Seat somebody. LiveKit tells of one without a microphone up to three seconds late.

        One who takes nothing is sent no sound, as if LiveKit had lost the tracks of all others.
        """
        guest = Guest(identity)
        await guest.join(self.livekit, room, deaf=deaf, takes=takes)
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
