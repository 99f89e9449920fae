"""The measures of the voting chapter, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.voting import (
    SUBJECTS,
    absent_share,
    agreement,
    ballots,
    by_both_rules,
    distance_to_group,
    final_votes,
    ideal_point_distance,
    identical_with_absence,
    in_top,
    joint_sponsors,
    key_positions,
    key_tally,
    mean_distance,
    nearest_session,
    pair_agreement,
    pair_overall,
    ranked,
    recurring,
    sponsored_by_year,
    votes_against,
    votes_on_iran,
    votes_on_parts,
    with_subjects,
)

ROLLS = pd.DataFrame({"rcid": ["R1", "R2", "R3", "R4", "R5"], "year": [1, 1, 1, 2, 2]})
CAST = {
    "IRN": ["yes", "yes", "abstain", "no", "absent"],
    "RUS": ["yes", "no", "yes", "no", "no"],
    "CHN": ["yes", "yes", "abstain", None, None],
    "USA": ["no", "absent", "no", "yes", "no"],
}
VOTES = pd.DataFrame(
    [
        {"rcid": rcid, "iso3": iso3, "vote": vote}
        for iso3, votes in CAST.items()
        for rcid, vote in zip(ROLLS["rcid"], votes, strict=True)
        if vote is not None
    ]
)


@pytest.fixture
def scores():
    return ballots(VOTES)


def test_votes_stand_on_one_scale_and_absences_have_no_place_on_it(scores):
    assert scores.loc["R3", ["IRN", "RUS", "USA"]].tolist() == [0.5, 1, 0]
    assert scores.isna().sum().to_dict() == {"IRN": 1, "RUS": 0, "CHN": 2, "USA": 1}


def test_a_vote_outside_the_four_is_refused():
    with pytest.raises(ValueError, match="maybe"):
        ballots(VOTES.assign(vote="maybe"))


def test_agreement_counts_only_what_both_voted_on_and_an_abstention_as_half_a_step(scores):
    table = agreement(scores, ROLLS, "IRN", "year").set_index(["year", "iso3"])
    russia = table.loc[(1, "RUS")]
    # the same, opposed, one step apart
    assert russia[["n_both", "n_identical", "n_opposed"]].tolist() == [3, 1, 1]
    assert russia["share_identical"] == pytest.approx(1 / 3)
    assert russia["agreement_index"] == pytest.approx((1 + 0 + 0.5) / 3)
    # Iran is absent from R5
    assert table.loc[(2, "RUS"), ["n_both", "share_identical"]].tolist() == [1, 1]
    # the United States is absent from R2
    assert table.loc[(1, "USA"), ["n_both", "n_opposed", "agreement_index"]].tolist() == [
        2,
        1,
        0.25,
    ]


def test_a_state_without_common_votes_has_no_row_rather_than_a_zero(scores):
    table = agreement(scores, ROLLS, "IRN", "year").set_index(["year", "iso3"])
    assert (2, "CHN") not in table.index
    assert table.loc[(1, "CHN"), "share_identical"] == 1


def test_agreement_is_the_same_from_either_side(scores):
    ours = agreement(scores, ROLLS, "IRN", "year").set_index(["year", "iso3"])
    theirs = agreement(scores, ROLLS, "RUS", "year").set_index(["year", "iso3"])
    pd.testing.assert_series_equal(
        ours.xs("RUS", level="iso3").loc[1], theirs.xs("IRN", level="iso3").loc[1]
    )


def test_groups_may_be_of_several_columns_and_roll_calls_left_out_do_not_count(scores):
    few = ROLLS.iloc[[0, 3]].assign(issue=["a", "b"])
    table = agreement(scores, few, "IRN", ["year", "issue"])
    russia = table[table["iso3"] == "RUS"]
    assert russia[["year", "issue", "n_both"]].to_numpy().tolist() == [[1, "a", 1], [2, "b", 1]]


def test_a_roll_call_listed_twice_is_refused(scores):
    with pytest.raises(ValueError, match="stands twice"):
        agreement(scores, pd.concat([ROLLS, ROLLS]), "IRN", "year")


def test_a_state_without_any_vote_is_refused(scores):
    with pytest.raises(KeyError, match="FRA"):
        agreement(scores, ROLLS, "FRA", "year")


def test_ranks_are_within_the_group_and_ties_share_the_better_rank():
    table = pd.DataFrame(
        {
            "year": [1, 1, 1, 2],
            "iso3": ["RUS", "CHN", "USA", "RUS"],
            "share_identical": [0.9, 0.9, 0.1, 0.2],
            "agreement_index": [0.8, 0.9, 0.1, 0.2],
        }
    )
    assert ranked(table, "year")["rank"].tolist() == [1, 1, 3, 1]
    assert ranked(table, "year")["of"].tolist() == [3, 3, 3, 1]
    assert ranked(table, "year", "agreement_index")["rank"].tolist() == [2, 1, 3, 1]


POINTS = pd.DataFrame(
    [
        (1, 2001, "IRN", -1.0, -1.5, -0.5),
        (1, 2001, "RUS", 0.0, -0.6, 0.4),
        (1, 2001, "CHN", -0.9, -1.2, -0.6),
        (2, 2002, "IRN", -1.0, -1.2, -0.8),
        (2, 2002, "RUS", 1.0, 0.8, 1.2),
        (3, 2003, "RUS", 1.0, 0.8, 1.2),
    ],
    columns=["session", "year", "iso3", "ideal_point", "ideal_point_p05", "ideal_point_p95"],
)


def test_a_state_is_in_the_top_third_of_six_when_it_is_second():
    ranks = pd.DataFrame({"iso3": ["BLR", "CHN", "SYR"], "rank": [1, 2, 3], "of": 6})
    assert in_top(ranks, 1 / 3)["top"].tolist() == [True, True, False]


def test_distance_is_absolute_and_compares_the_intervals_of_the_two():
    table = ideal_point_distance(POINTS, "IRN", "RUS").set_index("year")
    assert table["distance"].to_dict() == {2001: 1.0, 2002: 2.0}
    assert table["intervals_overlap"].to_dict() == {2001: True, 2002: False}


def test_nearness_is_ranked_among_all_states_of_the_session():
    table = ideal_point_distance(POINTS, "IRN", "RUS").set_index("year")
    assert table.loc[2001, ["rank", "of"]].tolist() == [2, 2]
    assert table.loc[2002, ["rank", "of"]].tolist() == [1, 1]


def test_positions_come_from_the_roll_call_and_are_not_established_without_a_vote():
    rolls = pd.DataFrame(
        {
            "rcid": ["R1"],
            "date": pd.to_datetime(["1985-12-01"]),
            "date_precision": ["month"],
            "symbol": ["A/RES/40/141"],
            "votes_yes": [3],
            "votes_no": [2],
            "abstentions": [1],
            "url": [None],
        }
    )
    keys = pd.DataFrame({"key_vote_id": ["K01"], "rcid": ["R1"], "source_id": ["own"]})
    table = key_positions(keys, rolls, VOTES, ["IRN", "USA", "FRA"]).set_index("iso3")
    assert table["vote"].tolist() == ["yes", "no", "not established"]
    assert table.loc["IRN", ["symbol", "votes_yes"]].tolist() == ["A/RES/40/141", 3]


def rolls_of(**columns) -> pd.DataFrame:
    """Roll calls A, B, … with these columns; an empty flag is missing."""
    frame = pd.DataFrame(columns)
    flags = {c: "boolean" for c in ("amendment", "paragraph") if c in frame}
    return frame.assign(rcid=list("ABCDE")[: len(frame)]).astype(flags)


def test_a_final_vote_is_neither_amendment_nor_paragraph_nor_repeat_and_may_lack_flags():
    rolls = rolls_of(
        amendment=[None, True, False, None, False],
        paragraph=[None, None, True, None, False],
        possible_duplicate=[False, False, False, True, False],
    )
    assert final_votes(rolls)["rcid"].tolist() == ["A", "E"]


def test_absence_is_a_category_of_its_own_and_needs_a_state_that_votes_in_the_session():
    # R1 alike, R2 and R3 not, R4 alike; in R5 Iran is absent and Russia votes no.
    found = identical_with_absence(VOTES, ROLLS, "IRN", "RUS")
    assert found.tolist() == [5, 2, pytest.approx(2 / 5)]
    # China has no row in R4 and R5, the United States is absent from R2.
    assert identical_with_absence(VOTES, ROLLS, "CHN", "USA").tolist() == [3, 0, 0]
    both_absent = VOTES.assign(vote=VOTES["vote"].where(VOTES["rcid"] != "R5", "absent"))
    assert identical_with_absence(both_absent, ROLLS, "IRN", "RUS")["n_identical"] == 3


def test_subjects_come_from_the_terms_and_nuclear_weapons_are_not_other_arms_too():
    rolls = rolls_of(
        subjects=[
            "NUCLEAR DISARMAMENT",
            "SMALL ARMS;SUSTAINABLE DEVELOPMENT",
            None,
            "PALESTINIANS;HUMAN RIGHTS",
            "FISHERIES",
        ]
    )
    told = with_subjects(rolls).set_index("rcid")[list(SUBJECTS)]
    found = {rcid: row.index[row].tolist() for rcid, row in told.iterrows()}
    assert found == {
        "A": ["nuclear_weapons"],
        "B": ["other_arms", "development"],
        "D": ["palestine_and_israel", "human_rights"],
        "E": [],
    }


def test_the_overlap_of_sponsors_is_joint_over_either():
    sponsored = pd.DataFrame({"sponsors_iso3": ["IRN;RUS", "IRN", "RUS;CHN;TUR", None, "RUS"]})
    table = joint_sponsors(sponsored, "IRN").set_index("iso3")
    russia = table.loc["RUS"]
    assert russia[["n_own", "n_other", "n_joint"]].tolist() == [2, 3, 1]
    assert (russia["share_of_own"], russia["overlap"]) == (1 / 2, 1 / 4)
    assert table.loc["CHN", ["n_joint", "overlap", "rank", "of"]].tolist() == [0, 0, 2, 3]
    assert table.loc["TUR", "rank"] == 2
    with pytest.raises(KeyError, match="FRA"):
        joint_sponsors(sponsored, "FRA")


def test_texts_recur_by_the_letters_of_their_titles_in_both_years():
    rolls = rolls_of(
        date=pd.to_datetime(["2024-12-01", "2025-12-01", "2025-12-01", "2025-12-02", "2023-12-01"]),
        title=["The right to food", "THE RIGHT-TO FOOD.", "Day of Hope", None, "The right to food"],
    )
    assert recurring(rolls, 2024, 2025)["rcid"].tolist() == ["A", "B"]
    assert recurring(rolls, 2023, 2024)["rcid"].tolist() == ["A", "E"]


def test_two_states_alone_agree_as_among_all_others(scores):
    all_states = agreement(scores, ROLLS, "IRN", "year").query("iso3 == 'RUS'")
    pair = pair_agreement(scores, ROLLS, "IRN", "RUS", "year")
    pd.testing.assert_frame_equal(pair, all_states.reset_index(drop=True), check_dtype=False)
    assert len(pair) == 2 and pair.to_dict("records") == all_states.to_dict("records")
    # R1 and R4 of four common roll calls
    whole = pair_overall(scores, ROLLS, "IRN", "RUS")
    assert whole[["n_both", "n_identical", "share_identical"]].tolist() == [4, 2, 0.5]


def test_states_without_common_votes_have_no_agreement(scores):
    assert pair_overall(scores, ROLLS[:0], "IRN", "RUS").isna().all()
    assert pair_overall(scores, ROLLS, "IRN", "FRA").isna().all()
    assert agreement(scores, ROLLS[:0], "IRN", "year").empty


def test_the_distance_to_a_group_is_that_to_its_middle():
    # Middles of B and C are 0, 1 and (C alone) 4; A stands at 2, 2 and 1.
    rows = [(1, "A", 2.0), (1, "B", -1.0), (1, "C", 1.0), (2, "A", 2.0), (2, "B", 0.0)]
    rows += [(2, "C", 2.0), (3, "A", 1.0), (3, "C", 4.0)]
    points = pd.DataFrame(rows, columns=["year", "iso3", "ideal_point"])
    found = distance_to_group(points, "A", ["B", "C"], [(1, 2), (2, 3), (4, 5)])
    assert found[:2].tolist() == [1.5, 2.0] and pd.isna(found[2])


def test_votes_against_are_set_beside_all_roll_calls_of_the_year(scores):
    # The USA voted no on R1, R3 and R5, was absent from R2, and voted yes on R4.
    assert votes_against(scores, ROLLS, "USA").loc[1].tolist() == [2, 3]
    assert votes_against(scores, ROLLS, "USA").loc[2].tolist() == [1, 2]


def test_absence_is_a_share_of_the_roll_calls_of_a_member():
    assert absent_share(VOTES, ROLLS)[["IRN", "CHN"]].tolist() == [1 / 5, 0]
    assert absent_share(VOTES, ROLLS, "year")["IRN", 2] == 1 / 2


def test_both_rules_for_absences_stand_side_by_side():
    pairs = pd.DataFrame({"iso3_a": ["RUS"], "iso3_b": ["IRN"]}, index=[7])
    # R1 and R4 are alike: of five where the absence in R5 counts, of four where it does not.
    shares = by_both_rules(VOTES, ROLLS, pairs)
    assert shares.loc[7].to_dict() == pytest.approx({"absence_counted": 40, "both_voting": 50})


def test_final_votes_and_votes_on_parts_share_no_roll_call():
    rolls = rolls_of(
        amendment=[True, None, False, True, None],
        paragraph=[None, True, None, None, None],
        possible_duplicate=[False, False, False, True, False],
    )
    assert votes_on_parts(rolls)["rcid"].tolist() == ["A", "B"]
    assert final_votes(rolls)["rcid"].tolist() == ["C", "E"]


def test_sponsors_are_counted_by_year():
    sponsored = pd.DataFrame(
        {
            "sponsors_iso3": ["IRN;RUS", "IRN", None, "RUS"],
            "date": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", "2021-01-01"]),
        }
    )
    table = sponsored_by_year(sponsored, "IRN", "RUS")
    assert table.loc[2020, ["IRN", "RUS", "both"]].tolist() == [2, 1, 1]
    assert table.loc[2021, ["IRN", "RUS", "both"]].tolist() == [0, 1, 0]


def test_the_nearest_session_is_told_with_the_last_that_was_nearer():
    distances = pd.Series({1980: 0.5, 1985: 0.2, 1986: 0.7, 1990: 1.0, 1995: 2.0, 2000: 0.7})
    assert nearest_session(distances, 1990).tolist() == [2000, 1985]
    assert nearest_session(distances, 1985).isna().tolist() == [False, True]
    assert nearest_session(distances, 2001).isna().all()


def test_the_mean_distance_is_taken_over_the_others():
    points = pd.DataFrame(
        {
            "session": 1,
            "year": 2000,
            "iso3": ["IRN", "USA", "FRA"],
            "ideal_point": [0.0, 3.0, -1.0],
            "ideal_point_p05": [0.0, 3.0, -1.0],
            "ideal_point_p95": [0.0, 3.0, -1.0],
        }
    )
    assert mean_distance(points, "IRN", ["USA", "FRA"]).to_dict() == {2000: 2.0}


def test_key_votes_are_tallied_by_topic():
    votes = {"K1": ("no", "no"), "K2": ("absent", "absent"), "K3": ("abstain", "no")}
    votes["K4"] = ("yes", "no")
    cast = pd.DataFrame(
        [
            {"topic": "t", "key_vote_id": k, "iso3": iso3, "vote": vote}
            for k, both in votes.items()
            for iso3, vote in zip(("IRN", "RUS"), both, strict=True)
        ]
    )
    told = key_tally(cast, "IRN", "RUS").loc["t"]
    assert told.to_dict() == {"votes": 4, "same": 1, "abstained": 1, "absent": 1, "opposed": 1}


def test_votes_on_iran_join_council_vetoes_and_board_in_order_of_date():
    day = pd.to_datetime
    council = pd.DataFrame(
        {
            "iran_related": [True, False, True],
            "date": day(["2010-06-09", "2011-01-01", "2004-01-01"]),
            "date_precision": "day",
            "aim": [None, "relief", "relief"],
        }
    )
    vetoes = pd.DataFrame(
        {
            "iran_relation": ["direct", "syria_government"],
            "date": day(["2018-02-26", "2018-04-10"]),
            "agenda_item": "Yemen",
            "draft": "S/2018/156",
        }
    )
    board = pd.DataFrame({"date": day(["2005-09-01"]), "date_precision": ["month"]})
    assert len(votes_on_iran(council, vetoes, board, "2018-02-26")) == 1
    listed = votes_on_iran(council, vetoes, board, "2005")
    assert listed["on"].tolist() == ["2005-09", "2010-06-09", "2018-02-26"]
    assert listed["body"].tolist() == ["IAEA Board", "Security Council", "Security Council"]
    assert listed["aim"].tolist() == ["critical_of_iran", "not coded", "critical_of_iran"]
    assert listed["rus_vote"].iloc[-1] == "no"


def test_intervals_that_touch_overlap_and_equally_near_states_share_the_better_rank():
    rows = [("IRN", 0.0, -0.5, 0.5), ("RUS", 1.0, 0.5, 1.5), ("CHN", -1.0, -1.5, -0.5)]
    points = pd.DataFrame(
        rows, columns=["iso3", "ideal_point", "ideal_point_p05", "ideal_point_p95"]
    ).assign(session=1, year=2001)
    for other in ("RUS", "CHN"):
        found = ideal_point_distance(points, "IRN", other)
        assert found[["intervals_overlap", "rank", "of"]].values.tolist() == [[True, 1, 2]]
        assert list(found.index) == [0] and "index" not in found


def test_a_text_of_one_year_alone_does_not_recur():
    titles = ["Peace", "War", "Peace", "Trade"]
    dates = pd.to_datetime(["2001-01-01", "2001-01-02", "2002-01-01", "2002-01-02"])
    rolls = pd.DataFrame({"rcid": list("abcd"), "title": titles, "date": dates})
    assert recurring(rolls, 2001, 2002)["rcid"].tolist() == ["a", "c"]
