"""What the demo says: one line for each step while it plays, and at the end where to look.

On a terminal the present step moves; elsewhere each step is a plain line; with `--json` there is
one object and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand import people
from evenhand.demo.premises import Details
from evenhand.demo.stage import MAIL_FOLDER, Stage

SERVICE: Final = "Plaza"
_TITLES: Final = {
    "console": "Console",
    "portal": "Portal",
    "plaza": "Plaza",
    "register": "Public register",
}


class Step:
    """One step of the day; what came of it is said when it is over."""

    def __init__(self, says: str) -> None:
        """Begin with what is being done."""
        self.says = says

    def came_to(self, says: str) -> None:
        """Say what came of it."""
        self.says = says


class Teller:
    """Tells how the day goes."""

    def __init__(self, *, as_json: bool) -> None:
        """Talk to whoever is at the terminal, or to a program."""
        self._as_json = as_json
        self._console = Console(quiet=as_json, highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, doing: str) -> Iterator[Step]:
        """Show what is being done, then one line with what came of it and the seconds it took."""
        step, began = Step(doing), time.monotonic()
        with self._console.status(f"{escape(doing)} …"):
            yield step
        took = time.monotonic() - began
        self._console.print(f"  [green]✓[/] {escape(step.says)} [dim]{took:.1f} s[/]")

    def opening(self, folder: Path, *, played: bool) -> None:
        """Say what is about to happen."""
        says = (
            f"A day was played in {folder} before. It is served as it stands."
            if played
            else f"A day on Plaza, a small community that does not exist. It is kept in {folder}."
        )
        self._console.print(f"\n{escape(says)}\n")

    def summary(self, found: Mapping[str, Any]) -> None:
        """Give the numbers: as one object for programs, in two sentences for people."""
        if self._as_json:
            print(json.dumps(found, ensure_ascii=False), flush=True)
            return
        says = (
            "\n{items} items, {reports} reports, {tasks} tasks, {decisions} decisions"
            " ({statements} with a statement of reasons), {appeals} appeal, {reversed} reversed."
            "\n{effects_delivered} effects reached Plaza and {effects_pending} are pending."
            " The ledger has {ledger_size} lines and was verified."
        )
        self._console.print(escape(says.format(**found)))

    def addresses(self, here: Stage, details: Details) -> None:
        """Say where everything is, how to sign in, and what to try."""
        table = Table(box=None, show_header=False, padding=(0, 3, 0, 2))
        for name, where in here.addresses.items():
            table.add_row(f"[bold]{_TITLES[name]}[/]", where)
        table.add_row("[bold]Mail[/]", escape(f"{here.house.settings.data / MAIL_FOLDER}"))
        self._console.print("\n", table, sep="")
        self._staff(details)
        self.codes(details, here.house.clock.now())
        self._to_try(here.base, here.plaza, details)

    def codes(self, details: Details, now: datetime) -> None:
        """Show the present codes; each lasts for half a minute or a little more."""
        shown = "   ".join(
            f"{each.name} [bold]{people.totp_code(each.totp_secret, now)}[/]"
            for each in details.staff
        )
        self._console.print(f"\n  Codes now ({now:%H:%M:%S} UTC)   {shown}")

    def say(self, text: str) -> None:
        """Say one more thing."""
        self._console.print(escape(text))

    def _staff(self, details: Details) -> None:
        self._console.print("\n  Everybody signs in with address, password and a six-digit code:\n")
        for each in details.staff:
            who = f"{each.name}, {each.role}"
            signs_in = f"{each.email:<18}  password {each.password}"
            self._console.print(f"  [bold]{who:<20}[/] {signs_in}")
        self._console.print("\n  Their authenticators, by secret or by address:\n")
        for each in details.staff:
            self._console.print(f"  {each.name:<5} {each.totp_secret}")
        self._console.print()
        for each in details.staff:
            uri = people.totp_uri(each.totp_secret, email=each.email, service=SERVICE)
            self._console.print(f"  {each.name:<5} {escape(uri)}")

    def _to_try(self, base: str, plaza: str, details: Details) -> None:
        first = (
            f"Sign in as Rosa at {base}/console and take the next task: three were left for you."
            " Pictures open by steps."
        )
        second = (
            f"Sign in at {plaza}/ as SoleVault (password {details.plaza_password}), open Messages,"
            " and object to a decision. Then judge the appeal as Ren, blind. Or open"
            f" {base}/status with the receipt of somebody who reported:"
            f" {details.receipts.get('reporter', '')}"
        )
        third = (
            f"Post on {plaza}/ under a new name that you take gift cards: pay by gift card only."
            " It joins the queue. What happens to it stands, line by line, in the public log:"
            f" download it at {base}/log."
        )
        self._console.print("\n  Three things to try\n")
        for number, text in enumerate((first, second, third), 1):
            self._console.print(f"  {number}. {escape(text)}")
