"""The same rules in CEL, run by `cel-expr-python` in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = """
import json, sys, time
from cel_expr_python import cel
given = json.load(sys.stdin)
names = given["names"]
env = cel.NewEnv(variables={name: cel.Type.DYN for name in names})
told = []
for expressions, count in given["runs"]:
    rules = [env.compile(one) for one in expressions]
    events = given["events"][:count]
    best, found = 9e9, 0
    for _ in range(2):
        began, found = time.process_time(), 0
        for event in events:
            known = env.Activation(event)
            for rule in rules:
                found += rule.eval(known).value() is True
        best = min(best, time.process_time() - began)
    told.append([best / len(events), found])
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Told:
    """Seconds for each event, and how many matches there were."""

    seconds: float
    matches: int


def cel(
    names: Sequence[str],
    events: Sequence[dict[str, Any]],
    runs: Sequence[tuple[Sequence[str], int]],
) -> list[Told] | None:
    """Run expressions over the first so many events; None when CEL cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        python = os.environ.get("PEER_PYTHON") or _installed(Path(folder))
        if python is None:
            return None
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        bare = [{name: event[name] for name in names} for event in events]
        said = subprocess.run(
            [python, "-c", PROGRAM],
            check=False,
            capture_output=True,
            text=True,
            env=clean,
            input=json.dumps({"names": names, "events": bare, "runs": runs}),
        )
        if said.returncode:
            print(said.stderr[-400:], file=sys.stderr)
            return None
        return [Told(*one) for one in json.loads(said.stdout)]


def _installed(folder: Path) -> str | None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    got = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "cel-expr-python"],
        check=False,
        capture_output=True,
    )
    return python if got.returncode == 0 else None
