"""The harmonised report's numbers, counted a second time by somebody else: SQL over Parquet.

The log is written to a Parquet file, as an outsider would keep it, and asked in DuckDB. Nothing of
the counting is shared with the report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.kit.clock import stamp
from evenhand.policy import Harm, Measure
from evenhand.transparency.dsa.tallying import Counting, Tally
from tests.unit.transparency.dsa.log_lines import (
    START,
    answered,
    concluded,
    decisions,
    filed,
    held,
    line,
    made,
    reported,
)

SINCE, UNTIL = stamp(START), stamp(START.replace(year=2027))
Story = list[dict[str, Any]]
_numbers = count(1)

DECIDED = """
with decided as (
  select n, moment, subject, data->>'$.source' as source, data->>'$.ground' as ground,
    data->>'$.item' as item, (data->>'$.provisional')::boolean as provisional,
    (data->>'$.automated_detection')::boolean as detected,
    data->>'$.automated_decision' as automated, data
  from lines where type = 'decision.made' and moment < $until
), measures as (
  select decided.*, unnest(from_json(data->'$.measures[*].measure', '["varchar"]')) as measure
  from decided
), restrictions as (select * from measures where measure <> 'warn'),
left_over as (
  select data->>'$.new_decision_id' as id from lines
  where type = 'appeal.decided' and data->>'$.by' = 'affected'
    and data->>'$.new_decision_id' is not null
), replaced as (
  select e.data->>'$.decision_id' as id from lines e
  join restrictions h on h.subject = e.data->>'$.decision_id' and h.provisional
  where e.type = 'measure.ended' and e.data->>'$.why' = 'replaced'
    and exists (select 1 from restrictions r
      where r.item = h.item and not r.provisional and r.n > h.n and r.n < e.n)
), counted as (
  select * from restrictions where moment >= $since
    and subject not in (from left_over) and subject not in (from replaced)
)
"""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw what happened to one item, in order."""
    item, day = f"i{next(_numbers)}", draw(st.floats(1, 300))
    kind = draw(st.sampled_from(["notice", "decision", "hold", "affected", "reporter"]))
    if kind == "notice":
        basis, harm = draw(st.sampled_from(["notice", "report"])), draw(st.sampled_from(Harm))
        return [reported(harm=harm.value, basis=basis, trusted=draw(st.booleans()), day=day)]
    if kind == "decision":
        return [draw(decisions())]
    if kind == "hold":
        return hold_story(draw, item, day)
    return appeal_story(draw, item, day, by=kind)


def hold_story(draw: st.DrawFn, item: str, day: float) -> Story:
    """Hold something; then a person restricts it, lets it go, or has not looked yet."""
    hold = held(subject=f"h-{item}", item=item, day=day)
    then = draw(st.sampled_from(["restricts", "lets_go", "waits"]))
    if then == "waits":
        return [hold]
    measures = ["remove"] if then == "restricts" else []
    ended = {"decision_id": f"h-{item}", "measure": "hide", "why": "replaced"}
    return [
        hold,
        made(*measures, item=item, day=day + 1, source="own_initiative", automated_detection=True),
        line("measure.ended", ended, day=day + 1.01),
    ]


def appeal_story(draw: st.DrawFn, item: str, day: float, *, by: str) -> Story:
    """Decide something, let it be appealed, and perhaps decide it anew."""
    measures = draw(st.sampled_from([["remove"], ["hide", "limit"], ["suspend"], ["warn"]]))
    first = made(*(measures if by == "affected" else []), subject=f"d-{item}", item=item, day=day,
                 notices=[answered(trusted=draw(st.booleans()))])  # fmt: skip
    said = {"basis": draw(st.sampled_from(["notice", "report"])), "trusted": draw(st.booleans())}
    asked = filed(
        f"a-{item}", f"d-{item}", by=by, day=day + 1, **(said if by == "reporter" else {})
    )
    outcome = draw(st.sampled_from(["granted", "partly_granted", "rejected", None]))
    if outcome is None:
        return [first, asked]
    new = None if outcome == "rejected" else f"n-{item}"
    again = [made("label", subject=f"n-{item}", item=item, day=day + 2)] if new else []
    after = draw(st.floats(2.1, 60))
    return [first, asked, *again, concluded(f"a-{item}", outcome, by=by, new=new, day=day + after)]


def in_order(told: Iterable[Story]) -> list[dict[str, Any]]:
    """Write stories into one log."""
    lines = sorted((each for story in told for each in story), key=lambda each: each["at"])
    return [{"n": n, **each} for n, each in enumerate(lines)]


def tallied(lines: list[dict[str, Any]]) -> Tally:
    """Count as the report does."""
    counting = Counting(SINCE, UNTIL)
    counting.expect(each for each in lines if each["type"].startswith("appeal."))
    return counting.read(lines)


class Recount:
    """The log in a Parquet file, and questions to it."""

    def __init__(self, lines: list[dict[str, Any]], file: Path) -> None:
        """Write the file and open it in DuckDB."""
        columns = {"n": [each["n"] for each in lines], "moment": [each["at"] for each in lines]}
        columns |= {name: [each[name] for each in lines] for name in ("type", "subject")}
        columns["data"] = [json.dumps(each["data"]) for each in lines]
        kinds = [(name, pa.string()) for name in ("moment", "type", "subject", "data")]
        schema = pa.schema([("n", pa.int64()), *kinds])
        pq.write_table(pa.table(columns, schema=schema), file)
        self.db = duckdb.connect()
        kept = f"(select n, type, moment, subject, data::json as data from '{file}')"
        self.db.execute(f"create table lines as {kept}")

    def rows(self, sql: str, *, decided: bool = False) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        whole = (DECIDED if decided else "") + sql
        period = {"since": SINCE, "until": UNTIL}
        bound = {name: moment for name, moment in period.items() if f"${name}" in whole}
        return self.db.execute(whole, bound).fetchall()

    def ask(self, sql: str, *, decided: bool = False) -> Any:
        """Return the one row of an answer, or its one value."""
        (row,) = self.rows(sql, decided=decided)
        return row if len(row) > 1 else row[0]


@pytest.mark.parametrize("database", ["duckdb"])
@given(st.lists(stories(), max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.slow
def test_anybody_counts_the_same(
    tmp_path_factory: pytest.TempPathFactory, database: str, told: list[Story]
) -> None:
    """Measures, notices, complaints and waits, by another hand in another language."""
    lines = in_order(told)
    tally = tallied(lines)
    recount = Recount(lines, tmp_path_factory.mktemp(database) / "log.parquet")
    sql = """select ground, measure, count(*),
      count(*) filter (detected and source = 'own_initiative')
    from counted where source <> 'notice' group by all"""
    theirs = {(row[0], row[1]): row[2:] for row in recount.rows(sql, decided=True)}
    for ground, sheet in (("illegal", tally.illegal), ("terms", tally.terms)):
        ours = {m.value: summed(sheet.numbers, m.value) for m in Measure}
        mine = {m: counts for (of, m), counts in theirs.items() if of == ground}
        assert {m: n for m, n in ours.items() if n} == {m: n for m, (n, _) in mine.items()}
        assert summed(sheet.numbers, "detected") == sum(found for _, found in mine.values())
    ways = dict(recount.rows("select automated, count(*) from counted group by 1", decided=True))
    assert tally.automated["all", "solely"] == ways.get("fully", 0)
    assert tally.automated["all", "not"] == ways.get("none", 0)
    check_notices(tally, recount)
    check_complaints(tally, recount)


def summed(numbers: Any, column: str) -> int:
    """Add a column up over all headings."""
    return sum(number for (_, name), number in numbers.items() if name == column)


def check_notices(tally: Tally, recount: Recount) -> None:
    """Count notices, and the waits of those that were acted on."""
    came = "from lines where type = 'report.received' and data->>'$.basis' = 'notice'"
    sql = f"select count(*), count(*) filter ((data->>'$.trusted')::boolean) {came}"
    numbers = tally.notices.numbers
    assert (summed(numbers, "received"), summed(numbers, "received_trusted")) == recount.ask(sql)
    sql = """
    , acted as (
      select distinct subject, data from restrictions where moment >= $since
        and subject not in (from left_over)
    ), waits as (
      select unnest(from_json(data->'$.notices[*].hours', '["double"]')) as hours from acted
    ) select count(*), coalesce(sum(hours), 0) from waits
    """
    hours = [h for each in waits(tally, "hours") for h in each]
    assert (len(hours), sum(hours)) == recount.ask(sql, decided=True)


def waits(tally: Tally, column: str) -> list[list[float]]:
    """Return the waits of one column, by heading."""
    return [each for (_, name), each in tally.notices.hours.items() if name == column]


def check_complaints(tally: Tally, recount: Recount) -> None:
    """Count appeals, what they came to, how long they took and what they newly imposed."""
    filed_ = recount.ask("select count(*) from lines where type = 'appeal.filed'")
    assert sum(n for (_, what), n in tally.complaints.items() if what == "filed") == filed_
    names = {"upheld": "rejected", "partial": "partly_granted", "reversed": "granted"}
    sql = """select data->>'$.outcome', count(*) from lines
    where type = 'appeal.decided' and moment < $until group by 1"""
    theirs = dict(recount.rows(sql))
    for ours, name in names.items():
        counted = sum(n for (_, what), n in tally.complaints.items() if what == ours)
        assert counted == theirs.get(name, 0)
    sql = """select coalesce(
      median(epoch(d.moment::timestamptz - f.moment::timestamptz) / 3600), 0)
    from lines d join lines f on f.subject = d.subject and f.type = 'appeal.filed'
    where d.type = 'appeal.decided' and d.moment < $until"""
    hours = sorted(h for each in tally.complaint_hours.values() for h in each)
    middle = (hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2 if hours else 0
    assert middle == pytest.approx(recount.ask(sql), abs=0.11)
    sql = """select count(distinct subject) from restrictions
    where moment >= $since and subject in (
      select data->>'$.new_decision_id' from lines
      where type = 'appeal.decided' and data->>'$.by' = 'reporter')"""
    assert tally.newly_imposed == recount.ask(sql, decided=True)
