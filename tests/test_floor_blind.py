"""While nobody can see or tell what is in the rooms: nobody is gone, and nothing is forgotten."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import PortError, Unreachable, Untrusted
from domain.journal import Event
from domain.phases import Outcome, Phase
from tests.plays import PLAYS
from tests.stage import BRIEF, Stage
from workflows.call import CallWorkflow

GONE_S = 1.0
PATIENT = BRIEF.model_copy(update={"gone": timedelta(seconds=GONE_S)})


def nobody_looks(stage: Stage, error: PortError) -> None:
    stage.rooms.failing["look"] = [error] * 1000


@pytest.mark.parametrize("error", [Unreachable("away"), Untrusted("another key")], ids=repr)
async def test_who_came_back_while_nobody_could_look_has_not_hung_up(
    stage: Stage, error: PortError
) -> None:
    call = await stage.talking(PATIENT)
    await call.loses(call.caller)
    nobody_looks(stage, error)
    assert call.caller.join(call.room)
    await asyncio.sleep(2 * GONE_S)
    stage.rooms.failing.clear()
    stage.rooms.stir()
    await call.is_with("agt_a")
    assert Event.CALL_ENDED not in call.events


async def test_who_did_not_come_back_is_gone_as_soon_as_somebody_looks(stage: Stage) -> None:
    call = await stage.talking(PATIENT)
    await call.loses(call.caller)
    nobody_looks(stage, Unreachable("away"))
    await asyncio.sleep(2 * GONE_S)
    assert Event.CALL_ENDED not in call.events
    stage.rooms.failing.clear()
    await call.ends()


async def test_an_agent_b_who_came_back_while_nobody_could_look_goes_on(stage: Stage) -> None:
    call = await stage.talking(PATIENT)
    transfer = await call.transfer()
    await transfer.until_briefing()
    await call.loses(transfer.b)
    nobody_looks(stage, Unreachable("away"))
    assert transfer.b.join(transfer.room_b)
    await asyncio.sleep(2 * GONE_S)
    stage.rooms.failing.clear()
    await transfer.accept()
    await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)


@pytest.mark.parametrize("has_accepted", [False, True], ids=["rings", "accepted"])
async def test_an_agent_b_who_came_while_nobody_could_look_has_answered(
    stage: Stage, *, has_accepted: bool
) -> None:
    call = await stage.talking(PATIENT)
    transfer = await call.transfer(patience={"offer": 1.5})
    await transfer.until_offering()
    if has_accepted:
        await transfer.accept()
    nobody_looks(stage, Unreachable("away"))
    await transfer.come(transfer.b)
    await asyncio.sleep(3)
    stage.rooms.failing.clear()
    await transfer.reach(Phase.BRIEFING)
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_an_agent_a_who_goes_to_consult_while_the_media_server_is_silent_gets_there(
    stage: Stage,
) -> None:
    call = await stage.talking(PATIENT)
    transfer = await call.transfer(patience={"gone": 20})
    await transfer.until_briefing()
    await transfer.come(transfer.a)
    await transfer.tells(Event.HOLD_STARTED)
    stage.rooms.away = True
    await asyncio.sleep(7)
    stage.rooms.away = False
    await transfer.reach(Phase.CONSULTING)
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_a_server_that_trusts_nobody_fills_no_history(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.reach(Phase.OFFERING)
    nobody_looks(stage, Untrusted("another key", retry_after=timedelta(milliseconds=50)))
    await asyncio.sleep(0.5)
    before = (await transfer.handle.describe()).history_length
    await asyncio.sleep(1)
    assert (await transfer.handle.describe()).history_length - before < 10
    stage.rooms.failing.clear()
    await transfer.cancel()
    await call.is_with("agt_a")


async def test_a_host_who_could_not_be_told_is_told_until_it_hears(stage: Stage) -> None:
    await PLAYS["told_until_it_hears"](stage)


async def test_a_room_that_is_just_opened_again_is_closed_after_that(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.accept()
    open_, remove, is_lost = stage.rooms.open, stage.rooms.remove, asyncio.Event()

    async def late(room: str) -> None:
        await asyncio.sleep(0.4 if is_lost.is_set() else 0)
        await open_(room)

    async def opens_late(room: str) -> None:
        await asyncio.shield(asyncio.create_task(late(room)))  # what was asked for is done

    async def is_lost_with_her(room: str, identity: str) -> None:
        await remove(room, identity)
        if (room, identity) == (transfer.room_a, "agt_a"):
            is_lost.set()
            del stage.rooms.people[room]

    monkeypatch.setattr(stage.rooms, "open", opens_late)
    monkeypatch.setattr(stage.rooms, "remove", is_lost_with_her)
    await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)
    await asyncio.sleep(1.5)
    assert set(stage.rooms.people) == {call.room} == {transfer.room_b}


async def test_a_caller_whose_agent_is_gone_is_the_hosts_while_the_room_is_tidied_up(
    stage: Stage,
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    stage.rooms.failing["hold"] = [Unreachable("away")] * 1000
    transfer.a.vanish()
    transfer.b.vanish()
    await stage.until(lambda: transfer.now.responsible == "host", "A counts as gone")
    await transfer.terminate()
    for _ in range(20):
        view = await call.handle.query(CallWorkflow.view)
        assert (view.responsible is not None) == (view.responsible_kind == "agent")
        await asyncio.sleep(0.05)
    stage.rooms.failing.clear()
    await call.waits()
