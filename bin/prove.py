"""Runs the checks in order, says what each took, and ends with one table of what was proved.

Nothing is left out silently: a check that could not run is named in the table with its reason.
Every check runs even when an earlier one failed, so that one run tells all there is to mend.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PARALLEL: Final = ("-n", "2", "--dist", "loadfile")
#: Processes, databases and pages are waited for half of the time.
WAITING: Final = ("-n", "3")
#: Workers share the cores, so that arithmetic in threads of its own would only wait for others.
ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
TELLING: Final = threading.Lock()


@dataclass(frozen=True)
class Check:
    """One thing to run. `missing` says why it cannot run here, or nothing when it can.

    Neighbours that may run beside each other are begun together: types need one core only.
    """

    name: str
    command: Sequence[str]
    missing: Callable[[], str] = field(default=lambda: "")
    beside: bool = False


def tool(name: str, *arguments: str) -> list[str]:
    """Name a tool of this environment and what it is given."""
    return [str(BIN / name), *arguments]


def pytest(
    name: str, *arguments: str, missing: Callable[[], str] = lambda: "", beside: bool = False
) -> Check:
    """Make a check of a folder of tests, run side by side."""
    return Check(name, tool("pytest", "--quiet", *PARALLEL, *arguments), missing, beside)


def no_browser() -> str:
    """Say why the browser tests cannot run here; nothing when they can."""
    if any(shutil.which(name) for name in BROWSERS):
        return ""
    return "no Chromium on this machine; on Debian: apt-get install chromium"


STILL: Final = (
    Check("types", tool("mypy"), beside=True),
    Check("contracts", tool("lint-imports", "--no-logo"), beside=True),
    Check("lint", tool("ruff", "check", "--quiet", "."), beside=True),
    Check("format", tool("ruff", "format", "--check", "--quiet", "."), beside=True),
)
QUICK: Final = (
    *STILL,
    pytest("unit and house rules", "tests/unit", "tests/architecture", beside=True),
)
EVERYTHING: Final = (
    *STILL,
    pytest("unit and house rules", "tests/unit", "tests/architecture", beside=True),
    pytest("promises (property)", "tests/property"),
    # The longest file first, as it is collected: whoever takes it works on it to the end.
    pytest("SQLite and PostgreSQL", *WAITING, "--no-loadscope-reorder", "tests/integration"),
    # A journey is told in one file, in its order, to one town.
    pytest("journeys", "tests/journeys"),
    # A class is a sitting at the browser, told in its order.
    pytest("browser", *WAITING, "--dist", "loadscope", "tests/browser", missing=no_browser),
)


def run(checks: Sequence[Check]) -> int:
    """Run the checks, print the table, and return the exit code: 0 when nothing failed."""
    rows: list[tuple[str, str, str]] = []
    started = time.monotonic()
    for some in begun_together(checks):
        if len(some) == 1 and not some[0].missing():
            headline(some[0])
            rows.append(done(some[0]))
        else:
            with ThreadPoolExecutor(len(some)) as pool:
                rows += pool.map(done_aside, some)
    failed = sum(state == "failed" for state, _, _ in rows)
    print("\n── what was proved ".ljust(100, "─"))
    for state, name, detail in rows:
        print(f"{state:>8}  {name:<28}{detail}")
    print(f"{'':>8}  {'in all':<28}{time.monotonic() - started:.0f} s", flush=True)
    return 1 if failed else 0


def begun_together(checks: Sequence[Check]) -> Iterator[list[Check]]:
    """Keep the order; neighbours that may run beside each other stand together."""
    for beside, some in groupby(checks, key=lambda check: check.beside):
        if beside:
            yield list(some)
        else:
            yield from ([check] for check in some)


def headline(check: Check) -> None:
    """Say what is run, or what was."""
    print(f"\n── {check.name} ".ljust(100, "─"), flush=True)


def done(check: Check) -> tuple[str, str, str]:
    """Run a check that speaks for itself; return its row of the table."""
    began = time.monotonic()
    code = subprocess.run(check.command, cwd=ROOT, env=surroundings(), check=False).returncode
    return "failed" if code else "ok", check.name, f"{time.monotonic() - began:.0f} s"


def done_aside(check: Check) -> tuple[str, str, str]:
    """Run a check beside others, and print what it said once it has ended, or why it cannot run."""
    if why := check.missing():
        with TELLING:
            headline(check)
            print(f"NOT RUN: {why}")
        return "NOT RUN", check.name, why
    began = time.monotonic()
    ran = subprocess.run(
        check.command,
        cwd=ROOT,
        env=surroundings(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with TELLING:
        headline(check)
        print(ran.stdout, end="", flush=True)
    state = "failed" if ran.returncode else "ok"
    return state, check.name, f"{time.monotonic() - began:.0f} s"


def surroundings() -> dict[str, str]:
    """Give the checks an environment without settings of a house that happens to run here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")}
    return kept | ONE_THREAD | {"PYTHONDONTWRITEBYTECODE": "1"}


def main() -> int:
    """Run `quick` or `everything`."""
    chosen = {"quick": QUICK, "everything": EVERYTHING}.get("".join(sys.argv[1:]))
    if chosen is None:
        print("Say `quick` or `everything`.", file=sys.stderr)
        return 2
    return run(chosen)


if __name__ == "__main__":
    raise SystemExit(main())
