"""Every official format becomes rows of the book; whatever is wrong leaves all tables as they are.

The files in ``tests/samples`` were written for these tests in the layouts of the real ones; their
figures are made up.
"""

import gzip
import hashlib
import os
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT

from iran_russia import datasets
from iran_russia.cli import main
from iran_russia.importers import irica, update

SAMPLES = ROOT / "tests" / "samples"
BANK = SAMPLES / "API_TX.VAL.MRCH.CD.WT_DS2_en_csv_v2.csv"
BACI = SAMPLES / "BACI_HS17_Y2022_V202401b.csv"
COMTRADE = SAMPLES / "TradeData.csv"
CUSTOMS = SAMPLES / "export 1403.xlsx"


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A copy of the data package that imports may write to."""
    folder = shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setattr(datasets, "DESCRIPTOR", folder / "datapackage.json")
    datasets.package.cache_clear()
    yield folder
    datasets.package.cache_clear()


def hashes(folder: Path) -> dict[str, str]:
    """Every file of a folder, the hidden ones too, and its digest."""
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def run(*arguments, ok: bool = True) -> str:
    """Run ``iran-russia import``; return what it says."""
    done = CliRunner().invoke(main, ["import", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code == 0) is ok, done.output
    assert "Traceback" not in done.output
    return done.output


def refused(data: Path, *arguments) -> str:
    """Run an import that must fail and must not change a file; return the message."""
    before = hashes(data)
    message = run(*arguments, ok=False)
    assert hashes(data) == before
    return message


def rows(table: str, **equal) -> pd.DataFrame:
    """Rows of a table of the copy, as text."""
    frame = update.text_of(table)
    for column, value in equal.items():
        frame = frame[frame[column] == value]
    return frame.reset_index(drop=True)


def changed(file: Path, tmp_path: Path, *changes: tuple[str, str], encoding="utf-8") -> Path:
    """A copy of a sample with parts of its text replaced."""
    text = file.read_text(encoding="utf-8-sig")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    target = tmp_path / file.name
    target.write_bytes(text.encode(encoding))
    return target


SAMPLE_SETS = [
    [BANK],
    [COMTRADE],
    [SAMPLES / "comtrade_legacy.csv"],
    [SAMPLES / "COMTRADE-FINAL-CA364201901H5.gz"],
    [BACI],
    [CUSTOMS],
    [SAMPLES / "102.xlsx"],
    [SAMPLES / "trade-register.csv"],
    [SAMPLES / "trade-register-2024.csv"],
    [SAMPLES / "import-export-values.csv"],
    [SAMPLES / "2026_2_6_ga_voting.csv"],
    [SAMPLES / "UNVotes.csv"],
    [SAMPLES / "missile_attacks_daily.csv"],
    [SAMPLES / "missile_attacks_daily_16.csv"],
    [SAMPLES / "missile_attacks_daily_17.csv"],
    [SAMPLES / "20100105.export.CSV"],
    [SAMPLES / "20140105.export.CSV"],
    [SAMPLES / "20240301001500.export.CSV", SAMPLES / "20240301003000.export.CSV"],
    [SAMPLES / "events.2016.20180710092545.tab"],
    [SAMPLES / "Statistical Review of World Energy 2026 Panel format.csv"],
    [SAMPLES / "EI_narrow_2026.csv"],
]
IDS = [files[0].name for files in SAMPLE_SETS]


def test_no_sample_is_left_out():
    assert {f for files in SAMPLE_SETS for f in files} == set(SAMPLES.iterdir())


@pytest.mark.parametrize("files", SAMPLE_SETS, ids=IDS)
def test_a_format_is_recognised_and_importing_it_twice_changes_nothing_more(files, data):
    before = hashes(data)
    said = run(*files, "--dry-run")
    assert hashes(data) == before
    assert "added" in said and "Dry run: nothing was written." in said
    run(*files, "--update")
    after = hashes(data)
    assert after.keys() == before.keys() and after != before
    assert "Nothing to write." in run(*files, "--update")
    assert hashes(data) == after


def test_files_of_all_formats_go_in_together_and_leave_a_valid_package(data):
    said = run(*(f for files in SAMPLE_SETS for f in files), "--update")
    assert said.count(" added, ") == 13
    assert datasets.validate(data / "datapackage.json") > 250_000
    used = set().union(
        *(datasets.source_ids(datasets.load(t)) for t in datasets.names() if t != "sources")
    )
    assert used == set(datasets.load("sources")["source_id"])


# What the rows are


def test_comtrade_gives_totals_by_partner_and_goods_of_the_pair(data):
    run(COMTRADE)
    [source] = rows("sources", publisher="UN Comtrade").source_id
    totals = rows("trade_partners", source_id=source)
    assert set(totals.partner_iso3) == {"IRN", "CHN", "WLD"} and set(totals.reporter) == {"RUS"}
    assert totals.set_index("partner_iso3").value_usd["IRN"] == "3063940121"
    goods = rows("trade_hs6")
    # By sea only, headings of two digits and re-exports are no rows of their own.
    assert list(goods.hs_code) == ["080251", "100199"]
    assert list(goods.valuation) == ["CIF", "FOB"] and set(goods.hs_revision) == {"HS2017"}


def test_the_three_layouts_of_comtrade_give_the_same_columns(data):
    for name in ("comtrade_legacy.csv", "COMTRADE-FINAL-CA364201901H5.gz"):
        run(SAMPLES / name)
    goods = rows("trade_hs6")
    assert list(goods.year) == ["2017", "2019"]
    assert list(goods.reporter) == ["RUS", "IRN"]
    assert list(goods.exporter_iso3) == ["IRN", "IRN"]


def test_a_later_comtrade_file_revises_the_rows_of_the_earlier_one(data, tmp_path):
    run(COMTRADE)
    later = changed(COMTRADE, tmp_path, ("3063940120.5", "3070000000"))
    before = len(rows("trade_partners"))
    assert "3063940121 → 3070000000" in run(later, "--update")
    assert len(rows("trade_partners")) == before


def test_baci_is_in_dollars_and_kilograms_and_an_unknown_weight_stays_empty(data):
    run(BACI)
    goods = rows("trade_hs6").set_index("hs_code")
    assert goods.value_usd["080251"] == "45123456" and goods.weight_kg["080251"] == "5234001"
    assert goods.weight_kg["070960"] == ""
    assert rows("sources", source_id="baci_hs2017_v202401b").publisher[0] == "CEPII"


def test_persian_workbooks_add_up_the_customs_offices(data):
    run(CUSTOMS)
    goods = rows("trade_goods", iranian_year="1403").set_index("hs_code")
    assert goods.value_usd["08025100"] == "15100000.5" and goods.n_source_rows["08025100"] == "2"
    assert goods.value_irr["08025100"] == "6000000000000"
    assert set(goods.period_start) == {"2024-03-20"} and set(goods.period_end) == {"2025-03-20"}
    # White Russia, which is Belarus, and the line of totals are not Russia.
    assert len(goods) == 2
    [new] = rows("products", hs_code="07099999").to_dict("records")
    assert new["name_fa"] == "ساير سبزيجات ساختگي" and new["hs_chapter"] == "07"


def test_a_code_that_excel_holds_as_a_number_gets_its_zero_back(data):
    run(SAMPLES / "102.xlsx")
    goods = rows("trade_goods", iranian_year="1403")
    assert list(goods.hs_code) == ["08025100"] and list(goods.flow) == ["import"]


def test_new_years_of_the_iranian_calendar_are_those_of_the_table():
    goods = datasets.load("trade_goods").drop_duplicates("iranian_year")
    for year, start in zip(goods.iranian_year, goods.period_start, strict=True):
        assert irica.new_year(int(year)) == start.date()
    assert str(irica.new_year(1404)) == "2025-03-21" and str(irica.new_year(1405)) == "2026-03-21"


def test_a_newer_sipri_register_revises_deals_and_leaves_our_comments(data):
    su35 = {"designation": "Su-35S"}
    before = rows("arms_transfers", **su35)
    said = run(SAMPLES / "trade-register.csv")
    assert "3 revised (kept; --update applies them)" in said
    assert rows("arms_transfers", **su35).equals(before)
    run(SAMPLES / "trade-register.csv", "--update")
    [deal] = rows("arms_transfers", **su35).to_dict("records")
    assert deal["quantity_ordered"] == "48" and deal["delivery_years"] == "2026;2027"
    assert deal["status"] == "partly delivered" and deal["quantity_delivered_is_estimate"] == "true"
    assert deal["comment"] == before.comment[0] and deal["source_id"] == "sipri_atd_2027_09_07"
    # Two deals that agree in all but their deliveries stay two.
    migs = rows("arms_transfers", designation="MiG-29", supplier_iso3="SUN")
    assert list(migs.sort_values("delivery_years").tiv_delivered_millions) == ["385", "302.5"]


def test_brackets_of_the_register_of_2024_mark_estimates(data):
    run(SAMPLES / "trade-register-2024.csv")
    [deal] = rows("arms_transfers", designation="Made-up").to_dict("records")
    assert deal["order_year"] == "2023" and deal["order_year_is_estimate"] == "true"
    assert deal["quantity_ordered"] == "24" and deal["delivery_years"] == "2024"
    assert deal["transfer_id"] == "AT0326" and deal["supplier_iso3"] == "TUR"


def test_of_the_un_library_only_roll_calls_after_voetens_file_are_taken(data):
    run(SAMPLES / "2026_2_6_ga_voting.csv")
    assert not len(rows("unga_rollcalls", rcid="U600001"))
    calls = rows("unga_rollcalls", source_id="undl_2026_02_06").set_index("rcid")
    assert list(calls.session) == ["78", ""] and calls.votes_yes["U4099001"] == "120"
    # The second has the same tally but another symbol.
    assert set(calls.possible_duplicate) == {"false"}
    votes = rows("unga_votes", rcid="U4099001").set_index("iso3").vote
    assert dict(votes) == {"IRN": "yes", "PRK": "absent", "RUS": "no"}


def test_voetens_votes_have_no_row_for_states_that_are_no_members_or_not_ours(data):
    run(SAMPLES / "UNVotes.csv")
    votes = rows("unga_votes", rcid="V99001").set_index("iso3").vote
    assert dict(votes) == {"IRN": "absent", "RUS": "no", "USA": "yes"}
    [call] = rows("unga_rollcalls", rcid="V99001").to_dict("records")
    assert call["symbol"] == "A/RES/76/999" and call["nuclear"] == "true"


def test_bulletins_are_numbered_in_time_order_in_all_three_layouts(data):
    last = len(rows("shahed_launches"))
    for name in ("missile_attacks_daily.csv", "missile_attacks_daily_16.csv"):
        run(SAMPLES / name)
    run(SAMPLES / "missile_attacks_daily_17.csv")
    new = rows("shahed_launches").tail(4)
    assert list(new.bulletin_id) == [f"SH{last + n:05d}" for n in range(1, 5)]
    assert list(new.launched) == ["210", "2", "90", "111"]
    assert list(new.shahed_proper_stated) == ["130", "", "", ""]
    assert list(new.quality_flag)[1] == "not_air_force_command_report"


def test_gdelt_files_of_a_day_are_added_up_before_pairs_are_weighed(data):
    run(SAMPLES / "20240301001500.export.CSV", SAMPLES / "20240301003000.export.CSV")
    [day] = rows("gdelt_day", date="2024-03-01").to_dict("records")
    # By hand: 4 + .05 + .1 + .015 = 4.165; −2 − .025 − .05 + .0325 = −2.0425;
    # 3.5 + .025 + .03 + .025 = 3.58; together 5.7025.
    assert float(day["tie_weight"]) == pytest.approx(5.7025, abs=0.0006)
    # China–United States: −10.035 and 8.035 are one pair of weight −2.
    assert float(day["world_absolute_weight"]) == pytest.approx(5.7025 + 2.0, abs=0.06)


def test_icews_events_keep_quotes_in_names_and_leave_out_other_pairs(data):
    run(SAMPLES / "events.2016.20180710092545.tab")
    events = rows("icews_events", dataset="ICEWS")
    assert list(events.event_id) == ["ICEWS-23000001", "ICEWS-23000002"]
    assert events.target_actor[0] == 'Vladimir "V." Putin'
    assert list(events.quad_class) == ["verbal_cooperation", "material_cooperation"]


def test_world_bank_values_are_whole_dollars(data):
    run(BANK)
    new = rows("world_trade", year="2025")
    assert dict(zip(new.country_iso3, new.value_usd, strict=True)) == {
        "IRN": "98765000000",
        "RUS": "400100000000",
    }
    assert set(new.source_id) == {"wdi_merchandise_trade_2026_07_13"}


def test_wide_and_narrow_panels_of_the_energy_institute_agree(data):
    run(SAMPLES / "EI_narrow_2026.csv")
    narrow = rows("energy_country_year", year="2026", iso3="IRN")
    said = run(SAMPLES / "Statistical Review of World Energy 2026 Panel format.csv")
    assert "5 identical" in said and "3 added" in said
    assert sorted(narrow.value) == ["270.5", "5011.12"]
    # The zero years of Russia before 1985 stay out.
    assert not len(rows("energy_country_year", year="1984", iso3="RUS"))


# The book's own tables


@pytest.mark.parametrize("table", ["deals", "events", "drone_claims", "arms_tiv", "trade_goods"])
def test_exporting_a_table_and_importing_it_is_the_identity(table, data, tmp_path):
    target = tmp_path / f"{table}.csv"
    shutil.copy(data / f"{table}.csv", target)
    before = hashes(data)
    assert f"{len(rows(table))} identical" in run(target, "--update")
    # And into an emptied table: the same bytes come back.
    (data / f"{table}.csv").write_text(target.read_text().splitlines()[0] + "\n")
    run("tidy", target)
    assert hashes(data) == before


def test_a_row_of_another_publisher_is_reported_and_never_replaces_ours(data, tmp_path):
    target = tmp_path / "tiv.csv"
    first = rows("arms_tiv").head(1).assign(tiv_millions="99", source_id="book_compilation")
    target.write_bytes(update.as_csv(first))
    before = hashes(data)
    said = run(target, "--update")
    assert "1 conflicting (the book keeps its own)" in said and "36 → 99" in said
    assert hashes(data) == before


def test_a_tidy_row_that_breaks_the_schema_is_told_with_line_and_column(data, tmp_path):
    target = tmp_path / "tiv.csv"
    frame = rows("arms_tiv").head(3)
    frame["tiv_millions"] = ["1", "-5", "many"]
    frame["recipient_iso3"] = ["IRN", "Iran", "IRN"]
    target.write_bytes(update.as_csv(frame.assign(year="1949")))
    message = refused(data, target)
    assert "tiv.csv, line 3, column tiv_millions: found '-5', expected minimum" in message
    assert "tiv.csv, line 4, column tiv_millions: found 'many', expected type is number" in message
    assert "tiv.csv, line 3, column recipient_iso3: found 'Iran', expected pattern" in message


def test_a_source_that_is_not_registered_is_refused(data, tmp_path):
    target = tmp_path / "tiv.csv"
    frame = rows("arms_tiv").head(1).assign(year="2024", supplier_iso3="FRA", source_id="nobody")
    target.write_bytes(update.as_csv(frame))
    message = refused(data, target)
    assert "line 2, column source_id: found 'nobody', expected a row of sources" in message


# What can be wrong with a file


def _bad(make):
    """Turn a function (tmp_path) → file into a case with its name."""
    return pytest.param(make, id=make.__name__.removeprefix("_").replace("_", " "))


def _truncated(tmp_path):
    target = tmp_path / BACI.name
    target.write_bytes(BACI.read_bytes()[:-9])
    return target, "last line: found"


def _wrong_delimiter(tmp_path):
    return changed(BACI, tmp_path, (",", ";")), "line 1: found a semicolon between the columns"


def _utf_16(tmp_path):
    return changed(COMTRADE, tmp_path, encoding="utf-16"), "line 1: found UTF-16"


def _windows_1256(tmp_path):
    file = changed(COMTRADE, tmp_path, ("Cereals", "گندم"), encoding="cp1256")
    return file, "line 3: found the byte 0x90, expected UTF-8"


def _web_page(tmp_path):
    target = tmp_path / "TradeData.csv"
    target.write_text("<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n")
    return target, "line 1: found a web page"


def _empty(tmp_path):
    target = tmp_path / BACI.name
    target.touch()
    return target, "the file is empty"


def _header_only(tmp_path):
    target = tmp_path / BACI.name
    target.write_text("t,i,j,k,v,q\n")
    return target, "found no line for the book below the header"


def _nothing_of_the_pair(tmp_path):
    target = tmp_path / BACI.name
    target.write_text("t,i,j,k,v,q\n2022,4,8,080212,1,1\n")
    return target, "found no row for the book"


def _header_twice(tmp_path):
    file = changed(BACI, tmp_path, ("2022,643,364", "t,i,j,k,v,q\n2022,643,364"))
    return file, "line 5, column t: found 't', expected a whole number; the header stands here"


def _column_twice(tmp_path):
    return changed(COMTRADE, tmp_path, ("refMonth", "refYear")), "column refYear: found the column"


def _shifted_columns(tmp_path):
    file = changed(BACI, tmp_path, ("2022,364,643,080251", "2022,x,364,643"))
    return file, "line 3, column i: found 'x', expected a whole number"


def _a_cell_too_many(tmp_path):
    file = changed(BACI, tmp_path, ("17.25,   3.4", "17,25,   3.4"))
    return file, "line 2: found 7 columns"


def _thousands_separators(tmp_path):
    file = changed(BACI, tmp_path, ("45123.456", '"45,123.456"'))
    return file, "line 3, column v: found '45,123.456', expected a number without thousands"


def _footer(tmp_path):
    file = changed(BACI, tmp_path, ("1.5,2\n", "1.5,2\nSource: CEPII\n"))
    return file, "line 7: found 1 columns ('Source: CEPII'), expected 6"


def _number_as_text(tmp_path):
    return changed(BACI, tmp_path, ("24700.1", "'24700.1")), 'column v: found "\'24700.1"'


def _lost_zero(tmp_path):
    file = changed(BACI, tmp_path, ("080251", "80251"))
    return file, "line 3, column hs_code (k): found '80251', expected pattern"


def _unknown_hs_code(tmp_path):
    file = changed(BACI, tmp_path, ("080251", "770251"))
    return file, "line 3, column hs_chapter (k): found '77', expected a row of hs_sections"


def _unknown_country(tmp_path):
    file = changed(SAMPLES / "trade-register.csv", tmp_path, ("Iran,Russia", "Iran,Freedonia"))
    return file, "line 9, column supplier_iso3 (Supplier): found 'Freedonia', expected pattern"


def _a_row_twice_with_different_values(tmp_path):
    file = changed(BACI, tmp_path, ("1.5,2\n", "1.5,2\n2022,364,643,080251,1,1\n"))
    return file, "found '2022 IRN RUS BACI HS2017 080251' twice with different values"


def _name_without_edition(tmp_path):
    return Path(shutil.copy(BACI, tmp_path / "baci.csv")), "give the file its official name"


def _several_members(tmp_path):
    target = tmp_path / "baci.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(BACI, "a.csv")
        archive.write(BACI, "b.csv")
    return target, "found 2 files inside (a.csv, b.csv), expected one table"


def _damaged_archive(tmp_path):
    target = tmp_path / "baci.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(BACI, BACI.name)
    target.write_bytes(target.read_bytes()[:80])
    return target, "the archive is damaged"


def _damaged_gzip(tmp_path):
    target = tmp_path / "bulk.gz"
    target.write_bytes(gzip.compress(COMTRADE.read_bytes())[:-30])
    return target, "the archive is damaged"


def _damaged_workbook(tmp_path):
    target = tmp_path / CUSTOMS.name
    target.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    return target, "the workbook is damaged"


def _neither_exports_nor_imports(tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(CUSTOMS)
    book.worksheets[0]["A1"] = "آمار"
    target = tmp_path / "1403.xlsx"
    book.save(target)
    return target, "found neither exports nor imports"


def _folder(tmp_path):
    return tmp_path, "is not a file"


def _dangling_link(tmp_path):
    target = tmp_path / "link.csv"
    target.symlink_to(tmp_path / "gone.csv")
    return target, "there is no such file"


def _something_else(tmp_path):
    target = tmp_path / "shopping.csv"
    target.write_text("item,price\nbread,2\n")
    return target, "expected the header of one of"


@pytest.mark.parametrize(
    "make",
    [
        _bad(f)
        for name, f in list(globals().items())
        if name.startswith("_")
        and callable(f)
        and getattr(f, "__module__", "") == __name__
        and f is not _bad
    ],
)
def test_a_file_that_is_wrong_is_refused_and_no_table_changes(make, data, tmp_path):
    (tmp_path / "in").mkdir()
    file, expected = make(tmp_path / "in")
    message = refused(data, file)
    assert expected in message
    assert message.startswith(f"Error: {file.name}") or message.startswith(f"Error: {file}")


def test_all_problems_are_told_in_one_run_and_many_are_counted(data, tmp_path):
    lines = [f"2022,364,643,{n:05d},x,1" for n in range(1, 31)]
    target = tmp_path / BACI.name
    target.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n")
    message = refused(data, target)
    assert len(message.splitlines()) == 21 and message.endswith("and 10 more problems\n")
    two = refused(data, target, changed(COMTRADE, tmp_path, ("1100000000", "eleven")))
    assert "TradeData.csv" not in message and "problems" in two


def test_a_missing_column_is_named(data, tmp_path):
    message = refused(data, "comtrade", changed(COMTRADE, tmp_path, ("primaryValue", "value")))
    assert "TradeData.csv, line 1" in message and "missing: primaryValue" in message


def test_a_byte_order_mark_a_link_and_one_file_in_an_archive_are_read(data, tmp_path):
    archive = tmp_path / "world bank.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.write(BANK, BANK.name)
        stream.writestr("Metadata_Country_API.csv", "a,b\n")
    assert BANK.read_bytes().startswith(b"\xef\xbb\xbf")
    (tmp_path / "link.zip").symlink_to(archive)
    run(tmp_path / "link.zip")
    assert "Nothing to write." in run(BANK)


def test_a_file_that_changes_while_it_is_read_is_refused(data, tmp_path, monkeypatch):
    from iran_russia.importers import baci

    target = Path(shutil.copy(BACI, tmp_path))

    def keep(t, kept=baci.keep):
        with target.open("a") as stream:
            stream.write("2022,364,643,010121,1,1\n")
        return kept(t)

    monkeypatch.setattr(baci, "keep", keep)
    assert "the file changed while it was read" in refused(data, target)


# Writing


def test_the_order_of_rows_does_not_matter(data, tmp_path):
    run(BACI)
    first = hashes(data)["trade_hs6.csv"]
    shutil.copy(ROOT / "data" / "trade_hs6.csv", data)
    header, *lines = BACI.read_text().splitlines()
    target = tmp_path / BACI.name
    target.write_text("\n".join([header, *reversed(lines)]) + "\n")
    run(target)
    assert hashes(data)["trade_hs6.csv"] == first


def test_a_table_that_is_a_link_stays_one(data, tmp_path):
    shutil.move(data / "trade_hs6.csv", tmp_path / "elsewhere.csv")
    (data / "trade_hs6.csv").symlink_to(tmp_path / "elsewhere.csv")
    run(BACI)
    assert (data / "trade_hs6.csv").is_symlink() and len(rows("trade_hs6")) == 3


def test_without_space_nothing_changes(data, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device; nothing was changed" in refused(data, BACI).replace(
        "cannot be written (", ""
    ).replace(")", "")


def test_without_permission_nothing_changes(data, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(update.tempfile, "mkdtemp", denied)
    assert "Permission denied" in refused(data, BACI)


def test_two_imports_at_once_are_kept_apart(data):
    with update.lock():
        assert "another import is running" in refused(data, BACI)


def test_a_table_that_is_broken_already_is_not_written_to(data):
    file = data / "trade_hs6.csv"
    file.write_text(file.read_text().replace("hs_code", "code"))
    assert "trade_hs6.csv: columns differ" in refused(data, BACI)
