"""A bucket is listed by its keys, and what changes with an object changes its stamp."""

from __future__ import annotations

import obstore
import pytest
from obstore.store import MemoryStore

from evenhand.detection import Answer
from evenhand.sweep import NoSuchSource, SourceUnreadable
from evenhand.sweep.model import InBucket, Listed, Noted
from evenhand.sweep.sources import bucket
from evenhand.sweep.sources.bucket import BucketSource, is_bucket


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for key in ("a.jpg", "sub/b.jpg", "sub/deep/c.jpg", "other/d.jpg"):
        obstore.put(store, key, key.encode())
    return store


def listed(source: BucketSource) -> dict[bytes, Listed]:
    found = source.entries(lambda *_: False)
    return {one.name: one for one in found if isinstance(one, Listed)}


class TestEntries:
    def test_are_the_objects_under_the_prefix(self, store: MemoryStore) -> None:
        found = listed(BucketSource("s3://pictures/sub", store))
        assert set(found) == {b"sub/b.jpg", b"sub/deep/c.jpg"}
        assert found[b"sub/b.jpg"].where == InBucket("s3://pictures", "sub/b.jpg")
        assert found[b"sub/b.jpg"].size == 9

    def test_change_their_stamp_with_their_content(self, store: MemoryStore) -> None:
        source = BucketSource("s3://pictures", store)
        before = listed(source)[b"a.jpg"].stamp
        assert listed(source)[b"a.jpg"].stamp == before
        obstore.put(store, "a.jpg", b"other")
        assert listed(source)[b"a.jpg"].stamp != before

    def test_may_be_one_that_was_named(self, store: MemoryStore) -> None:
        assert set(listed(BucketSource("s3://pictures/sub/b.jpg", store))) == {b"sub/b.jpg"}

    def test_that_are_none_are_no_source(self, store: MemoryStore) -> None:
        """A slip in the prefix must not pass for a clean bucket."""
        with pytest.raises(NoSuchSource, match="nothing under"):
            listed(BucketSource("s3://pictures/sup", store))

    def test_are_counted(self, store: MemoryStore) -> None:
        assert BucketSource("s3://pictures", store).count(lambda: False) == 4

    def test_are_not_fetched_when_they_are_long_archives(
        self, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bucket, "INLINE_BYTES_MAX", 3)
        obstore.put(store, "long.zip", b"long")
        found = list(BucketSource("s3://pictures/long.zip", store).entries(lambda *_: False))
        (one,) = (each for each in found if isinstance(each, Noted))
        assert (one.name, one.answer) == (b"long.zip", Answer.FAILED)


class TestBuckets:
    def test_are_known_by_their_scheme(self) -> None:
        assert is_bucket("s3://b")
        assert is_bucket("GS://b/x")
        assert not is_bucket("folder")
        assert not is_bucket("http://b")

    def test_have_a_name(self) -> None:
        with pytest.raises(NoSuchSource, match="names no bucket"):
            BucketSource("s3:///prefix")

    def test_that_cannot_be_reached_are_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bucket, "RETRIES_MAX", 0)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        bucket.opened_store.cache_clear()
        with pytest.raises(SourceUnreadable, match="s3://unreachable cannot be listed"):
            listed(BucketSource("s3://unreachable"))
