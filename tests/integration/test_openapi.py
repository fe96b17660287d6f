"""The API does what its OpenAPI document says, and nothing else, whatever is sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from evenhand import intake, people, policy, rules
from evenhand.api import documents
from evenhand.api.problems import KINDS
from evenhand.bootstrap import House
from evenhand.worker import Outside, Worker

pytestmark = pytest.mark.on("postgresql")

EXAMPLES = 25
SCOPES = tuple(people.SCOPES)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture
def app(house: House) -> FastAPI:
    """Assemble the doors of a furnished house."""
    from evenhand.doors import build_app

    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)
    return build_app(house, Worker(house, outside=Outside(None, None)).advance)


@pytest.fixture
def key(house: House) -> dict[str, str]:
    """Give the header of a key that may do everything a key may."""
    issued = house.do(people.issue_key, people.SYSTEM, name="host", scopes=SCOPES)
    return {"Authorization": f"Bearer {issued.text}"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "media_type", "id", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def each_operation(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_documented(
    app: FastAPI, key: dict[str, str], mode: GenerationMode
) -> None:
    """No fault, no undocumented status, media type or shape, for right and wrong documents."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            mutated = case.meta.components if case.meta else {}
            without_key = ParameterLocation.HEADER in mutated
            case.call_and_validate(
                headers=key,
                checks=CHECKS,
                # The key is put back in, so that a header taken away proves nothing.
                excluded_checks=[negative_data_rejection] if without_key else [],
            )

        ask()
        seen += 1
    assert seen == len(list(each_operation(app.openapi())))


def test_fields_of_a_known_kind_may_hold_anything_without_a_fault(
    app: FastAPI, key: dict[str, str]
) -> None:
    client = TestClient(app, raise_server_exceptions=False)
    names = st.sampled_from(["title", "text", "photo", "links", "text "])

    @settings(
        max_examples=EXAMPLES * 4,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(fields=st.dictionaries(names, _JSON, max_size=4), reach=_JSON, at=_JSON)
    def send(fields: dict[str, Any], reach: Any, at: Any) -> None:
        item = {
            "kind": "post",
            "id": "p-1",
            "account": {"id": "a", "name": "A"},
            "reach": reach,
            "created_at": at,
            "fields": {"text": "A boat."} | fields,
        }
        answer = client.post(
            "/api/v1/items",
            content=json.dumps(item),
            headers=key | {"content-type": "application/json"},
        )
        assert answer.status_code in {200, 201, 400, 422}, answer.text

    send()


def test_every_example_in_the_document_fits_its_own_schema(app: FastAPI) -> None:
    document = app.openapi()
    checked = 0
    for _, operation in each_operation(document):
        contents = [each["content"] for each in operation["responses"].values()]
        contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for content in contents:
            for described in content.values():
                schema = described["schema"] | {"components": document["components"]}
                named = described.get("examples", {})
                examples = [each["value"] for each in named.values()]
                examples += [described["example"]] if "example" in described else []
                for example in examples:
                    Draft202012Validator(schema).validate(example)
                    checked += 1
    assert checked > 50


def test_every_operation_says_what_it_does_and_needs_a_key(app: FastAPI) -> None:
    for name, operation in each_operation(app.openapi()):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["security"], name
        assert {"401", "403", "500", "503"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            assert response["description"], (name, status)


def test_the_document_is_openapi_3_1_and_shows_the_public_doors_only(app: FastAPI) -> None:
    document = app.openapi()
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_kind_of_error_is_in_the_document(app: FastAPI) -> None:
    told: set[str] = set()
    for _, operation in each_operation(app.openapi()):
        for response in operation["responses"].values():
            for described in response["content"].values():
                told |= set(described.get("examples", {})) & set(KINDS)
    assert told == set(KINDS) - {"method_not_allowed"}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        (documents.ITEM, documents.ITEM_EXAMPLE),
        (documents.REPORT, documents.REPORT_EXAMPLE),
        (documents.REPORT, documents.NOTICE_EXAMPLE),
        (documents.APPEAL, documents.APPEAL_EXAMPLE),
    ],
)
def test_documents_are_described_as_they_are_taken(
    schema: dict[str, Any], example: dict[str, Any]
) -> None:
    Draft202012Validator(schema).validate(example)
