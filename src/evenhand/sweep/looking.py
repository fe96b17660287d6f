"""The partition function: looks at some files and says of each what came of it.

It is a plain function of a job and a partition. A pool on this machine and a cluster run the very
same; each process opens the banks once and maps what all others map. Whatever is wrong with a file
stays with that file.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Final

from evenhand import banks, detection, intake
from evenhand.detection import Answer, Assessment, Detector, Finding
from evenhand.sweep import content, item_lines, sorts
from evenhand.sweep.calls import Calls, Exact, Listening
from evenhand.sweep.content import Content, Unread
from evenhand.sweep.item_lines import content_of_line
from evenhand.sweep.model import (
    Found,
    InBucket,
    Job,
    Listed,
    Outcome,
    Partition,
    Same,
    Sort,
    answer_of,
)
from evenhand.sweep.ports import Result

VERSION: Final = "1"
"""Changes whenever the same file could get another answer from here."""

EXACT: Final = ("known_bytes", "1")
ON_PICTURES: Final = frozenset({"known_images", "known_videos"})
ON_FILMS: Final = frozenset({"known_videos"})
TEXT_BYTES_MAX: Final = 10_000_000
TEXT_CHARS: Final = 50_000
TEXT_OVERLAP: Final = 1_000
FETCHES: Final = 16
WHY_CHARS_MAX: Final = 300
NOT_FOR_THEM: Final = "The item has no "  # what detectors say of what they never look at
_HELD_MAX: Final = {
    Sort.PICTURE: detection.FILE_LIMITS.bytes_max,
    Sort.FILM: content.HELD_BYTES_MAX,
    Sort.TEXT: TEXT_BYTES_MAX,
    Sort.ITEM: item_lines.BYTES_MAX,
    Sort.OTHER: 0,
}


@dataclass(frozen=True)
class Tools:
    """What is opened once in each process: the banks, and who looks at which sort of file."""

    bank: banks.Snapshot
    exact: Exact
    detectors: Mapping[Sort, tuple[Detector, ...]]
    versions: Mapping[Sort, str]
    kinds: Mapping[str, intake.ItemKind]
    thorough: bool


@dataclass(frozen=True)
class _Said:
    """What was said of one file, detector by detector, and what is kept of it."""

    assessments: list[Assessment]
    calls: Calls | None = None
    item: tuple[str, str] | None = None


def look(job: Job, partition: Partition) -> list[Result]:
    """Look at every file of a partition, in its order."""
    tools = tools_of(job)
    changed = [not _is_same(tools, file) for file in partition.files]
    wanted = (file for file, each in zip(partition.files, changed, strict=True) if each)
    opened = _opened(job, list(wanted))
    return [
        _looked(tools, file, next(opened)) if each else Same(file.name, file.nth)
        for file, each in zip(partition.files, changed, strict=True)
    ]


def looked_by(
    detectors: Mapping[Sort, tuple[Detector, ...]], digests: Sequence[str]
) -> dict[Sort, str]:
    """Name, for each sort of file, everything that its answers rest on but the banks."""
    first = f"sweep@{VERSION}:{','.join(digests)}"
    return {sort: "+".join([first, *map(_version, detectors[sort])]) for sort in Sort}


def detectors_for(*, thorough: bool) -> dict[Sort, tuple[Detector, ...]]:
    """Choose who looks at which sort of file.

    Files are compared with the banks; with `thorough`, everybody else looks at them too. A host's
    items are looked at by everybody, as if they had been sent.
    """
    everybody = tuple(map(_for_files, detection.DETECTORS))
    usual = tuple(each for each in everybody if _is_usual(each))
    on_media = ON_PICTURES | ON_FILMS
    return {
        Sort.PICTURE: everybody if thorough else _named(usual, ON_PICTURES),
        Sort.FILM: everybody if thorough else _named(usual, ON_FILMS),
        Sort.TEXT: tuple(
            each for each in (everybody if thorough else usual) if each.name not in on_media
        ),
        Sort.ITEM: detection.DETECTORS,
        Sort.OTHER: (),
    }


@lru_cache(maxsize=2)
def tools_of(job: Job) -> Tools:
    """Open what a job needs, once in each process."""
    detectors = detectors_for(thorough=job.thorough)
    bank = job.open_banks(job.banks)
    return Tools(
        bank,
        Exact(bank),
        detectors,
        looked_by(detectors, job.digests),
        {kind.name: kind for kind in job.kinds},
        job.thorough,
    )


def _for_files(detector: Detector) -> Detector:
    """Return the detector for files of one's own: larger ones, of which it keeps nothing."""
    if isinstance(detector, detection.KnownImages):
        return detection.KnownImages(limits=detection.FILE_LIMITS, keeps=False)
    if isinstance(detector, detection.KnownVideos):
        return detection.KnownVideos(keeps=False)
    return detector


def _is_usual(detector: Detector) -> bool:
    """Tell whether a detector compares with banks, quickly enough for a whole catalogue.

    What learned from examples (it has a card) looks only when it is asked to.
    """
    if getattr(detector, "card", None) is not None:
        return False
    return detector.name.startswith("known_") or getattr(detector, "cost", None) == "cheap"


def _named(detectors: Iterable[Detector], names: frozenset[str]) -> tuple[Detector, ...]:
    return tuple(each for each in detectors if each.name in names)


def _version(detector: Detector) -> str:
    """Name a detector's version, and what it needs that is not there."""
    needs = getattr(detector, "needs", None)
    missing = [name for name in needs.modules if find_spec(name) is None] if needs else []
    return f"{detector.name}@{detector.version}" + "".join(f"-{name}" for name in missing)


def _is_same(tools: Tools, file: Listed) -> bool:
    """Tell whether the banks answer about a file what they did when it was looked at."""
    calls = Calls.read(file.kept.calls) if file.kept else None
    return (
        file.kept is not None
        and calls is not None
        and calls.still(tools.bank, tools.exact, file.kept.digests)
    )


def _opened(job: Job, files: Sequence[Listed]) -> Iterator[Content | Unread]:
    """Read each file. What comes over a network is fetched several at a time."""
    reading = partial(_read, job)
    if any(isinstance(file.where, InBucket) for file in files):
        with ThreadPoolExecutor(FETCHES) as pool:
            yield from pool.map(reading, files)
    else:
        yield from map(reading, files)


def _read(job: Job, file: Listed) -> Content | Unread:
    try:
        return content.read(
            file.where, digests=job.digests, held_max=lambda start: _HELD_MAX[_sort(file, start)]
        )
    except Unread as why:
        return why


def _sort(file: Listed, start: bytes) -> Sort:
    return Sort.ITEM if file.line else sorts.sort_of(start, file.name)


def _looked(tools: Tools, file: Listed, read: Content | Unread) -> Outcome:
    began = time.perf_counter()
    if isinstance(read, Unread):
        return Outcome(
            file.name,
            file.nth,
            Sort.OTHER,
            Answer.FAILED,
            str(read)[:WHY_CHARS_MAX],
            looked=tools.versions[Sort.OTHER],
            digests={},
            size=file.size,
            again=read.again,
        )
    sort = _sort(file, read.start)
    said = _said_of(tools, sort, file, read)
    outcome = _outcome(tools, file, sort, said, read.digests)
    return replace(outcome, seconds=time.perf_counter() - began, size=read.size)


def _said_of(tools: Tools, sort: Sort, file: Listed, read: Content) -> _Said:
    """Let everybody look who looks at this sort of file."""
    if sort is Sort.OTHER:
        return _other(tools, file, read.digests)
    if read.data is None:
        says = f"It has {read.size:,} bytes, more than are opened of a {sort.value}."
        return _alone(Finding(Answer.FAILED, says))
    data = read.data
    if sort is Sort.PICTURE:
        image = detection.ImageContent(
            "picture", "picture", read.digests["sha256"], "", lambda: data
        )
        made = detection.ItemContent("", images=(image,), kind="file")
        films = tools.bank.frames is not None and tools.bank.frames.held
        keep = None if tools.thorough or films else read.digests
        return _run(tools, sort, made, keep=keep)
    if sort is Sort.FILM:
        film = detection.VideoContent(
            "film", "film", read.digests["sha256"], sorts.film_type(file.name), lambda: data
        )
        return _run(tools, sort, detection.ItemContent("", videos=(film,), kind="file"))
    return _text(tools, data) if sort is Sort.TEXT else _item(tools, data)


def _other(tools: Tools, file: Listed, digests: Mapping[str, str]) -> _Said:
    """Say of what is known by its bytes alone why nobody looked at more."""
    broken = sorts.promised(file.name)
    finding = Finding(Answer.SKIPPED, "It is no picture, film or text.")
    if broken is not None:
        says = f"Its name says that it is a {broken.value}, and its bytes are none."
        finding = Finding(Answer.FAILED, says)
    calls = Calls(same=tools.exact.ids(digests), held=tools.bank.index.held)
    return replace(_alone(finding), calls=calls)


def _text(tools: Tools, data: bytes) -> _Said:
    text = sorts.text_of(data)
    if text is None:
        return _alone(Finding(Answer.FAILED, "It is no text in UTF-8, or in UTF-16 with its mark."))
    step = TEXT_CHARS - TEXT_OVERLAP
    places = range(0, max(1, len(text) - TEXT_OVERLAP), step)
    texts = tuple(
        detection.TextContent(f"text[{number}]", text[at : at + TEXT_CHARS])
        for number, at in enumerate(places)
    )
    return _run(tools, Sort.TEXT, detection.ItemContent("", texts=texts, kind="file"))


def _item(tools: Tools, data: bytes) -> _Said:
    try:
        made, item = content_of_line(data, tools.kinds)
    except intake.Refused as why:
        return _alone(Finding(Answer.FAILED, f"{why}"))
    return replace(_run(tools, Sort.ITEM, made), item=item)


def _run(
    tools: Tools,
    sort: Sort,
    made: detection.ItemContent,
    *,
    keep: Mapping[str, str] | None = None,
) -> _Said:
    """Let detectors look; keep what they ask of the banks, where that is all they rest on."""
    listening = Listening(tools.bank.index)
    said = detection.run(
        tools.detectors[sort],
        made,
        listening.before(tools.bank),
        readers=detection.READERS if tools.thorough or sort is Sort.ITEM else (),
    )
    return _Said(said, None if keep is None else listening.calls(tools.exact, keep))


def _alone(finding: Finding) -> _Said:
    return _Said([Assessment("sweep", VERSION, finding)])


def _outcome(
    tools: Tools, file: Listed, sort: Sort, said: _Said, digests: Mapping[str, str]
) -> Outcome:
    """Put together what everybody said, and what the exact bytes are listed as."""
    by_detector: dict[str, list[Answer]] = {}
    for one in said.assessments:
        by_detector.setdefault(one.detector, []).append(one.finding.answer)
    found = [_found(one) for one in said.assessments if one.finding.answer is Answer.FOUND]
    known = {one.entry_id for one in found}
    if sort is not Sort.ITEM:
        listed = (one for one in tools.exact.listed(digests) if one.id not in known)
        same = [_same(one) for one in listed]
        found = [*same, *found]
        by_detector[EXACT[0]] = [Answer.FOUND] * bool(same)
    answer = answer_of(by_detector.values())
    hashes = [one.finding.hash for one in said.assessments if one.finding.hash is not None]
    return Outcome(
        file.name,
        file.nth,
        sort,
        answer,
        _why(sort, answer, said.assessments),
        looked=tools.versions[sort],
        digests=digests,
        pdq=hashes[0].pdq if hashes and sort is not Sort.ITEM else None,
        kept=None if said.calls is None else said.calls.write(),
        found=tuple(found),
        item=said.item,
    )


def _why(sort: Sort, answer: Answer, said: Iterable[Assessment]) -> str | None:
    """Say why a file failed or was skipped; what is no matter of a detector's is no reason."""
    wanted = Answer.SKIPPED if answer is Answer.SKIPPED else Answer.FAILED
    whys = [one.finding.why for one in said if one.finding.answer is wanted]
    of_it = [why for why in whys if not why.startswith(NOT_FOR_THEM)]
    if of_it:
        return of_it[0][:WHY_CHARS_MAX]
    return f"No detector that is here looks at a {sort.value}." if answer is wanted else None


def _same(entry: banks.LiveEntry) -> Found:
    return Found(
        *EXACT,
        "Its bytes are listed.",
        bank=entry.bank,
        entry_id=entry.id,
        distance=0,
        evidence={**detection.naming(entry), "distance": 0},
    )


def _found(one: Assessment) -> Found:
    evidence = dict(one.finding.evidence)
    distance = evidence.get("distance")
    return Found(
        one.detector,
        one.detector_version,
        one.finding.why,
        bank=evidence.get("bank"),
        entry_id=one.finding.entry_id,
        distance=distance if isinstance(distance, int) else None,
        evidence=evidence,
    )
