"""A report as files: one page that stands by itself, and a tagged PDF, in the reader's language.

Charts are bars beside the numbers of their own table, so that a screen reader and a printer get the
numbers. Nothing is fetched: style and queries are inside.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from evenhand import pages, transparency
from evenhand.cli.shell import NotPossibleHere
from evenhand.pages import N_
from evenhand.portal.languages import translations

_DAY: Final = timedelta(days=1)
TEMPLATES: Final = Path(__file__).parent / "templates"

WORDS: Final[Mapping[str, str]] = {
    "title": N_("What was done about harmful content"),
    "period": N_("From %(first)s to %(last)s, days in UTC."),
    "counted": N_(
        "Every figure is counted from the public log as it stood at line %(size)s, which the signed"
        " checkpoint below proves. Nothing in this report comes from anywhere else."
    ),
    "withheld": N_(
        "Of %(withheld)s of these lines only the hash is published, and they count for nothing."
    ),
    "small": N_(
        "A cell of 1 or 2 is printed as “fewer than 3”, so that no table points at one person; "
        "totals are always printed."
    ),
    "what": N_("What"),
    "number": N_("Number"),
    "few": N_("fewer than 3"),
    "minutes": N_("%(number)s min"),
    "nothing": N_("Nothing of this kind happened."),
    "rates": N_("Error rates, from decisions drawn by public lot and looked at again"),
    "no_rates": N_(
        "No audit with enough answers was counted in this period, so nothing can be said about"
        " errors."
    ),
    "rate": N_("Share that was wrong"),
    "interval": N_("95 % interval"),
    "looked_at": N_("Looked at, of all"),
    "line": N_("Line of the log"),
    "own": N_("If a decision was about you"),
    "own_says": N_(
        "The receipt you were given opens the status page of the service. It shows your own line in"
        " this log, and a proof that the line is among those that were counted here."
    ),
    "check": N_("How to check this report"),
    "check_says": N_(
        "Download the log and the file report.json, and run the command below. Or take any figure's"
        " query and count the lines that fit it with tools of your own."
    ),
    "log": N_("The log it was counted from"),
    "queries": N_("The query of every figure"),
}


@dataclass(frozen=True)
class Pages:
    """A report, its JSON data, and its words in one language."""

    report: transparency.Report
    language: str
    data: dict[str, Any]
    words: Mapping[str, str]

    @classmethod
    def of(cls, report: transparency.Report, language: str) -> Pages:
        """Say a report in a language."""
        say = translations(language).gettext
        words = {name: say(text) for name, text in WORDS.items()}
        return cls(report, language, transparency.as_data(report, say), words)

    def html(self) -> str:
        """Write the page."""
        env = pages.make_environment(TEMPLATES, language=self.language)
        return env.get_template("report.html").render(self._context())

    def pdf(self) -> bytes:
        """Write a tagged PDF. Raises NotPossibleHere without the package that sets it."""
        if importlib.util.find_spec("typst") is None:
            raise NotPossibleHere("A PDF needs one more package: pip install 'evenhand[pdf]'")
        import typst

        source = (TEMPLATES / "report.typ").read_bytes()
        written = json.dumps(self._context(), ensure_ascii=False)
        made: bytes = typst.compile(source, sys_inputs={"report": written})
        return made

    def _context(self) -> dict[str, Any]:
        """Return what both templates read: each figure with its words and its bar, in percent."""
        first, last = self.report.since, self.report.until
        told = {"first": _apart(f"{first:%Y-%m-%d}"), "last": _apart(f"{last - _DAY:%Y-%m-%d}")}
        words = dict(self.words)
        words["period"] = words["period"] % told
        words["counted"] = words["counted"] % {"size": f"{self.report.size:,}"}
        words["withheld"] = words["withheld"] % {"withheld": f"{self.report.withheld:,}"}
        return {
            **self.data,
            "sections": [
                section | {"tables": [self._table(table) for table in section["tables"]]}
                for section in self.data["sections"]
            ],
            "error_rates": [self._rate(one) for one in self.data["error_rates"]],
            "words": words,
            "language": self.language,
            "direction": pages.direction(self.language),
        }

    def _table(self, table: Mapping[str, Any]) -> dict[str, Any]:
        counts = [one["value"] or 0 for one in table["figures"] if not one["total"]]
        most = max(counts, default=0)
        figures = [
            one
            | {
                "title": _apart(one["title"]),
                "shown": self._shown(one),
                "percent": 0 if one["total"] or not most else 100 * (one["value"] or 0) // most,
                "asked": json.dumps(one["query"], ensure_ascii=False),
            }
            for one in table["figures"]
        ]
        return {**table, "figures": figures}

    def _shown(self, figure: Mapping[str, Any]) -> str:
        if figure["value"] is None:
            return self.words["few"]
        number = f"{figure['value']:,}"
        return self.words["minutes"] % {"number": number} if figure["unit"] == "minutes" else number

    @staticmethod
    def _rate(rate: Mapping[str, Any]) -> dict[str, str]:
        return {
            "value": f"{rate['value']:.1%}",
            "interval": f"{rate['low']:.1%} – {rate['high']:.1%}",
            "looked_at": f"{rate['looked_at']:,} / {rate['decisions']:,}",
            "line": f"{rate['line']:,}",
        }


def _apart(text: str) -> str:
    """Keep what reads from left to right whole in a line that does not (Unicode UAX #9)."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
