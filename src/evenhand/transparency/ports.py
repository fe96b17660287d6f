"""What transparency needs from the outside: the Commission's database of statements of reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What the database answered; `retry_after` is its header as it was written."""

    status: int
    body: bytes
    retry_after: str | None = None


class NoReply(Exception):
    """No answer came. `arrived` tells whether the request may have been carried out all the same.

    `says` is short and ours: it holds neither the token nor what was sent.
    """

    def __init__(self, says: str, *, arrived: bool) -> None:
        super().__init__(says)
        self.says = says
        self.arrived = arrived


class StatementDatabase(Protocol):
    """The DSA Transparency Database, as a place to which one request at a time is made."""

    def request(self, method: str, path: str, document: object = None) -> Reply:
        """Make one request and return what was answered, redirects included. Raises NoReply."""
        ...
