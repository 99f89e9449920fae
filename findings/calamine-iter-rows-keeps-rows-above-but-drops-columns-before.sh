#!/usr/bin/env bash
# python-calamine 0.9.1 (reads .xls, .xlsx, .xlsb, .ods), seen in November 2026.
#
# Expected: `iter_rows()` gives the rows that `to_python()` gives, one by one. `to_python()` leaves
# out what is empty before the first used cell, rows and columns; `skip_empty_area=False` keeps both.
#
# What happens: `iter_rows()` does neither. It keeps the empty rows above the first used cell and
# leaves out the empty columns before it, so that a sheet whose first cell is C2 gives row 1 as
# blank and its first column as column C.
#
# Why it matters here: places of merged cells always count from A1, and errors name the row of the
# sheet. The reader of workbooks takes rows one by one, for less memory, and puts the columns back.
#
# Exits with 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    python-calamine==0.9.1 XlsxWriter==3.2.9
"$folder/venv/bin/python" - "$folder/sheet.xlsx" <<'END'
import sys

import python_calamine
import xlsxwriter

with xlsxwriter.Workbook(sys.argv[1]) as book:
    book.add_worksheet().write("C2", "first")
sheet = python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0)
seen = {
    "to_python()": sheet.to_python(),
    "to_python(skip_empty_area=False)": sheet.to_python(skip_empty_area=False),
    "iter_rows()": list(sheet.iter_rows()),
}
for how, rows in seen.items():
    print(f"{how}: {rows}")
as_seen = {
    "to_python()": [["first"]],
    "to_python(skip_empty_area=False)": [["", "", ""], ["", "", "first"]],
    "iter_rows()": [[""], ["first"]],
}
sys.exit(seen != as_seen)
END
