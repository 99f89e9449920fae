"""The description of a new table, proposed from its cells and the names of its columns."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from iran_russia import datasets, values
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

_CODE = re.compile(r"[A-Z]{3}")
NUMBERLIKE = re.compile(
    r"[-+]?[0-9٬٫.,'’_ \u00a0\u2009\u202f]*[0-9]([eE][-+]?[0-9]+)?|[-+]?inf(inity)?", re.I
)
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_NOTHING = {"-", "–", "—", ".", "..", "…", "...", "n/a", "N/A", "n.a.", "null"}
_LICENCE = {"not stated": "No licence stated by the publisher"}
_FEW = 12  # values that may be listed in a schema


def propose(
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
    named = [titled(column).lower() for column in key]
    combination = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
    resource = {
        "name": name,
        "path": f"{name}.csv",
        "title": titled(name),
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


def is_code(column: str) -> bool:
    """Tell whether a column holds codes, which are text whatever they look like."""
    return bool(re.fullmatch(r"(.*_)?code|(hs|sitc|isic)(\d*|_.*)", column))


def kind_of(column: str, cells: list[str]) -> str:
    """Return the type that all cells of a column have; codes and what has none are text."""
    plain = [values.plain(cell) for cell in cells]
    zeros = any(re.fullmatch("0[0-9]+", cell) for cell in plain)
    if not cells or zeros or is_code(column):
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


def _field(column: str, cells: pd.Series, lines: list[int], file: str, problems: list[str]) -> dict:
    """Describe one column; add what its cells cannot be to the problems."""
    held = cells[cells != ""]
    different = sorted(set(held))
    kind = kind_of(column, different)
    expected = _misfits(column, kind, different)
    problems += [
        f"{file}, line {lines[place]}, column {column}: found {cell!r}, expected {expected[cell]}"
        for place, cell in held.items()
        if cell in expected
    ]
    unit = unit_of(column) if kind in ("integer", "number") else None
    # One value alone, as the city of a first file, closes no list.
    few = kind == "string" and 1 < held.nunique() <= min(_FEW, len(held) / 3)
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
        "title": titled(column, unit),
        "description": described or f"As in the column {column} of {file}.",
        **({"unit": unit} if unit else {}),
        "constraints": rules,
    }


def _misfits(column: str, kind: str, cells: list[str]) -> dict[str, str]:
    """Say what is expected instead of cells that keep a column from being what it seems to be."""
    seems = values.kind_of({"name": column, "type": kind, "unit": unit_of(column)})
    nothing = ""
    if kind == "string" and cells and not is_code(column):
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
    looks = [cell for cell in cells if NUMBERLIKE.fullmatch(cell)]
    if looks and all(cell in looks or cell in _NOTHING for cell in cells):
        return True
    return unit_of(column) not in (None, "year") and any(_is(cell, "number") for cell in looks)


def _is_country(column: str) -> bool:
    return column == "iso3" or column.endswith("_iso3")


def unit_of(column: str) -> str | None:
    """Return the unit that the end of a column's name asks for."""
    ends = [end for end in UNITS if column == end or column.endswith(f"_{end}")]
    return UNITS[max(ends, key=len)] if ends else None


def titled(name: str, unit: str | None = None) -> str:
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
    measured = next((i for i, f in enumerate(fields) if is_measured(f)), len(fields))
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


def is_measured(field: dict) -> bool:
    """Tell whether a field holds what was measured: numbers that are no years."""
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
