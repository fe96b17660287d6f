"""Writes a year of a made-up service straight into the ledger of a house, for benches.

The lines are those this code base writes for such matters, in their order, and the tree over them
is signed. A week of seven days is made up and told until the year is full, each time with times
and ids of its own. What lines commit to is left out: nothing that is counted reads it. The mix is
stated in `MIX`: the service sends in what its users report and what its lists hold, not all.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from evenhand.bootstrap import DATABASE_FILE, House
from evenhand.db import Tx
from evenhand.kit.canonical import canonical
from evenhand.kit.clock import stamp
from evenhand.ledger import signing, store
from evenhand.ledger.checkpoint import Checkpoint, sign
from evenhand.ledger.merkle import Edge, Node, leaf_hash

YEAR: Final = datetime(2025, 1, 1, tzinfo=UTC)
DAYS: Final = 365
WEEK: Final = 7
MIX: Final = (
    "45 % holds by a rule, each looked at by a person later (45 %), 10 % on reports alone; "
    "1 appeal on 200 decisions by a person, a fifth of them granted; 300 second looks a week"
)
BATCH: Final = 100_000
#: What stands for the date, and for how an id begins, until a line is told.
_DATE: Final = "2025-01-01"
_BEGINS: Final = "!!!!!!"
HARMS: Final = (
    "fraud",
    "malware_spam",
    "intellectual_property",
    "violence_harassment",
    "child_safety",
)
CLAUSES: Final = tuple(
    (f"{chapter}.{part}", f"Clause {part} of chapter {chapter}, in some words", harm)
    for chapter, harm in enumerate(HARMS, 1)
    for part in range(1, 7)
)
LANGUAGES: Final = ("en",) * 8 + ("de",) * 4 + ("fr", "es", "ar", "zh", "pl", "it", "nl", "und")
DETECTORS: Final = {
    "adult_image_nsfwjs": "1/4.3.0-mid",
    "adult_image_opennsfw": "1/0.1.0",
    "content_credentials": "1",
    "impersonation": "1",
    "known_images": "4",
    "known_links": "2",
    "known_phrases": "2",
    "known_texts": "1",
    "known_videos": "1",
    "language": "1/0.4.0",
    "learned": "1",
    "qr_codes": "1",
    "words_in_pictures": "1",
}
_LINE: Final = '{"actor":"%s","at":"%s",%s"data":%s,"n":'
_END: Final = ',"subject":"%s","type":"%s"}'
_COMMITS: Final = '"commitment":"' + "5f" * 32 + '",'
_COMMITTING: Final = frozenset({"item.received", "report.received", "decision.made"})
_INSERT: Final = (
    "INSERT INTO ledger_lines (line, type, subject, at, text, leaf) VALUES (?,?,?,?,?,?)"
)
_INDEXES: Final = (
    "CREATE INDEX ix_ledger_lines_subject_type ON ledger_lines (subject, type)",
    "CREATE INDEX ix_ledger_lines_type_line ON ledger_lines (type, line)",
)

#: A line before it has a place: type, subject, actor and data as text.
Said = tuple[str, str, str, str]


@dataclass
class Day:
    """Tells the matters of one day one after another; the same dice tell the same day."""

    decisions: int
    dice: random.Random
    made: int = 0
    _ids: int = 0
    _waiting: list[tuple[str, str, str, str, bool]] = field(default_factory=list)
    _texts: dict[Any, str] = field(default_factory=dict)

    def told(self) -> Iterator[tuple[str, list[Said]]]:
        """Give the lines of one moment after another, each with its time."""
        patience = max(self.decisions // 400, 1)
        while self.made < self.decisions:
            at = stamp(YEAR + timedelta(days=1) * self.made / self.decisions)
            lines = list(self._arrives(at))
            while self._waiting and (len(self._waiting) > patience or self._last()):
                lines += self._looked_at()
            yield at, lines

    def _last(self) -> bool:
        return self.made + len(self._waiting) >= self.decisions

    def _id(self) -> str:
        self._ids += 1
        spread = self._ids * 2654435761 % (1 << 48)
        return f"{_BEGINS}{self._ids >> 16:02x}-{self._ids & 0xFFFF:04x}-7c4e-8b1d-{spread:012x}"

    def _text(self, key: Any, data: dict[str, Any]) -> str:
        """Write data once for all lines that differ in their ids alone; `§` stands for one."""
        if key not in self._texts:
            text = canonical(data).replace("%", "%%")
            self._texts[key] = text.replace("§", "%s").replace('"@"', "%s")
        return self._texts[key]

    def _arrives(self, at: str) -> Iterator[Said]:
        """Tell of an item that is held by a rule, or reported, until it waits for a person."""
        dice, item, task = self.dice, self._id(), self._id()
        held = dice.random() < 0.82
        harm = (clause := dice.choice(CLAUSES))[2]
        kind, language = dice.choice(("post", "listing", "message")), dice.choice(LANGUAGES)
        yield "item.received", item, "key:k", canonical({"kind": kind, "media": 0, "version": 1})
        found, failed = (dice.randint(1, 2) if held else 0), int(dice.random() < 0.02)
        answers = {"failed": failed, "found": found, "not_found": 4, "skipped": 9 - found - failed}
        assessed = {"answers": answers, "detectors": DETECTORS}
        yield "item.assessed", item, "system", self._text((found, failed), assessed)
        rule = dice.choice(("known-material", "known-links", "scam-words")) if held else "reported"
        if not held:
            report = self._id()
            yield "report.received", report, "key:k", self._reported(harm)
            yield self._sent(report, "report_received")
        proposed = {"actions": ["hold", "enqueue"], "proposals": ["§"], "rule": rule, "version": 1}
        yield "rules.proposed", item, f"rule:{rule}@1", self._text(rule, proposed) % self._id()
        if held:
            self.made += 1
            hold = self._id()
            measures = [{"days": None, "measure": "hide"}]
            made = self._decided(clause, language, measures, "rule", rule)
            yield "decision.made", hold, f"rule:{rule}@1", made % (item, "null", "null")
        opened: dict[str, Any] = {"harm": harm, "item_id": "§", "kind": "review"}
        opened["origin"] = "report"
        opened |= {"priority": 30, "queue": harm}
        yield "task.opened", task, "system", self._text(("open", harm), opened) % item
        if held:
            yield self._applied(hold, "apply", "hide")
            yield self._sent(hold, "decision_made")
        self._waiting.append((at, item, task, language, held))

    def _reported(self, harm: str) -> str:
        dice = self.dice
        basis = "notice" if dice.random() < 0.2 else "report"
        via = dice.choice(("api", "portal"))
        said = {"basis": basis, "clock": "own_target", "harm": harm, "trusted": False, "via": via}
        return self._text((basis, harm, via), said)

    def _looked_at(self) -> Iterator[Said]:
        """Tell how a person decides one of the matters that wait, whichever is drawn."""
        dice, waiting = self.dice, self._waiting
        drawn = dice.randrange(len(waiting))
        waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
        since, item, task, language, held = waiting.pop()
        staff, decision = f"staff:{dice.randrange(42):08x}-8f0e-7d54-9dc7-464800a57a0f", self._id()
        clause = dice.choice(CLAUSES)
        yield "task.claimed", task, staff, '{"claim":1}'
        if dice.random() < 0.3:
            seen = canonical({"item": item, "level": "grey", "viewing": self._id()})
            yield "media.opened", task, staff, seen
        broken = dice.random() < (0.9 if held else 0.4)
        measure = dice.choice(("remove", "remove", "remove", "hide", "suspend"))
        measures = [{"days": 7 if measure == "suspend" else None, "measure": measure}]
        yield from self._made(
            decision,
            staff,
            clause,
            language,
            measures if broken else [],
            (item, f'"{task}"', f'"{since[:-1]}+00:00"'),
        )
        if held:
            ended = {"decision_id": "§", "measure": "hide", "why": "replaced"}
            yield "measure.ended", self._id(), "system", self._text("end", ended) % decision
        outcome = "violation" if broken else "no_violation"
        closed = {"harm": clause[2], "kind": "review", "outcome": outcome}
        yield "task.closed", task, staff, canonical(closed)
        if broken:
            yield self._applied(decision, "apply", measure)
        yield self._sent(decision, "decision_made")
        if broken and dice.random() < 0.01:
            yield from self._appealed(decision, item, clause, language, since)

    def _made(
        self,
        decision: str,
        staff: str,
        clause: tuple[str, str, str],
        language: str,
        measures: list[dict[str, Any]],
        about: tuple[str, str, str],
    ) -> Iterator[Said]:
        self.made += 1
        data = self._decided(clause, language, measures, "person", None)
        yield "decision.made", decision, staff, data % about

    def _appealed(
        self, decision: str, item: str, clause: tuple[str, str, str], language: str, since: str
    ) -> Iterator[Said]:
        """Tell of an appeal that somebody else decides at once."""
        appeal, task = self._id(), self._id()
        granted = self.dice.random() < 0.2
        filed = {"by": "affected", "decision_id": decision}
        yield "appeal.filed", appeal, f"receipt:{self._id()}", canonical(filed)
        opened = {"harm": clause[2], "item_id": "§", "kind": "appeal", "queue": "appeals"}
        yield "task.opened", task, "system", self._text(("ask", clause[2]), opened) % item
        measures = [] if granted else [{"days": None, "measure": "remove"}]
        about = (item, f'"{task}"', f'"{since[:-1]}+00:00"')
        yield from self._made(self._id(), "staff:second", clause, language, measures, about)
        if granted:
            undone = {"appeal_id": appeal, "by": "appeal", "not_undone": 0, "undone": 2}
            yield "decision.reversed", decision, "staff:second", canonical(undone)
        outcome = {"by": "affected", "outcome": "granted" if granted else "rejected"}
        yield "appeal.decided", appeal, "staff:second", canonical(outcome)

    def audit(self) -> Iterator[Said]:
        """Tell of second looks at decisions that were drawn by lot."""
        audit, strata = self._id(), []
        yield "audit.drawn", audit, "staff:lead", canonical({"drawn": 300})
        for at in range(10):
            wrong = self.dice.randint(0, 3)
            strata.append(
                {"decisions": 40_000, "looked_at": 30, "stratum": str(at), "wrong": wrong}
            )
            for one in range(30):
                said = {"agrees": one >= wrong, "audit_id": audit, "stratum": str(at)}
                yield "audit.labelled", audit, "staff:second", canonical(said)
        yield "audit.closed", audit, "staff:lead", canonical({"strata": strata})

    def _decided(
        self,
        clause: tuple[str, str, str],
        language: str,
        measures: list[dict[str, Any]],
        by: str,
        rule: str | None,
    ) -> str:
        """Write what a decision says, but for item, task and since when it waited."""
        in_time = self.dice.choice((True, True, True, False, None)) if by == "person" else None
        (number, title, harm), broken = clause, bool(measures)
        key = (number, language, broken and measures[0]["measure"], by, rule, in_time)
        if key in self._texts:
            return self._texts[key]
        said = {
            "automated_decision": "fully" if by == "rule" else "none",
            "automated_detection": by == "rule",
            "caused_by": None,
            "clause": f"clause-{number}" if broken else None,
            "clause_number": number if broken else None,
            "clause_title": title if broken else None,
            "clause_version": 1 if broken else None,
            "decided_by": by,
            "dsa": {
                "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
                "keyword": "KEYWORD_OTHER",
                "other": "A scam, phishing, extortion or a fake shop",
            },
            "ground": "terms",
            "harm": harm,
            "in_time": in_time,
            "item_id": "§",
            "language": language,
            "measures": measures,
            "notice": "sent",
            "notice_until": None,
            "notices": [],
            "outcome": "violation" if broken else "no_violation",
            "provisional": by == "rule",
            "reports": 0,
            "rule": rule,
            "rule_version": rule and 1,
            "source": "own_initiative" if by == "rule" else "report",
            "task_id": "@",
            "task_kind": "review",
            "task_opened_at": "@",
        }
        return self._text(key, said)

    def _applied(self, decision: str, effect: str, measure: str) -> Said:
        said: dict[str, Any] = {"delivery": "§", "effect": effect, "measure": measure}
        said["attempts"] = 1
        text = self._text((effect, measure), said) % self._id()
        return "effect.acknowledged", decision, "system", text

    def _sent(self, subject: str, template: str) -> Said:
        said = {"attempts": 1, "delivery": "§", "template": template, "via": "host"}
        return "message.sent", subject, "system", self._text(template, said) % self._id()


def write(house: House, decisions: int) -> int:
    """Write a year with so many decisions into an empty house on SQLite; return its lines."""
    file = house.settings.data / DATABASE_FILE
    edge, nodes = Edge(), list[Node]()
    with sqlite3.connect(file) as rows:
        rows.execute("PRAGMA synchronous=OFF")
        for name in ("subject_type", "type_line"):
            rows.execute(f"DROP INDEX ix_ledger_lines_{name}")
        lines = _lines(decisions // DAYS)
        while batch := list(islice(lines, BATCH)):
            rows.executemany(_INSERT, batch)
            rows.commit()
            edge, made = edge.extend(line[-1] for line in batch)
            nodes += made
        for index in _INDEXES:
            rows.execute(index)
    house.do(_sign, edge, nodes)
    return edge.size


def _lines(decisions: int) -> Iterator[tuple[int, str, str, str, str, bytes]]:
    """Tell the week until the year is full, so many decisions a day."""
    week, line = [_day(decisions, weekday) for weekday in range(WEEK)], 0
    for number in range(DAYS):
        date, begins = f"{YEAR + timedelta(days=number):%Y-%m-%d}", f"01{number:04x}"
        for kind, subject, at, before, after in week[number % WEEK]:
            text = f"{before}{line}{after}".replace(_DATE, date).replace(_BEGINS, begins)
            told = text.encode()
            yield line, kind, begins + subject, date + at, text, leaf_hash(told)
            line += 1


def _day(decisions: int, weekday: int) -> list[tuple[str, str, str, str, str]]:
    """Make up a day: type, subject and time of each line, and its text around its place."""
    day, lines = Day(decisions, random.Random(weekday)), []  # noqa: S311 - made up anyway
    moments = [*day.told()]
    if weekday == 0:
        moments[-1][1].extend(day.audit())
    for at, moment in moments:
        for kind, subject, actor, data in moment:
            commits = _COMMITS if kind in _COMMITTING else ""
            before, after = _LINE % (actor, at, commits, data), _END % (subject, kind)
            lines.append((kind, subject[len(_BEGINS) :], at[len(_DATE) :], before, after))
    return lines


def _sign(tx: Tx, edge: Edge, nodes: list[Node]) -> None:
    note = sign(Checkpoint(edge.size, edge.root()), signing.private_key(tx, signing.in_force(tx)))
    store.save_nodes(tx, nodes)
    store.save_edge(tx, edge, note)
    tx.after_commit.append(lambda: tx.resources.shelf.keep(note, size=edge.size))
