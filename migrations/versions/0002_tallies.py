"""What operations watch, added up; and what goes on is found, however much is over."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("at_most", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sum", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "figure", "label", "at_most", name="pk_tallies"),
    )
    op.create_index("ix_calls_state", "calls", ["state"])
    op.create_index("ix_transfers_phase", "transfers", ["phase"])


def downgrade() -> None:
    op.drop_index("ix_transfers_phase", "transfers")
    op.drop_index("ix_calls_state", "calls")
    op.drop_table("tallies")
