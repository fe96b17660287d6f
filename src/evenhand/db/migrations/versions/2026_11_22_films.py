"""The step 2026_11_22_films: follows 2026_11_21_the_whole_path."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_films"
down_revision = "2026_11_22_banks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "bank_films",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frames", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["bank_entries.id"], name=op.f("fk_bank_films_entry_id_bank_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_bank_films")),
        sa.UniqueConstraint("number", name=op.f("uq_bank_films_number")),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Float(), nullable=True))
