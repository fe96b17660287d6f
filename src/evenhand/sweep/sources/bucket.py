"""A bucket is listed page by page and its objects are fetched by whoever looks at them.

A prefix ends where a folder would: `s3://bucket/2024` has `2024/a.jpg` under it, not `2024-a.jpg`.
Any store that `obstore` speaks to: `s3://`, `gs://`, `az://`. Who may read it comes from the
store's own variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` and their like), in every worker.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from evenhand.detection import Answer
from evenhand.sweep.errors import NoSuchSource, SourceUnreadable
from evenhand.sweep.model import Ended, Entry, InBucket, Listed, Noted, Unopened
from evenhand.sweep.ports import Unchanged
from evenhand.sweep.sources.containers import INLINE_BYTES_MAX, Archive, expand, is_archive

SCHEMES: Final = ("s3", "gs", "az")
PAGE: Final = 1_000
SECONDS_MAX: Final = 120
RETRIES_MAX: Final = 5


def is_bucket(given: str) -> bool:
    """Tell whether a name is that of a bucket."""
    return given.partition("://")[0].lower() in SCHEMES and "://" in given


class BucketSource:
    """Every object under a prefix, or the one object of that key."""

    def __init__(self, given: str, store: ObjectStore | None = None) -> None:
        """Take a bucket and a prefix as `s3://bucket/prefix`. Raises NoSuchSource.

        A `store` that was opened already is for listing alone: workers open their own.
        """
        scheme, _, rest = given.partition("://")
        bucket, _, self._prefix = rest.partition("/")
        if not bucket:
            raise NoSuchSource(f"{given} names no bucket: write s3://bucket or s3://bucket/prefix.")
        self._url = f"{scheme.lower()}://{bucket}"
        self._store = store
        self.place = f"bucket:{self._url}/{self._prefix}"
        self.label = f"{self._url}/".encode()

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List the objects, archives looked into when they are small enough to fetch whole.

        Raises NoSuchSource, SourceUnreadable.
        """
        for found in self._listed():
            key, name = str(found["path"]), str(found["path"]).encode("utf-8", "surrogateescape")
            stamp = f"{found['size']}:{found['e_tag']}:{found['last_modified'].isoformat()}"
            where = InBucket(self._url, key)
            if not is_archive(name):
                yield Listed(name, int(found["size"]), stamp, where)
            elif unchanged(name, stamp):
                yield Unopened(name)
            else:
                yield from self._inside(name, where, int(found["size"]), stamp)

    def count(self, stop: Callable[[], bool]) -> int | None:
        """Count the objects."""
        count = 0
        for _ in self._listed():
            count += 1
            if not count % PAGE and stop():
                return None
        return count

    def _listed(self) -> Iterator[Any]:
        empty = True
        try:
            store = self._store or opened_store(self._url)
            for page in obstore.list(store, prefix=self._prefix or None, chunk_size=PAGE):
                for found in page:
                    empty = False
                    yield found
            if empty and self._prefix:  # it may be the key of one object
                yield obstore.head(store, self._prefix)
        except FileNotFoundError as why:
            says = f"There is nothing under {self._url}/{self._prefix}. Check the prefix."
            raise NoSuchSource(says) from why
        except (BaseError, OSError, ValueError) as why:
            says = str(why).partition("\n")[0][:300]
            raise SourceUnreadable(f"{self._url} cannot be listed: {says}") from why

    def _inside(self, name: bytes, where: InBucket, size: int, stamp: str) -> Iterator[Entry]:
        if size > INLINE_BYTES_MAX:
            says = f"An archive of more than {INLINE_BYTES_MAX:,} bytes is not fetched: unpack it."
            yield Noted(name, Answer.FAILED, says, container=name)
            return
        archive = Archive(name, size, lambda: io.BytesIO(b"".join(fetched(where))), None, stamp)
        whole = True
        for entry in expand(archive):
            whole = whole and not (isinstance(entry, Noted) and entry.name == name)
            yield entry
        if whole:
            yield Ended(name, stamp)


@lru_cache(maxsize=8)
def opened_store(url: str) -> ObjectStore:
    """Open a store once in each process, with what its own variables say."""
    retry = {"max_retries": RETRIES_MAX}
    client: dict[str, Any] = {"timeout": f"{SECONDS_MAX}s"}
    if os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true":  # a store of one's own, without TLS
        client["allow_http"] = True
    return from_url(url, client_options=client, retry_config=retry)  # type: ignore[call-overload,no-any-return]  # one call for every kind of store


def fetched(where: InBucket) -> Iterator[bytes]:
    """Fetch an object part by part. Raises OSError for whatever goes wrong."""
    try:
        for part in obstore.get(opened_store(where.url), where.key).stream():
            yield bytes(part)
    except (BaseError, ValueError) as why:
        raise OSError(str(why).partition("\n")[0][:300]) from why
