"""Votes in the United Nations: how often two states vote alike, and with whom."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures import agreement as sure
from iran_russia.measures.series import count, difference, relative_change, share_of
from iran_russia.measures.voting import (
    ballots,
    distance_to_group,
    final_votes,
    key_positions,
    pair_overall,
)


def _roll_calls(first: int, last: int, important: bool = False) -> pd.DataFrame:
    """Return the final votes of a span of years."""
    rolls = final_votes(load("unga_rollcalls"))
    held = rolls["date"].dt.year.between(first, last)
    if important:
        held &= rolls["important_to_usa"].fillna(False)
    return rolls[held].assign(span="all")


def _scores(rolls: pd.DataFrame, states: list[str] | None = None) -> pd.DataFrame:
    """Return what states, or all of them, cast in some roll calls."""
    votes = load("unga_votes")
    kept = votes["rcid"].isin(rolls["rcid"])
    return ballots(votes[kept & votes["iso3"].isin(states)] if states else votes[kept])


def place(of: str, among: str, first: int, last: int) -> pd.Series:
    """Return the agreement of two states and the place that one has among all others of the other.

    Args:
        of: the state ranked; the nearest by share of identical votes has rank 1.
        among: the state that all others are compared with.
        first: first year.
        last: last year.

    Returns:
        ``share``, ``kappa`` and the ranks by either, ``rank_share`` and ``rank_kappa``, each with
        its interval (``share_low``, ``share_high`` and so on); ``of``, the number of states ranked;
        ``latest``, the day of the newest roll call.
    """
    rolls = _roll_calls(first, last)
    scores = _scores(rolls)
    found: dict[str, object] = {"latest": newest(rolls["date"])}
    for name, measure in (("share", sure.identical), ("kappa", sure.kappa)):
        drawn = sure.resampled(scores, rolls, sure.with_each(scores, among), measure)
        ranked = sure.ranks(drawn)
        for label, samples in ((name, drawn), (f"rank_{name}", ranked)):
            own = sure.percentile_interval(samples).loc[(among, of)]
            found |= {label: own["value"], f"{label}_low": own["low"], f"{label}_high": own["high"]}
        found["of"] = len(ranked)
    return pd.Series(found)


@indicator(
    "Share of identical votes of {one} and {other} in the General Assembly[, votes that "
    "the United States calls important{important}]",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=sure.identical,
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
    scores = _scores(rolls, [one, other]).reindex(columns=[one, other])
    pair = pair_overall(scores, rolls, one, other)
    if pair.isna().any():
        return Reading(None, "")
    told = f"{number(pair['n_identical'])} of {number(pair['n_both'])} votes"
    found = sure.percentile_interval(sure.resampled(scores, rolls, [(one, other)])).iloc[0]
    return Reading(found["value"], newest(rolls["date"]), told, found["low"], found["high"])


def _when_voted(
    one: str, other: str, third: str, vote: str, first: int, last: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the votes of two states, and the roll calls of both with how a third one voted."""
    rolls, votes = _roll_calls(first, last), load("unga_votes")
    scores = _scores(rolls, [one, other])
    both = rolls[scores.reindex(rolls["rcid"])[[one, other]].notna().all(axis=1).to_numpy()]
    cast = votes[votes["iso3"] == third].set_index("rcid")["vote"].reindex(both["rcid"])
    return scores, both.assign(voted=cast.eq(vote).to_numpy())


@indicator(
    "Share of identical votes of {one} and {other} where {third} voted {vote}[, less the "
    "share in all other roll calls{against_rest}]",
    unit=lambda given: "points" if given["against_rest"] else "share",
    rows="roll calls of the General Assembly",
    measure=sure.identical,
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
    scores, both = _when_voted(one, other, third, vote, first, last)
    latest = newest(_roll_calls(first, last)["date"])
    there, rest = both[both["voted"]], both[~both["voted"]]
    if there.empty or (against_rest and rest.empty):
        return Reading(None, latest)
    pair = [(one, other)]
    share = sure.percentile_interval(sure.resampled(scores, there, pair)).iloc[0]
    words = f"{percent(share['value'], 1)} of {number(len(there))} votes"
    if not against_rest:
        return Reading(share["value"], latest, words, share["low"], share["high"])
    without = pair_overall(scores, rest, one, other)["share_identical"]
    words += f" against {percent(without, 1)} of {number(len(rest))} others"
    gap = 100 * sure.percentile_interval(sure.resampled_change(scores, rest, there, pair)).iloc[0]
    return Reading(gap["value"], latest, words, gap["low"], gap["high"])


@indicator(
    "Share of votes in which {one} and {other} differ where {third} voted {vote}",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=sure.identical,
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
    alike = alike_when(one, other, third, vote, first, last)
    if alike.value is None or alike.low is None or alike.high is None:
        return alike
    told = f"alike in {alike.detail}"
    return Reading(1 - alike.value, alike.latest, told, 1 - alike.high, 1 - alike.low)


@indicator(
    "Rank of {of} by agreement with {among}, as a share of the states compared",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=sure.ranks,
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
    of_all = row[["rank_share", "rank_share_low", "rank_share_high"]] / row["of"]
    told = (
        f"rank {row['rank_share']:.0f} of {row['of']}, by the texts that came to a vote "
        f"{row['rank_share_low']:.0f} to {row['rank_share_high']:.0f}; "
        f"{percent(row['share'], 1)} identical"
    )
    return Reading(of_all.iloc[0], row["latest"], told, of_all.iloc[1], of_all.iloc[2])


@indicator(
    "Rank of {of} by the change of its agreement with {among}, as a share of the states compared",
    unit="share",
    rows="roll calls of the General Assembly",
    measure=sure.ranks,
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
    spans = [_roll_calls(first, last) for first, last in (before, after)]
    scores = _scores(pd.concat(spans))
    pairs = sure.with_each(scores, among)
    ranked = sure.ranks(sure.resampled_change(scores, spans[0], spans[1], pairs))
    own = sure.percentile_interval(ranked).loc[(among, of)]
    shares = [pair_overall(scores, rolls, among, of)["share_identical"] for rolls in spans]
    told = (
        f"rank {own['value']:.0f} of {len(ranked)}, by the texts that came to a vote "
        f"{own['low']:.0f} to {own['high']:.0f}: {percent(shares[0], 1)} to {percent(shares[1], 1)}"
    )
    latest, ends = newest(spans[1]["date"]), own / len(ranked)
    return Reading(ends["value"], latest, told, ends["low"], ends["high"])


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
