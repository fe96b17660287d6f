"""The index's files are what was written or are noticed, and nobody ever sees half of them."""

from __future__ import annotations

import multiprocessing
import random
import threading
from pathlib import Path

import pytest

from evenhand.banks.index import IndexDamaged, LiveIndex, layout, manifest, segment
from evenhand.banks.index.manifest import Manifest
from tests.listed import Listed, changed, drawn, matched

MANY = 300


@pytest.fixture
def listed() -> Listed:
    """List a few hundred hashes."""
    dice = random.Random(1)
    made = Listed()
    for _ in range(MANY):
        made.add(drawn(dice))
    return made


@pytest.fixture
def folder(tmp_path: Path, listed: Listed) -> Path:
    """Publish them in one segment."""
    LiveIndex(tmp_path, delta_max=10).catch_up(listed)
    return tmp_path


def opened(folder: Path, listed: Listed) -> LiveIndex:
    """Open the folder as another process does."""
    index = LiveIndex(folder, delta_max=10)
    index.catch_up(listed)
    return index


def the_segment(folder: Path) -> Path:
    """Name the one segment."""
    [file] = folder.glob("*.hashes")
    return file


class TestMatching:
    """Asking."""

    def test_refuses_what_is_no_hash(self, folder: Path, listed: Listed) -> None:
        """And says what one is."""
        index = opened(folder, listed)
        for wrong in ("", "ab", "zz" * 32, "ab" * 33):
            with pytest.raises(ValueError):
                index.match([wrong], 31)

    @pytest.mark.parametrize("distance", [-1, 64])
    def test_refuses_a_distance_beyond_people(
        self, folder: Path, listed: Listed, distance: int
    ) -> None:
        """Half of all bits differ between any two hashes; nothing near that says anything."""
        with pytest.raises(ValueError, match="63"):
            opened(folder, listed).match([drawn(random.Random(2))], distance)

    def test_of_nothing_finds_nothing(self, tmp_path: Path, listed: Listed) -> None:
        """No list, no queries."""
        index = opened(tmp_path / "new", Listed())
        assert index.match(["ab" * 32], 31) == [[]]
        assert opened(tmp_path / "newer", listed).match([], 31) == []

    def test_keeps_short_lists_out_of_the_folder(self, tmp_path: Path) -> None:
        """They are read from the database in a moment."""
        few = Listed()
        few.add("ab" * 32)
        index = opened(tmp_path / "new", few)
        assert matched(index, ["ab" * 32], 31) == [few.near("ab" * 32, 31)]
        assert not (tmp_path / "new").exists()


class TestFiles:
    """What lies in the folder."""

    def test_is_opened_again_as_it_was(self, folder: Path, listed: Listed) -> None:
        """Without reading the database again: only what came since is asked for."""
        listed.everything = None  # type: ignore[assignment,method-assign]  # it must not be called
        index = opened(folder, listed)
        assert index.stats().segments == (MANY,)
        assert index.verify() == []

    def test_has_the_length_its_header_says(self, folder: Path) -> None:
        """As the table in the module says."""
        found = segment.open_segment(the_segment(folder))
        assert the_segment(folder).stat().st_size == found.bytes
        assert found.count == MANY

    @pytest.mark.parametrize("seed", range(40))
    @pytest.mark.slow
    def test_shows_every_changed_byte(self, folder: Path, listed: Listed, seed: int) -> None:
        """Wherever it is; and the next look has everything again."""
        dice = random.Random(seed)
        file = dice.choice([the_segment(folder), folder / manifest.NAME])
        content = bytearray(file.read_bytes())
        content[dice.randrange(len(content))] ^= dice.randint(1, 255)
        file.write_bytes(content)
        index = opened(folder, listed)
        if file.suffix and index.stats().segments and file == the_segment(folder):
            assert index.verify()
            index.catch_up(listed)
        assert index.verify() == []
        assert index.differences(listed) == (0, 0)
        values = list(listed.standing.values())
        assert matched(index, values, 31) == [listed.near(one, 31) for one in values]

    @pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.99])
    def test_is_noticed_when_half_written(self, folder: Path, listed: Listed, share: float) -> None:
        """Even in its header."""
        file = the_segment(folder)
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(IndexDamaged):
            segment.open_segment(file)
        assert opened(folder, listed).differences(listed) == (0, 0)

    def test_is_made_anew_when_it_is_gone(self, folder: Path, listed: Listed) -> None:
        """The segment, and then everything."""
        the_segment(folder).unlink()
        index = opened(folder, listed)
        assert index.differences(listed) == (0, 0)
        for file in folder.iterdir():
            file.unlink()
        index.catch_up(listed)
        assert index.differences(listed) == (0, 0)

    def test_never_leads_a_search_out_of_a_file(
        self, tmp_path: Path, listed: Listed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Tables full of nonsense are an error that is said, not a crash."""
        monkeypatch.setattr(layout, "chunks_for", lambda _count: 16)
        index = LiveIndex(tmp_path, delta_max=10)
        index.catch_up(listed)
        index.close()
        file = the_segment(tmp_path)
        start = file.stat().st_size - 4 * 16 * MANY
        content = file.read_bytes()
        for nonsense in (b"\xff" * (4 * 16 * MANY), b"\xff\xff\xff\x7f" * (16 * MANY)):
            file.unlink()
            file.write_bytes(content[:start] + nonsense)
            broken = LiveIndex(tmp_path, delta_max=10)
            broken.catch_up(listed)
            values = list(listed.standing.values())
            with pytest.raises(IndexDamaged):
                broken.match(values, 31)
            file.write_bytes(content)

    def test_of_another_database_is_not_believed(self, folder: Path) -> None:
        """A restored backup has other lines; what the folder says of them is not used."""
        dice = random.Random(9)
        other = Listed()
        for _ in range(MANY + 5):
            other.add(drawn(dice))
        assert opened(folder, other).differences(other) == (0, 0)
        shorter = Listed()
        shorter.add(drawn(dice))
        assert opened(folder, shorter).differences(shorter) == (0, 0)

    def test_of_a_manifest_are_read_back(self) -> None:
        """And only exactly as written."""
        made = Manifest(7, "ab", (("a.hashes", "00"),), (b"\0" * 16, b"x" * 16))
        assert Manifest.of(made.text()) == made
        for wrong in (made.text()[:-1], made.text() + b"\n", b"", b"{}", b"[" * 100_000):
            with pytest.raises(IndexDamaged):
                Manifest.of(wrong)


class TestMerging:
    """Publishing while others read."""

    def test_does_not_seal_what_is_damaged(self, folder: Path, listed: Listed) -> None:
        """A changed hash would otherwise get a checksum that says it is right."""
        index = opened(folder, listed)
        file = the_segment(folder)
        content = bytearray(file.read_bytes())
        content[segment.HEADER_BYTES + 5] ^= 1
        file.write_bytes(content)
        dice = random.Random(3)
        for _ in range(200):
            listed.add(drawn(dice))
        index.catch_up(listed)
        index.close()
        index.catch_up(listed)
        assert index.verify() == []
        assert index.differences(listed) == (0, 0)

    def test_takes_out_what_was_withdrawn(self, folder: Path, listed: Listed) -> None:
        """Once the segment is rewritten, nothing is left of it."""
        index = opened(folder, listed)
        for entry in list(listed.standing)[:100]:
            listed.withdraw(entry)
        dice = random.Random(3)
        for _ in range(200):
            listed.add(drawn(dice))
        index.catch_up(listed)
        index.close()
        index.catch_up(listed)
        assert index.stats().withdrawn == 0
        assert sum(index.stats().segments) == MANY - 100 + 200

    def test_leaves_few_segments(self, tmp_path: Path) -> None:
        """However many portions came."""
        dice = random.Random(5)
        listed = Listed()
        index = LiveIndex(tmp_path, delta_max=20)
        for _ in range(60):
            for _ in range(30):
                listed.add(drawn(dice))
            index.catch_up(listed)
            index.close()
        index.catch_up(listed)
        assert len(index.stats().segments) <= 6
        assert len(list(tmp_path.glob("*.hashes"))) == len(index.stats().segments)

    @pytest.mark.slow
    def test_is_never_seen_half_done(self, tmp_path: Path) -> None:
        """Readers in threads find everything that stood when they began, at every moment."""
        dice = random.Random(6)
        listed = Listed()
        sure = [drawn(dice) for _ in range(50)]
        for one in sure:
            listed.add(one)
        writer = LiveIndex(tmp_path, delta_max=15)
        writer.catch_up(listed)
        done = threading.Event()
        wrong: list[object] = []

        def read(seed: int) -> None:
            mine = random.Random(seed)
            reader = LiveIndex(tmp_path, delta_max=10**9)
            while not done.is_set():
                asked = [changed(mine, one, 31) for one in sure]
                reader.catch_up(listed)
                found = reader.match(asked, 31)
                wrong.extend(one for one, near in zip(sure, found, strict=True) if not near)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(60):
            for _ in range(20):
                listed.add(drawn(dice))
            writer.catch_up(listed)
            writer.close()
        done.set()
        for thread in threads:
            thread.join()
        assert wrong == []


def _publish(folder: Path, seed: int, rounds: int) -> None:
    """Grow a list of one's own over the same folder, in a process of one's own."""
    dice = random.Random(seed)
    listed = Listed()
    index = LiveIndex(folder, delta_max=15)
    for _ in range(rounds):
        for _ in range(20):
            listed.add(drawn(dice))
        index.catch_up(listed)
        index.close()
        value = dice.choice(list(listed.standing.values()))
        assert matched(index, [value], 31) == [listed.near(value, 31)]


@pytest.mark.slow
def test_processes_that_disagree_still_answer_right(tmp_path: Path) -> None:
    """Each confirms what is published with its own ledger before it believes it."""
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=_publish, args=(tmp_path, seed, 30)) for seed in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0]
