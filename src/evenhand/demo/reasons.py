"""Why a clause covers what happened, in the words a reviewer would write to its author.

The facts of a case are in the day itself. Here stands the second half of every statement of
reasons, and why less would not do where more than the mildest fitting measure was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Why:
    """The clause, the reasons, the days of a limit or suspension, and why less would not do."""

    clause: str
    reasons: str
    days: int | None = None
    less_would_not_do: str | None = None


WHY: Final[Mapping[str, Why]] = {
    "spam-1": Why(
        "spam",
        "Sending the same advertisement to people who did not ask for it is what this rule"
        " forbids. This one was put up again and again, dressed as an offer of work.",
        days=7,
        less_would_not_do="Showing it less often would not do: whoever writes START is asked for"
        " a fee, so every further reader may lose money.",
    ),
    "spam-2": Why(
        "spam",
        "It repeats, word for word, what the same account had posted three hours before, under a"
        " title changed just enough to look new.",
        less_would_not_do="Hiding it would invite a third copy: the same text was put up twice"
        " within three hours.",
    ),
    "phish-parcel": Why(
        "fraud",
        "The page asks for card details under the pretence of a parcel that does not exist. That"
        " is phishing, which this rule names.",
        days=30,
        less_would_not_do="One person had typed in a card number within twenty minutes, so"
        " switching off some functions would not protect the next reader.",
    ),
    "hvdesk-profile": Why(
        "impersonation",
        "The bank's name and the words official support make people believe that they are writing"
        " to their bank, and nothing on the profile says otherwise.",
        days=30,
        less_would_not_do="A label would not do: the profile asks for card numbers and one-time"
        " codes, and whoever sends them loses money within minutes.",
    ),
    "hvdesk-message": Why(
        "fraud",
        "A threat to lock an account, together with a copied sign-in page that collects codes, is"
        " phishing, whatever name it is sent under.",
    ),
    "cottage": Why(
        "fraud",
        "Asking for gift card codes before anybody has seen the house, with a picture of another"
        " one, is asking for payment under false pretences.",
        days=7,
    ),
    "cup-fake": Why(
        "fraud",
        "A shop without a name or an address that advertises with somebody else's photograph is"
        " how shops that do not deliver present themselves.",
        days=30,
        less_would_not_do="The same account sent people to a page that collects card numbers"
        " earlier that day, so switching off some functions would leave buyers exposed.",
    ),
    "bag-brown": Why(
        "counterfeit",
        "A brand stamp that cannot be read, and neither box nor receipt, suggest that the bag does"
        " not come from the brand it names.",
    ),
    "sneakers": Why(
        "counterfeit",
        "Shoes that carry the Wendlo logo and come from somebody else are counterfeit, and the"
        " listing praises them for exactly that.",
    ),
    "malware": Why(
        "malware",
        "A program that runs only once the virus scanner is off, and then changes the browser"
        " unasked, takes control of a device without its owner knowing.",
        days=30,
        less_would_not_do="Several people had installed it by noon, and an account that hands out"
        " such programs cannot be left to post the next one.",
    ),
    "ar-phone": Why(
        "fraud",
        "Payment in gift cards only, with the code sent before anything is delivered, cannot be"
        " traced or taken back: it is asking for money under false pretences.",
    ),
    "zh-outlet": Why(
        "fraud",
        "A clearance sale that names no company, gives no address and accepts nothing but gift"
        " cards is a fake shop in the words of this rule.",
    ),
    "insult": Why(
        "harassment",
        "Calling a neighbour useless and telling her that everybody laughs at her is no criticism"
        " of a lawn: it is meant to drive her away.",
    ),
    "tablets": Why(
        "prohibited-goods",
        "Medicines that need a prescription may not be offered here, and the listing says in so"
        " many words that none is asked for.",
    ),
}

#: What the second reviewer writes to the author, having read the first decision at last.
EXPLANATION: Final = (
    "You are right. Wear and a missing receipt prove nothing about where a bag comes from, and you"
    " should have been asked first. Your listing is back, and nothing about this counts against"
    " your account. We are sorry."
)

#: Left waiting at the end of the day, so that whoever looks around finds something to decide.
LEFT_WAITING: Final = ("cottage", "insult", "zh-plants")
