"""Official files as publishers write them: a part is told, a weight of 0 is none, digits stay.

All figures are made up. Most tests read one file without laying it beside the book.
"""

import bz2
import gzip
import lzma
import random
import re
import tarfile
import typing
import zipfile
from pathlib import Path

import openpyxl
import pytest
from test_importers import BACI, BANK, COMTRADE, GDELT_DAY, SAMPLES, hashes, refused, run, written
from test_importers import rows as rows_of

from iran_russia import importers
from iran_russia.importers import areas, digits, engine, gdelt, reading
from iran_russia.importers.reading import Refused


@pytest.fixture(scope="module")
def started():
    with engine.running("duckdb") as running:
        yield running


@pytest.fixture
def read(started):
    """Read a file into rows; gives the rows of each table and what is told of the file."""

    def read(path: Path, kind: str | None = None):
        found = importers.read_file(path, kind, *started)
        return {b.table: b.rows for b in found}, found[0].file, found[0].source

    return read


# UN Comtrade

CURRENT = (
    "typeCode", "freqCode", "refYear", "period", "reporterCode", "reporterISO", "flowCode",
    "partnerCode", "partnerISO", "partnerDesc", "partner2Code", "classificationCode", "cmdCode",
    "customsCode", "motCode", "netWgt", "primaryValue",
)  # fmt: skip
LINE = {
    "typeCode": "C", "freqCode": "A", "refYear": "2021", "period": "2021", "reporterCode": "643",
    "reporterISO": "RUS", "flowCode": "X", "partnerCode": "364", "partnerISO": "IRN",
    "partnerDesc": "Iran", "partner2Code": "0", "classificationCode": "H5", "cmdCode": "TOTAL",
    "customsCode": "C00", "motCode": "0", "netWgt": "12.5", "primaryValue": "1000",
}  # fmt: skip


def comtrade(
    tmp_path, *lines: dict, columns=CURRENT, sep=",", end="\n", tail="", name="c.csv", code="utf-8"
):
    """A file with some columns of Comtrade; a line says what differs from :data:`LINE`."""
    text = sep.join(columns) + end
    for line in lines:
        cells = [(LINE | line)[c] for c in columns]
        text += sep.join(f'"{c}"' if sep in c else c for c in cells) + tail + end
    return written(tmp_path, text.encode(code), name)


BULK = [c for c in CURRENT if c not in ("reporterISO", "partnerISO", "partnerDesc")]


@pytest.mark.parametrize(
    ("number", "partner"),
    [
        ("0", "WLD"), ("364", "IRN"), ("156", "CHN"), ("842", "USA"), ("840", "USA"),
        ("251", "FRA"), ("250", "FRA"), ("699", "IND"), ("356", "IND"), ("757", "CHE"),
        ("756", "CHE"), ("579", "NOR"), ("578", "NOR"), ("381", "ITA"), ("490", "TWN"),
        ("4", "AFG"), ("004", "AFG"), ("036", "AUS"), ("276", "DEU"), ("792.0", "TUR"),
    ],
)  # fmt: skip
def test_countries_of_bulk_files_are_read_by_their_numbers(number, partner, read, tmp_path):
    file = comtrade(tmp_path, {"partnerCode": number}, columns=BULK, sep="\t", name="b.txt")
    tables, told, _ = read(file)
    assert list(tables["trade_partners"].partner_iso3) == [partner]
    assert not told.left_out
    assert bool(told.said) is (number == "490")


def test_the_numbers_are_those_of_states_and_each_has_one_country():
    assert set(areas.STATES.values()) > {"IRN", "RUS", "USA", "CHN", "TUR", "DEU"}
    assert all(n == str(int(n)) and len(iso) == 3 for n, iso in areas.STATES.items())
    assert not set(areas.STATES) & (set(areas.AREAS) | set(areas.OTHER_ASIA) | {"0"})


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"partnerCode": "837", "partnerISO": "X1 ", "partnerDesc": "Bunkers"}, "Bunkers"),
        ({"partnerCode": "899", "partnerISO": "_X ", "partnerDesc": "Areas, nes"}, "Areas, nes"),
        ({"partnerCode": "473", "partnerISO": "A79", "partnerDesc": "LAIA, nes"}, "LAIA, nes"),
        ({"partnerCode": "839", "partnerISO": "", "partnerDesc": "Special Categories"}, "Special"),
    ],
)
def test_areas_that_are_no_states_are_counted_and_named(line, name, read, tmp_path):
    tables, told, _ = read(comtrade(tmp_path, line, {"partnerCode": "792", "partnerISO": "TUR"}))
    assert list(tables["trade_partners"].partner_iso3) == ["TUR"]
    [(reason, count)] = told.left_out.items()
    assert "no states" in reason and name in reason and count == 1
    bulk = comtrade(tmp_path, line, {"partnerCode": "792"}, columns=BULK)
    [(reason, count)] = read(bulk)[1].left_out.items()
    assert "no states" in reason and count == 1


def test_a_number_that_is_not_known_is_told_and_other_asia_is_taiwan(read, tmp_path):
    bulk = comtrade(tmp_path, {"partnerCode": "999"}, {"partnerCode": "8"}, columns=BULK)
    assert read(bulk)[1].left_out == {"lines of areas that are no states (999)": 1}
    asia = {"partnerCode": "490", "partnerISO": "S19", "partnerDesc": "Other Asia, nes"}
    for columns in (CURRENT, BULK, [c for c in CURRENT if c != "partnerCode"]):
        tables, told, _ = read(comtrade(tmp_path, asia, columns=columns))
        assert list(tables["trade_partners"].partner_iso3) == ["TWN"]
        assert "Other Asia" in told.said[0]


@pytest.mark.parametrize(
    "columns",
    [
        [c for c in CURRENT if c not in ("reporterISO", "partnerISO")],
        [c for c in CURRENT if c not in ("reporterCode", "partnerCode")],
        [c for c in CURRENT if c not in ("reporterISO", "partnerCode")],
        [c for c in CURRENT if c not in ("netWgt", "typeCode", "classificationCode", "freqCode")],
    ],
)
def test_letters_or_numbers_of_countries_may_be_missing(columns, read, tmp_path):
    tables, _, _ = read(comtrade(tmp_path, {}, columns=columns))
    assert list(tables["trade_partners"].reporter) == ["RUS"]
    assert list(tables["trade_partners"].partner_iso3) == ["IRN"]


@pytest.mark.parametrize("letters", ["", "N/A", " "])
def test_letters_that_are_blank_give_way_to_numbers(letters, read, tmp_path):
    line = {"reporterISO": letters, "partnerISO": letters, "partnerCode": "842"}
    assert list(read(comtrade(tmp_path, line))[0]["trade_partners"].partner_iso3) == ["USA"]


@pytest.mark.parametrize("weight", ["0", "0.0", "0.000", "", "NA"])
def test_a_weight_of_0_beside_a_value_is_not_known(weight, read, tmp_path):
    goods = {"cmdCode": "100199", "netWgt": weight}
    tables, _, _ = read(comtrade(tmp_path, {"netWgt": weight}, goods))
    assert [list(t.weight_kg) for t in tables.values()] == [[""], [""]]
    text = f"t,i,j,k,v,q\n2022,364,643,080251,1.5,{weight}\n"
    [goods] = read(written(tmp_path, text, BACI.name))[0].values()
    assert list(goods.weight_kg) == [""] and list(goods.value_usd) == ["1500"]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
@pytest.mark.parametrize("tail", ["", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comtrade_is_read_in_its_encodings_with_a_comma_after_each_row(
    code, tail, end, read, tmp_path
):
    names = ("Türkiye", "Côte d'Ivoire", "Curaçao")
    lines = [
        {"partnerCode": number, "partnerISO": iso, "partnerDesc": name}
        for name, number, iso in zip(
            names, ("792", "384", "531"), ("TUR", "CIV", "CUW"), strict=True
        )
    ]
    file = comtrade(tmp_path, *lines, tail=tail, end=end, code=code)
    assert sorted(read(file)[0]["trade_partners"].partner_iso3) == ["CIV", "CUW", "TUR"]
    # A fault below keeps its line.
    file = comtrade(tmp_path, *lines, {"primaryValue": "many"}, tail=tail, end=end, code=code)
    with pytest.raises(Refused, match=r"c\.csv, line 5, column primaryValue: found 'many'"):
        read(file)


def test_a_row_without_the_comma_that_all_others_have_is_read_too(read, tmp_path):
    years = [{"refYear": str(y), "period": str(y)} for y in range(1992, 2022)]
    lines = comtrade(tmp_path, *years, tail=",").read_text().splitlines(keepends=True)
    lines[20] = lines[20].replace(",\n", "\n")
    assert len(read(written(tmp_path, "".join(lines), "c.csv"))[0]["trade_partners"]) == 30
    lines[25] = lines[25].replace("1000", "many")
    with pytest.raises(Refused, match="line 26, column primaryValue"):
        read(written(tmp_path, "".join(lines), "c.csv"))


MONTHS = [{"freqCode": "M", "period": f"2021{m:02d}"} for m in range(1, 13)]


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (MONTHS[:1], CURRENT),
        (MONTHS, CURRENT),
        (MONTHS[:6], [c for c in CURRENT if c != "freqCode"]),
        (MONTHS[6:], [c for c in CURRENT if c != "period"]),
        ([{"motCode": "2100"}], CURRENT),
        ([{"customsCode": "C04"}], CURRENT),
        ([{"partner2Code": "276"}], CURRENT),
        ([{"typeCode": "S", "cmdCode": "TOTAL"}], CURRENT),
        ([{"flowCode": "RX"}], CURRENT),
    ],
)
def test_a_file_of_parts_alone_is_refused_and_beside_the_whole_they_are_told(
    lines, columns, read, tmp_path
):
    with pytest.raises(Refused, match=r"c\.csv, line 2: found nothing but .*expected whole years"):
        read(comtrade(tmp_path, *lines, columns=columns))
    tables, told, _ = read(comtrade(tmp_path, *lines, {}, columns=columns))
    assert list(tables["trade_partners"].value_usd) == ["1000"]
    assert sum(told.left_out.values()) == len(lines)


LEGACY = {
    "Classification": "H5", "Year": "2017", "Period": "2017", "Trade Flow Code": "2",
    "Reporter Code": "643", "Reporter ISO": "RUS", "Partner Code": "364", "Partner ISO": "IRN",
    "2nd Partner Code": "", "Mode of Transport Code": "", "Commodity Code": "TOTAL",
    "Netweight (kg)": "0", "Trade Value (US$)": "1000",
}  # fmt: skip


def legacy(tmp_path, **changes):
    line = LEGACY | {k.replace("_", " "): v for k, v in changes.items()}
    return written(tmp_path, f"{','.join(line)}\n{','.join(line.values())}\n", "legacy.csv")


def test_the_legacy_file_has_months_under_its_period(read, tmp_path):
    totals = read(legacy(tmp_path))[0]["trade_partners"]
    assert list(totals.value_usd) == ["1000"] and list(totals.weight_kg) == [""]
    numbered = read(legacy(tmp_path, Partner_ISO=""))[0]["trade_partners"]
    assert list(numbered.partner_iso3) == ["IRN"]
    for change in ({"Period": "201701"}, {"Mode_of_Transport_Code": "1"}):
        with pytest.raises(Refused, match="found nothing but lines of"):
            read(legacy(tmp_path, **change))


def test_what_a_comtrade_file_covers_is_told(read, tmp_path):
    goods = {"cmdCode": "100199"}
    _, told, _ = read(comtrade(tmp_path, goods))
    assert told.coverage == "exports alone of RUS, 2021, 1 product"
    _, told, _ = read(
        comtrade(tmp_path, {}, {"flowCode": "M", "refYear": "2019", "period": "2019"})
    )
    assert told.coverage == "exports and imports of RUS, 2019 to 2021, 1 partner"


@pytest.mark.parametrize("classification", ["S3", "S4", "B4", "B5"])
def test_goods_of_another_classification_are_no_goods_of_the_hs(classification, read, tmp_path):
    goods = {"cmdCode": "041200", "classificationCode": classification}
    tables, told, _ = read(comtrade(tmp_path, goods, {}))
    assert tables["trade_hs6"].empty and len(tables["trade_partners"]) == 1
    assert told.left_out == {"lines of goods in another classification than the HS": 1}


def test_the_day_in_the_name_of_a_bulk_file_is_its_release(read, tmp_path):
    name = "COMTRADE-FINAL-CA643202101H5[2023-09-05].gz"
    source = read(written(tmp_path, gzip.compress(COMTRADE.read_bytes()), name))[2]
    assert source["released"] == "2023-09-05"
    older = "COMTRADE-FINAL-CA643202101H5[2022-02-01]"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(COMTRADE, f"{older}.txt")
    assert read(tmp_path / "b.zip")[2]["released"] == "2022-02-01"
    assert read(COMTRADE)[2]["released"] == ""


def test_an_older_bulk_file_never_revises_a_newer_one(copy, tmp_path):
    text = COMTRADE.read_text(encoding="utf-8-sig")
    name = "COMTRADE-FINAL-CA643202101H5[{}].csv"
    run(written(tmp_path, text, name.format("2023-09-05")))
    before = hashes(copy)
    older = text.replace("3063940120.5", "1")
    said = run(written(tmp_path, older, name.format("2022-02-01")), "--update")
    assert "older release (1 February 2022)" in said and hashes(copy) == before


# Digits


@pytest.mark.parametrize(
    ("cell", "times", "places", "expected"),
    [
        ("413493050000", "1e-6", 1, "413493.1"),
        ("413493049999.9", "1e-6", 1, "413493"),
        ("2.675", "1", 2, "2.68"),
        ("-0.0005", "1000", 0, "-1"),
        ("1.0005", "1000", 3, "1000.5"),
        ("9007199254740993", "1", None, "9007199254740993"),
        ("1.50e3", "1", None, "1500"),
        ("-0.0", "1", 1, "0"),
        ("", "1", 1, ""),
    ],
)
def test_decimals_are_rounded_and_not_binary_fractions(cell, times, places, expected):
    assert digits.exact(cell, times, places) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1.0000005", "1"), ("1.000005", "1.00001"), ("123456.5", "123457"), ("5011123", "5011120"),
     ("0.00012345678", "0.000123457"), ("", ""), ("270.5", "270.5")],
)  # fmt: skip
def test_the_panel_has_six_digits(cell, expected):
    assert digits.significant(cell, 6) == expected


def test_the_panel_is_rounded_so_and_its_year_is_read_from_the_name_in_an_archive(read, tmp_path):
    text = "Country,Year,ISO3166_alpha3,Var,Value\nIran,2024,IRN,oilprod_kbd,4005.125\n"
    panel = written(tmp_path, text, "Panel 2025.csv")
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.write(panel, panel.name)
    for file in (panel, tmp_path / "download.zip"):
        tables, told, source = read(file)
        assert list(tables["energy_country_year"].value) == ["4005.13"]
        assert source["released"] == "2025" and told.coverage == "oil production to 2024"


def test_weights_of_baci_are_exact(read, tmp_path):
    text = "t,i,j,k,v,q\n2022,364,643,080251,1.0005005,0.0000005\n2022,364,643,080252,17.25,  3.4\n"
    [goods] = read(written(tmp_path, text, BACI.name))[0].values()
    assert list(goods.value_usd) == ["1000.501", "17250"]
    assert list(goods.weight_kg) == ["0.001", "3400"]


# GDELT


def event(number: int, slot: str, one="IRN", other="RUS", goldstein="4.0", tone="1.5", columns=61):
    cells = [""] * columns
    cells[0], cells[1], cells[7], cells[17], cells[30] = (
        str(number),
        slot[:8],
        one,
        other,
        goldstein,
    )
    cells[32], cells[33], cells[34], cells[59 if columns == 61 else 56] = "2", "10", tone, slot
    return "\t".join(cells)


def quarter(tmp_path, slot: str, *events: str, name=""):
    return written(tmp_path, "\n".join(events) + "\n", name or f"{slot}.export.CSV")


def rest_of(tmp_path, day: str, *but: str, first=1000, name="rest.CSV"):
    """The other quarters of a day, an event of one country each."""
    slots = [s for s in gdelt._SLOTS if s not in but]
    lines = [event(first + n, f"{day}{s}", other="") for n, s in enumerate(slots)]
    return quarter(tmp_path, day, *lines, name=name)


@pytest.mark.parametrize(
    ("slots", "missing"),
    [
        (gdelt._SLOTS[:1], "missing 20240301001500 to 20240301234500"),
        (gdelt._SLOTS[:-1], "missing 20240301234500"),
        ([*gdelt._SLOTS[:3], *gdelt._SLOTS[4:]], "missing 20240301004500"),
        (gdelt._SLOTS[::2], "found 48 of the 96 quarter-hour files"),
    ],
)
def test_a_day_with_fewer_than_its_files_is_no_day(slots, missing, copy, tmp_path):
    lines = [event(n, f"20240301{slot}") for n, slot in enumerate(slots, 1)]
    message = refused(copy, quarter(tmp_path, "20240301", *lines))
    assert missing in message and "2024-03-01" in message


def test_a_part_of_a_day_beside_a_whole_one_is_left_out_and_told(copy, tmp_path):
    part = quarter(tmp_path, "20240302000000", event(5000, "20240302000000"))
    said = run(*GDELT_DAY, part)
    assert "covers the whole day 2024-03-01" in said and "gdelt_day: 1 added" in said
    assert "a part of a day is left out: found 1 of the 96 quarter-hour files of 2024-03-02" in said
    assert rows_of("gdelt_day", date="2024-03-02").empty


def weight(*files) -> str:
    run(*files)
    [day] = rows_of("gdelt_day", date="2024-03-01").to_dict("records")
    return day["tie_weight"]


# By hand: 4 + 2 × .025 + 10 × .01 + 1.5 × .01.
ONE = "4.165"


def test_an_event_counts_once_in_one_file(copy, tmp_path):
    lines = [event(1, "20240301001500")] * 3
    rest = rest_of(tmp_path, "20240301", "001500")
    assert weight(quarter(tmp_path, "20240301001500", *lines), rest) == ONE


def test_an_event_counts_once_in_two_files(copy, tmp_path):
    rest = rest_of(tmp_path, "20240301", "001500", "003000")
    first = quarter(tmp_path, "20240301001500", event(1, "20240301001500"))
    again = [event(1, "20240301003000"), event(2, "20240301003000", one="USA", other="CHN")]
    second = quarter(tmp_path, "20240301003000", *again)
    assert weight(first, second, rest) == ONE


def test_an_event_counts_once_in_a_file_its_archive_and_the_file_of_the_day(copy, tmp_path):
    rest = rest_of(tmp_path, "20240301", "001500")
    first = quarter(tmp_path, "20240301001500", event(1, "20240301001500"))
    packed = tmp_path / "20240301001500.export.CSV.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(first, first.name)
    day = written(tmp_path, first.read_text() + rest.read_text(), "day.CSV")
    assert weight(first, packed, rest, day) == ONE
    assert weight(day, packed) == ONE


def test_a_day_is_of_one_version(copy, tmp_path):
    old = quarter(tmp_path, "", event(9000, "20240301", columns=58), name="20240301.export.CSV")
    message = refused(copy, *GDELT_DAY, old)
    assert "found the day 2024-03-01 in files of GDELT 1.0 and of 2.0" in message


@pytest.mark.parametrize(
    ("goldstein", "tone", "expected"),
    [
        ("4.0", "-1.77635683940025E-15", 4_150_000),
        ("0.5", "0.00005", 650_001),
        ("-2.0", "3.26678765880218", -2_182_668),
        ("0.0", "7.5", 0),
        ("", "7.5", 0),
    ],
)
def test_weights_of_events_are_whole_millionths_of_decimals(
    goldstein, tone, expected, read, tmp_path
):
    line = event(1, "20240301001500", goldstein=goldstein, tone=tone)
    [pairs] = read(quarter(tmp_path, "20240301001500", line))[0].values()
    assert list(pairs.weight) == [str(expected)]


# ICEWS

ICEWS = SAMPLES / "events.2016.20180710092545.tab"


@pytest.mark.parametrize(
    "form",
    ["{m}/{d}/{y}", "{m:02d}/{d:02d}/{y}", "{m}/{d}/{y} 0:00", "{y}-{m:02d}-{d:02d}T00:00:00"],
)
def test_days_of_icews_are_read_in_both_orders(form, read, tmp_path):
    text = ICEWS.read_text(encoding="utf-8")
    held = list(read(ICEWS)[0]["icews_events"].date)
    for day in held:
        y, m, d = map(int, day.split("-"))
        text = text.replace(day, form.format(y=y, m=m, d=d))
    assert held[0] not in text or "T" in form
    assert list(read(written(tmp_path, text, ICEWS.name))[0]["icews_events"].date) == held


@pytest.mark.parametrize("cell", ["25/12/2016", "2016/12/1", "12-1-2016", "soon"])
def test_what_is_no_day_in_either_order_is_told_with_its_line(cell, read, tmp_path):
    day = read(ICEWS)[0]["icews_events"].date[0]
    text = ICEWS.read_text(encoding="utf-8").replace(day, cell)
    with pytest.raises(Refused, match=rf"line \d+, column Event Date: found '{cell}'"):
        read(written(tmp_path, text, ICEWS.name))


def test_an_event_of_icews_counts_once_in_two_orders_and_two_files(copy, tmp_path):
    alone = run(ICEWS, "--dry-run")
    text = ICEWS.read_text(encoding="utf-8")
    header, *lines = text.splitlines(keepends=True)
    other = written(tmp_path, header + "".join(lines * 2), "events.2016.20180711000000.tab")
    both = run(ICEWS, other, "--dry-run")
    told = [line for line in alone.splitlines() if " added, " in line]
    assert told and [line for line in both.splitlines() if " added, " in line] == told


# World Bank

DATABANK = """Country Name,Country Code,Series Name,Series Code,2022 [YR2022],2023 [YR2023]
"Iran, Islamic Rep.","IRN","GDP (current US$)","NY.GDP.MKTP.CD","413493050000",".."
"Iran, Islamic Rep.","IRN","Population, total","SP.POP.TOTL","88550570","89172767"
"Russian Federation","RUS","Merchandise exports","TX.VAL.MRCH.CD.WT","592075000000.5",".."
"World","WLD","Population, total","SP.POP.TOTL","1","2"
"""
FOOT = "Data from database: World Development Indicators"


@pytest.mark.parametrize(
    "foot",
    [
        f"\n\n\n{FOOT}\nLast Updated: 07/13/2026\n",
        f"\n\n\n{FOOT}\nLast Updated: 07/13/2026",
        f',,,,,\n,,,,,\n"{FOOT}",,,,,\n"Last Updated: 07/13/2026",,,,,\n',
        f'\r\n"{FOOT}"\r\n"Last Updated: 07/13/2026"\r\n',
    ],
)
def test_the_layout_of_the_databank_is_read_with_all_its_indicators(foot, read, tmp_path):
    tables, told, source = read(written(tmp_path, DATABANK + foot, "Data.csv"))
    values = tables["country_capabilities"].set_index(["measure", "year"]).value
    assert dict(values) == {
        ("gdp", "2022"): "413493.1",
        ("population", "2022"): "88550570",
        ("population", "2023"): "89172767",
    }
    assert list(tables["world_trade"].value_usd) == ["592075000001"]
    assert source["released"] == "2026-07-13"
    assert source["source_id"] == "wdi_merchandise_trade_gdp_population_2026_07_13"
    assert told.coverage.startswith("merchandise trade and gdp and population")


def test_the_databank_without_its_foot_has_no_date(read, tmp_path):
    source = read(written(tmp_path, DATABANK, "Data.csv"))[2]
    assert source["released"] == "" and source["vintage"] == "not stated"


@pytest.mark.parametrize("cell", ["x", "1.234,5", "12 5"])
def test_a_fault_in_the_databank_keeps_its_line(cell, read, tmp_path):
    text = DATABANK.replace("89172767", cell)
    with pytest.raises(Refused, match=rf"Data\.csv, line 3, column 2023: found '{cell}'"):
        read(written(tmp_path, text + f"\n{FOOT}\n", "Data.csv"))


def test_years_as_rows_are_told_what_is_missing(copy, tmp_path):
    text = '"Time","Time Code","Country Name","Country Code","GDP [NY.GDP.MKTP.CD]"\n'
    text += '"2022","YR2022","Iran, Islamic Rep.","IRN","1"\n'
    message = refused(copy, written(tmp_path, text, "Data.csv"))
    assert "World Bank" in message and "missing: Indicator Code" in message


def test_a_file_without_its_date_line_does_not_become_a_source_that_is_there(copy, tmp_path):
    lines = BANK.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if "Country Name" in line)
    before = set(rows_of("sources").source_id)
    run(written(tmp_path, "".join(lines[start:]), BANK.name))
    [name] = set(rows_of("sources").source_id) - before
    assert set(rows_of("world_trade", year="2025").source_id) == {name}


# Archives


def zipped(content: bytes, name: str, tmp_path) -> bytes:
    target = tmp_path / "made.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("__MACOSX/._x", "")
        archive.writestr(".DS_Store", "x")
    return target.read_bytes()


@pytest.mark.parametrize("name", ["b.ZIP", "b.zip.1", "b", "b.csv", "b.dat", "b.Zip"])
def test_a_zip_is_known_by_its_content(name, read, tmp_path):
    file = written(tmp_path, zipped(BACI.read_bytes(), BACI.name, tmp_path), name)
    tables, _, source = read(file)
    assert len(tables["trade_hs6"]) == 3 and source["released"] == "2024-01b"


@pytest.mark.parametrize("name", ["b.GZ", "b.gz.1", "b", "b.csv", "b.zip", "b.tab"])
def test_a_gzip_is_known_by_its_content(name, read, tmp_path):
    packed, plain = gzip.compress(COMTRADE.read_bytes()), read(COMTRADE)
    tables, _, source = read(written(tmp_path, packed, name))
    assert tables["trade_partners"].equals(plain[0]["trade_partners"])
    assert source == plain[2]  # the archive is the same source


@pytest.mark.parametrize("name", ["b.gz", "b.zip", "b.ZIP"])
def test_a_plain_file_is_one_whatever_its_name_ends_with(name, read, tmp_path):
    assert len(read(written(tmp_path, COMTRADE.read_bytes(), name))[0]["trade_partners"]) == 3


def _tar(tmp_path):
    target = tmp_path / "made.tar"
    with tarfile.open(target, "w") as archive:
        archive.add(COMTRADE, COMTRADE.name)
    return target.read_bytes()


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda _: bz2.compress(COMTRADE.read_bytes()), "bzip2"),
        (lambda _: lzma.compress(COMTRADE.read_bytes()), "xz"),
        (lambda _: b"7z\xbc\xaf\x27\x1c" + b"\0" * 40, "7-Zip"),
        (lambda _: b"Rar!\x1a\x07\x01\x00" + b"\0" * 40, "RAR"),
        (_tar, "tar"),
        (lambda t: gzip.compress(_tar(t)), "tar inside the archive"),
        (lambda t: gzip.compress(zipped(b"a,b\n", "a.csv", t)), "zip inside the archive"),
        (lambda t: zipped(gzip.compress(b"a,b\n"), "a.csv.gz", t), "gzip inside the archive"),
        (
            lambda t: zipped((SAMPLES / "export 10.xls").read_bytes(), "export 10.xls", t),
            "a workbook inside the archive",
        ),
    ],
)
def test_what_cannot_be_unpacked_here_is_told(make, what, copy, tmp_path):
    message = refused(copy, written(tmp_path, make(tmp_path), "b.zip"))
    assert what in message and "unpack it and name the file to import" in message


def test_an_archive_with_a_password_is_told(copy, tmp_path):
    content = bytearray(zipped(COMTRADE.read_bytes(), "a.csv", tmp_path))
    # The first bit of the flags of the first file, where it stands and in the directory.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    message = refused(copy, written(tmp_path, bytes(content), "b.zip"))
    assert "with a password" in message


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_long_archive_that_is_cut_off_is_told(cut, copy, tmp_path):
    noise = random.Random(1).choices("0123456789", k=400_000)
    text = BACI.read_text() + "".join(
        f"2022,4,8,{''.join(noise[n : n + 6])},1,1\n" for n in range(0, len(noise) - 6, 6)
    )
    packed = gzip.compress(text.encode())
    message = refused(copy, written(tmp_path, packed[: int(len(packed) * cut)], f"{BACI.name}.gz"))
    assert "the archive is damaged" in message


def test_the_digest_is_that_of_the_table(tmp_path):
    packed = written(tmp_path, gzip.compress(COMTRADE.read_bytes()), "b")
    assert reading.open_download(packed).digest() == reading.open_download(COMTRADE).digest()


# Values that are whole when they exist


@pytest.mark.parametrize("stage", [reading.Stored, reading.Opened, reading.Download])
def test_a_file_holds_nothing_that_comes_later(stage):
    for name, kind in typing.get_type_hints(stage).items():
        assert type(None) not in typing.get_args(kind), name


def test_what_was_opened_has_no_layout_and_its_layout_stays_as_it_was_found(tmp_path):
    text = COMTRADE.read_text().splitlines()
    text = [text[0].replace(text[0].split(",")[-1], ""), *text[1:]]
    opened = reading.open_download(written(tmp_path, "\n".join(text) + "\n", "c.csv"))
    assert not hasattr(opened, "layout") and not hasattr(opened, "ready")
    layout = opened.find({"refYear"})
    folder = tmp_path / "copies"
    folder.mkdir()
    ready = reading.make_ready(opened, layout, folder)
    assert layout.names[-1] == "" and ready.layout.names[-1].startswith("nameless ")
    assert ready.said is opened.said and ready.left_out is opened.left_out
    assert ready.ready.parent == folder and ready.name == opened.name


# Every line twice


@pytest.mark.parametrize(
    "name",
    [
        "UNVotes.csv",
        "2026_2_6_ga_voting.csv",
        "missile_attacks_daily.csv",
        "EI_narrow_2026.csv",
        "comtrade_legacy.csv",
        BACI.name,
    ],
)
def test_a_line_that_stands_twice_counts_once(name, read, copy, tmp_path):
    header, *lines = (SAMPLES / name).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    expected = {table: len(found) for table, found in read(SAMPLES / name)[0].items()}
    said = run(written(tmp_path, header + "".join(lines * 2), name), "--dry-run")
    counts = re.findall(r"^(\w+): (\d+) added, (\d+) identical, (\d+) revised", said, re.MULTILINE)
    assert {table: sum(map(int, numbers)) for table, *numbers in counts} == expected


# Workbooks of another layout


@pytest.mark.parametrize(
    "header", [["item", "price"], ["Country", "2000", "2001"], ["t", "i", "j", "k", "v", "q"]]
)
def test_a_workbook_of_another_layout_is_told_as_one(header, copy, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Data"
    book.active.append(header)
    book.active.append(["1"] * len(header))
    book.save(tmp_path / "book.xlsx")
    message = refused(copy, tmp_path / "book.xlsx")
    assert f"book.xlsx › Data, line 1: found '{' '.join(header)}', expected the yearly" in message
