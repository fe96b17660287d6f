"""How sure a score may be: the sigmoid, the thresholds, and what both come to on other answers.

The thresholds are class-conditional conformal ones: for items like those decided, a fine item is
proposed with a probability of at most one minus the confidence, whatever the scores are worth; so
is a breaking one let be. That takes a number of answers kept aside, and without them there is no
threshold. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.learned.classifier import LOGIT_MAX
from evenhand.detection.learned.model import Bin, Measured, Thresholds, Zone

BINS: Final = 10
LIKELIER_THAN_NOT: Final = 0.5
STEPS_MAX: Final = 100
DIGITS: Final = 4
CLOSE: Final = 1e-9
RIDGE: Final = 1e-6  # keeps the sigmoid finite where logits separate the answers

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def fit_sigmoid(logits: Numbers, broke: Flags) -> tuple[float, float]:
    """Fit slope and offset so that scores are shares (Platt 1999, with his smoothed targets)."""
    positives = int(broke.sum())
    high = (positives + 1) / (positives + 2)
    low = 1 / (len(broke) - positives + 2)
    wanted = np.where(broke, high, low)
    line = np.stack([logits, np.ones_like(logits)], axis=1)
    found = np.zeros(2)
    loss = _loss(line, wanted, found)
    for _ in range(STEPS_MAX):
        said = _sigmoids(line @ found)
        slope = line.T @ (said - wanted) + RIDGE * found
        bend = (line * (said * (1 - said))[:, None]).T @ line + RIDGE * np.eye(2)
        step, size = np.linalg.solve(bend, slope), 1.0
        while _loss(line, wanted, found - size * step) > loss and size > CLOSE:
            size /= 2
        found = found - size * step
        before, loss = loss, _loss(line, wanted, found)
        if before - loss < CLOSE:
            break
    return float(found[0]), float(found[1])


def _loss(line: Numbers, wanted: Numbers, at: Numbers) -> float:
    logits = line @ at
    return float(np.sum(np.logaddexp(0, logits) - wanted * logits) + RIDGE / 2 * (at @ at))


def _sigmoids(logits: Numbers) -> Numbers:
    told: Numbers = 1 / (1 + np.exp(-np.clip(logits, -LOGIT_MAX, LOGIT_MAX)))
    return told


def needed(confidence: float) -> int:
    """Say how many answers of a sort it takes before a threshold at this confidence exists."""
    return math.ceil(round(confidence / (1 - confidence), 6))


def thresholds(scores: Numbers, broke: Flags, *, confidence: float) -> Thresholds:
    """Find the thresholds that answers kept aside allow. Scores were made without them.

    Proposed is what scores too high for a fine item; where it would score too low for a breaking
    one as well, it has to be likelier than not. Let be is the other way round.
    """
    fine_scores, broke_scores = np.sort(scores[~broke]), np.sort(scores[broke])[::-1]
    over_fine = _rank(fine_scores, confidence)
    under_broke = _rank(broke_scores, confidence)
    auto_from = None if over_fine is None else math.nextafter(over_fine, math.inf)
    ignore_below = under_broke
    if auto_from is not None and under_broke is not None:
        ignore_below = min(under_broke, auto_from)
        auto_from = max(auto_from, min(under_broke, LIKELIER_THAN_NOT))
    return Thresholds(
        confidence=confidence,
        auto_from=auto_from,
        ignore_below=ignore_below,
        fine=len(fine_scores),
        broke=len(broke_scores),
        needed=needed(confidence),
    )


def _rank(ordered: Numbers, confidence: float) -> float | None:
    """Return the score that all but the allowed share stay within; None when there are too few."""
    place = math.ceil(round((len(ordered) + 1) * confidence, 6))
    return None if place > len(ordered) else float(ordered[place - 1])


def auc(scores: Numbers, broke: Flags) -> float | None:
    """Return how often a breaking item scores above a fine one; ties count half."""
    high, low = scores[broke], np.sort(scores[~broke])
    if not len(high) or not len(low):
        return None
    below = np.searchsorted(low, high, side="left")
    up_to = np.searchsorted(low, high, side="right")
    return _rounded(float((below + up_to).sum()) / (2 * len(high) * len(low)))


def bins_of(scores: Numbers, broke: Flags) -> tuple[Bin, ...]:
    """Compare what was said with what was so, in ten steps of the score."""
    step = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    return tuple(
        Bin(
            count=int((step == at).sum()),
            said=_rounded(float(scores[step == at].mean())),
            was=_rounded(float(broke[step == at].mean())),
        )
        for at in range(BINS)
        if np.any(step == at)
    )


def calibration_error(bins: tuple[Bin, ...]) -> float | None:
    """Return how far scores are from shares, on average over the answers."""
    count = sum(one.count for one in bins)
    if not count:
        return None
    return _rounded(sum(one.count * abs(one.said - one.was) for one in bins) / count)


@dataclass(frozen=True, slots=True)
class _Half:
    """Answers that were scored and put into zones by what the other half taught."""

    scores: Numbers
    broke: Flags
    drawn: Thresholds

    def zones(self) -> list[Zone]:
        """Say where each score lies."""
        return [self.drawn.zone(float(score)) for score in self.scores]


def measure(logits: Numbers, broke: Flags, half: Flags, *, confidence: float) -> Measured:
    """Measure on answers kept aside: each half by the sigmoid and thresholds of the other.

    So no answer is measured by a line that it helped to draw. A half that is too small to draw a
    line leaves what would be measured by it open.
    """
    whole = Measured(len(broke), auc(logits, broke))
    halves = [_half(logits, broke, taught, confidence) for taught in (half, ~half)]
    told = [one for one in halves if one is not None]
    if len(told) < len(halves):
        return whole
    scores = np.concatenate([one.scores for one in told])
    bins = bins_of(scores, np.concatenate([one.broke for one in told]))
    whole = replace(whole, calibration_error=calibration_error(bins), bins=bins)
    return _with_zones(whole, told)


def _half(logits: Numbers, broke: Flags, taught: Flags, confidence: float) -> _Half | None:
    """Score the half that is not taught by; None when a half lacks one of the sorts."""
    if len({bool(one) for one in broke[taught]}) < 2 or not np.any(~taught):
        return None
    slope, offset = fit_sigmoid(logits[taught], broke[taught])
    scores = _sigmoids(slope * logits + offset)
    drawn = thresholds(scores[taught], broke[taught], confidence=confidence)
    return _Half(scores[~taught], broke[~taught], drawn)


def _with_zones(whole: Measured, told: list[_Half]) -> Measured:
    """Add what the zones come to, as far as both halves could draw the line for it."""
    zones = [zone for one in told for zone in one.zones()]
    broke = np.concatenate([one.broke for one in told])
    auto = np.array([zone is Zone.AUTO for zone in zones])
    ignore = np.array([zone is Zone.IGNORE for zone in zones])
    if all(one.drawn.auto_from is not None for one in told):
        whole = replace(
            whole,
            covered_fine=_share(~auto[~broke]),
            auto=_share(auto),
            wrong_among_auto=_share(~broke[auto]),
        )
    if all(one.drawn.ignore_below is not None for one in told):
        whole = replace(whole, covered_broke=_share(~ignore[broke]), ignore=_share(ignore))
    if whole.auto is not None and whole.ignore is not None:
        whole = replace(whole, people=_share(~auto & ~ignore))
    return whole


def _share(flags: Flags) -> float | None:
    return _rounded(float(flags.mean())) if len(flags) else None


def _rounded(number: float) -> float:
    return round(number, DIGITS)
