"""The step 2026_11_22_signers: follows 2026_11_22_tiles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_signers"
down_revision = "2026_11_22_tiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "ledger_signers",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_signers")),
    )
