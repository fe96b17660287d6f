"""A rule is tried on the past at the shell, before it touches anybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from cyclopts import Parameter

from evenhand import decision, people, rules
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show
from evenhand.cli.shell import Unreadable, opened
from evenhand.decision import Trial
from evenhand.kit.intervals import Share

DAYS: Final = 30
Day = Annotated[
    str | None, Parameter(help="A day, or an instant, such as 2026-11-01 or 2026-11-01T08:00Z.")
]


def backtest(
    rule: Annotated[str, Parameter(help="A rule's name, or name@number for an older version.")],
    /,
    *,
    from_: Annotated[Day, Parameter(name="--from")] = None,
    to: Day = None,
    json: Json = False,
) -> Exit:
    """Run a rule over what this house met before, and say what it would have done.

    Without days given, over the last thirty. Matches are held against a second engine: one
    disagreement fails the trial. What comes of it is kept with the version, as what the brake
    judges it by. Exits 1 when the trial cannot be believed.
    """
    with opened() as house:
        now = house.clock.now()
        end = now if to is None else _instant(to)
        begin = end - timedelta(days=DAYS) if from_ is None else _instant(from_)
        if begin >= end:
            raise Unreadable("The span ends before it begins. Give --from a day before --to.")
        told = _Told(quiet=json or not sys.stderr.isatty())
        try:
            trial = house.ask(
                decision.try_rule, people.SYSTEM, rule, begin, end, progress=told.progress
            )
        except rules.EnginesDisagree as why:
            show({"error": str(why)}, as_json=json, text=[str(why)])
            return Exit.FOUND
        finally:
            told.end()
        called = f"{trial.rule}@{trial.number}"
        house.do(rules.keep_trial, people.SYSTEM, called, trial.baseline)
    show(trial.as_data(), as_json=json, text=list(lines_of(trial)))
    return Exit.OK


class _Told:
    """Tells on standard error how far it is, where somebody watches."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def progress(self, done: int, of: int) -> None:
        """Write over the line that was there."""
        if not self._quiet:
            print(f"\r{done:,} of {of:,} events", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if not self._quiet:
            print(file=sys.stderr)


def lines_of(trial: Trial) -> Iterator[str]:
    """Write a trial for people."""
    days = f"{trial.begin:%Y-%m-%d %H:%M} to {trial.end:%Y-%m-%d %H:%M}"
    yield f"{trial.rule}@{trial.number} over {days} UTC"
    yield f"  met       {trial.events:,} events" + (
        f"; {trial.unread:,} more could not be read any more" if trial.unread else ""
    )
    yield f"  matches   {trial.matches:,}, by {trial.accounts:,} accounts"
    for says, counts in (("by day", trial.by_day), ("by kind", trial.by_kind)):
        if counts:
            yield f"  {says:<9} " + ", ".join(f"{name} {count:,}" for name, count in counts.items())
    if trial.overlap:
        shown = ", ".join(f"{name} {count:,}" for name, count in trial.overlap.items())
        yield f"  also hit  by {shown}"
    yield f"  precision {_share(trial.precision, 'people decided about none of the matches')}"
    if trial.undecided:
        yield f"            {trial.undecided:,} items nobody decided about: unknown"
    yield f"  recall    {_share(trial.recall, _NO_RECALL.get(trial.no_recall or '', ''))}"
    if trial.ladder:
        steps = ", ".join(f"{count:,} {measure}" for measure, count in trial.ladder.items())
        yield f"  ladder    had all been found to break it, accounts would have come to: {steps}"
    yield f"  checked   {trial.checked:,} answers of the {trial.engine} engine, none disagreed"
    if trial.samples:
        yield "  look at   " + ", ".join(trial.samples[:5])


_NO_RECALL = {
    "none_by_lot": "nothing chosen by lot was found to break it",
    "it_asked": "it asked people itself then, so none that it finds was chosen by lot",
}


def _share(share: Share | None, unknown: str) -> str:
    if share is None:
        return f"unknown: {unknown}"
    between = f"{share.low:.0%} to {share.high:.0%}"
    return f"{share.value:.0%} ({share.hits:,} of {share.of:,}; 95 % sure between {between})"


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as why:
        raise Unreadable(f"{text} is no day. Write one as 2026-11-01.") from why
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
