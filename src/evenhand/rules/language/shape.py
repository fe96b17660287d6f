"""A condition's tokens are looked at before Python's own parser sees them.

What no condition may hold is refused here by name and place: attribute access, comprehensions,
nesting without end. What is left is parsed with `ast`, with every text replaced by a stand-in of
its length, so that nothing a rule says is ever unescaped, folded or run by Python.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from evenhand.rules.language.faults import Span, Wrong
from evenhand.rules.language.tokens import Sort, Token

NESTING_MAX: Final = 32
SUMS_MAX: Final = 64
"""How many + - * / one condition may hold: the parser nests them into one another."""
TOKENS_MAX: Final = 20_000

CLAUSES: Final = frozenset(
    {"when", "label", "enqueue", "propose", "score", "policy", "why", "fires", "silent"}
)
RESERVED: Final = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "for", "lambda", "True", "False", "None"}
)
"""Words that have a meaning in a condition, or are refused by name in one."""
_PYTHONS: Final = frozenset(keyword.kwlist) - RESERVED
"""Words of Python's that a field may be named after: `from`, `class`. They get stand-ins too."""
_JOINS: Final = frozenset({"and", "or", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"})
_TRUTHS: Final = frozenset({"True", "False"})
_SUMS: Final = frozenset("+-*/")
_CLOSES: Final = {"(": ")", "[": "]"}

_NOT_HERE: Final[Mapping[str, tuple[str, str]]] = {
    ".": ("A dot reaches inside a value, which no rule may.", "a field has one plain name"),
    "=": ("`=` sets a value, which no rule does.", "`==` compares"),
    ":=": ("`:=` sets a value, which no rule does.", "`==` compares"),
    "&&": ("`&&` is not written here.", "write and"),
    "||": ("`||` is not written here.", "write or"),
    "!": ("`!` is not written here.", "write not"),
    "<>": ("`<>` is not written here.", "write !="),
    "&": ("`&` is not written here.", "write and"),
    "|": ("`|` is not written here.", "write or"),
    "^": ("`^` is no operator of a rule.", "there are + - * and /"),
    "~": ("`~` is no operator of a rule.", "write not"),
    "%": ("`%` is no operator of a rule.", "there are + - * and /"),
    "//": ("`//` is no operator of a rule.", "there are + - * and /"),
    "**": ("`**` is no operator of a rule.", "there are + - * and /"),
    "<<": ("`<<` is no operator of a rule.", "there are + - * and /"),
    ">>": ("`>>` is no operator of a rule.", "there are + - * and /"),
    ":": ("A colon has no place in a condition.", "a field has one plain name, a list [a, b]"),
    ";": ("A semicolon has no place in a condition.", "write and between conditions"),
    "}": ("This brace was never opened.", "lists stand in [ ]"),
    "@": ("`@` stands right before the name of a list.", "write @name"),
    "is": (
        "`is` is not written here.",
        "write == to compare, missing(x) to ask for what is not there",
    ),
    "if": ("A condition does not branch.", "write and, or and not"),
    "else": ("A condition does not branch.", "write and, or and not"),
    "for": (
        "A condition does not go through lists.",
        "any_in(list, [...]) asks whether one is in it",
    ),
    "lambda": ("A rule defines no functions.", "the functions there are stand in docs/rules.md"),
    "None": ("`None` is not written here.", "missing(x) asks for what is not there"),
}


@dataclass(slots=True)
class _State:
    """Where a look along the tokens has come to."""

    wants_value: bool = True
    open: list[tuple[Token, int]] = field(default_factory=list)
    run: int = 0
    depth: int = 0
    sums: int = 0


def end_of_condition(tokens: Sequence[Token], start: int) -> int:
    """Return the index behind the condition that begins at `start`.

    It ends where a clause begins after a whole value. Raises Wrong where it cannot be read on.
    """
    state, at = _State(), start
    while at < len(tokens):
        token = tokens[at]
        if not state.wants_value and not state.open and _begins_clause(token):
            break
        if at - start >= TOKENS_MAX:
            says = f"This condition has more than {TOKENS_MAX:,} parts."
            raise Wrong(token.span, says, hint="move its words into a `list` and name it with @")
        before = tokens[at - 1] if at > start else None
        if state.wants_value:
            _value(state, token, before)
        else:
            _joint(state, token, before, tokens[at + 1] if at + 1 < len(tokens) else None)
        at += 1
    if state.open:
        raise _unclosed(state)
    if state.wants_value:
        _ends_early(tokens, start, at)
    return at


def parsed(tokens: Sequence[Token]) -> tuple[ast.expr, dict[tuple[int, int], Token]]:
    """Parse a condition whose shape was looked at; lines and columns of nodes are the file's.

    Returns the tree, and the texts by the line and column at which their stand-ins are.
    """
    first = tokens[0].line
    rows: list[list[str]] = [[] for _ in range(tokens[-1].line - first + 1)]
    widths = [0] * len(rows)
    texts: dict[tuple[int, int], Token] = {}
    named: dict[tuple[int, int], str] = {}
    for token in tokens:
        row = token.line - first
        stand_in = token.text
        if token.sort is Sort.TEXT:
            texts[token.line, token.column] = token
            stand_in = f"'{'x' * (len(token.text) - 2)}'"
        elif token.sort is Sort.LIST:
            stand_in = "_" + token.text[1:]
        elif token.text in _PYTHONS:
            named[token.line, token.column] = token.text
            stand_in = "x" * len(token.text)
        rows[row] += [" " * (token.column - widths[row]), stand_in]
        widths[row] = token.end
    written = "(\n" + "\n".join(map("".join, rows)) + "\n)"
    try:
        tree = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = (getattr(error, "lineno", None) or 2) - 2 + first
        column = max(1, getattr(error, "offset", None) or 1)
        says = "The condition cannot be read from here."
        raise Wrong(Span(line, column), says, expected="a value or an operator") from None
    ast.increment_lineno(tree, first - 2)
    if named:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                node.id = named.get((node.lineno, node.col_offset), node.id)
    return tree, texts


def _begins_clause(token: Token) -> bool:
    return token.sort is Sort.NAME and token.text in CLAUSES


def _value(state: _State, token: Token, before: Token | None) -> None:
    """Take a token where a value has to stand."""
    if token.is_sign("not", "-", "+"):
        state.run += 1
        _count(state, token)
    elif token.is_sign("(", "["):
        _open(state, token)
    elif token.is_sign(")", "]") and state.open and before is not None:
        if not before.is_sign("(", "[", ","):
            raise _no_value(token, before)
        _close(state, token)
    elif token.sort is Sort.DURATION:
        says = f"`{token.text}` is a span of time, and a condition counts in numbers."
        raise Wrong(token.span, says, hint="hours_since(field) returns a number of hours")
    elif token.sort is Sort.JSON:
        says = "Braces have no place in a condition."
        raise Wrong(Span(token.line, token.column + 1), says, hint="lists stand in [ ]")
    elif token.text == "*":
        says = "`*` stands between two numbers, and here is none before it."
        raise Wrong(token.span, says, expected="a value")
    elif token.sort is Sort.SIGN or (
        token.text in RESERVED and token.text not in {"True", "False"}
    ):
        raise _not_here(token) or _no_value(token, before)
    else:
        state.run, state.wants_value = 0, False


def _joint(state: _State, token: Token, before: Token | None, behind: Token | None) -> None:
    """Take a token behind a value: what joins it with another, or closes a bracket."""
    match token.text if token.sort in {Sort.SIGN, Sort.NAME} else "":
        case ")" | "]":
            _close(state, token)
        case "(":
            if before is None or before.sort is not Sort.NAME or before.text in _TRUTHS:
                raise Wrong(token.span, "Only a function can be called.", expected="an operator")
            _open(state, token)
        case "[":
            says = "A rule does not take values out of lists by number."
            hint = 'write "x" in field, or any_in(field, ["x", "y"])'
            raise Wrong(token.span, says, hint=hint)
        case "not":
            if behind is None or not behind.is_sign("in"):
                raise Wrong(token.span, "`not` follows a value.", expected="and, or or not in")
        case text if text in _JOINS or (text == "," and state.open):
            _join(state, token)
        case _:
            raise _wrong_joint(state, token, before)


def _join(state: _State, token: Token) -> None:
    state.sums += token.text in _SUMS
    if state.sums > SUMS_MAX:
        raise Wrong(token.span, f"More than {SUMS_MAX} sums stand in one condition.")
    state.wants_value, state.run = True, 0


def _wrong_joint(state: _State, token: Token, before: Token | None) -> Wrong:
    if token.is_sign(","):
        return Wrong(token.span, "A comma joins nothing here.", expected="and, or or the end")
    if state.open and _begins_clause(token):
        return _unclosed(state)
    return _not_here(token) or _no_joint(token, before)


def _open(state: _State, token: Token) -> None:
    state.depth += state.run + 1
    state.open.append((token, state.run + 1))
    state.run = 0
    state.wants_value = True
    _count(state, token)


def _close(state: _State, token: Token) -> None:
    if not state.open:
        raise Wrong(token.span, f"This `{token.text}` was never opened.")
    opener, deep = state.open.pop()
    if _CLOSES[opener.text] != token.text:
        says = f"`{token.text}` closes the `{opener.text}` of line {opener.line}."
        raise Wrong(token.span, says, expected=f"`{_CLOSES[opener.text]}`")
    state.depth -= deep
    state.wants_value, state.run = False, 0


def _count(state: _State, token: Token) -> None:
    if state.depth + state.run > NESTING_MAX:
        says = f"The condition is nested more than {NESTING_MAX} deep here."
        raise Wrong(token.span, says, hint="cut it into several rules, or take brackets away")


def _ends_early(tokens: Sequence[Token], start: int, at: int) -> None:
    last = tokens[at - 1] if at > start else None
    if last is None:
        raise AssertionError("a condition without tokens has no place to point at")
    span = Span(last.line, last.end + 1)
    hint = "a condition that goes on in the next line stands further in than `when`"
    raise Wrong(span, f"The condition ends after `{last.text}`.", expected="a value", hint=hint)


def _unclosed(state: _State) -> Wrong:
    opener = state.open[-1][0]
    says = f"This `{opener.text}` is not closed."
    return Wrong(opener.span, says, expected=f"`{_CLOSES[opener.text]}` before the condition ends")


def _not_here(token: Token) -> Wrong | None:
    if token.sort not in {Sort.SIGN, Sort.NAME}:
        return None
    if token.text in _NOT_HERE:
        says, hint = _NOT_HERE[token.text]
        return Wrong(token.span, says, hint=hint)
    return None


def _no_value(token: Token, before: Token | None) -> Wrong:
    behind = f" after `{before.text}`" if before is not None and len(before.text) < 20 else ""
    return Wrong(
        token.span, f"`{token.text}` stands where a value should{behind}.", expected="a value"
    )


def _no_joint(token: Token, before: Token | None) -> Wrong:
    if before is not None and before.sort is token.sort is Sort.TEXT:
        says = "Two texts stand side by side."
        return Wrong(token.span, says, expected="a comma between them")
    shown = token.text if len(token.text) <= 20 else token.text[:20] + "…"
    says = f"`{shown}` follows a value, and nothing joins the two."
    hint = "clauses such as label and enqueue begin on a line of their own, or after the condition"
    expected = "an operator such as and, or, ==, <, in"
    return Wrong(
        token.span, says, expected=expected, hint=hint if token.sort is Sort.NAME else None
    )
