"""Indicators on drones."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.drones import drone_share_of_launches, launches_by, unit_costs
from iran_russia.measures.events import known_date
from iran_russia.measures.series import count, extreme, median, share_of


@indicator(
    "Median cost of one drone, as stated for the latest year with a figure, {flow}",
    unit="thousand US dollars",
    rows="statements on unit cost of confidence {confidence}; a range counts with its middle",
    measure=median,
    years="latest year with a figure",
)
def unit_cost(flow: str, confidence: list[str]) -> Reading:
    """Median unit cost stated for the latest year that has one, in thousand US dollars.

    A range counts with its middle.

    Args:
        flow: as in ``drone_claims``, e.g. ``within_russia`` for drones made there.
        confidence: levels of confidence counted.
    """
    rows = load("drone_claims").query("category == 'unit_price' and flow == @flow")
    rows = rows[rows["confidence"].isin(confidence)]
    stated = unit_costs(rows)
    if stated.empty:
        return Reading(None, "", "no unit cost stated")
    years = stated["date"].dt.year
    latest = stated[years == years.max()]
    detail = "; ".join(
        f"{r.record_id} ${number(r.usd)} ({r.claimed_by})" for r in latest.itertuples()
    )
    return Reading(median(latest["thousand_usd"]), str(years.max()), detail)


@indicator(
    "Share of launched drones that were neither destroyed nor lost",
    unit="share",
    rows="Ukrainian bulletins on Shahed-type drones",
    measure=share_of,
    years="latest {months} complete months",
)
def not_neutralised(months: int) -> Reading:
    """Share of launched drones neither destroyed nor lost, over the latest complete months.

    Args:
        months: how many of them.
    """
    table = launches_by(load("shahed_launches")).query("complete").tail(months)
    launched, remaining = table["launched"].sum(), table["remaining"].sum()
    detail = f"{number(remaining)} of {number(launched)} from {table['start'].min():%B %Y}"
    return Reading(share_of(remaining, launched), newest(table["end"]), detail)


def _extreme(values: pd.Series, which: str, detail: str) -> Reading:
    """The least or most of values by year; none where a year is missing."""
    return Reading(extreme(values, which), newest(pd.Series(values.index)), detail)


@indicator(
    "Drones launched in the year with the {which}",
    unit="drones",
    rows="Ukrainian bulletins on Shahed-type drones",
    measure=launches_by,
)
def launches(first: int, last: int, which: str) -> Reading:
    """Drones launched in the year with the fewest or the most.

    Args:
        first, last: first and last year.
        which: ``min`` or ``max``.
    """
    table = launches_by(load("shahed_launches"), "Y")
    by = table.set_index(table["start"].dt.year)["launched"].reindex(range(first, last + 1))
    return _extreme(by, which, "; ".join(f"{y}: {n:,.0f}" for y, n in by.items()))


@indicator(
    "Share of drones in all drones and missiles launched, in the year with the {which}",
    unit="share",
    rows="Ukrainian bulletins on drones and on missiles",
    measure=drone_share_of_launches,
)
def share_of_launches(first: int, last: int, which: str) -> Reading:
    """Share of drones in all drones and missiles launched, in the lowest or highest year.

    Args:
        first, last: first and last year.
        which: ``min`` or ``max``.
    """
    table = drone_share_of_launches(load("shahed_launches"), load("missile_launches"))
    by = table.set_index("year")["share"].reindex(range(first, last + 1))
    return _extreme(by, which, "; ".join(f"{y}: {percent(s, 1)}" for y, s in by.items()))


@indicator(
    "Share of launched drones destroyed or lost, in the year with the {which}",
    unit="share",
    rows="Ukrainian bulletins on Shahed-type drones",
    measure=launches_by,
)
def neutralised(first: int, last: int, which: str) -> Reading:
    """Share of launched drones destroyed or lost, in the lowest or highest year.

    Args:
        first, last: first and last year.
        which: ``min`` or ``max``.
    """
    table = launches_by(load("shahed_launches"), "Y")
    by = table.set_index(table["start"].dt.year)["neutralised_share"]
    by = by.reindex(range(first, last + 1))
    return _extreme(by, which, "; ".join(f"{y}: {percent(s, 1)}" for y, s in by.items()))


@indicator(
    "Claims on drones, {flow}[: {categories}][ resting on {claim_types}][ that name "
    "{items}][ of at least {at_least}]",
    unit="claims",
    rows="statements of confidence {confidence}, those on one happening once",
    measure=count,
    years="all years of the table",
)
def claims(
    flow: str,
    confidence: list[str],
    categories: list[str] | None = None,
    claim_types: list[str] | None = None,
    items: str = "",
    at_least: float = 0,
) -> Reading:
    """Count claims, those on the same happening once.

    Args:
        flow: as in ``drone_claims``.
        confidence: levels of confidence counted.
        categories: categories counted; all when not given.
        claim_types: what the claims rest on; all when not given.
        items: words in the item, a regular expression.
        at_least: smallest low end of the quantity counted, in the unit of the claim.
    """
    rows = load("drone_claims").query("flow == @flow")
    rows = rows[rows["confidence"].isin(confidence)]
    for column, allowed in (("category", categories), ("claim_type", claim_types)):
        if allowed is not None:
            rows = rows[rows[column].isin(allowed)]
    rows = rows[rows["item"].str.contains(items, case=False)]
    if at_least:
        rows = rows[rows["quantity_low"] >= at_least]
    rows = rows.assign(happening=rows["same_happening_as"].fillna(rows["record_id"]))
    rows = rows.drop_duplicates("happening")
    detail = "; ".join(
        f"{r.record_id} {r.item}"
        + ("" if pd.isna(r.quantity_low) else f", {number(r.quantity_low)}")
        for r in rows.itertuples()
    )
    return Reading(
        count(rows["happening"]),
        newest(known_date(rows["date"], rows["date_precision"])),
        detail or "none",
    )
