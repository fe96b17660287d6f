"""Plaza's pages: plain HTML that works without scripts, by keyboard, in light and dark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as e
from typing import Any

HARMS = {
    "fraud": "A scam, phishing, or a fake shop",
    "malware_spam": "Malware or spam",
    "violence_harassment": "Threats, harassment or violence",
    "intimate_images": "Intimate images shared without consent",
    "child_safety": "A child is being harmed",
    "impersonation": "Pretending to be somebody else",
    "prohibited_goods": "Goods that may not be sold",
    "intellectual_property": "Copied work or counterfeit goods",
    "adult_content": "Sexual material where it does not belong",
    "self_harm": "Somebody may hurt themselves",
    "other": "Something else that breaks the rules",
}
DONE = {
    "label": "A note was added to it.",
    "age_gate": "It is shown to adults only.",
    "demote": "It is recommended less.",
    "hide": "It is hidden from others.",
    "remove": "It was removed.",
    "warn": "You were warned.",
    "limit": "Your account cannot post for a while.",
    "suspend": "Your account is paused.",
    "close": "Your account was closed.",
}
WAITS = {
    "unchecked": "This was not checked yet, so only you see it. It will be tried again by itself.",
    "refused": "This could not be taken: it is too large, or its picture cannot be opened.",
    "held": "This waits until somebody has looked at it. Until then only you see it.",
}

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d5d9d8, #3a4241);
  --accent: light-dark(#0f5c55, #7fd0c4); --quiet: light-dark(#55605e, #a9b5b2);
  --box: light-dark(#f3f6f5, #1f2726); --warn: light-dark(#8a4b00, #f0b464); }
* { box-sizing: border-box }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1rem;
  background: light-dark(#fff, #141a19); color: light-dark(#1b2221, #e8eeec) }
a { color: var(--accent) }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  justify-content: space-between; border-bottom: 1px solid var(--line) }
header p { font-size: 1.25rem; font-weight: 650; margin: .5rem 0 }
header nav { display: flex; gap: 1rem; align-items: center }
article, form.box, .told { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
  margin: 1rem 0 }
article p.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 }
article img { max-width: 100%; height: auto; border-radius: .25rem }
.meta, small { color: var(--quiet); font-size: .875rem }
.told { background: var(--box); border-inline-start: .25rem solid var(--warn) }
.told h2, h2 { font-size: 1.0625rem; margin: 0 0 .25rem }
.label { color: var(--warn); font-weight: 600 }
pre { white-space: pre-wrap; font: inherit; overflow-wrap: anywhere }
label { display: block; font-weight: 600; margin-top: .75rem }
input, textarea, select, button { font: inherit; color: inherit; width: 100%; padding: .5rem;
  border: 1px solid var(--quiet); border-radius: .375rem; background: transparent }
option { color: initial }
button { width: auto; min-height: 2.75rem; padding: .5rem 1rem; margin-top: .75rem;
  background: var(--accent); color: light-dark(#fff, #10201d); border: 0; cursor: pointer }
header button { margin: 0; background: none; color: var(--accent); text-decoration: underline }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: .5rem }
"""


def minute(at: str) -> str:
    """Write an instant as people read it, in UTC."""
    return f"{at[:10]} {at[11:16]}"


def page(title: str, body: str, account: str | None = None) -> str:
    """Wrap a page's body in the frame they all share."""
    nav = ""
    if account:
        nav = (
            f'<nav aria-label="You"><a href="/messages">Messages</a><span>{e(account)}</span>'
            '<form method="post" action="/sign-out"><button>Sign out</button></form></nav>'
        )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{e(title)} · Plaza</title><link rel="stylesheet" href="/style.css"></head>'
        '<body><a class="skip" href="#main">Skip to content</a>'
        f'<header><p><a href="/">Plaza</a></p>{nav}</header>'
        f'<main id="main"><h1>{e(title)}</h1>{body}</main></body></html>'
    )


def notice(says: str) -> str:
    """Say one thing, and lead back."""
    return page("Plaza", f'<p role="status">{e(says)}</p><p><a href="/">Back to Plaza</a></p>')


def front(
    account: str | None, posts: Iterable[dict[str, Any]], on_account: list[dict[str, Any]]
) -> str:
    """Show the forum: sign-in or the form for a post, then the posts."""
    listed = "".join(_article(account, post) for post in posts)
    empty = "<p>Nobody has written anything yet.</p>"
    above = told(on_account) + _POST_FORM if account else _SIGN_IN_FORM
    return page("What people say", above + (listed or empty), account)


def post(account: str | None, one: dict[str, Any]) -> str:
    """Show one post, what was decided about it to its author, and to others how to report it."""
    own = account == one["account"]
    below = told(one["measures"]) if own else _report_form(one["id"])
    wait = WAITS.get(one["state"]) if own and not one["measures"] else None
    status = f'<p class="told" role="status">{e(wait)}</p>' if wait else ""
    return page("Post", status + _article(account, one) + below, account)


def told(measures: Iterable[dict[str, Any]]) -> str:
    """Tell an author what stands, why, and how to object."""
    return "".join(
        f'<section class="told"><h2>{e(DONE.get(one["measure"], one["measure"]))}</h2>'
        + (f"<p>The rule: {e(one['clause'])}</p>" if one["clause"] else "")
        + ("<p>Somebody will look at it; until then it is held.</p>" if one["provisional"] else "")
        + (f"<p>Until {e(one['until'][:10])}.</p>" if one["until"] else "")
        + _objecting(one["status_url"], one["receipt"])
        + "</section>"
        for one in measures
    )


def messages(account: str | None, rows: Iterable[dict[str, Any]]) -> str:
    """Show every message to an account."""
    listed = "".join(
        f'<article><h2>{e(row["subject"])}</h2><p class="meta">{e(minute(row["at"]))}</p>'
        f'<pre dir="auto">{e(row["text"])}</pre></article>'
        for row in rows
    )
    return page("Messages", listed or "<p>There are no messages for you.</p>", account)


def reported(receipt: str, status_url: str) -> str:
    """Give a reporter the receipt with which they can see what came of it."""
    return page(
        "Thank you",
        "<p>Your report was received. A person will look at it.</p>"
        + _objecting(status_url, receipt, says="See what came of it")
        + '<p><a href="/">Back to Plaza</a></p>',
    )


def _objecting(url: str, receipt: str | None, *, says: str = "Read why, or object") -> str:
    number = f" with the receipt number <strong>{e(receipt)}</strong>" if receipt else ""
    return f'<p><a href="{e(url)}">{e(says)}</a>{number}.</p>'


def _article(account: str | None, one: dict[str, Any]) -> str:
    on = {measure["measure"]: measure for measure in one["measures"]}
    photo = ""
    if one["photo"]:
        photo = f'<img src="/photo/{one["id"]}" alt="Photo posted by {e(one["account"])}">'
    text = f'<p class="text" dir="auto">{e(one["text"])}</p>{photo}'
    if "age_gate" in on and account != one["account"]:
        text = f"<details><summary>For adults only. Show it?</summary>{text}</details>"
    label = on["label"]["label"] or "A note was added" if "label" in on else None
    return (
        f'<article><p class="meta"><bdi>{e(one["account"])}</bdi> · '
        f'<a href="/post/{one["id"]}">{e(minute(one["at"]))}</a>'
        + (" · only you see this" if one["state"] != "published" or {"hide", "remove"} & set(on)
           else "")
        + "</p>"
        + (f'<p class="label">{e(label)}</p>' if label else "")
        + f"{text}</article>"
    )  # fmt: skip


def _report_form(post_id: str) -> str:
    options = "".join(f'<option value="{key}">{e(says)}</option>' for key, says in HARMS.items())
    return (
        f'<details><summary>Report this post</summary><form class="box" method="post" '
        f'action="/post/{post_id}/report"><label for="harm">What is wrong?</label>'
        f'<select id="harm" name="harm">{options}</select>'
        '<label for="explanation">Tell us in your own words</label>'
        '<textarea id="explanation" name="explanation" rows="3" required minlength="10">'
        "</textarea><button>Send the report</button></form></details>"
    )


_POST_FORM = (
    '<form class="box" method="post" action="/posts" enctype="multipart/form-data">'
    '<label for="text">Say something</label>'
    '<textarea id="text" name="text" rows="3" required maxlength="5000"></textarea>'
    '<label for="photo">A photo, if you like</label>'
    '<input id="photo" name="photo" type="file" accept="image/jpeg,image/png,image/gif">'
    "<button>Post</button></form>"
)
_SIGN_IN_FORM = (
    '<form class="box" method="post" action="/sign-in"><h2>Sign in, or choose a new name</h2>'
    '<label for="name">Name</label>'
    '<input id="name" name="name" required minlength="2" maxlength="30" autocomplete="username">'
    '<label for="password">Password</label>'
    '<input id="password" name="password" type="password" required minlength="8" '
    'autocomplete="current-password"><button>Sign in</button></form>'
)
