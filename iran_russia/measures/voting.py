"""Agreement and distance of states in recorded votes."""

from collections.abc import Sequence

import pandas as pd

from iran_russia.measures.events import known_date
from iran_russia.measures.series import extreme_at, names
from iran_russia.values import BETWEEN

SCORE = {"yes": 1.0, "abstain": 0.5, "no": 0.0}
"""Votes on one scale; an absence has no place on it."""


SUBJECTS = {
    "nuclear_weapons": "NUCLEAR",
    "other_arms": "DISARMAMENT|WEAPON|ARMS|MISSILE|OUTER SPACE|MINES",
    "palestine_and_israel": "PALESTIN|ISRAEL|GOLAN|JERUSALEM|GAZA",
    "human_rights": "HUMAN RIGHTS|DISCRIMINATION|RACISM|TORTURE|CAPITAL PUNISHMENT",
    "decolonization": "NON-SELF-GOVERNING|DECOLONI|SELF-DETERMINATION|COLONIAL",
    "development": "DEVELOPMENT|INTERNATIONAL TRADE|EXTERNAL DEBT",
}
"""Subjects as expressions over the UN's subject terms; nuclear weapons count as nuclear only."""


def final_votes(rollcalls: pd.DataFrame) -> pd.DataFrame:
    """Keep the votes on whole texts: no amendment, no paragraph, no possible repeat.

    Paragraphs and amendments stand in some years of the older source only, so shares over all
    roll calls compare unlike years. A flag that is empty does not say that a vote is not final.

    Args:
        rollcalls: rows of ``unga_rollcalls``.

    Returns:
        The rows that are final votes.
    """
    part = rollcalls["amendment"].fillna(False) | rollcalls["paragraph"].fillna(False)
    return rollcalls[~part & ~rollcalls["possible_duplicate"]]


def votes_on_parts(rollcalls: pd.DataFrame) -> pd.DataFrame:
    """Keep the votes on a paragraph or an amendment that are no possible repeat.

    Args:
        rollcalls: rows of ``unga_rollcalls``.
    """
    part = rollcalls["amendment"].fillna(False) | rollcalls["paragraph"].fillna(False)
    return rollcalls[part & ~rollcalls["possible_duplicate"]]


def letters(titles: pd.Series) -> pd.Series:
    """Write titles by their letters alone, so that spelling and numbers part none."""
    return titles.str.lower().str.replace(r"[^a-z]+", " ", regex=True).str.strip()


def recurring(rollcalls: pd.DataFrame, one: int, other: int) -> pd.DataFrame:
    """Keep the roll calls of two years whose title was voted on in both.

    A year in which other texts come to a vote differs from the year before even where nobody
    votes otherwise; among recurring texts only votes can differ.

    Args:
        rollcalls: rows of ``unga_rollcalls``.
        one: a year.
        other: another year.

    Returns:
        The rows of both years, with ``year``; titles are compared by their letters alone.
    """
    rows = rollcalls.assign(year=rollcalls["date"].dt.year)
    rows = rows[rows["year"].isin([one, other]) & rows["title"].notna()]
    words = letters(rows["title"])
    both = set(words[rows["year"] == one]) & set(words[rows["year"] == other])
    return rows[words.isin(both)]


def with_subjects(rollcalls: pd.DataFrame) -> pd.DataFrame:
    """Say of each roll call on which of :data:`SUBJECTS` it is, by the UN's subject terms.

    Args:
        rollcalls: rows of ``unga_rollcalls``.

    Returns:
        The rows that have terms, with a truth value for each subject; a roll call can be on
        several or on none.
    """
    known = rollcalls.dropna(subset="subjects")
    on = {name: known["subjects"].str.contains(terms) for name, terms in SUBJECTS.items()}
    on["other_arms"] &= ~on["nuclear_weapons"]
    return known.assign(**on)


def ballots(votes: pd.DataFrame) -> pd.DataFrame:
    """Lay votes out as one row a roll call and one column a state.

    Args:
        votes: rows of ``unga_votes``.

    Returns:
        A frame indexed by ``rcid`` with a column for each ``iso3``: 1 for yes, 0.5 for an
        abstention, 0 for no, missing for an absence and for a state that was no member.

    Raises:
        ValueError: a vote is none of yes, abstain, no, absent.
    """
    cast = votes["vote"].astype("category")  # looked up once a kind of vote, not once a row
    unknown = {*cast.cat.categories} - {*SCORE, "absent"}
    if unknown:
        raise ValueError(f"votes other than yes, abstain, no and absent: {sorted(unknown)}")
    scored = votes.assign(score=cast.map(SCORE).astype(float))
    return scored.pivot(index="rcid", columns="iso3", values="score")


def agreement(
    scores: pd.DataFrame, rollcalls: pd.DataFrame, country: str, by: str | list[str]
) -> pd.DataFrame:
    """Agreement of one state with every other, over groups of roll calls.

    Formula, over the roll calls in which both states voted yes, no or abstained: share identical =
    identical votes / all; agreement index = mean of 1 for the same vote, 0.5 for one step apart
    (an abstention against a yes or a no) and 0 for a yes against a no (Voeten 2013: an abstention
    is half a disagreement).

    Args:
        scores: what :func:`ballots` returns.
        rollcalls: the roll calls counted, one row each, with ``rcid`` and the columns of ``by``,
            as a rule :func:`final_votes`.
        country: the state compared with all others.
        by: column or columns of groups, e.g. ``year``.

    Returns:
        One row a group and other state that shared a roll call: the ``by`` columns, ``iso3`` (the
        other state), ``n_both``, ``n_identical``, ``n_opposed`` (a yes against a no),
        ``share_identical`` and ``agreement_index`` (both between 0 and 1).

    Raises:
        KeyError: the state has no votes.
        ValueError: a roll call stands twice.
    """
    if rollcalls["rcid"].duplicated().any():
        raise ValueError("a roll call stands twice in the list: count it once a group")
    by = [by] if isinstance(by, str) else by
    if rollcalls.empty:
        return pd.DataFrame(columns=[*by, "iso3", *_AGREEMENT])
    counted = scores.reindex(rollcalls["rcid"])
    steps = counted.drop(columns=country).sub(counted[country], axis=0).abs()
    groups = [rollcalls[column].to_numpy() for column in by]

    def total(each: pd.DataFrame) -> pd.Series:
        return each.groupby(groups).sum().rename_axis(by).stack()

    table = pd.DataFrame(
        {
            "n_both": total(steps.notna()),
            "n_identical": total(steps.eq(0)),
            "n_opposed": total(steps.eq(1)),
            "apart": total(steps),
        }
    )
    table = table[table["n_both"] > 0].rename_axis([*by, "iso3"]).reset_index()
    table["share_identical"] = table["n_identical"] / table["n_both"]
    table["agreement_index"] = 1 - table.pop("apart") / table["n_both"]
    return table


_AGREEMENT = ["n_both", "n_identical", "n_opposed", "share_identical", "agreement_index"]


def pair_agreement(
    scores: pd.DataFrame, rollcalls: pd.DataFrame, one: str, other: str, by: str | list[str]
) -> pd.DataFrame:
    """Agreement of two states over groups of roll calls, by the formula of :func:`agreement`.

    Args:
        scores: what :func:`ballots` returns.
        rollcalls: the roll calls counted, with ``rcid`` and the columns of ``by``.
        one: a state.
        other: another state.
        by: column or columns of groups.

    Returns:
        The rows of :func:`agreement` for the other state; none where the two never both voted.
    """
    return agreement(scores.reindex(columns=[one, other]), rollcalls, one, by)


def pair_overall(scores: pd.DataFrame, rollcalls: pd.DataFrame, one: str, other: str) -> pd.Series:
    """Agreement of two states over all roll calls given, by the formula of :func:`agreement`.

    Args:
        scores: what :func:`ballots` returns.
        rollcalls: the roll calls counted, with ``rcid``.
        one: a state.
        other: another state.

    Returns:
        ``n_both``, ``n_identical``, ``n_opposed`` (roll calls), ``share_identical`` and
        ``agreement_index`` (between 0 and 1), all missing where the two never both voted.
    """
    rows = pair_agreement(scores, rollcalls.assign(span="all"), one, other, "span")
    return rows.set_index("span").reindex(["all"]).loc["all", _AGREEMENT]


def votes_against(scores: pd.DataFrame, rollcalls: pd.DataFrame, country: str) -> pd.DataFrame:
    """How often a state voted no, by year.

    Args:
        scores: what :func:`ballots` returns.
        rollcalls: the roll calls counted, with ``rcid`` and ``year``.
        country: the state.

    Returns:
        Indexed by year: ``no`` (votes of no) and ``rollcalls`` (all of the year).
    """
    cast = scores[country].reindex(rollcalls["rcid"]).eq(0).groupby(rollcalls["year"].to_numpy())
    return cast.agg(["sum", "size"]).set_axis(["no", "rollcalls"], axis=1).rename_axis("year")


def absent_share(
    votes: pd.DataFrame, rollcalls: pd.DataFrame, by: str | Sequence[str] = ()
) -> pd.Series:
    """Share of roll calls from which each state was absent, of those when it was a member.

    Args:
        votes: rows of ``unga_votes``.
        rollcalls: the roll calls counted, with ``rcid`` and the columns of ``by``.
        by: column or columns of groups; none for all roll calls together.

    Returns:
        Shares between 0 and 1, indexed by ``iso3`` and the columns of ``by``.
    """
    by = [by] if isinstance(by, str) else [*by]
    cast = votes.merge(rollcalls[["rcid", *by]], on="rcid")
    return cast["vote"].eq("absent").groupby([cast[column] for column in ["iso3", *by]]).mean()


def identical_with_absence(
    votes: pd.DataFrame, rollcalls: pd.DataFrame, one: str, other: str
) -> pd.Series:
    """Share of identical votes of two states where an absence is a category of its own.

    Formula: roll calls in which both voted yes, both no, both abstained or both were absent / all
    roll calls of sessions in which both voted at all. Bumeder and Mokry-Frey (2026) count so, as
    their figures show; :func:`agreement` counts only roll calls in which both voted.

    Args:
        votes: rows of ``unga_votes``.
        rollcalls: the roll calls counted, with ``rcid``.
        one: a state.
        other: another state.

    Returns:
        ``n_both``, ``n_identical`` and ``share_identical``.
    """
    own = votes[votes["iso3"].isin([one, other]) & votes["rcid"].isin(rollcalls["rcid"])]
    wide = own.pivot(index="rcid", columns="iso3", values="vote").dropna()
    same = wide[one] == wide[other]
    return pd.Series(
        {"n_both": len(same), "n_identical": same.sum(), "share_identical": same.mean()}
    )


def by_both_rules(
    votes: pd.DataFrame, rollcalls: pd.DataFrame, pairs: pd.DataFrame
) -> pd.DataFrame:
    """Share of identical votes of pairs of states, by either rule for absences.

    Args:
        votes: rows of ``unga_votes``.
        rollcalls: the roll calls counted, with ``rcid``.
        pairs: ``iso3_a`` and ``iso3_b``.

    Returns:
        On the index of ``pairs``, in per cent: ``absence_counted``
        (:func:`identical_with_absence`) and ``both_voting`` (:func:`pair_overall`).
    """
    scores = ballots(votes[votes["rcid"].isin(rollcalls["rcid"])])
    both = list(zip(pairs["iso3_a"], pairs["iso3_b"], strict=True))
    counted = [identical_with_absence(votes, rollcalls, *p)["share_identical"] for p in both]
    voting = [pair_overall(scores, rollcalls, *p)["share_identical"] for p in both]
    shares = {"absence_counted": counted, "both_voting": voting}
    return 100 * pd.DataFrame(shares, index=pairs.index)


def sponsored_by_year(sponsored: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Resolutions that either of two states sponsors, and those that both sponsor, by year.

    Args:
        sponsored: rows of ``unga_cosponsors``.
        one: a state.
        other: another state.

    Returns:
        Indexed by ``year``: a column named by each of the two codes, and ``both`` (resolutions).
    """
    own = pd.DataFrame({code: names(sponsored["sponsors_iso3"], code) for code in (one, other)})
    own["both"] = own[one] & own[other]
    return own.groupby(sponsored["date"].dt.year.rename("year")).sum()


def joint_sponsors(sponsored: pd.DataFrame, country: str) -> pd.DataFrame:
    """Resolutions that a state sponsors together with each other state.

    Formula: overlap = resolutions that both sponsor / resolutions that either sponsors (Jaccard);
    unlike the share of the own ones it does not rise just because the other sponsors much.

    Args:
        sponsored: rows of ``unga_cosponsors``.
        country: the state compared with all others.

    Returns:
        One row each other state: ``iso3``, ``n_own``, ``n_other``, ``n_joint`` (resolutions),
        ``share_of_own`` and ``overlap`` (both between 0 and 1), ``rank`` by overlap and ``of``.

    Raises:
        KeyError: the state sponsors nothing.
    """
    names = sponsored["sponsors_iso3"].str.get_dummies(BETWEEN).astype(int)
    own = names.pop(country)
    joint, each = names.mul(own, axis=0).sum(), names.sum()
    table = pd.DataFrame({"n_own": own.sum(), "n_other": each, "n_joint": joint})
    table["share_of_own"] = table["n_joint"] / table["n_own"]
    table["overlap"] = table["n_joint"] / (table["n_own"] + table["n_other"] - table["n_joint"])
    table["rank"] = table["overlap"].rank(ascending=False, method="min").astype(int)
    return table.assign(of=len(table)).rename_axis("iso3").reset_index()


def ranked(
    table: pd.DataFrame, by: str | list[str], value: str = "share_identical"
) -> pd.DataFrame:
    """Rank the other states of each group by agreement; rank 1 agrees most, ties share the better.

    Args:
        table: what :func:`agreement` returns.
        by: column or columns within which states are ranked.
        value: the measure ranked by.

    Returns:
        The rows with ``rank`` and ``of``, the number of states ranked.
    """
    groups = table.groupby(by)[value]
    return table.assign(
        rank=groups.rank(ascending=False, method="min").astype(int), of=groups.transform("size")
    )


def in_top(ranks: pd.DataFrame, part: float) -> pd.DataFrame:
    """Say of each state whether it stands in the upper part of its ranking.

    Args:
        ranks: rows of :func:`ranked`.
        part: the part, such as a third, between 0 and 1.

    Returns:
        The rows with ``top``: rank / states ranked is at most that part.
    """
    return ranks.assign(top=ranks["rank"] <= ranks["of"] * part)


def ideal_point_distance(points: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Distance of two states on the main dimension of voting, session by session.

    Formula: the absolute difference of the two ideal points (Bailey, Strezhnev and Voeten 2017).
    The intervals of the two estimates are compared, since the interval of the distance itself
    cannot be had from them.

    Args:
        points: rows of ``unga_ideal_points``.
        one: the state that distances are measured from.
        other: the other state.

    Returns:
        One row a session in which both have an estimate: ``session``, ``year``, ``iso3`` (the
        other state), ``distance`` (scale units), ``intervals_overlap`` (whether the two 90 %
        intervals share a point), ``rank`` of the other state among all by nearness to the first
        (1 is nearest) and ``of``, the number of states ranked.
    """
    own = points.loc[points["iso3"] == one, ["session", *_POINT]]
    rest = points.loc[points["iso3"] != one, ["session", "year", "iso3", *_POINT]]
    pairs = rest.merge(own, on="session", suffixes=("", "_own"))
    distance = (pairs["ideal_point"] - pairs["ideal_point_own"]).abs()
    near = distance.groupby(pairs["session"])
    pairs = pairs.assign(
        distance=distance,
        intervals_overlap=(pairs["ideal_point_p05"] <= pairs["ideal_point_p95_own"])
        & (pairs["ideal_point_p05_own"] <= pairs["ideal_point_p95"]),
        rank=near.rank(method="min").astype(int),
        of=near.transform("size"),
    )
    shown = ["session", "year", "iso3", "distance", "intervals_overlap", "rank", "of"]
    return pairs.loc[pairs["iso3"] == other, shown].reset_index(drop=True)


def mean_distance(points: pd.DataFrame, own: str, others: list[str]) -> pd.Series:
    """Mean of the distances of a state to several others, by year (:func:`ideal_point_distance`).

    Args:
        points: rows of ``unga_ideal_points``.
        own: the state that distances are measured from.
        others: the states they are measured to.

    Returns:
        The mean in units of the scale, indexed by ``year``.
    """
    each = pd.concat(ideal_point_distance(points, own, other) for other in others)
    return each.groupby("year")["distance"].mean()


def distance_to_group(
    points: pd.DataFrame, one: str, others: list[str], spans: list[list[int]]
) -> pd.Series:
    """Mean distance of a state to the middle of a group in spans of years.

    Formula: mean over the years of abs(ideal point of the state − mean ideal point of the others).
    Formula: mean over the years of the absolute difference between the ideal point of the state
    and the mean ideal point of the others.

    Args:
        points: rows of ``unga_ideal_points``.
        one: the state.
        others: the states of the group; the mean is that of those with an estimate.
        spans: first and last year of each span.

    Returns:
        The mean in units of the scale, in the order of the spans; missing for a span without year.
    """
    wide = points.pivot_table(index="year", columns="iso3", values="ideal_point")
    apart = (wide[one] - wide[others].mean(axis=1)).abs()
    return pd.Series([apart.loc[first:last].mean() for first, last in spans], dtype="float64")


def nearest_session(distances: pd.Series, first: int) -> pd.Series:
    """Session in which two states stood nearest, and since when they had not stood so near.

    Args:
        distances: distances indexed by year, in ascending order.
        first: first year in which the nearest is looked for.

    Returns:
        ``year`` of the nearest session and ``since``, the last year before it with a smaller
        distance; missing where there is none.
    """
    year = extreme_at(distances.loc[first:], "min")
    nearer = distances[(distances.index < year) & (distances < distances.get(year, float("nan")))]
    since = nearer.index.max() if len(nearer) else float("nan")
    return pd.Series({"year": year, "since": since}, dtype="float64")


_POINT = ["ideal_point", "ideal_point_p05", "ideal_point_p95"]


def key_positions(
    key_votes: pd.DataFrame, rollcalls: pd.DataFrame, votes: pd.DataFrame, countries: list[str]
) -> pd.DataFrame:
    """Votes of the states named in every key vote.

    Args:
        key_votes: the table ``unga_key_votes``.
        rollcalls: the table ``unga_rollcalls``.
        votes: the table ``unga_votes``.
        countries: ISO 3166-1 codes of the states shown.

    Returns:
        One row a key vote and state: the columns of ``key_votes``, date, symbol, tally and
        address of the roll call, ``iso3`` and ``vote``, which is ``not established`` where the
        table of votes has none.
    """
    taken = ["rcid", "date", "date_precision", "symbol", "votes_yes", "votes_no", "abstentions"]
    full = key_votes.merge(rollcalls[[*taken, "url"]], on="rcid", how="left")
    each = full.merge(pd.DataFrame({"iso3": countries}), how="cross")
    known = each.merge(votes[["rcid", "iso3", "vote"]], on=["rcid", "iso3"], how="left")
    return known.assign(vote=known["vote"].fillna("not established"))


def key_tally(cast: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """How two states voted on the key votes of each topic.

    Args:
        cast: what :func:`key_positions` returns, with both states.
        one: a state.
        other: the state it is compared with.

    Returns:
        Indexed by ``topic``, counts of ``votes``: ``same`` (both yes, both no or both abstained),
        ``abstained`` and ``absent`` (of the first state) and ``opposed`` (a yes against a no).
    """
    sides = cast.pivot(index=["topic", "key_vote_id"], columns="iso3", values="vote")
    own, theirs = sides[one], sides[other]
    told = {
        "votes": 1,
        "same": own.eq(theirs) & own.isin([*SCORE]),
        "abstained": own.eq("abstain"),
        "absent": own.eq("absent"),
        "opposed": (own + theirs).isin(["yesno", "noyes"]),
    }
    return pd.DataFrame(told, index=sides.index).groupby("topic").sum().astype(int)


def votes_on_iran(
    council: pd.DataFrame, vetoes: pd.DataFrame, board: pd.DataFrame, since: str
) -> pd.DataFrame:
    """Votes on Iran in the Security Council and in the Board of the IAEA, in one list.

    Args:
        council: rows of ``unsc_votes``; those marked ``iran_related`` are taken.
        vetoes: rows of ``unsc_vetoes``; Russia’s vetoes of drafts directly on Iran are taken.
        board: rows of ``iaea_board_votes``; all are critical of Iran and were adopted.
        since: first day, ISO 8601.

    Returns:
        One row a vote in order of date, with the columns of the three tables and ``body``,
        ``aim`` (``not coded`` where no source states it), ``year`` and ``on``, the date as exactly
        as it is known.
    """
    direct = vetoes[vetoes["iran_relation"] == "direct"].assign(
        body="Security Council",
        aim="critical_of_iran",
        outcome="vetoed",
        rus_vote="no",
        date_precision="day",
    )
    parts = [
        council[council["iran_related"]].assign(body="Security Council"),
        direct.rename(columns={"agenda_item": "subject", "draft": "symbol"}),
        board.assign(body="IAEA Board", aim="critical_of_iran", outcome="adopted"),
    ]
    listed = pd.concat(parts)
    listed = listed[listed["date"] >= since].sort_values("date")
    return listed.assign(
        year=listed["date"].dt.year,
        aim=listed["aim"].fillna("not coded"),
        on=known_date(listed["date"], listed["date_precision"]),
    )
