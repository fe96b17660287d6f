"""The step 2026_11_22_the_gate: follows 2026_11_21_the_whole_path."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_the_gate"
down_revision = "2026_11_22_labels_by_name"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index("ix_assessments_run", ["run"], unique=False)

    with op.batch_alter_table("evidence_objects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unkept_why", sa.Text(), nullable=True))

    with op.batch_alter_table("item_kinds", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("when_not_looked_at", sa.Text(), server_default="review", nullable=False)
        )

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unkept", sa.JSON(none_as_null=True), nullable=True))
