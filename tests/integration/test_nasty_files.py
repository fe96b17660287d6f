"""A frozen corpus of nasty files through every decoder: no crash, no hang, memory bounded.

Everything that opens pictures looks at each file, in a process with limited memory: the gate, the
planes that are hashed, the hashing of files, the copies that reviewers are shown, and the readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bin.nasty.corpus import FOLDER, WHOLE, expected, kept
from bin.nasty.judging import Broken, Judge, Said
from bin.nasty.mutating import mutated
from evenhand.kit.images import MediaTypeLies, open_image

FORMATS = (".jpg", ".png", ".gif", ".webp")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
SECONDS_MAX = 60.0  # of the clock, on a machine that others use
CPU_SECONDS_MAX = 20.0
BYTES_MAX = 1_000_000
MUTATIONS = 100

FILES, EXPECTED = kept(), expected()
SOUND = {name: data for name, data in FILES.items() if name.startswith(WHOLE)}


@pytest.fixture(scope="module", params=FORMATS)
def judge(request: pytest.FixtureRequest) -> Iterator[tuple[Judge, str]]:
    """Start the decoders in a process of their own for the files of one name's end."""
    with Judge(seconds_max=SECONDS_MAX) as started:
        yield started, request.param


def answer(judge: Judge, name: str, data: bytes) -> str:
    """Insist on an answer, and in time."""
    said = judge.ask(data)
    assert isinstance(said, Said), f"{name}: {said.how if isinstance(said, Broken) else said}"
    assert said.cpu < CPU_SECONDS_MAX, f"{name} took {said.cpu:.1f} s"
    return said.answer


def test_is_the_corpus_that_was_frozen() -> None:
    """No file was changed, lost or added in passing, and together they stay small."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    assert digests == {name: sha256 for name, (sha256, _) in EXPECTED.items()}
    assert sum(map(len, FILES.values())) < BYTES_MAX
    assert len(FILES) > 100
    assert {Path(name).suffix for name in SOUND} == set(FORMATS)
    assert (FOLDER / "SOURCES.md").is_file()


def test_every_decoder_answers_to_every_file_as_it_did(judge: tuple[Judge, str]) -> None:
    """Whole files open; blank ones have no usable hash; the others are refused, each for why."""
    asked, end = judge
    for name, data in FILES.items():
        if name.endswith(end):
            assert answer(asked, name, data) == EXPECTED[name][1], name
    blank = EXPECTED.get(f"blank{end}")
    assert blank is not None
    assert "no usable hash" in blank[1]


def test_what_is_cut_at_any_hundredth_is_refused(judge: tuple[Judge, str]) -> None:
    """By every decoder, and never hashed as if it were whole."""
    asked, end = judge
    for name, data in SOUND.items():
        for hundredth in range(100) if name.endswith(end) else ():
            said = answer(asked, name, data[: len(data) * hundredth // 100])
            assert said.startswith("refused"), f"{name} at {hundredth} %"
            assert "no hash: error; not shown" in said, f"{name} at {hundredth} %"


def test_what_is_changed_at_random_breaks_nothing(judge: tuple[Judge, str]) -> None:
    """Some of the files that `make fuzz` makes by the hundred thousand."""
    asked, end = judge
    small = {n: data for n, data in FILES.items() if n.endswith(end) and 0 < len(data) < 30_000}
    opened = 0
    for seed in range(MUTATIONS):
        name, data = mutated(seed, small, sound=WHOLE)
        opened += answer(asked, f"seed {seed} ({name})", data).startswith("opened")
    assert 0 < opened < MUTATIONS, "some open and some do not, or it proves little"


@pytest.mark.parametrize("name", sorted(SOUND))
def test_no_file_passes_for_another_type(name: str) -> None:
    """What it is said to be must agree with its bytes; its name is never asked."""
    own = TYPES[name.rpartition(".")[2]]
    assert open_image(FILES[name], declared=own).media_type == own
    for other in {*TYPES.values(), "text/html", "application/pdf"} - {own}:
        with pytest.raises(MediaTypeLies):
            open_image(FILES[name], declared=other)


def test_a_break_would_be_seen() -> None:
    """Too little memory, too little time: the judge says so."""
    large = FILES["fifty-megapixels.png"]
    with Judge(seconds_max=SECONDS_MAX, megabytes_max=60) as poor:
        said = poor.ask(large)
        assert isinstance(said, Broken)
        assert "MemoryError" in said.how
    with Judge(seconds_max=0.0) as hasty:
        said = hasty.ask(large)
        assert said == Broken("it hung for more than 0 seconds")
