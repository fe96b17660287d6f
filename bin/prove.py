"""Runs the checks, says what each took, and ends with one table of what was proved.

Nothing is left out silently: tests that could not run are named in the table with the reason.
Every check runs even when another one failed, so that one run tells all there is to mend.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What folders of tests need of the machine: any of these programs, or it is said what to install.
NEEDS: Final = {
    "browser": (BROWSERS, "no Chromium on this machine; on Debian: apt-get install chromium"),
    "valkey": (
        ("valkey-server", "redis-server"),
        "no Redis or Valkey on this machine; on Debian: apt-get install redis-server",
    ),
}
#: In the order in which they are begun: what takes long, or waits much, comes first.
QUICK: Final = ("unit", "architecture")
EVERYTHING: Final = ("integration", "browser", "journeys", "valkey", "property", *QUICK)
#: Workers share the cores, so that arithmetic in threads of its own would only wait for others.
SURROUNDINGS: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Check:
    """One thing to run, and what came of it."""

    name: str
    command: list[str]

    def row(self, code: int, began: float) -> tuple[str, str, str]:
        """Return its row of the table."""
        took = f"{time.monotonic() - began:.0f} s"
        return "failed" if code else "ok", self.name, took


def tool(name: str, *arguments: str) -> list[str]:
    """Name a tool of this environment and what it is given."""
    return [str(BIN / name), *arguments]


#: Compiled by one process and kept on this machine, before every worker does it for itself.
KERNELS: Final = Check(
    "kernels",
    [sys.executable, "-c", "from evenhand import detection; detection.warm_up().join()"],
)
STILL: Final = (
    Check("types", tool("mypy")),
    Check("contracts", tool("lint-imports", "--no-logo")),
    Check("lint", tool("ruff", "check", "--quiet", ".")),
    Check("format", tool("ruff", "format", "--check", "--quiet", ".")),
)


def tests(folders: tuple[str, ...]) -> Check:
    """Make one check of all the tests, so that no worker is idle between one folder and the next.

    There are more workers than cores: processes, databases and pages are waited for. Each takes
    whole sittings (tests/conftest.py says what belongs together), in the order of the folders.
    """
    shared = ("-n", "2" if folders == QUICK else "3", "--dist", "loadscope")
    chosen = [f"tests/{folder}" for folder in folders]
    if folders == QUICK:
        chosen += ["-m", "not slow"]
    return Check("tests", tool("pytest", "--quiet", *shared, "--no-loadscope-reorder", *chosen))


def cannot_run() -> dict[str, str]:
    """Name the folders that cannot run on this machine, with the reason."""
    return {
        folder: why
        for folder, (programs, why) in NEEDS.items()
        if not any(shutil.which(name) for name in programs)
    }


def run(folders: tuple[str, ...]) -> int:
    """Run the tests, and all that stands still beside them; return 0 when nothing failed."""
    missing = {name: why for name, why in cannot_run().items() if name in folders}
    rows = [("NOT RUN", name, why) for name, why in missing.items()]
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        aside = pool.submit(lambda: [done_aside(check) for check in STILL])
        if folders == EVERYTHING:
            rows.append(done_aside(KERNELS)[0])
        rows.append(done(tests(tuple(name for name in folders if name not in missing))))
        for row, said in aside.result():
            rows.append(row)
            if said:
                headline(row[1])
                print(said, end="", flush=True)
    failed = sum(state == "failed" for state, _, _ in rows)
    headline("what was proved")
    for state, name, detail in rows:
        print(f"{state:>8}  {name:<28}{detail}")
    print(f"{'':>8}  {'in all':<28}{time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


def headline(name: str) -> None:
    """Say what is run, or what was."""
    print(f"\n── {name} ".ljust(100, "─"), flush=True)


def done(check: Check) -> tuple[str, str, str]:
    """Run a check that speaks for itself; return its row of the table."""
    headline(check.name)
    began = time.monotonic()
    ran = subprocess.run(check.command, cwd=ROOT, env=surroundings(), check=False)
    return check.row(ran.returncode, began)


def done_aside(check: Check) -> tuple[tuple[str, str, str], str]:
    """Run a check beside others; return its row of the table and what it said."""
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
    return check.row(ran.returncode, began), ran.stdout


def surroundings() -> dict[str, str]:
    """Give the checks an environment without settings of a house that happens to run here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # what one worker compiled is there for the next
    return kept | SURROUNDINGS


def main() -> int:
    """Run `quick` or `everything`."""
    chosen = {"quick": QUICK, "everything": EVERYTHING}.get("".join(sys.argv[1:]))
    if chosen is None:
        print("Say `quick` or `everything`.", file=sys.stderr)
        return 2
    return run(chosen)


if __name__ == "__main__":
    raise SystemExit(main())
