"""Real servers for tests: one LiveKit and one Temporal for the whole run, on free ports."""

import asyncio
import contextlib
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from livekit import api
from temporalio.testing import WorkflowEnvironment

from stack.binaries import get_livekit
from stack.environment import bare
from stack.parts import prompt_timers

START_S = 20.0


@dataclass(frozen=True)
class TemporalServer:
    """Where the test Temporal listens."""

    address: str
    namespace: str = "default"


@dataclass(frozen=True)
class LiveKitServer:
    """Where the test LiveKit listens, with the key that opens it."""

    url: str
    key: str
    secret: str
    log: Path

    def api(self) -> api.LiveKitAPI:
        """Open its server API; close it with `aclose`."""
        return api.LiveKitAPI(self.url, self.key, self.secret)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Find a port nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def running_temporal(*more: str) -> AsyncIterator[TemporalServer]:
    """Run Temporal's development server, in memory; `more` are arguments for it."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=[*prompt_timers(), *more],
    ) as env:
        yield TemporalServer(env.client.service_client.config.target_host)


@contextlib.asynccontextmanager
async def running_livekit(
    folder: Path, webhook_url: str | None = None
) -> AsyncIterator[LiveKitServer]:
    """Run LiveKit on loopback, its configuration and log in `folder`."""
    port, key, secret = free_port(), "testkey", "test-secret-of-at-least-32-characters"
    config: dict[str, object] = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": free_port(),
            "udp_port": free_port(socket.SOCK_DGRAM),
            "node_ip": "127.0.0.1",
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo"]},
        },
        "room": {"auto_create": False},
        "keys": {key: secret},
        "agents": {"target_load": 1.0},  # as in our own stack
    }
    if webhook_url:
        config["webhook"] = {"api_key": key, "urls": [webhook_url]}
    path = folder / "livekit.yaml"
    path.write_text(yaml.safe_dump(config))
    log = folder / "livekit.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            livekit_binary(), "--config", str(path), stdout=out, stderr=out
        )
    try:
        await _listening(port, process)
        yield LiveKitServer(f"ws://127.0.0.1:{port}", key, secret, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while process.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.05)
    raise RuntimeError("livekit-server ended before it listened; see its log")


def livekit_binary() -> str:
    """Find the LiveKit server, built before if need be."""
    return str(get_livekit(bare()))


def temporal_binary() -> str:
    """Find the `temporal` of the environment, or that on PATH."""
    beside_python = Path(sys.executable).with_name("temporal")
    return str(beside_python) if beside_python.exists() else str(shutil.which("temporal"))


@pytest.fixture(scope="session")
async def temporal_server() -> AsyncIterator[TemporalServer]:
    """Share one Temporal among all tests."""
    async with running_temporal() as server:
        yield server


@pytest.fixture(scope="session")
async def livekit_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveKitServer]:
    """Share one LiveKit among all tests."""
    async with running_livekit(tmp_path_factory.mktemp("livekit")) as server:
        yield server
