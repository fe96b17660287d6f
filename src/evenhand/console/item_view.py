"""How an item is laid out on the desk: as the service shows it, with what was found marked in it.

Pure: it turns views and assessments into pieces a template can print, and never into markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.detection import AssessmentView
from evenhand.intake import FieldView, ItemView, MediaView


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `found` says what a detector found in it, or nothing."""

    text: str
    found: str = ""


@dataclass(frozen=True)
class Shown:
    """One field of an item: its name, its role on the page, and its text in pieces."""

    name: str
    role: str
    lines: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Picture:
    """One piece of media: what it is in words, what is known of it, and what is open of it now."""

    media: MediaView
    answers: tuple[AssessmentView, ...]
    viewing_id: str | None = None
    level: str = ""


def title_of(item: ItemView) -> str:
    """Name an item by its own title, or by its kind."""
    for field in item.fields:
        if field.role == "title" and field.value:
            return str(field.value)
    return f"{item.kind} {item.short}"


def shown_fields(item: ItemView, assessments: Sequence[AssessmentView]) -> tuple[Shown, ...]:
    """Lay the fields out in reading order, with what was found marked; media stand apart."""
    order = {"title": 0, "body": 1, "link": 2}
    fields = sorted(
        (f for f in item.fields if f.role != "media" and f.value not in (None, "", [], ())),
        key=lambda f: order.get(f.role, 3),
    )
    return tuple(Shown(f.name, f.role, _lines(f, assessments)) for f in fields)


def pictures(
    item: ItemView,
    assessments: Sequence[AssessmentView],
    *,
    opened: tuple[str, str, str] | None = None,
) -> tuple[Picture, ...]:
    """Describe the media. `opened` is (media id, viewing id, level) of the one being looked at."""
    found = []
    for media in item.media:
        answers = tuple(a for a in assessments if a.media_id == media.id)
        viewing, level = (opened[1], opened[2]) if opened and opened[0] == media.id else (None, "")
        found.append(Picture(media, answers, viewing, level))
    return tuple(found)


def detector_words(name: str) -> str:
    """Say a detector's name as words."""
    return name.replace("_", " ").capitalize()


def evidence_text(assessment: AssessmentView) -> str:
    """Say what an assessment rests on, in a few words."""
    told: dict[str, Any] = dict(assessment.evidence or {})
    parts = []
    if told.get("phrase"):
        parts.append(f"“{told['phrase']}”")
    if told.get("domain"):
        parts.append(str(told["domain"]))
    if told.get("bank"):
        parts.append(f"bank {told['bank']}")
    if told.get("distance") is not None:
        parts.append(f"distance {told['distance']}")
    if assessment.why:
        parts.append(assessment.why)
    return " · ".join(parts)


def mark_text(text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[Piece, ...]:
    """Cut a text at the spans found in it. Overlapping spans keep the one that begins first."""
    pieces, at = [], 0
    for start, end, says in sorted(spans):
        if start < at or end <= start or end > len(text):
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], says))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def _lines(
    field: FieldView, assessments: Sequence[AssessmentView]
) -> tuple[tuple[Piece, ...], ...]:
    values = field.value if isinstance(field.value, list | tuple) else [field.value]
    texts = [str(value) for value in values]
    return tuple(mark_text(text, _spans(field.name, text, assessments)) for text in texts)


def _spans(
    name: str, text: str, assessments: Sequence[AssessmentView]
) -> Iterable[tuple[int, int, str]]:
    """Find where in a text the assessments of its field point; trust no offset that misses."""
    for assessment in assessments:
        told = assessment.evidence or {}
        if assessment.field != name or assessment.answer != "found":
            continue
        start, end = told.get("start"), told.get("end")
        if isinstance(start, int) and isinstance(end, int):
            yield start, end, f"{detector_words(assessment.detector)}: {evidence_text(assessment)}"
        elif told.get("host") and str(told["host"]) in text:
            yield (
                0,
                len(text),
                f"{detector_words(assessment.detector)}: {evidence_text(assessment)}",
            )
