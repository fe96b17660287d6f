r"""Patterns of `matches`: RE2 only, so that none takes longer than its text is long.

What two engines of the language could read differently is refused, and what RE2 does in ASCII
only (`\b`) is written out, so that a word has edges in Cyrillic too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import re2

from evenhand.rules.language.faults import Span, Wrong

PATTERN_CHARS_MAX: Final = 1_000
MEMORY_BYTES_MAX: Final = 1 << 20
_LOOKS_AROUND: Final = re.compile(r"\(\?(?:<?[=!])")
_PIECE: Final = re.compile(
    r"\\x\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]|\(\?[A-Za-z-]+\)"
    r"|\(\?(?:P?<[^>]*>|[A-Za-z-]*:)|[*+?]\??|\{[0-9,]+\}\??|.",
    re.DOTALL,
)
_REPEATS: Final = re.compile(r"[*+?]\??|\{[0-9,]+\}\??")
_FLAGS: Final = re.compile(r"\(\?[A-Za-z-]+\)")

_PARTS_WORDS: Final = (
    r"\x{00}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{5E}\x{60}\x{7B}-\x{A9}\x{AB}-\x{B1}\x{B4}\x{B6}-\x{B8}"
    r"\x{BB}\x{BF}\x{D7}\x{F7}\x{55A}-\x{55F}\x{589}-\x{58F}\x{5BE}\x{5C0}\x{5C3}\x{5F3}\x{5F4}"
    r"\x{600}-\x{60F}\x{61B}-\x{61F}\x{66A}-\x{66D}\x{6D4}\x{964}\x{965}\x{E3F}\x{E5A}\x{E5B}"
    r"\x{1360}-\x{1368}\x{17D4}-\x{17D6}\x{2000}-\x{206F}\x{20A0}-\x{20CF}\x{2190}-\x{2BFF}"
    r"\x{2E00}-\x{2E7F}\x{3000}-\x{3004}\x{3008}-\x{3020}\x{3030}\x{303D}\x{FE10}-\x{FE1F}"
    r"\x{FE30}-\x{FE6F}\x{FF00}-\x{FF0F}\x{FF1A}-\x{FF20}\x{FF3B}-\x{FF3E}\x{FF40}"
    r"\x{FF5B}-\x{FF65}\x{1F000}-\x{1FAFF}"
)
"""Characters that part words: spaces, signs, currencies and emoji, frozen so that no table of a
newer Unicode changes what a rule means."""
_BEGINS: Final = rf"(?:\A|[{_PARTS_WORDS}])"
_ENDS: Final = rf"(?:\z|[{_PARTS_WORDS}])"


def read_pattern(pattern: str, span: Span) -> str:
    """Return the pattern the engines run. Raises Wrong at `span`."""
    if not pattern:
        raise Wrong(span, "An empty pattern finds everything.", expected="a pattern")
    if len(pattern) > PATTERN_CHARS_MAX:
        says = f"The pattern has {len(pattern):,} characters; {PATTERN_CHARS_MAX:,} are the most."
        raise Wrong(span, says, hint="to look for many words use has_word(text, @list)")
    if "\x08" in pattern:
        hint = r'write r before it, as in r"\bword\b"'
        raise Wrong(span, "The pattern holds a backspace character.", hint=hint)
    pieces = _PIECE.findall(pattern)
    for piece in pieces:
        _check_piece(piece, span)
    if _LOOKS_AROUND.search(pattern):
        says = "A pattern does not look ahead or behind."
        hint = "write two conditions: matches(…) and not matches(…)"
        raise Wrong(span, says, hint=hint)
    compiled(pattern, span)
    if pattern.isascii() or not {r"\b", r"\B"} & set(pieces):
        return pattern
    with_edges = _with_edges(pieces, span)
    compiled(with_edges, span)
    return with_edges


def compiled(pattern: str, span: Span) -> Any:
    """Compile a pattern within its memory. Raises Wrong at `span` when RE2 refuses it."""
    options = re2.Options()
    options.max_mem = MEMORY_BYTES_MAX
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        reason = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        says = f"RE2 does not read this pattern: {reason}."
        raise Wrong(span, says, expected="a regular expression of RE2") from None


def _check_piece(piece: str, span: Span) -> None:
    """Refuse what engines read differently, inside of brackets too. Raises Wrong."""
    for escaped in re.findall(r"\\(.)", piece, re.DOTALL):
        if escaped in "pP":
            says = f"`\\{escaped}` reads tables of Unicode that differ between engines."
            hint = "write the letters out, as in [а-яё], or use has_word(text, …)"
            raise Wrong(span, says, hint=hint)
        if escaped in "123456789":
            says = "A pattern does not refer back to what it has found."
            raise Wrong(span, says, hint="write both halves out")
        if escaped == "C":
            raise Wrong(span, "`\\C` reads half a character.", hint="write . for any character")
        if escaped in "QE":
            says = f"`\\{escaped}` is not used here."
            raise Wrong(span, says, hint="write a backslash before each sign")


def _with_edges(pieces: list[str], span: Span) -> str:
    """Write out the edges of words where they begin or end the pattern. Raises Wrong elsewhere.

    In the middle a written-out edge would take a character that the rest of the pattern needs.
    """
    written = []
    for at, piece in enumerate(pieces):
        if piece == r"\b" and _nothing(reversed(pieces[:at]), "(") and _word(pieces[at + 1 :]):
            written.append(_BEGINS)
        elif piece == r"\b" and _nothing(pieces[at + 1 :], ")") and _word_before(pieces[:at]):
            written.append(_ENDS)
        elif piece in {r"\b", r"\B"}:
            says = f"`{piece}` knows the edges of words in plain a to z only."
            hint = 'use has_word(text, "…"), or put \\b only at the ends of the pattern'
            raise Wrong(span, says, hint=hint)
        else:
            written.append(piece)
    return "".join(written)


def _nothing(pieces: Iterable[str], bracket: str) -> bool:
    """Tell whether nothing is matched between a place and the pattern's end on one side.

    Other branches of a group that encloses the place do not count.
    """
    depth = 0
    for piece in pieces:
        if _FLAGS.fullmatch(piece):
            continue
        opens = piece.startswith("(") if bracket == "(" else piece == ")"
        closes = piece == ")" if bracket == "(" else piece.startswith("(")
        if depth:
            depth += closes - opens
        elif piece == "|":
            depth = 1
        elif not opens:
            return False
    return True


def _word(behind: list[str]) -> bool:
    """Tell whether a letter, a digit or a class comes next, in every branch of a group."""
    first = True
    depth = 0
    for piece in behind:
        if first:
            if piece.startswith("(") and not _FLAGS.fullmatch(piece):
                depth += 1
                continue
            if not (piece.isalnum() or (piece.startswith("[") and not piece.startswith("[^"))):
                return False
            first = False
        depth += (piece.startswith("(") and not _FLAGS.fullmatch(piece)) - (piece == ")")
        if depth <= 0:
            return True
        first = piece == "|"
    return not first


def _word_before(before: list[str]) -> bool:
    """Tell whether a letter, a digit or a class comes right before, in every branch of a group."""
    last, depth = True, 0
    for piece in reversed(before):
        if last:
            if piece == ")":
                depth += 1
                continue
            if _REPEATS.fullmatch(piece):
                continue
            if not (piece.isalnum() or (piece.startswith("[") and not piece.startswith("[^"))):
                return False
            last = False
        opens = piece.startswith("(") and not _FLAGS.fullmatch(piece)
        depth += (piece == ")") - opens
        if depth <= 0:
            return True
        last = piece == "|"
    return not last
