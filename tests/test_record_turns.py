"""What was said is read a page at a time, and of a long conversation a briefing reads enough."""

import pytest

from adapters.redaction import MOST_NEWEST, OPENING, redacted
from adapters.rules import MOST_NOTES
from adapters.sql import SqlRecord
from domain.briefing import Turn
from domain.names import new_id
from domain.phases import Role, TurnKind
from tests.record_samples import Sample, begin


async def said(
    record: SqlRecord, sample: Sample, text: str, kind: TurnKind = TurnKind.SAID
) -> Turn:
    """Let Carol say something, or Ann note it."""
    who = sample.carol if kind is TurnKind.SAID else sample.ann
    return await record.add_turn("one", sample.call_id, who, kind, text, turn_id=new_id("turn"))


async def turns(
    record: SqlRecord, sample: Sample, *, notes: bool = True, before: str | None = None
) -> tuple[Turn, ...]:
    """Read the newest two."""
    return await record.turns("one", sample.call_id, notes=notes, limit=2, before=before)


async def test_notes_are_kept_apart_from_what_was_said(record: SqlRecord) -> None:
    sample = await begin(record)
    hello = await said(record, sample, "Hello")
    note = await said(record, sample, "upset", TurnKind.NOTE)
    again = await record.add_turn(
        "one", sample.call_id, sample.carol, TurnKind.SAID, "Bye", turn_id=hello.id
    )
    assert (hello.who, hello.role, note.who, note.role) == ("Carol", Role.CALLER, "Ann", Role.AGENT)
    assert again == hello
    assert await turns(record, sample) == (hello, note)
    assert await turns(record, sample, notes=False) == (hello,)


async def test_turns_are_read_page_by_page_the_newest_first(record: SqlRecord) -> None:
    sample, other = await begin(record), await begin(record)
    told = [await said(record, sample, f"turn {number}") for number in range(5)]
    elsewhere = await said(record, other, "in another call")
    assert await turns(record, sample) == tuple(told[3:])
    assert await turns(record, sample, before=told[3].id) == tuple(told[1:3])
    assert await turns(record, sample, before=told[1].id) == tuple(told[:1])
    for nothing_before in (told[0].id, elsewhere.id, "turn_unknown"):
        assert await turns(record, sample, before=nothing_before) == ()


@pytest.mark.parametrize("length", [1, 90])
async def test_a_briefing_reads_of_a_long_conversation_what_it_may_use_and_no_more(
    record: SqlRecord, length: int
) -> None:
    sample = await begin(record)
    told = []
    for number in range(MOST_NEWEST + 60):
        kind = TurnKind.NOTE if number % 9 == 5 else TurnKind.SAID
        told.append(await said(record, sample, f"{number}".ljust(length, "x"), kind))
    material = await record.material("one", sample.call_id, None)
    assert len(material.turns) == OPENING + MOST_NOTES + MOST_NEWEST
    everything = material.model_copy(update={"turns": tuple(told)})
    assert redacted(material) == redacted(everything)
