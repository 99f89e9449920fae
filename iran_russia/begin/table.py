"""A file without errors becomes a table of the book."""

from __future__ import annotations

import csv
import datetime
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from iran_russia import constraints, datasets, values
from iran_russia.begin import NAME, alone, check_name
from iran_russia.begin.schema import NUMBERLIKE, is_code, kind_of, propose, titled
from iran_russia.datasets import DataError
from iran_russia.importers import reading, store, workbook
from iran_russia.importers.reading import Refused

_ABSENT = set(reading.MISSING) - {""}


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
    check_name(name, "table")
    with alone():
        datasets.recover()
        _check_free(name, topic)
        header, lines, cells = _read(path)
        frame, said = _tidied(pd.DataFrame(cells, columns=header, dtype="str"))
        source = _source(frame, path, source_id, publisher, url, name)
        frame = frame.assign(source_id=source_id) if source_id else frame
        sources = _with_source(source)
        resource = propose(name, path, frame, lines, sources, topic)
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
            elif number > rows[0][0] and is_code(header[place]) and isinstance(cell, int | float):
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
        kind = kind_of(column, [cell for cell in different if cell and cell not in written])
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


def _check_header(header: list[str], file: str) -> None:
    odd = [name for name in header if not NAME.fullmatch(name)]
    bare = odd == header and any(NUMBERLIKE.fullmatch(name) for name in odd)
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
    check_name(source_id, "source")
    digest = reading.Stored(path).digest()[:16]
    return {
        "source_id": source_id,
        "title": titled(name),
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
