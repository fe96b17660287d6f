"""A condition is read from Python's syntax tree into the typed tree that engines run.

Only what is named here is read; anything else of Python is refused where it stands. Types are
checked against the kinds a rule is about, and what is already certain is counted out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final

from evenhand.rules.language.faults import Span, Wrong, did_you_mean
from evenhand.rules.language.folding import (
    all_of,
    any_of,
    compared,
    counted,
    denied,
    in_doubles,
)
from evenhand.rules.language.functions import FUNCTIONS
from evenhand.rules.language.ir import (
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    HasAny,
    Operator,
    Order,
    Scalar,
    Truth,
    Type,
)
from evenhand.rules.language.membership import one_of
from evenhand.rules.language.naming import Known, Names
from evenhand.rules.language.shape import parsed
from evenhand.rules.language.tokens import INT_MAX, Token
from evenhand.rules.language.values import (
    WORDS,
    Held,
    Many,
    Meant,
    Typed,
    as_condition,
    as_typed,
    constant,
    constant_of,
    described,
    span_of,
    time_constant,
)

_ORDERS: Final[dict[type[ast.cmpop], Order]] = {
    ast.Eq: Order.EQUAL,
    ast.NotEq: Order.NOT_EQUAL,
    ast.Lt: Order.LESS,
    ast.LtE: Order.LESS_OR_EQUAL,
    ast.Gt: Order.MORE,
    ast.GtE: Order.MORE_OR_EQUAL,
}
_TURNED: Final = {
    Order.EQUAL: Order.EQUAL,
    Order.NOT_EQUAL: Order.NOT_EQUAL,
    Order.LESS: Order.MORE,
    Order.LESS_OR_EQUAL: Order.MORE_OR_EQUAL,
    Order.MORE: Order.LESS,
    Order.MORE_OR_EQUAL: Order.LESS_OR_EQUAL,
}
_OPERATORS: Final[dict[type[ast.operator], Operator]] = {
    ast.Add: Operator.PLUS,
    ast.Sub: Operator.MINUS,
    ast.Mult: Operator.TIMES,
    ast.Div: Operator.OVER,
}


def read_condition(
    tokens: Sequence[Token], names: Names, report: Callable[[Wrong], None]
) -> Condition | None:
    """Read a condition whose shape was looked at (`end_of_condition`).

    Every fault in it is reported, and None returned if there was one.
    """
    wrongs: list[Wrong] = []
    try:
        tree, texts = parsed(tokens)
        reader = _Expressions(names, texts, wrongs.append)
        condition = reader.condition(tree)
    except Wrong as wrong:
        wrongs.append(wrong)
        condition = None
    for one in wrongs:
        report(one)
    return None if wrongs else condition


class _Expressions:
    """Reads one expression and what is inside it."""

    def __init__(
        self,
        names: Names,
        texts: dict[tuple[int, int], Token],
        report: Callable[[Wrong], None],
    ) -> None:
        self._names, self._texts, self._report = names, texts, report
        self._reads: dict[type[ast.expr], Callable[[Any], Meant]] = {
            ast.BoolOp: self._joined,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compared,
            ast.BinOp: self._counted,
            ast.Call: self._called,
            ast.Name: self._named,
            ast.Constant: self._constant,
            ast.List: self._many,
            ast.Tuple: self._many,
        }

    @property
    def known(self) -> Known:
        return self._names.known

    def condition(self, node: ast.expr) -> Condition:
        return as_condition(self.meant(node), node)

    def value(self, node: ast.expr) -> Typed:
        return as_typed(self.meant(node), node)

    def text_of(self, node: ast.expr) -> str:
        meant = self.meant(node)
        value = constant_of(meant)
        if isinstance(value, str):
            return value
        raise Wrong(span_of(node), "A text has to be written out here.", expected='"text"')

    def meant(self, node: ast.expr) -> Meant:
        read = self._reads.get(type(node))
        if read is None:
            says = "This has no place in a condition."
            raise Wrong(span_of(node), says, expected="a condition")
        return read(node)

    def _joined(self, node: ast.BoolOp) -> Held:
        parts: list[Condition] = []
        for one in node.values:
            try:
                parts.append(self.condition(one))
            except Wrong as wrong:
                self._report(wrong)
        return Held((all_of if isinstance(node.op, ast.And) else any_of)(parts))

    def _unary(self, node: ast.UnaryOp) -> Meant:
        if isinstance(node.op, ast.Not):
            return Held(denied(self.condition(node.operand)))
        if isinstance(node.operand, ast.Constant):
            return self._constant(node.operand, -1 if isinstance(node.op, ast.USub) else 1)
        operand = self._number(node.operand, "-")
        if isinstance(node.op, ast.UAdd):
            return operand
        return self._sum(Operator.MINUS, Typed(Const(0.0, Type.FLOAT), Type.FLOAT), operand, node)

    def _named(self, node: ast.Name) -> Meant:
        span = span_of(node)
        if node.id.startswith("_"):
            return Many(self._names.list_of(node.id[1:], span))
        if node.id in FUNCTIONS and node.id not in self._names.fields():
            says = f"`{node.id}` is a function."
            raise Wrong(span, says, expected=FUNCTIONS[node.id].form)
        type_ = self._names.type_of(node.id, span)
        return Typed(Column(node.id, type_), type_)

    def _constant(self, node: ast.Constant, sign: int = 1) -> Typed:
        value = node.value
        token = self._texts.get((node.lineno, node.col_offset))
        if token is not None:
            value = token.value
        if sign < 0 and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise Wrong(span_of(node), "Only a number has a sign.", expected="a number")
        if isinstance(value, int) and not isinstance(value, bool):
            value *= sign
            if value > INT_MAX:
                says = f"{value} does not lie within 64 bits."
                raise Wrong(span_of(node), says, hint=f"the greatest whole number is {INT_MAX}")
        elif isinstance(value, float):
            value *= sign
        if not isinstance(value, bool | int | float | str):
            raise Wrong(span_of(node), "This value has no place in a condition.")
        const = constant(value)
        return Typed(const, const.type)

    def _many(self, node: ast.List | ast.Tuple) -> Many:
        values: list[Scalar] = []
        for one in node.elts:
            meant = self.meant(one)
            if isinstance(meant, Many) and isinstance(one, ast.Name):
                if meant.values is None:
                    return Many(None)
                values += meant.values
            elif isinstance(meant, Typed) and isinstance(meant.node, Const):
                values.append(meant.node.value)
            else:
                says = "A list in a condition holds what is written in the rule only."
                raise Wrong(span_of(one), says, expected="a text, a number or @list")
        if not values:
            raise Wrong(
                span_of(node), "An empty list holds nothing.", expected="at least one value"
            )
        sorts = {str if isinstance(one, str) else float for one in values}
        if len(sorts) > 1 or any(isinstance(one, bool) for one in values):
            says = "A list holds texts or numbers, and not both."
            raise Wrong(span_of(node), says, expected="all texts, or all numbers")
        return Many(tuple(values))

    def _called(self, node: ast.Call) -> Meant:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        function = FUNCTIONS.get(name)
        if function is None:
            otherwise = f"there are {', '.join(sorted(FUNCTIONS))}"
            hint = did_you_mean(name, FUNCTIONS, otherwise=otherwise)
            raise Wrong(span_of(node.func), f"There is no function `{name}`.", hint=hint)
        wanted, given = function.arguments, len(node.args)
        if given != wanted:
            says = f"`{name}` takes {wanted} value{'s' * (wanted != 1)}, and here are {given}."
            raise Wrong(span_of(node), says, expected=function.form)
        return function.read(self, node)

    # ── comparisons ──────────────────────────────────────────────────────────────────────────

    def _compared(self, node: ast.Compare) -> Held:
        sides = [node.left, *node.comparators]
        if len(node.ops) > 1 and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            says = "`in` cannot stand in a chain of comparisons."
            raise Wrong(span_of(node), says, hint="write two comparisons with and between them")
        parts = [
            self._pair(op, left, right)
            for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
        ]
        return Held(all_of(parts))

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(op, ast.In | ast.NotIn):
            inside = self._inside(left, right)
            return inside if isinstance(op, ast.In) else denied(inside)
        order = _ORDERS[type(op)]
        one, other = self._side(left), self._side(right)
        if isinstance(one.node, Const) and not isinstance(other.node, Const):
            one, other, order, left, right = other, one, _TURNED[order], right, left
        return self._ordered(order, one, other, (left, right))

    def _side(self, node: ast.expr) -> Typed:
        meant = self.meant(node)
        span = span_of(node)
        if isinstance(meant, Held):
            says = "This is true or false already, and needs no comparison."
            raise Wrong(
                span, says, expected="a value", hint="write it alone, or with not before it"
            )
        if isinstance(meant, Many):
            raise Wrong(span, "A list is not compared.", expected="in, or any_in(field, [...])")
        return meant

    def _ordered(
        self, order: Order, one: Typed, other: Typed, nodes: tuple[ast.expr, ast.expr]
    ) -> Condition:
        left, right = one.type, other.type
        span = _from_to(*nodes)
        if {left, right} == {Type.TIME, Type.TEXT}:
            one, other = self._time(one, nodes[0]), self._time(other, nodes[1])
        elif left is not right and not (left.is_number and right.is_number):
            says = f"{_subject(one)} is {WORDS[left]}, and {_object(other)} is {WORDS[right]}."
            raise Wrong(span, says, expected="two values of one type")
        if left in {Type.TEXTS, Type.MEDIA}:
            says = f"{WORDS[left].capitalize()} is not compared."
            hint = (
                'write "x" in field, or any_in(field, ["x", "y"])' if left is Type.TEXTS else None
            )
            raise Wrong(span, says, hint=hint)
        if left is Type.BOOL:
            return self._same_truth(order, one, other, span)
        return compared(order, one.node, other.node)

    def _same_truth(self, order: Order, one: Typed, other: Typed, span: Span) -> Condition:
        if order not in {Order.EQUAL, Order.NOT_EQUAL}:
            raise Wrong(span, f"`{order}` does not compare true with false.", expected="== or !=")
        if isinstance(other.node, Const):
            truth = Truth(one.node)  # type: ignore[arg-type]
            return truth if other.node.value is (order is Order.EQUAL) else denied(truth)
        return Compare(order, one.node, other.node)

    def _time(self, value: Typed, node: ast.expr) -> Typed:
        if value.type is Type.TIME:
            return value
        if not isinstance(value.node, Const):
            raise Wrong(span_of(node), "A time is compared with a time.", expected='"2026-01-31"')
        return Typed(time_constant(str(value.node.value), span_of(node)), Type.TIME)

    def _inside(self, left: ast.expr, right: ast.expr) -> Condition:
        among = self.meant(right)
        if isinstance(among, Many):
            return one_of(self._side(left), among, left)
        one = self._side(left)
        if isinstance(among, Typed) and among.type is Type.TEXTS:
            assert isinstance(among.node, Column)
            if isinstance(one.node, Const) and isinstance(one.node.value, str):
                return HasAny(among.node, (one.node.value,))
            says = "What is looked for in a list is written out in the rule."
            hint = 'any_in(field, ["x", "y"]) asks whether one of several is in it'
            raise Wrong(span_of(left), says, expected='"text"', hint=hint)
        if isinstance(among, Typed) and among.type is Type.TEXT:
            says = f"`in` looks into a list, and {described(among)}."
            hint = 'to look into a text write contains(field, "…") or has_word(field, "…")'
            raise Wrong(span_of(right), says, hint=hint)
        says = "`in` looks into a list."
        raise Wrong(span_of(right), says, expected='["a", "b"], @list or a field that is a list')

    # ── sums ─────────────────────────────────────────────────────────────────────────────────

    def _counted(self, node: ast.BinOp) -> Typed:
        operator = _OPERATORS[type(node.op)]
        left = self._number(node.left, operator)
        return self._sum(operator, left, self._number(node.right, operator), node)

    def _number(self, node: ast.expr, operator: str) -> Typed:
        meant = self.value(node)
        if not meant.type.is_number:
            says = f"`{operator}` counts with numbers, and {_object(meant)} is {WORDS[meant.type]}."
            raise Wrong(span_of(node), says, expected="a number")
        return meant

    def _sum(self, operator: Operator, left: Typed, right: Typed, node: ast.expr) -> Typed:
        one, other = in_doubles(left.node), in_doubles(right.node)
        if operator is Operator.OVER and other == Const(0.0, Type.FLOAT):
            raise Wrong(span_of(node), "What is divided by zero is never known.")
        if not isinstance(one, Const) or not isinstance(other, Const):
            return Typed(Arithmetic(operator, one, other), Type.FLOAT)
        value = counted(operator, float(one.value), float(other.value))
        if value is None:
            says = "This has no finite outcome, so that the rule would never know it."
            raise Wrong(span_of(node), says, expected="a number")
        return Typed(Const(value, Type.FLOAT), Type.FLOAT)


def _from_to(left: ast.expr, right: ast.expr) -> Span:
    first, last = sorted((left, right), key=lambda node: (node.lineno, node.col_offset))
    if first.lineno != last.end_lineno:
        return span_of(first)
    end = last.end_col_offset or last.col_offset + 1
    return Span(first.lineno, first.col_offset + 1, end - first.col_offset)


def _subject(value: Typed) -> str:
    name = _object(value)
    return name if name.startswith("`") else name[0].upper() + name[1:]


def _object(value: Typed) -> str:
    if isinstance(value.node, Column):
        return f"`{value.node.key}`"
    if isinstance(value.node, Const):
        shown = repr(value.node.value)
        return f"`{shown}`" if len(shown) <= 30 else "this constant"
    return "this"
