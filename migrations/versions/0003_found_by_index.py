"""Notes are found, however much was said, and an agent's transfers, however many there are."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOTES = "ix_turns_tenant_call_id_kind_number"
AGENTS = {
    "ix_transfers_tenant_agent_a_id": ["tenant", "agent_a", "id"],
    "ix_transfers_tenant_agent_b_id": ["tenant", "agent_b", "id"],
}


def upgrade() -> None:
    op.create_index(NOTES, "turns", ["tenant", "call_id", "kind", "number"])
    for name, columns in AGENTS.items():
        op.create_index(name, "transfers", columns)


def downgrade() -> None:
    for name in AGENTS:
        op.drop_index(name, "transfers")
    op.drop_index(NOTES, "turns")
