"""The measures of the corridor chapter, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.corridor import attainment, compound_growth

COLUMNS = ["branch", "year", "low", "high"]
REPORTED = pd.DataFrame(
    [
        ("east", 2022, 3.0, 3.0),
        ("east", 2023, 4.0, 4.0),
        ("east", 2023, 5.0, 6.0),
        ("west", 2024, 9.0, 9.0),
    ],
    columns=COLUMNS,
)


def _reached(*targets):
    return attainment(pd.DataFrame(targets, columns=COLUMNS), REPORTED)


def test_rival_figures_of_the_targets_year_give_a_range():
    row = _reached(("east", 2023, 8.0, 8.0)).iloc[0]
    assert row["same_year"]
    assert (row["share_low"], row["share_high"]) == (4 / 8, 6 / 8)


def test_a_range_of_the_target_widens_the_share():
    row = _reached(("east", 2023, 8.0, 10.0)).iloc[0]
    assert (row["share_low"], row["share_high"]) == (4 / 10, 6 / 8)


def test_without_a_figure_of_the_year_the_latest_earlier_one_stands_in():
    row = _reached(("east", 2030, 12.0, 12.0)).iloc[0]
    assert not row["same_year"]
    assert row["reported_year"] == 2023
    assert row["share_high"] == 0.5


def test_a_later_figure_never_counts_and_an_unknown_branch_has_none():
    table = _reached(("west", 2023, 9.0, 9.0), ("north", 2025, 1.0, 1.0))
    assert table["share_low"].isna().all() and table["reported_year"].isna().all()
    assert not table["same_year"].any()


def test_several_targets_keep_their_order_and_index():
    targets = pd.DataFrame(
        [("east", 2030, 12.0, 12.0), ("east", 2022, 6.0, 6.0)], columns=COLUMNS, index=[7, 3]
    )
    table = attainment(targets, REPORTED)
    assert table.index.tolist() == [7, 3]
    assert table["share_low"].tolist() == [4 / 12, 3 / 6]


def test_compound_growth_leads_from_the_first_value_to_the_last():
    assert compound_growth(100, 121, 2) == pytest.approx(0.1)
    assert compound_growth(8, 4, 1) == -0.5
