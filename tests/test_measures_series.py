"""Shares, ratios, changes and ranks on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures import series

VALUES = pd.Series({"a": 10.0, "b": 30.0, "c": 30.0, "d": float("nan")})


def test_a_thing_that_stands_twice_counts_once():
    assert series.count(["x", "y", "x"]) == 2.0
    assert series.count([]) == 0.0


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
