"""Launches of drones as bulletins report them, and claims on their output."""

import pandas as pd

DAYS_A_MONTH = 365.25 / 12
"""Mean length of a month in days."""


def launches_by(bulletins: pd.DataFrame, frequency: str = "M") -> pd.DataFrame:
    """Sum bulletins by month or year of the report, and give the share neutralised.

    Formula: neutralised = destroyed + not reaching the target, which is comparable before and
    after the two classes were merged; share = neutralised / launched; remaining = launched −
    neutralised (hit, left the country, still in the air or not accounted for).

    Args:
        bulletins: one row a bulletin: ``report_date``, ``launched``, ``destroyed``,
            ``not_reach_goal`` (drones; missing counts as none).
        frequency: ``M`` for months, ``Y`` for years.

    Returns:
        One row a period from the first to the last, also where nothing was reported: ``start``
        and ``end`` (its first and last day), the three sums, ``neutralised``, ``remaining``,
        ``neutralised_share`` (0 to 1, missing without launches), ``largest`` (drones in the
        largest bulletin), ``bulletins``, and ``complete`` (false where the bulletins begin after
        the first day or end before the last day of the period).
    """
    dates = bulletins["report_date"]
    period = dates.dt.to_period(frequency)
    counts = ["launched", "destroyed", "not_reach_goal"]
    by = bulletins[counts].fillna(0).astype(int).groupby(period)
    span = pd.period_range(period.min(), period.max(), freq=frequency, name="start")
    sums = by.sum().reindex(span, fill_value=0)
    sums["largest"] = by["launched"].max().reindex(span, fill_value=0)
    sums["bulletins"] = by.size().reindex(span, fill_value=0)
    sums = sums.reset_index().assign(
        end=lambda f: f["start"].dt.end_time.dt.normalize(),
        start=lambda f: f["start"].dt.start_time,
    )
    sums["neutralised"] = sums["destroyed"] + sums["not_reach_goal"]
    sums["remaining"] = sums["launched"] - sums["neutralised"]
    sums["neutralised_share"] = sums["neutralised"] / sums["launched"].where(sums["launched"] > 0)
    sums["complete"] = (sums["start"] >= dates.min()) & (sums["end"] <= dates.max())
    return sums


def shaheds_proper(bulletins: pd.DataFrame) -> pd.DataFrame:
    """Share of actual Shaheds among drones launched, where bulletins state their number.

    Formula: stated / launched, over the bulletins that state it; coverage = launched in those
    bulletins / launched in all. The rest of a stating bulletin is mostly decoys.

    Args:
        bulletins: one row a bulletin: ``report_date``, ``launched``, ``shahed_proper_stated``
            (drones; missing where not stated).

    Returns:
        One row a month with a bulletin: ``month`` (its first day), ``launched``,
        ``launched_where_stated``, ``stated`` (drones), ``share`` and ``coverage`` (0 to 1; share
        is missing where no bulletin states the number).
    """
    known = bulletins["shahed_proper_stated"].notna()
    table = (
        bulletins.assign(
            month=bulletins["report_date"].dt.to_period("M").dt.start_time,
            launched_where_stated=bulletins["launched"].where(known, 0),
            stated=bulletins["shahed_proper_stated"].fillna(0),
        )
        .groupby("month")[["launched", "launched_where_stated", "stated"]]
        .sum()
        .astype(int)
        .reset_index()
    )
    base = table["launched_where_stated"]
    return table.assign(
        share=table["stated"] / base.where(base > 0), coverage=base / table["launched"]
    )


def check_published(published: pd.DataFrame, bulletins: pd.DataFrame) -> pd.DataFrame:
    """Compare published totals with the sum of the bulletins of the same days.

    Formula: difference = sum of the bulletins − published; in per cent of the published total.

    Args:
        published: one row a total: ``period_start``, ``period_end`` (first and last day),
            ``measure`` (a column of ``bulletins``), ``published`` (drones).
        bulletins: one row a bulletin with ``report_date`` and the measures.

    Returns:
        ``published`` with ``own`` (drones), ``difference`` (drones) and ``difference_percent``.
    """
    own = [
        bulletins.loc[
            bulletins["report_date"].between(row.period_start, row.period_end), row.measure
        ].sum()
        for row in published.itertuples()
    ]
    table = published.assign(own=pd.Series(own, index=published.index, dtype="int64"))
    table["difference"] = table["own"] - table["published"].astype(int)
    return table.assign(difference_percent=100 * table["difference"] / table["published"])


def revised_months(vintages: pd.DataFrame) -> pd.DataFrame:
    """Find closed months whose figures differ between copies of the table.

    A month is closed in a copy when the last report of the copy lies after the month's end.

    Args:
        vintages: one row a copy and month: ``last_report``, ``month`` (first day), and the
            figures ``launched``, ``destroyed``, ``reports``.

    Returns:
        One row a closed month that stands in at least two copies: ``month``, ``copies`` and
        ``revised`` (any figure differs).
    """
    closed = vintages[vintages["last_report"] > vintages["month"] + pd.offsets.MonthEnd(0)]
    by = closed.groupby("month")
    values = by[["launched", "destroyed", "reports"]].nunique()
    table = pd.DataFrame({"copies": by.size(), "revised": (values > 1).any(axis=1)})
    return table[table["copies"] > 1].reset_index()


def monthly_rate(claims: pd.DataFrame) -> pd.DataFrame:
    """Put claims on output on one footing: drones a month, low and high end.

    Formula: a rate by day, month or year is multiplied by the days of a mean month over its own;
    a total is divided by the days of the period it covers (both ends included) and multiplied by
    the days of a mean month. An end that a claim leaves open stays missing.

    Args:
        claims: one row a claim: ``quantity_low``, ``quantity_high``, ``quantity_per`` (``day``,
            ``month``, ``year`` or ``total``), ``period_start``, ``period_end``.

    Returns:
        ``claims`` with ``rate_low`` and ``rate_high`` (drones a month); totals without a period
        have no rate.
    """
    days = (claims["period_end"] - claims["period_start"]).dt.days + 1
    own = claims["quantity_per"].map({"day": 1.0, "month": DAYS_A_MONTH, "year": 365.25})
    factor = DAYS_A_MONTH / own.fillna(days)
    return claims.assign(
        rate_low=claims["quantity_low"] * factor, rate_high=claims["quantity_high"] * factor
    )


def drone_share_of_launches(bulletins: pd.DataFrame, missiles: pd.DataFrame) -> pd.DataFrame:
    """Share of drones in all drones and missiles launched, by calendar year.

    Args:
        bulletins: one row a bulletin on drones: ``report_date``, ``launched``.
        missiles: one row a month and model: ``month``, ``launched``.

    Returns:
        One row a year: ``year``, ``drones``, ``missiles``, ``share`` (0 to 1).
    """
    table = pd.DataFrame(
        {
            "drones": bulletins.groupby(bulletins["report_date"].dt.year)["launched"].sum(),
            "missiles": missiles.groupby(missiles["month"].dt.year)["launched"].sum(),
        }
    )
    table = table.fillna(0).astype(int).rename_axis("year").reset_index()
    return table.assign(share=table["drones"] / (table["drones"] + table["missiles"]))
