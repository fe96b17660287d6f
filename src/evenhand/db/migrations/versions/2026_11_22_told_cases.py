"""The step 2026_11_22_told_cases: follows 2026_11_22_extracts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_told_cases"
down_revision = "2026_11_22_extracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "told_cases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("short", sa.String(length=12), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told_by", sa.String(length=36), nullable=False),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.Column("answered_by", sa.String(length=36), nullable=True),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_cases")),
    )
    with op.batch_alter_table("told_cases", schema=None) as batch_op:
        batch_op.create_index("ix_told_cases_short", ["short"], unique=False)
        batch_op.create_index("ix_told_cases_state", ["state"], unique=False)
