"""The book’s tables: where they are, what types and keys they have.

Everything is read from ``data/datapackage.json``, a Frictionless Data Package. No other module
knows a file path, a type or a key.

What a cell may hold is defined in :mod:`iran_russia.values`; loader and check ask there, so that
what one of them takes the other takes too. pandas and frictionless are imported where they are
used: they are slow to import, and the build and the status command read descriptions only.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from iran_russia import journal, values
from iran_russia.constraints import Columns, Fault
from iran_russia.taken import loaded, note, taken
from iran_russia.values import items

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTOR = Path(__file__).resolve().parent.parent / "data" / "datapackage.json"
"""The data package that the book reads."""

LISTING = "datapackage.json"
"""Stands for the list of tables among what a chapter read."""


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
        DataError: the file is missing, is not JSON or does not describe tables.
    """
    descriptor = Path(descriptor or DESCRIPTOR)
    remedy = "restore it with `git checkout data/datapackage.json`"
    try:
        described = json.loads(descriptor.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{descriptor} is missing; {remedy}") from None
    except OSError as error:
        raise DataError(f"{descriptor} cannot be read: {error.strerror}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{descriptor} is not valid JSON: {error}; {remedy}") from None
    fault = _misdescribed(described)
    if fault:
        raise DataError(f"{descriptor}: {fault}; {remedy}")
    return described


def _misdescribed(described: object) -> str:
    """Say what a descriptor lacks that everything here relies on; an empty text if nothing."""
    if not isinstance(described, dict) or not isinstance(described.get("resources"), list):
        return 'found no list of tables, expected one under "resources"'
    seen = set()
    for place, resource in enumerate(described["resources"], 1):
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or not isinstance(resource.get("path"), str):
            return f"table {place}: found no name or path, expected both as text"
        if name in seen:
            return f"table {name}: found its name twice, expected it once"
        seen.add(name)
        schema = resource.get("schema")
        fields = schema.get("fields") if isinstance(schema, dict) else None
        if not isinstance(fields, list) or not fields:
            return f'table {name}: found no columns, expected them under "schema", "fields"'
        for field in fields:
            if not isinstance(field, dict) or not isinstance(field.get("name"), str):
                return f"table {name}: found a column without a name, expected one"
            if field.get("type") not in values.TYPES:
                return (
                    f"table {name}, column {field['name']}: found the type {field.get('type')!r}, "
                    f"expected one of {', '.join(values.TYPES)}"
                )
    return ""


def names(topic: str | None = None) -> list[str]:
    """List the tables of the package, all or those of one topic, in the package's order."""
    note({LISTING: ""})
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
    """Read one table with the types of its schema; no digit changes.

    Strings become ``str``, integers ``Int64``, numbers ``float64``, booleans ``boolean`` and
    dates ``datetime64``; an empty cell is missing. Units stand in the column names.

    Raises:
        DataError: the table is unknown, its file is missing, a column is missing or not in the
            schema, or a cell does not fit its type.
    """
    recover()
    resource = describe(table)
    path, stamp = _state(resource)
    kinds = tuple((field["name"], values.kind_of(field)) for field in resource["schema"]["fields"])
    digest = _digest(path, stamp)
    if (digest, kinds) not in _frames:
        _frames[digest, kinds] = _read(path, digest, kinds)
    frame = _frames[digest, kinds]
    note({table: digest})
    # A shallow copy: pandas copies on write, so nobody changes the frame of anybody else.
    return frame.copy(deep=False)


@taken
def rows(table: str, column: str, values: list[str]) -> pd.DataFrame:
    """Read the rows of one table whose cell in a column holds one of some values.

    A chapter that takes rows of a long list depends on these, and not on what is added to the rest.

    Args:
        table: its name.
        column: of text; a cell that lists several values, apart by semicolons, holds each.
        values: at least one row holds each of them.

    Raises:
        DataError: as :func:`load`; or the table has no such column, or no row holds a value.
    """
    import pandas as pd

    frame = load(table)
    if column not in frame:
        raise DataError(f"table {table} has no column '{column}'")
    held = [items(str(cell)) for cell in frame[column].fillna("")]
    asked = set(values)
    if absent := sorted(asked.difference(*held)):
        raise DataError(f"table {table}: no row holds {absent[0]!r} in {column}")
    found = frame[[not asked.isdisjoint(cell) for cell in held]]
    _parts[table] = pd.concat([_parts[table], found]) if table in _parts else found
    return found


_parts: dict[str, pd.DataFrame] = {}  # what this process has taken of tables by their rows


@taken
def columns(table: str, names: list[str]) -> pd.DataFrame:
    """Read some columns of one table, after its key and before its sources.

    A chapter that takes columns depends on these and not on what changes in the others.

    Raises:
        DataError: as :func:`load`; or the table has no such column.
    """
    frame = load(table)
    if unknown := [name for name in names if name not in frame]:
        raise DataError(f"table {table} has no column '{unknown[0]}'")
    _by_columns.add(table)
    asked = [*describe(table)["schema"]["primaryKey"], *names, *_source_columns(frame)]
    return frame[list(dict.fromkeys(asked))]


_by_columns: set[str] = set()  # tables of which this process has taken columns


def by_columns() -> list[str]:
    """List the tables that this process has taken by their columns and has not loaded whole."""
    return sorted(_by_columns.difference(loaded()))


def in_part() -> dict[str, pd.DataFrame]:
    """Return the rows that this process has taken of tables which it has not loaded whole."""
    return {
        table: frame[~frame.index.duplicated()]
        for table, frame in _parts.items()
        if table not in loaded() and table not in _by_columns
    }


_lookups: dict[tuple[str, str, str, str], dict] = {}


def lookup(table: str, key: str, column: str) -> dict:
    """Return the cells of one column by those of another, without empty ones.

    Where a key comes again its first cell counts. Worked out once a process and state of the table.

    Raises:
        DataError: as :func:`load`.
    """
    frame = load(table)
    held = (table, _digest(*_state(describe(table))), key, column)
    if held not in _lookups:
        firsts = frame.dropna(subset=[key, column]).drop_duplicates(key)
        _lookups[held] = dict(zip(firsts[key], firsts[column], strict=True))
    return _lookups[held]


def file_of(resource: dict, folder: Path) -> Path:
    """Return the file of a table.

    Raises:
        DataError: it is not there.
    """
    return _state(resource, folder)[0]


def _state(resource: dict, folder: Path | None = None) -> tuple[Path, int]:
    """Return the file of a table and when it was last written."""
    path = (folder or DESCRIPTOR.parent) / resource["path"]
    try:
        return path, path.stat().st_mtime_ns
    except FileNotFoundError:
        raise DataError(
            f"{path} is missing; restore it with `git checkout data/{path.name}`"
        ) from None


@cache
def _digest(path: Path, stamp: int) -> str:
    """Return the SHA-256 digest of a file; once a process and state of the file."""
    return hashlib.sha256(_bytes(path)).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


Kinds = tuple[tuple[str, str], ...]
"""Names of columns, each with what it holds."""

_frames: dict[tuple[str, Kinds], pd.DataFrame] = {}
"""What was read in this process, by the digest of its file and the types of its columns."""


def _read(path: Path, digest: str, kinds: Kinds) -> pd.DataFrame:
    """Read a CSV file with the types given, or take what another process read of the same.

    Two dozen chapters read the same tables; beside a built book each is read once and kept. A kept
    frame counts only for the same file, types and code, and pandas.
    """
    import pandas as pd

    # Arrow's strings pay off in long columns; these tables are short and are taken apart a lot.
    pd.set_option("mode.string_storage", "python")
    kept = DESCRIPTOR.parent.parent / "_build" / "tables" / f"{path.stem}.pickle"
    made_of = (digest, kinds, _read_by())
    # It may not be there, or be damaged in whatever way.
    with suppress(Exception), kept.open("rb") as file:
        if pickle.load(file) == made_of:
            return pickle.load(file)
    columns = cells(path, [name for name, _ in kinds])
    frame = pd.DataFrame({name: _typed(columns[name], name, kind, path) for name, kind in kinds})
    if kept.parent.parent.is_dir():
        with suppress(OSError):  # where nothing can be kept, reading only takes longer
            kept.parent.mkdir(exist_ok=True)
            draft = kept.with_suffix(f".{os.getpid()}")
            draft.write_bytes(pickle.dumps(made_of) + pickle.dumps(frame))
            os.replace(draft, kept)
    return frame


@cache
def _read_by() -> str:
    """Fingerprint the code that reads cells, with the version of pandas."""
    code = b"".join(Path(file).read_bytes() for file in (__file__, values.__file__))
    return hashlib.sha256(code + version("pandas").encode()).hexdigest()


def cells(path: Path, expected: list[str]) -> Columns:
    """Read a CSV file as columns of text, an empty one for a missing value.

    Raises:
        DataError: it is not CSV in UTF-8, or has other columns or rows of another length.
    """
    header, *rows = (record for _, record in _records(path))
    if header != expected:
        missing = [c for c in expected if c not in header]
        extra = [c for c in header if c not in expected]
        raise DataError(
            f"{path}: columns differ from {DESCRIPTOR.name}: missing {missing}, not described "
            f"{extra}; the order must be {expected}"
        )
    if set(map(len, rows)) - {len(expected)}:
        line, record = next((n, r) for n, r in _records(path) if len(r) != len(expected))
        raise DataError(f"{path}, line {line}: found {len(record)} cells, expected {len(expected)}")
    columns = zip(*rows, strict=True) if rows else ([] for _ in expected)
    return dict(zip(expected, columns, strict=True))


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield header and rows of a CSV file, each with the line on which it begins."""
    content = _bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x}"
        raise DataError(f"{path}, line {line}: found {found}, expected UTF-8") from None
    if not text.strip():
        raise DataError(f"{path} cannot be read as CSV: it is empty")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: cannot be read as CSV: {error}") from None


def _lines(path: Path, rows: Sequence[int]) -> dict[int, int]:
    """Return the lines on which rows (from 0) begin; a cell may hold line breaks."""
    wanted = set(rows)
    return {row: line for row, (line, _) in enumerate(_records(path), -1) if row in wanted}


def _typed(column: Sequence[str], name: str, kind: str, path: Path) -> pd.Series:
    """Convert a column of text to its type; name the first cell that does not fit."""
    import numpy as np
    import pandas as pd

    found, wrong = values.parsed(column, kind)
    if wrong:
        row = next(row for row, cell in enumerate(column) if cell in wrong)
        fault = Fault(row, name, column[row], wrong[column[row]])
        raise DataError(f"{path}, {worded(path, [fault])[0]}")
    taken = [found.get(cell) for cell in column]
    if kind == "date":
        # In words again: pandas keeps the unit it has always had.
        days = pd.Series([cell or None for cell in column], dtype="str")
        return pd.to_datetime(days, format="%Y-%m-%d")
    if kind in ("integer", "year"):
        blank = np.array([value is None for value in taken], dtype="bool")
        whole = np.array([value or 0 for value in taken], dtype="int64")
        return pd.Series(pd.arrays.IntegerArray(whole, blank))
    dtype = {"number": "float64", "boolean": "boolean"}.get(kind, "str")
    return pd.Series(taken, dtype=dtype)


def worded(path: Path, faults: list[Fault]) -> list[str]:
    """Give every fault the line in its file."""
    lines = _lines(path, [fault.row for fault in faults])
    return [f"line {lines[f.row]}, column {f.column}: {f}" for f in faults]


def unchanged(tables: dict[str, str]) -> bool:
    """Say whether tables are what they were when loaded; if so, they count as loaded again.

    Args:
        tables: what :func:`iran_russia.taken.watching` has collected.

    Raises:
        DataError: a table is no longer there.
    """
    same = all(t == LISTING or _digest(*_state(describe(t))) == d for t, d in tables.items())
    if same:
        note(tables)
    return same


def summary(table: str, part: pd.DataFrame | None = None) -> dict:
    """Return what a reader must know of a table or a part of its rows.

    That is title, rows, coverage, sources and terms. ``first`` and ``last`` are read from the
    column that the descriptor names as ``time_field``.
    """
    resource, frame = describe(table), load(table) if part is None else part
    when = frame[resource["time_field"]].dropna() if "time_field" in resource else []
    return {
        "table": table,
        "title": resource["title"],
        "topic": resource["topic"],
        "rows": len(frame),
        "in_part": part is not None,
        "columns": len(frame.columns),
        "first": _when(min(when)) if len(when) else "",
        "last": _when(max(when)) if len(when) else "",
        "source_ids": source_ids(frame),
        "licence": ", ".join(x["title"] for x in resource["licenses"]),
        "terms": resource["terms"],
    }


@taken
def described(table: str) -> dict:
    """Return the summary of a table with its ``resource``, as what a chapter may depend on."""
    return summary(table) | {"resource": describe(table)}


@taken
def catalogue() -> pd.DataFrame:
    """Return one row a table of the package, as :func:`summary` describes it."""
    import pandas as pd

    return pd.DataFrame([summary(name) for name in names()])


@taken
def newest(tables: list[str]) -> str:
    """Return the newest day or year of the tables, as text; of none, nothing.

    What is dated later than any source was retrieved is a plan and does not count.
    """
    return max((newest_of(table, load(table)) for table in tables), default="")


def newest_of(table: str, part: pd.DataFrame) -> str:
    """Return the newest day or year of some rows of a table, as :func:`newest` does."""
    resource, seen = describe(table), _last_retrieved()
    when = part[resource["time_field"]].dropna().unique() if "time_field" in resource else []
    return max((text for text in map(_when, when) if text <= seen), default="")


@taken
def _last_retrieved() -> str:
    """Return the last day on which a source was retrieved; where none says, the end of time."""
    retrieved = load("sources")["retrieved_on"].dropna()
    return _when(retrieved.max()) if len(retrieved) else "9999"


def _when(value: object) -> str:
    return value.date().isoformat() if hasattr(value, "date") else str(value)


def source_ids(frame: pd.DataFrame) -> list[str]:
    """List the sources that the rows of a frame point to, in the order of the sources table."""
    used = set().union(*(frame[column].dropna() for column in _source_columns(frame)))
    return in_order(sorted(used))


def _source_columns(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame.columns if c == "source_id" or c.endswith("_source_id")]


@taken
def in_order(sources: list[str]) -> list[str]:
    """Put ids of sources in the order of the sources table; those not in it are left out."""
    asked = set(sources)
    return [s for s in load("sources")["source_id"] if s in asked]
