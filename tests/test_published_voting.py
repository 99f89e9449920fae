"""What the votes in the United Nations say of the world, beside what was published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.voting import (
    agreement,
    ballots,
    ideal_point_distance,
    key_positions,
    ranked,
)


@pytest.fixture(scope="module")
def votes() -> pd.DataFrame:
    return load("unga_votes")


@pytest.fixture(scope="module")
def scores(votes) -> pd.DataFrame:
    return ballots(votes)


@pytest.fixture(scope="module")
def every_roll() -> pd.DataFrame:
    return load("unga_rollcalls").assign(year=lambda f: f["date"].dt.year)


@pytest.fixture(scope="module")
def rolls(every_roll) -> pd.DataFrame:
    """Roll calls without possible duplicates."""
    return every_roll[~every_roll["possible_duplicate"]]


def between(scores, rolls, first, last, one="IRN", other=None) -> pd.DataFrame | pd.Series:
    """Agreement of one state with all others, or one of them, over a span of years."""
    span = rolls[rolls["year"].between(first, last)].assign(span="all")
    table = ranked(agreement(scores, span, one, "span"), "span").set_index("iso3")
    return table if other is None else table.loc[other]


def test_iran_and_russia_voted_alike_in_63_9_per_cent_of_1991_2019(scores, rolls):
    alike = between(scores, rolls, 1991, 2019, "IRN", "RUS")
    assert (alike["n_identical"], alike["n_both"]) == (1_519, 2_378)
    assert 100 * alike["share_identical"] == pytest.approx(63.9, abs=0.05)


def test_with_possible_duplicates_the_share_is_63_6_per_cent(scores, every_roll):
    """The source documents 63.6; it comes from all roll calls, repeats included."""
    alike = between(scores, every_roll, 1991, 2019, "IRN", "RUS")
    assert alike["n_both"] == 2_397
    assert 100 * alike["share_identical"] == pytest.approx(63.6, abs=0.05)


def test_the_published_share_of_1991_2024_lies_within_one_point(scores, rolls):
    published = load("unga_published_dyads").query("body == 'plenary'")
    share = published.set_index(["iso3_a", "iso3_b"])["share_identical_percent"]
    assert share["RUS", "IRN"] == 63.07
    own = 100 * between(scores, rolls, 1991, 2019, "RUS", "IRN")["share_identical"]
    assert own == pytest.approx(share["RUS", "IRN"], abs=1)


def test_other_published_pairs_lie_within_four_points_but_for_north_korea(scores, rolls):
    """North Korea is absent often; the study may count that as disagreement."""
    published = load("unga_published_dyads").query("body == 'plenary'")
    gap = {
        (row.iso3_a, row.iso3_b): 100
        * between(scores, rolls, 1991, 2019, row.iso3_a, row.iso3_b)["share_identical"]
        - row.share_identical_percent
        for row in published.itertuples()
    }
    with_korea = {pair for pair in gap if "PRK" in pair}
    assert len(gap) == 12 and len(with_korea) == 3
    assert all(abs(gap[pair]) < 4 for pair in gap.keys() - with_korea)
    assert all(gap[pair] > 3 for pair in with_korea)


@pytest.mark.parametrize(
    ("first", "last", "share"),
    [
        (1946, 1978, 0.50),
        (1979, 1990, 0.85),
        (1991, 1999, 0.51),
        (2000, 2009, 0.71),
        (2010, 2019, 0.67),
        (2025, 2025, 0.78),
    ],
)
def test_agreement_by_period(scores, rolls, first, last, share):
    alike = between(scores, rolls, first, last, "IRN", "RUS")
    assert alike["share_identical"] == pytest.approx(share, abs=0.005)


def test_the_periods_are_the_only_ones_that_give_these_six_shares(scores, rolls):
    """No source states the periods.

    They were found by trying every way to cut 1946–2019 into five: the shares 0.50, 0.85, 0.51,
    0.71 and 0.67 arise only with cuts after 1978, 1990, 1999 and one of 2007, 2008 and 2009; of
    these the end of a decade was taken.
    """
    table = agreement(scores, rolls, "IRN", "year").query("iso3 == 'RUS'").set_index("year")
    counts = table[["n_identical", "n_both"]].loc[:2019]
    sums = counts.reindex(range(1945, 2020), fill_value=0).cumsum()

    def gives(after: int, last: int, share: float) -> bool:
        span = sums.loc[last] - sums.loc[after]
        return span["n_both"] > 0 and round(span["n_identical"] / span["n_both"], 2) == share

    cuts = [(1945,)]
    for share in (0.50, 0.85, 0.51, 0.71):
        cuts = [
            (*cut, last)
            for cut in cuts
            for last in range(cut[-1] + 1, 2019)
            if gives(cut[-1], last, share)
        ]
    found = [cut[1:] for cut in cuts if gives(cut[-1], 2019, 0.67)]
    assert found == [(1978, 1990, 1999, last) for last in (2007, 2008, 2009)]


def test_russia_is_23rd_of_32_for_iran_in_2010_19(scores, rolls):
    table = between(scores, rolls, 2010, 2019)
    assert table.loc["RUS", ["rank", "of"]].tolist() == [23, 32]
    by_index = ranked(table.reset_index().assign(span="all"), "span", "agreement_index")
    assert by_index.set_index("iso3").loc["RUS", "rank"] == 24


def test_iran_rose_from_14th_to_8th_for_russia_between_2010_19_and_2025(scores, rolls):
    assert between(scores, rolls, 2010, 2019, "RUS", "IRN")[["rank", "of"]].tolist() == [14, 32]
    assert between(scores, rolls, 2025, 2025, "RUS", "IRN")[["rank", "of"]].tolist() == [8, 30]


def test_there_is_no_roll_call_from_february_2020_to_december_2024(every_roll):
    assert not every_roll["date"].between("2020-02-01", "2024-12-31").any()
    assert (every_roll["year"] == 2020).sum() == 1
    assert (every_roll["source_id"] == "undl_3dl_2025").sum() == (every_roll["year"] == 2025).sum()


def test_2025_has_192_roll_calls_whose_counts_hold_the_votes_of_every_state(every_roll, votes):
    latest = every_roll[every_roll["year"] == 2025].set_index("rcid")
    assert len(latest) == 192
    assert ((latest["votes_yes"] + latest["votes_no"] + latest["abstentions"]) <= 193).all()
    cast = votes[votes["rcid"].isin(latest.index)]
    counted = cast.groupby(["rcid", "vote"]).size().unstack(fill_value=0)
    assert counted.sum(axis=1).eq(31).all() and len(counted) == 192
    for vote, total in (("yes", "votes_yes"), ("no", "votes_no"), ("abstain", "abstentions")):
        assert (counted[vote] <= latest[total].reindex(counted.index)).all()
    rest = 193 - latest[["votes_yes", "votes_no", "abstentions"]].sum(axis=1)
    assert (counted["absent"] <= rest.reindex(counted.index)).all()


def test_votes_never_exceed_the_tally_of_any_roll_call_of_the_older_source(every_roll, votes):
    tally = every_roll.set_index("rcid")
    counted = votes.groupby(["rcid", "vote"]).size().unstack(fill_value=0)
    assert set(counted.index) == set(tally.index)
    for vote, total in (("yes", "votes_yes"), ("no", "votes_no"), ("abstain", "abstentions")):
        assert (counted[vote] <= tally[total].reindex(counted.index)).all()


def test_the_states_compared_and_those_missing_in_2025(every_roll, votes):
    assert votes["iso3"].nunique() == 33
    year = votes["rcid"].map(every_roll.set_index("rcid")["year"])
    assert set(votes["iso3"]) - set(votes.loc[year == 2025, "iso3"]) == {"AFG", "VEN"}
    assert year[votes["iso3"] == "CHN"].min() == 1971


def test_to_2002_the_day_of_a_roll_call_is_not_known(every_roll):
    monthly = every_roll["date_precision"] == "month"
    assert (every_roll.loc[monthly, "date"].dt.day == 1).all()
    assert every_roll.loc[monthly, "year"].max() == 2002
    assert every_roll.loc[~monthly, "year"].min() == 2003


def test_they_agree_least_on_nuclear_questions(scores, rolls):
    decade = rolls[rolls["year"].between(2010, 2019)]
    share = {
        issue: between(scores, decade[decade[issue].fillna(False)], 2010, 2019, "IRN", "RUS")[
            "share_identical"
        ]
        for issue in ("nuclear", "arms_control", "human_rights", "palestinian_conflict")
    }
    assert share["nuclear"] == pytest.approx(0.273, abs=0.001)
    assert share["arms_control"] == pytest.approx(0.429, abs=0.001)
    assert share["human_rights"] > 0.75 and share["palestinian_conflict"] > 0.75


def test_they_differ_often_even_where_the_united_states_votes_no(scores, rolls):
    usa = scores["USA"].reindex(rolls["rcid"]).to_numpy()
    against = rolls[usa == 0]
    assert between(scores, against, 2010, 2019, "IRN", "RUS")["share_identical"] < 0.75
    assert between(scores, against, 2025, 2025, "IRN", "RUS")["share_identical"] > 0.75


@pytest.fixture(scope="module")
def sides(every_roll, votes) -> pd.DataFrame:
    """Votes of Iran and Russia in the key votes."""
    table = key_positions(
        load("unga_key_votes"), every_roll, votes, load("unga_reported_votes"), ["IRN", "RUS"]
    )
    return table.pivot(index=["topic", "date", "key_vote_id"], columns="iso3", values="vote")


@pytest.mark.parametrize(
    ("topic", "of", "same"),
    [
        ("soviet_presence_in_afghanistan", 11, 0),
        ("human_rights_in_iran", 34, 21),
        ("georgia_displaced_persons", 8, 2),
        ("syria_civil_war", 10, 8),
        ("ukraine_or_crimea", 17, 10),
    ],
)
def test_iran_and_russia_in_key_votes(sides, topic, of, same):
    on = sides.loc[topic]
    assert len(on) == of
    assert (on["IRN"] == on["RUS"]).sum() == same


def test_iran_never_voted_for_a_text_on_ukraine_and_two_of_its_votes_are_not_established(sides):
    iran = sides.loc["ukraine_or_crimea", "IRN"].value_counts()
    assert iran.to_dict() == {"no": 10, "abstain": 4, "not established": 2, "absent": 1}


def test_russia_voted_on_human_rights_in_iran_for_the_texts_to_1998_and_against_since_2000(sides):
    russia = sides.loc["human_rights_in_iran", "RUS"].droplevel("key_vote_id")
    assert russia[russia == "yes"].index.max().year == 1998
    assert (russia[russia.index >= "2000"] == "no").all()


def test_a_key_vote_has_a_roll_call_or_its_own_date_and_tally_and_never_both():
    keys = load("unga_key_votes")
    own = keys[["date", "votes_yes", "votes_no", "abstentions"]]
    linked = keys["rcid"].notna()
    assert own[linked].isna().all().all()
    assert own[~linked].notna().all().all()
    assert set(load("unga_reported_votes")["key_vote_id"]) == set(keys.loc[~linked, "key_vote_id"])


def test_the_crimea_text_of_2014_is_found_by_its_tally_in_spite_of_a_wrong_title(every_roll):
    roll = every_roll.query("symbol == 'A/RES/68/262'").iloc[0]
    assert roll[["votes_yes", "votes_no", "abstentions"]].tolist() == [100, 11, 58]
    assert "MEDIATION" in roll["title"]


def test_russia_stands_nearer_to_iran_in_2023_than_in_any_session_since_1990():
    apart = ideal_point_distance(load("unga_ideal_points"), "IRN", "RUS").set_index("year")
    assert apart["distance"].loc[1991:].idxmin() == 2023
    assert apart.loc[1990, "distance"] < apart.loc[2023, "distance"]
    assert apart.loc[[2021, 2023], "rank"].tolist() == [132, 56]
    assert apart.index[apart["intervals_overlap"]].tolist() == [1986, 1987, 1988, 1989]


def test_russias_distance_to_western_states_grew_by_more_than_a_third_after_2022():
    points = load("unga_ideal_points")
    west = pd.concat(ideal_point_distance(points, "RUS", w) for w in ("USA", "DEU", "FRA", "GBR"))
    mean = west.groupby("year")["distance"].mean()
    assert mean.loc[2022:2023].mean() / mean.loc[2019:2021].mean() == pytest.approx(1.39, abs=0.01)


def test_an_ideal_point_lies_within_its_interval_and_a_state_has_one_a_session():
    points = load("unga_ideal_points")
    inside = points["ideal_point"].between(points["ideal_point_p05"], points["ideal_point_p95"])
    assert inside.all()
    assert (points["year"] == points["session"] + 1945).all()
    twice = points[points.duplicated(["session", "iso3"], keep=False)]
    assert set(twice["iso3"]) == {"YAR"}


def test_russia_voted_for_six_council_texts_critical_of_iran_and_for_none_since_2018():
    council = load("unsc_votes").query("aim == 'critical_of_iran'")
    assert council.query("date < '2018'")["rus_vote"].tolist() == ["yes"] * 6
    assert council.query("date >= '2018'")["rus_vote"].tolist() == ["no", "abstain"]
    vetoes = load("unsc_vetoes").query("iran_relation == 'direct' and vetoed_by_iso3 == 'RUS'")
    assert [f"{d:%Y-%m-%d}" for d in vetoes["date"]] == ["2018-02-26", "2026-04-07", "2026-09-17"]


def test_no_veto_stands_among_the_other_council_votes():
    council, vetoes = load("unsc_votes"), load("unsc_vetoes")
    assert not set(council["symbol"].dropna()) & set(vetoes["draft"].dropna())
    failed = council.query("outcome == 'not_adopted'")
    assert (failed["votes_for"] < 9).all() and len(failed) == 4
    assert not failed["date"].isin(vetoes["date"]).any()


def test_a_unanimous_council_is_the_basis_of_two_votes_in_favour_only():
    council = load("unsc_votes")
    unanimous = council[council["vote_basis"] == "unanimous"]
    assert unanimous[["rus_vote", "chn_vote"]].eq("yes").all().all()
    assert unanimous["votes_for"].dropna().eq(15).all()
    assert (council["vote_basis"].isna() == council["rus_vote"].isna()).all()


def test_russia_abstained_from_14_of_44_resolutions_of_2025_and_opposed_none():
    adopted = load("unsc_votes").query("outcome == 'adopted' and date >= '2025' and date < '2026'")
    assert adopted["rus_vote"].value_counts().to_dict() == {"yes": 30, "abstain": 14}


def test_in_the_board_russia_opposed_every_recorded_text_since_2020():
    board = load("iaea_board_votes").sort_values("date")
    assert board["rus_vote"].tolist() == ["abstain", "yes", "yes"] + ["no"] * 6
