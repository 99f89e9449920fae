"""Workbooks of the Iranian customs: what is taken, what is left out and told, what is refused.

All workbooks are written here; their figures are made up.
"""

import datetime
import os
import re
import struct
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlwt
from click.testing import CliRunner
from conftest import ROOT

from iran_russia import datasets
from iran_russia.cli import main
from iran_russia.importers import engine, irica, irica_words, read_file, reading, workbook
from iran_russia.importers.reading import Refused

PERSIAN = ["سال", "گمرک", "کشور", "کد تعرفه", "شرح تعرفه", "وزن", "ارزش ریالی", "ارزش دلاری"]
PLAIN = ["year", "country", "code", "name", "weight", "rial", "dollar"]
TITLE = "آمار صادرات سال 1404"
RUSSIA = "فدراسیون روسیه"


def line(country=RUSSIA, code="08025100", weight=10, rial=15_000, dollar=30, year=1404) -> list:
    """A line below :data:`PLAIN`."""
    return [year, country, code, "پسته", weight, rial, dollar]


def book(folder: Path, sheets: dict[str, list], name="export 1404.xlsx", change=None) -> Path:
    """Write a workbook; every sheet is a list of rows."""
    written = openpyxl.Workbook()
    written.remove(written.active)
    for title, rows in sheets.items():
        sheet = written.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(written)
    written.save(folder / name)
    return folder / name


def old_book(folder: Path, sheets: dict[str, list], name="export 1404.xls", change=None) -> Path:
    """Write the same in the old format."""
    written = xlwt.Workbook()
    for title, rows in sheets.items():
        sheet = written.add_sheet(title)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, place, cell)
        if change:
            change(sheet)
    written.save(folder / name)
    return folder / name


def taken(path: Path):
    """Read a workbook; return rows of trade by tariff line, and the file with what it tells."""
    with engine.running("duckdb") as (started, folder):
        batches = read_file(path, None, started, folder)
    goods = next(b for b in batches if b.table == "trade_goods")
    return goods.rows.set_index("hs_code"), goods.file


def refused(path: Path) -> str:
    """Read a workbook that must be refused; return what is told, one line a problem."""
    with pytest.raises(Refused) as error, tempfile.TemporaryDirectory() as folder:
        file = reading.open_download(path)
        irica.unpack(file, irica.recognise(file), Path(folder))
    assert path.name in str(error.value)
    return str(error.value)


# Names of Russia


@pytest.mark.parametrize(
    "name",
    [
        "روسیه",
        "روسيه",
        "روسىه",
        "روسیۀ",
        "روسية",
        "\u200fروسیه",
        "روسیه\u200c",
        "رو\u200cسیه",
        "\ufeff روسیه ",
        "ﺭﻭﺳﯿﻪ",
        "رُوسیه",
        "فدراسیون روسیه",
        "فدراسیونروسیه",
        "فدراسيون  روسيه",
        "روسیه (فدراسیون)",
        "(روسیه ( فدراسیون",
        "روسیه فدراتیو",
        "فدراتیو روسیه",
        "جمهوری روسیه",
        "جمهوری فدراتیو روسیه",
        "جمهوری فدرال روسیه",
        "روسیه، فدراسیون",
        "کشور روسیه",
        "Russia",
        "RUSSIA",
        "Russian Federation",
        "RUSSIAN FEDERATION",
        "Russian Fed.",
        "The Russian Federation",
        "Federation of Russia",
        "Ｒｕｓｓｉａ",
        "RUS",
        "Россия",
        "فدراسیون روس",
    ],
)
def test_russia_is_known_by_all_its_names(name):
    assert irica_words.country(name) == "russia"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("روسیه سفید", "like"),
        ("(بلوروس ( روسيه سفيد", "like"),
        ("Belorussia", "like"),
        ("روسیه و قزاقستان", "like"),
        ("جمع روسیه", "like"),
        ("White Russia", "like"),
        ("Russain Federation", "like"),
        ("بلاروس", "other"),
        ("Belarus", "other"),
        ("چین", "other"),
        ("جمهوری چک", "other"),
        ("جمع", "total"),
        ("جمع کل واردات", "total"),
        ("Grand Total", "total"),
        ("", "blank"),
        (" \u200f", "blank"),
    ],
)
def test_other_names_are_not_russia(name, what):
    assert irica_words.country(name) == what


def test_lines_of_names_like_russia_are_counted_by_name(tmp_path):
    rows = [PLAIN, line(), *[line("روسیه سفید")] * 3, line("Belorussia"), line("چین")]
    goods, file = taken(book(tmp_path, {"s": rows}))
    assert list(goods.value_usd) == ["30"] and list(goods.n_source_rows) == ["1"]
    assert file.left_out == {"lines of «روسیه سفید»": 3, "lines of «Belorussia»": 1}


def test_a_workbook_without_russia_is_refused_and_says_what_it_has(tmp_path):
    told = refused(book(tmp_path, {"s": [PLAIN, line("روسیه سفید"), line("چین")]}))
    assert "found no line of Russia among 2 lines" in told and "1 line of «روسیه سفید»" in told


# Headers


@pytest.mark.parametrize(
    ("header", "meaning", "factor"),
    [
        ("وزن", "weight", 1),
        ("وزن (کیلوگرم)", "weight", 1),
        ("وزن(کیلو گرم)", "weight", 1),
        ("وزن (تن)", "weight", 1000),
        ("وزن به هزار تن", "weight", 1_000_000),
        ("Weight [tonnes]", "weight", 1000),
        ("weight_kg", "weight", 1),
        ("وزن خالص (تن)", "weight", 1000),
        ("ارزش ریالی", "rial", 1),
        ("ارزش ريالي", "rial", 1),
        ("ارزش (میلیون ریال)", "rial", 10**6),
        ("ارزش به میلیارد ریال", "rial", 10**9),
        ("ارزش (تومان)", "rial", 10),
        ("Value (million rials)", "rial", 10**6),
        ("ارزش دلاری", "dollar", 1),
        ("ارزشدلاری", "dollar", 1),
        ("ارزش (هزار دلار)", "dollar", 1000),
        ("Value (1000 US$)", "dollar", 1000),
        ("value_usd", "dollar", 1),
        ("USD thousand", "dollar", 1000),
        ("کد تعرفه", "code", 1),
        ("تعرفه", "code", 1),
        ("HS code", "code", 1),
        ("hs_code", "code", 1),
        ("Customs tariff code", "code", 1),
        ("شرح تعرفه", "name", 1),
        ("desc", "name", 1),
        ("نام کالا", "name", 1),
        ("کشورطرف معامله", "country", 1),
        ("نام کشور", "country", 1),
        ("Country name", "country", 1),
        ("سال", "year", 1),
        ("ماه", "month", 1),
        ("گمرک", "office", 1),
        ("نام گمرک", "office", 1),
    ],
)
def test_a_header_says_what_its_column_holds_and_in_which_unit(header, meaning, factor):
    found = irica_words.column(header)
    assert (found.meaning, found.factor, found.unknown) == (meaning, factor, ())


@pytest.mark.parametrize(
    "header",
    ["Serial No", "نرخ ریال", "نرخ دلار", "نرخ برابری دلار به ریال", "سهم از وزن (درصد)",
     "Exchange rate (rial)", "کد کشور", "Country code", "قیمت هر کیلو (دلار)", "رشد ارزش دلاری",
     "سال میلادی", "تعداد", "HS 2"],
)  # fmt: skip
def test_a_header_that_only_holds_the_word_is_not_the_column(header):
    found = irica_words.column(header)
    assert found is None, found


@pytest.mark.parametrize(
    ("extra", "before"),
    [
        ("Serial No", 0),
        ("Customs office code", 2),
        ("نرخ ریال", 5),
        ("نرخ دلار", 6),
        ("وزن ناخالص", 4),
        ("Gross weight (kg)", 4),
        ("Country code", 1),
        ("Exchange rate of the dollar", 2),
        ("Weight share %", 0),
    ],
)
def test_a_column_beside_the_right_one_is_not_taken_for_it(tmp_path, extra, before):
    header = [*PLAIN[:4], "وزن خالص", *PLAIN[5:]]
    rows = [[*row[:before], cell, *row[before:]] for row, cell in ((header, extra), (line(), 1))]
    goods, _ = taken(book(tmp_path, {"s": rows}))
    found = goods.loc["08025100", ["weight_kg", "value_irr", "value_usd"]]
    assert list(found) == ["10", "15000", "30"]


def test_units_of_headers_are_multiplied_and_said(tmp_path):
    header = [*PERSIAN[:5], "وزن (تن)", "ارزش (میلیون ریال)", "ارزش (هزار دلار)"]
    row = [1404, "آستارا", RUSSIA, "08025100", "پسته", 1.5, 2.5, 0.1]
    goods, file = taken(book(tmp_path, {"s": [header, row, row]}))
    found = goods.loc["08025100", ["weight_kg", "value_irr", "value_usd"]]
    assert list(found) == ["3000", "5000000", "200"]
    assert "column ارزش (میلیون ریال): numbers times 1,000,000" in file.said


@pytest.mark.parametrize(
    "header", ["وزن (پوند)", "weight (lb)", "ارزش دلاری (صد)", "ارزش ریالی - 10^9", "وزن (تن) kg"]
)
def test_a_unit_that_is_not_known_is_refused(tmp_path, header):
    place = {"weight": 4, "rial": 5, "dollar": 6}[irica_words.column(header).meaning]
    columns = [*PLAIN[:place], header, *PLAIN[place + 1 :]]
    told = refused(book(tmp_path, {"s": [columns, line()]}))
    assert f"line 1, column {header}" in told and "with a unit that is known" in told


@pytest.mark.parametrize("unit", ["ارقام به میلیون ریال", "(وزن: تن)", "value in thousand dollars"])
def test_a_unit_in_the_title_is_refused(tmp_path, unit):
    told = refused(book(tmp_path, {"s": [[f"{TITLE} {unit}"], PLAIN, line()]}))
    assert "found the unit" in told


def test_two_columns_that_may_be_the_same_are_refused(tmp_path):
    told = refused(book(tmp_path, {"s": [[*PLAIN, "ارزش دلاری"], [*line(), 7]]}))
    assert "found 2 columns that may be the value in dollars" in told
    header = ["year", "کشور مبدا", *PLAIN[2:], "کشور طرف معامله"]
    assert "may be the country" in refused(book(tmp_path, {"s": [header, [*line(), "چین"]]}))


# Sheets


def test_a_sheet_without_header_goes_on_from_the_one_before(tmp_path):
    for write, name in ((book, "export.xlsx"), (old_book, "export.xls")):
        path = write(tmp_path, {"1": [PLAIN, line()], "2": [line(code="07099999", dollar=5)]}, name)
        goods, file = taken(path)
        assert dict(goods.value_usd) == {"08025100": "30", "07099999": "5"}
        assert file.coverage == "exports of 1404, 2 sheets"


def test_a_full_sheet_goes_on_in_the_next_one_with_or_without_header(tmp_path):
    full = [PLAIN, *[line("چین")] * 65_534, line()]
    for more in ([line(dollar=5)], [PLAIN, line(dollar=5)]):
        goods, _ = taken(book(tmp_path, {"Sheet 1": full, "Sheet 2": more}))
        assert list(goods.value_usd) == ["35"] and list(goods.n_source_rows) == ["2"]


@pytest.mark.parametrize(
    "again",
    [
        [PLAIN, line(), line(code="07099999", dollar=5)],
        [PLAIN, line()],
        [PLAIN, line(code="07099999", dollar=5), line()],
        [line()],
        # Sums of an extract, in other units.
        [[*PLAIN[:4], "وزن (تن)", *PLAIN[5:]], [*line(weight=0.01)]],
    ],
)
def test_what_stands_on_two_sheets_counts_once(tmp_path, again):
    first = [PLAIN, line(), line(code="07099999", dollar=5), line("چین")]
    goods, file = taken(book(tmp_path, {"1": first, "روسیه": again}))
    assert dict(goods.value_usd) == {"08025100": "30", "07099999": "5"}
    assert set(goods.n_source_rows) == {"1"}
    [(told, n)] = file.left_out.items()
    assert told == "lines of the sheet «روسیه» also in «1»" and n >= 1


def test_sums_of_an_extract_count_once(tmp_path):
    first = [PLAIN, line(weight=4, rial=5000, dollar=10), line(weight=6, rial=10_000, dollar=20)]
    goods, file = taken(book(tmp_path, {"1": first, "روسیه": [PLAIN, line()]}))
    assert list(goods.value_usd) == ["30"] and sum(file.left_out.values()) == 1


def test_an_extract_that_says_something_else_is_refused(tmp_path):
    told = refused(book(tmp_path, {"1": [PLAIN, line()], "روسیه": [PLAIN, line(dollar=31)]}))
    assert "› روسیه, line 2: found 08025100 of 1404 with other values than in the sheet 1" in told


def test_sheets_of_two_customs_offices_are_added_up(tmp_path):
    def row(office, dollar):
        return [1404, office, RUSSIA, "08025100", "پسته", 1, 2, dollar]

    sheets = {"1": [PERSIAN, row("آستارا", 3)], "2": [PERSIAN, row("انزلی", 4)]}
    goods, _ = taken(book(tmp_path, sheets))
    assert list(goods.value_usd) == ["7"] and list(goods.n_source_rows) == ["2"]
    same = {"1": [PERSIAN, row("آستارا", 3)], "2": [PERSIAN, row("آستارا", 4)]}
    assert "with other values" in refused(book(tmp_path, same))


def test_both_flows_of_one_workbook_keep_their_direction(tmp_path):
    sheets = {
        "صادرات": [PLAIN, line(), line(code="07099999", dollar=5)],
        "واردات": [PLAIN, line(dollar=7), line(code="10019900", dollar=8)],
    }
    goods, file = taken(book(tmp_path, sheets, "1404.xlsx"))
    assert file.coverage == "exports and imports of 1404, 2 sheets"
    found = {(flow, code): usd for code, flow, usd in goods[["flow", "value_usd"]].itertuples()}
    assert found == {
        ("export", "08025100"): "30",
        ("export", "07099999"): "5",
        ("import", "08025100"): "7",
        ("import", "10019900"): "8",
    }
    imports = goods[goods.flow == "import"]
    assert set(imports.exporter_iso3) == {"RUS"} and set(imports.valuation) == {"CIF"}


def test_a_column_says_the_direction_of_each_line(tmp_path):
    rows = [[*PLAIN, "جریان"], [*line(), "صادرات"], [*line(dollar=7), "واردات"]]
    goods, _ = taken(book(tmp_path, {"s": rows}, "1404.xlsx"))
    assert dict(zip(goods.flow, goods.value_usd, strict=True)) == {"export": "30", "import": "7"}
    rows[1][-1] = "صادرات مجدد"
    told = refused(book(tmp_path, {"s": rows}, "1404.xlsx"))
    assert "line 2, column جریان: found 'صادرات مجدد', expected صادرات or واردات" in told


@pytest.mark.parametrize("below", ["آمار واردات", "سال 1403", "Imports of 1404"])
def test_a_second_table_below_the_first_is_refused(tmp_path, below):
    rows = [[TITLE], PLAIN, line(), [below], PLAIN, line(dollar=7)]
    assert "line 4: found" in refused(book(tmp_path, {"s": rows}))


def test_a_header_repeated_on_every_page_and_notes_are_passed_over(tmp_path):
    rows = [PLAIN, line(), PLAIN, line(dollar=5), ["منبع: گمرک"], [None, "یادداشت"]]
    goods, _ = taken(book(tmp_path, {"s": rows}))
    assert list(goods.value_usd) == ["35"]


def test_hidden_sheets_are_left_out_and_told(tmp_path):
    for state in ("hidden", "veryHidden"):

        def hide(written, state=state):
            written["2"].sheet_state = state

        sheets = {"1": [PLAIN, line()], "2": [PLAIN, line(code="07099999")]}
        goods, file = taken(book(tmp_path, sheets, change=hide))
        assert list(goods.index) == ["08025100"]
        assert file.left_out == {"lines of Russia in the hidden sheet «2»": 1}
        assert "the sheet «2» is hidden; left out" in file.said


def test_a_workbook_with_hidden_lines_only_is_refused(tmp_path):
    def hide(written):
        written["1"].sheet_state = "hidden"

    told = refused(book(tmp_path, {"1": [PLAIN, line()], "2": [["x"]]}, change=hide))
    assert "found lines in hidden sheets only (1)" in told


def test_charts_and_other_sheets_do_not_move_the_table(tmp_path):
    def chart(written):
        written.create_chartsheet("نمودار", 0)

    sheets = {"یادداشت": [["a note"]], "1": [[TITLE], PLAIN, line(year=None)]}
    goods, file = taken(book(tmp_path, sheets, "1404.xlsx", chart))
    assert list(goods.iranian_year) == ["1404"]
    assert any("«یادداشت» holds no lines" in told for told in file.said)


def test_a_merged_country_holds_for_all_its_lines(tmp_path):
    rows = [PLAIN, line(), line(None, "07099999", dollar=5), line(None, "10019900"), line("چین")]

    def merge(written):
        written["s"].merge_cells("B2:B4")

    goods, _ = taken(book(tmp_path, {"s": rows}, change=merge))
    assert sorted(goods.index) == ["07099999", "08025100", "10019900"]

    def merge_old(sheet):
        sheet.merge(1, 3, 1, 1)

    goods, _ = taken(old_book(tmp_path, {"s": rows}, change=merge_old))
    assert sorted(goods.index) == ["07099999", "08025100", "10019900"]


def test_merged_cells_count_from_the_first_cell_of_the_sheet(tmp_path):
    rows = [[], [], [None, *PLAIN], [None, *line()], [None, *line(None, "07099999")]]

    def merge(written):
        written["s"].merge_cells("C4:C5")
        written["s"].merge_cells("B4:B5")

    goods, _ = taken(book(tmp_path, {"s": rows}, change=merge))
    assert sorted(goods.index) == ["07099999", "08025100"]


def test_a_merged_number_is_not_the_number_of_the_line_below(tmp_path):
    rows = [PLAIN, line(), line(code="07099999", dollar=None)]

    def merge(written):
        written["s"].merge_cells("G2:G3")

    assert "line 3, column dollar: found ''" in refused(book(tmp_path, {"s": rows}, change=merge))


@pytest.mark.parametrize("said", ["A1:G2", "A1", "A1:B1", "C9:D9", "A1:XFD1048576"])
def test_a_sheet_is_read_whole_whatever_range_it_states(tmp_path, said):
    path = book(tmp_path, {"s": [PLAIN, line(), line(code="07099999")]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    changed = re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{said}"'.encode(), parts[name])
    assert changed != parts[name]
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in (parts | {name: changed}).items():
            archive.writestr(part, content)
    assert len(taken(path)[0]) == 2


def test_a_blank_country_with_a_tariff_line_is_refused(tmp_path):
    rows = [PLAIN, line(), line(None, "07099999"), line("#N/A", "10019900")]
    told = refused(book(tmp_path, {"s": rows}))
    assert "line 3, column country: found '' (a blank cell or an error such as #N/A)" in told

    def error(sheet):
        sheet.row(3).set_cell_error(1, 42)

    assert "line 4, column country: found ''" in refused(
        old_book(tmp_path, {"s": [*rows[:2], line("چین"), line(None)]}, change=error)
    )


# Years, parts of a year, groups of goods


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("تاریخ گزارش 1405/02/10\nآمار صادرات سال 1404", "1404"),
        ("تاریخ تهیه: 1405/02/10 - آمار صادرات سال ۱۴۰۴", "1404"),
        ("1405/02/10\nآمار صادرات 1404", "1404"),
        ("آمار صادرات سال 404", "1404"),
        ("آمار صادرات سال 04", "1404"),
        ("آمار صادرات سال 98", "1398"),
        ("Exports of Iran, year 1404 (2025-26), printed 2026-05-01", "1404"),
        ("آمار صادرات دوازده ماهه سال 1404", "1404"),
        ("آمار صادرات از 1404/01/01 لغایت 1404/12/29", "1404"),
        ("آمار صادرات فروردین تا اسفند سال 1404", "1404"),
        ("گزارش 1404, استخراج شده در سال 1405: صادرات", "1404"),
    ],
)
def test_the_year_is_that_of_the_title_not_that_of_the_report(tmp_path, title, year):
    rows = [*([part] for part in title.split("\n")), PLAIN, line(year=None)]
    goods, _ = taken(book(tmp_path, {"s": rows}, "export.xlsx"))
    assert list(goods.iranian_year) == [year]


@pytest.mark.parametrize(
    ("cell", "year"), [(1404, "1404"), ("۱۴۰۴", "1404"), (404, "1404"), ("04", "1404"),
                       (98, "1398"), ("371", "1371"), ("10", "1410")],
)  # fmt: skip
def test_the_year_of_a_line_may_be_short_and_never_means_another_century(cell, year):
    assert irica_words.year_of_cell(cell)[0] == year


@pytest.mark.parametrize("cell", [2025, 4, "50", 370, 411, 1404.5, True, "1404/02", "سال"])
def test_a_year_that_may_be_another_is_refused(tmp_path, cell):
    told = refused(book(tmp_path, {"s": [PLAIN, line(year=cell)]}))
    assert "line 2, column year: found" in told
    assert "expected a year of the Iranian calendar" in told


def test_a_line_without_a_year_anywhere_and_two_years_are_refused(tmp_path):
    told = refused(book(tmp_path, {"s": [PLAIN, line(year=None)]}, "export.xlsx"))
    assert "expected the year of the line, here or in the title" in told
    rows = [["صادرات سال 1403 و سال 1404"], PLAIN, line(year=None)]
    assert "named are 1403 1404" in refused(book(tmp_path, {"s": rows}))
    rows = [["صادرات سال 1403"], PLAIN, line(year=1404)]
    assert "expected 1403, as the title of the sheet says" in refused(book(tmp_path, {"s": rows}))


@pytest.mark.parametrize(
    "title",
    [
        "آمار صادرات سه ماهه نخست سال 1404",
        "آمار صادرات 6 ماهه اول سال 1404",
        "صادرات شش‌ماهه سال ۱۴۰۴",
        "صادرات نه ماه سال 1404",
        "صادرات نیمه نخست سال 1404",
        "صادرات بهار 1404",
        "صادرات فروردین ماه 1404",
        "صادرات فروردین لغایت خرداد 1404",
        "صادرات سال 1404 تا پایان آذر",
        "صادرات سال 1404 تاکنون",
        "صادرات از 1404/01/01 تا 1404/06/31",
        "Exports of 1404, first three months",
        "Exports of 1404, six months",
        "Exports of 1404 Q1",
        "Exports 1404, first half",
        "Exports 1404, 9-month",
        "Exports 1404/06",
        "Exports of Mehr 1404",
    ],
)
def test_a_part_of_a_year_is_never_the_year(tmp_path, title):
    told = refused(book(tmp_path, {"s": [[title], PLAIN, line()]}))
    assert "a part of a year, expected a whole year of the Iranian calendar" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "sheet"),
    [("export 1404 3 months.xlsx", "s"), ("export_1404_6mah.xlsx", "s"),
     ("صادرات بهار 1404.xlsx", "s"), ("export 1404.xlsx", "خرداد"),
     ("export 1404.xlsx", "3 ماهه"), ("export 1404-03.xlsx", "s")],
)  # fmt: skip
def test_a_part_of_a_year_may_be_named_by_the_sheet_or_the_file(tmp_path, name, sheet):
    assert "a part of a year" in refused(book(tmp_path, {sheet: [PLAIN, line()]}, name))


MONTHS = list(range(1, 13))
NAMES = irica_words._MONTHS


@pytest.mark.parametrize("months", [MONTHS, NAMES, [f"{m:02d}" for m in MONTHS]])
def test_twelve_months_are_a_year(tmp_path, months):
    rows = [["ماه", *PLAIN], *[[m, *line("چین")] for m in months], [months[2], *line()]]
    goods, file = taken(book(tmp_path, {"s": rows}))
    assert len(goods) == 1 and file.coverage == "exports of 1404, 12 months"


@pytest.mark.parametrize(
    ("header", "months"),
    [("ماه", [1, 2]), ("month", [*MONTHS[:11]]), ("ماه", NAMES[:6]), ("فصل", [1, 2, 3]),
     ("ماه", [*MONTHS[:11], "?"]), ("Quarter", [4])],
)  # fmt: skip
def test_fewer_months_than_twelve_are_no_year(tmp_path, header, months):
    rows = [[header, *PLAIN], *[[m, *line("چین")] for m in months], [months[0], *line()]]
    told = refused(book(tmp_path, {"s": rows}))
    assert f"column {header}: found" in told and "expected all of a year" in told


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("آمار صادرات خودرو و قطعات آن، طی سال 1404", "خودرو و قطعات آن"),
        ("آمار صادرات (پتروشیمی) سال 1404", "پتروشیمی"),
        ("آمار صادرات کالاهای کشاورزی سال 1404", "کشاورزی"),
        ("صادرات فرش سال 1404", "فرش"),
        ("صادرات مجدد سال 1404", "مجدد"),
        ("آمار صادرات گمرک آستارا سال 1404", "آستارا"),
        ("Exports of vehicles and parts 1404", "vehicles"),
        ("Carpet exports 1404", "carpet"),
        ("Exports 1404, chapter 87", "chapter 87"),
        ("Re-exports 1404 export", "re"),
    ],
)
def test_one_group_of_goods_is_not_the_trade(tmp_path, title, told):
    message = refused(book(tmp_path, {"s": [[title], PLAIN, line()]}))
    assert f"found '{told}" in message and "expected the trade in all goods" in message


@pytest.mark.parametrize(
    "title",
    [
        "آمار صادرات به تفکيک کشور و تعرفه سال ۱۴۰۴",
        "آمار صادرات کشور طی سال 1404",
        "آمار صادرات قطعی کالا سال 1404",
        "آمار صادرات غیرنفتی جمهوری اسلامی ایران سال 1404",
        "صادرات ایران به فدراسیون روسیه سال 1404",
        "Exports of Iran by country and tariff line, 1404",
        "Foreign trade statistics: exports of goods 1404",
        "گمرک جمهوری اسلامی ایران - صادرات 1404",
    ],
)
def test_titles_of_the_whole_trade_are_read(tmp_path, title):
    goods, _ = taken(book(tmp_path, {"s": [[title], PLAIN, line()]}))
    assert len(goods) == 1


def test_many_lines_of_one_chapter_are_told(tmp_path):
    rows = [PLAIN, *[line(code=f"87{n:06d}") for n in range(30)]]
    _, file = taken(book(tmp_path, {"s": rows}))
    assert "all 30 lines are in chapter 87: one group of goods?" in file.said


# Codes


@pytest.mark.parametrize(
    ("year", "cells", "codes"),
    [
        (1373, [406000000, "0101000000"], ["0101000000", "0406000000"]),
        (1373, ["200290", "2002900000"], ["0000200290", "2002900000"]),
        (1371, ["406000000"], ["0406000000"]),
        (1404, [1012100, "27101990"], ["01012100", "27101990"]),
        (1404, ["1012100", "27101990"], ["01012100", "27101990"]),
        (1404, ["۰۱۰۱۲۱۰۰", "0802.51.00"], ["01012100", "08025100"]),
        (1380, [20290, "401199"], ["020290", "401199"]),
        (1409, [101210010, "2710199000"], ["0101210010", "2710199000"]),
    ],
)
def test_codes_get_back_the_zeros_they_lost(tmp_path, year, cells, codes):
    rows = [PLAIN, *[line(code=cell, year=year) for cell in cells]]
    assert sorted(taken(book(tmp_path, {"s": rows}))[0].index) == codes


@pytest.mark.parametrize(
    ("year", "cell"),
    [(1404, "200290"), (1404, 200290), (1384, "0802510000"), (1380, "08025100"), (1404, None),
     (1404, "0802x100"), (1404, 802.51), (1404, datetime.date(2024, 3, 20)), (1404, True)],
)  # fmt: skip
def test_a_code_of_other_digits_than_the_year_has_is_refused(tmp_path, year, cell):
    rows = [PLAIN, *[line("چین", year=year)] * 2, line(code=cell, year=year)]
    told = refused(book(tmp_path, {"s": rows}))
    assert "line 4, column code: found" in told and f"as the others of {year}" in told


# Numbers


@pytest.mark.parametrize(
    "cell", [True, datetime.date(1900, 3, 7), datetime.time(3, 4), None, "#DIV/0!", "", "n/a",
             "12/5", "1,00", -5, "-5", "1 000"],
)  # fmt: skip
@pytest.mark.parametrize("place", [4, 5, 6])
def test_what_is_no_number_is_refused_with_its_line_and_column(tmp_path, cell, place):
    row = line()
    row[place] = cell
    told = refused(book(tmp_path, {"s": [PLAIN, line("چین"), row]}))
    assert f"export 1404.xlsx › s, line 3, column {PLAIN[place]}: found" in told
    assert "number" in told and len(told.splitlines()) == 1


def test_errors_truths_and_days_of_the_old_format_are_refused(tmp_path):
    def change(sheet):
        row = sheet.row(1)
        row.set_cell_error(4, 7)  # #DIV/0!, whose number is 7
        row.set_cell_error(6, 42)  # #N/A
        sheet.write(2, 4, True)
        sheet.write(2, 5, 45_000, xlwt.easyxf(num_format_str="yyyy-mm-dd"))

    rows = [
        PLAIN,
        [*line()[:4], None, 5, None],
        [*line(code="07099999")[:4], None, None, 3],
    ]
    told = refused(old_book(tmp_path, {"s": rows}, change=change)).splitlines()
    assert len(told) == 4
    assert "line 2, column weight: found '', expected a number (the cell is blank or" in told[0]
    assert "line 2, column dollar: found ''" in told[1]
    assert "line 3, column weight: found 'True'" in told[2]
    assert "line 3, column rial: found '2023-03-15'" in told[3]


def test_rials_that_a_workbook_cannot_hold_are_refused_and_text_keeps_them(tmp_path):
    told = refused(book(tmp_path, {"s": [PLAIN, line(rial=2**53)]}))
    assert "column rial" in told and "at most 15 digits" in told
    goods, _ = taken(book(tmp_path, {"s": [PLAIN, line(rial=str(2**53 + 1)), line(rial=1)]}))
    assert list(goods.value_irr) == [str(2**53 + 2)]


def test_fractions_of_rials_are_added_up_and_rounded_to_even_and_said_once(tmp_path):
    rows = [PLAIN, line(rial=10.25), line(rial=0.25), *[line(code="07099999", rial=1.75)] * 2]
    goods, file = taken(book(tmp_path, {"s": rows}))
    assert dict(goods.value_irr) == {"08025100": "10", "07099999": "4"}
    assert "rials with a fraction in 4 lines; their sums are rounded" in file.said


def test_sums_are_those_of_decimals(tmp_path):
    goods, _ = taken(book(tmp_path, {"s": [PLAIN, *[line(dollar=0.1, weight=0.001)] * 3]}))
    assert list(goods.value_usd) == ["0.3"] and list(goods.weight_kg) == ["0.003"]


def test_the_line_of_totals_is_not_counted_and_tells_what_is_missing(tmp_path):
    total = [None, "جمع", None, None, 40, 60_000, 100]
    bare = [None, None, None, None, 40, 60_000, 100]
    for last in (total, bare):
        goods, file = taken(book(tmp_path, {"s": [PLAIN, line(), line("چین", dollar=60), last]}))
        assert list(goods.value_usd) == ["30"]
        assert (
            "the lines of all countries add up to 90.0% of the line of totals in dollars"
            in file.said
        )


# Products and sources


def test_names_are_read_from_desc_and_their_absence_is_told_in_one_line(copy, tmp_path):
    header = [c if c != "name" else "desc" for c in PLAIN]
    path = book(tmp_path, {"s": [header, line(code="01019999"), line(code="01019998")]})
    done = CliRunner().invoke(main, ["import", str(path)])
    assert "products: 2 added" in done.output
    rows = [[c for i, c in enumerate(row) if i != 3] for row in (PLAIN, line(code="01019997"))]
    told = "found no column with the names of 1 tariff line that the book does not know"
    with pytest.raises(Refused, match=told):
        taken(book(tmp_path, {"s": rows}))


# Other layouts, other kinds of workbooks


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["سال", "کشور", "وزن", "ارزش ریالی", "ارزش دلاری"], [1404, RUSSIA, 1, 2, 3]],
         "found a table by country without tariff lines"),
        ([["سال", "کد تعرفه", "وزن", "ارزش ریالی", "ارزش دلاری"], [1404, "08025100", 1, 2, 3]],
         "found a table by tariff line without countries"),
        ([["سال", "کشور", "تعرفه", "وزن", "ارزش دلاری"], [1404, RUSSIA, "08025100", 1, 3]],
         "missing: value in rials"),
        ([["Shopping list"], ["bread", 2]], "found 'Shopping list'"),
        ([[None, None], [None, "x"]], "line 2: found 'x'"),
        ([], "found no filled sheet"),
    ],
)  # fmt: skip
def test_a_workbook_of_another_layout_is_told_what_it_is(tmp_path, rows, told):
    message = refused(book(tmp_path, {"s": rows}, "1404 export.xlsx"))
    assert told in message and "expected the yearly workbook by country and tariff line" in message
    assert len(message.splitlines()) == 1


def test_strict_workbooks_are_read(tmp_path):
    path = book(tmp_path, {"s": [PLAIN, line()]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    plain = b"http://schemas.openxmlformats.org/"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            content = content.replace(
                plain + b"spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
            ).replace(
                plain + b"officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            archive.writestr(name, content)
    assert list(taken(path)[0].value_usd) == ["30"]


def ods(path: Path, rows: list[list]) -> Path:
    """Write an OpenDocument spreadsheet of one sheet."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, datetime.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    names = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="s">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def xlsb(path: Path, rows: list[list]) -> Path:
    """Write a binary workbook of one sheet: records of a number, a length and their content."""

    def record(number: int, content: bytes = b"") -> bytes:
        head = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
        length = len(content)
        size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
        return head + size + content

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def cell(place: int, value) -> bytes:
        head = struct.pack("<II", place, 0)
        if isinstance(value, str):
            return record(6, head + text(value))
        return record(5, head + struct.pack("<d", value))

    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1))
    sheet += record(145)
    for number, row in enumerate(rows):
        sheet += record(0, struct.pack("<III", number, 0, 0) + bytes(13))
        sheet += b"".join(cell(p, v) for p, v in enumerate(row) if v is not None)
    sheet += record(146) + record(130)
    listed = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("s"))
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/workbook.bin", record(131) + record(143) + listed + record(144) + record(132)
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
    return path


@pytest.mark.parametrize("write", [ods, xlsb])
def test_the_other_two_kinds_of_workbooks_are_read(tmp_path, write):
    rows = [[TITLE, *[None] * 6], PLAIN, line(), line("روسیه سفید"), line(code=7099999, dollar=0.5)]
    goods, file = taken(write(tmp_path / f"export 1404.{write.__name__}", rows))
    assert dict(goods.value_usd) == {"07099999": "0.5", "08025100": "30"}
    assert file.left_out == {"lines of «روسیه سفید»": 1}


def test_a_workbook_is_known_by_its_content_and_parsed_once(tmp_path, monkeypatch):
    for write in (book, old_book):
        path = write(tmp_path, {"s": [PLAIN, line()]}, "export 1404.download")
        calls, original = [], workbook.sheets

        def counted(path, calls=calls, original=original):
            calls.append(path)
            return original(path)

        monkeypatch.setattr(workbook, "sheets", counted)
        assert len(taken(path)[0]) == 1 and calls == [path]
        monkeypatch.undo()


def test_a_sheet_that_reaches_too_far_is_refused_before_memory_ends(tmp_path):
    def far(written):
        written["s"]["XFD100000"] = 1

    told = refused(book(tmp_path, {"s": [PLAIN, line()]}, change=far))
    assert "cell XFD100000: found a cell far from the others" in told


def test_a_locked_workbook_is_told_from_a_damaged_one(tmp_path):
    path = tmp_path / "export 1404.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le").center(600))
    assert "locked with a password" in refused(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert "the workbook is damaged" in refused(path)


def test_a_panic_of_the_reader_is_one_error_of_the_file(tmp_path, monkeypatch, capfd):
    import python_calamine

    class PanicException(BaseException):
        """As the bridge to Rust names it; no Exception."""

    def panics(stream):
        os.write(2, b"thread panicked at cfb.rs")
        raise PanicException("range end index 120 out of range")

    monkeypatch.setattr(python_calamine, "load_workbook", panics)
    told = refused(book(tmp_path, {"s": [PLAIN, line()]}))
    assert told.endswith("the workbook is damaged (range end index 120 out of range); download it "
                         "again")  # fmt: skip
    assert capfd.readouterr().err == ""
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


@pytest.mark.parametrize("unit", ["تن", "tonnes", "هزار کیلوگرم"])
def test_a_column_of_units_is_heeded(tmp_path, unit):
    rows = [[*PLAIN, "واحد"], [*line(), "کیلوگرم"], [*line(), "عدد"]]
    assert len(taken(book(tmp_path, {"s": rows}))[0]) == 1
    rows[2][-1] = unit
    told = refused(book(tmp_path, {"s": rows}))
    assert f"line 3, column واحد: found '{unit}', expected کیلوگرم" in told


@pytest.mark.parametrize("place", [2, 3])
def test_a_line_that_adds_up_russia_is_left_out_and_told(tmp_path, place):
    total = line(code=None, weight=20, rial=30_000, dollar=60)
    total[place] = "جمع"
    goods, file = taken(book(tmp_path, {"s": [PLAIN, line(), line(), total]}))
    assert list(goods.value_usd) == ["60"]
    assert file.left_out == {"lines with a sum of Russia": 1}


def test_numbers_of_sheets_are_no_years(tmp_path):
    for name in ("Sheet 98", "Sheet 10", "صفحه 04"):
        goods, _ = taken(book(tmp_path, {name: [PLAIN, line(year=None)]}))
        assert list(goods.iranian_year) == ["1404"]


def test_the_text_of_a_part_with_its_own_format_may_lose_its_blanks(tmp_path):
    path = book(tmp_path, {"s": [PLAIN, line("NAME")]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    runs = "<r><t>فدراسیون </t></r><r><t>روسیه</t></r>".encode()
    name = "xl/worksheets/sheet1.xml"
    assert b"<t>NAME</t>" in parts[name]
    parts[name] = parts[name].replace(b"<t>NAME</t>", runs)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert workbook.sheets(path)[0].top(2)[1][1] == "فدراسیونروسیه"
    assert len(taken(path)[0]) == 1


# New tables from workbooks


def cells(folder: Path, rows: list[list], formats: dict[str, str] | None = None) -> Path:
    """Write a workbook with formats of numbers."""

    def change(written):
        for name, shown in (formats or {}).items():
            written["s"][name].number_format = shown

    return book(folder, {"s": rows}, "tea.xlsx", change)


def table_of(path: Path) -> pd.DataFrame:
    from iran_russia.begin import table

    header, _, records = table._read(path)
    return pd.DataFrame(records, columns=header)


@pytest.mark.parametrize(
    ("rows", "formats", "told"),
    [
        ([["a", "shown"], ["x", 1012100]], {"B2": "00000000"}, "found '01012100', expected a code"),
        ([["a", "postal"], ["x", 123]], {"B2": "00000"}, "line 2, column postal: found '00123'"),
        ([["a", "hs_code"], ["x", 1012100]], None, "expected a code as text"),
        ([["a", "country_code"], ["x", 364]], None, "line 2, column country_code: found '364'"),
        ([["a", "hs6"], ["x", 10121.0]], None, "column hs6"),
        ([["a", "day"], ["x", 1]], {"B2": "yyyy-mm-dd"}, "expected a day from March 1900 on"),
        ([["a", "day"], ["x", 0]], {"B2": "yyyy-mm-dd"}, "expected a day from March 1900 on"),
        ([["a", "day"], ["x", -40]], {"B2": "yyyy-mm-dd"}, "expected a day from March 1900 on"),
        ([["a", "n"], ["x", "#DIV/0!"]], None, "found '#DIV/0!', expected a value"),
        ([["a", "n"], ["x", 2**53]], None, "at most 15 digits"),
        ([["a", "n"], ["x", datetime.timedelta(days=2)]], None, "no length of time"),
    ],
)
def test_a_cell_that_does_not_show_what_it_holds_is_refused(tmp_path, rows, formats, told):
    with pytest.raises(Refused, match=re.escape(told)):
        table_of(cells(tmp_path, rows, formats))


def test_cells_of_a_workbook_come_as_text_has_them(tmp_path):
    day = datetime.date(2024, 3, 20)
    rows = [["a", "b", "c", "d", "e", "hs_code"], ["x", 12, 0.5, True, day, "01012100"]]
    found = table_of(cells(tmp_path, rows))
    assert list(found.iloc[0]) == ["x", "12", "0.5", "true", "2024-03-20", "01012100"]
    # A number shown with zeros that it has anyway.
    assert list(table_of(cells(tmp_path, [["n"], [12345]], {"A2": "00000"})).n) == ["12345"]
    # OpenDocument writes days in full, early ones too.
    early = ods(tmp_path / "tea.ods", [["a", "day"], ["x", datetime.date(1850, 1, 2)]])
    assert list(table_of(early).day) == ["1850-01-02"]


def test_names_of_cells():
    assert [workbook.cell_name(0, n) for n in (0, 25, 26, 701, 702)] == [
        "A1", "Z1", "AA1", "ZZ1", "AAA1"
    ]  # fmt: skip


def test_the_reader_is_the_only_one_of_the_package():
    for file in (ROOT / "iran_russia").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"import (openpyxl|xlrd)|read_excel", text), file


def test_lines_are_told_by_sheet_and_row(tmp_path):
    sheets = {"1": [[TITLE], PLAIN, line()], "2": [line(), line(code="10019900", dollar="x")]}
    assert "› 2, line 2, column dollar: found 'x'" in refused(book(tmp_path, sheets))
    path = book(tmp_path, {"1": [[TITLE], PLAIN, line("چین"), line(code="01019999")]})
    with engine.running("duckdb") as (started, folder):
        batch = read_file(path, None, started, folder)[0]
        keys = set(batch.rows["_key"])
        [at] = reading.locate(batch.file, batch.columns, keys).values()
        assert batch.file.where(at) == "export 1404.xlsx › 1, line 4"
    assert datasets.names() and irica.KIND == "irica"
