"""Plans against facts: how many months a dated plan slipped."""

import pandas as pd

MONTHS_SPANNED = {"day": 1, "month": 1, "season": 3, "quarter": 3, "year": 12}
"""How many calendar months a date can lie in, by its precision."""


_VAGUENESS = {precision: rank for rank, precision in enumerate(MONTHS_SPANNED)}


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


def schedule_entries(milestones: pd.DataFrame) -> pd.DataFrame:
    """Read the planned and the actual dates out of a table of milestones, one row a date.

    A milestone that was reached can carry the date it had been planned for, one that was postponed
    carries its new date; both become rows of their own.

    Args:
        milestones: one row a milestone, with ``schedule_entry`` (``planned``, ``reached`` or
            ``postponed``; rows without one are left out), ``date``, ``date_precision``,
            ``planned_date`` and ``planned_date_precision``.

    Returns:
        The columns of ``milestones`` with ``planned`` added (true for a planned date), as
        :func:`slippage` expects.
    """
    entries = milestones[milestones["schedule_entry"].notna()]
    own = entries[entries["schedule_entry"] != "postponed"]
    own = own.assign(planned=own["schedule_entry"] == "planned")
    named = entries[entries["planned_date"].notna()]
    named = named.assign(
        date=named["planned_date"], date_precision=named["planned_date_precision"], planned=True
    )
    return pd.concat([own, named]).sort_index(kind="stable")


def different_plans(schedule: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Keep one row a planned date of each step, in the order of the dates.

    A date known only to the year, quarter or season that contains a more exact planned date of the
    same step says nothing of its own, and of equal dates the first row stands for all.

    Args:
        schedule: as in :func:`slippage`.
        by: columns that tell the steps apart.
    """
    plans = schedule[schedule["planned"]].drop_duplicates([*by, "date", "date_precision"])
    plans = plans.reset_index(drop=True)
    first = _month(plans["date"])
    window = plans.assign(_first=first, _end=first + _spanned(plans["date_precision"]))
    pairs = window.reset_index(names="_row").merge(window.reset_index(names="_other"), on=by)
    wider = (pairs["_first_x"] <= pairs["_first_y"]) & (pairs["_end_x"] >= pairs["_end_y"])
    # Day and month count alike in months, so equal windows are told apart by their dates.
    exacter = pairs["date_precision_x"].map(_VAGUENESS) > pairs["date_precision_y"].map(_VAGUENESS)
    vague = pairs.loc[wider & exacter, "_row"]
    return plans.drop(index=vague.unique()).sort_values("date", kind="stable")


def slippage(schedule: pd.DataFrame, by: str | list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Measure how far each planned step slipped: the actual date minus the first planned date.

    The first planned date of a step is the earliest of its different planned dates
    (:func:`different_plans`), the actual date the earliest of its actual ones. A step without an
    actual date is counted up to ``as_of``, so its months are what has passed so far; until the
    whole period of its first planned date has passed it has no slippage yet.
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
    planned = different_plans(schedule, by).groupby(by, sort=False)
    facts = schedule[~schedule["planned"] & (schedule["date"] <= as_of)].sort_values("date")
    steps = planned.agg(
        first_planned=("date", "first"),
        first_planned_precision=("date_precision", "first"),
        last_planned=("date", "last"),
        plans=("date", "size"),
    ).join(
        facts.groupby(by).agg(
            actual=("date", "first"), actual_precision=("date_precision", "first")
        )
    )
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
