"""Bodies for tests: one that is right, and strategies for all that can be wrong with one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

FIXTURES = Path(__file__).parents[3] / "fixtures" / "dsa"
ENUMS = json.loads((FIXTURES / "enums.json").read_text("utf-8"))
SCHEMA = json.loads((FIXTURES / "statement.schema.json").read_text("utf-8"))
BATCH = json.loads((FIXTURES / "statements-batch.schema.json").read_text("utf-8"))


def body(**changes: Any) -> dict[str, Any]:
    """Make a body that the database takes without a word; a change to `...` leaves a field out."""
    whole: dict[str, Any] = {
        "puid": "0193-a_b",
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "6.2 No counterfeit goods (version 1)",
        "incompatible_content_explanation": "The listing offers copies under a maker's name.",
        "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "category_specification": ["KEYWORD_TRADEMARK_INFRINGEMENT"],
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "content_date": "2026-03-01",
        "territorial_scope": ["AT", "GR"],
        "application_date": "2026-03-02",
        "decision_facts": "The listing offers copies of shoes, and says so.",
        "source_type": "SOURCE_TYPE_OTHER_NOTIFICATION",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


_WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [..., None, "", "x", 3, True, [], ["x"], {}, "Yes", "2026-02-30", "2026-02-28", "a" * 501]
)
_DAYS = st.sampled_from(["2026-02-28", "2026-02-30", "26-2-28", "2026-2-28", "2038-01-01", None])


@cache
def _values(name: str) -> st.SearchStrategy[Any]:
    """Draw what a field may hold: right or wrong, of the right shape or another."""
    words = {
        "category_addition": "category",
        "incompatible_content_illegal": "incompatible_content_illegal",
    }.get(name, name)
    if name in {"application_date", "content_date"} or name.startswith("end_date"):
        return st.one_of(_DAYS, _WRONG)
    if words in ENUMS:
        one = st.sampled_from(list(ENUMS[words]))
        return st.one_of(one, st.lists(one, max_size=3), _WRONG)
    if name == "content_id":
        ean = st.sampled_from(["4006381333931", "123", 4006381333931, None])
        return st.one_of(st.fixed_dictionaries({"EAN-13": ean}), _WRONG)
    lengths = st.sampled_from([1, 500, 501, 2000, 2001, 5000, 5001])
    return st.one_of(lengths.map(lambda n: "w" * n), _WRONG)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a body with up to four fields that are something else, or are not there."""
    names = draw(st.lists(st.sampled_from(list(SCHEMA["properties"])), max_size=4, unique=True))
    return body(**{name: draw(_values(name)) for name in names})
