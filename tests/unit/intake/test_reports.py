"""A report needs little; one that alleges a crime needs what the law asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.intake import ReportBasis, ReportRefused, check_report
from evenhand.policy import Harm

ITEM = {"kind": "post", "id": "p-1"}
NOTICE = {
    "item": ITEM,
    "harm": "fraud",
    "illegal": True,
    "good_faith": True,
    "explanation": "This shop takes money and sends nothing.",
    "reporter": {"name": "Petra Vogel", "email": "petra@example.org"},
}


def problems(raw: object) -> list[tuple[str, str]]:
    """Return where and why a report is refused."""
    with pytest.raises(ReportRefused) as caught:
        check_report(raw)
    return [(problem.path, problem.code) for problem in caught.value.problems]


class TestCheckReport:
    """A plain report."""

    def test_needs_an_item_and_a_harm(self) -> None:
        """Nothing else: whoever is in a hurry can still report."""
        report = check_report({"item": ITEM, "harm": "malware_spam"})
        assert (report.kind, report.external_id) == ("post", "p-1")
        assert report.harm is Harm.MALWARE_SPAM
        assert report.basis is ReportBasis.REPORT
        assert (report.reporter, report.trusted, report.explanation) == (None, False, "")

    def test_may_name_an_address_instead(self) -> None:
        """For what Evenhand was never sent."""
        report = check_report({"url": "https://plaza.example/p/9", "harm": "fraud"})
        assert report.url == "https://plaza.example/p/9"

    def test_keeps_its_sender_out_of_print(self) -> None:
        """Neither name nor address nor account is in any printed form (promise 10)."""
        reporter = {"name": "Petra", "email": "petra@example.org", "account_id": "petra-77"}
        report = check_report({"item": ITEM, "harm": "fraud", "reporter": reporter})
        for told in ("Petra", "petra@example.org", "petra-77"):
            assert told not in repr(report)

    @pytest.mark.parametrize(
        ("reporter", "key"),
        [
            ({"account_id": "7", "email": "a@b.org"}, "account:7"),
            ({"email": "Ann@B.org"}, "email:ann@b.org"),
            ({"name": "Ann"}, None),
        ],
    )
    def test_tells_senders_apart_by_account_then_address(
        self, reporter: dict[str, str], key: str | None
    ) -> None:
        """A name alone tells nobody apart."""
        report = check_report({"item": ITEM, "harm": "fraud", "reporter": reporter})
        assert report.reporter is not None
        assert report.reporter.key == key

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"item": None}, ("item", "missing")),
            ({"item": "p-1"}, ("item", "wrong_type")),
            ({"item": {"kind": "post"}}, ("item.id", "missing")),
            ({"item": {"kind": "post", "id": 4}}, ("item.id", "wrong_type")),
            ({"item": {"kind": "post", "id": "\0"}}, ("item.id", "unstorable")),
            ({"item": ITEM | {"version": 2}}, ("item.version", "unknown_field")),
            ({"harm": None}, ("harm", "missing")),
            ({"harm": "opinion"}, ("harm", "unknown_harm")),
            ({"harm": ["fraud"]}, ("harm", "unknown_harm")),
            ({"url": "ftp://x.example"}, ("url", "not_a_link")),
            ({"explanation": 7}, ("explanation", "wrong_type")),
            ({"explanation": "\udc00"}, ("explanation", "unstorable")),
            ({"explanation": "x" * 10_001}, ("explanation", "too_long")),
            ({"illegal": "yes"}, ("illegal", "wrong_type")),
            ({"language": "klingonese"}, ("language", "not_a_language")),
            ({"reporter": "me"}, ("reporter", "wrong_type")),
            ({"reporter": {"email": "me"}}, ("reporter.email", "not_an_email")),
            ({"reporter": {"trusted": 1}}, ("reporter.trusted", "wrong_type")),
            ({"reporter": {"phone": "1"}}, ("reporter.phone", "unknown_field")),
            ({"priority": "high"}, ("priority", "unknown_field")),
        ],
    )
    def test_names_what_is_wrong_and_where(
        self, changes: dict[str, Any], found: tuple[str, str]
    ) -> None:
        """One problem, one place, one code."""
        assert found in problems({"item": ITEM, "harm": "fraud"} | changes)

    @settings(max_examples=100, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=4)
            ),
            max_leaves=10,
        )
    )
    def test_refuses_any_nonsense_without_another_error(self, nonsense: Any) -> None:
        """Whatever stands at any place, the answer is a list of problems."""
        for base in ({"item": ITEM, "harm": "fraud"}, NOTICE):
            for name in (*NOTICE, "url", "language", "member_state", "legal_provision"):
                try:
                    check_report(base | {name: nonsense})
                except ReportRefused as refused:
                    assert refused.problems


class TestNotices:
    """A report that says `illegal`."""

    def test_is_a_notice_without_its_sender(self) -> None:
        """What is stored holds all of Art. 16(2) except who sent it."""
        report = check_report(NOTICE | {"url": "https://plaza.example/p/1"})
        assert report.basis is ReportBasis.NOTICE
        assert report.notice is not None
        assert "notifier" not in report.notice
        assert "petra" not in str(report.notice).lower()
        assert report.notice["locations"] == [{"url": "https://plaza.example/p/1"}]

    def test_names_its_place_by_id_when_there_is_no_address(self) -> None:
        """A stand-in address is never stored."""
        report = check_report(NOTICE)
        assert report.notice is not None
        assert "locations" not in report.notice
        assert "invalid" not in str(report.notice)

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"good_faith": False}, "good_faith"),
            ({"good_faith": None}, "good_faith"),
            ({"explanation": "bad"}, "explanation"),
            ({"explanation": None}, "explanation"),
            ({"reporter": None}, "reporter.name"),
            ({"reporter": {"name": "Petra"}}, "reporter.email"),
            ({"member_state": "France"}, "member_state"),
        ],
    )
    def test_is_refused_while_the_law_asks_for_more(
        self, changes: dict[str, Any], path: str
    ) -> None:
        """Each element that is missing is named where the sender wrote it."""
        assert (path, "notice_incomplete") in problems(NOTICE | changes)

    def test_about_a_child_may_be_nameless(self) -> None:
        """Art. 16(2)(c) exempts it."""
        sent = NOTICE | {"harm": "child_safety", "reporter": None}
        assert check_report(sent).basis is ReportBasis.NOTICE
