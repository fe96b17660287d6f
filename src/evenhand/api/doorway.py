"""Who comes in through the API, with which key, and what they hand over.

The key is looked at before the first byte of a body is read, so that nobody without one can make
the house read 25 MB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Security
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from evenhand import intake, people
from evenhand.api.limits import BODY_BYTES_MAX, ENTRIES_BYTES_MAX, ITEM_BYTES_MAX, read_limited
from evenhand.api.nearest import problem_near
from evenhand.api.problems import DocumentRefused, KeyMissing, NotFound
from evenhand.api.strict_json import PROBLEMS_MAX, read_object, shown
from evenhand.bootstrap import House
from evenhand.intake import RequestKey
from evenhand.kit.ids import is_id
from evenhand.people import Actor, Permission

Advance = Callable[[str], object]

_BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="API key",
    bearerFormat="eh_…",
    description="An API key. Issue one in the console, or with `evenhand people key issue`.",
)


@dataclass(frozen=True)
class Doorway:
    """What every route stands in: the house, and how the path goes on at once.

    `advance` runs the path of one item and returns False when it could not be finished.
    """

    house: House
    advance: Advance


def doorway(request: Request) -> Doorway:
    """Return the doorway this request came through; it was laid under it."""
    found: Doorway = request.state.doorway
    return found


Here = Annotated[Doorway, Depends(doorway)]


def caller(
    here: Here, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> Actor:
    """Return whose key this is. Raises KeyMissing, KeyUnknown."""
    if credentials is None:
        raise KeyMissing
    text = credentials.credentials
    if not (text.isascii() and text.isprintable()):
        raise people.KeyUnknown
    return here.house.ask(people.key_actor, text)


def caller_asking(request: Request, actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """Let a caller pass whose query holds only what this route knows. Raises DocumentRefused.

    A mistyped `limt=5` must not be passed over in silence.
    """
    fields = get_flat_params(request.scope["route"].dependant)
    known = [one.alias for one in fields if isinstance(one.field_info, Query)]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise DocumentRefused(
            *(
                problem_near(f"query.{shown(name)}", "Nothing here asks for this.", known)
                for name in unknown[:PROBLEMS_MAX]
            )
        )
    return actor


Caller = Annotated[Actor, Depends(caller_asking)]


def _needs(permission: Permission) -> Callable[[Actor], Actor]:
    def allowed(actor: Caller) -> Actor:
        people.require(actor, permission)
        return actor

    return allowed


ItemSender = Annotated[Actor, Depends(_needs(Permission.SEND_ITEMS))]
ReportSender = Annotated[Actor, Depends(_needs(Permission.SEND_REPORTS))]
BankReader = Annotated[Actor, Depends(_needs(Permission.READ_BANKS))]
BankKeeper = Annotated[Actor, Depends(_needs(Permission.MANAGE_BANKS))]
DecisionReader = Annotated[Actor, Depends(_needs(Permission.READ_DECISIONS))]


@dataclass(frozen=True)
class Document:
    """A JSON object, and the bytes it was sent as."""

    value: dict[str, Any]
    body: bytes


def _document(body: bytes) -> Document:
    return Document(read_object(body), body)


async def _item_bytes(request: Request, _actor: ItemSender) -> bytes:
    return await read_limited(request, ITEM_BYTES_MAX)


async def _report_bytes(request: Request, _actor: ReportSender) -> bytes:
    return await read_limited(request, BODY_BYTES_MAX)


async def _appeal_bytes(request: Request, _actor: ItemSender) -> bytes:
    return await read_limited(request, BODY_BYTES_MAX)


async def _entries_bytes(request: Request, _actor: BankKeeper) -> bytes:
    return await read_limited(request, ENTRIES_BYTES_MAX)


async def _withdrawal_bytes(request: Request, _actor: BankKeeper) -> bytes:
    return await read_limited(request, BODY_BYTES_MAX)


async def _hashes_bytes(request: Request, _actor: BankReader) -> bytes:
    return await read_limited(request, BODY_BYTES_MAX)


def _item(body: Annotated[bytes, Depends(_item_bytes)]) -> Document:
    return _document(body)


def _report(body: Annotated[bytes, Depends(_report_bytes)]) -> Document:
    return _document(body)


def _appeal(body: Annotated[bytes, Depends(_appeal_bytes)]) -> Document:
    return _document(body)


def _entries(body: Annotated[bytes, Depends(_entries_bytes)]) -> Document:
    return _document(body)


def _withdrawal(body: Annotated[bytes, Depends(_withdrawal_bytes)]) -> Document:
    return _document(body)


def _hashes(body: Annotated[bytes, Depends(_hashes_bytes)]) -> Document:
    return _document(body)


EntriesDocument = Annotated[Document, Depends(_entries)]
WithdrawalDocument = Annotated[Document, Depends(_withdrawal)]
HashesDocument = Annotated[Document, Depends(_hashes)]
ItemDocument = Annotated[Document, Depends(_item)]
ReportDocument = Annotated[Document, Depends(_report)]
AppealDocument = Annotated[Document, Depends(_appeal)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=(
            "Up to 255 visible ASCII characters of your choice, such as a UUID. The same key with"
            " the same body is done once, and answered the same for a day."
        ),
        pattern=r"^[\x21-\x7e]{1,255}$",
        examples=["0b8f6c1e-4f7e-4a8e-9d2a-6f0f5a6d7c11"],
    ),
]


def request_key(actor: Actor, route: str, key: str | None, document: Document) -> RequestKey | None:
    """Return the idempotency key of a write, in the scope of its sender and route."""
    if key is None:
        return None
    return intake.request_key(f"{actor.ref} {route}", key, document.body)


def known_id(text: str) -> str:
    """Let an id pass; nothing is there under anything else. Raises NotFound."""
    if not is_id(text):
        raise NotFound
    return text
