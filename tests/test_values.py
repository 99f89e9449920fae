"""One meaning for every value: check, loader, comparer and proposer agree on each cell."""

import csv
import datetime
import hashlib
import json
import random
import shutil
from decimal import Decimal

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT

from iran_russia import constraints, datasets, freshness, validation, values
from iran_russia.cli import main
from iran_russia.datasets import DataError


@pytest.fixture(autouse=True)
def _described_anew():
    """Forget the descriptions of made-up packages."""
    yield
    datasets.package.cache_clear()


# What a value is


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "0", 0),
        ("integer", "-12", -12),
        ("integer", "9223372036854775807", 2**63 - 1),
        ("number", "8", 8.0),
        ("number", "-0.5", -0.5),
        ("number", "1e-05", 1e-05),
        ("number", "413493.04999999999", None),
        ("boolean", "true", True),
        ("date", "2024-02-29", datetime.date(2024, 2, 29)),
        ("date", "1521-01-01", datetime.date(1521, 1, 1)),
        ("year", "1946", 1946),
        ("time", "09:30", "09:30"),
        ("moments", "2024-03", "2024-03"),
        ("moments", "2020;2021", "2020;2021"),
    ],
)
def test_a_cell_is_the_value_that_it_says(kind, text, value):
    if value is None:
        with pytest.raises(ValueError, match="at most 15 digits, as this one is read"):
            values.parse(text, kind)
    else:
        assert values.parse(text, kind) == value


NO_VALUES = {
    "integer": "8.0 +8 08 -0 1_0 ۸ ٨ ８ ² 1,234 1e3 NaN 0x10 "
    "9223372036854775808 -9223372036854775809",
    "number": "NaN nan INF -inf Infinity 1e400 -1e999 1e-400 1_0 .5 5. +5 05 5% 1,5 ۸ ٫۵ ½ 0x1p3 "
    "36210571900000013 1e9999",
    "boolean": "TRUE True 1 0 yes FALSE t ۱",
    "date": "2024-2-9 2023-02-29 1402-01-15 1404-12-10 1402-02-31 1445-09-01 20240320 03/04/2021 "
    "2024-W01-1 0000-01-01 ۲۰۲۴-۰۳-۲۰ 2024-03-20T00:00:00",
    "year": "1402 1404 1300 1499 24 20245 2024.0 ۲۰۲۴ 0950",
    "time": "9:30 24:00 09:60 0930 ۰۹:۳۰",
    "moments": "1402 1404-12 1404-12-10 2024-13 2024-02-30 March 2020;1399",
}
CASES = [
    (kind, text) for kind, texts in NO_VALUES.items() for text in [*texts.split(), " ", "8\u00a0"]
]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_a_cell_that_is_no_value_is_refused_with_what_was_expected(kind, text):
    with pytest.raises(ValueError, match=r"^(a|true or false)") as refused:
        values.parse(text, kind)
    assert "Iranian" in str(refused.value) or not text.startswith(("14", "13", "2020;13"))


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("integer", "۸", "8"),
        ("integer", "٨", "8"),
        ("integer", "８", "8"),
        ("integer", "8\u00a0", "8"),
        ("integer", "\u200f۱۴۰۳\u200e", "1403"),
        ("integer", "+8", "8"),
        ("integer", "8.0", "8"),
        ("integer", "-0", "0"),
        ("integer", "۱۲٬۳۴۵", "12345"),
        ("integer", "12\u202f345\u202f678", "12345678"),
        ("integer", "−5", "-5"),
        ("number", "۸٫۵", "8.5"),
        ("number", ".50", "0.50"),
        ("number", "۱٬۲۳۴٫۵", "1234.5"),
        ("number", "0.10000000000000001", "0.1"),
        ("number", "3.14159265358979323846", "3.141592653589793"),
        ("boolean", "TRUE", "true"),
        ("boolean", "False", "false"),
        ("boolean", "۱", "true"),
        ("date", "۲۰۲۴-۰۳-۲۰", "2024-03-20"),
        ("date", "2024-03-20 00:00:00", "2024-03-20"),
        ("date", "2024-03-20T00:00", "2024-03-20"),
        ("year", "۲۰۲۴", "2024"),
    ],
)
def test_what_people_and_spreadsheets_write_is_brought_into_the_form(kind, text, written):
    assert values.normal(text, kind) == written


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "1,234"),  # a comma is a decimal one elsewhere
        ("integer", "12٬34"),
        ("integer", "1.2E+13"),
        ("integer", "8.5"),
        ("integer", "1_0"),
        ("number", "۳/۵"),
        ("number", "۱۲،۳۴۵"),
        ("number", "1e400"),
        ("number", "36210571900000013.0"),
        ("boolean", "yes"),
        ("date", "۱۴۰۲-۰۱-۱۵"),
        ("date", "2024-03-20 12:00:00"),
        ("year", "۱۴۰۳"),
    ],
)
def test_what_does_not_say_which_value_is_meant_is_refused_on_the_way_in(kind, text):
    with pytest.raises(ValueError, match=r"^(a|true or false)"):
        values.normal(text, kind)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("number", "8.0", "8", True),
        ("number", "5e-1", "0.50", True),
        ("number", "-0", "0", True),
        ("integer", "36210571900000013", "36210571900000015", False),
        ("integer", "9007199254740993", "9007199254740992", False),
        ("number", "0.1", "0.10000000000000001", False),
        ("string", "8.0", "8", False),
        ("date", "2024-03-20", "2024-03-21", False),
    ],
)
def test_values_are_equal_when_every_digit_is(kind, one, other, same):
    assert (values.canonical(one, kind) == values.canonical(other, kind)) is same


def test_the_columns_of_years_are_those_of_our_calendar():
    kinds = {
        name: values.kind_of({"name": name, "type": "integer"})
        for name in ("year", "order_year", "iranian_year", "tonnes_per_year", "rank")
    }
    assert [n for n, kind in kinds.items() if kind == "year"] == ["year", "order_year"]
    held = {
        (r["name"], f["name"])
        for r in datasets.package()["resources"]
        for f in r["schema"]["fields"]
        if values.kind_of(f) == "moments"
    }
    assert ("event_sources", "published_on") in held and ("sources", "released") in held
    assert not [column for _, column in held if "hs" in column or "code" in column]


# Check and loader agree

PER_KIND = 100_000
_ALPHABETS = {
    "string": "aب۸ \u00a0\u200f\n\r\t\",;|'=0é\u202e",
    "integer": "0123456789-+._ ۸٨e,\u00a0",
    "number": "0123456789..-+eE_ ۸,\u00a0nNaAiIfF",
    "boolean": "",
    "date": "",
    "year": "0123456789۲ -.",
    "time": "0123456789:: ۳",
}
_WORDS = {
    "boolean": ["true", "false", "TRUE", "True", "1", "0", "yes", "۱", "true\u00a0", "\u200etrue"],
    "integer": [str(2**n + d) for n in (31, 53, 62, 63, 64) for d in (-1, 0, 1)] + ["NaN", "INF"],
    "number": ["NaN", "INF", "-inf", "1e400", "1e-400", "1_0", "1e308", "5e-324", "1e22", "1E5"],
    "time": ["00:00", "23:59", "24:00", "12:30:59", "9:30"],
    "string": ["NA", "NaN", "null", '"', "a,b", "a\r\nb", "\ufeff", "true"],
}


def _random_cell(kind: str, chance: random.Random) -> str:
    if chance.random() < 0.1:
        return ""
    if kind == "date" or (kind == "string" and chance.random() < 0.1):
        year = chance.choice((chance.randint(0, 9999), chance.randint(1380, 1410), 2024))
        form = "{:04}-{:02}-{:02}" if chance.random() < 0.9 else "{}-{}-{}"
        return form.format(year, chance.randint(0, 13), chance.randint(0, 32))
    if kind in ("integer", "number") and chance.random() < 0.3:
        number = chance.choice((chance.randint(-(2**64), 2**64), chance.randint(-999, 999)))
        return repr(number / 2 ** chance.randint(0, 80) if kind == "number" else number)
    if kind in _WORDS and (chance.random() < 0.2 or not _ALPHABETS[kind]):
        return chance.choice(_WORDS[kind])
    length = chance.randint(1, 20 if chance.random() < 0.2 else 5)
    return "".join(chance.choices(_ALPHABETS[kind], k=length))


def _package(folder, kind, cells):
    """Write a package of one table: a key, and a column of the type."""
    fields = [{"name": "key", "type": "integer"}, {"name": "cell", "type": kind}]
    resource = {"name": "thrown", "path": "thrown.csv", "topic": "trade", "title": "Thrown"}
    schema = {"missingValues": [""], "fields": fields, "primaryKey": ["key"]}
    package = {"name": "thrown", "resources": [resource | {"schema": schema}]}
    (folder / "datapackage.json").write_text(json.dumps(package))
    with (folder / "thrown.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([["key", "cell"], *enumerate(cells)])


def _said(function, *arguments) -> str:
    datasets.package.cache_clear()
    try:
        function(*arguments)
    except DataError as error:
        return str(error)
    return ""


def _exact(value: object, cell: str, kind: str) -> bool:
    """Whether a loaded value is the one that stands in the cell, to the last digit."""
    if kind in ("integer", "year"):
        return Decimal(int(value)) == Decimal(cell)
    if kind == "number":
        return Decimal(repr(float(value))) == Decimal(cell)
    if kind == "date":
        return value.date().isoformat() == cell
    return str(value).lower() == cell if kind == "boolean" else value == cell


@pytest.mark.parametrize("kind", values.TYPES)
def test_the_check_refuses_exactly_what_the_loader_refuses(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(datasets, "DESCRIPTOR", tmp_path / "datapackage.json")
    monkeypatch.setattr(validation, "_FAULTS_SHOWN", PER_KIND)
    chance = random.Random(f"values of {kind}")
    cells = [_random_cell(kind, chance) for _ in range(PER_KIND)]
    _package(tmp_path, kind, cells)
    refused = _said(validation.validate, tmp_path / "datapackage.json")
    lines, above = [], 2
    for cell in cells:
        lines.append(above)
        above += 1 + cell.count("\n") + cell.replace("\r\n", "").count("\r")
    wrong = {int(told.split("line ")[1].split(",")[0]) for told in refused.splitlines()}
    # The loader stops at the first one, which is the first that the check tells.
    first = _said(datasets.load, "thrown")
    assert bool(first) == bool(wrong)
    if wrong:
        assert f"thrown.csv, line {min(wrong)}, column cell: found" in first
        assert first.endswith(refused.splitlines()[0])
    # All others load, and no digit of them changes.
    good = [cell for cell, line in zip(cells, lines, strict=True) if line not in wrong]
    assert len(good) > PER_KIND / 20
    assert kind == "string" or len(wrong) > PER_KIND / 20
    _package(tmp_path, kind, good)
    assert not _said(validation.validate, tmp_path / "datapackage.json")
    loaded = datasets.load("thrown")["cell"]
    assert [pd.isna(v) for v in loaded] == [cell == "" for cell in good]
    assert all(_exact(v, c, kind) for v, c in zip(loaded, good, strict=True) if c)
    # And each of the others alone is refused by the loader too.
    bad = sorted({c for c, line in zip(cells, lines, strict=True) if line in wrong})
    for cell in chance.sample(bad, min(10, len(bad))):
        _package(tmp_path, kind, [cell])
        assert _said(datasets.load, "thrown") and _said(
            validation.validate, tmp_path / "datapackage.json"
        )


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("key,cell\n1,a\n\n2,b\n", "line 3: found 0 cells, expected 2"),
        ("key,cell\n1,a,b\n", "line 2: found 3 cells, expected 2"),
        ("key,cell\n1\n", "line 2: found 1 cells, expected 2"),
        ('key,cell\n1,"a\n', "line 2: cannot be read as CSV"),
        ('key,cell\n1,"a"b\n', "line 2: cannot be read as CSV"),
        (b"key,cell\n1,a\n2,\xe9\n", "line 3: found the byte 0xe9, expected UTF-8"),
        ("", "cannot be read as CSV: it is empty"),
        ("cell,key\na,1\n", "columns differ"),
        ('key,cell\n1,"two\n\nbreaks"\nx,b\n', "line 5, column key: found 'x', expected a whole"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_both_in_the_same_words(
    tmp_path, monkeypatch, spoiled, told
):
    monkeypatch.setattr(datasets, "DESCRIPTOR", tmp_path / "datapackage.json")
    _package(tmp_path, "string", [])
    content = spoiled if isinstance(spoiled, bytes) else spoiled.encode()
    (tmp_path / "thrown.csv").write_bytes(content)
    said = _said(datasets.load, "thrown")
    assert told in said
    assert said.endswith(_said(validation.validate, tmp_path / "datapackage.json"))


def test_whole_numbers_above_two_to_53_keep_their_digits_beside_blanks(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DESCRIPTOR", tmp_path / "datapackage.json")
    _package(tmp_path, "integer", ["36210571900000013", "", "104500000000000007", "-9" + "0" * 17])
    loaded = _said(datasets.load, "thrown") or datasets.load("thrown")["cell"]
    assert [str(v) for v in loaded] == [
        "36210571900000013", "<NA>", "104500000000000007", "-900000000000000000"
    ]  # fmt: skip


def test_every_cell_of_the_book_is_a_value_in_its_one_form():
    for table in datasets.names():
        schema = datasets.describe(table)["schema"]
        path = datasets.DESCRIPTOR.parent / datasets.describe(table)["path"]
        columns = datasets.cells(path, [f["name"] for f in schema["fields"]])
        for field in schema["fields"]:
            kind = values.kind_of(field)
            if kind in ("integer", "year", "boolean", "date"):
                held = set(columns[field["name"]]) - {""}
                assert all(values.normal(cell, kind) == cell for cell in held)


# Constraints


def _held(field, *cells):
    schema = {"fields": [{"name": "cell", "type": "string"} | field]}
    return [(f.row, f.expected) for f in constraints.of_cells({"cell": cells}, schema)]


def test_a_code_in_digits_of_another_script_is_no_code():
    field = {"constraints": {"pattern": r"^\d{6}$"}}
    assert _held(field, "271019", "۲۷۱۰۱۹", "271019\n", "27101") == [
        (row, r"pattern ^\d{6}$ (in data/datapackage.json)") for row in (1, 2, 3)
    ]
    assert constraints.meant(["۲۷۱۰۱۹", "271019"], {"name": "c", "type": "string"} | field) == {
        "۲۷۱۰۱۹": "271019"
    }


def test_values_allowed_are_told_in_plain_words():
    field = {"constraints": {"enum": ["head_of_state", "minister"]}}
    expected = "one of head_of_state, minister (allowed in data/datapackage.json)"
    assert _held(field, "minister", "king", "") == [(1, expected)]
    field = {"type": "integer", "constraints": {"enum": [1995, 2005], "required": True}}
    told = "a value, as none may be missing (required)"
    assert _held(field, "1995", "") == [(1, told)]
    assert _held(field, "2000")[0][1].startswith("one of 1995, 2005 ")


def test_bounds_and_keys_are_those_of_values_and_not_of_texts():
    field = {"type": "number", "constraints": {"minimum": 0, "maximum": 10}}
    assert [row for row, _ in _held(field, "9", "10.0", "-0.5", "1e1", "11")] == [2, 4]
    schema = {"fields": [{"name": "k", "type": "number"}], "primaryKey": "k"}
    [fault] = constraints.of_keys({"k": ["8", "9", "8.0"]}, schema)
    assert (fault.row, fault.column) == (2, "k")


def test_a_description_with_what_is_not_checked_is_refused(copy):
    package = json.loads((copy / "datapackage.json").read_text())
    for change, told in [
        ({"constraints": {"minLength": 3}}, "minLength"),
        ({"type": "geopoint"}, "found the type 'geopoint'"),
        ({"constraints": {"enum": ["2024"]}, "type": "date"}, "found '2024' in a constraint"),
    ]:
        spoiled = json.loads(json.dumps(package))
        spoiled["resources"][0]["schema"]["fields"][0].update(change)
        (copy / "datapackage.json").write_text(json.dumps(spoiled))
        assert told in _said(validation.validate, copy / "datapackage.json")


# On the way in


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A copy of the data package that no test changes."""
    folder = shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("values") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DESCRIPTOR", folder / "datapackage.json")
        datasets.package.cache_clear()
        yield folder
    datasets.package.cache_clear()


@pytest.fixture
def kept(shared, monkeypatch):
    """The shared copy, which must be as it was after the test."""
    monkeypatch.setattr(datasets, "DESCRIPTOR", shared / "datapackage.json")
    before = _hashes(shared)
    yield shared
    assert _hashes(shared) == before


def _run(*arguments, ok=True):
    datasets.package.cache_clear()
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code == 0) is ok, done.output
    return done.output


def _row(copy, tmp_path, table, **changes):
    """Write a file with the last row of a table, changed; return it."""
    frame = pd.read_csv(copy / f"{table}.csv", dtype="str", keep_default_na=False).tail(1)
    file = tmp_path / f"{table}-new.csv"
    frame.assign(**changes).to_csv(file, index=False)
    return file


DISCOUNT = {"discount_id": "CE991", "period_start": "2031-01-01", "period_end": "2031-01-31"}


@pytest.mark.parametrize(
    ("table", "key", "column", "cell", "stored"),
    [
        ("crude_discounts", DISCOUNT, "discount_low_usd_per_barrel", "۸", "8"),
        ("crude_discounts", DISCOUNT, "discount_low_usd_per_barrel", "٨", "8"),
        ("crude_discounts", DISCOUNT, "discount_low_usd_per_barrel", "8\u00a0", "8"),
        ("crude_discounts", DISCOUNT, "discount_low_usd_per_barrel", "+8", "8"),
        ("crude_discounts", DISCOUNT, "discount_low_usd_per_barrel", "8٫۵", "8.5"),
        ("crude_discounts", DISCOUNT, "period_end", "۲۰۳۱-۰۱-۳۱", "2031-01-31"),
        ("crude_discounts", DISCOUNT, "period_end", "2031-01-31 00:00:00", "2031-01-31"),
        ("military_exercises", {"exercise_id": "AE991"}, "contested", "TRUE", "true"),
        ("military_exercises", {"exercise_id": "AE991"}, "contested", "True", "true"),
        ("military_exercises", {"exercise_id": "AE991"}, "contested", "0", "false"),
        ("military_exercises", {"exercise_id": "AE991"}, "published_on", "2026-01-05\u00a0", None),
    ],
)
def test_an_imported_row_is_written_in_the_form_and_that_is_said(
    copy, tmp_path, table, key, column, cell, stored
):
    said = _run("import", _row(copy, tmp_path, table, **(key | {column: cell})))
    assert "1 added" in said and f"{column}: 1 cell read {cell!r} as " in said
    frame = pd.read_csv(copy / f"{table}.csv", dtype="str", keep_default_na=False)
    row = frame[frame[[*key]].eq(list(key.values())).all(axis=1)] if column not in key else frame
    assert (stored or cell.strip()) in set(row[column])
    datasets.package.cache_clear()
    datasets.load(table)
    # The same file again changes nothing.
    assert "Nothing to write" in _run("import", tmp_path / f"{table}-new.csv")


@pytest.mark.parametrize(
    ("table", "column", "cell", "told"),
    [
        ("crude_discounts", "discount_low_usd_per_barrel", "1_0", "a number such as 8.5"),
        ("crude_discounts", "discount_low_usd_per_barrel", "NaN", "a number such as 8.5"),
        ("crude_discounts", "discount_low_usd_per_barrel", "INF", "a number such as 8.5"),
        ("crude_discounts", "discount_low_usd_per_barrel", "1e400", "a number below"),
        ("crude_discounts", "discount_low_usd_per_barrel", "1,234", "without thousands separators"),
        ("crude_discounts", "period_start", "1404-12-10", "1404 is a year of the Iranian"),
        ("crude_discounts", "period_end", "۱۴۰۵-۰۱-۱۱", "1405 is a year of the Iranian"),
        ("crude_discounts", "period_end", "1402-02-31", "1402 is a year of the Iranian"),
        ("military_exercises", "contested", "yes", "true or false"),
        ("military_exercises", "published_on", "1404-10-01", "a year of the Iranian"),
        ("sources", "released", "1404-10", "a year of the Iranian"),
        ("gas_pipeline_trade", "year", "1402", "named iranian_year"),
    ],
)
def test_an_imported_row_without_a_clear_value_is_refused_with_line_and_column(
    kept, tmp_path, table, column, cell, told
):
    file = _row(kept, tmp_path, table, **{column: cell})
    said = _run("import", "tidy", file, ok=False)
    assert f"{file.name}, line 2, column {column}: found {cell!r}, expected" in said
    assert told in said


def test_a_revision_of_the_last_digit_is_a_revision(copy, tmp_path):
    datasets.package.cache_clear()
    table, column = "mirror_gap", "iranian_value_usd"
    frame = pd.read_csv(copy / f"{table}.csv", dtype="str", keep_default_na=False)
    frame.loc[len(frame) - 1, column] = "36210571900000013"
    frame.to_csv(copy / f"{table}.csv", index=False)
    same = _run("import", _row(copy, tmp_path, table), "--dry-run")
    assert "1 identical, 0 revised" in same
    moved = _run(
        "import", _row(copy, tmp_path, table, **{column: "36210571900000015"}), "--dry-run"
    )
    assert "36210571900000013 → 36210571900000015" in moved and "0 identical" in moved


def _hashes(folder):
    return {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.glob("*.*"))}


# New tables

ASKED = ("--topic", "trade", "--source", "tea_board", "--publisher", "Tea board (made up)")


@pytest.mark.parametrize(
    ("text", "kinds", "row", "said"),
    [
        ("name,value_usd\na,۱۲۳\n", "string integer", "a,123", "'۱۲۳' as 123"),
        ("name,value_usd\na,۱۲٬۳۴۵\n", "string integer", "a,12345", "'۱۲٬۳۴۵' as 12345"),
        ("iranian_year,value_irr\n۱۴۰۳,۱۲۰۰\n", "integer integer", "1403,1200", "۱۴۰۳"),
        ("hs_code,n\n۰۱۰۱۲۱۰۰,1\n27101990,2\n", "string integer", "01012100,1", "'۰۱۰۱۲۱۰۰'"),
        ("name,held\na,TRUE\nb,FALSE\n", "string boolean", "a,true", "'TRUE' as true"),
        ("name,held\na,True\nb,0\n", "string boolean", "a,true", "'True' as true"),
        ("iso2,iso3,trade_usd\nNA,NAM,5\n", "string string integer", "NA,NAM,5", None),
        ("state,trade_usd\nNA,5\nIR,6\n", "string integer", "NA,5", None),
        ("name,trade_usd\na,NA\nb,6\n", "string integer", "a,", "'NA' as empty"),
        ("name,held_on\na,۲۰۲۴-۰۳-۲۰\n", "string date", "a,2024-03-20", "as 2024-03-20"),
        ("name,gdp_irr\na,36210571900000013\nb,\n", "string integer", "a,36210571900000013", None),
        ("name,share_percent\na,۸٫۵\n", "string number", "a,8.5", "'۸٫۵' as 8.5"),
        ("name,title\na,متن ۱۲\n", "string string", "a,متن ۱۲", None),
    ],
)  # fmt: skip
def test_a_new_table_holds_the_values_of_its_file(copy, tmp_path, text, kinds, row, said):
    file = tmp_path / "tea.csv"
    file.write_text(text, encoding="utf-8")
    told = _run("new-table", "tea", file, *ASKED)
    datasets.package.cache_clear()
    schema = datasets.describe("tea")["schema"]
    assert [f["type"] for f in schema["fields"]][:-1] == kinds.split()
    assert (copy / "tea.csv").read_text(encoding="utf-8").splitlines()[1] == f"{row},tea_board"
    assert ("read" in told) is (said is not None) and (said or "") in told
    assert len(datasets.load("tea")) == len(text.splitlines()) - 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,held_on\na,1402-01-15\n", "line 2, column held_on: found '1402-01-15'"),
        ("name,held_on\na,2024-01-15\nb,1402-02-31\n", "line 3, column held_on: found '1402-"),
        ("name,held_on\na,۱۴۰۲/۰۱/۱۵\n", "column held_on: found '۱۴۰۲/۰۱/۱۵'"),
        ("year,iso3,value_irr\n۱۴۰۳,IRN,۱۲۰۰\n", "column year: found '1403', expected a year of"),
        ("name,value_usd\na,INF\nb,2\n", "line 2, column value_usd: found 'INF'"),
        ("name,value_usd\na,1e400\nb,2\n", "line 2, column value_usd: found '1e400'"),
        ("name,value_usd\na,1_0\nb,2\n", "line 2, column value_usd: found '1_0'"),
        ("name,value_usd\na,9223372036854775808\nb,2\n", "found '9223372036854775808'"),
        ("name,value_usd\na,\"۱,۲۳۴\"\nb,2\n", "expected a number such as 8.5 without thousands"),
        ("name,value_usd\na,۳/۵\nb,2\n", "column value_usd"),
    ],
)  # fmt: skip
def test_a_new_table_without_clear_values_is_refused_with_line_and_column(
    kept, tmp_path, text, told
):
    file = tmp_path / "tea.csv"
    file.write_text(text, encoding="utf-8")
    assert told in _run("new-table", "tea", file, *ASKED, ok=False)


# The command line


@pytest.fixture
def broken(copy, monkeypatch, tmp_path):
    """A copy of the data package and of the contents, without any build."""
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    for page in ROOT.glob("*.md"):
        shutil.copy(page, tmp_path)
    shutil.copytree(ROOT / "book", tmp_path / "book")
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.setattr(freshness.pages, "__defaults__", (tmp_path,))
    monkeypatch.setattr(freshness.chapters, "__defaults__", (tmp_path,))
    monkeypatch.setattr(freshness.status, "__defaults__", (tmp_path,))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "datapackage.json is not valid JSON"),
        ("", "datapackage.json is not valid JSON"),
        ("[]", "found no list of tables"),
        ('{"resources": [{"name": "a"}]}', "table 1: found no name or path"),
        ('{"resources": [{"name": "a", "path": "a.csv"}]}', "table a: found no columns"),
        (None, "is missing; restore it"),
    ],
)
def test_a_broken_description_of_tables_is_told_by_every_command(broken, text, told):
    file = broken / "data" / "datapackage.json"
    file.unlink() if text is None else file.write_text(text)
    for command in (["status"], ["validate", file], ["claims"], ["import", __file__]):
        assert told in _run(*command, ok=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "_toc.yml is missing"),
        ("root: [", "is not valid YAML"),
        ("", "found another shape"),
        ("- a\n", "found another shape"),
        ("root: index\nparts:\n- caption: A\n", "found another shape"),
        ("root: index\nparts: 3\n", "found another shape"),
        ("root: index\nchapters:\n- file: notebooks/nowhere\n", "the page 'notebooks/nowhere'"),
    ],
)  # fmt: skip
def test_broken_contents_are_told_without_a_traceback(broken, text, told):
    file = broken / "_toc.yml"
    file.unlink() if text is None else file.write_text(text)
    assert told in _run("status", ok=False)
    if "nowhere" not in told:
        assert told in _run("new-chapter", "tea", "--tables", "deals", ok=False)


def test_contents_may_hold_links_sections_and_chapters_without_parts(broken):
    (broken / "_toc.yml").write_text(
        "root: index\nchapters:\n- url: https://example.org\n  title: Elsewhere\n"
        "- file: notebooks/arms.md\n  sections:\n  - file: notebooks/trade\n"
    )
    assert freshness.pages(broken) == ["index", "notebooks/arms", "notebooks/trade"]
    assert "notebooks/trade: out of date" in _run("status")


@pytest.mark.parametrize("command", ["pdf", "epub", "linkcheck"])
def test_what_needs_a_built_book_says_that_there_is_none(broken, command):
    assert "there is no built book in" in _run(command, ok=False)


def test_without_a_build_nothing_is_said_to_have_stayed(broken, monkeypatch):
    from iran_russia import changes

    monkeypatch.setattr(changes, "state", lambda *_: {})
    for options in ([], ["--save"]):
        said = _run("changes", *options, ok=False)
        assert "no chapter has run here yet" in said


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_a_broken_edition_is_told(tmp_path, text):
    from iran_russia import changes

    (tmp_path / "edition.json").write_text(text)
    with pytest.raises(DataError, match="is no edition; restore it"):
        changes.since(tmp_path / "edition.json", tmp_path)


@pytest.mark.parametrize("source", ["web_pages", None, 3, ("web_pages",), {"web_pages"}])
def test_a_figure_takes_a_frame_or_a_list_as_its_source(source):
    from iran_russia.exhibits import FigureError, credits

    with pytest.raises(FigureError, match="expected a frame with a source_id column, or a list"):
        credits(source)


def test_help_describes_every_command_in_one_line_that_is_not_cut():
    listed = _run("--help").split("Commands:")[1].strip().splitlines()
    assert len(listed) == len(main.commands)
    assert not [line for line in listed if line.endswith("...")]
    told = _run("new-chapter", "--help")
    assert "new-chapter NAME --tables TABLE…" in told and "a first figure for each" in told


def test_check_says_how_many_tables_the_package_named_has(tmp_path):
    _package(tmp_path, "string", ["a", "b"])
    assert "1 tables, 2 rows: all hold." in _run("validate", tmp_path / "datapackage.json")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'claim_id\n"'])
def test_a_file_that_is_no_ledger_is_told(tmp_path, content):
    (tmp_path / "ledger.csv").write_bytes(content)
    said = _run("claims", "--check", tmp_path / "ledger.csv", ok=False)
    assert "ledger.csv: found no ledger, expected" in said
