"""What the tables on drones say of the war in Ukraine, beside what was published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.drones import (
    check_published,
    drone_share_of_launches,
    launches_by,
    monthly_rate,
    revised_months,
    shaheds_proper,
)


@pytest.fixture(scope="module")
def every_bulletin() -> pd.DataFrame:
    return load("shahed_launches")


@pytest.fixture(scope="module")
def bulletins(every_bulletin) -> pd.DataFrame:
    """Bulletins on Shahed types, without the three on Mohajer-6."""
    return every_bulletin[every_bulletin["weapon_family"] != "mohajer_6"]


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    return load("drone_claims").set_index("record_id")


@pytest.mark.parametrize(
    ("year", "launched", "destroyed", "not_reaching"),
    [
        (2022, 411, 392, 0),
        (2023, 3_124, 2_618, 0),
        (2024, 10_970, 7_489, 2_691),
        (2025, 54_702, 36_903, 10_257),
        (2026, 32_931, 29_333, 0),
    ],
)
def test_launched_destroyed_and_not_reaching_the_target_by_year_of_the_report(
    every_bulletin, year, launched, destroyed, not_reaching
):
    years = launches_by(every_bulletin, "Y")
    row = years[years["start"].dt.year == year].iloc[0]
    counts = (row["launched"], row["destroyed"], row["not_reach_goal"])
    assert counts == (launched, destroyed, not_reaching)


# Differences in per cent as the collection that compared them gives them.
PUBLISHED = {
    "LC001": -16.0,
    "LC002": -59.3,
    "LC003": -7.0,
    "LC004": -17.5,
    "LC005": -9.8,
    "LC006": -1.9,
    "LC007": 0.7,
    "LC008": 0.0,
    "LC009": 0.0,
    "LC010": 0.2,
    "LC011": -0.4,
    "LC012": 0.1,
    "LC013": -4.4,
    "LC014": 1.4,
    "LC015": 2.4,
    "LC016": -0.3,
    "LC017": 0.0,
    "LC018": -3.3,
    "LC019": 0.1,
    "LC020": 0.1,
    "LC021": 0.2,
    "LC022": 0.0,
}


def test_published_totals_differ_from_the_bulletins_by_the_per_cents_known(bulletins):
    checked = check_published(load("launches_crosscheck"), bulletins).set_index("check_id")
    assert set(checked.index) == set(PUBLISHED)
    own = checked["difference_percent"].round(1).to_dict()
    assert own == pytest.approx(PUBLISHED, abs=0.051)


def test_half_of_the_published_totals_agree_within_half_a_per_cent_all_since_july_2024(bulletins):
    checked = check_published(load("launches_crosscheck"), bulletins)
    close = checked[checked["difference_percent"].abs() <= 0.5]
    assert len(close) == 11
    assert (close["period_start"] >= "2024-07-01").all()


def test_the_bulletins_fall_short_of_the_presidents_total_to_august_2023(bulletins):
    checked = check_published(load("launches_crosscheck"), bulletins).set_index("check_id")
    zelensky = checked.loc["LC004"]
    assert (zelensky["own"], zelensky["published"]) == (1_618, 1_961)
    assert zelensky["difference_percent"] == pytest.approx(-17.5, abs=0.05)


def test_62_per_cent_of_the_drones_were_shaheds_proper_where_the_bulletins_say_so(bulletins):
    table = shaheds_proper(bulletins)
    stated, launched = table["stated"].sum(), table["launched_where_stated"].sum()
    assert (stated, launched) == (25_913, 42_023)
    assert stated / launched == pytest.approx(0.62, abs=0.005)


def test_no_bulletin_states_more_shaheds_than_drones(every_bulletin):
    stating = every_bulletin.dropna(subset="shahed_proper_stated")
    assert len(stating) == 239
    assert (stating["shahed_proper_stated"] <= stating["launched"]).all()


def test_closed_months_never_differ_between_the_seven_copies():
    copies = load("launch_vintages")
    assert copies["last_report"].nunique() == 7
    closed = revised_months(copies)
    assert len(closed) == 44
    assert not closed["revised"].any()


def test_the_newest_copy_is_the_sum_of_the_bulletins(bulletins):
    copies = load("launch_vintages")
    newest = copies[copies["last_report"] == copies["last_report"].max()].set_index("month")
    own = launches_by(bulletins).set_index("start")
    for copied, summed in (("launched", "launched"), ("reports", "bulletins")):
        assert newest[copied].tolist() == own[summed].tolist()
    assert newest["destroyed"].tolist() == own["destroyed"].tolist()


def test_the_class_of_drones_off_target_lives_from_july_2024_to_july_2025(bulletins):
    months = launches_by(bulletins).set_index("start")["not_reach_goal"]
    assert months[:"2024-06-30"].sum() == 0
    assert (months["2024-07-01":"2025-07-31"] > 0).all()
    assert months["2025-08-01":].to_dict() == dict.fromkeys(months["2025-08-01":].index, 0) | {
        pd.Timestamp("2025-10-01"): 17,
        pd.Timestamp("2025-12-01"): 15,
    }


def test_early_bulletins_often_enter_the_drones_shot_down_as_launched(bulletins):
    alike = bulletins["launched"] == bulletins["destroyed"]
    early = bulletins["report_date"] < "2024-07-01"
    assert alike[early].mean() > 0.45
    assert alike[~early].mean() < 0.1


def test_the_monthly_counts_of_the_busiest_months(bulletins):
    months = launches_by(bulletins).set_index("start")
    assert months.loc["2026-05-01", ["launched", "destroyed", "largest"]].tolist() == [
        8_152,
        7_478,
        753,
    ]
    assert months.loc["2024-10-01", ["destroyed", "not_reach_goal"]].tolist() == [1_098, 661]
    assert 100 * months.loc["2025-10-01", "neutralised_share"] == pytest.approx(80.0, abs=0.05)
    assert months.index[~months["complete"]].strftime("%Y-%m").tolist() == ["2022-09", "2026-06"]


def test_no_iranian_ballistic_missile_stands_among_the_launches():
    missiles = load("missile_launches")
    assert not missiles["model"].str.contains("fath|fateh|zolfaghar|ababil", case=False).any()
    assert missiles["launched"].sum() == 7_349


def test_drones_are_most_of_what_was_launched_since_2023(bulletins):
    share = drone_share_of_launches(bulletins, load("missile_launches")).set_index("year")["share"]
    assert share[2022] < 0.5
    assert (share[[2023, 2024, 2025]] > 0.5).all()
    assert share[2025] > 0.95


def test_ukrainian_figures_for_the_order_of_2022_differ_and_are_all_kept(claims):
    orders = claims[claims["category"] == "order_estimate"]
    assert sorted(orders["quantity_low"]) == [1_700, 2_000, 2_400]


def test_claims_on_the_output_of_late_2025_differ_by_more_than_double(claims):
    rates = monthly_rate(claims)
    assert rates.loc["D060", "rate_low"] > 2 * rates.loc["D063", "rate_high"]
    assert rates.loc["D048", "rate_low"] == pytest.approx(2_738 / 12, rel=0.001)
    assert rates.loc["D065", "rate_low"] == pytest.approx(12_300, rel=0.001)


def test_the_agreed_price_accounts_for_two_thirds_of_the_leaked_contract(claims):
    leak = claims.loc["D036"]
    goods = leak["quantity_low"] * leak["drone_price_low_usd"]
    assert goods == pytest.approx(1.158e9)
    assert goods / leak["value_usd"] == pytest.approx(2 / 3, abs=0.01)


def test_gold_times_its_price_a_gram_is_the_value_of_the_payment(claims):
    gold = claims.loc["D055"]
    grams, price = gold["quantity_low"], gold["gold_price_usd_per_gram"]
    assert grams * price == pytest.approx(gold["value_usd"], rel=0.005)
    priced = claims["gold_price_usd_per_gram"].notna()
    assert claims.loc[priced, "drone_price_low_usd"].isna().all()


def test_every_claim_names_who_makes_it_and_how_firm_it_is(claims):
    assert len(claims) == 71
    assert claims["claimed_by"].str.len().gt(3).all()
    assert claims["confidence"].value_counts().to_dict() == {"medium": 38, "low": 19, "high": 14}


def test_rival_reports_of_one_happening_point_to_a_row_that_stands_for_itself(claims):
    pointing = claims["same_happening_as"].dropna()
    assert claims.loc[pointing, "same_happening_as"].isna().all()
    assert set(pointing) == {"D004", "D018", "D023", "D051"}


def test_studies_of_components_keep_their_parts_within_their_whole():
    parts = load("equipment_components").set_index("record_id")
    inside = parts.dropna(subset="part_of")
    whole = parts.loc[inside["part_of"]]
    assert (inside["value"].to_numpy() <= whole["value"].to_numpy()).all()
    assert (inside["study"].to_numpy() == whole["study"].to_numpy()).all()
    assert parts.loc[["K002", "K003"], "value"].sum() == parts.loc["K001", "value"]


def test_what_moscow_paid_for_a_drone_bought_in_iran_is_no_cost_of_output_in_russia():
    rows = load("drone_claims").set_index("record_id")
    assert rows.loc["D061", "flow"] == "iran_to_russia"


def test_the_number_of_missiles_is_that_of_the_three_sources_who_gave_it():
    claim = load("drone_claims").set_index("record_id").loc["D034", "claimed_by"]
    report = load("arms_reported").set_index("report_id").loc["AR064", "claimed_by"]
    assert claim == report and "the number by three Iranian ones" in claim
