"""Every code a person may meet on these pages, in words; the page translates them when it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from babel.dates import format_timedelta
from babel.numbers import format_decimal

from evenhand import policy
from evenhand.pages import N_
from evenhand.transparency import Counted, Figure, State, Unit

HARMS: Final[Mapping[str, str]] = {harm.value: policy.HARM_LABELS[harm] for harm in policy.Harm}
STATES: Final[Mapping[State, tuple[str, str, str]]] = {
    State.STANDS: (N_("stands"), "●", ""),
    State.ENDED: (N_("ended"), "–", "note"),
    State.REPLACED: (N_("replaced after a person looked"), "–", "note"),
    State.REVERSED_ON_APPEAL: (N_("reversed on appeal"), "↺", "warn"),
    State.REVERSED_ON_REVIEW: (N_("reversed after a second look"), "↺", "warn"),
    State.SIGNAL_WITHDRAWN: (N_("reversed: what it rested on was withdrawn"), "↺", "warn"),
    State.LOOKED_AT: (N_("ended: the check it waited for is done"), "–", "note"),
}
#: How a reversal is told to the person it is about.
REVERSALS: Final[Mapping[str, str]] = {
    "appeal": N_("It was undone because the appeal was granted."),
    "review": N_("It was undone after a second look."),
    "withdrawn_signal": N_("It was undone because what it rested on was withdrawn."),
    "replaced": N_("A person looked, and a new decision took its place."),
    "looked_at": N_("The check that it waited for is done, and nothing was found."),
}
APPEALS: Final[Mapping[str, str]] = {
    "granted": N_("Your appeal was granted."),
    "partly_granted": N_("Your appeal was granted in part."),
    "rejected": N_("Your appeal was rejected."),
}
#: Sentences that the house itself puts into a letter, unless the operator or a reviewer wrote one.
STOCK: Final = (
    N_("You may bring the dispute to a certified out-of-court dispute settlement body."),
    N_("You may go to a court at any time."),
    N_("A reviewer compared it with our rules and found none that it breaks."),
    N_("What we were told and shown does not settle the question."),
    N_("The same material was decided on before, and that decision still holds."),
    N_("It lies outside what our written rules and this service deal with."),
)
COUNTED: Final[Mapping[Counted, str]] = {
    Counted.LINES: N_("Count the lines that fit."),
    Counted.SUM: N_("Add up the numbers in the field, over the lines that fit."),
    Counted.MEDIAN_MINUTES: N_(
        "Take whole minutes from the instant in the field to the line's own instant, over the"
        " lines that fit, and of these the median (the lower one of two middle values)."
    ),
}


def figure_text(figure: Figure, language: str) -> str | None:
    """Write a figure as the tables print it, or None for "fewer than 3"."""
    if figure.shown is None:
        return None
    locale = language.replace("-", "_")
    if figure.unit is Unit.COUNT:
        return format_decimal(figure.shown, locale=locale)
    if figure.based_on == 0:
        return "–"
    return format_timedelta(
        figure.shown * 60, granularity="minute", threshold=1.5, locale=locale, format="long"
    )
