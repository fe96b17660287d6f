"""One relational database: SQLite with one writer and group commit, or PostgreSQL.

Doors never see it. Commands get a `Tx`, queries a `ReadTx`; everything a transaction did is
durable when `Database.write` returns, or none of it happened.
"""

from evenhand.db.database import Database
from evenhand.db.errors import DatabaseBusy
from evenhand.db.kept import Asked, changing, kept
from evenhand.db.schema import UtcTime, metadata
from evenhand.db.transaction import ReadTx, Row, Tx, statements_of

__all__ = [
    "Asked",
    "Database",
    "DatabaseBusy",
    "ReadTx",
    "Row",
    "Tx",
    "UtcTime",
    "changing",
    "kept",
    "metadata",
    "statements_of",
]
