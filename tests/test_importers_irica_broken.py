"""Workbooks of the Iranian customs that say something else than they seem to say.

Each is a way in which figures could come in wrong without a word. All are written here; their
figures are made up.
"""

import datetime
import re
import struct
import zipfile
from pathlib import Path

import pytest
from test_importers_irica import (
    PERSIAN,
    PLAIN,
    RUSSIA,
    TITLE,
    book,
    line,
    refused,
    taken,
    xlsb,
)

from iran_russia.importers import irica_words
from iran_russia.importers.reading import pluralised


def changed(path: Path, part: str, change) -> Path:
    """Change a part of the archive that a workbook is."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    new = change(parts[part])
    assert new != parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (parts | {part: new}).items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


# Names of Russia


@pytest.mark.parametrize(
    "name",
    [
        "ف.روسیه",
        "ف. روسیه",
        "ف\u200cروسیه",
        "روسیه ف.",
        "ج.روسیه",
        "جمهوری ف. روسیه",
        "فدراسیون\u200cروسیه",
        "فدارسیون روسیه",
        "فدراسون روسیه",
        "فدراسیون روسی",
        "روسیہ",
        "روسیھ",
        "رۆسیه",
        "روسيا",
        "روسيا الاتحادية",
        "RUSSIAN FED.",
        "Russian F.",
        "Russ. Fed.",
        "Russia Federation",
        "Russian Federation (the)",
        "Russian Fedration",
        "Russia, Federation of",
        "Fed. of Russia",
        "Russia (RUS)",
        "روسیه / Russia",
        "روسیه 643",
        "1- روسیه",
        "روسیه (1)",
        "Российская Федерация",
        "РФ",
        "Rusia",
    ],
)
def test_russia_is_known_by_further_names(name):
    assert irica_words.country(name) == "russia"


@pytest.mark.parametrize(
    "name",
    [
        "شوروی",
        "اتحاد جماهیر شوروي",
        "Soviet Union",
        "U.S.S.R.",
        "СССР",
        "داغستان",
        "تاتارستان",
        "Chechnya",
        "اوراسیا",
        "کشورهای مشترک\u200cالمنافع",
        "CIS",
        "روسیه\u200cسفید",
        "روسیه و بلاروس",
        "روسیه جمع",
        "روس",
        "R.F.",
        "Rusisa",
        "Ruѕsia",
        "نامشخص",
        "دولت روسیه",
    ],
)
def test_what_may_hold_trade_with_russia_is_left_out_and_told(tmp_path, name):
    goods, file = taken(book(tmp_path, {"s": [PLAIN, line(), line(name, dollar=7)]}))
    assert list(goods.value_usd) == ["30"]
    assert file.left_out == {f"lines of «{' '.join(name.split())}»": 1}


@pytest.mark.parametrize("name", ["بلاروس", "بیلوروس", "سوریه", "Cyprus", "Tunisia", "Peru",
                                  "جمهوری", "کلمبیا", "Federation", "Austria"])  # fmt: skip
def test_names_of_others_are_not_told(tmp_path, name):
    _, file = taken(book(tmp_path, {"s": [PLAIN, line(), line(name)]}))
    assert file.left_out == {}


def test_one_line_is_told_as_one():
    assert pluralised(1, "lines of «شوروی»") == "1 line of «شوروی»"
    assert pluralised(1200, "lines of «شوروی»") == "1,200 lines of «شوروی»"


@pytest.mark.parametrize("cell", ["N/A", "-", "؟", "?", 643, True, datetime.date(2024, 3, 20), "0"])
def test_a_country_that_is_no_name_is_refused(tmp_path, cell):
    told = refused(book(tmp_path, {"s": [PLAIN, line(), line(cell, "07099999")]}))
    assert "line 3, column country: found" in told and "expected" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_pasted_as_text_is_no_country(tmp_path, error):
    path = book(tmp_path, {"s": [PLAIN, line(), line("NAME", "07099999")]})
    name = f"<t>{error}</t>".encode()
    told = refused(changed(path, SHEET, lambda xml: xml.replace(b"<t>NAME</t>", name)))
    assert f"line 3, column country: found '{error}', expected" in told


# Rows between and below the lines


@pytest.mark.parametrize(
    "header",
    [
        [*PLAIN[:6], "ارزش (هزار دلار)"],
        ["year", "country", "code", "name", "rial", "weight", "dollar"],
        [*PLAIN[:4], "وزن (تن)", *PLAIN[5:]],
    ],
)
def test_another_header_below_the_lines_begins_another_table(tmp_path, header):
    rows = [PLAIN, line(), header, line(code="07099999")]
    assert "line 3: found" in refused(book(tmp_path, {"s": rows}))


@pytest.mark.parametrize(
    "row",
    [
        [None] * 4 + ["تن", "میلیون ریال", "هزار دلار"],
        [None] * 4 + [None, "میلیون", None],
        [None] * 6 + ["(هزار)"],
        [None] * 4 + ["Tonnes"],
    ],
)
def test_units_in_a_row_below_the_header_are_refused(tmp_path, row):
    told = refused(book(tmp_path, {"s": [PLAIN, row, line()]}))
    assert "line 2: found" in told and "expected units in the headers of their columns" in told


@pytest.mark.parametrize(
    "note",
    ["ارقام به هزار دلار است", "آمار تا پایان آذرماه 1404", "فقط فصل 87", "weights in tonnes",
     "First 9 months"],
)  # fmt: skip
def test_a_note_that_changes_what_the_lines_are_is_refused(tmp_path, note):
    assert "line 3: found" in refused(book(tmp_path, {"s": [PLAIN, line(), [note]]}))


@pytest.mark.parametrize(
    "note", ["منبع: گمرک، تاریخ تهیه: 14 اردیبهشت 1405", "published 3 May 2026", "ارزش به دلار",
             "استخراج اسفند 1404"],
)  # fmt: skip
def test_a_note_that_says_when_it_was_made_is_passed_over(tmp_path, note):
    assert len(taken(book(tmp_path, {"s": [PLAIN, line(), [note]]}))[0]) == 1


def test_the_total_is_the_largest_of_the_sums(tmp_path):
    def total(dollar, name="جمع"):
        return [None, name, None, None, 1, 1, dollar]

    rows = [PLAIN, line(), total(30), line("چین", dollar=60), total(100, "جمع کل"), total(60)]
    goods, file = taken(book(tmp_path, {"s": rows}))
    assert list(goods.value_usd) == ["30"]
    assert file.said == [
        "the lines of all countries add up to 90.0% of the line of totals in dollars"
    ]


@pytest.mark.parametrize("name", ["کل کشورها", "World", "همه کشورها", "جمع کل"])
def test_a_line_of_all_countries_is_a_total_even_with_a_code(tmp_path, name):
    rows = [PLAIN, line(), line("چین", dollar=60), line(name, dollar=90)]
    _, file = taken(book(tmp_path, {"s": rows}))
    assert file.said == [] and file.left_out == {}


# Units outside the headers


@pytest.mark.parametrize(
    "unit",
    ["US$ thousand", "US$ '000", "دلار (هزار)", "هزاردلار", "000 USD", "1,000 dollars",
     "مبالغ به هزار", "million IRR", "$ million", "MT", "یورو", "euros", "lbs", "گرم", "درهم"],
)  # fmt: skip
def test_units_of_titles_are_seen_in_any_order(tmp_path, unit):
    assert "found the unit" in refused(book(tmp_path, {"s": [[f"{TITLE} {unit}"], PLAIN, line()]}))


def test_units_in_the_names_of_sheet_and_file_are_refused(tmp_path):
    told = refused(book(tmp_path, {"هزار دلار": [PLAIN, line()]}))
    assert "found the unit 'هزار دلار' in the name of the sheet" in told
    told = refused(book(tmp_path, {"s": [PLAIN, line()]}, "export_1404_thousand_dollars.xlsx"))
    assert "found the unit 'thousand dollars' in the name of the file" in told


@pytest.mark.parametrize("title", ["مقادیر به کیلوگرم و دلار", "weight in kg, value in US dollars"])
def test_units_of_the_table_may_stand_in_titles(tmp_path, title):
    assert len(taken(book(tmp_path, {"s": [[f"{TITLE} {title}"], PLAIN, line()]}))[0]) == 1


def test_each_sheet_has_its_own_units(tmp_path):
    thousands = [[*PLAIN[:6], "ارزش (هزار دلار)"], line()]
    goods, _ = taken(book(tmp_path, {"1": thousands, "2": [PLAIN, line(code="07099999")]}))
    assert dict(goods.value_usd) == {"08025100": "30000", "07099999": "30"}


# Columns whose headers do not say what they hold


@pytest.mark.parametrize(
    ("header", "cell", "wanted"),
    [
        ("نوع", "صادرات", "جریان"),
        ("Type", "Import", "جریان"),
        ("نوع اظهارنامه", "صادرات قطعی", "جریان"),
        ("دوره", "فروردین", "ماه"),
        ("period", "سه ماهه", "ماه"),
        ("period", "Q1", "ماه"),
        ("مقیاس", "تن", "واحد"),
        ("", "هزار دلار", "واحد"),
    ],
)
def test_a_direction_a_month_or_a_unit_under_another_header_is_refused(
    tmp_path, header, cell, wanted
):
    told = refused(book(tmp_path, {"s": [[*PLAIN, header], [*line(), cell], [*line(), cell]]}))
    assert f"line 2, column {header or 'H'}: found '{cell}'" in told
    assert f"under the header {wanted}" in told and len(told.splitlines()) == 1


@pytest.mark.parametrize("cell", ["1404/01/15", datetime.date(2025, 4, 1)])
def test_days_of_lines_are_refused(tmp_path, cell):
    told = refused(book(tmp_path, {"s": [[*PLAIN, "تاریخ"], [*line(), cell]]}))
    assert "column تاریخ: found" in told and "delete the column" in told


def test_other_columns_may_hold_anything_else(tmp_path):
    header = [*PLAIN, "بخش", "note"]
    rows = [
        header,
        [*line(), "فصل بهار خرما", 12],
        [*line(code="07099999"), "tuna, tons of it", None],
    ]
    assert len(taken(book(tmp_path, {"s": rows}))[0]) == 2


# Places that say different things


@pytest.mark.parametrize(
    ("sheet", "rows", "name"),
    [
        ("s", [[TITLE], PLAIN, line()], "import 1404.xlsx"),
        ("واردات", [[TITLE], PLAIN, line()], "1404.xlsx"),
        ("s", [[*PLAIN[:6], "ارزش دلاری واردات"], line()], "export 1404.xlsx"),
    ],
)
def test_two_directions_are_refused(tmp_path, sheet, rows, name):
    assert "expected one direction" in refused(book(tmp_path, {sheet: rows}, name))


def test_a_column_of_directions_agrees_with_the_title(tmp_path):
    rows = [["آمار واردات سال 1404"], [*PLAIN, "جریان"], [*line(), "صادرات"]]
    told = refused(book(tmp_path, {"s": rows}, "1404.xlsx"))
    assert "line 3, column جریان: found 'صادرات', expected import" in told


@pytest.mark.parametrize(
    ("sheet", "title", "year", "told"),
    [
        ("1403", TITLE, None, "expected 1403, as the name of the sheet says"),
        ("1403", "صادرات", 1404, "expected 1403, as the name of the sheet says"),
        ("s", "Exports of Iran 2019", 1404, "expected a year that begins in 2019"),
        ("s", "Exports 2019-20", 1404, "expected a year that begins in 2019"),
        ("s", "صادرات سال های 1400 تا 1402", 1404, "expected 1400 1401 1402, as the title"),
        ("s", "صادرات سالهای 1403 و 1404", None, "named are 1403 1404"),
    ],
)
def test_two_years_are_refused(tmp_path, sheet, title, year, told):
    path = book(tmp_path, {sheet: [[title], PLAIN, line(year=year)]}, "export.xlsx")
    assert told in refused(path)


@pytest.mark.parametrize(
    "title",
    ["Exports of Iran 2025-26", "Exports of Iran, 2025, HS 2017", "صادرات سال های 1400 تا 1405",
     "صادرات سالهای 1403 و 1404"],
)  # fmt: skip
def test_years_of_titles_that_hold_the_year_are_read(tmp_path, title):
    goods, _ = taken(book(tmp_path, {"s": [[title], PLAIN, line()]}, "export.xlsx"))
    assert list(goods.iranian_year) == ["1404"]


def test_a_year_in_the_name_of_the_file_that_is_another_is_told(tmp_path):
    _, file = taken(book(tmp_path, {"s": [PLAIN, line()]}, "export 1403.xlsx"))
    assert "the name of the file says 1403, its lines 1404" in file.said


# Parts of a year and of the country


@pytest.mark.parametrize(
    "title",
    [
        "صادرات سال 1404 منتهی به شهریورماه",
        "صادرات 1404 تا پایان مهرماه",
        "صادرات ۹ ماهه ۱۴۰۴",
        "صادرات شش\u200cماهه 1404",
        "صادرات مرداد1404",
        "صادرات امرداد 1404",
        "صادرات ۱۴۰۴/۶",
        "صادرات 140406",
        "صادرات 20 روزه 1404",
        "صادرات ژانویه تا ژوئن 1404",
        "Exports 1404 Jan-Jun",
        "Exports 1404, Mar to Sep",
        "Exports 1404, first semester",
        "Exports 1404 (5 mo.)",
        "export 1404 Shahrivarmah",
        "Exports 1404, 10 days",
    ],
)
def test_further_words_of_a_part_of_a_year(tmp_path, title):
    assert "a part of a year" in refused(book(tmp_path, {"s": [[title], PLAIN, line()]}))


def test_merged_months_hold_for_all_their_lines(tmp_path):
    rows = [["ماه", *PLAIN], *[[m, *line("چین")] for m in range(1, 13)]]
    rows += [[1, *line()], [None, *line()]]
    path = book(tmp_path, {"s": rows}, change=lambda b: b["s"].merge_cells("A14:A15"))
    goods, file = taken(path)
    assert list(goods.value_usd) == ["60"] and file.coverage == "exports of 1404, 12 months"


def test_a_merged_country_does_not_reach_into_the_next_sheet(tmp_path):
    sheets = {"1": [PLAIN, line(), line(None, "07099999")], "2": [line(None, "10019900")]}
    told = refused(book(tmp_path, sheets, change=lambda b: b["1"].merge_cells("B2:B3")))
    assert "› 2, line 1, column country: found ''" in told


def test_lines_of_one_customs_office_are_told(tmp_path):
    rows = [[1404, "آستارا", RUSSIA, f"{n + 10}025100", "x", 1, 2, 3] for n in range(30)]
    _, file = taken(book(tmp_path, {"s": [PERSIAN, *rows]}))
    assert file.said == ["all lines are of one customs office, آستارا: one place?"]
    rows[3][1] = "انزلی"
    assert taken(book(tmp_path, {"s": [PERSIAN, *rows]}))[1].said == []


def test_of_a_hidden_sheet_nothing_is_taken_told_or_refused(tmp_path):
    def hide(written):
        written["2"].sheet_state = "hidden"

    rows = [[*PLAIN[:6], "ارزش دلاری (صد)"], line("روسیه سفید"), line(None, "07099999")]
    _, file = taken(book(tmp_path, {"1": [PLAIN, line()], "2": rows}, change=hide))
    assert file.left_out == {} and file.said == ["the sheet «2» is hidden; left out"]


# Numbers and codes


@pytest.mark.parametrize("place", ["A2", "B2", "C2", "E2", "F2", "G2"])
@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "1e400"])
def test_what_is_no_number_to_a_reader_is_refused_in_any_column(tmp_path, place, value):
    path = book(tmp_path, {"s": [PLAIN, [1404, RUSSIA, 8025100, "x", 10, 15_000, 30]]})
    cell = f'<c r="{place}"><v>{value}</v></c>'.encode()
    pattern = f'<c r="{place}"[^>]*>.*?</c>'.encode()
    told = refused(changed(path, SHEET, lambda xml: re.sub(pattern, cell, xml)))
    assert "line 2, column" in told and len(told.splitlines()) == 1


@pytest.mark.parametrize("text", ["10²", "½", "3¹"])
def test_raised_digits_are_not_part_of_a_number(tmp_path, text):
    assert "column dollar: found" in refused(book(tmp_path, {"s": [PLAIN, line(dollar=text)]}))
    told = refused(book(tmp_path, {"s": [PLAIN, line("چین"), line(code=f"0802510{text}")]}))
    assert "column code: found" in told


@pytest.mark.parametrize("digits", [19, 30, 60])
def test_a_text_of_more_digits_than_a_table_holds_is_refused(tmp_path, digits):
    told = refused(book(tmp_path, {"s": [PLAIN, line(rial="9" * digits)]}))
    assert "column rial: found" in told and "at most 18 digits" in told
    assert len(taken(book(tmp_path, {"s": [PLAIN, line(rial="9" * 18)]}))[0]) == 1


def test_a_code_of_the_harmonized_system_loses_one_zero_at_most(tmp_path):
    rows = [PLAIN, *[line("چین", code="2710199000", year=1409)] * 3]
    for code in ("2710", "10121000", 271019):
        told = refused(book(tmp_path, {"s": [*rows, line(code=code, year=1409)]}))
        assert "expected a tariff line of 10 digits" in told
    told = refused(book(tmp_path, {"s": [PLAIN, line(code="2710", year=1373)]}))
    assert "expected a tariff line of 10 digits" in told


# Zeros


def test_a_weight_of_0_of_light_goods_is_kept_and_told(tmp_path):
    goods, file = taken(book(tmp_path, {"s": [PLAIN, line(weight=0), line(code="07099999")]}))
    assert dict(goods.weight_kg) == {"08025100": "0", "07099999": "10"}
    assert file.said == ["weight 0 beside up to 10,000 dollars in 1 line: below 0.5 kg, kept"]


@pytest.mark.parametrize(
    ("header", "dollar"), [("weight", 10_001), ("وزن (تن)", 30)], ids=["worth", "tonnes"]
)
def test_a_weight_of_0_that_cannot_be_is_not_known_nor_is_the_sum(tmp_path, header, dollar):
    rows = [[*PLAIN[:4], header, *PLAIN[5:]], line(weight=0, dollar=dollar), line(dollar=5)]
    goods, file = taken(book(tmp_path, {"s": [*rows, line(code="07099999")]}))
    assert goods.weight_kg["08025100"] in ("", None) or goods.weight_kg.isna()["08025100"]
    assert goods.weight_kg["07099999"] in ("10", "10000")
    assert goods.value_usd["08025100"] == str(dollar + 5)
    assert "weight 0 in 1 line: not known, their sums are left empty" in file.said


@pytest.mark.parametrize(("column", "named"), [("rial", "rials"), ("dollar", "dollars")])
def test_a_value_of_0_is_told(tmp_path, column, named):
    _, file = taken(book(tmp_path, {"s": [PLAIN, line(**{column: 0}), line()]}))
    assert file.said == [f"the value in {named} is 0 in 1 line"]


# Cells far from the others, which would end the process


@pytest.mark.parametrize("said", [b"", b'<dimension ref="A1:G2"/>'], ids=["absent", "stale"])
def test_a_far_cell_is_found_whatever_range_the_sheet_states(tmp_path, said):
    def far(written):
        written["s"]["XFD100000"] = 1

    path = book(tmp_path, {"s": [PLAIN, line()]}, change=far)
    changed(path, SHEET, lambda xml: re.sub(rb"<dimension[^>]*/>", said, xml))
    assert "cell XFD100000: found a cell far from the others" in refused(path)


def test_a_far_cell_of_a_binary_workbook_is_refused(tmp_path):
    end = bytes([146, 1, 0])
    row = bytes([0, 25]) + struct.pack("<III", 100_000, 0, 0) + bytes(13)
    cell = bytes([5, 16]) + struct.pack("<IId", 16_000, 0, 1.0)
    path = xlsb(tmp_path / "export 1404.xlsb", [PLAIN, line()])
    changed(path, "xl/worksheets/sheet1.bin", lambda held: held.replace(end, row + cell + end))
    assert "cell WQK100001: found a cell far from the others" in refused(path)


def test_formats_far_below_the_lines_do_no_harm(tmp_path):
    def far(written):
        written["s"]["AZ1048576"].number_format = "0.00"

    assert len(taken(book(tmp_path, {"s": [PLAIN, line()]}, change=far))[0]) == 1


def test_a_sheet_that_states_no_range_is_read_whole(tmp_path):
    path = book(tmp_path, {"s": [PLAIN, line(), line(code="07099999")]})
    changed(path, SHEET, lambda xml: re.sub(rb"<dimension[^>]*/>", b"", xml))
    assert len(taken(path)[0]) == 2
