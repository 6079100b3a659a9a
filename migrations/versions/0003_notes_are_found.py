"""Notes are found, however much was said."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX = "ix_turns_tenant_call_id_kind_number"


def upgrade() -> None:
    op.create_index(INDEX, "turns", ["tenant", "call_id", "kind", "number"])


def downgrade() -> None:
    op.drop_index(INDEX, "turns")
