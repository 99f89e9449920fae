"""Measures of chosen events, each on a case small enough to be worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.events import coded_by_words, longest_gaps, share_range


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
