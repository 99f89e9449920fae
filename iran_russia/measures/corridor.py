"""What was planned for a transport route against what it carried."""

import pandas as pd


def attainment(targets: pd.DataFrame, reported: pd.DataFrame, by: str = "branch") -> pd.DataFrame:
    """Share of each target that was reported as carried, in its own year or the latest before it.

    Formula: reported / target. Rival figures of one year are kept as a range: ``share_low`` is the
    lowest reported figure over the upper bound of the target, ``share_high`` the highest over its
    lower bound. A figure worded as "more than" enters at the value stated, so the true share can
    be higher (or, for such a target, lower).

    Args:
        targets: one row a target, with ``by``, ``year``, ``low`` and ``high`` (equal where one
            value is stated).
        reported: one row a reported figure, with the same columns in the same unit and by the same
            definition of what is counted.
        by: column that tells routes apart.

    Returns:
        ``targets`` with ``reported_year``, ``reported_low``, ``reported_high``, ``same_year`` (the
        figure is of the target's own year), ``share_low`` and ``share_high`` (1 = attained); all
        missing, and ``same_year`` false, where nothing is reported up to the target's year.
    """
    years = reported.groupby([by, "year"], as_index=False).agg(
        reported_low=("low", "min"), reported_high=("high", "max")
    )
    years = years.rename(columns={"year": "reported_year"})
    pairs = targets.reset_index(names="_target").merge(years, on=by)
    pairs = pairs[pairs["reported_year"] <= pairs["year"]].sort_values("reported_year")
    latest = pairs.groupby("_target")[["reported_year", "reported_low", "reported_high"]].last()
    joined = targets.join(latest)
    return joined.assign(
        same_year=joined["reported_year"].eq(joined["year"]).fillna(False).astype(bool),
        share_low=joined["reported_low"] / joined["high"],
        share_high=joined["reported_high"] / joined["low"],
    )


def compound_growth(first: float, last: float, years: float) -> float:
    """Mean yearly growth that leads from one value to another.

    Formula: (last / first) ^ (1 / years) − 1; 0.1 means ten per cent a year.
    """
    return (last / first) ** (1 / years) - 1
