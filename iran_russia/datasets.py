"""The book's tables: where they are, what types and keys they have, whether they hold.

Everything is read from ``data/datapackage.json``, a Frictionless Data Package. No other module
knows a file path, a type or a key.

pandas and frictionless are imported where they are used: they are slow to import, and the build
and the status command read descriptions only.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from iran_russia import journal

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTOR = Path(__file__).resolve().parent.parent / "data" / "datapackage.json"
"""The data package that the book reads."""

LISTING = "datapackage.json"
"""Stands for the list of tables among what a chapter read."""

_loaded: dict[str, str] = {}  # name → digest of the file as it was loaded

_DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}


class DataError(Exception):
    """A table that is missing, malformed or breaks its schema; the message names the remedy."""


def recover() -> None:
    """Finish an import that was interrupted after its files were complete.

    Raises:
        DataError: the files may not be moved.
    """
    try:
        finished = journal.finish(DESCRIPTOR.parent)
    except OSError as error:
        place = DESCRIPTOR.parent / journal.NAME
        raise DataError(f"{place}: an import cannot be finished: {error.strerror}") from None
    if finished:
        package.cache_clear()


@cache
def package(descriptor: Path | None = None) -> dict:
    """Return a data package descriptor, by default the book's, as a dictionary.

    Raises:
        DataError: the file is missing or is not JSON.
    """
    descriptor = Path(descriptor or DESCRIPTOR)
    try:
        return json.loads(descriptor.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{descriptor} is missing; restore it with `git checkout data/datapackage.json`"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{descriptor} is not valid JSON: {error}") from None


def names(topic: str | None = None) -> list[str]:
    """List the tables of the package, all or those of one topic, in the package's order."""
    _loaded[LISTING] = ""
    return [r["name"] for r in package()["resources"] if topic in (None, r["topic"])]


def describe(table: str) -> dict:
    """Return the resource descriptor of one table: title, terms, schema.

    Raises:
        DataError: there is no such table.
    """
    for resource in package()["resources"]:
        if resource["name"] == table:
            return resource
    near = difflib.get_close_matches(table, names(), n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names())}"
    raise DataError(f"no table '{table}' in {DESCRIPTOR.name}; {hint}")


def load(table: str) -> pd.DataFrame:
    """Read one table with the types of its schema.

    Strings become ``str``, integers ``Int64``, numbers ``float64``, booleans ``boolean`` and
    dates ``datetime64``; an empty cell is missing. Units stand in the column names.

    Raises:
        DataError: the table is unknown, its file is missing, a column is missing or not in the
            schema, or a cell does not fit its type.
    """
    recover()
    resource = describe(table)
    path, stamp = _state(resource)
    types = tuple((field["name"], field["type"]) for field in resource["schema"]["fields"])
    digest = _digest(path, stamp)
    frame = _read(path, stamp, types)
    _loaded[table] = digest
    # A shallow copy: pandas copies on write, so nobody changes the frame of anybody else.
    return frame.copy(deep=False)


def _state(resource: dict) -> tuple[Path, int]:
    """Return the file of a table and when it was last written."""
    path = DESCRIPTOR.parent / resource["path"]
    try:
        return path, path.stat().st_mtime_ns
    except FileNotFoundError:
        raise DataError(
            f"{path} is missing; restore it with `git checkout data/{path.name}`"
        ) from None


@cache
def _digest(path: Path, stamp: int) -> str:
    """Return the SHA-256 digest of a file; once a process and state of the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _read(path: Path, stamp: int, types: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    """Read a CSV file with the types given; once a process and state of the file."""
    import pandas as pd

    # Arrow's strings pay off in long columns; these tables are short and are taken apart a lot.
    pd.set_option("mode.string_storage", "python")
    try:
        raw = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from None
    kinds = dict(types)
    expected = list(kinds)
    if list(raw.columns) != expected:
        missing = [c for c in expected if c not in raw.columns]
        extra = [c for c in raw.columns if c not in expected]
        raise DataError(
            f"{path}: columns differ from {DESCRIPTOR.name}: missing {missing}, not described "
            f"{extra}; the order must be {expected}"
        )
    return pd.DataFrame({name: _typed(raw[name], kinds[name], path) for name in expected})


def _typed(column: pd.Series, kind: str, path: Path) -> pd.Series:
    """Convert a column of text to its type; name the first cell that does not fit."""
    import pandas as pd

    if kind == "date":
        typed = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    elif kind == "boolean":
        typed = column.map({"true": True, "false": False}).astype("boolean")
    elif kind in ("integer", "number"):
        number = pd.to_numeric(column, errors="coerce")
        if kind == "integer":
            number = number.where(number == number.round())
        typed = number.astype(_DTYPES[kind])
    else:
        return column
    bad = typed.isna() & column.notna()
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            f"{path}, line {row + 2}, column {column.name}: {column[row]!r} is not of type {kind}"
        )
    return typed


def loaded() -> list[str]:
    """List the tables that this process has loaded, by name.

    :data:`LISTING` is among them when the process asked which tables there are.
    """
    return sorted(_loaded)


@contextmanager
def watching() -> Iterator[dict[str, str]]:
    """Collect the tables that are loaded inside a ``with`` block, with digests of their files."""
    global _loaded
    outer, _loaded = _loaded, {}
    try:
        yield _loaded
    finally:
        _loaded = outer | _loaded


def unchanged(tables: dict[str, str]) -> bool:
    """Say whether tables are what they were when loaded; if so, they count as loaded again.

    Args:
        tables: what :func:`watching` has collected.

    Raises:
        DataError: a table is no longer there.
    """
    same = all(t == LISTING or _digest(*_state(describe(t))) == d for t, d in tables.items())
    if same:
        _loaded.update(tables)
    return same


def summary(table: str) -> dict:
    """Return what a reader must know of a table: title, rows, coverage, sources, terms.

    ``first`` and ``last`` are read from the column that the descriptor names as ``time_field``.
    """
    resource, frame = describe(table), load(table)
    when = frame[resource["time_field"]].dropna() if "time_field" in resource else []
    return {
        "table": table,
        "title": resource["title"],
        "topic": resource["topic"],
        "rows": len(frame),
        "columns": len(frame.columns),
        "first": _when(min(when)) if len(when) else "",
        "last": _when(max(when)) if len(when) else "",
        "source_ids": source_ids(frame),
        "licence": ", ".join(x["title"] for x in resource["licenses"]),
        "terms": resource["terms"],
    }


def catalogue() -> pd.DataFrame:
    """Return one row a table of the package, as :func:`summary` describes it."""
    import pandas as pd

    return pd.DataFrame([summary(name) for name in names()])


def _when(value: object) -> str:
    return value.date().isoformat() if hasattr(value, "date") else str(value)


def source_ids(frame: pd.DataFrame) -> list[str]:
    """List the sources that the rows of a frame point to, in the order of the sources table."""
    columns = [c for c in frame.columns if c == "source_id" or c.endswith("_source_id")]
    used = set().union(*(frame[c].dropna() for c in columns)) if columns else set()
    return [s for s in load("sources")["source_id"] if s in used]


def validate(descriptor: Path = DESCRIPTOR) -> int:
    """Check every table against its schema, primary key and foreign keys; return the row count.

    Raises:
        DataError: one line a fault, with file, line, column and reason; at most 20 a table, then
            how many more there are.
    """
    from frictionless import Package, system

    recover()
    descriptor = Path(descriptor)
    package.cache_clear()
    package(descriptor)
    # The package is the project's own; trusting it allows an absolute path on the command line.
    with system.use_context(trusted=True):
        report = Package.from_descriptor(str(descriptor)).validate()
    faults = [_fault(error) for error in report.errors]
    for task in report.tasks:
        faults += [_fault(error, task.place) for error in task.errors[:_FAULTS_SHOWN]]
        if len(task.errors) > _FAULTS_SHOWN:
            faults.append(f"{task.place}: and {len(task.errors) - _FAULTS_SHOWN} more")
    if faults:
        raise DataError("\n".join(faults))
    return sum(task.stats.get("rows", 0) for task in report.tasks)


_FAULTS_SHOWN = 20


def _fault(error, file: str = "datapackage.json") -> str:
    line = getattr(error, "row_number", None)
    column = getattr(error, "field_name", None)
    where = (
        f"{file}" + (f", line {line}" if line else "") + (f", column {column}" if column else "")
    )
    return f"{where}: {error.message}"
