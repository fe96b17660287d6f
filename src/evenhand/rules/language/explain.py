"""Why a rule fired on an event, clause by clause, or by which one clause it did not.

A clause is what stands between the `and`s of a condition. Each has its text, whether it holds, is
denied or unknown, the values it looked at, and of what it looked for that which was there.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from evenhand.rules.language import kleene, terms
from evenhand.rules.language.clauses import sketch
from evenhand.rules.language.events import Event
from evenhand.rules.language.faults import Wrong
from evenhand.rules.language.forms import form_of
from evenhand.rules.language.in_words import expression
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.ir import (
    And,
    Condition,
    Form,
    HasAny,
    Holds,
    Node,
    children,
    columns,
)
from evenhand.rules.language.row import Failure, Layout
from evenhand.rules.language.ruleset import Rule, RuleSet
from evenhand.rules.language.running import Answer, LineReader
from evenhand.rules.language.shape import parsed
from evenhand.rules.language.tokens import tokens_of

VALUE_CHARS_MAX: Final = 200
_TRUTHS: Final = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, `true`, `false` or `unknown`; the values it read and what it found."""

    text: str
    truth: str
    values: Mapping[str, Any]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule on an event: whether it fires, by which version and why."""

    line: int
    id: str | int | None
    rule: str
    version: str
    fires: bool
    clauses: tuple[Clause, ...]

    @property
    def lacking(self) -> tuple[Clause, ...]:
        """Return the clauses that are not true."""
        return tuple(one for one in self.clauses if one.truth != "true")


class Explainer:
    """Explains the rules of a set over lines of events."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Make the rules ready to run."""
        self._rules = ruleset.rules
        self._layout = Layout.of(ruleset.rules, as_sent=True)
        self._lines = LineReader(ruleset, self._layout)
        self._index = RuleIndex(ruleset.rules, self._layout)

    def explained(
        self, lines: Iterable[bytes], *, rule: str | None = None, near_misses: bool = False
    ) -> Iterator[Explained | Answer]:
        """Yield for each line, in order, each rule that fires; an answer where it is not whole.

        With `rule`, only that one, and also where it does not fire; with `near_misses`, also rules
        of two clauses or more of which one is not true.
        """
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            event = self._lines.read(number, line)
            if isinstance(event, Answer):
                yield event
                continue
            yield from self._of_event(number, event, rule, near_misses)

    def _of_event(
        self,
        number: int,
        event: Event,
        wanted: str | None,
        near_misses: bool,  # noqa: FBT001
    ) -> Iterator[Explained | Answer]:
        if event.row is None:
            return
        failed: list[Failure] = []
        fires = set(self._index.run(event.row, failed))
        if failed:
            names = tuple(self._rules[one.position].name for one in failed)
            yield Answer(number, event.id, failed=names)
        known = self._known(event.row)
        for position, rule in enumerate(self._rules):
            asked = rule.name == wanted if wanted is not None else position in fires
            if event.kind not in rule.kinds or not (asked or near_misses):
                continue
            if wanted is not None and not asked:
                continue
            clauses = clauses_of(rule, known)
            told = Explained(number, event.id, rule.name, rule.version, position in fires, clauses)
            if asked or (len(clauses) > 1 and len(told.lacking) == 1):
                yield told

    def _known(self, row: list[Any]) -> dict[str, Any]:
        return {
            column.key: row[place]
            for column, place in self._layout.places.items()
            if column.form is Form.SENT and row[place] is not None
        }


def clauses_of(rule: Rule, known: Mapping[str, Any]) -> tuple[Clause, ...]:
    """Tell of each clause of a rule what it comes to, given what is known of an event by key."""
    parts = tuple(_parts(rule.when))
    texts = _texts_of(rule.source)
    if len(texts) != len(parts):  # nothing was simplified away, or else it is written anew
        texts = tuple(map(expression, parts))
    return tuple(
        Clause(
            text,
            _TRUTHS[kleene.truth(part, known)],
            {one.key: _shown(known.get(one.key)) for one in columns(part)},
            tuple(sorted(set(_found(part, known)))),
        )
        for text, part in zip(texts, parts, strict=True)
    )


@lru_cache(maxsize=4_096)
def _texts_of(source: str) -> tuple[str, ...]:
    """Return the clauses of a rule as its author wrote them, spaces aside; none if there are none.

    The source was read before, so that nothing in it is wrong.
    """
    lines = source.split("\n")
    wrongs: list[Wrong] = []
    drawn = (
        sketch(tokens_of(lines, 1, len(lines), wrongs.append), wrongs.append) if source else None
    )
    if drawn is None or not drawn.condition:
        return ()
    tree, texts = parsed(drawn.condition)
    return tuple(_clause_texts(tree, texts))


def _clause_texts(node: ast.expr, texts: terms.Texts) -> Iterator[str]:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _clause_texts(value, texts)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for one, op, other in zip([left, *comparators], ops, comparators, strict=False):
                yield terms.expression(ast.Compare(one, [op], [other]), texts)
        case _:
            yield terms.expression(node, texts)


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, And):
        for part in condition.all:
            yield from _parts(part)
    else:
        yield condition


def _found(node: Node, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield of what is looked for that which is there."""
    match node:
        case Holds(of=of, needles=needles):
            held = kleene.value(of, known) or ""
            sent = known.get(of.key) or ""
            yield from (_as_sent(sent, one, of.form) for one in needles if one in held)
        case HasAny(of=of, among=among):
            held = kleene.value(of, known) or ()
            yield from (one for one in among if one in held)
        case _:
            for child in children(node):
                yield from _found(child, known)


def _as_sent(text: str, needle: str, form: Form) -> str:
    """Return what stands in a text where a needle was found; the needle where that is not clear."""
    bare = needle.strip(" ")
    pieces, size = text.split(), len(bare.split())
    for at in range(len(pieces) - size + 1):
        piece = " ".join(pieces[at : at + size])
        if len(piece) <= 2 * len(bare) + size and bare in form_of(piece, form):
            alone = _without_signs(piece)
            return alone if bare in form_of(alone, form) else piece
    return bare


def _without_signs(piece: str) -> str:
    """Take off the signs around words, such as a full stop; marks on letters stay."""
    begin, end = 0, len(piece)
    while begin < end and unicodedata.category(piece[begin])[0] in "PSZC":
        begin += 1
    while end > begin and unicodedata.category(piece[end - 1])[0] in "PSZC":
        end -= 1
    return piece[begin:end]


def _shown(value: Any) -> Any:
    if isinstance(value, str) and len(value) > VALUE_CHARS_MAX:
        return value[: VALUE_CHARS_MAX - 1] + "…"
    return value
