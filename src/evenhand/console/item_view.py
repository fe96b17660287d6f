"""How an item is laid out on the desk: as the service shows it, with what was found marked in it.

Pure: it turns views and assessments into pieces a template can print, and never into markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from evenhand.detection import AssessmentView
from evenhand.intake import FieldView, ItemView, MediaView
from evenhand.kit.films import Span, film_time
from evenhand.rules import KnownMedia

_NONE_KNOWN: Final[Mapping[str, KnownMedia]] = MappingProxyType({})

CREDENTIALS: Final = "content_credentials"
READ_CHARS_MAX: Final = 120
_INTEGRITY: Final = {
    "intact": "intact",
    "changed": "changed since it was signed",
    "unproven": "not provable",
    "none": "none",
}
_SIGNER: Final = {"known": "known", "not_known": "not known"}
TIMELINE_MAX: Final = 60
_PART: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)-(\d{1,6}(?:\.\d{1,3})?)")


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
class Moment:
    """A stretch of a film in which something listed was found, from when to when.

    `part` is how the seconds are asked for.
    """

    start: float
    end: float
    says: str
    part: str

    @property
    def when(self) -> str:
        """Say when, as people read it."""
        start, end = film_time(self.start), film_time(self.end)
        return start if start == end else f"{start} – {end}"


@dataclass(frozen=True)
class Picture:
    """One piece of media: what it is in words, what is known of it, and what is open of it now.

    `known` says why it is not shown again, and `unkept` that there is nothing to show. A film has
    a timeline; `part` is what of it is shown, and nothing when all is.
    """

    media: MediaView
    answers: tuple[AssessmentView, ...]
    viewing_id: str | None = None
    level: str = ""
    known: KnownMedia | None = None

    @property
    def unkept(self) -> bool:
        """Tell whether it was never stored."""
        return self.media.unkept is not None

    @property
    def credentials(self) -> str:
        """Say whether it is what was signed, and apart from that whether the signer is known."""
        for answer in self.answers:
            told = answer.evidence or {}
            if answer.detector == CREDENTIALS and told.get("integrity") in _INTEGRITY:
                says = _INTEGRITY[told["integrity"]]
                signer = _SIGNER.get(str(told.get("signer")))
                return f"{says} · signer: {signer}" if signer else says
        return ""

    timeline: tuple[Moment, ...] = ()
    part: str = ""

    @property
    def length(self) -> str:
        """Say how long a film is, if that is known."""
        return "" if self.media.seconds is None else film_time(self.media.seconds)


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
    known: Mapping[str, KnownMedia] = _NONE_KNOWN,
    part: str = "",
) -> tuple[Picture, ...]:
    """Describe the media. `opened` is (media id, viewing id, level) of the one being looked at."""
    asked = part_of(part)
    found = []
    for media in item.media:
        answers = tuple(a for a in assessments if a.media_id == media.id)
        viewing, level = (opened[1], opened[2]) if opened and opened[0] == media.id else (None, "")
        shown = written_part(asked) if asked and media.is_film else ""
        found.append(
            Picture(
                media, answers, viewing, level, known.get(media.id), timeline_of(answers), shown
            )
        )
    return tuple(found)


def timeline_of(answers: Iterable[AssessmentView]) -> tuple[Moment, ...]:
    """Put what was found in a film in order of time, the earliest first."""
    moments = []
    for answer in answers:
        told = (answer.evidence or {}).get("passages")
        for one in told if isinstance(told, list) else ():
            start, end = float(one["start"]), float(one["end"])
            bank = (answer.evidence or {}).get("bank", "")
            says = f"{bank}, distance {one['distance']}"
            moments.append(Moment(start, end, says, written_part(Span(start, end))))
    return tuple(sorted(moments, key=lambda one: (one.start, one.end, one.says))[:TIMELINE_MAX])


def part_of(text: str) -> Span | None:
    """Read which seconds of a film are asked for; None for all, and for what cannot be read."""
    found = _PART.fullmatch(text)
    if found is None or float(found[1]) > float(found[2]):
        return None
    return Span(float(found[1]), float(found[2]))


def written_part(part: Span) -> str:
    """Write which seconds of a film are asked for."""
    return f"{part.start:.3f}-{part.end:.3f}"


def detector_words(name: str) -> str:
    """Say a detector's name as words."""
    return name.replace("_", " ").capitalize()


def evidence_text(assessment: AssessmentView) -> str:
    """Say what an assessment rests on, in a few words."""
    told: dict[str, Any] = dict(assessment.evidence or {})
    parts = []
    if told.get("phrase"):
        parts.append(f"“{told['phrase']}”")
    for listed in ("domain", "url", "protected"):
        if told.get(listed):
            parts.append(str(told[listed]))
    if told.get("bank"):
        parts.append(f"bank {told['bank']}")
    if told.get("model"):
        parts.append(f"model {told['model']} {told.get('model_version', '')}, an opinion")
    if told.get("distance") is not None:
        parts.append(f"distance {told['distance']}")
    if assessment.why:
        parts.append(assessment.why)
    read = told.get("read_text") or told.get("words") or " ".join(told.get("codes") or ())
    if read:
        shown = " ".join(str(read).split())
        cut = f"{shown[:READ_CHARS_MAX]}…" if len(shown) > READ_CHARS_MAX else shown
        parts.append(f"it reads “{cut}”")
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
