"""Temporal actions of one transfer, counted from the histories of the transfer and its call.

An action is what Temporal Cloud bills (docs.temporal.io/cloud/actions): a workflow started, a
child also for being started by its parent; an activity started, each attempt; a timer started,
those within a wait with a timeout too; a signal, an update, an upsert of search attributes.
As Temporal's own estimate in its UI this sees what stands in histories: not queries, of which a
transfer needs none, nor rejected updates, nor the heartbeats of activities. The server's own
meter sees those too, and is shown beside.
"""

import re
from collections import Counter
from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from robots.http import Api

ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "workflow",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "child",
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: "activity",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
}

METER = re.compile(r'\naction\{action_type="(\w+)",namespace="default".*\} (\d+)$', re.MULTILINE)


async def metered(url: str) -> Counter[str]:
    """All that the server has billed since it began, by its own names; heartbeats among them."""
    async with Api(url) as api:
        told = (await api.ask("GET", "/metrics")).text
    found: Counter[str] = Counter()
    for kind, count in METER.findall(told):
        found[kind] += int(count)
    return found


async def actions(
    client: Client, call_id: str, transfer_id: str, began: float, ended: float
) -> Counter[str]:
    """By kind; of the call's workflow only what happened from `began` to `ended` (Unix time)."""
    transfer = await client.get_workflow_handle(f"transfer/{transfer_id}").fetch_history()
    call = await client.get_workflow_handle(f"call/{call_id}").fetch_history()
    during = [one for one in call.events if began <= _at(one) <= ended]
    return counted([*transfer.events, *during])


def counted(events: Iterable[HistoryEvent]) -> Counter[str]:
    """Count the actions among events; an activity's last attempt says how many there were."""
    found: Counter[str] = Counter()
    for event in events:
        kind = ACTIONS.get(event.event_type)
        if kind:
            found[kind] += event.activity_task_started_event_attributes.attempt or 1
    return found


def _at(event: HistoryEvent) -> float:
    return event.event_time.ToMicroseconds() / 1e6
