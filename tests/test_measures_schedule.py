"""The measures of plans against facts, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.schedule import (
    different_plans,
    months_between,
    schedule_entries,
    slippage,
)

AS_OF = pd.Timestamp("2026-04-30")


def _months(earlier, earlier_precision, later, later_precision) -> tuple:
    table = months_between(
        pd.Series(pd.to_datetime([earlier])),
        pd.Series([earlier_precision]),
        pd.Series(pd.to_datetime([later])),
        pd.Series([later_precision]),
    )
    return table.loc[0, "months_low"], table.loc[0, "months_high"]


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (("1999-07-01", "month"), ("2011-09-03", "day"), (146, 146)),
        (("2019-07-01", "quarter"), ("2019-11-10", "day"), (2, 4)),
        (("2008-09-01", "season"), ("2009-04-01", "quarter"), (5, 9)),
        (("2015-01-01", "year"), ("2016-09-10", "day"), (9, 20)),
        (("2020-01-31", "day"), ("2020-02-01", "day"), (1, 1)),
        (("2020-05-01", "month"), ("2019-12-24", "day"), (-5, -5)),
    ],
)
def test_months_between_widen_with_what_is_not_known_of_a_date(earlier, later, expected):
    assert _months(*earlier, *later) == expected


def test_an_unknown_precision_is_refused_by_name():
    with pytest.raises(KeyError, match="about"):
        _months("2020-01-01", "about", "2020-01-01", "day")


def _schedule(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit", "step", "date", "date_precision", "planned"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def _of(*rows: tuple) -> pd.Series:
    return slippage(_schedule(*rows), ["unit", "step"], AS_OF).iloc[0]


def test_slippage_runs_from_the_first_planned_date_to_the_fact_over_all_plans_between():
    found = _of(
        ("railway", "opening", "2024-06-20", "day", False),
        ("railway", "opening", "2021-12-01", "month", True),
        ("railway", "opening", "2020-12-01", "month", True),
        ("railway", "opening", "2020-12-01", "month", True),
    )
    assert (found["months_low"], found["months_high"]) == (42, 42)
    assert found["plans"] == 2
    assert found["state"] == "done"
    assert found["last_planned"] == pd.Timestamp("2021-12-01")


def test_a_step_that_has_not_come_is_overdue_by_the_months_that_have_passed():
    found = _of(("plant", "start", "2025-01-01", "year", True))
    assert found["state"] == "overdue"
    assert (found["months_low"], found["months_high"]) == (4, 15)
    assert pd.isna(found["actual"])


def test_a_step_before_its_time_has_no_slippage():
    found = _of(("plant", "start", "2027-01-01", "year", True))
    assert found["state"] == "not due"
    assert pd.isna(found["months_low"]) and pd.isna(found["months_high"])


@pytest.mark.parametrize(
    ("date", "precision", "state"),
    [
        ("2026-04-01", "month", "overdue"),
        ("2026-05-01", "month", "not due"),
        ("2026-01-01", "year", "not due"),
    ],
)
def test_a_step_is_overdue_only_when_the_whole_planned_period_has_passed(date, precision, state):
    assert _of(("plant", "start", date, precision, True))["state"] == state


def test_a_month_has_not_passed_on_the_day_before_its_last():
    schedule = _schedule(("plant", "start", "2026-04-01", "month", True))
    for day, state in (("2026-04-29", "not due"), ("2026-04-30", "overdue")):
        found = slippage(schedule, ["unit", "step"], pd.Timestamp(day))
        assert found["state"].tolist() == [state]


def test_a_fact_of_the_last_known_day_counts():
    found = _of(
        ("plant", "start", "2026-03-01", "month", True),
        ("plant", "start", "2026-04-30", "day", False),
    )
    assert (found["state"], found["months_high"]) == ("done", 1)


def test_of_a_date_that_is_missing_no_months_are_known():
    assert all(pd.isna(month) for month in _months("2020-01-01", "day", None, None))


def test_an_early_fact_gives_negative_months():
    found = _of(
        ("plant", "start", "2021-03-01", "month", True),
        ("plant", "start", "2021-01-15", "day", False),
    )
    assert found["months_high"] == -2


@pytest.mark.parametrize(
    ("vague", "exact", "plans"),
    [
        (("2020-01-01", "year"), ("2020-01-01", "month"), 1),
        (("2020-01-01", "year"), ("2020-04-01", "quarter"), 1),
        (("2020-04-01", "month"), ("2020-04-15", "day"), 1),
        (("2020-01-01", "year"), ("2021-01-01", "month"), 2),
        (("2020-09-01", "season"), ("2020-11-01", "quarter"), 2),
        (("2020-01-01", "quarter"), ("2020-03-01", "month"), 1),
        (("2020-01-01", "quarter"), ("2020-04-01", "month"), 2),
    ],
)
def test_a_vague_plan_that_contains_an_exact_one_says_nothing_of_its_own(vague, exact, plans):
    schedule = _schedule(("plant", "start", *vague, True), ("plant", "start", *exact, True))
    kept = different_plans(schedule, ["unit", "step"])
    assert len(kept) == plans and list(kept.columns) == list(schedule.columns)
    assert kept["date"].max() == pd.Timestamp(exact[0])


def test_plans_of_one_step_leave_those_of_another_alone():
    schedule = _schedule(
        ("one", "start", "2020-01-01", "year", True), ("two", "start", "2020-04-01", "month", True)
    )
    assert len(different_plans(schedule, ["unit", "step"])) == 2


def test_entries_of_a_schedule_are_read_from_planned_reached_and_postponed_milestones():
    milestones = pd.DataFrame(
        {
            "milestone_id": ["A", "B", "C", "D"],
            "schedule_entry": ["planned", "postponed", "reached", None],
            "date": pd.to_datetime(["2020-01-01", "2020-02-03", "2022-05-06", "2023-01-01"]),
            "date_precision": ["month", "day", "day", "day"],
            "planned_date": pd.to_datetime([None, "2021-01-01", "2020-01-01", None]),
            "planned_date_precision": [None, "year", "month", None],
        }
    )
    entries = schedule_entries(milestones)[["milestone_id", "date", "date_precision", "planned"]]
    assert entries.astype({"date": "str"}).to_records(index=False).tolist() == [
        ("A", "2020-01-01", "month", True),
        ("B", "2021-01-01", "year", True),
        ("C", "2022-05-06", "day", False),
        ("C", "2020-01-01", "month", True),
    ]


def test_steps_stay_apart_by_every_column_named_and_steps_without_a_plan_fall_out():
    table = slippage(
        _schedule(
            ("one", "start", "2020-01-01", "month", True),
            ("one", "start", "2020-03-01", "month", False),
            ("two", "start", "2019-01-01", "month", True),
            ("two", "start", "2019-02-01", "month", False),
            ("two", "handover", "2019-02-01", "month", False),
        ),
        ["unit", "step"],
        AS_OF,
    )
    assert table["unit"].tolist() == ["two", "one"]
    assert table["months_low"].tolist() == [1, 2]
    rows = [(unit, "start", "2020-01-01", "month", True) for unit in ("two", "one")]
    assert slippage(_schedule(*rows), "unit", AS_OF)["unit"].tolist() == ["two", "one"]


def test_a_fact_after_the_last_known_day_does_not_count():
    found = _of(
        ("plant", "start", "2025-04-01", "month", True),
        ("plant", "start", "2026-05-01", "month", False),
    )
    assert (found["state"], found["months_low"]) == ("overdue", 12)
