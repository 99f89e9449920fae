"""Measures of events and contacts, each on a case small enough to be worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.diplomacy import attention_by_quarter, contacts_by_pair
from iran_russia.measures.events import (
    in_list,
    known_date,
    listed_shares,
    per_month,
    per_year,
    years_between,
)
from iran_russia.measures.series import before_and_after, rank_correlation


@pytest.fixture
def events():
    return pd.DataFrame(
        {
            "date": pd.to_datetime(["2001-03-12", "2001-09-24", "2004-01-31", "2004-03-01"]),
            "kind": ["meeting", "call", "call", "call"],
            "themes": ["trade;nuclear", "trade", "nuclear", "trade;gulf"],
        }
    )


def test_a_year_without_events_counts_as_zero(events):
    counted = per_year(events)
    assert list(counted["year"]) == [2001, 2002, 2003, 2004]
    assert list(counted["events"]) == [2, 0, 0, 2]


def test_events_by_year_may_start_from_years_instead_of_dates(events):
    years = events.assign(year=events["date"].dt.year.astype("Int64"))
    assert list(per_year(years, date="year")["events"]) == [2, 0, 0, 2]


def test_events_by_year_and_kind_hold_every_kind_in_every_year(events):
    counted = per_year(events, by="kind").set_index(["year", "kind"])["events"]
    assert len(counted) == 4 * 2
    assert counted[2001, "call"] == 1 and counted[2001, "meeting"] == 1
    assert counted[2002, "call"] == 0 and counted[2004, "meeting"] == 0
    assert counted.sum() == len(events)


def test_events_by_two_columns_keep_their_sum(events):
    counted = per_year(events, by=["kind", "themes"])
    assert list(counted.columns) == ["year", "kind", "themes", "events"]
    assert counted["events"].sum() == len(events)
    assert len(counted.query("year == 2002")) == len(counted.query("year == 2001"))


def test_a_month_without_events_counts_as_zero(events):
    counted = per_month(events)
    assert len(counted) == 37  # March 2001 to March 2004
    assert counted["month"].iloc[0] == pd.Timestamp("2001-03-01")
    by_month = counted.set_index("month")["events"]
    assert by_month["2001-04-01"] == 0 and by_month["2004-01-01"] == 1
    assert by_month.sum() == len(events)


def test_an_event_with_two_themes_counts_under_both(events):
    shares = listed_shares(events, "themes", "kind").set_index(["kind", "themes"])
    assert shares.loc[("call", "trade"), "events"] == 2
    assert shares.loc[("call", "trade"), "share"] == pytest.approx(2 / 3)
    assert shares.loc[("meeting", "trade"), "share"] == 1
    assert shares.loc[("meeting", "nuclear"), "share"] == 1
    assert shares.loc[("meeting", "gulf"), "events"] == 0
    assert shares.loc[("call", "gulf"), "of"] == 3


def test_a_date_is_written_only_as_exactly_as_it_is_known():
    dates = pd.Series(pd.to_datetime(["2001-03-12", "1996-03-01", "2005-01-01", None]))
    precision = pd.Series(["day", "month", "year", None])
    known = known_date(dates, precision)
    assert list(known[:3]) == ["2001-03-12", "1996-03", "2005"]
    assert pd.isna(known[3])


def test_a_date_before_1700_and_a_decade_are_written_as_known():
    dates = pd.Series(pd.to_datetime(["1521-01-01", "1600-01-01"]))
    assert list(known_date(dates, pd.Series(["year", "decade"]))) == ["1521", "1600s"]


def test_a_list_holds_its_own_events_and_those_it_shares_with_others():
    lists = ["chronology", "chronology;history", "history", "regional"]
    events = pd.DataFrame({"lists": lists, "status": None})
    assert list(in_list(events, "history").index) == [1, 2]
    with pytest.raises(ValueError, match="'hist'"):
        in_list(events, "hist")


def test_rank_correlation_is_one_for_any_rising_relation_and_minus_one_for_a_falling_one():
    values = pd.Series([1, 2, 3, 4])
    assert rank_correlation(values, values**3) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)


def test_rank_correlation_of_a_case_worked_by_hand():
    # Ranks 1 2 3 4 against 2 1 4 3: squared differences add up to 4; 1 - 6 * 4 / (4 * 15) = 0.6.
    one, other = pd.Series([10, 20, 30, 40]), pd.Series([5, 1, 9, 8])
    assert rank_correlation(one, other) == pytest.approx(0.6)


def test_rank_correlation_leaves_out_what_only_one_series_has():
    one = pd.Series([10, 20, 30, 40, 99], index=[1, 2, 3, 4, 5])
    other = pd.Series([5, 1, 9, 8, None, 0], index=[1, 2, 3, 4, 5, 6])
    assert rank_correlation(one, other) == pytest.approx(0.6)


def test_the_break_year_belongs_to_the_time_after():
    values = pd.Series({2019: 4, 2020: 4, 2021: 3, 2022: 7, 2023: 7, 2024: 9})
    table = before_and_after(values, [2022]).set_index("side")
    assert table.loc["before", "mean"] == pytest.approx(11 / 3)
    assert table.loc["after", "mean"] == pytest.approx(23 / 3)
    assert (table.loc["after", "lowest"], table.loc["after", "highest"]) == (7, 9)
    assert (table.loc["before", "lowest"], table.loc["before", "highest"]) == (3, 4)


def test_before_and_after_says_how_many_years_had_a_value():
    values = pd.Series({2020: 1.0, 2021: None, 2022: 5.0, 2030: 9.0})
    table = before_and_after(values, [2022, 2031], years=2)
    table = table.set_index(["break_year", "side"])
    assert table.loc[(2022, "before"), "years"] == 1
    assert table.loc[(2022, "after"), "years"] == 1
    assert table.loc[(2031, "before"), "mean"] == 9
    assert table.loc[(2031, "after"), "years"] == 0
    assert pd.isna(table.loc[(2031, "after"), "mean"])


def test_without_events_there_are_no_months(events):
    assert per_month(events.iloc[:0]).columns.tolist() == ["month", "events"]
    assert per_month(events.iloc[:0]).empty


def test_years_between_two_days_are_days_over_365_25():
    assert years_between(pd.Timestamp("2020-01-01"), pd.Timestamp("2024-01-01")) == 4
    assert years_between(pd.Timestamp("2024-01-01"), pd.Timestamp("2020-01-01")) == -4


def test_a_pair_that_never_met_is_counted_as_well():
    contacts = pd.DataFrame(
        {
            "russian_participant": ["Putin", "Putin", "Putin"],
            "iranian_participant": ["Raisi", "Raisi", "Rouhani"],
            "kind": ["call", "meeting", "call"],
            "date": pd.to_datetime(["2022-01-19", "2021-08-18", "2013-09-01"]),
            "date_precision": ["day", "day", "month"],
        }
    )
    pairs = contacts_by_pair(
        contacts, ["Putin", "Yeltsin"], ["Rouhani", "Raisi"], ["meeting", "call"]
    )
    assert pairs.fillna("").to_numpy().tolist() == [
        ["Putin", "Rouhani", 0, 1, "2013-09", "2013-09"],
        ["Putin", "Raisi", 1, 1, "2021-08-18", "2022-01-19"],
        ["Yeltsin", "Rouhani", 0, 0, "", ""],
        ["Yeltsin", "Raisi", 0, 0, "", ""],
    ]
    # A successor who is not in the lists follows; a contact without a name is of no pair.
    later = contacts.assign(iranian_participant=[None, "Raisi", "Pezeshkian"])
    pairs = contacts_by_pair(later, ["Putin"], ["Raisi"], ["meeting", "call"])
    assert pairs["iranian_participant"].tolist() == ["Raisi", "Pezeshkian"]
    assert pairs[["meeting", "call"]].to_numpy().sum() == 2


@pytest.fixture
def attention():
    return pd.DataFrame(
        {
            "outlet": ["rt", "rt", "tass", "rt"],
            "month": pd.to_datetime(["2020-01-01", "2020-03-01", "2020-01-01", "2020-07-01"]),
            "items_total": [100, 300, 50, 10],
            "items_mentioning_iran": [1, 7, 5, 1],
            "partial": [False, True, False, False],
        }
    )


def test_the_share_of_a_quarter_is_that_of_all_its_titles(attention):
    share = attention_by_quarter(attention, ["tass", "rt"]).set_index(["outlet", "quarter"])
    assert len(share) == 2 * 3
    assert share.loc[("rt", pd.Timestamp("2020-01-01")), "percent"] == 2
    assert share["partial"].tolist()[3] is True
    assert share.loc[("tass", pd.Timestamp("2020-01-01")), "percent"] == 10
    assert share.loc[("tass", pd.Timestamp("2020-07-01"))].isna().all()


def test_an_outlet_without_months_has_no_quarters(attention):
    assert attention_by_quarter(attention, ["kremlin"]).empty
