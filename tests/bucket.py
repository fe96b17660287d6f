"""A bucket that speaks as much of S3's REST API as listing and fetching need.

ListObjectsV2 in pages, HeadObject, and GetObject with ranges; path-style addresses; every request
must be signed, though the signature is not checked.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE: Final = 3
_WHEN: Final = "2026-11-21T09:00:00.000Z"
_WHEN_HTTP: Final = "Sat, 21 Nov 2026 09:00:00 GMT"


@dataclass
class Bucket:
    """What is in the bucket, and how often each object was fetched."""

    objects: dict[str, bytes]
    url: str = ""
    fetched: list[str] = field(default_factory=list)
    pages: int = 0

    def listing(self, query: dict[str, list[str]]) -> bytes:
        """Write one page of the list of objects."""
        self.pages += 1
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        keys = [key for key in sorted(self.objects) if key.startswith(prefix) and key > after]
        more = len(keys) > PAGE
        token = f"<NextContinuationToken>{escape(keys[PAGE - 1])}</NextContinuationToken>"
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_WHEN}</LastModified>"
            f"<ETag>{escape(tag(self.objects[key]))}</ETag><Size>{len(self.objects[key])}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for key in keys[:PAGE]
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>pictures</Name><KeyCount>{len(keys[:PAGE])}</KeyCount>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token if more else ''}{rows}"
            "</ListBucketResult>"
        ).encode()


def tag(content: bytes) -> str:
    """Return an object's ETag."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_GET(self) -> None:
        """Give the list, or an object."""
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        """Give what stands before an object."""
        self._answer(whole=False)

    def _answer(self, *, whole: bool) -> None:
        parts = urlsplit(self.path)
        name, _, key = unquote(parts.path).lstrip("/").partition("/")
        if name != "pictures" or "Authorization" not in self.headers:
            self._send(403, b"")
        elif not key:
            self._send(200, self.bucket.listing(parse_qs(parts.query)))
        elif key not in self.bucket.objects:
            self._send(404, b"")
        else:
            if whole:
                self.bucket.fetched.append(key)
            self._send(200, self.bucket.objects[key], whole=whole)

    def _send(self, status: int, content: bytes, *, whole: bool = True) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", tag(content))
        self.send_header("Last-Modified", _WHEN_HTTP)
        self.end_headers()
        if whole:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@contextmanager
def serving(objects: dict[str, bytes]) -> Iterator[Bucket]:
    """Serve the objects as the bucket `pictures` until the block ends."""
    bucket = Bucket(objects)
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        bucket.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield bucket
        finally:
            server.shutdown()
            thread.join()
