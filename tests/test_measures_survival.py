"""What came about by the years since it was announced, on cases worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from iran_russia.measures.deals import BEGUN, FINISHED, order_spells, project_spells
from iran_russia.measures.survival import (
    cumulative_incidence,
    day_spans,
    incidence_at,
    incidence_by_dates,
    spells,
)


def followed(*told: tuple[float, str]) -> pd.DataFrame:
    """Spells with exact years."""
    years = [float(years) for years, _ in told]
    return pd.DataFrame(
        {"earliest": years, "middle": years, "latest": years, "outcome": [o for _, o in told]}
    )


TIED = followed(
    (1, "reached"), (2, "reached"), (2, "failed"), (2, "open"), (3, "open"), (4, "reached")
)


def test_at_one_time_successes_and_failures_share_the_risk_and_open_ones_still_count_in_it():
    curve = cumulative_incidence(TIED).set_index("years")
    assert curve["at_risk"].tolist() == [6, 6, 5, 2, 1]
    # 1/6; then 5/6 are left and one of five comes about, one fails; 1/2 is left for the last one.
    assert curve["share"].tolist() == pytest.approx([0, 1 / 6, 2 / 6, 2 / 6, 5 / 6])
    assert curve["failed"].tolist() == pytest.approx([0, 0, 1 / 6, 1 / 6, 1 / 6])


def test_the_order_of_rows_does_not_matter():
    other = cumulative_incidence(TIED.iloc[::-1])
    pd.testing.assert_frame_equal(other, cumulative_incidence(TIED))


def test_without_open_ones_the_share_is_the_plain_one_with_the_error_of_a_plain_share():
    told = [(1, "reached"), (2, "failed"), (3, "reached"), (4, "failed"), (5, "failed")]
    last = cumulative_incidence(followed(*told)).set_index("years").loc[4]
    assert (last["share"], last["failed"]) == (pytest.approx(2 / 5), pytest.approx(2 / 5))
    error = math.sqrt(0.4 * 0.6 / 5)  # of a binomial share
    reach = 1.959964 * error / (0.4 * math.log(0.4))
    assert last["low"] == pytest.approx(0.4 ** math.exp(-reach), rel=1e-5)
    assert last["high"] == pytest.approx(0.4 ** math.exp(reach), rel=1e-5)


def test_the_error_of_one_success_among_those_followed_is_that_of_formula_and_hand():
    """Two open ones leave before: n = 4 and d = 1, so the variance is 1/4 x 3/4 / 4."""
    told = [(1, "open"), (1, "open"), (2, "reached"), (3, "open"), (3, "open"), (3, "open")]
    row = cumulative_incidence(followed(*told)).set_index("years").loc[2]
    assert row["share"] == pytest.approx(1 / 4)
    reach = 1.959964 * math.sqrt(3 / 64) / (0.25 * math.log(0.25))
    assert row["low"] == pytest.approx(0.25 ** math.exp(-reach), rel=1e-5)


def test_the_breast_cancer_example_of_satagopan_and_others_comes_out():
    """Table 2 of Satagopan et al. (2004): 305 patients, of whom the first nine are listed.

    Its running sum adds steps that are rounded (1.2); the exact sum is 1.3.
    """
    told = [(7, "open"), (10, "reached"), (14, "open"), (16, "reached"), (18, "failed")]
    told += [(23, "reached"), (24, "open"), (26, "failed"), (27, "reached")]
    curve = cumulative_incidence(followed(*told, *[(60, "open")] * 296)).set_index("years")
    ends = curve.loc[[10, 16, 18, 23, 26, 27]]
    assert ends["at_risk"].tolist() == [304, 302, 301, 300, 298, 297]
    neither = 100 * (1 - ends["share"] - ends["failed"])
    assert neither.round(1).tolist() == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]
    steps = 100 * curve["share"].diff()[[10, 16, 23, 27]]
    assert steps.round(1).tolist() == [0.3] * 4
    by_hand = 1 / 304 + 303 / 304 / 302 + 303 / 304 * 301 / 302 * 300 / 301 / 300
    by_hand += 303 / 304 * 301 / 302 * 300 / 301 * 299 / 300 * 297 / 298 / 297
    assert ends["share"].iloc[-1] == pytest.approx(by_hand)


def test_a_curve_is_read_at_a_time_and_says_nothing_after_the_last_one():
    read = incidence_at(cumulative_incidence(TIED), [0, 1.5, 2, 4, 4.5])
    assert read["at_risk"].tolist() == [6, 5, 5, 1, 0]
    assert read["share"].tolist()[:4] == pytest.approx([0, 1 / 6, 2 / 6, 5 / 6])
    assert read[["share", "failed"]].iloc[-1].isna().all()


def test_there_is_no_interval_before_a_success_or_where_all_that_are_left_end():
    curve = cumulative_incidence(TIED).set_index("years")
    assert curve.loc[[0, 4], ["low", "high"]].isna().all(axis=None)
    assert curve.loc[2, "low"] < curve.loc[2, "share"] < curve.loc[2, "high"]


@pytest.mark.parametrize("outcome", ["open", "failed"])
def test_where_nothing_came_about_the_share_is_nothing(outcome):
    curve = cumulative_incidence(followed((1, outcome), (2, "open")))
    assert (curve["share"] == 0).all()
    assert curve["failed"].iloc[-1] == (0.5 if outcome == "failed" else 0)


def test_a_curve_begins_at_zero_once():
    for first in (0.0, 0.5):
        curve = cumulative_incidence(followed((first, "failed"), (2, "reached"), (3, "open")))
        assert curve["years"].tolist() == sorted({0.0, first, 2.0, 3.0})
        assert curve.index.tolist() == list(range(len(curve)))


def test_nothing_to_follow_is_an_error():
    with pytest.raises(ValueError, match="nothing to follow"):
        cumulative_incidence(TIED.iloc[:0])


def test_a_date_means_each_day_of_its_month_or_year():
    dates = pd.Series(pd.to_datetime(["2020-02-05", "2020-02-05", "2020-12-31"]))
    found = day_spans(dates, pd.Series(["day", "month", "year"]))
    assert found["first"].dt.strftime("%m-%d").tolist() == ["02-05", "02-01", "01-01"]
    assert found["last"].dt.strftime("%m-%d").tolist() == ["02-05", "02-29", "12-31"]
    with pytest.raises(ValueError, match="decade"):
        day_spans(dates, pd.Series(["day", "decade", "year"]))


def test_years_run_from_the_latest_announcement_to_the_earliest_end_and_the_other_way_round():
    years = pd.Series(pd.to_datetime(["2000-01-01", "2000-01-01"]))
    ends = pd.Series(pd.to_datetime(["2004-01-01", "2000-01-01"]))
    by_year = pd.Series(["year", "year"])
    found = spells(day_spans(years, by_year), day_spans(ends, by_year), pd.Series(["reached"] * 2))
    assert found["earliest"].tolist() == pytest.approx([1096 / 365.25, 0])
    assert found["middle"].tolist() == pytest.approx([1461 / 365.25, 0], abs=0.002)
    assert found["latest"].tolist() == pytest.approx([1826 / 365.25, 365 / 365.25])
    # From a day to the middle of a leap year: 1461 days to its first, and half of the 365 from
    # that to its last.
    exact = spells(day_spans(years, pd.Series(["day"] * 2)), day_spans(ends, by_year), by_year)
    assert exact["middle"][0] == pytest.approx((1461 + 365 / 2) / 365.25)
    curves = incidence_by_dates(found)
    assert curves["dates"].unique().tolist() == ["earliest", "middle", "latest"]
    assert list(curves.columns) == ["dates", *cumulative_incidence(found).columns]


DEALS = pd.DataFrame(
    [
        ("A", "deal", "2000-01-01", "contract", "2000-01-01"),
        ("A", "deal", "2000-01-01", "in construction", "2003-01-01"),
        ("A", "deal", "2000-01-01", "completed", "2009-12-31"),
        ("B", "deal", "2001-01-01", "memorandum", "2001-01-01"),
        ("B", "deal", "2001-01-01", "cancelled", "2002-01-01"),
        ("B", "deal", "2001-01-01", "cancelled", "2005-01-01"),
        ("C", "deal", "2004-01-01", "in construction", "2004-06-01"),
        ("C", "deal", "2004-01-01", "announced", "2006-01-01"),  # the reports contradict
        ("D", "trade programme", "2008-01-01", "in operation", "2008-07-01"),
        ("E", "umbrella", "2000-01-01", "in force", "2000-01-01"),
    ],
    columns=["project", "kind", "date", "status_group", "status_on"],
).assign(
    deal_id=[f"D{n}" for n in range(10)],
    date=lambda f: pd.to_datetime(f["date"]),
    status_on=lambda f: pd.to_datetime(f["status_on"]),
    date_precision="day",
    status_precision="day",
    sector="nuclear",
    value_counted=False,
    announced_value_usd=None,
    announced_value_eur=None,
)


def test_a_project_comes_about_with_its_first_report_and_a_contradicted_one_stays_open():
    until = pd.Timestamp("2010-01-01")
    begun = project_spells(DEALS, BEGUN, until).set_index("deal")
    assert begun["outcome"].to_dict() == {
        "A": "reached",
        "B": "failed",
        "C": "open",
        "D": "reached",
    }
    assert begun["middle"].round(1).to_dict() == {"A": 3.0, "B": 1.0, "C": 6.0, "D": 0.5}
    finished = project_spells(DEALS, FINISHED, until).set_index("deal")
    assert finished["outcome"].to_dict() == begun["outcome"].to_dict() | {"D": "open"}
    assert finished["middle"].round(1).to_dict() == {"A": 10.0, "B": 1.0, "C": 6.0, "D": 2.0}


def test_projects_are_followed_to_the_latest_status_of_the_table():
    # That is the 31st of December 2009; C was announced on the first day of 2004, 2191 days before.
    begun = project_spells(DEALS, BEGUN).set_index("deal")
    assert begun.loc["C", "middle"] == pytest.approx(2191 / 365.25)


def test_what_is_not_closed_can_be_followed_to_its_own_latest_report_only():
    begun = project_spells(DEALS, BEGUN, pd.Timestamp("2010-01-01"), to_report=True)
    assert begun.set_index("deal")["middle"].round(1).to_dict() == {
        "A": 3.0,
        "B": 1.0,
        "C": 2.0,
        "D": 0.5,
    }


def test_orders_of_arms_are_delivered_within_the_bounds_of_their_years():
    orders = pd.DataFrame(
        {
            "order_year": [2005, 2022, 2023],
            "delivery_year_first": pd.array([2006, 2023, None], dtype="Int64"),
            "delivery_year_last": pd.array([2007, 2024, None], dtype="Int64"),
            "status": ["delivered", "partly delivered", "ordered, none delivered"],
        }
    )
    until = pd.Timestamp("2025-12-31")
    first = order_spells(orders, "delivery_year_first", until)
    assert first["outcome"].tolist() == ["reached", "reached", "open"]
    assert first["earliest"].round(1).tolist() == [0.0, 0.0, 2.0]
    assert first["latest"].round(1).tolist() == [2.0, 2.0, 3.0]
    last = order_spells(orders, "delivery_year_last", until)
    assert last["outcome"].tolist() == ["reached", "open", "open"]
    assert np.allclose(last["latest"], [3, 4, 3], atol=0.01)
