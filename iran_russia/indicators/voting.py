"""Votes in the United Nations: how often two states vote alike, and with whom."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.series import count, difference, relative_change, share_of
from iran_russia.measures.voting import (
    agreement,
    agreement_where,
    ballots,
    distance_to_group,
    final_votes,
    key_positions,
    ranked,
    ranked_by_change,
)


def _roll_calls(first: int, last: int, important: bool = False) -> pd.DataFrame:
    """Return the final votes of a span of years."""
    rolls = final_votes(load("unga_rollcalls"))
    held = rolls["date"].dt.year.between(first, last)
    if important:
        held &= rolls["important_to_usa"].fillna(False)
    return rolls[held].assign(span="all")


def _with_others(country: str, rolls: pd.DataFrame, other: str | None = None) -> pd.DataFrame:
    """Return the agreement of a state with every other, or one, over some roll calls, by state."""
    votes = load("unga_votes")
    if other:
        votes = votes[votes["iso3"].isin([country, other])]
    cast = votes[votes["rcid"].isin(rolls["rcid"])]
    return agreement(ballots(cast), rolls, country, "span").set_index("iso3")


def place(of: str, among: str, first: int, last: int) -> pd.Series:
    """Return the agreement of two states and the place that one has among all others of the other.

    Args:
        of: the state ranked; the nearest by share of identical votes has rank 1.
        among: the state that all others are compared with.
        first: first year.
        last: last year.

    Returns:
        The row of :func:`iran_russia.measures.voting.ranked`, with ``latest``, the day of the
        newest roll call.
    """
    rolls = _roll_calls(first, last)
    row = ranked(_with_others(among, rolls), "span").loc[of]
    return pd.concat([row, pd.Series({"latest": newest(rolls["date"])})])


@indicator(
    "Share of identical votes of {one} and {other} in the General Assembly[, votes that "
    "the United States calls important{important}]",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=agreement,
)
def identical(one: str, other: str, first: int, last: int, important: bool = False) -> Reading:
    """Share of identical final votes of two states in the General Assembly.

    Args:
        one: a state.
        other: another state.
        first: first year.
        last: last year.
        important: only the votes that the United States lists as important.
    """
    rolls = _roll_calls(first, last, important)
    both = _with_others(one, rolls, other)
    if other not in both.index:
        return Reading(None, "")
    pair, latest = both.loc[other], newest(rolls["date"])
    told = f"{number(pair['n_identical'])} of {number(pair['n_both'])} votes"
    return Reading(float(pair["share_identical"]), latest, told)


def _where(one: str, other: str, third: str, vote: str, first: int, last: int) -> pd.Series:
    """Return :func:`iran_russia.measures.voting.agreement_where` of a span, with ``latest``."""
    rolls = _roll_calls(first, last)
    found = agreement_where(load("unga_votes"), rolls, one, other, third, vote)
    return pd.concat([found, pd.Series({"latest": newest(rolls["date"])})])


@indicator(
    "Share of identical votes of {one} and {other} where {third} voted {vote}[, less the "
    "share in all other roll calls{against_rest}]",
    unit=lambda given: "points" if given["against_rest"] else "share",
    rows="roll calls of the General Assembly",
    measure=agreement_where,
)
def alike_when(
    one: str, other: str, third: str, vote: str, first: int, last: int, against_rest: bool = False
) -> Reading:
    """Share of identical votes of two states where a third cast a given vote, as a share.

    Args:
        one: a state.
        other: another state.
        third: the state whose vote selects the roll calls.
        vote: yes, no, abstain or absent.
        first: first year.
        last: last year.
        against_rest: give the difference to the same share in all other roll calls instead, in
            percentage points.
    """
    found = _where(one, other, third, vote, first, last)
    value = found["points" if against_rest else "share_identical"]
    if pd.isna(value):
        return Reading(None, found["latest"])
    told = f"{percent(found['share_identical'], 1)} of {number(found['n_both'])} votes"
    if against_rest:
        told += f" against {percent(found['share_rest'], 1)} of {number(found['n_rest'])} others"
    return Reading(float(value), found["latest"], told)


@indicator(
    "Share of votes in which {one} and {other} differ where {third} voted {vote}",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=agreement_where,
)
def apart_when(one: str, other: str, third: str, vote: str, first: int, last: int) -> Reading:
    """Share of votes in which two states differ where a third cast a given vote.

    Args:
        one: a state.
        other: another state.
        third: the state whose vote selects the roll calls.
        vote: yes, no, abstain or absent.
        first: first year.
        last: last year.
    """
    found = _where(one, other, third, vote, first, last)
    if pd.isna(found["share_different"]):
        return Reading(None, found["latest"])
    told = f"alike in {percent(found['share_identical'], 1)} of {number(found['n_both'])} votes"
    return Reading(float(found["share_different"]), found["latest"], told)


@indicator(
    "Rank of {of} by agreement with {among}, as a share of the states compared",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=ranked,
)
def rank_share(of: str, among: str, first: int, last: int) -> Reading:
    """Rank of one state among those compared with another, as a share of their number.

    The nearest by share of identical votes has rank 1.

    Args:
        of: the state ranked.
        among: the state that all others are compared with.
        first: first year.
        last: last year.
    """
    row = place(of, among, first, last)
    told = f"rank {row['rank']} of {row['of']}, {percent(row['share_identical'], 1)} identical"
    return Reading(share_of(row["rank"], row["of"]), row["latest"], told)


@indicator(
    "Rank of {of} by the change of its agreement with {among}, as a share of the states compared",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=ranked_by_change,
    years="{before} and {after}",
)
def rank_of_change(of: str, among: str, before: list[int], after: list[int]) -> Reading:
    """Rank of one state by the change of its agreement with another; 1 is the largest rise.

    Args:
        of: the state ranked.
        among: the state that all others are compared with.
        before: first and last year of the time before.
        after: first and last year of the time after.
    """
    shares = [
        _with_others(among, _roll_calls(first, last))["share_identical"]
        for first, last in (before, after)
    ]
    own = ranked_by_change(*shares).loc[of]
    told = f"rank {own['rank']:.0f} of {own['of']:.0f}: "
    told += f"{percent(own['before'], 1)} to {percent(own['after'], 1)}"
    return Reading(float(own["place"]), newest(_roll_calls(after[0], after[1])["date"]), told)


@indicator(
    "Share of the key votes on {topics} in which {one} and {other} voted the same way",
    unit="share",
    rows="key votes for which both positions are established",
    measure=key_positions,
    years="all years of the table",
)
def key_votes_alike(topics: list[str], one: str = "IRN", other: str = "RUS") -> Reading:
    """Share of the key votes on some topics in which two states voted the same way.

    Counted are the votes for which both positions are established; an absence or abstention
    against a yes or no is not the same vote.

    Args:
        topics: topics of the table of key votes.
        one: a state.
        other: another state.
    """
    keys = load("unga_key_votes")
    cast = key_positions(
        keys[keys["topic"].isin(topics)], load("unga_rollcalls"), load("unga_votes"), [one, other]
    )
    sides = cast.pivot(index="key_vote_id", columns="iso3", values="vote")
    known = sides[(sides != "not established").all(axis=1)]
    if known.empty:
        return Reading(None, "")
    same = known[one].eq(known[other]) & known[one].ne("absent")
    told = (
        f"{same.sum()} of {len(known)} with both votes established; {one} abstained in "
        f"{known[one].eq('abstain').sum()}, was absent in {known[one].eq('absent').sum()}"
    )
    return Reading(share_of(same.sum(), len(known)), newest(cast["date"]), told)


@indicator(
    "Change of the distance of {one} to {others} on the main dimension of voting",
    unit="share",
    rows="ideal points of the General Assembly",
    measure=distance_to_group,
    years="{before} and {after}",
)
def distance_change(one: str, others: list[str], before: list[int], after: list[int]) -> Reading:
    """Change of a state’s mean distance to others on the main dimension of voting, as a share.

    Args:
        one: the state.
        others: the states whose mean ideal point is the other end of the distance.
        before: first and last year of the time before.
        after: first and last year of the time after.
    """
    points = load("unga_ideal_points")
    earlier, later = distance_to_group(points, one, others, [before, after])
    latest = newest(points.loc[points["year"].le(after[1]), "year"])
    change = relative_change(later, earlier)
    told = "" if change is None else f"{earlier:.2f} to {later:.2f} units"
    return Reading(change, latest, told)


def _texts_on_iran(first: int, last: int) -> tuple[pd.Series, pd.Series, str]:
    """List Russia’s vetoes on texts aimed at Iran and its votes for measures on Iran."""
    vetoes, council = load("unsc_vetoes"), load("unsc_votes")
    aimed = vetoes[
        (vetoes["iran_relation"] == "direct")
        & (vetoes["vetoed_by_iso3"].str.contains("RUS"))
        & vetoes["date"].dt.year.between(first, last)
    ]
    measures = council[
        council["iran_related"]
        & (council["aim"] == "critical_of_iran")
        & council["date"].dt.year.between(first, last)
    ]
    voted_for = measures.loc[measures["rus_vote"] == "yes", "unsc_vote_id"]
    return aimed["veto_id"], voted_for, newest(aimed["date"], measures["date"])


@indicator(
    "Russian vetoes in the Security Council on texts aimed at Iran",
    unit="vetoes",
    rows="vetoes that concern Iran directly",
    measure=count,
)
def vetoes_on_iran(first: int, last: int) -> Reading:
    """Number of Russian vetoes in the Security Council on texts aimed at Iran.

    Args:
        first: first year.
        last: last year.
    """
    vetoed, voted_for, latest = _texts_on_iran(first, last)
    told = f"{len(vetoed)} vetoes beside {len(voted_for)} votes for texts critical of Iran"
    return Reading(count(vetoed), latest, told)


@indicator(
    "Russian vetoes on texts aimed at Iran less its votes for texts critical of Iran",
    unit="votes",
    rows="vetoes that concern Iran directly, votes of the Council on Iran",
    measure=difference,
)
def vetoes_less_votes_for(first: int, last: int) -> Reading:
    """Russian vetoes on texts aimed at Iran, less its votes for texts critical of Iran.

    Args:
        first: first year.
        last: last year.
    """
    vetoed, voted_for, latest = _texts_on_iran(first, last)
    told = f"{len(vetoed)} vetoes less {len(voted_for)} votes for"
    return Reading(difference(count(vetoed), count(voted_for)), latest, told)
