"""What ops read in the Temporal UI, and what nobody may: histories as they are exported."""

import base64
import json
from typing import Any

from temporalio.common import SearchAttributeKey

from tests.afterwards import in_clear
from tests.fakes.record import CANARY
from tests.people import StagedCall
from tests.stage import Stage
from workflows.visibility import ALL, CALL_ID, TENANT, TRANSFER_OUTCOME, TRANSFER_PHASE

JWT = "eyJ"


async def consulted(stage: Stage) -> StagedCall:
    """Play a whole call with a transfer by consultation."""
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await transfer.goes_through()
    await call.is_with("agt_b")
    await stage.gateway.end_call(call.id, "caller_1")
    await call.ends()
    return call


async def exported(stage: Stage, workflow: str) -> str:
    return (await stage.client.get_workflow_handle(workflow).fetch_history()).to_json()


def summaries(history: str, event: str) -> list[str | None]:
    """Read what the UI shows beside each event of a kind."""
    events: list[dict[str, Any]] = json.loads(history)["events"]
    found = [e.get("userMetadata", {}).get("summary") for e in events if e["eventType"] == event]
    return [summary and json.loads(base64.b64decode(summary["data"])) for summary in found]


async def test_every_step_and_timer_says_what_it_is_for(stage: Stage) -> None:
    call = await consulted(stage)
    for workflow in (call.writer, call.transfers[0].writer):
        history = await exported(stage, workflow)
        said = summaries(history, "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED")
        assert said
        assert None not in said
    timers = summaries(history, "EVENT_TYPE_TIMER_STARTED")
    assert timers
    assert "agent B's answer" in timers
    assert "decision" in timers


async def test_nothing_private_is_in_a_history(stage: Stage) -> None:
    call = await consulted(stage)
    assert stage.voices.spoken[0].count(CANARY), "the canary is planted"
    for workflow in (call.writer, call.transfers[0].writer):
        history = in_clear(await stage.client.get_workflow_handle(workflow).fetch_history())
        assert call.id in history, "it can be read"
        assert CANARY not in history
        assert JWT not in history
        for seat in stage.seats.kept.values():
            assert seat.sealed_token not in history


async def test_a_transfer_is_found_and_read_in_the_ui(stage: Stage) -> None:
    call = await consulted(stage)
    transfer = call.transfers[0]
    described = await transfer.handle.describe()
    attributes = described.typed_search_attributes
    expected: dict[SearchAttributeKey[str], str] = {
        TRANSFER_PHASE: "ended",
        TRANSFER_OUTCOME: "completed",
        CALL_ID: call.id,
        TENANT: "t",
    }
    assert set(expected) == set(ALL)
    assert {key: attributes[key] for key in expected} == expected
    details = await transfer.handle.query("__temporal_workflow_metadata")
    assert "Phase **ended** · outcome **completed**" in str(details)
