"""Asking the classifiers in force about a text: one answer for each clause.

Each answer carries the score, the thresholds and the zone it falls in. "Found" means that it is
proposed to people. What a classifier cannot tell, and a score that no threshold gives a meaning, is
said as such; neither is clean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from evenhand.detection.learned.encoder import Encoder, features_of, sentence_encoder
from evenhand.detection.learned.errors import LearnedPackageMissing
from evenhand.detection.learned.model import InForce, Zone
from evenhand.detection.model import Answer, Finding

DIGITS: Final = 4


def ask(asked: Sequence[InForce], text: str, language: str | None) -> list[Finding]:
    """Return what each classifier says of a text; nothing when none is in force."""
    return list(_answers(asked, text, language)) if asked else []


def _answers(asked: Sequence[InForce], text: str, language: str | None) -> Iterator[Finding]:
    """Read the text once, encode it once if any classifier needs that, and ask them all."""
    encoder, missing = _encoder(asked)
    wanted = encoder is not None and any(one.classifier.encoder == encoder.name for one in asked)
    seen = features_of(text, encoder if wanted else None)
    for one in asked:
        needs = one.classifier.encoder
        if needs is None or (encoder is not None and needs == encoder.name):
            yield _answer(one, one.classifier.score(seen), language)
        elif encoder is None:
            yield _skipped(one, missing)
        else:
            says = f"It was trained with {needs}, and {encoder.name} is here: train it anew."
            yield _skipped(one, says)


def _encoder(asked: Sequence[InForce]) -> tuple[Encoder | None, str]:
    """Return the encoder if any classifier needs one, or why there is none."""
    if all(one.classifier.encoder is None for one in asked):
        return None, ""
    try:
        return sentence_encoder(), ""
    except LearnedPackageMissing as why:
        return None, str(why)


def _answer(one: InForce, score: float, language: str | None) -> Finding:
    drawn = one.thresholds
    zone = drawn.zone(score)
    evidence = _named(one) | {
        "model_id": one.id,
        "scores": {"breaks_clause": round(score, DIGITS)},
        "threshold": drawn.auto_from,
        "ignore_below": drawn.ignore_below,
        "confidence": drawn.confidence,
        "zone": zone.value,
    }
    strange = bool(language) and not one.has_learned(str(language))
    if strange:
        evidence["strange_language"] = language
    says = f"Clause {one.clause_key}, {score:.2f}: {_says(one, zone)}"
    if strange:
        says += f" It has learned from hardly any item in this account's language ({language})."
    if zone is Zone.AUTO:
        return Finding(Answer.FOUND, says, evidence=evidence)
    if drawn.auto_from is None and zone is not Zone.IGNORE:
        return Finding(Answer.SKIPPED, says, evidence=evidence)
    return Finding(Answer.NOT_FOUND, says, evidence=evidence)


def _says(one: InForce, zone: Zone) -> str:
    drawn = one.thresholds
    if zone is Zone.AUTO:
        return f"what people decided before lets it propose from {drawn.auto_from:.2f} on."
    if zone is Zone.IGNORE:
        return f"under {drawn.ignore_below:.2f}, where hardly anything was found to break it."
    if drawn.auto_from is None:
        return (
            f"not enough evidence to say what that means ({drawn.fine} of {drawn.needed} answers"
            " kept aside)."
        )
    return f"it cannot tell, which takes {drawn.auto_from:.2f}. That does not make it clean."


def _skipped(one: InForce, why: str) -> Finding:
    return Finding(Answer.SKIPPED, f"Clause {one.clause_key}: {why}", evidence=_named(one))


def _named(one: InForce) -> dict[str, Any]:
    return {
        "model": f"learned:{one.clause_key}",
        "model_version": one.version,
        "clause": one.clause_key,
    }
