"""A rule as data for people who build it with forms, and back: nothing of it is lost.

A condition is groups (`all`, `any`, `not`) of rows: a field, what is asked of it, and a value. What
a row cannot say is kept as one `expression`, in the language. Comments under a rule are kept as
well, above its clauses.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from evenhand.rules.language import terms
from evenhand.rules.language.clauses import Sketch, sketch
from evenhand.rules.language.examples import parsed_event
from evenhand.rules.language.faults import Faults, Refused, Span, Wrong
from evenhand.rules.language.ruleset import Action, Enqueue, Label, Propose, Score
from evenhand.rules.language.shape import end_of_condition, parsed
from evenhand.rules.language.source import SourceFile, open_source
from evenhand.rules.language.tokens import Token, tokens_of

Data: TypeAlias = dict[str, Any]

LOOKING: Final = ("has_word", "has_phrase", "contains", "starts_with", "matches", "any_in")
ORDERS: Final = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")
_VALUES: Final = frozenset({"length", "domain", "domains", "hours_since", "or_else", "score"})
_TRUTHS: Final = frozenset({"assessed", "or_else"})
_UNITS: Final = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def to_builder(source: str) -> Data:
    """Return a rule as data, from its text. Raises Refused; what it names is not looked up."""
    faults = Faults()
    opened = open_source(SourceFile("rule", source), faults)
    drawn, comments, condition = None, [], None
    if opened is not None:
        tokens = tokens_of(opened.lines, 1, len(opened.lines), _report(faults, opened.lines))
        if tokens and not faults.listed:
            drawn = sketch(tokens, _report(faults, opened.lines))
            comments = _comments(opened.lines, tokens)
        elif not tokens:
            faults.add(
                "rule", opened.lines, Wrong(Span(1, 1), "There is no rule.", expected="rule")
            )
    if drawn is not None and not drawn.condition:
        says = f"The rule `{drawn.name}` has no condition."
        faults.add("rule", source.split("\n"), Wrong(Span(1, 1), says, expected="when …"))
    elif drawn is not None:
        tree, texts = parsed(drawn.condition)
        condition = condition_data(tree, texts)
    if faults.listed or drawn is None:
        raise Refused(faults.listed)
    return _data(drawn, condition, comments)


def condition_of(written: str) -> Data:
    """Return a condition as data, from its text. Raises Wrong."""
    wrongs: list[Wrong] = []
    lines = written.split("\n")
    tokens = tokens_of(lines, 1, len(lines), wrongs.append)
    if wrongs:
        raise wrongs[0]
    if not tokens:
        raise Wrong(Span(1, 1), "There is no condition.", expected="a condition")
    end = end_of_condition(tokens, 0)
    if end < len(tokens):
        raise Wrong(tokens[end].span, "The condition ends here.", expected="its end")
    return condition_data(*parsed(tokens))


def condition_data(node: ast.expr, texts: terms.Texts) -> Data:
    """Return a condition's tree as data."""
    match node:
        case ast.BoolOp():
            group = "all" if isinstance(node.op, ast.And) else "any"
            return {group: [condition_data(one, texts) for one in node.values]}
        case ast.UnaryOp(op=ast.Not()):
            return {"not": condition_data(node.operand, texts)}
        case ast.Compare(ops=[op], comparators=[right]):
            row = _compared(node.left, op, right, texts)
        case ast.Call(func=ast.Name(id=name)):
            row = _called(node, name, texts)
        case ast.Name(id=name) if not name.startswith("_"):
            row = {"field": name, "is": "true"}
        case _:
            row = None
    return row if row is not None else {"expression": terms.expression(node, texts)}


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, texts: terms.Texts) -> Data | None:
    sign = terms.operator(op)
    value, text = _value(right, texts), terms.value_of(left, texts)
    if value is not None and _is_term(left, _VALUES):
        in_list = isinstance(value, list | dict)
        if in_list is (sign in {"in", "not in"}):
            return {"field": terms.expression(left, texts), "is": sign, "value": value}
    if (
        isinstance(text, str)
        and sign in {"in", "not in"}
        and _is_term(right, {"domain", "domains"})
    ):
        asks = "holds" if sign == "in" else "lacks"
        return {"field": terms.expression(right, texts), "is": asks, "value": text}
    return None


def _called(node: ast.Call, name: str, texts: terms.Texts) -> Data | None:
    first = terms.expression(node.args[0], texts) if node.args else ""
    rest = [_value(one, texts) for one in node.args[1:]]
    named = bool(node.args) and isinstance(node.args[0], ast.Name)
    match name, rest:
        case "missing", [] if node.args and _is_term(node.args[0], _VALUES | _TRUTHS):
            return {"field": first, "is": "missing"}
        case "label", [str(label)] if named:
            return {"field": first, "is": "labelled", "value": label}
        case "hash_match", [str(bank), int(distance)] if named:
            return {"field": first, "is": "hash_match", "bank": bank, "value": distance}
        case (("assessed" | "or_else"), _) if _is_term(node, _TRUTHS):
            return {"field": terms.expression(node, texts), "is": "true"}
        case _, [str() | list() | dict() as value] if name in LOOKING and _is_term(
            node.args[0], _VALUES
        ):
            return {"field": first, "is": name, "value": value}
    return None


def _is_term(node: ast.expr, functions: frozenset[str] | set[str]) -> bool:
    """Tell whether a form could offer it in the place of a field."""
    if isinstance(node, ast.Name):
        return not node.id.startswith("_")
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in functions
        and all(isinstance(one, ast.Name | ast.Constant) for one in node.args)
    )


def _value(node: ast.expr, texts: terms.Texts) -> Any:
    """Return a constant, a list of constants and lists, or a named list; None for all else."""
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        return {"list": node.id[1:]}
    if isinstance(node, ast.List | ast.Tuple):
        inside = [_value(one, texts) for one in node.elts]
        plain = all(one is not None and not isinstance(one, list) for one in inside)
        return inside if plain and inside else None
    return terms.value_of(node, texts)


def _data(drawn: Sketch, condition: Data | None, comments: Sequence[str]) -> Data:
    return {
        "name": drawn.name,
        "kinds": list(drawn.kinds),
        "when": condition,
        "actions": [_action(one) for one in drawn.actions],
        "policy": drawn.policy,
        "why": drawn.why,
        "examples": [
            {"fires" if fires else "silent": parsed_event(token)} for fires, token in drawn.events
        ],
        "comments": list(comments),
    }


def _action(action: Action) -> Data:
    match action:
        case Label():
            lasting = None if action.lasting is None else duration(action.lasting)
            return {"do": "label", "on": str(action.entity), "name": action.name, "for": lasting}
        case Enqueue():
            return {"do": "enqueue", "name": action.queue, "priority": action.priority}
        case Propose():
            bounds = [duration(action.earliest), duration(action.latest)]
            after = bounds if action.latest else None
            return {"do": "propose", "name": action.measure, "after": after}
        case Score():
            return {"do": "score", "name": action.name, "amount": action.amount}


def duration(span: timedelta) -> str:
    """Write a span of whole seconds in its largest unit."""
    seconds = round(span.total_seconds())
    unit, size = next(one for one in _UNITS if seconds % one[1] == 0)
    return f"{seconds // size}{unit}"


def _comments(lines: Sequence[str], tokens: Sequence[Token]) -> list[str]:
    ends: dict[int, int] = {}
    for token in tokens:
        rows = token.text.split("\n")
        start = token.column if len(rows) == 1 else 0
        ends[token.line + len(rows) - 1] = start + len(rows[-1])
        for inside in range(token.line, token.line + len(rows) - 1):
            ends[inside] = len(lines[inside - 1])
    rests = (line[ends.get(number, 0) :].strip() for number, line in enumerate(lines, start=1))
    return [rest.lstrip("#").strip() for rest in rests if rest.startswith("#")]


def _report(faults: Faults, lines: Sequence[str]) -> Any:
    return lambda wrong: faults.add("rule", lines, wrong)


def is_group(condition: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds others."""
    return bool({"all", "any", "not"} & set(condition))
