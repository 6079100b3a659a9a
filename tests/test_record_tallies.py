"""What operations watch is added up as it is written, once, whoever writes and reads."""

import asyncio
from math import inf

from adapters.sql import SqlRecord, open_record
from domain.briefing import Briefing
from domain.figures import LABELS, UNKNOWN, Figure
from domain.journal import Event, Move
from domain.phases import BriefingSource, Cause, Decision, Outcome, Phase, Way
from tests.record_samples import Sample, begin, ended, entry, tell_all

BY_MODEL = Briefing(text="Carol lost a parcel.", source=BriefingSource.MODEL)


async def counts(record: SqlRecord, figure: Figure) -> dict[str, int]:
    """Read how often each label of a figure was counted."""
    found: dict[str, int] = {}
    for tally in await record.tallies():
        if tally.figure is figure:
            found[tally.label] = found.get(tally.label, 0) + tally.count
    return found


async def end(record: SqlRecord, sample: Sample, outcome: Outcome, **state: object) -> None:
    """Report that a transfer has ended, and nothing else of it."""
    over = sample.state(Phase.ENDED, outcome=outcome, **state)
    await record.append(sample.transfer(entry(1, Event.ENDED, transfer=over)))


async def test_a_transfer_is_counted_once_however_often_its_end_is_told(record: SqlRecord) -> None:
    sample, running = await begin(record), await begin(record)
    await record.append(
        running.transfer(entry(1, Event.OFFERED, transfer=running.state(Phase.OFFERING)))
    )
    for _ in range(2):
        await tell_all(record, sample)
    over = ended(sample, Outcome.DECLINED, Decision.DECLINE)
    await record.append(sample.transfer(entry(5, Event.ARRIVED, transfer=over)))
    assert await counts(record, Figure.TRANSFERS) == {Outcome.DECLINED: 1}
    assert await counts(record, Figure.PHASES) == {Phase.PREPARING: 1, Phase.OFFERING: 1}


async def test_each_stay_in_a_phase_is_measured(record: SqlRecord) -> None:
    sample = await begin(record)
    way = [
        (Event.REQUESTED, Phase.PREPARING),
        (Event.OFFERED, Phase.OFFERING),
        (Event.BRIEFING_STARTED, Phase.BRIEFING),
        (Event.CONSULT_STARTED, Phase.CONSULTING),
        (Event.PATIENCE_SHORT, Phase.CONSULTING),
        (Event.CONSULT_ENDED, Phase.BRIEFING),
        (Event.ENDED, Phase.ENDED),
    ]
    for second, (event, phase) in enumerate(way, start=1):
        outcome = Outcome.TIMED_OUT if phase is Phase.ENDED else None
        state = sample.state(phase, outcome=outcome)
        await record.append(sample.transfer(entry(second, event, transfer=state)))
    stays = {(t.label, t.at_most): (t.count, t.sum) for t in await record.tallies() if t.sum}
    assert stays == {
        (Phase.PREPARING, 1): (1, 1.0),
        (Phase.OFFERING, 1): (1, 1.0),
        (Phase.BRIEFING, 1): (2, 2.0),
        (Phase.CONSULTING, 2.5): (1, 2.0),
    }


async def test_how_long_moves_take_and_how_silent_they_are(record: SqlRecord) -> None:
    for took_ms, gap_ms in ((90, 120.0), (40_000, -35.0)):
        sample = await begin(record)
        move = Move(way=Way.STANDBY, took_ms=took_ms)
        await end(record, sample, Outcome.COMPLETED, move=move)
        await record.report_gap("one", sample.transfer_id, gap_ms)
        await record.report_gap("one", sample.transfer_id, 9_000.0)
    found = {(t.figure, t.at_most): (t.count, round(t.sum, 3)) for t in await record.tallies()}
    assert found[Figure.MOVES, 0.1] == (1, 0.09)
    assert found[Figure.MOVES, inf] == (1, 40.0)
    assert found[Figure.SILENCES, 0.2] == (1, 0.12)
    assert found[Figure.SILENCES, 0.02] == (1, 0.0)
    assert await counts(record, Figure.SILENCES) == {"": 2}


async def test_briefings_are_counted_by_who_wrote_them_first(record: SqlRecord) -> None:
    by_rules = BY_MODEL.model_copy(update={"source": BriefingSource.RULES})
    for briefing in (BY_MODEL, BY_MODEL, by_rules, None):
        sample = await begin(record)
        if briefing:
            await record.save("one", sample.transfer_id, briefing)
            await record.edit_briefing("one", sample.transfer_id, "In my own words.")
        await end(record, sample, Outcome.DECLINED)
    assert await counts(record, Figure.BRIEFINGS) == {"model": 2, "rules": 1}


async def test_failures_are_counted_by_cause_and_voices_that_did_not_come_by_name(
    record: SqlRecord,
) -> None:
    for cause in (Cause.MOVE_LATE, None):
        await end(record, await begin(record), Outcome.FAILED, cause=cause)
    await end(record, await begin(record), Outcome.CANCELLED)
    sample = await begin(record)
    events = (Event.BRIEFING_SILENT, Event.HOLD_MISSING, Event.HOLD_MISSING)
    state = sample.state(Phase.BRIEFING)
    told = [entry(n, event, transfer=state) for n, event in enumerate(events, start=1)]
    for _ in range(2):
        await record.append(sample.transfer(*told))
    assert await counts(record, Figure.FAILURES) == {Cause.MOVE_LATE: 1, UNKNOWN: 1}
    assert await counts(record, Figure.NO_SHOWS) == {"briefer": 1, "host": 2}


async def test_several_writers_of_several_tenants_add_up_and_whoever_comes_later_reads_the_same(
    database_url: str,
) -> None:
    async with open_record(database_url) as one, open_record(database_url) as two:
        samples = [await begin(one, tenant=f"tenant-{n % 3}") for n in range(12)]
        ending = [
            end(record, sample, Outcome.COMPLETED)
            for record, sample in zip((one, two) * 6, samples, strict=True)
        ]
        await asyncio.gather(*ending)
        assert await counts(one, Figure.TRANSFERS) == {Outcome.COMPLETED: 12}
        assert await one.tallies() == await two.tallies()
    async with open_record(database_url) as later:
        assert await counts(later, Figure.TRANSFERS) == {Outcome.COMPLETED: 12}


async def test_labels_are_closed_sets(record: SqlRecord) -> None:
    sample = await begin(record, tenant="Secret & Sons")
    await tell_all(record, sample)
    await record.report_gap(sample.tenant, sample.transfer_id, 12.0)
    found = await record.tallies()
    assert found
    assert all(tally.label in LABELS[tally.figure] for tally in found)
