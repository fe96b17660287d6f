"""What the shipped sample rules find in mail that people sorted: precision and recall, as they are.

    python evals/sample_rules_on_mail.py [datasets-spam-assassin-0.2.3.tgz]

Nothing is trained, and no rule was written by this mail. The corpus is of 2002 and 2003 and of
mail, the rules are for posts on a service of today: a low recall is to be expected, and is told.
Writes evals/results/sample_rules_on_mail.md. The same versions give the same table.
"""

from __future__ import annotations

import importlib.metadata
import sys
from importlib import resources
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.public_mail import Corpus, read
from evenhand.intake import STARTER_KINDS
from evenhand.kit.intervals import Share, wilson
from evenhand.rules.language.events import EventReader
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.kinds import kinds_of
from evenhand.rules.language.reading import read as read_rules
from evenhand.rules.language.row import Failure, Layout
from evenhand.rules.language.ruleset import RuleSet
from evenhand.rules.language.source import SourceFile

RESULTS = Path(__file__).parent / "results" / "sample_rules_on_mail.md"
SAMPLES = resources.files("evenhand.rules") / "samples"
TEXT_CHARS_MAX = 20_000


def samples() -> RuleSet:
    """Read the sample rules that ship, those that need no kinds of their own."""
    files = [
        SourceFile(one.name, one.read_text("utf-8"))
        for one in SAMPLES.iterdir()
        if one.name.endswith(".rules")
    ]
    return read_rules(files, kinds_of(STARTER_KINDS))


def fired_on(corpus: Corpus, rules: RuleSet) -> dict[str, list[bool]]:
    """Return for each rule that fired at all, of each mail it fired on, whether it was unwanted."""
    layout = Layout.of(rules.rules)
    reader, index = EventReader(rules, layout), RuleIndex(rules.rules, layout)
    fired: dict[str, list[bool]] = {}
    for mail in corpus.mails:
        subject, _, _ = mail.text.partition("\n")
        event = {
            "id": mail.name,
            "kind": "post",
            "title": subject,
            "text": mail.text[:TEXT_CHARS_MAX],
        }
        row = reader.read(event).row
        assert row is not None, "a post is a kind"
        failed: list[Failure] = []
        hits = index.run(row, failed)
        assert not failed, failed
        for position in hits:
            fired.setdefault(rules.rules[position].name, []).append(mail.unwanted)
        if hits:
            fired.setdefault("any of them", []).append(mail.unwanted)
    return fired


def main() -> None:
    """Run, print the table, and keep it."""
    corpus = read(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    rules = samples()
    unwanted = sum(mail.unwanted for mail in corpus.mails)
    fired = fired_on(corpus, rules)
    version = importlib.metadata.version("evenhand")
    lines = [
        "# Sample rules on public mail",
        "",
        f"`python evals/sample_rules_on_mail.py`, Evenhand {version}, {len(rules.rules)} rules.",
        f"Corpus: {len(corpus.mails):,} mails of 2002 and 2003, {unwanted:,} of them unwanted.",
        f"Archive SHA-256 `{corpus.sha256}`.",
        "",
        "The rules were not written by this mail: they are for posts on a service of today.",
        "Each mail is read as a post, its subject as the title. Intervals are Wilson's, 95 %.",
        "",
        "| Rule | fired | of these unwanted | precision | recall |",
        "|---|---|---|---|---|",
    ]
    for name, found in sorted(fired.items(), key=lambda one: (one[0] == "any of them", one[0])):
        hits = sum(found)
        lines.append(
            f"| {name} | {len(found):,} | {hits:,} | {shown(wilson(hits, len(found)))}"
            f" | {shown(wilson(hits, unwanted))} |"
        )
    silent = sorted({rule.name for rule in rules.rules} - set(fired))
    lines += ["", f"Never fired: {', '.join(silent)}." if silent else "Every rule fired.", ""]
    lines += [
        "What it means: wording alone, taken from one place and time, finds little of another's,",
        "and what it finds still needs a person. That is why rules of wording only enqueue.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, "utf-8")


def shown(share: Share | None) -> str:
    """Write a share with its interval."""
    if share is None:
        return "unknown"
    return f"{share.value:.1%} ({share.low:.1%}–{share.high:.1%})"


if __name__ == "__main__":
    main()
