"""A kind that is declared can be stored, shown and compared."""

from __future__ import annotations

import pytest

from evenhand.intake import (
    STARTER_KINDS,
    Field,
    FieldRole,
    FieldType,
    ItemKind,
    KindRefused,
    WhenNotLookedAt,
)
from evenhand.intake.kinds import check_kind

TEXT = Field("text", FieldType.TEXT, FieldRole.BODY)


class TestCheckKind:
    """What an operator may declare."""

    @pytest.mark.parametrize("kind", STARTER_KINDS, ids=lambda kind: kind.name)
    def test_takes_the_starter_kinds(self, kind: ItemKind) -> None:
        """What ships passes its own rule, and survives being stored."""
        assert check_kind(kind) == kind
        assert tuple(Field.from_dict(field.to_dict()) for field in kind.fields) == kind.fields

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            (ItemKind("Post", (TEXT,)), "bad_name"),
            (ItemKind("", (TEXT,)), "bad_name"),
            (ItemKind("a" * 41, (TEXT,)), "bad_name"),
            (ItemKind("post\n", (TEXT,)), "bad_name"),
            (ItemKind("address", (TEXT,)), "taken"),
            (ItemKind("post", ()), "bad_count"),
            (ItemKind("post", (TEXT, TEXT)), "twice"),
            (ItemKind("post", (Field("Größe", FieldType.INT),)), "bad_name"),
            (ItemKind("post", (Field("photo", FieldType.IMAGE),)), "bad_role"),
            (ItemKind("post", (Field("text", FieldType.TEXT, FieldRole.MEDIA),)), "bad_role"),
        ],
    )
    def test_refuses_and_says_why(self, kind: ItemKind, code: str) -> None:
        """Every problem has a code."""
        with pytest.raises(KindRefused) as caught:
            check_kind(kind)
        assert code in {problem.code for problem in caught.value.problems}

    def test_refuses_to_hold_without_a_clause_that_says_so(self) -> None:
        """Nobody's item waits without a rule that they can read."""
        kind = ItemKind("post", (TEXT,), WhenNotLookedAt.HOLD)
        assert check_kind(kind) == kind
        with pytest.raises(KindRefused) as caught:
            check_kind(kind, may_hold=False)
        assert [problem.code for problem in caught.value.problems] == ["no_clause"]
        for then in (WhenNotLookedAt.REVIEW, WhenNotLookedAt.ALLOW):
            assert check_kind(ItemKind("post", (TEXT,), then), may_hold=False)
