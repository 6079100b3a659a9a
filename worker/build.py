"""Composition root: ports in, workers out. Tests build the same workers with fakes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.briefings import BriefingActivities
from activities.record import RecordActivities
from activities.rooms import CLOSELY, RoomActivities
from activities.seats import SeatActivities
from activities.sweep import SweepActivities
from activities.voices import VoiceActivities
from domain.names import BRIEFING_QUEUE, CONTROL_QUEUE, RECORD_QUEUE
from domain.ports import Ports
from worker.eviction import EvictingRunner, Eviction
from worker.interceptors import BEAT, KeepAlive, TranslateErrors
from workflows.call import CallWorkflow
from workflows.sweep import SweepWorkflow
from workflows.transfer import TransferWorkflow

WORKFLOWS = [CallWorkflow, TransferWorkflow, SweepWorkflow]

ORPHANED = timedelta(seconds=1)
"""How long a workflow waits for the worker that knew it before another takes it: after a kill -9
this costs 10 s by default (measured, temporalio 1.35)."""
SLOTS = 5_000
"""Steps at once: a call that is watched takes one as long as it lasts; each is a coroutine."""


def build_workers(
    client: Client,
    ports: Ports,
    *,
    grace: timedelta = timedelta(seconds=30),
    closely: timedelta = CLOSELY,
) -> list[Worker]:
    """Wire every workflow and activity to `ports`: one worker a queue, so that none waits."""
    rooms = RoomActivities(ports.rooms, closely=closely)
    seats = SeatActivities(ports.tokens, ports.seats, ports.sealing)
    voices = VoiceActivities(ports.voices, ports.briefings, ports.sealing)
    briefings = BriefingActivities(ports.summaries, ports.briefings)
    record = RecordActivities(ports.journal, ports.reservations)
    sweep = SweepActivities(ports.rooms, ports.leftovers, ports.workflows)
    sweeping: list[Callable[..., Any]] = [sweep.find_orphans, sweep.sweep]
    control: list[Callable[..., Any]] = [
        rooms.open_room,
        rooms.close_room,
        rooms.watch,
        rooms.arrange,
        rooms.hold,
        seats.issue_seat,
        voices.host,
        voices.dismiss_briefer,
    ]
    return [
        build_worker(client, CONTROL_QUEUE, control, grace, workflows=WORKFLOWS),
        build_worker(client, BRIEFING_QUEUE, [briefings.write_briefing, voices.speak], grace),
        build_worker(
            client,
            RECORD_QUEUE,
            [record.write_journal, record.reserve, record.release, seats.revoke_seat, *sweeping],
            grace,
        ),
    ]


def build_worker(
    client: Client,
    queue: str,
    activities: list[Callable[..., Any]],
    grace: timedelta,
    workflows: list[type] | None = None,
) -> Worker:
    """Make a worker for one queue, with all that surrounds every step and every workflow."""
    eviction = Eviction()
    eviction.worker = Worker(
        client,
        task_queue=queue,
        workflows=workflows or [],
        activities=activities,
        workflow_runner=EvictingRunner(evict=eviction),
        interceptors=[KeepAlive(), TranslateErrors()],
        sticky_queue_schedule_to_start_timeout=ORPHANED,
        graceful_shutdown_timeout=grace,
        max_concurrent_activities=SLOTS,
        max_heartbeat_throttle_interval=BEAT,
    )
    return eviction.worker
