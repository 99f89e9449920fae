"""What the corridor tables say of the world, beside the figures that were published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.corridor import attainment
from iran_russia.measures.schedule import slippage


@pytest.fixture(scope="module")
def freight():
    return load("corridor_freight")


def _values(freight, branch, year, **where):
    rows = freight[
        (freight["branch"] == branch)
        & (freight["indicator"] == "cargo")
        & (freight["period_type"] == "calendar year")
        & (freight["period_end"].dt.year == year)
    ]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return sorted(rows["million_tonnes"])


def test_russian_officials_gave_two_totals_for_2022(freight):
    assert _values(freight, "all", 2022, kind="reported", counted_by="russian") == [14.5, 16]
    assert freight.set_index("freight_id").loc["C03", "qualifier"] == "more than"


def test_the_trans_caspian_cargo_of_2023_is_8_or_10_million_tonnes_by_who_speaks(freight):
    assert _values(freight, "trans-Caspian", 2023, counted_by="russian") == [8]
    assert _values(freight, "trans-Caspian", 2023, counted_by="iranian") == [10]


def test_every_figure_has_a_period(freight):
    assert freight[["period_start", "period_end"]].notna().all(axis=None)
    assert (freight["period_end"] >= freight["period_start"]).all()


def test_two_totals_of_the_target_year_2024_contradict_each_other_and_none_is_the_directorates(
    freight,
):
    assert _values(freight, "all", 2024, kind="target") == [20.5]
    assert _values(freight, "all", 2024, kind="reported") == [20, 26.9]
    rows = freight.set_index("freight_id").loc[["C07", "C76"]]
    assert rows["confidence"].tolist() == ["low", "low"]
    assert not rows["reported_by"].str.startswith("Directorate").any()


def test_railways_carried_twice_what_ships_did_in_2023_by_the_directorate(freight):
    by_id = freight.set_index("freight_id")["million_tonnes"]
    assert (by_id["C73"], by_id["C74"]) == (5.54, 11.69)
    assert by_id["C74"] / by_id["C75"] - 1 == pytest.approx(0.14, abs=0.006)
    # The page prints 3.57 as the rise; it fits only as the figure of the year before.
    assert by_id["C73"] / 3.57 - 1 == pytest.approx(0.55, abs=0.005)


def test_notes_that_carry_a_bound_or_a_basis_stand_with_their_figures(freight):
    noted = freight.set_index("freight_id")["note"]
    assert noted[["C05", "C10", "C25", "C28", "C38", "C45", "C48", "C50"]].notna().all()


def test_the_astara_section_is_dated_to_its_first_eleven_months(freight):
    row = freight.set_index("freight_id").loc["C38"]
    assert (row["period_start"], row["period_basis"]) == (pd.Timestamp("2018-03-27"), "inferred")


@pytest.fixture(scope="module")
def ports():
    return load("caspian_ports")


def test_dry_and_liquid_cargo_add_up_to_all_cargo_in_six_periods(ports):
    basin = ports[ports["place"] == "Russian Caspian ports"]
    table = basin.pivot_table(
        index=["period_start", "period_end"], columns="cargo", values="million_tonnes"
    )[["all cargo", "dry cargo", "liquid cargo"]].dropna()
    assert len(table) == 6
    assert (table["dry cargo"] + table["liquid cargo"] - table["all cargo"]).abs().max() < 1e-9


def test_the_ports_of_2017_add_up_to_the_basin_within_rounding(ports):
    year = ports[(ports["period_end"] == "2017-12-31") & (ports["cargo"] == "all cargo")]
    cargo = year.set_index("place")["million_tonnes"]
    parts = cargo[["Astrakhan", "Makhachkala", "Olya"]].sum()
    assert parts == pytest.approx(cargo["Russian Caspian ports"], abs=0.1)


def test_cargo_of_astrakhan_and_olya_fits_the_growth_that_was_stated(ports, freight):
    both = ports[(ports["place"] == "Astrakhan and Olya") & (ports["cargo"] == "all cargo")]
    year = both[both["period_end"] == "2023-12-31"].iloc[0]
    before = freight.set_index("freight_id").loc["C46", "million_tonnes"]
    assert year["million_tonnes"] / before - 1 == pytest.approx(
        year["growth_percent"] / 100, abs=0.011
    )


def test_a_port_report_says_something(ports):
    said = ["million_tonnes", "growth_percent", "share_percent", "containers_teu"]
    assert ports[said].notna().any(axis=1).all()


def test_the_eastern_branch_reached_nine_tenths_to_all_of_its_target_for_2024(freight):
    cargo = freight[freight["indicator"] == "cargo"].assign(
        year=lambda f: f["period_end"].dt.year,
        low=lambda f: f["million_tonnes"],
        high=lambda f: f["million_tonnes_upper"].fillna(f["million_tonnes"]),
    )
    cargo = cargo[cargo["period_type"] == "calendar year"]
    reached = attainment(cargo[cargo["freight_id"] == "C24"], cargo[cargo["kind"] == "reported"])
    row = reached.iloc[0]
    assert row["same_year"]
    assert (row["share_low"], row["share_high"]) == pytest.approx((0.9, 1.0))


def test_a_figure_holds_one_unit_and_only_ranges_have_an_upper_bound(freight):
    units = [
        "million_tonnes",
        "growth_percent",
        "containers_teu",
        "containers",
        "trains",
        "road_vehicles",
    ]
    filled = freight[units].notna().sum(axis=1)
    assert (filled == freight["qualifier"].notna().astype(int)).all()
    ranges = freight["qualifier"].eq("between")
    assert (freight["million_tonnes_upper"].notna() == ranges).all()
    assert (freight["million_tonnes_upper"] > freight["million_tonnes"])[ranges].all()


def test_every_collected_statement_is_in_one_of_the_two_tables(freight):
    kept = [*freight["freight_id"], *load("corridor_journeys")["journey_id"]]
    assert sorted(kept) == [f"C{n:02d}" for n in range(1, 79)]


def test_the_independent_estimate_finds_every_variant_of_the_corridor_dearer_than_the_sea():
    trips = load("corridor_journeys")
    own = trips[trips["speaker"] == "independent"]
    cost = own.groupby("via")["cost_usd_per_teu"].agg(["min", "max"])
    assert cost.loc["sea route", "max"] == 3133
    assert cost.loc["corridor"].tolist() == [3550, 5765]
    days = own.groupby("via")["days_low"].agg(["min", "max"])
    assert days.loc["corridor"].tolist() == [26, 44] and days.loc["sea route", "max"] == 32


def test_concor_claimed_25_days_and_3400_dollars_against_4900():
    trips = load("corridor_journeys").set_index("journey_id")
    assert trips.loc["C66", "days_low"] == 25
    assert trips.loc[["C67", "C68"], "cost_usd_per_teu"].tolist() == [3400, 4900]


@pytest.fixture(scope="module")
def slipped():
    schedule = load("corridor_schedule")
    rows = schedule[
        (schedule["section"] == "Rasht–Astara")
        & (schedule["stated_on"] >= pd.Timestamp("2023-05-17"))
        & schedule["standing"].isin(["planned", "happened"])
    ]
    return slippage(
        rows.assign(planned=rows["standing"] == "planned"), "step", pd.Timestamp("2026-02-18")
    ).set_index("step")


def test_the_contract_for_rasht_astara_was_eleven_months_late_and_unsigned(slipped):
    contract = slipped.loc["contract"]
    assert contract["state"] == "overdue"
    assert contract["first_planned"] == pd.Timestamp("2025-03-01")
    assert (contract["months_low"], contract["months_high"]) == (11, 11)


def test_completion_of_rasht_astara_was_first_planned_for_the_end_of_2027(slipped):
    completion = slipped.loc["completion"]
    assert completion["first_planned"] == pd.Timestamp("2027-10-01")
    assert completion["state"] == "not due"
    assert completion["last_planned"] > completion["first_planned"]


def test_building_of_rasht_astara_is_nowhere_reported_as_begun_and_not_contradicted():
    schedule = load("corridor_schedule")
    starts = schedule[schedule["step"] == "construction start"]
    assert set(starts["standing"]) == {"planned", "contradicted"}


def test_a_promise_lies_after_the_day_it_was_made_and_ends_after_it_begins():
    schedule = load("corridor_schedule")
    planned = schedule[schedule["standing"] == "planned"]
    assert (planned["date_end"] >= planned["stated_on"]).all()
    assert (schedule["date_end"] >= schedule["date"]).all()


def test_each_branch_runs_from_north_to_bandar_abbas_and_the_gap_is_crossed_by_road():
    places = load("corridor_places")
    for branch in ("western", "trans-Caspian", "eastern"):
        stops = places[places["branch"] == branch].sort_values("stop")
        assert stops["place"].iloc[-1] == "Bandar Abbas"
        assert stops["lat"].iloc[0] > stops["lat"].iloc[-1]
    western = places[places["branch"] == "western"].set_index("place")
    assert western.loc["Rasht", "mode_to_here"] == "road"
    assert western["mode_to_here"].value_counts()["road"] == 1


def test_map_rings_are_closed_and_lie_in_the_box():
    outlines = load("map_outlines")
    rings = outlines[outlines["shape"] == "land"].sort_values("point").groupby(["part", "ring"])
    ends = rings[["lon", "lat"]].agg(["first", "last"])
    assert (ends.xs("first", axis=1, level=1) == ends.xs("last", axis=1, level=1)).all(axis=None)
    assert outlines["lon"].between(12, 90).all() and outlines["lat"].between(13, 66).all()
