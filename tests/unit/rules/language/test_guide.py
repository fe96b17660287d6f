"""The guide to the language says what is so: its rules are read and its examples come true."""

from __future__ import annotations

import re
from pathlib import Path

from evenhand.rules.language import clauses, declarations, patterns, shape, source, tokens
from evenhand.rules.language.functions import FUNCTIONS
from evenhand.rules.language.reading import read
from evenhand.rules.language.rehearsal import rehearse

GUIDE = (Path(__file__).parents[4] / "docs" / "rules.md").read_text(encoding="utf-8")


class TestGuide:
    def test_has_rules_that_do_what_it_says(self) -> None:
        blocks = re.findall(r"```rules\n(.*?)```", GUIDE, re.DOTALL)
        ruleset = read([source.SourceFile("docs/rules.md", "\n".join(blocks))], None)
        assert len(ruleset.rules) == 6
        assert [one for one in rehearse(ruleset) if not one.as_said] == []

    def test_names_every_function_line_and_type(self) -> None:
        wanted = [*FUNCTIONS, *shape.CLAUSES]
        assert [name for name in wanted if f"`{name}" not in GUIDE] == []
        assert [name for name in declarations.TYPES if f"`{name}`" not in GUIDE] == []

    def test_names_every_limit(self) -> None:
        limits = (
            source.FILE_BYTES_MAX,
            source.LINE_CHARS_MAX,
            source.FILES_MAX,
            source.RULES_MAX,
            shape.NESTING_MAX,
            shape.SUMS_MAX,
            shape.TOKENS_MAX,
            declarations.LIST_MAX,
            declarations.LISTS_MAX,
            declarations.FIELDS_MAX,
            tokens.TEXT_CHARS_MAX,
            patterns.PATTERN_CHARS_MAX,
            clauses.ACTIONS_MAX,
            clauses.EXAMPLES_MAX,
        )
        said = GUIDE.partition("## Limits")[2]
        assert [limit for limit in limits if not re.search(rf"\b{limit:,}\b", said)] == []
