"""SIPRI's tables of TIV: what each country imported or exported in all, by year."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from iran_russia import datasets
from iran_russia.importers import reading, sipri
from iran_russia.importers.reading import Download, Layout, Opened, Refused

if TYPE_CHECKING:
    from pathlib import Path

    import ibis

KIND = "sipri-tiv"
TITLE = "SIPRI's table of TIV by recipient or by supplier, of the whole world (CSV)"
ENCODINGS = sipri.ENCODINGS
COLUMNS = {"Recipient": "text!", "Supplier": "text!"}
HEADERS = (
    ["Recipient", "Percentage", "Sum total years", "Percentage of total"],
    ["Supplier", "Percentage", "Sum total years", "Percentage of total"],
)
ORIGIN = {"tiv_millions": "the column of the year", "country_iso3": "Recipient or Supplier"}
_FLOWS = {"Recipient": "imports", "Supplier": "exports"}
_WORLD = {"imports": "Total world import", "exports": "Total world export"}
"""What the last line is called where the table is of the whole world."""


def recognise(file: Opened) -> Layout | None:
    """Find the header below the notes.

    Raises:
        Refused: the layout is the old one, which does not say what it is of.
    """
    if file.kind != "text":
        return None
    for country in _FLOWS:
        layout = file.find({country, "Sum total years"}) or file.find({country, "Percentage"})
        if layout and _years(layout):
            return layout
    _refuse_the_old_layout(file)
    return None


def _refuse_the_old_layout(file: Opened) -> None:
    layout = file.find({"Country", "Total"}) or file.find({"", "Total"})
    if layout and len(_years(layout)) == len(layout.names) - 2:
        raise Refused(
            [
                f"{file.name}, line {layout.above + 1}: found the old layout of SIPRI's tables of "
                "TIV (a country, years, Total), which does not say whether it holds imports or "
                "exports, nor of which partners; expected the columns Recipient or Supplier, "
                "years, Sum total years; export the table again from the database"
            ]
        )


def _years(layout: Layout) -> list[str]:
    return [n for n in layout.names if re.fullmatch(r"\d{4}", n)]


def unpack(opened: Opened, layout: Layout, folder: Path) -> Download:
    """Look whether the table is of the whole world, as its line of totals says.

    Raises:
        Refused: it is of one partner, or nothing says that it is not.
    """
    file = reading.make_ready(opened, layout, folder, ENCODINGS)
    try:
        lines = [(n, record[0].strip()) for n, record in reading.records(file) if record]
    except csv.Error as error:
        raise Refused([f"{file.name}: cannot be read ({error}); a quote does not close"]) from None
    totals = [(number, name) for number, name in lines if re.match(r"total\b", name, re.I)]
    flow = _FLOWS[file.layout.names[0]]
    wanted = _WORLD[flow]
    if [sipri.plain(name) for _, name in totals] != [sipri.plain(wanted)]:
        found = " and ".join(f"{name!r} (line {number})" for number, name in totals) or "none"
        raise Refused(
            [
                f"{file.name}: found the line of totals {found}, expected one, {wanted!r}, at the "
                f"end: a table of one partner does not give the {flow} of a country; export the "
                "table for all suppliers and all recipients, one table a file"
            ]
        )
    years = _years(file.layout)
    file.coverage = f"{flow} of all countries, {years[0]} to {years[-1]}"
    named = {sipri.plain(name) for _, name in lines}
    codes = _wanted(file)
    missing = set(codes.values()) - {code for name, code in codes.items() if name in named}
    if missing:
        file.said.append(f"No line of {', '.join(sorted(missing))} is in the table.")
    return file


def _wanted(file: Download) -> dict[str, str]:
    """Return the countries of the table of the book that the file may name, with their codes."""
    held = datasets.load("arms_tiv_official")
    codes = set(held.loc[held["flow"] == _FLOWS[file.layout.names[0]], "country_iso3"])
    return {name: code for name, code in sipri.countries().items() if code in codes}


def columns(file: Download) -> dict[str, str]:
    """A column for the country and one for each year."""
    return {file.layout.names[0]: "text!"} | dict.fromkeys(_years(file.layout), "number")


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Totals of a country by year."""
    import ibis

    country, names = file.layout.names[0], _wanted(file)
    long = t.pivot_longer(_years(file.layout), names_to="year", values_to="tiv")
    # As sipri.plain does it.
    plain = long[country].re_replace(r"\s+", " ").lower()
    long = long.filter(plain.isin(list(names)) & long.tiv.notnull())
    return {
        "arms_tiv_official": long.select(
            year="year",
            country_iso3=plain.cases(*names.items()),
            flow=ibis.literal(_FLOWS[country]),
            tiv_millions="tiv",
            _key="_key",
        )
    }


def source(file: Download) -> dict[str, str]:
    """The export is the day named above the header."""
    return sipri.source(file, "table of annual TIV totals", "_tiv")
