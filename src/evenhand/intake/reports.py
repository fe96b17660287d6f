"""A report that passes here says what is wrong with what; one that alleges a crime meets the law.

Plain reports need little: a harm, and an item or an address. A report that says `illegal` is a
notice and must hold all that DSA Art. 16(2) asks for. Who sends it stays out of the notice that
is stored (charter, promise 10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from evenhand.intake.errors import ReportRefused
from evenhand.intake.items import NAME_CHARS_MAX
from evenhand.intake.model import (
    CheckedReport,
    CheckedReporter,
    ReportBasis,
)
from evenhand.intake.notices import EXPLANATION_MAX_CHARS, NoticeIncomplete, check_notice
from evenhand.intake.reading import ID_CHARS_MAX, Reader

_REPORT_FIELDS: Final = frozenset(
    {
        "item",
        "url",
        "harm",
        "explanation",
        "illegal",
        "good_faith",
        "legal_provision",
        "member_state",
        "reporter",
        "language",
    }
)
_REPORTER_TEXTS: Final = ("name", "organisation", "trusted_flagger_id")
_REPORTER_FIELDS: Final = frozenset({"account_id", "email", "trusted", *_REPORTER_TEXTS})

_STAND_IN: Final = "https://item.invalid/"
"""An item named by its id is exactly located, yet the check of notices wants an address."""

_PLACES: Final = (
    (re.compile(r"^notifier\b"), "reporter"),
    (re.compile(r"^category$"), "harm"),
    (re.compile(r"^locations.*"), "url"),
)


def check_report(raw: object) -> CheckedReport:
    """Return the report, or raise ReportRefused with everything there is to mend."""
    reader = Reader()
    data = reader.mapping(raw, "", allowed=_REPORT_FIELDS)
    harm = reader.harm(data)
    kind, external_id = None, None
    if data.get("item") is not None:
        kind, external_id = reader.item(data["item"], "item")
    url = None if data.get("url") is None else reader.link(data["url"], "url")
    if data.get("item") is None and data.get("url") is None:
        says = "Say what is reported: the item as kind and id, or its address as url."
        reader.note("item", says, "missing")
    explanation: str | None = ""
    if data.get("explanation") is not None:
        explanation = reader.text(
            data["explanation"], "explanation", chars_max=EXPLANATION_MAX_CHARS
        )
    illegal = data.get("illegal")
    illegal = False if illegal is None else reader.boolean(illegal, "illegal")
    language = data.get("language")
    language = None if language is None else reader.language(language, "language")
    reporter, trusted = _reporter(reader, data)
    notice = _notice(reader, data, reporter, url) if illegal else None
    if reader.problems or harm is None:
        raise ReportRefused(reader.problems)
    return CheckedReport(
        kind=kind,
        external_id=external_id,
        url=url,
        harm=harm,
        basis=ReportBasis.REPORT if notice is None else ReportBasis.NOTICE,
        explanation=explanation or "",
        notice=notice,
        reporter=reporter,
        trusted=trusted,
        language=language,
    )


def _reporter(reader: Reader, data: Mapping[str, Any]) -> tuple[CheckedReporter | None, bool]:
    if data.get("reporter") is None:
        return None, False
    given = reader.mapping(data["reporter"], "reporter", allowed=_REPORTER_FIELDS)
    texts: dict[str, str | None] = {}
    for name, chars_max in (
        ("account_id", ID_CHARS_MAX),
        *((name, NAME_CHARS_MAX) for name in _REPORTER_TEXTS),
    ):
        value, path = given.get(name), f"reporter.{name}"
        texts[name] = None if value is None else _line(reader, value, path, chars_max)
    email = given.get("email")
    texts["email"] = None if email is None else reader.email(email, "reporter.email")
    trusted = given.get("trusted")
    trusted = False if trusted is None else reader.boolean(trusted, "reporter.trusted")
    reporter = CheckedReporter(**texts)
    return (reporter if reporter.to_dict() else None), bool(trusted)


def _line(reader: Reader, value: object, path: str, chars_max: int) -> str | None:
    return reader.text(value, path, chars_max=chars_max, chars_min=1)


def _notice(
    reader: Reader, data: Mapping[str, Any], reporter: CheckedReporter | None, url: str | None
) -> Mapping[str, Any] | None:
    """Check the report as a notice, and return it without its sender."""
    names = ("name", "email", "organisation", "trusted_flagger_id")
    known = {} if reporter is None else {name: getattr(reporter, name) for name in names}
    wanted = ("explanation", "good_faith", "legal_provision", "member_state", "language")
    raw: dict[str, object] = {name: data.get(name) for name in wanted}
    raw |= {"category": data.get("harm"), "locations": [url or _STAND_IN]}
    if any(known.values()):
        raw["notifier"] = {name: value for name, value in known.items() if value is not None}
    try:
        notice = check_notice(raw).to_dict()
    except NoticeIncomplete as incomplete:
        noted = {problem.path for problem in reader.problems}
        for path, says in incomplete.problems.items():
            place = path
            for pattern, ours in _PLACES:
                place = pattern.sub(ours, place)
            if place not in noted:
                reader.note(place, says, "notice_incomplete")
        return None
    notice.pop("notifier", None)
    if url is None:
        del notice["locations"]
    return notice
