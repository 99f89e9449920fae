"""What the votes in the United Nations say of the world, beside what was published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.indicators.voting import place
from iran_russia.measures.agreement import (
    cross_tables,
    identical,
    kappa,
    percentile_interval,
    pi,
    ranks,
    resampled,
    resampled_change,
    with_each,
)
from iran_russia.measures.voting import (
    agreement,
    ballots,
    final_votes,
    ideal_point_distance,
    identical_with_absence,
    joint_sponsors,
    key_positions,
    ranked,
    recurring,
    with_subjects,
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
    """Final votes."""
    return final_votes(every_roll)


@pytest.fixture(scope="module")
def unrepeated(every_roll) -> pd.DataFrame:
    """Votes on texts, paragraphs and amendments alike, as the older source has them."""
    return every_roll[~every_roll["possible_duplicate"]]


def between(scores, rolls, first, last, one="IRN", other=None) -> pd.DataFrame | pd.Series:
    """Agreement of one state with all others, or one of them, over a span of years."""
    span = rolls[rolls["year"].between(first, last)].assign(span="all")
    table = ranked(agreement(scores, span, one, "span"), "span").set_index("iso3")
    return table if other is None else table.loc[other]


@pytest.mark.parametrize(
    ("first", "last", "share", "n_both", "with_parts", "n_with_parts"),
    [
        (1946, 1978, 56.05, 1_256, 50.25, 1_968),
        (1979, 1990, 85.90, 1_468, 85.33, 1_500),
        (1991, 1999, 50.74, 605, 51.22, 658),
        (1991, 2019, 66.08, 2_043, 63.88, 2_378),
        (2000, 2009, 76.00, 700, 70.86, 858),
        (2010, 2019, 69.24, 738, 66.59, 862),
        (2002, 2002, 74.24, 66, 60.67, 89),
        (2017, 2017, 74.71, 87, 65.55, 119),
        (2020, 2024, 67.61, 426, 67.61, 426),
        (2025, 2025, 77.84, 185, 77.84, 185),
    ],
)
def test_paragraphs_lower_agreement_in_some_years_only(
    scores, rolls, unrepeated, first, last, share, n_both, with_parts, n_with_parts
):
    final = between(scores, rolls, first, last, "IRN", "RUS")
    mixed = between(scores, unrepeated, first, last, "IRN", "RUS")
    assert (final["n_both"], mixed["n_both"]) == (n_both, n_with_parts)
    assert 100 * final["share_identical"] == pytest.approx(share, abs=0.005)
    assert 100 * mixed["share_identical"] == pytest.approx(with_parts, abs=0.005)


def test_like_for_like_agreement_fell_from_the_2010s_to_2020_24(scores, rolls, unrepeated):
    def step(counted):
        tens, twenties = (
            between(scores, counted, *span, "IRN", "RUS")["share_identical"]
            for span in ((2010, 2019), (2020, 2024))
        )
        return 100 * (twenties - tens)

    assert step(unrepeated) > 0.5  # what mixing would show
    assert step(rolls) == pytest.approx(-1.6, abs=0.1)


def test_the_rise_of_2025_is_one_of_what_was_voted_on(scores, rolls):
    """Texts of both years show none; the United States called votes on many others."""
    both = recurring(rolls, 2024, 2025)
    before, after = (between(scores, both, y, y, "IRN", "RUS") for y in (2024, 2025))
    assert abs(after["share_identical"] - before["share_identical"]) < 0.02
    others = rolls[~rolls["rcid"].isin(both["rcid"])]
    assert between(scores, others, 2025, 2025, "IRN", "RUS")["share_identical"] > 0.8
    no = scores["USA"].reindex(rolls["rcid"]).eq(0).groupby(rolls["year"].to_numpy()).sum()
    assert (no[2024], no[2025]) == (48, 174)


def test_in_votes_on_paragraphs_and_amendments_of_1991_2019_they_agree_in_half(every_roll, scores):
    part = every_roll["amendment"].fillna(False) | every_roll["paragraph"].fillna(False)
    kept = every_roll[part & every_roll["year"].between(1991, 2019)]
    assert len(kept) == 388
    alike = between(scores, kept, 1991, 2019, "IRN", "RUS")
    assert 100 * alike["share_identical"] == pytest.approx(50, abs=1)


def test_a_symbol_stands_twice_where_the_flags_say_and_the_years_of_one_vote_a_text_have_none(
    every_roll,
):
    """The flags are empty in most years; repeated symbols check them."""
    named = every_roll.dropna(subset="symbol").query("1991 <= year <= 2019")
    part = named["amendment"].fillna(False) | named["paragraph"].fillna(False)
    again = named.duplicated(["year", "symbol"]).groupby(named["year"]).sum()
    flagged = part.groupby(named["year"]).sum()
    single = {*range(1991, 1997), *range(2013, 2016), 2018, 2019}
    assert again.index[again == 0].tolist() == sorted(single)
    assert flagged[list(single)].sum() <= 1
    assert (again - flagged).abs().max() <= 7


PUBLISHED = [
    ("RUS", "IRN", 63.07, 62.60),
    ("CHN", "IRN", 82.48, 82.27),
    ("PRK", "IRN", 77.71, 77.13),
    ("CHN", "RUS", 68.93, 68.56),
    ("CHN", "PRK", 76.82, 76.11),
    ("RUS", "PRK", 60.11, 58.93),
    ("USA", "DEU", 42.55, 43.56),
    ("USA", "FRA", 47.40, 48.50),
    ("USA", "GBR", 53.87, 54.98),
    ("DEU", "FRA", 85.64, 85.70),
    ("DEU", "GBR", 84.52, 84.28),
    ("FRA", "GBR", 89.83, 89.89),
]


@pytest.fixture(scope="module")
def resolutions(rolls) -> pd.DataFrame:
    """Final votes on resolutions that the study could count: 1991 to September 2024."""
    return rolls[rolls["date"].between("1991-01-01", "2024-09-11") & rolls["symbol"].notna()]


@pytest.mark.parametrize(("one", "other", "share", "own"), PUBLISHED)
def test_published_shares_come_out_where_an_absence_is_a_category(
    votes, resolutions, one, other, share, own
):
    published = load("unga_published_dyads").query("body == 'plenary'")
    told = published.set_index(["iso3_a", "iso3_b"])["share_identical_percent"]
    assert len(told) == len(PUBLISHED) and told[one, other] == share
    found = identical_with_absence(votes, resolutions, one, other)
    assert found["n_both"] == len(resolutions) == 2_532
    assert 100 * found["share_identical"] == pytest.approx(own, abs=0.005)
    assert 100 * found["share_identical"] == pytest.approx(share, abs=1.2)


def test_by_no_other_rule_do_the_published_shares_come_out(votes, scores, resolutions, unrepeated):
    """Both voting: 3 points more for Iran and Russia. Paragraphs too: 3 points less."""
    both = between(scores, resolutions, 1991, 2024, "RUS", "IRN")
    assert 100 * both["share_identical"] - 63.07 > 3
    mixed = unrepeated[unrepeated["date"].between("1991-01-01", "2024-09-11")]
    with_parts = identical_with_absence(votes, mixed, "RUS", "IRN")
    assert 100 * with_parts["share_identical"] - 63.07 < -2


def test_the_periods_are_the_only_ones_that_give_these_six_shares(scores, unrepeated):
    """No source states the periods; the shares are of votes on paragraphs and texts alike.

    They were found by trying every way to cut 1946–2019 into five: the shares 0.50, 0.85, 0.51,
    0.71 and 0.67 arise only with cuts after 1978, 1990, 1999 and one of 2007, 2008 and 2009; of
    these the end of a decade was taken.
    """
    table = agreement(scores, unrepeated, "IRN", "year").query("iso3 == 'RUS'")
    table = table.set_index("year")
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


PAIR = [("IRN", "RUS")]


@pytest.mark.parametrize(
    ("first", "last", "by_kappa", "by_pi", "with_parts"),
    [
        (1979, 1990, 0.055, 0.028, 0.050),
        (1991, 1999, -0.089, -0.207, -0.086),
        (2010, 2019, 0.299, 0.281, 0.273),
        (2025, 2025, 0.335, 0.317, 0.335),
    ],
)
def test_agreement_beyond_chance(
    scores, rolls, unrepeated, first, last, by_kappa, by_pi, with_parts
):
    """Kappa is 0.27 in 2010–19 with votes on parts of texts, 0.30 without, 0.34 in 2025."""
    final, mixed = (
        cross_tables(scores, kept[kept["year"].between(first, last)], PAIR).sum(axis=2)[..., 0]
        for kept in (rolls, unrepeated)
    )
    assert kappa(final) == pytest.approx(by_kappa, abs=5e-4)
    assert pi(final) == pytest.approx(by_pi, abs=5e-4)
    assert kappa(mixed) == pytest.approx(with_parts, abs=5e-4)


def test_beyond_chance_russia_is_nearer_to_iran_than_by_share(scores, rolls, unrepeated):
    """18th instead of 23rd of 32 in 2010–19; with votes on parts 16th."""
    own = place("RUS", "IRN", 2010, 2019)
    assert own[["rank_share", "rank_kappa", "of"]].tolist() == [23, 18, 32]
    assert own[["rank_share_low", "rank_share_high"]].tolist() == [23, 24]
    assert own[["rank_kappa_low", "rank_kappa_high"]].tolist() == [12, 21]
    mixed = unrepeated[unrepeated["year"].between(2010, 2019)]
    drawn = resampled(scores, mixed, with_each(scores, "IRN"), kappa)
    assert ranks(drawn[[0]]).loc[("IRN", "RUS"), 0] == 16


def test_irans_place_for_russia_in_2025_is_known_within_ten():
    own = place("IRN", "RUS", 2025, 2025)
    assert own[["rank_share", "rank_kappa", "of"]].tolist() == [8, 4, 30]
    assert own[["rank_share_low", "rank_share_high"]].tolist() == [5, 14]
    back = place("RUS", "IRN", 2025, 2025)
    assert back[["rank_share_low", "rank_share", "rank_share_high"]].tolist() == [20, 22, 23]


def test_sessions_repeat_each_other_so_that_titles_are_drawn(scores, rolls):
    """Standard errors of the share of 2010–19 by what is drawn."""
    kept = rolls[rolls["year"].between(2010, 2019)]
    spread = {
        unit: resampled(scores, kept, PAIR, units=unit).loc[:, 1:].std(axis=1).iloc[0]
        for unit in ("session", "rcid", None, "date")
    }
    expected = {"session": 0.010, "rcid": 0.017, None: 0.029, "date": 0.036}
    assert spread == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("before", "after", "measure", "change", "low", "high"),
    [
        ((2010, 2019), (2025, 2025), identical, 0.086, 0.018, 0.157),
        ((2010, 2019), (2025, 2025), kappa, 0.036, -0.091, 0.165),
        ((2010, 2019), (2020, 2024), identical, -0.016, -0.084, 0.052),
    ],
)
def test_what_changed_between_spans_of_years(
    scores, rolls, before, after, measure, change, low, high
):
    """By share 2025 stands above 2010–19, beyond chance it does not surely."""
    spans = (rolls[rolls["year"].between(*span)] for span in (before, after))
    found = percentile_interval(resampled_change(scores, *spans, PAIR, measure)).iloc[0]
    assert found.tolist() == pytest.approx([change, low, high], abs=0.002)


def test_iran_is_8th_or_9th_for_russia_since_2010(scores, rolls):
    place = {
        span: tuple(between(scores, rolls, *span, "RUS", "IRN")[["rank", "of"]])
        for span in ((2010, 2019), (2020, 2024), (2025, 2025))
    }
    assert list(place.values()) == [(9, 32), (8, 32), (8, 30)]


def test_agreement_has_a_value_for_every_year_but_1964_to_june_2026(scores, rolls):
    """The source has no roll call of 1964, and seven of 1951."""
    table = agreement(scores, rolls, "IRN", "year").query("iso3 == 'RUS'").set_index("year")
    assert set(range(1946, 2027)) - set(table.index) == {1964}
    assert table.index[table["n_both"] < 10].tolist() == [1951]
    late = table.loc[2020:2026]
    assert late["n_both"].tolist() == [93, 77, 84, 84, 88, 185, 11]
    assert (100 * late["share_identical"]).round(1).tolist() == [
        *(69.9, 68.8, 66.7, 67.9, 64.8, 77.8, 63.6)
    ]


def test_the_roll_calls_of_each_source_by_year(every_roll):
    late = every_roll[every_roll["year"] >= 2020]
    counts = late.groupby(["source_id", "year"]).size()
    assert counts["unxml_ga_2026_07"].to_dict() == {
        2020: 90, 2021: 86, 2022: 89, 2023: 88, 2024: 92, 2026: 11
    }  # fmt: skip
    assert counts["undl_scrape_2022_01"].to_dict() == {2020: 6}
    assert counts["undl_3dl_2025"].to_dict() == {2025: 192}
    assert counts["unvotes"].to_dict() == {2020: 1}
    assert not late["date"].between("2020-02-01", "2020-08-31").any()
    assert f"{late['date'].max():%Y-%m-%d}" == "2026-06-04"


def test_since_september_2020_one_symbol_is_one_roll_call(every_roll):
    late = every_roll[every_roll["date"] >= "2020-09"]
    assert late["symbol"].notna().all() and not late["symbol"].duplicated().any()


def test_on_the_common_votes_of_2025_iran_and_russia_vote_alike_in_140_of_178(scores, every_roll):
    """184 of the 192 roll calls are in the UN secretariat's extract too, which has subjects."""
    year = every_roll[every_roll["year"] == 2025]
    both = year[year["subjects"].notna() | year["committee"].notna()]
    alike = between(scores, both, 2025, 2025, "IRN", "RUS")
    assert (len(both), alike["n_both"], alike["n_identical"]) == (184, 178, 140)
    only = year.drop(both.index)
    alike = between(scores, only, 2025, 2025, "IRN", "RUS")
    assert (len(only), alike["n_both"], alike["n_identical"]) == (8, 7, 4)


KNOWN = [
    ("ES-11/1", 141, 5, 35, "abstain"),
    ("ES-11/2", 140, 5, 38, "abstain"),
    ("ES-11/3", 93, 24, 58, "no"),
    ("ES-11/4", 143, 5, 35, "absent"),
    ("ES-11/5", 94, 14, 73, "no"),
    ("ES-11/6", 141, 7, 32, "abstain"),
    ("75/191", 82, 30, 64, "no"),
    ("76/178", 78, 31, 69, "no"),
    ("77/228", 80, 29, 65, "no"),
    ("78/220", 78, 30, 68, "no"),
    ("79/183", 80, 27, 68, "no"),
    ("80/222", 78, 27, 64, "no"),
]


@pytest.mark.parametrize(("symbol", "yes", "no", "abstained", "iran"), KNOWN)
def test_tallies_and_both_votes_of_known_texts(every_roll, votes, symbol, yes, no, abstained, iran):
    [roll] = every_roll[every_roll["symbol"] == f"A/RES/{symbol}"].to_dict("records")
    assert (roll["votes_yes"], roll["votes_no"], roll["abstentions"]) == (yes, no, abstained)
    cast = votes[votes["rcid"] == roll["rcid"]].set_index("iso3")["vote"]
    assert (cast["IRN"], cast["RUS"]) == (iran, "no")


def test_2025_has_192_roll_calls_whose_counts_hold_the_votes_of_every_state(every_roll, votes):
    latest = every_roll[every_roll["year"] == 2025].set_index("rcid")
    assert len(latest) == 192
    assert ((latest["votes_yes"] + latest["votes_no"] + latest["abstentions"]) <= 193).all()
    cast = votes[votes["rcid"].isin(latest.index)]
    counted = cast.groupby(["rcid", "vote"]).size().unstack(fill_value=0)
    assert counted.sum(axis=1).eq(31).all() and len(counted) == 192
    rest = 193 - latest[["votes_yes", "votes_no", "abstentions"]].sum(axis=1)
    assert (counted["absent"] <= rest.reindex(counted.index)).all()


def test_votes_never_exceed_the_tally_of_any_roll_call(every_roll, votes):
    tally = every_roll.set_index("rcid")
    counted = votes.groupby(["rcid", "vote"]).size().unstack(fill_value=0)
    assert set(counted.index) == set(tally.index)
    for vote, total in (("yes", "votes_yes"), ("no", "votes_no"), ("abstain", "abstentions")):
        assert (counted[vote] <= tally[total].reindex(counted.index)).all()


def test_the_states_compared_and_those_missing_in_2025_and_2026(every_roll, votes):
    assert votes["iso3"].nunique() == 33
    year = votes["rcid"].map(every_roll.set_index("rcid")["year"])
    for late in (2025, 2026):
        assert set(votes["iso3"]) - set(votes.loc[year == late, "iso3"]) == {"AFG", "VEN"}
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
    assert share["nuclear"] == pytest.approx(0.220, abs=0.001)
    assert share["arms_control"] == pytest.approx(0.407, abs=0.001)
    assert share["human_rights"] > 0.75 and share["palestinian_conflict"] > 0.75


def test_since_2020_they_agree_least_on_nuclear_weapons_and_in_the_first_committee(scores, rolls):
    since = with_subjects(rolls[rolls["year"] >= 2020])
    assert len(since) == 634 and since["committee"].notna().all()
    nuclear = between(scores, since[since["nuclear_weapons"]], 2020, 2026, "IRN", "RUS")
    assert nuclear[["n_both", "n_opposed"]].tolist() == [120, 54]
    assert nuclear["share_identical"] == pytest.approx(0.283, abs=0.001)
    committees = {
        name: between(scores, kept, 2020, 2026, "IRN", "RUS")["share_identical"]
        for name, kept in since.groupby("committee")
    }
    assert min(committees, key=committees.get) == "first" and committees["first"] < 0.5
    assert committees["third"] > 0.8 and committees["second"] > 0.9


def test_they_differ_often_even_where_the_united_states_votes_no(scores, rolls):
    usa = scores["USA"].reindex(rolls["rcid"]).to_numpy()
    against = rolls[usa == 0]
    assert between(scores, against, 2010, 2019, "IRN", "RUS")["share_identical"] < 0.75
    assert between(scores, against, 2020, 2024, "IRN", "RUS")["share_identical"] < 0.75
    assert between(scores, against, 2025, 2025, "IRN", "RUS")["share_identical"] > 0.75


@pytest.fixture(scope="module")
def sides(every_roll, votes) -> pd.DataFrame:
    """Votes of Iran and Russia in the key votes."""
    table = key_positions(load("unga_key_votes"), every_roll, votes, ["IRN", "RUS"])
    return table.pivot(index=["topic", "date", "key_vote_id"], columns="iso3", values="vote")


@pytest.mark.parametrize(
    ("topic", "of", "same"),
    [
        ("soviet_presence_in_afghanistan", 11, 0),
        ("human_rights_in_iran", 37, 25),
        ("georgia_displaced_persons", 14, 2),
        ("syria_civil_war", 17, 15),
        ("ukraine_or_crimea", 25, 17),
    ],
)
def test_iran_and_russia_in_key_votes(sides, topic, of, same):
    on = sides.loc[topic]
    assert len(on) == of
    assert (on["IRN"] == on["RUS"]).sum() == same


def test_iran_never_voted_for_a_text_on_ukraine(sides):
    iran = sides.loc["ukraine_or_crimea", "IRN"].value_counts()
    assert iran.to_dict() == {"no": 17, "abstain": 6, "absent": 2}


def test_russia_voted_on_human_rights_in_iran_for_the_texts_to_1998_and_against_since_2000(sides):
    russia = sides.loc["human_rights_in_iran", "RUS"].droplevel("key_vote_id")
    assert russia[russia == "yes"].index.max().year == 1998
    assert (russia[russia.index >= "2000"] == "no").all()


def test_since_september_2020_the_key_votes_are_all_that_name_their_topics(every_roll):
    late = every_roll[every_roll["date"] >= "2020-09"]
    named = late["title"].str.contains(
        "Abkhazia|human rights in the (?:Islamic Republic of Iran|Syrian)"
        "|Missing Persons in the Syrian|Ukrain"
    )
    chosen = late["rcid"].isin(load("unga_key_votes")["rcid"])
    assert (chosen == (named | late["symbol"].str.contains("ES-11"))).all()


def test_votes_known_from_reports_only_stand_in_no_other_table(every_roll):
    reported = load("uncounted_votes")
    assert not set(reported["symbol"].dropna()) & set(every_roll["symbol"].dropna())
    assert not set(reported["date"]) & set(load("iaea_board_votes")["date"])
    logs = reported[reported["basis"] == "event_log"]
    assert (logs["confidence"] == "low").all() and logs["url"].isna().all()


def test_russia_is_second_among_those_who_sponsor_with_iran():
    sponsored = load("unga_cosponsors")
    with_iran = joint_sponsors(sponsored, "IRN").set_index("iso3")
    russia = with_iran.loc["RUS"]
    assert russia[["n_own", "n_other", "n_joint"]].tolist() == [132, 294, 83]
    assert russia[["rank", "of"]].tolist() == [2, 32]
    back = joint_sponsors(sponsored, "RUS").set_index("iso3").loc["IRN", "rank"]
    assert back == 16


def test_every_recorded_vote_with_sponsors_is_a_roll_call_of_the_same_day(every_roll):
    sponsored = load("unga_cosponsors")
    voted = sponsored[sponsored["adoption"] == "recorded_vote"]
    assert len(voted) == 731 and voted["rcid"].notna().all()
    day = voted["rcid"].map(every_roll.set_index("rcid")["date"])
    assert (day == voted["date"]).all()
    assert sponsored.loc[sponsored["adoption"] != "recorded_vote", "rcid"].isna().all()
    first = sponsored.set_index("symbol").loc["A/RES/ES-11/1"]
    assert first["state_sponsors"] == 96 and "UKR" in first["sponsors_iso3"]


def test_sponsors_among_the_states_compared_are_never_more_than_all():
    sponsored = load("unga_cosponsors")
    named = sponsored["sponsors_iso3"].str.split(";").str.len().fillna(0)
    assert (named <= sponsored["state_sponsors"]).all()
    assert (sponsored["state_sponsors"] > 0).sum() == 1_321
    # States written in one cell with a group that one of them speaks for.
    by = sponsored.set_index("symbol")["sponsors_iso3"]
    assert "RUS" in by["A/RES/79/166"] and "RUS" in by["A/RES/79/167"]


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


def test_russia_abstained_from_14_of_44_resolutions_of_2025_and_opposed_none():
    adopted = load("unsc_votes").query("outcome == 'adopted' and date >= '2025' and date < '2026'")
    assert adopted["rus_vote"].value_counts().to_dict() == {"yes": 30, "abstain": 14}


def test_in_the_board_russia_opposed_every_recorded_text_since_2020():
    board = load("iaea_board_votes").sort_values("date")
    assert board["rus_vote"].tolist() == ["abstain", "yes", "yes"] + ["no"] * 6


def test_members_of_the_board_that_are_named_add_up_to_the_tally():
    board = load("iaea_board_votes").set_index("vote_id")
    named = board["abstained_iso3"].dropna().str.split(";").str.len()
    assert named.to_dict() == board.loc[named.index, "abstentions"].to_dict()
    assert set(named.index) == {"BV02", "BV05", "BV07"}
