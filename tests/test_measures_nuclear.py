"""Measures of the nuclear programme, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.nuclear import (
    measured,
    on_programme,
    russian_steps,
    stock_figures,
    unmeasured,
)

LEVELS = {"total_kg": ("Total", "total_basis"), "up_to_60_percent_kg": ("60", "levels_basis")}


@pytest.fixture
def stock() -> pd.DataFrame:
    """Two following quarters, one contradicted figure, a gap, one of UF6."""
    days = pd.to_datetime(["2020-02-01", "2020-05-01", "2020-05-01", "2020-11-01", "2020-12-01"])
    return pd.DataFrame(
        {
            "date": days,
            "date_end": [days[0] + pd.Timedelta(days=28), *days[1:]],
            "total_kg": [10.0, 20.0, 99.0, 30.0, 40.0],
            "up_to_60_percent_kg": [None, 2.0, None, 3.0, 4.0],
            "total_basis": ["reported", "derived", "reported", "reported", "reported"],
            "levels_basis": [None, "reported", None, "repeated", "reported"],
            "contradicted": [False, False, True, False, False],
            "mass_basis": ["uranium"] * 4 + ["UF6"],
        }
    )


def test_each_figure_of_uranium_is_a_row_and_uf6_is_none(stock):
    figures = stock_figures(stock, LEVELS)
    assert figures["level"].tolist() == ["Total"] * 4 + ["60"] * 2
    assert figures["kg"].tolist() == [10, 20, 99, 30, 2, 3]
    assert figures["kind"].tolist() == [
        "reported", "derived", "contradicted", "reported", "reported", "repeated",
    ]  # fmt: skip
    assert figures["at"].iloc[0] == pd.Timestamp("2020-02-15")


def test_a_run_ends_where_a_quarter_is_missing(stock):
    sure = measured(stock_figures(stock, LEVELS))
    assert sure["kg"].tolist() == [10, 20, 30, 2]
    assert sure["run"].tolist() == [0, 0, 1, 0]
    assert sure["quarter"].tolist() == [8081, 8082, 8084, 8082]
    turn = stock.iloc[:2].assign(date=pd.to_datetime(["2020-11-01", "2021-02-01"]))
    turn["date_end"] = turn["date"]
    assert measured(stock_figures(turn, LEVELS))["run"].tolist() == [0, 0, 0]  # over New Year


def test_nothing_is_measured_before_between_and_after_the_runs(stock):
    sure = measured(stock_figures(stock, LEVELS))
    gaps = unmeasured(sure, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31"))
    assert gaps.astype("str").to_numpy().tolist() == [
        ["60", "2020-01-01", "2020-05-01"],
        ["Total", "2020-01-01", "2020-02-15"],
        ["60", "2020-05-01", "2020-12-31"],
        ["Total", "2020-05-01", "2020-11-01"],
        ["Total", "2020-11-01", "2020-12-31"],
    ]


def test_without_figures_there_are_no_runs_and_no_gaps(stock):
    sure = measured(stock_figures(stock.iloc[:0], LEVELS))
    assert unmeasured(sure, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31")).empty


@pytest.fixture
def council() -> pd.DataFrame:
    """Votes on a critical text, on one of relief, one on a ceasefire and one of another time."""
    days = pd.to_datetime(["2006-12-23", "2015-07-20", "2025-06-22", "1987-07-20"])
    return pd.DataFrame(
        {
            "date": days,
            "date_precision": "day",
            "iran_related": True,
            "aim": ["critical_of_iran", "relief", "ceasefire", "critical_of_iran"],
            "symbol": ["S/RES/1737", None, None, None],
            "subject": ["sanctions", "accord", "ceasefire", "war"],
            "rus_vote": ["yes", "yes", "yes", "yes"],
        }
    )


def test_texts_on_the_programme_are_against_it_or_in_its_relief(council):
    found = on_programme(council, 2005, 2025)
    assert found["subject"].tolist() == ["sanctions", "accord"]
    years = found["date"].dt.year
    assert on_programme(council, years.min(), years.max()).equals(found)


def test_a_step_advances_or_restrains_by_its_coding_or_by_the_vote_on_the_text(council):
    day = pd.Timestamp("2010-08-21")
    milestones = pd.DataFrame(
        {
            "date": day,
            "date_end": day,
            "nature": ["contract", "act", "act", "statement", "plan"],
            "russia_part": ["advances", "restrains", "none", "both", "advances"],
            "same_event_as": [None, None, None, "NM001", None],
            "milestone": ["signed", "stopped", "of others", "again", "planned"],
            "actor": "Russia",
        }
    )
    board = pd.DataFrame(
        {
            "date": [day, day],
            "date_end": [day, day],
            "subject": ["censure", "referral"],
            "rus_vote": ["no", "abstain"],
        }
    )
    steps = russian_steps(milestones, board, on_programme(council, 2005, 2025))
    assert steps[["lane", "part", "what"]].to_numpy().tolist() == [
        ["Signed", "advances", "signed"],
        ["Done", "restrains", "stopped"],
        ["IAEA Board", "advances", "censure"],
        ["IAEA Board", "both", "referral"],
        ["Security Council", "restrains", "S/RES/1737"],
        ["Security Council", "advances", "accord"],
    ]
    assert steps["who"].iloc[2] == "Russia: no"
    assert steps.index.tolist() == list(range(6))
