"""Plans against facts: how many months a dated plan slipped."""

import pandas as pd

MONTHS_SPANNED = {"day": 1, "month": 1, "season": 3, "quarter": 3, "year": 12}
"""How many calendar months a date can lie in, by its precision."""


def months_between(
    earlier: pd.Series, earlier_precision: pd.Series, later: pd.Series, later_precision: pd.Series
) -> pd.DataFrame:
    """Count calendar months from one date to another, with the bounds that their precision leaves.

    Formula: 12 × (difference of years) + (difference of months); days are ignored, so that the
    31st of a month and the 1st of the next are one month apart. A date known to the year, quarter
    or season can lie in each of its months: ``months_low`` counts from its last month,
    ``months_high`` from its first, and the other way round for the later date.

    Args:
        earlier: dates; the first day of the period where only that is known.
        earlier_precision: a key of :data:`MONTHS_SPANNED`.
        later: dates, aligned with ``earlier``.
        later_precision: a key of :data:`MONTHS_SPANNED`.

    Returns:
        ``months_low`` and ``months_high`` (calendar months, negative when the later date comes
        first), missing where a date is.

    Raises:
        KeyError: a precision is not a key of :data:`MONTHS_SPANNED`.
    """
    apart = _month(later) - _month(earlier)
    low = apart - (_spanned(earlier_precision) - 1)
    high = apart + (_spanned(later_precision) - 1)
    return pd.DataFrame({"months_low": low, "months_high": high})


def _month(dates: pd.Series) -> pd.Series:
    return (12 * dates.dt.year + dates.dt.month).astype("Int64")


def _spanned(precision: pd.Series) -> pd.Series:
    known = precision.dropna()
    unknown = sorted(set(known) - set(MONTHS_SPANNED))
    if unknown:
        raise KeyError(f"precision {unknown}; expected one of {sorted(MONTHS_SPANNED)}")
    return precision.map(MONTHS_SPANNED).astype("Int64")


def slippage(schedule: pd.DataFrame, by: str | list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Measure how far each planned step slipped: the actual date minus the first planned date.

    The first planned date of a step is the earliest of its planned dates, the actual date the
    earliest of its actual ones. A step without an actual date is counted up to ``as_of``, so its
    months are what has passed so far; until the whole period of its first planned date has passed
    it has no slippage yet.
    Steps without any planned date are left out: nothing can slip. Months are those of
    :func:`months_between`.

    Args:
        schedule: one row a date that was planned for a step or on which it happened, with ``date``,
            ``date_precision`` (a key of :data:`MONTHS_SPANNED`) and ``planned`` (true or false).
        by: column or columns that tell the steps apart.
        as_of: last day that the table knows of; what lies after it counts as not happened.

    Returns:
        One row a step, in the order of the first planned dates: ``by``, ``first_planned``,
        ``first_planned_precision``, ``last_planned``, ``plans`` (different planned dates),
        ``actual``, ``actual_precision``, ``state`` (``done``, ``overdue`` or ``not due``),
        ``months_low`` and ``months_high``.

    Raises:
        KeyError: a precision is not a key of :data:`MONTHS_SPANNED`.
    """
    by = [by] if isinstance(by, str) else list(by)
    # Of two plans that begin in one month the vaguer one says nothing of its own.
    ordered = schedule.assign(_width=_spanned(schedule["date_precision"]))
    ordered = ordered.sort_values(["date", "_width"])
    planned = ordered[ordered["planned"]].groupby(by, sort=False)
    happened = ordered[~ordered["planned"] & (ordered["date"] <= as_of)].groupby(by, sort=False)
    steps = planned.agg(
        first_planned=("date", "first"),
        first_planned_precision=("date_precision", "first"),
        last_planned=("date", "last"),
        plans=("date", "nunique"),
    ).join(happened.agg(actual=("date", "first"), actual_precision=("date_precision", "first")))
    done = steps["actual"].notna()
    last_month_due = _month(steps["first_planned"]) + _spanned(steps["first_planned_precision"]) - 1
    # A month has passed when the day after the last known one lies beyond it.
    due = last_month_due < _month(pd.Series([as_of + pd.Timedelta(days=1)]))[0]
    steps["state"] = done.map({True: "done", False: "overdue"}).where(done | due, "not due")
    months = months_between(
        steps["first_planned"],
        steps["first_planned_precision"],
        steps["actual"].fillna(as_of),
        steps["actual_precision"].fillna("day"),
    )
    months = months.where(steps["state"] != "not due")
    return steps.join(months).sort_values("first_planned", kind="stable").reset_index()
