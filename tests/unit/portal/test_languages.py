"""A page is in the language its reader asked for, and every language is whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import evenhand
from evenhand.portal.languages import LANGUAGES, LOCALE, choose, translations

ROOT = Path(evenhand.__file__).parents[2]
TEMPLATES = Path(evenhand.__file__).parent / "portal" / "templates"
PLACEHOLDER = re.compile(r"%\([a-z]+\)[sd]")
CATALOGS = [language.replace("-", "_") for language in LANGUAGES if language != "en"]


def wanted() -> set[str]:
    """Extract every sentence that readers meet, as babel.cfg says."""
    with (ROOT / "babel.cfg").open() as cfg:
        methods, options = parse_mapping_cfg(cfg)  # type: ignore[no-untyped-call]  # Babel's own
    found: set[str] = set()
    keywords: Any = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT, methods, options, keywords=keywords
    ):
        found.add(message if isinstance(message, str) else message[0])
    return found


def as_said(text: Any) -> str | tuple[str, ...]:
    """Return a text, or all plural forms of one."""
    return text if isinstance(text, str) else tuple(text or ())


class TestChoose:
    """The reader's choice comes first, then their browser's."""

    @pytest.mark.parametrize(
        ("asked", "kept", "accept", "language"),
        [
            ("ar", "zh-Hans", "en", "ar"),
            (None, "zh-Hans", "ar", "zh-Hans"),
            ("xx", "yy", "ar;q=0.5, zh-CN;q=0.9", "zh-Hans"),
            (None, None, "fr, ar-EG;q=0.8", "ar"),
            (None, None, "zh", "zh-Hans"),
            (None, None, "zh-Hans-SG", "zh-Hans"),
            (None, None, "zh-TW, ar;q=0.2", "ar"),
            (None, None, "zh-Hant", "en"),
            (None, None, "ar;q=0", "en"),
            (None, None, "ar;q=x, ;;, ,", "en"),
            (None, None, "", "en"),
        ],
    )
    def test_takes_the_best_language_there_is(
        self, asked: str | None, kept: str | None, accept: str, language: str
    ) -> None:
        """Each case of link, cookie and header."""
        assert choose(asked=asked, kept=kept, accept=accept) == language


class TestCatalogs:
    """Every language says everything."""

    @pytest.mark.parametrize("locale", CATALOGS)
    def test_says_every_sentence(self, locale: str) -> None:
        """Nothing is missing, empty or marked as a guess."""
        with (LOCALE / locale / "LC_MESSAGES" / "evenhand.po").open("rb") as file:
            catalog = read_po(file, locale=locale)
        said = {}
        for message in catalog:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                said[key] = all(texts) and not message.fuzzy
        assert wanted() - {key for key, whole in said.items() if whole} == set()

    @pytest.mark.parametrize("locale", CATALOGS)
    def test_keeps_every_placeholder(self, locale: str) -> None:
        """A number may be left out only where a plural form says it in a word."""
        with (LOCALE / locale / "LC_MESSAGES" / "evenhand.po").open("rb") as file:
            catalog = read_po(file, locale=locale)
        for message in catalog:
            if isinstance(message.id, str) and message.id:
                assert isinstance(message.string, str)
                ours, theirs = PLACEHOLDER.findall(message.id), PLACEHOLDER.findall(message.string)
                assert sorted(ours) == sorted(theirs), message.id
            elif message.id:
                for text in message.string or ():
                    assert set(PLACEHOLDER.findall(text)) <= {"%(num)d"}, text

    @pytest.mark.parametrize("locale", CATALOGS)
    def test_is_compiled_as_it_is_written(self, locale: str) -> None:
        """The .mo that is read is the .po that is edited."""
        folder = LOCALE / locale / "LC_MESSAGES"
        with (folder / "evenhand.po").open("rb") as file:
            written = [(as_said(m.id), as_said(m.string)) for m in read_po(file, locale=locale)]
        with (folder / "evenhand.mo").open("rb") as file:
            compiled = [(as_said(m.id), as_said(m.string)) for m in read_mo(file)]
        assert {said for said in compiled if said[0]} == {said for said in written if said[0]}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_opens(self, language: str) -> None:
        """Every language on the switch has its catalog."""
        assert translations(language).gettext("Report")


class TestTemplates:
    """Nothing on a page is beyond translation or beyond the content policy."""

    @pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.stem)
    def test_says_nothing_outside_gettext(self, file: Path) -> None:
        """What is left between tags, without Jinja, has no letter in it."""
        text = re.sub(r"{#.*?#}", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"{% block width %}[a-z]+{% endblock %}", " ", text)
        text = re.sub(r"{{.*?}}|{%.*?%}", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", text)
        text = re.sub(r' [a-z-]+="[^"]*"', " ", text)
        assert not re.search(r"[^\W\d_]", text), text

    @pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.stem)
    def test_calls_gettext_on_literals_alone(self, file: Path) -> None:
        """`_()` marks its result as safe, so no value from outside may pass through it."""
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\b(?:_|gettext)\((?!\s*[\"'])", text)
        assert "| safe" not in text
        assert "<script" not in text
        assert " style=" not in text
