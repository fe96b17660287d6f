"""A classifier is fitted to what people decided, and measured on answers that it never saw.

Which answers are kept aside is worked out from the item's id, so that it is the same for every
version: two versions are compared on answers that neither learned from. Needs scikit-learn; what
comes out of it are plain arrays. The same lessons give the same version.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from evenhand.detection.learned import measuring
from evenhand.detection.learned.classifier import (
    RUNS_MAX,
    VERSION_CHARS,
    Classifier,
    Features,
    LetterWeights,
    MeaningWeights,
    Vector,
    fingerprint,
    to_bytes,
    weighed,
)
from evenhand.detection.learned.encoder import Encoder
from evenhand.detection.learned.errors import (
    CannotTell,
    LearnedPackageMissing,
    NotEnoughLessons,
)
from evenhand.detection.learned.letters import Letters, letters_of, plain
from evenhand.detection.learned.measuring import Flags, Numbers
from evenhand.detection.learned.model import (
    CONFIDENCE,
    LESSONS_MAX,
    LESSONS_MIN,
    Came,
    LanguageReport,
    Lesson,
    Report,
    Trained,
)

KEPT_SHARE: Final = 0.4
SIDE_MIN: Final = 3  # of each sort, among the fitted and among the kept
SHARED_BY_MIN: Final = 3  # items that have a run before it is kept: no single text can be told
STRENGTH: Final = 10.0  # of the regression, as `C`; the best of 1, 10 and 100 on public mail
ENCODED_AT_ONCE: Final = 32
AUC_MIN: Final = 0.6
LANGUAGE_KEPT_MIN: Final = 10  # of each sort, before a language gets a figure of its own


@dataclass(frozen=True)
class Current:
    """The version in force, to be measured beside the new one."""

    version: str
    classifier: Classifier


@dataclass(frozen=True)
class Read:
    """A lesson with what a classifier sees of it, and the side it lies on."""

    lesson: Lesson
    seen: Features
    kept: bool
    half: bool


def train(
    lessons: Sequence[Lesson],
    *,
    clause_key: str,
    encoder: Encoder | None,
    confidence: float = CONFIDENCE,
    current: Current | None = None,
) -> Trained:
    """Fit a version to lessons, the newest last. Slow: seconds to minutes, outside any transaction.

    Without an encoder it learns from letters alone. Raises NotEnoughLessons, CannotTell,
    LearnedPackageMissing.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise LearnedPackageMissing("scikit-learn")
    distinct = _distinct(lessons)
    read = list(read_all(_newest(distinct), encoder))
    _check_enough(read)
    fitted, kept = [one for one in read if not one.kept], [one for one in read if _measures(one)]
    made, content = _finished(fit(fitted, encoder), kept)
    logits, broke, half = _answers(made, kept)
    measured = measuring.measure(logits, broke, half, confidence=confidence)
    if measured.auc is None or measured.auc < AUC_MIN:
        raise CannotTell(measured.auc or 0.0)
    scores = np.array([made.score(one.seen) for one in kept])
    report = Report(
        broke=sum(one.lesson.broke for one in read),
        fine=sum(not one.lesson.broke for one in read),
        doubles=len(lessons) - len(distinct),
        earlier_clause=sum(one.lesson.earlier_clause for one in read),
        came=dict(Counter(one.lesson.came.value for one in read)),
        fitted=len(fitted),
        share_of_letters=round(made.share, 4),
        encoder=made.encoder,
        thresholds=measuring.thresholds(scores, broke, confidence=confidence),
        measured=measured,
        languages=tuple(_languages(made, read, kept)),
    )
    report = _beside(report, current, kept, confidence)
    return Trained(clause_key, content, fingerprint(content), report)


def _distinct(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Leave out empty texts, and of equal texts all but the one decided last."""
    by_text = {plain(one.text): one for one in lessons}
    by_text.pop("", None)
    return [one for one in lessons if by_text.get(plain(one.text)) is one]


def _newest(lessons: Sequence[Lesson]) -> list[Lesson]:
    broke = [one for one in lessons if one.broke][-LESSONS_MAX:]
    fine = [one for one in lessons if not one.broke][-LESSONS_MAX:]
    return broke + fine


def read_all(lessons: Sequence[Lesson], encoder: Encoder | None) -> Iterator[Read]:
    """Read and encode every lesson, some at once, and draw the lot that keeps some aside."""
    for begin in range(0, len(lessons), ENCODED_AT_ONCE):
        some = lessons[begin : begin + ENCODED_AT_ONCE]
        meanings: Sequence[Vector | None] = [None] * len(some)
        if encoder is not None:
            meanings = encoder.encode([one.text for one in some])
        for lesson, meaning in zip(some, meanings, strict=True):
            lot = hashlib.sha256(lesson.item_id.encode()).digest()
            kept = int.from_bytes(lot[:4], "big") < KEPT_SHARE * 2**32
            yield Read(lesson, Features(letters_of(lesson.text), meaning), kept, lot[4] % 2 == 0)


def _measures(one: Read) -> bool:
    """Tell whether an answer may measure: what a classifier suggested would flatter it."""
    return one.kept and one.lesson.came is not Came.SUGGESTED


def _check_enough(read: Sequence[Read]) -> None:
    """Refuse when there are too few answers of either sort. Raises NotEnoughLessons."""
    broke = [one for one in read if one.lesson.broke]
    fine = [one for one in read if not one.lesson.broke]
    sides = [sum(not one.kept for one in some) for some in (broke, fine)]
    sides += [sum(_measures(one) for one in some) for some in (broke, fine)]
    if min(len(broke), len(fine)) < LESSONS_MIN or min(sides) < SIDE_MIN:
        raise NotEnoughLessons(broke=len(broke), fine=len(fine), needed=LESSONS_MIN)


def letters_share(lessons: int) -> float:
    """Say how much letters count: a quarter at 20 lessons, half at 200, three from 2,000 on.

    Meaning is learned from few examples, spelling from many (measured on public mail).
    """
    return float(np.clip(0.25 * math.log10(max(lessons, 2) / 2), 0.25, 0.75))


def fit(fitted: Sequence[Read], encoder: Encoder | None) -> Classifier:
    """Fit both parts to all of these; the sigmoid comes later, from answers kept aside."""
    broke = np.array([one.lesson.broke for one in fitted])
    letters = _fit_letters([one.seen.letters for one in fitted], broke)
    if encoder is None:
        return Classifier(letters, None, 1.0, 1.0, 0.0)
    meanings = np.stack([one.seen.meaning for one in fitted if one.seen.meaning is not None])
    meaning = _fit_meaning(meanings, broke, encoder.name)
    return Classifier(letters, meaning, letters_share(len(fitted)), 1.0, 0.0)


def _fit_letters(seen: Sequence[Letters], broke: Flags) -> LetterWeights:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # ships no types

    ids, shared_by = np.unique(np.concatenate([one.ids for one in seen]), return_counts=True)
    often = np.argsort(-shared_by, kind="stable")[:RUNS_MAX]
    chosen = np.sort(often[shared_by[often] >= SHARED_BY_MIN])
    known = ids[chosen].astype(np.uint32)
    rarity = (np.log((1 + len(seen)) / (1 + shared_by[chosen])) + 1).astype(np.float32)
    rows = [weighed(one, known, rarity) for one in seen]
    ends = np.concatenate([[0], np.cumsum([len(places) for places, _ in rows])])
    matrix = csr_matrix(
        (np.concatenate([v for _, v in rows]), np.concatenate([p for p, _ in rows]), ends),
        shape=(len(rows), len(known)),
    )
    weights, bias, scale = _regression(matrix, broke, solver="liblinear")
    return LetterWeights(known, rarity, weights, bias, scale)


def _fit_meaning(meanings: Any, broke: Flags, encoder: str) -> MeaningWeights:
    weights, bias, scale = _regression(meanings, broke, solver="lbfgs")
    return MeaningWeights(encoder, weights, bias, scale)


def _regression(matrix: Any, broke: Flags, *, solver: str) -> tuple[Vector, float, float]:
    """Fit a logistic regression in which both sorts weigh the same; return line and spread."""
    from sklearn.linear_model import (  # type: ignore[import-untyped]  # ships no types
        LogisticRegression,
    )

    line = LogisticRegression(
        C=STRENGTH, solver=solver, class_weight="balanced", max_iter=1_000, random_state=0
    ).fit(matrix, broke)
    spread = float(line.decision_function(matrix).std())
    weights = line.coef_[0].astype(np.float32)
    return weights, float(line.intercept_[0]), spread if spread > 0 else 1.0


def _finished(made: Classifier, kept: Sequence[Read]) -> tuple[Classifier, bytes]:
    """Make scores of the logits, by answers kept aside, and write the version down."""
    logits, broke, _ = _answers(made, kept)
    slope, offset = measuring.fit_sigmoid(logits, broke)
    made = replace(made, slope=slope, offset=offset)
    return made, to_bytes(made)


def _answers(made: Classifier, kept: Sequence[Read]) -> tuple[Numbers, Flags, Flags]:
    logits = np.array([made.logit(one.seen) for one in kept])
    broke = np.array([one.lesson.broke for one in kept], dtype=bool)
    return logits, broke, np.array([one.half for one in kept], dtype=bool)


def _beside(
    report: Report, current: Current | None, kept: Sequence[Read], confidence: float
) -> Report:
    """Measure the version in force on the same answers, if it sees with the same encoder."""
    if current is None or current.classifier.encoder not in {None, report.encoder}:
        return report
    logits, broke, half = _answers(current.classifier, kept)
    told = measuring.measure(logits, broke, half, confidence=confidence)
    return replace(report, current=current.version[:VERSION_CHARS], measured_current=told)


def _languages(
    made: Classifier, read: Sequence[Read], kept: Sequence[Read]
) -> Iterator[LanguageReport]:
    """Report each language by itself: what was learned in one helps little in another."""
    counts = Counter((one.lesson.language or "", one.lesson.broke) for one in read)
    for language in sorted({language for language, _ in counts}):
        some = [one for one in kept if (one.lesson.language or "") == language]
        logits, broke, _ = _answers(made, some)
        enough = min(int(broke.sum()), int((~broke).sum())) >= LANGUAGE_KEPT_MIN
        yield LanguageReport(
            language=language,
            broke=counts[language, True],
            fine=counts[language, False],
            auc=measuring.auc(logits, broke) if enough else None,
        )
