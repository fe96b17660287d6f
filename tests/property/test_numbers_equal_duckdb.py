"""Every published figure is what a query of the exported log says, asked with another engine.

The exported lines become a Parquet file, and DuckDB answers each figure's query in SQL that is
written here from the description of queries alone: a thousand random histories in a run.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evenhand import transparency
from evenhand.kit.clock import stamp
from evenhand.policy import Harm, Measure
from evenhand.transparency import Query
from evenhand.transparency.catalogue import COUNTED_EVENTS

START = datetime(2026, 1, 1, tzinfo=UTC)
SINCE, UNTIL = START + timedelta(days=30), START + timedelta(days=300)
HISTORIES = 250
LINES_MAX = 40
#: The paths that lead through a list, so that SQL has to look at each element.
THROUGH_LISTS = {"measures.measure": "$.measures[*].measure"}


def data_of(dice: random.Random, at: datetime) -> dict[str, Any]:
    """Draw what a line may say, whether or not its type would say so."""
    before = at - timedelta(minutes=dice.randint(-3, 5_000), seconds=dice.randint(0, 59))
    drawn: dict[str, Any] = {
        "harm": dice.choice([*Harm, None]),
        "basis": dice.choice(["report", "notice", "order"]),
        "via": dice.choice(["portal", "api"]),
        "trusted": dice.choice([True, False, None]),
        "outcome": dice.choice(["violation", "no_violation", "granted", "rejected"]),
        "clause_number": dice.choice(["4.1", "10.2", None]),
        "measures": [
            {"measure": dice.choice(list(Measure)).value} for _ in range(dice.randint(0, 3))
        ],
        "source": dice.choice(["report", "own_initiative"]),
        "decided_by": dice.choice(["person", "rule"]),
        "task_opened_at": dice.choice([before.isoformat(), None]),
        "received_at": dice.choice([stamp(before), None]),
        "items": dice.randint(0, 4),
        "ended": dice.choice(["given", "in_part", "silence_asked"]),
        "member_state": dice.choice(["FR", "EL", None]),
        "by": dice.choice(["appeal", "review", "affected"]),
        "kind": dice.choice(["post", 'a "quoted" kind', "名"]),
        "detectors": dice.choice([{"known_phrases": "1", "language": "2"}, {"language": None}, {}]),
        "queue": dice.choice(["urgent", "fraud", None]),
        "answers": {"found": dice.randint(0, 3), "failed": dice.randint(0, 2)},
        "undone": dice.randint(0, 4),
        "in_time": dice.choice([True, False, None]),
        "language": dice.choice(["en", "ar", None]),
        "rule": dice.choice(["known-material", None]),
        "role": "lead",
        "wrong": dice.randint(0, 9),
    }
    return {name: value for name, value in drawn.items() if dice.random() < 0.8}


def history(dice: random.Random) -> list[dict[str, Any]]:
    """Draw a log: times go forward, and some lie outside the period."""
    at, lines = START, []
    for number in range(dice.randint(0, LINES_MAX)):
        at += timedelta(hours=dice.randint(0, 600), microseconds=dice.randint(0, 999))
        kind = dice.choice([*COUNTED_EVENTS, "note.written"])
        line = {"n": number, "type": kind, "at": stamp(at), "data": data_of(dice, at)}
        lines.append(json.loads(json.dumps(line)))
    return lines


def asked(query: Query) -> str:
    """Write a query in SQL."""
    conditions = [
        f"type IN ({', '.join(repr(one) for one in query.events)})",
        f"\"at\" >= '{query.since}'",
        f"\"at\" < '{query.until}'",
    ]
    for path, value in query.where:
        written = value.replace("'", "''")
        if path in THROUGH_LISTS:
            found = f"json_extract_string(data, '{THROUGH_LISTS[path]}')"
            conditions.append(
                f"len({found}) > 0" if value == "*" else f"list_contains({found}, '{written}')"
            )
        else:
            found = f"json_extract_string(data, '$.{path}')"
            conditions.append(f"{found} IS NOT NULL" if value == "*" else f"{found} = '{written}'")
    field = f"json_extract_string(data, '$.{query.field}')"
    counted = {
        "lines": "count(*)",
        "sum": f"coalesce(sum(CAST({field} AS BIGINT)), 0)",
        "median_minutes": (
            f'quantile_disc(CAST(floor((epoch_us(CAST("at" AS TIMESTAMPTZ)) - '
            f"epoch_us(CAST({field} AS TIMESTAMPTZ))) / 60000000) AS BIGINT), 0.5)"
        ),
    }[query.count.value]
    return f"SELECT history, {counted} FROM log WHERE {' AND '.join(conditions)} GROUP BY history"


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_every_figure_of_many_histories(seed: int, tmp_path_factory: Any) -> None:
    """The same number from the tables, and from DuckDB over Parquet."""
    dice = random.Random(seed)
    logs = [history(dice) for _ in range(HISTORIES)]
    numbers = [transparency.tally(log, since=SINCE, until=UNTIL) for log in logs]
    file = Path(tmp_path_factory.mktemp("log")) / "log.parquet"
    rows = [
        {"history": place, "type": line["type"], "at": line["at"], "data": json.dumps(line["data"])}
        for place, log in enumerate(logs)
        for line in log
    ]
    pq.write_table(pa.Table.from_pylist(rows), file)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(f"CREATE TABLE log AS SELECT * FROM read_parquet('{file}')")
        found: dict[str, dict[int, int]] = {}
        for place, counted in enumerate(numbers):
            for figure in counted.figures():
                if figure.id not in found:
                    found[figure.id] = dict(db.execute(asked(figure.query)).fetchall())
                again = found[figure.id].get(place) or 0
                assert figure.value == again, (seed, place, figure.id, asked(figure.query))
