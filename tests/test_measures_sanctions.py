"""The measures of the chapter on sanctions and money, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.sanctions import (
    followed_within,
    in_force,
    lead_sender,
    link_outcomes,
    promises_kept,
    realised_links,
)

CASES = pd.DataFrame(
    {"case_id": ["a", "b", "c"], "start_year": [1984, 2014, 2016], "end_year": [2013, 2015, 2016]}
)


def test_a_case_counts_from_its_first_to_its_last_year_both_included():
    held = in_force(CASES, range(2013, 2017))
    assert held.groupby("year")["case_id"].agg("".join).to_dict() == {
        2013: "a",
        2014: "b",
        2015: "b",
        2016: "c",
    }


def test_years_outside_every_case_have_no_rows():
    assert in_force(CASES, range(2017, 2023)).empty
    assert list(in_force(CASES, range(2017, 2023)).columns) == [
        "year",
        "case_id",
        "start_year",
        "end_year",
    ]


def test_states_that_join_the_eu_leave_it_in_the_lead_and_other_groups_are_several():
    senders = pd.Series(["USA", "EU", "EU;ISL;NOR", "G7;EU", "USA;EU;GBR"])
    assert lead_sender(senders).tolist() == ["USA", "EU", "EU", "several", "several"]


def _steps(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["link", "date", "stage", "promised_for"])
    return frame.assign(
        date=pd.to_datetime(frame["date"]), promised_for=pd.to_datetime(frame["promised_for"])
    )


STEPS = _steps(
    ("cards", "2024-07-04", "promised", "2024-08-22"),
    ("cards", "2024-11-11", "working", None),
    ("shops", "2025-05-13", "promised", "2025-12-31"),
    ("messages", "2019-09-13", "announced", None),
    ("messages", "2023-01-29", "partly working", None),
    ("barter", "2014-08-01", "signed", None),
    ("barter", "2015-04-01", "partly working", None),
    ("barter", "2016-01-01", "setback", None),
    ("token", "2023-01-16", "talks", None),
    ("exchange", "2022-07-19", "working", None),
)


def test_a_link_that_was_only_talked_of_or_never_promised_does_not_count():
    outcomes = link_outcomes(STEPS).set_index("link")
    assert set(outcomes.index) == {"cards", "shops", "messages", "barter"}


def test_the_furthest_step_decides_and_a_last_setback_fails():
    status = link_outcomes(STEPS).set_index("link")["status"]
    assert status.to_dict() == {
        "cards": "realised",
        "shops": "open",
        "messages": "partly",
        "barter": "failed",
    }


def test_a_promise_after_working_does_not_undo_it_and_a_new_start_after_a_setback_counts():
    more = _steps(
        ("cards", "2025-01-01", "promised", "2026-01-01"),
        ("barter", "2017-05-25", "signed", None),
    )
    status = link_outcomes(pd.concat([STEPS, more])).set_index("link")["status"]
    assert status[["cards", "barter"]].to_dict() == {"cards": "realised", "barter": "open"}


def test_the_rate_leaves_partly_working_links_as_doubt():
    rate = realised_links(STEPS)
    assert rate.to_dict() == {"low": 1 / 4, "high": 2 / 4, "deals": 4}


def test_a_promise_is_late_by_the_days_after_its_last_day():
    kept = promises_kept(STEPS, pd.Timestamp("2026-02-16")).set_index("link")
    assert kept.loc["cards", "days_late"] == 81
    assert kept["status"].to_dict() == {"cards": "late", "shops": "not seen"}
    assert pd.isna(kept.loc["shops", "working_on"])


@pytest.mark.parametrize(
    ("promised_for", "status"),
    [("2024-11-10", "late"), ("2024-11-11", "in time"), ("2025-01-31", "in time")],
)
def test_a_promise_kept_on_its_last_day_is_in_time(promised_for, status):
    steps = _steps(
        ("cards", "2024-07-04", "promised", promised_for), ("cards", "2024-11-11", "working", None)
    )
    assert promises_kept(steps, pd.Timestamp("2026-02-16"))["status"].tolist() == [status]


def test_a_promise_that_is_not_yet_due_is_not_held_against_anyone():
    kept = promises_kept(STEPS, pd.Timestamp("2025-06-01")).set_index("link")
    assert kept.loc["shops", "status"] == "not due"


def test_steps_count_from_the_day_after_a_restriction_to_the_last_day_of_the_window():
    shocks = pd.DataFrame({"event_id": ["s"], "date": pd.to_datetime(["2022-03-02"])})
    answers = pd.DataFrame(
        {
            "event_id": ["same day", "inside", "last day", "after"],
            "date": pd.to_datetime(["2022-03-02", "2022-07-19", "2024-03-02", "2024-03-03"]),
        }
    )
    followed = followed_within(shocks, answers, 24).iloc[0]
    assert (followed["steps"], followed["first_step"]) == (2, "inside")
    assert pd.isna(followed_within(shocks, answers.tail(1), 24).iloc[0]["first_step"])
