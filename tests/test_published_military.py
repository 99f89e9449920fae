"""What the tables say of exercises, Syria and technology."""

import pandas as pd
import pytest
from conftest import collected

from iran_russia.datasets import load


@pytest.fixture(scope="module")
def exercises():
    return collected("military_exercises").set_index("exercise_id")


@pytest.fixture(scope="module")
def held(exercises):
    return exercises[exercises["status"] == "held"]


def test_twenty_exercises_of_which_three_were_only_announced(exercises, held):
    assert len(exercises) == 20 and len(held) == 17
    assert set(exercises.index) - set(held.index) == {"AE007", "AE016", "AE019"}


def test_iran_and_russia_take_part_in_every_exercise(exercises):
    assert exercises["participants_iso3"].str.startswith("IRN;RUS").all()


def test_every_code_of_a_participant_or_observer_is_a_country(exercises):
    named = pd.concat([exercises["participants_iso3"], exercises["observers_iso3"].dropna()])
    assert set(named.str.split(";").explode()) <= set(load("countries")["iso3"])


def test_no_state_both_takes_part_and_observes(exercises):
    both = exercises.dropna(subset="observers_iso3")
    for row in both.itertuples():
        assert not set(row.participants_iso3.split(";")) & set(row.observers_iso3.split(";"))


def test_dates_known_to_the_month_or_year_span_all_of_it(exercises):
    month = exercises[exercises["date_precision"] == "month"]
    assert (month["date_start"].dt.day == 1).all() and month["date_end"].dt.is_month_end.all()
    year = exercises[exercises["date_precision"] == "year"]
    assert (year["date_start"].dt.day_of_year == 1).all() and year["date_end"].dt.is_year_end.all()
    assert not (exercises["date_end"] < exercises["date_start"]).any()
    assert exercises["date_end"].isna().sum() == 1  # the end of IMEX 2024 was not found


def test_seven_naval_exercises_had_iran_russia_and_china_and_none_lay_inside_the_gulf(held):
    naval = held[held["domains"].str.contains("naval")]
    three = naval[naval["participants_iso3"].str.contains("CHN")]
    assert len(three) == 7
    assert three["areas"].str.contains("indian_ocean").sum() == 5
    assert not three["areas"].str.contains("persian_gulf").any()


def test_exercises_were_held_in_each_year_from_2019_to_2026(held):
    assert set(range(2019, 2027)) <= set(held["date_start"].dt.year)


def test_an_exercise_that_is_also_an_event_begins_on_the_same_day_or_the_next(exercises):
    linked = exercises.dropna(subset="event_id")
    when = load("events").set_index("event_id")["date"]
    assert len(linked) == 6
    assert ((linked["event_id"].map(when) - linked["date_start"]).dt.days.abs() <= 1).all()


def test_russian_use_of_hamadan_ended_in_public_after_six_days():
    when = load("events").set_index("event_id")["date"]
    assert (when["IRRU-2016-009"] - when["IRRU-2016-008"]).days == 6


def test_no_report_on_cyber_or_intelligence_help_rests_on_a_party():
    claims = load("arms_reported")
    helped = claims[claims["item_category"].str.contains("cyber|intelligence")]
    assert len(helped) == 3
    assert not helped["evidence_basis"].str.startswith("statement by a party").any()
