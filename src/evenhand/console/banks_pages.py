"""Banks of known material: what they hold and why, adding to them, taking out what was wrong."""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import banks, people, policy
from evenhand.banks import Confidence, EntryKind, Signal
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.pages import N_
from evenhand.people import Permission

router = APIRouter(route_class=ConsoleRoute)

SIGNALS = (
    (Signal.IMAGE.value, N_("pictures")),
    (Signal.PHRASE.value, N_("phrases")),
    (Signal.LINK.value, N_("links")),
)
CONFIDENCES = (
    (Confidence.INDICATIVE.value, N_("indicative: only asks for a look")),
    (Confidence.CONFIRMED.value, N_("confirmed: a match may be held at once")),
)
KINDS = {
    Signal.IMAGE: (
        (EntryKind.SHA256.value, N_("SHA-256, this very file")),
        (EntryKind.PDQ.value, N_("PDQ, looks like it")),
    ),
    Signal.PHRASE: ((EntryKind.PHRASE.value, N_("phrase")),),
    Signal.LINK: ((EntryKind.DOMAIN.value, N_("domain")),),
}


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
            clause_key=visit.text("clause"),
        )
    except (banks.BanksError, ValueError) as why:
        return _banks_page(visit, problem=_says(why))
    return visit.to(f"/banks/{_id_of(visit, name)}")


@router.get("/banks/{bank_id}")
def one_bank(visit: SignedIn, bank_id: str) -> Response:
    """Show one bank's entries, withdrawn ones among them."""
    return _bank_page(visit, bank_id)


@router.post("/banks/{bank_id}/entries")
def add(visit: SignedIn, bank_id: str) -> Response:
    """Add an entry, with where it comes from and why."""
    bank = _bank(visit, bank_id)
    try:
        visit.do(
            banks.add_entry,
            bank=bank.name,
            kind=visit.text("kind"),
            value=visit.text("value"),
            source=visit.text("source"),
            reason=visit.text("reason"),
        )
    except (banks.BanksError, ValueError) as why:
        return _bank_page(visit, bank_id, problem=_says(why))
    return visit.to(f"/banks/{bank_id}")


@router.post("/banks/{bank_id}/entries/{entry_id}/withdraw")
def withdraw(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Take an entry out; what rested on it is looked at again."""
    try:
        visit.do(banks.withdraw_entry, entry_id, why=visit.text("why"))
    except banks.EntryRefused as why:
        return _bank_page(visit, bank_id, problem=_says(why))
    return visit.to(f"/banks/{bank_id}")


def _banks_page(visit: Visit, *, problem: str = "") -> Response:
    clauses = visit.house.ask(policy.clauses)
    return visit.page(
        "banks.html",
        at="banks",
        status=422 if problem else 200,
        banks=visit.ask(banks.banks),
        clauses=[(c.key, f"{c.number} {c.title}") for c in clauses],
        signals=SIGNALS,
        confidences=CONFIDENCES,
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _bank_page(visit: Visit, bank_id: str, *, problem: str = "") -> Response:
    bank = _bank(visit, bank_id)
    entries = visit.ask(banks.entries, bank.name)
    refs = {entry.added_by for entry in entries} | {e.withdrawn_by for e in entries} - {None}
    return visit.page(
        "bank.html",
        at="banks",
        status=422 if problem else 200,
        bank=bank,
        entries=entries,
        names={ref: visit.house.ask(people.name_of, ref) for ref in refs if ref},
        kinds=KINDS[bank.signal],
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _bank(visit: Visit, bank_id: str) -> banks.BankView:
    """Find a bank by its id, so that names stay out of addresses. Raises NoSuchBank."""
    people.require(visit.actor, Permission.MANAGE_BANKS)
    for bank in visit.ask(banks.banks):
        if bank.id == bank_id:
            return bank
    raise banks.NoSuchBank


def _id_of(visit: Visit, name: str) -> str:
    return visit.house.ask(banks.bank, name).id


def _says(why: Exception) -> str:
    """Say a refusal; a choice that is not on the list is said plainly."""
    if isinstance(why, banks.EntryRefused):
        return why.why
    return str(why) if isinstance(why, banks.BanksError) else "Choose from the lists."
