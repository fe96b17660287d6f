"""Looks, before the first person comes, whether all that a house stands on is in order.

Each check says what is wrong and what to do. Secrets are looked at and never printed.
"""

from __future__ import annotations

import secrets
import shutil
import smtplib
import ssl
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from evenhand.cli.exits import Exit
from evenhand.cli.exposure import loopback, reasons_against
from evenhand.cli.output import Json, red, show
from evenhand.cli.refusals import Refusal, tried
from evenhand.cli.shell import NoHouse

if TYPE_CHECKING:
    from evenhand.bootstrap import House

FREE_BYTES_MIN: Final = 1_000_000_000  # media of a small service's week
MAIL_SECONDS_MAX: Final = 10
_MARKS: Final = {"fine": "●", "note": "–", "missing": "▲", "wrong": "▲"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: how it stands, and what to do if it is not right.

    Missing is what the house runs without and people should not: it is said in red.
    """

    what: str
    state: Literal["fine", "note", "missing", "wrong"]
    says: str


def check(*, json: Json = False) -> Exit:
    """Look whether settings, keys, database, media store, signers, mail and host are in order.

    Nothing is changed and no mail is sent. Exits 4 when something has to be put right.
    """
    from evenhand.bootstrap import load_settings, open_house

    settings = load_settings()
    if not settings.data.is_dir():
        raise NoHouse(
            f"There is no house in {settings.data.resolve()} yet: `evenhand serve` makes one. Or"
            " set EVENHAND_DATA to the folder of the one you mean."
        )
    house = open_house(settings)
    try:
        checks = [found for look in _LOOKS for found in look(house)]
    finally:
        house.close()
    text = [_line(one) for one in checks]
    show({"checks": checks}, as_json=json, text=text)
    return Exit.NOT_READY if any(one.state == "wrong" for one in checks) else Exit.OK


def _line(one: Check) -> str:
    says = f"{_MARKS[one.state]} {one.what}: {one.says}"
    return red(says) if one.state in {"missing", "wrong"} else says


def _settings(house: House) -> list[Check]:
    settings = house.settings
    found = []
    if settings.contact.endswith("@example.org"):
        says = "it is still the example: set EVENHAND_CONTACT to an address somebody reads."
        found.append(Check("contact", "note", says))
    reasons = reasons_against(house)
    beyond = not loopback(settings.listen)
    found += [Check("exposure", "wrong" if beyond else "note", says) for says in reasons]
    return found or [Check("settings", "fine", "set for people beyond this machine.")]


def _keys(house: House) -> list[Check]:
    if house.settings.master_key is not None:
        return [Check("keys", "fine", "the master key comes from the settings.")]
    file = house.settings.data / "keys" / "master.key"
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return [Check("keys", "wrong", f"others can read {file}: run `chmod 600 {file}`.")]
    says = f"{file} is readable by you alone. Keep a copy apart: without it all is lost."
    return [Check("keys", "fine", says)]


def _database(house: House) -> list[Check]:
    from evenhand.db.migrate import is_current

    kind = "SQLite" if house.db.is_sqlite else "PostgreSQL"
    current = tried(lambda: is_current(house.db.engine))
    if isinstance(current, Refusal):
        return [Check("database", "wrong", current.says)]
    if not current:
        says = f"{kind} lacks this version's tables: run `evenhand migrate`."
        return [Check("database", "wrong", says)]
    return [Check("database", "fine", f"{kind} answers, with this version's tables."), _head(house)]


def _head(house: House) -> Check:
    """Compare the sizes that are signed; `evenhand ledger verify` compares every line."""
    from evenhand import ledger

    kept = house.resources.shelf.latest()
    size = house.ask(ledger.size)
    if kept is None:
        state: Literal["note", "wrong"] = "wrong" if size else "note"
        return Check("ledger", state, f"{size} lines, and no checkpoint was kept apart from them.")
    try:
        signers = house.ask(ledger.signers)
        key = signers.at(ledger.checkpoint.size_said(kept) or 0)
        signed = ledger.checkpoint.read(kept, key)
    except ledger.CheckpointInvalid as why:
        return Check("ledger", "wrong", f"the kept checkpoint cannot be trusted: {why}.")
    if signed.size > size:
        says = f"{signed.size - size} lines at its end are gone: run `evenhand ledger verify`."
        return Check("ledger", "wrong", says)
    return Check("ledger", "fine", f"{size} lines. `evenhand ledger verify` looks at every one.")


def _lists(house: House) -> list[Check]:
    """Say how much known child sexual abuse material would be recognised."""
    from evenhand import banks, people

    loaded = tried(lambda: house.ask(banks.child_safety_lists, people.SYSTEM))
    if isinstance(loaded, Refusal):
        return []  # the database's own check has said what is wrong with it
    return [Check("child safety", "fine" if loaded.lists else "missing", loaded.says)]


def _certificates(house: House) -> list[Check]:
    """Name the kinds of harm that nobody here may work on."""
    from evenhand import people, review

    ends = tried(lambda: house.ask(review.dead_ends, people.SYSTEM))
    if isinstance(ends, Refusal):
        return []  # the database's own check has said what is wrong with it
    return [
        Check(
            "certificates",
            "missing",
            f"work on {one.harm.value} takes one and nobody who reviews has it; tasks that wait:"
            f" {one.waiting}. `evenhand quality certify` somebody, or ask for none with"
            f" `evenhand quality require {one.harm.value} --no-more`.",
        )
        for one in ends
    ]


def _media(house: House) -> list[Check]:
    name = f"check/{secrets.token_hex(8)}"
    try:
        house.resources.blobs.put(name, b"check")
        kept = house.resources.blobs.get(name) == b"check"
        house.resources.blobs.delete(name)
    except OSError as why:
        return [Check("media", "wrong", f"the store cannot be written: {why.strerror}.")]
    if not kept:
        return [Check("media", "wrong", "the store does not give back what was put there.")]
    free = shutil.disk_usage(house.settings.data).free
    if free < FREE_BYTES_MIN:
        return [Check("media", "note", f"only {free // 1_000_000} MB are free for them.")]
    return [Check("media", "fine", "the store takes and gives back.")]


def _mail(house: House) -> list[Check]:
    settings = house.settings
    if settings.smtp_host is None:
        says = "no server is set, so reporters get no mail: set EVENHAND_SMTP_HOST."
        return [Check("mail", "note", says)]
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=MAIL_SECONDS_MAX) as mail:
            if settings.smtp_tls:
                mail.starttls(context=ssl.create_default_context())
            if settings.smtp_user is not None and settings.smtp_password is not None:
                mail.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            mail.noop()
    except smtplib.SMTPAuthenticationError:
        says = "the server refuses EVENHAND_SMTP_USER with EVENHAND_SMTP_PASSWORD."
        return [Check("mail", "wrong", says)]
    except (OSError, smtplib.SMTPException) as why:
        says = f"{settings.smtp_host} does not take mail ({type(why).__name__})."
        return [Check("mail", "wrong", says)]
    return [Check("mail", "fine", f"{settings.smtp_host} answers and lets us in.")]


def _host(house: House) -> list[Check]:
    from evenhand.worker import open_outside

    if house.settings.host_webhook_url is None:
        says = "effects have nowhere to go: set EVENHAND_HOST_WEBHOOK_URL."
        return [Check("host", "note", says)]
    try:
        open_outside(house)
    except ValueError as why:
        return [Check("host", "wrong", f"{why}")]
    return [Check("host", "fine", "its address and secret are in order; nothing was sent.")]


def _counters(house: House) -> list[Check]:
    tallies = house.resources.tallies
    if tallies is None:
        return []
    if tallies.answers():
        return [Check("counters", "fine", "they are kept beside the database, which fills them.")]
    says = "the server that EVENHAND_COUNTERS names gives no answer, so the database counts."
    return [Check("counters", "note", says)]


def _signers(house: House) -> list[Check]:
    from cryptography.x509 import load_pem_x509_certificates

    listed = house.resources.looking.trusted_signers
    if not listed:
        says = "no list of known signers is loaded, so content credentials are nobody's word."
        return [Check("signers", "note", f"{says} Set EVENHAND_TRUSTED_SIGNERS.")]
    try:
        number = len(load_pem_x509_certificates(listed.encode()))
    except ValueError:
        says = "EVENHAND_TRUSTED_SIGNERS is no list of certificates in PEM, so none can be known."
        return [Check("signers", "wrong", says)]
    return [Check("signers", "fine", f"{number} certificates of known signers are loaded.")]


_LOOKS: Final[tuple[Callable[[House], list[Check]], ...]] = (
    _settings,
    _keys,
    _database,
    _counters,
    _lists,
    _certificates,
    _media,
    _signers,
    _mail,
    _host,
)
