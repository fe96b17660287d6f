"""What a scan prints: a line for each file as a program reads it, or what people want to see."""

from __future__ import annotations

import base64
import json as json_
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evenhand.cli.exits import Exit
from evenhand.cli.output import facts, note, table, visible

if TYPE_CHECKING:
    from evenhand import sweep


@dataclass(frozen=True)
class Lines:
    """Prints lines on standard output, for programs or for people."""

    as_json: bool

    def tell(self, passed: sweep.Passed) -> None:
        """Print the line of one file; people are told of what was found or failed."""
        from evenhand.detection import Answer

        if self.as_json:
            print(json_.dumps(line_of(passed)))
            return
        one = passed.outcome
        if one.answer not in {Answer.FOUND, Answer.FAILED}:
            return
        name = visible(_shown(passed.shown))
        what = "; ".join(dict.fromkeys(_said(each) for each in one.found)) or visible(one.why)
        print(f"{one.answer.value:<6}  {name}: {what}")

    def end(
        self,
        total: sweep.Summary,
        exit_: Exit,
        *,
        handed_in: int | None,
        kept_back: list[tuple[bytes, str]],
    ) -> None:
        """Print what it all came to."""
        for name, why in kept_back:
            note(f"{visible(_shown(name))} was not handed in: {visible(why)}")
        if self.as_json:
            print(json_.dumps({"summary": _summary(total, exit_, handed_in, len(kept_back))}))
        else:
            for line in _told(total, handed_in, len(kept_back)):
                print(line)
        sys.stdout.flush()


def line_of(passed: sweep.Passed) -> dict[str, Any]:
    """Return what a program reads of one file; its keys are documented and stay."""
    from evenhand.detection import Answer

    one = passed.outcome
    line: dict[str, Any] = {
        "path": _shown(passed.shown),
        "answer": one.answer.value,
        "sha256": one.digests.get("sha256"),
        "pdq": one.pdq,
        "matches": [
            {
                "bank": each.bank,
                "entry": each.entry_id,
                "distance": each.distance,
                "detector": each.detector,
                "clause": each.clause_key,
                "says": each.says,
            }
            for each in one.found
        ],
        "error": one.why if one.answer is Answer.FAILED else None,
        "skipped": one.why if one.answer is Answer.SKIPPED else None,
    }
    if not _is_text(passed.shown):
        line["path_base64"] = base64.b64encode(passed.shown).decode()
    if one.item is not None:
        line["item"] = {"kind": one.item[0], "id": one.item[1]}
    return line


def _summary(
    total: sweep.Summary, exit_: Exit, handed_in: int | None, kept_back: int
) -> dict[str, Any]:
    value: dict[str, Any] = {
        "files": total.files,
        **{answer.value: count for answer, count in total.answers.items()},
        "looked_at": total.looked,
        "unchanged": total.unchanged,
        "gone": total.gone,
        "whole": total.whole,
        "seconds": round(total.seconds, 3),
        "findings": [
            {
                "bank": each.bank,
                "clause": each.clause_key,
                "detector": each.detector,
                "files": each.files,
            }
            for each in total.tallies
        ],
        "exit": int(exit_),
    }
    if handed_in is not None:
        value |= {"handed_in": handed_in, "not_handed_in": kept_back}
    return value


def _told(total: sweep.Summary, handed_in: int | None, kept_back: int) -> list[str]:
    rate = total.looked / total.seconds if total.seconds else 0.0
    pairs: list[tuple[str, object]] = [
        ("files", f"{total.files:,}"),
        *(
            (answer.value.replace("_", " "), f"{count:,}")
            for answer, count in total.answers.items()
        ),
        ("looked at now", f"{total.looked:,} in {total.seconds:.1f} s, {rate:,.0f} a second"),
        ("unchanged", f"{total.unchanged:,}"),
    ]
    if total.gone:
        pairs.append(("gone since", f"{total.gone:,}"))
    if handed_in is not None:
        pairs.append(("handed in", f"{handed_in:,}, and {kept_back:,} could not be"))
    lines = facts(pairs)
    rows = [(each.bank, each.clause_key, each.detector, each.files) for each in total.tallies]
    lines += ["", *table(("bank", "clause", "detector", "files"), rows, empty="Nothing was found.")]
    for what, reasons in (("failed", total.failed), ("skipped", total.skipped)):
        if reasons:
            told = ((f"{count:,}", why) for why, count in reasons.items())
            lines += ["", *table((what, "why"), told, empty="")]
    if total.failed and not total.tallies:
        lines += ["", "Nothing was found, but not everything was looked at: failed is not clean."]
    return lines


def _said(one: sweep.Found) -> str:
    how = "" if one.distance is None else f" ({one.distance} bits away)"
    return visible(f"{one.bank or one.detector}: {one.says}{how}")


def _shown(name: bytes) -> str:
    from evenhand import sweep

    return sweep.shown(name)


def _is_text(name: bytes) -> bool:
    from evenhand import sweep

    return sweep.is_text(name)
