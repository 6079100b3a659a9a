"""A host needs neither Temporal nor a worker to keep a caller company."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from tests.servers import LiveKitServer, TemporalServer, free_port, temporal_binary
from tests.voice_errand import Errand
from tests.voice_stage import VoiceStage, voice
from voice.main import main

pytestmark = pytest.mark.alone

CALLER = "caller_x"
AWAY_S = 8
"""Longer than a heartbeat may be missing."""


async def _temporal(port: int, file: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(temporal_binary(), "server", "start-dev", "--headless", "--ip", "127.0.0.1"),
        *("--port", str(port), "--db-filename", str(file)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(RuntimeError):
                client = await Client.connect(f"127.0.0.1:{port}")
                await client.count_workflows()
                return process
            await asyncio.sleep(0.2)


async def test_music_goes_on_while_temporal_is_away_and_its_activity_survives(
    livekit_server: LiveKitServer, tmp_path: Path
) -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    temporal = await _temporal(port, tmp_path / "temporal.db")
    try:
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        async with (
            livekit_server.api() as server,
            voice("host", livekit_server, TemporalServer(address), tmp_path),
        ):
            stage = VoiceStage(livekit_server, server, client)
            async with stage.worker():
                room = await stage.open_room()
                caller = await stage.seat(CALLER, room, microphone=True)
                errand = await stage.send(Errand(agent="host", room=room, person=CALLER))
                await caller.hears("host", 0)
                away_s = time.monotonic()
                temporal.kill()
                await temporal.wait()
                await asyncio.sleep(AWAY_S)
                temporal = await _temporal(port, tmp_path / "temporal.db")
                await asyncio.sleep(AWAY_S)
                assert caller.longest_silence_s(away_s, time.monotonic() - 0.3) < 1
                assert len(await stage.agents(room, "host")) == 1
                await stage.close_room(room)
                assert await asyncio.wait_for(errand.result(), 20) is None
                await stage.clear()
    finally:
        with contextlib.suppress(ProcessLookupError):
            temporal.kill()
        await temporal.wait()


@pytest.mark.parametrize("arguments", [[], ["scribe"], ["host", "briefer"]])
def test_a_voice_process_says_how_it_is_started(arguments: list[str]) -> None:
    assert main(arguments) == 2
