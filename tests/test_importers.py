"""Every official format becomes rows of the book; whatever is wrong leaves all tables as they are.

The files in ``tests/samples`` were written for these tests in the layouts of the real ones; their
figures are made up.
"""

import gzip
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT

from iran_russia import datasets, journal
from iran_russia.cli import main
from iran_russia.importers import irica, irica_words, reading, store
from iran_russia.validation import validate

SAMPLES = ROOT / "tests" / "samples"
BANK = SAMPLES / "API_TX.VAL.MRCH.CD.WT_DS2_en_csv_v2.csv"
BACI = SAMPLES / "BACI_HS17_Y2022_V202401b.csv"
COMTRADE = SAMPLES / "TradeData.csv"
CUSTOMS = SAMPLES / "export 1410.xlsx"
OLD_CUSTOMS = SAMPLES / "export 10.xls"


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


def refused(copy: Path, *arguments) -> str:
    """Run an import that must fail and must not change a file; return the message."""
    before = hashes(copy)
    message = run(*arguments, ok=False)
    assert hashes(copy) == before
    return message


def rows(table: str, **equal) -> pd.DataFrame:
    """Rows of a table of the copy, as text."""
    frame = store.text_of(table)
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


def written(tmp_path: Path, content: str | bytes, name: str = BACI.name) -> Path:
    """A file with this content."""
    target = tmp_path / name
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return target


GDELT_DAY = [
    SAMPLES / "20240301001500.export.CSV",
    SAMPLES / "20240301003000.export.CSV",
    # The other 94 quarters of an hour, with an event of one country each.
    SAMPLES / "20240301.rest.export.CSV",
]
SAMPLE_SETS = [
    [BANK],
    [SAMPLES / "API_NY.GDP.MKTP.CD_DS2_en_csv_v2.csv"],
    [COMTRADE],
    [SAMPLES / "comtrade_legacy.csv"],
    [SAMPLES / "COMTRADE-FINAL-CA364201901H5.gz"],
    [BACI],
    [CUSTOMS],
    [SAMPLES / "102.xlsx"],
    [OLD_CUSTOMS],
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
    GDELT_DAY,
    [SAMPLES / "events.2016.20180710092545.tab"],
    [SAMPLES / "Statistical Review of World Energy 2026 Panel format.csv"],
    [SAMPLES / "EI_narrow_2026.csv"],
]
IDS = [files[0].name for files in SAMPLE_SETS]


def test_no_sample_is_left_out():
    assert {f for files in SAMPLE_SETS for f in files} == set(SAMPLES.iterdir())


@pytest.mark.parametrize("files", SAMPLE_SETS, ids=IDS)
def test_a_format_is_recognised_and_importing_it_twice_changes_nothing_more(files, copy):
    before = hashes(copy)
    said = run(*files, "--dry-run")
    assert hashes(copy) == before
    assert "added" in said and "Dry run: nothing was written." in said
    run(*files, "--update")
    after = hashes(copy)
    assert after.keys() == before.keys() and after != before
    assert "Nothing to write." in run(*files, "--update")
    assert hashes(copy) == after


def test_files_of_all_formats_go_in_together_and_leave_a_valid_package(copy):
    said = run(*(f for files in SAMPLE_SETS for f in files), "--update")
    assert said.count(" added, ") == 14
    assert validate(copy / "datapackage.json").rows > 250_000
    used = set().union(
        *(datasets.source_ids(datasets.load(t)) for t in datasets.names() if t != "sources")
    )
    assert used == set(datasets.load("sources")["source_id"])


# What the rows are


def test_comtrade_gives_totals_by_partner_and_goods_of_the_pair(copy):
    run(COMTRADE)
    [source] = rows("sources", publisher="UN Comtrade").source_id
    totals = rows("trade_partners", source_id=source)
    assert set(totals.partner_iso3) == {"IRN", "CHN", "WLD"} and set(totals.reporter) == {"RUS"}
    assert totals.set_index("partner_iso3").value_usd["IRN"] == "3063940121"
    goods = rows("trade_hs6")
    # By sea only, headings of two digits and re-exports are no rows of their own.
    assert list(goods.hs_code) == ["080251", "100199"]
    assert list(goods.valuation) == ["CIF", "FOB"] and set(goods.hs_revision) == {"HS2017"}


def test_the_three_layouts_of_comtrade_give_the_same_columns(copy):
    for name in ("comtrade_legacy.csv", "COMTRADE-FINAL-CA364201901H5.gz"):
        run(SAMPLES / name)
    goods = rows("trade_hs6")
    assert list(goods.year) == ["2017", "2019"]
    assert list(goods.reporter) == ["RUS", "IRN"]
    assert list(goods.exporter_iso3) == ["IRN", "IRN"]


def test_a_later_comtrade_file_revises_the_rows_of_the_earlier_one(copy, tmp_path):
    run(COMTRADE)
    later = changed(COMTRADE, tmp_path, ("3063940120.5", "3070000000"))
    before = len(rows("trade_partners"))
    assert "3063940121 → 3070000000" in run(later, "--update")
    assert len(rows("trade_partners")) == before


def test_baci_is_in_dollars_and_kilograms_and_an_unknown_weight_stays_empty(copy):
    run(BACI)
    goods = rows("trade_hs6").set_index("hs_code")
    assert goods.value_usd["080251"] == "45123456" and goods.weight_kg["080251"] == "5234001"
    assert goods.weight_kg["070960"] == ""
    assert rows("sources", source_id="baci_hs2017_v202401b").publisher[0] == "CEPII"


def test_persian_workbooks_add_up_the_customs_offices(copy):
    run(CUSTOMS)
    goods = rows("trade_goods", iranian_year="1410").set_index("hs_code")
    assert goods.value_usd["08025100"] == "15100000.5" and goods.n_source_rows["08025100"] == "2"
    assert goods.value_irr["08025100"] == "6000000000000"
    assert set(goods.period_start) == {"2031-03-21"} and set(goods.period_end) == {"2032-03-19"}
    # White Russia, which is Belarus, and the line of totals are not Russia.
    assert len(goods) == 2
    [new] = rows("products", hs_code="07099999").to_dict("records")
    assert new["name_fa"] == "ساير سبزيجات ساختگي" and new["hs_chapter"] == "07"


def test_a_code_that_excel_holds_as_a_number_gets_its_zero_back(copy):
    run(SAMPLES / "102.xlsx")
    goods = rows("trade_goods", iranian_year="1410")
    assert list(goods.hs_code) == ["08025100"] and list(goods.flow) == ["import"]


def test_an_old_workbook_has_two_sheets_both_kinds_of_digits_and_numbers_as_text(copy):
    run(OLD_CUSTOMS)
    goods = rows("trade_goods", iranian_year="1410").set_index("hs_code")
    pistachios = goods.loc["08025100"]
    assert pistachios.value_usd == "15100000.5" and pistachios.n_source_rows == "2"
    assert pistachios.value_irr == "6000000000000" and pistachios.weight_kg == "2000000"
    assert goods.value_usd["07099999"] == "2500" and goods.weight_kg["07099999"] == "1000"
    assert len(goods) == 2 and set(goods.flow) == {"export"}


@pytest.mark.parametrize("page", ["index", "notebooks/glance", "notebooks/limits"])
def test_chapters_take_a_customs_year_of_which_the_russian_side_tells_nothing(page, copy, drawn):
    run(CUSTOMS, SAMPLES / "102.xlsx")
    assert drawn(page) or page == "notebooks/glance"  # which has no figure


def test_samples_are_of_a_customs_year_that_no_table_holds_yet_and_every_table_takes():
    last = irica_words.LAST
    assert last > datasets.load("trade_goods")["iranian_year"].max()
    for table in ("trade_goods", "trade_totals", "trade_partners", "mirror_gap"):
        fields = {f["name"]: f for f in datasets.describe(table)["schema"]["fields"]}
        assert fields["iranian_year"]["constraints"]["maximum"] == last
        assert fields["year"]["constraints"]["maximum"] == irica.new_year(last).year


def test_new_years_of_the_iranian_calendar_are_those_of_the_table():
    goods = datasets.load("trade_goods").drop_duplicates("iranian_year")
    for year, start in zip(goods.iranian_year, goods.period_start, strict=True):
        assert irica.new_year(int(year)) == start.date()
    assert str(irica.new_year(1404)) == "2025-03-21" and str(irica.new_year(1405)) == "2026-03-21"


def test_a_newer_sipri_register_revises_deals_and_leaves_our_comments(copy):
    su35 = {"designation": "Su-35S"}
    before = rows("arms_transfers", **su35)
    said = run(SAMPLES / "trade-register.csv")
    assert "4 revised (kept; --update applies them)" in said
    assert rows("arms_transfers", **su35).equals(before)
    run(SAMPLES / "trade-register.csv", "--update")
    [deal] = rows("arms_transfers", **su35).to_dict("records")
    assert deal["quantity_ordered"] == "48" and deal["delivery_years"] == "2026;2027"
    assert deal["status"] == "partly delivered" and deal["quantity_delivered_is_estimate"] == "true"
    assert deal["comment"] == before.comment[0] and deal["source_id"] == "sipri_atd_2027_09_07"
    # Two deals that agree in all but their deliveries stay two.
    migs = rows("arms_transfers", designation="MiG-29", supplier_iso3="SUN")
    assert list(migs.sort_values("delivery_years").tiv_delivered_millions) == ["385", "302.5"]


def test_brackets_of_the_register_of_2024_mark_estimates(copy):
    run(SAMPLES / "trade-register-2024.csv")
    [deal] = rows("arms_transfers", designation="Made-up").to_dict("records")
    assert deal["order_year"] == "2023" and deal["order_year_is_estimate"] == "true"
    assert deal["quantity_ordered"] == "24" and deal["delivery_years"] == "2024"
    assert deal["transfer_id"] == "AT0326" and deal["supplier_iso3"] == "TUR"


def test_of_the_un_library_only_roll_calls_after_voetens_file_are_taken(copy):
    run(SAMPLES / "2026_2_6_ga_voting.csv")
    assert not len(rows("unga_rollcalls", rcid="U600001"))
    calls = rows("unga_rollcalls", source_id="undl_2026_02_06").set_index("rcid")
    assert list(calls.session) == ["78", ""] and calls.votes_yes["U4099001"] == "120"
    # The second has the same tally but another symbol.
    assert set(calls.possible_duplicate) == {"false"}
    votes = rows("unga_votes", rcid="U4099001").set_index("iso3").vote
    assert dict(votes) == {"IRN": "yes", "PRK": "absent", "RUS": "no"}


def test_a_roll_call_that_the_book_has_by_its_symbol_keeps_its_key(copy, tmp_path):
    library = SAMPLES / "2026_2_6_ga_voting.csv"
    before = len(rows("unga_rollcalls"))
    again = changed(library, tmp_path, ("A/RES/78/999", "A/RES/78/220"))
    run(again)
    assert len(rows("unga_rollcalls")) == before + 1  # the other roll call of the sample
    assert not len(rows("unga_rollcalls", rcid="U4099001"))
    assert len(rows("unga_votes", rcid="G78/220")) == 32


def test_a_vote_of_voetens_file_that_the_book_has_under_another_key_does_not_count_again(
    copy, tmp_path
):
    # The tally differs from that of the book, as after a correction by the United Nations.
    run(changed(SAMPLES / "UNVotes.csv", tmp_path, ("R/76/999", "R/76/178")))
    [call] = rows("unga_rollcalls", rcid="V99001").to_dict("records")
    assert call["possible_duplicate"] == "true"


def test_a_vote_on_a_paragraph_keeps_its_mark_and_is_no_repeat_of_the_vote_on_the_text(
    copy, tmp_path
):
    run(changed(SAMPLES / "UNVotes.csv", tmp_path, ('"R/76/999",0,0', '"R/76/178",0,1')))
    [call] = rows("unga_rollcalls", rcid="V99001").to_dict("records")
    assert (call["amendment"], call["paragraph"]) == ("false", "true")
    assert call["possible_duplicate"] == "false"


def test_voetens_votes_have_no_row_for_states_that_are_no_members_or_not_ours(copy):
    run(SAMPLES / "UNVotes.csv")
    votes = rows("unga_votes", rcid="V99001").set_index("iso3").vote
    assert dict(votes) == {"IRN": "absent", "RUS": "no", "USA": "yes"}
    [call] = rows("unga_rollcalls", rcid="V99001").to_dict("records")
    assert call["symbol"] == "A/RES/76/999" and call["nuclear"] == "true"


def test_bulletins_are_numbered_in_time_order_in_all_three_layouts(copy):
    last = len(rows("shahed_launches"))
    for name in ("missile_attacks_daily.csv", "missile_attacks_daily_16.csv"):
        run(SAMPLES / name)
    run(SAMPLES / "missile_attacks_daily_17.csv")
    new = rows("shahed_launches").tail(4)
    assert list(new.bulletin_id) == [f"SH{last + n:05d}" for n in range(1, 5)]
    assert list(new.launched) == ["210", "2", "90", "111"]
    assert list(new.shahed_proper_stated) == ["130", "", "", ""]
    assert list(new.quality_flag)[1] == "not_air_force_command_report"


def test_gdelt_files_of_a_day_are_added_up_before_pairs_are_weighed(copy):
    run(*GDELT_DAY)
    [day] = rows("gdelt_day", date="2024-03-01").to_dict("records")
    # By hand: 4 + .05 + .1 + .015 = 4.165; −2 − .025 − .05 + .0325 = −2.0425;
    # 3.5 + .025 + .03 + .025 = 3.58; together 5.7025.
    assert float(day["tie_weight"]) == pytest.approx(5.7025, abs=0.0006)
    # China–United States: −10.035 and 8.035 are one pair of weight −2.
    assert float(day["world_absolute_weight"]) == pytest.approx(5.7025 + 2.0, abs=0.06)


def test_only_a_whole_month_of_gdelt_becomes_a_row_of_other_pairs(copy, tmp_path):
    one, other = (SAMPLES / "20140105.export.CSV").read_text().splitlines()[:2]
    files = []
    for day in range(1, 32):
        text = one.replace("RUS", "CHN") + "\n" + other + "\n"
        if day == 9:  # both ways are one pair
            text += other.replace("RUS", "CHN").replace("2\t", "3\t", 1) + "\n"
        # Every event has a number of its own.
        text = "".join(f"{day}{line}\n" for line in text.splitlines())
        name = f"202403{day:02d}.export.CSV"
        files.append(written(tmp_path, text.replace("20140105", name[:8]), name))
    said = run("--dry-run", *files[:30])
    assert "30 added" in said and "gdelt_dyad_month" not in said
    run(*files)
    [month] = rows("gdelt_dyad_month", month="2024-03-01").to_dict("records")
    assert (month["one_iso3"], month["other_iso3"]) == ("CHN", "IRN")
    assert month["days_available"] == "31"
    # By hand: the first line weighs 4.165, the second −2 − .025 − .05 + .0325 = −2.0425.
    pair = 31 * 4.165 - 2.0425
    world = 30 * (4.165 + 2.0425) + (4.165 - 2.0425) + 2.0425
    assert float(month["tie_per_day"]) == pytest.approx(pair / 31, abs=0.0006)
    assert float(month["tie_per_1000_world"]) == pytest.approx(1000 * pair / world, abs=0.0006)


def test_icews_events_keep_quotes_in_names_and_leave_out_other_pairs(copy):
    run(SAMPLES / "events.2016.20180710092545.tab")
    events = rows("icews_events", dataset="ICEWS")
    assert list(events.event_id) == ["ICEWS-23000001", "ICEWS-23000002"]
    assert events.target_actor[0] == 'Vladimir "V." Putin'
    assert list(events.quad_class) == ["verbal_cooperation", "material_cooperation"]


def test_icews_classes_are_those_of_the_table():
    from iran_russia.importers import icews

    held = datasets.load("icews_events").groupby("quad_class")["cameo_root"].unique()
    assert all(set(roots) <= set(icews._QUADS[quad]) for quad, roots in held.items())


def test_world_bank_values_are_whole_dollars(copy):
    run(BANK)
    new = rows("world_trade", year="2025")
    assert dict(zip(new.country_iso3, new.value_usd, strict=True)) == {
        "IRN": "98765000000",
        "RUS": "400100000000",
    }
    assert set(new.source_id) == {"wdi_merchandise_trade_2026_07_13"}


def test_output_is_in_millions_from_the_first_year_of_the_table(copy):
    said = run(SAMPLES / "API_NY.GDP.MKTP.CD_DS2_en_csv_v2.csv", "--update")
    assert "2 added, 0 identical, 2 revised" in said
    output = rows("country_capabilities", measure="gdp").set_index(["iso3", "year"])
    assert output.value["IRN", "2023"] == "400000" and output.value["RUS", "2024"] == "2100000.1"
    assert set(output.loc["IRN"].loc[["2023", "2024"]].source_id) == {"wdi_gdp_2026_07_13"}


def test_wide_and_narrow_panels_of_the_energy_institute_agree(copy):
    run(SAMPLES / "EI_narrow_2026.csv")
    narrow = rows("energy_country_year", year="2026", iso3="IRN")
    said = run(SAMPLES / "Statistical Review of World Energy 2026 Panel format.csv")
    assert "5 identical" in said and "3 added" in said
    assert sorted(narrow.value) == ["270.5", "5011.12"]
    # The zero years of Russia before 1985 stay out.
    assert not len(rows("energy_country_year", year="1984", iso3="RUS"))


# The book's own tables


@pytest.mark.parametrize("table", ["deals", "events", "drone_claims", "arms_tiv", "trade_goods"])
def test_exporting_a_table_and_importing_it_is_the_identity(table, copy, tmp_path):
    target = tmp_path / f"{table}.csv"
    shutil.copy(copy / f"{table}.csv", target)
    before = hashes(copy)
    assert f"{len(rows(table))} identical" in run(target, "--update")
    # And into an emptied table: the same bytes come back.
    (copy / f"{table}.csv").write_text(target.read_text().splitlines()[0] + "\n")
    run("tidy", target)
    assert hashes(copy) == before


def test_a_row_of_another_publisher_is_reported_and_never_replaces_ours(copy, tmp_path):
    target = tmp_path / "tiv.csv"
    first = rows("arms_tiv").head(1).assign(tiv_millions="99", source_id="book_compilation")
    target.write_bytes(store.as_csv(first))
    before = hashes(copy)
    said = run(target, "--update")
    assert "1 conflicting (the book keeps its own)" in said and "36 → 99" in said
    assert hashes(copy) == before


def test_a_tidy_row_that_breaks_the_schema_is_told_with_line_and_column(copy, tmp_path):
    target = tmp_path / "tiv.csv"
    frame = rows("arms_tiv").head(3)
    frame["tiv_millions"] = ["1", "-5", "many"]
    frame["recipient_iso3"] = ["IRN", "Iran", "IRN"]
    target.write_bytes(store.as_csv(frame.assign(year="1949")))
    message = refused(copy, target)
    assert "tiv.csv, line 3, column tiv_millions: found '-5', expected minimum" in message
    assert (
        "tiv.csv, line 4, column tiv_millions: found 'many', expected a number such as 8.5"
        in message
    )
    assert "tiv.csv, line 3, column recipient_iso3: found 'Iran', expected pattern" in message


def test_a_pair_that_stands_in_the_table_is_not_taken_turned_round(copy, tmp_path):
    target = tmp_path / "ties.csv"
    pair = {"one_iso3": "other_iso3", "other_iso3": "one_iso3"}
    turned = rows("gdelt_dyad_month").head(1).rename(columns=pair)
    target.write_bytes(store.as_csv(turned[rows("gdelt_dyad_month").columns]))
    told = "line 2, column other_iso3: found 'AZE', expected a value after IRN, the one_iso3"
    assert told in refused(copy, target)


def test_a_source_that_is_not_registered_is_refused(copy, tmp_path):
    target = tmp_path / "tiv.csv"
    frame = rows("arms_tiv").head(1).assign(year="2024", supplier_iso3="FRA", source_id="nobody")
    target.write_bytes(store.as_csv(frame))
    message = refused(copy, target)
    assert "line 2, column source_id: found 'nobody', expected a row of sources" in message


# What can be wrong with a file


def _bad(make):
    """Turn a function (tmp_path) → file into a case with its name."""
    return pytest.param(make, id=make.__name__.removeprefix("_").replace("_", " "))


def _truncated(tmp_path):
    return written(tmp_path, BACI.read_bytes()[:-9]), "last line: found"


def _wrong_delimiter(tmp_path):
    return changed(BACI, tmp_path, (",", ";")), "line 1: found a semicolon between the columns"


def _utf_16(tmp_path):
    return changed(COMTRADE, tmp_path, encoding="utf-16"), "line 1: found UTF-16"


def _windows_1256(tmp_path):
    file = changed(COMTRADE, tmp_path, ("Cereals", "گندم"), encoding="cp1256")
    return file, "line 3: found the byte 0x90, expected UTF-8"


_PAGE = "<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n"


def _web_page(tmp_path):
    return written(tmp_path, _PAGE, "TradeData.csv"), "line 1: found a web page"


def _web_page_as_a_workbook(tmp_path):
    return written(tmp_path, _PAGE, "export 1403.xls"), "line 1: found a web page"


def _empty(tmp_path):
    return written(tmp_path, ""), "the file is empty"


def _header_only(tmp_path):
    return written(tmp_path, "t,i,j,k,v,q\n"), "found no line for the book below the header"


def _nothing_of_the_pair(tmp_path):
    file = written(tmp_path, "t,i,j,k,v,q\n2022,4,8,080212,1,1\n")
    return file, "found no row for the book"


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
    return written(tmp_path, target.read_bytes()[:80], target.name), "the archive is damaged"


def _damaged_gzip(tmp_path):
    half = gzip.compress(COMTRADE.read_bytes())[:-30]
    return written(tmp_path, half, "bulk.gz"), "the archive is damaged"


def _damaged_workbook(tmp_path):
    half = OLD_CUSTOMS.read_bytes()[:3000]
    return written(tmp_path, half, OLD_CUSTOMS.name), "the workbook is damaged"


def _a_number_that_is_none_in_a_workbook(tmp_path):
    # The text of a cell of the second sheet; its bytes are kept in the binary format as they are.
    content = OLD_CUSTOMS.read_bytes()
    assert content.count(b"1,000,000,000") == 1
    file = written(tmp_path, content.replace(b"1,000,000,000", b"1,000,00,0000"), OLD_CUSTOMS.name)
    return file, "› Sheet 2, line 2, column rial: found '1,000,00,0000', expected a whole number"


def _half_of_a_country_code(tmp_path):
    return changed(BACI, tmp_path, ("2022,364,643,080251", "2022,,643,080251")), (
        "line 3, column i: found '', expected a whole number"
    )


def _neither_exports_nor_imports(tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(CUSTOMS)
    book.worksheets[0]["A1"] = "آمار"
    target = tmp_path / "1410.xlsx"
    book.save(target)
    return target, "found neither exports nor imports"


def _folder(tmp_path):
    return tmp_path, "is not a file"


def _dangling_link(tmp_path):
    target = tmp_path / "link.csv"
    target.symlink_to(tmp_path / "gone.csv")
    return target, "there is no such file"


def _something_else(tmp_path):
    file = written(tmp_path, "item,price\nbread,2\n", "shopping.csv")
    return file, "expected the header of one of"


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
def test_a_file_that_is_wrong_is_refused_and_no_table_changes(make, copy, tmp_path):
    (tmp_path / "in").mkdir()
    file, expected = make(tmp_path / "in")
    message = refused(copy, file)
    assert expected in message
    assert message.startswith(f"Error: {file.name}") or message.startswith(f"Error: {file}")


def test_all_problems_are_told_in_one_run_and_many_are_counted(copy, tmp_path):
    lines = [f"2022,364,643,{n:05d},x,1" for n in range(1, 31)]
    target = written(tmp_path, "\n".join(["t,i,j,k,v,q", *lines]) + "\n")
    message = refused(copy, target)
    assert len(message.splitlines()) == 21 and message.endswith("and 10 more problems\n")
    two = refused(copy, target, changed(COMTRADE, tmp_path, ("1100000000", "eleven")))
    assert "TradeData.csv" not in message and "problems" in two


def test_a_missing_column_is_named(copy, tmp_path):
    message = refused(copy, "comtrade", changed(COMTRADE, tmp_path, ("primaryValue", "value")))
    assert "TradeData.csv, line 1" in message and "missing: primaryValue" in message


def test_a_byte_order_mark_a_link_and_one_file_in_an_archive_are_read(copy, tmp_path):
    archive = tmp_path / "world bank.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.write(BANK, BANK.name)
        stream.writestr("Metadata_Country_API.csv", "a,b\n")
    assert BANK.read_bytes().startswith(b"\xef\xbb\xbf")
    (tmp_path / "link.zip").symlink_to(archive)
    run(tmp_path / "link.zip")
    assert "Nothing to write." in run(BANK)


def test_a_file_that_changes_while_it_is_read_is_refused(copy, tmp_path, monkeypatch):
    from iran_russia.importers import baci

    target = Path(shutil.copy(BACI, tmp_path))

    def keep(t, kept=baci.keep):
        with target.open("a") as stream:
            stream.write("2022,364,643,010121,1,1\n")
        return kept(t)

    monkeypatch.setattr(baci, "keep", keep)
    assert "the file changed while it was read" in refused(copy, target)


# Writing


def test_the_order_of_rows_does_not_matter(copy, tmp_path):
    run(BACI)
    first = hashes(copy)["trade_hs6.csv"]
    shutil.copy(ROOT / "data" / "trade_hs6.csv", copy)
    header, *lines = BACI.read_text().splitlines()
    run(written(tmp_path, "\n".join([header, *reversed(lines)]) + "\n"))
    assert hashes(copy)["trade_hs6.csv"] == first


def test_a_table_that_is_a_link_stays_one(copy, tmp_path):
    shutil.move(copy / "trade_hs6.csv", tmp_path / "elsewhere.csv")
    (copy / "trade_hs6.csv").symlink_to(tmp_path / "elsewhere.csv")
    run(BACI)
    assert (copy / "trade_hs6.csv").is_symlink() and len(rows("trade_hs6")) == 3


@contextmanager
def small_disk():
    """Let this process write files of no more than a hundred bytes.

    Only while the importer runs: those who run the tests write files of their own.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_tables_that_the_disk_does_not_take_stay_as_they_are(copy):
    with small_disk():
        said = refused(copy, BACI)
    assert "(File too large); nothing was changed" in said


def test_an_archive_that_the_disk_does_not_take_unpacked_changes_nothing(copy):
    packed = SAMPLES / "COMTRADE-FINAL-CA364201901H5.gz"
    with small_disk():
        said = refused(copy, packed)
    assert "File too large; nothing was written" in said


@pytest.mark.parametrize("name", ["fsync", "rename"])
def test_a_disk_that_fills_while_tables_are_written_leaves_them_as_they_are(
    name, copy, monkeypatch
):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, name, full)
    assert "(No space left on device); nothing was changed" in refused(copy, BACI)


def test_without_permission_nothing_changes(copy, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as folder:
        folder.setattr(journal, "_write_through", denied)
        assert "(Permission denied); nothing was changed" in refused(copy, BACI)
    monkeypatch.setattr(reading, "_state", denied)
    assert f"{BACI}: may not be read; check its permissions" in refused(copy, BACI)


_WATCHED = """
import sys
from iran_russia.importers import engine, reading
reading._PROGRESS = 1
with engine.running("duckdb") as (started, folder):
    file = reading.open_download(__import__("pathlib").Path(sys.argv[1]))
    reading.make_ready(file, reading.Layout(file.find({"t"}).names), folder)
    print(started.connection.raw_sql("select current_setting('enable_progress_bar')").fetchall())
"""


def test_a_long_file_shows_its_progress_to_a_terminal_and_to_nothing_else():
    command = [sys.executable, "-c", _WATCHED, str(BACI)]
    quiet = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "False" in quiet.stdout and "Reading" not in quiet.stdout + quiet.stderr
    ours, theirs = os.openpty()
    subprocess.run(command, stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert f"Reading {BACI.name}" in shown and "True" in shown


_PEAK = """
import re, sys
from pathlib import Path
from iran_russia.importers import engine, read_file
with engine.running("duckdb") as (started, folder):
    started.connection.raw_sql("set threads = 2")
    [batch] = read_file(Path(sys.argv[1]), None, started, folder)
# Not of getrusage: that peak is at least the one of the process that started this one.
print(len(batch.rows), re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def test_a_file_is_streamed_and_never_in_memory_as_a_whole(tmp_path):
    line = b"2022,4,8,010121,1234.567,1234.567\n"
    peaks = []
    for copies in (1, 9_000_000):
        file = written(tmp_path, BACI.read_bytes() + line * copies)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(file)], capture_output=True, text=True, check=True
        )
        found, peak = map(int, done.stdout.split())
        assert found == 3
        peaks.append(peak * 1024)
    # The buffers of the engine take 64 or 128 MB, however long the file is.
    assert file.stat().st_size > 300_000_000
    assert peaks[1] - peaks[0] < file.stat().st_size / 2


def test_two_imports_at_once_are_kept_apart(copy):
    with store.lock():
        assert "another import is running" in refused(copy, BACI)


def test_a_table_that_is_broken_already_is_not_written_to(copy):
    file = copy / "trade_hs6.csv"
    file.write_text(file.read_text().replace("hs_code", "code"))
    assert "trade_hs6.csv: columns differ" in refused(copy, BACI)
