"""The step 2026_11_22_banks: follows 2026_11_21_the_whole_path.

Banks say what they mean and how far they are rolled out, entries how they stand. What decisions
cite and what entries matched before is brought into the tables where it is found from now on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evenhand.db.schema import UtcTime

revision = "2026_11_22_banks"
down_revision = "2026_11_21_learned_classifiers"
branch_labels = None
depends_on = None

_PORTION = 5_000


def upgrade() -> None:
    """Bring the tables one step on."""
    op.create_table(
        "bank_searches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("bank_id", sa.String(length=36), nullable=False),
        sa.Column("first_id", sa.String(length=36), nullable=False),
        sa.Column("last_id", sa.String(length=36), nullable=False),
        sa.Column("cursor", sa.String(length=36), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("looked", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_searches")),
    )
    with op.batch_alter_table("bank_searches", schema=None) as batch_op:
        batch_op.create_index("ix_bank_searches_bank_id", ["bank_id", "began_at"], unique=False)

    op.create_table(
        "entry_matches",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("less", sa.JSON(), nullable=False),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "item_id", name=op.f("pk_entry_matches")),
    )
    with op.batch_alter_table("entry_matches", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entry_matches_entry_id_first_at", ["entry_id", "first_at"], unique=False
        )
        batch_op.create_index("ix_entry_matches_item_id", ["item_id"], unique=False)

    op.create_table(
        "decision_grounds",
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_decision_grounds_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("decision_id", "entry_id", name=op.f("pk_decision_grounds")),
    )
    with op.batch_alter_table("decision_grounds", schema=None) as batch_op:
        batch_op.create_index("ix_decision_grounds_entry_id", ["entry_id"], unique=False)

    with op.batch_alter_table("bank_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("labels", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("confidence", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("expires_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("disabled_until", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("disabled_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("disabled_why", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("quarantined_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("released_at", UtcTime(), nullable=True))
        batch_op.create_index("ix_bank_entries_bank_id", ["bank_id", "id"], unique=False)
        batch_op.create_index(
            "ix_bank_entries_disabled_until",
            ["disabled_until"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at is null and disabled_until is not null"),
            postgresql_where=sa.text("withdrawn_at is null and disabled_until is not null"),
        )
        batch_op.create_index(
            "ix_bank_entries_expires_at",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at is null and expires_at is not null"),
            postgresql_where=sa.text("withdrawn_at is null and expires_at is not null"),
        )
        batch_op.create_index(
            "ix_bank_entries_quarantined_at",
            ["quarantined_at"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at is null and quarantined_at is not null"),
            postgresql_where=sa.text("withdrawn_at is null and quarantined_at is not null"),
        )

    with op.batch_alter_table("banks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("polarity", sa.Text(), server_default="harm", nullable=False))
        batch_op.add_column(
            sa.Column("rollout", sa.Integer(), server_default="100", nullable=False)
        )
        batch_op.add_column(sa.Column("enabled", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("flood_max", sa.Integer(), nullable=True))
        batch_op.alter_column("clause_key", existing_type=sa.TEXT(), nullable=True)

    with op.batch_alter_table("media_hashes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("md5", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("looks", sa.LargeBinary(), nullable=True))
    _fill_grounds(op.get_bind())
    _fill_matches(op.get_bind())


def _fill_grounds(conn: sa.Connection) -> None:
    """Bring the entries that decisions cite into their table, a portion of decisions at a time."""
    decisions = sa.table("decisions", sa.column("id"), sa.column("evidence", sa.JSON))
    grounds = sa.table("decision_grounds", sa.column("decision_id"), sa.column("entry_id"))
    after = ""
    while True:
        wanted = sa.select(decisions).where(decisions.c.id > after)
        rows = conn.execute(wanted.order_by(decisions.c.id).limit(_PORTION)).all()
        if not rows:
            return
        cited = [
            {"decision_id": decision_id, "entry_id": entry_id}
            for decision_id, evidence in rows
            for entry_id in dict.fromkeys(evidence)
        ]
        if cited:
            conn.execute(grounds.insert(), cited)
        after = rows[-1][0]


def _fill_matches(conn: sa.Connection) -> None:
    """Remember what entries matched; how much it counted then is not known, so: looked at."""
    conn.execute(
        sa.text(
            "insert into entry_matches"
            " (entry_id, item_id, key, weight, less, first_at, last_at)"
            " select one.entry_id, one.item_id, coalesce(items.account_id, items.id),"
            " 'looked_at', '[]', min(one.at), max(one.at)"
            " from assessments one join items on items.id = one.item_id"
            " where one.answer = 'found' and one.entry_id is not null"
            " group by one.entry_id, one.item_id, coalesce(items.account_id, items.id)"
        )
    )
