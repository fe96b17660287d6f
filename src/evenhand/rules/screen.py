"""What the operator's policy says not to keep is found out before anything is stored.

A picture is let go only when it is surely listed under a clause in force that says `do_not_keep`.
When the look fails or takes too long, it is kept: bytes that are gone cannot be asked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from evenhand import detection, policy
from evenhand.db import ReadTx
from evenhand.detection import Answer, Assessment
from evenhand.kit.resources import NotToKeep
from evenhand.policy import Clause, Originals
from evenhand.rules.facts import matches, unrecorded
from evenhand.rules.weighing import Weight

Read = Callable[[], AbstractContextManager[ReadTx]]


class Screen:
    """Looks at pictures before they are stored, when a clause in force asks for it."""

    def __init__(self) -> None:
        """Look at nothing until `use` says where the banks are read."""
        self._read: Read | None = None

    def use(self, read: Read) -> None:
        """Read banks and policy in views of this database from now on."""
        self._read = read

    def look(self, pictures: Sequence[bytes]) -> Sequence[NotToKeep | None]:
        """Return for each picture why it is not to be stored, or None."""
        assert self._read is not None, "the house was opened without a screen"
        if not pictures:
            return []
        with self._read() as tx:
            asking = {
                clause.key: clause
                for clause in policy.clauses(tx)
                if clause.originals is Originals.DO_NOT_KEEP
            }
            if not asking:
                return [None] * len(pictures)
            hashes = [hashlib.sha256(picture).hexdigest() for picture in pictures]
            said = detection.look_for_known(tx, pictures, hashes)
            return [_unwanted(tx, _about(said, at), asking) for at in range(len(pictures))]


def _about(said: Sequence[Assessment], at: int) -> list[Assessment]:
    return [one for one in said if one.finding.media_id == str(at)]


def _unwanted(
    tx: ReadTx, said: Sequence[Assessment], asking: Mapping[str, Clause]
) -> NotToKeep | None:
    """Say why a picture is not to be kept, if it is surely listed under one of these clauses."""
    sure = [
        match
        for match in matches(tx, unrecorded(said), key="")
        if match.weight is Weight.HOLDS and match.clause_key in asking
    ]
    if not sure:
        return None
    clause = asking[min(match.clause_key for match in sure)]
    entries = sorted({match.entry_id for match in sure if match.clause_key == clause.key})
    why = f"clause {clause.number}, version {clause.version}, says that such material is not kept."
    return NotToKeep(why, _record(said, entries, clause))


def _record(said: Sequence[Assessment], entries: Sequence[str], clause: Clause) -> dict[str, Any]:
    """Write down everything by which the picture would be known again."""
    found = [one for one in said if one.finding.answer is Answer.FOUND]
    made = next((one.finding.hash for one in found if one.finding.hash is not None), None)
    return {
        "ids": {
            "clause": clause.key,
            "clause_version": clause.version,
            "entries": list(entries),
            "detector": found[0].detector,
            "detector_version": found[0].detector_version,
        },
        "pdq": made.pdq if made else None,
        "quality": made.quality if made else None,
        "findings": [
            {
                "entry_id": one.finding.entry_id,
                "why": one.finding.why,
                "evidence": dict(one.finding.evidence),
            }
            for one in found
        ],
    }
