"""Quality at the shell: audits, what they found, how to check them; checks and certificates."""

from __future__ import annotations

import json as texts
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from evenhand import people, quality
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, file_or_stdin, flag, show, table
from evenhand.cli.shell import Unreadable, opened, read_bytes
from evenhand.kit.intervals import Share
from evenhand.policy import Harm

app = App(name="quality")

Audit = Annotated[str, Parameter(help="An audit, as `evenhand quality list` names it.")]

#: Why a figure is not told, in words.
WITHHELD = {
    "few_answers": f"fewer than {quality.ANSWERS_MIN} answers",
    "few_people": f"fewer than {quality.PEOPLE_MIN} people's decisions",
}


@app.command
def draw(
    *,
    since: Annotated[date, Parameter(help="First day, as 2026-01-31.")],
    until: Annotated[date, Parameter(help="Last day; it has to be over.")],
    sample: Annotated[
        int,
        Parameter(
            validator=Number(gte=1, lte=quality.SAMPLE_MAX),
            help="How many decisions to look at again.",
        ),
    ] = 200,
    least: Annotated[
        int, Parameter(validator=Number(gte=1), help="How many of each group at least.")
    ] = 2,
    json: Json = False,
) -> Exit:
    """Draw decisions by lot, to be looked at again by somebody who did not decide them.

    The groups are made by clause, by who decided (a person or a rule), and by answer: a violation,
    a rejected report, or no action. The seed is the first checkpoint published after the last day,
    so publish one before: `evenhand ledger checkpoint --publish`. Each day can be drawn from once.
    """
    with opened() as house:
        audit_id = house.do(
            quality.draw,
            people.SYSTEM,
            since=_midnight(since),
            until=_midnight(until + timedelta(days=1)),
            sample=sample,
            least=least,
        )
        found = house.ask(quality.audit, people.SYSTEM, audit_id)
    says = (
        f"{audit_id}: {found.progress.drawn} of {found.decisions} decisions wait in the queue"
        " “Second looks”."
    )
    show(found, as_json=json, text=[says])
    return Exit.OK


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List every audit with how far it is, newest first."""
    with opened() as house:
        found = house.ask(quality.audits, people.SYSTEM)
    rows = [
        (
            one.id,
            one.since.date(),
            (one.until - timedelta(days=1)).date(),
            one.decisions,
            one.progress.drawn,
            one.progress.waiting,
            one.progress.disputed,
            one.closed_at,
        )
        for one in found
    ]
    headings = ("audit", "from", "to", "decisions", "drawn", "waiting", "disputed", "closed")
    empty = "No audit yet. `evenhand quality draw` draws one."
    show({"audits": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command(name="show")
def show_(audit: Audit, /, *, json: Json = False) -> Exit:
    """Show what an audit found: how often decisions were wrong, with 95 % intervals.

    Figures open a week after the audit has ended and nothing is in dispute any more: first,
    everybody sees what came of their own decisions. Nothing is told that rests on too few answers,
    or on the decisions of one or two people.
    """
    with opened() as house:
        found = house.ask(quality.report, people.SYSTEM, audit)
    show(found, as_json=json, text=_told(found))
    return Exit.OK


@app.command
def close(audit: Audit, /, *, json: Json = False) -> Exit:
    """End an audit before everything was looked at. What waits is taken back from the queue.

    Its figures open a week later, and after a lead has settled in the console what is in dispute.
    """
    with opened() as house:
        house.do(quality.close, people.SYSTEM, audit)
        found = house.ask(quality.audit, people.SYSTEM, audit)
    show(found, as_json=json, text=[f"{audit} is closed. Its figures open {_when(found)}."])
    return Exit.OK


@app.command
def plant(
    count: Annotated[
        int,
        Parameter(
            validator=Number(gte=1, lte=quality.CHECKS_MAX), help="How many settled cases at most."
        ),
    ],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Put settled cases into the queue again, unmarked, to see how they are answered.

    They come one by one within a day, so that none is known by the others that came with it.
    Nothing is decided or sent. Whoever answers one sees at once how it was settled; nobody else
    does. Cases are kept in the console, from decisions that two people agree on.
    """
    with opened() as house:
        planted = house.do(quality.plant_checks, people.SYSTEM, count)
        told = house.ask(quality.checked, people.SYSTEM)
    text = [
        f"{planted} will join the queue, one by one within a day.",
        f"So far: {_rate(told.share, told.withheld)} as settled.",
    ]
    show({"planted": planted, "checked": told}, as_json=json, text=text)
    return Exit.OK


@app.command
def certify(
    staff: Annotated[str, Parameter(help="The id of a member of staff (`evenhand people list`).")],
    harm: Annotated[Harm, Parameter(help="A kind of harm.")],
    /,
    *,
    why: Annotated[str, Parameter(help="Why, for the record.")],
    take_back: Annotated[bool, flag("Take the certificate back instead.")] = False,
    json: Json = False,
) -> Exit:
    """Certify a member of staff for a kind of harm, for a year.

    A training that is passed in the console does it by itself; some kinds of harm have none,
    because nobody is shown such material to practise.
    """
    act = people.take_certificate if take_back else people.give_certificate
    with opened() as house:
        house.do(act, people.SYSTEM, staff, harm.value, why=why)
        found = house.ask(people.certificates_of, staff)
    rows = [(each, until) for each, until in sorted(found.items())]
    text = table(("harm", "until"), rows, empty="No certificate stands.")
    show({"staff": staff, "certificates": found}, as_json=json, text=text)
    return Exit.OK


@app.command
def require(
    harm: Annotated[Harm, Parameter(help="A kind of harm.")],
    /,
    *,
    no_more: Annotated[bool, flag("Ask for no certificate any more.")] = False,
    json: Json = False,
) -> Exit:
    """Let only certified people work on a kind of harm; everybody else is given other tasks.

    Certify somebody first: until then, nobody can take what waits.
    """
    with opened() as house:
        house.do(people.require_certificate, people.SYSTEM, harm.value, required=not no_more)
        found = sorted(house.ask(people.certificates_required))
    says = f"A certificate is asked for: {', '.join(found) or 'nowhere'}."
    show({"required": found}, as_json=json, text=[says])
    return Exit.OK


@app.command
def check(
    log: Annotated[Path, file_or_stdin("An exported log (`evenhand transparency export`)")],
    audit: Annotated[str | None, Parameter(help="One audit; unset: every one in the log.")] = None,
    /,
    *,
    json: Json = False,
) -> Exit:
    """Draw audits again from an exported log alone, and count them again. It needs no house.

    Shows which decisions were drawn and whether the house drew the same; with a closed audit, the
    share of decisions that were wrong. Exits 1 when something differs.
    """
    lines = _lines(log)
    names = [audit] if audit is not None else quality.audits_in(lines)
    found = [quality.redraw(lines, name) for name in names]
    text = [each for one in found for each in _checked(one)]
    show({"audits": found}, as_json=json, text=text or ["The log has no audit."])
    return Exit.OK if all(one.same for one in found) else Exit.FOUND


def _lines(log: Path) -> list[dict[str, Any]]:
    try:
        return [texts.loads(line) for line in read_bytes(log).splitlines() if line.strip()]
    except ValueError as why:
        raise Unreadable(f"{log} is not an exported log: {why}.") from why


def _checked(one: quality.Redrawn) -> list[str]:
    drawn = sum(len(each.drawn) for each in one.strata)
    told = [f"{one.audit_id}: {drawn} decisions, {'as' if one.same else 'not as'} the house drew."]
    told += [f"  {each}" for each in one.problems]
    for stratum in one.strata:
        told.append(f"  {stratum.key}: {len(stratum.drawn)} of {stratum.size}")
        told += [f"    {decision_id}" for decision_id in stratum.drawn]
    if one.wrong is not None:
        told.append(f"  wrong: {_share(one.wrong)}")
    return told


def _told(found: quality.Report) -> list[str]:
    progress = found.audit.progress
    told = facts(
        [
            ("audit", found.audit.id),
            ("decisions", found.audit.decisions),
            ("drawn", progress.drawn),
            ("agreed", progress.agreed),
            ("settled", progress.settled),
            ("in dispute", progress.disputed),
            ("waiting", progress.waiting),
            ("left out", progress.left),
        ]
    )
    if not found.open:
        return [*told, f"Its figures open {_when(found.audit)}: those concerned see theirs first."]
    rows: list[Sequence[object]] = [
        (one.of, one.name, one.looked_at, _rate(one.share, one.withheld)) for one in found.rates
    ]
    told += ["", *table(("by", "of", "looked at", "wrong"), rows, empty="Nothing was looked at.")]
    rows = [(one.clause_key, one.units, _alpha(one)) for one in found.agreements]
    told += ["", *table(("clause", "pairs", "alpha"), rows, empty="No agreement to tell.")]
    rows = [
        (one.clause_key, one.appeals, _rate(one.share, one.withheld), _ratio(one.ratio))
        for one in found.overturned
    ]
    headings = ("clause", "appeals", "granted", "times the rate of the lot")
    return [*told, "", *table(headings, rows, empty="No appeal was decided.")]


def _rate(share: Share | None, withheld: str | None) -> str:
    if withheld is not None:
        return f"not told: {WITHHELD[withheld]}"
    return "–" if share is None else _share(share)


def _share(share: Share) -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _alpha(one: quality.ClauseAgreement) -> str:
    if one.agreement is None:
        return "not told: too few answers or people"
    return "not known" if one.agreement.alpha is None else f"{one.agreement.alpha:.3f}"


def _ratio(ratio: quality.Ratio | None) -> str:
    if ratio is None:
        return "–"
    high = "without end" if ratio.high is None else f"{ratio.high:.2f}"
    return f"{ratio.value:.2f} ({ratio.low:.2f} to {high})"


def _when(audit: quality.AuditView) -> str:
    if audit.opens_at is not None:
        return f"on {audit.opens_at.date().isoformat()}"
    if audit.closed_at is None:
        return "a week after it is closed"
    return "a week after the last dispute is settled"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
