"""The ground on which everything is played: the whole product, and lines in it that can fail."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import httpx

from chaos.ops import Ops
from chaos.proxy import Proxy
from robots.http import trusted
from robots.scene import Scene, Stage
from robots.waiting import until
from stack.console import Trouble
from stack.environment import bare
from stack.local import MEASURED, LocalStack
from stack.parts import kind

API_TEMPORAL = "api to Temporal"
WORKER_TEMPORAL = "worker to Temporal"
WORKER_LIVEKIT = "worker to LiveKit"
SPARES = ("worker-2", "host-2", "briefer-2")
GROUPS = {
    "workers": ("worker", "worker-2"),
    "hosts": ("host", "host-2"),
    "briefers": ("briefer", "briefer-2"),
    "voices": ("host", "host-2", "briefer", "briefer-2"),
}
STARTS_WITHIN_S = 120.0
READY_WITHIN_S = 30.0
LOOK_EVERY_S = 0.25


class Ground:
    """A stack with a spare of each worker and voice, and a proxy on each line that may fail.

    `losses` are the parts that ended though nobody had told them to; they are started again.
    """

    def __init__(self, data: Path) -> None:
        # One machine calls in the name of everybody.
        self.stack = LocalStack(
            data, {**bare(), "CALLS_PER_MINUTE": "600"}, free_ports=True, nice=MEASURED
        )
        temporal = self.stack.env["TEMPORAL_ADDRESS"]
        livekit = self.stack.env["LIVEKIT_URL"].removeprefix("ws://")
        self.lines = {
            API_TEMPORAL: Proxy(temporal),
            WORKER_TEMPORAL: Proxy(temporal),
            WORKER_LIVEKIT: Proxy(livekit),
        }
        self.ops = Ops(temporal)
        self.losses: list[str] = []
        self._down: set[str] = set()

    @property
    def stage(self) -> Stage:
        return Stage.of({**self.stack.env, "WARM_TRANSFER_URL": self.stack.urls["api"]})

    @property
    def database(self) -> Path:
        return self.stack.data / "record.db"

    @property
    def histories(self) -> Path:
        """Where those of broken transfers are kept."""
        return self.stack.data / "histories"

    async def __aenter__(self) -> "Ground":
        for line in self.lines.values():
            await line.pass_on()
        self.stack.told = {
            "api": {"TEMPORAL_ADDRESS": self.lines[API_TEMPORAL].address},
            "worker": {
                "TEMPORAL_ADDRESS": self.lines[WORKER_TEMPORAL].address,
                "LIVEKIT_URL": f"ws://{self.lines[WORKER_LIVEKIT].address}",
            },
        }
        try:
            await asyncio.to_thread(self.stack.start)
            await asyncio.to_thread(self.stack.start, *SPARES)
        except BaseException:
            await self._close()
            raise
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        await self._close()

    async def parts(self, target: str, scene: Scene) -> list[str]:
        """Who is meant: the one that has this transfer or this room, or all of a kind."""
        if target == "worker":
            pid = await self.ops.last_worker(scene.call_id, scene.transfer_id)
            workers = GROUPS["workers"]
            return [name for name in workers if self.stack.pid(name) == pid] or [workers[0]]
        if target in ("host", "briefer"):
            return [self._voice_in(scene, target)]
        return list(GROUPS.get(target, (target,)))

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to these parts and all that they have started."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.stack.pid(name), number)

    async def kill(self, *names: str, alone: bool = False) -> None:
        """Kill these parts, with their jobs or `alone`; returns when they are gone."""
        self._down.update(names)
        if not alone:
            self.signal(signal.SIGKILL, *names)
        for name in names:
            await asyncio.to_thread(self.stack.kill, name)

    async def end(self, *names: str) -> None:
        """Tell these parts to end; returns when they are gone."""
        self._down.update(names)
        await asyncio.gather(*(asyncio.to_thread(self.stack.end, name) for name in names))

    async def start(self, *names: str) -> float:
        """Start these again, as often as they need; when they could first be of use."""
        useful = asyncio.create_task(self._useful(names))
        await asyncio.gather(*(self._started(name) for name in names))
        self._down.difference_update(names)
        return min(await useful, time.monotonic())

    async def whole(self) -> None:
        """Return when everything works; nothing is broken any more."""
        await until(lambda: not self.stack.dead, STARTS_WITHIN_S, "what died to be there again")
        await until(self._ready, READY_WITHIN_S, "the api to be ready", LOOK_EVERY_S)

    async def _keep(self) -> None:
        """Start again what ends by itself, as `make up` does."""
        while True:
            for name in self.stack.dead:
                if name not in self._down:
                    self.losses.append(name)
                    await self.start(name)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _started(self, name: str) -> None:
        by = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                return await asyncio.to_thread(self.stack.start, name)
            except Trouble:
                # What it needs is away itself; whoever looks after processes tries again.
                if time.monotonic() > by:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)

    async def _useful(self, names: tuple[str, ...]) -> float:
        if "temporal" not in names:
            return float("inf")
        await until(self.ops.is_healthy, STARTS_WITHIN_S, "Temporal to be healthy", 0.05)
        return time.monotonic()

    async def _ready(self) -> bool:
        async with httpx.AsyncClient(base_url=self.stage.url, timeout=5, verify=trusted()) as http:
            with contextlib.suppress(httpx.TransportError):
                return (await http.get("/readyz")).is_success
        return False

    async def _close(self) -> None:
        await asyncio.to_thread(self.stack.stop)
        for line in self.lines.values():
            await line.close()

    def _voice_in(self, scene: Scene, role: str) -> str:
        """The process whose job is in a room of this scene, by the job's id in its log."""
        jobs = [
            sight.identity.partition("-")[2]
            for sample in (scene.witness.samples[-1:] if scene.witness else [])
            for sight in sample.sights
            if sight.room in (scene.room_a, scene.room_b) and sight.identity.startswith(role)
        ]
        processes = [name for name in self.stack.names if kind(name) == role]
        logs = {name: self.stack.log(name).read_text(errors="replace") for name in processes}
        found = [name for name in processes if any(job in logs[name] for job in jobs)]
        return (found or processes)[0]
