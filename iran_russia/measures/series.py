"""Shares, concentration, and values compared over time or with each other."""

import pandas as pd


def shares(values: pd.Series) -> pd.Series:
    """Divide each value by the sum of all: shares between 0 and 1, in the order given."""
    return values / values.sum()


def herfindahl_hirschman(values: pd.Series) -> float:
    """Herfindahl–Hirschman index of concentration, between 1/n and 1.

    Formula: the sum of squared shares (Hirschman 1964). Missing values count as nothing.
    """
    return float((shares(values.dropna()) ** 2).sum())


def runs(years: pd.Series) -> pd.Series:
    """Number the unbroken runs of ascending years, so that a line is not drawn across a gap."""
    return (years.astype(float).diff() > 1).cumsum()


def before_and_after(values: pd.Series, breaks: list[int], years: int = 3) -> pd.DataFrame:
    """Compare the mean before and after each break year, with the spread on either side.

    Args:
        values: one value a year, indexed by year.
        breaks: the years compared; the break year itself belongs to the time after.
        years: how many years on each side.

    Returns:
        One row a break and side: ``break_year``, ``side`` (``before`` or ``after``), ``mean``,
        ``lowest``, ``highest``, ``years`` (how many had a value).
    """
    rows = []
    for at in breaks:
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
    return pd.DataFrame(rows)


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's rank correlation between two series aligned on their index, from -1 to 1.

    Formula: the product-moment correlation of the ranks, ties sharing their mean rank (Spearman
    1904). Pairs with a missing value are left out.
    """
    pairs = pd.concat([one, other], axis=1, join="inner").dropna().astype(float).rank()
    return float(pairs.iloc[:, 0].corr(pairs.iloc[:, 1]))


def theil_sen(values: pd.Series) -> float:
    """Theil–Sen slope: the median of the slopes between all pairs of points.

    A single outlying year hardly moves it (Sen 1968).

    Args:
        values: numbers indexed by numbers, such as years; missing ones are left out.

    Returns:
        The slope, in units of the values for one unit of the index.

    Raises:
        ValueError: there are fewer than two points.
    """
    points = values.dropna()
    if len(points) < 2:
        raise ValueError("a slope needs at least two points")
    slopes = [
        (points.iloc[j] - points.iloc[i]) / (points.index[j] - points.index[i])
        for i in range(len(points))
        for j in range(i + 1, len(points))
    ]
    return float(pd.Series(slopes).median())
