"""What is published on sanctions and payments, found again in the tables."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.events import in_list
from iran_russia.measures.sanctions import in_force, link_outcomes, promises_kept, realised_links


@pytest.fixture(scope="module")
def cases():
    return load("sanctions_cases")


@pytest.fixture(scope="module")
def counts():
    return load("sanctions_designations")


@pytest.fixture(scope="module")
def drones():
    return load("drone_sanctions")


@pytest.fixture(scope="module")
def shares():
    return load("settlement_shares")


@pytest.fixture(scope="module")
def steps():
    events = load("events").drop(columns="source_id")
    return load("payment_link_steps").merge(events, on="event_id", validate="many_to_one")


def _stock(counts: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    held = counts[counts["measure"] == "stock"]
    for column, value in wanted.items():
        held = held[held[column] == value]
    return held


def test_the_copy_of_the_data_base_has_74_cases_and_none_that_ended_before_2013(cases):
    assert len(cases) == 74
    assert cases["end_year"].min() == 2013
    assert cases["end_year"].max() == 2022
    assert (cases["start_year"] <= cases["end_year"]).all()


def test_un_cases_against_iran_end_with_the_nuclear_deal(cases):
    un = cases[cases["senders"] == "UN"]
    assert un["targets"].eq("IRN").all() and un["end_year"].eq(2016).all()


def test_cases_against_iran_fall_from_20_to_3_with_the_deal_and_stand_at_9_in_2022(cases):
    held = in_force(cases[cases["targets"].str.contains("IRN")], range(2013, 2023))
    assert held["year"].value_counts()[[2016, 2017, 2022]].tolist() == [20, 3, 9]


def test_no_case_against_russia_is_older_than_2014_and_29_are_in_force_in_2022(cases):
    held = in_force(cases[cases["targets"].str.contains("RUS")], range(2013, 2023))
    per_year = held["year"].value_counts()
    assert 2013 not in per_year.index
    assert per_year[[2014, 2021, 2022]].tolist() == [8, 12, 29]


def test_one_case_names_both_countries_and_its_sender_is_the_united_states(cases):
    both = cases[cases["targets"].str.contains("IRN") & cases["targets"].str.contains("RUS")]
    assert both[["senders", "targets"]].to_records(index=False).tolist() == [("USA", "SYR;RUS;IRN")]


def test_drone_steps_are_21_american_10_european_6_british_and_one_of_the_e3(drones):
    assert drones["jurisdiction"].value_counts().to_dict() == {
        "USA": 21,
        "EU": 10,
        "GBR": 6,
        "E3": 1,
    }


def test_drone_steps_run_from_september_2022_to_july_2025(drones):
    assert (drones["date"].min(), drones["date"].max()) == (
        pd.Timestamp("2022-09-08"),
        pd.Timestamp("2025-07-31"),
    )


def test_parts_of_a_drone_step_add_up_to_its_total_where_they_are_stated(drones):
    parts = drones[["individuals", "entities", "vessels_aircraft"]]
    stated = drones["total_targets"].notna() & parts.notna().any(axis=1)
    assert (parts.fillna(0).sum(axis=1) == drones["total_targets"])[stated].all()
    assert drones.loc[drones["total_targets"].notna() & ~stated, "record_id"].tolist() == ["S031"]


def test_counts_of_the_eu_agree_with_the_same_steps_in_the_list_of_drone_sanctions(counts, drones):
    same = counts[counts["drone_record_id"].notna()].groupby("drone_record_id")["listings"].sum()
    total = drones.set_index("record_id")["total_targets"]
    assert same.to_dict() == {"S002": 4, "S025": 9, "S033": 14, "S034": 5}
    assert (same == total[same.index]).all()


def test_at_least_half_of_the_drone_steps_name_transfers_to_russia_by_two_senders_or_more(drones):
    explicit = drones[drones["link_to_russia"] == "explicit"]
    assert len(explicit) / len(drones) == pytest.approx(28 / 38)
    assert explicit["jurisdiction"].nunique() >= 2


def test_russia_and_iran_ranked_first_and_second_by_one_counter_in_march_2022(counts):
    held = _stock(counts, authority="ALL", confidence="medium")
    held = held[held["date"] == "2022-03-08"].set_index("target_iso3")["listings"]
    ranked = held.sort_values(ascending=False)
    assert list(ranked.index[:2]) == ["RUS", "IRN"]
    assert ranked.tolist() == [5532, 3616, 2608, 2077, 651]


def test_two_counts_of_castellum_close_to_the_listing(counts):
    stock = _stock(counts, counted_by="Castellum.AI", target_iso3="RUS").set_index("count_id")
    added = counts[(counts["measure"] == "added") & (counts["authority"] == "ALL")]
    added = added.set_index("date")["listings"]
    assert stock.loc["L06", "listings"] + added["2022-03-08"] == stock.loc["L12", "listings"]
    assert stock.loc["L05", "listings"] + added["2024-02-12"] == stock.loc["L33", "listings"]


def test_stocks_of_one_counter_a_month_apart_do_not_agree(counts):
    castellum = _stock(counts, counted_by="Castellum.AI", target_iso3="RUS")
    january = castellum.loc[castellum["date"] == "2024-01-10", "listings"].sum()
    february = castellum.loc[castellum["date"] == "2024-02-12", "listings"].sum()
    assert (january, february) == (16_077, 19_282)


def test_three_speakers_gave_20_25_to_30_and_40_per_cent_for_2018(shares):
    spoken = shares[shares["as_of"].dt.year == 2018].set_index("said_by")
    low, high, how = spoken["share_low_pct"], spoken["share_high_pct"], spoken["qualifier"]
    assert (low["Mehdi Sanai"], how["Mehdi Sanai"]) == (20, "over")
    assert (low["Alexander Novak"], high["Alexander Novak"]) == (25, 30)
    assert how["Alexander Novak"] == "range"
    assert (low["Rustam Zhiganshin"], how["Rustam Zhiganshin"]) == (40, "equal")


def test_sixty_and_eighty_per_cent_were_said_within_two_weeks_or_so_of_2023(shares):
    two = shares[shares["as_of"].between("2023-05-01", "2023-06-30")].sort_values("as_of")
    assert two["share_low_pct"].tolist() == [80, 60]
    assert two["said_by_side"].tolist() == ["RUS", "IRN"]
    assert (two["as_of"].iloc[1] - two["as_of"].iloc[0]).days == 16


def test_95_to_96_per_cent_was_said_for_2024_and_over_80_a_year_later(shares):
    of_2024 = shares[shares["as_of"].dt.year == 2024]
    assert set(of_2024["share_low_pct"]) == {95, 96}
    later = shares[shares["as_of"].dt.year == 2025]
    assert later[["share_low_pct", "qualifier"]].to_records(index=False).tolist() == [(80, "over")]


def test_fars_gave_13_per_cent_for_essential_goods_and_87_for_third_currencies(shares):
    fars = shares[shares["speaker_kind"] == "press"].iloc[0]
    assert (fars["share_low_pct"], fars["further_share_pct"]) == (13, 87)
    assert "essential goods" in fars["scope"]


def test_only_a_range_has_two_ends_and_its_low_end_is_lower(shares):
    apart = shares["share_low_pct"] != shares["share_high_pct"]
    assert (apart == (shares["qualifier"] == "range")).all()
    assert (shares["share_low_pct"] <= shares["share_high_pct"]).all()


def test_every_step_and_claim_points_to_an_event_of_the_finance_list(steps):
    finance = set(in_list(load("events"), "finance")["event_id"])
    assert set(steps["event_id"]) <= finance
    assert set(load("payment_claims")["event_id"]) <= finance


def test_a_promised_date_stands_on_promises_and_nowhere_else_and_lies_ahead(steps):
    assert (steps["promised_for"].notna() == (steps["stage"] == "promised")).all()
    made = steps[steps["stage"] == "promised"]
    assert (made["promised_for"] > made["date"]).all()


def test_no_dated_promise_of_a_payment_link_was_kept_in_time(steps):
    kept = promises_kept(steps, in_list(load("events"), "finance")["date"].max())
    assert kept["status"].value_counts().to_dict() == {"late": 3, "not seen": 2}
    assert kept["days_late"].dropna().tolist() == [81, 88, 102]


def test_three_of_eight_promised_links_are_said_to_work_and_four_in_part(steps):
    outcomes = link_outcomes(steps).set_index("link")["status"]
    assert set(outcomes.index[outcomes == "realised"]) == {
        "mir-iran",
        "shetab-atm",
        "currency-agreement",
    }
    assert outcomes["shetab-shops"] == "open"
    rate = realised_links(steps)
    assert (rate["low"], rate["high"], rate["deals"]) == (3 / 8, 7 / 8, 8)


def test_the_leaked_gold_contract_is_worth_104_million_dollars_by_its_own_price():
    claims = load("payment_claims").set_index("claim_id").loc["PC08"]
    assert claims["gold_grams"] * 58.32 / 1e6 == pytest.approx(claims["amount_usd_millions"], abs=1)


def test_no_large_sum_of_cash_or_gold_is_stated_by_a_party():
    claims = load("payment_claims").query("instrument in ['cash', 'gold']")
    assert len(claims) == 5
    assert not claims["evidence"].eq("stated by a party").any()


@pytest.fixture(scope="module")
def listed():
    rows = load("sanctions_ofac_programme_month")
    return rows[(rows["level"] == "group") & (rows["entries"] == "all")]


def test_entries_under_programmes_grow_from_551_to_5341_on_russia_and_1771_to_2335_on_iran(listed):
    ends = listed.sort_values("month").groupby("programme")["stock"].agg(["first", "last"])
    assert ends.loc["Russia"].tolist() == [551, 5341]
    assert ends.loc["Iran"].tolist() == [1771, 2335]


def test_stock_and_changes_add_up_by_programme_and_by_address(listed):
    rows = listed.sort_values(["programme", "month"])
    moved = rows["stock"] - rows.groupby("programme")["stock"].shift()
    known = moved.notna() & rows["added"].notna()
    assert known.sum() > 150
    assert (moved == rows["added"] - rows["removed"])[known].all()
    places = load("sanctions_ofac_country_month").sort_values(["iso3", "month"])
    moved = places["stock"] - places.groupby("iso3")["stock"].shift()
    assert places["iso3"].nunique() == 50 and moved.notna().sum() == 50 * 47
    assert (moved == places["added"] - places["removed"])[moved.notna()].all()


@pytest.mark.parametrize(
    ("day", "new", "announced"),
    [("2023-05-19", 323, 300), ("2024-02-23", 567, 500), ("2024-06-12", 367, 300)],
)
def test_new_russian_entries_of_a_day_exceed_the_announcement_and_fit_into_their_month(
    counts, listed, day, new, announced
):
    rows = counts[(counts["source_id"] == "ofac_sdn_scrapes") & (counts["date"] == day)]
    assert rows["listings"].tolist() == [new] and new > announced
    month = pd.Timestamp(day).replace(day=1)
    of_month = listed[(listed["programme"] == "Russia") & (listed["month"] == month)]
    assert 0 <= of_month["added_new"].item() - new <= 12


def test_entries_by_address_grow_from_980_to_1519_in_iran_and_1469_to_5419_in_russia():
    places = load("sanctions_ofac_country_month").sort_values("month")
    ends = places.groupby("iso3")["stock"].agg(["first", "last"])
    assert ends.loc["IRN"].tolist() == [980, 1519] and ends.loc["RUS"].tolist() == [1469, 5419]


def test_vessels_on_the_european_list_follow_from_the_addition_before(counts):
    eu = counts[(counts["authority"] == "EU") & counts["counted"].eq("vessels")]
    at = eu.set_index(["date", "measure"])["listings"]
    assert at["2026-04-23", "stock"] + at["2026-07-23", "added"] == at["2026-07-23", "stock"] == 673


def test_the_european_list_grows_by_87_persons_and_34_bodies_between_february_and_march_2023(
    counts,
):
    eu = counts[counts["programme"].str.contains("269/2014") & counts["measure"].eq("stock")]
    at = eu.set_index(["date", "counted"])["listings"]
    assert at["2023-03-13", "individuals"] - at["2023-02-21", "individuals"] == 87
    assert at["2023-03-13", "entities"] - at["2023-02-21", "entities"] == 34


def test_the_promise_of_a_full_branch_is_that_of_the_bank():
    steps = load("payment_link_steps").set_index("step_id")
    assert steps.loc["PL32", "stated_by"] == "VTB"
    assert steps.loc["PL32", "event_id"] == steps.loc["PL31", "event_id"]
