"""How patient a workflow is with each kind of work, said once and by name."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType, ActivityConfig

from domain.names import BRIEFING_QUEUE, RECORD_QUEUE

ALIVE = timedelta(seconds=1.5)
"""How long a worker may be unheard of before its steps are given to another; while a step lasts
it beats three times as often."""
UNHURRIED = timedelta(seconds=8)
"""The same for a call that isn't being transferred. Sixty that beat twice a second overwhelmed a
Temporal server, missed their beats for it, and were all begun anew, again and again (seen)."""
AGENT_ALIVE = timedelta(seconds=2)
"""The same for voice agents, whose host is needed again before a caller notices."""

_QUICKLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1)
)

# A caller is listening: a step that hangs is worth less than one that is tried again.
ROOM_CALL = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    heartbeat_timeout=ALIVE,
    schedule_to_close_timeout=timedelta(seconds=30),
    retry_policy=_QUICKLY,
)

# Never gives up: after an outage of the media server this is what opens the rooms again.
WATCH = ActivityConfig(
    start_to_close_timeout=timedelta(hours=12),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(milliseconds=100)
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)

# Whoever asked for a seat is waiting for the answer; they may ask again.
SEAT = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    heartbeat_timeout=ALIVE,
    schedule_to_close_timeout=timedelta(seconds=10),
    retry_policy=_QUICKLY,
)

# A host lives as long as its room; its own heartbeats say that it plays on.
HOSTING = ActivityConfig(
    start_to_close_timeout=timedelta(hours=12),
    heartbeat_timeout=AGENT_ALIVE,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1)
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)

# A late briefing is worse than a short one: the rules' takes over long before this ends.
WRITING = ActivityConfig(
    task_queue=BRIEFING_QUEUE,
    start_to_close_timeout=timedelta(seconds=10),
    heartbeat_timeout=ALIVE,
    schedule_to_close_timeout=timedelta(seconds=60),
    retry_policy=_QUICKLY,
)

# Lasts as long as agent B is being asked plus the speech; the briefer heartbeats meanwhile. Each
# attempt that finds no voice takes three seconds, and one is lost where Temporal stalls for two.
SPEAKING = ActivityConfig(
    task_queue=BRIEFING_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=AGENT_ALIVE,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=100),
        maximum_interval=timedelta(seconds=1),
        maximum_attempts=10,
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)

# Off the transfer's path: with the database away it waits, and the events catch up in order.
RECORD = ActivityConfig(
    task_queue=RECORD_QUEUE,
    start_to_close_timeout=timedelta(seconds=15),
    heartbeat_timeout=ALIVE,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=2)
    ),
)

# Agent B is rung only after this, so it may not take as long as agent B may.
RESERVING = ActivityConfig(
    task_queue=RECORD_QUEUE,
    start_to_close_timeout=timedelta(seconds=6),
    heartbeat_timeout=ALIVE,
    schedule_to_close_timeout=timedelta(seconds=15),
    retry_policy=_QUICKLY,
)


# Nobody waits for it, and another sweep comes: what fails is left for that one.
SWEEPING = ActivityConfig(
    task_queue=RECORD_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=UNHURRIED,
    schedule_to_close_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(maximum_attempts=3),
)


def watch_at(every: timedelta, *, closely: bool) -> ActivityConfig:
    """Watch at a pace: where nobody looks closely, a dead worker may be noticed late."""
    summary = f"until something changes, every {every.total_seconds():g} s"
    return saying({**WATCH, "heartbeat_timeout": ALIVE if closely else UNHURRIED}, summary)


def saying(config: ActivityConfig, summary: str) -> ActivityConfig:
    """Add what the Temporal UI shows beside the step."""
    return {**config, "summary": summary}
