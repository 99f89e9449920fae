"""Choices that the tables do not know end in one sentence."""

import pytest

from iran_russia.choices import ChoiceError, among, spanning


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ("chn", "THIRD: 'chn' cannot be chosen here; write 'CHN'."),
        ("IRN", "THIRD: 'IRN' cannot be chosen here; choose among 'CHN', 'IND'."),
        (["CHN", "XXX"], "THIRD: 'XXX' cannot be chosen here; choose among 'CHN', 'IND'."),
    ],
)
def test_a_choice_that_is_not_known_is_told_with_those_that_are(chosen, told):
    with pytest.raises(ChoiceError) as error:
        among(["CHN", "IRN", None, "IND", "CHN"], but=["IRN"], THIRD=chosen)
    assert error.value._render_traceback_() == [told]


def test_many_that_are_known_are_cut_short_and_years_are_a_span():
    with pytest.raises(ChoiceError, match=r"choose a year from 1990 to 2020\.$"):
        among(range(1990, 2021), BASE=1900)
    with pytest.raises(ChoiceError, match=r"'C39' and 60 more\.$"):
        among([f"C{number:02}" for number in range(100)], COUNTRY="none")


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ({"FIRST": 2020, "LAST": 2010}, "FIRST = 2020, LAST = 2010: the last comes before"),
        ({"VOTES": (2019, 2010)}, r"VOTES = \(2019, 2010\): the last comes before the first"),
        ({"FIRST": 2030}, "FIRST = 2030: no rows; the tables go from 2000 to 2024"),
        ({"FIRST": 1980, "LAST": 1990}, "no rows; the tables go from 2000 to 2024"),
    ],
)
def test_a_span_in_the_wrong_order_or_without_rows_is_told(ends, told):
    with pytest.raises(ChoiceError, match=told):
        spanning(range(2000, 2025), **ends)


def test_what_the_tables_know_passes():
    among(["CHN", "IND"], THIRD="IND", OTHERS=["CHN"])
    spanning(range(2000, 2025), FIRST=2024, LAST=2024)
    spanning(range(2000, 2025), FIRST=1946, LAST=None)
    spanning(["2018-01-01", "2020-05-01"], FIRST="2020-01", LAST=None)
    spanning(range(2000, 2025), FIRST=None, LAST=float("inf"))
