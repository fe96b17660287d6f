"""People at the doors, over HTTP: on Plaza's pages, and on Evenhand's public ones.

Each comes with a browser of their own: its cookies, its language, and an address of its own out
of the range that is reserved for examples.
"""

from __future__ import annotations

import re
import ssl
from typing import Final

import httpx2

from evenhand.demo.day import Account, Complaint, Post
from evenhand.demo.errors import DemoBroke

TIMEOUT_SECONDS: Final = 30.0
#: Everything here is plain http on this machine; loading certificates for each browser is slow.
_NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_PLAZA_NAME: Final = re.compile(r"[^\w .-]")
_RECEIPT: Final = re.compile(r">\s*(\d{4}(?:[ -]?\d{4}){3})\s*<")
_POST: Final = re.compile(r"/post/([0-9a-f-]{36})")


def browser(base: str, *, language: str = "en", seat: int = 0) -> httpx2.Client:
    """Open a browser on a site. `seat` gives it an address of its own (RFC 5737, TEST-NET-3)."""
    headers = {"origin": base, "accept-language": language}
    if seat:
        headers["x-forwarded-for"] = f"203.0.113.{seat}"
    return httpx2.Client(
        base_url=base,
        headers=headers,
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
        verify=_NO_CERTIFICATES,
    )


class PlazaVisitor:
    """One account on Plaza, signed in; or, without an account, somebody who walks past."""

    def __init__(self, base: str, account: Account | None = None, password: str = "") -> None:
        """Walk past, or sign in: a name that Plaza does not know becomes a new account."""
        self._base = base
        self._browser = browser(base, language=account.language if account else "en")
        if account is not None:
            form = {"name": plaza_name(account), "password": password}
            _expect(self._browser.post("/sign-in", data=form), 303, "signing in at Plaza")

    def post(self, post: Post) -> str:
        """Put something on Plaza and return the id Plaza gave it."""
        files = {}
        if post.photo is not None:
            files["photo"] = (post.photo.name, post.photo.read_bytes(), "image/jpeg")
        form = {"text": (None, post.text)}
        answer = self._browser.post("/posts", files={**form, **files})
        _expect(answer, 303, f"posting {post.key}")
        found = _POST.search(answer.headers["location"])
        if found is None:
            raise DemoBroke(f"Plaza did not say where {post.key} is.")
        return found[1]

    def report(self, post_id: str, complaint: Complaint) -> str:
        """Report a post on its own page and return the receipt."""
        form = {"harm": complaint.harm, "explanation": complaint.explanation}
        answer = self._browser.post(f"/post/{post_id}/report", data=form)
        _expect(answer, 200, f"reporting {complaint.item}")
        return _receipt(answer.text, f"the report of {complaint.item}")

    def sees(self, post_id: str) -> bool:
        """Tell whether a post is shown to this visitor."""
        answer = self._browser.get(f"/post/{post_id}")
        if answer.status_code not in {200, 404}:
            _expect(answer, 200, "looking at a post")
        return answer.status_code == 200

    def receipt_on(self, post_id: str) -> str:
        """Read, as the author, the receipt that stands on the page of a post that was acted on."""
        answer = self._browser.get(f"/post/{post_id}")
        _expect(answer, 200, "looking at an own post")
        return _receipt(answer.text, "an author's own post")

    def url(self, post_id: str) -> str:
        """Return the address of a post."""
        return f"{self._base}/post/{post_id}"

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()


class PortalVisitor:
    """Somebody on Evenhand's public pages: a reporter, or an author with a receipt."""

    def __init__(self, base: str, *, language: str = "en", seat: int = 0) -> None:
        """Come to the front page."""
        self._browser = browser(base, language=language, seat=seat)

    def report(self, url: str, complaint: Complaint) -> str:
        """Fill in the report form, its second page too for a legal notice; return the receipt."""
        form = {"url": url, "harm": complaint.harm, "explanation": complaint.explanation}
        if complaint.illegal:
            first = self._browser.post("/report", data=form | {"illegal": "yes"})
            _expect(first, 200, f"the first page about {complaint.item}")
            form |= {"illegal": "yes", "locations": url, "good_faith": "yes"}
            form |= {"name": complaint.name or "", "email": complaint.email or ""}
        where = "/report/notice" if complaint.illegal else "/report"
        _expect(self._browser.post(where, data=form), 303, f"reporting {complaint.item}")
        answer = self._browser.get("/report/sent")
        _expect(answer, 200, "the receipt of a report")
        return _receipt(answer.text, f"the report of {complaint.item}")

    def appeal(self, receipt: str, text: str) -> None:
        """Open the status page with a receipt, read the reasons there, and object."""
        _expect(self._browser.post("/status", data={"receipt": receipt}), 303, "the receipt")
        _expect(self._browser.get("/status"), 200, "the status page")
        _expect(self._browser.post("/status/appeal", data={"text": text}), 303, "the appeal")

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()


def plaza_name(account: Account) -> str:
    """Return the name an account signs in with: Plaza's names have letters, dots and dashes."""
    return " ".join(_PLAZA_NAME.sub("", account.name.replace("&", "and")).split())


def _expect(answer: httpx2.Response, status: int, what: str) -> None:
    if answer.status_code == status:
        return
    said = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())[-300:]
    raise DemoBroke(f"{what[0].upper()}{what[1:]} was answered {answer.status_code}: {said}")


def _receipt(page: str, where: str) -> str:
    found = _RECEIPT.search(page)
    if found is None:
        raise DemoBroke(f"No receipt stands on the page after {where}.")
    return found[1]
