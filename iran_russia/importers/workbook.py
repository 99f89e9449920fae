"""Workbooks: .xls, .xlsx, .xlsb and .ods become rows of cells, opened and parsed once.

What python-calamine changes without a word, and what is done about it here and by whoever asks:

- columns count from the first used one: those before it are put back;
- a chart counts among the sheets: only sheets of cells are read; hidden ones are marked;
- an error such as ``#N/A`` is ``''`` like a blank: a cell that must hold something is refused;
- whole numbers are floats in ``.xlsx``: they keep their digits below 2**53 only (:data:`EXACT`);
- blanks at the ends of a part of a text with several formats are lost: names are compared without
  blanks;
- a day before March 1900 depends on the program that wrote it: :func:`text` refuses it;
- a cell far from the others makes the whole rectangle between them, and the process ends where
  memory does not hold it: such a sheet is refused before it is read.
"""

from __future__ import annotations

import datetime
import math
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from iran_russia.importers.reading import Refused

if TYPE_CHECKING:
    import python_calamine

EXACT = 2**53
"""From here on a floating number no longer holds every whole number."""
_CELLS = 40_000_000
"""Cells of the largest sheet that is read: more than a million lines of thirty columns."""
KINDS = ("xls", "xlsx", "xlsb", "ods")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_SURE = datetime.date(1900, 3, 1)


@dataclass
class Sheet:
    """One sheet of cells: text, numbers, truths, days and times; ``''`` where there is nothing."""

    name: str
    hidden: bool
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    """First and last cell of every merged range, each as row and column from 0."""
    start: tuple[int, int]
    """Row and column of the first used cells, from 0."""
    length: int
    """Rows from A1 to the last used cell."""
    cells: python_calamine.CalamineSheet
    """What the library keeps of the sheet, more closely packed than rows are."""

    def rows(self) -> Iterator[list]:
        """Yield every row from A1 on."""
        # The library gives the blank rows above the first used cell, not the columns before it.
        left = [""] * self.start[1]
        for row in self.cells.iter_rows() if self.length else ():
            yield left + row

    def top(self, most: int) -> list[list]:
        """Return as many of the first rows as are asked for."""
        return list(islice(self.rows(), most))

    def above(self) -> dict[tuple[int, int], int]:
        """Return for every cell below the first of a merged range the row of that first cell."""
        return {
            (row, column): first
            for (first, column), (last, _) in self.merged
            for row in range(first + 1, min(last + 1, self.length))
        }


def sheets(path: Path) -> list[Sheet]:
    """Read every sheet of cells of a workbook, whatever its name ends with.

    Raises:
        Refused: the workbook is damaged, locked or too large.
    """
    import python_calamine

    locked = [f"{path.name}: the workbook is locked with a password; save it without one"]
    try:
        _check_size(path)
        found = []
        # By its content, not by the end of its name.
        with (
            path.open("rb") as stream,
            _quiet(),
            python_calamine.load_workbook(stream) as book,
        ):
            for place, about in enumerate(book.sheets_metadata):
                if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_index(place)
                found.append(
                    Sheet(
                        about.name,
                        about.visible is not python_calamine.SheetVisibleEnum.Visible,
                        sheet.merged_cell_ranges or [],
                        sheet.start or (0, 0),
                        sheet.end[0] + 1 if sheet.end else 0,
                        sheet,
                    )
                )
        return found
    except Refused:
        raise
    except python_calamine.PasswordError:
        raise Refused(locked) from None
    # A damaged workbook fails in many ways, also with a panic, which is no Exception.
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if _LOCKED in path.read_bytes():
            raise Refused(locked) from None
        raise Refused(
            [f"{path.name}: the workbook is damaged ({error}); download it again"]
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what a panic of the library writes away from the one error that is told."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_size(path: Path) -> None:
    """Refuse an .xlsx or .xlsb with a cell that is too far from the others.

    The range that a sheet states is not asked: it may be absent or stale.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if _SHEET.fullmatch(name) and _bound(archive, name) > _CELLS:
                filled = _FILLED.findall(archive.read(name))
                if _size(filled) > _CELLS:
                    last = max(filled, key=lambda cell: (_column(cell[0]), int(cell[1])))
                    raise _too_far(path, name, b"".join(last).decode())
            elif _BINARY.fullmatch(name):
                rows, columns = _binary_ends(archive.read(name))
                if rows * columns > _CELLS:
                    raise _too_far(path, name, cell_name(rows - 1, columns - 1))


def _too_far(path: Path, name: str, cell: str) -> Refused:
    return Refused(
        [
            f"{path.name} › {name}, cell {cell}: found a cell far from the others, expected a "
            f"table of at most {_CELLS:,} cells; delete it"
        ]
    )


def _bound(archive: zipfile.ZipFile, name: str) -> int:
    """Return at most how many cells the rectangle of a sheet has, in one quick pass."""
    rows, columns, rest = 1, 26, b""
    with archive.open(name) as stream:
        while block := stream.read(1 << 20):
            block = rest + block
            rows = max([rows, *(int(row) for row in _ROW.findall(block))])
            columns = max([columns, *(_column(letters) for letters in _WIDE.findall(block))])
            # An element may be cut by the end of the block.
            rest = block[-200:]
    return rows * columns


def _binary_ends(content: bytes) -> tuple[int, int]:
    """Return the numbers of rows and of columns that a sheet of an .xlsb reaches."""
    place, rows, columns = 0, 0, 0
    while place < len(content):
        kind, place = _packed(content, place, 2)
        length, place = _packed(content, place, 4)
        number = int.from_bytes(content[place : place + 4], "little")
        if kind == 0:
            rows = max(rows, number + 1)
        # Cells of values, of formulas, not the blank ones that have a format only.
        elif 2 <= kind <= 11:
            columns = max(columns, number + 1)
        place += length
    return rows, columns


def _packed(content: bytes, place: int, most: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; return it and the place behind it."""
    number = 0
    for turn, byte in enumerate(content[place : place + most]):
        number |= (byte & 127) << (7 * turn)
        if byte < 128:
            return number, place + turn + 1
    return number, place + most


_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_BINARY = re.compile(r"xl/worksheets/[^/]+\.bin")
# Short, as they pass over every cell: rows have a number, cells letters before it.
_ROW = re.compile(rb' r="(\d+)"')
_WIDE = re.compile(rb' r="([A-Z]{2,3})\d')
_FILLED = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"[^>]*[^/>]>')


def _size(cells: list[tuple[bytes, bytes]]) -> int:
    """Return the cells of the rectangle that holds all of some."""
    columns = [_column(letters) for letters, _ in cells] or [0]
    rows = [int(number) for _, number in cells] or [0]
    return (max(columns) - min(columns) + 1) * (max(rows) - min(rows) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell as spreadsheets show it: row 0, column 27 is ``AB1``."""
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def text(cell: object, kind: str) -> str:
    """Return a cell as a table in text has it: ``true``, ``12``, ``0.5``, ``2024-03-20``.

    Args:
        cell: as :meth:`Sheet.rows` has it.
        kind: of the workbook; ``ods`` writes days in full, the others number them.

    Raises:
        ValueError: what was expected, where the cell does not say which value is meant.
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        if cell != math.floor(cell):
            return repr(cell)
        if abs(cell) >= EXACT:
            raise ValueError("a whole number of at most 15 digits; store longer ones as text")
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    day = cell.date() if isinstance(cell, datetime.datetime) else cell
    # A day of number 0 or below comes as midnight.
    early = (isinstance(day, datetime.date) and day < _SURE) or day == datetime.time()
    if early and kind != "ods":
        raise ValueError(
            "a day from March 1900 on, as programs number earlier ones differently; store those "
            "as text such as 1899-12-31"
        )
    if isinstance(cell, datetime.timedelta):
        raise ValueError("a value that is no length of time; store it as text")
    return str(cell)


def unseen(path: Path) -> dict[str, str]:
    """Return what the rows of an .xlsx do not show: errors and numbers with leading zeros.

    Returns:
        By the name of a cell, what stands in it: ``#N/A``, ``01012100``; empty for other kinds.
    """
    found: dict[str, str] = {}
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        widths = _widths(archive) if "xl/styles.xml" in names else {}
        for name in names:
            if not _SHEET.fullmatch(name):
                continue
            for cell in ElementTree.fromstring(archive.read(name)).iterfind(".//{*}c"):
                value, width = cell.findtext("{*}v"), widths.get(cell.get("s", "0"), 0)
                if cell.get("t") == "e":
                    found[cell.get("r", "")] = value or "an error"
                elif cell.get("t", "n") == "n" and value and len(value) < width:
                    found[cell.get("r", "")] = value.zfill(width)
    return found


def _widths(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the digits that a style shows at least, for those that are nothing but zeros."""
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = {f.get("numFmtId"): f.get("formatCode", "") for f in root.iterfind(".//{*}numFmt")}
    return {
        str(place): len(codes[style.get("numFmtId")])
        for place, style in enumerate(root.findall("{*}cellXfs/{*}xf"))
        if re.fullmatch("0{2,}", codes.get(style.get("numFmtId"), ""))
    }
