"""What the rules a new house begins with propose, without a house: from matches to proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources

from evenhand.intake import STARTER_KINDS
from evenhand.policy import Harm
from evenhand.rules.facts import Met
from evenhand.rules.happening import Happening, found_out
from evenhand.rules.language.kinds import kinds_of
from evenhand.rules.language.ruleset import Rule
from evenhand.rules.life import RuleVersion, Stage
from evenhand.rules.live import Live, compiled, read_files
from evenhand.rules.meeting import asked
from evenhand.rules.model import Match, Proposal
from evenhand.rules.proposing import Under, proposals_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KNOWN_MATERIAL = "known-material"
STARTER = [
    (one.name, one.read_text("utf-8"))
    for one in (resources.files("evenhand.rules") / "starter").iterdir()
    if one.name.endswith(".rules")
]


def version_of(
    rule: Rule, *, stage: Stage = Stage.ON, share: int = 0, held_out: int = 0
) -> RuleVersion:
    """Make the first version of a rule as it would stand in a house."""
    return RuleVersion(
        id=f"v-{rule.name}",
        name=rule.name,
        number=1,
        version=rule.version,
        ruleset_id="r",
        source=rule.source,
        kinds=rule.kinds,
        restricts=True,
        stage=stage,
        share=share,
        held_out=held_out,
        made_by="system",
        made_at=NOW,
        why="they ship",
        staged_at=NOW,
        approved_by="staff:2",
        baseline=None,
    )


def living(files: Sequence[tuple[str, str]], *, stage: Stage = Stage.ON, held_out: int = 0) -> Live:
    """Make rules that run, without a house."""
    kinds = kinds_of(STARTER_KINDS)
    names = [rule.name for rule in read_files(files, kinds).rules]
    ready = compiled({"r": files}, {"r": names}, kinds)
    versions = tuple(version_of(rule, stage=stage, held_out=held_out) for rule in ready.rules)
    return Live(versions, ready)


_STARTER = living(STARTER)


def met(matches: Sequence[Match]) -> Met:
    """Let the starter rules meet a post in which this was found."""
    event = {"id": "i", "kind": "post", "ts": NOW.isoformat(), "text": "hello"}
    happened = Happening("i", "i", "post", "a", event)
    return asked(_STARTER, happened, found_out((), matches), {})


def proposed(*matches: Match) -> list[Proposal]:
    """Return what the starter rules propose about a post in which this was found, holds first."""
    under = Under(None, Harm.OTHER)
    every = [one for hit in met(matches).hits for one in proposals_of(hit, under, matches)]
    return sorted(every, key=lambda one: one.action != "hold")
