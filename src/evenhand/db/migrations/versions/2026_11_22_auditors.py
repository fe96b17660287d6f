"""The step 2026_11_22_auditors: follows 2026_11_22_practice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_auditors"
down_revision = "2026_11_22_practice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "purposes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("stated_at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purposes")),
    )
    with op.batch_alter_table("purposes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purposes_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "auditor_views",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose_id", sa.String(length=36), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["purposes.id"], name=op.f("fk_auditor_views_purpose_id_purposes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auditor_views")),
    )
    with op.batch_alter_table("auditor_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auditor_views_at"), ["at"], unique=False)
