"""What keeps every test waiting, and is proved elsewhere or is not ours, is done with quickly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from evenhand.people import receipts


class CompiledOnce(dict[tuple[object, ...], object]):
    """Keeps statements as they were compiled, for every database of one kind.

    SQLAlchemy keys them by dialect, each engine makes one of its own, and each test its engines;
    what they compile to is the same. https://docs.sqlalchemy.org/en/20/core/connections.html
    """

    def get(self, key: tuple[object, ...], default: object = None) -> object:
        """Look up by all but the dialect."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[object, ...], compiled: object) -> None:
        """Keep by all but the dialect."""
        super().__setitem__(key[1:], compiled)


def compile_once() -> None:
    """Let every database of this process find what another one of its kind compiled."""
    kept: defaultdict[str, CompiledOnce] = defaultdict(CompiledOnce)

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def _share(conn: sa.Connection) -> None:
        conn.execution_options(compiled_cache=kept[conn.dialect.name])


@contextmanager
def quick_receipts() -> Iterator[None]:
    """Spare a house that no other process opens what keeps a thief from trying receipts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receipts, "MEMORY_KIB", 8)
        yield
