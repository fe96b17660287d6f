"""The step 2026_11_22_extracts: follows 2026_11_22_auditors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_extracts"
down_revision = "2026_11_22_auditors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "extracts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("drawn", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extracts")),
    )
