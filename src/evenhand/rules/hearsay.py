"""No number of reports restricts anybody, whichever way round (charter, promise 6).

What reports say may reach a rule as the report itself, as a counter that counts reports, as a label
that a rule on reports hangs, or over several rules, each hanging a label because of another. A rule
that proposes a measure may rest on none of these. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evenhand.rules.language.clauses import PLACEHOLDER
from evenhand.rules.language.declarations import REPORT
from evenhand.rules.language.ir import HasAny, Node, children, columns
from evenhand.rules.language.ruleset import Counter, Label, Rule
from evenhand.rules.life import restricts

_INSTEAD: Final = "No number of reports restricts anybody: let it enqueue, and a person look."
_BRACES: Final[Mapping[str, str]] = {"{{": r"\{", "}}": r"\}"}


def resting_on_reports(rules: Sequence[Rule], counters: Sequence[Counter]) -> str | None:
    """Say which rule would let reports restrict somebody, and how; None when there is none.

    `rules` are all that may run together, those of other deployments with them.
    """
    counting = {one.name for one in counters if REPORT in one.kinds}
    told = [(rule, _at_once(rule, counting)) for rule in rules]
    hung: list[tuple[re.Pattern[str], Rule]] = []
    while heard := [(rule, how) for rule, how in told if how]:
        for rule, how in heard:
            if restricts(rule):
                return f"{rule.name} proposes a measure and {how}. {_INSTEAD}"
        hung += [(pattern, rule) for rule, _ in heard for pattern in _labels_hung(rule)]
        told = [(rule, _by_label(rule, hung)) for rule, how in told if not how]
    return None


def labels_read(node: Node) -> Iterator[str]:
    """Yield the names of the labels that a condition asks for."""
    if isinstance(node, HasAny) and node.of.key.startswith("labels("):
        yield from node.among
    for one in children(node):
        yield from labels_read(one)


def _at_once(rule: Rule, counting: set[str]) -> str:
    """Say how a rule hears reports without another rule between; nothing when it does not."""
    if REPORT in rule.kinds:
        return "is on reports"
    read = {column.key for column in columns(rule.when)} & counting
    return f"reads {min(read)}, which counts reports" if read else ""


def _by_label(rule: Rule, hung: Sequence[tuple[re.Pattern[str], Rule]]) -> str:
    for label in sorted(labels_read(rule.when)):
        for pattern, by in hung:
            if pattern.fullmatch(label):
                return f"reads the label {label!r}, which {by.name} hangs because of reports"
    return ""


def _labels_hung(rule: Rule) -> Iterator[re.Pattern[str]]:
    """Yield what the labels a rule hangs can be called: what an event says may be anything."""
    for action in rule.actions:
        if isinstance(action, Label):
            yield _names_like(action.name)


def _names_like(template: str) -> re.Pattern[str]:
    written, at = "", 0
    for found in PLACEHOLDER.finditer(template):
        written += re.escape(template[at : found.start()]) + _BRACES.get(found[0], ".*")
        at = found.end()
    return re.compile(written + re.escape(template[at:]), re.DOTALL)
