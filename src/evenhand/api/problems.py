"""Every error leaves as one `application/problem+json` document, and one table says which.

Rooms raise facts; this table alone knows what they are in HTTP. `docs/reference/errors.md` is
tested against it. The detail is the domain error's own sentence. A fault of our own says nothing
about itself to the outside; the log has the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from evenhand import appeal, banks, decision, intake, people, queue
from evenhand.api.limits import BodyTooLarge, BodyTooSlow, MediaTypeUnknown
from evenhand.api.strict_json import JsonRefused, Problem
from evenhand.db.errors import DatabaseBusy
from evenhand.sentences import sentence

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:evenhand:error:"


class KeyMissing(Exception):
    """There is no API key. Send the header `Authorization: Bearer eh_…`."""


class NotFound(Exception):
    """There is nothing under this id, or this key may not see it."""


class DocumentRefused(Exception):
    """The document is JSON, but not the one this address takes; `problems` says where."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the spots, so that the document can be mended."""
        self.problems = problems
        super().__init__("The document was not taken: mend the spots under problems.")


@dataclass(frozen=True)
class Kind:
    """One kind of error: its status, its code for programs, and what it is and asks for."""

    status: int
    code: str
    title: str
    do: str


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.code: kind for kind in kinds}


KINDS: Final[Mapping[str, Kind]] = _kinds(
    Kind(400, "bad_json", "The body is not usable JSON", "Mend the spots under `problems`."),
    Kind(400, "bad_request", "The request is not usable", "Mend what the detail names."),
    Kind(401, "key_missing", "No API key", "Send `Authorization: Bearer eh_…`."),
    Kind(401, "key_unknown", "The API key is not known", "Ask an administrator for a new key."),
    Kind(403, "not_allowed", "Not allowed", "Use a key with the scope the detail names."),
    Kind(404, "not_found", "Nothing is there", "Check the id and the address."),
    Kind(404, "receipt_unknown", "The receipt is not known", "Check the sixteen digits."),
    Kind(405, "method_not_allowed", "This address has no such method", "See the `Allow` header."),
    Kind(408, "too_slow", "The body did not arrive in time", "Send it again."),
    Kind(
        409,
        "key_reused",
        "The idempotency key was used for something else",
        "Use a new key for a new write; repeat the same body to repeat a write.",
    ),
    Kind(409, "already_done", "It was done already", "Nothing: read where it stands."),
    Kind(
        409,
        "nothing_to_appeal",
        "Nothing can be appealed here",
        "Wait for the decision, or read what became of it on the status page.",
    ),
    Kind(410, "too_late", "The time for this is over", "See the statement for other ways."),
    Kind(413, "too_large", "The body is too large", "Send less than the detail names."),
    Kind(415, "not_json", "The body is not JSON", "Send `Content-Type: application/json`."),
    Kind(422, "not_valid", "The document is not valid", "Mend the spots under `problems`."),
    Kind(500, "fault", "Something failed here", "Send it again with the same idempotency key."),
    Kind(503, "busy", "The database is busy", "Send it again after `Retry-After` seconds."),
)

#: From fact to kind. The class itself, or the nearest one it derives from, counts.
TABLE: Final[Mapping[type[Exception], str]] = {
    JsonRefused: "bad_json",
    BodyTooLarge: "too_large",
    BodyTooSlow: "too_slow",
    MediaTypeUnknown: "not_json",
    KeyMissing: "key_missing",
    NotFound: "not_found",
    DocumentRefused: "not_valid",
    RequestValidationError: "not_valid",
    people.KeyUnknown: "key_unknown",
    people.NotAllowed: "not_allowed",
    people.ReceiptUnknown: "receipt_unknown",
    intake.ItemRefused: "not_valid",
    intake.ReportRefused: "not_valid",
    intake.KeyMalformed: "bad_request",
    intake.KeyReused: "key_reused",
    intake.NoSuchItem: "not_found",
    intake.NoSuchReport: "not_found",
    banks.NoSuchBank: "not_found",
    banks.NoSuchEntry: "not_found",
    banks.EntryAlreadyWithdrawn: "already_done",
    banks.EntryRefused: "not_valid",
    decision.NoSuchDecision: "not_found",
    appeal.NothingToAppeal: "nothing_to_appeal",
    appeal.AppealedAlready: "already_done",
    appeal.TooLate: "too_late",
    appeal.TooShort: "not_valid",
    queue.NoSuchTask: "not_found",
    DatabaseBusy: "busy",
}

_STATUSES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "key_missing",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
    422: "not_valid",
}
RETRY_SECONDS: Final = 2


def kind_of(error: Exception) -> Kind:
    """Return what an error is in HTTP; whatever nobody foresaw is a fault of ours."""
    if isinstance(error, HTTPException):
        return KINDS[_STATUSES.get(error.status_code, "fault")]
    for cls in type(error).__mro__:
        if cls in TABLE:
            return KINDS[TABLE[cls]]
    return KINDS["fault"]


def answer(error: Exception) -> JSONResponse:
    """Write an error as `application/problem+json`."""
    kind = kind_of(error)
    body: dict[str, Any] = {
        "type": TYPE + kind.code,
        "title": kind.title,
        "status": kind.status,
        "detail": _detail(error, kind),
        "code": kind.code,
    }
    spots = list(_spots(error))
    if spots:
        body["problems"] = spots
    return JSONResponse(
        body, status_code=kind.status, media_type=MEDIA_TYPE, headers=_headers(error, kind)
    )


def _detail(error: Exception, kind: Kind) -> str:
    if isinstance(error, HTTPException | RequestValidationError | JsonRefused):
        return f"{kind.title}. {kind.do}"
    if kind.code == "fault":
        return f"{kind.title}, and it is on us. {kind.do}"
    return sentence(error)


def _spots(error: Exception) -> Iterator[dict[str, str]]:
    """List where a document is to be mended; what was sent is not repeated."""
    if isinstance(error, RequestValidationError):
        for each in error.errors():
            place = ".".join(str(part) for part in each["loc"])
            yield {"path": place, "says": f"{each['msg']}."}
    for each in getattr(error, "problems", ()):
        yield {"path": each.path, "says": each.says}


def _headers(error: Exception, kind: Kind) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="Evenhand"'
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return headers
