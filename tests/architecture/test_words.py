"""The glossary explains every word the record uses, and names nothing that is not there."""

from __future__ import annotations

import importlib
import re
from enum import StrEnum

import pytest

from evenhand.decision import Outcome
from evenhand.ledger import EVENTS
from evenhand.people import Role
from evenhand.policy import Harm, Measure
from evenhand.queue import TaskKind
from tests.architecture.tree import ROOT, read

GLOSSARY = read(ROOT / "docs" / "glossary.md")
TERM = re.compile(r"^- \*\*(?P<term>[^*]+)\*\* \(`(?P<place>evenhand\.[\w.]+)`\): \S", re.MULTILINE)
TERMS = {found["term"]: found["place"] for found in TERM.finditer(GLOSSARY)}


class TestTheGlossary:
    """docs/glossary.md."""

    @pytest.mark.parametrize("kind", [Outcome, Measure, Harm, Role, TaskKind])
    def test_explains_every_value(self, kind: type[StrEnum]) -> None:
        """Whatever a decision or a task may say is a word somebody can look up."""
        assert [each.value for each in kind if f"`{each.value}`" not in GLOSSARY] == []

    def test_lists_every_event_in_its_room(self) -> None:
        """And no event that the ledger does not know."""
        listed = re.findall(r"`([a-z]+\.[a-z]+)`", GLOSSARY)
        assert sorted(listed) == sorted(EVENTS)

    @pytest.mark.parametrize("term", TERMS)
    def test_names_a_class_for_every_term(self, term: str) -> None:
        """A word without a thing would drift."""
        module, _, found = TERMS[term].rpartition(".")
        assert isinstance(getattr(importlib.import_module(module), found), type)

    def test_defines_each_term_once_and_in_its_form(self) -> None:
        """One word, one meaning; every entry has the form that this test can read."""
        entries = re.findall(r"^- \*\*([^*]+)\*\*", GLOSSARY, re.MULTILINE)
        assert entries == list(TERMS)
