"""New tables and new chapters, begun for the reader who extends the book.

A new table is a file without errors: its schema is proposed from its cells and the names of its
columns. A new chapter is a text that already runs: a first figure for each of its tables. Each is
written whole or not at all; what was proposed is then mended by hand.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pandas as pd
import yaml

from iran_russia import constraints, datasets, freshness, values
from iran_russia.datasets import DataError
from iran_russia.exhibits import render
from iran_russia.importers import reading, store, workbook
from iran_russia.importers.reading import Refused

UNITS = {
    "usd": "US dollar, current",
    "usd_millions": "million US dollars, current",
    "eur": "euro, current",
    "irr": "Iranian rial, current",
    "kg": "kilogram",
    "tonnes": "tonnes",
    "million_tonnes": "million tonnes",
    "barrels": "barrels",
    "kbd": "thousand barrels a day",
    "twh": "terawatt-hour",
    "tiv_millions": "TIV millions",
    "percent": "percent",
    "days": "days",
    "km": "km",
    "year": "year",
}
"""Units that the end of a column's name asks for; the longest end counts."""

PART = "Themes"
"""The part of the table of contents that new chapters are added to."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[A-Z]{3}")
_NUMBERLIKE = re.compile(
    r"[-+]?[0-9٬٫.,'’_ \u00a0\u2009\u202f]*[0-9]([eE][-+]?[0-9]+)?|[-+]?inf(inity)?", re.I
)
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_NOTHING = {"-", "–", "—", ".", "..", "…", "...", "n/a", "N/A", "n.a.", "null"}
_ABSENT = set(reading.MISSING) - {""}
_LICENCE = {"not stated": "No licence stated by the publisher"}
_FEW = 12  # values that may be listed in a schema
_MARKS = 1000  # rows that a figure can show one by one
_LISTED = 300  # rows that a page can list


@contextmanager
def _alone() -> Iterator[None]:
    """Keep imports and other writers out."""
    try:
        with store.lock():
            yield
    except filelock.Timeout:
        raise DataError("an import is running; wait until it has ended") from None


def _check_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name):
        raise DataError(
            f"found {name!r}, expected a name for the {what} of lower-case letters, digits and "
            "underscores, such as customs_duties"
        )


# New tables


def new_table(
    name: str,
    path: Path,
    *,
    topic: str,
    source_id: str | None,
    publisher: str | None,
    url: str | None,
    dry_run: bool,
    say: Callable[[str], None],
) -> None:
    """Propose a schema for a file and add it to the book as a table.

    Args:
        name: of the table.
        path: a CSV file in UTF-8 with commas, or a workbook with one sheet; one header line with
            the names of columns, a row a record.
        topic: one of those in the data catalogue.
        source_id: the source of all rows, for a file without a column of this name.
        publisher: who published the file; registers ``source_id`` as a new source.
        url: where it can be read.
        dry_run: whether to show the proposal only.
        say: takes each line of the proposal.

    Raises:
        DataError: one line a problem; nothing was written.
    """
    _check_name(name, "table")
    with _alone():
        datasets.recover()
        _check_free(name, topic)
        header, lines, cells = _read(path)
        frame, said = _tidied(pd.DataFrame(cells, columns=header, dtype="str"))
        source = _source(frame, path, source_id, publisher, url, name)
        frame = frame.assign(source_id=source_id) if source_id else frame
        sources = _with_source(source)
        resource = _described(name, path, frame, lines, sources, topic)
        _check_rows(resource, frame, lines, path, set(sources["source_id"]))
        _show(resource, frame, source, said, say)
        if dry_run:
            say("Dry run: nothing was written.")
            return
        package = json.loads(datasets.DESCRIPTOR.read_text(encoding="utf-8"))
        package["resources"].append(resource)
        files = {store.folder() / resource["path"]: store.as_csv(frame)}
        if source:
            files[store.path_of("sources")] = store.as_csv(sources)
        # The description comes last: a table is not listed before it is there.
        described = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        files[datasets.DESCRIPTOR.resolve()] = described.encode()
        store.write(files)
        say(f"Written: {', '.join(sorted(file.name for file in files))}.")


def _check_free(name: str, topic: str) -> None:
    taken = store.folder() / f"{name}.csv"
    if name in datasets.names() or taken.exists():
        raise DataError(f"there is a table {name!r} already; choose another name")
    topics = sorted({r["topic"] for r in datasets.package()["resources"]})
    if topic not in topics:
        raise DataError(f"found the topic {topic!r}, expected one of: {', '.join(topics)}")


def _read(path: Path) -> tuple[list[str], list[int], list[list[str]]]:
    """Read header, line numbers and cells of a file; refuse what is no table."""
    file = reading.open_download(path)
    name = file.name
    if file.kind == "text":
        first = file.head[0]
        header = next(csv.reader([first]))
        other = next((d for d in ";\t|" if d in first), None)
        if len(header) == 1 and other:
            raise Refused(
                [f"{name}, line 1: found a {reading.DELIMITERS[other]} between the columns, "
                 "expected a comma"]
            )  # fmt: skip
        _check_header(header, name)
        with tempfile.TemporaryDirectory() as folder:
            ready = reading.make_ready(file, reading.Layout(header), Path(folder))
            problems = list(reading.malformed(ready))
            if problems:
                raise Refused(problems)
            records = [(n, [_stripped(c) for c in r]) for n, r in reading.records(ready)]
    else:
        sheet, rows = _only_sheet(file)
        name = f"{file.name} › {sheet}"
        header, records = _texts(rows, file, name)
        _check_header(header, name)
    reading.check_unchanged(file)
    if not records:
        raise Refused([f"{name}: found no line below the header, expected at least one"])
    again = [number for number, cells in records if cells == header]
    if again:
        raise Refused(
            f"{name}, line {number}: found the header a second time, expected a row"
            for number in again
        )
    return header, [n for n, _ in records], [cells for _, cells in records]


def _only_sheet(file: reading.Opened) -> tuple[str, list[tuple[int, list]]]:
    """Return the name of the one filled sheet of a workbook, and its filled rows by their lines."""
    filled = {}
    for sheet in workbook.sheets(file.path):
        rows = [(n, row) for n, row in enumerate(sheet.rows(), 1) if any(c != "" for c in row)]
        if rows:
            filled[sheet.name] = rows, sheet.hidden
    if len(filled) != 1:
        found = ", ".join(f"{n} (hidden)" if h else n for n, (_, h) in filled.items()) or "none"
        raise Refused([f"{file.name}: found {len(filled)} filled sheets ({found}), expected one"])
    [(sheet_name, (rows, _))] = filled.items()
    return sheet_name, rows


def _texts(
    rows: list[tuple[int, list]], file: reading.Opened, name: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return header and records as text; refuse cells that do not show what they hold."""
    unseen, records, problems = workbook.unseen(file.path), [], []
    header = [str(cell).strip() for cell in rows[0][1]]
    for number, row in rows:
        cells = []
        for place, cell in enumerate(row):
            expected = ""
            try:
                text = found = workbook.text(cell, file.kind)
            except ValueError as error:
                text, found, expected = "", str(cell), str(error)
            at = workbook.cell_name(number - 1, place)
            if at in unseen:
                found = unseen[at]
                expected = "a value or a blank cell"
                if found.isdecimal():
                    expected = "a code with its zeros; the number lacks them, store them as text"
            elif number > rows[0][0] and _is_code(header[place]) and isinstance(cell, int | float):
                expected = "a code as text, which keeps its zeros; store the column as text"
            if expected:
                problems.append(
                    f"{name}, line {number}, column {header[place]}: found {found!r}, "
                    f"expected {expected}"
                )
            cells.append(_stripped(text))
        records.append((number, cells))
    if problems:
        raise Refused(problems)
    return records[0][1], records[1:]


def _stripped(cell: str) -> str:
    """Return a cell without blanks at its ends, its lines broken as tables have them."""
    return values.normal(cell.strip(), "string")


def _is_code(column: str) -> bool:
    return bool(re.fullmatch(r"(.*_)?code|(hs|sitc|isic)(\d*|_.*)", column))


def _tidied(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Write all values as tables hold them, and say of which that changed."""
    said = []
    for column in frame.columns:
        cells = frame[column]
        different = sorted(set(cells))
        # NA is nothing, but in a column of two letters it is Namibia.
        letters = [cell for cell in different if cell not in _ABSENT and cell]
        alpha2 = "iso2" in column or (letters and all(re.fullmatch("[A-Z]{2}", c) for c in letters))
        written = {} if alpha2 else {cell: "" for cell in different if cell in _ABSENT}
        kind = _kind(column, [cell for cell in different if cell and cell not in written])
        for cell in different:
            if cell and cell not in written:
                new = values.plain(cell) if kind == "string" else values.normal(cell, kind)
                # Of text, only codes in digits of another script are written otherwise.
                if new != cell and (kind != "string" or re.fullmatch("[0-9]+", new)):
                    written[cell] = new
        if written:
            said.append(values.told(column, cells, written))
            frame = frame.assign(**{column: cells.replace(written)})
    return frame, said


def _kind(column: str, cells: list[str]) -> str:
    """Return the type that all cells of a column have; codes and what has none are text."""
    plain = [values.plain(cell) for cell in cells]
    zeros = any(re.fullmatch("0[0-9]+", cell) for cell in plain)
    if not cells or zeros or _is_code(column):
        return "string"
    if all(re.fullmatch("true|false|[01]", c.lower()) for c in plain) and not all(
        c in "01" for c in plain
    ):
        return "boolean"
    for kind in ("integer", "number", "date"):
        if all(_is(cell, kind) for cell in cells):
            return kind
    return "string"


def _is(cell: str, kind: str) -> bool:
    try:
        values.normal(cell, kind)
    except ValueError:
        return False
    return True


def _check_header(header: list[str], file: str) -> None:
    odd = [name for name in header if not _NAME.fullmatch(name)]
    bare = odd == header and any(_NUMBERLIKE.fullmatch(name) for name in odd)
    missing = "; the header seems to be missing" if bare else ""
    problems = [
        f"{file}, line 1: found the column {name!r}, expected a name of lower-case letters, "
        f"digits and underscores, with its unit at the end, such as value_usd{missing}"
        for name in odd
    ]
    problems += [
        f"{file}, line 1, column {name}: found the column more than once, expected it once"
        for name in dict.fromkeys(header)
        if name not in odd and header.count(name) > 1
    ]
    if problems:
        raise Refused(problems)


def _source(
    frame: pd.DataFrame,
    path: Path,
    source_id: str | None,
    publisher: str | None,
    url: str | None,
    name: str,
) -> dict[str, str]:
    """Return the new source to register, an empty dictionary where none is needed."""
    known = set(datasets.load("sources")["source_id"])
    if "source_id" in frame.columns:
        if source_id or publisher or url:
            raise DataError(f"{path.name} names its sources itself; leave out --source")
        return {}
    if not source_id:
        raise DataError(
            f"{path.name} has no column source_id: name the source of its rows with --source, "
            "and with --publisher where it is not in data/sources.csv yet"
        )
    if source_id in known:
        if publisher or url:
            raise DataError(
                f"the source {source_id!r} is registered already; leave out --publisher and --url"
            )
        return {}
    if not publisher:
        raise DataError(
            f"there is no source {source_id!r} in data/sources.csv; name its --publisher to "
            "register it"
        )
    _check_name(source_id, "source")
    digest = reading.Stored(path).digest()[:16]
    return {
        "source_id": source_id,
        "title": _titled(name),
        "publisher": publisher,
        "url": url or "",
        "retrieved_on": datetime.date.today().isoformat(),
        "licence": "not stated",
        "terms": "Terms not seen; ask the publisher before you pass the rows on.",
        "note": f"Taken from {path.name}, SHA-256 {digest}…",
    }


def _with_source(source: dict[str, str]) -> pd.DataFrame:
    """Return the table of sources as text, with the new one in its place."""
    sources = store.text_of("sources")
    if not source:
        return sources
    if source["url"] and not re.match("https?://", source["url"]):
        raise DataError(f"found the address {source['url']!r}, expected one with http:// before it")
    row = pd.DataFrame([dict.fromkeys(sources.columns, "") | source], dtype="str")
    both = pd.concat([sources, row], ignore_index=True)
    in_order = sources["source_id"].is_monotonic_increasing
    return both.sort_values("source_id", ignore_index=True) if in_order else both


def _described(
    name: str,
    path: Path,
    frame: pd.DataFrame,
    lines: list[int],
    sources: pd.DataFrame,
    topic: str,
) -> dict:
    """Propose the description of a table; refuse cells that no column can hold."""
    problems: list[str] = []
    fields = [_field(column, frame[column], lines, path.name, problems) for column in frame.columns]
    if problems:
        raise Refused(problems)
    key = _key(frame, fields, lines, path.name)
    for field in fields:
        rules = {k: v for k, v in field.pop("constraints").items() if v is not None}
        if rules:
            field["constraints"] = rules
    used = sources[sources["source_id"].isin(set(frame["source_id"]))]
    whole = [f for f in fields if f["type"] == "date" or f["name"] == "year"]
    named = [_titled(column).lower() for column in key]
    combination = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
    resource = {
        "name": name,
        "path": f"{name}.csv",
        "title": _titled(name),
        "topic": topic,
        "description": f"One row is one {combination}. Taken from {path.name}.",
        "time_field": whole[0]["name"] if whole else None,
        "encoding": "utf-8",
        "format": "csv",
        "mediatype": "text/csv",
        "profile": "tabular-data-resource",
        "licenses": [
            {"name": "other-closed", "title": _LICENCE.get(licence, licence)}
            for licence in dict.fromkeys(used["licence"])
        ],
        "terms": " ".join(dict.fromkeys(used["terms"])),
        "schema": {
            "missingValues": [""],
            "fields": fields,
            "primaryKey": key,
            "foreignKeys": _links(frame),
        },
    }
    return {k: v for k, v in resource.items() if v is not None}


def _field(column: str, cells: pd.Series, lines: list[int], file: str, problems: list[str]) -> dict:
    """Describe one column; add what its cells cannot be to the problems."""
    held = cells[cells != ""]
    different = sorted(set(held))
    kind = _kind(column, different)
    expected = _misfits(column, kind, different)
    problems += [
        f"{file}, line {lines[place]}, column {column}: found {cell!r}, expected {expected[cell]}"
        for place, cell in held.items()
        if cell in expected
    ]
    unit = _unit(column) if kind in ("integer", "number") else None
    few = kind == "string" and 3 * held.nunique() <= len(held) and held.nunique() <= _FEW
    listed = few and column not in ("source_id", "url") and not _is_country(column)
    rules = {
        "required": True if len(held) == len(cells) else None,
        "minimum": 0 if unit and unit != "year" and (held.astype(float) >= 0).all() else None,
        "enum": sorted(set(held)) if listed else None,
        "pattern": "^[A-Z]{3}$" if _is_country(column) else None,
    }
    described = "Key of the table of sources." if column == "source_id" else None
    return {
        "name": column,
        "type": kind,
        "title": _titled(column, unit),
        "description": described or f"As in the column {column} of {file}.",
        **({"unit": unit} if unit else {}),
        "constraints": rules,
    }


def _misfits(column: str, kind: str, cells: list[str]) -> dict[str, str]:
    """Say what is expected instead of cells that keep a column from being what it seems to be."""
    seems = values.kind_of({"name": column, "type": kind, "unit": _unit(column)})
    nothing = ""
    if kind == "string" and cells and not _is_code(column):
        if _is_country(column):
            wanted = "an ISO 3166-1 alpha-3 code such as IRN"
            return {cell: wanted for cell in cells if not _CODE.fullmatch(cell)}
        plain = [values.plain(cell) for cell in cells]
        nothing = ", or an empty cell"
        if all(_DAY.fullmatch(cell) for cell in plain):
            seems, nothing = "date", ""
        elif _seem_numbers(column, plain):
            seems = "number"
    expected = {}
    for cell in cells if seems != "string" else ():
        try:
            values.normal(cell, seems)
        except ValueError as error:
            expected[cell] = f"{error}{nothing}"
    return expected


def _seem_numbers(column: str, cells: list[str]) -> bool:
    """Whether cells are meant to be numbers: by their looks, or by a unit in the column's name."""
    looks = [cell for cell in cells if _NUMBERLIKE.fullmatch(cell)]
    if looks and all(cell in looks or cell in _NOTHING for cell in cells):
        return True
    return _unit(column) not in (None, "year") and any(_is(cell, "number") for cell in looks)


def _is_country(column: str) -> bool:
    return column == "iso3" or column.endswith("_iso3")


def _unit(column: str) -> str | None:
    ends = [end for end in UNITS if column == end or column.endswith(f"_{end}")]
    return UNITS[max(ends, key=len)] if ends else None


def _titled(name: str, unit: str | None = None) -> str:
    """Put a name into words: ``value_usd`` is Value, ``exporter_iso3`` Exporter."""
    ends = [f"_{end}" for end in sorted(UNITS, key=len, reverse=True)] if unit else []
    for end in [*ends, "_iso3", "_id"]:
        if name.endswith(end):
            name = name.removesuffix(end)
            break
    return name.replace("_", " ").capitalize()


def _key(frame: pd.DataFrame, fields: list[dict], lines: list[int], file: str) -> list[str]:
    """Propose the key: a first column of ids, else the columns before the first measured one.

    Where they do not tell all rows apart, the columns after them are added one by one.
    """
    first = frame.columns[0]
    full = [f["name"] for f in fields if f["constraints"]["required"]]
    if first.endswith("_id") and first in full and frame[first].is_unique:
        return [first]
    measured = next((i for i, f in enumerate(fields) if _measured(f)), len(fields))
    start = [c for c in frame.columns[:measured] if c in full and c != "source_id"]
    rest = [c for c in full if c not in start and c != "source_id"]
    if "source_id" in full:
        rest.append("source_id")
    for more in range(len(rest) + 1):
        key = [*start, *rest[:more]]
        if key and not frame.duplicated(key).any():
            return key
    doubled = frame.index[frame.duplicated(full or None)]
    raise Refused(
        f"{file}, line {lines[place]}: found the row a second time in the columns without empty "
        "cells, expected something that tells it apart"
        for place in doubled
    )


def _measured(field: dict) -> bool:
    return field["type"] == "number" or field.get("unit", "year") != "year"


def _links(frame: pd.DataFrame) -> list[dict]:
    """Propose foreign keys: columns that are called like the key of another table and fit it."""
    found = {"source_id": ("sources", "source_id")}
    for resource in datasets.package()["resources"]:
        keys = resource["schema"]["primaryKey"]
        if len(keys) == 1 and keys[0].endswith("_id") and keys[0] in frame.columns:
            held = set(frame[keys[0]]) - {""}
            if held <= set(datasets.load(resource["name"])[keys[0]]):
                found.setdefault(keys[0], (resource["name"], keys[0]))
    states = set(datasets.load("countries")["iso3"])
    for column in filter(_is_country, frame.columns):
        if set(frame[column]) - {""} <= states:
            found[column] = ("countries", "iso3")
    return [
        {"fields": [column], "reference": {"resource": table, "fields": [key]}}
        for column, (table, key) in found.items()
    ]


def _check_rows(
    resource: dict, frame: pd.DataFrame, lines: list[int], path: Path, known: set[str]
) -> None:
    """Hold every row against the schema proposed, and its source against those registered."""
    columns = {column: frame[column].tolist() for column in frame}
    faults = constraints.of_cells(columns, resource["schema"])
    faults += constraints.of_keys(columns, resource["schema"])
    problems = [f"{path.name}, line {lines[f.row]}, column {f.column}: {f}" for f in faults]
    problems += [
        f"{path.name}, line {lines[place]}, column source_id: found {cell!r}, expected a row of "
        "sources"
        for place, cell in frame["source_id"].items()
        if cell not in known
    ]
    if problems:
        raise Refused(problems)


def _show(
    resource: dict,
    frame: pd.DataFrame,
    source: dict[str, str],
    said: list[str],
    say: Callable[[str], None],
) -> None:
    """Say what is proposed: a line a column."""
    key = ", ".join(resource["schema"]["primaryKey"])
    say(f"{resource['name']}: {len(frame)} rows, key {key}")
    for field in resource["schema"]["fields"]:
        rules = field.get("constraints", {})
        told = [field["type"], field.get("unit"), "required" if "required" in rules else None]
        told += [f"at least {rules['minimum']}" if "minimum" in rules else None]
        told += [f"one of {', '.join(rules['enum'])}" if "enum" in rules else None]
        told += ["no unit in its name" if field["type"] == "number" and not told[1] else None]
        say(f"  {field['name']}: {'; '.join(t for t in told if t)}")
    for link in resource["schema"]["foreignKeys"]:
        say(f"  {link['fields'][0]} is a row of {link['reference']['resource']}")
    for sentence in said:
        say(f"  · {sentence}")
    if source:
        say(f"sources: {source['source_id']} added, {source['publisher']}")


# New chapters


def new_chapter(name: str, tables: list[str]) -> list[Path]:
    """Write a chapter on some tables that runs as it is, and list it in the table of contents.

    Args:
        name: of the chapter's file in ``notebooks/``.
        tables: names of tables; each gets a first figure.

    Returns:
        The files written.

    Raises:
        DataError: the name is not free, or a table is unknown or empty; nothing was written.
    """
    _check_name(name, "chapter")
    chapter = freshness.ROOT / "notebooks" / f"{name}.md"
    toc = freshness.ROOT / "_toc.yml"
    if chapter.exists() or f"notebooks/{name}" in freshness.pages(freshness.ROOT):
        raise DataError(f"there is a chapter {name!r} already; choose another name")
    text = chapter_text(name, tables)
    contents = _listed(toc.read_text(encoding="utf-8"), f"notebooks/{name}")
    with _alone():
        store.write({chapter: text.encode(), toc: contents.encode()})
    return [chapter, toc]


def chapter_text(name: str, tables: list[str]) -> str:
    """Return the text of a new chapter.

    Raises:
        DataError: a table is unknown or has no rows.
    """
    shown = [_view(name, table) for table in dict.fromkeys(tables)]
    tested = name in set(datasets.load("claims")["chapter"])
    heading = name.replace("_", " ").capitalize()
    return render("chapter.md", name=name, heading=heading, tables=shown, tested=tested) + "\n"


def _view(chapter: str, table: str) -> dict:
    """Choose what the first figure of a table shows.

    ``points``: every row by time and value; ``times``: rows by year; ``kinds``: rows by the
    column with few values.
    """
    resource, frame = datasets.describe(table), datasets.load(table)
    if frame.empty:
        raise DataError(f"the table {table!r} has no rows yet, so there is nothing to draw")
    fields = {f["name"]: f for f in resource["schema"]["fields"]}
    key = [c for c in resource["schema"]["primaryKey"] if c != "source_id"]
    time = resource.get("time_field")
    values = [
        c for c, f in fields.items()
        if _measured(f) and f["type"] in ("integer", "number") and c != time
    ]  # fmt: skip
    values = [c for c in values if not time or frame[[time, c]].notna().all(axis=1).any()]
    few = [c for c, f in fields.items() if f["type"] == "string" and c not in (time, "source_id")]
    few = [c for c in few if 1 < frame[c].nunique() <= 5 and frame[c].notna().all()]
    # All sources of the rows, whatever their columns are called.
    own = [c for c in fields if c == "source_id" or c.endswith("_source_id")]
    view = {"view": "kinds", "by": few[0] if few else own[0], "time": time}
    if time and frame[time].notna().any():
        view["view"] = "points" if values and len(frame) <= _MARKS else "times"
    value = values[0] if values else None
    columns = [time, *key, value, few[0] if few else None]
    title = resource["title"]
    return view | {
        "table": table,
        "title": title,
        # Quoted where YAML needs it.
        "caption": yaml.safe_dump(title, allow_unicode=True, width=1000).split("\n")[0],
        "quoted": json.dumps(title, ensure_ascii=False),
        "fact": f"{chapter}_{table}",
        "exhibit": f"{chapter}-{table}".replace("_", "-"),
        "value": value,
        "unit": json.dumps(fields[value].get("unit", "As the column says"), ensure_ascii=False)
        if value
        else None,
        "kind": few[0] if few else None,
        "columns": [c for c in dict.fromkeys(columns) if c],
        "sources": own,
        "axis": _axis(fields[time]) if time else None,
        "year": _year(fields[time], table) if time else None,
        "dated": time is not None and fields[time]["type"] == "date",
        "listed": len(frame) <= _LISTED,
        "broken": value is not None and fields[value]["type"] == "number",
        "linked": {"publisher", "url"} <= set(fields),
    }


def _axis(time: dict) -> str:
    if time["type"] == "date":
        return f'alt.X("{time["name"]}:T")'
    if time["type"] == "integer":
        return f'alt.X("{time["name"]}:Q").axis(format="d", tickMinStep=1).scale(zero=False)'
    return f'alt.X("{time["name"]}:O").axis(labelOverlap=True)'


def _year(time: dict, table: str) -> str:
    """Return the code that takes the year from the time of a row."""
    column = f'{table}["{time["name"]}"]'
    if time["type"] == "date":
        return f"{column}.dt.year"
    return column if time["type"] == "integer" else f"{column}.str[:4]"


def _listed(contents: str, page: str) -> str:
    """Add a page to the end of its part of the table of contents; leave all else as it is."""
    written = yaml.safe_load(contents).get("parts", [])
    parts = {part.get("caption"): part["chapters"] for part in written}
    if not parts.get(PART):
        raise DataError(f"_toc.yml: found no part {PART!r}, expected one to add the chapter to")
    last = f"- file: {parts[PART][-1].get('file')}\n"
    before, found, after = contents.partition(last)
    if not found:
        raise DataError(
            f"_toc.yml: found no line {last.strip()!r}, expected the last page of {PART!r} there"
        )
    indent = before[before.rindex("\n") + 1 :]
    return f"{before}{found}{indent}- file: {page}\n{after}"
