"""Indicators on projects: money and works, contracts and exits, schedules, the corridor."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.corridor import attainment
from iran_russia.measures.deals import COUNTED_KINDS, project_outcomes
from iran_russia.measures.schedule import different_plans, schedule_entries, slippage
from iran_russia.measures.series import (
    count,
    difference,
    moved_on,
    relative_change,
    share_of,
    total,
)

WORKS = ["in construction", "in operation", "partly completed", "completed"]
"""Statuses of ``deals`` that report works under way, in use or finished."""

_SIGN = {"usd": "$", "eur": "€"}


@indicator(
    "Share of the announced value of projects in {branches} of which any report tells of works",
    unit="share",
    rows="projects with a value in {currency}, each value once",
    measure=share_of,
    years="all years of the table",
)
def works_share(branches: list[str], currency: str) -> Reading:
    """Share of announced value in projects of which any report tells of works, from 0 to 1.

    A later report may contradict; the detail then says so. So the share is an upper bound.

    Args:
        branches: branches of ``deals``.
        currency: ``usd`` or ``eur``; values in the other are left out.
    """
    value = _valued(_deals_in("branch", branches), currency)
    if value.empty:
        return Reading(None, "", f"no announced value in {currency}")
    begun = value[value["works"]]
    amount = f"announced_value_{currency}"
    part, whole = begun[amount].sum(), value[amount].sum()
    told = f"{_money(part, currency)} of {_money(whole, currency)} in {len(value)} projects"
    told += _named(begun)
    return Reading(share_of(part, whole), newest(value["latest"]), told)


@indicator(
    "Announced value of projects in {sectors} reported as begun",
    unit=lambda given: f"billion {given['currency'].upper()}",
    rows="projects with a value in {currency} signed in the span, each value once",
    measure=total,
)
def money_in_works(sectors: list[str], first: str, last: str, currency: str) -> Reading:
    """Announced value of projects signed in a span of days and reported as begun, in billions.

    Args:
        sectors: sectors of ``deals``.
        first: ISO day.
        last: ISO day; the date of the row whose value is counted decides.
        currency: ``usd`` or ``eur``; values in the other are left out.
    """
    counted = _deals_in("sector", sectors)
    value = _valued(counted, currency)
    value = value[value["date"].between(first, last)]
    amount = f"announced_value_{currency}"
    begun = value[value["works"]]
    told = f"{_money(value[amount].sum(), currency)} announced, projects: {len(value)}"
    told += _named(begun) or "; no works reported for any of them"
    latest = newest(counted["status_on"])
    return Reading(total(begun[amount] / 1e9), latest, told)


@indicator(
    "Projects and trade programmes in {sectors} reported in operation or complete",
    unit="projects",
    rows="deals of these sectors, reports since the day",
    measure=count,
    years="since {since}",
)
def projects_running(sectors: list[str], since: str) -> Reading:
    """Number of projects and trade programmes reported in operation or complete.

    Args:
        sectors: sectors of ``deals``.
        since: ISO day; only reports of that state on it or later count.
    """
    counted = _deals_in("sector", sectors)
    held = counted[counted["status_group"].isin(["in operation", "completed"])]
    held = held[held["status_on"] >= since]
    names = sorted(held["project"].unique())
    told = f"{', '.join(names) or 'none'}, of {counted['project'].nunique()} projects"
    return Reading(count(names), newest(counted["status_on"]), told)


@indicator(
    "Contracts in {branches} signed less contracts and papers given up",
    unit="contracts",
    rows="deals of these branches",
    measure=difference,
    years="{months} months from {since}",
)
def contracts_less_exits(branches: list[str], since: str, months: int) -> Reading:
    """Contracts signed less contracts and papers given up in the months after a day.

    Args:
        branches: branches of ``deals``.
        since: ISO day.
        months: length of the time after.
    """
    start = pd.Timestamp(since)
    end = start + pd.DateOffset(months=months)
    counted = _deals_in("branch", branches)
    new = counted[(counted["status_group"] == "contract") & counted["date"].between(start, end)]
    gone = counted[counted["status_group"].isin(["cancelled", "transferred"])]
    gone = gone[gone["status_on"].between(start, end)]
    told = f"{new['project'].nunique()} contracts"
    told += f" ({', '.join(new['project'].unique())})" if len(new) else ""
    told += f", {gone['project'].nunique()} exits"
    told += f" ({', '.join(gone['project'].unique())})" if len(gone) else ""
    balance = difference(count(new["project"]), count(gone["project"]))
    return Reading(balance, newest(gone["status_on"], new["date"]), told)


def _deals_in(column: str, values: list[str]) -> pd.DataFrame:
    deals = load("deals")
    return deals[deals["kind"].isin(COUNTED_KINDS) & deals[column].isin(values)]


def _valued(counted: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The row of each project whose value counts, with what its other rows report."""
    value = counted[counted["value_counted"] & counted[f"announced_value_{currency}"].notna()]
    told = counted.assign(works=counted["status_group"].isin(WORKS)).groupby("project")
    reports = told.agg(works=("works", "any"), latest=("status_on", "max"))
    outcome = project_outcomes(load("deals")).set_index("deal")["status"].rename("outcome")
    return value.join(reports, on="project").join(outcome, on="project")


def _named(begun: pd.DataFrame) -> str:
    if begun.empty:
        return ""
    names = (
        f"{r.project}{' (a later report does not know of works)' if r.outcome == 'unknown' else ''}"
        for r in begun.itertuples()
    )
    return f"; works reported: {', '.join(names)}"


def _money(value: float, currency: str) -> str:
    return f"{_SIGN[currency]}{number(value / 1e9, 2)} billion"


@indicator(
    "Planned dates of the {step} of {unit} that passed unmet",
    unit="dates",
    rows="milestones of the unit, different planned dates",
    measure=different_plans,
)
def postponements(unit: str, step: str, first: int, last: int) -> Reading:
    """Number of different planned dates of a step that passed unmet within years.

    Args:
        unit: as in ``nuclear_milestones``.
        step: as in ``nuclear_milestones``.
        first: first year in which a planned date lies.
        last: last year.
    """
    rows = load("nuclear_milestones")
    entries = schedule_entries(rows[(rows["unit"] == unit) & (rows["step"] == step)])
    if entries.empty:
        return Reading(None, "", f"no schedule of {unit}, {step}")
    plans = different_plans(entries, ["unit", "step"])
    end = rows["date"].max()
    held = slippage(entries, ["unit", "step"], end).iloc[0]
    happened = held["actual"] if pd.notna(held["actual"]) else end
    inside = plans[plans["date"].dt.year.between(first, last) & (plans["date"] < happened)]
    dates = ", ".join(
        f"{d:%Y-%m}" if p != "year" else f"{d:%Y}"
        for d, p in zip(inside["date"], inside["date_precision"], strict=True)
    )
    told = f"planned for {dates}; {held['months_low']} to {held['months_high']} months from the "
    told += f"first plan to {'the fact' if held['state'] == 'done' else 'the end of the table'}"
    return Reading(count(inside.index), newest(happened), told)


@indicator(
    "Delays of {topic} that {actors} announced or explained",
    unit="delays",
    rows="milestones on which Russia restrains, not of low confidence",
    measure=count,
)
def delays_named(topic: str, first: int, last: int, actors: list[str]) -> Reading:
    """Number of reported delays that a party announced or explained.

    Args:
        topic: as in ``nuclear_milestones``.
        first: first year.
        last: last year.
        actors: who spoke, as the column ``actor`` names them.
    """
    rows = load("nuclear_milestones")
    rows = rows[(rows["topic"] == topic) & rows["date"].dt.year.between(first, last)]
    rows = rows[(rows["russia_part"] == "restrains") & (rows["confidence"] != "low")]
    spoke = rows["actor"].str.split("; ").map(lambda names: bool(set(names) & set(actors)))
    held = rows[spoke]
    told = "; ".join(f"{r.date:%Y-%m} {r.milestone} ({r.actor})" for r in held.itertuples())
    return Reading(count(held.index), newest(held["date"]), told)


@indicator(
    "Years with a text critical of Iran’s programme",
    unit="years",
    rows="votes of the IAEA Board, adopted texts of the Security Council",
    measure=count,
)
def years_of_concern(first: int, last: int) -> Reading:
    """Years with a text critical of Iran's programme, of the IAEA Board or the Security Council.

    Args:
        first: first year.
        last: last year.
    """
    board = load("iaea_board_votes")
    council = load("unsc_votes")
    council = council[council["iran_related"] & (council["aim"] == "critical_of_iran")]
    council = council[council["outcome"] == "adopted"]
    years = {}
    for name, rows in (("Board", board), ("Council", council)):
        held = rows[rows["date"].dt.year.between(first, last)]
        years[name] = (sorted(held["date"].dt.year.unique()), held["date"].max())
    every = set(years["Board"][0]) | set(years["Council"][0])
    told = "; ".join(
        f"{n} {', '.join(map(str, found)) or 'none'}" for n, (found, _) in years.items()
    )
    return Reading(count(every), newest(*(last_on for _, last_on in years.values())), told)


@indicator(
    "Change of Iran’s stock of uranium, column {level}",
    unit="kilograms",
    rows="latest measured figure of each year",
    measure=difference,
    years="{first} and {last}",
)
def stock_change(level: str, first: int, last: int) -> Reading:
    """Change of the stock of uranium at a level of enrichment between two years, kilograms.

    Args:
        level: column of ``enriched_uranium_stock``.
        first: the year whose latest figure is compared with.
        last: the year whose latest measured figure is taken.
    """
    rows = load("enriched_uranium_stock")
    rows = rows[rows[level].notna() & ~rows["contradicted"] & (rows["levels_basis"] != "repeated")]
    by = rows.sort_values("date").groupby(rows["date"].dt.year).tail(1).set_index("date")
    by.index = by.index.year
    if first not in by.index or last not in by.index:
        return Reading(None, "", "no figure in one of the two years")
    told = f"{number(by.loc[last, level], 1)} kg in {last} against"
    told += f" {number(by.loc[first, level], 1)} in {first}, latest figures of the years"
    latest = newest(rows.loc[rows["date"].dt.year == last, "date"])
    return Reading(difference(by.loc[last, level], by.loc[first, level]), latest, told)


@indicator(
    "Days that the corridor saves against the sea route, as a share, {bound} bound",
    unit="share",
    rows="journeys of the kind: {kind}",
    measure=relative_change,
    years="all years of the table",
)
def time_saved(kind: str, bound: str) -> Reading:
    """Days saved by the corridor against the sea route, as a share of the sea route's days.

    Journeys are compared with those of the sea route named by the same kind of speaker; where no
    trip by sea is reported, with the days claimed for comparison.

    Args:
        kind: ``independent estimate`` or ``reported`` (actual trips), as in ``corridor_journeys``.
        bound: ``low`` for the slowest journey against the fastest by sea, ``high`` for the fastest
            against the slowest.
    """
    rows = load("corridor_journeys")
    rows = rows[rows["days_low"].notna()]
    corridor = rows[(rows["via"] == "corridor") & (rows["kind"] == kind)]
    sea = rows[(rows["via"] == "sea route") & rows["journey"].isin(corridor["journey"])]
    own = sea[sea["kind"] == kind]
    sea = own if len(own) else sea[sea["kind"] == "claimed for comparison"]
    if corridor.empty or sea.empty:
        return Reading(None, "", f"no {kind} of both routes")
    slower = relative_change(corridor["days_high"].max(), sea["days_low"].min())
    faster = relative_change(corridor["days_low"].min(), sea["days_high"].max())
    if slower is None or faster is None:
        return Reading(None, "", "a journey by sea of no days")
    slow, fast = -slower, -faster
    told = f"{number(corridor['days_low'].min())} to {number(corridor['days_high'].max())} days by "
    told += f"the corridor, {number(sea['days_low'].min())} to {number(sea['days_high'].max())} by "
    told += f"sea ({', '.join(sorted(set(sea['kind'])))}); saved {percent(slow)} to {percent(fast)}"
    latest = newest(corridor["period_end"])
    return Reading(slow if bound == "low" else fast, latest, told)


@indicator(
    "Share of the cargo promised for the corridor, branch {branch}, that was carried",
    unit="share",
    rows="targets and figures reported for the year, lowest",
    measure=attainment,
    years="{year}",
)
def cargo_on_path(branch: str, year: int) -> Reading:
    """Share of a cargo target that was carried in its year, the lowest figure, 0 to 1.

    Args:
        branch: as in ``corridor_freight``.
        year: calendar year of the target.
    """
    rows = _cargo(branch)
    targets = rows[(rows["kind"] != "reported") & (rows["year"] == year)]
    if targets.empty:
        return Reading(None, "", f"no target for {year}")
    # A target is held against counts of whoever set it.
    alike = rows["counted_by"].isin(targets["counted_by"])
    found = attainment(targets, rows[(rows["kind"] == "reported") & alike])
    promised = f"{number(targets['low'].min(), 1)} million tonnes promised for {year}"
    met = found[found["same_year"]]
    if met.empty:
        latest = found["reported_year"].max()
        return Reading(None, newest(latest), f"{promised}; no dated figure after {latest:.0f}")
    told = f"{promised}, {number(met['reported_low'].min(), 1)} reported"
    return Reading(float(met["share_low"].min()), str(year), told)


@indicator(
    "Least change of the cargo of the corridor, branch {branch}, by Russian count",
    unit="share",
    rows="reported cargo of calendar years, growth rates where there is no figure",
    measure=relative_change,
    years="{first} to {last}",
)
def cargo_change(branch: str, first: int, last: int) -> Reading:
    """Least change of cargo by Russian count from a year to the latest one with a figure.

    Where a year has a growth rate and no figure, the lowest figure of the year before is moved on
    by it.

    Args:
        branch: as in ``corridor_freight``.
        first: the year compared with.
        last: the latest year looked at.
    """
    rows = _cargo(branch)
    rows = rows[(rows["kind"] == "reported") & (rows["counted_by"] == "russian")]
    by = rows.groupby("year")[["low", "high"]].agg({"low": "min", "high": "max"})
    freight = load("corridor_freight")
    rates = freight[(freight["branch"] == branch) & (freight["indicator"] == "cargo growth")]
    rates = rates.dropna(subset=["period_end", "growth_percent"])
    rates = rates.groupby(rates["period_end"].dt.year)["growth_percent"].first()
    held = by.loc[first:last]
    level = moved_on(held["low"], rates / 100, last)
    if first not in level.index or len(level) < 2:
        return Reading(None, "", "no figure for the two years")
    end = level.index.max()
    base = by.loc[first, "high"]
    told = [f"{number(level[end], 1)} million tonnes in {end}, {number(base, 1)} in {first}"]
    moved = level.index.difference(held.index)
    told += [f"{year} by a growth of {rates[year]:g} %" for year in moved]
    if end < last:
        told.append(f"no dated figure for {last}")
    return Reading(relative_change(level[end], base), str(end), "; ".join(told))


def _cargo(branch: str) -> pd.DataFrame:
    rows = load("corridor_freight")
    rows = rows[(rows["branch"] == branch) & (rows["indicator"] == "cargo")]
    rows = rows[(rows["period_type"] == "calendar year") & (rows["confidence"] != "low")]
    rows = rows.dropna(subset="period_end")
    return rows.assign(
        year=rows["period_end"].dt.year,
        low=rows["million_tonnes"],
        high=rows["million_tonnes_upper"].fillna(rows["million_tonnes"]),
    )
