"""The outermost frame of a command: what it raises becomes a sentence and an exit status.

This is one of the few places that catch everything, because a person at a shell is owed a
sentence, and a script an exit status, whatever happened.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from cyclopts import CycloptsError

from evenhand.cli.exits import Exit
from evenhand.cli.tree import build

GARBAGE: Final = (50_000, 20, 10)
"""How much is made before each generation is looked through; Python's own begins with 700."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    What a command imports stays until it ends: it is seldom looked through for garbage meanwhile,
    and not once more on leaving.
    """
    gc.set_threshold(*GARBAGE)
    atexit.register(gc.freeze)
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> Exit:
    """Run one command and return its exit status; everything it has to say is printed."""
    try:
        found = build()(list(argv), exit_on_error=False, result_action="return_value")
    except CycloptsError:  # it is printed already, with what to type instead
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        return _explain(error, as_json="--json" in argv)
    return found if isinstance(found, Exit) else Exit.OK


def _explain(error: Exception, *, as_json: bool) -> Exit:
    """Say what happened and what to do next; a fault shows its place, and nothing of its data."""
    from evenhand.cli.refusals import explain

    known = explain(error)
    if known is None:
        _print("fault", f"This failed and should not have: {type(error).__name__}.", as_json)
        for frame in traceback.extract_tb(error.__traceback__)[-6:]:
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
        print(f"  {error}"[:500], file=sys.stderr)
        return Exit.FAULT
    _print(known.code, known.says, as_json)
    return known.exit


def _print(code: str, says: str, as_json: bool) -> None:  # noqa: FBT001 - handed through
    if as_json:
        print(json.dumps({"error": code, "says": says}, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"evenhand: {says}", file=sys.stderr)
