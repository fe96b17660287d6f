"""Any error that a room raises can be said in a sentence, the same through every door.

An error raised with words says those. One raised with an id, or with nothing, says what its class
says of itself, so that no door ever answers with a bare id or an empty line.
"""

from __future__ import annotations

import inspect
import re


def sentence(error: BaseException) -> str:
    """Return what an error says to people."""
    said = str(error).strip()
    if " " in said:
        return said if said[-1] in ".!?:…" else f"{said}."
    doc = inspect.cleandoc(type(error).__doc__ or "").partition("\n\n")[0]
    return " ".join(doc.split()) or f"{type(error).__name__}."


def code(error: BaseException) -> str:
    """Return an error's name for programs: `NoSuchTask` is `no_such_task`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(error).__name__).lower()
