"""The step 2026_11_22_audits: follows 2026_11_22_statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_audits"
down_revision = "2026_11_22_statements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "audits",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("checkpoint_line", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("drawn_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )
    op.create_table(
        "audit_units",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("audit_id", sa.String(length=36), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("dispute_id", sa.String(length=36), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("clause_key", sa.Text(), nullable=True),
        sa.Column("harm", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("detectors", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("label_outcome", sa.Text(), nullable=True),
        sa.Column("label_clause", sa.Text(), nullable=True),
        sa.Column("label_note", sa.Text(), nullable=True),
        sa.Column("labelled_by", sa.String(length=36), nullable=True),
        sa.Column("labelled_at", UtcTime(), nullable=True),
        sa.Column("right_answer", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_audit_units_audit_id_audits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_units")),
    )
    with op.batch_alter_table("audit_units", schema=None) as batch_op:
        batch_op.create_index("ix_audit_units_audit_id", ["audit_id"], unique=False)
        batch_op.create_index("ix_audit_units_by", ["by"], unique=False)
        batch_op.create_index("ix_audit_units_dispute_id", ["dispute_id"], unique=True)
        batch_op.create_index("ix_audit_units_item_id", ["item_id"], unique=False)
        batch_op.create_index("ix_audit_units_task_id", ["task_id"], unique=True)
