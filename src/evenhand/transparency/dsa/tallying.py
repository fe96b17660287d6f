"""What a period's lines of the log come to under the counting rules of the harmonised report.

Read from the public lines alone (Implementing Regulation (EU) 2024/2835, Annex II): whoever has the
exported log counts the same. A measure is counted, not a decision; a hold that a person's
restriction replaced is not counted beside it, nor is what an appeal left of a decision counted
anew. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from evenhand.kit.clock import read_stamp, to_the_minute
from evenhand.policy import (
    KEYWORD_OTHER,
    OTHER_TERMS,
    Harm,
    Heading,
    Measure,
    category_tree,
    heading_of_notice,
    usual_heading,
)

Line = Mapping[str, Any]
Place = tuple[str, str | None]
"""A category and its keyword."""

COUNTED: Final = (
    "report.received",
    "order.received",
    "order.confirmed",
    "order.answered",
    "decision.made",
    "measure.ended",
    "appeal.filed",
    "appeal.decided",
    "audit.counted",
)
Kind = Literal["visibility", "service", "account", "no_action", "no_action_trusted", "none"]
_RESTRICTIVE: Final = frozenset(measure.value for measure in Measure if measure.facts.restricts)
_OUTCOMES: Final = {"rejected": "upheld", "partly_granted": "partial", "granted": "reversed"}
SECONDS_PER_HOUR: Final = 3600


@dataclass
class Headings:
    """Numbers and waiting times by heading and column, and the words for other headings."""

    numbers: Counter[tuple[Place, str]] = field(default_factory=Counter)
    hours: defaultdict[tuple[Place, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    words: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def merge(self, other: Headings) -> None:
        """Take in what was counted elsewhere."""
        self.numbers.update(other.numbers)
        for key, hours in other.hours.items():
            self.hours[key] += hours
        for category, words in other.words.items():
            self.words[category] |= words

    def place(self, heading: Heading) -> Place:
        """Return where a heading is counted, so that keywords add up to their category."""
        keywords = category_tree()[heading.category]
        keyword = heading.keyword if heading.keyword in keywords else None
        if keyword is None and keywords:
            keyword = KEYWORD_OTHER
        if keyword == KEYWORD_OTHER and heading.other:
            self.words[heading.category].add(heading.other)
        return heading.category, keyword


@dataclass
class Tally:
    """All that is counted of a period, ready to be put into sheets.

    `orders` is by Member State; `ordered` has the kind, state and minute of arrival of each order.
    """

    notices: Headings = field(default_factory=Headings)
    illegal: Headings = field(default_factory=Headings)
    terms: Headings = field(default_factory=Headings)
    complaints: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    complaint_hours: defaultdict[Kind, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    newly_imposed: int = 0
    suspensions: Counter[str] = field(default_factory=Counter)
    automated: Counter[tuple[str, str]] = field(default_factory=Counter)
    orders: defaultdict[str, Headings] = field(default_factory=lambda: defaultdict(Headings))
    ordered: set[tuple[str, str, datetime]] = field(default_factory=set)
    audited: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Filed:
    at: str
    by: str
    decision_id: str
    basis: str | None
    trusted: bool


@dataclass
class Counting:
    """One pass over the log, in its order. Give it the appeals' lines first, with `expect`."""

    since: str
    until: str
    tally: Tally = field(default_factory=Tally)
    _appealed: dict[str, _Filed] = field(default_factory=dict)
    _wanted: set[str] = field(default_factory=set)
    _kinds: dict[str, Kind] = field(default_factory=dict)
    _orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _instead: set[str] = field(default_factory=set)
    _imposed: set[str] = field(default_factory=set)
    _holds: dict[str, Line] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)
    _restricted: set[str] = field(default_factory=set)

    def expect(self, lines: Iterable[Line]) -> None:
        """Remember which decisions were appealed, and which came of appeals."""
        for line in lines:
            data = line["data"]
            if line["type"] == "appeal.filed":
                self._wanted.add(data["decision_id"])
                filed = _Filed(
                    line["at"],
                    data["by"],
                    data["decision_id"],
                    data.get("basis"),
                    bool(data.get("trusted")),
                )
                self._appealed[line["subject"]] = filed
            elif line["type"] == "appeal.decided" and data["new_decision_id"] is not None:
                made = self._instead if data["by"] == "affected" else self._imposed
                made.add(data["new_decision_id"])

    def read(self, lines: Iterable[Line]) -> Tally:
        """Count the lines of the period; lines before it only say what was decided then."""
        reads = {
            "report.received": self._report,
            "order.received": self._order,
            "order.confirmed": self._confirmed,
            "order.answered": self._answered,
            "decision.made": self._decision,
            "measure.ended": self._ended,
            "appeal.filed": self._filed,
            "appeal.decided": self._decided,
            "audit.counted": self._audit,
        }
        for line in lines:
            if line["at"] < self.until and (act := reads.get(line["type"])) is not None:
                act(line, within=line["at"] >= self.since)
        for line in self._holds.values():
            self._measures(line)
        return self.tally

    def _report(self, line: Line, *, within: bool) -> None:
        data = line["data"]
        if not within or data["basis"] != "notice":
            return
        notices = self.tally.notices
        place = notices.place(heading_of_notice(Harm(data["harm"])))
        items = int(data.get("items", 1))
        columns = {"received": 1, "items": items}
        if data["trusted"]:
            columns |= {"received_trusted": 1, "items_trusted": items}
        for column, number in columns.items():
            notices.numbers[place, column] += number

    def _order(self, line: Line, *, within: bool) -> None:
        data = line["data"]
        self._orders[line["subject"]] = data
        if within:
            state, kind = data["member_state"], data["kind"]
            self.tally.ordered.add((kind, state, to_the_minute(read_stamp(data["received_at"]))))
            orders, place = self._order_place(data)
            orders.numbers[place, kind] += 1
            orders.numbers[place, f"{kind}_items"] += data["items"]

    def _confirmed(self, line: Line, *, within: bool) -> None:
        if within:
            self._order_took(line["subject"], "acknowledged", line["at"])

    def _answered(self, line: Line, *, within: bool) -> None:
        """Count the time to the effect; where none was given there is none."""
        if within and line["data"]["effect_at"] is not None:
            self._order_took(line["subject"], "answered", line["data"]["effect_at"])

    def _order_place(self, data: Mapping[str, Any]) -> tuple[Headings, Place]:
        orders = self.tally.orders[data["member_state"]]
        return orders, orders.place(Heading(data["category"], data["keyword"], data["other"]))

    def _order_took(self, order_id: str, step: str, at: str) -> None:
        data = self._orders[order_id]
        orders, place = self._order_place(data)
        orders.hours[place, f"{data['kind']}_{step}"].append(_hours(data["received_at"], at))

    def _decision(self, line: Line, *, within: bool) -> None:
        data, subject = line["data"], line["subject"]
        if subject in self._wanted:
            self._kinds[subject] = _kind(data)
        restricts = bool(_restrictions(data))
        if subject in self._imposed and within and restricts:
            self.tally.newly_imposed += 1
        if not within or subject in self._instead:
            return
        self._notices(data, restricts=restricts)
        if not restricts:
            return
        if data["provisional"]:
            self._holds[subject] = line
            self._held.add(data["item"])
            return
        if data["item"] in self._held:
            self._restricted.add(data["item"])
        self._measures(line)
        self._suspension(data)

    def _ended(self, line: Line, *, within: bool) -> None:
        """Leave a hold out that a person's restriction on the same item replaced."""
        data = line["data"]
        hold = self._holds.get(data["decision_id"])
        replaced = within and hold is not None and data["why"] == "replaced"
        if replaced and hold is not None and hold["data"]["item"] in self._restricted:
            del self._holds[data["decision_id"]]

    def _notices(self, data: Mapping[str, Any], *, restricts: bool) -> None:
        found: Sequence[Mapping[str, Any]] = data.get("notices") or ()
        way = "solely" if data["decided_by"] == "rule" else "not"
        for notice in found:
            self.tally.automated["notices", way] += 1
            self.tally.automated["notices_trusted", way] += bool(notice["trusted"])
        if not found or not restricts:
            return
        notices = self.tally.notices
        places = [notices.place(heading_of_notice(Harm(notice["harm"]))) for notice in found]
        for place, notice in zip(places, found, strict=True):
            notices.hours[place, "hours"].append(notice["hours"])
            if notice["trusted"]:
                notices.hours[place, "hours_trusted"].append(notice["hours"])
        ground = "law" if data.get("ground") == "illegal" else "terms"
        notices.numbers[places[0], ground] += 1
        if any(notice["trusted"] for notice in found):
            notices.numbers[places[0], f"{ground}_trusted"] += 1

    def _measures(self, line: Line) -> None:
        data = line["data"]
        measures = _restrictions(data)
        own = data["source"] in {"own_initiative", "report"}
        way = {"fully": "solely", "none": "not"}.get(data["automated_decision"])
        if way is not None:
            scopes = ["all", *(["own"] if own else []), f"language:{data.get('language') or ''}"]
            for scope in scopes:
                self.tally.automated[scope, way] += len(measures)
        if not own:
            return
        illegal = data.get("ground") == "illegal"
        sheet = self.tally.illegal if illegal else self.tally.terms
        place = sheet.place(_heading(data, illegal=illegal))
        detected = data["automated_detection"] and data["source"] == "own_initiative"
        for measure in measures:
            sheet.numbers[place, "measures"] += 1
            sheet.numbers[place, "detected"] += bool(detected)
            sheet.numbers[place, measure] += 1

    def _suspension(self, data: Mapping[str, Any]) -> None:
        measures = set(_restrictions(data))
        misuse = (data.get("dsa") or {}).get("misuse")
        if misuse and measures & {Measure.SUSPEND.value, Measure.LIMIT.value}:
            self.tally.suspensions[misuse] += 1
        elif Measure.SUSPEND.value in measures and data.get("ground") == "illegal":
            self.tally.suspensions["illegal"] += 1

    def _filed(self, line: Line, *, within: bool) -> None:
        if within:
            self.tally.complaints[self._kind_of(line["subject"]), "filed"] += 1

    def _decided(self, line: Line, *, within: bool) -> None:
        if not within:
            return
        kind = self._kind_of(line["subject"])
        self.tally.complaints[kind, _OUTCOMES[line["data"]["outcome"]]] += 1
        filed = self._appealed.get(line["subject"])
        if filed is not None:
            self.tally.complaint_hours[kind].append(round(_hours(filed.at, line["at"]), 1))

    def _kind_of(self, appeal_id: str) -> Kind:
        """Say what a complaint is about; each has one kind, the most specific."""
        filed = self._appealed.get(appeal_id)
        if filed is None:
            return "none"
        if filed.by == "reporter":
            if filed.basis != "notice":
                return "none"
            return "no_action_trusted" if filed.trusted else "no_action"
        return self._kinds.get(filed.decision_id, "none")

    def _audit(self, line: Line, *, within: bool) -> None:
        """Weigh what random audits found of decisions that rules took, by stratum."""
        for stratum in line["data"].get("strata", ()) if within else ():
            if all("/rule/" in key for key in stratum["strata"]) and stratum["looked_at"]:
                right = 1 - stratum["wrong"] / stratum["looked_at"]
                self.tally.audited["looked_at"] += stratum["looked_at"]
                self.tally.audited["decisions"] += stratum["decisions"]
                self.tally.audited["right_ppm"] += round(stratum["decisions"] * right * 1_000_000)


def _hours(begin: str, end: str) -> float:
    """Return the hours between two stamps."""
    return (read_stamp(end) - read_stamp(begin)).total_seconds() / SECONDS_PER_HOUR


def _restrictions(data: Mapping[str, Any]) -> list[str]:
    """Return what restricts somebody: a warning does not, nor what is no violation."""
    return [each["measure"] for each in data["measures"] if each["measure"] in _RESTRICTIVE]


def _heading(data: Mapping[str, Any], *, illegal: bool) -> Heading:
    """Read a decision's heading; lines from before it was written have their harm's usual one."""
    said = data.get("dsa")
    usual = usual_heading(Harm(data["harm"] or Harm.OTHER), "illegal" if illegal else "terms")
    if said is None or (illegal and said["category"] == OTHER_TERMS):
        return usual
    return Heading(said["category"], said["keyword"], said["other"])


def _kind(data: Mapping[str, Any]) -> Kind:
    """Say what a decision's heaviest restriction is on (DSA Art. 20(1)(a)-(c))."""
    measures = sorted(map(Measure, _restrictions(data)), key=lambda m: m.facts.weight)
    if not measures:
        return "none"
    if measures[-1].facts.target == "item":
        return "visibility"
    return "service" if measures[-1] is Measure.LIMIT else "account"
