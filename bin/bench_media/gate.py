"""How long it takes from a photograph's bytes to a verdict, with a million hashes listed.

Evenhand looks in all eight orientations and without the border, and lets the rules meet what was
found; the peers look at the picture as it lies, and stop at the match.
"""

from __future__ import annotations

import hashlib
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bin.bench_media.figures import Report
from bin.bench_media.peers import Peer
from evenhand.banks import Confidence, EntryKind, Like, LiveEntry, LiveIndex, Snapshot
from evenhand.detection import Answer, ItemContent
from evenhand.detection.detectors import KnownImages
from evenhand.detection.model import ImageContent
from evenhand.policy import Harm
from evenhand.rules import Match
from tests.ruled import proposed

ROUNDS: Final = 5
AIM_MS: Final = 5.0
AIM_SIZE: Final = "1080 px"


@dataclass(frozen=True)
class Listed:
    """The index as a detector is handed it; what it names is made up when it is asked for."""

    index: LiveIndex
    held: bool = True

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first."""
        return [
            [Like(one.distance, entry_of(one.entry_id)) for one in near]
            for near in self.index.match(hashes, distance)
        ]


def entry_of(entry_id: str) -> LiveEntry:
    """Make up an entry with this id."""
    return LiveEntry(entry_id, "b", "bank", Confidence.CONFIRMED, "c", EntryKind.PDQ, "0" * 64)


def verdict(data: bytes, snapshot: Snapshot) -> str:
    """Take bytes to a verdict, as the gate does once an item is read."""
    sha256 = hashlib.sha256(data).hexdigest()
    image = ImageContent("photo", "m", sha256, "image/jpeg", lambda: data)
    said = KnownImages().examine(ItemContent("i", images=(image,)), snapshot)
    found = [one for one in said if one.answer is Answer.FOUND and one.entry_id is not None]
    matches = tuple(
        Match(str(at), str(one.entry_id), "b", "bank", Confidence.CONFIRMED, "c", Harm.OTHER)
        for at, one in enumerate(found)
    )
    made = proposed(*matches)
    return str(made[0].action) if made else "allow"


def milliseconds(data: bytes, snapshot: Snapshot) -> float:
    """Time one verdict, in processor time of this process."""
    began = time.process_time()
    verdict(data, snapshot)
    return (time.process_time() - began) * 1_000


def run(
    report: Report,
    index: LiveIndex,
    files: dict[str, list[Path]],
    peer: Peer | None,
) -> None:
    """Print the time for photographs of each size, and add the aim's to the report."""
    snapshot = Snapshot((entry_of(str(uuid.UUID(int=0))),), Listed(index))
    print("\nBytes to verdict with a million hashes listed, ms of the processor, mean")
    print(f"{'size':>17}{'evenhand':>12}{'peers':>12}")
    for size, group in files.items():
        contents = [file.read_bytes() for file in group]
        best = [min(milliseconds(one, snapshot) for _ in range(ROUNDS)) for one in contents]
        mine, theirs = sum(best) / len(best), None
        if peer is not None:
            rounds = [
                min(peer.ask("verdict", str(file))["seconds"] for _ in range(ROUNDS))
                for file in group
            ]
            theirs = 1_000 * sum(rounds) / len(rounds)
        print(f"{size:>17}{mine:>12.2f}{'missing' if theirs is None else f'{theirs:.1f}':>12}")
        if size == AIM_SIZE:
            report.most(f"bytes to verdict, {size}, turned and trimmed", mine, AIM_MS, " ms")
        sys.stdout.flush()
