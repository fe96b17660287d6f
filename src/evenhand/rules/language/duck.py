"""Rules run over many events at once in DuckDB, and mean there what they mean for one event.

Each rule is a CASE that looks at the cheap first, for only a CASE keeps DuckDB from looking at the
rest. What a rule holds reaches the SQL as a quoted constant; columns are named by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from evenhand.rules.language.batches import NoAnalytics, arrow, batch_of, rows_of
from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    HasAny,
    Holds,
    Length,
    Matches,
    Missing,
    Node,
    Not,
    OneOf,
    Operator,
    Or,
    OrElse,
    Scalar,
    StartsWith,
    Truth,
    Type,
    Value,
    children,
)
from evenhand.rules.language.normal import as_double, conjuncts, cost, normal, parted, type_of
from evenhand.rules.language.required import quoted
from evenhand.rules.language.row import Failure, Layout, Row, RowRules
from evenhand.rules.language.ruleset import Rule

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

RULES_AT_ONCE: Final = 100
_DEAR: Final = 10
"""What costs so much is looked at only where all that costs less is true."""
_NEEDLES_ONE_BY_ONE: Final = 2
_NEEDLES_IN_PATTERN: Final = 200


class DuckRules:
    """Rules run by DuckDB over batches, on `threads` cores."""

    def __init__(self, rules: Sequence[Rule], layout: Layout, *, threads: int = 1) -> None:
        """Write the query of each group of rules on the same kinds. Raises NoAnalytics."""
        self.layout = layout
        self._database = _database(threads)
        self._error = _duckdb().Error
        self._plain = RowRules(rules, layout)
        refused = self._refused({one for rule in rules for one in _patterns(rule.when)})
        groups: dict[tuple[str, ...], list[int]] = {}
        self._by_row: list[int] = []
        for position, rule in enumerate(rules):
            if refused.isdisjoint(_patterns(rule.when)):
                groups.setdefault(tuple(sorted(set(rule.kinds))), []).append(position)
            else:
                self._by_row.append(position)
        self._left_over = RowRules([rules[one] for one in self._by_row], layout)
        self._queries = [
            (positions[at : at + RULES_AT_ONCE], query)
            for kinds, positions in groups.items()
            for at in range(0, len(positions), RULES_AT_ONCE)
            for query in [_query(rules, positions[at : at + RULES_AT_ONCE], kinds, layout)]
        ]

    def run_all(self, rows: Sequence[Row], failed: list[list[Failure]]) -> list[list[int]]:
        """Return for each row the places of the rules that fire, ascending.

        `failed` has a list for each row, to which rules that raised are added.
        """
        found: list[list[int]] = [[] for _ in rows]
        if not rows:
            return found
        try:
            for at, position in self._answered(batch_of(rows, self.layout)):
                found[at].append(position)
        except self._error:  # one rule's failure must not cost the others their answer
            return [self._plain.run(row, failed[at]) for at, row in enumerate(rows)]
        for at, position in self._asked(rows, failed):
            found[at].append(position)
        return [sorted(one) for one in found]

    def matches(self, batch: pa.Table, failed: list[Failure]) -> Iterator[tuple[int, int]]:
        """Yield the place of a row and of a rule that fires on it, in no order.

        Raises duckdb.Error.
        """
        yield from self._answered(batch)
        if self._by_row:
            rows = rows_of(batch, range(batch.num_rows))
            yield from self._asked(rows, [failed] * len(rows))

    def _answered(self, batch: pa.Table) -> Iterator[tuple[int, int]]:
        pa = arrow()
        numbered = batch.append_column("i", pa.array(range(batch.num_rows), pa.int64()))
        self._database.register("batch", numbered)
        try:
            for positions, query in self._queries:
                answered: Any = self._database.sql(query).to_arrow_table()
                places = answered.column(0).to_numpy()
                for at, position in enumerate(positions, 1):
                    fires = answered.column(at).to_numpy()
                    for place in places[fires].tolist():
                        yield place, position
        finally:
            self._database.unregister("batch")

    def _asked(self, rows: Sequence[Row], failed: list[list[Failure]]) -> Iterator[tuple[int, int]]:
        """Run the rules that DuckDB does not take, one by one."""
        if not self._by_row:
            return
        for at, row in enumerate(rows):
            raised: list[Failure] = []
            for position in self._left_over.run(row, raised):
                yield at, self._by_row[position]
            failed[at] += [replace(one, position=self._by_row[one.position]) for one in raised]

    def _refused(self, patterns: set[str]) -> frozenset[str]:
        """Return the patterns that DuckDB's RE2, which is older than ours, does not take."""
        refused = set()
        for pattern in patterns:
            try:
                self._database.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
            except self._error:
                refused.add(pattern)
        return frozenset(refused)


def _patterns(node: Node) -> frozenset[str]:
    own = {node.pattern} if isinstance(node, Matches) else set()
    return frozenset(own.union(*map(_patterns, children(node))))


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as why:
        raise NoAnalytics(
            "DuckDB is not installed. Install it with pip install 'evenhand[analytics]', or use"
            " --engine row, which needs nothing more."
        ) from why
    return duckdb


def _database(threads: int) -> duckdb.DuckDBPyConnection:
    arrow()
    database: duckdb.DuckDBPyConnection = _duckdb().connect(
        config={"threads": threads, "enable_external_access": False}
    )
    return database


def _query(
    rules: Sequence[Rule], positions: Sequence[int], kinds: Sequence[str], layout: Layout
) -> str:
    conditions = [normal(rules[position].when) for position in positions]
    writer = _Writer(layout)
    source = writer.steps_of(conditions)
    answers = ", ".join(
        f"{writer.cascade(one)} AS r{position}"
        for one, position in zip(conditions, positions, strict=True)
    )
    among = ", ".join(map(_text, kinds))
    return f"SELECT i, {answers} FROM ({source}) WHERE c0 IN ({among})"  # noqa: S608 - constants are quoted


class _Writer:
    """Writes conditions as SQL in which NULL is unknown."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._steps: dict[Arithmetic, str] = {}

    def steps_of(self, conditions: Sequence[Condition]) -> str:
        """Write a query that adds each step of arithmetic as a column, NULL when not finite.

        Steps stand on columns of the query inside, so that however they are nested each is
        written twice and no more.
        """
        source = "SELECT * FROM batch"
        for level in _levels(conditions):
            written: list[tuple[Arithmetic, str, str]] = []
            for step in level:
                left, right = self._double(step.left), self._double(step.right)
                counted = f"{left} {step.operator.value} {right}"
                whole = f"isfinite({counted})"
                if step.operator is Operator.OVER:
                    whole = f"CASE WHEN {right} <> 0 THEN {whole} END"
                name = f"s{len(self._steps) + len(written)}"
                written.append((step, name, f"CASE WHEN {whole} THEN {counted} END AS {name}"))
            self._steps.update({step: name for step, name, _ in written})
            added = ", ".join(sql for _, _, sql in written)
            source = f"SELECT *, {added} FROM ({source})"  # noqa: S608 - constants are quoted
        return source

    def cascade(self, condition: Condition) -> str:
        """Write a condition as TRUE or FALSE: all that is cheap first, then the dear one by one."""
        parts = sorted(conjuncts(condition), key=cost)
        cheap = [self.holds(part) for part in parts if cost(part) < _DEAR]
        dear = [self.holds(part) for part in parts if cost(part) >= _DEAR]
        written = "TRUE"
        for part in [*reversed(dear), *([" AND ".join(cheap)] if cheap else [])]:
            written = f"CASE WHEN {part} THEN {written} ELSE FALSE END"
        return written

    def holds(self, node: Condition) -> str:
        """Write a condition; NULL when it is unknown."""
        match node:
            case And(all=parts):
                return f"({' AND '.join(map(self.holds, sorted(parts, key=cost)))})"
            case Or(any=parts):
                return self._alternatives(sorted(parts, key=cost))
            case Not(of=denied):
                return f"(NOT {self.holds(denied)})"
            case Compare(order=order, left=left, right=right):
                in_doubles = Type.FLOAT in {type_of(left), type_of(right)}
                write = self._double if in_doubles else self._value
                sign = "=" if order.value == "==" else order.value
                return f"({write(left)} {sign} {write(right)})"
            case OneOf(of=of, among=among):
                return self._one_of(of, among)
            case _:
                return self._looking(node)

    def _alternatives(self, parts: Sequence[Condition]) -> str:
        """Write what is true when one part is, and look at the dear only when no cheap one is."""
        if any(cost(part) >= _DEAR for part in parts):
            return (
                f"(CASE {' '.join(f'WHEN {self.cascade(part)} THEN TRUE' for part in parts)} END)"
            )
        return f"({' OR '.join(map(self.holds, parts))})"

    def _looking(self, node: Condition) -> str:
        match node:
            case HasAny(of=of, among=among):
                return f"list_has_any({self._column(of)}, [{', '.join(map(_text, among))}])"
            case Holds(of=of, needles=needles):
                return self._holds_any(self._column(of), needles)
            case StartsWith(of=of, needle=needle):
                return f"starts_with({self._column(of)}, {_text(needle)})"
            case Matches(of=of, pattern=pattern):
                return f"regexp_matches({self._column(of)}, {_text(pattern)})"
            case Truth(of=of):
                return self._value(of)
            case Missing(of=of):
                return f"({self._column(of)} IS NULL)"
        raise TypeError(f"{type(node).__name__} is no atom")

    def _one_of(self, of: Value, among: Sequence[Scalar]) -> str:
        exact, doubles = parted(among, type_of(of))
        tests = []
        if exact:
            type_ = type_of(of)
            listed = ", ".join(_constant(one, type_) for one in exact)
            tests.append(f"{self._value(of)} IN ({listed})")
        if doubles:
            listed = ", ".join(_constant(one, Type.FLOAT) for one in doubles)
            tests.append(f"{self._double(of)} IN ({listed})")
        return f"({' OR '.join(tests) or 'FALSE'})"

    @staticmethod
    def _holds_any(column: str, needles: Sequence[str]) -> str:
        if len(needles) <= _NEEDLES_ONE_BY_ONE:
            return f"({' OR '.join(f'contains({column}, {_text(one)})' for one in needles)})"
        patterns = (
            "|".join(map(quoted, needles[at : at + _NEEDLES_IN_PATTERN]))
            for at in range(0, len(needles), _NEEDLES_IN_PATTERN)
        )
        return f"({' OR '.join(f'regexp_matches({column}, {_text(one)})' for one in patterns)})"

    def _value(self, value: Value) -> str:
        match value:
            case Const(value=constant, type=type_):
                return _constant(constant, type_)
            case Column():
                return self._column(value)
            case Length(of=of):
                function = "len" if of.type is Type.TEXTS else "length"
                return f"{function}({self._column(of)})"
            case OrElse(of=of, default=default):
                return f"coalesce({self._column(of)}, {_constant(default.value, of.type)})"
            case Arithmetic():
                return self._steps[value]

    def _double(self, value: Value) -> str:
        if isinstance(value, Const):
            return _constant(as_double(value), Type.FLOAT)
        written = self._value(value)
        return written if type_of(value) is Type.FLOAT else f"CAST({written} AS DOUBLE)"

    def _column(self, column: Column) -> str:
        return f"c{self._layout.places[column]}"


def _levels(conditions: Sequence[Condition]) -> list[list[Arithmetic]]:
    """Return each step of arithmetic once; those of a level stand on earlier levels only."""
    depths: dict[Arithmetic, int] = {}

    def deep(node: Node) -> int:
        below = max(map(deep, children(node)), default=0)
        if isinstance(node, Arithmetic):
            below += 1
            depths[node] = below
        return below

    for condition in conditions:
        deep(condition)
    levels: list[list[Arithmetic]] = [[] for _ in range(max(depths.values(), default=0))]
    for step, depth in depths.items():
        levels[depth - 1].append(step)
    return levels


def _constant(value: Scalar, type_: Type) -> str:
    match type_:
        case Type.BOOL:
            return "TRUE" if value else "FALSE"
        case Type.FLOAT:
            return f"CAST('{float(value)!r}' AS DOUBLE)"
        case Type.INT | Type.TIME:
            return f"CAST('{int(value)}' AS BIGINT)"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
