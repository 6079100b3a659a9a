"""An agent is asked by one transfer at a time, and everybody sees who may be asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import SqlRecord, open_record
from adapters.sql.people import STREAM_LOST
from adapters.sql.tables import people
from domain.errors import NotThere
from domain.journal import Event
from domain.phases import Availability, CallState, Decision, Outcome, Phase, Role
from domain.record import EventKind
from tests.record_samples import begin, ended, entry

MINUTE = timedelta(minutes=1)
NOW = timedelta(0)


async def doing(record: SqlRecord, agent: str) -> Availability:
    """What everybody sees one agent doing."""
    views = {view.id: view for view in await record.agents("one")}
    return views[agent].state


async def test_the_same_name_and_role_is_the_same_person(record: SqlRecord) -> None:
    first = await record.sign_in("one", Role.AGENT, "Ann")
    assert await record.sign_in("one", Role.AGENT, "Ann") == first
    other_role = await record.sign_in("one", Role.SUPERVISOR, "Ann")
    assert other_role.id.startswith("sup_")
    assert await record.person("one", first.id) == first
    assert [agent.id for agent in await record.agents("one")] == [first.id]


async def test_two_who_sign_in_at_once_under_one_name_are_one(record: SqlRecord) -> None:
    signed = await asyncio.gather(*(record.sign_in("one", Role.AGENT, "Ann") for _ in range(8)))
    assert len({person.id for person in signed}) == 1


async def test_two_callers_of_one_name_are_two(record: SqlRecord) -> None:
    first, second = await begin(record), await begin(record)
    assert first.carol != second.carol
    assert (first.ann, first.bob) == (second.ann, second.bob)


async def test_an_agent_is_away_by_choice_or_without_a_stream(
    record: SqlRecord, database_url: str
) -> None:
    ann = (await record.sign_in("one", Role.AGENT, "Ann")).id
    assert await doing(record, ann) is Availability.AVAILABLE
    await record.streams_lost("one", {ann: datetime.now(UTC)})
    assert await doing(record, ann) is Availability.AWAY
    await record.streams_seen("one", [ann])
    await record.set_availability("one", ann, away=True)
    assert await doing(record, ann) is Availability.AWAY
    await record.set_availability("one", ann, away=False)
    assert await doing(record, ann) is Availability.AVAILABLE
    await _set_seen(database_url, datetime.now(UTC) - STREAM_LOST)
    assert await doing(record, ann) is Availability.AWAY


async def test_a_stream_that_is_open_elsewhere_is_not_lost(record: SqlRecord) -> None:
    ann = (await record.sign_in("one", Role.AGENT, "Ann")).id
    lost_at = datetime.now(UTC)
    await record.streams_seen("one", [ann])
    await record.streams_lost("one", {ann: lost_at, "agt_unknown": lost_at})
    assert await doing(record, ann) is Availability.AVAILABLE


async def _set_seen(database_url: str, at: datetime, person: str | None = None) -> None:
    whose = sa.true() if person is None else people.c.id == person
    engine = create_async_engine(database_url)
    async with engine.begin() as db:
        await db.execute(sa.update(people).where(whose).values(stream_seen_at=at))
    await engine.dispose()


async def test_streams_that_close_or_open_are_told_of_in_one_event(record: SqlRecord) -> None:
    here = [(await record.sign_in("one", Role.AGENT, name)).id for name in ("Ann", "Bob", "Cid")]
    before = await record.newest_event()
    await record.streams_lost("one", dict.fromkeys(here, datetime.now(UTC)))
    await record.streams_seen("one", [*here, "agt_unknown"])
    await record.streams_seen("one", here)
    lost, found = await record.events_after(before)
    assert [agent["state"] for agent in lost.data["agents"]] == ["away"] * 3
    assert [agent["state"] for agent in found.data["agents"]] == ["available"] * 3


async def test_watchers_hear_once_of_an_agent_whose_stream_was_lost_with_its_process(
    record: SqlRecord, database_url: str
) -> None:
    ann = (await record.sign_in("one", Role.AGENT, "Ann")).id
    bob = (await record.sign_in("one", Role.AGENT, "Bob")).id
    await _set_seen(database_url, datetime.now(UTC) - STREAM_LOST, bob)
    before = await record.newest_event()
    for _ in range(2):
        await record.streams_seen("one", [ann])
    (told,) = await record.events_after(before)
    assert [agent["state"] for agent in told.data["agents"]] == ["available", "away"]


async def test_watchers_hear_of_changes_and_of_nothing_else(record: SqlRecord) -> None:
    ann = (await record.sign_in("one", Role.AGENT, "Ann")).id
    for _ in range(3):
        await record.streams_seen("one", [ann])
    await record.set_availability("one", ann, away=True)
    await record.set_availability("one", ann, away=True)
    await record.reserve("one", ann, "tr_1", until=MINUTE)
    await record.release("one", ann, "tr_1", missed=False)
    events = await record.events_after(0)
    assert {event.kind for event in events} == {EventKind.AGENTS}
    states = [event.data["agents"][0]["state"] for event in events]
    assert states == ["available", "away", "reserved", "away"]


async def test_of_two_transfers_that_want_one_agent_exactly_one_wins(
    record: SqlRecord, database_url: str
) -> None:
    for round_ in range(5):
        agent = (await record.sign_in("one", Role.AGENT, f"Ann {round_}")).id
        async with open_record(database_url) as elsewhere:
            won = await asyncio.gather(
                *(
                    by.reserve("one", agent, f"tr_{number}", until=MINUTE)
                    for number, by in enumerate((record, elsewhere) * 4)
                )
            )
        assert sum(won) == 1


async def test_a_reservation_repeats_lapses_and_ends(record: SqlRecord) -> None:
    agent = (await record.sign_in("one", Role.AGENT, "Ann")).id
    assert await record.reserve("one", agent, "tr_1", until=MINUTE)
    assert await record.reserve("one", agent, "tr_1", until=MINUTE)
    assert not await record.reserve("one", agent, "tr_2", until=MINUTE)
    await record.release("one", agent, "tr_2", missed=True)
    assert await doing(record, agent) is Availability.RESERVED
    assert await record.reserve("one", agent, "tr_1", until=NOW)
    assert await doing(record, agent) is Availability.AVAILABLE
    assert await record.reserve("one", agent, "tr_2", until=MINUTE)


async def test_a_missed_offer_sends_the_agent_away_once(record: SqlRecord) -> None:
    agent = (await record.sign_in("one", Role.AGENT, "Ann")).id
    await record.reserve("one", agent, "tr_1", until=MINUTE)
    await record.release("one", agent, "tr_1", missed=True)
    assert await doing(record, agent) is Availability.AWAY
    await record.set_availability("one", agent, away=False)
    await record.release("one", agent, "tr_1", missed=True)
    assert await doing(record, agent) is Availability.AVAILABLE
    await record.set_availability("one", agent, away=True)
    assert await record.reserve("one", agent, "tr_2", until=MINUTE)


async def test_an_agent_rings_and_an_agent_in_a_call_is_not_asked(record: SqlRecord) -> None:
    sample = await begin(record)
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    assert await doing(record, sample.ann) is Availability.ON_CALL
    assert not await record.reserve("one", sample.ann, "tr_2", until=MINUTE)
    assert await record.reserve("one", sample.bob, sample.transfer_id, until=MINUTE)
    assert await doing(record, sample.bob) is Availability.RESERVED
    offered = sample.state(Phase.OFFERING)
    await record.append(sample.transfer(entry(1, Event.OFFERED, transfer=offered)))
    assert await doing(record, sample.bob) is Availability.RINGING
    over = sample.status(CallState.ENDED)
    await record.append(sample.call(entry(2, Event.CALL_ENDED, call=over)))
    assert await doing(record, sample.ann) is Availability.AVAILABLE


async def test_an_agent_is_reserved_for_as_long_as_the_agents_talk(record: SqlRecord) -> None:
    sample = await begin(record)
    assert await record.reserve("one", sample.bob, sample.transfer_id, until=NOW)
    consulting = sample.state(Phase.CONSULTING)
    await record.append(sample.transfer(entry(1, Event.CONSULT_STARTED, transfer=consulting)))
    assert await doing(record, sample.bob) is Availability.RESERVED
    assert not await record.reserve("one", sample.bob, "tr_2", until=MINUTE)
    assert await record.reserve("one", sample.bob, sample.transfer_id, until=NOW)
    over = ended(sample, Outcome.DECLINED, Decision.DECLINE)
    await record.append(sample.transfer(entry(2, Event.ENDED, transfer=over)))
    assert await doing(record, sample.bob) is Availability.AVAILABLE


async def test_who_introduces_a_colleague_is_in_the_call_until_she_leaves(
    record: SqlRecord,
) -> None:
    sample = await begin(record)
    bobs = sample.status(agent=sample.bob)
    await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=bobs)))
    introducing = sample.state(Phase.INTRODUCING)
    await record.append(sample.transfer(entry(1, Event.INTRODUCING, transfer=introducing)))
    assert await doing(record, sample.ann) is Availability.ON_CALL
    assert not await record.reserve("one", sample.ann, "tr_2", until=MINUTE)
    over = ended(sample, Outcome.COMPLETED, Decision.LEAVE)
    await record.append(sample.transfer(entry(2, Event.ENDED, transfer=over)))
    assert await doing(record, sample.ann) is Availability.AVAILABLE


async def test_a_stranger_is_no_agent(record: SqlRecord) -> None:
    sample = await begin(record)
    for stranger in ("agt_unknown", sample.carol):
        with pytest.raises(NotThere):
            await record.reserve("one", stranger, "tr_1", until=MINUTE)
    assert await record.person("one", "agt_unknown") is None
