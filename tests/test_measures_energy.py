"""The measures of the energy chapter, on cases worked by hand."""

import math

import pandas as pd
import pytest

from iran_russia import datasets
from iran_russia.measures.energy import (
    BCM_PER_YEAR,
    correlation_of_changes,
    daily_volume,
    joint_output,
    paid_price,
    planned_volumes,
    price_gap,
    reserves_to_production,
    world_shares,
)

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


def test_there_is_no_share_without_the_world():
    with pytest.raises(ValueError, match="WLD"):
        world_shares(FIGURES[FIGURES["iso3"] != "WLD"])


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
    assert found["low"] == pytest.approx(math.tanh(math.atanh(r) - 1.96 / math.sqrt(3)))
    assert found["low"] < 0 < found["high"]


def test_a_missing_year_takes_its_pair_of_changes_out():
    one = pd.Series([1.0, 3, 2, 5, 4, 8], index=range(2019, 2025))
    other = pd.Series([1.0, 2, None, 4, 6, 5], index=range(2019, 2025))
    with pytest.raises(ValueError, match="3 pairs"):
        correlation_of_changes(one, other)


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


def test_a_joint_share_needs_a_share_of_every_state():
    rows = [("IRN", 2000, 0.1), ("RUS", 2000, 0.2), ("CHN", 2000, 0.3), ("IRN", 2001, 0.1)]
    shares = pd.DataFrame(rows, columns=["iso3", "year", "share"]).assign(measure="oil")
    found = joint_output(shares, ["IRN", "RUS"])
    assert found.to_numpy().tolist() == [["oil", 2000, pytest.approx(0.3)]]
    assert joint_output(shares, ["IRN", "USA"]).empty
