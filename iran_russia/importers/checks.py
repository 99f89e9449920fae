"""Check the rows of an import against the schema, the keys and the promises of their tables."""

from __future__ import annotations

import datetime

import pandas as pd

from iran_russia import constraints, datasets
from iran_russia.importers import reading
from iran_russia.importers.compare import year_of
from iran_russia.importers.reading import Batch
from iran_russia.importers.store import text_of

Origins = dict[int, tuple[Batch, str]]
"""For each row that an import adds or changes, the file and the key of its line."""

Fault = tuple[Batch, str, str, str, str]
"""A file, the key of its line, the column, what was found, what was expected."""


def faults(tables: dict[str, pd.DataFrame], origins: dict[str, Origins]) -> list[str]:
    """Check what an import adds or changes; return one line a fault.

    Args:
        tables: the tables as they would be, those that change.
        origins: of each table, the rows to check and where they come from.
    """
    found: list[Fault] = []
    for table, rows in origins.items():
        frame, about = tables[table], datasets.describe(table)
        found += _against_schema(frame, about["schema"], rows)
        for key in about["schema"].get("foreignKeys", []):
            found += _pointing_nowhere(frame, key, rows, tables, table)
        found += _used_keys(frame, list(about["schema"]["primaryKey"]), rows)
        found += _without_a_source(frame, about, rows, tables)
        found += _of_another_year(frame, about, rows)
    return _worded(found)


def _against_schema(frame: pd.DataFrame, schema: dict, rows: Origins) -> list[Fault]:
    """Check the cells of the rows, but for what only the whole table tells."""
    places = sorted(rows)
    columns = {name: frame.loc[places, name].tolist() for name in frame.columns}
    return [
        (*rows[places[fault.row]], fault.column, fault.found, fault.expected)
        for fault in [
            *constraints.of_cells(columns, schema),
            *constraints.of_pairs(columns, schema),
        ]
    ]


def _pointing_nowhere(
    frame: pd.DataFrame, key: dict, rows: Origins, tables: dict, table: str
) -> list[Fault]:
    """Find rows whose foreign key has no row in the other table."""
    columns = constraints.names(key["fields"])
    other = key["reference"]["resource"] or table
    there = tables[other] if other in tables else text_of(other)
    held = set(map(tuple, there[constraints.names(key["reference"]["fields"])].to_numpy()))
    found = []
    for place in sorted(rows):
        value = tuple(frame.loc[place, columns])
        if any(value) and value not in held:
            found.append((*rows[place], columns[-1], " ".join(value), f"a row of {other}"))
    return found


def _used_keys(frame: pd.DataFrame, key: list[str], rows: Origins) -> list[Fault]:
    keys = frame[key]
    doubled = frame.index[keys.duplicated(keep="last") & frame.index.isin(sorted(rows))]
    return [
        (*rows[place], ", ".join(key), " ".join(keys.loc[place]), "a key that no other row has")
        for place in doubled
    ]


def _without_a_source(frame: pd.DataFrame, about: dict, rows: Origins, tables: dict) -> list[Fault]:
    """Find rows without a record in the table that keeps their sources.

    A table that promises one for every row names it as ``sourced_in``; the key is the same.
    """
    keeper = about.get("sourced_in")
    if not keeper or not rows:
        return []
    [key] = about["schema"]["primaryKey"]
    held = set((tables[keeper] if keeper in tables else text_of(keeper))[key])
    return [
        (
            *rows[place],
            key,
            frame.at[place, key],
            f"at least one row of {keeper} for it, in the book or in a file of the same import",
        )
        for place in sorted(rows)
        if frame.at[place, key] not in held
    ]


def _of_another_year(frame: pd.DataFrame, about: dict, rows: Origins) -> list[Fault]:
    """Find keys such as IRRU-2026-001 of which the year is not that of the date.

    The last day of a year and the first of the next are one moment in different places.
    """
    key, time = about["schema"]["primaryKey"], about.get("time_field")
    if len(key) > 1 or not time:
        return []
    found = []
    for place in sorted(rows):
        number, moment = frame.at[place, key[0]], frame.at[place, time]
        try:
            day = datetime.date.fromisoformat(moment)
        except ValueError:  # a year, or no date: told where the schema asks for one
            continue
        near = {str((day + datetime.timedelta(days)).year) for days in (-1, 0, 1)}
        if year_of(number) and year_of(number) not in near:
            expected = f"the year of its date ({moment}) within the key"
            found.append((*rows[place], key[0], number, expected))
    return found


def _worded(found: list[Fault]) -> list[str]:
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
        told = reading.describe(batch.file, line, shown, cell, note)
        worded.append((line or 0, told))
    return [told for _, told in sorted(worded)]
