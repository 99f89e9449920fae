"""After an import one screen says what the file was, what happens and what will move."""

import gzip
import json

import pandas as pd
import pytest
from conftest import ROOT
from test_importers import BACI, BANK, COMTRADE, CUSTOMS, SAMPLES, refused, run, written

from iran_russia import datasets, freshness
from iran_russia.importers import baci, report


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A book of which the last build recorded that claims and one chapter read tables."""
    root = tmp_path / "book"
    monkeypatch.setattr(freshness, "ROOT", root)
    for chapter, tables in (("notebooks/trade", ["trade_hs6"]), ("notebooks/arms", ["arms_tiv"])):
        run_of = dict.fromkeys(freshness.Run.__annotations__, "") | {
            "tables": dict.fromkeys(tables, "1"), "taken": {}, "facts": {},
        }  # fmt: skip
        freshness.write(run_of, root / freshness.RUNS / f"{chapter}.json")
    runs = root / freshness.RUNS
    state = report.editions.state
    monkeypatch.setattr(report.editions, "state", lambda: state(runs))
    return root


def recorded(root, tables_of) -> None:
    tests = datasets.load("claim_tests")
    for claim, indicator, arguments in tests[["claim_id", "indicator", "arguments"]].itertuples(
        index=False
    ):
        name = freshness.fingerprint(indicator, arguments)
        kept = {"tables": dict.fromkeys(tables_of(claim), "1"), "reading": {}}
        freshness.write(kept, root / "_build" / "readings" / "now" / f"{name}.json")


def test_the_screen_names_file_kind_release_lines_and_rows(copy):
    said = run(BACI, CUSTOMS, "--dry-run")
    covered = "3 products of the pair in 2022, HS2017"
    assert f"{BACI.name}: baci, release 2024-01b, covers {covered}; " in said
    lines = len(BACI.read_text().splitlines()) - 1
    assert f"{lines} lines read, 3 rows taken" in said
    assert f"{CUSTOMS.name}: irica, release not stated, covers exports of 1410; " in said


def test_what_a_format_left_out_covers_and_normalised_is_told(copy, monkeypatch):
    def tidy(table, rows, file, of=baci.tidy):
        rows = of(table, rows, file)
        file.coverage = "all goods of 2022"
        file.left_out["lines of «روسیه سفید»"] = 3
        file.said.append("Persian digits were read as ours.")
        return rows

    monkeypatch.setattr(baci, "tidy", tidy)
    said = run(BACI, "--dry-run")
    assert "covers all goods of 2022" in said
    assert "left out: 3 lines of «روسیه سفید»" in said
    assert "· Persian digits were read as ours." in said


@pytest.mark.parametrize("file", [BACI, COMTRADE, SAMPLES / "20100105.export.CSV"])
def test_lines_are_those_below_the_header_also_in_an_archive(file, copy, tmp_path):
    packed = written(tmp_path, gzip.compress(file.read_bytes()), f"{file.name}.gz")
    run(file, "--dry-run", "--report", tmp_path / "one.json")
    run(packed, "--dry-run", "--report", tmp_path / "two.json")
    one, two = (
        json.loads((tmp_path / n).read_text())["files"][0] for n in ("one.json", "two.json")
    )
    header = 0 if file.suffix == ".CSV" else 1
    assert one["lines_read"] == two["lines_read"] == len(file.read_bytes().splitlines()) - header


def test_blank_lines_of_a_workbook_do_not_count(copy, tmp_path):
    import openpyxl

    workbook = openpyxl.load_workbook(CUSTOMS)
    sheet = workbook.worksheets[0]
    filled = sum(any(c is not None for c in row) for row in sheet.iter_rows(values_only=True))
    run(CUSTOMS, "--dry-run", "--report", tmp_path / "report.json")
    [file] = json.loads((tmp_path / "report.json").read_text())["files"]
    assert 0 < file["lines_read"] < filled


def test_the_json_says_what_the_screen_says(copy, tmp_path):
    target = tmp_path / "report.json"
    said = run(BANK, "--report", target)
    told = json.loads(target.read_text(encoding="utf-8"))
    [table] = told["tables"]
    assert (table["added"], table["revised"], table["identical"]) == (2, 1, 1)
    assert table["lines"]["revised"] == ["2023 RUS export: value_usd: 424483000000 → 424500000000"]
    assert told["changes"] == ["sources.csv", "world_trade.csv"] and not told["dry_run"]
    assert told["files"][0]["release"] == "2026-07-13"
    assert "world_trade: 2 added, 1 identical, 1 revised (kept; --update" in said


def test_a_report_is_never_written_over_a_file(copy, tmp_path):
    message = refused(copy, BANK, "--report", copy / "sources.csv")
    assert "there is a file already; name a new one for the report" in message
    assert "there is no such folder" in refused(copy, BANK, "--report", tmp_path / "no" / "r.json")


def test_no_report_is_left_where_the_import_fails(copy, tmp_path):
    refused(copy, written(tmp_path, BACI.read_bytes()[:-9]), "--report", tmp_path / "report.json")
    assert not (tmp_path / "report.json").exists()


def test_chapters_and_claims_that_rest_on_what_changes_are_named(copy, built):
    some = list(dict.fromkeys(datasets.load("claim_tests")["claim_id"]))[:2]
    recorded(built, lambda claim: ["trade_hs6"] if claim in some else ["deals"])
    said = run(BACI, "--dry-run")
    assert "After the next build: chapters that may move: trade\n" in said
    assert f"claims that may move: {', '.join(sorted(some))}\n" in said
    run(BACI)
    assert "may move" not in run(BACI)


def test_without_a_build_claims_are_not_made_up(copy, built):
    said = run(BACI, "--dry-run")
    assert "chapters that may move: trade" in said
    assert "claims that may move: known once the book has been built here" in said


def test_a_claim_by_evidence_moves_with_the_row_that_it_names(copy, built, tmp_path):
    recorded(built, lambda claim: [])
    evidence = pd.read_csv(ROOT / "data" / "claim_evidence.csv", dtype="str")
    evidence = evidence[evidence["table"] == "deals"]
    deals = pd.read_csv(ROOT / "data" / "deals.csv", dtype="str", keep_default_na=False)
    named = deals["deal_id"].isin(evidence["row"])
    assert named.any() and not named.all()
    for keep in (named, ~named):
        row = deals[keep].head(1).assign(subject="Another subject")
        said = run(written(tmp_path, row.to_csv(index=False), "deals.csv"), "--update", "--dry-run")
        assert "1 revised" in said
        claims = set(evidence.loc[evidence["row"] == row["deal_id"].iloc[0], "claim_id"])
        told = said.split("claims that may move: ")[1].splitlines()[0]
        assert told == (", ".join(sorted(claims)) or "none")


def test_the_report_is_made_in_less_than_two_seconds(copy, built):
    import time

    recorded(built, lambda claim: ["trade_goods"])
    started = time.process_time()
    report._claims(["trade_goods", "deals"], {"deals": {"D001"}})
    report._chapters(["trade_goods"])
    assert time.process_time() - started < 2
