"""What a report has to say that no log knows: texts, disputes, staff, recipients, orders.

The operator writes it in TOML; a template with every question is printed on request. Whatever is
left out leaves its cells blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from statistics import median
from typing import Any, Final

from evenhand.kit.clock import to_the_minute
from evenhand.policy import KEYWORD_OTHER, NOT_SPECIFIED_ORDER, OTHER_TERMS, category_tree
from evenhand.transparency.dsa.errors import AnswersRefused
from evenhand.transparency.dsa.sheets import Provider

TEXT_CHARS_MAX: Final = 5000
MEMBER_STATES: Final[tuple[str, ...]] = tuple(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - codes read best as words
)
"""As Eurostat writes them: Greece is EL here."""

LANGUAGES: Final[tuple[str, ...]] = tuple(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()  # noqa: SIM905 - the same
)
TEXTS: Final = (
    "summary",
    "own_initiative",
    "automated_means",
    "accuracy",
    "purposes",
    "safeguards",
    "governance",
    "qualifications",
    "training",
    "support",
    "methodology",
)
"""The rows of the last sheet, in their order."""

DISPUTES: Final = (
    "submitted",
    "upheld",
    "partially_reversed",
    "reversed",
    "omitted",
    "median_hours",
    "implemented",
)
STAFF: Final = ("internal", "external", "with_languages")
_FIELDS: Final = frozenset(
    {"provider", "name", "service", "published", "previous", "texts", "disputes", "staff"}
    | {"recipients", "order", "no_orders"}
)
_ORDER: Final = frozenset(
    {"kind", "member_state", "items", "received", "acknowledged", "answered"}
    | {"category", "keyword"}
)

TEMPLATE: Final = """\
# What the harmonised report has to say that the log does not know. Delete what does not apply:
# what is left out stays blank.

provider = "platform"       # intermediary, hosting, platform, vlop or vlose
name = ""                   # of the provider, as a company
service = ""                # one report for each service
published = 2027-02-15      # at most two months after the period
# previous = 2026-02-15     # when the latest report before this one was published

# Orders that the house received (`evenhand order receive`) are counted from the log: list only
# those that did not go through it.
# no_orders = true          # authorities ordered nothing in the period; or list each order:
# [[order]]
# kind = "act"              # act (Art. 9) or information (Art. 10)
# member_state = "DE"       # as Eurostat writes it: Greece is EL
# items = 1                 # each exact location (URL) is one
# category = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
# keyword = "KEYWORD_PHISHING"
# received = 2026-03-01T10:00:00Z
# acknowledged = 2026-03-01T10:20:00Z
# answered = 2026-03-02T09:00:00Z

[texts]                     # 5,000 characters at most, each
summary = ""                # of the moderation you engaged in of your own initiative
own_initiative = ""         # meaningful and comprehensible information about it
automated_means = ""        # what they are
accuracy = ""               # indicators of their accuracy and possible rate of error
purposes = ""               # for what precisely you use them
safeguards = ""             # applied to their use

# Out-of-court dispute settlement (Art. 21)
[disputes]
submitted = 0
upheld = 0
partially_reversed = 0
reversed = 0
omitted = 0
# median_hours = 0
# implemented = 1.0         # the share of reversed and partially reversed outcomes carried out

# Only for very large online platforms: [texts] governance, qualifications, training, support,
# methodology; [staff] internal, external, with_languages, and de = 4.5 … in full-time equivalents;
# [recipients] total and AT = … for each Member State.
"""


@dataclass(frozen=True, slots=True)
class Order:
    """One order of an authority: what it asked, whose it was, and when it was dealt with."""

    kind: str
    member_state: str
    items: int
    category: str
    keyword: str | None
    received: datetime
    acknowledged: datetime | None
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class Answers:
    """All that an operator said. `orders` None means that nobody said anything of orders."""

    provider: Provider = Provider.PLATFORM
    name: str | None = None
    service: str | None = None
    published: date | None = None
    previous: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    disputes: Mapping[str, float] = field(default_factory=dict)
    staff: Mapping[str, float] = field(default_factory=dict)
    recipients: Mapping[str, float] = field(default_factory=dict)
    orders: tuple[Order, ...] | None = None


def read_answers(data: Mapping[str, Any]) -> Answers:
    """Read what an operator wrote, or raise AnswersRefused at its first fault."""
    _only(data, "", _FIELDS)
    provider = data.get("provider", Provider.PLATFORM.value)
    if provider not in set(Provider):
        raise AnswersRefused("provider", f"use one of {', '.join(Provider)}")
    return Answers(
        provider=Provider(provider),
        name=_text(data, "name"),
        service=_text(data, "service"),
        published=_day(data, "published"),
        previous=_day(data, "previous"),
        texts=_texts(data.get("texts", {})),
        disputes=_numbers(data.get("disputes", {}), "disputes", DISPUTES),
        staff=_numbers(data.get("staff", {}), "staff", (*STAFF, *LANGUAGES)),
        recipients=_numbers(data.get("recipients", {}), "recipients", ("total", *MEMBER_STATES)),
        orders=_orders(data),
    )


def _orders(data: Mapping[str, Any]) -> tuple[Order, ...] | None:
    listed = data.get("order")
    if listed is None:
        return () if data.get("no_orders") is True else None
    if not isinstance(listed, list):
        raise AnswersRefused("order", "write each order as a table of its own: [[order]]")
    return tuple(_order(each, f"order[{n}]") for n, each in enumerate(listed))


def not_counted_twice(answers: Answers, ordered: AbstractSet[tuple[str, str, datetime]]) -> None:
    """Refuse answers that list an order which the log has, or deny that there were any.

    `ordered` is the kind, the Member State and the minute of arrival of each order in the log.
    Raises AnswersRefused.
    """
    if answers.orders == () and ordered:
        raise AnswersRefused(
            "no_orders",
            "the house received orders in this period, and the log has them: leave this out",
        )
    for at, order in enumerate(answers.orders or ()):
        if (order.kind, order.member_state, to_the_minute(order.received)) in ordered:
            raise AnswersRefused(
                f"order[{at}]",
                "the house received this one, and it is counted from the log: list only orders"
                " that did not go through the house",
            )


def _order(data: Mapping[str, Any], path: str) -> Order:
    _only(data, path, _ORDER)
    if data.get("kind") not in {"act", "information"}:
        raise AnswersRefused(f"{path}.kind", "use act or information")
    if data.get("member_state") not in MEMBER_STATES:
        raise AnswersRefused(f"{path}.member_state", f"use one of {', '.join(MEMBER_STATES)}")
    items = data.get("items", 1)
    if type(items) is not int or items < 1:
        raise AnswersRefused(f"{path}.items", "use a whole number, 1 or more")
    category, keyword = _heading(data, path)
    times = {name: _instant(data, path, name) for name in ("received", "acknowledged", "answered")}
    received = times["received"]
    if received is None:
        raise AnswersRefused(f"{path}.received", "say when it was delivered to you")
    for name, at in times.items():
        if at is not None and at < received:
            raise AnswersRefused(f"{path}.{name}", "this is before it was received")
    return Order(
        kind=data["kind"],
        member_state=data["member_state"],
        items=items,
        category=category,
        keyword=keyword,
        received=received,
        acknowledged=times["acknowledged"],
        answered=times["answered"],
    )


def _heading(data: Mapping[str, Any], path: str) -> tuple[str, str | None]:
    category = data.get("category", NOT_SPECIFIED_ORDER)
    tree = {name: its for name, its in category_tree().items() if name != OTHER_TERMS}
    if category not in tree or category.endswith("_NOTICE"):
        raise AnswersRefused(f"{path}.category", f"use one of {', '.join(tree)}")
    keywords = tree[category]
    keyword = data.get("keyword", KEYWORD_OTHER if keywords else None)
    if keyword not in (keywords or (None,)):
        raise AnswersRefused(f"{path}.keyword", f"use one of {', '.join(keywords)}")
    return category, keyword


def _instant(data: Mapping[str, Any], path: str, name: str) -> datetime | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise AnswersRefused(f"{path}.{name}", "use an instant such as 2026-03-01T10:00:00Z")
    return value.astimezone(UTC)


def _texts(data: Any) -> dict[str, str]:
    _table(data, "texts")
    _only(data, "texts", frozenset(TEXTS))
    for name, text in data.items():
        if not isinstance(text, str) or len(text) > TEXT_CHARS_MAX:
            raise AnswersRefused(
                f"texts.{name}", f"use text of {TEXT_CHARS_MAX} characters at most"
            )
    return {name: text.strip() for name, text in data.items() if text.strip()}


def _numbers(data: Any, path: str, known: tuple[str, ...]) -> dict[str, float]:
    _table(data, path)
    _only(data, path, frozenset(known))
    for name, value in data.items():
        share = name == "implemented"
        if type(value) not in {int, float} or value < 0 or (share and value > 1):
            raise AnswersRefused(f"{path}.{name}", f"use a number {'from 0 to 1' if share else ''}")
    return dict(data)


def _table(data: Any, path: str) -> None:
    if not isinstance(data, Mapping):
        raise AnswersRefused(path, "this must be a table of fields")


def _only(data: Mapping[str, Any], path: str, known: frozenset[str]) -> None:
    for name in sorted(set(map(str, data)) - known):
        where = f"{path}.{name}" if path else name
        raise AnswersRefused(where, f"this is not known; known are {', '.join(sorted(known))}")


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise AnswersRefused(name, "write this as text")
    return (value or "").strip() or None


def _day(data: Mapping[str, Any], name: str) -> date | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise AnswersRefused(name, "use a day such as 2027-02-15")
    return value


def median_of(hours: list[float]) -> float:
    """Return the median in hours; of nothing it is 0, as the instructions have it."""
    return round(median(hours), 1) if hours else 0
