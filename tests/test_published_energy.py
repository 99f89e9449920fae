"""What the energy tables say of the world, beside figures as they were published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.energy import (
    correlation_of_changes,
    planned_volumes,
    price_gap,
    world_shares,
)


@pytest.fixture(scope="module")
def figures() -> pd.Series:
    """Values by measure, year and country."""
    return load("energy_country_year").set_index(["measure", "year", "iso3"])["value"]


@pytest.fixture(scope="module")
def shares() -> pd.DataFrame:
    """Shares of the world by measure, year and country."""
    table = load("energy_country_year")
    of_world = ["oil_production", "gas_production", "oil_proved_reserves", "gas_proved_reserves"]
    return (
        world_shares(table[table["measure"].isin(of_world)])
        .set_index(["measure", "year", "iso3"])
        .sort_index()
    )


@pytest.mark.parametrize(
    ("month", "dollars"), [("2025-12-01", 62.5), ("2026-04-01", 117.3), ("2022-06-01", 122.7)]
)
def test_brent_averaged_so_many_dollars_a_barrel(month, dollars):
    prices = load("oil_prices").query("benchmark == 'Brent' and frequency == 'month'")
    mean = prices.set_index("period_start")["price_usd_per_barrel"]
    assert mean[month] == pytest.approx(dollars, abs=0.05)


def test_brent_is_complete_by_month_since_may_1987():
    prices = load("oil_prices").query("benchmark == 'Brent' and frequency == 'month'")
    months = prices["period_start"].dt.to_period("M")
    assert months.is_unique
    assert len(months) == len(pd.period_range("1987-05", "2026-07", freq="M"))


@pytest.mark.parametrize(
    ("year", "million_tonnes"), [(2021, 79.6), (2022, 86.2), (2023, 107), (2024, 108.5)]
)
def test_chinese_customs_on_crude_from_russia(year, million_tonnes):
    rows = load("crude_exports").query(
        "supplier == 'RUS' and destination_iso3 == 'CHN' and basis == 'customs or government'"
    )
    whole = rows[
        (rows["period_start"] == pd.Timestamp(year, 1, 1))
        & (rows["period_end"] == pd.Timestamp(year, 12, 31))
    ]
    assert whole["volume_million_tonnes"].dropna().item() == pytest.approx(million_tonnes, abs=0.05)


def test_two_trackers_differ_by_half_on_iranian_crude_for_august_2023():
    rows = load("crude_exports")
    august = rows[(rows["supplier"] == "IRN") & (rows["period_start"] == "2023-08-01")]
    assert august.set_index("estimate_by")["volume_kbd"].to_dict() == {
        "Kpler": 1500,
        "Vortexa": 1000,
    }


def test_chinese_customs_show_no_iranian_crude():
    rows = load("crude_exports")
    official = rows[(rows["supplier"] == "IRN") & (rows["destination_iso3"] == "CHN")]
    official = official[official["basis"] == "customs or government"]
    assert official["volume_million_tonnes"].tolist() == [0]


def test_urals_stood_within_three_dollars_of_brent_until_2021_and_35_below_it_in_june_2022():
    gap = price_gap(load("oil_prices"), "Urals").query("frequency == 'month'")
    gap = gap.set_index("period_start")["gap"]
    assert gap[:"2021-12-31"].between(0, 3).all()
    assert gap["2022-06-01"] == pytest.approx(35.5, abs=0.05)


def test_iran_holds_a_sixth_of_the_worlds_proved_gas_and_russia_a_fifth(shares):
    gas = shares.loc[("gas_proved_reserves", 2020)]["share"]
    assert gas["IRN"] == pytest.approx(0.171, abs=0.0005)
    assert gas["RUS"] == pytest.approx(0.199, abs=0.0005)
    assert shares.loc[("gas_proved_reserves", 2020, "IRN"), "rank_best"] == 2


def test_the_two_produce_a_sixth_of_the_worlds_oil_and_a_fifth_of_its_gas(shares):
    together = shares["share"].loc[:, 2025, ["IRN", "RUS"]].groupby("measure").sum()
    assert together["oil_production"] == pytest.approx(0.158, abs=0.0005)
    assert together["gas_production"] == pytest.approx(0.208, abs=0.0005)


def test_proved_reserves_stop_in_2020():
    table = load("energy_country_year")
    assert table.loc[table["measure"].str.endswith("reserves"), "year"].max() == 2020


def test_one_measure_has_one_unit():
    assert (load("energy_country_year").groupby("measure")["unit"].nunique() == 1).all()


def test_iran_is_exempt_or_held_in_every_entry_of_opec_plus_and_never_has_a_ceiling():
    iran = load("opec_plus").query("party == 'IRN'")
    assert not iran["measure"].str.startswith("required").any()
    special = iran[iran["measure"] == "special treatment"].sort_values("period_start")
    assert special["status"].iloc[0].startswith("allowed to hold")
    assert (special["status"].iloc[1:] == "exempt").all()


def test_reference_less_cut_is_what_russia_was_left_with_in_2020():
    russia = load("opec_plus").query("party == 'RUS'").set_index(["measure", "period_start"])
    term = russia["value_kbd"].xs("2020-05-01", level="period_start")
    assert (
        term["reference production"] - term["pledged cut"] == term["required production, computed"]
    )


def test_the_oil_output_of_the_two_does_not_move_together_under_opec_plus(figures):
    output = figures["crude_condensate_production"].unstack("iso3").loc[2016:]
    found = correlation_of_changes(output["IRN"], output["RUS"])
    assert found["pairs"] == 9
    assert found["low"] < 0 < found["high"]


def test_no_russian_gas_by_pipe_to_iran_is_recorded_in_2025_though_55_billion_were_discussed():
    sent = load("gas_pipeline_trade").set_index(["exporter_iso3", "destination"])["volume_bcm"]
    assert sent["RUS", "Other Middle East"] == 0
    plans = planned_volumes(load("gas_plans"), load("deals"))
    assert plans["bcm_per_year"].max() == 55
    assert plans.loc[plans["stage"] == "first stage", "bcm_per_year"].tolist() == [2, 1.8]


def test_parts_of_russias_pipeline_exports_add_up_to_the_total():
    rows = load("gas_pipeline_trade")
    for _, of in rows.groupby("exporter_iso3"):
        parts = of.loc[~of["destination_is_aggregate"], "volume_bcm"].sum()
        total = of.set_index("destination").loc["Total exports", "volume_bcm"]
        assert parts == pytest.approx(total, abs=0.01)


def test_russian_gas_to_europe_agrees_between_the_series_and_the_matrix(figures):
    sent = load("gas_pipeline_trade").set_index(["exporter_iso3", "destination"])["volume_bcm"]
    series = figures["gas_pipeline_exports_to_europe", 2025, "RUS"]
    assert sent["RUS", "Europe"] == pytest.approx(series, abs=0.01)


def test_destinations_of_iranian_crude_add_up_to_the_total_of_each_year():
    rows = load("iran_crude_by_destination")
    table = rows.pivot(index="year", columns="destination", values="thousand_barrels_per_day")
    total = table.pop("All")
    assert list(table.index) == list(range(2012, 2023))
    assert (table.sum(axis=1) - total).abs().max() < 0.01
    exports = load("oil_exports_opec").query("measure == 'crude_exports' and iso3 == 'IRN'")
    same = exports.set_index("year")["thousand_barrels_per_day"][total.index]
    assert (same - total).abs().max() < 1


def test_opec_has_404_thousand_barrels_a_day_of_iranian_exports_in_2020_near_the_figure_known():
    exports = load("oil_exports_opec").set_index(["measure", "iso3", "year"])
    value = exports["thousand_barrels_per_day"]["crude_exports", "IRN"]
    assert value[2020] == pytest.approx(404.5, abs=0.05)
    assert value[2011] == pytest.approx(2537, abs=0.5)
    known = load("crude_exports").query("supplier == 'IRN' and destination_iso3 == 'WLD'")
    of_2020 = known[known["period_start"] == "2020-01-01"]["volume_kbd"].item()
    assert value[2020] == pytest.approx(of_2020, rel=0.02)


def test_brent_of_opec_differs_from_the_american_series_by_14_cents_on_average():
    ours = load("oil_prices").query("benchmark == 'Brent' and frequency == 'month'")
    opec = load("oil_prices_opec").query("benchmark == 'Brent Dated'")
    both = ours.merge(opec, on="period_start")
    apart = (both["price_usd_per_barrel_x"] - both["price_usd_per_barrel_y"]).abs()
    assert len(both) == 428
    assert apart.mean() == pytest.approx(0.138, abs=0.0005)


def test_urals_of_opec_lies_above_the_price_of_russian_ministries_and_is_kept_apart():
    ours = load("oil_prices").query("benchmark == 'Urals' and frequency == 'month'")
    both = ours.merge(load("oil_prices_opec").query("benchmark == 'Urals'"), on="period_start")
    july = both[both["period_start"] == "2022-07-01"].iloc[0]
    assert (july["price_usd_per_barrel_y"], july["price_usd_per_barrel_x"]) == (85.32, 78.41)
    assert set(load("oil_prices")["benchmark"]) == {"Brent", "Urals"}


def test_the_register_of_the_union_adds_up_to_its_totals_by_origin():
    cargo, totals = load("eu_crude_imports"), load("eu_crude_import_totals")
    totals = totals.assign(year=totals["month"].dt.year)
    known = totals[totals["origin"] == "IRN"].groupby("year")["thousand_barrels"].sum()
    published = {2013: 0, 2014: 3265, 2015: 0, 2016: 106_400, 2017: 199_968, 2018: 135_286, 2019: 0}
    assert known.round().to_dict() == published
    for origin in ("IRN", "RUS"):
        one = cargo[cargo["origin_iso3"] == origin].groupby("month")["thousand_barrels"].sum()
        other = totals[totals["origin"] == origin].set_index("month")["thousand_barrels"]
        assert (one.reindex(other.index).fillna(0) - other).abs().max() < 0.1


def test_revenues_of_three_years_add_up_to_the_144_billion_that_were_reported():
    rows = load("oil_exports_reported")
    rows = rows[rows["estimate_by"].str.contains("SHIP") & rows["value_usd"].notna()]
    years = rows[rows["period_start"].dt.year == rows["period_end"].dt.year]
    by_year = years.set_index("period_start")["value_usd"]
    together = rows[rows["period_start"].dt.year != rows["period_end"].dt.year]["value_usd"].item()
    assert by_year["2021":"2023"].sum() == pytest.approx(together, abs=1e9)


def test_every_report_without_an_address_has_low_confidence():
    for table in ("oil_exports_reported", "sanctions_designations"):
        rows = load(table)
        bare = rows["url"].isna()
        assert bare.any()
        assert (rows.loc[bare, "source_id"] == "repository_files").all()
        assert (rows.loc[bare, "confidence"] == "low").all()
        assert rows.loc[~bare, "source_id"].ne("repository_files").all()
