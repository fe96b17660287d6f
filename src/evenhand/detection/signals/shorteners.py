"""Hosts that shorten links: where one of theirs leads is known to nobody who does not follow it.

Nothing here follows it. The list is short on purpose, of services that anybody may use, and written
for this house from what is generally known.
"""

from __future__ import annotations

from typing import Final

_LISTED: Final = """
0x0.st 1url.com 2no.co adf.ly bit.do bit.ly bitly.com bl.ink buff.ly clck.ru cli.re cutt.ly dlvr.it
dub.sh dwz.cn goo.by goo.gl goo.su hypr.ink is.gd j.mp kutt.it lnk.bio lnkd.in lstu.fr ouo.io
ouo.press ow.ly qr.ae qrco.de rb.gy rebrand.ly rebrandly.com rlu.ru s.free.fr s.id short.gy short.io
shorte.st shorter.me shorturl.at shorturl.com shrtco.de snip.ly soo.gd suo.im surl.li t.cn t.co t.ly
tiny.cc tiny.one tiny.pl tinyurl.com to.ly tr.im trib.al u.nu u.to ulvis.net urlz.fr v.gd vk.cc
w.wiki wp.me x.co xy2.eu zpr.io zws.im
"""
SHORTENERS: Final = frozenset(_LISTED.split())


def shortens(host: str) -> bool:
    """Tell whether a canonical host shortens links."""
    return host.removeprefix("www.") in SHORTENERS
