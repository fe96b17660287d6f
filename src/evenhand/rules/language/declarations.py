"""Kinds, lists and counters are read: what rules may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from evenhand.rules.language.cursor import Cursor
from evenhand.rules.language.faults import Span, Wrong, did_you_mean, listing
from evenhand.rules.language.ir import Scalar, Type
from evenhand.rules.language.ruleset import Counter, Counting, Kind, Place
from evenhand.rules.language.tokens import Report, Sort, Token

FIELDS_MAX: Final = 500
LIST_MAX: Final = 100_000
LISTS_MAX: Final = 300_000
"""Values in all lists together, as they are when lists stand inside of lists."""
TYPES: Final[Mapping[str, Type]] = {
    "text": Type.TEXT,
    "int": Type.INT,
    "float": Type.FLOAT,
    "bool": Type.BOOL,
    "time": Type.TIME,
    "link": Type.TEXT,
    "media": Type.MEDIA,
    "list[text]": Type.TEXTS,
    "list[link]": Type.TEXTS,
}
_ELSEWHERE: Final = {
    "string": "text",
    "str": "text",
    "integer": "int",
    "number": "float",
    "double": "float",
    "boolean": "bool",
    "timestamp": "time",
    "datetime": "time",
    "date": "time",
    "url": "link",
    "image": "media",
    "photo": "media",
    "video": "media",
    "list": "list[text]",
}
_COUNTED: Final = frozenset({Type.TEXT, Type.INT, Type.BOOL, Type.FLOAT, Type.TIME})
_ENVELOPE: Final = {"id": Type.TEXT, "kind": Type.TEXT, "ts": Type.TIME}


EVERY_ITEM: Final = "item"
REPORT: Final = "report"
"""The kind of event that is no item: that somebody reported one."""


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list as it is written: constants, and names of lists it includes."""

    name: Token
    parts: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class WrittenCounter:
    """A counter as it is written, before it is known whether its kinds and fields exist."""

    name: Token
    counting: Counting
    of: Token | None
    kinds: tuple[Token, ...]
    by: Token
    within: timedelta


def read_kind(head: Sequence[Token], fields: Iterable[Sequence[Token]], report: Report) -> Kind:
    """Read a kind and its fields; a field that cannot be read is reported and left out.

    Raises Wrong for the first line.
    """
    cursor = Cursor(head, 1)
    name = cursor.name("kind")
    if (colon := cursor.take(":")) is not None:
        raise Wrong(colon.span, "No colon stands behind the name of a kind.", hint="take it out")
    cursor.finish("line")
    found: dict[str, Type] = {}
    for tokens in fields:
        try:
            field, type_ = _field(Cursor(tokens))
            if field.text in found:
                raise Wrong(field.span, f"`{name.text}` has a field `{field.text}` already.")
            if len(found) >= FIELDS_MAX:
                raise Wrong(field.span, f"A kind has {FIELDS_MAX} fields at most.")
            found[field.text] = type_
        except Wrong as wrong:
            report(wrong)
    return Kind(name.text, found)


def _field(cursor: Cursor) -> tuple[Token, Type]:
    name = cursor.name("field")
    cursor.need(":", expected="a colon and the field's type, as in `text: text`")
    first = cursor.next
    if first is None or first.sort is not Sort.NAME:
        raise cursor.wrong(f"a type: {', '.join(TYPES)}")
    cursor.at += 1
    written = first.text
    if cursor.take("["):
        inner = cursor.name("type")
        cursor.need("]")
        written = f"{first.text}[{inner.text}]"
    if written not in TYPES:
        there = f"the types are {', '.join(TYPES)}"
        close = _ELSEWHERE.get(written.lower())
        hint = f"write {close}" if close else did_you_mean(written, TYPES, otherwise=there)
        raise Wrong(first.span, f"There is no type `{written}`.", hint=hint)
    cursor.finish("line")
    wanted = _ENVELOPE.get(name.text)
    if wanted is not None and TYPES[written] is not wanted:
        says = f"Every event has `{name.text}`, and it is of type {wanted}."
        raise Wrong(first.span, says, expected=str(wanted))
    return name, TYPES[written]


def read_list(tokens: Sequence[Token]) -> WrittenList:
    """Read a list as it is written. Raises Wrong."""
    cursor = Cursor(tokens, 1)
    name = cursor.name("list")
    cursor.need(":", expected="a colon and what the list holds")
    bracket = cursor.take("[")
    parts = [_part(cursor)]
    while cursor.take(","):
        if cursor.done or (bracket and cursor.next is not None and cursor.next.is_sign("]")):
            break
        parts.append(_part(cursor))
    if bracket:
        cursor.need("]")
    if not cursor.done and cursor.next is not None and cursor.next.sort is Sort.TEXT:
        raise Wrong(cursor.here, "Two texts stand side by side.", expected="a comma between them")
    cursor.finish("list")
    return WrittenList(name, tuple(parts))


def _part(cursor: Cursor) -> Token:
    token = cursor.next
    if token is not None and token.sort in {Sort.TEXT, Sort.LIST}:
        cursor.at += 1
        return token
    if token is not None and (token.sort is Sort.NUMBER or token.is_sign("-")):
        value, span = cursor.number("a number")
        return Token(Sort.NUMBER, " " * span.width, span.line, span.column - 1, value)
    hint = f'write "{token.text}"' if token is not None and token.sort is Sort.NAME else None
    raise cursor.wrong('a text such as "word", a number or @list', hint=hint)


def resolve_lists(
    written: Mapping[str, WrittenList], report: Mapping[str, Report]
) -> tuple[dict[str, tuple[Scalar, ...]], frozenset[str]]:
    """Put the lists that lists include into them; returns those that can be used, and the rest.

    `report` takes the faults of each list.
    """
    lists = _Lists(written, report)
    for name in written:
        lists.resolve(name)
    return lists.done, frozenset(lists.broken)


class _Lists:
    """Lists while they are put into one another."""

    def __init__(self, written: Mapping[str, WrittenList], report: Mapping[str, Report]) -> None:
        self._written, self._report = written, report
        self.done: dict[str, tuple[Scalar, ...]] = {}
        self.broken: set[str] = set()
        self._held = 0

    def resolve(self, first: str) -> None:
        """Resolve a list and all it includes, without recursion: a chain of lists may be long."""
        path = {first: None}
        while path:
            name = next(reversed(path))
            waiting = None
            if name not in self.done and name not in self.broken:
                waiting = self._waits_for(name, path)
            if waiting is None:
                del path[name]
            else:
                path[waiting] = None

    def _waits_for(self, name: str, path: Mapping[str, None]) -> str | None:
        """Return a list that has to come first; when there is none, close this one."""
        for part in self._written[name].parts:
            included = part.text[1:]
            if part.sort is not Sort.LIST or included in self.done or included in self.broken:
                continue
            if included not in self._written:
                hint = did_you_mean(included, self._written)
                self._refuse(name, part, f"There is no list `@{included}`.", hint=hint)
            elif included in path:
                ring = list(path)
                ring = ring[ring.index(included) :]
                self._refuse(name, part, _cycle([*ring, included]), hint=_OUT_OF_THE_RING)
                self.broken.update(ring)
            else:
                return included
            return None
        self._close(name)
        return None

    def _close(self, name: str) -> None:
        values: dict[Scalar, None] = {}
        for part in self._written[name].parts:
            new: tuple[Scalar, ...] = (part.value,)
            if part.sort is Sort.LIST:
                if part.text[1:] in self.broken:
                    self.broken.add(name)
                    return
                new = self.done[part.text[1:]]
            if values and isinstance(next(iter(values)), str) is not isinstance(new[0], str):
                says = "A list holds texts or numbers, and not both."
                self._refuse(name, part, says, expected="all texts, or all numbers")
                return
            values.update(dict.fromkeys(new))
            if len(values) > LIST_MAX or self._held + len(values) > LISTS_MAX:
                says = (
                    f"A list holds {LIST_MAX:,} values at most, and all lists together"
                    f" {LISTS_MAX:,}, with what they include."
                )
                self._refuse(name, part, says)
                return
        self._held += len(values)
        self.done[name] = tuple(values)

    def _refuse(
        self,
        name: str,
        part: Token,
        says: str,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self._report[name](Wrong(part.span, says, expected=expected, hint=hint))
        self.broken.add(name)


_OUT_OF_THE_RING: Final = "take one of them out of another"


def _cycle(path: Sequence[str]) -> str:
    shown = path if len(path) <= 8 else [*path[:4], "…", *path[-3:]]
    way = " → ".join(one if one == "…" else f"@{one}" for one in shown)
    return f"These lists include one another: {way}."


def read_counter(tokens: Sequence[Token]) -> WrittenCounter:
    """Read a counter as it is written. Raises Wrong."""
    cursor = Cursor(tokens, 1)
    name = cursor.name("counter")
    cursor.need(
        "=", expected="`=` and what is counted, as in `= count in post by author within 1h`"
    )
    counting = Counting(cursor.need("count", "distinct").text)
    of = None
    if counting is Counting.DISTINCT:
        of = cursor.name("field")
        cursor.need("in")
    else:
        cursor.take("in")
    kinds = cursor.names("kind")
    cursor.need("by")
    by = cursor.name("field")
    cursor.need("within")
    within = cursor.duration()
    cursor.finish("counter")
    return WrittenCounter(name, counting, of, tuple(kinds), by, within)


def resolve_counter(
    written: WrittenCounter, kinds: Mapping[str, Kind], file: str, report: Report
) -> Counter | None:
    """Check a counter against the kinds it counts; None when it cannot count."""
    found = known_kinds(written.kinds, kinds, report)
    if found is None:
        return None
    try:
        for field in (written.by, written.of):
            if field is not None:
                _countable(field, found)
        for kind in found:
            if kind.fields.get(written.name.text, Type.INT) is not Type.INT:
                says = f"`{written.name.text}` is a field of {kind.name} already."
                raise Wrong(written.name.span, says, expected="another name")
    except Wrong as wrong:
        report(wrong)
        return None
    return Counter(
        name=written.name.text,
        counting=written.counting,
        of=written.of.text if written.of is not None else None,
        kinds=tuple(kind.name for kind in found),
        by=written.by.text,
        within=written.within,
        place=Place(file, written.name.line),
    )


def known_kinds(
    named: Sequence[Token], kinds: Mapping[str, Kind], report: Report
) -> tuple[Kind, ...] | None:
    """Return the kinds that are named; None, and faults, when one is not there.

    `item` stands for every kind of item there is, unless a kind is called so.
    """
    found: dict[str, Kind] = {}
    whole = True
    for token in named:
        span = token.span
        if token.text == EVERY_ITEM and EVERY_ITEM not in kinds and len(named) == 1:
            return tuple(kind for name, kind in kinds.items() if name != REPORT)
        if token.text not in kinds:
            there = f"there are {listing(kinds)}" if kinds else "declare it: kind " + token.text
            hint = did_you_mean(token.text, kinds, otherwise=there)
            report(Wrong(span, f"There is no kind `{token.text}`.", hint=hint))
            whole = False
        elif token.text in found:
            report(Wrong(span, f"`{token.text}` is named twice."))
            whole = False
        else:
            found[token.text] = kinds[token.text]
    return tuple(found.values()) if whole else None


def _countable(field: Token, kinds: Sequence[Kind]) -> None:
    span: Span = field.span
    types = {kind.fields.get(field.text) for kind in kinds}
    lacking = [kind.name for kind in kinds if field.text not in kind.fields]
    if lacking:
        there = {name for kind in kinds for name in kind.fields}
        says = f"There is no field `{field.text}` in {listing(lacking)}."
        otherwise = f"fields are {listing(there)}" if there else None
        raise Wrong(span, says, hint=did_you_mean(field.text, there, otherwise=otherwise))
    if len(types) > 1:
        raise Wrong(span, f"`{field.text}` is not of one type in these kinds.")
    if not types <= _COUNTED:
        raise Wrong(
            span,
            f"A counter cannot tell values of `{field.text}` apart.",
            expected="a text or number",
        )
