"""Claims on regional arenas and in the questions and answers: indicators, verdicts, evidence."""

import csv
import re
from functools import cache

import pandas as pd
import pytest
from conftest import ROOT, change_cells

from iran_russia.claims import (
    CONTRADICTED,
    NO_DATA,
    NOT_TESTABLE,
    PARTLY,
    SUPPORTED,
    VERDICTS,
    evidence,
    ledger,
)
from iran_russia.datasets import load
from iran_russia.indicators import alliances, arenas

CHAPTERS = ("arenas", "answers")
CLAIMS = load("claims").query("chapter in @CHAPTERS").set_index("claim_id")
COMPUTED = CLAIMS.index[CLAIMS["basis"] == "computed"]
BY_ROWS = CLAIMS.index[CLAIMS["basis"].isin(["documented", "judgement"])]
UNTESTABLE = CLAIMS.index[CLAIMS["basis"] == "not_testable"]
MISSING = {"country": "IRN", "among": ["SAU"], "year": 1900}


@cache
def rows(table):
    """Read a table as text, without the loader."""
    with open(ROOT / "data" / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def verdicts():
    return pd.concat(map(ledger, CHAPTERS)).set_index("claim_id")["verdict"]


def verdict_of(claim_id):
    return ledger(CLAIMS.loc[claim_id, "chapter"]).set_index("claim_id").loc[claim_id, "verdict"]


# Indicators against the tables read by hand


def test_iran_has_the_largest_index_of_six_states_of_the_region_in_2022():
    index = {
        r["iso3"]: float(r["value"])
        for r in rows("country_capabilities")
        if r["measure"] == "cinc" and r["year"] == "2022"
    }
    others = ["SAU", "TUR", "ISR", "EGY", "IRQ"]
    assert all(index["IRN"] > index[state] for state in others)
    reading = arenas.capability_rank("IRN", others, 2022)
    assert (reading.value, reading.latest) == (1.0, "2022")
    assert arenas.capability_rank("ISR", ["IRN", *others[:2], *others[3:]], 2022).value == 6.0


def test_russia_traded_more_with_turkey_than_iran_but_not_three_times_as_much():
    own = {
        (r["country_iso3"], r["flow"]): float(r["value_usd"])
        for r in rows("trade_partners")
        if (r["year"], r["source_id"], r["partner_iso3"]) == ("2014", "cow_trade_v4", "TUR")
    }
    ratio = (own["RUS", "export"] + own["RUS", "import"]) / (
        own["IRN", "export"] + own["IRN", "import"]
    )
    reading = arenas.trade_ratio("RUS", "IRN", "TUR", 2014, "cow_trade_v4")
    assert reading.value == pytest.approx(ratio)
    assert 1 < reading.value < 3 and reading.latest == "2014"


def test_a_tie_is_the_mean_of_the_days_with_data():
    months = [
        r for r in rows("gdelt_dyad_month") if (r["one_iso3"], r["other_iso3"]) == ("IRN", "ISR")
    ]
    days = sum(int(r["days_available"]) for r in months)
    mean = sum(float(r["tie_per_day"]) * int(r["days_available"]) for r in months) / days
    reading = arenas.mean_tie(["ISR", "IRN"], "2018-01", "2024-02")
    assert reading.value == pytest.approx(mean) and reading.value < 0
    assert reading.latest == max(r["month"] for r in months)[:7]
    apart = arenas.mean_tie(["RUS", "TUR"], "2018-01", "2024-02", minus=["IRN", "ISR"])
    turkey = arenas.mean_tie(["RUS", "TUR"], "2018-01", "2024-02").value
    assert apart.value == pytest.approx(turkey - mean)


def test_hezbollah_and_the_houthis_are_the_groups_that_iran_armed_since_2005():
    deals = [
        r
        for r in rows("arms_transfers_context")
        if r["supplier_iso3"] == "IRN"
        and not r["recipient_iso3"]
        and int(r["delivery_year_last"] or 0) >= 2005
    ]
    groups = {r["recipient_name"] for r in deals} - {"unknown recipient"}
    reading = alliances.non_state_recipients("IRN", 2005, 2025)
    assert reading.value == len(groups) == 2
    assert reading.detail == "Hezbollah (Lebanon), Houthi rebels (Yemen)"
    assert alliances.non_state_recipients("IRN", 1996, 1997).detail == "Hezbollah (Lebanon)"


def test_recipients_are_counted_within_the_span_of_delivery():
    named = ["SYR", "VEN", "PRK"]
    assert alliances.recipients_among("IRN", named, 2005, 2025).value == 2
    early = alliances.recipients_among("IRN", named, 2005, 2010)
    assert early.value == 1 and early.latest == "2010"


def test_the_ussr_supplied_more_than_half_of_the_arms_that_iraq_imported_in_1982_88():
    years = {str(year) for year in range(1982, 1989)}
    own = sum(
        float(r["tiv_millions"])
        for r in rows("arms_tiv")
        if r["year"] in years and (r["supplier_iso3"], r["recipient_iso3"]) == ("SUN", "IRQ")
    )
    whole = sum(
        float(r["tiv_millions"])
        for r in rows("arms_tiv_official")
        if r["year"] in years and (r["country_iso3"], r["flow"]) == ("IRQ", "imports")
    )
    reading = alliances.supplier_share("SUN", "IRQ", 1982, 1988)
    assert reading.value == pytest.approx(own / whole) and reading.value > 0.5
    assert reading.latest == "1988"


def test_north_korea_votes_most_like_russia_in_2025():
    rolls = {
        r["rcid"]
        for r in rows("unga_rollcalls")
        if r["date"].startswith("2025") and r["possible_duplicate"] == "false"
    }
    cast = {}
    for r in rows("unga_votes"):
        if r["rcid"] in rolls and r["vote"] != "absent":
            cast.setdefault(r["iso3"], {})[r["rcid"]] = r["vote"]

    def alike(state):
        both = cast[state].keys() & cast["RUS"].keys()
        return sum(cast[state][r] == cast["RUS"][r] for r in both) / len(both)

    shares = {state: alike(state) for state in cast if state != "RUS"}
    assert max(shares, key=shares.get) == "PRK"
    order = sorted(shares, key=shares.get, reverse=True)
    top = order[: len(order) // 3]
    named = ["PRK", "USA", "CHN"]
    reading = alliances.in_top_third("RUS", named, 2025, 2025)
    assert reading.value == len(set(top) & set(named)) == 2
    assert reading.latest == max(
        r["date"] for r in rows("unga_rollcalls") if r["date"].startswith("2025")
    )


def test_entries_of_low_confidence_are_not_counted():
    assert alliances.recorded(["IRRU-1980-006"]).value == 1
    low = load("events").query("confidence == 'low'")["event_id"].iloc[0]
    assert alliances.recorded([low]).value == 0


@pytest.mark.parametrize(
    "reading",
    [
        arenas.capability_rank(**MISSING),
        arenas.trade_ratio("RUS", "IRN", "TUR", 1900, "cow_trade_v4"),
        arenas.mean_tie(["IRN", "ISR"], "1990-01", "1990-12"),
        alliances.supplier_share("SUN", "IRQ", 1900, 1901),
        alliances.in_top_third("RUS", ["CHN"], 1900, 1901),
    ],
)
def test_without_observations_there_is_no_value(reading):
    assert reading.value is None and reading.detail


# Verdicts


def test_every_claim_has_one_of_the_verdicts(verdicts):
    assert set(verdicts.index) == set(CLAIMS.index)
    assert set(verdicts) <= set(VERDICTS)


@pytest.mark.parametrize("claim_id", COMPUTED)
def test_a_computed_claim_has_a_test_with_a_value(claim_id, verdicts):
    row = CLAIMS.loc[claim_id]
    assert pd.isna(row["verdict"]) and pd.isna(row["reasoning"])
    tests = load("claim_tests").query("claim_id == @claim_id")
    assert len(tests) and row["parts_to_support"] <= len(tests)
    assert verdicts[claim_id] != NO_DATA


@pytest.mark.parametrize("claim_id", BY_ROWS)
def test_a_claim_decided_by_rows_has_evidence_and_at_most_two_sentences(claim_id):
    row = CLAIMS.loc[claim_id]
    assert row["verdict"] in VERDICTS and row["confidence"] in ("high", "medium", "low")
    assert 1 <= len(re.findall(r"\.(?= |$)", row["reasoning"])) <= 2
    assert len(evidence([claim_id]))


@pytest.mark.parametrize("claim_id", UNTESTABLE)
def test_an_untestable_claim_says_why(claim_id):
    assert CLAIMS.loc[claim_id, "verdict"] == NOT_TESTABLE
    assert CLAIMS.loc[claim_id, "reasoning"]


def test_no_support_rests_on_events_of_low_confidence_alone():
    events = load("events").set_index("event_id")["confidence"]
    found = evidence(list(BY_ROWS)).query("table == 'events'")
    firm = found[found["row"].map(events) != "low"].groupby("claim_id").size()
    decided = [c for c in BY_ROWS if CLAIMS.loc[c, "verdict"] in (SUPPORTED, PARTLY, CONTRADICTED)]
    assert set(decided) <= set(firm.index)


@pytest.mark.parametrize(
    ("claim_id", "words", "expected"),
    [
        ("S2-63", "fell on 8 December 2024", CONTRADICTED),  # “victory of the Assad regime”
        ("S2-69", "Lebanon had none", PARTLY),  # “Lebanon’s Assad regime”
        ("S2-50", "median line", CONTRADICTED),  # division by length of coastline
        ("S2-85", "One presence is gone", CONTRADICTED),  # joint presence in Syria will stay
    ],
)
def test_known_errors_of_the_articles_are_caught(claim_id, words, expected, verdicts):
    assert verdicts[claim_id] == expected
    assert words in CLAIMS.loc[claim_id, "reasoning"]


def test_the_fall_of_the_government_is_evidence_wherever_its_survival_is_claimed():
    found = evidence(["S0-06", "S1-35", "S2-20", "S2-63", "S2-64", "S2-85"])
    fall = found[found["row"] == "IRRU-2024-042"]
    assert fall["claim_id"].nunique() == 6 and set(fall["date"]) == {"2024-12-08"}


# A verdict follows the data


def test_a_weaker_iran_would_have_groups_that_it_arms_and_no_weight(copy):
    assert verdict_of("S1-37") == SUPPORTED
    index = "iso3 == 'IRN' and measure == 'cinc' and year == '2022'"
    assert change_cells(copy, "country_capabilities", index, "value", "0.001") == 1
    assert verdict_of("S1-37") == PARTLY


def test_four_times_the_trade_with_turkey_would_support_strong_ties(copy):
    assert verdict_of("S2-53") == PARTLY
    sales = "country_iso3 == 'RUS' and partner_iso3 == 'TUR' and flow == 'export'"
    years = f"{sales} and year in ['2014', '2015']"
    assert change_cells(copy, "trade_partners", years, "value_usd", "90000000000") == 2
    assert verdict_of("S2-53") == SUPPORTED


def test_a_hostile_israel_and_russia_would_leave_half_of_a_conflict_of_interests(copy):
    assert verdict_of("S2-54") == SUPPORTED
    pair = "one_iso3 == 'ISR' and other_iso3 == 'RUS'"
    assert change_cells(copy, "gdelt_dyad_month", pair, "tie_per_day", "-5") > 12
    assert verdict_of("S2-54") == PARTLY


def test_without_deliveries_to_three_of_them_they_would_be_no_allies(copy):
    assert verdict_of("S2-96") == SUPPORTED
    deals = "supplier_iso3 == 'IRN' and recipient_iso3 in ['SYR', 'IRQ', 'VEN']"
    assert change_cells(copy, "arms_transfers_context", deals, "quantity_delivered", "0") > 3
    assert verdict_of("S2-96") == CONTRADICTED


def test_allies_that_always_vote_the_other_way_would_be_none(copy):
    assert verdict_of("S2-97") == PARTLY  # in 2014–19 it could be three of the five
    turned = {"yes": "no", "no": "yes", "abstain": "no", "absent": "absent"}
    file = copy / "unga_votes.csv"
    votes = pd.read_csv(file, dtype="str", keep_default_na=False)
    russia = votes[votes["iso3"] == "RUS"].set_index("rcid")["vote"].map(turned)
    own = votes["iso3"].isin(["BLR", "CHN", "SYR", "IRN", "PRK"])
    votes.loc[own, "vote"] = votes.loc[own, "rcid"].map(russia).fillna("absent")
    votes.to_csv(file, index=False)
    assert verdict_of("S2-97") == CONTRADICTED


def test_a_tenth_of_the_soviet_deliveries_would_leave_the_halt_and_no_main_supplier(copy):
    assert verdict_of("S2-102") == SUPPORTED
    flow = "supplier_iso3 == 'SUN' and recipient_iso3 == 'IRQ'"
    assert change_cells(copy, "arms_tiv", flow, "tiv_millions", "100") > 5
    assert verdict_of("S2-102") == PARTLY
