"""What a process takes from the tables: tables that it loads, and values of them.

Values are the rows of the ledger, and the order and credits of sources. A chapter that calls a
function decorated with :func:`taken` depends on the value that it got, not on the tables which the
function read. Those are kept beside the value, so that it is worked out again only when one of
them has changed. What a chapter loads itself still counts whole.

Nothing of this package is imported here, as the module of the tables stands on this one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from functools import wraps
from importlib import import_module
from inspect import signature
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PACKAGE = "iran_russia."
WHOLE = ""
"""Stands for the whole of a value beside its rows: their order and the tables they come from."""


@dataclass(frozen=True)
class Taken:
    """A value as fingerprints, and the tables that it was read from.

    Attributes:
        rows: fingerprint of every row, by its first cell, and of the :data:`WHOLE`.
        tables: names of the tables.
    """

    rows: dict[str, str]
    tables: list[str]


_record: dict[str, Taken] = {}  # call → what this process has taken with it
_process: dict[str, str] = {}  # table → digest of the file as this process has loaded it
_loaded = _process  # where loading is noted now


def note(digests: dict[str, str]) -> None:
    """Note tables as loaded, with digests of their files."""
    _loaded.update(digests)


def loaded() -> list[str]:
    """List the tables that this process has loaded, by name; not those behind values alone.

    ``datapackage.json`` is among them when the process asked which tables there are.
    """
    return sorted(_process)


@contextmanager
def watching() -> Iterator[dict[str, str]]:
    """Collect the tables that are loaded inside a ``with`` block, with digests of their files."""
    global _loaded
    inner: dict[str, str] = {}
    outer, _loaded = _loaded, inner
    try:
        yield inner
    finally:
        outer.update(inner)
        _loaded = outer


def taken(function: Callable[P, R]) -> Callable[P, R]:
    """Let chapters depend on what a function returns and not on the tables that it reads.

    The function is of a module of this package, takes arguments that JSON can hold, and returns a
    frame, a list of dictionaries or what JSON can hold. Called by another such function, or where
    tables are watched, it counts as part of what surrounds it.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if _loaded is not _process:
            return function(*args, **kwargs)
        given = signature(function).bind(*args, **kwargs)
        given.apply_defaults()
        module = function.__module__.removeprefix(PACKAGE)
        call = f"{module}.{function.__name__} {json.dumps(given.arguments)}"
        own = dict(_process)
        with watching() as used:
            value = function(*args, **kwargs)
            _record[call] = _fingerprinted(value, used)
        # Reached only where all went well: otherwise the tables count as loaded.
        _process.clear()
        _process.update(own)
        return value

    return wrapper


def record() -> dict[str, dict]:
    """Return what this process has taken, by call, in a form for JSON."""
    return {call: asdict(value) for call, value in _record.items()}


def tables() -> list[str]:
    """List the tables behind what this process has taken."""
    return sorted({table for value in _record.values() for table in value.tables})


def again(call: str) -> Taken:
    """Work out a value again.

    Args:
        call: as :func:`record` names it.

    Raises:
        Exception: whatever the function raises; it may be gone, too.
    """
    name, _, arguments = call.partition(" ")
    module, _, function = name.rpartition(".")
    take = getattr(import_module(PACKAGE + module), function).__wrapped__
    with watching() as used:
        return _fingerprinted(take(**json.loads(arguments)), used)


def moved(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """List the rows that differ between two values, those that came and those that went."""
    return sorted(
        row for row in before.keys() | now.keys() if row and before.get(row) != now.get(row)
    )


def _fingerprinted(value: Any, used: dict[str, str]) -> Taken:
    """Fingerprint a value row by row, and all that is not in one row as the whole."""
    shape: object = None
    if hasattr(value, "columns"):
        shape = [[str(column), str(kind)] for column, kind in value.dtypes.items()]
        value = value.to_dict("records")
    keyed = isinstance(value, list) and all(isinstance(row, dict) and row for row in value)
    rows: dict[str, list] = {}
    for row in value if isinstance(value, list) and keyed else []:
        rows.setdefault(str(next(iter(row.values()))), []).append(row)
    whole = list(rows) if rows else value
    prints = {name: _digest(held) for name, held in rows.items()}
    return Taken(prints | {WHOLE: _digest([shape, whole, sorted(used)])}, sorted(used))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    """Put into JSON what a cell may hold beside text and numbers; nothing else is trusted.

    Raises:
        TypeError: the cell holds something else, whose text might hide a difference.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    if type(value).__name__ == "NAType":
        return "<NA>"
    raise TypeError(f"found a {type(value).__name__}, expected text, a number or a date")
