"""What training comes to: measured on answers it never saw, and refused when there are too few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evenhand.detection import (
    Came,
    CannotTell,
    Current,
    Lesson,
    NotEnoughLessons,
    Report,
    Trained,
    card_of,
    train,
)
from evenhand.detection.learned.classifier import (
    Features,
    Vector,
    from_bytes,
    sigmoid,
    weighed,
)
from evenhand.detection.learned.letters import letters_of
from evenhand.detection.learned.model import ClassifierView, State
from evenhand.detection.learned.training import letters_share
from evenhand.kit.clock import SetClock
from tests.lessons import lessons, shuffled, text

CONFIDENCE = 0.8


class Counting:
    """An encoder that knows three words and nothing else: good enough to see the mix work."""

    name = "counting 1"

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Count the words."""
        words = ("gift card", "come", "library")
        return [np.array([one.count(word) for word in words], dtype=np.float32) for one in texts]


def taught(found: Sequence[Lesson], **changes: object) -> Trained:
    """Train on letters alone, with low thresholds."""
    wanted = {"clause_key": "fraud", "encoder": None, "confidence": CONFIDENCE, **changes}
    return train(found, **wanted)  # type: ignore[arg-type]  # named one by one above


@pytest.fixture(scope="module")
def trained() -> Trained:
    """A version learned from 120 made-up lessons."""
    return taught(lessons(60))


def view(one: Trained) -> ClassifierView:
    """Make the view of a version that waits."""
    return ClassifierView(
        id="id",
        clause_key=one.clause_key,
        clause_version=1,
        sha256=one.sha256,
        size_bytes=len(one.content),
        state=State.TRAINED,
        report=one.report,
        trained_at=SetClock().now(),
        asked_by="staff:1",
        enforced_at=None,
        enforced_by=None,
        enforced_why=None,
        retired_at=None,
        retired_by=None,
        retired_why=None,
    )


class TestAVersion:
    """A trained version."""

    def test_tells_apart_what_it_never_saw(self, trained: Trained) -> None:
        """Texts made anew, of the same two sorts."""
        made = from_bytes(trained.content, sha256=trained.sha256)
        told = {
            broke: [
                made.score(Features(letters_of(text(number, broke=broke))))
                for number in range(900, 930)
            ]
            for broke in (True, False)
        }
        assert min(told[True]) > max(told[False])
        assert trained.report.measured.auc == 1.0

    def test_is_the_same_for_the_same_lessons(self, trained: Trained) -> None:
        """Its version is the digest of what it is."""
        again = taught(lessons(60))
        assert (again.sha256, again.content) == (trained.sha256, trained.content)
        assert taught(lessons(59)).sha256 != trained.sha256

    def test_holds_no_run_that_fewer_than_three_items_share(self) -> None:
        """So nothing of any one text can be told from its weights."""
        alone = Lesson("one", "gift card to Wilhelmina Quaddlebury", broke=True)
        made = taught([*lessons(30), alone])
        known = from_bytes(made.content, sha256=made.sha256).letters.ids
        hers = set(letters_of("quaddlebury").ids.tolist())
        assert len(hers & set(known.tolist())) < len(hers) / 4

    def test_scores_as_scikit_learn_does(self) -> None:
        """What is worked out with numpy here is what the fitted regression would say."""
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

        found = lessons(40)
        made = from_bytes((one := taught(found)).content, sha256=one.sha256)
        part = made.letters
        fitted = [each for each in found if not kept(each)]
        rows = np.zeros((len(fitted), len(part.ids)))
        for row, each in zip(rows, fitted, strict=True):
            places, values = weighed(letters_of(each.text), part.ids, part.rarity)
            row[places] = values
        there = LogisticRegression(C=10.0, solver="liblinear", class_weight="balanced")
        there.fit(rows, [each.broke for each in fitted])
        logits = there.decision_function(rows)
        here = [made.letters.logit(letters_of(each.text)) * part.scale for each in fitted]
        assert here == pytest.approx(logits.tolist(), abs=1e-3)
        said = made.score(Features(letters_of(fitted[0].text)))
        assert said == pytest.approx(
            sigmoid(made.slope * float(logits[0]) / part.scale + made.offset), abs=1e-3
        )

    def test_mixes_in_meaning_where_there_is_an_encoder(self) -> None:
        """And names the encoder, without which it cannot be asked."""
        one = taught(lessons(40), encoder=Counting())
        made = from_bytes(one.content, sha256=one.sha256)
        assert made.encoder == one.report.encoder == "counting 1"
        assert one.report.share_of_letters == pytest.approx(letters_share(one.report.fitted), 1e-3)

    @pytest.mark.parametrize(
        ("count", "share"), [(2, 0.25), (20, 0.25), (200, 0.5), (2_000, 0.75), (90_000, 0.75)]
    )
    def test_counts_letters_the_more_the_more_it_learned_from(
        self, count: int, share: float
    ) -> None:
        """Meaning is learned from few examples, spelling from many."""
        assert letters_share(count) == pytest.approx(share)


def kept(one: Lesson) -> bool:
    """Tell whether an answer is kept aside: worked out here as it is written down."""
    import hashlib

    return int.from_bytes(hashlib.sha256(one.item_id.encode()).digest()[:4], "big") < 0.4 * 2**32


class TestWhatIsMeasured:
    """The report of a training."""

    def test_counts_what_it_learned_from(self) -> None:
        """Of each sort, in each language, and how the items came before people."""
        found = [
            *lessons(30),
            *lessons(5, first=100, came=Came.RANDOM, language="es"),
            *(replace(one, earlier_clause=True) for one in lessons(2, first=200, language=None)),
        ]
        told = taught(found).report
        assert (told.broke, told.fine, told.earlier_clause) == (37, 37, 4)
        assert told.came == {"otherwise": 64, "random": 10}
        assert told.fitted + told.measured.kept == 74
        by_language = [(one.language, one.broke, one.learned) for one in told.languages]
        assert by_language == [("", 2, False), ("en", 30, True), ("es", 5, False)]
        assert [one.auc is None for one in told.languages] == [True, False, True]

    def test_leaves_out_what_a_classifier_suggested(self) -> None:
        """It is learned from, for a person answered; measured by, it would flatter itself."""
        found = [*lessons(30), *lessons(60, first=100, came=Came.SUGGESTED)]
        told = taught(found).report
        assert (told.broke, told.measured.kept) == (90, taught(lessons(30)).report.measured.kept)
        assert told.fitted > taught(lessons(30)).report.fitted

    def test_counts_equal_texts_once_and_by_their_last_answer(self) -> None:
        """A campaign of one text is one lesson, however often it was sent."""
        twice = Lesson("z1", "  GIFT card\nfor all ", broke=False)
        again = Lesson("z2", "gift card for all", broke=True)
        told = taught([*lessons(30), twice, again, Lesson("z3", " ", broke=True)]).report
        assert (told.broke, told.fine, told.doubles) == (31, 30, 2)

    def test_sets_the_version_in_force_beside_it_on_the_same_answers(self) -> None:
        """Which neither of the two learned from: what is kept aside is so for good."""
        before = taught(shuffled(lessons(30)))
        current = Current(before.sha256, from_bytes(before.content, sha256=before.sha256))
        told = taught(lessons(60), current=current).report
        assert told.current == before.sha256[:12]
        assert told.measured_current is not None
        assert told.measured_current.kept == told.measured.kept

    def test_sets_nothing_beside_it_that_needs_another_encoder(self) -> None:
        """It could not be asked."""
        before = taught(lessons(30), encoder=Counting())
        current = Current(before.sha256, from_bytes(before.content, sha256=before.sha256))
        assert taught(lessons(40), current=current).report.current is None

    def test_survives_being_stored(self, trained: Trained) -> None:
        """As JSON data, there and back."""
        assert Report.from_dict(trained.report.to_dict()) == trained.report


class TestTooLittle:
    """What is refused."""

    @pytest.mark.parametrize("count", [0, 1, 19])
    def test_of_either_sort_is_said_and_not_learned_from(self, count: int) -> None:
        """With how many there are, and how many it takes."""
        some = lessons(40)
        few = [one for one in some if one.broke][:count] + [one for one in some if not one.broke]
        with pytest.raises(NotEnoughLessons) as refused:
            taught(few)
        assert (refused.value.broke, refused.value.fine, refused.value.needed) == (count, 40, 20)

    def test_that_a_classifier_did_not_suggest_itself_is_refused_too(self) -> None:
        """There must be answers to measure it by."""
        with pytest.raises(NotEnoughLessons):
            taught(lessons(40, came=Came.SUGGESTED))

    def test_of_a_pattern_is_refused(self) -> None:
        """Answers at random teach nothing, and a version that cannot tell is not kept."""
        lot = np.random.default_rng(5)
        found = [replace(one, broke=bool(lot.random() < 0.5)) for one in lessons(60)]
        with pytest.raises(CannotTell, match="guessing comes to"):
            taught(found)


class TestItsCard:
    """The model card."""

    def test_says_what_it_learned_from_and_what_it_cannot_see(self, trained: Trained) -> None:
        """Filled from the training; nobody writes it."""
        card = card_of(view(trained))
        assert (card.name, card.version) == ("learned:fraud", trained.sha256[:12])
        assert "60 broke the clause and 60 were fine" in card.provenance
        said = " ".join((*card.tested_on, *card.cannot_see))
        assert "Language en: 60 broke it, 60 were fine" in said
        assert "Child abuse: nothing is learned" in said
        assert "spelling alone" in said
        assert "none of its lessons was chosen at random" in said
        assert set(card.thresholds) == {"propose", "let_be"}

    def test_says_what_lacks_where_there_is_not_enough_evidence(self) -> None:
        """At 99 % confidence it takes 99 answers of a sort, kept aside."""
        card = card_of(view(taught(lessons(30), confidence=0.99)))
        said = " ".join(card.tested_on)
        assert "Not enough evidence at 99.0 % confidence to propose anything" in said
        assert "of 99 fine ones" in said
        assert card.thresholds == {}
