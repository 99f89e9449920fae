"""New tables and new chapters, begun for the reader who extends the book.

A new table is a file without errors: its schema is proposed from its cells and the names of its
columns. A new chapter is a text that already runs: a first figure for each of its tables. Each is
written whole or not at all; what was proposed is then mended by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from iran_russia.datasets import DataError
from iran_russia.importers import store

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What tables, columns, sources and chapters are called."""


@contextmanager
def alone() -> Iterator[None]:
    """Keep imports and other writers out."""
    try:
        with store.lock():
            yield
    except filelock.Timeout:
        raise DataError("an import is running; wait until it has ended") from None


def check_name(name: str, what: str) -> None:
    """Refuse what cannot be the name of a table, a source or a chapter."""
    if not NAME.fullmatch(name):
        raise DataError(
            f"found {name!r}, expected a name for the {what} of lower-case letters, digits and "
            "underscores, such as customs_duties"
        )
