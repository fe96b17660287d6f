"""The step 2026_11_21_learned_classifiers: follows 2026_11_21_the_whole_path."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_21_learned_classifiers"
down_revision = "2026_11_21_detector_switches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "learned_models",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("clause_key", sa.Text(), nullable=False),
        sa.Column("clause_version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("training_id", sa.String(length=36), nullable=False),
        sa.Column("trained_at", UtcTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("enforced_at", UtcTime(), nullable=True),
        sa.Column("enforced_by", sa.Text(), nullable=True),
        sa.Column("enforced_why", sa.Text(), nullable=True),
        sa.Column("retired_at", UtcTime(), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.Column("retired_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_models")),
        sa.UniqueConstraint(
            "clause_key", "sha256", name=op.f("uq_learned_models_clause_key_sha256")
        ),
    )
    op.create_table(
        "learned_trainings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("clause_key", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_why", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("model_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_trainings")),
    )
    with op.batch_alter_table("learned_trainings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_learned_trainings_clause_key"), ["clause_key"], unique=False
        )

    op.create_table(
        "learned_alarms",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("model_id", sa.String(length=36), nullable=False),
        sa.Column("stream", sa.String(length=10), nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("after", sa.Float(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("noticed_at", UtcTime(), nullable=False),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["learned_models.id"],
            name=op.f("fk_learned_alarms_model_id_learned_models"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_alarms")),
    )
    with op.batch_alter_table("learned_alarms", schema=None) as batch_op:
        batch_op.create_index("ix_learned_alarms_model_id", ["model_id"], unique=False)
