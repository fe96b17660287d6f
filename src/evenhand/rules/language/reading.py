"""Rule files are read together into one set of rules, or refused with all that is wrong in them.

Files are taken by name, so that a folder means the same however it was listed. Kinds the files
declare are the only ones there are; when they declare none, the given ones are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from evenhand.rules.language.clauses import World, read_rule, read_rule_name
from evenhand.rules.language.declarations import (
    WrittenCounter,
    WrittenList,
    read_counter,
    read_kind,
    read_list,
    resolve_counter,
    resolve_lists,
)
from evenhand.rules.language.faults import Faults, Refused, Span, Wrong, did_you_mean
from evenhand.rules.language.ir import Scalar
from evenhand.rules.language.naming import NOTHING_KNOWN, Known
from evenhand.rules.language.ruleset import Counter, Kind, Rule, RuleSet
from evenhand.rules.language.source import (
    FILES_MAX,
    RULES_MAX,
    Block,
    Source,
    SourceFile,
    open_source,
    text_of,
)
from evenhand.rules.language.tokens import Report, Token, tokens_of

__all__ = ["Known", "Refused", "SourceFile", "read"]

T = TypeVar("T")
_BLOCKS: Final = ("kind", "list", "counter", "rule")


@dataclass(slots=True)
class _Found:
    """What the files hold, before rules are looked into."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    lists: dict[str, tuple[WrittenList, Report]] = field(default_factory=dict)
    counters: dict[str, tuple[WrittenCounter, str, Report]] = field(default_factory=dict)
    rules: dict[str, tuple[Source, Block, list[Token], Report]] = field(default_factory=dict)


def read(
    files: Sequence[SourceFile],
    kinds: Mapping[str, Kind] | None,
    *,
    known: Known = NOTHING_KNOWN,
) -> RuleSet:
    """Read rule files into one set of rules. Raises Refused with all faults of all files."""
    faults = Faults()
    found = _Found()
    for file in sorted(files, key=lambda one: one.name)[:FILES_MAX]:
        source = open_source(file, faults)
        if source is not None:
            _take_blocks(source, found, faults)
    if len(files) > FILES_MAX:
        says = f"There are {len(files):,} files; {FILES_MAX:,} are read together at most."
        faults.add(files[0].name, [], Wrong(Span(1, 1), says))
    usable = found.kinds or dict(kinds or {})
    lists, broken = _lists(found)
    counters = _counters(found, usable)
    world = World(usable, lists, counters, known, broken)
    rules = _rules(found, world, faults)
    if faults.listed:
        raise Refused(faults.listed)
    return RuleSet(usable, lists, tuple(counters.values()), rules)


def _take_blocks(source: Source, found: _Found, faults: Faults) -> None:
    for block in source.blocks:
        if faults.full:
            return
        report = _reporter(source, faults)
        broken: list[Wrong] = []
        tokens = tokens_of(source.lines, block.first, block.last, broken.append)
        for wrong in broken:
            report(wrong)
        if not tokens:
            continue
        try:
            _take(source, block, tokens, found, report, whole=not broken)
        except Wrong as wrong:
            report(wrong)


def _take(
    source: Source,
    block: Block,
    tokens: list[Token],
    found: _Found,
    report: Report,
    *,
    whole: bool,
) -> None:
    """Keep what a block declares; of a rule that was not `whole`, its name. Raises Wrong."""
    match tokens[0].text:
        case "kind":
            head = [one for one in tokens if one.line == block.first]
            kind = read_kind(head, _rows(tokens, block.first), report)
            _keep(found.kinds, tokens[1], kind, "kind")
        case "list":
            written = read_list(tokens)
            _keep(found.lists, written.name, (written, report), "list")
        case "counter":
            counter = read_counter(tokens)
            _keep(found.counters, counter.name, (counter, source.name, report), "counter")
        case "rule":
            name = read_rule_name(tokens)
            _keep(found.rules, name, (source, block, tokens if whole else [], report), "rule")
            if len(found.rules) > RULES_MAX:
                raise Wrong(name.span, f"There are more than {RULES_MAX:,} rules.")
        case other:
            shown = other if len(other) <= 30 else other[:30] + "…"
            says = f"`{shown}` begins no block."
            hint = did_you_mean(other, _BLOCKS, otherwise="lines of a rule are indented under it")
            raise Wrong(tokens[0].span, says, expected="kind, list, counter or rule", hint=hint)


def _rows(tokens: Sequence[Token], head: int) -> list[list[Token]]:
    rows: dict[int, list[Token]] = {}
    for token in tokens:
        if token.line != head:
            rows.setdefault(token.line, []).append(token)
    return list(rows.values())


def _keep(into: dict[str, T], name: Token, what: T, sort: str) -> None:
    if name.text in into:
        says = f"There is a {sort} `{name.text}` already."
        raise Wrong(name.span, says, expected="another name")
    into[name.text] = what


def _reporter(source: Source, faults: Faults) -> Report:
    return lambda wrong: faults.add(source.name, source.lines, wrong)


def _lists(found: _Found) -> tuple[dict[str, tuple[Scalar, ...]], frozenset[str]]:
    written = {name: one for name, (one, _) in found.lists.items()}
    return resolve_lists(written, {name: report for name, (_, report) in found.lists.items()})


def _counters(found: _Found, kinds: Mapping[str, Kind]) -> dict[str, Counter]:
    counters = {}
    for name, (written, file, report) in found.counters.items():
        counter = resolve_counter(written, kinds, file, report)
        if counter is not None:
            counters[name] = counter
    return counters


def _rules(found: _Found, world: World, faults: Faults) -> tuple[Rule, ...]:
    rules = []
    for source, block, tokens, report in found.rules.values():
        if not tokens or faults.full:
            continue
        rule = read_rule(tokens, world, source.name, text_of(source, block), report)
        if rule is not None:
            rules.append(rule)
    return tuple(rules)
