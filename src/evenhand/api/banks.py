"""Banks, for the host's own tools: how they stand, what joins and leaves them, what is in them.

Every change goes through the banks' own commands and leaves their line in the ledger, under the
key that made it. Banks are made, switched and rolled out by people, in the console or at the shell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse

from evenhand import banks
from evenhand.api import answers, documents, openapi
from evenhand.api.doorway import (
    BankKeeper,
    BankReader,
    EntriesDocument,
    HashesDocument,
    Here,
    IdempotencyKey,
    WithdrawalDocument,
    known_id,
    request_key,
)
from evenhand.api.once import answer_once
from evenhand.api.problems import DocumentRefused
from evenhand.api.shapes import check_shape
from evenhand.api.strict_json import PROBLEMS_MAX, Problem
from evenhand.banks import EntryKind, Incoming
from evenhand.kit.clock import read_stamp

if TYPE_CHECKING:
    from evenhand.db import Tx
    from evenhand.people import Actor

routes = APIRouter(tags=["banks"])

_ID = "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c21"
_ENTRY = "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c22"
_BANK: dict[str, Any] = {
    "bank_id": _ID,
    "name": "partners",
    "signal": "image",
    "polarity": "harm",
    "confidence": "confirmed",
    "clause": "counterfeit",
    "enabled": True,
    "rollout": 100,
    "entries": 1_204,
    "quarantined": 0,
}
_STATS = _BANK | {"states": {"stands": 1_204, "withdrawn": 3}}
_ADDED = {
    "added": 1,
    "known": 0,
    "refused": 0,
    "entries": [{"at": 0, "entry_id": _ENTRY, "refused": None}],
}
_WITHDRAWN = {"entry_id": _ENTRY, "withdrawn_at": "2026-11-21T09:05:00Z"}
_MATCHES = {
    "results": [
        {
            "query": documents.HASH_EXAMPLE,
            "matches": [{"entry_id": _ENTRY, "distance": 6}],
        }
    ]
}
_HEX: Final = {EntryKind.PDQ: 64, EntryKind.SHA256: 64, EntryKind.MD5: 32}

BankId = Annotated[str, Path(description="The `bank_id` of a bank.", examples=[_ID])]


@routes.get(
    "/banks",
    operation_id="list_banks",
    summary="List the banks",
    response_model=None,
    responses=openapi.responses(
        (200, "Every bank", answers.Banks, {"banks": [_BANK], "child_safety_lists": 0})
    ),
)
def list_banks(here: Here, actor: BankReader) -> JSONResponse:
    """Return every bank, by name, with how many entries stand in it."""
    found = here.house.ask(banks.banks, actor)
    loaded = here.house.ask(banks.child_safety_lists, actor)
    answer = answers.Banks(
        banks=[answers.Bank(**_shown(one)) for one in found], child_safety_lists=loaded.lists
    )
    return JSONResponse(answer.model_dump(mode="json"))


@routes.get(
    "/banks/{bank_id}",
    operation_id="read_bank",
    summary="Read how a bank stands",
    response_model=None,
    responses=openapi.responses(
        (200, "The bank", answers.BankStats, _STATS), errors=("not_found",)
    ),
)
def read_bank(here: Here, actor: BankReader, bank_id: BankId) -> JSONResponse:
    """Return one bank, with how many of its entries stand, run out, or were withdrawn."""
    found = here.house.ask(banks.bank_with_id, known_id(bank_id))
    counts = here.house.ask(banks.state_counts, actor, found.name)
    states = {state.value: count for state, count in counts.items()}
    answer = answers.BankStats(**_shown(found), states=states)
    return JSONResponse(answer.model_dump(mode="json"))


@routes.post(
    "/banks/{bank_id}/entries",
    operation_id="add_entries",
    summary="Add entries to a bank",
    response_model=None,
    responses=openapi.responses(
        (200, "What became of each", answers.EntriesAdded, _ADDED),
        errors=(*openapi.WITH_BODY, "not_found"),
    ),
    openapi_extra=openapi.body(
        documents.ENTRIES, hashes=("A hash of a partner's", documents.ENTRIES_EXAMPLE)
    ),
)
def add_entries(
    here: Here,
    actor: BankKeeper,
    bank_id: BankId,
    document: EntriesDocument,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Add up to a thousand entries of one kind, in one line of the ledger.

    What stands already is left as it is, and what cannot be an entry is refused by its place;
    neither keeps the rest out. The recent past is then searched for what joined.
    """
    found = here.house.ask(banks.bank_with_id, known_id(bank_id))
    check_shape(document.value, documents.ENTRIES)
    values = [_incoming(at, each) for at, each in enumerate(document.value["entries"])]
    key = request_key(actor, f"POST /banks/{found.id}/entries", idempotency_key, document)

    def act(tx: Tx) -> tuple[int, dict[str, Any]]:
        return 200, _added(tx, actor, found.name, document.value, values)

    with _pointing(document.value):
        return answer_once(here.house, key, act)


@routes.post(
    "/banks/{bank_id}/entries/{entry_id}/withdraw",
    operation_id="withdraw_entry",
    summary="Withdraw an entry",
    response_model=None,
    responses=openapi.responses(
        (200, "Withdrawn", answers.EntryWithdrawn, _WITHDRAWN),
        errors=(*openapi.WITH_BODY, "not_found", "already_done"),
    ),
    openapi_extra=openapi.body(
        documents.WITHDRAWAL, mistake=("A mistake", documents.WITHDRAWAL_EXAMPLE)
    ),
)
def withdraw_entry(
    here: Here,
    actor: BankKeeper,
    bank_id: BankId,
    entry_id: Annotated[str, Path(examples=[_ENTRY])],
    document: WithdrawalDocument,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Withdraw an entry: it matches nothing any more, and what rested on it is looked at again."""
    check_shape(document.value, documents.WITHDRAWAL)
    bank = here.house.ask(banks.bank_with_id, known_id(bank_id))
    path = f"POST /banks/{bank.id}/entries/{known_id(entry_id)}/withdraw"
    key = request_key(actor, path, idempotency_key, document)

    def act(tx: Tx) -> tuple[int, dict[str, Any]]:
        if banks.entry(tx, actor, entry_id).bank_id != bank.id:
            raise banks.NoSuchEntry
        banks.withdraw_entry(tx, actor, entry_id, why=document.value["why"])
        answer = answers.EntryWithdrawn(entry_id=entry_id, withdrawn_at=tx.now)
        return 200, answer.model_dump(mode="json")

    with _pointing(document.value):
        return answer_once(here.house, key, act)


@routes.post(
    "/banks/{bank_id}/match",
    operation_id="match_hashes",
    summary="Compare hashes with a bank",
    response_model=None,
    responses=openapi.responses(
        (200, "What each matches", answers.BankMatches, _MATCHES),
        errors=(*openapi.WITH_LOOK, "not_found"),
    ),
    openapi_extra=openapi.body(documents.HASHES, hash=("A PDQ hash", documents.HASHES_EXAMPLE)),
)
def match_hashes(
    here: Here, actor: BankReader, bank_id: BankId, document: HashesDocument
) -> JSONResponse:
    """Return for each hash the entries of the bank it matches, nearest first, missing none.

    Only what you have hashed yourself is compared: to have a picture looked at in every way that
    detectors know, send it to `/assess`. A match is no decision.
    """
    check_shape(document.value, documents.HASHES)
    kind = EntryKind(document.value.get("kind", EntryKind.PDQ))
    distance = document.value.get("distance", banks.DISTANCE_EXACT_MAX)
    hashes = [one.lower() for one in document.value["hashes"]]
    found = here.house.ask(banks.bank_with_id, known_id(bank_id))
    _check_kind(found, kind, hashes)
    near = _near(here, actor, found.name, kind, hashes, distance=distance)
    answer = answers.BankMatches(
        results=[
            answers.HashMatches(query=one, matches=each)
            for one, each in zip(hashes, near, strict=True)
        ]
    )
    return JSONResponse(answer.model_dump(mode="json"))


def _shown(one: banks.BankView) -> dict[str, Any]:
    return {
        "bank_id": one.id,
        "name": one.name,
        "signal": one.signal.value,
        "polarity": one.polarity.value,
        "confidence": one.confidence.value,
        "clause": one.clause_key,
        "enabled": one.enabled,
        "rollout": one.rollout,
        "entries": one.live,
        "quarantined": one.quarantined,
    }


def _incoming(at: int, entry: Mapping[str, Any]) -> Incoming:
    expires = entry.get("expires_at")
    return Incoming(
        at,
        entry["value"],
        labels=tuple(entry.get("labels", ())),
        confidence=entry.get("confidence"),
        expires=None if expires is None else read_stamp(expires),
    )


def _added(
    tx: Tx, actor: Actor, bank: str, document: Mapping[str, Any], values: Sequence[Incoming]
) -> dict[str, Any]:
    """Add them in one command, and say of each what became of it."""
    about = {name: document[name] for name in ("kind", "source", "reason")}
    made = banks.import_entries(tx, actor, bank=bank, values=values, **about)
    refused = dict(made.refused)
    answer = answers.EntriesAdded(
        added=made.added,
        known=made.known,
        refused=len(refused),
        entries=[
            answers.EntryAdded(
                at=one.line, entry_id=made.ids.get(one.line), refused=refused.get(one.line)
            )
            for one in values
        ],
    )
    return answer.model_dump(mode="json")


def _check_kind(bank: banks.BankView, kind: EntryKind, hashes: Sequence[str]) -> None:
    """Refuse hashes that this bank cannot hold, or that are no hashes of this kind."""
    if kind not in banks.KINDS_OF[bank.signal]:
        says = f"A bank of {bank.signal.value}s does not hold {kind.value} entries."
        raise DocumentRefused(Problem("kind", says))
    wrong = [at for at, one in enumerate(hashes) if len(one) != _HEX[kind]]
    if wrong:
        says = f"This is no {kind.value} hash: {_HEX[kind]} hexadecimal characters."
        raise DocumentRefused(*(Problem(f"hashes[{at}]", says) for at in wrong[:PROBLEMS_MAX]))


def _near(
    here: Here,
    actor: Actor,
    bank: str,
    kind: EntryKind,
    hashes: Sequence[str],
    *,
    distance: int,
) -> list[list[answers.EntryNear]]:
    """Find what each hash matches: by likeness, or as it is."""
    if kind is EntryKind.PDQ:
        found = here.house.ask(banks.match, actor, bank, hashes, distance=distance)
        return [
            [answers.EntryNear(entry_id=one.entry.id, distance=one.distance) for one in each]
            for each in found
        ]
    same = here.house.ask(banks.match_exactly, actor, bank, kind, sorted(set(hashes)))
    return [
        [answers.EntryNear(entry_id=one.id, distance=0) for one in same if one.value == each]
        for each in hashes
    ]


@contextmanager
def _pointing(document: Mapping[str, Any]) -> Iterator[None]:
    """Say of what the banks refuse where it stands in the document. Raises DocumentRefused."""
    try:
        yield
    except banks.EntryRefused as why:
        path = why.field if why.field in document else ""
        raise DocumentRefused(Problem(path, why.why)) from why
