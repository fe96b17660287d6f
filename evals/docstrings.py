"""Ordinary English texts that are at hand everywhere: docstrings of Python and of its packages.

They are longer and drier than posts are, and many are alike because programmers copy. Which ones
there are depends on the versions installed, so whoever quotes a figure quotes those too.
"""

from __future__ import annotations

import ast
import platform
import random
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

PACKAGES: Final = ("numpy", "sqlalchemy", "pydantic", "fastapi", "cryptography", "babel", "rich")
CHARS_MIN, CHARS_MAX = 120, 300
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Corpus:
    """Texts, and where they come from, in a sentence."""

    texts: tuple[str, ...]
    says: str


def gather(count: int, seed: int) -> Corpus:
    """Draw so many texts, each cut to between 120 and 300 characters, no two the same."""
    folders = [Path(sysconfig.get_paths()["stdlib"])]
    folders += [Path(sysconfig.get_paths()["purelib"]) / name for name in PACKAGES]
    found = dict.fromkeys(text for folder in folders for text in _in(folder))
    dice = random.Random(seed)  # noqa: S311 - drawn to be drawn again
    drawn = dice.sample(sorted(found), min(count, len(found)))
    texts = tuple(text[: dice.randint(CHARS_MIN, CHARS_MAX)] for text in drawn)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    says = (
        f"{len(texts):,} of {len(found):,} docstrings of Python {platform.python_version()} and of"
        f" {versions}; on average {sum(map(len, texts)) / len(texts):.0f} characters; seed {seed}."
    )
    return Corpus(texts, says)


def _in(folder: Path) -> Iterator[str]:
    """Read the docstrings below a folder, with whitespace folded, that are long enough."""
    for file in sorted(folder.rglob("*.py")):
        if "site-packages" in file.relative_to(folder).parts:
            continue
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):  # test data of the standard library, broken on purpose
            continue
        for node in ast.walk(tree):
            text = ast.get_docstring(node) if isinstance(node, _DOCUMENTED) else None
            folded = " ".join((text or "").split())
            if len(folded) >= CHARS_MIN:
                yield folded
