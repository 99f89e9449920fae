"""Measures of chosen events, each on a case small enough to be worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.events import (
    alignments,
    coded_by_words,
    counted,
    in_list,
    longest_gaps,
    rates_around,
    share_range,
    spaced,
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


def test_what_only_channels_relay_is_left_out_of_every_count():
    status = ["relayed", "reported", None, "relayed"]
    lists = ["chronology", "chronology", "chronology;finance", "finance"]
    events = pd.DataFrame({"lists": lists, "status": pd.Series(status, dtype="str")})
    assert list(counted(events).index) == [1, 2]
    assert list(in_list(events, "chronology").index) == [1, 2]
    assert list(in_list(events, "finance").index) == [2]


def test_the_longest_stretch_between_events_comes_first():
    dates = pd.Series(pd.to_datetime(["1828-02-22", "1521-01-01", "1552-01-01", "1828-05-01"]))
    gaps = longest_gaps(dates, 2)
    assert list(gaps["years"]) == [276, 31]
    assert list(gaps.loc[1, ["after", "before"]]) == [1521, 1552]


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


def test_a_record_that_ends_before_the_day_has_no_rate_after():
    dates = pd.Series(pd.to_datetime(["2020-01-10"]))
    with pytest.raises(ValueError, match="the record ends on 2020-01-10"):
        rates_around(dates, pd.Timestamp("2020-02-01"), 30, pd.Timestamp("2020-01-10"))


def test_one_outlier_does_not_move_the_theil_sen_slope():
    line = pd.Series([1.0, 3.0, 5.0, 7.0, 9.0], index=range(2000, 2005))
    assert theil_sen(line) == 2
    assert theil_sen(line.replace(5.0, 500.0)) == 2
    assert theil_sen(line.where(line != 3.0)) == 2


def test_one_point_has_no_slope():
    with pytest.raises(ValueError, match="at least two points"):
        theil_sen(pd.Series([1.0], index=[2000]))


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
