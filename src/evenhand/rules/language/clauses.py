"""A rule's block is read: on what, when, what it asks for, under which clause, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from evenhand.rules.language.cursor import Cursor
from evenhand.rules.language.declarations import known_kinds
from evenhand.rules.language.examples import read_example
from evenhand.rules.language.expressions import read_condition
from evenhand.rules.language.faults import Span, Wrong, did_you_mean, listing
from evenhand.rules.language.functions import LABEL_CHARS_MAX
from evenhand.rules.language.ir import Condition, Scalar
from evenhand.rules.language.layout import JOINS_BEHIND, logical_lines
from evenhand.rules.language.naming import Known, Names, check_handle, check_known
from evenhand.rules.language.ruleset import (
    Action,
    Counter,
    Enqueue,
    Entity,
    Example,
    Kind,
    Label,
    Place,
    Propose,
    Rule,
    Score,
)
from evenhand.rules.language.shape import CLAUSES, end_of_condition
from evenhand.rules.language.tokens import Report, Sort, Token

ACTIONS_MAX: Final = 20
EXAMPLES_MAX: Final = 100
PRIORITY_MAX: Final = 100
MATCHED_WORDS: Final = "matched_words"
"""A placeholder for what `has_word` and its like found."""

PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_RULE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_MEANT: Final = {
    "act": "propose",
    "action": "propose",
    "measure": "propose",
    "queue": "enqueue",
    "if": "when",
    "where": "when",
    "because": "why",
    "reason": "why",
    "clause": "policy",
    "test": "fires",
}


@dataclass(frozen=True, slots=True)
class World:
    """What is declared around a rule."""

    kinds: Mapping[str, Kind]
    lists: Mapping[str, tuple[Scalar, ...]]
    counters: Mapping[str, Counter]
    known: Known
    broken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A rule as it is written: its condition and its examples are tokens still."""

    name: str
    kinds: tuple[str, ...]
    condition: tuple[Token, ...]
    actions: tuple[Action, ...]
    policy: str | None
    why: str | None
    events: tuple[tuple[bool, Token], ...]


@dataclass(slots=True)
class _Draft:
    """A rule while it is read."""

    file: str
    names: Names | None
    report: Report
    whens: list[tuple[Span, Condition | None]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    policy: Token | None = None
    why: Token | None = None
    examples: list[Example] = field(default_factory=list)
    condition: Sequence[Token] = ()
    events: list[tuple[bool, Token]] = field(default_factory=list)
    cut_short: bool = False
    """Whether a line could not be read to its end, so that what is missing may stand there."""


def read_rule_name(tokens: Sequence[Token]) -> Token:
    """Return the name of a rule. Raises Wrong."""
    name = Cursor(tokens, 1).word("rule")
    if not _RULE_NAME.fullmatch(name.text):
        says = "This cannot be the name of a rule."
        expected = "a letter, then letters, digits, _ and -, 64 in all"
        raise Wrong(name.span, says, expected=expected)
    return name


def read_rule(
    tokens: Sequence[Token], world: World, file: str, source: str, report: Report
) -> Rule | None:
    """Read a rule; None, and faults, when it cannot be used."""
    wrongs: list[Wrong] = []
    lines = logical_lines(tokens, wrongs.append)
    rule = None
    try:
        rule = _whole(lines, world, file, source, wrongs.append)
    except Wrong as wrong:
        wrongs.append(wrong)
    for one in wrongs:
        report(one)
    return None if wrongs else rule


def _whole(
    lines: Sequence[Sequence[Token]], world: World, file: str, source: str, report: Report
) -> Rule | None:
    head = Cursor(lines[0])
    keyword, name, kind_names = _head(head)
    kinds = known_kinds(kind_names, world.kinds, report)
    names = None
    if kinds is not None:
        names = Names(kinds, world.lists, world.counters, world.known, world.broken)
    draft = _Draft(file, names, report)
    _clauses(head, draft)
    for line in lines[1:]:
        _clauses(Cursor(line), draft)
    span = Span(keyword.line, keyword.column + 1, name.end - keyword.column)
    if not draft.whens and not draft.cut_short:
        raise Wrong(span, f"The rule `{name.text}` has no condition.", expected="when …")
    if not draft.actions and not draft.cut_short:
        hint = "write label, enqueue, propose or score under it"
        raise Wrong(
            span, f"The rule `{name.text}` asks for nothing.", expected="an action", hint=hint
        )
    when = draft.whens[0][1] if draft.whens else None
    if kinds is None or when is None:
        return None
    return Rule(
        name=name.text,
        kinds=tuple(kind.name for kind in kinds),
        when=when,
        actions=tuple(draft.actions),
        policy=draft.policy.text if draft.policy is not None else None,
        why=str(draft.why.value) if draft.why is not None else None,
        examples=tuple(draft.examples),
        source=source,
        place=Place(file, keyword.line),
    )


def _head(head: Cursor) -> tuple[Token, Token, list[Token]]:
    """Take the first words of a rule: the keyword, its name, and its kinds. Raises Wrong."""
    keyword = head.need("rule")
    name = read_rule_name(head.tokens)
    head.word("rule")
    head.need("on", expected="`on` and the kinds it looks at, as in `rule name on post`")
    return keyword, name, head.names("kind")


def sketch(tokens: Sequence[Token], report: Report) -> Sketch | None:
    """Read a rule as it is written, without asking whether what it names exists."""
    wrongs: list[Wrong] = []
    lines = logical_lines(tokens, wrongs.append)
    drawn = None
    try:
        head = Cursor(lines[0])
        _, name, kinds = _head(head)
        draft = _Draft("", None, wrongs.append)
        _clauses(head, draft)
        for line in lines[1:]:
            _clauses(Cursor(line), draft)
        drawn = Sketch(
            name.text,
            tuple(kind.text for kind in kinds),
            tuple(draft.condition),
            tuple(draft.actions),
            draft.policy.text if draft.policy is not None else None,
            str(draft.why.value) if draft.why is not None else None,
            tuple(draft.events),
        )
    except Wrong as wrong:
        wrongs.append(wrong)
    for one in wrongs:
        report(one)
    return None if wrongs else drawn


def _clauses(cursor: Cursor, draft: _Draft) -> None:
    """Read the clauses of a line; behind one with a fault, go on with the next line."""
    try:
        while not cursor.done:
            token = cursor.next
            assert token is not None
            read = _CLAUSES.get(token.text) if token.sort is Sort.NAME else None
            if read is None:
                raise _no_clause(token, cursor)
            cursor.at += 1
            read(cursor, draft, token)
    except Wrong as wrong:
        draft.cut_short = True
        draft.report(wrong)


def _no_clause(token: Token, cursor: Cursor) -> Wrong:
    if token.sort is not Sort.NAME or token.is_sign(*JOINS_BEHIND):
        return cursor.wrong(f"one of {listing(CLAUSES, most=20)}")
    meant = _MEANT.get(token.text.lower())
    there = f"a line of a rule begins with {listing(CLAUSES, most=20)}"
    hint = f"write {meant}" if meant else did_you_mean(token.text, CLAUSES, otherwise=there)
    shown = token.text if len(token.text) <= 30 else token.text[:30] + "…"
    return Wrong(token.span, f"No clause of a rule begins with `{shown}`.", hint=hint)


def _when(cursor: Cursor, draft: _Draft, keyword: Token) -> None:
    if cursor.done:
        raise cursor.wrong("a condition")
    if draft.whens:
        says = "A rule has one condition, and this is a second."
        raise Wrong(keyword.span, says, hint="join them with and, or write two rules")
    draft.whens.append((keyword.span, None))
    start = cursor.at
    cursor.at = end_of_condition(cursor.tokens, start)
    draft.condition = cursor.tokens[start : cursor.at]
    if draft.names is None:
        return
    condition = read_condition(draft.condition, draft.names, draft.report)
    draft.whens[0] = (keyword.span, condition)


def _label(cursor: Cursor, draft: _Draft, _keyword: Token) -> None:
    entity = Entity(cursor.need(*Entity, expected="account or item").text)
    name = cursor.word("label") if not _is_text(cursor) else cursor.text("the label's name")
    written = str(name.value) or name.text
    if not written.strip() or len(written) > LABEL_CHARS_MAX:
        says = f"A label has a name of 1 to {LABEL_CHARS_MAX} characters."
        raise Wrong(name.span, says)
    _check_template(name, written, draft)
    lasting = cursor.duration() if cursor.take("for") else None
    _act(draft, Label(entity, written, lasting), name.span)


def _enqueue(cursor: Cursor, draft: _Draft, _keyword: Token) -> None:
    queue = cursor.word("queue")
    check_handle(queue.text, queue.span, what="queue")
    priority = None
    if cursor.take("priority"):
        value, span = cursor.number(f"a whole number from 0 to {PRIORITY_MAX}")
        if not isinstance(value, int) or not 0 <= value <= PRIORITY_MAX:
            says = f"A priority is a whole number from 0 to {PRIORITY_MAX}."
            raise Wrong(span, says, hint="a higher one comes first")
        priority = value
    if draft.names is not None:
        check_known(queue.text, draft.names.known.queues, queue.span, what="queue")
    _act(draft, Enqueue(queue.text, priority), queue.span)


def _propose(cursor: Cursor, draft: _Draft, _keyword: Token) -> None:
    measure = cursor.word("measure")
    check_handle(measure.text, measure.span, what="measure")
    earliest = latest = timedelta(0)
    if cursor.take("after"):
        at = cursor.here
        earliest = latest = cursor.duration()
        if cursor.take(".."):
            latest = cursor.duration()
        if latest < earliest:
            raise Wrong(at, "The earliest time comes after the latest.", expected="2m..20m")
    if draft.names is not None:
        check_known(measure.text, draft.names.known.measures, measure.span, what="measure")
    _act(draft, Propose(measure.text, earliest, latest), measure.span)


def _score(cursor: Cursor, draft: _Draft, _keyword: Token) -> None:
    name = cursor.word("score")
    check_handle(name.text, name.span, what="score")
    amount, _ = cursor.number("a number, as in `score risk 0.5`")
    _act(draft, Score(name.text, float(amount)), name.span)


def _policy(cursor: Cursor, draft: _Draft, keyword: Token) -> None:
    clause = cursor.word("clause")
    check_handle(clause.text, clause.span, what="clause")
    if draft.policy is not None:
        raise Wrong(keyword.span, "A rule stands under one clause, and this is a second.")
    draft.policy = clause
    if draft.names is not None:
        check_known(clause.text, draft.names.known.clauses, clause.span, what="clause")


def _why(cursor: Cursor, draft: _Draft, keyword: Token) -> None:
    template = cursor.text("what people are told")
    if draft.why is not None:
        raise Wrong(keyword.span, "A rule says why once, and this is a second time.")
    if not str(template.value).strip():
        raise Wrong(template.span, "This says nothing.", expected="a sentence for people")
    draft.why = template
    _check_template(template, str(template.value), draft)


def _example(cursor: Cursor, draft: _Draft, keyword: Token) -> None:
    token = cursor.next
    if token is None or token.sort is not Sort.JSON:
        hint = f'as in {keyword.text} {{"text": "…"}}'
        raise cursor.wrong("an event as JSON", hint=hint)
    cursor.at += 1
    if len(draft.events) >= EXAMPLES_MAX:
        raise Wrong(keyword.span, f"A rule has {EXAMPLES_MAX} examples at most.")
    draft.events.append((keyword.text == "fires", token))
    if draft.names is not None:
        event = read_example(token, draft.names)
        place = Place(draft.file, keyword.line)
        draft.examples.append(Example(keyword.text == "fires", event, place))


def _act(draft: _Draft, action: Action, span: Span) -> None:
    if action in draft.actions:
        raise Wrong(span, "The rule asks for this already.", hint="take one of them out")
    if len(draft.actions) >= ACTIONS_MAX:
        raise Wrong(span, f"A rule asks for {ACTIONS_MAX} things at most.")
    draft.actions.append(action)


def _check_template(token: Token, written: str, draft: _Draft) -> None:
    """Make sure that every placeholder is a field. Raises Wrong."""
    for found in PLACEHOLDER.finditer(written):
        if found[0] in {"{{", "}}"}:
            continue
        at = max(0, token.text.find(found[0]))
        span = Span(token.line, token.column + at + 1, len(found[0]))
        name = found[1]
        if name is None:
            raise Wrong(span, "This brace stands alone.", hint="write it twice to show one")
        if draft.names is not None and name != MATCHED_WORDS:
            draft.names.type_of(name, span)


def _is_text(cursor: Cursor) -> bool:
    return cursor.next is not None and cursor.next.sort is Sort.TEXT


_CLAUSES: Final[Mapping[str, Callable[[Cursor, _Draft, Token], None]]] = {
    "when": _when,
    "label": _label,
    "enqueue": _enqueue,
    "propose": _propose,
    "score": _score,
    "policy": _policy,
    "why": _why,
    "fires": _example,
    "silent": _example,
}
assert frozenset(_CLAUSES) == CLAUSES
