"""The step 2026_11_22_statements: follows 2026_11_22_signers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_statements"
down_revision = "2026_11_22_signers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "dsa_statements",
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_dsa_statements")),
    )
    with op.batch_alter_table("dsa_statements", schema=None) as batch_op:
        batch_op.create_index("ix_dsa_statements_state", ["state"], unique=False)
