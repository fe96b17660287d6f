"""Pages leave with strict headers, escape what people wrote, and take only their own writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from evenhand import pages

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def said(template: str, **context: object) -> str:
    return pages.make_environment().from_string(template).render({"now": NOW} | context)


class TestTimes:
    def test_a_time_is_relative_and_carries_the_exact_one(self) -> None:
        shown = said("{{ at | when }}", at=NOW - timedelta(hours=2))
        assert 'datetime="2026-11-21T07:00:00Z"' in shown
        assert 'title="2026-11-21 07:00 UTC"' in shown
        assert "2 hours ago" in shown

    def test_without_an_instant_to_compare_with_it_is_exact(self) -> None:
        shown = pages.make_environment().from_string("{{ at | when }}").render(at=NOW)
        assert ">2026-11-21 09:00 UTC<" in shown

    def test_no_time_is_a_dash(self) -> None:
        assert "–" in said("{{ none | when }}")

    @pytest.mark.parametrize(
        ("minutes", "says"), [(41, "41 minutes left"), (-12, "12 minutes overdue")]
    )
    def test_a_deadline_says_what_is_left_or_lost(self, minutes: int, says: str) -> None:
        assert says in said("{{ at | left }}", at=NOW + timedelta(minutes=minutes))

    def test_a_date_is_written_in_words(self) -> None:
        assert said("{{ on | day }}", on=date(2026, 5, 21)) == "May 21, 2026"


class TestMarks:
    @pytest.mark.parametrize(
        ("answer", "mark", "word"),
        [
            ("found", "●", "found"),
            ("not_found", "○", "not found"),
            ("failed", "▲", "failed"),
            ("skipped", "–", "skipped"),
        ],
    )
    def test_every_answer_has_a_mark_and_a_word(self, answer: str, mark: str, word: str) -> None:
        shown = said("{{ answer | mark }}", answer=answer)
        assert f'data-mark="{mark}"' in shown
        assert f">{word}<" in shown

    def test_what_people_wrote_is_escaped(self) -> None:
        assert said("{{ text }}", text="<script>") == "&lt;script&gt;"
        assert "<b>" not in said("{{ text | tag('!') }}", text="<b>")

    def test_a_missing_name_is_an_error_and_not_an_empty_place(self) -> None:
        with pytest.raises(Exception, match="missing"):
            said("{{ missing }}")


class TestAssets:
    def test_an_asset_address_changes_with_its_content(self) -> None:
        assert pages.asset("evenhand.css").startswith("/static/evenhand.css?v=")

    def test_no_template_has_inline_script_or_style(self) -> None:
        """The policy sent with every page would block them, so a page with one is broken."""
        folders = [pages.SHARED, pages.SHARED.parent / "console" / "templates"]
        for template in (one for folder in folders for one in folder.glob("*.html")):
            text = template.read_text(encoding="utf-8")
            assert "<style" not in text, template
            assert "style=" not in text, template
            assert "onclick" not in text, template
            assert "<script>" not in text, template


def client() -> TestClient:
    app = FastAPI()

    @app.api_route("/", methods=["GET", "POST"])
    def answer() -> PlainTextResponse:
        return PlainTextResponse("done")

    pages.mount_static(app)
    app.add_middleware(pages.Guard)
    return TestClient(app, base_url="http://desk.example")


class TestGuard:
    def test_every_answer_carries_the_policy(self) -> None:
        headers = client().get("/").headers
        assert headers["content-security-policy"] == pages.POLICY
        assert "unsafe" not in pages.POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"

    def test_only_an_asset_with_its_digest_is_kept_by_the_browser(self) -> None:
        assert "immutable" in client().get(pages.asset("evenhand.css")).headers["cache-control"]
        assert client().get("/static/evenhand.css").headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "cross-site", "origin": "http://desk.example"},
            {"origin": "https://elsewhere.example"},
            {"origin": "null"},
            {"cookie": "evenhand=stolen"},
        ],
    )
    def test_a_write_from_elsewhere_is_refused(self, headers: dict[str, str]) -> None:
        answer = client().post("/", headers=headers)
        assert answer.status_code == 403
        assert "nothing was done" in answer.text
        assert "content-security-policy" in answer.headers

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin", "cookie": "evenhand=mine"},
            {"origin": "http://desk.example", "cookie": "evenhand=mine"},
            {"origin": "https://desk.example", "cookie": "evenhand=mine"},
            {"authorization": "Bearer eh_1"},
        ],
    )
    def test_a_write_from_our_own_page_or_a_program_passes(self, headers: dict[str, str]) -> None:
        assert client().post("/", headers=headers).text == "done"

    def test_looking_is_never_refused(self) -> None:
        assert client().get("/", headers={"sec-fetch-site": "cross-site"}).text == "done"

    def test_an_origin_counts_with_its_port(self) -> None:
        here = Headers({"origin": "http://desk.example:81", "host": "desk.example:80"})
        assert not pages.comes_from_here(here)
