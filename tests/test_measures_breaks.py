"""Breaks in level on a known series, on a case worked by hand, and on series without any."""

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest

from iran_russia.measures import breaks
from iran_russia.measures.breaks import all_breaks, break_at, change_of, explained, find_break

STEP = pd.Series([1.0, 2, 1, 2, 5, 6, 5, 6], index=range(2000, 2008))
"""Means of 1.5 and 5.5, every value half a unit off."""


@pytest.fixture(scope="module")
def nile() -> pd.Series:
    """Flow of the Nile at Aswan, 1871–1970."""
    from statsmodels.datasets import nile

    flow = nile.load_pandas().data
    return pd.Series(flow["volume"].to_numpy(), index=flow["year"].astype(int))


def test_the_nile_flowed_lower_after_1898(nile):
    (found,) = all_breaks(nile, "levels")
    assert found.at - 1 == 1898 and found.f == pytest.approx(75.93, abs=0.01)
    assert 1895 < found.low < 1899 < found.high < 1904
    assert (found.before, found.after) == pytest.approx((1097.75, 849.97), abs=0.01)
    assert found.chance == pytest.approx(1 / 1000)
    change = change_of(nile, found, "levels")
    assert change["low"] < change["change"] == pytest.approx(-247.8, abs=0.1)
    assert change["high"] < -100


def test_the_statistic_of_levels_by_hand():
    found = find_break(STEP, "levels")
    # Between the means 8 times 2 squared, within them 8 times a half squared over 6.
    assert (found.at, found.f) == (2004, pytest.approx(32 / (2 / 6)))
    assert (found.before, found.after, found.values) == (1.5, 5.5, 8)


def test_the_statistic_of_counts_by_hand():
    fall = 2 * (6 * math.log(1.5 / 3.5) + 22 * math.log(5.5 / 3.5))
    dispersion = (1 / 1.5 + 1 / 5.5) / 6
    found = find_break(STEP, "counts")
    assert (found.at, found.f) == (2004, pytest.approx(fall / dispersion))
    change = change_of(STEP, found, "counts")
    assert change["change"] == pytest.approx(5.5 / 1.5)
    for ratio in (change["low"], change["high"]):
        before = 28 / (4 + 4 * ratio)  # the level before that fits best with this ratio
        rise = 2 * (6 * math.log(1.5 / before) + 22 * math.log(5.5 / (before * ratio)))
        assert rise == pytest.approx(found.bound * dispersion)
    assert 1 < change["low"] < 5.5 / 1.5 < change["high"]


def test_the_interval_holds_no_change_where_the_break_is_not_told():
    rng = np.random.default_rng(4)
    for kind, one in (("counts", 1), ("levels", 0), ("money", 1)):
        told = set()
        for shift in (0, 1, 2, 4, 8, 16):
            values = pd.Series(rng.poisson(3, 16) + 1.0, index=range(16))
            values += shift * (values.index >= 9)
            found = break_at(values, 9, kind)
            change = change_of(values, found, kind)
            assert found.told == (not change["low"] <= one <= change["high"])
            told.add(found.told)
        assert told == {True, False}


def test_a_rise_from_nothing_has_a_least_ratio_and_no_largest():
    begun = pd.Series([0.0] * 10 + [3, 5, 4, 6], index=range(2012, 2026))
    found = break_at(begun, 2022, "counts")
    change = change_of(begun, found, "counts")
    assert change["low"] > 1 and change[["change", "high"]].isna().all()
    ended = begun[::-1].set_axis(begun.index)
    change = change_of(ended, break_at(ended, 2016, "counts"), "counts")
    assert change["change"] == 0 and math.isnan(change["low"]) and change["high"] < 1


def test_nothing_before_and_nothing_after_a_named_year_has_no_ratio():
    sent = pd.Series([0.0] * 30 + [33, 80, 104, 80, 120], range(1992, 2027))
    row = breaks.named_years(sent, "counts", [2014]).iloc[0]
    assert row[["before", "after"]].tolist() == [0, 0]
    assert row["status"] == "not told" and row[["change", "low", "high"]].isna().all()


def test_money_is_compared_by_its_logarithm():
    doubled = pd.Series([1.0, 2, 1, 2, 2, 4, 2, 4], index=range(2000, 2008))
    named = break_at(doubled, 2004, "money")
    assert change_of(doubled, named, "money")["change"] == pytest.approx(2)
    logs = find_break(np.log(doubled), "levels")
    assert find_break(doubled, "money").f == pytest.approx(logs.f)


def test_two_means_are_the_fit_of_the_models_of_statsmodels():
    import statsmodels.api as sm

    counts = pd.Series([0.0, 3, 1, 0, 2, 9, 4, 7, 3, 12], index=range(10))
    for kind, family in (("counts", sm.families.Poisson()), ("levels", sm.families.Gaussian())):
        by_year = {}
        for year in range(3, 8):
            two = sm.add_constant((counts.index >= year).astype(float))
            fit = sm.GLM(counts.to_numpy(), two, family=family).fit(scale="X2")
            by_year[year] = (fit.null_deviance - fit.deviance, fit.scale)
        found = find_break(counts, kind)
        best = max(by_year, key=lambda year: by_year[year][0])
        assert found.at == best and found.f == pytest.approx(by_year[best][0] / by_year[best][1])


def test_the_chance_of_independent_years_is_that_of_all_their_orders():
    # Only the orders with the four small values on one side split so well: 2 of 70.
    assert find_break(STEP, "levels").independent == pytest.approx(2 / 70, abs=0.016)


def drawn(persistence: float, series: int = 60, years: int = 25) -> list[pd.Series]:
    noise = np.random.default_rng(7).standard_normal((series, years))
    return [pd.Series(path, index=range(years)) for path in breaks._paths(noise, persistence)]


def test_series_without_a_break_seldom_have_one_even_where_neighbours_are_alike():
    alone = [find_break(values, "levels") for values in drawn(0.0)]
    assert np.mean([b.told for b in alone]) <= 0.1
    alike = [find_break(values, "levels") for values in drawn(0.6)]
    assert np.mean([b.told for b in alike]) <= 0.1
    assert np.mean([b.independent < 0.05 for b in alike]) > 0.3  # what a shuffle would tell


def test_a_large_step_is_found_with_its_year_in_the_set():
    steps = [values + np.where(values.index >= 15, 5, 0) for values in drawn(0.3)]
    told = [found for found in (find_break(values, "levels") for values in steps) if found.told]
    assert len(told) > 0.8 * len(steps)
    assert np.mean([found.low <= 15 <= found.high for found in told]) >= 0.95


def test_paths_follow_the_one_before_and_keep_their_variance():
    # With 0.6: 1, then 0.6, then 0.6 x 0.6 + 0.8 x 2, as 0.8 is the root of 1 - 0.6 squared.
    path = breaks._paths(np.array([[1.0, 0, 2]]), 0.6)
    assert path[0] == pytest.approx([1, 0.6, 1.96])
    # The mean of such a series varies as that of a quarter as many independent values.
    assert breaks._inflation(0.6) == pytest.approx(4)


def test_a_break_that_only_a_shuffle_would_tell_has_no_set_of_years():
    alike = [find_break(values, "levels") for values in drawn(0.6)]
    passed = [b for b in alike if b.independent < 0.05 <= b.chance]
    assert passed and all(math.isnan(b.low) and math.isnan(b.high) for b in passed)


def test_the_bound_is_the_f_that_one_of_twenty_reaches():
    values = drawn(0.0, series=1)[0]
    found = break_at(values, 12, "levels")
    by_chance = partial(
        breaks._by_chance, values.index, values.to_numpy(), np.array([12]), 12, False
    )
    # 49 of the 999 reach the bound, and the series itself counts with them: 50 of 1000.
    assert by_chance(found.bound)[0][0] == pytest.approx(0.05)
    assert by_chance(found.bound + 1e-6)[0][0] == pytest.approx(0.049)


def test_three_pairs_of_neighbours_are_too_few_to_tell_persistence():
    years = [2000, 2001, 2002, 2003, 2005, 2007, 2009, 2011]
    rising = pd.Series([1.0, 2, 3, 4, 4, 5, 6, 7], index=years)
    assert break_at(rising, 2005, "levels").persistence == 0
    assert break_at(rising.set_axis([*years[:7], 2010]), 2005, "levels").persistence > 0


def test_a_side_with_one_or_no_count_has_the_dispersion_of_its_own_mean():
    # Around 5.5 the squares of 5, 6, 5, 6 come to 1, over 5.5; around 1/4 to 3/4, over 1/4; a side
    # of nothing adds nothing. Over 8 - 2 in both cases.
    one = break_at(pd.Series([0.0, 0, 0, 1, 5, 6, 5, 6]), 4, "counts")
    fall = 2 * (1 * math.log(0.25) + 22 * math.log(5.5) - 23 * math.log(23 / 8))
    assert one.f == pytest.approx(fall / ((3 + 1 / 5.5) / 6))
    none = break_at(pd.Series([0.0, 0, 0, 0, 5, 6, 5, 6]), 4, "counts")
    fall = 2 * (22 * math.log(5.5) - 22 * math.log(22 / 8))
    assert none.f == pytest.approx(fall / ((1 / 5.5) / 6))


@pytest.mark.parametrize(("before", "after"), [(1, 3), (0, 3), (3, 0), (1000, 2000)])
def test_counts_without_any_spread_have_an_interval_all_the_same(before, after):
    for size in (4, 6, 20):
        flat = pd.Series([float(before)] * size + [float(after)] * size)
        found = break_at(flat, size, "counts")
        low, high = change_of(flat, found, "counts")[["low", "high"]]
        assert found.told == (low > 1 + 1e-9 or high < 1 - 1e-9)
        assert math.isnan(low) == (after == 0) and math.isnan(high) == (before == 0)


def test_the_ends_of_a_ratio_without_spread_are_the_ratio():
    # Sums of 3 and 30 over 3 and 10 years: three a year after one a year.
    assert breaks._ratios((3, 10), (3.0, 30.0), 0.0) == pytest.approx((3, 3))
    # Rounding leaves 2e-14 at the far end here: a rise from nothing still has no largest ratio.
    low, high = breaks._ratios((5, 3), (0.0, 9.0), 0.0)
    assert low > 1e20 and math.isnan(high)


def test_a_gap_stays_a_gap():
    known = STEP.set_axis([*range(2000, 2004), *range(2014, 2018)])
    found = find_break(known, "levels")
    assert found.at == 2014 and found.f == pytest.approx(96)
    filled = known.reindex(range(2000, 2018))
    assert find_break(filled, "levels") == found
    assert break_at(filled, 2014, "levels") == break_at(known, 2014, "levels")
    assert change_of(filled, found, "levels").equals(change_of(known, found, "levels"))
    assert explained(filled, 2014, "levels").equals(explained(known, 2014, "levels"))
    rows = np.array([[1.0, 2, 1, 2, 5, 6, 5, 6]])
    adjacent = np.diff(known.index) == 1
    # Six pairs of neighbours, each of half a unit above and half a unit below.
    assert breaks._correlation(rows, np.array([4]), adjacent)[0] == pytest.approx(-1)


def test_two_values_at_an_end_are_no_level():
    ends_high = pd.Series([1.0, 2, 1, 2, 1, 2, 1, 2, 9, 9], index=range(2000, 2010))
    assert find_break(ends_high, "levels").at == 2007
    assert find_break(-ends_high[::-1].set_axis(ends_high.index), "levels").at == 2003


def test_too_few_or_equal_values_tell_no_break():
    for values in (STEP.iloc[:7], pd.Series(3.0, index=range(20)), pd.Series(dtype=float)):
        found = find_break(values, "counts")
        assert not found.told and math.isnan(found.at) and found.values == len(values)
    assert math.isnan(break_at(STEP, 2006, "counts").chance)
    assert math.isnan(break_at(STEP, 2002, "counts").chance)
    assert math.isnan(break_at(STEP.iloc[:7], 2003, "counts").chance)


def test_a_named_year_needs_three_values_on_either_side():
    # 1, 2, 1 lie 2/3 around their mean and 2, 5, 6, 5, 6 lie 10.8, of 34 around the one of all.
    within = 2 / 3 + 10.8
    f = (34 - within) / (within / 6)
    assert break_at(STEP, 2003, "levels").f == pytest.approx(f)
    turned = STEP[::-1].set_axis(STEP.index)
    assert break_at(turned, 2005, "levels").f == pytest.approx(f)
    # The difference of means of three and of five values reaches as far as the bound allows.
    found = break_at(STEP, 2003, "levels")
    reach = math.sqrt(found.bound * (within / 6) * (1 / 3 + 1 / 5))
    change = 4.8 - 4 / 3
    ends = [change, change - reach, change + reach]
    assert change_of(STEP, found, "levels").to_list() == pytest.approx(ends)
    for kind in ("levels", "counts"):  # of the best year both give the same
        assert break_at(STEP, 2004, kind).f == find_break(STEP, kind).f


def test_a_steady_rise_is_better_told_as_a_line():
    uneven = np.tile([0.05, -0.05], 10)
    rise = pd.Series(np.exp(np.arange(20) / 5 + uneven), index=range(1990, 2010))
    fit = explained(rise, find_break(rise, "money").at, "money")
    assert fit["line"] > 0.99 and fit["step"] < 0.8
    assert explained(STEP, 2004, "levels")["step"] == pytest.approx(32 / 34)


def test_a_year_that_is_named_is_tested_between_the_breaks_found(nile):
    named = breaks.named_years(nile, "levels", [1880, 1898, 1913, 1969]).set_index("year")
    assert named["status"].to_list() == ["not told", "in the set", "not told", "too few"]
    assert named.loc[1913, "before"] == nile.loc[1899:1912].mean()
    assert named.loc[1913, "after"] == nile.loc[1913:].mean()
    assert named.loc[1880, "before"] == nile.loc[:1879].mean()
    assert named.loc[1880, "after"] == nile.loc[1880:1898].mean()
    (found,) = all_breaks(nile, "levels")
    ends = breaks.named_years(nile, "levels", [int(found.low), int(found.high)])
    assert ends["status"].to_list() == ["in the set"] * 2
    assert named.loc[1913, "low"] < 0 < named.loc[1913, "high"]
    assert break_at(nile, 1913, "levels").chance < 0.05  # the break of 1899 passes for its own


def test_of_five_levels_each_break_stands_between_its_neighbours():
    levels = pd.Series([tens + n % 2 for tens in (0, 10, 20, 30, 40) for n in range(10)])
    found = all_breaks(levels.astype(float), "levels")
    assert [b.at for b in found] == [10, 20, 30, 40]
    # That of 20 is the largest of all, with two levels before; the others split what it leaves.
    means = [(b.before, b.after) for b in found]
    assert means == [(0.5, 10.5), (5.5, 30.5), (20.5, 35.5), (30.5, 40.5)]


def test_a_year_between_several_breaks_is_tested_between_the_nearest(monkeypatch):
    nothing = dict.fromkeys(breaks.Break._fields, math.nan)
    told = [breaks.Break(**nothing | {"at": at, "low": at, "high": at}) for at in (10, 20, 30, 40)]
    monkeypatch.setattr(breaks, "all_breaks", lambda *_: told)
    values = pd.Series(np.arange(50.0) ** 2)
    row = breaks.named_years(values, "levels", [25]).iloc[0]
    assert (row["before"], row["after"]) == (values[20:25].mean(), values[25:30].mean())


def test_a_year_is_clear_where_three_years_lie_outside_the_range_of_the_three_before():
    values = pd.Series([1.0, 3, 2, 4, 5, 4, 3.5, 2], index=range(2000, 2008))
    assert breaks.clear_years(values).to_dict() == {2003: True, 2004: False, 2005: False}
    assert breaks.clear_years(-values).to_dict() == {2003: True, 2004: False, 2005: False}
    for gap in (values.drop(2006), values.mask(values.index == 2006)):
        assert breaks.clear_years(gap).to_dict() == {2003: True}
    touching = pd.Series([1.0, 3, 2, 3, 5, 4], index=range(2000, 2006))
    assert breaks.clear_years(touching).to_dict() == {2003: False}
    assert breaks.clear_years(-touching).to_dict() == {2003: False}


def test_the_chance_of_at_least_two_of_three_by_hand():
    chances = pd.Series([0.5, 0.2, 0.1])
    two = 0.5 * 0.2 * 0.9 + 0.5 * 0.8 * 0.1 + 0.5 * 0.2 * 0.1
    assert breaks.at_least(2, chances) == pytest.approx(two + 0.5 * 0.2 * 0.1)
    assert breaks.at_least(0, chances) == pytest.approx(1)


def test_every_call_gives_the_same(nile):
    assert find_break(nile, "levels") == find_break(nile, "levels")
