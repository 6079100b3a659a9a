"""The server process of a kind of voice agent: takes jobs, and watches over those that run."""

import asyncio
import logging
import math
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from livekit.agents import AgentServer, JobContext, JobProcess, JobRequest
from livekit.agents.worker import WorkerPermissions
from livekit.protocol.models import TrackSource

from domain.errors import Refused
from domain.settings import LiveKitSettings, VoiceSettings
from domain.voice import BriefingOrder, HostOrder
from durable.connect import connect
from voice.duty import Duty
from voice.endings import Ending
from voice.kit import Kit
from voice.registration import return_promptly

log = logging.getLogger(__name__)

DRAIN_S = 7
"""Jobs told to end do so within five seconds."""
NEVER_GIVE_UP = 1_000_000
"""Attempts to reach LiveKit again; livekit-agents would otherwise end after 16."""

LIVEKIT_FULL = 0.7
"""LiveKit's own `agents.target_load`: it gives no job to a server that reports more."""


@dataclass(frozen=True)
class Role:
    """What one kind of voice agent does."""

    name: str
    order: type[HostOrder] | type[BriefingOrder]
    job: Callable[[JobContext], Awaitable[None]]
    warm_up: Callable[[JobProcess], None]
    preload: tuple[str, ...]
    """Modules that job processes inherit instead of importing them one by one."""
    subscribes: bool = False
    """It takes people's microphones, to notice when one dies."""
    answers: bool = False
    """It answers who asks whether it lives; whoever knows a briefing may send nothing but sound."""


class VoiceServer:
    """A livekit-agents server with our rules for taking jobs and for losing them."""

    def __init__(
        self, role: Role, kit: Kit, livekit: LiveKitSettings, voice: VoiceSettings
    ) -> None:
        self._role = role
        self._kit = kit
        self._url = livekit.url
        self._max_jobs = voice.max_jobs
        self._starting = 0
        self._reports: set[asyncio.Task[None]] = set()
        self._server = AgentServer(
            ws_url=livekit.url,
            api_key=livekit.api_key,
            api_secret=livekit.api_secret.get_secret_value(),
            host="127.0.0.1",
            port=voice.port,
            num_idle_processes=voice.idle_processes,
            preload_modules=list(role.preload),
            setup_fnc=role.warm_up,
            load_fnc=self._load,
            # We refuse by ourselves, in `_answer`. With a threshold, livekit-agents takes each job
            # that is about to start for half of its capacity, and refuses the third of a burst.
            load_threshold=math.inf,
            max_retry=NEVER_GIVE_UP,
            drain_timeout=DRAIN_S,
            # Also how long it waits for warm processes before it asks LiveKit for jobs.
            initialize_process_timeout=30.0,
            shutdown_process_timeout=2.0,
            permissions=WorkerPermissions(
                can_publish=True,
                can_subscribe=role.subscribes,
                can_publish_data=role.answers,
                can_update_metadata=False,
                can_publish_sources=[TrackSource.MICROPHONE],
            ),
        )
        self._server.rtc_session(role.job, agent_name=role.name, on_request=self._answer)
        self._server.on("worker_started", self._watch_jobs)

    async def run_until(self, stop: asyncio.Event) -> None:
        """Serve until told to stop, then let jobs end in good order."""
        running = asyncio.create_task(self._server.run())
        beside = [
            asyncio.create_task(stop.wait()),
            asyncio.create_task(return_promptly(self._server, self._url)),
        ]
        await asyncio.wait({running, *beside}, return_when=asyncio.FIRST_COMPLETED)
        for task in beside:
            task.cancel()
        if not running.done():
            await self._wind_down()
        await running

    async def _wind_down(self) -> None:
        log.info("stopping")
        # Job processes end with the server, but not at once: each hands its activity back first.
        drained = asyncio.create_task(self._server.drain())
        for process in self._processes():
            if process.running_job and process.pid:
                os.kill(process.pid, signal.SIGTERM)
        await asyncio.wait({drained})
        if drained.exception():
            log.warning("jobs did not end in time")
        await self._server.aclose()
        await asyncio.gather(*self._reports, return_exceptions=True)

    async def _answer(self, request: JobRequest) -> None:
        """Take a job under an identity of its own, or leave it to another server."""
        try:
            order = self._kit.opened(self._role.order, request.job.metadata)
        except Refused:
            log.warning("job refused: not our order", extra={"job": request.id})
            return await request.reject()
        if len(self._server.active_jobs) + self._starting >= self._max_jobs:
            log.warning("job refused: full", extra={"job": request.id})
            return await request.reject(terminate=False)
        self._starting += 1
        try:
            await request.accept(
                identity=f"{self._role.name}-{request.id}",
                attributes={"act": order.activity_id, "attempt": str(order.attempt)},
            )
        finally:
            self._starting -= 1

    def _load(self) -> float:
        """Report a load that LiveKit takes for full exactly when we are."""
        return LIVEKIT_FULL * len(self._server.active_jobs) / self._max_jobs

    def _processes(self) -> list[Any]:
        # livekit-agents 1.8 offers no public way to its job processes; the lock pins the version.
        pool = getattr(self._server, "_proc_pool", None)
        return list(pool.processes) if pool else []

    def _watch_jobs(self) -> None:
        self._server._proc_pool.on("process_closed", self._on_process_closed)

    def _on_process_closed(self, process: Any) -> None:
        if process.running_job and process.exitcode != 0:
            report = asyncio.create_task(self._report_death(process.running_job.job.metadata))
            self._reports.add(report)
            report.add_done_callback(self._reports.discard)

    async def _report_death(self, sealed: str) -> None:
        """Fail a dead job's activity now; Temporal would miss its heartbeats only seconds later."""
        try:
            order = self._kit.opened(self._role.order, sealed)
            await Duty(await connect(), order).report(Ending.BROKEN)
        except Exception as error:
            log.warning("death of a job not reported", extra={"error": type(error).__name__})
