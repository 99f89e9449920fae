"""The measures of the corridor chapter, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.corridor import (
    against_sea_route,
    as_stated,
    attainment,
    compound_growth,
    dated_steps,
    grown,
    legs,
    period_months,
    period_words,
    statements,
    whole_years,
)

COLUMNS = ["branch", "year", "low", "high"]
REPORTED = pd.DataFrame(
    [
        ("east", 2022, 3.0, 3.0),
        ("east", 2023, 4.0, 4.0),
        ("east", 2023, 5.0, 6.0),
        ("west", 2024, 9.0, 9.0),
    ],
    columns=COLUMNS,
)


def _reached(*targets):
    return attainment(pd.DataFrame(targets, columns=COLUMNS), REPORTED)


def test_rival_figures_of_the_targets_year_give_a_range():
    row = _reached(("east", 2023, 8.0, 8.0)).iloc[0]
    assert row["same_year"]
    assert (row["share_low"], row["share_high"]) == (4 / 8, 6 / 8)


def test_a_range_of_the_target_widens_the_share():
    row = _reached(("east", 2023, 8.0, 10.0)).iloc[0]
    assert (row["share_low"], row["share_high"]) == (4 / 10, 6 / 8)


def test_a_target_of_nothing_has_no_share():
    row = _reached(("east", 2023, 0.0, 0.0)).iloc[0]
    assert row["same_year"] and row[["share_low", "share_high"]].isna().all()


def test_without_a_figure_of_the_year_the_latest_earlier_one_stands_in():
    row = _reached(("east", 2030, 12.0, 12.0)).iloc[0]
    assert not row["same_year"]
    assert row["reported_year"] == 2023
    assert row["share_high"] == 0.5


def test_a_later_figure_never_counts_and_an_unknown_branch_has_none():
    table = _reached(("west", 2023, 9.0, 9.0), ("north", 2025, 1.0, 1.0))
    assert table["share_low"].isna().all() and table["reported_year"].isna().all()
    assert not table["same_year"].any()
    years = {"year": "Int64"}
    targets = pd.DataFrame([("north", 2025, 1.0, 1.0), ("west", 2024, 9.0, 9.0)], columns=COLUMNS)
    table = attainment(targets.astype(years), REPORTED.astype(years))
    assert table["same_year"].tolist() == [False, True]


def test_several_targets_keep_their_order_and_index():
    targets = pd.DataFrame(
        [("east", 2030, 12.0, 12.0), ("east", 2022, 6.0, 6.0)], columns=COLUMNS, index=[7, 3]
    )
    table = attainment(targets, REPORTED)
    assert table.index.tolist() == [7, 3]
    assert table["share_low"].tolist() == [4 / 12, 3 / 6]


def test_compound_growth_leads_from_the_first_value_to_the_last():
    assert compound_growth(100, 121, 2) == pytest.approx(0.1)
    assert compound_growth(8, 4, 1) == -0.5


def _freight(*rows):
    base = {
        "indicator": "cargo",
        "kind": "reported",
        "qualifier": None,
        "million_tonnes_upper": None,
        "period_type": "calendar year",
    }
    frame = pd.DataFrame([base | row for row in rows])
    days = {c: pd.to_datetime(frame[c]) for c in ("period_start", "period_end")}
    return frame.assign(
        **days, million_tonnes_upper=frame["million_tonnes_upper"].astype("float64")
    )


YEAR = {"period_start": "2023-01-01", "period_end": "2023-12-31"}


def test_a_statement_without_an_upper_bound_is_its_own_and_capacity_is_not_cargo():
    found = statements(
        _freight(
            YEAR | {"million_tonnes": 1.8, "million_tonnes_upper": 2.0},
            YEAR | {"million_tonnes": 4.5, "indicator": "capacity"},
            YEAR | {"million_tonnes": None},
        )
    )
    assert found[["year", "low", "high"]].values.tolist() == [[2023, 1.8, 2.0], [2023, 4.5, 4.5]]
    assert found["mark"].tolist() == ["reported", "capacity"]
    assert found["stage"].tolist() == ["carried", "planned"]


def test_a_growth_of_a_quarter_on_two_rival_figures_gives_two_for_the_next_year():
    rivals = statements(_freight(*(YEAR | {"million_tonnes": v} for v in (12.0, 16.0))))
    found = grown(rivals, 0.25)
    assert found["low"].tolist() == found["high"].tolist() == [15, 20]
    assert set(found["year"]) == {2024} and set(found["mark"]) == {"computed"}
    assert grown(rivals.iloc[:0], 0.25).empty


def test_periods_are_written_as_long_as_they_are():
    rows = _freight(
        YEAR,
        {"period_start": "2023-01-01", "period_end": "2023-03-28", "period_type": "part of a year"},
        {"period_start": "2028-01-01", "period_end": "2029-12-31", "period_type": "several years"},
    )
    assert period_words(rows).tolist() == ["2023", "Jan–Mar 2023", "2028–2029"]
    assert period_months(rows).tolist() == ["2023", "2023-01–2023-03", "2028-01–2029-12"]
    assert period_months(rows.assign(period_start=pd.NaT)).isna().all()


def test_a_statement_is_written_with_the_unit_of_the_column_that_holds_it():
    told = pd.DataFrame(
        {
            "million_tonnes": [1.8, None, None, 0.5],
            "containers": pd.array([None, 1200, None, None], dtype="Int64"),
            "upper": [2.0, None, 3.0, 0.5],
        }
    )
    found = as_stated(told, {"million_tonnes": "Mt", "containers": "containers"}, "upper")
    assert found["figure"].tolist()[:2] == ["1.8–2", "1,200"]
    assert found["unit"].tolist()[:2] == ["Mt", "containers"]
    assert found.loc[2].isna().all()
    assert found.loc[3, "figure"] == "0.5"


def test_eleven_months_are_no_whole_year():
    rows = _freight(
        YEAR | {"million_tonnes": 3.0},
        {"period_start": "2019-01-01", "period_end": "2019-11-30", "million_tonnes": 6.65},
        YEAR | {"period_start": "2023-01-02", "million_tonnes": 4.0},
        YEAR | {"million_tonnes": None},
    )
    assert whole_years(rows)[["year", "million_tonnes"]].values.tolist() == [[2023, 3.0]]


def test_three_stops_make_two_legs_of_two_points_each():
    places = pd.DataFrame(
        {
            "branch": "eastern",
            "stop": [1, 2, 3],
            "place": ["a", "b", "c"],
            "lon": [1.0, 2.0, 3.0],
            "lat": [0.0, 0.0, 0.0],
            "mode_to_here": [None, "rail", "sea"],
        }
    )
    found = legs(places).groupby("leg")[["place", "mode"]].agg(list)
    assert found.loc["eastern2", "place"] == ["b", "a"]
    assert found.loc["eastern3", "place"] == ["c", "b"]
    assert found["mode"].tolist() == [["rail", "rail"], ["sea", "sea"]]


def test_the_corridor_is_set_against_the_sea_route_by_its_best_and_its_worst_variant():
    journeys = pd.DataFrame(
        {
            "via": ["corridor", "corridor", "sea route"],
            "days_low": [24.0, 40.0, 32.0],
            "cost_usd_per_teu": [3300.0, None, 3000.0],
        }
    )
    found = against_sea_route(journeys)
    assert found["days_low"].tolist() == [-0.25, 0.25]
    assert found["cost_usd_per_teu"].tolist() == pytest.approx([0.1, 0.1])
    one_way = against_sea_route(journeys.iloc[:2])
    assert one_way.isna().all(axis=None) and list(one_way.index) == ["min", "max"]


def test_a_step_that_reports_contradict_is_neither_planned_nor_happened():
    schedule = pd.DataFrame({"standing": ["planned", "happened", "contradicted"]})
    assert dated_steps(schedule)["planned"].tolist() == [True, False]
