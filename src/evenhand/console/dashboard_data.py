"""The data behind the dashboard's drawings, as CSV for tables and JSON for programs.

Both say the same: a row for each bar or line, with its numbers day by day where it has them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from evenhand.kit.clock import stamp
from evenhand.queue import Live
from evenhand.transparency import ComparedTable, Comparison

#: A cell that begins so is a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Rows = Sequence[Mapping[str, Any]]


def of_live(found: Live) -> Rows:
    """Say what waits, a row for each value; a key of null has none."""
    return [
        {
            found.by.value: row.key,
            "title": row.title,
            "open": row.open,
            "waiting": row.waiting,
            "in_hand": row.claimed,
            "with_deadline": row.timed,
            "overdue": row.overdue,
            "oldest": stamp(row.oldest),
            "next_deadline": None if row.due is None else stamp(row.due),
        }
        for row in found.rows
    ]


def of_days(found: Comparison) -> Rows:
    """Say what each day came to."""
    return [
        {"day": one.day.isoformat(), "decisions": one.decisions, "reports": one.reports}
        for one in found.days
    ]


def of_table(table: ComparedTable, found: Comparison) -> Rows:
    """Say a table of two periods: a row for each figure, its numbers, and those of each day."""
    days = [day.isoformat() for day in found.period.every()]
    return [
        {
            "id": row.id,
            "title": row.title,
            "unit": row.unit.value,
            "period": row.value,
            "before": row.value_before,
            "change": row.change,
            "percent": row.percent,
            **dict(zip(days, row.days, strict=False)),
        }
        for row in table.rows
    ]


def as_csv(rows: Rows) -> str:
    """Write rows as CSV (RFC 4180), so that no spreadsheet takes a text of theirs for a formula."""
    out = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def as_json(rows: Rows, about: Mapping[str, Any]) -> str:
    """Write rows as JSON, with what they are about."""
    return json.dumps({**about, "rows": list(rows)}, indent=1, ensure_ascii=False) + "\n"


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
