"""The record's tables. Every row carries its tenant, and every query asks for it.

What a workflow knows (`domain.journal`) is kept as one JSON document per row, `status`; columns
beside it exist only to be searched. `migrations/` must lead to exactly these tables.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from domain.errors import Refused


class Moment(sa.TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(sa.TypeDecorator[str]):
    """Text that people wrote: refused here alike, whatever one database would let through."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Hand back a text that every database can keep.

    Raises:
        Refused: it holds a NUL character or half a surrogate pair.
    """
    if "\0" in text:
        raise Refused("A text holds a NUL character, which can't be kept.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("A text is not valid Unicode, so it can't be kept.") from None
    return text


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMES)

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts by itself only in a column that is called INTEGER."""


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.String, nullable=False)


def _call() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant", "call_id"], ["calls.tenant", "calls.id"])


def _transfer() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant", "transfer_id"], ["transfers.tenant", "transfers.id"])


tenants = sa.Table(
    "tenants",
    metadata,
    _key("id"),
    sa.Column("created_at", Moment, nullable=False),
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("tenant", sa.String, sa.ForeignKey("tenants.id"), primary_key=True),
    _key("id"),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("away", sa.Boolean, nullable=False),
    sa.Column("stream_seen_at", Moment),
    sa.Column("reserved_by", sa.String),
    sa.Column("reserved_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index(None, "tenant", "role", "name"),
)
"""Callers are people too; only agents and supervisors are found again by their name."""

calls = sa.Table(
    "calls",
    metadata,
    _key("tenant"),
    _key("id"),
    sa.Column("caller_id", sa.String, nullable=False),
    sa.Column("about", Words),
    sa.Column("asked_for", sa.String),
    sa.Column("follows", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("agent", sa.String),
    sa.Column("room", sa.String),
    sa.Column("status", sa.JSON(none_as_null=True)),
    sa.Column("writer", sa.String),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("status_at", Moment),
    sa.ForeignKeyConstraint(["tenant", "caller_id"], ["people.tenant", "people.id"]),
    sa.Index(None, "tenant", "created_at", "id"),
    sa.Index(None, "tenant", "agent", "state"),
    sa.Index(None, "state"),
    sa.Index(None, "room"),
)
"""`status`: a `CallStatus`; `writer`, `sequence`, `status_at`: the entry it came with."""

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("number", NUMBER, primary_key=True),
    _tenant(),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    _call(),
    sa.UniqueConstraint("tenant", "id"),
    sa.Index(None, "tenant", "call_id", "number"),
    sa.Index(None, "tenant", "call_id", "kind", "number"),
)

transfers = sa.Table(
    "transfers",
    metadata,
    _key("tenant"),
    _key("id"),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("agent_a", sa.String, nullable=False),
    sa.Column("agent_b", sa.String, nullable=False),
    sa.Column("notes", Words),
    sa.Column("reference", Words),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("phase", sa.String),
    sa.Column("room_a", sa.String),
    sa.Column("room_b", sa.String),
    sa.Column("status", sa.JSON(none_as_null=True)),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("gap_ms", sa.Float),
    _call(),
    sa.Index(None, "tenant", "created_at", "id"),
    sa.Index(None, "tenant", "call_id"),
    sa.Index(None, "tenant", "agent_a", "id"),
    sa.Index(None, "tenant", "agent_b", "id"),
    sa.Index(None, "tenant", "reference"),
    sa.Index(None, "phase"),
    sa.Index(None, "room_a"),
    sa.Index(None, "room_b"),
)
"""`status`: a `TransferState` without its attempts; null until the workflow's first entry."""

attempts = sa.Table(
    "attempts",
    metadata,
    _key("tenant"),
    _key("transfer_id"),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("outcome", sa.String),
    _transfer(),
    sa.Index(None, "tenant", "agent"),
)

reasons = sa.Table(
    "reasons",
    metadata,
    _key("tenant"),
    _key("transfer_id"),
    _key("decision"),
    _key("person"),
    sa.Column("reason", Words, nullable=False),
    _transfer(),
)

briefings = sa.Table(
    "briefings",
    metadata,
    _key("tenant"),
    _key("transfer_id"),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("by_agent", sa.Boolean, nullable=False),
    sa.Column("briefing", sa.JSON, nullable=False),
    _transfer(),
)

entries = sa.Table(
    "entries",
    metadata,
    _key("tenant"),
    _key("writer"),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("transfer_id", sa.String),
    sa.Column("at", Moment, nullable=False),
    sa.Column("event", sa.String, nullable=False),
    sa.Column("actor", sa.String),
    sa.Column("text", Words, nullable=False),
    _call(),
    _transfer(),
    sa.Index(None, "tenant", "transfer_id", "sequence"),
)
"""Journal entries that have been written, with the sentence a timeline shows."""

seats = sa.Table(
    "seats",
    metadata,
    _key("tenant"),
    _key("id"),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("transfer_id", sa.String),
    sa.Column("room", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("may", sa.JSON, nullable=False),
    sa.Column("sealed_token", sa.Text, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("void", sa.Boolean, nullable=False),
    _call(),
    sa.Index(None, "room", "person"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", NUMBER, primary_key=True),
    _tenant(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("call_id", sa.String),
    sa.Column("transfer_id", sa.String),
    sa.Column("to", sa.String),
    sa.Column("people", sa.JSON, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("last", sa.Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Append-only. Ids are never used twice, also after old events have been deleted."""

tallies = sa.Table(
    "tallies",
    metadata,
    _key("tenant"),
    _key("figure"),
    _key("label"),
    _key("at_most"),
    sa.Column("count", NUMBER, nullable=False),
    sa.Column("sum", sa.Float, nullable=False),
)
"""A row a bucket of a figure: see `domain.figures`."""

keys = sa.Table(
    "keys",
    metadata,
    _key("digest"),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("result", sa.String),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index(None, "expires_at"),
)
"""Idempotency keys; the digest covers their scope, and so their tenant."""
