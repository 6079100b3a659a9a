"""Tenants never mix: every method is tried on another tenant's ids."""

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import SqlRecord
from adapters.sql.tables import metadata
from domain.briefing import Briefing
from domain.errors import PortError
from domain.journal import Event
from domain.phases import BriefingSource, Decision, Phase, Role, TurnKind
from domain.ports import KeptSeat
from domain.record import NewCall, NewTransfer
from domain.seating import OPEN
from domain.sweeping import Kind, Leftover
from tests.record_samples import NOON, Sample, begin, entry, tell_all

OF_NO_TENANT = {
    *("claim_key", "settle_key"),  # the scope names the tenant
    *("revoke", "room_use", "is_void"),  # rooms are 128 random bits, so they belong to one tenant
    *("events_after", "newest_event", "oldest_event", "wait_for_events"),  # a process tails all
    *("of_rooms", "unfinished", "forget_events"),  # the sweeper's
    "tallies",  # counts of all, and of nobody
    *("ping", "close"),
}
WORDS = ("Carol", "Ann", "Bob", "parcel", "upset", "Where is it?", "case 7", "secret")
BRIEFING = Briefing(text="secret", source=BriefingSource.RULES)


def arguments(sample: Sample) -> dict[str, Any]:
    """Give every parameter a value that is tenant one's, but for the tenant itself."""
    soon = NOON + timedelta(days=3650)
    transfer, tenant = sample.transfer_id, "two"
    seat = KeptSeat("s1", tenant, sample.call_id, transfer, "room-a", sample.ann, OPEN, "x", soon)
    theirs = Sample(**{**vars(sample), "tenant": tenant})
    return {
        "tenant": tenant,
        "call": NewCall(sample.call_id, tenant, sample.carol, "Zoe", None, sample.ann, True),
        "transfer": NewTransfer(transfer, tenant, sample.call_id, sample.ann, "x", None, None),
        "seat": seat,
        "batch": theirs.transfer(
            entry(9, Event.OFFERED, transfer=sample.state(Phase.OFFERING), call=sample.status())
        ),
        "call_id": sample.call_id,
        "transfer_id": transfer,
        "seat_id": "s1",
        "turn_id": "t1",
        "agent": sample.bob,
        "person": sample.ann,
        "person_id": sample.ann,
        "person_ids": [sample.ann],
        "role": Role.SUPERVISOR,
        "name": "Zoe",
        "kind": TurnKind.NOTE,
        "text": "intruder",
        "reason": "intruder",
        "decision": Decision.DECLINE,
        "briefing": BRIEFING,
        "leftover": Leftover(
            kind=Kind.TRANSFER,
            tenant=tenant,
            call_id=sample.call_id,
            transfer_id=transfer,
            owners=("transfer/x",),
        ),
        "gap_ms": 1.0,
        "left_at": {sample.ann: soon},
        "until": timedelta(minutes=1),
        "limit": 9,
        **dict.fromkeys(("away", "missed", "notes"), True),
        **dict.fromkeys(("state", "before", "reference", "phase"), None),
    }


def methods() -> Iterator[str]:
    for name, method in inspect.getmembers(SqlRecord, inspect.iscoroutinefunction):
        if not name.startswith("_") and name not in OF_NO_TENANT:
            signature = set(inspect.signature(method).parameters)
            assert signature & {"tenant", "call", "transfer", "seat", "batch", "leftover"}, name
            yield name


async def rows_of(database_url: str, tenant: str) -> dict[str, list[Any]]:
    engine = create_async_engine(database_url)
    async with engine.connect() as db:
        found = {
            table.name: list(await db.execute(sa.select(table).where(table.c.tenant == tenant)))
            for table in metadata.sorted_tables
            if "tenant" in table.c
        }
    await engine.dispose()
    return found


async def test_nothing_is_seen_or_changed_of_another_tenant(
    record: SqlRecord, database_url: str
) -> None:
    sample = await begin(record, tenant="one")
    await tell_all(record, sample)
    await record.save("one", sample.transfer_id, BRIEFING)
    given = arguments(sample)
    await record.keep(KeptSeat(**{**vars(given["seat"]), "tenant": "one"}))
    before = await rows_of(database_url, "one")
    # First on what tenant two never heard of, then on ids that it has made its own.
    for name in (*reversed([*methods()]), *methods()):
        method = getattr(record, name)
        try:
            answer = await method(**{p: given[p] for p in inspect.signature(method).parameters})
        except PortError as error:
            answer = str(error)
        assert not [word for word in WORDS if word in repr(answer)], name
        assert await rows_of(database_url, "one") == before, name


async def test_the_same_call_id_in_two_tenants_is_two_calls(record: SqlRecord) -> None:
    mine = await begin(record, tenant="one")
    theirs = await begin(record, tenant="two", call_id=mine.call_id)
    for sample in (mine, theirs):
        await record.append(sample.call(entry(1, Event.CALL_ANSWERED, call=sample.status())))
    for sample in (mine, theirs):
        view = await record.call(sample.tenant, sample.call_id)
        assert view is not None
        assert view.responsible.id == sample.ann


def test_every_row_carries_its_tenant() -> None:
    without = {table.name for table in metadata.sorted_tables if "tenant" not in table.c}
    assert without == {"tenants", "keys"}
