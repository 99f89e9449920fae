"""The claims ledger: tests are data, verdicts are computed and nothing else."""

import json
import re
import sys
from dataclasses import replace
from html import unescape
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT

from iran_russia import claims, freshness, indicators, taken, validation
from iran_russia.claims import (
    CONTRADICTED,
    NO_DATA,
    NOT_TESTABLE,
    PARTLY,
    SUPPORTED,
    UNDECIDED,
    VERDICTS,
    corroborated,
    finding,
    holds,
    ledger,
    verdict,
)
from iran_russia.cli import main
from iran_russia.colours import VERDICT
from iran_russia.datasets import DataError
from iran_russia.facts import usd
from iran_russia.indicators import METHODS, newest, trade, trends, voting
from iran_russia.measures.trade import trade_balance, turnover, with_customs_totals


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (">= 0.25", 0.25, True),
        ("> 0.25", 0.25, False),
        ("<= -3", -3, True),
        ("< 5", 4.9, True),
        ("= 0", 0, True),
    ],
)
def test_a_condition_is_an_operator_and_a_number(condition, value, expected):
    assert holds(condition, value) is expected


@pytest.mark.parametrize("condition", ["0.25", "=> 3", ">= many", ">=3", "__import__('os')"])
def test_any_other_condition_is_refused(condition):
    with pytest.raises(DataError, match="is not an operator and a number"):
        holds(condition, 1.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.3, SUPPORTED), (0.25, SUPPORTED), (0.2, UNDECIDED), (0.1, UNDECIDED), (0.09, CONTRADICTED)],
)
def test_between_the_two_conditions_a_part_is_undecided(value, expected):
    assert finding(value, ">= 0.25", "< 0.1") == expected


def test_a_value_whose_interval_reaches_across_a_threshold_is_undecided():
    assert finding(0.3, ">= 0.25", "< 0.2", (0.26, 0.34)) == SUPPORTED
    assert finding(0.3, ">= 0.25", "< 0.2", (0.24, 0.36)) == UNDECIDED
    assert finding(0.1, ">= 0.25", "< 0.2", (0.05, 0.21)) == UNDECIDED


def test_without_a_value_a_part_is_not_supported_by_the_data():
    assert finding(None, ">= 1", "< 0") == NO_DATA
    assert finding(float("nan"), ">= 1", "< 0") == NO_DATA


def test_a_part_may_have_one_condition_only():
    assert finding(0.0, ">= 1", "") == UNDECIDED
    assert finding(0.0, "", "<= 0") == CONTRADICTED


@pytest.mark.parametrize(
    ("findings", "to_support", "to_contradict", "expected"),
    [
        ([SUPPORTED, SUPPORTED], 2, 2, SUPPORTED),
        ([SUPPORTED, SUPPORTED, UNDECIDED], 2, 2, SUPPORTED),
        ([SUPPORTED, UNDECIDED], 2, 2, PARTLY),
        ([SUPPORTED, CONTRADICTED], 1, 1, PARTLY),
        ([CONTRADICTED, UNDECIDED, CONTRADICTED], 3, 2, CONTRADICTED),
        ([CONTRADICTED, CONTRADICTED, SUPPORTED], 3, 2, PARTLY),
        ([CONTRADICTED, UNDECIDED], 2, 2, UNDECIDED),
        ([UNDECIDED, UNDECIDED], 1, 1, UNDECIDED),
        ([NO_DATA, UNDECIDED], 1, 1, UNDECIDED),
        ([NO_DATA, SUPPORTED], 2, 2, PARTLY),
        ([NO_DATA, NO_DATA], 1, 1, NO_DATA),
    ],
)
def test_parts_decide_together(findings, to_support, to_contradict, expected):
    assert verdict(findings, to_support, to_contradict) == expected


def test_a_half_that_goes_untested_bars_supported_and_nothing_else():
    assert verdict([SUPPORTED], 1, 1, untested=True) == PARTLY
    assert verdict([CONTRADICTED], 1, 1, untested=True) == CONTRADICTED
    assert verdict([UNDECIDED], 1, 1, untested=True) == UNDECIDED


def test_a_thin_part_counts_only_beside_a_firm_one_that_finds_the_same():
    assert corroborated([SUPPORTED, UNDECIDED], [True, False]) == [UNDECIDED, UNDECIDED]
    assert corroborated([SUPPORTED, SUPPORTED], [True, False]) == [SUPPORTED, SUPPORTED]
    assert corroborated([SUPPORTED, SUPPORTED], [True, True]) == [UNDECIDED, UNDECIDED]
    assert corroborated([CONTRADICTED, SUPPORTED], [True, False]) == [UNDECIDED, SUPPORTED]
    assert verdict([SUPPORTED], 1, 1, [True]) == UNDECIDED
    assert verdict([NO_DATA], 1, 1, [True]) == NO_DATA


@pytest.mark.parametrize("indicator", ["trade.nothing", "nowhere.share", "os.system"])
def test_an_unknown_indicator_is_named(indicator):
    with pytest.raises(DataError, match=f"there is no indicator '{indicator}'"):
        claims.read(indicator, "{}")


@pytest.mark.parametrize(
    ("where", "columns", "value", "told"),
    [
        (
            "claim_id == 'S0-20'",
            "supported_if",
            ">= 30",
            "a share is >= 30, though shares end",
        ),
        ("claim_id == 'S0-01'", "supported_if", "<= 0", "a rank is <= 0, though ranks begin at 1"),
        ("claim_id == 'S0-20'", "supported_if", "more", "'more' is not an operator and a number"),
        ("claim_id == 'S0-20'", "indicator", "trade.shares", "no indicator 'trade.shares'"),
        ("claim_id == 'S0-20'", "arguments", '{"codes": ["1O"]}', "missing a required argument"),
        ("claim_id == 'S0-20'", "arguments", "{", "with {: Expecting property name"),
        ("claim_id == 'S0-23' and part == 'b'", "arguments", ("10", "1O"), "no HS code '1O'"),
        ("claim_id == 'S0-20'", "arguments", ("88", "8802AB"), "digits only, not '8802AB'"),
        (
            "claim_id == 'S2-12' and part == 'b'",
            "arguments",
            ("FRA", "FAR"),
            "country or reporter 'FAR'",
        ),
    ],
)
def test_a_test_that_says_what_nobody_means_is_refused(monkeypatch, where, columns, value, told):
    tests = claims.load("claim_tests")
    hit = tests.eval(where)
    if isinstance(value, tuple):
        old, new = value
        value = tests.loc[hit, columns].str.replace(f'"{old}"', f'"{new}"')
    tests.loc[hit, columns] = value
    load = claims.load
    monkeypatch.setattr(claims, "load", lambda name: tests if name == "claim_tests" else load(name))
    asked = [*tests.loc[hit, "claim_id"].unique()]
    wrong = claims.faults(asked)
    assert wrong
    assert all(told in fault for fault in wrong), wrong
    with pytest.raises(DataError, match=re.escape(told)):
        claims.ledger()


def test_no_test_of_the_book_has_such_a_fault_and_validate_looks(monkeypatch):
    assert claims.faults() == []
    monkeypatch.setattr(validation, "validate", lambda *_: validation.Checked(1, 1, 0))
    monkeypatch.setattr(claims, "faults", lambda: ["S0-20 a: a share is >= 30"])
    done = CliRunner().invoke(main, ["validate", "--all"])
    assert done.exit_code == 1
    assert "S0-20 a: a share is >= 30" in done.output


def test_kernels_of_a_build_share_a_reading_until_a_table_behind_it_changes(
    copy, tmp_path, monkeypatch
):
    rows = claims.load("claim_tests")
    row = rows[rows["indicator"] == "trade.share"].iloc[0]
    asked = row["indicator"], row["arguments"]
    monkeypatch.delenv(freshness.READINGS, raising=False)
    by_hand, tables = claims.read(*asked)
    monkeypatch.setenv(freshness.READINGS, str(tmp_path / "readings"))
    assert claims.read(*asked) == (by_hand, tables)
    (kept,) = (tmp_path / "readings").iterdir()
    # A number that no table gives shows whether the reading was shared or worked out.
    freshness.write(freshness.read(kept) | {"reading": {"value": -1.0, "latest": "1900"}}, kept)
    with taken.watching() as used:
        shared, same = claims.read(*asked)
    assert (shared.value, same, tuple(used)) == (-1.0, tables, tables)
    for table in tables:
        *rows, last, end = (copy / f"{table}.csv").read_bytes().splitlines(keepends=True)
        (copy / f"{table}.csv").write_bytes(b"".join([*rows, end, last]))
    assert claims.read(*asked) == (by_hand, tables)
    kept.write_text("{", encoding="utf-8")
    assert claims.read(*asked) == (by_hand, tables)


def test_the_newest_datum_is_as_exact_as_is_known():
    days = pd.Series(pd.to_datetime(["2024-05-01", "2025-12-31"]))
    assert newest(days) == "2025-12-31"
    assert newest(pd.Series([2019, 2021], dtype="Int64"), pd.Series([], dtype="Int64")) == "2021"
    assert newest(pd.Series(["2024-03", None]), 2023) == "2024-03"
    assert newest(None) == ""


def test_every_piece_of_evidence_has_a_name_that_says_what_it_is():
    found = claims.evidence(list(claims.load("claims")["claim_id"]))
    assert found["label"].notna().all()
    war = found[found["row"] == "IRRU-1828-001"]
    assert set(war["label"]) == {"Treaty of Turkmenchay"}
    output = found[(found["table"] == "nuclear_generation") & (found["date"] == "2011")]
    assert set(output["label"]) == {"Electricity from nuclear power: 2011, IRN"}


# The ledger as a whole


@pytest.fixture(scope="module")
def whole():
    return ledger()


@pytest.fixture(scope="module")
def parts(whole):
    return [(claim.claim_id, part) for claim in whole.itertuples() for part in claim.parts]


def test_every_verdict_has_its_colour():
    assert tuple(VERDICT) == VERDICTS and len(set(VERDICT.values())) == len(VERDICTS)


def test_no_computed_claim_is_partly_supported_without_a_supported_part(whole):
    computed = whole[whole["basis"] == "computed"]
    for claim in computed[computed["verdict"] == PARTLY].itertuples():
        found = corroborated([p.finding for p in claim.parts], [bool(p.thin) for p in claim.parts])
        assert SUPPORTED in found, claim.claim_id


def test_no_claim_with_an_untested_half_is_supported(whole):
    halves = whole[whole["untested"].notna()]
    assert len(halves) > 20 and (halves["verdict"] != SUPPORTED).all()
    assert (halves["verdict"] != NOT_TESTABLE).all()


@pytest.mark.parametrize(
    ("claim_id", "expected"),
    [
        *((c, UNDECIDED) for c in ("S0-05", "S0-16", "S0-30", "S0-32", "S0-46", "S0-50")),
        *((c, UNDECIDED) for c in ("S1-19", "S1-32", "S1-56", "S1-57", "S2-108")),
        ("S0-27", PARTLY),  # the format has both; Iran is bound in no period
        ("S2-15", PARTLY),  # half undecided
        ("S2-110", PARTLY),  # half untested
        ("S2-11", PARTLY),  # half false
        ("S2-12", PARTLY),  # 93 % of the arms came from the West; events are a thin list
        ("S2-35", UNDECIDED),  # growth counted from a peak, not from a dip
        ("S0-40", PARTLY),  # an objection of 2010 before the support
    ],
)
def test_verdicts_say_what_they_mean(whole, claim_id, expected):
    assert whole.set_index("claim_id").loc[claim_id, "verdict"] == expected


def test_a_value_within_a_twentieth_of_a_threshold_lies_on_a_knife_edge(parts):
    edges = {(claim_id, part.part) for claim_id, part in parts if part.on_edge}
    assert {("S1-63", "a"), ("S1-05", "b"), ("S1-10", "a"), ("S2-04", "b")} <= edges
    assert {("S2-122", "b"), ("S2-104", "b")} <= edges
    assert ("S0-10", "a") not in edges  # 70 against 100
    # Nothing lies within a twentieth of zero, and a rank is no quantity.
    assert ("S1-18", "b") not in edges and ("S0-04", "a") not in edges


def test_a_value_of_a_tenth_more_would_leave_the_edge(parts):
    part = next(part for claim_id, part in parts if (claim_id, part.part) == ("S1-10", "a"))
    assert not replace(part, reading=replace(part.reading, value=0.2751)).on_edge
    assert replace(part, reading=replace(part.reading, value=0.2624)).on_edge


def test_every_part_says_what_it_measures_of_which_rows_and_years(parts):
    for claim_id, part in parts:
        told = part.about
        for text in (told.title, told.unit, told.rows, told.years):
            assert text and not set(text) & set("{}[]|_"), (claim_id, part.part, text)
        assert told.title[0].isupper()


def test_words_of_an_indicator_follow_its_arguments():
    share = indicators.about(
        trade.share, {"flow": "export", "years": [2023], "codes": ["07", "08"]}
    )
    assert share.title == (
        "Share of HS 07–08 (vegetables; fruit and nuts) in Iran’s exports to Russia"
    )
    assert share.years == "2023" and share.unit == "share"
    left_out = {"flow": "import", "years": "newest", "codes": ["84"], "without": ["84091000"]}
    assert indicators.about(trade.share, left_out).title.endswith("84091000 left out")
    against = {"one": "IRN", "other": "RUS", "third": "USA", "vote": "no", "first": 2010}
    points = indicators.about(voting.alike_when, against | {"last": 2019, "against_rest": True})
    share = indicators.about(voting.alike_when, against | {"last": 2019})
    assert (points.unit, share.unit) == ("points", "share")
    moved = {"names": ["trade", "arms"], "before": ["2021", "2023"], "after": ["2024", "2026"]}
    apart = indicators.about(trends.fields_moving, moved | {"closer_to": False})
    assert apart.title.startswith("Series that moved apart: turnover of goods")
    assert apart.years == "2021–2023 and 2024–2026"


def test_every_formula_stands_on_the_page_of_methods(parts):
    page = (ROOT / "book" / "methods.md").read_text(encoding="utf-8")
    for _, part in parts:
        name = part.about.formula.removeprefix(METHODS)
        module, _, measure = name.rpartition(".")
        assert f".. automodule:: {module}\n" in page, name
        assert getattr(import_module(module), measure).__doc__, name


MEASURES = str(Path("iran_russia", "measures"))


def calls(function, arguments):
    """Names of the functions of the measures that an indicator calls."""
    called = set()

    def watch(frame, *_):
        # Returns nothing, so that the lines of a function are not traced.
        if MEASURES in frame.f_code.co_filename:
            called.add(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        reading = function(**arguments)
    finally:
        sys.settrace(before)
    return reading, called


def test_an_indicator_calls_the_measure_that_it_names():
    rows = claims.load("claim_tests").drop_duplicates("indicator")
    for row in rows.itertuples():
        module, _, name = row.indicator.partition(".")
        function = getattr(import_module(f"iran_russia.indicators.{module}"), name)
        reading, called = calls(function, json.loads(row.arguments))
        if reading.value is not None:
            assert function.registered.measure.__name__ in called, row.indicator


def test_a_helper_without_registration_is_no_indicator():
    with pytest.raises(DataError, match="there is no indicator 'trends"):
        claims.read("trends.between", "{}")


def test_turnover_of_the_iranian_customs_of_1402_is_one_number():
    goods = pd.read_csv(ROOT / "data" / "trade_goods.csv", dtype=str).query("year == '2023'")
    lines = goods["value_usd"].astype(float).sum()
    totals = with_customs_totals(claims.load("trade_totals"), claims.load("trade_goods"))
    full = totals[(totals["period_type"] != "partial") & totals["value_usd"].notna()]
    assert turnover(trade_balance(full), "IRN")[2023] == pytest.approx(lines, abs=2)
    assert trends.series("trade_iranian")["2023"] == pytest.approx(lines / 1e9, abs=1e-8)
    assert trade.turnover_change("IRN", 2003, 2023).detail.startswith(usd(lines))


def test_the_built_ledger_says_of_every_part_what_it_measures(book, parts):
    page = (book / "notebooks" / "claims.html").read_text(encoding="utf-8")
    methods = (book / "book" / "methods.html").read_text(encoding="utf-8")
    shown = re.findall(r'<li class="ir-part">(.*?)</li>', page, re.DOTALL)
    assert len(shown) == len(parts) == len(claims.load("claim_tests"))
    for item, (claim_id, part) in zip(shown, parts, strict=True):
        told = {kind: re.search(rf'class="ir-part-{kind}">(.*?)<', item) for kind in KINDS}
        assert all(told.values()), claim_id
        assert unescape(told["title"][1]) == f"{part.part}: {part.about.title}"
        assert unescape(told["years"][1]) == part.about.years
        assert unescape(told["value"][1]) == part.shown
        anchor = re.search(r'class="ir-part-formula" href="[^"#]*methods\.html#([^"]+)"', item)[1]
        assert f'id="{anchor}"' in methods, anchor
        assert ("Knife edge" in item) == part.on_edge


KINDS = ("title", "years", "value")


def test_the_built_ledger_gives_the_rule_and_counts_every_verdict(book, whole):
    page = (book / "notebooks" / "claims.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))
    for sentence in claims.RULE:
        assert sentence in text
    for name, number in whole["verdict"].value_counts().items():
        assert page.count(f'data-verdict="{name}"') == number
