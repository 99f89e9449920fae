"""The measures of the event-data chapter, on cases worked by hand."""

import math

import pandas as pd
import pytest

from iran_russia import datasets
from iran_russia.measures.event_data import (
    QUAD_CLASSES,
    _with_the_one_before,
    between,
    change_of_means,
    conflict_shares,
    counts_by_month,
    far_apart,
    goldstein_weighted,
    interval_of_correlation,
    mirrored_share,
    pair_code,
    rank_gaps,
    share_by_year,
    steps,
    tie_by_month,
)

COUNTS = pd.DataFrame(
    {
        "year": [2002, 2002, 2002, 2003],
        "source_iso3": ["IRN", "RUS", "IRN", "RUS"],
        "target_iso3": ["RUS", "IRN", "USA", "IRN"],
        "verbal_cooperation_events": [6, 10, 1, 0],
        "material_cooperation_events": [1, 0, 0, 0],
        "verbal_conflict_events": [1, 1, 6, 0],
        "material_conflict_events": [0, 1, 3, 0],
    }
)


def test_a_pair_is_found_whichever_country_comes_first():
    assert between(COUNTS, "RUS", "IRN").index.tolist() == [0, 1, 3]
    undirected = pd.DataFrame({"one_iso3": ["CHN", "IRN"], "other_iso3": ["IRN", "RUS"]})
    assert between(undirected, "IRN", "CHN").index.tolist() == [0]


def test_a_pair_has_one_code_in_both_directions():
    assert pair_code(COUNTS).tolist() == ["IRN-RUS", "IRN-RUS", "IRN-USA", "IRN-RUS"]
    undirected = pd.DataFrame({"one_iso3": ["SUN"], "other_iso3": ["IRN"]})
    assert pair_code(undirected).tolist() == ["IRN-SUN"]


def test_the_share_of_conflict_counts_both_kinds_and_is_missing_without_events():
    table = conflict_shares(between(COUNTS, "IRN", "RUS"), "year").set_index("year")
    assert table.loc[2002, "conflict_events"] == 3
    assert table.loc[2002, "events"] == 20
    assert table.loc[2002, "conflict_share"] == pytest.approx(3 / 20)
    assert table.loc[2002, "verbal_share"] == pytest.approx(18 / 20)
    assert table.loc[2003, "events"] == 0 and pd.isna(table.loc[2003, "conflict_share"])


def test_goldstein_weights_add_up_apart_above_and_below_zero():
    events = pd.DataFrame({"month": [1, 1, 1, 2], "goldstein_score": [7.0, 1.0, -4.0, -10.0]})
    table = goldstein_weighted(events, "month").set_index("month")
    assert table.loc[1, ["events", "cooperation", "conflict", "net"]].tolist() == [3, 8, -4, 4]
    assert table["mean"].tolist() == pytest.approx([4 / 3, -10])


def test_a_row_that_stands_for_several_events_weighs_as_many():
    table = goldstein_weighted(
        pd.DataFrame({"pair": ["x", "x"], "goldstein_score": [2.0, -5.0], "events": [9, 1]}), "pair"
    )
    assert table[["events", "net"]].to_numpy().tolist() == [[10, 13]]
    assert table["mean"].tolist() == pytest.approx([1.3])


def test_an_event_is_mirrored_when_the_same_act_runs_back_on_the_same_day():
    events = pd.DataFrame(
        [
            ("2018-01-01", "A", "B", "040"),
            ("2018-01-01", "B", "A", "040"),
            ("2018-01-01", "A", "B", "057"),
            ("2018-01-02", "B", "A", "057"),
        ],
        columns=["date", "source_actor", "target_actor", "cameo_code"],
    )
    assert mirrored_share(events) == 0.5
    assert mirrored_share(events.head(3)) == pytest.approx(2 / 3)


def test_the_mean_of_a_month_leaves_missing_days_out_and_counts_them():
    days = pd.DataFrame(
        {
            "date": pd.to_datetime(["2018-01-30", "2018-01-31", "2018-02-03"]),
            "tie_weight": [10.0, -20.0, 6.0],
            "world_absolute_weight": [100.0, 900.0, 500.0],
        }
    )
    table = tie_by_month(days).set_index("month")
    assert table["tie_per_day"].tolist() == [-5, 6]
    assert table["tie_per_1000_world"].tolist() == pytest.approx([-10, 12])
    assert table["days_available"].tolist() == [2, 1]
    assert table["days_missing"].tolist() == [0, 2]
    assert table.iloc[0][["lowest_day", "highest_day"]].tolist() == [-20, 10]


def test_a_month_without_any_day_is_missing_and_not_zero():
    days = pd.DataFrame(
        {
            "date": pd.to_datetime(["2018-01-31", "2018-03-01"]),
            "tie_weight": [1.0, 2.0],
            "world_absolute_weight": [10.0, 10.0],
        }
    )
    table = tie_by_month(days)
    assert table["tie_per_day"].isna().tolist() == [False, True, False]
    assert table["tie_per_1000_world"].isna().tolist() == [False, True, False]
    assert table["days_missing"].tolist() == [0, 28, 0]


def test_the_interval_of_a_rank_correlation_follows_fishers_transformation():
    one = pd.Series([1, 2, 3, 4, 5, 6], index=range(6))
    other = pd.Series([2, 1, 4, 3, 6, 5, 9], index=range(7))
    result = interval_of_correlation(one, other)
    # Squared rank differences: six times 1; r = 1 - 6 * 6 / (6 * 35).
    r = 1 - 36 / 210
    # Neighbours: of 1 to 6 the products of ranks are 8.75 of 17.5, of the other 4.75 of 17.5.
    alike = 8.75 * 4.75 / 17.5**2
    reach = 1.96 * math.sqrt(1.06 / (6 * (1 - alike) / (1 + alike) - 3))
    assert result["correlation"] == pytest.approx(r)
    assert result["low"] == pytest.approx(math.tanh(math.atanh(r) - reach))
    assert result["high"] == pytest.approx(math.tanh(math.atanh(r) + reach))
    assert result["periods"] == 6


def test_neighbours_that_are_not_alike_leave_the_number_of_periods():
    one, other = pd.Series([1, 5, 2, 6, 3, 7]), pd.Series([1.0, 2, 4, 6, 5, 3])
    found = interval_of_correlation(one, other)
    reach = 1.96 * math.sqrt(1.06 / 3)  # the first goes up and down: a product below zero
    assert found["low"] == pytest.approx(math.tanh(math.atanh(found["correlation"]) - reach))


def test_a_step_over_a_missing_period_is_no_step():
    years = pd.Series([1.0, 4.0, None, 9.0, 11.0], index=[2019, 2020, 2021, 2022, 2024])
    assert steps(years).dropna().to_dict() == {2020: 3.0}
    months = pd.Series([1, 3, 2], index=pd.to_datetime(["2019-12-01", "2020-01-01", "2020-03-01"]))
    assert steps(months).dropna().to_list() == [2.0]


def test_a_perfect_correlation_has_an_interval_and_too_few_periods_have_none():
    line = pd.Series(range(8))
    opposite = interval_of_correlation(line, -line)
    assert opposite["correlation"] == pytest.approx(-1) and math.isnan(opposite["low"])
    assert interval_of_correlation(line, -line)["correlation"] == pytest.approx(-1)
    assert interval_of_correlation(line, line[:5])["correlation"] == pytest.approx(1)
    few = interval_of_correlation(line, line[:4])
    assert few.pop("periods") == 4
    assert pd.Series(few).isna().all() and len(few) == 3


def test_events_are_counted_over_all_months_of_a_span_and_no_others():
    dates = pd.Series(pd.to_datetime(["2020-01-31", "2020-03-01", "2020-03-02", "2020-05-01"]))
    months = pd.date_range("2020-01-01", periods=4, freq="MS")
    assert counts_by_month(dates, months).tolist() == [1, 0, 2, 0]
    assert counts_by_month(dates[:0], months).tolist() == [0, 0, 0, 0]


def test_periods_stand_far_apart_from_the_share_given_on():
    gaps = pd.Series([0.5, 0.49, -0.5, -0.2, 0.9])
    assert far_apart(gaps, 0.5).tolist() == [1, 0, -1, 0, 1]


def test_rank_gaps_are_largest_where_one_series_is_high_and_the_other_low():
    one = pd.Series([10.0, 500.0, 30.0, 40.0], index=list("abcd"))
    other = pd.Series([4, 1, 1, 9, 7], index=list("abcde"))
    gaps = rank_gaps(one, other)
    assert gaps["one_rank"].tolist() == [0.25, 1, 0.5, 0.75]
    assert gaps["other_rank"].tolist() == [0.75, 0.375, 0.375, 1]
    assert gaps["gap"].idxmax() == "b" and gaps["gap"].idxmin() == "a"
    assert list(gaps.index) == list("abcd")


def test_changes_of_means_are_ranked_by_size_and_not_by_ratio():
    values = pd.DataFrame({"x": [1.0, 3, 4, 6], "y": [-4.0, -4, 1, 1], "z": [0.1, 0.1, 0.4, 0.4]})
    table = change_of_means(values, (0, 1), (2, 3))
    assert table["before"].to_dict() == pytest.approx({"x": 2, "y": -4, "z": 0.1})
    assert table["change"].to_dict() == pytest.approx({"x": 3, "y": 5, "z": 0.3})
    assert table["rank"].to_dict() == {"y": 1, "x": 2, "z": 3}
    assert change_of_means(values, (7, 9), (2, 3))["rank"].isna().all()
    tied = change_of_means(values[["x", "x"]].set_axis(["one", "other"], axis=1), (0, 1), (2, 3))
    assert tied["rank"].nunique() == 1 and tied["rank"].isin([1]).all()


def test_a_share_by_year_divides_the_sums_of_the_months():
    counts = pd.DataFrame(
        {
            "month": pd.to_datetime(["2002-01-01", "2002-02-01", "2003-01-01"]),
            "on_iran": [1, 3, 0],
            "all": [10, 30, 5],
        }
    )
    table = share_by_year(counts, "on_iran", "all")
    assert table["year"].tolist() == [2002, 2003]
    assert table["share"].tolist() == [0.1, 0]


@pytest.mark.parametrize("table", ["icews_events", "icews_dyad_month"])
def test_every_class_of_the_tables_stands_on_a_side(table):
    field = next(
        f for f in datasets.describe(table)["schema"]["fields"] if f["name"] == "quad_class"
    )
    assert set(field["constraints"]["enum"]) == set(QUAD_CLASSES)


def test_a_correlation_of_one_has_an_interval_that_reaches_it():
    # Neighbours are not alike here: the ranks around 4.5 give -10.25 over 42 one step on.
    uneven = pd.Series([3.0, 8, 1, 6, 2, 7, 5, 4])
    left = uneven - 4.5
    assert (left * left.shift()).sum() / (left**2).sum() < 0
    long = pd.concat([uneven, uneven + 0.5, uneven + 0.25], ignore_index=True)
    for sign in (1, -1):
        found = interval_of_correlation(long, sign * long)
        assert found["correlation"] == pytest.approx(sign)
        assert (found["low"], found["high"]) == pytest.approx((sign, sign))


def test_a_period_without_one_of_the_values_is_no_pair():
    one = pd.Series([1.0, 5, 2, 6, 3, 7, 4, 8])
    other = pd.Series([2.0, 4, 1, 8, 3, 6, 5, 7])
    with_gap = one.reindex(range(9)), pd.concat([other, pd.Series([9.0], index=[8])])
    assert interval_of_correlation(*with_gap) == interval_of_correlation(one, other)
    assert len(rank_gaps(*with_gap)) == 8


def test_the_autocorrelation_at_one_step_by_hand():
    # Around 3: (-2)(-1) + (-1)0 + 0 x 1 + 1 x 2 = 4 over 4 + 1 + 0 + 1 + 4 = 10.
    assert _with_the_one_before(pd.Series([1.0, 2, 3, 4, 5])) == pytest.approx(0.4)
    assert _with_the_one_before(pd.Series([2.0, 2, 2])) == 0


def test_a_year_without_a_value_has_no_step_and_the_next_none_either():
    found = steps(pd.Series({2000: 1.0, 2001: None, 2002: 3.0, 2003: 4.0}))
    assert found.index.tolist() == [2000, 2002, 2003]
    assert found.isna().tolist() == [True, True, False] and found[2003] == 1


def test_a_column_without_a_value_has_no_rank_among_those_that_have_one():
    values = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 5.0], "z": [None, 1.0]})
    rank = change_of_means(values, (0, 0), (1, 1))["rank"]
    assert (rank["y"], rank["x"]) == (1, 2) and pd.isna(rank["z"])
