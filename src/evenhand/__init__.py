"""Evenhand, the trust-and-safety back office: find, decide, account.

`PATH` is the order in which a report travels. Import contracts, docs pages, CLI help and console
navigation all read it from here, and a test keeps them in agreement.
"""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"

#: The nine rooms a report passes, in order, each with the sentence that tells its part.
PATH: Final[dict[str, str]] = {
    "intake": "items, reports, legal notices and mail arrive: checked, deduplicated, recorded",
    "detection": "detectors look at an item and leave assessments",
    "rules": "the operator's rules meet assessments and facts, and propose",
    "queue": "what needs a person waits here, in an order that can be explained",
    "review": "a reviewer claims it, sees it safely, notes it",
    "decision": "what was decided, under which clause, by whom or which rule, and why",
    "delivery": "effects reach the platform and messages reach people, until acknowledged",
    "appeal": "asked again: someone else looks; a granted appeal undoes everything",
    "transparency": "what is published: reasons, register, numbers anyone can recompute",
}

#: The rooms every path room leans on; none of them imports a path room.
SUPPORT: Final = ("policy", "banks", "people", "evidence", "ledger", "db", "kit")
