"""What the house rules read: the files of the repository, and the package's modules as trees."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "evenhand"

#: What is made, fetched or handed down, and so nobody's prose.
SKIPPED = frozenset(
    {".git", ".venv", ".hypothesis", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}
    | {
        "__pycache__",
        "evenhand-data",
        "evenhand-demo",
        "plaza-data",
        "dist",
        "node_modules",
        ".pytest_cache",
    }
)
TEXT = frozenset({".py", ".md", ".toml", ".html", ".css", ".js", ".json", ".lock", ".csv", ".sh"})
TEXT_NAMES = frozenset({"Makefile", ".importlinter", ".gitignore", "run", "find-python"})


@cache
def files() -> tuple[Path, ...]:
    """List every file that is ours, in order."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in SKIPPED or entry.name.endswith(".egg-info"):
            continue
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry


def texts() -> list[Path]:
    """List the files that are text."""
    return [file for file in files() if file.suffix in TEXT or file.name in TEXT_NAMES]


def modules(*folders: str) -> list[Path]:
    """List the Python files under folders of the repository."""
    return [
        file
        for file in files()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in folders
    ]


@cache
def read(file: Path) -> str:
    """Read a text file."""
    return file.read_text(encoding="utf-8")


@cache
def parsed(file: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(read(file), filename=str(file))


def nodes(file: Path, kind: type[Node]) -> list[Node]:
    """Return the nodes of a kind in a module; it is walked once for all who ask."""
    return [node for node in _walked(file)[kind] if isinstance(node, kind)]


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions of a module."""
    return [*nodes(file, ast.FunctionDef), *nodes(file, ast.AsyncFunctionDef)]


@cache
def _walked(file: Path) -> defaultdict[type[ast.AST], list[ast.AST]]:
    found: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    for node in ast.walk(parsed(file)):
        found[type(node)].append(node)
    return found


def name(file: Path) -> str:
    """Name a file as people do: from the root, with slashes."""
    return file.relative_to(ROOT).as_posix()
