"""Indicators on exercises of the armed forces."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.events import known_date
from iran_russia.measures.military import by_year
from iran_russia.measures.series import count, difference, extreme, mean, names, ratio


def _held(
    participants: list[str] | None = None, domain: str | None = None, areas: list[str] | None = None
) -> pd.DataFrame:
    """Exercises held, with a column ``year``; an announcement is not an exercise."""
    rows = load("military_exercises").query("status == 'held'")
    for column, wanted in (("participants_iso3", participants), ("domains", domain and [domain])):
        for name in wanted or []:
            rows = rows[names(rows[column], name)]
    if areas:
        rows = rows[names(rows["areas"], *areas)]
    return rows.assign(year=rows["date_start"].dt.year)


def _latest(rows: pd.DataFrame) -> str:
    return newest(known_date(rows["date_start"], rows["date_precision"]))


@indicator(
    "[{domain} ]exercises held[ by {participants} together][ in {areas}]",
    unit="exercises",
    rows="exercises reported as held",
    measure=count,
)
def held(
    first: int,
    last: int,
    participants: list[str] | None = None,
    domain: str | None = None,
    areas: list[str] | None = None,
) -> Reading:
    """Count exercises held.

    Args:
        first, last: first and last year.
        participants: states that all took part, ISO3 codes.
        domain: domain that was exercised, e.g. ``naval``.
        areas: areas of which one was its place.
    """
    rows = _held(participants, domain, areas).query("@first <= year <= @last")
    detail = "; ".join(f"{e.exercise_id} ({e.year})" for e in rows.itertuples())
    return Reading(count(rows["exercise_id"]), _latest(rows), detail or "none")


@indicator(
    "Change of the exercises held a year in {areas}",
    unit="exercises a year",
    rows="exercises reported as held",
    measure=difference,
    years="{before} and {after}",
)
def mean_change(before: list[int], after: list[int], areas: list[str]) -> Reading:
    """Change of the mean number of exercises held a year, in exercises.

    Args:
        before, after: first and last year of each period.
        areas: areas of which one was the place.
    """
    old, new, latest = _means(before, after, areas)
    return Reading(difference(new, old), latest, _said(old, new, before, after))


@indicator(
    "Exercises held a year in {after} over that in {before}",
    unit="times",
    rows="exercises reported as held",
    measure=ratio,
    years="{before} and {after}",
)
def mean_ratio(before: list[int], after: list[int]) -> Reading:
    """Mean number of exercises held a year in one period over that in an earlier one.

    Args:
        before, after: first and last year of each period.
    """
    old, new, latest = _means(before, after, None)
    return Reading(ratio(new, old), latest, _said(old, new, before, after))


def _means(before: list[int], after: list[int], areas: list[str] | None) -> tuple:
    rows = _held(areas=areas)
    within = rows[rows["year"].le(after[1])]
    old, new = (mean(by_year(rows["year"], *period)) for period in (before, after))
    return old, new, _latest(within)


def _said(old: float, new: float, before: list[int], after: list[int]) -> str:
    return f"{new:.2f} a year in {after[0]}–{after[1]} against {old:.2f} in {before[0]}–{before[1]}"


@indicator(
    "Exercises held in the year with the fewest",
    unit="exercises",
    rows="exercises reported as held",
    measure=extreme,
)
def least_in_a_year(first: int, last: int) -> Reading:
    """Exercises held in the year with the fewest.

    Args:
        first, last: first and last year.
    """
    rows = _held().query("@first <= year <= @last")
    by = by_year(rows["year"], first, last)
    detail = "; ".join(f"{year}: {n}" for year, n in by.items())
    return Reading(extreme(by, "min"), _latest(rows), detail)
