"""Measures of chosen events, each on a case small enough to be worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.events import (
    alignments,
    attested,
    before_or_after,
    coded_by_words,
    cross_counts,
    dispersion,
    in_list,
    longest_gaps,
    longest_wait,
    middle,
    per_year,
    rates_around,
    share_range,
    spaced,
    standing_in_bodies,
)
from iran_russia.measures.series import theil_sen


@pytest.fixture
def chosen():
    return pd.DataFrame(
        {
            "era": ["early"] * 4 + ["late"] * 2,
            "kind": ["war", "war", "treaty", "visit", "visit", "visit"],
            "valence": ["frictional", "frictional", "frictional", "mixed", "mixed", "frictional"],
        }
    )


def test_a_share_moves_as_far_as_the_kind_left_out_takes_it(chosen):
    shares = share_range(chosen, "valence", "frictional", by="era", kind="kind").set_index("era")
    # Early: 3 of 4; without wars 1 of 2, without the treaty 2 of 3, without the visit 3 of 3.
    assert shares.loc["early", "share"] == 0.75
    assert shares.loc["early", "low"] == 0.5
    assert shares.loc["early", "high"] == 1


def test_an_era_of_one_kind_only_has_no_range(chosen):
    shares = share_range(chosen, "valence", "frictional", by="era", kind="kind").set_index("era")
    assert list(shares.loc["late", ["share", "low", "high"]]) == [0.5, 0.5, 0.5]
    assert shares["events"].sum() == len(chosen)
    turned = share_range(chosen.iloc[::-1], "valence", "frictional", by="era", kind="kind")
    assert turned["era"].tolist() == ["late", "early"]


def test_what_only_channels_relay_is_left_out_of_every_count():
    status = ["relayed", "reported", None, "relayed"]
    lists = ["chronology", "chronology", "chronology;finance", "finance"]
    events = pd.DataFrame({"lists": lists, "status": pd.Series(status, dtype="str")})
    assert list(attested(events).index) == [1, 2]
    assert list(in_list(events, "chronology").index) == [1, 2]
    assert list(in_list(events, "finance").index) == [2]


def test_the_longest_stretch_between_events_comes_first():
    dates = pd.Series(pd.to_datetime(["1828-02-22", "1521-01-01", "1552-01-01", "1828-05-01"]))
    gaps = longest_gaps(dates, 2)
    assert list(gaps["years"]) == [276, 31]
    assert list(gaps.loc[1, ["after", "before"]]) == [1521, 1552]
    assert list(gaps.columns) == ["after", "before", "years"]
    assert list(longest_gaps(dates, 9)["years"]) == [276, 31]  # two of one year have none between


def test_the_longest_wait_counts_in_the_years_in_which_it_ends():
    days = ["2022-01-31", "2019-12-02", "2020-12-01", "2021-12-01", "2025-06-01"]
    dates = pd.Series(pd.to_datetime(days))
    # From 2019-12-02 to 2020-12-01 and on to 2021-12-01 are 365 days each (2020 has its 29
    # February), then 61 to 2022-01-31; the 1217 days to 2025 end too late.
    wait = longest_wait(dates, 2020, 2022)
    assert [str(wait[end].date()) for end in ("after", "before")] == ["2019-12-02", "2020-12-01"]
    assert wait["months"] == pytest.approx(365 / 30.4375)
    assert longest_wait(dates, 2022, 2022)["months"] == pytest.approx(61 / 30.4375)
    # Nothing stands before the first, and in 2023 nothing ends.
    assert longest_wait(dates, 2019, 2019).isna().all()
    assert longest_wait(dates, 2023, 2024).isna().all()


def test_a_date_known_as_a_period_stands_in_its_middle():
    first, last = (pd.Series(pd.to_datetime([day, "2020-05-01"])) for day in ("2020-01-01",) * 2)
    last[0] = pd.Timestamp("2020-01-31")
    assert list(middle(first, last)) == [pd.Timestamp("2020-01-16"), pd.Timestamp("2020-05-01")]


@pytest.fixture
def acts():
    return pd.DataFrame(
        {"act": ["Condemned; offered mediation", "Abstained", "condemned the raid"]}
    )


def test_a_text_stands_under_each_category_that_it_names(acts):
    coded = coded_by_words(
        acts, "act", {"votes": "voted|abstained", "condemns": "condemned", "mediates": "mediat"}
    )
    assert list(coded["category"]) == ["votes", "condemns", "condemns", "mediates"]
    assert list(coded.index) == [1, 0, 2, 0]


def test_a_text_that_names_no_category_is_an_error(acts):
    with pytest.raises(ValueError, match="Abstained"):
        coded_by_words(acts, "act", {"condemns": "condemned"})


def test_rates_are_records_in_thirty_days_of_either_window():
    dates = pd.Series(pd.to_datetime(["2020-01-10", "2020-01-20", "2020-02-01", "2020-02-10"]))
    found = rates_around(dates, pd.Timestamp("2020-02-01"), 30, pd.Timestamp("2020-02-15"))
    assert (found["before"], found["after"], found["days_after"]) == (2, 2, 15)
    assert found["rate_before"] == 2 and found["rate_after"] == 4
    # Of four records at least two in a window of one third of the days.
    p = 15 / 45
    assert found["chance"] == pytest.approx(1 - (1 - p) ** 4 - 4 * p * (1 - p) ** 3)


def test_a_fall_in_the_rate_has_the_chance_of_as_few_or_fewer():
    dates = pd.Series(pd.to_datetime(["2020-01-10", "2020-01-20"]))
    found = rates_around(dates, pd.Timestamp("2020-02-01"), 30, pd.Timestamp("2020-03-01"))
    assert found["after"] == 0 and found["chance"] == pytest.approx(0.25)


def test_as_many_records_as_a_table_may_come_to_hold_have_a_chance():
    dates = pd.Series(pd.date_range("2020-01-01", periods=1200).repeat(2))
    found = rates_around(dates, pd.Timestamp("2022-04-01"), 800, pd.Timestamp("2023-04-14"))
    assert found["before"] + found["after"] == 2 * (800 + 379)
    # As many a day before as after: a split as uneven has the chance of about one half.
    assert found["chance"] == pytest.approx(0.5, abs=0.02)


def test_a_record_that_ends_before_the_day_has_no_rate_after():
    dates = pd.Series(pd.to_datetime(["2020-01-10"]))
    with pytest.raises(ValueError, match="the record ends on 2020-01-10"):
        rates_around(dates, pd.Timestamp("2020-02-01"), 30, pd.Timestamp("2020-01-10"))
    of_one_day = rates_around(dates, pd.Timestamp("2020-01-10"), 30, pd.Timestamp("2020-01-10"))
    assert of_one_day[["after", "days_after", "rate_after"]].tolist() == [1, 1, 30]


def test_one_outlier_does_not_move_the_theil_sen_slope():
    line = pd.Series([1.0, 3.0, 5.0, 7.0, 9.0], index=range(2000, 2005))
    assert theil_sen(line) == 2
    assert theil_sen(line.replace(5.0, 500.0)) == 2
    assert theil_sen(line.where(line != 3.0)) == 2


def test_one_point_has_no_slope():
    with pytest.raises(ValueError, match="at least two points"):
        theil_sen(pd.Series([1.0], index=[2000]))


def test_a_state_observes_and_then_takes_part_until_the_record_ends():
    columns = ["organisation", "irn_status", "irn_date", "irn_date_precision"]
    rows = [
        ("SCO", "full member", "2023-07-04", "day"),
        ("SCO", "observer", "2005-01-01", "year"),
        ("SCO", "observer", "2005-01-01", "year"),
        ("SCO", "not a member of its bank", None, None),
        ("CSTO", "not a member", "2007-01-01", "year"),
        ("SCO", "chair invited", "2024-01-01", "year"),
    ]
    membership = pd.DataFrame(rows, columns=columns)
    membership["irn_date"] = pd.to_datetime(membership["irn_date"])
    end = pd.Timestamp("2026-01-01")
    found = standing_in_bodies(membership, {"irn": "Iran"}, end)
    assert found["organisation"].tolist() == ["CSTO", "SCO", "SCO", "SCO"]
    assert found["status"].tolist()[1:] == ["observer", "full member", "chair invited"]
    assert found["full"].tolist() == [False, False, True, True]
    assert found["until"].dt.year.tolist() == [2026, 2023, 2024, 2026]
    assert found["precision"].tolist()[1:] == ["year", "day", "year"]


def test_events_are_counted_by_two_columns_with_their_sum():
    events = pd.DataFrame({"place": ["a", "a", "b", "z"], "kind": ["x", "y", "x", "x"]})
    table = cross_counts(events, "place", "kind", ["b", "a", "c"], ["x", "y"])
    assert table.loc["a"].to_dict() == {"x": 1, "y": 1, "all": 2}
    assert table.loc["b"].to_dict() == {"x": 1, "y": 0, "all": 1}
    assert list(table.index) == ["b", "a", "c"] and table.loc["c", "all"] == 0
    none = cross_counts(events[:0], "place", "kind", ["a"], ["x"])
    assert none.loc["a"].to_dict() == {"x": 0, "all": 0}


def test_a_day_parts_the_time_before_from_the_time_after():
    dates = pd.Series(pd.to_datetime(["2024-12-07", "2024-12-08", "2024-12-09"]))
    told = before_or_after(dates, pd.Timestamp("2024-12-08"))
    assert told.tolist() == ["before", "on", "after"]


def test_texts_without_a_category_stand_under_the_rest_if_there_is_one():
    events = pd.DataFrame({"text": ["He condemned it", "Silence"]})
    coded = coded_by_words(events, "text", {"condemns": "condemned"}, rest="other")
    assert coded["category"].tolist() == ["condemns", "other"]


def test_no_events_have_no_years():
    none = pd.DataFrame({"date": pd.to_datetime([]), "kind": []})
    assert list(per_year(none, by="kind").columns) == ["year", "kind", "events"]
    assert per_year(none).empty


def test_codes_of_a_list_are_written_for_reading():
    assert spaced(pd.Series(["oil_gas;visit", None]))[0] == "oil gas; visit"


def test_each_alignment_of_an_event_is_named_once():
    positions = pd.DataFrame(
        {
            "event_id": ["e", "e", "e", "f"],
            "arena": ["syria", "south_caucasus", "syria", "syria"],
            "alignment": ["aligned", "divergent", "aligned", "partly"],
        }
    )
    told = alignments(positions)
    assert told["e"] == "syria: aligned; south caucasus: divergent"
    assert told["f"] == "syria: partly"


def test_records_that_come_in_pairs_have_twice_the_dispersion_of_single_ones():
    start = pd.Timestamp("2024-01-01")
    days = pd.Series(start + pd.to_timedelta([0, 1, 14, 15, 28], unit="D"))
    # Weeks of 2, 0, 2 and 0 records; the fifth of a day more is left out.
    found = dispersion(days, start, start + pd.Timedelta(days=28), 7)
    assert found == pytest.approx((4 / 3) / 1)
    assert dispersion(days[:0], start, start + pd.Timedelta(days=28), 7) is None
    # Two weeks of 2 and 0: variance 2, mean 1. A day less leaves one week only. With 4 records on
    # the first day the weeks have 6 and 0: variance 18, mean 3.
    assert dispersion(days, start, start + pd.Timedelta(days=13), 7) == pytest.approx(2)
    assert dispersion(days, start, start + pd.Timedelta(days=12), 7) is None
    more = pd.concat([days, pd.Series([start] * 4)])
    assert dispersion(more, start, start + pd.Timedelta(days=13), 7) == pytest.approx(6)
