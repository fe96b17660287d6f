"""The step 2026_11_22_long_lines: follows 2026_11_22_told_cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_long_lines"
down_revision = "2026_11_22_told_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    with op.batch_alter_table("ledger_lines", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_lines_long",
            ["line"],
            unique=False,
            sqlite_where=sa.text("length(text) > 16383"),
            postgresql_where=sa.text("length(text) > 16383"),
        )
