"""Measures of exercises and of reports on technology, on cases worked by hand."""

import pandas as pd

from iran_russia.measures.military import (
    by_year,
    from_first_hand,
    partners,
    reports_by_field,
    unbroken_since,
)


def test_years_without_an_exercise_count_as_none():
    counts = by_year(pd.Series([2019, 2021, 2021, 2030]), 2018, 2022)
    assert counts.to_dict() == {2018: 0, 2019: 1, 2020: 0, 2021: 2, 2022: 0}


def test_a_run_of_years_begins_after_the_last_empty_one():
    counts = pd.Series({2018: 1, 2019: 0, 2020: 2, 2021: 1})
    assert unbroken_since(counts) == 2020
    assert unbroken_since(pd.Series({2018: 0, 2019: 1, 2020: 0, 2021: 3})) == 2021
    assert unbroken_since(counts.drop([2018, 2019])) == 2020
    assert unbroken_since(pd.Series({2020: 1, 2021: 0})) is None
    assert unbroken_since(counts[:0]) is None


def test_other_states_are_counted_by_role():
    exercises = pd.DataFrame(
        {
            "exercise_id": ["a", "b"],
            "participants_iso3": ["IRN;RUS;CHN", "IRN;RUS;CHN;OMN"],
            "observers_iso3": ["OMN;PAK", None],
        }
    )
    counted = partners(exercises, ["IRN", "RUS"]).set_index(["iso3", "role"])
    assert counted["exercises"].to_dict() == {
        ("CHN", "took part"): 2,
        ("OMN", "took part"): 1,
        ("OMN", "observed"): 1,
        ("PAK", "observed"): 1,
    }
    assert counted["in_all"].to_dict() == {
        ("CHN", "took part"): 2,
        ("OMN", "took part"): 2,
        ("OMN", "observed"): 2,
        ("PAK", "observed"): 1,
    }
    assert partners(exercises[:0], ["IRN", "RUS"]).empty


def test_a_report_stands_once_in_each_of_its_fields_and_repeats_are_left_out():
    reports = pd.DataFrame(
        {
            "report_id": ["a", "b", "c"],
            "same_event_as": [None, "a", None],
            "item_category": ["cyber;satellites;satellite launch", "cyber", "tanks"],
        }
    )
    fields = {"cyber": "Cyber", "satellites": "Space", "satellite launch": "Space"}
    told = reports_by_field(reports, fields)
    assert told[["report_id", "field"]].to_numpy().tolist() == [["a", "Cyber"], ["a", "Space"]]
    assert told.index.is_unique  # columns can be added to it


def test_first_hand_is_a_party_or_a_record():
    bases = ["statement by a party or direct record", "press report"]
    assert from_first_hand(pd.DataFrame({"evidence_basis": bases})).tolist() == [True, False]
