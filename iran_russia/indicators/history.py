"""Indicators on the history of relations: events, votes and trade of earlier times."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures import agreement as sure
from iran_russia.measures.events import in_list, known_date
from iran_russia.measures.series import count, difference, ratio, share_of
from iran_russia.measures.trade import trade_balance
from iran_russia.measures.voting import agreement, ballots, final_votes


def _events(lists: str, first: int, last: int) -> pd.DataFrame:
    rows = in_list(load("events"), lists)
    return rows[rows["date"].dt.year.between(first, last)]


def _dated(rows: pd.DataFrame) -> str:
    return newest(known_date(rows["date"], rows["date_precision"]))


@indicator(
    "Share of {valence} events", unit="share", rows="events of the list {lists}", measure=share_of
)
def valence_share(lists: str, valence: str, first: int, last: int) -> Reading:
    """Share of the events of a list that were read as cooperative, frictional or mixed.

    Args:
        lists: name of the list, e.g. ``history``.
        valence: the direction counted.
        first, last: first and last year.
    """
    rows = _events(lists, first, last)
    hits = rows["valence"] == valence
    detail = f"{hits.sum()} of {len(rows)} events, {first}–{last}"
    return Reading(share_of(hits.sum(), len(rows)), _dated(rows), detail)


@indicator(
    "Change of the share of {valence} events",
    unit="points",
    rows="events of the list {lists}",
    measure=difference,
    years="{before} and {after}",
)
def valence_change(lists: str, valence: str, before: list[int], after: list[int]) -> Reading:
    """Change of the share of events of one direction from one period to a later one, in points.

    Args:
        lists: name of the list.
        valence: the direction counted.
        before, after: first and last year of each period.
    """
    old, new = (valence_share(lists, valence, *period) for period in (before, after))
    detail = f"{new.detail} against {old.detail}"
    return Reading(difference(new.value, old.value, scale=100), new.latest, detail)


@indicator(
    "Steps from one era to the next in which the share of {valence} events did not fall",
    unit="steps",
    rows="events of the history, by era: {eras}",
    measure=count,
    years="1521–2000",
)
def eras_without_fall(valence: str, eras: list[str]) -> Reading:
    """Count the steps from one era to the next in which a share of events did not fall.

    Args:
        valence: the direction counted in the list ``history``.
        eras: eras in order of time.
    """
    rows = in_list(load("events"), "history")
    share = (rows["valence"] == valence).groupby(rows["era"]).mean().reindex(eras)
    steps = share.diff().iloc[1:]
    detail = ", ".join(f"{era.replace('_', ' ')} {percent(s)}" for era, s in share.items())
    latest = _dated(rows[rows["era"].isin(eras)])
    found = None if share.isna().any() else count(steps.index[steps >= 0])
    return Reading(found, latest, detail)


def _roll_calls(first: int, last: int) -> pd.DataFrame:
    calls = final_votes(load("unga_rollcalls"))
    calls = calls[calls["date"].dt.year.between(first, last)]
    return calls.assign(all="all", year=calls["date"].dt.year)


def _scores(countries: list[str]) -> pd.DataFrame:
    votes = load("unga_votes")
    return ballots(votes[votes["iso3"].isin(countries)])


@indicator(
    "Share of identical votes of {one} and {other} where {opponent} voted no",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=agreement,
)
def identical_where_no(one: str, other: str, opponent: str, first: int, last: int) -> Reading:
    """Share of identical UN votes of two states among those in which a third voted no.

    Args:
        one, other, opponent: ISO3 codes; RUS is also the USSR.
        first, last: first and last year.
    """
    scores = _scores([one, other, opponent])
    refused = scores.index[scores[opponent] == 0]
    calls = _roll_calls(first, last)
    calls = calls[calls["rcid"].isin(refused)]
    table = agreement(scores, calls, one, "all").set_index("iso3")
    if other not in table.index:
        return Reading(None, "", "no common vote")
    row = table.loc[other]
    detail = f"{number(row['n_identical'])} of {number(row['n_both'])} votes of both"
    ends = sure.percentile_interval(sure.resampled(scores, calls, [(one, other)])).iloc[0]
    return Reading(ends["value"], newest(calls["year"]), detail, ends["low"], ends["high"])


@indicator(
    "Share of the votes on {topic} in which {one} said yes and {other} no",
    unit="share",
    rows="key votes of the General Assembly",
    measure=share_of,
)
def opposed_share(topic: str, one: str, other: str, first: int, last: int) -> Reading:
    """Share of the key UN votes on a topic in which one state voted yes and the other no.

    Args:
        topic: as in ``unga_key_votes``.
        one, other: ISO3 codes; RUS is also the USSR.
        first, last: first and last year.
    """
    topics = load("unga_key_votes").query("topic == @topic")
    calls = _roll_calls(first, last)
    calls = calls[calls["rcid"].isin(topics["rcid"])]
    scores = _scores([one, other]).reindex(calls["rcid"])
    apart = (scores[one] == 1) & (scores[other] == 0)
    detail = f"{apart.sum()} of {len(apart)} votes"
    return Reading(share_of(apart.sum(), len(apart)), newest(calls["year"]), detail)


@indicator(
    "Iran’s exports to Russia over its imports from there, by {reporter}",
    unit="times",
    rows="both directions, {period_type}",
    measure=ratio,
)
def exports_to_imports(reporter: str, period_type: str, first: int, last: int) -> Reading:
    """Iran's exports to Russia divided by its imports from there, by one reporter.

    Args:
        reporter: as in ``trade_totals``, e.g. ``IRN`` for the Iranian customs.
        period_type: ``calendar_year`` or ``iranian_year``.
        first, last: first and last year.
    """
    rows = load("trade_totals").query("reporter == @reporter and period_type == @period_type")
    both = trade_balance(rows[rows["value_usd"].notna() & rows["year"].between(first, last)])
    both = both[both["how"] == "both directions"]
    out, back = both["iran_to_russia"].sum(), both["russia_to_iran"].sum()
    detail = (
        f"{number(out / 1e6)} against {number(back / 1e6)} million dollars, "
        f"{both['year'].nunique()} years, reporter {reporter}"
    )
    return Reading(ratio(out, back), newest(both["year"]), detail)
