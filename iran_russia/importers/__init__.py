"""Importers: a file as its publisher sends it becomes checked rows of the book's tables.

All formats take one path: recognise → read → keep the countries of interest → tidy rows → check →
compare with what is there → show → write. A module of a format says only what is special to it:

- ``COLUMNS``: the columns it needs and their types (``text``, ``integer``, ``number``, or
  ``decimal`` for a number whose digits stay as they are; with ``!`` where no cell may be empty);
- ``recognise(file)``: the layout of the table when the file is of this format;
- ``keep(t)``: which records concern the book (all, when it is not defined);
- ``rows(t, file)``: an Ibis expression for each table, in the table's columns and ``_key``;
- ``source(file)``: a row of the table ``sources``;
- ``IDENTITY`` and ``finish``: for tables whose key is a number of the book's own.
"""

from __future__ import annotations

import csv
import filecmp
import importlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from iran_russia import datasets, values
from iran_russia.datasets import DataError
from iran_russia.importers import engine as engines
from iran_russia.importers import reading
from iran_russia.importers.reading import JOIN, Batch, Download, Layout, Opened, Refused

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from iran_russia.importers import report as reports
    from iran_russia.importers import update as updating
    from iran_russia.importers.engine import Engine

KINDS = (
    "tidy",
    "comtrade",
    "baci",
    "irica",
    "sipri-register",
    "sipri-tiv",
    "unga",
    "attacks",
    "gdelt",
    "icews",
    "worldbank",
    "energy-institute",
)
"""The formats, in the order in which they are tried on a file of unknown kind."""

_PATTERNS = {
    "integer": r"^[+-]?[0-9]+([.]0+)?$",
    "number": r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$",
}
_PATTERNS["decimal"] = _PATTERNS["number"]
_EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "decimal": "a number",
    "text": "text",
}


def module_of(kind: str) -> ModuleType:
    """Return the module of a format."""
    return importlib.import_module(f"iran_russia.importers.{kind.replace('-', '_')}")


def recognise(file: Opened, kind: str | None = None) -> tuple[ModuleType, Layout]:
    """Find the format of a file and its layout.

    Raises:
        Refused: it is none of the formats, or not of the one asked for.
    """
    for name in [kind] if kind else KINDS:
        module = module_of(name)
        layout = module.recognise(file)
        if layout:
            allowed = getattr(module, "DELIMITERS", ",")
            if file.kind == "text" and layout.delimiter not in allowed:
                found = reading.DELIMITERS[layout.delimiter]
                wanted = " or ".join(reading.DELIMITERS[d] for d in allowed)
                raise Refused(
                    [
                        f"{file.name}, line {layout.above + 1}: found a {found} "
                        f"between the columns, expected a {wanted}"
                    ]
                )
            return module, layout
    raise Refused([_unlike(file, kind)])


_NEAR = 0.45
"""Share of its columns from which on a header is taken for one that was meant."""


def _unlike(file: Opened, kind: str | None) -> str:
    """Say what is missing from a file that no format recognises: of the nearest, or the one named.

    A file is near a format, or a table of the book, when it has about half of its columns.
    """
    layouts = _layouts(kind)
    near, nearest = None, 0.0 if kind else _NEAR
    for number, line in enumerate(file.head[: reading._NOTES]):
        for delimiter in reading.DELIMITERS:
            found = [n.strip() for n in next(csv.reader([line], delimiter=delimiter), [])]
            for layout in layouts:
                have = len({n.casefold() for n in found} & {w.casefold() for w in layout[1]})
                if have / len(layout[1]) > nearest and (kind or have > 1):
                    near, nearest = (number, delimiter, found, *layout), have / len(layout[1])
    if near:
        number, delimiter, found, title, wanted, delimiters = near
        line = file.head[number]
        where = f"{file.name}, line {number + 1}: found"
        missing = [w for w in wanted if w not in found]
        if not missing and delimiter not in delimiters:
            expected = " or ".join(reading.DELIMITERS[d] for d in delimiters)
            return (
                f"{where} a {reading.DELIMITERS[delimiter]} between the columns, expected a "
                f"{expected}, as in {title}"
            )
        odd = [n for n in found if n not in wanted] if title.startswith("the table ") else []
        told = f"; missing: {', '.join(missing)}" if missing else ""
        told += f"; not in the table: {', '.join(odd)}" if odd else ""
        return f"{where} {reading._short(line)}, expected {title}{told or '; missing: its layout'}"
    first = next((number for number, line in enumerate(file.head) if line.strip()), 0)
    line = (file.head or [""])[first]
    if kind:
        columns = ", ".join(layouts[0][1]) or "its layout"
        expected = f"{module_of(kind).TITLE}; missing: {columns}"
    else:
        expected = f"the header of one of: {', '.join(KINDS)}"
    if file.kind != "text":
        return (
            f"{file.name}: found a workbook without a sheet in a known layout, expected {expected}"
        )
    return f"{file.name}, line {first + 1}: found {reading._short(line)}, expected {expected}"


def _layouts(kind: str | None) -> list[tuple[str, list[str], str]]:
    """List what a header can be near to: what it is, its columns, what may stand between them.

    A format with several headers lists them as ``HEADERS``.
    """
    layouts = []
    for name in [kind] if kind else KINDS:
        module = module_of(name)
        for header in getattr(module, "HEADERS", [module.COLUMNS]):
            if header:
                layouts.append((module.TITLE, list(header), getattr(module, "DELIMITERS", ",")))
    if kind in (None, "tidy"):
        for resource in datasets.package()["resources"]:
            columns = [f["name"] for f in resource["schema"]["fields"]]
            layouts.append((f"the table {resource['name']}", columns, ","))
    return layouts


def read_file(path: Path, kind: str | None, engine: Engine, folder: Path) -> list[Batch]:
    """Read one file into tidy rows.

    Args:
        path: the file.
        kind: its format; recognised when None.
        engine: where the expressions run.
        folder: for copies that are gone afterwards.

    Raises:
        Refused: one line a problem, with file, line, column, what was found and what was expected.
    """
    opened = reading.open_download(path)
    module, layout = recognise(opened, kind)
    if hasattr(module, "unpack"):
        file = module.unpack(opened, layout, folder)
    else:
        encodings = getattr(module, "ENCODINGS", ("utf-8",))
        file = reading.make_ready(opened, layout, folder, encodings)
    try:
        batches = _batches(file, module, engine)
    except Refused:
        raise
    # The engines fail in many ways on a damaged file; each becomes a problem of the file, with
    # its lines where they can be found.
    except Exception as error:
        reading.check_unchanged(file)
        problems = list(reading.malformed(file))
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Refused(problems or [f"{file.name}: cannot be read: {first}"]) from error
    reading.check_unchanged(file)
    return batches


def _batches(file: Download, module: ModuleType, engine: Engine) -> list[Batch]:
    table = engine.table(file)
    columns = {c: kind for c, kind in module.COLUMNS.items() if c in table.columns}
    dynamic = getattr(module, "columns", None)
    if dynamic:
        columns |= dynamic(file)
    table = table.select(*columns)
    if hasattr(module, "keep"):
        first = next(iter(columns))
        # A header that stands a second time among the rows is kept, so that it is told.
        table = table.filter(module.keep(table) | (table[first] == first))
    aggregates = getattr(module, "AGGREGATES", False)
    # Cleaning every cell of a file that a machine wrote would be nine tenths of the work.
    if not file.layout.raw:
        table = table.mutate(**{c: _cleaned(table[c]) for c in columns})
    if not aggregates:
        table = engine.keep(table)
    _check_cells(table, columns, file)
    typed = {}
    for column, kind in columns.items():
        if kind.startswith("integer"):
            typed[column] = table[column].cast("float64").cast("int64")
        elif kind.startswith("number"):
            typed[column] = table[column].cast("float64")
    key = ibis_join([table[c] for c in columns])
    table = table.mutate(_key=key, **typed)
    batches = []
    source = module.source(file)
    for name, expression in module.rows(table, file).items():
        rows = _as_text(engines.collect(expression))
        if hasattr(module, "tidy"):
            rows = module.tidy(name, rows, file)
        batches.append(Batch(name, rows, module, file, source, list(columns)))
    return batches


def _cleaned(cell: ibis.Column) -> ibis.Column:
    """Do in the engine what :func:`reading.clean` does to one cell."""
    cell = cell.strip()
    for missing in reading.MISSING:
        cell = cell.nullif(missing)
    return cell


def ibis_join(cells: list[ibis.Column]) -> ibis.Column:
    """Join the cells of a record to the key by which its line is found again."""
    import ibis

    return ibis.literal(JOIN).join([cell.fill_null("") for cell in cells])


def _check_cells(table: ibis.Table, columns: dict[str, str], file: Download) -> None:
    """Refuse cells that are not of the type their column needs."""
    import ibis

    faults = {}
    for column, kind in columns.items():
        name = kind.rstrip("!")
        wrong = ibis.literal(False)
        if name in _PATTERNS:
            wrong = table[column].notnull() & ~table[column].re_search(_PATTERNS[name])
        if kind.endswith("!"):
            wrong = wrong | table[column].isnull()
        if name in _PATTERNS or kind.endswith("!"):
            faults[column] = wrong
    if not faults:
        return
    bad = table.filter(ibis.or_(*faults.values())).limit(reading.SHOWN * 5)
    found = engines.collect(bad)
    if found.empty:
        return
    found = found.fillna("")
    keys = [JOIN.join(row) for row in found[list(columns)].itertuples(index=False)]
    lines = reading.locate(file, list(columns), set(keys))
    problems = []
    for key, row in sorted(
        zip(keys, found.to_dict("records"), strict=True), key=lambda pair: lines.get(pair[0], 0)
    ):
        for column, kind in columns.items():
            cell, name = row[column], kind.rstrip("!")
            if (not cell and kind.endswith("!")) or (
                cell and name in _PATTERNS and not re.search(_PATTERNS[name], cell)
            ):
                expected = _EXPECTED[name]
                if cell == column:
                    expected += "; the header stands here a second time"
                elif name != "text" and "," in cell:
                    expected += " without thousands separators"
                problems.append(reading.describe(file, lines.get(key), column, cell, expected))
    raise Refused(problems)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame as the CSV file has it: text, an empty cell for a missing value."""
    return frame.apply(lambda column: column.map(as_cell)).astype("str").reset_index(drop=True)


def as_cell(value: object) -> str:
    """Write one value as a cell: whole numbers without a point, truth in lower case."""
    import math

    import numpy as np

    if isinstance(value, str):
        return values.normal(value, "string")
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if str(value) in ("True", "False"):
        return str(value).lower()
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if math.isfinite(number) and number == int(number) else repr(number)
    return str(value)


def run(
    paths: list[Path],
    kind: str | None,
    update: bool,
    dry_run: bool,
    engine: str,
    say: Callable[[str], None],
    report: Path | None = None,
) -> None:
    """Import files: read, check, compare, show, and write unless it is a dry run.

    Args:
        paths: the files.
        kind: their format; recognised when None.
        update: whether revised values replace those in the book.
        dry_run: whether to show only.
        engine: where the expressions run, see :data:`iran_russia.importers.engine.NAMES`.
        say: takes each line of what is told.
        report: a new file that takes the same as JSON, see :mod:`iran_russia.importers.report`.

    Raises:
        DataError: one line a problem; nothing was written.
    """
    import filelock

    from iran_russia.importers import report as reports
    from iran_russia.importers import store

    if report:
        reports.check_free(report)
    try:
        with store.lock():
            read_files, plan = _plan(paths, kind, update, engine)
            told = reports.made(read_files, plan, update=update, dry_run=dry_run)
            for line in reports.shown(told):
                say(line)
            if dry_run:
                say("Dry run: nothing was written.")
            elif plan.files:
                store.write(plan.files)
                say(f"Written: {', '.join(sorted(p.name for p in plan.files))}.")
            else:
                say("Nothing to write.")
    except filelock.Timeout:
        raise DataError("another import is running; wait until it has ended") from None
    if report:
        reports.write(told, report)


def _plan(
    paths: list[Path], kind: str | None, update: bool, engine: str
) -> tuple[list[reports.File], updating.Plan]:
    """Read all files and compare their rows with those of the book.

    Returns:
        What is told of each file, and the plan.
    """
    from iran_russia.importers import report as reports
    from iran_russia.importers import update as updating

    batches: list[Batch] = []
    files: list[reports.File] = []
    problems: list[str] = []
    try:
        with engines.running(engine) as (started, folder):
            for path in paths:
                try:
                    found = read_file(path, kind, started, folder)
                except Refused as error:
                    problems += error.problems
                    continue
                again = _seen(found[0].file, files)
                files.append(reports.File(found, again))
                if not again:
                    batches += found
            if problems:
                raise Refused(problems)
            batches = _combined(batches)
            _refuse_nothing(batches)
            plan = updating.plan(batches, update=update)
        for batch in batches:
            reading.check_unchanged(batch.file)
    except OSError as error:
        told = f"{error.filename or tempfile.gettempdir()}: {error.strerror or error}"
        raise DataError(f"{told}; nothing was written") from None
    return files, plan


def _seen(file: Download, before: list) -> str:
    """Name the file read before that holds the same table; an empty text where none does.

    A file and its archive, or one file under two names, are one source: its lines count once.
    """
    for other in (f.batches[0].file for f in before):
        same = (file.layout, file.flow) == (other.layout, other.flow)
        if same and filecmp.cmp(file.ready, other.ready, shallow=False):
            return other.name
    return ""


def _combined(batches: list[Batch]) -> list[Batch]:
    """Let a format join what its files hold, where they only make sense together."""
    alone = [b for b in batches if not hasattr(b.module, "combine")]
    joined = {b.module for b in batches if hasattr(b.module, "combine")}
    for module in joined:
        alone += module.combine([b for b in batches if b.module is module])
    return alone


def _refuse_nothing(batches: list[Batch]) -> None:
    """Refuse files without a single row for the book."""
    empty = {b.file.path: b for b in batches}
    for batch in batches:
        if len(batch.rows):
            empty.pop(batch.file.path, None)
    problems = []
    for batch in empty.values():
        below = "no line" if next(reading.records(batch.file), None) is None else "no row"
        problems.append(
            f"{batch.file.name}: found {below} for the book below the header, expected at least "
            f"one for {batch.table}"
        )
    if problems:
        raise Refused(problems)
