"""A policy here is always complete enough to hold a person to it.

Every clause names one of the harms the Charter allows, carries a version and a start date, and says
what follows, mildest step first. Nothing outside the harms can be written down, so nothing outside
them can be enforced. Pure: values in, values out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from evenhand.kit.words import N_
from evenhand.policy.errors import NoSuchClause


class Harm(StrEnum):
    """The harms this software may act on (Charter, "The harms it is built for"): a closed list."""

    CHILD_SAFETY = "child_safety"
    INTIMATE_IMAGES = "intimate_images"
    ADULT_CONTENT = "adult_content"
    FRAUD = "fraud"
    IMPERSONATION = "impersonation"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    MALWARE_SPAM = "malware_spam"
    VIOLENCE_HARASSMENT = "violence_harassment"
    SELF_HARM = "self_harm"
    PROHIBITED_GOODS = "prohibited_goods"
    OTHER = "other"


HARM_LABELS: Final[Mapping[Harm, str]] = MappingProxyType(
    {
        Harm.CHILD_SAFETY: N_("A child is being sexually abused or exploited"),
        Harm.INTIMATE_IMAGES: N_("Intimate images shared without consent"),
        Harm.ADULT_CONTENT: N_("Sexual material where it does not belong"),
        Harm.FRAUD: N_("A scam, phishing, extortion or a fake shop"),
        Harm.IMPERSONATION: N_("Someone pretends to be another person or organisation"),
        Harm.INTELLECTUAL_PROPERTY: N_("Copied work or counterfeit goods"),
        Harm.MALWARE_SPAM: N_("Malware or spam"),
        Harm.VIOLENCE_HARASSMENT: N_("Threats, harassment or violent material"),
        Harm.SELF_HARM: N_("Someone may be hurt by self-harm or suicide material"),
        Harm.PROHIBITED_GOODS: N_("Goods or services that may not be sold"),
        Harm.OTHER: N_("Something else that breaks the rules of this service"),
    }
)


class Originals(StrEnum):
    """What becomes of a picture in which confirmed known material under a clause was found."""

    SHOWN = "shown"
    KEEP_IN_VAULT = "keep_in_vault"
    DO_NOT_KEEP = "do_not_keep"


SEVERITY_MAX: Final = 4

CHECKED_FIRST: Final = "checked-first"
"""The key of the clause under which an item may wait because nothing could look at it yet."""

Target = Literal["item", "account"]
GroundType = Literal["terms", "illegal"]


class RestrictionKind(StrEnum):
    """The four kinds of restriction that oblige a statement of reasons (DSA Art. 17(1)(a)-(d))."""

    VISIBILITY = "visibility"
    MONETARY = "monetary"
    PROVISION = "provision"
    ACCOUNT = "account"


class Measure(StrEnum):
    """What a decision may change, listed from the mildest to the most restrictive."""

    LABEL = "label"
    WARN = "warn"
    AGE_GATE = "age_gate"
    DEMOTE = "demote"
    HIDE = "hide"
    REMOVE = "remove"
    LIMIT = "limit"
    SUSPEND = "suspend"
    CLOSE = "close"

    @property
    def facts(self) -> "MeasureFacts":
        """Return what is true of this measure wherever it is used."""
        return _FACTS[self]


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """One measure: what it touches, how heavy it is, its Art. 17 kind, and its words both ways.

    `restricts` is None where nothing is restricted, so no statement of reasons is owed.
    """

    target: Target
    weight: int
    restricts: RestrictionKind | None
    wording: str
    inverse: str


_VISIBILITY, _ACCOUNT = RestrictionKind.VISIBILITY, RestrictionKind.ACCOUNT
# A label counts as a restriction because the Commission's database lists labelled content among
# visibility decisions. A warning changes nothing by itself, so it restricts nothing.
_FACTS: Final[Mapping[Measure, MeasureFacts]] = MappingProxyType(
    {
        Measure.LABEL: MeasureFacts(
            "item", 1, _VISIBILITY, N_("A note was added to it"), N_("The note was taken off")
        ),
        Measure.WARN: MeasureFacts(
            "account", 2, None, N_("A warning was sent"), N_("The warning was withdrawn")
        ),
        Measure.AGE_GATE: MeasureFacts(
            "item", 3, _VISIBILITY, N_("It is shown to adults only"), N_("It is open to all again")
        ),
        Measure.DEMOTE: MeasureFacts(
            "item", 4, _VISIBILITY, N_("It is recommended less"), N_("It is recommended as before")
        ),
        Measure.HIDE: MeasureFacts(
            "item", 5, _VISIBILITY, N_("It is hidden from others"), N_("It is visible again")
        ),
        Measure.REMOVE: MeasureFacts(
            "item", 6, _VISIBILITY, N_("It was removed"), N_("It was put back")
        ),
        Measure.LIMIT: MeasureFacts(
            "account",
            7,
            RestrictionKind.PROVISION,
            N_("Some functions of the account are switched off"),
            N_("All functions of the account work again"),
        ),
        Measure.SUSPEND: MeasureFacts(
            "account", 8, _ACCOUNT, N_("The account is paused"), N_("The account is active again")
        ),
        Measure.CLOSE: MeasureFacts(
            "account", 9, _ACCOUNT, N_("The account was closed"), N_("The account was reopened")
        ),
    }
)

TIMED: Final = frozenset({Measure.LIMIT, Measure.SUSPEND})
"""Measures that must say when they end: a pause without an end is a closure under another name."""


@dataclass(frozen=True, slots=True)
class Label:
    """A note that may be put on an item: its key, for the host, and the words people read."""

    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: its measures, the days a limit or suspension lasts, and the strikes it leaves.

    `label` is the key of the label that fits, where one of the measures is a label.
    """

    measures: tuple[Measure, ...]
    days: int | None
    strike_weight: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class InLaw:
    """What an operator says of a clause for the Digital Services Act; all of it may be left out.

    Under which category and keyword of the law's list its breaches are counted (`other` says in
    words what KEYWORD_OTHER is); whether it is about deceptive high-volume commercial content, of
    which no statement is owed (Art. 17(2)); and whether a pause under it answers the misuse of
    notices or complaints (Art. 23(2)).
    """

    category: str | None = None
    keyword: str | None = None
    other: str | None = None
    high_volume: bool = False
    misuse: Literal["notices", "complaints"] | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule as people read it, in one version; a published version is never edited."""

    key: str
    number: str
    version: int
    title: str
    text: str
    harm: Harm
    severity: int
    ground: GroundType
    legal_ground: str | None
    ladder: tuple[Rung, ...]
    strike_days: int
    effective_from: date
    originals: Originals = Originals.SHOWN
    dsa: InLaw = InLaw()


@dataclass(frozen=True, slots=True)
class Policy:
    """All clauses in all versions, so an old decision is always read under the words of its day.

    Labels are those that may be added now; a decision keeps the words of the one it added.
    """

    title: str
    clauses: tuple[Clause, ...]
    labels: tuple[Label, ...] = ()

    def clause(self, key: str, version: int) -> Clause:
        """Return exactly the version a decision cites, or raise NoSuchClause; never one nearby."""
        for clause in self.clauses:
            if (clause.key, clause.version) == (key, version):
                return clause
        raise NoSuchClause(key, version)

    def current(self, key: str, on: date) -> Clause:
        """Return the version in force on a day: nobody is held to words published later."""
        found = [c for c in self.clauses if c.key == key and c.effective_from <= on]
        if not found:
            raise NoSuchClause(key)
        return max(found, key=lambda clause: clause.version)

    def in_force(self, on: date) -> tuple[Clause, ...]:
        """Return every clause that binds people on a day, in the order of its numbers."""
        keys = {c.key for c in self.clauses if c.effective_from <= on}
        return tuple(sorted((self.current(key, on) for key in keys), key=number_order))


def usual_originals(severity: int) -> Originals:
    """Return what holds for a clause that says nothing: what is gravest is not shown at the desk.

    It is kept, because the law may ask for it; that it is not kept, only an operator can say.
    """
    return Originals.KEEP_IN_VAULT if severity >= SEVERITY_MAX else Originals.SHOWN


def number_order(clause: Clause) -> tuple[int, ...]:
    """Sort clauses as people count: 2 before 10, and 2.1 after 2."""
    return tuple(int(part) for part in clause.number.split("."))


def least_restrictive(clause: Clause, active_strikes: int) -> Rung:
    """Return the mildest rung that fits: each unexpired strike under the clause is one step up."""
    assert clause.ladder, "a clause always has a ladder"
    assert active_strikes >= 0, "strikes are counted, never owed"
    return clause.ladder[min(active_strikes, len(clause.ladder) - 1)]


def above_ladder(measures: Iterable[Measure], rung: Rung, *, days: int | None = None) -> bool:
    """Say whether a choice is heavier than the rung, on the item or the account, or lasts longer.

    Going above needs a sentence of reasons from the reviewer; going below never does. A warning is
    never above. `days` left out means "as the rung says".
    """
    chosen = tuple(measures)
    longer = days is not None and rung.days is not None and days > rung.days
    return (longer and not TIMED.isdisjoint(chosen)) or any(
        _heaviest(chosen, target) > _heaviest(rung.measures, target)
        for target in ("item", "account")
    )


def _heaviest(measures: Iterable[Measure], target: str) -> int:
    """Weigh only what restricts, so that a warning can always be added."""
    facts = (measure.facts for measure in measures)
    return max((f.weight for f in facts if f.target == target and f.restricts), default=0)


class Basis(StrEnum):
    """How a matter reached the service; DSA Art. 17(3)(b) requires the person to be told."""

    NOTICE = "notice"
    REPORT = "report"
    OWN_INITIATIVE = "own_initiative"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long the service has, counted from receipt. `law` None: the service's own target."""

    id: str
    law: str | None
    hours: int
    why: str


# Shortest where a person may be in danger now; longest where waiting harms nobody further. Intimate
# images found by the service get the 48 hours that a person's own request would get.
_TARGET_HOURS: Final[Mapping[Harm, int]] = MappingProxyType(
    {
        Harm.CHILD_SAFETY: 1,
        Harm.SELF_HARM: 1,
        Harm.VIOLENCE_HARASSMENT: 12,
        Harm.FRAUD: 24,
        Harm.IMPERSONATION: 24,
        Harm.MALWARE_SPAM: 24,
        Harm.ADULT_CONTENT: 24,
        Harm.INTIMATE_IMAGES: 48,
        Harm.PROHIBITED_GOODS: 48,
        Harm.INTELLECTUAL_PROPERTY: 72,
        Harm.OTHER: 72,
    }
)
_TAKE_IT_DOWN: Final = Clock(
    "take_it_down",
    "47 USC 223a",
    48,
    N_("A valid request about intimate images must be met within 48 hours of receipt."),
)
_TCO_REMOVAL: Final = Clock(
    "tco_removal",
    "Reg (EU) 2021/784 Art 3(3)",
    1,
    N_("This may be a terrorist-content removal order, which has one hour: read its basis first."),
)
_OWN_TARGET: Final = N_("The service's own target; no law sets this clock.")


def clock_for(harm: Harm, basis: Basis) -> Clock:
    """Return the law's clock where a law sets one, otherwise the service's own target.

    The TAKE IT DOWN Act (47 USC 223a) runs from a request about intimate images; Regulation (EU)
    2021/784 Art. 3(3) runs only from an order. A clock orders the queue; it decides nothing.
    """
    if harm is Harm.INTIMATE_IMAGES and basis in {Basis.NOTICE, Basis.REPORT}:
        return _TAKE_IT_DOWN
    if harm is Harm.VIOLENCE_HARASSMENT and basis is Basis.ORDER:
        return _TCO_REMOVAL
    return Clock("own_target", None, _TARGET_HOURS[harm], _OWN_TARGET)
