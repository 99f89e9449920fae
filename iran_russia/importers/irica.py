"""Iranian customs (IRICA): yearly workbooks by country and tariff line.

Headers and the names of sheets vary from year to year; columns are found by what their headers
mean. Lines of one tariff line, split by customs office, are added up. What covers less than a year,
or one group of goods, is refused: a row of the table is known by its year, direction and tariff
line, so that a part would stand where the whole belongs.

The files of 1371 to 1402 that the repository ``ReJo76/Gomrok-Prediction`` keeps are named by the
year, say exports or imports by their folder, and have one sheet, or two where one is full
(``Code/Cleaning.do`` there: ``Sheet 1`` and ``Sheet 2``, columns ``year``, ``gomrok``,
``country``, ``code``, ``desc``, ``weight``, ``rial``, ``dollar``, totals in a line named جمع).
Persian headers stand in copies that other repositories read.
"""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pandas as pd
from ibis import _

from iran_russia import datasets
from iran_russia.importers import irica_words as words
from iran_russia.importers import workbook
from iran_russia.importers.reading import (
    Download,
    Layout,
    Opened,
    Refused,
    _short,
    new_copy,
    pluralised,
)

if TYPE_CHECKING:
    from iran_russia.importers.reading import Batch

KIND = "irica"
TITLE = "a workbook of the Iranian customs by country and tariff line (.xls, .xlsx, .xlsb, .ods)"
COLUMNS = dict.fromkeys(("year", "flow", "code", "name", "weight", "rial", "dollar"), "text")
"""All text: their cells are checked where it is known what they are, a number, a text or a day."""
ORIGIN = {
    "year": "سال",
    "iranian_year": "سال",
    "hs_code": "تعرفه",
    "hs_chapter": "تعرفه",
    "value_usd": "ارزش دلاری",
    "value_irr": "ارزش ریالی",
    "weight_kg": "وزن",
    "name_fa": "شرح تعرفه",
}

_NUMBERS = ("weight", "rial", "dollar")
_NEEDED = {
    "country": "country",
    "code": "tariff code",
    "weight": "weight",
    "rial": "value in rials",
    "dollar": "value in dollars",
}
_MOST = 18
"""Digits of the largest number: all that a table of whole numbers can hold."""
_TOP = 30
"""Rows of a sheet among which its header stands."""
_NATIONAL = 4
"""Zeros that a tariff line of the national tariff may have lost."""
_FULL = 65_536
"""Rows of a full sheet of the old format; what does not fit goes on in the next sheet."""
_LIGHT = 10_000
"""Dollars up to which goods may weigh less than half a kilogram, which whole kilograms show as 0.

Of 56,473 lines of the exports of 1402 there are 42 of 0 kg: saffron, reagents, medicines, none
worth more than 5,601 dollars.
"""
_WANTED = "the yearly workbook by country and tariff line, with the columns country, tariff code, "
_WANTED += "weight, value in rials and value in dollars; import that one"


@dataclass
class Line:
    """A line of Russia, its cells as the sheet has them."""

    row: int
    """From 0."""
    cells: dict[str, object]
    year: str = ""
    flow: str = ""
    code: str = ""
    numbers: tuple[Decimal, ...] = ()
    weighed: bool = True
    """Whether the weight is one; 0 beside goods of some value means that it is not known."""


@dataclass
class Listing:
    """The lines of one sheet."""

    sheet: workbook.Sheet
    top: list[list]
    """Its first rows."""
    first: int
    """Row of the first line, from 0."""
    columns: dict[str, words.Column]
    headed: bool
    """Whether the sheet has a header of its own; else it goes on from the one before."""
    flow: str = ""
    year: str = ""
    years: dict[str, list[str]] = field(default_factory=dict)
    """Iranian years that the title and the name of the sheet name, by which of them."""
    gregorian: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    codes: Counter = field(default_factory=Counter)
    """Lines of all countries by the cell of the year and the digits of the code."""
    chapters: set[str] = field(default_factory=set)
    months: dict[object, set] = field(default_factory=dict)
    """Cells of a column of months by the cell of the year."""
    offices: set[object] = field(default_factory=set)
    dollars: float = 0
    total: float = 0
    """Dollars of the line that adds up all others, the largest of such lines."""
    seen: int = 0
    """Lines of all countries."""

    @property
    def titles(self) -> list[str]:
        """Return the rows above the header, each as one text."""
        above = self.top[: self.first - 1] if self.headed else []
        return [t for row in above if (t := " ".join(str(c) for c in row if c != ""))]

    def add_total(self, cell: object) -> None:
        """Keep the largest of the lines that add up others: there may be sums of some, too."""
        if isinstance(cell, int | float):
            self.total = max(self.total, cell)


@dataclass(kw_only=True)
class Book(Layout):
    """The layout of the lines that are written, and the sheets that they are taken from."""

    sheets: list[workbook.Sheet]
    """Parsed once, when the format is looked for."""


def recognise(file: Opened) -> Book | None:
    """A workbook with a sheet that has the columns.

    Raises:
        Refused: a workbook without: no other format comes as one, so that it is told what it is.
    """
    if file.kind not in workbook.KINDS:
        return None
    sheets = workbook.sheets(file.path)
    if not any(_header(sheet.top(_TOP)) for sheet in sheets):
        raise Refused([_other_layout(file, sheets)])
    return Book(list(COLUMNS), sheets=sheets)


def _header(rows: list[list]) -> tuple[int, dict[str, list[words.Column]]] | None:
    """Find the row of the header and the columns that may be meant, the surest first."""
    for number, meant in _meanings(rows):
        if meant.keys() >= _NEEDED.keys():
            return number, meant
    return None


def _meanings(rows: list[list]) -> Iterator[tuple[int, dict[str, list[words.Column]]]]:
    for number, row in enumerate(rows):
        meant: dict[str, list[words.Column]] = {}
        for place, cell in enumerate(row):
            column = words.column(cell)
            if column:
                column.place = place
                meant.setdefault(column.meaning, []).append(column)
        for columns in meant.values():
            columns.sort(key=lambda c: (bool(c.unknown), c.rank))
        yield number, meant


def _other_layout(file: Opened, sheets: list[workbook.Sheet]) -> str:
    """Say what a workbook of another layout is, and which one is wanted."""
    best: dict[str, list[words.Column]] = {}
    where, name = 0, ""
    for sheet in sheets:
        for number, meant in _meanings(sheet.top(_TOP)):
            if len(meant.keys() & _NEEDED.keys()) > len(best.keys() & _NEEDED.keys()):
                best, where, name = meant, number, sheet.name
    if len(best.keys() & _NEEDED.keys()) < 2:
        filled = next((s for s in sheets if s.length), None)
        if not filled:
            return f"{file.name}: found no filled sheet, expected {_WANTED}"
        number = filled.start[0]
        first = " ".join(str(c) for c in filled.top(number + 1)[-1] if c != "")
        return (
            f"{file.name} › {filled.name}, line {number + 1}: found {_short(first)}, expected "
            f"{_WANTED} (new-table makes a table of any other workbook)"
        )
    missing = [title for column, title in _NEEDED.items() if column not in best]
    kind = "a workbook"
    if "code" not in best:
        kind = "a table by country without tariff lines"
    elif "country" not in best:
        kind = "a table by tariff line without countries"
    titles = ", ".join(c[0].title for c in sorted(best.values(), key=lambda c: c[0].place))
    return (
        f"{file.name} › {name}, line {where + 1}: found {kind} (columns {titles}; missing: "
        f"{', '.join(missing)}), expected {_WANTED}"
    )


def unpack(file: Opened, layout: Book, folder: Path) -> Download:
    """Write the lines of Russia as a table with the seven columns, each at the line of its sheet.

    Raises:
        Refused: the workbook holds a part of a year or some goods only, or a line does not say
            what it means; one line a problem.
    """
    listings, problems = _listings(file, layout.sheets)
    _refuse(problems)
    for listing in listings:
        # Of a hidden sheet nothing is taken.
        _scan(listing, file, [] if listing.sheet.hidden else problems)
    _refuse(problems)
    listings = _without_hidden(listings, file)
    _refuse(_parts(listings, file))
    for listing in listings:
        _resolve(listing, listings, file, problems)
    _refuse(problems)
    _once(listings, file, problems)
    _refuse(problems)
    if not any(listing.lines for listing in listings):
        told = ", ".join(pluralised(n, reason) for reason, n in file.left_out.items())
        raise Refused(
            [
                f"{file.name}: found no line of Russia among "
                + pluralised(sum(t.seen for t in listings), "lines")
                + (f" (left out: {told})" if told else "")
                + ", expected at least one, whose country is روسیه, فدراسیون روسیه or Russia"
            ]
        )
    _tell(listings, file)
    return _written(listings, file, folder)


def _say(file: Opened, told: str) -> None:
    if told not in file.said:
        file.said.append(told)


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Refused(problems)


def _listings(file: Opened, sheets: list[workbook.Sheet]) -> tuple[list[Listing], list[str]]:
    """Find the sheets with lines: those with a header, and those that go on without one."""
    listings: list[Listing] = []
    problems: list[str] = []
    for sheet in sheets:
        top = sheet.top(_TOP)
        found = _header(top)
        faults = [] if sheet.hidden else problems
        last = next((t for t in reversed(listings) if not t.sheet.hidden), None)
        if found:
            number, meant = found
            columns = _chosen(meant, f"{file.name} › {sheet.name}, line {number + 1}", faults)
            listings.append(Listing(sheet, top, number + 1, columns, headed=True))
        elif last and _goes_on(top, last.columns):
            listings.append(Listing(sheet, top, 0, last.columns, headed=False))
        elif sheet.length:
            file.said.append(
                f"the sheet «{sheet.name}» holds no lines by country and tariff line; left out"
            )
            continue
        else:
            continue
        if not problems:
            _place(listings[-1], last, file, faults)
    return listings, problems


def _chosen(meant: dict[str, list], where: str, problems: list[str]) -> dict[str, words.Column]:
    """Take the surest column of each meaning; refuse two as sure, and units not known."""
    chosen = {}
    for meaning, columns in meant.items():
        best = chosen[meaning] = columns[0]
        named = _NEEDED.get(meaning, meaning)
        same = [c for c in columns if (c.unknown == (), c.rank) == (best.unknown == (), best.rank)]
        if best.unknown:
            problems.append(
                f"{where}, column {best.title}: found {', '.join(best.unknown)} in the header, "
                f"expected the {named} with a unit that is known, such as "
                f"{'وزن (کیلوگرم), وزن (تن)' if meaning == 'weight' else 'ارزش (میلیون ریال)'}"
                "; write the header so"
            )
        elif len(same) > 1 and meaning != "name":
            problems.append(
                f"{where}: found {len(same)} columns that may be the {named} "
                f"({', '.join(c.title for c in same)}), expected one; delete the other"
            )
    return chosen


def _goes_on(rows: list[list], columns: dict[str, words.Column]) -> bool:
    """Whether a sheet without a header holds lines as the sheet before it."""
    at = {name: column.place for name, column in columns.items()}
    for row in rows:
        if len(row) > max(at.values()) and re.fullmatch(r"\d{5,10}", _digits(row[at["code"]])):
            numbers = [re.fullmatch(r"[\d.,٬،]+", words.plain(row[at[c]])) for c in _NUMBERS]
            if all(numbers) and isinstance(row[at["country"]], str):
                return True
    return False


def _place(listing: Listing, last: Listing | None, file: Opened, problems: list[str]) -> None:
    """Read from titles, sheet and file in which direction and year the lines of a sheet are."""
    where = f"{file.name} › {listing.sheet.name}"
    title = " ".join(map(words.without_dates, listing.titles))
    stem = file.path.stem
    texts = {"the title of the sheet": title, "the name of the sheet": listing.sheet.name}
    named = texts | {"the name of the file": stem}
    for place, text in named.items():
        unit = words.units(text.replace("_", " "))
        if unit:
            problems.append(
                f"{where}: found the unit {unit!r} in {place}, "
                "expected units in the headers of their columns, such as ارزش (هزار دلار); write "
                "them there and nowhere else"
            )
    headers = " ".join(listing.columns[c].title for c in _NUMBERS) if listing.headed else ""
    said = {
        place: flow
        for place, text in ({"the headers": headers} | named).items()
        if len(flow := words.flows(text)) == 1
    }
    if len(set().union(*said.values())) > 1:
        problems.append(
            f"{where}: found {', '.join(f'{min(flow)} in {place}' for place, flow in said.items())}"
            ", expected one direction; mend the wrong one"
        )
    inherited = (
        {"the sheet before": {last.flow}} if last and last.flow and not listing.headed else {}
    )
    folder = words.flows(file.path.parent.name)
    for flow in [*(said | inherited).values(), *([folder] if len(folder) == 1 else [])]:
        [listing.flow] = flow
        break
    if not listing.flow and "flow" not in listing.columns:
        problems.append(
            f"{where}: found neither exports nor imports in the title, the sheet or the name, "
            "expected one of them; put 'export' or 'import' into the name of the file"
        )
    for place, text in texts.items():
        years = words.year(text)[0].split()
        if years:
            listing.years[place] = years
        listing.gregorian |= words.gregorian(text)
    for text, alone in [(title, False), (listing.sheet.name, True), (stem, True)]:
        listing.year, short = words.year(text, alone=alone)
        if listing.year:
            if short:
                _say(file, f"the year {short} is read as {listing.year}")
            break
        if text == listing.sheet.name and not listing.headed and last and last.year:
            listing.year = last.year
            break


def _scan(listing: Listing, file: Opened, problems: list[str]) -> None:
    """Go through the lines of a sheet once: take those of Russia, count what is left out.

    Sixty thousand lines of other countries pass here: nothing is cleaned that is not needed.
    """
    above = listing.sheet.above()
    merged: dict[int, list] = {first: [] for first in above.values()}
    at = {name: column.place for name, column in listing.columns.items()}
    country_at, code_at, dollar_at = at["country"], at["code"], at["dollar"]
    year_at, month_at, office_at = at.get("year"), at.get("month"), at.get("office")
    where = f"{file.name} › {listing.sheet.name}"
    header = listing.top[listing.first - 1] if listing.headed else None
    strange = _strange(header)
    left: Counter[str] = Counter()
    lengths, dollars = listing.codes, 0.0
    for number, row in enumerate(listing.sheet.rows()):
        if number in merged:
            merged[number] = row
        if number < listing.first:
            continue
        if above:
            row = _filled(row, number, above, merged, [at[c] for c in _NUMBERS])
        country = row[country_at]
        what = words.country(country)
        if what == "blank":
            _without_country(listing, number, row, where, problems)
            continue
        code, value = row[code_at], row[dollar_at]
        text = code if code.__class__ is str and code.isdecimal() else _digits(code)
        if what == "other" and not text.isdecimal():
            if row != header:
                _note(listing, number, row, where, problems)
            if code == "" or row == header:
                continue
        if what == "total":
            listing.add_total(value)
            continue
        listing.seen += 1
        year = row[year_at] if year_at is not None else ""
        lengths[year, len(text)] += 1
        listing.chapters.add(text[:2])
        if value.__class__ is float or value.__class__ is int:
            dollars += value
        if month_at is not None:
            listing.months.setdefault(year, set()).add(row[month_at])
        if office_at is not None:
            listing.offices.add(row[office_at])
        if what == "like":
            left[f"lines of «{' '.join(str(country).split())}»"] += 1
        elif what == "russia" and not text.isdecimal() and _is_total(row):
            left["lines with a sum of Russia"] += 1
        elif what == "russia":
            listing.lines.append(Line(number, {name: row[place] for name, place in at.items()}))
            _undeclared(strange, number, row, where, problems)
    listing.dollars = dollars
    if not listing.sheet.hidden:
        for reason, n in left.items():
            file.left_out[reason] = file.left_out.get(reason, 0) + n


def _filled(
    row: list,
    number: int,
    above: dict[tuple[int, int], int],
    merged: dict[int, list],
    numbers: list[int],
) -> list:
    """Fill cells of merged ranges from the first row of each; a number stands for one line only."""
    return [
        merged[above[number, place]][place]
        if cell == "" and (number, place) in above and place not in numbers
        else cell
        for place, cell in enumerate(row)
    ]


def _strange(header: list | None) -> dict[int, str]:
    """Return the columns whose headers mean nothing known, by their place."""
    return {
        place: " ".join(str(cell).split())
        for place, cell in enumerate(header or ())
        if not words.column(cell)
    }


def _undeclared(
    strange: dict[int, str], number: int, row: list, where: str, problems: list[str]
) -> None:
    """Refuse a direction, a month, a day or a unit under a header that says nothing of it."""
    for place, title in list(strange.items()):
        wanted = words.undeclared(row[place])
        if wanted:
            del strange[place]
            problems.append(
                f"{where}, line {number + 1}, column {title or workbook.cell_name(0, place)[:-1]}: "
                f"found {_short(str(row[place]))}, expected such cells under the header {wanted}, "
                "which says what they are; write the header so"
                if wanted != "تاریخ"
                else f"{where}, line {number + 1}, column "
                f"{title or workbook.cell_name(0, place)[:-1]}: found {_short(str(row[place]))}, "
                "expected no days, as the table's years are whole; delete the column where its "
                "days cover the year"
            )


def _is_total(row: list) -> bool:
    return any(isinstance(cell, str) and words.country(cell) == "total" for cell in row)


def _without_country(
    listing: Listing, number: int, row: list, where: str, problems: list[str]
) -> None:
    """Pass over blank rows, totals and notes; refuse a line whose country is not said."""
    at = {name: column.place for name, column in listing.columns.items()}
    code, country = row[at["code"]], row[at["country"]]
    if _is_total(row) or (code == "" and all(c == "" or not isinstance(c, str) for c in row)):
        listing.add_total(row[at["dollar"]])
    elif code == "":
        _note(listing, number, row, where, problems)
    else:
        problems.append(
            f"{where}, line {number + 1}, column {listing.columns['country'].title}: found "
            + (
                f"{_short(str(country))}, expected the name of "
                if country != ""
                else "'' (a blank cell or an error such as #N/A), expected "
            )
            + "a country; fill it in"
        )


def _note(listing: Listing, number: int, row: list, where: str, problems: list[str]) -> None:
    """Pass over a row of words; refuse one that changes what the lines are, or begins a table."""
    cells = [cell for cell in row if isinstance(cell, str) and cell != ""]
    text = " ".join(cells)
    flows, (year, _) = words.flows(text), words.year(text)
    other_flow = len(flows) == 1 and listing.flow and flows != {listing.flow}
    held = [c.title for c in map(words.column, row) if c]
    other_year = year and listing.year and year != listing.year
    some = words.part(text) or words.group(text) or next(filter(None, map(words.units, cells)), "")
    if other_flow or len(held) >= len(_NEEDED) or other_year:
        problems.append(
            f"{where}, line {number + 1}: found {_short(text)} below the lines, where another "
            "table seems to begin, expected one table a sheet; put each on a sheet of its own"
        )
    elif some:
        problems.append(
            f"{where}, line {number + 1}: found {some!r} in {_short(text)} below the header, "
            "expected units in the headers of their columns, and a whole year of all goods; mend "
            "the headers, or import the workbook of the whole year, and delete the row"
        )


def _without_hidden(listings: list[Listing], file: Opened) -> list[Listing]:
    """Leave out hidden sheets, of which a reader of the workbook sees nothing; say so."""
    shown = [listing for listing in listings if not listing.sheet.hidden]
    if not shown:
        raise Refused(
            [
                f"{file.name}: found lines in hidden sheets only "
                f"({', '.join(t.sheet.name for t in listings)}), expected a sheet that is shown; "
                "unhide the one to import"
            ]
        )
    for listing in listings:
        if listing.sheet.hidden:
            file.said.append(f"the sheet «{listing.sheet.name}» is hidden; left out")
            if listing.lines:
                reason = f"lines of Russia in the hidden sheet «{listing.sheet.name}»"
                file.left_out[reason] = len(listing.lines)
    return shown


def _parts(listings: list[Listing], file: Opened) -> list[str]:
    """Say why the workbook is not the whole of a year: some months, goods or places only."""
    told = []
    stem = file.path.stem.replace("_", " ")
    for listing in listings:
        where = f"{file.name} › {listing.sheet.name}"
        texts = [*((t, True) for t in listing.titles), (listing.sheet.name, False), (stem, False)]
        for text, title in texts:
            some = words.part(text)
            if some:
                told.append(
                    f"{where}: found {some!r} in {_short(text)}, a part of a year, expected a "
                    "whole year of the Iranian calendar, as the table's years are; import the "
                    "workbook of all twelve months"
                )
                break
            goods = words.group(text, title=title)
            if goods:
                told.append(
                    f"{where}: found {goods!r} in {_short(text)}, which seems to be one group of "
                    "goods or one place, expected the trade in all goods; import the workbook of "
                    "all goods (where this is it, take the words out of its title)"
                )
                break
    # Months may be spread over sheets.
    held: dict[object, set[int]] = {}
    for listing in listings:
        for year, cells in listing.months.items():
            held.setdefault(year, set()).update(map(words.month, cells))
    for months in held.values():
        quarters = "فصل" in listings[0].columns["month"].title or "quarter" in (
            listings[0].columns["month"].title.lower()
        )
        if months != set(range(1, 5 if quarters else 13)):
            found = ", ".join(str(m) if m else "none" for m in sorted(months))
            told.append(
                f"{file.name}, column {listings[0].columns['month'].title}: found "
                f"{'quarters' if quarters else 'months'} {found}, expected all of a year, as the "
                "table's years are whole; import the workbook of all twelve months"
            )
    return told


def _resolve(listing: Listing, listings: list[Listing], file: Opened, problems: list[str]) -> None:
    """Give every line its year, direction, tariff line and numbers."""
    # Once a year and not once a line: both look into the book.
    digits_of = cache(lambda year: (_digits_of(year, listings), _zeros_lost(year)))
    own = [*listing.titles, listing.sheet.name]
    only_named = not any(len(words.flows(text)) == 1 for text in own)
    where = f"{file.name} › {listing.sheet.name}"

    def fault(line: Line, column: str, expected: str) -> None:
        problems.append(_fault(line, column, expected, listing, where))

    for line in listing.lines:
        column = "year"
        try:
            line.year = _year(line, listing, file)
            if words.other_unit(line.cells.get("unit", "")):
                fault(line, "unit", "کیلوگرم, with rials and dollars; give each unit a column")
            column = "flow"
            line.flow = _flow(line, listing, only_named=only_named)
        except ValueError as error:
            fault(line, column, str(error))
            continue
        try:
            line.code = _code(line, *digits_of(line.year), file)
        except ValueError as error:
            fault(line, "code", str(error))
        numbers = []
        for column in _NUMBERS:
            try:
                numbers.append(_number(line.cells[column], column) * listing.columns[column].factor)
            except ValueError as error:
                fault(line, column, str(error))
        line.numbers = tuple(numbers)
        if len(numbers) == len(_NUMBERS) and not numbers[0] and (numbers[1] or numbers[2]):
            # Tonnes and more round away what has a value.
            line.weighed = numbers[2] <= _LIGHT and listing.columns["weight"].factor <= 1


def _fault(line: Line, column: str, expected: str, listing: Listing, where: str) -> str:
    """Word what is wrong with a cell of a line."""
    title = listing.columns[column].title if column in listing.columns else column
    found = line.cells.get(column, "")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    shown = _short(found if isinstance(found, str) else str(found))
    if found == "":
        expected += " (the cell is blank or an error such as #DIV/0!)"
    return f"{where}, line {line.row + 1}, column {title}: found {shown}, expected {expected}"


def _year(line: Line, listing: Listing, file: Opened) -> str:
    """Return the Iranian year of a line, as its cell says or else the title or a name.

    Raises:
        ValueError: what was expected.
    """
    year, short = words.year_of_cell(line.cells.get("year", ""))
    if short:
        _say(file, f"the year {short} is read as {year}")
    year = year or listing.year
    if len(year) != 4:
        found = f" (named are {year})" if year else ""
        raise ValueError(f"the year of the line, here or in the title{found}")
    for place, years in listing.years.items():
        if year not in years:
            raise ValueError(f"{' '.join(years)}, as {place} says; mend one of them")
    if not words.FIRST <= int(year) <= words.LAST:
        raise ValueError(f"a year from {words.FIRST} to {words.LAST}")
    if listing.gregorian and listing.gregorian.isdisjoint({int(year) + n for n in (621, 622)}):
        named = ", ".join(map(str, sorted(listing.gregorian)))
        raise ValueError(f"a year that begins in {named}, as the title says; mend one")
    return year


def _flow(line: Line, listing: Listing, *, only_named: bool) -> str:
    """Return the direction of a line, as its cell says or else its sheet does.

    Args:
        line: the line.
        listing: that it is of.
        only_named: whether that has its direction from headers and names only, which a column
            may contradict.

    Raises:
        ValueError: what was expected.
    """
    if "flow" not in listing.columns:
        return listing.flow
    cell = str(line.cells["flow"])
    flows = words.flows(cell)
    if len(flows) != 1 or words.group(cell):
        raise ValueError("صادرات or واردات")
    [flow] = flows
    if flow != listing.flow and listing.flow and not only_named:
        raise ValueError(f"{listing.flow}, as the title or the sheet says; mend one")
    return flow


def _digits_of(year: str, listings: list[Listing]) -> int:
    """Return the digits of the tariff lines of a year: as the book has them, else as most lines."""
    held = datasets.load("trade_goods")
    held = held.loc[held["iranian_year"] == int(year), "hs_code"]
    if len(held):
        return int(held.str.len().max())
    lengths: Counter = Counter()
    for listing in listings:
        for (cell, length), n in listing.codes.items():
            try:
                own = words.year_of_cell(cell)[0] or listing.year
            except ValueError:
                continue
            if own == year:
                # A code that lost its zero has an odd number of digits.
                lengths[length + length % 2] += n
    best = max(lengths, key=lambda length: (lengths[length], length))
    return min(max(best, 6), 10)


def _digits(cell: object) -> str:
    """Return the text of a code; points and blanks between its digits are not part of it."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | str) or _raised(cell):
        return "?"
    text = words.plain(cell)
    return re.sub("[. ]", "", text) if re.fullmatch(r"\d{2,4}([. ]\d{2,4})+", text) else text


def _raised(cell: object) -> bool:
    """Whether a text has raised digits or fractions, which are no digits of its number."""
    return any(unicodedata.category(c) == "No" for c in str(cell))


def _zeros_lost(year: str) -> int:
    """Return how many zeros a tariff line of a year may have lost.

    A code of the Harmonized System loses one at most, since there is no chapter 00; those of the
    national tariff before it may lose more.
    """
    return _NATIONAL if _revision(year) == "national_pre_HS" else 1


def _code(line: Line, digits: int, most: int, file: Opened) -> str:
    """Return the tariff line with the zeros that it lost, at most so many.

    Raises:
        ValueError: what was expected.
    """
    code = _digits(line.cells["code"])
    lost = digits - len(code)
    if not code.isdecimal() or lost < 0 or lost > most:
        raise ValueError(
            f"a tariff line of {digits} digits, as the others of {line.year}; mend it, or import "
            "the workbook that has them all"
        )
    if lost and isinstance(line.cells["code"], str):
        _say(file, f"tariff lines of {line.year} that are too short get back their leading zeros")
    return code.zfill(digits)


def _number(cell: object, column: str) -> Decimal:
    """Return the number of a cell; a text is one with or without separators of thousands.

    Raises:
        ValueError: what was expected.
    """
    expected = "a whole number" if column == "rial" else "a number"
    if isinstance(cell, str):
        text = "" if _raised(cell) else words.plain(cell)
        if re.fullmatch(r"\d{1,3}([,٬،]\d{3})+([.]\d+)?", text):
            text = re.sub("[,٬،]", "", text)
        if not re.fullmatch(r"-?\d+([.]\d+)?", text):
            raise ValueError(expected)
        number = Decimal(text)
        if number >= 10**_MOST:
            raise ValueError(f"{expected} of at most {_MOST} digits")
    elif isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError(f"{expected}, not a {type(cell).__name__.replace('bool', 'truth value')}")
    # Turned round, so that what is no number is not below it.
    elif not abs(cell) < workbook.EXACT:
        raise ValueError(
            f"{expected} of at most 15 digits, as the workbook holds no more; store it as text"
        )
    else:
        number = Decimal(repr(cell))
    if number < 0:
        raise ValueError(f"{expected} of at least 0")
    return number


def _once(listings: list[Listing], file: Opened, problems: list[str]) -> None:
    """Count once what stands on several sheets: a copy, an extract of Russia, sums of an extract.

    Lines of one tariff line on two sheets are added up where the second goes on from the first,
    or where their customs offices differ; where the sheets say different things they are refused.
    """
    by_office = all("office" in listing.columns for listing in listings)
    kept: dict[tuple, list[tuple[Listing, Line]]] = {}
    for place, listing in enumerate(listings):
        goes_on = place and (not listing.headed or listings[place - 1].sheet.length >= _FULL)
        groups: dict[tuple, list[Line]] = {}
        for line in listing.lines:
            office = words.plain(line.cells["office"]) if by_office else ""
            groups.setdefault((line.year, line.flow, line.code, office), []).append(line)
        again: dict[str, int] = {}
        for key, lines in groups.items():
            earlier = kept.setdefault(key, [])
            other = earlier[0][0].sheet.name if earlier else ""
            left = Counter(line.numbers for _, line in earlier)
            fresh = []
            for line in lines:
                if left[line.numbers] > 0:
                    left[line.numbers] -= 1
                else:
                    fresh.append(line)
            sums = [
                [sum(column) for column in zip(*(line.numbers for line in some), strict=True)]
                for some in (lines, [line for _, line in earlier])
            ]
            if earlier and sums[0] == sums[1]:
                fresh = []
            contained = len(fresh) < len(lines) and (not fresh or not +left)
            if earlier and not goes_on and not contained and fresh:
                problems.append(
                    f"{file.name} › {listing.sheet.name}, line {lines[0].row + 1}: found {key[2]} "
                    f"of {key[0]} with other values than in the sheet {other}, expected the same "
                    "or none; delete the sheet that is not wanted"
                )
            if len(fresh) < len(lines):
                again[other] = again.get(other, 0) + len(lines) - len(fresh)
            earlier += [(listing, line) for line in fresh]
        for other, n in again.items():
            file.left_out[f"lines of the sheet «{listing.sheet.name}» also in «{other}»"] = n
    taken = {id(line) for lines in kept.values() for _, line in lines}
    for listing in listings:
        listing.lines = [line for line in listing.lines if id(line) in taken]


def _tell(listings: list[Listing], file: Opened) -> None:
    """Say what the workbook covers and what was made of it."""
    lines = [line for listing in listings for line in listing.lines]
    flows = sorted({line.flow for line in lines})
    years = sorted({line.year for line in lines})
    covered = f"{' and '.join(f'{flow}s' for flow in flows)} of {' and '.join(years)}"
    covered += ", 12 months" if any(listing.months for listing in listings) else ""
    file.coverage = covered + (f", {len(listings)} sheets" if len(listings) > 1 else "")
    for listing in listings:
        for column in (listing.columns[c] for c in _NUMBERS):
            if column.factor != 1:
                _say(file, f"column {column.title}: numbers times {int(column.factor):,}")
        if listing.columns["weight"].rank == 2:
            _say(file, f"weight is gross: column {listing.columns['weight'].title}")
        if listing.total > 0 and len(listings) == 1:
            share = listing.dollars / listing.total
            if abs(share - 1) > 0.001:
                file.said.append(
                    f"the lines of all countries add up to {share:.1%} of the line of totals in "
                    "dollars"
                )
        if listing.seen >= 20 and len(listing.chapters) == 1:
            file.said.append(
                f"all {listing.seen:,} lines are in chapter {min(listing.chapters)}: one group of "
                "goods?"
            )
    if len(offices := set().union(*(listing.offices for listing in listings))) == 1 and (
        sum(listing.seen for listing in listings) >= 20
    ):
        file.said.append(
            f"all lines are of one customs office, {min(map(str, offices))}: one place?"
        )
    _tell_zeros(lines, file)
    named = words.year(file.path.stem)[0].split()
    if named and not set(years) <= set(named):
        _say(
            file,
            f"the name of the file says {' and '.join(named)}, its lines {' and '.join(years)}",
        )
    broken = sum(line.numbers[1] % 1 != 0 for line in lines)
    if broken:
        file.said.append(f"rials with a fraction in {broken} lines; their sums are rounded")


def _tell_zeros(lines: list[Line], file: Opened) -> None:
    """Say how many lines have 0 where there must be something."""
    light = sum(line.weighed and not line.numbers[0] for line in lines)
    if light:
        _say(
            file, f"weight 0 beside up to {_LIGHT:,} dollars in {_lines(light)}: below 0.5 kg, kept"
        )
    unknown = sum(not line.weighed for line in lines)
    if unknown:
        _say(file, f"weight 0 in {_lines(unknown)}: not known, their sums are left empty")
    for place, named in ((1, "rials"), (2, "dollars")):
        empty = sum(not line.numbers[place] for line in lines)
        if empty:
            _say(file, f"the value in {named} is 0 in {_lines(empty)}")


def _lines(number: int) -> str:
    return f"{number:,} line{'s' if number != 1 else ''}"


def _written(listings: list[Listing], file: Opened, folder: Path) -> Download:
    """Write the lines, each as far below the start of its sheet as in the workbook."""
    ready, sheets = new_copy(folder), {}
    blank = "," * (len(COLUMNS) - 1) + "\n"
    with ready.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        written = 1
        for listing in listings:
            sheets[written] = listing.sheet.name
            at = 0
            for line in listing.lines:
                stream.write(blank * (line.row - at))
                name = " ".join(str(line.cells.get("name", "")).split())
                numbers = [f"{round(number, 6):f}" for number in line.numbers]
                if not line.weighed:
                    numbers[0] = ""
                writer.writerow([line.year, line.flow, line.code, name, *numbers])
                at = line.row + 1
            written += at
    flows = {line.flow for listing in listings for line in listing.lines}
    return Download(
        **vars(file),
        layout=Layout(list(COLUMNS)),
        ready=ready,
        sheets=sheets,
        flow=min(flows) if len(flows) == 1 else "",
    )


def keep(t: ibis.Table) -> ibis.Value:
    """The lines that were taken; the others are blank."""
    return t.year.notnull() & (t.year != "")


def new_year(iranian_year: int) -> datetime.date:
    """Return the first day of a year of the Iranian calendar, 1343 to 1472.

    Eight years in 33 have a day more (Heydari, 2004); 1402 began on 21 March 2023.
    """
    leap = {1, 5, 9, 13, 17, 22, 26, 30}
    day, step = datetime.date(2023, 3, 21), 1 if iranian_year > 1402 else -1
    for year in range(1402, iranian_year, step):
        whole = year if step > 0 else year - 1
        day += step * datetime.timedelta(365 + (whole % 33 in leap))
    return day


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a tariff line, customs offices added up in decimals, which no engine rounds."""
    lines = (
        t.mutate(**{c: t[c].cast("decimal(38, 6)") for c in _NUMBERS})
        .group_by(["year", "flow", "code"])
        .aggregate(
            name=_.name.min(),
            value_usd=_.dollar.sum(),
            value_irr=_.rial.sum(),
            # With one weight not known the sum is not known.
            weight_kg=_.weight.isnull().any().ifelse(ibis.null("decimal(38, 6)"), _.weight.sum()),
            n_source_rows=_.count(),
            _key=_._key.min(),
        )
    )
    return {"trade_goods": lines, "products": lines.select("year", "code", "name", "_key")}


def _rounded(column: pd.Series, places: int) -> pd.Series:
    """Round sums as the book has them: a half to the even digit."""
    return column.map(
        lambda cell: (
            "" if pd.isna(cell) or cell == "" else f"{round(Decimal(cell), places).normalize():f}"
        )
    )


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Add what follows from year and code."""
    if rows.empty:
        return rows
    revision = rows["year"].map({year: _revision(year) for year in rows["year"].unique()})
    hs6 = rows["code"].str[:6].where(revision != "national_pre_HS", "")
    rows = rows.assign(hs_revision=revision, hs6=hs6)
    return _goods(rows) if table == "trade_goods" else _products(rows, file)


def _goods(rows: pd.DataFrame) -> pd.DataFrame:
    """Make rows of ``trade_goods``."""
    out = rows["flow"] == "export"
    start = {y: new_year(int(y)) for y in rows["year"].unique()}
    day = datetime.timedelta(1)
    return pd.DataFrame(
        {
            "year": [str(start[y].year) for y in rows["year"]],
            "iranian_year": rows["year"],
            "period_start": [start[y].isoformat() for y in rows["year"]],
            "period_end": [(new_year(int(y) + 1) - day).isoformat() for y in rows["year"]],
            "flow": rows["flow"],
            "exporter_iso3": out.map({True: "IRN", False: "RUS"}),
            "importer_iso3": out.map({True: "RUS", False: "IRN"}),
            "reporter_iso3": "IRN",
            "hs_revision": rows["hs_revision"],
            "hs_code": rows["code"],
            "hs6": rows["hs6"],
            "value_usd": _rounded(rows["value_usd"], 2),
            "value_irr": _rounded(rows["value_irr"], 0),
            "weight_kg": _rounded(rows["weight_kg"], 3),
            "n_source_rows": rows["n_source_rows"],
            "valuation": out.map({True: "FOB", False: "CIF"}),
            "_key": rows["_key"],
        }
    )


def _products(rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Make rows of ``products`` for the tariff lines that the book does not know.

    Raises:
        Refused: the workbook does not name them.
    """
    held = datasets.load("products")
    known = set(zip(held["hs_revision"], held["hs_code"], strict=True))
    named = held.dropna(subset=["name_en"]).drop_duplicates(["hs_revision", "hs6"])
    english = named.set_index(["hs_revision", "hs6"])[["name_en", "name_en_source_id"]]
    chapter = rows["hs6"].str[:2]
    frame = pd.DataFrame(
        {
            "hs_revision": rows["hs_revision"],
            "hs_code": rows["code"],
            "name_fa": rows["name"],
            "name_fa_varies": "false",
            "name_fa_cut": "false",
            "hs_level": rows["code"].str.len().astype("str"),
            "hs6": rows["hs6"],
            "hs4": rows["hs6"].str[:4],
            # Codes under 98 are Iran's own and belong to no chapter.
            "hs_chapter": chapter.where(~chapter.isin(["98", "99"]), ""),
            "_key": rows["_key"],
        }
    )
    pairs = pd.MultiIndex.from_arrays([frame["hs_revision"], frame["hs6"]])
    for column in english.columns:
        frame[column] = english[column].reindex(pairs).fillna("").to_numpy()
    pairs = zip(frame["hs_revision"], frame["hs_code"], strict=True)
    new = [pair not in known for pair in pairs]
    fresh = frame[new].drop_duplicates(["hs_revision", "hs_code"])
    if len(fresh) and (fresh["name_fa"] == "").all():
        raise Refused(
            [
                f"{file.name}: found no column with the names of {len(fresh)} tariff line"
                f"{'s' if len(fresh) != 1 else ''} that "
                f"the book does not know ({', '.join(fresh['hs_code'].head(5))}), expected one "
                "such as شرح تعرفه or desc; import the workbook that has it"
            ]
        )
    return fresh


def _revision(year: str) -> str:
    """Return the edition of the Harmonized System of a year: the files do not state it.

    A year that the table does not hold has the edition of the last year before it.
    """
    held = datasets.load("trade_goods").drop_duplicates("iranian_year")
    before = held[held["iranian_year"] <= int(year)].sort_values("iranian_year")
    return before["hs_revision"].iloc[-1] if len(before) else "national_pre_HS"


def notes(table: str, batch: Batch) -> list[str]:
    """Say what was inferred."""
    if table != "trade_goods" or batch.rows.empty:
        return []
    editions = sorted(set(batch.rows["hs_revision"]))
    return [f"edition of the Harmonized System, not stated in the file: {', '.join(editions)}"]


def source(file: Download) -> dict[str, str]:
    """One source a workbook: the files carry no release."""
    flows = f"{file.flow}s" if file.flow else "exports and imports"
    return {
        "source_id": f"irica_{flows.replace(' ', '_')}_{file.digest()[:8]}",
        "title": f"Foreign trade of Iran by country and tariff line, {flows}",
        "publisher": "Islamic Republic of Iran Customs Administration (IRICA)",
        "url": "https://www.irica.ir",
        "vintage": "not stated",
        "licence": "not stated",
        "terms": "Official statistics of a public body; quote with credit to IRICA.",
    }
