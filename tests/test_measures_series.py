"""Shares, ratios, changes and ranks on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia import values
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


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_intervals_of_newcombes_four_shares_come_out(part, whole, low, high):
    """Method 3 in table I of Newcombe (1998), Statistics in Medicine 17, 857-872."""
    found = series.share_interval(part, whole)
    assert found["share"] == part / whole
    assert (round(found["low"], 4), round(found["high"], 4)) == (low, high)


def test_the_ends_of_the_interval_are_the_shares_one_quantile_away():
    """3 of 8: (3 + z^2/2 -/+ z sqrt(3 x 5 / 8 + z^2/4)) / (8 + z^2), by hand."""
    found, z = series.share_interval(3, 8), 1.959964
    middle, reach = 3 + z**2 / 2, z * (15 / 8 + z**2 / 4) ** 0.5
    assert found["low"] == pytest.approx((middle - reach) / (8 + z**2))
    assert found["high"] == pytest.approx((middle + reach) / (8 + z**2))
    assert found["low"] == pytest.approx(0.137, abs=5e-4)


def test_of_nothing_there_is_no_share_and_a_part_is_no_larger_than_the_whole():
    assert series.share_interval(0, 0).isna().all()
    for part, whole in ((4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="no part of 3"):
            series.share_interval(part, whole)


def test_two_values_of_one_year_have_no_slope_between_them():
    years = [2000, 2001, 2001, 2002]
    # 1 and 3 to the year 2001, 1 to 2002, and 1 and -1 from 2001 to 2002.
    assert series.theil_sen(pd.Series([0.0, 1.0, 3.0, 2.0], index=years)) == 1.0
    with pytest.raises(ValueError, match="different years"):
        series.theil_sen(pd.Series([0.0, 1.0], index=[2001, 2001]))


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
    # A break that is named twice counts once.
    found = series.before_and_after_abreast({"trade": values, "none": values[:0]}, [2021, 2021], 2)
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
            "touching": [1.0, 5.0, 5.0, 9.0],
            "touching below": [5.0, 9.0, 1.0, 5.0],
            "unknown": [None, None, 1.0, 2.0],
        }.items()
    ]
    clear = series.clear_of_before(pd.concat(frames), "name")
    assert clear[clear].index.tolist() == ["above", "below"] and len(clear) == 6


def test_a_list_names_an_item_whole_and_an_empty_list_none():
    lists = pd.Series(["IRN;RUS", "IRN", None, "RUSX"])
    assert series.names(lists, "RUS").tolist() == [True, False, False, False]
    assert series.names(lists, "CHN", "RUS").tolist() == [True, False, False, False]
    assert series.names(lists[:0], "RUS").tolist() == []


def test_the_items_of_a_list_are_those_of_its_cell_and_a_missing_list_has_none():
    lists = pd.Series(["IRN;RUS", None, "IRN"])
    assert series.items_of(lists).dropna().tolist() == [["IRN", "RUS"], ["IRN"]]
    assert values.items("IRN;RUS") == series.items_of(lists)[0]


def test_a_year_of_the_iranian_calendar_ends_before_the_next_begins():
    years = pd.Series([2023, 2023], index=["a", "b"])
    starts, ends = series.year_spans(years, pd.Series([False, True], index=["a", "b"]))
    assert starts.dt.strftime("%Y-%m-%d").tolist() == ["2023-01-01", "2023-03-21"]
    assert ends.dt.strftime("%Y-%m-%d").tolist() == ["2023-12-31", "2024-03-20"]
    assert series.year_spans(years)[0].dt.dayofyear.tolist() == [1, 1]


def test_a_year_without_an_amount_counts_as_nothing_and_years_outside_are_left_out():
    amounts = pd.Series([1.0, 2.0, 4.0, 8.0, float("nan")])
    years = pd.Series([2009, 2010, 2010, 2012, 2013])
    assert series.yearly_totals(amounts, years, 2010, 2012).to_dict() == {2010: 6, 2011: 0, 2012: 8}
    assert series.yearly_totals(amounts, years, 2013, 2013).to_dict() == {2013: 0}


def test_means_inside_and_outside_of_a_span_take_each_year_once():
    by = pd.Series({2009: 1.0, 2010: 2.0, 2011: 4.0, 2012: 9.0})
    assert series.mean_inside_and_outside(by, 2010, 2011) == (3.0, 5.0)


@pytest.mark.parametrize(
    ("latest", "expected"),
    [
        ([20.0, 40.0], 0.1),  # from 10 to 30, of which 4 to 6 is a tenth
        ([10.5, 10.5], 0.0),  # a rise of 5 % is too small to divide by
        ([11.0, 11.0], 2.0),
        ([5.0, 5.0], 0.0),
    ],
)
def test_the_part_of_a_rise_is_divided_by_a_rise_that_is_large_enough(latest, expected):
    base, before, after = (pd.Series(values) for values in ([8.0, 12.0], [3.0, 5.0], [5.0, 7.0]))
    assert series.part_of_rise(base, pd.Series(latest), before, after) == pytest.approx(expected)


def test_a_level_is_moved_on_only_from_a_year_known_to_the_next():
    levels = pd.Series({2020: 10.0, 2022: 30.0})
    rates = pd.Series({2021: 0.5, 2022: 0.5, 2023: -0.1, 2025: 1.0, 2027: 1.0})
    found = series.moved_on(levels, rates, 2026)
    assert found.to_dict() == {2020: 10.0, 2021: 15.0, 2022: 30.0, 2023: pytest.approx(27.0)}
    assert 2023 not in series.moved_on(levels, rates, 2022)
    assert series.moved_on(levels, rates, 2021).to_dict() == {2020: 10.0, 2021: 15.0, 2022: 30.0}
    assert series.moved_on(levels.iloc[:0], rates, 2026).empty


def test_a_pooled_share_weighs_by_the_whole_and_the_largest_comes_first():
    rows = pd.DataFrame({"of": ["x", "x", "y"], "part": [1, 0, 1], "whole": [2, 8, 4]})
    found = series.pooled_shares(rows, "of", "part", "whole")
    assert list(found.items()) == [("y", 0.25), ("x", 0.1)]


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


def ends_of_slope(values: pd.Series, alike: float) -> list[float]:
    """Ends of Sen's interval with its reach times the root of (1 + r) / (1 - r)."""
    from scipy.stats import norm, theilslopes

    reach = 1.959964 * ((1 + alike) / (1 - alike)) ** 0.5
    found = theilslopes(values, values.index, alpha=2 * norm.sf(reach))
    return pytest.approx([found.slope, found.low_slope, found.high_slope])


def test_how_much_neighbours_widen_the_interval_of_a_slope_by_hand():
    # The slopes of all pairs and the values have 0 in their middle, so that the values are what is
    # left. Products of neighbours: 8 - 4 + 24 - 12 + 12 + 18 - 12 = 34 in eleven pairs; squares:
    # 177 of twelve values. A line hides what (12 r + 2) / (12 - 4) gives back.
    values = [6.0, 0, -4, -2, 2, 0, -4, -6, 2, 6, 3, -4]
    uneven = pd.Series(values, index=range(2000, 2012))
    found = series.interval_of_slope(uneven)
    alike = (34 / 11) / (177 / 12)
    assert found.to_list() == ends_of_slope(uneven, (12 * alike + 2) / 8)
    assert found["low"] < found["slope"] == 0 < found["high"]
    # A year that is not known stands for nothing.
    unknown = pd.concat([uneven, pd.Series({2012: float("nan")})])
    assert series.interval_of_slope(unknown).equals(found)


def test_years_without_neighbours_and_points_on_a_line_hide_what_a_line_hides():
    # Of twelve values no two follow each other: r = 0, and (0 + 2) / (12 - 4).
    values = [6.0, 0, -4, -2, 2, 0, -4, -6, 2, 6, 3, -4]
    apart = pd.Series(values, index=range(2000, 2024, 2))
    assert series.interval_of_slope(apart).to_list() == ends_of_slope(apart, 0.25)
    straight = pd.Series([1.0, 3, 5, 7, 9], index=range(2000, 2005))
    assert series.interval_of_slope(straight).to_list() == pytest.approx([2, 2, 2])


def test_a_change_of_share_has_the_interval_of_newcombe():
    # Newcombe (1998), table II, method 10, first contrast: 56 of 70 against 48 of 80.
    before = pd.Series([True] * 48 + [False] * 32)
    after = pd.Series([True] * 56 + [False] * 14)
    found = series.change_of_share(before, after)
    assert found.round(4).to_list() == [0.2, 0.0524, 0.3339]
    assert series.change_of_share(before.head(0), after).isna().all()


def test_ranks_of_a_correlation_are_those_of_the_pairs_that_are_whole():
    one, other = pd.Series([1, 2, 3, 4]), pd.Series([1.0, float("nan"), 2.0, 9.0])
    assert series.rank_correlation(one, other) == pytest.approx(1)
