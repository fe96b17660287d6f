"""Banks of known material: what they hold and why, how far they are used, lists in and out."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import IO, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from evenhand import banks, detection, pages, people, policy
from evenhand.banks import Confidence, EntryKind, EntryState, Polarity, Signal
from evenhand.console.frame import PREFIX, ConsoleRoute, SignedIn, Visit
from evenhand.console.frame import visit as signed_in
from evenhand.pages import N_
from evenhand.people import Permission

router = APIRouter(route_class=ConsoleRoute)

ENTRIES_SHOWN: Final = 100
REFUSALS_SHOWN: Final = 20
CLUSTERED_MAX: Final = 20_000  # about a second; for longer lists there is the shell
CLUSTERS_SHOWN: Final = 50
_READ_BYTES: Final = 1 << 16
LIST_BYTES_MAX: Final = 10_000_000
"""Of a list that is taken in here: about 130,000 hashes, which take half a minute."""
_TAKES_LISTS: Final = re.compile(rf"{PREFIX}/banks/[^/]+/import")

SIGNALS = (
    (Signal.IMAGE.value, N_("pictures")),
    (Signal.VIDEO.value, N_("films")),
    (Signal.PHRASE.value, N_("phrases")),
    (Signal.TEXT.value, N_("texts")),
    (Signal.LINK.value, N_("links")),
    (Signal.NAME.value, N_("protected names")),
)
CONFIDENCES = (
    (Confidence.INDICATIVE.value, N_("indicative: only asks for a look")),
    (Confidence.CONFIRMED.value, N_("confirmed: a match may be held at once")),
)
POLARITIES = (
    (Polarity.HARM.value, N_("harmful: it breaks a clause")),
    (Polarity.FINE.value, N_("fine: it is not held for a mere likeness")),
)
KINDS = {
    Signal.IMAGE: (
        (EntryKind.SHA256.value, N_("SHA-256, this very file")),
        (EntryKind.MD5.value, N_("MD5, this very file")),
        (EntryKind.PDQ.value, N_("PDQ, looks like it")),
    ),
    Signal.VIDEO: (
        (EntryKind.SHA256.value, N_("SHA-256, this very file")),
        (EntryKind.MD5.value, N_("MD5, this very file")),
        (EntryKind.VIDEO.value, N_("vPDQ, its frames")),
    ),
    Signal.PHRASE: ((EntryKind.PHRASE.value, N_("phrase")),),
    Signal.TEXT: ((EntryKind.TEXT.value, N_("a text, and what is nearly the same")),),
    Signal.LINK: (
        (EntryKind.DOMAIN.value, N_("domain, and all that is under it")),
        (EntryKind.URL.value, N_("page, and what lies below it")),
    ),
    Signal.NAME: ((EntryKind.NAME.value, N_("protected name")),),
}
HINTS = {
    Signal.IMAGE: N_("A hash in hexadecimal characters: 64, or 32 for an MD5."),
    Signal.VIDEO: N_("A hash in hexadecimal characters, or a line for each frame as vPDQ writes."),
    Signal.TEXT: N_("The whole text. Only what it is like is kept, not the text itself."),
    Signal.PHRASE: N_("The words as they are written."),
    Signal.LINK: N_("A domain such as example.com, or a page such as https://example.com/login."),
    Signal.NAME: N_(
        "Harbor Post; domains: harborpost.example; handles: harborpost; genuine: 4711. Only the "
        "name is needed; what is genuine is never said to be like it."
    ),
}
#: How an entry stands: what it is called, its mark, its colour.
STATES = {
    EntryState.STANDS: (N_("stands"), "●", ""),
    EntryState.QUARANTINED: (N_("quarantined"), "▲", "warn"),
    EntryState.DISABLED: (N_("disabled"), "◷", "note"),
    EntryState.EXPIRED: (N_("expired"), "○", "note"),
    EntryState.WITHDRAWN: (N_("withdrawn"), "↺", "note"),
}
FORMATS = (
    ("", N_("by the file's name")),
    (banks.Format.CSV.value, N_("CSV with a column hash or value")),
    (banks.Format.JSONL.value, N_("JSON, one object a line")),
    (banks.Format.LINES.value, N_("one signal a line (python-threatexchange)")),
    (banks.Format.PAGE.value, N_("a saved page of ThreatExchange or StopNCII")),
    (banks.Format.NCMEC.value, N_("a saved page of NCMEC")),
)


def takes_lists(path: str) -> bool:
    """Tell whether a list is sent to an address, which may be as long as LIST_BYTES_MAX."""
    return _TAKES_LISTS.fullmatch(path) is not None


def _keeper(request: Request) -> Visit:
    """Find out who sends a file before the first byte of it is read. Raises NotAllowed."""
    visit = signed_in(request, FormData())
    people.require(visit.actor, Permission.MANAGE_BANKS)
    return visit


Keeper = Annotated[Visit, Depends(_keeper)]


async def _read_upload(request: Request, _visit: Keeper) -> AsyncIterator[FormData]:
    """Read a form with one file, which goes to disk as it comes, and close it in the end.

    Its length is the door's to limit.
    """
    async with request.form(max_files=1, max_fields=20) as form:
        yield pages.check_form(form)


def _with_file(visit: Keeper, form: Annotated[FormData, Depends(_read_upload)]) -> Visit:
    return replace(visit, form=form)


@router.get("/banks")
def every_bank(visit: SignedIn) -> Response:
    """List the banks, and offer to make one."""
    people.require(visit.actor, Permission.MANAGE_BANKS)
    return _banks_page(visit)


@router.post("/banks")
def create(visit: SignedIn) -> Response:
    """Make an empty bank."""
    name = visit.text("name")
    try:
        visit.do(
            banks.create_bank,
            name=name,
            signal=visit.text("signal"),
            confidence=visit.text("confidence"),
            clause_key=visit.text("clause") or None,
            polarity=visit.text("polarity") or Polarity.HARM,
            rollout=_number(visit, "rollout", 100),
            flood_max=_flood(visit),
        )
    except (banks.BanksError, policy.PolicyError, ValueError) as why:
        return _banks_page(visit, problem=says(why))
    return visit.to(f"/banks/{visit.house.ask(banks.bank, name).id}")


@router.get("/banks/{bank_id}")
def one_bank(visit: SignedIn, bank_id: str) -> Response:
    """Show one bank: how it is used, and its entries."""
    return bank_page(visit, bank_id)


@router.post("/banks/{bank_id}/change")
def change(visit: SignedIn, bank_id: str) -> Response:
    """Switch it on or off, roll it out or back, or change how much is a flood; with a reason."""
    bank = bank_of(visit, bank_id)
    rolled = bank.polarity is Polarity.HARM
    try:
        visit.do(
            banks.change_bank,
            bank.name,
            why=visit.text("why"),
            enabled=visit.text("enabled") == "on",
            rollout=_number(visit, "rollout", bank.rollout) if rolled else None,
            flood_max=_flood(visit),
            flood_as_set=not visit.text("flood"),
        )
    except (banks.BanksError, ValueError) as why:
        return bank_page(visit, bank_id, problem=says(why))
    return visit.to(f"/banks/{bank_id}")


@router.post("/banks/{bank_id}/import")
def take_in(visit: Annotated[Visit, Depends(_with_file)], bank_id: str) -> Response:
    """Take a list in, and say what came of each line."""
    bank = bank_of(visit, bank_id)
    given = visit.form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return bank_page(visit, bank_id, problem="Choose the file of the list.")
    try:
        form = visit.text("format")
        lines = banks.read_list(
            given.file,
            banks.Format(form) if form else banks.format_of(given.filename),
            kind=visit.text("kind"),
            signal=bank.signal,
            polarity=bank.polarity,
        )
        taken = banks.take_list(
            visit.house.do,
            visit.actor,
            lines,
            bank=bank.name,
            source=visit.text("source") or given.filename,
            reason=visit.text("reason"),
        )
    except (banks.BanksError, ValueError) as why:
        return bank_page(visit, bank_id, problem=says(why))
    return bank_page(visit, bank_id, taken=taken)


@router.get("/banks/{bank_id}/export")
def export(visit: SignedIn, bank_id: str) -> Response:
    """Give every entry that stands as CSV, as it is taken in again."""
    bank = bank_of(visit, bank_id)
    people.require(visit.actor, Permission.MANAGE_BANKS)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent

    def write(tx: Any) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = banks.writer_of(banks.Format.CSV, text, bank.signal)
        writer.begin()
        for entry in banks.exported(tx, visit.actor, bank.name):
            writer.write(entry)
        text.detach()

    visit.house.ask(write)
    file.seek(0)
    return StreamingResponse(
        _sent(file),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="bank-{bank.id}.csv"'},
    )


@router.get("/banks/{bank_id}/clusters")
def clusters(visit: SignedIn, bank_id: str) -> Response:
    """Show which entries of a bank show the same picture."""
    bank = bank_of(visit, bank_id)
    few = bank.live <= CLUSTERED_MAX
    found = visit.ask(banks.clusters, bank.name) if few else []
    return visit.page(
        "clusters.html",
        at="banks",
        bank=bank,
        few=few,
        clusters=found[:CLUSTERS_SHOWN],
        more=max(0, len(found) - CLUSTERS_SHOWN),
    )


def bank_of(visit: Visit, bank_id: str) -> banks.BankView:
    """Find a bank by its id, so that names stay out of addresses. Raises NoSuchBank."""
    people.require(visit.actor, Permission.MANAGE_BANKS)
    return visit.house.ask(banks.bank_with_id, bank_id)


def bank_page(
    visit: Visit, bank_id: str, *, problem: str = "", taken: banks.Taken | None = None
) -> Response:
    """Show a bank as it is, with what is to be mended or what came of a list."""
    bank = bank_of(visit, bank_id)
    asked = visit.request.query_params
    state = asked.get("state", "")
    text = asked.get("text", "")[:200]
    entries = visit.ask(
        banks.entries,
        bank.name,
        limit=ENTRIES_SHOWN,
        state=EntryState(state) if state in set(EntryState) else None,
        text=text,
        before=asked.get("before") or None,
    )
    history = visit.ask(banks.bank_history, bank.name)
    return visit.page(
        "bank.html",
        at="banks",
        status=422 if problem else 200,
        bank=bank,
        entries=entries,
        more=entries[-1].id if len(entries) == ENTRIES_SHOWN else "",
        asked={"state": state, "text": text},
        narrowed=bool(state or text),
        history=history,
        searches=visit.ask(detection.searches, bank.id, limit=3),
        names=names_of(visit, [*(e.added_by for e in entries), *(one.by for one in history)]),
        kinds=KINDS[bank.signal],
        hint=HINTS[bank.signal],
        formats=FORMATS,
        states=STATES,
        flood_as_set=visit.house.settings.flood_accounts,
        taken=taken,
        refusals=taken.refusals[:REFUSALS_SHOWN] if taken else [],
        problems=[problem] if problem else [],
        form=visit.form,
    )


def names_of(visit: Visit, refs: list[str]) -> dict[str, str]:
    """Return who stands behind what the record says."""
    return {ref: visit.house.ask(people.name_of, ref) for ref in dict.fromkeys(refs)}


def says(why: Exception) -> str:
    """Say a refusal; a choice that is not on the list is said plainly."""
    if isinstance(why, banks.EntryRefused):
        return why.why
    known = isinstance(why, banks.BanksError | policy.PolicyError)
    return str(why) if known else "Choose from the lists, and write numbers where one is asked for."


def _banks_page(visit: Visit, *, problem: str = "") -> Response:
    clauses = visit.house.ask(policy.clauses)
    return visit.page(
        "banks.html",
        at="banks",
        status=422 if problem else 200,
        banks=visit.ask(banks.banks),
        lists=visit.ask(banks.child_safety_lists),
        quarantined=visit.ask(banks.in_quarantine),
        clauses=[(c.key, f"{c.number} {c.title}") for c in clauses],
        signals=SIGNALS,
        confidences=CONFIDENCES,
        polarities=POLARITIES,
        flood_as_set=visit.house.settings.flood_accounts,
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _number(visit: Visit, name: str, unset: int) -> int:
    """Read a whole number of the form. Raises ValueError."""
    return int(visit.text(name) or unset)


def _flood(visit: Visit) -> int | None:
    return int(visit.text("flood")) if visit.text("flood") else None


def _sent(file: IO[bytes]) -> Any:
    with file:
        while part := file.read(_READ_BYTES):
            yield part
