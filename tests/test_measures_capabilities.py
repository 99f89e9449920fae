"""Measures of capabilities, asymmetry and friction on cases worked by hand."""

import numpy as np
import pandas as pd
import pytest

from iran_russia.measures.capabilities import (
    apart,
    capability_ratios,
    coded_spans,
    days_until,
    dependence_ratio,
    flow_imbalance,
    followed_and_by_chance,
    identical_by_issue,
    joint_share,
    mutual_dependence,
    ranked_states,
    ranked_with_both,
    ratio_ranges,
    relation_shares,
    turnover_share,
    vote_relation,
)

CAPABILITIES = pd.DataFrame(
    [
        (2000, "RUS", "cinc", 0.06, "a"),
        (2000, "IRN", "cinc", 0.02, "a"),
        (2000, "CHN", "cinc", 0.16, "a"),
        (2001, "RUS", "cinc", 0.05, "a"),
        (2001, "IRN", "cinc", 0.02, "a"),
        (2000, "RUS", "gdp", 300.0, "b"),
        (2001, "RUS", "gdp", 400.0, "b"),
        (2001, "IRN", "gdp", 100.0, "b"),
    ],
    columns=["year", "iso3", "measure", "value", "source_id"],
)


def test_a_ratio_needs_both_states_in_the_same_year_and_measure():
    found = capability_ratios(CAPABILITIES, "RUS", "IRN").set_index(["measure", "year"])["ratio"]
    assert found.to_dict() == pytest.approx(
        {("cinc", 2000): 3.0, ("cinc", 2001): 2.5, ("gdp", 2001): 4.0}
    )


def test_states_are_ranked_from_the_largest_and_ties_share_the_better_rank():
    tied = pd.concat([CAPABILITIES, CAPABILITIES.iloc[[1]].assign(iso3="TUR")])
    found = ranked_states(tied, "cinc", 2000)
    assert list(found.index) == [0, 1, 2, 3]
    found = found.set_index("iso3")
    assert found["rank"].to_dict() == {"CHN": 1, "RUS": 2, "IRN": 3, "TUR": 3}
    assert found["of"].eq(4).all()


def test_a_joint_share_is_given_only_for_years_with_every_state():
    found = joint_share(CAPABILITIES, ["IRN", "RUS", "CHN"]).set_index("year")["share"]
    assert found.to_dict() == pytest.approx({2000: 0.24})


def test_imbalance_is_the_larger_flow_over_the_smaller_whichever_it_is():
    balances = pd.DataFrame(
        {"iran_to_russia": [10.0, 90.0, None, 0.0], "russia_to_iran": [40.0, 30.0, 5.0, 5.0]}
    )
    found = flow_imbalance(balances)
    assert found["imbalance"].tolist() == [4.0, 3.0]
    assert found["larger"].tolist() == ["RUS", "IRN"]
    small = flow_imbalance(pd.DataFrame({"iran_to_russia": [0.5], "russia_to_iran": [0.25]}))
    assert small["imbalance"].tolist() == [2.0]
    even = flow_imbalance(pd.DataFrame({"iran_to_russia": [7.0], "russia_to_iran": [7.0]}))
    assert even[["imbalance", "larger"]].to_numpy().tolist() == [[1, "RUS"]]


PARTNERS = pd.DataFrame(
    [
        (2000, "IRN", "RUS", "export", 10),
        (2000, "IRN", "RUS", "import", 30),
        (2000, "IRN", "WLD", "export", 100),
        (2000, "IRN", "WLD", "import", 300),
        (2001, "IRN", "RUS", "export", 10),
        (2001, "IRN", "WLD", "export", 100),
        (2001, "IRN", "WLD", "import", 300),
        (2002, "IRN", "RUS", "turnover", 5),
        (2002, "IRN", "WLD", "turnover", 50),
    ],
    columns=["year", "country_iso3", "partner_iso3", "flow", "value_usd"],
)


def test_a_share_of_turnover_needs_both_flows_of_partner_and_total():
    found = turnover_share(PARTNERS, "IRN", "RUS").set_index("year")["share"]
    assert found.to_dict() == pytest.approx({2000: 0.1, 2002: 0.1})


def test_two_reporters_of_one_flow_are_refused():
    with pytest.raises(ValueError, match="filter to one reporter"):
        turnover_share(pd.concat([PARTNERS, PARTNERS]), "IRN", "RUS")


def test_dependence_compares_the_shares_of_the_same_year():
    found = dependence_ratio(
        pd.DataFrame({"year": [2000, 2001], "share": [0.08, 0.1]}),
        pd.DataFrame({"year": [2000], "share": [0.02]}),
    )
    assert found["year"].tolist() == [2000]
    assert found["ratio"].tolist() == pytest.approx([4.0])


def _days(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts)))


def test_an_answer_of_the_same_day_does_not_count():
    gap = days_until(
        _days("2020-01-01", "2020-01-10", "2020-02-01"), _days("2020-01-10", "2020-01-01")
    )
    assert gap[0] == 9
    assert np.isnan(gap[1:]).all()


def test_the_chance_of_an_event_is_that_of_the_days_of_its_own_year():
    # 2021 has 365 days; the 30 days before 31 December are followed within 30 days.
    until = pd.Timestamp("2022-06-30")
    found = followed_and_by_chance(
        _days("2021-06-01"), _days("2021-12-31"), [30], until=until
    ).iloc[0]
    assert found["followed"] == 0
    assert found["expected"] == pytest.approx(30 / 365)
    assert found["p_value"] == pytest.approx(1)


def test_the_interval_of_two_fair_chances_follows_the_binomial_distribution():
    # An answer every second day: half of all days are followed on the very next day.
    answers = pd.Series(pd.date_range("2020-12-31", "2022-01-10", freq="2D"))
    found = followed_and_by_chance(_days("2021-03-01", "2021-03-03"), answers, [1], level=0.4)
    row = found.iloc[0]
    assert row["expected"] == pytest.approx(0.5, abs=0.002)
    assert (row["low"], row["high"]) == (0.5, 0.5)  # a quarter none, a half one, a quarter both
    wide = followed_and_by_chance(_days("2021-03-01", "2021-03-03"), answers, [1], level=0.9)
    assert wide[["low", "high"]].to_numpy().tolist() == [[0, 1]]  # a quarter is more than 1 of 20
    assert row["share"] in (0, 1)
    assert row["p_value"] == pytest.approx(1 if row["share"] == 0 else 0.25, abs=0.01)


def test_days_whose_window_runs_past_the_record_are_not_counted_as_not_followed():
    """Contacts every twenty days leave no day of the record without one within thirty."""
    contacts = pd.Series(pd.date_range("2026-01-05", "2026-04-30", freq="20D"))
    frictions = _days("2026-01-10", "2026-02-20", "2026-03-15", "2026-04-20")
    until = pd.Timestamp("2026-04-30")
    found = followed_and_by_chance(frictions, contacts, [30, 120], until=until)
    month, long = found.to_dict("records")
    assert (month["events"], month["followed"]) == (3, 3)  # that of 20 April is not known yet
    assert (month["share"], month["expected"], month["p_value"]) == (1, 1, pytest.approx(1))
    assert (long["events"], long["followed"]) == (0, 0) and np.isnan(long["share"])


def test_an_event_of_the_last_day_that_is_counted_is_counted():
    answers = _days("2021-03-31")
    found = followed_and_by_chance(_days("2021-03-21", "2021-03-22"), answers, [10]).iloc[0]
    assert (found["events"], found["followed"]) == (1, 1)
    # Of the 80 days to 21 March only the last is followed within ten days.
    assert found["expected"] == pytest.approx(1 / 80)


def test_a_record_ends_with_its_latest_event_or_answer():
    # Ten days before 1 June the first two events are known not to be followed, the last is not.
    events = _days("2021-03-21", "2021-04-30", "2021-06-01")
    found = followed_and_by_chance(events, _days("2021-03-31"), [10]).iloc[0]
    assert (found["events"], found["followed"]) == (2, 1)


def test_nothing_can_follow_without_events_or_answers():
    nothing = _days()
    for triggers, answers in ((nothing, _days("2020-01-01")), (_days("2020-01-01"), nothing)):
        found = followed_and_by_chance(triggers, answers, [30, 60])
        assert found["followed"].tolist() == [0, 0]
        assert found["days"].tolist() == [30, 60]
        assert found["events"].tolist() == [len(triggers)] * 2
        assert found[["share", "expected", "p_value"]].isna().all(axis=None)


def test_one_quarrel_counts_once():
    kept = apart(_days("2023-07-17", "2023-07-10", "2023-07-12", "2023-12-23"), 60)
    assert kept.dt.strftime("%Y-%m-%d").tolist() == ["2023-07-10", "2023-12-23"]
    assert len(apart(_days("2023-07-10", "2023-07-20"), 10)) == 1
    assert len(apart(_days("2023-07-10", "2023-07-20"), 9)) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("no", "no", "same"),
        ("abstain", "abstain", "same"),
        ("abstain", "no", "one abstained"),
        ("yes", "no", "opposed"),
        ("absent", "no", "one absent"),
        ("absent", "absent", "one absent"),
        ("not established", "no", "not established"),
        ("absent", "not established", "not established"),
    ],
)
def test_how_two_votes_stand_to_each_other(one, other, expected):
    assert vote_relation(pd.Series([one]), pd.Series([other])).tolist() == [expected]
    assert vote_relation(pd.Series([other]), pd.Series([one])).tolist() == [expected]


def test_the_ranges_of_a_ratio_name_their_years_and_are_missing_without_one():
    ratios = pd.DataFrame(
        {"measure": "cinc", "year": [2002, 2000, 2001], "ratio": [2.5, 3.0, 2.0]}
    ).astype({"year": "Int64"})
    ranges = ratio_ranges(ratios, ["cinc", "gdp"])
    assert ranges.loc["cinc", ["last", "last_year"]].tolist() == [2.5, 2002]
    assert ranges.loc["cinc", ["low", "low_year"]].tolist() == [2.0, 2001]
    assert ranges.loc["cinc", ["high", "high_year"]].tolist() == [3.0, 2000]
    assert ranges.loc["gdp"].isna().all()
    assert ratio_ranges(ratios.head(0), ["cinc"]).isna().all(axis=None)


def test_the_two_together_stand_below_the_ranks_without_one():
    ranked = ranked_with_both(CAPABILITIES, "cinc", 2000, ["IRN", "RUS"])
    assert list(ranked.index) == [0, 1, 2, 3]
    ranked = ranked.set_index("iso3")
    assert list(ranked.index) == ["CHN", "RUS", "IRN", "both"]
    assert ranked.loc["both", "value"] == pytest.approx(0.08)
    assert pd.isna(ranked.loc["both", "rank"])
    assert ranked_with_both(CAPABILITIES, "cinc", 1900, ["IRN", "RUS"])[
        "value"
    ].isna().tolist() == [True]


def test_mutual_dependence_is_the_ratio_of_both_shares():
    rows = [
        ("IRN", "RUS", 20.0),
        ("IRN", "WLD", 100.0),
        ("RUS", "IRN", 20.0),
        ("RUS", "WLD", 400.0),
    ]
    partners = pd.DataFrame(rows, columns=["country_iso3", "partner_iso3", "value_usd"])
    found = mutual_dependence(partners.assign(year=2020, flow="turnover"), "IRN", "RUS").iloc[0]
    assert (found["in_first"], found["in_second"], found["ratio"]) == (0.2, 0.05, 4)


def test_all_and_selected_votes_are_shares_of_their_own_row():
    together = pd.DataFrame(
        {"period": ["2025"], "n_both": [10], "n_identical": [6], "n_opposed": [1]}
    )
    sides = pd.DataFrame({"topic": ["t", "t", "u"], "relation": ["same", "opposed", "same"]})
    found = relation_shares(together, sides, {"t": "One", "u": "Other"})
    assert found.index.tolist() == list(range(6))
    share = found.set_index(["part", "row", "relation"])["share"]
    assert share["All final votes", "2025"].to_dict() == {
        "same": 0.6,
        "one abstained": 0.3,
        "opposed": 0.1,
    }
    assert share["Selected votes", "One"].to_dict() == {"opposed": 0.5, "same": 0.5}
    assert share["Selected votes", "Other", "same"] == 1


def test_the_issue_on_which_two_agree_least_comes_first():
    # Of the votes on nuclear matters one of two is the same, of those on rights both are.
    scores = pd.DataFrame({"IRN": [1.0, 1.0, 0.0], "RUS": [1.0, 0.0, 0.0]}, index=[1, 2, 3])
    calls = pd.DataFrame(
        {"rcid": [1, 2, 3], "nu": [True, True, None], "hr": [True, False, True]}, dtype="object"
    ).astype({"rcid": int, "nu": "boolean", "hr": "boolean"})
    issues = {"hr": "rights", "nu": "nuclear matters"}
    found = identical_by_issue(scores, calls, "IRN", "RUS", issues)
    assert list(found.items()) == [("nuclear matters", 0.5), ("rights", 1.0)]
    assert identical_by_issue(scores, calls, "IRN", "CHN", issues).isna().all()


def test_years_coded_are_written_as_their_unbroken_runs():
    assert coded_spans(pd.Series([1943, 1942, 1943, 1950])) == "1942–1943 and 1950–1950"
    assert coded_spans(pd.Series([], dtype="int64")) == "no year"
