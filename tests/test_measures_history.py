"""Measures of earlier centuries, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.history import (
    cited_records,
    days_from_used,
    first_and_last,
    moved_back,
    of_events,
)


@pytest.fixture
def events() -> pd.DataFrame:
    """Two wars, a treaty known to the day and one known to the year."""
    return pd.DataFrame(
        {
            "event_id": ["A", "B", "C", "D"],
            "title": ["War of 1804", "War of 1826", "Turkmenchay", "Akhal"],
            "kind": ["war", "war", "treaty", "mission"],
            "date": pd.to_datetime(["1804-01-01", "1826-07-28", "1828-02-22", "1881-01-01"]),
            "date_precision": ["year", "day", "day", "year"],
            "when": ["1804", "1826-07-28", "1828-02-22", "1881"],
        }
    )


def test_a_kind_of_few_events_has_no_first_and_last(events):
    ends = first_and_last(events, "kind", 2)
    assert ends.astype("str").reset_index().to_numpy().tolist() == [
        ["war", "1804-01-01", "1826-07-28", "2", "1804", "1826-07-28"]
    ]
    assert first_and_last(events, "kind", 1).index.tolist() == ["war", "treaty", "mission"]
    assert first_and_last(events.iloc[:0], "kind", 1).empty
    # A mission of 1700 makes missions the first to begin; they are still the last to end.
    early = events.iloc[[3]].assign(date=pd.Timestamp("1700-01-01"))
    ends = first_and_last(pd.concat([events, early]), "kind", 1)
    assert ends.index.tolist() == ["war", "treaty", "mission"]


def test_terms_stand_in_the_order_of_the_events_they_belong_to(events):
    terms = pd.DataFrame({"event_id": ["C", "A", "C"], "term": [2, 1, 1]})
    dated = of_events(terms, events)
    assert dated[["title", "term"]].to_numpy().tolist() == [
        ["War of 1804", 1],
        ["Turkmenchay", 1],
        ["Turkmenchay", 2],
    ]
    assert dated["date"].iloc[0] == pd.Timestamp("1804-01-01")


def test_a_place_that_moved_once_has_no_time_between():
    days = pd.to_datetime(["1732-02-01", "1723-09-12", "1813-10-24"])
    land = pd.DataFrame({"place": ["Gilan", "Gilan", "Georgia"], "date": days})
    assert moved_back(land, "place").astype("str").to_numpy().tolist() == [
        ["Gilan", "1723-09-12", "1732-02-01"]
    ]


def test_a_term_is_cited_from_the_record_that_lists_its_entry():
    terms = pd.DataFrame({"event_id": ["A", "A", "B"], "entry": ["H002", "H001", "H009"]})
    records = pd.DataFrame(
        {
            "event_id": ["A", "A", "A"],
            "listed_as": ["H001", "H002;H003", None],
            "url": ["one", "two", "three"],
        }
    )
    assert cited_records(terms, records)["url"].fillna("").tolist() == ["two", "one", ""]


def test_a_day_in_the_old_style_lies_twelve_days_before_the_day_used(events):
    records = pd.DataFrame(
        {
            "event_id": ["C", "C", "C", "D"],
            "dated": ["1828-02-10", "1828-02-22", "1828", "1881-09-21"],
        }
    )
    given = days_from_used(records, events)
    assert given["days"].tolist() == [-12, 0]
    assert given["title"].unique().tolist() == ["Turkmenchay"]
