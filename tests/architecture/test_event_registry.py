"""The ledger's registry, the code that writes to the ledger, and the path agree on every event."""

from __future__ import annotations

import ast
import re

from evenhand.ledger import EVENTS
from tests.architecture.tree import ROOT, modules, name, nodes, parsed, read

EVENT_NAME = re.compile(r"[a-z]+\.[a-z]+")


def appended() -> dict[str, list[str]]:
    """Find every event that a call to `append` names, and where.

    The event is the second argument: a text, or a choice between texts.
    """
    found: dict[str, list[str]] = {}
    for file in modules("src"):
        if "ledger.append import append" not in read(file):
            continue
        for node in nodes(file, ast.Call):
            if not _is_append(node.func):
                continue
            said = list(node.args[1:2]) + [
                word.value for word in node.keywords if word.arg == "event"
            ]
            for text in (each for arg in said for each in _texts(arg)):
                found.setdefault(text, []).append(f"{name(file)}:{node.lineno}")
    return found


def _is_append(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and called.id == "append"


def _texts(argument: ast.AST) -> list[str]:
    return [
        node.value
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and EVENT_NAME.fullmatch(node.value)
    ]


def mentioned_in_commands() -> set[str]:
    """Find every event named anywhere in a module that may append."""
    files = [file for file in modules("src") if "ledger.append import append" in read(file)]
    texts = [text for file in files for text in _texts(parsed(file))]
    rooms = {
        file.parent.parent if file.parent.name == "commands" else file.parent for file in files
    }
    models = [parsed(room / "model.py") for room in rooms if (room / "model.py").exists()]
    return {*texts, *(text for model in models for text in _texts(model))}


class TestEvents:
    """The registry of events."""

    def test_knows_every_event_that_is_written(self) -> None:
        """A line nobody could read is refused at run time; this finds it sooner."""
        unknown = {event: places for event, places in appended().items() if event not in EVENTS}
        assert unknown == {}

    def test_holds_no_event_that_nobody_writes(self) -> None:
        """A promise of a line that never comes would be a hole in the record."""
        assert sorted(set(EVENTS) - mentioned_in_commands()) == []

    def test_names_the_events_from_which_the_path_goes_on(self) -> None:
        """Each has its steps in the worker's table, and no other event has."""
        from evenhand.worker.path import NEXT

        assert {event for event, kind in EVENTS.items() if kind.moves_on} == set(NEXT)

    def test_has_steps_for_every_job_that_commands_enqueue(self) -> None:
        """A job that becomes due and that nobody knows how to do would wait for ever."""
        from evenhand.worker.path import STEPS

        enqueued = {
            node.args[1].value
            for file in modules("src")
            for node in nodes(file, ast.Call)
            if isinstance(node.func, ast.Attribute)
            and node.func.attr == "enqueue"
            and isinstance(node.args[1], ast.Constant)
        }
        assert enqueued
        assert sorted(map(str, enqueued - set(STEPS))) == []

    def test_is_in_the_reference_word_for_word(self) -> None:
        """docs/reference/events.md is this registry, told to an operator."""
        page = read(ROOT / "docs" / "reference" / "events.md")
        rows = re.findall(r"^\| `([a-z.]+)` \| (.+?) \| (yes|no) \|$", page, re.MULTILINE)
        told = [(event, says, goes_on == "yes") for event, says, goes_on in rows]
        assert told == [(event, kind.says, kind.moves_on) for event, kind in EVENTS.items()]
