"""What a browser carries for us between two pages, sealed, and for a short time only.

A receipt travels in a cookie that only this house can open: never in an address, where histories,
referrers and logs would keep it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from evenhand.kit.clock import read_stamp, stamp
from evenhand.kit.seal import Keyring, SealBroken

PURPOSE: Final = "portal pocket"
COOKIE_CHARS_MAX: Final = 2_000


@dataclass(frozen=True)
class Pocket:
    """One cookie: its name, the path it is sent to, and how long it holds."""

    name: str
    path: str
    lasts: timedelta

    def fill(self, keys: Keyring, content: dict[str, Any], *, now: datetime) -> str:
        """Seal the content with its end."""
        plain = json.dumps({**content, "until": stamp(now + self.lasts)}).encode()
        sealed = keys.seal(plain, purpose=PURPOSE, context=self.name)
        return base64.urlsafe_b64encode(sealed).decode()

    def empty(self, keys: Keyring, cookie: str | None, *, now: datetime) -> dict[str, Any] | None:
        """Open what `fill` made, or return None when it is nothing, over, or not ours."""
        if not cookie or len(cookie) > COOKIE_CHARS_MAX:
            return None
        try:
            sealed = base64.b64decode(cookie, altchars=b"-_", validate=True)
            content = json.loads(keys.open(sealed, purpose=PURPOSE, context=self.name))
        except (binascii.Error, ValueError, SealBroken):
            return None
        return content if read_stamp(content["until"]) > now else None


#: Opens one report or decision until the person closes it, or half an hour has passed.
STATUS: Final = Pocket("evenhand-status", "/status", timedelta(minutes=30))
#: Carries a new receipt from the form to the page that shows it, once.
SENT: Final = Pocket("evenhand-sent", "/report/sent", timedelta(minutes=5))
