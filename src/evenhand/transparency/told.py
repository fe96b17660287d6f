"""A told case says what the service did in one typical case, and points at nobody.

What the service adds is read off the ledger's lines and the rule, and is coarse: the month, and
days or weeks. The teller's own words are looked through for what would lead to a person. What is
too severe, too rare or not over is not told at all. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any, Final

from evenhand.kit.clock import read_stamp
from evenhand.policy import HARM_LABELS, Clause, Harm
from evenhand.transparency.model import N_, SMALL_CELL_MAX, RegisterMeasure, State
from evenhand.transparency.values import AUTOMATION, MEASURES, SOURCES

Line = Mapping[str, Any]

#: Telling one of these would hurt the person harmed once more, whatever is left out.
NEVER_TOLD: Final = frozenset({Harm.CHILD_SAFETY, Harm.INTIMATE_IMAGES})
LOOKED_BACK: Final = timedelta(days=365)
DAY_SECONDS: Final = 86_400
WEEK_DAYS: Final = 7
#: A decision that another one took the place of is not what the service did in the end.
NOT_THE_LAST: Final = frozenset({State.REPLACED, State.LOOKED_AT})
STANDINGS: Final[Mapping[State, str]] = {
    State.STANDS: N_("stands"),
    State.ENDED: N_("ended"),
    State.REPLACED: N_("replaced after a person looked"),
    State.REVERSED_ON_APPEAL: N_("reversed on appeal"),
    State.REVERSED_ON_REVIEW: N_("reversed after a second look"),
    State.SIGNAL_WITHDRAWN: N_("reversed: what it rested on was withdrawn"),
    State.LOOKED_AT: N_("ended: the check it waited for is done"),
}
APPEALS: Final[Mapping[str | None, str]] = {
    None: N_("Nobody asked for a second look."),
    "granted": N_("An appeal was granted."),
    "partly_granted": N_("An appeal was granted in part."),
    "rejected": N_("An appeal was rejected."),
}
ON_ITS_OWN: Final[Mapping[bool, str]] = {True: N_("Yes"), False: N_("No")}


class CaseState(StrEnum):
    """Where a told case stands: only an approved one is public."""

    DRAFT = "draft"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the service itself says of a case, coarse enough to point at nobody.

    `month` is the first day of the month of the decision. `took_days` is rounded up to whole days
    and, over a week, to whole weeks; None where nobody waited. `appeal` is what the last appeal
    came to, None without one.
    """

    month: date
    harm: str
    clause_key: str
    clause_number: str
    clause_version: int
    clause_title: str
    clause_text: str
    source: str
    automated_detection: bool
    automated_decision: str
    measures: tuple[RegisterMeasure, ...]
    took_days: int | None
    appeal: str | None
    state: State

    def as_record(self) -> dict[str, Any]:
        """Write it as JSON can keep it."""
        return asdict(self) | {"month": self.month.isoformat()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> CaseFacts:
        """Read what `as_record` wrote."""
        read = {
            "month": date.fromisoformat(record["month"]),
            "measures": tuple(RegisterMeasure(**each) for each in record["measures"]),
            "state": State(record["state"]),
        }
        return cls(**(dict(record) | read))


@dataclass(frozen=True, slots=True)
class ToldCase:
    """One case as staff see it. `why` is why it was sent back or withdrawn."""

    id: str
    short: str
    decision_id: str
    title: str
    words: str
    facts: CaseFacts
    state: CaseState
    told_by: str
    told_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class PublicCase:
    """One case as everybody sees it: nothing in it leads to its decision or to anybody."""

    short: str
    title: str
    words: str
    facts: CaseFacts


def facts_of(line: Line, *, clause: Clause, state: State, appeals: Iterable[Line]) -> CaseFacts:
    """Read a decision's line and what came later as a case; `clause` is the version it cites."""
    data, at = line["data"], read_stamp(line["at"])
    decided = [each["data"]["outcome"] for each in appeals if each["type"] == "appeal.decided"]
    return CaseFacts(
        month=at.date().replace(day=1),
        harm=clause.harm.value,
        clause_key=clause.key,
        clause_number=clause.number,
        clause_version=clause.version,
        clause_title=clause.title,
        clause_text=clause.text,
        source=str(data["source"]),
        automated_detection=bool(data.get("automated_detection")),
        automated_decision=str(data.get("automated_decision")),
        measures=tuple(
            RegisterMeasure(str(each["measure"]), each.get("days")) for each in data["measures"]
        ),
        took_days=_coarse(data.get("task_opened_at"), at),
        appeal=decided[-1] if decided else None,
        state=state,
    )


def _coarse(since: str | None, until: datetime) -> int | None:
    """Round a wait up: to days, and over a week to weeks."""
    if since is None:
        return None
    waited = until - datetime.fromisoformat(since)
    days = max(1, ceil(waited.total_seconds() / DAY_SECONDS))
    return days if days <= WEEK_DAYS else ceil(days / WEEK_DAYS) * WEEK_DAYS


def reasons_against(
    line: Line, *, state: State, appeals: Sequence[Line], alike: int, now: datetime
) -> tuple[str, ...]:
    """Say why a decision may not be told as a case, a sentence each; nothing when it may.

    `alike` counts the decisions under its clause in the last twelve months, itself included.
    """
    data = line["data"]
    if data["outcome"] != "violation" or data["clause"] is None:
        return ("No rule was broken in this decision: only a breach of a rule can be told.",)
    found = []
    if data["harm"] in NEVER_TOLD:
        found.append("A harm as severe as this is never told as a case.")
    if data["provisional"] or state in NOT_THE_LAST:
        found.append("It was not the last word: tell the decision that took its place.")
    if alike <= SMALL_CELL_MAX:
        found.append(
            f"Fewer than {SMALL_CELL_MAX + 1} decisions under this rule stand in the register of"
            " the last twelve months: it would point at somebody."
        )
    if _waiting(appeals):
        found.append("An appeal about it is not decided yet: wait until it is.")
    told_from = data.get("notice_until")
    if told_from is not None and datetime.fromisoformat(told_from) > now:
        found.append("The person affected is not told yet, for a lawful reason: wait until then.")
    return tuple(found)


def _waiting(appeals: Sequence[Line]) -> bool:
    decided = {each["subject"] for each in appeals if each["type"] == "appeal.decided"}
    return any(each["subject"] not in decided for each in appeals)


def alike_of(lines: Iterable[Line], clause_key: str, *, now: datetime) -> int:
    """Count items decided about under a clause in the last twelve months, holds left out."""
    return len(
        {
            line["data"]["item"]
            for line in lines
            if line["data"].get("clause") == clause_key
            and not line["data"]["provisional"]
            and now - LOOKED_BACK <= read_stamp(line["at"]) <= now
        }
    )


def _english(one: str, many: str, num: int) -> str:
    return one if num == 1 else many


def facts_said(
    facts: CaseFacts,
    *,
    gettext: Callable[[str], str] = str,
    ngettext: Callable[[str, str, int], str] = _english,
) -> tuple[tuple[str, str], ...]:
    """Say the facts as pairs of a heading and a text; without a catalog in English.

    The month and the words of the rule are left to the page.
    """
    measures = []
    for each in facts.measures:
        says = gettext(MEASURES.get(each.measure, each.measure))
        if each.days:
            days = ngettext("%(num)d day", "%(num)d days", each.days) % {"num": each.days}
            says = f"{says} ({days})"
        measures.append(says)
    by_machine = gettext(ON_ITS_OWN[facts.automated_detection])
    return (
        (gettext(N_("What was wrong")), gettext(HARM_LABELS[Harm(facts.harm)])),
        (gettext(N_("How it came to us")), gettext(SOURCES.get(facts.source, "–"))),
        (gettext(N_("Found by automated means")), by_machine),
        (
            gettext(N_("Decided automatically")),
            gettext(AUTOMATION.get(facts.automated_decision, "–")),
        ),
        (gettext(N_("What followed")), gettext(N_(", ")).join(measures) or "–"),
        (gettext(N_("How long it waited for us")), _took(facts.took_days, gettext, ngettext)),
        (gettext(N_("Asked again")), gettext(APPEALS[facts.appeal])),
        (gettext(N_("How it stands")), gettext(STANDINGS[facts.state])),
    )


def _took(
    days: int | None, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]
) -> str:
    if days is None:
        return gettext(N_("It did not have to wait."))
    if days == 1:
        return gettext(N_("within a day"))
    if days < WEEK_DAYS:
        return ngettext("%(num)d day", "%(num)d days", days) % {"num": days}
    weeks = days // WEEK_DAYS
    return ngettext("%(num)d week", "%(num)d weeks", weeks) % {"num": weeks}


def as_markdown(title: str, words: str, facts: CaseFacts) -> str:
    """Write a case as a page in Markdown, in English."""
    rule = f"{facts.clause_number} {facts.clause_title} (version {facts.clause_version})"
    rows = [("When", f"{facts.month:%B %Y}"), *facts_said(facts), ("Rule", rule)]
    told = "\n".join(f"- **{heading}**: {_plain(says)}" for heading, says in rows)
    return (
        f"# {_plain(title)}\n\n## What happened\n\n{_plain(words)}\n\n"
        f"## What we did\n\n{told}\n\n## Why\n\n{_plain(facts.clause_text)}\n"
    )


def _plain(text: str) -> str:
    """Keep a text from being read as marks of Markdown."""
    marked = "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in text.strip())
    return marked.replace("\r\n", "\n")
