"""A film is known when its bytes are, or when frames of it look like a listed film or picture.

What was found carries a timeline: from which second to which, how near, and how much of both
films. A single frame that a long film has in common with a listed one is a glimpse: title cards
and end cards are like that, so it is for people, whatever the bank says. A picture is compared
with listed films too, because a still may be all that was taken from one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from evenhand.banks import Confidence, EntryKind, FrameHash, LiveEntry, Snapshot
from evenhand.detection.faults import DECODING_FAULTS, SAID_CHARS_MAX, said
from evenhand.detection.film_looks import Closer, FilmLook, Sampling, look_at_film
from evenhand.detection.model import (
    Answer,
    Cost,
    Finding,
    ImageContent,
    ItemContent,
    MediaHash,
    Needs,
    VideoContent,
    found_entry,
)
from evenhand.detection.signals.films import (
    FilmMatch,
    Passage,
    SeenFrame,
    compared_with,
    runs_seen,
)
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.films import FilmLimits, FilmRefused, FilmsNotInstalled, film_time, open_film
from evenhand.kit.luma import luma_frames

FOUND_MAX: Final = 20  # per film: one that is like more entries than this is known well enough
PASSAGES_MAX: Final = 40
SECONDS_MAX: Final = 30.0  # of waiting, for each film
_HALF: Final = 0.5
_NOTHING_LISTED: Final = "No bank holds a film or a picture to compare with."
_LIMITS: Final = FilmLimits(bytes_max=200_000_000, wall_seconds_max=SECONDS_MAX)


class KnownVideos:
    """Compares every film with the listed films and pictures, and every picture with the films."""

    name: Final = "known_videos"
    version: Final = "2"
    cost: Final = Cost.CHEAP
    seconds_max: Final = 120.0
    needs: Final = Needs("video", ("av",))

    def __init__(self, *, limits: FilmLimits = _LIMITS, keeps: bool = True) -> None:
        """Look at films within limits.

        What is kept of them is found by what is listed later: so they are opened even while nothing
        is listed, unless nothing is to be kept.
        """
        self._limits, self._keeps = limits, keeps

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return what was found in each film and picture, or one finding that there is none."""
        found = [one for film in content.videos for one in self._film(film, bank)]
        if bank.frames is not None and bank.frames.held:
            found += [one for image in content.images for one in _still(image, bank)]
        if not found:
            return [Finding(Answer.SKIPPED, "The item has no film.")]
        return found

    def _film(self, film: VideoContent, bank: Snapshot) -> list[Finding]:
        """Look at one film; whatever goes wrong with it stays with it."""
        exact = [*bank.of_kind(EntryKind.SHA256), *bank.of_kind(EntryKind.MD5)]
        alike = bank.index.held or (bank.frames is not None and bank.frames.held)
        if not (exact or alike or self._keeps):
            return [Finding(Answer.SKIPPED, _NOTHING_LISTED, film.field, film.media_id)]
        try:
            data = film.load()
        except DECODING_FAULTS as fault:
            says = said("The film could not be had", fault)
            return [Finding(Answer.FAILED, says, film.field, film.media_id)]
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        findings = [
            _found(film, entry, "Its bytes are listed.", {"distance": 0})
            for entry in exact
            if entry.value in {film.sha256, md5}
        ]
        look: FilmLook | Finding | None = None
        if alike or self._keeps:
            look = self._looked(film, data, bank)
        if alike and look is not None:
            findings += _likeness(film, look, found=bool(findings))
        elif not findings:
            answer = Answer.NOT_FOUND if exact else Answer.SKIPPED
            says = "Its exact bytes are not listed." if exact else _NOTHING_LISTED
            findings = [Finding(answer, says, film.field, film.media_id)]
        kept = look.kept if isinstance(look, FilmLook) else None
        hashes = MediaHash(film.media_id, film.sha256, None, None, md5, kept or None)
        return [replace(findings[0], hash=hashes), *findings[1:]]

    def _looked(self, film: VideoContent, data: bytes, bank: Snapshot) -> FilmLook | Finding:
        """Compare a film's frames, or say why that cannot be."""
        try:
            with open_film(data, limits=self._limits) as opened:
                return look_at_film(opened, bank)
        except FilmsNotInstalled as why:
            return Finding(Answer.SKIPPED, str(why), film.field, film.media_id)
        except (FilmRefused, *DECODING_FAULTS) as fault:
            says = said("The film could not be compared by likeness", fault)
            return Finding(Answer.FAILED, says, film.field, film.media_id)


def _likeness(film: VideoContent, look: FilmLook | Finding, *, found: bool) -> Iterator[Finding]:
    """Say what a film's frames are like; what was not looked at has a finding of its own."""
    if isinstance(look, Finding):
        yield look
        return
    like = sorted((*look.films, *look.stills), key=_surest)[:FOUND_MAX]
    for match in like:
        yield _found(film, match.entry, _how(match), _traced(match, look))
    yield from _unseen(film, look)
    if not like and not found and look.fault is None:
        answer, says = _in_vain(look)
        yield Finding(answer, says, film.field, film.media_id, evidence=_sampled(look))


def is_glimpse(match: FilmMatch) -> bool:
    """Tell whether all that two films have in common is one frame, and little of either."""
    one = match.entry.kind is EntryKind.VIDEO and match.longest.frames == 1
    return one and max(match.of_film, match.of_listed) < _HALF


def traced_passage(one: Passage) -> dict[str, Any]:
    """Write a passage of a timeline, in seconds."""
    return {
        "start": one.start,
        "end": one.end,
        "frames": one.frames,
        "distance": one.distance,
        "orientation": one.orientation.value,
        "trimmed": one.trimmed,
        "listed_start": one.listed_start,
        "listed_end": one.listed_end,
    }


def _surest(match: FilmMatch) -> tuple[bool, bool, int, int]:
    sure = match.entry.confidence is Confidence.CONFIRMED
    return not sure, is_glimpse(match), -match.longest.frames, match.distance


def _how(match: FilmMatch) -> str:
    """Say how a film is like an entry, and where."""
    longest = match.longest
    at = film_time(longest.start)
    where = f"from {at} to {film_time(longest.end)}" if longest.frames > 1 else f"at {at}"
    if match.entry.kind is not EntryKind.VIDEO:
        return f"A frame looks like a listed picture, {where}."
    if is_glimpse(match):
        return f"One frame looks like one of a listed film, {where}; that alone says little."
    share = f"{match.of_film:.0%} of it, {match.of_listed:.0%} of the listed film"
    return f"It looks like a listed film {where}: {share}."


def _traced(match: FilmMatch, look: FilmLook) -> dict[str, Any]:
    longest = match.longest
    return {
        "distance": match.distance,
        "start": longest.start,
        "end": longest.end,
        "of_film": round(match.of_film, 4),
        "of_listed": round(match.of_listed, 4),
        "passages": [traced_passage(one) for one in match.passages[:PASSAGES_MAX]],
        "passages_total": len(match.passages),
        "only_for_people": is_glimpse(match),
        **_sampled(look),
    }


def _sampled(look: FilmLook) -> dict[str, Any]:
    return {
        "sampling": look.sampling.value,
        "closer": look.closer.value if look.closer else None,
        "frames_compared": sum(frame.usable for frame in look.frames),
        "until": round(look.until, 3),
    }


def _unseen(film: VideoContent, look: FilmLook) -> Iterator[Finding]:
    """Say what of a film nobody looked at."""

    def told(answer: Answer, says: str) -> Finding:
        return Finding(answer, says[:SAID_CHARS_MAX], film.field, film.media_id)

    if look.fault is not None:
        until = film_time(look.until)
        yield told(Answer.FAILED, f"Not all of it could be opened (to {until}): {look.fault}")
    if look.stopped is not None:
        yield told(
            Answer.SKIPPED, f"From {film_time(look.until)} on not all was seen: {look.stopped}."
        )
    if look.facts.tracks > 1:
        yield told(Answer.SKIPPED, f"Only the first of its {look.facts.tracks} tracks was seen.")


def _in_vain(look: FilmLook) -> tuple[Answer, str]:
    if not look.compared:
        return Answer.SKIPPED, "None of its frames has enough in it to be compared."
    counted = sum(frame.usable for frame in look.frames)
    how = "its key frames" if look.sampling is Sampling.KEY_FRAMES else "a frame each second"
    if look.closer is Closer.FAR_APART:
        how = "its key frames, and a frame each second where those are far apart"
    return Answer.NOT_FOUND, f"Nothing listed is like {how} ({counted} frames)."


def _still(image: ImageContent, bank: Snapshot) -> Iterator[Finding]:
    """Compare a picture with the frames of listed films."""
    assert bank.frames is not None, "asked only when films are listed"
    seen: list[SeenFrame] = []
    try:
        for frame in luma_frames(image.load(), declared=None):
            for look in looks_at(frame):
                bits = look.bits[0].tobytes().hex()
                seen.append(SeenFrame(FrameHash(frame.number, look.quality, bits, 0.0), (look,)))
        matches = compared_with(runs_seen(seen), bank.frames)
    except DECODING_FAULTS as fault:
        says = said("The picture could not be compared with films", fault)
        yield Finding(Answer.FAILED, says, image.field, image.media_id)
        return
    for match in sorted(matches, key=_surest)[:FOUND_MAX]:
        at = match.longest.listed_start
        says = f"It looks like a frame of a listed film, {film_time(at)} into it."
        evidence = {"distance": match.distance, "listed_start": at, "only_for_people": True}
        yield _found(image, match.entry, says, evidence)
    if not matches:
        says = "It looks like no frame of a listed film."
        answer = Answer.NOT_FOUND if seen else Answer.SKIPPED
        if not seen:
            says = "It has not enough in it to be compared with films."
        yield Finding(answer, says, image.field, image.media_id)


def _found(
    media: VideoContent | ImageContent, entry: LiveEntry, says: str, how: dict[str, Any]
) -> Finding:
    return found_entry(entry, says, how, field=media.field, media_id=media.media_id)
