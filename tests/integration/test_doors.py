"""All doors behind one threshold: health, headers, trouble told kindly, and a log that is silent
about people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from evenhand import intake, pages, people
from evenhand.bootstrap import House
from evenhand.db.migrate import migrate
from evenhand.doors import FORM_BYTES_MAX, Readiness, build_app
from evenhand.kit.clock import SetClock
from evenhand.ledger import jobs

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def app(house: House) -> FastAPI:
    """Assemble every door, and one page that fails."""
    made = build_app(house, lambda _item: True)

    @made.get("/broken/{token}")
    def broken(token: str) -> None:
        raise RuntimeError(f"nobody may read {token}")

    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Knock as anybody."""
    with TestClient(app) as knocking:
        yield knocking


class TestHealth:
    def test_a_process_that_answers_is_alive(self, client: TestClient) -> None:
        assert client.get("/healthz").json() == {"alive": True}

    def test_it_is_not_ready_before_its_tables_are_current(self, client: TestClient) -> None:
        """The fixture makes tables without the migrations, as an older version would have."""
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["tables"] == "behind"

    def test_it_is_not_ready_when_nobody_works(self, house: House, clock: SetClock) -> None:
        house.do(jobs.enqueue, "item.received", {"subject": "x"})
        assert Readiness(house).look()["worker"] == "ok"
        clock.forward(timedelta(minutes=5))
        assert Readiness(house).look()["worker"] == "late"

    def test_it_is_not_ready_without_its_database(self, house: House) -> None:
        house.db._readers.dispose()
        broken: Any = Readiness(house)
        broken._database = lambda: 1 / 0
        assert broken.look() == {"database": "failed", "tables": "unknown", "worker": "unknown"}


def test_a_migrated_house_is_ready(empty_database_url: str, tmp_path: Any) -> None:
    from evenhand.bootstrap import load_settings, open_house

    house = open_house(load_settings(data=tmp_path, database_url=empty_database_url))
    migrate(house.db.engine)
    with TestClient(build_app(house, lambda _item: True)) as client:
        answer = client.get("/readyz")
    house.close()
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/healthz", "/nothing", "/api/v1/me", "/openapi.json", "/broken/x"]
    )
    def test_every_answer_carries_them(self, client: TestClient, path: str) -> None:
        answer = client.get(path)
        for name, value in pages.HEADERS.items():
            assert answer.headers[name] == value, name
        assert len(answer.headers["x-request-id"]) == 16

    def test_what_is_static_may_be_kept(self, client: TestClient) -> None:
        answer = client.get(pages.asset("evenhand.css"))
        assert "immutable" in answer.headers["cache-control"]
        assert client.get("/").headers["cache-control"] == "no-store"


class TestTrouble:
    def test_people_get_a_page(self, client: TestClient) -> None:
        answer = client.get("/nothing")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "There is nothing here" in answer.text

    def test_a_fault_is_ours_and_has_a_number_to_ask_about(self, client: TestClient) -> None:
        answer = client.get("/broken/hunter2")
        assert answer.status_code == 500
        assert "it is on us" in answer.text
        assert answer.headers["x-request-id"] in answer.text
        assert "hunter2" not in answer.text

    def test_a_form_over_the_limit_is_refused(self, client: TestClient) -> None:
        for headers in ({}, {"transfer-encoding": "chunked"}):
            answer = client.post("/report", content=b"x" * (FORM_BYTES_MAX + 1), headers=headers)
            assert answer.status_code == 413

    def test_a_list_may_be_longer_and_says_its_own_limit(self, client: TestClient) -> None:
        """Nobody who may not take one in can make the house read it."""
        path = "/console/banks/01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c21/import"
        answer = client.post(path, content=b"x" * (FORM_BYTES_MAX + 1), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        answer = client.post(path, content=b"", headers={"content-length": "10000001"})
        assert answer.status_code == 413
        assert "10 MB at most" in answer.text

    def test_a_browser_writes_only_from_our_own_pages(self, client: TestClient) -> None:
        answer = client.post("/report", headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403

    def test_a_program_is_never_answered_with_a_page(
        self, client: TestClient, house: House
    ) -> None:
        house.do(intake.seed_kinds)
        for method, path in (("GET", "/api/v1/x"), ("PUT", "/api/v1/me"), ("POST", "/api/v1/x")):
            answer = client.request(method, path, headers={"sec-fetch-site": "cross-site"})
            assert answer.headers["content-type"] == "application/problem+json"


class TestTheLog:
    def test_one_line_a_request_and_no_secret_in_it(self, client: TestClient, house: House) -> None:
        key = house.do(people.issue_key, people.SYSTEM, name="h", scopes=["items:write"]).text
        with capture_logs() as lines:
            client.get("/console/join/a-secret-token?next=/private")
            client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
            client.get("/static/evenhand.css")
            client.get("/healthz")
        found = [(line["route"], line["status"]) for line in lines if line["event"] == "request"]
        assert found[0][0] == "/console/join/{token}"
        assert found[1:] == [("/api/v1/me", 200), ("/static", 200)]
        for secret in ("a-secret-token", "private", key, "testclient"):
            assert secret not in str(lines)

    def test_a_fault_is_logged_with_its_place_and_without_its_words(
        self, client: TestClient
    ) -> None:
        with capture_logs() as lines:
            client.get("/broken/hunter2")
        [failed] = [line for line in lines if line["event"] == "request.failed"]
        assert failed["error"] == "RuntimeError"
        assert "test_doors.py" in failed["where"][-1]
        assert "hunter2" not in str(lines)


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Leave the log as it was."""
    yield
    structlog.reset_defaults()


@pytest.mark.on("sqlite", "postgresql")
class TestNul:
    """Nobody can type it, and PostgreSQL holds no text with it: it is refused, not our fault."""

    @pytest.mark.parametrize(
        "address",
        ["/console/tasks/%00", "/console/decisions/%00", "/register/%00", "/register?harm=%00"],
    )
    def test_is_in_no_address(self, client: TestClient, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text

    @pytest.mark.parametrize(
        ("address", "form"),
        [
            ("/console/sign-in", {"email": "a\0@example.org", "password": "x", "code": "1"}),
            ("/console/sign-in", {"email": "a@example.org", "password": "x", "code\0": "1"}),
            ("/report", {"explanation": "a\0b"}),
            ("/status", {"receipt": "\0"}),
        ],
    )
    def test_is_in_no_form(self, client: TestClient, address: str, form: dict[str, str]) -> None:
        answer = client.post(address, data=form)
        assert answer.status_code == 422
        assert "Go back, correct what you typed" in answer.text
