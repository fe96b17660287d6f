"""How Alembic runs a step: in the transaction that `evenhand.db.migrate` opened, and nowhere else.

Tables are changed in batch mode, so that one file serves SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from evenhand.db.schema import UtcTime, metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column type by its name; everything else as Alembic would."""
    if kind == "type" and isinstance(item, UtcTime):
        autogen.imports.add("from evenhand.db.schema import UtcTime")
        return "UtcTime()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
