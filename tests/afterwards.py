"""What must be so after every test, whatever happened in it."""

import base64
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType, TimeoutType, WorkflowTaskFailedCause
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer

from adapters.sql.tallies import BEGINS
from domain.journal import Entry, Event
from domain.phases import Phase
from domain.seating import Presence
from tests.fakes.record import CANARY
from worker.build import WORKFLOWS

if TYPE_CHECKING:
    from tests.stage import Stage

LATE = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
FAILURES = {
    LATE,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
}
HARMLESS = {
    # Something new came while a workflow wanted to end: it is asked again.
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    # Ops have terminated it.
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
}
MOST_EVENTS = 1_500
"""A workflow that spins would have more."""


async def hold_to_promises(stage: "Stage", *, workers_may_be_late: bool = False) -> None:
    """Fail the test that broke something nobody looked at."""
    for moment in stage.rooms.moments:
        _agents_are_live_in_one_room_at_most(moment)
        _a_caller_never_hears_a_briefing(moment)
    for writer in stage.journal.entries:
        _entries_are_in_order(stage.journal.of(writer))
        if writer not in stage.terminated:
            _one_outcome(stage.journal.of(writer))
        _one_responsible(stage.journal.of(writer))
        _phases_begin_with_entries_that_are_measured(stage.journal.of(writer))
    assert not stage.rooms.people, f"rooms are left: {stage.rooms.people}"
    assert not stage.reservations.held, f"agents are still reserved: {stage.reservations.held}"
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
    for workflow in stage.workflows:
        try:
            history = await stage.client.get_workflow_handle(workflow).fetch_history()
        except RPCError:
            continue  # a transfer that was refused
        _ran_well(history, workers_may_be_late=workers_may_be_late)
        await replayer.replay_workflow(history)


def _ran_well(history: WorkflowHistory, *, workers_may_be_late: bool) -> None:
    bad = FAILURES - {LATE} if workers_may_be_late else FAILURES
    failures = [
        event
        for event in history.events
        if event.event_type in bad
        and event.workflow_task_failed_event_attributes.cause not in HARMLESS
        # A busy worker didn't come for its task in time: any may have it then.
        and event.workflow_task_timed_out_event_attributes.timeout_type
        != TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START
    ]
    assert not failures, f"{history.workflow_id}: {failures}"
    assert len(history.events) < MOST_EVENTS, f"{history.workflow_id} spins"
    assert CANARY not in in_clear(history), f"{history.workflow_id} tells secrets"


def in_clear(history: WorkflowHistory) -> str:
    """Read a history as anybody can: with its payloads decoded."""
    return re.sub(r'"data": "([\w+/=]+)"', _decoded, history.to_json())


def _decoded(payload: re.Match[str]) -> str:
    return f'"data": {base64.b64decode(payload[1]).decode(errors="replace")}'


def _agents_are_live_in_one_room_at_most(moment: Presence) -> None:
    live = [s.identity for s in moment.seen if s.identity.startswith("agt_a") and s.live]
    assert len(live) == len(set(live)), f"an agent is live in two rooms: {moment}"


def _a_caller_never_hears_a_briefing(moment: Presence) -> None:
    for seen in moment.seen:
        if seen.identity.startswith("caller_") and seen.grant.hear:
            assert not moment.briefer_is_in(seen.room), f"the caller hears the briefer: {moment}"


def _entries_are_in_order(entries: list[Entry]) -> None:
    sequence = [entry.sequence for entry in entries]
    assert sequence == list(range(1, len(entries) + 1)), f"kept as {sequence}: {entries}"
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def _phases_begin_with_entries_that_are_measured(entries: list[Entry]) -> None:
    """Metrics read from the events of a journal how long a transfer stayed in each phase."""
    told = [(entry.event, entry.transfer.phase) for entry in entries if entry.transfer]
    for (_, before), (event, phase) in pairwise(told):
        assert before is phase or BEGINS.get(event) is phase, f"{event} begins {phase} unmeasured"


def _one_outcome(entries: list[Entry]) -> None:
    """Exactly one outcome, said exactly when the transfer has ended."""
    states = [entry.transfer for entry in entries if entry.transfer]
    assert all((s.outcome is not None) == (s.phase is Phase.ENDED) for s in states)
    assert len({s.outcome for s in states if s.outcome}) <= 1
    if states:
        assert [e.event for e in entries].count(Event.ENDED) == 1, "a transfer without an end"


def _one_responsible(entries: list[Entry]) -> None:
    """The agent if somebody has the caller, nobody at the end, else the host."""
    for entry in entries:
        if status := entry.call:
            assert (status.responsible is not None) == (status.responsible_kind == "agent")
            assert status.responsible_kind in ("agent", "host", "nobody")
            assert status.responsible_kind == "agent" or status.state != "talking"
