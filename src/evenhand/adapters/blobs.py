"""Blobs live in a folder or a bucket, through `obstore`; names never leave the store's root."""

from __future__ import annotations

import re
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore

_NAME = re.compile(r"[0-9a-z][0-9a-z/-]{0,200}")


class ObjectBlobs:
    """Blobs in any object store that `obstore` speaks: a local folder, S3, GCS or Azure."""

    def __init__(self, store: ObjectStore) -> None:
        """Use a store whose root is ours alone."""
        self._store = store

    @classmethod
    def in_folder(cls, folder: Path) -> ObjectBlobs:
        """Keep blobs in a local folder, made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(LocalStore(folder))

    def put(self, name: str, content: bytes) -> None:
        """Store the bytes under the name."""
        obstore.put(self._store, _checked(name), content)

    def get(self, name: str) -> bytes:
        """Return the bytes. Raises KeyError when there is nothing of that name."""
        try:
            return bytes(obstore.get(self._store, _checked(name)).bytes())
        except FileNotFoundError as why:
            raise KeyError(name) from why

    def delete(self, name: str) -> None:
        """Forget the bytes; nothing happens when they are already gone."""
        try:
            obstore.delete(self._store, _checked(name))
        except FileNotFoundError:
            return


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a blob name")
    return name
