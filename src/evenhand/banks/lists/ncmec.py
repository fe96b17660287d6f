"""Pages of NCMEC's hash sharing, saved to a file: XML, read as it comes, with no doctype allowed.

Fields as python-threatexchange's client and its samples show them (`/v2/entries`): an image has
fingerprints of several sorts, of which ours are taken; a member and an id name it, and are kept as
a label, because that is all that a page says when it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from xml.parsers import expat  # a doctype, and with it every entity, is refused

from evenhand.banks.lists.line import Given, ListUnreadable, Refused, kind_for, tags
from evenhand.banks.model import Signal
from evenhand.banks.views import Incoming

_READ_BYTES: Final = 1 << 16
_TEXT_CHARS_MAX: Final = 1 << 20
_RECORDS: Final = frozenset({"image", "video", "deletedImage", "deletedVideo"})
#: Fingerprints that are ours too; for the others (PhotoDNA, TMK …) there is nothing to compare.
_IMAGE: Final = {"md5": "md5", "pdq": "pdq"}
_VIDEO: Final = {"md5": "video_md5"}


def read_ncmec(file: BinaryIO, signal: Signal) -> Iterator[Given | Refused]:
    """Read a page. Raises ListUnreadable for what is none, or carries a doctype."""
    page = _Page(signal)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = page.start
    parser.EndElementHandler = page.end
    parser.CharacterDataHandler = page.text
    parser.StartDoctypeDeclHandler = page.doctype
    try:
        while part := file.read(_READ_BYTES):
            parser.Parse(part, False)
            yield from page.taken()
        parser.Parse(b"", True)
    except expat.ExpatError as why:
        raise ListUnreadable(f"The file is no XML: {why}.") from why
    yield from page.taken()
    if not page.known:
        raise ListUnreadable("This is no page of hash sharing: it has no `queryResult`.")


class _Page:
    """Collects one record at a time."""

    def __init__(self, signal: Signal) -> None:
        self.known = False
        self._signal = signal
        self._number = 0
        self._path: list[str] = []
        self._said: dict[str, str] = {}
        self._words = ""
        self._done: list[Given | Refused] = []

    def taken(self) -> list[Given | Refused]:
        """Return what was read since the last time."""
        done, self._done = self._done, []
        return done

    def doctype(self, *_said: Any) -> None:
        """Refuse what could make a small file large."""
        raise ListUnreadable("The file declares a document type, which no such page does.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._path.append(name.rpartition(" ")[2])
        self._words = ""
        self.known = self.known or self._path[0] == "queryResult"
        if self._path[-1] in _RECORDS:
            self._said = {}
            self._number += 1
        if self._path[-1] == "member" and self._path[-2:-1] and self._path[-2] in _RECORDS:
            self._said["member"] = attributes.get("id", "")

    def text(self, words: str) -> None:
        """Take the text of an element."""
        self._words += words
        if len(self._words) > _TEXT_CHARS_MAX:
            raise ListUnreadable("A text in the file is longer than any hash.")

    def end(self, _name: str) -> None:
        """End an element; a record that is whole is taken."""
        name = self._path.pop()
        inside = self._path[-1] if self._path else ""
        if inside == "fingerprints":
            self._said[f"print {name}"] = self._words.strip()
        elif inside in _RECORDS and name in {"id", "classification"}:
            self._said[name] = self._words.strip()
        elif name in _RECORDS:
            self._done += self._record(name)

    def _record(self, name: str) -> list[Given | Refused]:
        label = f"ncmec:{self._said.get('member', '')}-{self._said.get('id', '')}"
        [written] = tags([label]) or ("ncmec",)
        if name.startswith("deleted"):
            says = f"Its owner took it back: withdraw what has the label {written}."
            return [Refused(self._number, says)]
        ours = _IMAGE if name == "image" else _VIDEO
        labels = tags([written, self._said.get("classification", "")])
        given: list[Given | Refused] = [
            Given(kind_for(kind, self._signal), Incoming(self._number, value, labels=labels))
            for sort, kind in ours.items()
            if (value := self._said.get(f"print {sort}"))
        ]
        return given or [Refused(self._number, "It has no fingerprint that can be compared here.")]
