"""What must not be done in haste: each of these was, before `patches.NOTHING_IN_HASTE`."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import Refused
from domain.journal import Event
from domain.orders import Redirect, Who
from domain.phases import Decision, Outcome, Phase, Responsible
from tests.people import StagedTransfer
from tests.plays import PLAYS
from tests.plays.acts import consulted, introduces
from tests.stage import BRIEF, Stage


async def introduced(stage: Stage, *, follows: bool) -> StagedTransfer:
    """Agent A stays for a while with the caller and agent B."""
    transfer = await consulted(stage, follows=follows)
    await introduces(transfer)
    await stage.until(lambda: transfer.a.talks(transfer.call.room), "agent A talks with them")
    return transfer


async def left_after_a_long_talk(stage: Stage, *, complete_s: float) -> StagedTransfer:
    """The agents talked for longer than agent B may take to decide, and agent A is lost."""
    call = await stage.talking()
    transfer = await call.transfer(patience={"consult": 3, "complete": complete_s, "gone": 1})
    await transfer.until_consulting()
    await asyncio.sleep(3.2)
    transfer.a.vanish()
    return transfer


def stopping_takes_its_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> tuple[asyncio.Event, asyncio.Event]:
    """A host that is told to stop, where that doesn't fail, hears it late.

    Returns:
        What says that it is being told, and what lets it hear.
    """
    hold, is_asked, may = stage.rooms.hold, asyncio.Event(), asyncio.Event()

    async def takes_its_time(room: str, *, on: bool) -> None:
        if not on and not stage.rooms.failing.get("hold"):
            is_asked.set()
            await may.wait()
        await hold(room, on=on)

    monkeypatch.setattr(stage.rooms, "hold", takes_its_time)
    return is_asked, may


async def test_agents_who_lose_each_other_for_a_moment_are_not_cut_off(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"consult": 3, "gone": 3})
    await transfer.until_consulting()
    await asyncio.sleep(3.2)  # nobody's patience cuts off agents who talk
    await call.loses(transfer.b)
    assert transfer.b.join(transfer.room_b)
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_an_agent_b_whose_agent_a_is_lost_after_a_long_talk_decides_alone(
    stage: Stage,
) -> None:
    transfer = await left_after_a_long_talk(stage, complete_s=5)
    await stage.until(lambda: transfer.now.responsible == "host", "agent A counts as gone")
    await asyncio.sleep(0.5)
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    await transfer.call.is_with("agt_b")


async def test_an_agent_a_who_comes_back_takes_no_time_from_agent_b(stage: Stage) -> None:
    transfer = await left_after_a_long_talk(stage, complete_s=5)
    await stage.until(lambda: transfer.now.responsible == "host", "agent A counts as gone")
    assert transfer.a.join(transfer.call.room)
    await stage.until(lambda: transfer.now.responsible == "agent_a", "agent A is back")
    await asyncio.sleep(0.5)
    await transfer.accept()
    await transfer.complete()
    await transfer.ends(Outcome.COMPLETED)


async def test_an_agent_b_who_is_left_alone_and_says_nothing_is_not_waited_for_for_ever(
    stage: Stage,
) -> None:
    transfer = await left_after_a_long_talk(stage, complete_s=1)
    await transfer.ends(Outcome.TIMED_OUT)
    await transfer.call.waits()


async def test_nobody_is_gone_from_a_media_server_that_is_killed_once_more(stage: Stage) -> None:
    call = await stage.talking(BRIEF.model_copy(update={"gone": timedelta(seconds=1)}))
    room = call.room
    stage.rooms.restart()
    await stage.until(lambda: room in stage.rooms.people, "the room is open again")
    stage.rooms.away = True
    await asyncio.sleep(1.5)
    stage.rooms.away = False
    stage.rooms.restart()
    await stage.until(lambda: room in stage.rooms.people, "the room is open once more")
    await asyncio.sleep(0.5)
    assert call.caller.join(room)
    assert stage.person("agt_a").join(room)
    await call.is_with("agt_a")
    assert Event.CALL_ENDED not in call.events


async def test_whoever_is_gone_stays_so_when_the_media_server_is_restarted(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"gone": 2})
    await transfer.until_briefing()
    transfer.a.vanish()
    await stage.until(lambda: transfer.now.responsible == "host", "agent A counts as gone")
    rooms = set(stage.rooms.people)
    stage.rooms.restart()
    await stage.until(lambda: set(stage.rooms.people) == rooms, "the rooms are open again")
    for room, person in ((call.room, call.caller), (transfer.room_b, transfer.b)):
        assert person.join(room)
    await transfer.accept()
    await transfer.ends(Outcome.COMPLETED)
    told = [entry.transfer.responsible for entry in transfer.entries if entry.transfer]
    assert Responsible.AGENT_A not in told[told.index(Responsible.HOST) :]


@pytest.mark.parametrize("follows", [True, False], ids=["standby", "mirror"])
async def test_a_caller_who_was_handed_over_never_counts_as_waiting(
    stage: Stage, *, follows: bool
) -> None:
    call = await stage.talking(follows=follows)
    waited = call.events.count(Event.CALL_WAITING)
    transfer = await call.transfer()
    await transfer.until_briefing()
    if not follows:  # else B is offered another seat, and sits down twice
        await stage.until(lambda: transfer.b.is_in(call.room), "agent B sits in both rooms")
    await transfer.goes_through()
    await call.is_with("agt_b")
    await asyncio.sleep(0.3)
    assert call.events.count(Event.CALL_WAITING) == waited, stage.story()


@pytest.mark.parametrize("follows", [True, False], ids=["standby", "mirror"])
async def test_agent_a_keeps_a_caller_whose_agent_b_is_lost_while_being_introduced(
    stage: Stage, *, follows: bool
) -> None:
    transfer = await introduced(stage, follows=follows)
    transfer.b.vanish()
    await transfer.ends(Outcome.AGENT_B_LEFT)
    await transfer.call.is_with("agt_a")
    assert Event.AGENT_A_REMOVED not in transfer.events
    assert transfer.now.responsible == "agent_a"
    again = await transfer.call.transfer()  # the caller is hers, as they were
    await again.until_offering()
    await again.cancel()
    await again.ends(Outcome.CANCELLED)


async def test_music_that_could_not_be_stopped_stops_while_the_transfer_goes_on(
    stage: Stage,
) -> None:
    await PLAYS["told_meanwhile"](stage)


async def test_a_wish_to_go_back_of_an_agent_a_who_never_left_is_granted_at_once(
    stage: Stage,
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_briefing()
    await transfer.tells(Event.BRIEFING_SPOKEN)
    await transfer.decide(Decision.BACK_TO_CALLER)
    await stage.until(lambda: not transfer.now.decided, "nobody reads that she wants to go back")
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_agent_a_stays_where_no_host_could_be_told_to_play(stage: Stage) -> None:
    call = await stage.talking()
    transfer = await call.transfer(patience={"host": 0.5})
    await transfer.until_briefing()
    stage.rooms.failing["hold"] = [Refused("no")] * 50
    await transfer.come(transfer.a)
    await transfer.tells(Event.HOLD_MISSING)
    stage.rooms.failing.clear()
    assert transfer.a.talks(transfer.room_a)
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_ops_cancel_in_the_moment_in_which_a_host_is_told_to_stop(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    is_asked, may = stopping_takes_its_time(stage, monkeypatch)
    await transfer.decide(Decision.BACK_TO_CALLER)
    await is_asked.wait()
    await transfer.handle.cancel()
    await asyncio.sleep(0.5)
    may.set()
    await transfer.ends(Outcome.CANCELLED)
    await call.is_with("agt_a")
    await stage.until(lambda: not call.hears_hold(), "the music stops")


async def test_a_hold_that_is_begun_while_a_host_is_told_to_stop_is_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    is_asked, may = stopping_takes_its_time(stage, monkeypatch)
    stage.rooms.failing["hold"] = [Refused("no")]
    await transfer.decide(Decision.BACK_TO_CALLER)
    await is_asked.wait()
    await transfer.come(transfer.a)
    await asyncio.sleep(1)  # the hold is begun, and waits for its turn
    may.set()
    await transfer.reach(Phase.CONSULTING)
    await asyncio.sleep(0.5)
    assert call.hears_hold()
    wish = Redirect(to="agt_c", who=Who(person="agt_a"))
    await stage.gateway.redirect(transfer.id, wish)
    await stage.until(lambda: transfer.a.talks(call.room), "agent A is back with the caller")
    await stage.until(lambda: not call.hears_hold(), "the music stops")


async def test_room_b_of_a_transfer_that_ops_end_is_closed_though_no_host_could_be_told(
    stage: Stage,
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_consulting()
    room_b = transfer.room_b
    stage.rooms.failing["hold"] = [Refused("no")]
    await transfer.terminate()
    await call.is_with("agt_a")
    await stage.until(lambda: room_b not in stage.rooms.people, "room B is closed")
    assert call.events.count(Event.CALL_ENDED) == 0


async def test_whoever_is_asked_once_more_is_let_go_of_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()
    transfer = await call.transfer()
    await transfer.until_offering()
    release, may = stage.reservations.release, asyncio.Event()

    async def late(tenant: str, agent: str, transfer_id: str, *, missed: bool) -> None:
        await may.wait()
        await release(tenant, agent, transfer_id, missed=missed)

    monkeypatch.setattr(stage.reservations, "release", late)

    async def ask(agent: str) -> None:
        wish = Redirect(to=agent, who=Who(person="agt_a"))
        await stage.gateway.redirect(transfer.id, wish)
        await stage.until(lambda: transfer.now.agent_b == agent, f"{agent} is asked")

    await ask("agt_c")
    await ask("agt_b")
    may.set()
    await transfer.until_briefing()
    assert stage.reservations.held["agt_b"] == transfer.id
    await transfer.goes_through()
    await call.is_with("agt_b")


async def test_what_the_media_server_never_does_fills_no_history(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await stage.talking()

    async def nobody_is_put_out(room: str, identity: str) -> None:
        stage.rooms.stir()

    monkeypatch.setattr(stage.rooms, "remove", nobody_is_put_out)
    agent, stranger = stage.person("agt_a"), stage.person("agt_z")
    stranger.tokens[call.room] = agent.tokens[call.room].replace("agt_a", "agt_z")
    assert stranger.join(call.room)
    before = (await call.handle.describe()).history_length
    await asyncio.sleep(5)
    assert (await call.handle.describe()).history_length - before < 100
    await call.is_with("agt_a")
