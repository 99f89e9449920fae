"""Rows against the schema of their table: types, required cells, values allowed, keys.

Rows come as columns of text, as a file has them. Every different cell of a column is looked at
once, so that a column of a hundred thousand rows costs little more than its different values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iran_russia import values

Columns = Mapping[str, Sequence[str]]
"""The cells of each column, an empty text for a missing value."""

KNOWN = {"required", "unique", "enum", "pattern", "minimum", "maximum"}
"""The constraints that a column may have.

Its ``together`` names a column beside it that has a value in the same rows, its ``after`` one whose
value comes before its own in the alphabet. The ``totals`` of a schema say by which value of a
``field`` rows hold a total (one ``of`` several), ``each`` year or month of a ``series``; see
:func:`untotalled`.
"""


@dataclass(frozen=True)
class Fault:
    """One cell that breaks its schema: in which row (from 0), what stands there, what should."""

    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Word it without its place."""
        short = self.found if len(self.found) <= 60 else self.found[:57] + "…"
        return f"found {short!r}, expected {self.expected}"


def names(fields: str | Sequence[str]) -> list[str]:
    """Return the columns of a key, which a schema may give as one name."""
    return [fields] if isinstance(fields, str) else list(fields)


def unknown(schema: dict) -> list[str]:
    """Say what of a schema is not checked here, so that nobody relies on it."""
    told = []
    held = {field["name"] for field in schema["fields"]}
    for field in schema["fields"]:
        rules = field.get("constraints", {})
        told += [
            f"column {field['name']}: found the constraint {rule!r}, expected one of "
            f"{', '.join(sorted(KNOWN))}"
            for rule in rules
            if rule not in KNOWN
        ]
        told += _unreadable(field)
        told += [
            f"column {field['name']}: found {rule} {field[rule]!r}, expected one of the columns of "
            "the table"
            for rule in ("together", "after")
            if field.get(rule, field["name"]) not in held
        ]
    keys = names(schema.get("primaryKey", []))
    for key in schema.get("foreignKeys", []):
        keys += names(key["fields"])
    totals = schema.get("totals", {})
    if totals and set(totals) != {"field", "of", "each", "series"}:
        told.append("found totals by other names, expected field, of, each and series")
    elif totals:
        keys += [totals["field"], totals["each"], *totals["series"]]
    told += [
        f"found the column {name!r} in a key or in totals, expected one of the columns of the table"
        for name in dict.fromkeys(keys)
        if name not in held
    ]
    if schema.get("missingValues", [""]) != [""]:
        told.append(f"found missingValues {schema['missingValues']}, expected an empty cell only")
    return told


def _unreadable(field: dict) -> list[str]:
    """Name the values and patterns in the constraints of a column that are none."""
    rules, kind, told = field.get("constraints", {}), values.kind_of(field), []
    bounds = [rules[name] for name in ("minimum", "maximum") if name in rules]
    for value in [*bounds, *rules.get("enum", [])]:
        try:
            values.parse(str(value), kind)
        except ValueError as error:
            told.append(
                f"column {field['name']}: found {value!r} in a constraint, expected {error}"
            )
    try:
        re.compile(rules.get("pattern", ""))
    except (re.error, TypeError) as error:
        told.append(f"column {field['name']}: the pattern cannot be read ({error})")
    return told


def refusal(field: dict) -> Callable[[str], str]:
    """Return a function that says what a column expects instead of a cell; empty if it fits."""
    kind, rules = values.kind_of(field), field.get("constraints", {})
    bounds = {b: values.parse(str(rules[b]), kind) for b in ("minimum", "maximum") if b in rules}
    allowed = [values.parse(str(value), kind) for value in rules.get("enum", [])]
    # Digits of a code are 0 to 9.
    pattern = re.compile(rules["pattern"], re.ASCII) if "pattern" in rules else None

    def refused(cell: str) -> str:
        if cell == "":
            return "a value, as none may be missing (required)" if rules.get("required") else ""
        try:
            # Values of one kind, which can be compared.
            value: Any = values.parse(cell, kind)
        except ValueError as error:
            return str(error)
        if "enum" in rules and value not in allowed:
            return f"one of {', '.join(map(str, allowed))} (allowed in data/datapackage.json)"
        if pattern and not pattern.fullmatch(cell):
            return f"pattern {pattern.pattern} (in data/datapackage.json)"
        if "minimum" in bounds and value < bounds["minimum"]:
            return f"minimum {rules['minimum']} (in data/datapackage.json)"
        if "maximum" in bounds and value > bounds["maximum"]:
            return f"maximum {rules['maximum']} (in data/datapackage.json)"
        return ""

    return refused


def meant(cells: Sequence[str], field: dict) -> dict[str, str]:
    """Return how to write the cells that a column refuses only for the way they are written."""
    refused, kind = refusal(field), values.kind_of(field)
    found = {}
    for cell in sorted(set(cells) - {""}):
        if not refused(cell):
            continue
        written = values.plain(cell)
        try:
            written = values.normal(cell, kind) if written and kind != "string" else written
        except ValueError:
            continue
        if not refused(written):
            found[cell] = written
    return found


def faults(
    columns: Columns, schema: dict, other: Callable[[str], tuple[Columns | None, dict]]
) -> list[Fault]:
    """Check all of a table, in the order of its rows; what is wrong in a cell is told once.

    Args:
        columns: of the table.
        schema: of the table.
        other: returns columns and schema of another table by its name; no columns where its file
            cannot be read, which is told elsewhere.
    """
    cells = of_cells(columns, schema)
    wrong = {(fault.row, fault.column) for fault in cells}
    keys = [
        fault
        for fault in [
            *of_pairs(columns, schema),
            *of_keys(columns, schema),
            *of_links(columns, schema, other),
        ]
        if not any((fault.row, column) in wrong for column in fault.column.split(", "))
    ]
    return sorted(cells + keys, key=lambda fault: fault.row)


def of_cells(columns: Columns, schema: dict) -> list[Fault]:
    """Check every cell by itself."""
    found = []
    for field in schema["fields"]:
        cells, refused = columns[field["name"]], refusal(field)
        wrong = {cell: told for cell in set(cells) if (told := refused(cell))}
        if wrong:
            found += [
                Fault(row, field["name"], cell, wrong[cell])
                for row, cell in enumerate(cells)
                if cell in wrong
            ]
    return found


def of_pairs(columns: Columns, schema: dict) -> list[Fault]:
    """Find cells that do not go with another of their row.

    A remark stands there without a speaker, or a pair of countries the wrong way round: so written
    it could stand twice.
    """
    found = []
    for field in schema["fields"]:
        if first := field.get("after"):
            found += [
                Fault(
                    row,
                    field["name"],
                    cell,
                    f"a value after {before}, the {first}, in the alphabet",
                )
                for row, (before, cell) in enumerate(
                    zip(columns[first], columns[field["name"]], strict=True)
                )
                if cell and cell <= before
            ]
        if other := field.get("together"):
            told = {True: f"no value, as {other} has none", False: f"a value, as {other} has one"}
            cells = columns[field["name"]]
            found += [
                Fault(row, field["name"], cell, told[cell != ""])
                for row, (cell, beside) in enumerate(zip(cells, columns[other], strict=True))
                if (cell == "") != (beside == "")
            ]
    return found


def of_keys(columns: Columns, schema: dict) -> list[Fault]:
    """Find rows whose key, or unique cell, another row before them has."""
    found = []
    key = names(schema.get("primaryKey", []))
    alone = [f["name"] for f in schema["fields"] if f.get("constraints", {}).get("unique")]
    for fields in [key, *([name] for name in alone if [name] != key)]:
        told = "primary key" if fields == key else "unique"
        first: dict[tuple, int] = {}
        for row, cells in enumerate(_rows(columns, schema, fields)):
            if not any(cells):
                if fields == key:
                    found.append(Fault(row, ", ".join(fields), "", f"a {told}"))
            elif first.setdefault(cells, row) != row:
                found.append(
                    Fault(
                        row, ", ".join(fields), " ".join(cells), f"a {told} that no row above has"
                    )
                )
    return found


def of_links(
    columns: Columns, schema: dict, other: Callable[[str], tuple[Columns | None, dict]]
) -> list[Fault]:
    """Find rows that point to a row of another table, or of their own, that is not there."""
    found = []
    for key in schema.get("foreignKeys", []):
        fields, name = names(key["fields"]), key["reference"]["resource"]
        there, about = other(name) if name else (columns, schema)
        if there is None:
            continue
        held = set(_rows(there, about, names(key["reference"]["fields"])))
        told = f"a row of {name or 'this table'} (foreign key)"
        found += [
            Fault(row, ", ".join(fields), " ".join(cells), told)
            for row, cells in enumerate(_rows(columns, schema, fields))
            if cells not in held and any(cells)
        ]
    return found


def untotalled(columns: Columns, schema: dict) -> list[str]:
    """Tell of each series that has totals for which years, or months, it has rows and no total.

    No fault: a source may not give one. But shares leave the year out.
    """
    if not (totals := schema.get("totals")):
        return []
    each, field, of = totals["each"], totals["field"], totals["of"]
    series = list(zip(*(columns[name] for name in totals["series"]), strict=True))
    rows = list(zip(series, columns[each], columns[field], strict=True))
    whole = {(one, when) for one, when, cell in rows if cell in of}
    missing: dict[tuple, set[str]] = {}
    for one, when, _ in rows:
        if (one, when) not in whole:
            missing.setdefault(one, set()).add(when)
    with_totals = {one for one, _ in whole}
    return [
        f"{each} {', '.join(sorted(missing[one]))} of {' '.join(one)}: found no total, so shares "
        f"leave it out; add the row with {field} {' or '.join(of)}, if its source gives one"
        for one in sorted(with_totals & set(missing))
    ]


def _rows(columns: Columns, schema: dict, fields: list[str]) -> zip:
    """Yield some cells of every row such that equal values are equal."""
    kinds = {field["name"]: values.kind_of(field) for field in schema["fields"]}
    chosen = []
    for name in fields:
        cells = columns[name]
        if kinds.get(name) == "number":
            cells = [values.canonical(cell, "number") for cell in cells]
        chosen.append(cells)
    return zip(*chosen, strict=True)
