"""How much a match counts: a hold, a look, or a note.

An entry may count for less than it says: outside its bank's rollout or in quarantine it counts one
step less; what is only somewhat like it, or is also known to be fine, holds nothing; where what is
fine covers it, or a quarantined entry goes on flooding, it is only noted. Nothing is dropped: each
reason is said with the match. Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from evenhand.banks import Confidence


class Weight(StrEnum):
    """What a match is good for, most first."""

    HOLDS = "holds"
    LOOKED_AT = "looked_at"
    NOTED = "noted"


class Less(StrEnum):
    """Why a match counts for less than its entry says."""

    OUTSIDE_ROLLOUT = "outside_rollout"
    QUARANTINED = "quarantined"
    ALSO_FINE = "also_fine"
    KNOWN_FINE = "known_fine"
    FLOODING = "flooding"
    DISTANT = "distant"

    @property
    def says(self) -> str:
        """Return the reason as the end of a sentence."""
        return _SAYS[self]


_SAYS: Final = {
    Less.OUTSIDE_ROLLOUT: "the bank is not rolled out to this account yet",
    Less.QUARANTINED: "the entry is quarantined until a lead has looked",
    Less.ALSO_FINE: "it is also known to be fine",
    Less.KNOWN_FINE: "it is known to be fine, at least as nearly",
    Less.FLOODING: "the entry is quarantined and still matches far too much",
    Less.DISTANT: "it is only somewhat like what is listed",
}
_STEP: Final = frozenset({Less.OUTSIDE_ROLLOUT, Less.QUARANTINED})
_NOTE: Final = frozenset({Less.KNOWN_FINE, Less.FLOODING})


def weight_of(confidence: Confidence, less: Collection[Less]) -> Weight:
    """Weigh a match. Several reasons to step down are one step, so that a person still looks."""
    if _NOTE & set(less):
        return Weight.NOTED
    confirmed = confidence is Confidence.CONFIRMED
    if _STEP & set(less):
        return Weight.LOOKED_AT if confirmed else Weight.NOTED
    return Weight.HOLDS if confirmed and not less else Weight.LOOKED_AT
