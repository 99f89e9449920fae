"""What is documented of the machine-coded data, found again in the tables."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.event_data import (
    QUAD_CLASSES,
    between,
    change_of_means,
    conflict_shares,
    interval_of_correlation,
    pair_code,
    steps,
    tie_by_month,
)
from iran_russia.measures.events import in_list, per_month


@pytest.fixture(scope="module")
def icews():
    """ICEWS events of the pair by year, both directions."""
    return conflict_shares(between(load("icews_dyad_year"), "IRN", "RUS"), "year").set_index("year")


@pytest.fixture(scope="module")
def days():
    return load("gdelt_day").set_index("date")["tie_weight"]


@pytest.fixture(scope="module")
def tie():
    return tie_by_month(load("gdelt_day")).set_index("month")


@pytest.fixture(scope="module")
def scaled(tie):
    """Scaled tie weight of the twenty pairs, one column a pair."""
    others = load("gdelt_dyad_month")
    wide = others.assign(pair=pair_code(others)).pivot(
        index="month", columns="pair", values="tie_per_1000_world"
    )
    return wide.assign(**{"IRN-RUS": tie["tie_per_1000_world"]})


def test_icews_has_38186_events_between_iran_and_russia_in_2002_14(icews):
    classes = [f"{name}_events" for name in QUAD_CLASSES]
    assert icews[classes].sum().tolist() == [35_560, 414, 1_637, 575]
    assert icews["events"].sum() == 38_186
    assert icews.index.tolist() == list(range(2002, 2015))


@pytest.mark.parametrize(("year", "percent"), [(2002, 2.9), (2006, 8.3), (2010, 17.8), (2014, 0.9)])
def test_the_share_of_conflict_peaks_in_2010(icews, year, percent):
    assert 100 * icews.loc[year, "conflict_share"] == pytest.approx(percent, abs=0.05)
    assert icews["conflict_share"].idxmax() == 2010


def test_the_pairs_kept_are_complete_and_the_largest():
    frame = load("icews_dyad_year")
    pairs = conflict_shares(frame.assign(pair=pair_code(frame)), "pair").set_index("pair")["events"]
    assert frame.groupby(pair_code(frame)).size().eq(26).all()
    assert pairs.min() >= 5_000
    assert pairs.idxmax() == "RUS-USA"


def test_the_benchmarks_hold_178_1183_and_204_events_and_eleven_are_repeats():
    events = load("icews_events")
    counts = events.groupby("dataset").size()
    assert counts.to_dict() == {"ICEWS14": 178, "ICEWS18": 1_183, "ICEWS05-15": 204}
    assert events["in_icews14"].sum() == 11
    kept = events[~events["in_icews14"]]
    facts = ["date", "source_actor", "target_actor", "cameo_code"]
    assert not kept.duplicated(facts).any()
    assert events.duplicated(facts).sum() == 11


def test_the_sign_of_a_score_and_the_class_of_a_root_fit_each_other():
    events = load("icews_events")
    root = events["cameo_root"].astype(int)
    expected = pd.cut(root, [0, 5, 9, 13, 20], labels=list(QUAD_CLASSES)).astype(str)
    assert (events["quad_class"] == expected).all()
    conflict = events["quad_class"].isin(["verbal_conflict", "material_conflict"])
    assert (events.loc[conflict, "goldstein_score"] < 0).all()
    assert (events["source_iso3"] != events["target_iso3"]).all()


def test_the_tie_is_highest_on_putins_day_in_tehran_and_lowest_on_that_of_the_strikes(days):
    highest = days.nlargest(3)
    assert [f"{date:%Y-%m-%d}" for date in highest.index] == [
        "2022-07-19",
        "2018-09-07",
        "2018-05-09",
    ]
    assert highest.tolist() == pytest.approx([2_314, 2_057, 1_765], abs=0.5)
    assert f"{days.idxmin():%Y-%m-%d}" == "2018-04-14"
    assert days.min() == pytest.approx(-660, abs=0.5)


def test_96_days_are_missing_and_79_of_them_from_november_2022_to_june_2023(tie):
    assert tie["days_missing"].sum() == 96
    assert tie.loc["2022-11-01":"2023-06-30", "days_missing"].sum() == 79
    assert tie.loc["2020-12-01", "days_missing"] == 9
    assert len(tie) == 74


def test_the_chronology_counts_the_machines_lowest_day_as_cooperation(days):
    events = in_list(load("events"), "chronology").set_index("event_id")
    strikes = events.loc["IRRU-2018-013"]
    assert abs((strikes["date"] - days.idxmin()).days) <= 1
    assert strikes["valence"] == "cooperative"


def test_the_rise_after_february_2022_depends_on_the_years_compared(scaled):
    short = change_of_means(scaled, ("2020-02", "2022-01"), ("2022-02", "2024-01")).loc["IRN-RUS"]
    long = change_of_means(scaled, ("2018-01", "2021-12"), ("2022-03", "2024-02")).loc["IRN-RUS"]
    assert short["change"] / short["before"] == pytest.approx(0.26, abs=0.005)
    assert long["change"] / long["before"] == pytest.approx(0.01, abs=0.005)
    assert (short["rank"], long["rank"]) == (5, 6)


def test_machine_and_chronology_agree_loosely_by_month(tie):
    chronology = in_list(load("events"), "chronology").query("date_precision != 'year'")
    counted = per_month(chronology).set_index("month")["events"].reindex(tie.index, fill_value=0)
    found = interval_of_correlation(tie["tie_per_day"], counted)
    assert found["correlation"] == pytest.approx(0.37, abs=0.03)
    assert 0 < found["low"] < found["high"] < 0.65


def test_steps_of_icews_and_the_chronology_go_together(icews):
    listed = in_list(load("events"), "chronology")["date"].dt.year.value_counts()
    by_hand = listed.reindex(icews.index, fill_value=0)
    counts = interval_of_correlation(icews["events"], by_hand)
    found = interval_of_correlation(steps(icews["events"]), steps(by_hand))
    assert counts["correlation"] == pytest.approx(0.84, abs=0.01)
    assert found["correlation"] == pytest.approx(0.70, abs=0.01) and found["periods"] == 12
    assert 0.1 < found["low"] < 0.3 and found["high"] > 0.85


def test_iran_and_the_ussr_stand_at_zero_in_every_wave_but_1980():
    level = between(load("coldwar_cooperation"), "IRN", "SUN").set_index("year")["level"]
    assert level.index.tolist() == list(range(1950, 1986, 5))
    assert level[level != 0].to_dict() == {1980: -1}


def test_news_items_are_117_entries_of_wikipedia_and_901_headlines():
    news = load("news_events")
    entries = news["source_id"] == "wikipedia_current_events"
    assert (entries.sum(), (~entries).sum()) == (117, 901)
    assert (entries == (news["coded_by"] == "hand")).all()
    assert (entries == news["item_id"].str.startswith("W")).all()


def test_every_event_other_than_verbal_cooperation_is_checked_once_on_evidence_that_exists():
    events, checks = load("icews_events"), load("icews_checks")
    other = events[(events["quad_class"] != "verbal_cooperation") & ~events["in_icews14"]]
    assert set(checks["event_id"]) == set(other["event_id"]) and len(checks) == len(other)
    cited = set(checks["evidence"].dropna().str.split(";").explode())
    assert cited <= set(load("events")["event_id"]) | set(load("news_events")["item_id"])


def test_what_is_set_beside_a_coded_event_lies_within_four_days():
    checks = load("icews_checks").merge(load("icews_events")[["event_id", "date"]], on="event_id")
    when = pd.concat(
        [
            load("events").set_index("event_id")["date"],
            load("news_events").set_index("item_id")["date"],
        ]
    )
    cited = checks.assign(evidence=checks["evidence"].str.split(";")).explode("evidence").dropna()
    gap = (cited["date"] - cited["evidence"].map(when)).abs()
    assert gap.max() <= pd.Timedelta(days=4)
    assert checks.loc[checks["finding"] == "no_record", "evidence"].isna().all()


def test_no_truce_or_use_of_force_between_the_two_is_borne_out():
    checks = load("icews_checks").merge(load("icews_events"), on="event_id", suffixes=("_c", ""))
    acts = checks[checks["cameo_root"].isin(["08", "19"])]
    assert len(acts) == 9
    assert set(acts["finding"]) == {"fighting", "other_parties"}
