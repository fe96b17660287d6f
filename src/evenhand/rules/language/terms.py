"""Values and expressions are written the one way the language writes them.

Whatever is read back from what is written here means the same. Texts are quoted so that no
character hides in them.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any, Final

from evenhand.rules.language.source import FORBIDDEN
from evenhand.rules.language.tokens import Token

Texts = Mapping[tuple[int, int], Token]
"""The texts of an expression, by where they stand."""

_ESCAPED: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.And: " and ",
    ast.Or: " or ",
}
_BINDS: Final[dict[type[ast.AST], int]] = {
    ast.Or: 1,
    ast.And: 2,
    ast.Not: 3,
    ast.Compare: 4,
    ast.Add: 5,
    ast.Sub: 5,
    ast.Mult: 6,
    ast.Div: 6,
    ast.USub: 7,
    ast.UAdd: 7,
}
_ALONE: Final = 8


def quoted(text: str) -> str:
    """Write a text between quotation marks."""
    return f'"{"".join(map(_escaped, text))}"'


def pattern(text: str) -> str:
    """Write a pattern, raw where that can be."""
    raw = "\\" in text and not ({'"', "\n"} & set(text)) and not FORBIDDEN.search(text)
    ends = len(text) - len(text.rstrip("\\"))
    return f'r"{text}"' if raw and ends % 2 == 0 else quoted(text)


def event(data: Mapping[str, Any]) -> str:
    """Write an example's event on one line."""
    written = json.dumps(data, ensure_ascii=False)
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def operator(node: ast.AST) -> str:
    """Return how an operator is written."""
    return _OPERATORS[type(node)]


def value_of(node: ast.expr, texts: Texts) -> str | int | float | bool | None:
    """Return the constant a node is, its sign with it; None when it is none."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = value_of(node.operand, texts) if isinstance(node.operand, ast.Constant) else None
        if isinstance(inner, bool) or not isinstance(inner, int | float):
            return None
        return -inner
    if not isinstance(node, ast.Constant):
        return None
    token = texts.get((node.lineno, node.col_offset))
    value = node.value if token is None else token.value
    return value if isinstance(value, str | int | float) else None


def constant(value: str | float) -> str:
    """Write a constant."""
    if isinstance(value, str):
        return quoted(value)
    return repr(value)


def expression(node: ast.expr, texts: Texts, around: int = 0) -> str:
    """Write an expression; brackets stand where it would mean something else without."""
    binds, written = _written(node, texts)
    return f"({written})" if binds < around else written


def _written(node: ast.expr, texts: Texts) -> tuple[int, str]:
    match node:
        case ast.BoolOp():
            binds = _BINDS[type(node.op)]
            parts = [expression(one, texts, binds + 1) for one in node.values]
            return binds, operator(node.op).join(parts)
        case ast.UnaryOp(op=ast.Not()):
            return 3, f"not {expression(node.operand, texts, 3)}"
        case ast.UnaryOp():
            sign = "-" if isinstance(node.op, ast.USub) else "+"
            return 7, f"{sign}{expression(node.operand, texts, 7)}"
        case ast.BinOp():
            binds = _BINDS[type(node.op)]
            left = expression(node.left, texts, binds)
            return binds, f"{left} {operator(node.op)} {expression(node.right, texts, binds + 1)}"
        case ast.Compare():
            sides = [expression(one, texts, 5) for one in (node.left, *node.comparators)]
            joints = (
                f" {operator(op)} {side}" for op, side in zip(node.ops, sides[1:], strict=True)
            )
            return 4, sides[0] + "".join(joints)
        case _:
            return _ALONE, _alone(node, texts)


def _alone(node: ast.expr, texts: Texts) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            inside = [expression(one, texts) for one in node.args]
            if name == "matches" and len(node.args) == 2:
                value = value_of(node.args[1], texts)
                inside[1] = pattern(value) if isinstance(value, str) else inside[1]
            return f"{name}({', '.join(inside)})"
        case ast.List() | ast.Tuple():
            return f"[{', '.join(expression(one, texts) for one in node.elts)}]"
        case ast.Name():
            return f"@{node.id[1:]}" if node.id.startswith("_") else node.id
        case _:
            value = value_of(node, texts)
            assert value is not None, "what cannot be written was not read"
            return constant(value)


def _escaped(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if not FORBIDDEN.match(char):
        return char
    return f"\\x{ord(char):02x}" if char < "\xff" else f"\\u{ord(char):04x}"
