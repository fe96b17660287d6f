"""The budgets and manners of the code, kept by a machine so that no review has to.

Where something is over a budget on purpose, it is named here, and the lists may only shrink.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

from tests.architecture.tree import (
    PACKAGE,
    ROOT,
    files,
    functions,
    modules,
    name,
    nodes,
    parsed,
    read,
    texts,
)

MODULE_LINES_MAX = 400
TEST_LINES_MAX = 600  # one file tells all that is true of one room, and scenes take their lines
FUNCTION_LINES_MAX = 60
LINE_CHARS_MAX = 100
DOCSTRING_SENTENCES_MAX = 5

CODE = ("src", "tests", "lint", "bin", "examples")
#: A migration lists all tables in one go and is never edited again, so it has no budget.
STEPS = "src/evenhand/db/migrations/versions/"

PRAGMA = re.compile(r"\s+# (?:noqa|type: ignore)\b.*$")
#: Names that say nothing about what is inside.
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "shared", "stuff"})
#: Words with another meaning, or none, in this house, and what to say instead.
WRONG_WORDS = {
    r"\bmoderators?\b": "reviewer",
    r"\b(?:T" + r"ODO|F" + r"IXME|X" + r"XX|H" + r"ACK)\b": "do it, or leave it out",
}
#: These list the words that people write, which is another thing than using them.
LISTS_WORDS = frozenset({"src/evenhand/decision/wording.py"})
#: A machine's own places, and where it fetches packages from.
MACHINE = re.compile(
    r"/ro" + r"ot/|/ho" + r"me/\w+/|/wo" + r"rk/(?:main|shared)|/tm" + r"p/\w+/|C:\\Users"
    r"|files\.pythonhosted|pypi\." + r"org|registry\.npm" + r"js|--(?:extra-)?index-url"
)

#: The places that may catch anything, and how often: where the outside begins, and nowhere else.
CATCHES_ANYTHING = {
    "src/evenhand/cli/refusals.py": 1,  # turns what is foreseen into words, and raises the rest
    "src/evenhand/cli/run.py": 1,  # a person at a shell is owed a sentence, whatever happened
    "src/evenhand/db/database.py": 2,  # the one writer must outlive any command and answer for it
    "src/evenhand/kit/crew.py": 1,  # what a thread raises comes out where it is waited for
    "src/evenhand/rules/language/row.py": 1,  # a rule that raises is reported and skipped
    "src/evenhand/doors.py": 2,  # a fault leaves as an answer that says nothing of itself
    "src/evenhand/worker/run.py": 1,  # a loop outlives whatever goes wrong in it
    "src/evenhand/worker/sending.py": 1,  # the outside may fail in any way
    "src/evenhand/worker/steps.py": 1,  # a step that failed is tried again, and then stands visibly
}


def relative_parts(file_name: str) -> list[str]:
    """Split a file's name into its folders and its stem."""
    return [part.removesuffix(".py") for part in file_name.split("/")]


class TestModules:
    """Every module."""

    def test_says_in_its_docstring_what_it_makes_true(self) -> None:
        """One to five sentences; an empty file is not a module."""
        silent = [name(file) for file in modules(*CODE) if not ast.get_docstring(parsed(file))]
        assert not silent, "\n".join(silent)

    def test_fits_the_budget_of_lines(self) -> None:
        """A file that outgrows it becomes a folder."""
        long = [
            f"{name(file)} has {lines} lines"
            for file in modules(*CODE)
            if not name(file).startswith(STEPS)
            if (lines := len(read(file).splitlines())) > lines_max(file)
        ]
        assert not long, "\n".join(long)

    def test_has_a_name_that_says_something(self) -> None:
        """No drawer for what has no place: find out where it belongs."""
        named = [name(file) for file in files() if name(file).split("/")[0] in (*CODE, "docs")]
        assert [each for each in named if EMPTY_NAMES & set(relative_parts(each))] == []


class TestFunctions:
    """Every function."""

    def test_fits_the_budget_of_lines(self) -> None:
        """Push the ifs up and the loops down."""
        long = [
            f"{name(file)}:{node.lineno} {node.name} has {length} lines"
            for file in modules(*CODE)
            if not name(file).startswith(STEPS)
            for node in functions(file)
            if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
        ]
        assert not long, "\n".join(long)

    def test_says_what_it_does_when_it_is_public(self) -> None:
        """Public functions and classes of the package have docstrings."""
        silent = [
            f"{name(file)}:{node.lineno} {node.name}"
            for file in modules("src")
            for node in parsed(file).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
            and not name(file).startswith(STEPS)
        ]
        assert not silent, "\n".join(silent)


class TestLines:
    """Every line."""

    def test_fits_the_page(self) -> None:
        """A hundred characters, so that two files stand side by side."""
        long = [
            f"{name(file)}:{number}"
            for file in modules(*CODE)
            for number, line in enumerate(read(file).splitlines(), 1)
            if len(PRAGMA.sub("", line)) > LINE_CHARS_MAX
        ]
        assert not long, "\n".join(long)

    def test_uses_the_words_of_the_house(self) -> None:
        """And leaves nothing for later in the text."""
        wrong = [
            f"{name(file)}:{read(file).count(chr(10), 0, found.start()) + 1}"
            f" {found.group()}: {instead}"
            for file in texts()
            if not {"fixtures", "community", "vendor"} & set(file.parts) and file.suffix != ".lock"
            if name(file) not in LISTS_WORDS
            for pattern, instead in WRONG_WORDS.items()
            for found in re.finditer(pattern, read(file))
        ]
        assert not wrong, "\n".join(wrong)

    def test_names_no_machine(self) -> None:
        """No path of anybody's computer, and no host that packages come from."""
        wrong = [
            f"{name(file)}: {found}" for file in texts() for found in MACHINE.findall(read(file))
        ]
        assert not wrong, "\n".join(wrong)

    def test_says_which_type_error_it_puts_up_with(self) -> None:
        """No bare `type: ignore`: name the error, and give the reason."""
        bare = [
            f"{name(file)}:{number}"
            for file in modules(*CODE)
            for number, line in enumerate(read(file).splitlines(), 1)
            if re.search(r"# type: ignore(?!\[)", line) and file.name != "test_tidy.py"
        ]
        assert not bare, "\n".join(bare)


class TestAbsence:
    """What tests say is not there."""

    def test_is_nothing_that_an_id_or_a_hash_may_hold(self) -> None:
        """Of enough ids, one says `a-1` by chance, and a test fails that nobody can repeat."""
        found = [
            f"{name(file)}: {word!r}"
            for file in modules("tests")
            for word in said_to_be_absent(file)
            if len(word) > 1 and set(word) <= set("0123456789abcdef-")
        ]
        assert not found, "\n".join(found)


class TestErrors:
    """Errors."""

    def test_are_caught_by_what_they_are(self) -> None:
        """Catching anything is for the named places; the list may only shrink."""
        found = Counter(
            name(file)
            for file in modules("src")
            for node in nodes(file, ast.ExceptHandler)
            if catches_anything(node)
        )
        assert sorted(found.items()) == sorted(CATCHES_ANYTHING.items())


class TestTheRepository:
    """The repository."""

    def test_ships_a_licence_and_a_typed_package(self) -> None:
        """Whoever installs it may see its types and what they may do with it."""
        assert (ROOT / "LICENSE").is_file()
        assert (PACKAGE / "py.typed").is_file()


def lines_max(file: Path) -> int:
    """Return the budget of a module; tests have their own."""
    return TEST_LINES_MAX if name(file).startswith("tests/") else MODULE_LINES_MAX


def said_to_be_absent(file: Path) -> list[str]:
    """Return the words of which a test says that they are not in something else."""
    listed: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for each in nodes(file, ast.For):
        if isinstance(each.target, ast.Name) and isinstance(each.iter, ast.Tuple | ast.List):
            listed[each.target.id] += each.iter.elts
    absent = [
        each.left
        for each in nodes(file, ast.Compare)
        if any(isinstance(how, ast.NotIn) for how in each.ops)
    ]
    words = [
        word
        for left in absent
        for word in (listed[left.id] if isinstance(left, ast.Name) else [left])
    ]
    return [str(word.value) for word in words if isinstance(word, ast.Constant)]


def catches_anything(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler is bare, or catches Exception or BaseException."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"} for k in kinds)
