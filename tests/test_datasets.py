"""The tables hold, and a broken one is refused with file, line, column and reason."""

import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT, change_cells

from iran_russia import datasets, taken, validation
from iran_russia.datasets import DataError, load
from iran_russia.validation import validate

TABLES = datasets.names()


@pytest.mark.slow
def test_frictionless_itself_finds_the_data_package_valid():
    command = [sys.executable, "-m", "frictionless", "validate", "data/datapackage.json", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)
    assert report["valid"] and report["stats"]["tasks"] == len(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_loads_with_the_types_of_its_schema(table):
    frame = load(table)
    expected = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
    for field in datasets.describe(table)["schema"]["fields"]:
        dtype = str(frame[field["name"]].dtype)
        if field["type"] == "date":
            assert dtype.startswith("datetime64")
        else:
            assert dtype == expected[field["type"]]


OF_ALL_TYPES = ("countries", "events", "shahed_launches", "trade_totals", "unga_rollcalls")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Let the tables be those of a built book of their own; return where frames are kept."""
    (tmp_path / "_build").mkdir()
    (tmp_path / "data").mkdir()
    for name in ("datapackage.json", *(f"{table}.csv" for table in OF_ALL_TYPES)):
        shutil.copy(ROOT / "data" / name, tmp_path / "data")
    monkeypatch.setattr(datasets, "DESCRIPTOR", tmp_path / "data" / "datapackage.json")
    monkeypatch.setattr(datasets, "_frames", {})
    datasets.package.cache_clear()
    yield tmp_path / "_build" / "tables"
    datasets.package.cache_clear()


def loaded_anew(table: str) -> pd.DataFrame:
    datasets._frames.clear()
    return load(table)


def test_a_kept_frame_is_the_frame_that_was_read(kept, monkeypatch):
    read = {table: load(table) for table in OF_ALL_TYPES}
    kinds = {str(kind) for frame in read.values() for kind in frame.dtypes}
    assert {"str", "Int64", "float64", "boolean"} < kinds
    assert any(kind.startswith("datetime64") for kind in kinds)
    monkeypatch.setattr(datasets, "cells", None)  # from here on no file is read as CSV
    for table in OF_ALL_TYPES:
        pd.testing.assert_frame_equal(loaded_anew(table), read[table], check_exact=True)


def test_a_kept_frame_counts_for_no_other_file_type_or_code(kept, monkeypatch):
    table, file = "countries", kept.parent.parent / "data" / "countries.csv"
    rows = len(load(table))
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    assert len(loaded_anew(table)) == rows - 1
    description = datasets.describe(table)["schema"]["fields"][0]
    description["type"] = "date"
    with pytest.raises(DataError, match="expected a day"):
        loaded_anew(table)
    description["type"] = "string"
    frame = (kept / "countries.pickle").read_bytes()
    monkeypatch.setattr(datasets, "_read_by", lambda: "other code")
    loaded_anew(table)
    assert (kept / "countries.pickle").read_bytes() != frame


@pytest.mark.parametrize("damage", [b"", b"no pickle", None])
def test_a_damaged_kept_frame_is_read_again(kept, damage):
    read = load("countries")
    file = kept / "countries.pickle"
    file.write_bytes(file.read_bytes()[:-100] if damage is None else damage)
    pd.testing.assert_frame_equal(loaded_anew("countries"), read)


def test_cells_are_looked_up_by_others(kept):
    names = datasets.lookup("countries", "iso3", "name")
    assert names["IRN"] == "Iran"
    file = kept.parent.parent / "data" / "countries.csv"
    file.write_text(file.read_text().replace(",Iran,", ",Persia,"))
    assert datasets.lookup("countries", "iso3", "name")["IRN"] == "Persia"
    with taken.watching() as used:
        datasets.lookup("countries", "iso3", "name")
    assert [*used] == ["countries"]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_described_in_full(table):
    resource = datasets.describe(table)
    assert resource["title"] and resource["description"] and resource["terms"]
    assert resource["licenses"] and resource["schema"]["primaryKey"]
    for field in resource["schema"]["fields"]:
        assert field["title"] and field["description"], f"{table}.{field['name']}"


@pytest.mark.parametrize("table", [t for t in TABLES if t != "sources"])
def test_every_row_names_a_source(table):
    keys = [
        k["fields"]
        for k in datasets.describe(table)["schema"]["foreignKeys"]
        if k["reference"]["resource"] == "sources"
    ]
    assert keys, f"{table} does not point to the sources table"
    columns = [c for key in keys for c in ([key] if isinstance(key, str) else key)]
    assert load(table)[columns].notna().any(axis=1).all()


def test_every_source_is_used():
    used = set().union(*(datasets.source_ids(load(t)) for t in TABLES if t != "sources"))
    assert used == set(load("sources")["source_id"])


@pytest.fixture
def few(copy):
    """A copy of the data package cut down to the tables that are broken here.

    The tables they point to stay; the others would be checked for nothing.
    """
    descriptor = copy / "datapackage.json"
    described = json.loads(descriptor.read_text(encoding="utf-8"))
    tables = {resource["name"]: resource for resource in described["resources"]}
    kept, waiting = (
        {},
        ["arms_tiv", "events", "gdelt_dyad_month", "trade_partners", "energy_country_year"],
    )
    while waiting:
        name = waiting.pop()
        if name and name not in kept:
            kept[name] = tables[name]
            keys = tables[name]["schema"].get("foreignKeys", [])
            waiting += [key["reference"]["resource"] for key in keys]
    described["resources"] = list(kept.values())
    descriptor.write_text(json.dumps(described), encoding="utf-8")
    assert validate(descriptor).rows > 0
    return copy


def _change(file, change):
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    change(frame).to_csv(file, index=False)


def _set(column, value):
    def change(frame):
        frame.loc[3, column] = value
        return frame

    return change


def _add_turned_round(pairs):
    """Add the first row once more, with its two countries the other way round."""
    again = pairs.head(1).rename(columns={"one_iso3": "other_iso3", "other_iso3": "one_iso3"})
    return pd.concat([pairs, again])


@pytest.mark.parametrize(
    ("table", "change", "column", "reason"),
    [
        ("arms_tiv", _set("year", "nineteen"), "year", "a year such as 2024"),
        ("arms_tiv", _set("source_id", "nobody"), "", "foreign"),
        ("arms_tiv", lambda f: pd.concat([f, f.head(1)]), "", "primary key"),
        ("arms_tiv", lambda f: f.drop(columns="tiv_millions"), "tiv_millions", "missing"),
        ("arms_tiv", _set("tiv_millions", "-5"), "tiv_millions", "minimum"),
        ("events", _set("date", "2016-02-31"), "date", "a day that exists"),
        ("events", _set("status", "reported"), "said_by", "a value, as status has one"),
        ("events", _set("said_by", "tass"), "said_by", "no value, as status has none"),
        ("gdelt_dyad_month", _add_turned_round, "other_iso3", "after irn, the one_iso3, in the"),
    ],
    ids=[
        "wrong type",
        "unknown source",
        "duplicated key",
        "missing column",
        "negative value",
        "impossible date",
        "remark without a speaker",
        "speaker without a remark",
        "pair given twice, once turned round",
    ],
)
def test_a_broken_copy_is_refused_with_file_line_column_and_reason(
    few, table, change, column, reason
):
    _change(few / f"{table}.csv", change)
    with pytest.raises(DataError) as refused:
        validate(few / "datapackage.json")
    first = str(refused.value).lower()
    assert f"{table}.csv" in first and column in first and reason in first
    assert reason == "missing" or "line " in first


def test_of_many_faults_the_first_are_told_and_the_rest_counted(few):
    def spoil(frame):
        frame["year"] = "nineteen"
        return frame

    _change(few / "arms_tiv.csv", spoil)
    with pytest.raises(DataError) as refused:
        validate(few / "datapackage.json")
    *told, last = str(refused.value).splitlines()
    assert len(told) == 20 and re.fullmatch(r"arms_tiv\.csv: and \d{3} more", last)


def test_an_unknown_table_is_named_with_the_nearest_one():
    with pytest.raises(DataError, match=r"no table 'trade_good'.*did you mean 'trade_goods'"):
        load("trade_good")


def test_a_missing_file_is_named_with_the_remedy(copy):
    (copy / "arms_tiv.csv").unlink()
    with pytest.raises(DataError, match=r"arms_tiv\.csv is missing; restore it"):
        load("arms_tiv")


def test_a_missing_column_is_named_on_loading(copy):
    _change(copy / "arms_tiv.csv", lambda f: f.drop(columns="tiv_millions"))
    with pytest.raises(DataError, match=r"arms_tiv\.csv: .*missing \['tiv_millions'\]"):
        load("arms_tiv")


def test_a_cell_of_the_wrong_type_is_named_on_loading(copy):
    _change(copy / "arms_tiv.csv", _set("year", "nineteen"))
    told = r"arms_tiv\.csv, line 5, column year: found 'nineteen', expected a year"
    with pytest.raises(DataError, match=told):
        load("arms_tiv")


def test_a_description_that_is_not_json_is_named(copy):
    (copy / "datapackage.json").write_text("{")
    with pytest.raises(DataError, match=r"datapackage\.json is not valid JSON"):
        validate(copy / "datapackage.json")


VALIDATE = [sys.executable, "-c", "from iran_russia.cli import main; main()", "validate"]


@pytest.mark.parametrize(
    ("table", "gone", "told"),
    [
        (
            "trade_partners",
            "source_id == 'irica_gomrok' and partner_iso3 == 'WLD' and year in ('2013', '2014')",
            "year 2013, 2014 of irica_gomrok IRN export: found no total, so shares leave it out; "
            "add the row with partner_iso3 WLD or SUM, if its source gives one",
        ),
        (
            "energy_country_year",
            "measure == 'oil_production' and iso3 == 'WLD' and year == '2024'",
            "year 2024 of oil_production: found no total, so shares leave it out; "
            "add the row with iso3 WLD, if its source gives one",
        ),
    ],
)
def test_a_year_without_its_total_holds_and_is_told(few, table, gone, told):
    assert validate(few / "datapackage.json").untotalled == ()
    _change(few / f"{table}.csv", lambda rows: rows.query(f"not ({gone})"))
    done = subprocess.run(
        [*VALIDATE, str(few / "datapackage.json")], capture_output=True, text=True, check=True
    )
    assert "all hold" in done.stdout
    assert done.stdout.splitlines()[1:] == [f"{table}.csv, {told}"]


def test_a_series_without_any_total_is_not_asked_for_one_and_others_are_each_time(own):
    described = json.loads(own.read_text())
    text = [{"name": name, "type": "string"} for name in ("source", "year", "partner")]
    totals = {"field": "partner", "of": ["WLD"], "each": "year", "series": ["source"]}
    described["resources"] = [
        {"name": "trade", "path": "trade.csv", "schema": {"fields": text, "totals": totals}}
    ]
    own.write_text(json.dumps(described))
    single = "source,year,partner\nimf,2020,RUS\nirica,2019,RUS\nirica,2019,WLD\n"
    (own.parent / "trade.csv").write_text(single)
    assert validate(own).untotalled == ()
    (own.parent / "trade.csv").write_text(single + "irica,2020,RUS\n")
    for unchanged in (0, 1):  # also of a table that was found to hold
        done = validate(own)
        assert done.unchanged == unchanged
        assert [told[:30] for told in done.untotalled] == ["trade.csv, year 2020 of irica:"]


def test_totals_of_a_column_that_is_none_are_a_fault_of_the_description(own):
    described = json.loads(own.read_text())
    totals = {"field": "partner", "of": ["WLD"], "each": "id", "series": []}
    described["resources"][0]["schema"]["totals"] = totals
    own.write_text(json.dumps(described))
    with pytest.raises(DataError, match="found the column 'partner' in a key or in totals"):
        validate(own)
    described["resources"][0]["schema"]["totals"] = {"field": "id"}
    own.write_text(json.dumps(described))
    with pytest.raises(DataError, match="expected field, of, each and series"):
        validate(own)


def test_the_command_says_in_one_line_what_is_wrong(few):
    _change(few / "arms_tiv.csv", _set("tiv_millions", "-5"))
    done = subprocess.run(
        [*VALIDATE, str(few / "datapackage.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: arms_tiv.csv, line 5, column tiv_millions:")
    assert "Traceback" not in done.stderr


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Tables of a book of its own: one points to the other."""
    folder = tmp_path / "data"
    folder.mkdir()
    text = {"name": "id", "type": "string", "constraints": {"required": True}}
    link = {"fields": "id", "reference": {"resource": "places", "fields": "id"}}
    resources = [
        {
            "name": "places",
            "path": "places.csv",
            "schema": {"fields": [text], "primaryKey": ["id"]},
        },
        {"name": "ways", "path": "ways.csv", "schema": {"fields": [text], "foreignKeys": [link]}},
    ]
    (folder / "datapackage.json").write_text(json.dumps({"name": "own", "resources": resources}))
    (folder / "places.csv").write_text("id\na\nb\n")
    (folder / "ways.csv").write_text("id\na\n")
    descriptor = (folder / "datapackage.json").resolve()
    monkeypatch.setattr(datasets, "DESCRIPTOR", descriptor)
    monkeypatch.setattr(validation, "DESCRIPTOR", descriptor)
    yield descriptor
    datasets.package.cache_clear()


def test_a_table_that_did_not_change_is_not_checked_again(own):
    assert validate(own) == validation.Checked(tables=2, rows=3, unchanged=0)
    assert validate(own) == validation.Checked(tables=2, rows=3, unchanged=2)
    assert validate(own, everything=True).unchanged == 0
    (own.parent / "ways.csv").write_text("id\na\nb\n")
    assert validate(own) == validation.Checked(tables=2, rows=4, unchanged=1)


def test_a_table_is_checked_again_when_one_that_it_points_to_changes(own):
    validate(own)
    (own.parent / "places.csv").write_text("id\nb\n")
    for _ in range(2):  # and a failure is not remembered
        with pytest.raises(DataError, match=r"ways\.csv, line 2, column id: found 'a'"):
            validate(own)
    (own.parent / "places.csv").write_text("id\na\n")
    assert validate(own).unchanged == 0


def test_a_table_is_checked_again_when_its_description_changes(own):
    validate(own)
    described = json.loads(own.read_text())
    described["resources"][1]["schema"]["fields"][0]["constraints"]["pattern"] = "[b]"
    own.write_text(json.dumps(described))
    with pytest.raises(DataError, match=r"ways\.csv, line 2, column id: found 'a', expected patt"):
        validate(own)


def test_links_to_a_table_that_cannot_be_read_are_not_found_to_hold(own):
    (own.parent / "ways.csv").write_text("id\nz\n")
    (own.parent / "places.csv").unlink()
    with pytest.raises(DataError, match=r"places\.csv is missing"):
        validate(own)
    memory = json.loads((own.parent.parent / "_build" / "validated.json").read_text())
    assert set(memory) == {"datapackage.json"}


def test_what_was_found_to_hold_is_forgotten_when_its_note_is_broken(own):
    validate(own)
    memory = own.parent.parent / "_build" / "validated.json"
    for broken in ("{", '{"ways": 1}', "[]", '{"ways": {}}'):
        memory.write_text(broken)
        assert validate(own).unchanged == 0


def test_copies_of_the_tables_share_no_memory_with_the_book(own, tmp_path):
    validate(own)
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in own.parent.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert validate(copy / "datapackage.json").unchanged == 0
    assert validate(copy / "datapackage.json").unchanged == 0
    assert not (tmp_path / "copy" / "_build").exists()


def test_rows_of_a_table_are_taken_and_the_rest_of_it_is_not(copy):
    finance = datasets.rows("events", "lists", ["finance"])
    assert len(finance) > 10 and finance["lists"].str.contains("finance").all()
    assert list(finance.dtypes) == list(datasets.load("events").dtypes)
    two = datasets.rows("events", "event_id", ["IRRU-2025-002", "IRRU-2025-073"])
    assert list(two["event_id"]) == ["IRRU-2025-002", "IRRU-2025-073"]
    call = 'datasets.rows {"table": "events", "column": "lists", "values": ["finance"]}'
    before = taken.again(call).rows
    added = change_cells(copy, "events", "event_id == 'IRRU-2026-184'", "title", "Another title")
    assert added and taken.again(call).rows == before
    change_cells(copy, "events", "lists == 'finance'", "title", "Another title")
    assert taken.moved(before, taken.again(call).rows)


def test_columns_come_with_key_and_sources(copy):
    taken_columns = datasets.columns("events", ["title", "date"])
    assert [*taken_columns] == ["event_id", "title", "date", "source_id"]
    assert len(taken_columns) == len(load("events"))
    with pytest.raises(DataError, match="table events has no column 'titel'"):
        datasets.columns("events", ["title", "titel"])


def test_rows_that_no_table_has_are_refused():
    with pytest.raises(DataError, match="table events has no column 'list'"):
        datasets.rows("events", "list", ["finance"])
    with pytest.raises(DataError, match="no row holds 'finances' in lists"):
        datasets.rows("events", "lists", ["finance", "finances"])


def test_a_chapter_tells_how_many_rows_it_took_of_a_table():
    code = """
from iran_russia import datasets, tables, taken
datasets.load("treaty_steps")
datasets.rows("events", "event_id", ["IRRU-2025-002", "IRRU-2025-073"])
datasets.rows("events", "event_id", ["IRRU-2025-048", "IRRU-2025-002"])
print(taken.loaded(), len(datasets.in_part()["events"]))
print(datasets.newest_of("events", datasets.in_part()["events"]))
print("3 of its rows" in tables.data_used().html)
datasets.load("events")
print(datasets.in_part())
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == ["['treaty_steps'] 3", "2025-10-02", "True", "{}"]
