"""Rules and events made up at random: nested conditions over every type, edges and gaps in data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from evenhand.rules.language import ir
from evenhand.rules.language.forms import form_of
from evenhand.rules.language.ir import Column, Form, Type
from evenhand.rules.language.row import Layout, Row
from evenhand.rules.language.ruleset import Enqueue, Place, Rule

KINDS: Final = ("post", "chat")
FIELDS: Final = {
    "a": Type.INT,
    "b": Type.INT,
    "x": Type.FLOAT,
    "y": Type.FLOAT,
    "s": Type.TEXT,
    "t": Type.TEXT,
    "p": Type.BOOL,
    "q": Type.BOOL,
    "l": Type.TEXTS,
    "w": Type.TIME,
    "m": Type.MEDIA,
}
INTS: Final = (0, 1, -1, 5, 7, 30, 2**31, -(2**40), 2**53, 2**53 + 1, 2**63 - 1, -(2**63))
FLOATS: Final = (0.0, -0.0, 0.5, 1e-300, 1e300, -2.5, 7.0, 0.1 + 0.2, 5e-324, 2.0**53, 1.7e308, 5.0)
TEXTS: Final = (
    *("", "a", "b", "Crypto", "crypto wallet", "CRYPTO", "café", "cafe\u0301", "STRASSE", "straße"),
    *(
        "крипто",
        "a\nb",
        "a\r\nb",
        "l'été",
        "👩‍👩‍👧 x",
        "win win",
        "\u0130",
        "ſecret",
        "\u212a",
        "k",
    ),
    *(
        "a" * 50,
        "x1.example",
        "free  gift",
        "١٢٣",
        "%_\\",
        'say "hi"',
        "it's",
        "nul\x00l",
        "加密 货币",
    ),
    *("Ｆｒｅｅ　ｇｉｆｔ", "\u200bfree\u200b gift", "\U0001f600", "\ufffd", "-- x", "'; --"),
)
PATTERNS: Final = (
    *(r"(?i)\bcrypto\b", r"a.b", r"^win", r"é", r"(?i)k", r"\d", r"[^a-z]", r"gift$", r"(?i)ss"),
    *(
        r"x\d\.example",
        r"(crypto|free)\s+(wallet|gift)",
        r"(?i)(крипто|secret)",
        r"(?s)a.b",
        r"nul.",
    ),
    *(r"(?i)fre{2}\s*gift", r"win( win)?$", r"a{20,}", r"(?i:CAFÉ|strasse)", r"[[:alpha:]]xample"),
    *(r"(?<kept>free)", r"\bgift\b", r"\x{212A}|z"),
)
FORMS: Final = (Form.SENT, Form.PLAIN, Form.LETTERS, Form.WORDS)


class Inventor:
    """Makes rules up from a seed."""

    def __init__(self, seed: int) -> None:
        """Begin with a seed; the same one makes the same up."""
        self.dice = random.Random(seed)

    def rule(self, name: str) -> Rule:
        """Make a rule up."""
        kinds = self.dice.choice([KINDS, KINDS, KINDS[:1], KINDS[1:]])
        enqueue = Enqueue("spam")
        place = Place("made.rules", 1)
        return Rule(name, kinds, self.condition(), (enqueue,), None, None, (), "", place)

    def condition(self, depth: int = 0) -> ir.Condition:
        """Make a condition up."""
        chance = self.dice.random()
        if depth > 3 or chance < 0.4:
            return self.atom()
        if chance < 0.5:
            return ir.Not(self.condition(depth + 1))
        parts = tuple(self.condition(depth + 1) for _ in range(self.dice.randint(2, 3)))
        return ir.And(parts) if chance < 0.8 else ir.Or(parts)

    def atom(self) -> ir.Condition:
        """Make up what stands alone."""
        return self.dice.choice(
            (
                *(self._numbers, self._numbers, self._texts, self._times, self._one_of),
                *(self._members, self._members, self._holds, self._holds, self._starts),
                *(self._matches, self._truth, self._missing),
            )
        )()

    def _numbers(self) -> ir.Condition:
        left, right = self._number(), self._number()
        if self.dice.random() < 0.6:
            right = self._constant()
        if self.dice.random() < 0.1:
            left, right = right, left
        return ir.Compare(self.dice.choice(list(ir.Order)), left, right)

    def _number(self, depth: int = 0) -> ir.Value:
        if depth < 3 and self.dice.random() < 0.3:
            operator = self.dice.choice(list(ir.Operator))
            return ir.Arithmetic(operator, self._number(depth + 1), self._number(depth + 1))
        return self.dice.choice(
            (
                *(self._field("a", "b"), self._field("x", "y"), self._field("x", "y")),
                *(ir.Length(self._field("l")), ir.Length(self._text()), self._constant()),
                ir.OrElse(Column("x", Type.FLOAT), ir.Const(0.5, Type.FLOAT)),
                ir.OrElse(Column("a", Type.INT), ir.Const(3, Type.INT)),
            )
        )

    def _constant(self) -> ir.Const:
        if self.dice.random() < 0.5:
            return ir.Const(self.dice.choice(INTS), Type.INT)
        return ir.Const(self.dice.choice(FLOATS), Type.FLOAT)

    def _field(self, *names: str) -> Column:
        name = self.dice.choice(names)
        return Column(name, FIELDS[name])

    def _text(self, *forms: Form) -> Column:
        form = self.dice.choice(forms or FORMS)
        return Column(self.dice.choice("st"), Type.TEXT, form)

    def _some(self, among: Sequence[Any], count: int) -> tuple[Any, ...]:
        return tuple(sorted({self.dice.choice(among) for _ in range(count)}))

    def _texts(self) -> ir.Condition:
        column = self._text(Form.SENT)
        other = self._text(Form.SENT)
        right = ir.Const(self.dice.choice(TEXTS), Type.TEXT)
        order = self.dice.choice(list(ir.Order))
        return ir.Compare(order, column, right if self.dice.random() < 0.8 else other)

    def _times(self) -> ir.Condition:
        right = ir.Const(self.dice.choice(INTS), Type.TIME)
        return ir.Compare(self.dice.choice(list(ir.Order)), self._field("w"), right)

    def _one_of(self) -> ir.Condition:
        if self.dice.random() < 0.5:
            return ir.OneOf(self._text(Form.SENT), self._some(TEXTS, 3))
        among: Sequence[Any] = self.dice.choice((INTS, FLOATS, INTS + FLOATS))
        return ir.OneOf(self._number(), self._some(among, 3))

    def _members(self) -> ir.Condition:
        return ir.HasAny(self._field("l"), self._some(TEXTS, self.dice.randint(1, 3)))

    def _needle(self, form: Form) -> str:
        while True:
            text = form_of(self.dice.choice(TEXTS), form)
            start = self.dice.randrange(len(text) + 1)
            if needle := text[start : start + self.dice.randint(1, 6)]:
                return needle

    def _holds(self) -> ir.Condition:
        column = self._text()
        count = self.dice.choice((1, 2, 3, 12))
        needles = {self._needle(column.form) for _ in range(count)}
        return ir.Holds(column, tuple(sorted(needles)))

    def _starts(self) -> ir.Condition:
        column = self._text()
        return ir.StartsWith(column, self._needle(column.form))

    def _matches(self) -> ir.Condition:
        return ir.Matches(self._text(), self.dice.choice(PATTERNS))

    def _truth(self) -> ir.Condition:
        column = self._field("p", "q")
        default = ir.Const(self.dice.random() < 0.5, Type.BOOL)
        chance = self.dice.random()
        if chance < 0.5:
            return ir.Truth(column)
        if chance < 0.8:
            return ir.Truth(ir.OrElse(column, default))
        if chance < 0.9:
            return ir.Compare(
                self.dice.choice((ir.Order.EQUAL, ir.Order.NOT_EQUAL)), column, default
            )
        return ir.Truth(default)

    def _missing(self) -> ir.Condition:
        return ir.Missing(self._field(*FIELDS))


def values(dice: random.Random) -> dict[str, Any]:
    """Make up what an event says, field by field; one in five is missing."""
    text = dice.choice
    drawn: dict[str, Any] = {
        "a": text(INTS),
        "b": dice.randint(-3, 8),
        "x": text(FLOATS),
        "y": round(dice.random(), 2),
        "s": text(TEXTS),
        "t": text(TEXTS) + text(TEXTS),
        "p": dice.random() < 0.5,
        "q": dice.random() < 0.5,
        "l": [text(TEXTS) for _ in range(dice.randint(0, 3))],
        "w": text(INTS),
        "m": True,
    }
    return {name: None if dice.random() < 0.2 else value for name, value in drawn.items()}


def row(kind: str, known: dict[str, Any], layout: Layout) -> Row:
    """Lay out what is known of an event as engines read it."""
    return [kind, *(written(known[column.key], column) for column in layout.columns)]


def written(value: Any, column: Column) -> Any:
    """Write a value in the form a column asks for."""
    return value if value is None or column.type is not Type.TEXT else form_of(value, column.form)
