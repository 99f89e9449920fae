"""SIPRI's exports: every edition is read alike, a part is never the whole, no deal stands twice.

The exports are written here in the layouts of the real ones: deals of the book, or made-up ones.
"""

import csv
import io

import pandas as pd
import pytest
from test_importers import SAMPLES, hashes, refused, rows, run, written

from iran_russia import datasets
from iran_russia.importers import sipri, sipri_deals

COLUMNS = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,"
    "Number delivered, ,Year(s) of delivery,status,Comments,SIPRI TIV per unit,"
    "SIPRI TIV for total order,SIPRI TIV of delivered weapons"
)
OF_2026 = COLUMNS.replace("Number delivered", "Deliveries in the Year Range")
NOTES = """\
Transfers of major conventional arms from {parties} . \
Deals with deliveries made for the year range '{first}' to '{last}'{end}
A '?' in a column indicates uncertain data.
SIPRI trend-indicator values (TIVs) are in millions.

Source: SIPRI Arms Transfers Database (c) SIPRI.
Data generated: {day} 2:55:04 PM
"""
SHAHED = (
    "Russia,Iran,2022,,,,Shahed-136,one-way attack drone,6600,?,2022; 2023; 2024; 2025,New,,"
    "0.04,0,264"
)
SU35 = "Iran,Russia,2023,?,,,Su-35S,fighter/ground-attack aircraft,0,,,New,,60,0,0"
OTHER = "Syria,Iran,2015,?,6,?,Made-up,no such word,6,,2016,Unheard of,,1,6,6"
FIRST = "India,Soviet Union,1949,?,6,?,Made-up,tank,6,,1950; 1951,New,,1,6,6"


def notes(day="9 Nov 2027", first="Not specified", last="Not specified", end=" ", parties=None):
    """The lines above the header."""
    parties = parties or "All countries  to All countries"
    return NOTES.format(day=day, first=first, last=last, end=end, parties=parties)


def register(tmp_path, *records, above=None, header=COLUMNS, name="trade-register.csv"):
    """A register of these records; their lines begin below the notes and the header."""
    above = notes() if above is None else above
    return written(tmp_path, "\n".join([f"{above}{header}", *records, ""]), name)


def line(record: int) -> int:
    """The line of a record, counted from 0, below the notes and the header."""
    return notes().count("\n") + 2 + record


def edited(record: str, **cells: str) -> str:
    """A record with other cells, named by the first word of their column."""
    places = {
        "recipient": 0, "supplier": 1, "year": 2, "ordered": 4, "designation": 6,
        "description": 7, "delivered": 8, "years": 10, "status": 11, "comments": 12, "unit": 13,
        "total": 14, "value": 15,
    }  # fmt: skip
    [parts] = csv.reader([record])
    for name, cell in cells.items():
        parts[places[name]] = cell
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(parts)
    return text.getvalue()


def deal(**equal) -> dict:
    """The one deal of the book with these values."""
    [found] = rows("arms_transfers", **equal).to_dict("records")
    return found


def as_register(deals: pd.DataFrame) -> list[str]:
    """Deals of the book as SIPRI writes them."""
    words = datasets.load(sipri.WORDS)
    named = datasets.load("countries").set_index("iso3")["name"]
    names = dict(named) | {
        code: word
        for word, code in words.query("field == 'country'")[["word", "meaning"]].to_numpy()
        if sipri.plain(named[code]) != sipri.plain(word)
    }
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for d in deals.to_dict("records"):
        doubt = {c: "?" if d[c] == "true" else "" for c in d if c.endswith("_is_estimate")}
        writer.writerow(
            [
                names[d["recipient_iso3"]], names[d["supplier_iso3"]],
                d["order_year"], doubt["order_year_is_estimate"],
                d["quantity_ordered"], doubt["quantity_ordered_is_estimate"],
                d["designation"], d["weapon_description"],
                d["quantity_delivered"], doubt["quantity_delivered_is_estimate"],
                d["delivery_years"].replace(";", "; "),
                d["condition"].capitalize().replace("modernised", "modernized"), "Whatever",
                d["tiv_per_unit_millions"], d["tiv_order_total_millions"] or "0",
                d["tiv_delivered_millions"],
            ]
        )  # fmt: skip
    return lines.getvalue().splitlines()


# Editions


def test_the_deals_of_the_book_written_as_a_register_are_all_identical(copy, tmp_path):
    lines = as_register(rows("arms_transfers"))
    before = hashes(copy)
    said = run(register(tmp_path, *reversed(lines), header=OF_2026), "--update")
    assert f"arms_transfers: 0 added, {len(lines)} identical, 0 revised, 0 conflicting" in said
    assert "Taken as deals" not in said and hashes(copy) == before


@pytest.mark.parametrize(
    ("above", "header"),
    [
        (notes(), COLUMNS),
        ("\ufeff" + notes(), OF_2026),
        ("\ufeff", COLUMNS),
        (notes(first="1950", last="2026"), OF_2026),
        (notes(parties="Russia   to Iran"), COLUMNS.replace(", ,", ",,")),
        (
            "Transfers of major weapons: Deals with deliveries or orders made for 1950 to 2027\n"
            "Data generated: 13 September 2027 12:33:29 PM\n\n",
            COLUMNS.replace(", ,", ",,"),
        ),
        ("", OF_2026),
    ],
)
def test_headers_and_notes_of_all_editions_are_read(copy, tmp_path, above, header):
    said = run(register(tmp_path, FIRST, SU35, above=above, header=header), "--update")
    assert "0 added, 1 identical, 0 revised, 0 conflicting" in said


def test_what_a_register_covers_is_told(copy, tmp_path):
    said = run(register(tmp_path, SU35, above=notes(parties="Russia   to All countries")))
    assert "covers whole deals from Russia to all countries" in said
    assert "release 2027-11-09" in said


def test_a_register_without_the_columns_of_doubt_is_told_what_is_missing(copy, tmp_path):
    header = COLUMNS.replace(", ,", ",")
    record = ",".join(c for at, c in enumerate(SU35.split(",")) if at not in (3, 5, 9))
    message = refused(copy, register(tmp_path, record, header=header))
    assert "no column without a name after Year of order, Number ordered, Number del" in message


def test_a_register_that_lacks_a_column_is_told_which(copy, tmp_path):
    message = refused(copy, register(tmp_path, SU35, header=COLUMNS.replace("status", "state")))
    assert "missing: status" in message


@pytest.mark.parametrize("day", ["17 Feb 2025 7:10:21 PM", "12 Feb 2026", "14 July 2026"])
def test_the_export_by_delivery_is_refused_for_the_one_by_deal(copy, tmp_path, day):
    header = "SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Delivery year"
    text = f"{notes(day)}{header}\n1,Russia,Iran,Su-35S,FGA aircraft,2026\n"
    message = refused(copy, written(tmp_path, text))
    assert "a line for each delivery" in message and "trade register by deal" in message


def test_the_value_of_an_order_of_unknown_size_stays_empty(copy, tmp_path):
    run(register(tmp_path, edited(SHAHED, value="265")), "--update")
    assert deal(designation="Shahed-136")["tiv_order_total_millions"] == ""
    assert deal(designation="Shahed-136")["tiv_delivered_millions"] == "265"


# Words


def test_older_words_are_those_of_the_book(copy, tmp_path):
    words = datasets.load(sipri.WORDS).query("field == 'description'")
    records = [
        f"Iran,UAE,2028,,{n},,Made-up {n},{word},0,,,second  HAND,,1,{n},0"
        for n, word in enumerate(words["word"], 1)
    ]
    run(register(tmp_path, *records))
    new = rows("arms_transfers", supplier_iso3="ARE").set_index("designation")
    assert len(new) == len(words) and set(new.condition) == {"second hand"}
    meant = [f"{m} {c}" for m, c in words[["meaning", "weapon_category"]].to_numpy()]
    found = new.loc[[f"Made-up {n}" for n in range(1, len(words) + 1)]]
    assert list(found.weapon_description + " " + found.weapon_category) == meant


def test_a_new_word_is_asked_for_and_taken_once_it_stands_in_the_table(copy, tmp_path):
    records = [
        edited(SU35, description="combat trainer aircraft"),
        SHAHED,
        edited(SHAHED, designation="Made-up", description="combat trainer aircraft"),
        edited(SHAHED, designation="Made-up 2", status="Leased"),
        edited(SHAHED, designation="Made-up 3", description="laser"),
    ]
    file = register(tmp_path, *records)
    message = refused(copy, file)
    assert f"line {line(0)}, {line(2)}: found the description 'combat trainer aircraft'" in message
    assert f"line {line(3)}: found the status 'Leased'" in message
    assert f"line {line(4)}: found the description 'laser'" in message
    assert message.count("data/arms_register_words.csv") == 3
    table = written(
        tmp_path,
        "field,word,meaning,weapon_category,note,source_id\n"
        "description,Combat trainer aircraft,trainer/combat aircraft,aircraft,,book_compilation\n"
        "description,laser,laser,other,,book_compilation\nstatus,leased,new,,,book_compilation\n",
        "words.csv",
    )
    run(table)
    run(file, "--update")
    assert deal(designation="Su-35S")["weapon_description"] == "trainer/combat aircraft"
    assert deal(designation="Made-up 2")["condition"] == "new"
    assert deal(designation="Made-up 3")["weapon_category"] == "other"


def test_words_and_names_of_other_countries_are_not_asked_for(copy, tmp_path):
    other = edited(OTHER, recipient="Houthi rebels (Yemen)*", supplier="unknown supplier(s)")
    assert "1 identical" in run(register(tmp_path, OTHER, other, SU35))


def test_every_word_leads_to_one_of_the_book(copy):
    words = datasets.load(sipri.WORDS)
    assert not words.assign(word=words["word"].map(sipri.plain)).duplicated(["field", "word"]).any()
    deals = datasets.load("arms_transfers")
    held = dict(zip(deals["weapon_description"], deals["weapon_category"], strict=True))
    of = words.query("field == 'description'")
    assert dict(zip(of["meaning"], of["weapon_category"], strict=True)) == held
    assert set(held) <= set(of["word"])
    assert set(sipri.meanings("status").values()) == set(deals["condition"])
    assert set(sipri.meanings("country").values()) <= set(datasets.load("countries")["iso3"])


# Broken records

BROKEN = {
    "over two lines": [
        "Chad,Russia,2010,?,6,?,Mi-17,helicopter,6,,2011,New,Made",
        ",2.9,17.4,17.4",
    ],
    "filled up": [
        "Chad,Russia,2010,?,6,?,Mi-17,helicopter,6,,2011,New,Made,,,",
        ",2.9,17.4,17.4,,,,,,,,,,,,",
    ],
    "too long": [OTHER + ",1,2"],
    "quote that does not close": [edited(OTHER, comments="C").replace(",C,", ',"deal worth,')],
    "shifted to the right": ["," + OTHER.replace("Iran", "Israel").removesuffix(",6")],
    "shifted to the left": [OTHER.replace("Syria,Iran,2015", "Syria,2015") + ","],
    "words after a quote": [edited(OTHER, comments="C").replace(",C,", ',"A" b, "c,')],
    "one cell": ["Chad"],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_record_of_another_country_is_told_and_left(copy, tmp_path, kind):
    before, after = edited(SU35, designation="Made-up 1"), edited(SU35, designation="Made-up 2")
    said = run(register(tmp_path, before, *BROKEN[kind], after, SU35))
    added = rows("arms_transfers").tail(2)
    assert list(added.designation) == ["Made-up 1", "Made-up 2"] and "1 identical" in said
    first = line(1) + (kind == "filled up")
    one = f"1 broken or shifted line of other countries (line {first})"
    assert one in said or f" broken or shifted lines of other countries (lines {first}, " in said


@pytest.mark.parametrize("kind", BROKEN)
def test_lines_below_a_broken_record_keep_their_numbers(copy, tmp_path, kind):
    wrong = edited(SU35, designation="Made-up", delivered="a few")
    file = register(tmp_path, SU35, *BROKEN[kind], wrong)
    at = line(1 + len(BROKEN[kind]))
    assert f"line {at}, column quantity_delivered (Number delivered)" in refused(copy, file)


OURS = {
    "over two lines": (
        ["Iran,Russia,2023,?,,,Su-35S,fighter/ground-attack aircraft,0,,,New,Made", ",60,0,0"],
        "found 13 columns, expected 16",
    ),
    "before the supplier": (["Iran", SU35.removeprefix("Iran")], "found 1 columns, expected 16"),
    "filled up": ([edited(SU35, unit="", value=""), ",60,0,0,,,,,,,,,,,,"], "SIPRI TIV per unit"),
    "too long": ([SU35 + ",1"], "found 17 columns, expected 16"),
    "quote that does not close": (
        [edited(SU35, comments="C").replace(",C,", ',"deal worth,')],
        "columns, expected 16",
    ),
    "shifted to the right": (["," + SHAHED.removesuffix(",264")], "no recipient or no supplier"),
    "shifted from the year on": (
        [SU35.replace(",2023,", ",,2023,").removesuffix(",0")],
        "found '' as the year of order",
    ),
    "a comma lost": ([SU35.replace("Iran,Russia", "Iran Russia")], "found 15 columns"),
    "a year that is none": ([edited(SU35, year="early")], "found 'early' as the year of order"),
    "thousands": ([edited(SHAHED, designation="Made-up", delivered="6,600")], "quantity_delivered"),
}


@pytest.mark.parametrize("kind", OURS)
def test_a_broken_record_of_a_deal_of_the_book_is_one_clear_error(copy, tmp_path, kind):
    records, expected = OURS[kind]
    message = refused(copy, register(tmp_path, OTHER, *records, SHAHED, SU35))
    assert f"line {line(1)}" in message and expected in message
    assert message.count("found ") == 1


@pytest.mark.parametrize("name", ["IRAN", "Iran (Islamic Republic of)", "Iran*"])
def test_names_like_iran_that_are_not_taken_are_told(copy, tmp_path, name):
    said = run(register(tmp_path, edited(SU35, recipient=name), SU35, SHAHED))
    assert f"1 line of «{name}»" in said
    said = run(register(tmp_path, edited(SHAHED, recipient="Russian Federation"), SHAHED, SU35))
    assert "1 line of «Russian Federation»" in said


# A part for the whole


@pytest.mark.parametrize(
    ("above", "first"),
    [
        (notes(first="2000", last="2026"), "2000 to 2026"),
        (notes(first="1950", last="2010"), "1950 to 2010"),
        (notes(first="1951"), "1951 to today"),
        (notes(last="2025"), "the beginning to 2025"),
        (notes(day="17 Feb 2027", last="2024"), "the beginning to 2024"),
        ("Transfers of major weapons: Deals with deliveries made for 2000-2026\n", "2000 to 2026"),
        ("", "2016 to 2025"),
    ],
)
def test_a_register_of_a_range_of_years_is_refused(copy, tmp_path, above, first):
    message = refused(copy, register(tmp_path, SHAHED, OTHER, above=above), "--update")
    assert f"deliveries of {first} only" in message and "with the years not specified" in message


@pytest.mark.parametrize("day", ["17 Feb 2027", "9 Nov 2026"])
def test_a_register_to_the_last_year_of_data_is_whole(copy, tmp_path, day):
    said = run(register(tmp_path, SU35, above=notes(day, first="1950", last="2025")))
    assert "1 identical" in said


WORLD = """\
Volume of transfers of major arms
Figures are in millions of SIPRI trend-indicator values (TIVs).

Source: SIPRI Arms Transfers Database (c) SIPRI.
Data generated: 9 Mar 2027 12:33:29 PM

Recipient,2022,2023,2024,2022-2024,Percentage,Sum total years,Percentage of total
India,2582,1428,3,4013,6.5%,4013,6.5%
Iran,,21,0 ,21,0.4%,21,0.4%
Soviet  union,,,1,1,,1,
Total world import,3000,2000,10,5010,100%,5010,

"""


@pytest.mark.parametrize("flow", ["imports", "exports"])
def test_a_table_of_tiv_of_the_world_is_read(copy, tmp_path, flow):
    text = WORLD
    if flow == "exports":
        text = text.replace("Recipient", "Supplier").replace("world import", "world export")
    said = run(written(tmp_path, text), "--update")
    new = rows("arms_tiv_official", flow=flow, year="2024").set_index("country_iso3")
    assert dict(new.tiv_millions) == {"IRN": "0", "SUN": "1"}
    assert f"covers {flow} of all countries, 2022 to 2024" in said
    assert "No line of" in said and "RUS" in said


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Total world import", "Total imports from China", "'Total imports from China' (line 11)"),
        ("Total world import", "Total imports from Iran", "'Total imports from Iran'"),
        ("Total world import", "Total", "'Total'"),
        ("Total world import,3000,2000,10,5010,100%,5010,\n", "", "none"),
        ("Recipient", "Supplier", "'Total world import' (line 11), expected one, 'Total world exp"),
        ("Iran,,21", "Total imports from China,,,,,,,\nIran,,21", "'Total imports from China'"),
    ],
)
def test_a_table_of_tiv_of_one_partner_is_not_the_world(copy, tmp_path, old, new, found):
    assert old in WORLD
    message = refused(copy, written(tmp_path, WORLD.replace(old, new)), "--update")
    assert f"found the line of totals {found}" in message
    assert "does not give the" in message


@pytest.mark.parametrize(
    "header", ["Country,2018,2019,Total", ",2018,2019,Total", "Country,2018,2019,2020,Total"]
)
def test_the_old_layout_of_tiv_is_named(copy, tmp_path, header):
    empty = "," * header.count(",")
    message = refused(copy, written(tmp_path, f"{header}\nIran{empty}\n{empty}\nTotal{empty}\n"))
    assert "the old layout of SIPRI's tables of TIV" in message


@pytest.fixture
def short_fields():
    """The limit of the csv module as it starts; some libraries raise it for the whole process."""
    limit = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(limit)


def test_a_quote_that_does_not_close_in_a_table_of_tiv_is_one_error(copy, tmp_path, short_fields):
    text = WORLD.replace("India", '"India').replace("Iran", "x" * 140_000 + "\nIran")
    assert "a quote does not close" in refused(copy, written(tmp_path, text))


# The same deal twice


@pytest.mark.parametrize(
    "again", [SHAHED, edited(SHAHED, comments="Other words"), edited(SHAHED, delivered=" 6600 ")]
)
def test_a_record_that_stands_twice_counts_once(copy, tmp_path, again):
    before = hashes(copy)
    said = run(register(tmp_path, SHAHED, SU35, again), "--update")
    assert "0 added, 2 identical, 0 revised" in said and hashes(copy) == before
    assert "Lines that repeat a record, counted once: 1." in said


@pytest.mark.parametrize(
    "again",
    [
        edited(SHAHED, delivered="7000", value="280"),
        edited(SHAHED, years="2022; 2023"),
        edited(SHAHED, status="Second hand"),
    ],
)
def test_a_record_that_stands_twice_with_other_values_is_asked_for(copy, tmp_path, again):
    for records in ([SHAHED, SU35, again], [again, SU35, SHAHED]):
        message = refused(copy, register(tmp_path, *records), "--update")
        assert f"line {line(0)}, {line(2)}: found IRN RUS 2022 Shahed-136" in message
        assert deal(designation="Shahed-136")["transfer_id"] in message


def test_a_second_deal_under_one_name_is_taken_once_the_book_has_it(copy, tmp_path):
    again = edited(SHAHED, delivered="50", years="2026", value="2")
    file = register(tmp_path, SHAHED, again)
    refused(copy, file)
    second = rows("arms_transfers", designation="Shahed-136").assign(
        transfer_id="AT0900", delivery_year_first="2026", delivery_year_last="2026",
        delivery_years="2026", quantity_delivered="49",
    )  # fmt: skip
    run(written(tmp_path, second.to_csv(index=False), "second.csv"))
    run(file, "--update")
    assert deal(transfer_id="AT0900")["quantity_delivered"] == "50"
    assert len(rows("arms_transfers", designation="Shahed-136")) == 2


def test_a_carriage_return_within_a_comment_ends_no_line(copy, tmp_path):
    wrong = edited(SU35, designation="Made-up", delivered="a few")
    records = [edited(OTHER, comments='a\rb "c"'), SU35.replace("New,,", "New,a\rb,"), wrong]
    assert f"line {line(2)}, column quantity_del" in refused(copy, register(tmp_path, *records))


def test_an_older_register_with_more_records_than_the_book_adds_none(copy, tmp_path):
    before = hashes(copy)
    again = edited(SHAHED, delivered="1200", years="2022; 2023", unit="0.2", value="240")
    file = register(tmp_path, SHAHED, again, above=notes("13 Oct 2024"))
    assert "0 added, 1 identical, 0 revised" in run(file, "--update")
    assert hashes(copy) == before


def test_two_exports_in_one_file_are_refused(copy, tmp_path):
    file = register(tmp_path, SU35, *notes("1 Nov 2028").splitlines(), COLUMNS, SU35)
    message = refused(copy, file)
    assert "a second time, expected one export in a file" in message


RENAMED = {
    "designation": edited(SHAHED, designation="Geran-2"),
    "description": edited(SHAHED, description="SSM", delivered="7000", years="2022; 2026"),
    "year": edited(SHAHED, year="2021", delivered="7000"),
    "two of them": edited(SHAHED, designation="Geran-2", description="SSM"),
}


@pytest.mark.parametrize("what", RENAMED)
def test_a_deal_that_a_newer_register_calls_otherwise_is_no_second_deal(copy, tmp_path, what):
    held, count = deal(designation="Shahed-136"), len(rows("arms_transfers"))
    file = register(tmp_path, RENAMED[what])
    said = run(file)
    assert f"~ {held['transfer_id']} IRN RUS Shahed-136: " in said
    assert f"another name, kind or year of order: 1 ({held['transfer_id']})." in said
    run(file, "--update")
    assert len(rows("arms_transfers")) == count
    now = deal(transfer_id=held["transfer_id"])
    assert now != held and now["comment"] == held["comment"]


def test_a_deal_is_not_tied_to_one_that_the_register_still_has(copy, tmp_path):
    # A second order of the same weapon in the year after, delivered in the same years.
    said = run(register(tmp_path, edited(SHAHED, year="2023", delivered="50"), SHAHED))
    assert "1 added, 1 identical, 0 revised" in said


def test_a_new_deal_that_may_be_one_which_the_register_lacks_is_told(copy, tmp_path):
    held = deal(designation="Shahed-136")["transfer_id"]
    said = run(register(tmp_path, edited(SHAHED, year="2030", years="2031"), SU35))
    assert f"is a new deal; the register does not have {held}" in said
    assert "1 added, 1 identical" in said


def test_new_deals_of_two_registers_get_numbers_of_their_own(copy, tmp_path):
    last = max(rows("arms_transfers").transfer_id)
    files = [
        register(
            tmp_path, edited(SU35, designation=f"Made-up {n}", ordered=str(n)), name=f"{n}.csv"
        )
        for n in (1, 2)
    ]
    run(*files)
    new = rows("arms_transfers").query("designation.str.startswith('Made-up')")
    number = int(last.removeprefix("AT"))
    assert list(new.transfer_id) == [f"AT{number + 1:04d}", f"AT{number + 2:04d}"]
    before = hashes(copy)
    run(*files, "--update")
    assert hashes(copy) == before


# Releases


@pytest.mark.parametrize("day", ["13 Oct 2024", "17 May 2026", None])
def test_an_older_register_or_one_without_a_day_revises_nothing(copy, tmp_path, day):
    above = notes(day) if day else notes().split("Data generated")[0]
    before = hashes(copy)
    records = [edited(SHAHED, delivered="1200"), edited(SU35, designation="Withdrawn"), FIRST]
    said = run(register(tmp_path, *records, above=above), "--update")
    assert "0 added" in said and "0 revised" in said and "older (kept out)" in said
    assert hashes(copy) == before


def test_a_day_that_is_none_is_no_release(copy, tmp_path):
    for day in ("31 Feb 2027", "14 mai 2026", "yesterday"):
        said = run(register(tmp_path, SU35, above=notes(day)))
        assert "release not stated" in said


# Ties, without files


def tie(records: list[dict], deals: list[dict]) -> sipri_deals.Ties:
    columns = [*sipri_deals.PARTIES, *sipri_deals.NAMES, *sipri_deals._FIGURES]

    def frame(some):
        default = dict.fromkeys(columns, "") | {"designation": "A", "weapon_description": "tank"}
        return pd.DataFrame([default | row for row in some], columns=columns)

    return sipri_deals.tied(frame(records), frame(deals))


def test_of_deals_with_one_name_each_record_is_tied_to_the_closest():
    many = [{"delivery_years": "1990", "quantity_ordered": "14"},
            {"delivery_years": "1991", "quantity_ordered": "11"}]  # fmt: skip
    assert tie(many[::-1], many).deals == {0: 1, 1: 0}
    revised = [many[1] | {"quantity_ordered": "12"}, many[0]]
    assert tie(revised, many).deals == {0: 1, 1: 0}
    assert tie(many[1:], many).deals == {0: 1}


def test_of_two_deals_that_fit_alike_none_is_taken():
    twins = [{"order_year": y, "delivery_years": "1990", "quantity_ordered": "5"} for y in "13"]
    ties = tie([twins[0] | {"order_year": "2"}], twins)
    assert not ties.deals and ties.unsure == {0: [0, 1]}


def test_another_weapon_of_the_same_kind_is_another_deal():
    held = {"order_year": "1", "delivery_years": "1990", "quantity_ordered": "5"}
    other = held | {"designation": "B", "quantity_ordered": "6"}
    assert not tie([other], [held]).deals and not tie([other], [held]).unsure
    assert not tie([held | {"supplier_iso3": "RUS"}], [held]).deals


def test_the_samples_are_of_the_kinds_that_their_formats_are_called():
    assert "sipri-register" in run(SAMPLES / "trade-register.csv", "--dry-run")
    assert "sipri-tiv" in run("sipri-tiv", SAMPLES / "import-export-values.csv", "--dry-run")
