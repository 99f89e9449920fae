"""Shares, concentration, and values compared over time or with each other."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from iran_russia.values import BETWEEN

DAYS_A_MONTH = 365.25 / 12
"""Mean length of a month in days."""


def count(things: Iterable) -> float:
    """Number of different things: rows by their key, years, names, each counted once."""
    return float(len(set(things)))


def items_of(lists: pd.Series) -> pd.Series:
    """Return the items of each list, which stand apart by semicolons; a missing one stays so."""
    return lists.str.split(BETWEEN)


def names(lists: pd.Series, *items: str) -> pd.Series:
    """Say of each list, its items apart by semicolons, whether it names one of some items.

    Args:
        lists: texts; a missing one names nothing.
        items: at least one of them is named.
    """
    return ~items_of(lists.fillna("")).map(set(items).isdisjoint).astype(bool)


def share_of(part: float, whole: float) -> float | None:
    """Part over whole, usually between 0 and 1; None where the whole is nothing or not known."""
    return ratio(part, whole)


def share_interval(part: int, whole: int, level: float = 0.95) -> pd.Series:
    """Share of a count in a count, with the interval of Wilson (1927).

    Formula: the shares p for which (part / whole - p)^2 <= z^2 p (1 - p) / whole, with z the
    quantile of the normal distribution; unlike share +/- z standard errors they stay between 0
    and 1 and keep their coverage for small counts.

    A complete register is no sample: of the rows that it holds the share is what it is. The
    interval says what other shares the process that made these rows could as well have given, as
    if each row had been decided by itself with the same chance. Where rows depend on each other
    (orders of one purchase, reports of one event) it is too narrow. It makes no sense where the
    rows were chosen to show something, or where money or weight is shared out and not a count.

    Args:
        part: how many of them; not negative.
        whole: how many there are.
        level: coverage of the interval.

    Returns:
        ``share``, ``low`` and ``high``, between 0 and 1; all missing of none.

    Raises:
        ValueError: the part is not between nothing and the whole.
    """
    from statsmodels.stats.proportion import proportion_confint

    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if whole == 0:
        return pd.Series({"share": float("nan"), "low": float("nan"), "high": float("nan")})
    low, high = proportion_confint(part, whole, alpha=1 - level, method="wilson")
    return pd.Series({"share": part / whole, "low": float(low), "high": float(high)})


def change_of_share(before: pd.Series, after: pd.Series, level: float = 0.95) -> pd.Series:
    """How much a share differs between two times, with the interval of Newcombe (1998).

    Formula: share after minus share before; the ends of the interval are put together from those of
    both shares (:func:`share_interval`). What is said there of registers holds here too.

    Args:
        before: truth values, one a row of the time before.
        after: the same of the time after.
        level: coverage of the interval.

    Returns:
        ``change``, ``low`` and ``high``, between -1 and 1; all missing where a time has no row.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not len(before) or not len(after):
        return pd.Series(dict.fromkeys(["change", "low", "high"], float("nan")))
    counts = int(after.sum()), len(after), int(before.sum()), len(before)
    low, high = confint_proportions_2indep(*counts, method="newcomb", alpha=1 - level)
    change = float(after.mean() - before.mean())
    return pd.Series({"change": change, "low": float(low), "high": float(high)})


def ratio(one: float | None, other: float | None) -> float | None:
    """One value over another in the same unit; None where either is missing or the second is 0."""
    if one is None or other is None or pd.isna(one) or pd.isna(other) or not other:
        return None
    return float(one / other)


def relative_change(now: float | None, before: float | None) -> float | None:
    """Change as a share of the value before: now / before - 1, so that -0.5 means half.

    None where either is missing or the value before is 0.
    """
    found = ratio(now, before)
    return None if found is None else found - 1


def difference(one: float | None, other: float | None, scale: float = 1) -> float | None:
    """One value less another, times a scale; None where either is missing.

    Args:
        one, other: values in the same unit.
        scale: 100 for two shares whose difference is wanted in percentage points.
    """
    if one is None or other is None or pd.isna(one) or pd.isna(other):
        return None
    return float(scale * (one - other))


def growth(values: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Subtract one year from a later one, column by column; missing where a year is.

    Args:
        values: values in one unit, a row a year, indexed by year.
        first, last: the years compared.
    """
    ends = values.reindex([first, last])
    return ends.loc[last] - ends.loc[first]


def value_at(values: pd.Series, *key: Any) -> Any:
    """Value under a key, missing where there is none, as for a year that a series does not reach.

    Args:
        values: a series with one value a key.
        key: the key, one part for each level of the index.
    """
    return values.get(key if len(key) > 1 else key[0], float("nan"))


def rank_of(values: pd.Series, name: str, lowest_first: bool = False) -> float | None:
    """Rank of one among several; 1 is the largest, ties share the better rank.

    Args:
        values: one value each, indexed by name; missing ones have no rank.
        name: whose rank is wanted; None when it has no value.
        lowest_first: rank 1 is the smallest instead.
    """
    ranks = values.dropna().rank(ascending=lowest_first, method="min")
    return float(ranks[name]) if name in ranks.index else None


def extreme(values: pd.Series, which: str) -> float | None:
    """Least or largest of several values; None where there are none or one of them is missing.

    Args:
        values: one value a year, state or figure.
        which: ``min`` or ``max``.
    """
    if not len(values) or values.isna().any():
        return None
    return float(getattr(values, which)())


def peak(values: pd.Series) -> tuple[Any, Any]:
    """Where the largest value stands, and the value; the first of equal ones.

    Args:
        values: numbers, indexed by year, month or name; both are missing where there are none.
    """
    known = values.dropna()
    if known.empty:
        return pd.NaT, float("nan")
    at = known.idxmax()
    return at, known[at]


def extreme_at(values: pd.Series, which: str) -> Hashable:
    """Name of the least or largest value, the first of equals; missing where there is none.

    Args:
        values: one value a year, state or figure, indexed by it; missing ones are left out.
        which: ``min`` or ``max``.
    """
    known = values.dropna()
    return getattr(known, f"idx{which}")() if len(known) else float("nan")


def row_of(frame: pd.DataFrame, which: str, column: str) -> pd.Series:
    """Row with the least or largest value of a column; all missing where there is no value.

    Args:
        frame: one row an observation.
        which: ``min`` or ``max``; the first row where several are equal.
        column: the column compared.
    """
    known = frame[frame[column].notna()]
    if known.empty:
        return pd.Series(index=frame.columns, dtype="float64")
    return known.iloc[getattr(known[column], f"arg{which}")()]


def total(values: pd.Series) -> float:
    """Sum of values in one unit; 0 where there are none."""
    return float(values.sum())


def compound(rates: pd.Series) -> float:
    """Growth over several years by the rate of each, as a share: the product of 1 + rate, less 1.

    Args:
        rates: growth of each year on the one before, as a share.
    """
    return float((1 + rates).prod() - 1)


def median(values: pd.Series) -> float | None:
    """Middle value; of an even number the mean of the two in the middle. None without values."""
    return float(values.median()) if values.notna().any() else None


def mean(values: pd.Series, weights: pd.Series | None = None) -> float | None:
    """Arithmetic mean, by weights where these are given; None where there are no values.

    Formula: the sum of weight times value over the sum of weights.
    """
    if weights is None:
        return float(values.mean()) if values.notna().any() else None
    return ratio((values * weights).sum(), weights.sum())


def yearly_totals(values: pd.Series, years: pd.Series, first: int, last: int) -> pd.Series:
    """Sum values by year over a span; a year without a value counts as nothing.

    Args:
        values: amounts in one unit; missing ones count as nothing.
        years: the year of each, on the same index.
        first, last: first and last year.

    Returns:
        The sums, indexed by every year of the span.
    """
    return values.groupby(years).sum().reindex(range(first, last + 1), fill_value=0)


def mean_inside_and_outside(by: pd.Series, first: int, last: int) -> tuple[float, float]:
    """Mean over the years of a span, and over all other years; missing where there are none.

    Args:
        by: one value a year, indexed by year.
        first, last: first and last year of the span.
    """
    inside = (by.index >= first) & (by.index <= last)
    return float(by[inside].mean()), float(by[~inside].mean())


def part_of_rise(
    base: pd.Series, latest: pd.Series, before: pd.Series, after: pd.Series, least: float = 0.05
) -> float:
    """Part of the rise of a series that fell between two spans.

    Formula: (mean after − mean before) / (mean of the latest − mean of the base). It is zero
    without a rise of more than a share of the base, by which it could not be divided.

    Args:
        base: values of the years from which the rise is counted.
        latest: values of the years up to which it is counted.
        before, after: values of the two spans.
        least: the smallest rise that is divided by, as a share of the mean of the base.
    """
    rise = latest.mean() - base.mean()
    if rise <= least * base.mean():
        return 0.0
    return float((after.mean() - before.mean()) / rise)


def moved_on(levels: pd.Series, rates: pd.Series, last: int) -> pd.Series:
    """Move a level on by stated rates of growth where a year has a rate and no level.

    Formula: level of a year = level of the year before × (1 + rate), year by year.

    Args:
        levels: levels, indexed by year.
        rates: growth of each year on the one before, as a share, indexed by year.
        last: the last year looked at.

    Returns:
        The levels with those moved on, in order of years.
    """
    known = levels.to_dict()
    for year in range(min(known, default=last), last + 1):
        if year not in known and year in rates.index and year - 1 in known:
            known[year] = known[year - 1] * (1 + rates[year])
    return pd.Series(known, dtype="float64").sort_index()


def pooled_shares(rows: pd.DataFrame, by: str, part: str, whole: str) -> pd.Series:
    """Share of a part in a whole over all rows of a group, the largest share first.

    Formula: sum of the parts / sum of the wholes, so that large rows weigh more.

    Args:
        rows: one row an observation.
        by: column of groups.
        part, whole: columns of counts.
    """
    sums = rows.groupby(by)[[part, whole]].sum()
    return (sums[part] / sums[whole]).sort_values(ascending=False)


def shares(values: pd.Series) -> pd.Series:
    """Divide each value by the sum of all: shares between 0 and 1, in the order given."""
    return values / values.sum()


def herfindahl_hirschman(values: pd.Series) -> float:
    """Herfindahl–Hirschman index of concentration, between 1/n and 1.

    Formula: the sum of squared shares (Hirschman 1964). Missing values count as nothing.
    """
    return float((shares(values) ** 2).sum())


def runs(years: pd.Series) -> pd.Series:
    """Number the unbroken runs of ascending years, so that a line is not drawn across a gap."""
    return (years.astype(float).diff() > 1).cumsum()


def gaps(years: Iterable[int]) -> pd.DataFrame:
    """Spans of years that are missing between the first and the last of some years.

    Returns:
        One row a span, the earliest first: ``first`` and ``last`` year missing.
    """
    held = set(years)
    lost = pd.Series(sorted(set(range(min(held), max(held))) - held) if held else [], dtype=int)
    return lost.groupby(runs(lost)).agg(first="min", last="max").reset_index(drop=True)


def in_spans(years: pd.Series, spans: dict[str, tuple[int, int]]) -> pd.Series:
    """Name the span of years that each year falls into; missing where none does.

    Args:
        years: calendar years.
        spans: name → first and last year; spans do not overlap.
    """
    names = {year: name for name, (first, last) in spans.items() for year in range(first, last + 1)}
    return years.map(names)


def before_and_after(values: pd.Series, breaks: list[int], years: int = 3) -> pd.DataFrame:
    """Compare the mean before and after each break year, with the spread on either side.

    Args:
        values: one value a year, indexed by year.
        breaks: the years compared, each once; the break year belongs to the time after.
        years: how many years on each side.

    Returns:
        One row a break and side: ``break_year``, ``side`` (``before`` or ``after``), ``mean``,
        ``lowest``, ``highest``, ``years`` (how many had a value).
    """
    rows = []
    for at in dict.fromkeys(breaks):
        for side, first, last in (("before", at - years, at - 1), ("after", at, at + years - 1)):
            window = values[(values.index >= first) & (values.index <= last)].dropna()
            rows.append(
                {
                    "break_year": at,
                    "side": side,
                    "mean": window.mean(),
                    "lowest": window.min(),
                    "highest": window.max(),
                    "years": len(window),
                }
            )
    columns = ["break_year", "side", "mean", "lowest", "highest", "years"]
    return pd.DataFrame(rows, columns=columns)


def clear_of_before(compared: pd.DataFrame, by: str) -> pd.Series:
    """Say of which series every year after a break lies outside the range of those before it.

    Args:
        compared: rows of :func:`before_and_after` of one break, with the name of the series.
        by: the column of that name.

    Returns:
        True or False by name; False where a side has no value.
    """
    sides = compared.pivot(index=by, columns="side", values=["lowest", "highest"])
    above = sides["lowest", "after"] > sides["highest", "before"]
    return above | (sides["highest", "after"] < sides["lowest", "before"])


def unbroken(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """First and last year of each unbroken run of years of a group.

    Args:
        rows: one row a group and year, with ``year`` ascending in each group.
        by: column of groups.

    Returns:
        One row a group and run: ``by``, ``run`` (numbered from 0), ``first``, ``last``.
    """
    numbered = rows.assign(run=rows.groupby(by)["year"].transform(runs))
    years = numbered.groupby([by, "run"], as_index=False)
    return years.agg(first=("year", "min"), last=("year", "max"))


def before_and_after_abreast(
    series: dict[str, pd.Series], breaks: list[int], years: int = 3
) -> pd.DataFrame:
    """Set several series side by side, before and after each break year.

    Args:
        series: name → one value a year, indexed by year; each keeps its own unit.
        breaks: the years compared, as in :func:`before_and_after`.
        years: how many years on each side.

    Returns:
        One row a series and break: ``break_year``, ``domain`` (the name), and ``mean``,
        ``lowest``, ``highest`` and ``years``, each with `` before`` and `` after`` behind it.
    """
    parts = [before_and_after(values, breaks, years) for values in series.values()]
    compared = pd.concat(parts, keys=list(series), names=["domain"]).reset_index("domain")
    measured = ["mean", "lowest", "highest", "years"]
    wide = compared.pivot(index=["domain", "break_year"], columns="side", values=measured)
    order = [(what, side) for side in ("before", "after") for what in measured]
    wide = wide.reindex(columns=pd.MultiIndex.from_tuples(order))
    wide = wide.set_axis([" ".join(column) for column in order], axis=1).reset_index()
    return wide[["break_year", "domain", *wide.columns[2:]]]


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's rank correlation between two series aligned on their index, from -1 to 1.

    Formula: the product-moment correlation of the ranks, ties sharing their mean rank (Spearman
    1904). Pairs with a missing value are left out.
    """
    pairs = pd.concat([one, other], axis=1, join="inner").dropna().astype(float).rank()
    return float(pairs.iloc[:, 0].corr(pairs.iloc[:, 1]))


def theil_sen(values: pd.Series) -> float:
    """Theil–Sen slope: the median of the slopes between all pairs of points.

    A single outlying year hardly moves it. Two points of one year have no slope between them, and
    their pair is left out (Sen 1968).

    Args:
        values: numbers indexed by numbers, such as years; missing ones are left out.

    Returns:
        The slope, in units of the values for one unit of the index.

    Raises:
        ValueError: there are no points of two different years.
    """
    from scipy.stats import theilslopes

    points = values.dropna().astype(float)
    if points.index.nunique() < 2:
        raise ValueError("a slope needs at least two points of different years")
    return float(theilslopes(points.to_numpy(), points.index.to_numpy(dtype=float)).slope)


def interval_of_slope(values: pd.Series) -> pd.Series:
    """Theil–Sen slope with a 95 % interval that allows for neighbouring years being alike.

    Formula: the interval of Sen (1968), which rests on Kendall’s statistic of independent years,
    with its reach in standard errors times the root of (1 + r) / (1 - r), r the correlation of
    neighbours around the line, nothing below 0. A line fitted to n values hides part of it, which
    (n r + 2) / (n - 4) gives back (Marriott and Pope 1954).

    Args:
        values: numbers by year, one a year; missing ones are left out.

    Returns:
        ``slope``, ``low``, ``high``, in units of the values for one year; all missing with fewer
        than five values.
    """
    from scipy.stats import norm, theilslopes

    known = values.dropna().astype("float64").sort_index()
    if len(known) < 5:
        return pd.Series(dict.fromkeys(["slope", "low", "high"], float("nan")))
    years = known.index.to_numpy(dtype="float64")
    line = theilslopes(known, years)
    left = known - line.intercept - line.slope * years
    neighbours = (left * left.shift(1))[pd.Series(years, known.index).diff() == 1]
    alike = neighbours.mean() / (left**2).mean() if len(neighbours) and left.any() else 0.0
    alike = min(max((len(known) * alike + 2) / (len(known) - 4), 0.0), 0.9)
    reach = norm.ppf(0.975) * ((1 + alike) / (1 - alike)) ** 0.5
    found = theilslopes(known, years, alpha=2 * norm.sf(reach))
    return pd.Series({"slope": theil_sen(known), "low": found.low_slope, "high": found.high_slope})


def price_levels(prices: pd.DataFrame, starts: pd.Series, ends: pd.Series) -> pd.DataFrame:
    """Mean price index over the months that each period covers.

    A month belongs to a period in which its middle day, the 15th, lies: a year of the Iranian
    calendar takes April to March. Months that were never published are left out of the mean and
    counted, never filled.

    Args:
        prices: rows of ``us_cpi_month``.
        starts: first days of the periods.
        ends: their last days.

    Returns:
        On the index of ``starts``: ``level`` (missing where no month is known), ``months`` (how
        many stand in the mean) and ``months_missing`` (how many the index does not give).
    """
    index = prices.set_index("month")["cpi_1982_84_100"].sort_index()
    middles = index.index + pd.Timedelta(days=14)
    first, last = middles.searchsorted(starts), middles.searchsorted(ends, side="right")
    months = pd.Series(last - first, index=starts.index)
    sums = pd.concat([pd.Series([0.0]), index.cumsum()]).to_numpy()
    covered = _month_of(ends) - (ends.dt.day < 15) - _month_of(starts) - (starts.dt.day > 15) + 1
    level = pd.Series(sums[last] - sums[first], index=starts.index) / months
    return pd.DataFrame({"level": level, "months": months, "months_missing": covered - months})


def _month_of(days: pd.Series) -> pd.Series:
    """Number the months of all years, so that two of them can be subtracted."""
    return 12 * days.dt.year + days.dt.month


def year_spans(years: pd.Series, iranian: pd.Series | bool = False) -> tuple[pd.Series, pd.Series]:
    """First and last day of each year, for :func:`price_levels`.

    Args:
        years: calendar years; of a year of the Iranian calendar the one in which it begins.
        iranian: which years are of the Iranian calendar: from 21 March to 20 March of the next.

    Returns:
        First days and last days, on the index of ``years``.
    """
    year = years.astype(str)
    begin = year + pd.Series(iranian, index=years.index).map({True: "-03-21", False: "-01-01"})
    starts = pd.to_datetime(begin)
    return starts, starts + pd.DateOffset(years=1) - pd.Timedelta(days=1)


def in_dollars_of(
    year: int, values: pd.Series, prices: pd.DataFrame, starts: pd.Series, ends: pd.Series
) -> pd.Series:
    """Put current dollars into dollars of one calendar year by consumer prices.

    Formula: value × mean index of the year / mean index of the period, see :func:`price_levels`.
    The consumer prices of one country are a rough deflator of goods traded between two others.

    Args:
        year: the calendar year in whose dollars the values are put.
        values: current US dollars of each period.
        prices: rows of ``us_cpi_month``.
        starts: first days of the periods, on the index of ``values``.
        ends: their last days.
    """
    whole = pd.Series([pd.Timestamp(year, 1, 1)]), pd.Series([pd.Timestamp(year, 12, 31)])
    base = price_levels(prices, *whole)["level"].iloc[0]
    return values.astype(float) * base / price_levels(prices, starts, ends)["level"]


def dollar_of(year: int, prices: pd.DataFrame, in_year: int) -> float:
    """What one dollar of a calendar year buys, in dollars of another; see :func:`in_dollars_of`."""
    start, end = (pd.Series([pd.Timestamp(year, *day)]) for day in ((1, 1), (12, 31)))
    return float(in_dollars_of(in_year, pd.Series([1.0]), prices, start, end).iloc[0])
