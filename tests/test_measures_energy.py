"""The measures of the energy chapter, on cases worked by hand."""

import math

import pandas as pd
import pytest

from iran_russia import datasets
from iran_russia.measures.energy import (
    BCM_PER_YEAR,
    ceilings,
    correlation_of_changes,
    crude_alone,
    daily_volume,
    joint_output,
    opposite_changes,
    origin_shares,
    output_by_year,
    paid_price,
    planned_volumes,
    price_gap,
    quarterly_volumes,
    reserve_lives,
    reserves_to_production,
    special_treatment,
    surplus,
    volume_by_place,
    world_shares,
    yearly_price_gaps,
    yearly_revenue,
)
from iran_russia.measures.events import middle
from iran_russia.measures.series import extreme_at, value_at

FIGURES = pd.DataFrame(
    {
        "measure": "oil_production",
        "year": 2025,
        "iso3": ["WLD", "USA", "RUS", "IRN"],
        "value": [100.0, 30.0, 20.0, 10.0],
    }
)


def test_a_share_divides_by_the_world_and_a_rank_allows_for_countries_not_listed():
    table = world_shares(FIGURES).set_index("iso3")
    assert table["share"].to_dict() == {"USA": 0.3, "RUS": 0.2, "IRN": 0.1}
    assert table["rank_best"].to_dict() == {"USA": 1, "RUS": 2, "IRN": 3}
    # 40 are left for others: one as large as 30, two as large as 20, four as large as 10.
    assert table["rank_worst"].to_dict() == {"USA": 2, "RUS": 4, "IRN": 7}


def test_a_complete_list_leaves_no_doubt_of_the_rank():
    complete = FIGURES.assign(value=[60.0, 30.0, 20.0, 10.0])
    table = world_shares(complete)
    assert (table["rank_best"] == table["rank_worst"]).all()
    tied = world_shares(FIGURES.assign(value=[60.0, 20.0, 20.0, 20.0]))
    assert tied["rank_best"].tolist() == [1, 1, 1]


def test_there_is_no_share_without_the_world():
    with pytest.raises(ValueError, match="WLD"):
        world_shares(FIGURES[FIGURES["iso3"] != "WLD"])


def test_a_newer_year_without_the_world_is_left_out():
    newer = FIGURES[FIGURES["iso3"] == "IRN"].assign(year=FIGURES["year"].max() + 1)
    pd.testing.assert_frame_equal(world_shares(pd.concat([FIGURES, newer])), world_shares(FIGURES))


def test_reserves_divide_by_the_output_of_a_year():
    ratio = reserves_to_production(pd.Series({"IRN": 120.0}), pd.Series({"IRN": 1.5}))
    assert ratio.to_dict() == {"IRN": 80.0}


def _flow(start, end, kbd=None, tonnes=None, barrels=None) -> dict:
    return {
        "period_start": pd.Timestamp(start),
        "period_end": pd.Timestamp(end),
        "volume_kbd": kbd,
        "volume_million_tonnes": tonnes,
        "volume_million_barrels": barrels,
    }


def test_a_daily_volume_stays_as_stated_and_totals_are_divided_by_the_days_of_the_period():
    flows = pd.DataFrame(
        [
            _flow("2024-01-01", "2024-12-31", kbd=2170.0, tonnes=108.5),
            _flow("2025-01-01", "2025-01-10", tonnes=1.0),
            _flow("2026-03-01", "2026-03-11", barrels=16.5),
        ]
    )
    table = daily_volume(flows)
    assert table["kbd"].tolist() == pytest.approx([2170, 732, 1500])
    assert table["converted"].tolist() == [False, True, True]


def test_the_customs_row_that_gives_both_units_agrees_with_the_conversion():
    rows = datasets.load("crude_exports")
    both = rows.dropna(subset=["volume_kbd", "volume_million_tonnes"])
    both = both[both["volume_kbd"] > 0]
    converted = daily_volume(both.assign(volume_kbd=float("nan")))["kbd"]
    assert len(both) >= 3
    assert (converted / both["volume_kbd"]).between(0.98, 1.03).all()


def test_a_discount_compares_equal_periods_only():
    prices = pd.DataFrame(
        {
            "benchmark": ["Brent", "Brent", "Urals", "Urals"],
            "frequency": ["month", "year", "month", "month"],
            "period_start": ["2022-06-01", "2022-01-01", "2022-06-01", "2022-07-01"],
            "period_end": ["2022-06-30", "2022-12-31", "2022-06-30", "2022-07-31"],
            "price_usd_per_barrel": [120.0, 100.0, 85.0, 80.0],
            "source_id": "x",
        }
    )
    found = price_gap(prices, "Urals")
    assert found[["grade", "benchmark", "gap"]].to_records(index=False).tolist() == [
        (85.0, 120.0, 35.0)
    ]


def test_a_plan_by_the_day_becomes_a_year_and_keeps_its_report():
    plans = pd.DataFrame(
        {
            "deal_id": ["D1", "D2"],
            "volume": [10.0, 55.0],
            "unit": ["million cubic metres a day", "billion cubic metres a year"],
        }
    )
    deals = pd.DataFrame(
        {
            "deal_id": ["D2", "D1"],
            "date": ["b", "a"],
            "date_precision": "day",
            "status_as_reported": "announced",
            "publisher": "p",
            "url": "u",
        }
    )
    found = planned_volumes(plans, deals)
    assert found["bcm_per_year"].tolist() == pytest.approx([3.65, 55])
    assert found["date"].tolist() == ["a", "b"]


def test_every_unit_of_a_plan_has_a_factor():
    fields = datasets.describe("gas_plans")["schema"]["fields"]
    units = next(f["constraints"]["enum"] for f in fields if f["name"] == "unit")
    assert set(units) == set(BCM_PER_YEAR)


def test_changes_that_mirror_each_other_correlate_and_few_pairs_give_wide_bounds():
    one = pd.Series([0.0, 1, 1, 3, 2, 4, 4], index=range(2019, 2026))
    other = pd.Series([9.0, 10, 11, 12, 12, 13, 15], index=range(2019, 2026))
    found = correlation_of_changes(one, other)
    changes = [(1, 1), (0, 1), (2, 1), (-1, 0), (2, 1), (0, 2)]
    x, y = ([c[i] for c in changes] for i in (0, 1))
    mx, my = sum(x) / 6, sum(y) / 6
    cross = sum((a - mx) * (b - my) for a, b in changes)
    r = cross / math.sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))
    assert found["correlation"] == pytest.approx(r)
    assert found["pairs"] == 6
    assert found["low"] == pytest.approx(math.tanh(math.atanh(r) - 1.959964 / math.sqrt(3)))
    assert found["low"] < 0 < found["high"]


def test_a_missing_year_takes_its_pair_of_changes_out():
    one = pd.Series([1.0, 3, 2, 5, 4, 8], index=range(2019, 2025))
    other = pd.Series([1.0, 2, None, 4, 6, 5], index=range(2019, 2025))
    found = correlation_of_changes(one, other)
    assert found["pairs"] == 3 and found.drop("pairs").isna().all()


def test_a_step_over_years_that_have_no_row_is_no_yearly_change():
    years = [2010, 2011, 2012, 2013, 2020, 2021]
    one = pd.Series([0.0, 1, 3, 2, 90, 93], index=years)
    other = pd.Series([0.0, 2, 1, 3, 99, 97], index=years)
    found = correlation_of_changes(one, other)
    # (1, 2), (2, -1), (-1, 2) and (3, -2): deviations from the means 1.25 and 0.25.
    cross = -0.25 * 1.75 + 0.75 * -1.25 + -2.25 * 1.75 + 1.75 * -2.25
    squares = (0.0625 + 0.5625 + 5.0625 + 3.0625) * (3.0625 + 1.5625 + 3.0625 + 5.0625)
    assert found["pairs"] == 4
    assert found["correlation"] == pytest.approx(cross / math.sqrt(squares))
    assert opposite_changes(one, other) == 3


def test_changes_that_are_the_same_correlate_fully():
    one = pd.Series([0.0, 1, 3, 2, 7], index=range(2010, 2015))
    found = correlation_of_changes(one, one)
    assert found[["correlation", "low", "high"]].tolist() == pytest.approx([1, 1, 1])


def test_the_price_paid_divides_values_by_the_volumes_that_have_one():
    register = pd.DataFrame(
        {
            "origin_iso3": ["IRN", "IRN", "RUS"],
            "thousand_barrels": [10.0, 30.0, 5.0],
            "thousand_usd": [500.0, float("nan"), float("nan")],
        }
    )
    paid = paid_price(register, ["origin_iso3"]).set_index("origin_iso3")
    assert paid.loc["IRN"].tolist() == [50.0, 0.25]
    assert pd.isna(paid.loc["RUS", "usd_per_barrel"]) and paid.loc["RUS", "valued"] == 0


def test_reserves_last_as_many_years_as_they_hold_outputs_of_the_year():
    figures = pd.DataFrame(
        {
            "measure": ["oil_proved_reserves", "oil_production", "gas_proved_reserves"],
            "year": 2020,
            "iso3": "IRN",
            "value": [3.66, 1000.0, 5.0],
        }
    )
    lives = reserve_lives(figures, 2020)
    # 3.66 billion barrels at a million a day, in 366 days; no output of gas is given.
    assert lives.loc["IRN", "oil"] == pytest.approx(10)
    assert pd.isna(lives.loc["IRN", "gas"])
    assert reserve_lives(figures, 2019).empty
    # A year that is no leap year has a day less of output.
    lives = reserve_lives(figures.assign(year=2021), 2021)
    assert lives.loc["IRN", "oil"] == pytest.approx(3660 / 365)
    gas = figures.tail(1).assign(measure="gas_production", value=100.0)
    # Five trillion cubic metres at 100 billion a year.
    assert reserve_lives(pd.concat([figures, gas]), 2020).loc["IRN", "gas"] == 50


def test_two_series_moved_apart_in_years_when_one_rose_and_one_fell():
    years = range(2020, 2024)
    one, other = pd.Series([1.0, 2, 1, 1], years), pd.Series([5.0, 4, 3, 9], years)
    assert opposite_changes(one, other) == 1  # 2021; in 2022 both fell, in 2023 one stood still


OPEC = pd.DataFrame(
    {
        "party": ["RUS", "RUS", "IRN", "IRN", "IRN"],
        "measure": [
            "required production",
            "required production",
            "special treatment",
            "special treatment",
            "actual production",
        ],
        "status": [None, "superseded", "exempt", "maintain", None],
        "period_start": pd.to_datetime(["2020-05-01"] * 5),
        "period_end": pd.to_datetime(
            ["2020-05-31", "2020-05-31", "2020-06-30", None, "2020-05-31"]
        ),
        "value_kbd": [8492.0, 9000.0, None, None, 2554.0],
    }
)


def test_a_ceiling_holds_to_the_day_after_its_period_and_a_superseded_one_is_told_apart():
    found = ceilings(OPEC, "RUS")
    assert found["term"].tolist() == ["required", "planned, superseded"]
    assert (found["to"] == pd.Timestamp("2020-06-01")).all()
    assert ceilings(OPEC, "IRN").empty


def test_an_exemption_without_an_end_is_drawn_for_two_weeks():
    found = special_treatment(OPEC, "IRN")
    assert found["term"].tolist() == ["exempt", "may hold its output"]
    assert found["to"].tolist() == [pd.Timestamp("2020-06-30"), pd.Timestamp("2020-05-15")]


def test_crude_alone_and_the_output_of_a_year_stand_as_steps():
    alone = crude_alone(OPEC, "IRN").iloc[0]
    assert (alone["term"], alone["to"]) == ("crude alone", pd.Timestamp("2020-06-01"))
    figures = FIGURES.assign(measure="crude_condensate_production", year=2025)
    step = output_by_year(figures).set_index("party").loc["RUS"]
    assert (step["period_start"], step["to"]) == (
        pd.Timestamp("2025-01-01"),
        pd.Timestamp("2026-01-01"),
    )
    assert step["value_kbd"] == 20 and step["term"] == "output of the year"


def test_destinations_without_a_place_are_added_up_as_the_rest():
    flows = pd.DataFrame(
        {
            "year": 2017,
            "destination": ["China", "Syria", "Brazil"],
            "thousand_barrels_per_day": [600.0, 20.0, 5.0],
            "source_id": "opec",
        }
    )
    found = volume_by_place(flows, {"China": "China"}, "elsewhere").set_index("to")
    assert found["thousand_barrels_per_day"].to_dict() == {"China": 600, "elsewhere": 25}


def test_revenue_of_a_year_leaves_longer_reports_out():
    reported = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2020-01-01", "2021-01-01", "2021-01-01"]),
            "period_end": pd.to_datetime(["2022-12-31", "2021-12-31", "2021-12-31"]),
            "value_usd": [144e9, 37e9, None],
        }
    )
    assert yearly_revenue(reported).to_dict() == {2021: 37e9}


def test_reports_on_more_than_400_days_are_no_revenue_of_a_year():
    # From 1 January 2020, a leap year, 400 days end on 3 February 2021: 366 + 31 + 3.
    ends = pd.to_datetime(["2021-02-03", "2021-02-04"])
    start = pd.Timestamp("2020-01-01")
    reported = pd.DataFrame({"period_start": start, "period_end": ends, "value_usd": [1.0, 2.0]})
    assert yearly_revenue(reported).to_dict() == {2020: 1.0}


def test_the_gap_of_a_year_is_the_mean_of_its_months():
    months = pd.to_datetime(["2022-01-01", "2022-02-01"])
    prices = pd.DataFrame(
        {
            "benchmark": ["Brent", "Brent", "Urals", "Urals"],
            "frequency": "month",
            "period_start": [*months, *months],
            "period_end": [*months, *months],
            "price_usd_per_barrel": [100.0, 90.0, 80.0, 60.0],
            "source_id": "opec",
        }
    )
    found = yearly_price_gaps(prices, ["Urals"], "Brent").iloc[0]
    assert (found["gap"], found["months"], found["year"]) == (25, 2, 2022)


def test_imports_are_added_up_by_quarter_and_divided_by_those_of_all_origins():
    totals = pd.DataFrame(
        {
            "month": pd.to_datetime(["2017-01-01", "2017-03-01", "2017-04-01", "2017-04-01"]),
            "origin": ["IRN", "IRN", "IRN", "ALL"],
            "thousand_barrels": [1000.0, 500.0, 500.0, 20000.0],
            "source_id": "ec",
        }
    )
    found = quarterly_volumes(totals[totals["origin"] == "IRN"], "origin")
    assert list(found.columns) == ["quarter", "origin", "million_barrels", "source_id"]
    assert found["million_barrels"].tolist() == [1.5, 0.5]
    assert origin_shares(totals).loc[2017, "IRN"] == 0.1


def test_what_a_table_does_not_reach_is_missing_and_no_error():
    by = pd.Series({("oil", 2020): 3.0, ("oil", 2021): 2.0})
    assert value_at(by, "oil", 2021) == 2
    assert pd.isna(value_at(by, "gas", 2021)) and pd.isna(value_at(by["oil"], 1999))
    assert extreme_at(by["oil"], "min") == 2021
    assert pd.isna(extreme_at(by["oil"].iloc[:0], "min"))


def test_the_middle_of_a_period_lies_half_way_to_its_last_day():
    first, last = (pd.Series(pd.to_datetime([day])) for day in ("2025-01-01", "2025-01-31"))
    assert middle(first, last).tolist() == [pd.Timestamp("2025-01-16")]


def test_a_joint_share_needs_a_share_of_every_state():
    rows = [("IRN", 2000, 0.1), ("RUS", 2000, 0.2), ("CHN", 2000, 0.3), ("IRN", 2001, 0.1)]
    shares = pd.DataFrame(rows, columns=["iso3", "year", "share"]).assign(measure="oil")
    found = joint_output(shares, ["IRN", "RUS"])
    assert found.to_numpy().tolist() == [["oil", 2000, pytest.approx(0.3)]]
    assert joint_output(shares, ["IRN", "USA"]).empty


def test_a_surplus_is_of_the_years_that_have_both():
    output = pd.Series({2022: 250.0, 2023: 260.0, 2024: 240.0, 2025: float("nan")})
    use = pd.Series({2021: 230.0, 2023: 245.5, 2024: 244.0, 2025: 250.0})
    assert surplus(output, use).to_dict() == {2023: 14.5, 2024: -4.0}
