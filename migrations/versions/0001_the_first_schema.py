"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tenants()
    _people()
    _keys()
    _calls()
    _turns()
    _seats()
    _transfers()
    _attempts()
    _reasons()
    _briefings()
    _entries()
    _events()


def downgrade() -> None:
    for table in (
        "events",
        "entries",
        "briefings",
        "reasons",
        "attempts",
        "transfers",
        "seats",
        "turns",
        "calls",
        "keys",
        "people",
        "tenants",
    ):
        op.drop_table(table)


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("stream_seen_at", MOMENT, nullable=True),
        sa.Column("reserved_by", sa.String(), nullable=True),
        sa.Column("reserved_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name="fk_people_tenant"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_people"),
    )
    op.create_index("ix_people_tenant_role_name", "people", ["tenant", "role", "name"])


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_keys"),
    )
    op.create_index("ix_keys_expires_at", "keys", ["expires_at"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("caller_id", sa.String(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("asked_for", sa.String(), nullable=True),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("room", sa.String(), nullable=True),
        sa.Column("status", sa.JSON(), nullable=True),
        sa.Column("writer", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "caller_id"],
            ["people.tenant", "people.id"],
            name="fk_calls_tenant_caller_id",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_calls"),
    )
    op.create_index("ix_calls_room", "calls", ["room"])
    op.create_index("ix_calls_tenant_agent_state", "calls", ["tenant", "agent", "state"])
    op.create_index("ix_calls_tenant_created_at_id", "calls", ["tenant", "created_at", "id"])


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "call_id"], ["calls.tenant", "calls.id"], name="fk_turns_tenant_call_id"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_turns"),
        sa.UniqueConstraint("tenant", "id", name="uq_turns_tenant_id"),
    )
    op.create_index("ix_turns_tenant_call_id_number", "turns", ["tenant", "call_id", "number"])


def _seats() -> None:
    op.create_table(
        "seats",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=True),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("may", sa.JSON(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "call_id"], ["calls.tenant", "calls.id"], name="fk_seats_tenant_call_id"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_seats"),
    )
    op.create_index("ix_seats_room_person", "seats", ["room", "person"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_a", sa.String(), nullable=False),
        sa.Column("agent_b", sa.String(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("room_a", sa.String(), nullable=True),
        sa.Column("room_b", sa.String(), nullable=True),
        sa.Column("status", sa.JSON(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("gap_ms", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "call_id"], ["calls.tenant", "calls.id"], name="fk_transfers_tenant_call_id"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_transfers"),
    )
    op.create_index("ix_transfers_room_a", "transfers", ["room_a"])
    op.create_index("ix_transfers_room_b", "transfers", ["room_b"])
    op.create_index("ix_transfers_tenant_call_id", "transfers", ["tenant", "call_id"])
    op.create_index(
        "ix_transfers_tenant_created_at_id", "transfers", ["tenant", "created_at", "id"]
    )
    op.create_index("ix_transfers_tenant_reference", "transfers", ["tenant", "reference"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "transfer_id"],
            ["transfers.tenant", "transfers.id"],
            name="fk_attempts_tenant_transfer_id",
        ),
        sa.PrimaryKeyConstraint("tenant", "transfer_id", "position", name="pk_attempts"),
    )
    op.create_index("ix_attempts_tenant_agent", "attempts", ["tenant", "agent"])


def _reasons() -> None:
    op.create_table(
        "reasons",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "transfer_id"],
            ["transfers.tenant", "transfers.id"],
            name="fk_reasons_tenant_transfer_id",
        ),
        sa.PrimaryKeyConstraint("tenant", "transfer_id", "decision", "person", name="pk_reasons"),
    )


def _briefings() -> None:
    op.create_table(
        "briefings",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_agent", sa.Boolean(), nullable=False),
        sa.Column("briefing", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "transfer_id"],
            ["transfers.tenant", "transfers.id"],
            name="fk_briefings_tenant_transfer_id",
        ),
        sa.PrimaryKeyConstraint("tenant", "transfer_id", "version", name="pk_briefings"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "call_id"], ["calls.tenant", "calls.id"], name="fk_entries_tenant_call_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "transfer_id"],
            ["transfers.tenant", "transfers.id"],
            name="fk_entries_tenant_transfer_id",
        ),
        sa.PrimaryKeyConstraint("tenant", "writer", "sequence", name="pk_entries"),
    )
    op.create_index(
        "ix_entries_tenant_transfer_id_sequence", "entries", ["tenant", "transfer_id", "sequence"]
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("transfer_id", sa.String(), nullable=True),
        sa.Column("to", sa.String(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
