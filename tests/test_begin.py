"""New tables and new chapters: what is proposed holds, and a refused one changes no file."""

import hashlib
import json
import os
import re
import shutil
import warnings

import jupytext
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT
from test_prose import _captions, _prose, _sentences, typed_figures

from iran_russia import datasets, facts, freshness, taken
from iran_russia.begin import chapter, schema
from iran_russia.charts import drawing
from iran_russia.cli import main
from iran_russia.exhibits import BUILD

TEA = """year,importer_iso3,product,value_usd,weight_kg,agreed_on,hs_code,organic,note
2021,RUS,black,1200000,400000.5,2021-03-01,090240,false,
2021,RUS,green,300000,,2021-03-01,090220,true,NA
2022,RUS,black,1500000,450000,,090240,false,first
2022,RUS,green,310000,90000,2022-01-31,090220,true,second
2023,RUS,black,1600000,460000,2023-01-31,090240,false,
2023,RUS,green,-290000,88000,2023-01-31,090220,true,
"""
ASKED = ("--topic", "trade", "--source", "tea_board", "--publisher", "Tea board (made up)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of data package and table of contents that is written to."""
    root = tmp_path_factory.mktemp("begin")
    shutil.copytree(ROOT / "data", root / "data")
    shutil.copy(ROOT / "_toc.yml", root)
    (root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "arms.md", root / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DESCRIPTOR", root / "data" / "datapackage.json")
        patch.setattr(freshness, "ROOT", root)
        datasets.package.cache_clear()
        yield root
    datasets.package.cache_clear()


@pytest.fixture
def fresh(folder):
    """The copy, put back as it was after the test."""
    kept = {f: f.read_bytes() for f in (*folder.glob("data/*.*s*"), folder / "_toc.yml")}
    yield folder
    for file in (*folder.glob("data/*.*s*"), *folder.glob("notebooks/*")):
        if file not in kept and file.stem != "arms":
            file.unlink()
    for file, content in kept.items():
        if file.read_bytes() != content:
            file.write_bytes(content)
    datasets.package.cache_clear()


def hashes(folder):
    return {
        str(f): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def run(*arguments, ok=True):
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code == 0) is ok, done.output
    return done.output


def new_table(tmp_path, text=TEA, *asked, name="tea_exports", ok=True):
    file = tmp_path / "tea.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run("new-table", name, file, *(asked or ASKED), ok=ok)


# New tables


def test_a_table_is_proposed_with_types_units_values_and_key(fresh, tmp_path):
    before = json.loads((fresh / "data/datapackage.json").read_text())["resources"]
    new_table(tmp_path)
    described = (fresh / "data/datapackage.json").read_text()
    *others, new = json.loads(described)["resources"]
    assert others == before
    # The text of all that was there before stands unchanged.
    assert described.startswith((ROOT / "data/datapackage.json").read_text().rsplit("    }", 1)[0])
    fields = {f["name"]: f for f in new["schema"]["fields"]}
    assert {name: f["type"] for name, f in fields.items()} == {
        "year": "integer",
        "importer_iso3": "string",
        "product": "string",
        "value_usd": "integer",
        "weight_kg": "number",
        "agreed_on": "date",
        "hs_code": "string",
        "organic": "boolean",
        "note": "string",
        "source_id": "string",
    }
    assert fields["weight_kg"]["unit"] == "kilogram" and "unit" not in fields["hs_code"]
    assert fields["weight_kg"]["constraints"] == {"minimum": 0}
    assert "minimum" not in fields["value_usd"]["constraints"]  # one value is negative
    assert fields["product"]["constraints"] == {"required": True, "enum": ["black", "green"]}
    assert new["schema"]["primaryKey"] == ["year", "importer_iso3", "product"]
    assert new["time_field"] == "year"
    links = {k["fields"][0]: k["reference"]["resource"] for k in new["schema"]["foreignKeys"]}
    assert links == {"source_id": "sources", "importer_iso3": "countries"}
    assert all(f["title"] and f["description"] for f in fields.values())


def test_a_column_of_one_value_closes_no_list(fresh, tmp_path):
    lines = [
        f"{line},{'city' if not n else 'Tehran'}" for n, line in enumerate(TEA.split("\n")[:-1])
    ]
    new_table(tmp_path, "\n".join([*lines, ""]))
    *_, new = json.loads((fresh / "data/datapackage.json").read_text())["resources"]
    (city,) = (field for field in new["schema"]["fields"] if field["name"] == "city")
    assert city["constraints"] == {"required": True}


def test_the_new_table_loads_and_its_source_is_registered(fresh, tmp_path):
    new_table(tmp_path)
    frame = datasets.load("tea_exports")
    assert frame["value_usd"].sum() == 4_620_000 and frame["hs_code"][0] == "090240"
    assert frame["note"].isna().sum() == 4
    source = datasets.load("sources").set_index("source_id").loc["tea_board"]
    assert source["publisher"] == "Tea board (made up)"
    assert datasets.load("sources")["source_id"].is_monotonic_increasing


def test_a_workbook_gives_the_same_table_as_the_text(fresh, tmp_path):
    new_table(tmp_path)
    wanted = (fresh / "data/tea_exports.csv").read_bytes()
    frame = pd.read_csv(tmp_path / "tea.csv", dtype={"hs_code": "str"}, parse_dates=["agreed_on"])
    frame.to_excel(tmp_path / "tea.xlsx", index=False)
    run("new-table", "tea_book", tmp_path / "tea.xlsx", "--topic", "trade", "--source", "tea_board")
    assert (fresh / "data/tea_book.csv").read_bytes() == wanted


def test_a_dry_run_shows_the_proposal_and_writes_nothing(folder, tmp_path):
    before = hashes(folder)
    said = new_table(tmp_path, TEA, *ASKED, "--dry-run")
    assert "key year, importer_iso3, product" in said and "one of black, green" in said
    assert hashes(folder) == before


def _lines(*cells):
    return "year,value_usd\n" + "".join(f"{2000 + i},{c}\n" for i, c in enumerate(cells))


@pytest.mark.parametrize(
    ("text", "asked", "name", "told"),
    [
        (TEA, ASKED, "deals", "there is a table 'deals' already"),
        (TEA, ASKED, "Tea", "found 'Tea', expected a name for the table"),
        (TEA, ASKED, "../tea", "expected a name for the table"),
        (TEA, ("--topic", "tea", *ASKED[2:]), "tea", "found the topic 'tea', expected one of"),
        (TEA, ASKED[:2], "tea", "no column source_id: name the source"),
        (TEA, ASKED[:4], "tea", "there is no source 'tea_board'"),
        (TEA, ("--topic", "trade", "--source", "web_pages", "--publisher", "X"), "tea", "already"),
        (TEA, (*ASKED, "--url", "example.org"), "tea", "expected one with http:// before it"),
        ("", ASKED, "tea", "the file is empty"),
        ("year,value_usd\n", ASKED, "tea", "found no line below the header"),
        ("2021,RUS\n2022,RUS\n", ASKED, "tea", "the header seems to be missing"),
        ("year,Value (US$)\n2021,1\n", ASKED, "tea", "line 1: found the column 'Value (US$)'"),
        ("year,year\n2021,1\n", ASKED, "tea", "column year: found the column more than once"),
        ("year;value_usd\n2021;1\n", ASKED, "tea", "found a semicolon between the columns"),
        ("year,value_usd\n2021,1,2\n", ASKED, "tea", "line 2: found 3 columns"),
        ("<html>503</html>\n", ASKED, "tea", "found a web page"),
        (TEA.encode("utf-16"), ASKED, "tea", "found UTF-16"),
        (TEA[:-5], ASKED, "tea", "the download may be cut off"),
        (_lines("1", '"1,200"'), ASKED, "tea", "line 3, column value_usd: found '1,200'"),
        (_lines("1", "n/a"), ASKED, "tea", "line 3, column value_usd: found 'n/a'"),
        ("on\n03/04/2021\n05/04/2021\n", ASKED, "tea", "line 2, column on: found '03/04/2021'"),
        ("on\n2021-03-31\n2021-02-31\n", ASKED, "tea", "Error: tea.csv, line 3, column on: found"),
        ("iso3\nRUS\nIran\n", ASKED, "tea", "line 3, column iso3: found 'Iran'"),
        ("year,source_id\n2021,nobody\n", ASKED[:2], "tea", "line 2, column source_id: found 'no"),
        ("year,source_id\n2021,web_pages\n", ASKED, "tea", "names its sources itself"),
        ("year,kind\n2021,a\n2021,a\n", ASKED, "tea", "line 3: found the row a second time"),
    ],
)
def test_a_bad_table_is_refused_in_clear_words_and_changes_no_file(
    folder, tmp_path, text, asked, name, told
):
    before = hashes(folder)
    said = new_table(tmp_path, text, *asked, name=name, ok=False)
    assert told in said and "Traceback" not in said
    assert hashes(folder) == before


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ([["year", "year"], [2021, 1]], "column year: found the column more than once"),
        ([["year", "on"], [2021, 1]] * 2, "line 3: found the header a second time"),
        ([[None, None]], "found 0 filled sheets (none), expected one"),
        (None, "found 2 filled sheets (a, b), expected one"),
        (b"PK damaged", "the archive is damaged"),
    ],
)
def test_a_bad_workbook_is_refused_and_changes_no_file(folder, tmp_path, sheets, told):
    file, before = tmp_path / "tea.xlsx", hashes(folder)
    if isinstance(sheets, bytes):
        file.write_bytes(sheets)
    else:
        with pd.ExcelWriter(file) as book:
            for name in ["a"] if sheets else ["a", "b"]:
                frame = pd.DataFrame(sheets or [["year"], [2021]])
                frame.to_excel(book, sheet_name=name, header=False, index=False)
    assert told in run("new-table", "tea", file, *ASKED, ok=False)
    assert hashes(folder) == before


def test_a_table_that_cannot_be_written_changes_no_file(folder, tmp_path, monkeypatch):
    before = hashes(folder)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    assert "No space left on device" in new_table(tmp_path, ok=False)
    assert hashes(folder) == before


def test_units_asked_for_by_names_are_those_of_the_book():
    known = {
        (field["name"], field["unit"])
        for resource in datasets.package()["resources"]
        for field in resource["schema"]["fields"]
        if field.get("unit") and schema.unit_of(field["name"])
    }
    differ = {name for name, unit in known if schema.unit_of(name) != unit}
    # Per cent is written both ways, and one figure is a price a container.
    assert len(known) > 30 and len(differ) < 12, differ


# New chapters

# One of each kind of figure, with every kind of time.
DRAWN = ["deals", "trade_totals", "hs_sections", "gas_plans", "news_events", "gdelt_dyad_month"]


@pytest.mark.parametrize("table", DRAWN)
def test_a_new_chapter_runs_as_it_is_and_types_no_quantity(table, monkeypatch):
    monkeypatch.setenv(BUILD, "yes")
    glued = {}
    monkeypatch.setattr(facts, "glue", lambda name, text, display: glued.update({name: text}))
    # What other tests took is not this chapter's.
    process: dict[str, str] = {}
    for name, empty in (("_record", {}), ("_process", process), ("_loaded", process)):
        monkeypatch.setattr(taken, name, empty)
    blank = {"faults": [], "wide": "", "narrow": "", "sized": {}, "files": {"svg": ""}}
    monkeypatch.setattr(drawing, "_draw", lambda spec, made_by: blank)
    text = chapter.chapter_text("tea", [table, "countries"])
    names = {}
    with warnings.catch_warnings(action="error"):
        for cell in jupytext.reads(text, fmt="md:myst").cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
    assert set(re.findall(r"\{glue:text\}`(\w+)`", text)) <= set(glued)
    assert all(glued.values())
    for shown in [_prose(text), _captions(text), *_sentences(text)]:
        assert not typed_figures(shown)


def test_a_new_chapter_is_the_last_of_its_part_and_nothing_else_moves(fresh):
    run("new-chapter", "tea_trade", "--tables", "deals", "arms_tiv")
    text = (fresh / "notebooks/tea_trade.md").read_text()
    assert "name: fig-tea-trade-deals" in text and "name: fig-tea-trade-arms-tiv" in text
    then, now = ((f / "_toc.yml").read_text().splitlines() for f in (ROOT, fresh))
    assert [line for line in now if line not in then] == ["      - file: notebooks/tea_trade"]
    parts = {p["caption"]: p["chapters"] for p in yaml.safe_load("\n".join(now))["parts"]}
    assert parts["Themes"][-1] == {"file": "notebooks/tea_trade"}


def test_a_chapter_with_claims_shows_them():
    assert 'ledger("trade")' in chapter.chapter_text("trade", ["deals"])
    assert "ledger" not in chapter.chapter_text("tea", ["deals"])


@pytest.mark.parametrize(
    ("name", "tables", "told"),
    [
        ("arms", ["deals"], "there is a chapter 'arms' already"),
        ("history", ["deals"], "there is a chapter 'history' already"),  # in the contents only
        ("Tea", ["deals"], "found 'Tea', expected a name for the chapter"),
        ("tea", ["deal"], "no table 'deal' in datapackage.json; did you mean 'deals'?"),
        ("tea", ["deals", "nothing"], "no table 'nothing'"),
        ("tea", ["trade_hs6"], "the table 'trade_hs6' has no rows yet"),
    ],
)
def test_a_bad_chapter_is_refused_and_changes_no_file(folder, name, tables, told):
    before = hashes(folder)
    assert told in run("new-chapter", name, "--tables", *tables, ok=False)
    assert hashes(folder) == before
