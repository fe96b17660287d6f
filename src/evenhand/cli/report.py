"""The service's own report at the shell: written for people and programs, checked by anybody."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from evenhand import ledger, quality, transparency
from evenhand.cli import proofs
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, show
from evenhand.cli.shell import NotPossibleHere, opened, read_json, write_files
from evenhand.kit.clock import SystemClock, midnight
from evenhand.portal.languages import LANGUAGES, translations

if TYPE_CHECKING:
    from datetime import datetime

    from evenhand.db import ReadTx

DAY = timedelta(days=1)


def report(
    *,
    since: Annotated[date, Parameter(help="First day, as 2026-01-01.")],
    until: Annotated[date, Parameter(help="Last day.")],
    out: Annotated[Path, Parameter(help="The folder to write into; it is made if need be.")],
    language: Annotated[
        Literal["en", "ar", "zh-Hans"], Parameter(help="The language of the titles.")
    ] = "en",
    pdf: Annotated[
        bool, Parameter(negative="", help="Write a PDF too; needs `pip install 'evenhand[pdf]'`.")
    ] = False,
    json: Json = False,
) -> Exit:
    """Write the service's own report of a period: report.html, report.json and, if asked, a PDF.

    All of it is counted from the public log: every figure carries its query, and the report the
    signed checkpoint it was counted at. Publish it beside the log; whoever doubts it can check it
    with `evenhand transparency verify`.
    """
    from evenhand.cli.report_files import Pages

    if until < since:
        raise NotPossibleHere(f"The last day, {until}, comes before the first, {since}.")
    first, end = midnight(since), midnight(until + DAY)
    with opened() as house:
        found = house.ask(_reported, first, end)
        over = end <= house.clock.now()
    pages = Pages.of(found, language)
    files = {
        "report.html": pages.html().encode(),
        "report.json": json_text.dumps(pages.data, indent=1, ensure_ascii=False).encode() + b"\n",
    }
    if pdf:
        files["report.pdf"] = pages.pdf()
    write_files(out, files)
    figures = len(list(found.figures()))
    text = [
        f"{', '.join(sorted(files))} in {out}: {figures} figures, counted at line {found.size}.",
        "Publish them with the log (evenhand ledger export); anybody can then check them with",
        f"evenhand transparency verify {out / 'report.json'} LOG --key '{found.verifier_key}'",
    ]
    if not over:
        text.append("The period is not over: these numbers will change.")
    value = {"folder": str(out), "files": sorted(files), "figures": figures, "size": found.size}
    show(value, as_json=json, text=text)
    return Exit.OK


def _reported(tx: ReadTx, since: datetime, until: datetime) -> transparency.Report:
    from evenhand.cli.counted_apart import count

    closed = ledger.events(tx, [quality.COUNTED])
    rates = quality.error_rates(closed, since=since, until=until)
    apart = partial(count, since=since, until=until)
    long = ledger.size(tx) > transparency.PORTION_LINES
    return transparency.report(
        tx, since=since, until=until, error_rates=rates, counted=apart if long else None
    )


def verify(
    file: Annotated[Path, file_or_stdin("The report as JSON")],
    log: Annotated[Path, Parameter(help="A copy of the log: a folder of tiles, or a .jsonl file.")],
    /,
    *,
    key: Annotated[
        str | None,
        Parameter(help="The log's public key, from its page /log; else the one in the report."),
    ] = None,
    checkpoint: Annotated[
        Path | None, Parameter(help="The copy's checkpoint, where it is not beside it.")
    ] = None,
    json: Json = False,
) -> Exit:
    """Recompute every figure of a report from a published copy of the log. It needs no house.

    First the copy itself is checked: each line against the tree, the tree against its signature,
    and the report's own checkpoint against both. Then every figure is counted again. Exits 1 and
    names what differs.
    """
    from evenhand.adapters.published import open_copy

    recheck = transparency.Recheck(read_json(file))
    trusted = proofs.public_key(key or recheck.verifier_key)
    copy = open_copy(log, checkpoint)
    closed: list[Mapping[str, Any]] = []

    def heard(line: Mapping[str, Any]) -> None:
        if recheck.add(line) and line["type"] == quality.COUNTED:
            closed.append(line)

    checked = ledger.verify_published(
        copy, trusted, against=[recheck.checkpoint], now=SystemClock().now(), heard=heard
    )
    wrong = [f"{one.kind}: {one.says}" for one in checked.findings]
    if checked.size < recheck.size:
        wrong.append(f"the copy has {checked.size} lines, and the report was counted at more")
    wrong += [f"{one.id}: {one.says}" for one in _differences(recheck, closed)]
    text = [*_findings(recheck, wrong), *_unread(checked.unread)]
    if key is None:
        text.append("It was checked with the key in the report. Give --key from the log's page.")
    value = {
        "sound": not wrong,
        "figures": recheck.figures,
        "lines": recheck.size,
        "unread": checked.unread,
        "wrong": wrong,
    }
    show(value, as_json=json, text=text)
    return Exit.FOUND if wrong else Exit.OK


def _findings(recheck: transparency.Recheck, wrong: Sequence[str]) -> list[str]:
    if wrong:
        return ["The report does NOT follow from this log:", *(f"  {one}" for one in wrong)]
    return [
        f"All {recheck.figures} figures follow from the {recheck.size} lines they name.",
        "This was about report.json: the page and the PDF beside it have to say the same.",
    ]


def _unread(lines: int) -> list[str]:
    if not lines:
        return []
    return [
        f"Of {lines:,} lines of this copy only the hash came, so that they count for nothing.",
        "They are said to be about staff at work or hidden checks, or too long to serve:",
        "nobody outside can tell.",
    ]


def _differences(
    recheck: transparency.Recheck, closed: Sequence[Mapping[str, Any]]
) -> list[transparency.Differs]:
    """Name what does not come out as the report prints it, of the lines it was counted from."""
    rates = quality.error_rates(closed, since=recheck.since, until=recheck.until)
    found = recheck.differences([translations(language).gettext for language in LANGUAGES])
    if [transparency.rate_data(one) for one in rates] != list(recheck.error_rates):
        found.append(transparency.Differs("error_rates", "they do not follow from the audits"))
    return found
