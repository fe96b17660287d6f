"""A notice that passes is one the law recognises, and one that does not says what to mend."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from evenhand.intake.notices import (
    LOCATIONS_MAX,
    Notice,
    NoticeIncomplete,
    as_url,
    check_notice,
    shape_form,
)
from evenhand.policy.model import Harm

SCHEMA = Path(__file__).parents[2] / "fixtures/notices/dsa_art16_notice.schema.json"
URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*://[A-Za-z0-9.\-_~%:]+"
    r"(/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)?"
    r"(\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
    r"(#(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
)
FORMATS = FormatChecker()


@FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    """Hold web addresses to RFC 3986, which jsonschema alone does not."""
    return not isinstance(value, str) or URI.fullmatch(value) is not None


VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=FORMATS)
GIVEN: dict[str, Any] = {
    "explanation": "This shop took my money and never sent the shoes.",
    "locations": [{"url": "https://example.org/shop/1", "additional": "the first advert"}],
    "notifier": {"name": "Ada Example", "email": "ada@example.org"},
    "good_faith": True,
    "category": "fraud",
}

JUNK: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=40), st.builds(list), st.builds(dict)
)
TEXTS = st.text(max_size=60) | st.sampled_from(["Ada", "a long enough reason", "ada@example.org"])
URLS = st.sampled_from(
    ["https://example.org/a b", "https://example.org/пост?x=%zz#é", "http://münchen.example:8080"]
) | st.builds("https://example.org/{}".format, st.text(max_size=30))
LOCATION = st.fixed_dictionaries({"url": URLS | TEXTS}, optional={"additional": TEXTS | JUNK})
NOTIFIER = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("Ada Example") | TEXTS | JUNK,
        "email": st.emails() | st.just("ada@example.org") | TEXTS,
        "organisation": TEXTS,
        "trusted_flagger_id": TEXTS | JUNK,
    },
)
RAW = st.fixed_dictionaries(
    {},
    optional={
        "explanation": st.just(GIVEN["explanation"]) | TEXTS | JUNK,
        "locations": st.lists(LOCATION | URLS | JUNK, max_size=3) | URLS | JUNK,
        "notifier": st.just(GIVEN["notifier"]) | NOTIFIER | JUNK,
        "good_faith": st.just(value=True) | st.sampled_from(["on", "no", ""]) | JUNK,
        "csam_exempt": st.booleans() | st.sampled_from(["on", ""]) | JUNK,
        "category": st.sampled_from([*Harm, "opinion"]) | JUNK,
        "legal_provision": TEXTS | JUNK,
        "member_state": st.sampled_from(["FR", "fr", "France"]) | JUNK,
        "language": st.sampled_from(["en", "EN", "pt-BR"]) | JUNK,
        "token": TEXTS,
    },
)
NEARLY = RAW.map(lambda change: GIVEN | dict(list(change.items())[:2]))


def problems_of(**change: Any) -> dict[str, str]:
    """Return what the sender is told about a notice with something changed or left out."""
    raw = {name: value for name, value in (GIVEN | change).items() if value is not ...}
    with pytest.raises(NoticeIncomplete) as caught:
        check_notice(raw)
    return dict(caught.value.problems)


def accepted(raw: dict[str, Any]) -> Notice | None:
    """Return the notice, or None if it was refused; anything else is a failure."""
    try:
        return check_notice(raw)
    except NoticeIncomplete as refused:
        problems = refused.problems
    assert problems
    assert all(sentence.endswith(".") for sentence in problems.values())
    return None


class TestCheckNotice:
    """The form and the schema agree about what a notice is."""

    @given(RAW | NEARLY)
    def test_accepts_only_what_the_schema_accepts(self, raw: dict[str, Any]) -> None:
        """DSA Art. 16(2): what passes meets the schema; what the schema refuses is refused."""
        notice = accepted(raw)
        if notice is not None:
            VALIDATOR.validate(notice.to_dict())
            assert check_notice(notice.to_dict()) == notice
        shaped = shape_form(raw)
        forgiving = {"locations": None}  # addresses are rewritten as URIs, so judged once written
        judged = {k: v for k, v in shaped.items() if k not in forgiving}
        if not VALIDATOR.is_valid(judged | {"locations": [{"url": "https://example.org/"}]}):
            assert notice is None

    def test_reads_json_and_forms_alike(self) -> None:
        """The same notice comes out of the API and of the public form."""
        form = {
            "explanation": GIVEN["explanation"],
            "locations": "https://example.org/shop/1\r\n\r\nhttps://example.org/shop/2\r\n",
            "notifier_name": " Ada Example ",
            "notifier_email": "ada@example.org",
            "notifier_organisation": "",
            "good_faith": "on",
            "category": "fraud",
            "legal_provision": "",
        }
        where = [{"url": "https://example.org/shop/1"}, {"url": "https://example.org/shop/2"}]
        assert check_notice(form) == check_notice(GIVEN | {"locations": where})

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"explanation": ...}, "explanation"),
            ({"explanation": "   bad    "}, "explanation"),
            ({"explanation": "x" * 10_001}, "explanation"),
            ({"explanation": "half a character \ud800 here"}, "explanation"),
            ({"locations": []}, "locations"),
            ({"locations": ["https://example.org/"] * (LOCATIONS_MAX + 1)}, "locations"),
            ({"locations": ["https://example.org/", "the second one"]}, "locations[1].url"),
            ({"locations": ["https://example.org/" + "x" * 2083]}, "locations[0].url"),
            ({"locations": [7]}, "locations[0]"),
            ({"notifier": ...}, "notifier.name"),
            ({"notifier": "Ada"}, "notifier"),
            ({"notifier": {"name": "Ada"}}, "notifier.email"),
            ({"notifier": {"name": "Ada", "email": "ada at home"}}, "notifier.email"),
            ({"notifier": {"name": "Ada", "email": "a" * 250 + "@x.example"}}, "notifier.email"),
            ({"good_faith": False}, "good_faith"),
            ({"good_faith": 1}, "good_faith"),
            ({"good_faith": ...}, "good_faith"),
            ({"category": "opinion"}, "category"),
            ({"csam_exempt": True, "notifier": ...}, "csam_exempt"),
            ({"member_state": "France"}, "member_state"),
        ],
    )
    def test_names_the_field_to_mend(self, change: dict[str, Any], field: str) -> None:
        """The sender reads a sentence beside each field, and none of their words are repeated."""
        assert field in problems_of(**change)

    def test_names_every_field_at_once(self) -> None:
        """Nobody mends a form one error at a time."""
        with pytest.raises(NoticeIncomplete) as caught:
            check_notice({})
        assert set(caught.value.problems) == {
            "explanation",
            "locations",
            "notifier.name",
            "notifier.email",
            "good_faith",
        }

    def test_lets_the_sender_stay_nameless_about_child_abuse_only(self) -> None:
        """DSA Art. 16(2)(c): no name for offences of Directive 2011/93/EU, Arts 3 to 7."""
        for harm in Harm:
            raw = {k: v for k, v in GIVEN.items() if k != "notifier"} | {"category": harm.value}
            notice = accepted(raw)
            assert (notice is not None) is (harm is Harm.CHILD_SAFETY)
        half = problems_of(category="child_safety", notifier={"name": "Ada"})
        assert set(half) == {"notifier.email"}

    def test_keeps_the_sender_out_of_what_is_printed(self) -> None:
        """Promise 10: neither the object nor its refusal prints who sent it."""
        assert "ada@" not in (said := repr(check_notice(GIVEN)).lower())
        assert "ada example" not in said
        with pytest.raises(NoticeIncomplete) as caught:
            check_notice(GIVEN | {"good_faith": False})
        assert "ada e" not in str(caught.value).lower()


class TestAsUrl:
    """An address staff will follow is a plain web address, written as browsers write it."""

    @given(st.text(max_size=60) | URLS)
    def test_gives_a_uri_or_nothing_and_is_settled(self, text: str) -> None:
        """What comes out meets RFC 3986 and does not change when read again."""
        url = as_url(text)
        if url is not None:
            assert URI.fullmatch(url)
            assert as_url(url) == url

    @pytest.mark.parametrize(
        "text",
        [
            "javascript:alert(1)",
            "data:text/html,hello",
            "//example.org/x",
            "https://",
            "https://user:secret@example.org/",
            "https://exam ple.org/",
            "https://example.org/\x00",
            "https://example.org:99999999/",
        ],
    )
    def test_refuses_what_should_not_be_followed(self, text: str) -> None:
        """No scripts, no credentials, no half addresses reach a reviewer's screen."""
        assert as_url(text) is None

    def test_writes_other_scripts_as_browsers_do(self) -> None:
        """People paste the address they see; it still leads to the same page."""
        assert as_url("https://example.org/пост") == "https://example.org/%D0%BF%D0%BE%D1%81%D1%82"
        assert as_url("http://münchen.example/") == "http://xn--mnchen-3ya.example/"
