"""The measures of the chapter on drones, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.drones import (
    DAYS_A_MONTH,
    check_published,
    drone_share_of_launches,
    launches_by,
    monthly_rate,
    revised_months,
    shaheds_proper,
)

BULLETINS = pd.DataFrame(
    {
        "report_date": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-03-01", "2024-03-31"]),
        "launched": pd.array([10, 30, 20, 20], dtype="Int64"),
        "destroyed": pd.array([8, 20, 10, 15], dtype="Int64"),
        "not_reach_goal": pd.array([None, 4, 6, 1], dtype="Int64"),
        "shahed_proper_stated": pd.array([None, None, 15, None], dtype="Int64"),
    }
)


def test_a_month_sums_its_bulletins_and_counts_both_classes_as_neutralised():
    january = launches_by(BULLETINS).iloc[0]
    assert (january["launched"], january["destroyed"], january["not_reach_goal"]) == (40, 28, 4)
    assert (january["neutralised"], january["remaining"]) == (32, 8)
    assert january["neutralised_share"] == pytest.approx(0.8)
    assert (january["largest"], january["bulletins"]) == (30, 2)


def test_a_month_without_a_bulletin_is_there_with_nothing_and_without_a_share():
    months = launches_by(BULLETINS)
    assert months["start"].dt.month.tolist() == [1, 2, 3]
    assert months.loc[1, ["launched", "bulletins", "largest"]].tolist() == [0, 0, 0]
    assert pd.isna(months.loc[1, "neutralised_share"])


def test_a_period_is_complete_when_the_bulletins_reach_both_its_ends():
    assert launches_by(BULLETINS)["complete"].tolist() == [False, True, True]
    assert launches_by(BULLETINS[:3])["complete"].tolist() == [False, True, False]
    assert launches_by(BULLETINS, "Y")["complete"].tolist() == [False]


def test_merging_the_two_classes_leaves_the_neutralised_share_as_it_was():
    merged = BULLETINS.assign(
        destroyed=BULLETINS["destroyed"] + BULLETINS["not_reach_goal"].fillna(0),
        not_reach_goal=pd.array([None] * 4, dtype="Int64"),
    )
    apart, together = launches_by(BULLETINS), launches_by(merged)
    assert apart["neutralised"].tolist() == together["neutralised"].tolist()
    assert apart["destroyed"].tolist() != together["destroyed"].tolist()


def test_the_share_of_shaheds_proper_rests_only_on_bulletins_that_state_it():
    table = shaheds_proper(BULLETINS).set_index("month")
    march = table.loc["2024-03-01"]
    assert (march["launched"], march["launched_where_stated"], march["stated"]) == (40, 20, 15)
    assert march["share"] == pytest.approx(0.75)
    assert march["coverage"] == pytest.approx(0.5)
    assert pd.isna(table.loc["2024-01-01", "share"])
    assert table.loc["2024-01-01", "coverage"] == 0


def test_a_published_total_is_compared_with_the_bulletins_of_its_days_both_ends_included():
    published = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2024-01-05", "2024-01-06"]),
            "period_end": pd.to_datetime(["2024-03-01", "2024-03-30"]),
            "measure": ["launched", "destroyed"],
            "published": pd.array([50, 40], dtype="Int64"),
        }
    )
    checked = check_published(published, BULLETINS)
    assert checked["own"].tolist() == [60, 30]
    assert checked["difference"].tolist() == [10, -10]
    assert checked["difference_percent"].tolist() == pytest.approx([20, -25])


def _copies(second_january: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "last_report": pd.to_datetime(["2024-02-10"] * 2 + ["2024-03-10"] * 3),
            "month": pd.to_datetime(
                ["2024-01-01", "2024-02-01", "2024-01-01", "2024-02-01", "2024-03-01"]
            ),
            "launched": [40, 10, second_january, 25, 5],
            "destroyed": [30, 8, 30, 20, 5],
            "reports": [2, 1, 2, 3, 1],
        }
    )


def test_an_open_month_may_grow_without_counting_as_revised():
    table = revised_months(_copies(40))
    assert table["month"].dt.month.tolist() == [1]  # February is closed in one copy only
    assert table["copies"].tolist() == [2]
    assert not table["revised"].any()


def test_a_closed_month_that_differs_is_found():
    assert revised_months(_copies(41))["revised"].tolist() == [True]


def test_a_month_whose_last_day_is_the_last_report_is_not_yet_closed():
    copies = _copies(40).assign(last_report=pd.Timestamp("2024-01-31"))
    assert revised_months(copies).empty


def _claims(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(
        rows,
        columns=["quantity_low", "quantity_high", "quantity_per", "period_start", "period_end"],
    )
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def test_output_by_day_month_year_and_period_is_put_on_one_footing():
    rates = monthly_rate(
        _claims(
            (2.0, 2.0, "day", None, None),
            (70.0, 90.0, "month", None, None),
            (1_200.0, 1_200.0, "year", None, None),
            (366.0, 366.0, "total", "2024-01-01", "2024-12-31"),
        )
    )
    assert rates["rate_low"].tolist() == pytest.approx([2 * DAYS_A_MONTH, 70, 100, DAYS_A_MONTH])
    assert rates["rate_high"].tolist() == pytest.approx([2 * DAYS_A_MONTH, 90, 100, DAYS_A_MONTH])


def test_an_open_end_stays_open_and_a_total_without_a_period_has_no_rate():
    rates = monthly_rate(
        _claims((6_000.0, None, "month", None, None), (6_000.0, 6_000.0, "total", None, None))
    )
    assert rates.loc[0, "rate_low"] == 6_000
    assert pd.isna(rates.loc[0, "rate_high"])
    assert rates.loc[1, ["rate_low", "rate_high"]].isna().all()


def test_the_share_of_drones_is_of_drones_and_missiles_of_the_same_year():
    missiles = pd.DataFrame(
        {"month": pd.to_datetime(["2023-12-01", "2024-02-01"]), "launched": [7, 20]}
    )
    share = drone_share_of_launches(BULLETINS, missiles).set_index("year")
    assert share.loc[2024, ["drones", "missiles"]].tolist() == [80, 20]
    assert share.loc[2024, "share"] == pytest.approx(0.8)
    assert share.loc[2023, "share"] == 0
