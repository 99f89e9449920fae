"""Indicators on sanctions and payments: senders, listings, stated shares of currencies."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.series import count, items_of, names, rank_correlation, rank_of, share_of


@indicator(
    "Western senders with a sanctions case in force against {target}",
    unit="senders",
    rows="cases open at the end of coverage; counted are {senders}",
    measure=count,
    years="2022, the end of coverage",
)
def senders_in_force(target: str, senders: list[str]) -> Reading:
    """Number of senders, among those named, with a case in force at the end of coverage.

    Args:
        target: ISO 3166-1 alpha-3.
        senders: codes as in ``sanctions_cases``; ``EU`` stands for its member states, and ``G7``
            for its members, who are counted when they are named themselves.
    """
    cases = load("sanctions_cases")
    against = names(cases["targets"], target)
    held = cases[against & cases["open_at_end_of_coverage"]]
    named = items_of(held["senders"]).explode()
    found = sorted(set(named) & set(senders))
    others = sorted(set(named) - set(senders))
    told = f"{len(held)} cases in force; counted: {', '.join(found) or 'none'}"
    told += f"; other codes: {', '.join(others)}" if others else ""
    return Reading(count(found), newest(held["end_year"]), told)


@indicator(
    "Rank of {target} by the stock of listings that {counted_by} gives",
    unit="rank",
    rows="stocks of all authorities on one day",
    measure=rank_of,
    years="{date}",
)
def listing_rank(target: str, date: str, counted_by: str) -> Reading:
    """Rank of a state by the stock of listings that one counter gives for one day.

    Args:
        target: ISO 3166-1 alpha-3.
        date: ISO day of the count.
        counted_by: the counter; where it is quoted with two numbers the one of higher confidence.
    """
    rows = load("sanctions_designations")
    rows = rows[(rows["counted_by"] == counted_by) & (rows["date"] == date)]
    rows = rows[(rows["measure"] == "stock") & (rows["authority"] == "ALL")]
    order = rows["confidence"].map(["high", "medium", "low"].index)
    by = rows.assign(order=order).sort_values("order").drop_duplicates("target_iso3")
    by = by.set_index("target_iso3")["listings"].sort_values(ascending=False)
    if target not in by.index:
        return Reading(None, "", f"no stock for {target}")
    told = "; ".join(f"{code} {number(value)}" for code, value in by.items())
    return Reading(rank_of(by, target), date, f"listings: {told}")


@indicator(
    "Share of the sanctions steps over drones and missiles whose link to Russia is {links}",
    unit="share",
    rows="the list of such steps",
    measure=share_of,
    years="all years of the table",
)
def steps_share(links: list[str]) -> Reading:
    """Share of sanctions steps over drones and missiles with a link to Russia, from 0 to 1.

    Args:
        links: values of ``link_to_russia`` that count, such as ``explicit``.
    """
    steps = load("drone_sanctions")
    held = steps["link_to_russia"].isin(links)
    told = f"{held.sum()} of {len(steps)} steps of the list"
    return Reading(share_of(held.sum(), len(steps)), newest(steps["date"]), told)


@indicator(
    "Senders of sanctions steps over drones and missiles whose link to Russia is {links}",
    unit="senders",
    rows="the list of such steps",
    measure=count,
    years="all years of the table",
)
def step_senders(links: list[str]) -> Reading:
    """Number of senders of sanctions steps over drones and missiles with a link to Russia.

    Args:
        links: as in :func:`steps_share`.
    """
    steps = load("drone_sanctions")
    steps = steps[steps["link_to_russia"].isin(links)]
    by = steps["jurisdiction"].value_counts()
    told = "; ".join(f"{code} {n}" for code, n in by.items())
    return Reading(count(by.index), newest(steps["date"]), told)


@indicator(
    "Latest share of trade settled in the two currencies or national ones, as {side} "
    "states it, for {scope} of trade",
    unit="share",
    rows="statements by the side of the speaker",
    measure=share_of,
    years="latest statement",
)
def latest_stated_share(side: str, scope: str = "all") -> Reading:
    """Latest stated share of trade settled in the two currencies or national ones, from 0 to 1.

    Args:
        side: ISO 3166-1 alpha-3 of the speaker's side.
        scope: ``all`` for trade or payments as a whole, ``part`` for a part of trade.
    """
    rows = _statements(side, scope)
    if rows.empty:
        return Reading(None, "", "no statement")
    last = rows.iloc[-1]
    told = f"{last['qualifier'].replace('equal', '')} {number(last['share_low_pct'])} %".strip()
    told += f", {last['said_by']}, {last['measure']}, {last['scope']}"
    return Reading(share_of(last["share_low_pct"], 100), newest(rows["reported_on"]), told)


@indicator(
    "Rank correlation with time of the shares of trade settled in the two currencies, as "
    "{side} states them",
    unit="correlation",
    rows="statements on all trade",
    measure=rank_correlation,
    years="all years of the table",
)
def stated_share_trend(side: str) -> Reading:
    """Rank correlation of stated shares of all trade with time, from −1 to 1.

    Args:
        side: ISO 3166-1 alpha-3 of the speaker's side.
    """
    rows = _statements(side, "all")
    if len(rows) < 3:
        return Reading(None, newest(rows["reported_on"]), f"{len(rows)} statements")
    order = pd.Series(rows["as_of"].astype("int64").to_numpy(), rows.index)
    told = "; ".join(f"{r.as_of.year} {r.share_low_pct:g}" for r in rows.itertuples())
    index = rank_correlation(order, rows["share_low_pct"])
    return Reading(index, newest(rows["reported_on"]), f"per cent stated: {told}")


def _statements(side: str, scope: str) -> pd.DataFrame:
    """Statements of one side in order of time, without those on one currency alone."""
    rows = load("settlement_shares")
    rows = rows[names(rows["said_by_side"], side)]
    rows = rows[rows["measure"] != "rouble alone"]
    part = rows["scope"].str.contains("goods")
    return rows[part == (scope == "part")].sort_values(["as_of", "reported_on"], kind="stable")
