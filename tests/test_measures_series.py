"""Shares, ratios, changes and ranks on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures import series

VALUES = pd.Series({"a": 10.0, "b": 30.0, "c": 30.0, "d": float("nan")})


def test_a_thing_that_stands_twice_counts_once():
    assert series.count(["x", "y", "x"]) == 2.0
    assert series.count([]) == 0.0


def test_a_gap_of_a_year_begins_a_new_run():
    rows = pd.DataFrame({"duty": "defend", "year": [1942, 1943, 1946]})
    found = series.unbroken(rows, "duty")
    assert found[["first", "last"]].values.tolist() == [[1942, 1943], [1946, 1946]]
    assert found["run"].tolist() == [0, 1]


def test_a_year_outside_all_spans_has_no_name():
    named = series.in_spans(pd.Series([2013, 2019, 2025]), {"a": (2014, 2019), "b": (2025, 2025)})
    assert pd.isna(named[0]) and named[1:].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(1, 4, 0.25), (0, 4, 0.0), (1, 0, None), (None, 4, None), (1, float("nan"), None)],
)
def test_a_ratio_needs_two_values_and_something_to_divide_by(one, other, expected):
    assert series.ratio(one, other) == expected
    assert series.share_of(one, other) == expected


def test_half_of_the_value_before_is_a_change_of_minus_a_half():
    assert series.relative_change(2, 4) == -0.5
    assert series.relative_change(6, 4) == 0.5
    assert series.relative_change(6, 0) is None


def test_the_difference_of_shares_can_be_given_in_points():
    assert series.difference(0.5, 0.75, scale=100) == -25.0
    assert series.difference(5, 3) == 2.0
    assert series.difference(None, 3) is None


def test_ties_share_the_better_rank_and_a_missing_value_has_none():
    assert [series.rank_of(VALUES, name) for name in "abcd"] == [3.0, 1.0, 1.0, None]
    assert series.rank_of(VALUES, "a", lowest_first=True) == 1.0
    assert series.rank_of(VALUES, "e") is None


def test_the_least_and_the_most_need_every_value():
    known = VALUES.dropna()
    assert series.extreme(known, "min") == 10.0
    assert series.extreme(known, "max") == 30.0
    assert series.extreme(VALUES, "max") is None
    assert series.extreme(pd.Series(dtype=float), "max") is None


def test_means_and_sums_of_nothing():
    assert series.mean(pd.Series([1.0, 2.0, 6.0])) == 3.0
    assert series.mean(pd.Series([1.0, 5.0]), pd.Series([3.0, 1.0])) == 2.0
    assert series.median(pd.Series([1.0, 2.0, 6.0])) == 2.0
    nothing = pd.Series(dtype=float)
    assert (series.mean(nothing), series.median(nothing)) == (None, None)
    assert series.total(nothing) == 0.0
    assert series.total(pd.Series([1.5, 2.0])) == 3.5


def test_ten_per_cent_twice_is_twenty_one_per_cent():
    assert series.compound(pd.Series([0.1, 0.1])) == pytest.approx(0.21)
    assert series.compound(pd.Series([-0.5, 1.0])) == 0.0


def test_the_slope_is_the_middle_one_of_all_pairs_of_known_points():
    points = pd.Series({2000: 0.0, 2001: 2.0, 2003: 3.0, 2004: float("nan")})
    assert series.theil_sen(points) == 1.0  # of 2, 1 and a half
    assert series.theil_sen(pd.Series({2000: 1.0, 2004: 3.0})) == 0.5
    with pytest.raises(ValueError, match="at least two points"):
        series.theil_sen(pd.Series({2000: 1.0, 2001: float("nan")}))


def test_three_years_on_either_side_of_a_break_and_no_more():
    years = pd.Series([500.0, 1, 2, 3, 10, 20, 90, 1000], index=range(2018, 2026))
    table = series.before_and_after(years, [2022]).set_index("side")
    assert list(table["mean"]) == [2.0, 40.0]
    assert list(table["years"]) == [3, 3]


def test_a_month_counts_by_its_middle_day_and_a_lost_one_is_told():
    known = pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01"])
    prices = pd.DataFrame({"month": known, "cpi_1982_84_100": [100.0, 110.0, 900.0]})
    days = (pd.Series(pd.to_datetime([day])) for day in ("2019-12-15", "2020-03-14"))
    levels = series.price_levels(prices, *days).iloc[0]
    assert (levels["level"], levels["months"], levels["months_missing"]) == (105.0, 2, 1)


def test_growth_needs_both_years():
    table = pd.DataFrame({"gas": [1.0, 4.0], "oil": [2.0, 1.0]}, index=[2010, 2020])
    assert series.growth(table, 2010, 2020).to_dict() == {"gas": 3, "oil": -1}
    assert series.growth(table, 2009, 2020).isna().all()


def test_the_peak_is_the_first_of_the_largest_values_and_missing_without_any():
    assert series.peak(VALUES) == ("b", 30)
    where, value = series.peak(VALUES[["d"]])
    assert pd.isna(where) and pd.isna(value)


def test_the_row_of_the_largest_value_is_the_first_where_several_are_equal():
    frame = pd.DataFrame({"year": [1, 2, 3, 4], "value": [10.0, 30.0, 30.0, float("nan")]})
    assert series.row_of(frame, "max", "value")["year"] == 2
    assert series.row_of(frame, "min", "value")["year"] == 1


def test_where_nothing_is_known_the_row_is_missing_whole():
    empty = pd.DataFrame({"year": [], "value": []})
    unknown = pd.DataFrame({"year": [1], "value": [float("nan")]})
    for frame in (empty, unknown):
        row = series.row_of(frame, "max", "value")
        assert list(row.index) == ["year", "value"]
        assert row.isna().all()


def test_gaps_are_the_spans_between_the_first_and_the_last_year_held():
    found = series.gaps([2000, 2001, 2004, 2006, 2004])
    assert found.to_numpy().tolist() == [[2002, 2003], [2005, 2005]]
    assert series.gaps([2000, 2001]).empty
    assert series.gaps([]).empty


def test_the_peak_of_a_series_and_of_one_without_values():
    assert series.peak(pd.Series({1999: 1.0, 2000: 3.0, 2001: None})) == (2000, 3.0)
    assert all(pd.isna(part) for part in series.peak(pd.Series({1999: None}, dtype=float)))


def test_a_dollar_buys_what_prices_say_it_does():
    months = pd.date_range("2000-01-01", "2001-12-01", freq="MS")
    prices = pd.DataFrame({"month": months, "cpi_1982_84_100": [50.0] * 12 + [100.0] * 12})
    assert series.dollar_of(2000, prices, in_year=2001) == 2.0
    assert pd.isna(series.dollar_of(1990, prices, in_year=2001))


def test_series_side_by_side_before_and_after_a_break():
    values = pd.Series({2019: 1.0, 2020: 3.0, 2021: 4.0, 2022: 8.0})
    found = series.before_and_after_abreast({"trade": values, "none": values[:0]}, [2021], 2)
    assert found.columns.tolist()[:3] == ["break_year", "domain", "mean before"]
    row = found.set_index("domain").loc["trade"]
    assert row[["mean before", "lowest before", "mean after", "highest after"]].tolist() == [
        2.0,
        1.0,
        6.0,
        8.0,
    ]
    assert found.set_index("domain").loc["none", ["years before", "years after"]].tolist() == [0, 0]


def test_years_are_named_by_their_span():
    named = series.in_spans(pd.Series([1989, 1990, 1999, 2000]), {"nineties": (1990, 1999)})
    assert named.isna().tolist() == [True, False, False, True]
    assert named[1] == "nineties"


def test_an_extreme_is_named_by_where_it_first_stands():
    values = pd.Series({2001: 3.0, 2002: 1.0, 2003: None, 2004: 3.0})
    assert (series.extreme_at(values, "max"), series.extreme_at(values, "min")) == (2001, 2002)
    assert pd.isna(series.extreme_at(values[:0], "max"))
    assert pd.isna(series.extreme_at(values.loc[[2003]], "min"))


def test_a_series_is_clear_of_the_years_before_when_no_year_lies_in_their_range():
    frames = [
        series.before_and_after(pd.Series(values, index=[1, 2, 3, 4]), [3], 2).assign(name=name)
        for name, values in {
            "above": [1.0, 2.0, 3.0, 4.0],
            "below": [5.0, 6.0, 1.0, 4.0],
            "within": [1.0, 5.0, 4.0, 9.0],
            "unknown": [None, None, 1.0, 2.0],
        }.items()
    ]
    clear = series.clear_of_before(pd.concat(frames), "name")
    assert clear.to_dict() == {"above": True, "below": True, "within": False, "unknown": False}


def test_a_list_names_an_item_whole_and_an_empty_list_none():
    lists = pd.Series(["IRN;RUS", "IRN", None, "RUSX"])
    assert series.names(lists, "RUS").tolist() == [True, False, False, False]
    assert series.names(lists[:0], "RUS").tolist() == []


def test_the_interval_of_a_slope_is_that_of_sen_where_neighbours_are_not_alike():
    from scipy.stats import theilslopes

    uneven = pd.Series([0.0, 3, 1, 4, 2, 6, 3, 7], index=range(2000, 2008))
    sen = theilslopes(uneven, uneven.index)
    found = series.interval_of_slope(uneven)
    assert found.to_list() == pytest.approx([sen.slope, sen.low_slope, sen.high_slope])
    assert found["low"] < found["slope"] == series.theil_sen(uneven)


def test_neighbours_that_are_alike_widen_the_interval_of_a_slope():
    from scipy.stats import theilslopes

    waves = pd.Series([0.0, 2, 3, 2, 0, -1, 0, 2, 4, 5, 4, 2], index=range(2000, 2012))
    sen, found = theilslopes(waves, waves.index), series.interval_of_slope(waves)
    assert found["low"] < sen.low_slope < found["slope"] < sen.high_slope < found["high"]
    assert series.interval_of_slope(waves.iloc[:4]).isna().all()
