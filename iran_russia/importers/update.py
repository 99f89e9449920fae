"""Compare new rows with those of the book, check them, and write all changed files or none."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import pandas as pd

from iran_russia import datasets
from iran_russia.datasets import recover
from iran_russia.importers import Batch, reading
from iran_russia.importers.reading import JOIN, Refused

NUMERIC = ("integer", "number")


@dataclass
class Change:
    """What an import does to one table."""

    table: str
    added: list[str] = field(default_factory=list)
    identical: int = 0
    revised: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """The changes of one import, and the files that carry them out."""

    changes: list[Change]
    files: dict[Path, bytes]


def folder() -> Path:
    """Return the folder of the data package."""
    return datasets.DESCRIPTOR.parent


def path_of(table: str) -> Path:
    """Return the file of a table; where it is a link, the file behind it."""
    return (folder() / datasets.describe(table)["path"]).resolve()


def text_of(table: str) -> pd.DataFrame:
    """Read a table as it stands in its file: text, an empty cell for a missing value."""
    datasets.load(table)  # refuses a table that is broken already
    return pd.read_csv(path_of(table), dtype="str", keep_default_na=False, na_filter=False)


def lock() -> filelock.FileLock:
    """Return the lock that keeps two imports into one data package apart."""
    name = hashlib.sha256(str(folder().resolve()).encode()).hexdigest()[:16]
    return filelock.FileLock(Path(tempfile.gettempdir()) / f"iran-russia-{name}.lock", timeout=0)


def plan(batches: list[Batch], *, update: bool = False) -> Plan:
    """Compare and check new rows; nothing is written.

    Args:
        batches: rows as the importers read them.
        update: whether values that their publisher revised replace those in the book.

    Raises:
        Refused: a row breaks the schema or a key of its table; one line a problem.
    """
    tables: dict[str, pd.DataFrame] = {}
    touched: dict[str, dict[int, tuple[Batch, str]]] = {}
    changes, problems = [], []
    sources = text_of("sources")
    offered = {b.source["source_id"]: b for b in batches if b.source}
    publishers = dict(zip(sources["source_id"], sources["publisher"], strict=True))
    publishers = {name: b.source["publisher"] for name, b in offered.items()} | publishers
    displaced: set[str] = set()
    grouped: dict[str, list[Batch]] = {}
    for batch in batches:
        grouped.setdefault(batch.table, []).append(batch)
    for table in sorted(grouped, key=datasets.names().index):
        change, frame, rows, faults, gone = _merge(table, grouped[table], publishers, update)
        changes.append(change)
        problems += faults
        displaced |= gone
        tables[table], touched[table] = frame, rows
    tables["sources"] = _sources(tables.get("sources", sources), tables, offered)
    problems += _faults(tables, touched)
    if problems:
        raise Refused(problems)
    tables["sources"] = _without_unused(tables["sources"], tables, displaced)
    files = {}
    for table, frame in tables.items():
        content = as_csv(frame)
        if content != path_of(table).read_bytes():
            files[path_of(table)] = content
    return Plan(changes, files)


def _merge(table: str, batches: list[Batch], publishers: dict[str, str], update: bool):
    """Lay the new rows of one table beside the old ones."""
    schema = datasets.describe(table)["schema"]
    fields = {f["name"]: f["type"] for f in schema["fields"]}
    module = batches[0].module
    old = text_of(table)
    new = pd.concat(
        [
            b.rows.assign(_batch=i, **({"source_id": b.source["source_id"]} if b.source else {}))
            for i, b in enumerate(batches)
        ],
        ignore_index=True,
    )
    identity = getattr(module, "IDENTITY", {}).get(table) or list(schema["primaryKey"])
    repeats = getattr(module, "REPEATS", {}).get(table)
    if not getattr(module, "RAW", False):  # rows compiled by hand keep the order of their file
        new = new.sort_values([c for c in new.columns if c in fields and c != "source_id"])
    new = new.drop_duplicates([c for c in new.columns if not c.startswith("_")])
    old_keys = _keys(old, identity, fields, repeats, publishers)
    new_keys = _keys(new, identity, fields, repeats, publishers)
    change, faults, gone = Change(table), [], set()
    doubled = new_keys.duplicated(keep=False)
    for key in new_keys[doubled].unique():
        batch = batches[new.loc[new_keys == key, "_batch"].iloc[0]]
        keys = set(new.loc[new_keys == key, "_key"])
        lines = sorted(reading.locate(batch.file, batch.columns, keys).values())
        where = f", line {lines[-1]}" if lines else ""
        faults.append(
            f"{batch.file.name}{where}, column {', '.join(identity)}: found "
            f"{key.replace(JOIN, ' ')!r} twice with different values (lines "
            f"{', '.join(map(str, lines))}), expected it once"
        )
    new, new_keys = new[~new_keys.duplicated()], new_keys[~new_keys.duplicated()]
    place = pd.Series(old.index, index=old_keys)
    place = place[~place.index.duplicated(keep="last")]
    compared = [
        c
        for c in new.columns
        if c in fields and c not in (*identity, "source_id") and not c.startswith("_")
    ]
    touched: dict[int, tuple[Batch, str]] = {}
    at = place.reindex(new_keys).to_numpy()
    fresh = pd.isna(at)
    known = new[~fresh]
    where = at[~fresh].astype(int)
    differs = pd.Series(False, index=known.index)
    for column in compared:
        left = _comparable(known[column], fields[column]).to_numpy()
        right = _comparable(old[column].iloc[where], fields[column]).to_numpy()
        # A layout without the column says nothing of its values.
        differs |= (left != right) & known[column].notna().to_numpy()
    change.identical = int((~differs).sum())
    merged = old.copy()
    for row, target in zip(known[differs].itertuples(), where[differs.to_numpy()], strict=True):
        values = {c: new.at[row.Index, c] for c in compared if not pd.isna(new.at[row.Index, c])}
        label = _label(new.loc[row.Index], identity)
        told = ", ".join(
            f"{c}: {old.at[target, c] or 'empty'} → {v or 'empty'}"
            for c, v in values.items()
            if not _same(old.at[target, c], v, fields[c])
        )
        here, there = new.at[row.Index, "source_id"], old.at[target, "source_id"]
        if here != there and _publisher(publishers, here) != _publisher(publishers, there):
            change.conflicting.append(f"{label}: {told} ({there} → {here})")
            continue
        change.revised.append(f"{label}: {told}")
        if update:
            for column, value in values.items():
                if not _same(old.at[target, column], value, fields[column]):
                    merged.at[target, column] = value
            merged.at[target, "source_id"] = here
            gone.add(there)
            touched[target] = (batches[new.at[row.Index, "_batch"]], new.at[row.Index, "_key"])
    added = new[fresh].fillna("")
    if hasattr(module, "finish") and len(added):
        added = module.finish(table, added, merged)
    change.added = [_label(row, identity, compared) for _, row in added.head(100).iterrows()]
    change.added += [""] * (len(added) - len(change.added))
    for column in fields:
        if column not in added.columns:
            added = added.assign(**{column: ""})
    start = len(merged)
    merged = pd.concat([merged, added[list(fields)]], ignore_index=True)
    for offset, (batch, key) in enumerate(zip(added["_batch"], added["_key"], strict=True)):
        touched[start + offset] = (batches[batch], key)
    for batch in batches:
        change.notes += getattr(batch.module, "notes", lambda *_: [])(table, batch)
    by_hand = getattr(module, "RAW", False) and old.empty
    order = None if by_hand else _order(old, merged, list(schema["primaryKey"]), fields)
    if order is not None:
        merged = merged.iloc[order].reset_index(drop=True)
        position = {int(old_place): spot for spot, old_place in enumerate(order)}
        touched = {position[row]: origin for row, origin in touched.items()}
    return change, merged, touched, faults, gone


def _publisher(publishers: dict[str, str], source_id: str) -> str:
    """Name the publisher of a source, without the hands it went through."""
    return publishers.get(source_id, source_id).split(",")[0].strip()


def _comparable(column: pd.Series, kind: str) -> pd.Series:
    """Return a column such that equal values are equal: 8.0 is 8, an empty cell is itself."""
    if kind in NUMERIC:
        number = pd.to_numeric(column, errors="coerce")
        return number.astype("object").where(number.notna(), column)
    return column.astype("object")


def _same(one: str, other: str, kind: str) -> bool:
    return _comparable(pd.Series([one]), kind)[0] == _comparable(pd.Series([other]), kind)[0]


def _keys(
    frame: pd.DataFrame,
    columns: list[str],
    fields: dict[str, str],
    repeats: list[str] | None,
    publishers: dict[str, str],
) -> pd.Series:
    """Join the identifying cells of every row; rows that share them are counted in order.

    Where a table holds figures of several sources side by side, a row is known by its publisher: a
    later release of one publisher speaks of the same row.
    """
    cells = frame[columns].copy()
    if "source_id" in columns:
        cells["source_id"] = cells["source_id"].map(lambda name: _publisher(publishers, name))
    for column in columns:
        if fields[column] in NUMERIC:
            cells[column] = cells[column].str.removesuffix(".0")
    keys = cells[columns[0]]
    if len(columns) > 1:
        keys = keys.str.cat([cells[c] for c in columns[1:]], sep=JOIN)
    if repeats and len(keys):
        order = frame.assign(_k=keys).sort_values(["_k", *repeats]).index
        keys = (
            keys
            + JOIN
            + keys[order].groupby(keys[order]).cumcount().astype("str").reindex(keys.index)
        )
    return keys.astype("str")


def _label(row: pd.Series, identity: list[str], others: list[str] | None = None) -> str:
    text = " ".join(row[c] for c in identity if row[c])
    values = [f"{c} {row[c]}" for c in others or [] if row[c]]
    return f"{text}: {', '.join(values[:4])}" if values else text


def _order(old: pd.DataFrame, merged: pd.DataFrame, key: list[str], fields: dict):
    """Return the order of the primary key where the table stands in it; None where it does not."""

    def ranked(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {
                c: pd.to_numeric(frame[c], errors="coerce") if fields[c] in NUMERIC else frame[c]
                for c in key
            }
        )

    def sort(frame: pd.DataFrame):
        return ranked(frame).sort_values(key, kind="stable").index

    return sort(merged) if (sort(old) == old.index).all() else None


def _sources(sources: pd.DataFrame, tables: dict, offered: dict[str, Batch]) -> pd.DataFrame:
    """Add the sources that rows now point to."""
    used = set().union(
        *(
            frame[c]
            for frame in tables.values()
            for c in frame.columns
            if c == "source_id" or c.endswith("_source_id")
        )
    )
    known = set(sources["source_id"])
    fresh = [
        dict.fromkeys(sources.columns, "")
        | {
            "retrieved_on": datetime.date.today().isoformat(),
            "note": f"Imported from {batch.file.name}, SHA-256 {batch.file.digest()[:16]}…",
        }
        | batch.source
        for name, batch in sorted(offered.items())
        if name in used and name not in known
    ]
    if not fresh:
        return sources
    merged = pd.concat([sources, pd.DataFrame(fresh, dtype="str")], ignore_index=True)
    order = _order(sources, merged, ["source_id"], dict.fromkeys(sources.columns, "string"))
    return merged if order is None else merged.iloc[order].reset_index(drop=True)


def _without_unused(sources: pd.DataFrame, tables: dict, displaced: set[str]) -> pd.DataFrame:
    """Remove the sources whose last row was revised by a later release."""
    for name in datasets.names():
        if not displaced:
            return sources
        if name != "sources":
            frame = tables[name] if name in tables else text_of(name)
            for column in frame.columns:
                if column == "source_id" or column.endswith("_source_id"):
                    displaced -= set(frame[column])
    return sources[~sources["source_id"].isin(displaced)].reset_index(drop=True)


def _faults(tables: dict[str, pd.DataFrame], touched: dict) -> list[str]:
    """Check the touched rows against schema and foreign keys, and the tables against their keys."""
    from frictionless import Resource, Schema, system

    found: list[tuple[Batch, str, str, str, str]] = []
    for table, rows in touched.items():
        frame, schema = tables[table], datasets.describe(table)["schema"]
        places = sorted(rows)
        alone = {k: v for k, v in schema.items() if k not in ("primaryKey", "foreignKeys")}
        for item in alone["fields"]:
            if item.get("constraints", {}).get("unique"):
                alone = alone | {
                    "fields": [_without_unique(f) for f in alone["fields"]],
                }
                break
        data = [list(frame.columns), *frame.loc[places].to_numpy().tolist()]
        if places:
            with system.use_context(trusted=True):
                report = Resource(data=data, schema=Schema.from_descriptor(alone)).validate(
                    limit_errors=1000
                )
            for error in report.flatten(["rowNumber", "fieldName", "cell", "note"]):
                row, column, cell, note = error
                if row:
                    found.append((*rows[places[row - 2]], column or "", cell or "", note))
        for key in schema.get("foreignKeys", []):
            columns = [key["fields"]] if isinstance(key["fields"], str) else key["fields"]
            other = key["reference"]["resource"] or table
            theirs = key["reference"]["fields"]
            theirs = [theirs] if isinstance(theirs, str) else theirs
            frame_there = tables[other] if other in tables else text_of(other)
            there = set(map(tuple, frame_there[theirs].to_numpy()))
            for place in places:
                value = tuple(frame.loc[place, columns])
                if any(value) and value not in there:
                    found.append((*rows[place], columns[-1], " ".join(value), f"a row of {other}"))
        keys = frame[list(schema["primaryKey"])]
        for place in frame.index[keys.duplicated(keep="last") & frame.index.isin(places)]:
            found.append(
                (
                    *rows[place],
                    ", ".join(schema["primaryKey"]),
                    " ".join(keys.loc[place]),
                    "a key that no other row has",
                )
            )
    return _worded(found)


def _without_unique(item: dict) -> dict:
    constraints = {k: v for k, v in item.get("constraints", {}).items() if k != "unique"}
    return item | {"constraints": constraints}


def _worded(found: list) -> list[str]:
    """Give every fault its line in the file it came from."""
    lines: dict[int, dict[str, int]] = {}
    for batch in {id(f[0]): f[0] for f in found}.values():
        keys = {f[1] for f in found if f[0] is batch}
        lines[id(batch)] = reading.locate(batch.file, batch.columns, keys)
    worded = []
    for batch, key, column, cell, note in found:
        line = lines[id(batch)].get(key)
        origin = getattr(batch.module, "ORIGIN", {}).get(column)
        shown = f"{column} ({origin})" if origin else column
        expected = note.removeprefix("constraint ").replace('"', "")
        told = reading.describe(batch.file, line, shown, str(cell), expected)
        worded.append((line or 0, told))
    return [told for _, told in sorted(worded)]


def as_csv(frame: pd.DataFrame) -> bytes:
    """Write a table as its file has it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.to_numpy().tolist())
    return text.getvalue().encode()


def write(files: dict[Path, bytes]) -> None:
    """Write all files or none, whenever the process ends.

    New content goes into a folder beside the tables; giving that folder its final name is the one
    step that decides. From then on :func:`iran_russia.datasets.recover` moves the files to their
    places, now or, after a crash, before a table is read next.

    Raises:
        Refused: there is no space or no permission; nothing has changed.
    """
    recover()
    draft = None
    try:
        for left in folder().glob(f"{datasets.JOURNAL}-*"):  # of an import that was killed
            shutil.rmtree(left, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix=".import-", dir=folder()))
        listing = []
        for number, (path, content) in enumerate(files.items()):
            listing.append(f"{number}\t{os.path.relpath(path, folder())}\n")
            _write_through(draft / str(number), content, path)
        _write_through(draft / "list", "".join(listing).encode())
        _sync(draft)
        os.rename(draft, folder() / datasets.JOURNAL)
        _sync(folder())
    except OSError as error:
        if draft:
            shutil.rmtree(draft, ignore_errors=True)
        raise Refused(
            [f"{folder()}: cannot be written ({error.strerror}); nothing was changed"]
        ) from None
    recover()


def _write_through(path: Path, content: bytes, like: Path | None = None) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if like and like.exists():
        shutil.copymode(like, path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
