"""What the API answers, field by field: the shapes that the OpenAPI document shows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A document that leaves; it holds exactly what is described."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Answer):
    """Why an item is not simply allowed: a rule, and its words."""

    rule: str = Field(description="The rule that proposed it, with its version: `reported@1`.")
    says: str = Field(description="Why, in a sentence for the host's own staff.")


class Unlooked(Answer):
    """That a detector could not look, whatever follows from it."""

    detector: str = Field(description="The detector, with its version: `known_images@3`.")
    says: str = Field(description="What went wrong, or how long it took.")


class Assessed(Answer):
    """What one detector answered about one place in an item."""

    detector: str
    version: str
    answer: Literal["found", "not_found", "failed", "skipped"] = Field(
        description="`failed` and `skipped` are not `not_found`: nobody looked."
    )
    field: str | None = Field(description="Where in the item; null for all of it.")
    says: str


class Looked(Answer):
    """What the host should do with an item, and why, from what detectors and rules say of it."""

    reasons: list[Reason | Unlooked]
    assessments: list[Assessed] = Field(description="What every detector answered.")
    looked_at: bool = Field(
        description="False when a detector failed or has not looked yet: `allow` then says only"
        " that nothing was found so far."
    )


class Assessment(Looked):
    """What would become of an item if it were sent. Nothing was stored."""

    verdict: Literal["allow", "hold", "review"] = Field(
        description="`hold`: it would be kept from view. `review`: it would be shown, and a person"
        " would look. `allow`: neither."
    )


class Standing(Looked):
    """What the host should do with an item now, and why."""

    verdict: Literal["allow", "hold", "review", "restricted"] = Field(
        description="`hold`: keep it from view for now. `review`: show it, a person will look."
        " `restricted`: a person decided that it is not shown, and the effects say so."
    )
    task_id: str | None = Field(description="The task waiting for a person, if there is one.")


class ItemReceived(Standing):
    """What became of an item that was sent."""

    item_id: str
    created: bool = Field(description="False when this very content was received before.")


class Account(Answer):
    """Who made an item, on the host's service."""

    id: str = Field(description="The host's own id of the account.")
    name: str
    language: str | None


class FieldShown(Answer):
    """One field of an item, without pictures and films: those are listed under `media`."""

    name: str
    type: str
    value: str | int | float | bool | list[str] | None


class Media(Answer):
    """One picture or film of an item, as received. Its bytes do not leave through the API."""

    id: str
    field: str
    media_type: str
    width: int
    height: int
    seconds: float | None = Field(description="How long a film is; null for a picture.")


class Item(Standing):
    """An item as it was received, and where it stands."""

    item_id: str
    kind: str
    id: str = Field(description="The host's own id of the item.")
    version: int
    account: Account | None
    url: str | None
    reach: int | None
    fields: list[FieldShown]
    media: list[Media]
    created_at: datetime | None
    received_at: datetime


class ReportReceived(Answer):
    """What a person who reports is given: the receipt opens the status page, and nothing else does.

    The receipt is shown this once; it is not kept here in a form that could be read.
    """

    report_id: str
    receipt: str = Field(description="Sixteen digits in groups of four.")
    status_url: str
    acknowledgement: str = Field(description="A sentence to show to the person who reported.")


class MeasureShown(Answer):
    """One measure of a decision, and what became of it."""

    measure: str
    target: str
    label: str | None = Field(
        default=None, description="The key of the label that was added, where one was named."
    )
    starts: datetime
    ends: datetime | None
    lifted_at: datetime | None


class ClauseShown(Answer):
    """The clause a decision cites, in the version it cites."""

    key: str
    number: str
    version: int
    title: str


class Decision(Answer):
    """A decision with its statement of reasons (DSA Art. 17)."""

    decision_id: str
    item_id: str
    outcome: str
    clause: ClauseShown | None
    measures: list[MeasureShown]
    statement: dict[str, object] | None = Field(
        description="The statement of reasons, as `dsa_art17_statement.schema.json` has it."
    )
    automated: bool
    provisional: bool
    made_at: datetime
    reversed_at: datetime | None
    superseded_by: str | None = Field(description="The decision that took its place, if one did.")


class DecisionPage(Answer):
    """Decisions in the order in which they were made."""

    decisions: list[Decision]
    next: str | None = Field(
        description="Send it as `after` to go on from here, now or later; null before the first."
    )
    more: bool = Field(description="True when there is another page at once.")


class Queue(Answer):
    """How much waits in one queue."""

    name: str
    title: str
    waiting: int
    claimed: int
    overdue: int


class Queues(Answer):
    """Every queue, in the order of the console."""

    queues: list[Queue]


class AppealFiled(Answer):
    """What a person who objects is given."""

    appeal_id: str
    status_url: str
    acknowledgement: str = Field(description="A sentence to show to the person who objects.")


class Me(Answer):
    """Which key this is, and what it may do."""

    key_id: str
    name: str
    scopes: list[str]


class ProblemShown(Answer):
    """One spot to put right."""

    path: str
    says: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457). `code` is for programs, `detail` for people."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    problems: list[ProblemShown] | None = None


class Bank(Answer):
    """A bank of known material, and how it stands."""

    bank_id: str
    name: str
    signal: Literal["image", "phrase", "text", "link", "name", "video"]
    polarity: Literal["harm", "fine"] = Field(
        description="What is in it is known to be harmful, or to be fine."
    )
    confidence: Literal["confirmed", "indicative"] = Field(
        description="What matches a confirmed entry may be held; an indicative one only asks for"
        " a look."
    )
    clause: str | None = Field(description="The key of the clause that a match breaks.")
    enabled: bool
    rollout: int = Field(description="For how many of 100 accounts a match is acted upon.")
    entries: int = Field(description="How many stand.")
    quarantined: int = Field(description="Of those, how many wait for a look in quarantine.")


class Banks(Answer):
    """Every bank, and whether any list of child sexual abuse material is loaded."""

    banks: list[Bank]
    child_safety_lists: int = Field(
        description="Confirmed banks of hashes under a child-safety clause that hold any. While it"
        " is 0, known child sexual abuse material is not recognised."
    )


class BankStats(Bank):
    """One bank, with how its entries stand now."""

    states: dict[str, int] = Field(description="How many entries stand, run out, were withdrawn …")


class EntryAdded(Answer):
    """What became of one of the entries that were sent; `at` is its place, from 0."""

    at: int
    entry_id: str | None = Field(description="Null when it was refused.")
    refused: str | None = Field(description="Why it cannot be an entry.")


class EntriesAdded(Answer):
    """What became of entries that were sent. Known ones stood before, and were left as they are."""

    added: int
    known: int
    refused: int
    entries: list[EntryAdded]


class EntryWithdrawn(Answer):
    """An entry that matches nothing any more."""

    entry_id: str
    withdrawn_at: datetime


class EntryNear(Answer):
    """An entry, and in how many of 256 bits it differs from what was asked; 0 for exact hashes."""

    entry_id: str
    distance: int


class HashMatches(Answer):
    """What a hash matches, nearest first."""

    query: str
    matches: list[EntryNear]


class BankMatches(Answer):
    """What each hash matches in a bank, in the order they were sent."""

    results: list[HashMatches]
