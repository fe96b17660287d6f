"""A version's card is filled from its training: nobody writes it, and nobody can leave out a line.

Pure: what is measured is said with its numbers, what was not is said too.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.detection.learned.encoder import LANGUAGES
from evenhand.detection.learned.model import ClassifierView, Measured, Report, Thresholds
from evenhand.detection.models.card import ModelCard

LICENCE = (
    "Weights: the operator's own, learned from its own decisions. The encoder beneath, where there"
    " is one: Apache-2.0 (Google's universal sentence encoder, multilingual v3)."
)


def card_of(one: ClassifierView) -> ModelCard:
    """Write the card of a version."""
    report, drawn = one.report, one.report.thresholds
    lines = {"propose": drawn.auto_from, "let_be": drawn.ignore_below}
    return ModelCard(
        name=f"learned:{one.clause_key}",
        version=one.version,
        task=(
            f"Says how likely people would find that a text breaks the clause {one.clause_key}"
            f" (version {one.clause_version} when it was trained). It proposes; people answer."
        ),
        licence=LICENCE,
        provenance=_provenance(report),
        tested_on=tuple(_tested(report)),
        cannot_see=tuple(_cannot_see(report)),
        size_bytes=one.size_bytes,
        sha256=one.sha256,
        thresholds={name: round(at, 4) for name, at in lines.items() if at is not None},
    )


def _provenance(report: Report) -> str:
    came = report.came
    says = (
        f"What people decided here about {report.broke + report.fine} items: {report.broke} broke"
        f" the clause and {report.fine} were fine. {came.get('random', 0)} of them were put before"
        f" people at random, {came.get('unsure', 0)} because a classifier was unsure, and"
        f" {came.get('suggested', 0)} because one proposed them: those last were learned from, and"
        " never measured by. Decisions by rules, holds and decisions that were undone are left out."
    )
    if report.doubles:
        says += f" {report.doubles} items said the same as another and were counted once."
    if report.earlier_clause:
        says += f" {report.earlier_clause} were decided under an earlier version of the clause."
    return says


def _tested(report: Report) -> Iterator[str]:
    measured = report.measured
    yield (
        f"{measured.kept} answers that were kept aside: a breaking item scores above a fine one"
        f" {_percent(measured.auc)} of the time (AUC)."
    )
    if measured.calibration_error is not None:
        yield f"Scores are {_percent(measured.calibration_error)} from shares, on average."
    yield _lines(report.thresholds)
    yield from _covered(measured)
    for one in report.languages:
        language = one.language or "not stated"
        told = "too few to measure apart" if one.auc is None else f"AUC {one.auc:.3f}"
        yield f"Language {language}: {one.broke} broke it, {one.fine} were fine; {told}."


def _lines(drawn: Thresholds) -> str:
    """Say which thresholds exist, and what lacks for those that do not."""
    sure = _percent(drawn.confidence)
    missing = []
    if drawn.auto_from is None:
        missing.append(f"to propose anything ({drawn.fine} of {drawn.needed} fine ones)")
    if drawn.ignore_below is None:
        missing.append(f"to let anything be ({drawn.broke} of {drawn.needed} that broke it)")
    if not missing:
        return f"Both thresholds hold at {sure} confidence, for items like those decided."
    return f"Not enough evidence at {sure} confidence {' or '.join(missing)}."


def _covered(measured: Measured) -> Iterator[str]:
    """Say what the thresholds came to, as far as there were enough answers to measure it."""
    if measured.covered_fine is not None:
        yield f"Of fine items {_percent(measured.covered_fine)} were not proposed."
    if measured.covered_broke is not None:
        yield f"Of breaking items {_percent(measured.covered_broke)} were not let be."
    if measured.auto is not None and measured.ignore is not None:
        yield (
            f"{_percent(measured.auto)} were proposed, {_percent(measured.people)} left to people,"
            f" {_percent(measured.ignore)} let be."
        )
    if measured.wrong_among_auto is not None:
        yield f"Of those proposed, {_percent(measured.wrong_among_auto)} were fine."


def _cannot_see(report: Report) -> Iterator[str]:
    yield "Pictures, films, links' targets, names of accounts, and who reported what."
    yield "Anything new: it knows what people decided so far, and nothing of what comes."
    yield "Context: a quotation, a joke or a warning may read like what it speaks of."
    yield "Child abuse: nothing is learned about child safety, and no model here claims to see it."
    learned = [one.language or "not stated" for one in report.languages if one.learned]
    yield (
        "Other languages than those it learned from"
        f" ({', '.join(learned) or 'none had enough lessons'}): what is learned in one helps"
        " little in another (AUC 0.67 to 0.72 where that was measured)."
    )
    if report.encoder is None:
        yield "Meaning: no encoder was installed, so it knows spelling alone."
    else:
        known = ", ".join(LANGUAGES)
        yield f"Meaning in languages that its encoder does not know: it knows {known}."
    if not report.came.get("random"):
        yield (
            "Ordinary traffic: none of its lessons was chosen at random, so all its figures speak"
            " of items like those that were reported."
        )


def _percent(number: float | None) -> str:
    return "–" if number is None else f"{100 * number:.1f} %"
