"""A stream that changed is noticed: of scores alone, or of errors against decisions.

ADWIN (Bifet and Gavaldà 2007) keeps a window for as long as its mean stays what it was, and says
when it does not. It is run anew over the whole stream each time, so that nothing of it is stored
and every process comes to the same alarm. An alarm changes nothing; somebody has to look.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.learned.errors import LearnedPackageMissing
from evenhand.detection.learned.model import Drift, Stream

SEEN_MAX: Final = 20_000
FALSE_ALARM: Final = 0.002  # ADWIN's own default, for each comparison it makes
COMPARED_EVERY: Final = 1

Told = tuple[datetime, float]


def first_drift(stream: Stream, told: Sequence[Told]) -> Drift | None:
    """Return the first change in a stream of numbers from 0 to 1, oldest first, or None.

    Give what came after the last alarm. Raises LearnedPackageMissing.
    """
    if importlib.util.find_spec("river") is None:
        raise LearnedPackageMissing("river")
    from river.drift import ADWIN

    window: Any = ADWIN(delta=FALSE_ALARM, clock=COMPARED_EVERY)
    for seen, (at, number) in enumerate(told, 1):
        window.update(number)
        if window.drift_detected:
            before, after = _two_means(np.array([number for _, number in told[:seen]]))
            return Drift(stream, before=before, after=after, seen=seen, noticed_at=at)
    return None


def _two_means(numbers: NDArray[np.float64]) -> tuple[float, float]:
    """Cut a stream where its parts differ most, and return the mean of each."""
    count = np.arange(1, len(numbers))
    left = np.cumsum(numbers)[:-1] / count
    right = (numbers.sum() - np.cumsum(numbers)[:-1]) / (len(numbers) - count)
    cut = int(np.argmax(np.abs(left - right) * np.sqrt(count * (len(numbers) - count))))
    return round(float(left[cut]), 4), round(float(right[cut]), 4)
