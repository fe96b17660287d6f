"""Messages are written when they are sent, from what the rooms know, in the reader's language.

No prose is stored: the template says our part, the statement of reasons says what was decided,
and both go through gettext. Whatever a person wrote is indented, so that it cannot pass for ours.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2

import evenhand

DOMAIN: Final = "evenhand"
LOCALES: Final = Path(evenhand.__file__).parent / "locale"
TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGE_DEFAULT: Final = "en"
SUBJECT: Final = "Subject: "
SUBJECT_CHARS_MAX: Final = 150


def N_(text: str) -> str:  # noqa: N802 - the name Babel looks for
    """Mark a sentence for translation where it is written; the template translates it."""
    return text


@dataclass(frozen=True)
class Text:
    """A message as it is read: one line of subject, and plain text."""

    subject: str
    text: str


def names() -> frozenset[str]:
    """Return the names of every message there is a template for."""
    return frozenset(file.stem for file in TEMPLATES.glob("[a-z]*.txt"))


def write(template: str, facts: Mapping[str, Any], *, language: str) -> Text:
    """Write a message. Raises jinja2.TemplateNotFound, or UndefinedError for a missing fact."""
    written = _environment(language).get_template(f"{template}.txt").render(facts)
    first, _, rest = written.partition("\n")
    assert first.startswith(SUBJECT), f"{template}.txt does not begin with its subject"
    subject = " ".join(first.removeprefix(SUBJECT).split())[:SUBJECT_CHARS_MAX]
    return Text(subject, rest.strip() + "\n")


def translations(language: str) -> gettext.NullTranslations:
    """Return the translations of a language, or of English when there are none."""
    return gettext.translation(DOMAIN, LOCALES, [language.replace("-", "_")], fallback=True)


@cache
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(  # noqa: S701 - plain text, nothing to escape for
        loader=jinja2.FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # from the extension
        translations(language), newstyle=True
    )
    return environment
