"""Plaza: a small forum that runs Evenhand, as any host would, with the standard library alone.

What it does about Evenhand is in `host.py`; these are its pages and forms, and the one address at
which webhooks arrive.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import urllib.error
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:  # seen from the repository; run as a script, these are its neighbours
    from examples.plaza import host, pages
else:
    import host
    import pages

BODY_BYTES_MAX = 8_000_000
TEXT_CHARS_MAX = 5_000
STOPS_POSTING = ("limit", "suspend", "close")
PHOTOS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
ID = r"([0-9a-f-]{36})"


class Plaza(BaseHTTPRequestHandler):
    """The pages, the forms, and the one address at which Evenhand's webhooks arrive."""

    store: host.Store
    server_version = "Plaza"

    def do_GET(self) -> None:
        """Find the page."""
        self._route("GET")

    def do_POST(self) -> None:
        """Read the body, within bounds and from our own pages only, and find the action."""
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES_MAX:
            self._answer(413, pages.notice("That is too large. Photos may have 5 MB."))
            return
        self.body = self.rfile.read(length)
        origin = self.headers.get("origin", "")
        if self.path != "/evenhand" and origin.partition("//")[2] != self.headers.get("host"):
            self._answer(403, pages.notice("This form was sent from another site."))
            return
        self._route("POST")

    def _route(self, method: str) -> None:
        self.account = self._signed_in()
        for (wanted, pattern), action in ROUTES.items():
            found = re.fullmatch(pattern, self.path.partition("?")[0])
            if found and wanted == method:
                action(self, *found.groups())
                return
        self._answer(404, pages.notice("There is no such page."))

    def _answer(
        self, status: int, content: str | bytes, kind: str = "text/html; charset=utf-8", **more: str
    ) -> None:
        raw = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        rules = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"
        for name, value in {
            "content-type": kind,
            "content-length": str(len(raw)),
            "content-security-policy": rules + "; base-uri 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            **{name.replace("_", "-"): value for name, value in more.items()},
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def _signed_in(self) -> str | None:
        token = SimpleCookie(self.headers.get("cookie", "")).get("plaza")
        known = "select account from sessions where token=?"
        rows = self.store.rows(known, token.value) if token else []
        return rows[0]["account"] if rows else None

    def _go(self, where: str, **more: str) -> None:
        self._answer(303, "", location=where, **more)

    def _form(self) -> dict[str, Any]:
        """Read a form: texts as text, a file as bytes."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        head = b"content-type: " + kind.encode() + b"\r\n\r\n"
        form: dict[str, Any] = {}
        whole = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + self.body)
        for part in whole.iter_parts():
            name = part.get_param("name", header="content-disposition")
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            form[str(name)] = raw if part.get_filename() is not None else raw.decode()
        return form

    def _post(self, post_id: str) -> dict[str, Any] | None:
        """Return a post if whoever asks may see it: everyone, or its author alone."""
        rows = self.store.rows("select * from posts where id=?", post_id)
        if rows and (rows[0]["account"] == self.account or self.store.shown(rows[0])):
            return rows[0]
        return None

    def front(self) -> None:
        """List what may be seen, newest first, what is to be recommended less at the end."""
        posts = self.store.rows("select * from posts order by at desc limit 100")
        shown = []
        for post in posts:
            post["measures"] = self.store.standing("item", post["id"])
            if self.store.shown(post) or post["account"] == self.account:
                shown.append(post)
        shown.sort(key=lambda p: any(m["measure"] == "demote" for m in p["measures"]))
        on_account = self.store.standing("account", self.account or "")
        self._answer(200, pages.front(self.account, shown, on_account))

    def style(self) -> None:
        """Give the style sheet."""
        self._answer(200, pages.STYLE, "text/css; charset=utf-8")

    def post_page(self, post_id: str) -> None:
        """Show one post; to its author also what was decided about it, and how to object."""
        post = self._post(post_id)
        if post is None:
            self._answer(404, pages.notice("There is no such post, or it is not shown."))
            return
        post["measures"] = self.store.standing("item", post_id)
        self._answer(200, pages.post(self.account, post))

    def photo(self, post_id: str) -> None:
        """Give a photo to whoever may see its post."""
        post = self._post(post_id)
        if post is None or not post["photo"]:
            self._answer(404, pages.notice("There is no such photo."))
            return
        self._answer(200, post["photo"], post["media_type"])

    def messages(self) -> None:
        """Show what Evenhand wrote to this account."""
        found = "select * from messages where account=? order by at desc"
        rows = self.store.rows(found, self.account or "")
        self._answer(200, pages.messages(self.account, rows))

    def sign_in(self) -> None:
        """Sign in with a name and a password; a new name makes a new account."""
        form = self._form()
        name, password = form.get("name", "").strip(), form.get("password", "")
        if not re.fullmatch(r"[\w .-]{2,30}", name) or len(password) < 8:
            says = "A name has 2 to 30 letters, a password at least 8 characters."
            self._answer(422, pages.notice(says))
            return
        known = self.store.rows("select * from accounts where name=?", name)
        salt = known[0]["salt"] if known else secrets.token_bytes(16)
        made = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
        if known and not hmac.compare_digest(made, known[0]["hash"]):
            self._answer(403, pages.notice("That is not the password of this name."))
            return
        spoken = re.match(
            r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", self.headers.get("accept-language", "")
        )
        language = spoken.group() if spoken else "en"
        add = "insert or ignore into accounts values (?,?,?,?)"
        self.store.run(add, name, salt, made, language)
        token = secrets.token_urlsafe(32)
        self.store.run("insert into sessions values (?,?)", token, name)
        self._go("/", set_cookie=f"plaza={token}; HttpOnly; SameSite=Strict; Path=/")

    def sign_out(self) -> None:
        """End the session."""
        self.store.run("delete from sessions where account=?", self.account or "")
        self._go("/", set_cookie="plaza=; Max-Age=0; Path=/")

    def new_post(self) -> None:
        """Keep a post unseen, ask Evenhand, and publish it only if the answer lets it."""
        form = self._form()
        text, photo = form.get("text", "").strip(), form.get("photo") or None
        if self.account is None:
            self._answer(403, pages.notice("Sign in to post."))
            return
        on = {measure["measure"] for measure in self.store.standing("account", self.account)}
        if not on.isdisjoint(STOPS_POSTING):
            self._answer(403, pages.notice("Your account cannot post at the moment."))
            return
        kind = next((k for start, k in PHOTOS.items() if (photo or b"").startswith(start)), None)
        if not 0 < len(text) <= TEXT_CHARS_MAX or (photo and kind is None):
            says = "Write up to 5,000 characters; photos are JPEG, PNG or GIF."
            self._answer(422, pages.notice(says))
            return
        post = {"id": str(uuid.uuid4()), "account": self.account, "text": text, "photo": photo,
                "media_type": kind, "state": "unchecked", "at": host.now().isoformat()}  # fmt: skip
        self.store.run("insert into posts values (?,?,?,?,?,?,?)", *post.values())
        host.pass_the_gate(self.store, post)
        self._go(f"/post/{post['id']}")

    def report(self, post_id: str) -> None:
        """Pass a report on to Evenhand, and give the receipt to whoever reported."""
        form = self._form()
        report = {
            "item": {"kind": "post", "id": post_id},
            "harm": form.get("harm", ""),
            "explanation": form.get("explanation", ""),
            "illegal": False,
            "reporter": {"account_id": self.account} if self.account else None,
            "language": "en",
        }
        try:
            answer = host.ask_evenhand("/api/v1/reports", report, once=str(uuid.uuid4()))
        except urllib.error.HTTPError:
            says = "Say in a sentence or two what is wrong, and choose what fits best."
            self._answer(422, pages.notice(says))
            return
        except OSError:
            self._answer(503, pages.notice("Reports cannot be taken now. Try again soon."))
            return
        self._answer(200, pages.reported(str(answer.get("receipt", "")), host.EVENHAND + "/status"))

    def webhook(self) -> None:
        """Take what Evenhand sends: refuse what is not genuine, do the rest once."""
        if not host.genuine(self.headers, self.body):
            self._answer(401, "not genuine", "text/plain")
            return
        host.obey(self.store, self.headers["webhook-id"], json.loads(self.body))
        self._answer(200, "done", "text/plain")


ROUTES: Final[dict[tuple[str, str], Callable[..., None]]] = {
    ("GET", r"/"): Plaza.front,
    ("GET", r"/style\.css"): Plaza.style,
    ("GET", rf"/post/{ID}"): Plaza.post_page,
    ("GET", rf"/photo/{ID}"): Plaza.photo,
    ("GET", r"/messages"): Plaza.messages,
    ("POST", r"/sign-in"): Plaza.sign_in,
    ("POST", r"/sign-out"): Plaza.sign_out,
    ("POST", r"/posts"): Plaza.new_post,
    ("POST", rf"/post/{ID}/report"): Plaza.report,
    ("POST", r"/evenhand"): Plaza.webhook,
}


def main() -> None:
    """Serve until interrupted."""
    Plaza.store = host.Store(host.DATA)
    threading.Thread(target=host.ask_again, args=(Plaza.store,), daemon=True).start()
    with ThreadingHTTPServer(("127.0.0.1", host.PORT), Plaza) as server:
        print(f"Plaza is at http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
