"""The form gives intake what it reads, and each problem its field."""

from __future__ import annotations

import pytest

from evenhand import intake
from evenhand.portal.report_form import CHOOSE, WHICH, Asked, place

FILLED = {
    "url": "https://plaza.example/1",
    "harm": "fraud",
    "explanation": "It sells stolen cards, which the law forbids.",
    "locations": "https://plaza.example/1\nhttps://plaza.example/2\n",
    "name": "Wen",
    "email": "wen@example.org",
    "good_faith": "yes",
    "legal_provision": "Penal Code, 9",
}


class TestAsked:
    """What somebody wrote becomes what intake reads."""

    def test_is_taken_by_intake_as_a_report_and_as_a_notice(self) -> None:
        """Both shapes pass its check."""
        asked = Asked.read(FILLED)
        plain = intake.check_report(asked.raw("en", as_notice=False))
        notice = intake.check_report(asked.raw("en", as_notice=True))
        assert plain.basis is intake.ReportBasis.REPORT
        assert notice.basis is intake.ReportBasis.NOTICE
        assert notice.url == "https://plaza.example/1"

    def test_keeps_further_addresses_in_the_words(self) -> None:
        """None of what was given is lost."""
        raw = Asked.read(FILLED).raw("en", as_notice=True)
        assert raw["explanation"].endswith("\n\nhttps://plaza.example/2")

    def test_leaves_aside_what_the_form_does_not_ask(self) -> None:
        """Nobody becomes a trusted flagger by adding a field."""
        raw = Asked.read({**FILLED, "trusted": "yes"}).raw("en", as_notice=True)
        assert set(raw["reporter"]) == {"name", "email"}

    def test_says_what_is_missing_in_the_forms_own_words(self) -> None:
        """Intake would speak of JSON."""
        assert Asked.read({}).plain_problems(as_notice=False) == {"url": WHICH, "harm": CHOOSE}

    def test_takes_an_item_in_place_of_an_address(self) -> None:
        """A link from the service names kind and id."""
        asked = Asked.read({"kind": "post", "id": "1", "harm": "fraud"})
        assert asked.plain_problems(as_notice=True) == {}
        assert asked.raw("en", as_notice=False)["item"] == {"kind": "post", "id": "1"}

    def test_knows_who_may_stay_nameless(self) -> None:
        """Only where Article 16(2)(c) says so."""
        assert Asked.read({"harm": "child_safety"}).nameless
        assert not Asked.read({"harm": "fraud"}).nameless


class TestPlace:
    """A problem stands where it can be mended."""

    @pytest.mark.parametrize(
        ("path", "field"),
        [
            ("url", "locations"),
            ("item.kind", "locations"),
            ("reporter.name", "name"),
            ("reporter.email", "email"),
            ("good_faith", "good_faith"),
            ("locations[0].url", "locations"),
            ("csam_exempt", ""),
        ],
    )
    def test_finds_the_field(self, path: str, field: str) -> None:
        """By the end of the path; what has no field is shown above the form."""
        problems = [intake.Problem(path, "Mend this.", "x")]
        assert place(problems, as_notice=True) == {field: "Mend this."}
