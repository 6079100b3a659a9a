"""What has outlived its owner is cleared away, and nothing else ever is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    WorkflowFailureError,
)
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.sweep import SweepActivities
from domain.errors import Unreachable
from domain.names import CONTROL_QUEUE, room_name
from domain.phases import Decision, Outcome, Phase
from domain.settings import SweepSettings
from domain.sweeping import Kind, Leftover, SweepOrder, SweepReport
from durable.schedules import SWEEP, keep_schedules
from durable.workflows import TemporalWorkflows
from robots.waiting import until
from tests.people import StagedCall
from tests.servers import free_port
from tests.stage import WITHIN_S, Stage
from workflows.sweep import SweepWorkflow

Sweep = Callable[..., Awaitable[SweepReport]]
FOREIGN = ("lobby", room_name(uuid4()))
"""Another product's rooms on the same server, one of them named as ours are."""


@pytest.fixture
async def sweep(stage: Stage) -> AsyncIterator[Sweep]:
    """Sweeps a server that others use, too."""
    for room in FOREIGN:
        await stage.rooms.open(room)

    async def once(grace_s: float = 0.0) -> SweepReport:
        workflow = f"sweep-{uuid4().hex}"
        stage.workflows.append(workflow)
        order = SweepOrder(grace=timedelta(seconds=grace_s))
        report: SweepReport = await stage.client.execute_workflow(
            SweepWorkflow.run, order, id=workflow, task_queue=CONTROL_QUEUE
        )
        return report

    yield once
    for room in FOREIGN:
        assert room in stage.rooms.people, "a room of others is gone"
        await stage.rooms.close(room)


def kinds(leftovers: tuple[Leftover, ...]) -> set[Kind]:
    return {leftover.kind for leftover in leftovers}


def ours(stage: Stage) -> set[str]:
    return set(stage.rooms.people) - set(FOREIGN)


async def terminated(stage: Stage, call: StagedCall) -> None:
    """Let ops end a call's workflow, so that it can't clean up."""
    await call.handle.terminate("by ops")
    stage.terminated.add(call.writer)


async def test_a_caller_left_alone_in_a_room_without_an_owner_is_let_go(
    stage: Stage, sweep: Sweep
) -> None:
    call = await stage.call()
    await call.waits()
    await terminated(stage, call)
    report = await sweep()
    assert kinds(report.swept) == {Kind.ROOM, Kind.CALL}
    assert report.left == ()
    assert ours(stage) == set()
    assert (await sweep()) == SweepReport()


async def test_people_who_talk_are_not_hung_up_on(stage: Stage, sweep: Sweep) -> None:
    call = await stage.talking()
    await terminated(stage, call)
    report = await sweep()
    assert report.swept == ()
    assert kinds(report.left) == {Kind.ROOM, Kind.CALL}
    assert stage.rooms.talks("agt_a", call.room)
    stage.person("agt_a").vanish()
    report = await sweep()
    assert kinds(report.swept) == {Kind.ROOM, Kind.CALL}
    assert ours(stage) == set()


async def test_a_call_is_not_over_while_people_talk_in_any_room_of_it(
    stage: Stage, sweep: Sweep
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    await stage.until(lambda: transfer.a.talks(transfer.room_b), "the agents talk")
    await terminated(stage, call)
    await transfer.terminate()
    call.caller.vanish()
    report = await sweep()
    assert kinds(report.swept) == {Kind.ROOM, Kind.TRANSFER}
    assert kinds(report.left) == {Kind.ROOM, Kind.CALL}
    assert ours(stage) == {transfer.room_b}
    transfer.b.vanish()
    assert kinds((await sweep()).swept) == {Kind.ROOM, Kind.CALL}


async def test_nothing_of_a_running_call_or_transfer_is_touched(stage: Stage, sweep: Sweep) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    assert await sweep() == SweepReport()
    assert ours(stage) == {transfer.room_a, transfer.room_b}
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_a_transfer_that_runs_keeps_the_rooms_of_its_call(stage: Stage, sweep: Sweep) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await terminated(stage, call)
    assert await sweep() == SweepReport()
    assert ours(stage) == {transfer.room_a, transfer.room_b}
    await transfer.decide(Decision.DECLINE)
    await transfer.ends(Outcome.DECLINED)
    call.caller.vanish()
    assert kinds((await sweep()).swept) == {Kind.ROOM, Kind.CALL}


async def test_a_terminated_transfer_is_over_in_the_record_while_its_call_goes_on(
    stage: Stage, sweep: Sweep
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    await transfer.terminate()
    await call.is_with("agt_a")
    (swept,) = (await sweep()).swept
    assert (swept.kind, swept.transfer_id) == (Kind.TRANSFER, transfer.id)
    assert call.room in stage.rooms.people


async def test_what_is_young_is_never_touched(stage: Stage, sweep: Sweep) -> None:
    call = await stage.call()
    await call.waits()
    await terminated(stage, call)
    assert await sweep(grace_s=3_600) == SweepReport()
    assert ours(stage) == {call.room}
    assert kinds((await sweep()).swept) == {Kind.ROOM, Kind.CALL}


@pytest.mark.parametrize("away", ["leftovers", "rooms"])
async def test_nothing_is_touched_while_one_of_them_can_not_be_asked(
    stage: Stage, sweep: Sweep, away: str
) -> None:
    call = await stage.call()
    await call.waits()
    await terminated(stage, call)
    getattr(stage, away).away = True
    with pytest.raises(WorkflowFailureError):
        await sweep()
    getattr(stage, away).away = False
    stage.workflows.pop()
    assert ours(stage) == {call.room}
    assert stage.leftovers.settled == []
    await sweep()


async def test_nothing_is_touched_while_temporal_can_not_be_asked(stage: Stage) -> None:
    gone = await Client.connect(
        f"127.0.0.1:{free_port()}", lazy=True, data_converter=pydantic_data_converter
    )
    call = await stage.talking()
    steps = SweepActivities(stage.rooms, stage.leftovers, TemporalWorkflows(gone))
    with pytest.raises(Unreachable):
        await steps.find_orphans(SweepOrder(grace=timedelta(0)))
    (room,) = await stage.leftovers.of_rooms((call.room,))
    with pytest.raises(Unreachable):
        await steps.sweep(room)
    assert stage.rooms.talks("agt_a", call.room)


async def test_a_sweep_forgets_events_that_are_older_than_a_day(stage: Stage, sweep: Sweep) -> None:
    await sweep()
    assert stage.leftovers.kept == timedelta(days=1)


async def test_whose_owner_runs_again_is_left(stage: Stage) -> None:
    call = await stage.call()
    await call.waits()
    steps = SweepActivities(stage.rooms, stage.leftovers, stage.ports.workflows)
    (room,) = await stage.leftovers.of_rooms((call.room,))
    assert not await steps.sweep(room)
    assert call.room in stage.rooms.people


async def test_an_orphan_that_resists_keeps_no_other(stage: Stage, sweep: Sweep) -> None:
    calls = [await stage.call() for _ in range(2)]
    for call in calls:
        await call.waits()
        await terminated(stage, call)
    stage.rooms.failing["close"] = [Unreachable("no answer") for _ in range(3)]
    report = await sweep()
    assert len(ours(stage)) == 1
    assert {room for left in report.left for room in left.rooms} == ours(stage)
    assert kinds((await sweep()).swept) == {Kind.ROOM, Kind.CALL}


async def test_an_agent_is_free_again_once_nobody_asks_them_any_more(
    stage: Stage, sweep: Sweep
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    late = Leftover(
        kind=Kind.RESERVATION,
        tenant="t",
        call_id=call.id,
        transfer_id=transfer.id,
        agent="agt_b",
        owners=(transfer.writer,),
    )
    stage.leftovers.late.append(late)
    assert await sweep() == SweepReport()
    await transfer.cancel()
    await transfer.ends(Outcome.CANCELLED)
    assert (await sweep()).swept == (late,)


async def test_the_schedule_is_made_once_and_what_ops_have_paused_stays_paused(
    stage: Stage,
) -> None:
    await keep_schedules(stage.client, SweepSettings(every_s=3_600))
    schedule = stage.client.get_schedule_handle(SWEEP)
    await schedule.pause(note="by ops")
    await keep_schedules(stage.client, SweepSettings(every_s=7_200))
    described = await schedule.describe()
    assert described.schedule.state.paused
    assert [i.every for i in described.schedule.spec.intervals] == [timedelta(hours=2)]
    await schedule.trigger()
    ran: list[str] = []

    async def has_run() -> bool:
        for recent in (await schedule.describe()).info.recent_actions:
            assert isinstance(recent.action, ScheduleActionExecutionStartWorkflow)
            ran.append(recent.action.workflow_id)
        return bool(ran)

    await until(has_run, WITHIN_S, "the schedule to start a sweep")
    handle = stage.client.get_workflow_handle(ran[0], result_type=SweepReport)
    assert await handle.result() == SweepReport()
    await schedule.delete()
