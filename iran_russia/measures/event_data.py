"""Machine-coded events: shares, weights, and how far two records of one pair agree."""

import math

import pandas as pd

from iran_russia.measures.series import rank_correlation

QUAD_CLASSES = {
    "verbal_cooperation": "cooperation",
    "material_cooperation": "cooperation",
    "verbal_conflict": "conflict",
    "material_conflict": "conflict",
}
"""The four classes of the CAMEO scheme, and the side each stands on."""


def between(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return the rows of a pair of countries, whichever of the two comes first.

    Args:
        frame: with ``source_iso3`` and ``target_iso3``, or ``one_iso3`` and ``other_iso3``.
        one: code of a country.
        other: code of another country.
    """
    first, second = _ends(frame)
    forward = (frame[first] == one) & (frame[second] == other)
    back = (frame[first] == other) & (frame[second] == one)
    return frame[forward | back]


def _ends(frame: pd.DataFrame) -> list[str]:
    """Name the columns of the two countries, whichever of the two ways a frame writes them."""
    ways = ("source_iso3", "one_iso3", "target_iso3", "other_iso3")
    return [column for column in ways if column in frame.columns]


def pair_code(frame: pd.DataFrame) -> pd.Series:
    """Name the pair of each row by its two codes in alphabetical order, e.g. ``IRN-RUS``.

    Args:
        frame: with ``source_iso3`` and ``target_iso3``, or ``one_iso3`` and ``other_iso3``.
    """
    first, second = _ends(frame)
    codes = zip(frame[first], frame[second], strict=True)
    return pd.Series(["-".join(sorted(pair)) for pair in codes], index=frame.index, dtype="str")


def conflict_shares(counts: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Share of conflict among coded events, with the counts it rests on.

    Formula: (verbal conflict + material conflict) / all four classes.

    Args:
        counts: columns ``<class>_events`` for the four quad classes, in events.
        by: columns of groups.

    Returns:
        One row a group: the four counts, ``conflict_events``, ``events`` (all four),
        ``conflict_share`` (between 0 and 1, missing where there is no event) and ``verbal_share``
        (verbal cooperation and verbal conflict in all events).
    """
    columns = [f"{name}_events" for name in QUAD_CLASSES]
    table = counts.groupby(by, as_index=False)[columns].sum()
    table["events"] = table[columns].sum(axis=1)
    table["conflict_events"] = table["verbal_conflict_events"] + table["material_conflict_events"]
    of = table["events"].astype("float64").where(table["events"] > 0)
    table["conflict_share"] = table["conflict_events"].astype("float64") / of
    verbal = table["verbal_cooperation_events"] + table["verbal_conflict_events"]
    table["verbal_share"] = verbal.astype("float64") / of
    return table


def goldstein_weighted(events: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Goldstein-weighted cooperation and conflict: sums of scores, not of events.

    Every act carries a score from -10 (most conflictual) to 10 (most cooperative). The sum over
    a period weighs an act by its score; the mean does not depend on how many events the news
    held (Goldstein 1992).

    Args:
        events: ``goldstein_score`` in points, and ``events`` where a row stands for several.
        by: columns of groups.

    Returns:
        One row a group: ``events``, ``cooperation`` (sum of the positive scores), ``conflict``
        (sum of the negative ones), ``net`` (their sum) and ``mean`` (net per event), in points.
    """
    count = events["events"] if "events" in events.columns else 1
    weight = events["goldstein_score"] * count
    weighed = events.assign(
        events=count,
        cooperation=weight.clip(lower=0),
        conflict=weight.clip(upper=0),
        net=weight,
    )
    sums = ["events", "cooperation", "conflict", "net"]
    table = weighed.groupby(by, as_index=False)[sums].sum()
    return table.assign(mean=table["net"] / table["events"].astype("float64"))


def mirrored_share(events: pd.DataFrame) -> float:
    """Share of events that are coded in both directions: same day, code and pair of actors.

    A meeting is an event of each side towards the other, so one happening can count twice.

    Args:
        events: ``date``, ``source_actor``, ``target_actor``, ``cameo_code``.
    """
    there = ["date", "cameo_code", "source_actor", "target_actor"]
    back = ["date", "cameo_code", "target_actor", "source_actor"]
    keys = set(events[there].itertuples(index=False, name=None))
    mirrored = [key in keys for key in events[back].itertuples(index=False, name=None)]
    return sum(mirrored) / len(mirrored)


def tie_by_month(days: pd.DataFrame) -> pd.DataFrame:
    """Tie weight of a pair by month, over the days that have data.

    Formula: mean of the daily weights; scaled, the sum of the daily weights per 1,000 units of the
    world’s absolute weight of the same days. Missing days are left out, not filled in.

    Args:
        days: one row a day of one pair: ``date``, ``tie_weight``, ``world_absolute_weight``
            (edge scores).

    Returns:
        One row a month from the first to the last: ``month``, ``tie_per_day``,
        ``tie_per_1000_world``, ``lowest_day``, ``highest_day`` (edge scores),
        ``days_available`` and ``days_missing`` (of the days from the first to the last).
    """
    daily = days.set_index("date")[["tie_weight", "world_absolute_weight"]].asfreq("D")
    month = daily.groupby(daily.index.to_period("M").to_timestamp())
    tie, world = month["tie_weight"], month["world_absolute_weight"]
    return (
        pd.DataFrame(
            {
                "tie_per_day": tie.mean(),
                "tie_per_1000_world": 1000 * tie.sum(min_count=1) / world.sum(min_count=1),
                "lowest_day": tie.min(),
                "highest_day": tie.max(),
                "days_available": tie.count(),
                "days_missing": tie.size() - tie.count(),
            }
        )
        .rename_axis("month")
        .reset_index()
    )


def interval_of_correlation(one: pd.Series, other: pd.Series) -> dict:
    """Spearman’s rank correlation of two series with an approximate 95 % interval.

    Formula: Fisher’s transformation atanh(r) with variance 1.06 / (n - 3) (Fieller, Hartley and
    Pearson 1957). Where neighbouring periods are alike in both series, they tell less than
    independent ones: n is the number of pairs times (1 - a b) / (1 + a b), and never more than
    that number, with a and b the correlation of each series’ ranks with those of the period before
    (Bartlett 1935). Series that both rise correlate by nature, whatever the interval says: set
    the correlation of their :func:`steps` beside it.

    Args:
        one, other: values in order of time, aligned on their index.

    Returns:
        ``correlation``, ``low``, ``high`` (from -1 to 1, missing where fewer than five pairs of
        values are there or as good as fewer than four) and ``periods`` (pairs of values).
    """
    pairs = pd.concat([one, other], axis=1, join="inner").dropna().astype("float64")
    unknown = dict.fromkeys(("correlation", "low", "high"), float("nan"))
    if len(pairs) < 5:
        return unknown | {"periods": len(pairs)}
    r = rank_correlation(one, other)
    alike = math.prod(_with_the_one_before(pairs[column].rank()) for column in pairs)
    periods = min(len(pairs), len(pairs) * (1 - alike) / (1 + alike))
    if periods < 4:
        return unknown | {"correlation": r, "periods": len(pairs)}
    reach = 1.96 * math.sqrt(1.06 / (periods - 3))
    z = math.atanh(max(min(r, 1 - 1e-12), -1 + 1e-12))
    return {
        "correlation": r,
        "low": math.tanh(z - reach),
        "high": math.tanh(z + reach),
        "periods": len(pairs),
    }


def _with_the_one_before(values: pd.Series) -> float:
    """Autocorrelation at one step: products of neighbours over squares, around the mean."""
    left = (values - values.mean()).to_numpy()
    return float((left[1:] * left[:-1]).sum() / (left**2).sum()) if left.any() else 0.0


def steps(values: pd.Series) -> pd.Series:
    """Change of a series on the year or month before; missing where that has no value.

    Args:
        values: numbers indexed by year or by the first days of months.
    """
    known = values.dropna().astype("float64").sort_index()
    when = known.index
    place = when.to_period("M").asi8 if isinstance(when, pd.DatetimeIndex) else when.astype(int)
    return known.diff().where(pd.Series(place, index=when).diff() == 1)


def counts_by_month(dates: pd.Series, months: pd.Series | pd.DatetimeIndex) -> pd.Series:
    """Count dated events in each month of a span, months without any as 0.

    Args:
        dates: days of events; those outside the span are left out.
        months: first days of the months, in ascending order.

    Returns:
        Events, indexed by month.
    """
    found = dates.dt.to_period("M").dt.to_timestamp().value_counts()
    return found.reindex(pd.DatetimeIndex(months, name="month"), fill_value=0).rename("events")


def rank_gaps(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Where two series disagree: the difference of their rank shares, period by period.

    A rank share is the rank divided by the number of periods, ties sharing their mean rank: 1 for
    the highest value. The unit of either series does not matter.

    Args:
        one: values indexed by period.
        other: values indexed by period.

    Returns:
        One row a period that both have, indexed as they are: ``one``, ``other`` (values),
        ``one_rank``, ``other_rank`` (above 0, up to 1) and ``gap`` (the first rank share minus the
        second).
    """
    both = pd.concat({"one": one, "other": other}, axis=1, join="inner").dropna().astype("float64")
    ranks = both.rank(pct=True).add_suffix("_rank")
    return both.join(ranks).assign(gap=ranks["one_rank"] - ranks["other_rank"])


def far_apart(gaps: pd.Series, far: float) -> pd.Series:
    """Say of each period whether two series stand far apart in rank, and which one is above.

    Args:
        gaps: differences of rank shares, the ``gap`` of :func:`rank_gaps`.
        far: least difference that counts as far, as a share of all ranks.

    Returns:
        1 where the first series is far above the second, -1 where it is far below, else 0.
    """
    return (gaps >= far).astype(int) - (gaps <= -far).astype(int)


def change_of_means(values: pd.DataFrame, before: tuple, after: tuple) -> pd.DataFrame:
    """Compare the mean of each column before and after, and rank the columns by the change.

    Args:
        values: one row a period in ascending order, one column a pair, in one unit.
        before: first and last period of the time before.
        after: first and last period of the time after.

    Returns:
        Indexed by column: ``before``, ``after`` (means), ``change`` (after minus before, in the
        unit of the values) and ``rank`` (1 for the largest change); missing where a time has no
        value.
    """
    table = pd.DataFrame(
        {"before": values.loc[slice(*before)].mean(), "after": values.loc[slice(*after)].mean()}
    )
    table["change"] = table["after"] - table["before"]
    rank = table["change"].rank(ascending=False, method="min")
    return table.assign(rank=rank.astype(int) if rank.notna().all() else rank)


def share_by_year(counts: pd.DataFrame, part: str, whole: str, date: str = "month") -> pd.DataFrame:
    """Share of one count in another by calendar year.

    Args:
        counts: one row a month, with dates.
        part: column of the part.
        whole: column of the whole.
        date: column of dates.

    Returns:
        One row a year: ``year``, ``part``, ``whole``, ``share`` (between 0 and 1).
    """
    table = counts.groupby(counts[date].dt.year)[[part, whole]].sum().rename_axis("year")
    table.columns = ["part", "whole"]
    return table.assign(share=table["part"] / table["whole"].astype("float64")).reset_index()
