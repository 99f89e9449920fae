"""Indicators on contacts of leaders, agreements, formats and attention."""

from collections.abc import Sequence

import pandas as pd

from iran_russia.datasets import load, lookup
from iran_russia.facts import percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.events import in_list, known_date, longest_wait
from iran_russia.measures.series import (
    count,
    extreme,
    mean,
    names,
    pooled_shares,
    rank_of,
    ratio,
    share_of,
)


def _by_year(rows: pd.DataFrame, first: int, last: int) -> pd.Series:
    return rows["date"].dt.year.value_counts().reindex(range(first, last + 1), fill_value=0)


def _listed(counts: pd.Series) -> str:
    return "; ".join(f"{year}: {n}" for year, n in counts.items())


def _until(rows: pd.DataFrame, last: int) -> str:
    rows = rows[rows["date"].dt.year <= last]
    return newest(known_date(rows["date"], rows["date_precision"]))


@indicator(
    "Contacts of leaders in the year with the fewest",
    unit="contacts",
    rows="contacts at the level of {levels}",
    measure=extreme,
)
def contacts(levels: list[str], first: int, last: int) -> Reading:
    """Contacts of leaders in the year with the fewest.

    Args:
        levels: levels counted, as in ``leader_contacts``.
        first, last: first and last year.
    """
    rows = load("leader_contacts")
    rows = rows[rows["level"].isin(levels)]
    by = _by_year(rows, first, last)
    return Reading(extreme(by, "min"), _until(rows, last), _listed(by))


@indicator(
    "Years with fewer than {fewer_than} contacts of leaders",
    unit="years",
    rows="contacts at the level of {levels}",
    measure=count,
)
def years_below(levels: list[str], fewer_than: int, first: int, last: int) -> Reading:
    """Count the years with fewer contacts of leaders than a number.

    Args:
        levels: levels counted, as in ``leader_contacts``.
        fewer_than: contacts a year.
        first, last: first and last year.
    """
    rows = load("leader_contacts")
    rows = rows[rows["level"].isin(levels)]
    few = _by_year(rows, first, last).loc[lambda by: by < fewer_than]
    return Reading(count(few.index), _until(rows, last), _listed(few) or "none")


@indicator(
    "Longest time between one contact of leaders and the next",
    unit="months",
    rows="contacts at the level of {levels}",
    measure=longest_wait,
)
def longest_gap(levels: list[str], first: int, last: int) -> Reading:
    """Longest time between one contact of leaders and the next, in mean months.

    Args:
        levels: levels counted, as in ``leader_contacts``.
        first, last: years in which the gap ends; it may begin earlier.
    """
    rows = load("leader_contacts")
    rows = rows[rows["level"].isin(levels)]
    wait = longest_wait(rows["date"], first, last)
    if pd.isna(wait["months"]):
        return Reading(None, "", "too few contacts")
    detail = f"from {wait['after'].date()} to {wait['before'].date()}"
    return Reading(wait["months"], _until(rows, last), detail)


@indicator(
    "Share of the presidents’ meetings with a paper signed within {within_days} days",
    unit="share",
    rows=(
        "meetings of presidents; papers are {types} of the chronology and {papers} among "
        "the deals, dated to the day"
    ),
    measure=share_of,
)
def meetings_with_paper(
    types: list[str], papers: list[str], within_days: int, first: int, last: int
) -> Reading:
    """Share of the presidents' meetings with a paper signed on nearby days.

    Args:
        types: types of events of the chronology that are signatures.
        papers: forms of paper of ``deals`` that count.
        within_days: days before or after the meeting.
        first, last: first and last year.
    """
    held = load("leader_contacts").query("level == 'presidents' and type == 'meeting'")
    held = held[held["date"].dt.year.between(first, last)].drop_duplicates("date")
    if held.empty:
        return Reading(None, "", "no meetings recorded")
    events = in_list(load("events"), "chronology")
    events = events[events["event_type"].isin(types) & (events["date_precision"] == "day")]
    deals = load("deals")
    deals = deals[deals["paper"].isin(papers) & (deals["date_precision"] == "day")]
    signed = pd.concat([events["date"], deals["date"]])
    near = held["date"].map(lambda day: (signed - day).abs().dt.days.le(within_days).any())
    detail = f"{near.sum()} of {len(held)} days with a meeting"
    return Reading(share_of(near.sum(), len(held)), _until(held, last), detail)


def _chronology(
    types: list[str],
    themes: list[str] | None = None,
    levels: Sequence[str] = (),
    valence: str | None = None,
) -> pd.DataFrame:
    rows = in_list(load("events"), "chronology")
    kept = rows["event_type"].isin(types) | rows["level"].isin(levels)
    if themes is not None:
        kept &= names(rows["themes"], *themes)
    if valence is not None:
        kept &= rows["valence"] == valence
    return rows[kept]


@indicator(
    "Years with {types} in the chronology",
    unit="years",
    rows="events of the chronology of these types",
    measure=count,
)
def years_with(types: list[str], first: int, last: int) -> Reading:
    """Count the years with an event of some types in the chronology.

    Args:
        types: types of events.
        first, last: first and last year.
    """
    rows = _chronology(types)
    by = _by_year(rows, first, last)
    return Reading(count(by.index[by > 0]), _until(rows, last), _listed(by))


@indicator(
    "{valence} events on {themes} in the year with the {which}",
    unit="events",
    rows="events of the chronology of the types {types}",
    measure=extreme,
)
def events_in_a_year(
    types: list[str], themes: list[str], valence: str, first: int, last: int, which: str
) -> Reading:
    """Events of the chronology in the year with the fewest or the most.

    Args:
        types: types of events.
        themes: themes of which an event names one.
        valence: direction of the events.
        first, last: first and last year.
        which: ``min`` or ``max``.
    """
    rows = _chronology(types, themes, valence=valence)
    by = _by_year(rows, first, last)
    return Reading(extreme(by, which), _until(rows, last), _listed(by))


@indicator(
    "Events of the kinds {types}, {levels} a year in {after} over that in {before}",
    unit="times",
    rows="events of the chronology of these types or levels",
    measure=ratio,
    years="{before} and {after}",
)
def events_ratio(
    types: list[str], levels: list[str], before: list[int], after: list[int]
) -> Reading:
    """Mean number of events a year in one period over that in an earlier one.

    Args:
        types, levels: an event of the chronology counts when its type or its level is named.
        before, after: first and last year of each period.
    """
    rows = _chronology(types, levels=levels)
    old, new = (mean(_by_year(rows, *period)) for period in (before, after))
    detail = (
        f"{new:.1f} a year in {after[0]}–{after[1]} against {old:.1f} in {before[0]}–{before[1]}"
    )
    return Reading(ratio(new, old), _until(rows, after[1]), detail)


@indicator(
    "Organisations and formats in which both states take part",
    unit="formats",
    rows="memberships of the types {types}, steps {kinds}",
    measure=count,
    years="to {last}",
)
def formats(types: list[str], kinds: list[str], last: int) -> Reading:
    """Count the organisations and formats in which both take part.

    Args:
        types: types of organisations counted.
        kinds: kinds of steps that make a state a participant, e.g. ``member``.
        last: year by which the step was taken.
    """
    rows = load("membership")
    rows = rows[rows["organisation_type"].isin(types) & rows["step_kind"].isin(kinds)]
    rows = rows[rows["irn_status"].notna() & rows["rus_status"].notna()]
    rows = rows[rows["irn_date"].dt.year <= last].drop_duplicates("organisation")
    detail = "; ".join(rows["organisation"])
    return Reading(count(rows["organisation"]), newest(rows["irn_date"]), detail or "none")


@indicator(
    "Rank of the theme {group} by the number of rows that name it",
    unit="rank",
    rows="table {table}, themes in groups: {groups}",
    measure=rank_of,
)
def theme_rank(
    table: str, group: str, groups: dict[str, list[str]], first: int, last: int
) -> Reading:
    """Rank of a group of themes by the number of rows that name one of them.

    Args:
        table: ``news_events`` (bilateral items only) or ``events`` (the chronology).
        group: the group whose rank is wanted.
        groups: name of each group and its themes.
        first, last: first and last year.
    """
    if table == "news_events":
        rows = load("news_events").query("scope == 'bilateral'").assign(date_precision="day")
    else:
        rows = in_list(load("events"), "chronology")
    rows = rows[rows["date"].dt.year.between(first, last)]
    counts = pd.Series({name: names(rows["themes"], *own).sum() for name, own in groups.items()})
    counts = counts.sort_values(ascending=False)
    detail = ", ".join(f"{name} {n}" for name, n in counts.items()) + f" of {len(rows)} rows"
    rank = rank_of(counts, group) if len(rows) else None
    return Reading(rank, _until(rows, last), detail)


def _headline_shares(outlet: str, first: int, last: int) -> tuple[pd.Series, str]:
    rows = load("headline_mentions").query("outlet == @outlet and @first <= year <= @last")
    return pooled_shares(rows, "country_iso3", "mentions", "items"), newest(rows["year"])


@indicator(
    "Rank of {country} by its share of the headlines of {outlet} among the states compared",
    unit="rank",
    rows="headlines that name a state, by year",
    measure=rank_of,
)
def headline_rank(outlet: str, country: str, first: int, last: int) -> Reading:
    """Rank of a state by its share of an outlet's headlines among the states compared.

    Args:
        outlet: as in ``headline_mentions``.
        country: ISO3 code.
        first, last: first and last year.
    """
    share, latest = _headline_shares(outlet, first, last)
    name = lookup("countries", "iso3", "name")
    detail = ", ".join(f"{name[state]} {percent(value, 2)}" for state, value in share.items())
    return Reading(rank_of(share, country), latest, detail)


@indicator(
    "Share of {country} in the headlines of {outlet} over the smallest share of {against}",
    unit="times",
    rows="headlines that name a state, by year",
    measure=ratio,
)
def headline_ratio(outlet: str, country: str, against: list[str], first: int, last: int) -> Reading:
    """A state's share of an outlet's headlines over the smallest share of states compared.

    Args:
        outlet: as in ``headline_mentions``.
        country: ISO3 code.
        against: ISO3 codes of the states compared.
        first, last: first and last year.
    """
    share, latest = _headline_shares(outlet, first, last)
    if share.empty or not share[against].min():
        return Reading(None, latest, "no headlines")
    least = share[against].idxmin()
    name = lookup("countries", "iso3", "name")
    detail = " against ".join(f"{name[s]} {percent(share[s], 2)}" for s in (country, least))
    return Reading(ratio(share[country], share[least]), latest, detail)
