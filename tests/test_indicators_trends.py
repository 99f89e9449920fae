"""Change and slope of the named series, where tables hold what is rare."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.indicators import trends

BEFORE, AFTER = ["2000", "2001"], ["2002", "2003"]


def test_a_change_from_nothing_is_no_share(monkeypatch):
    values = pd.Series([0.0, 0.0, 4.0, 6.0], index=range(2000, 2004))
    monkeypatch.setitem(trends._SERIES, "exercises", (lambda: values, "exercises"))
    monkeypatch.setitem(trends._SERIES, "friction", (lambda: values, "events"))
    for name in ("exercises", "friction"):
        assert trends.change(name, BEFORE, AFTER).value is None
        assert trends.closer(name, BEFORE, AFTER).value is None
    assert trends.change("exercises", AFTER, BEFORE).value == -1


def test_a_second_figure_of_a_year_neither_fails_nor_counts_that_year_twice(monkeypatch):
    freight = load("corridor_freight")
    counted = (freight["freight_id"] == "C02").to_numpy()
    second = freight[counted].assign(freight_id="X", million_tonnes=16.5)
    both = pd.concat([freight, second], ignore_index=True)
    monkeypatch.setattr(trends, "load", lambda table: both)
    once = freight.loc[counted, "million_tonnes"].item()
    by_year = trends.by_year("freight")
    assert by_year.index.is_unique
    assert by_year[2022] == pytest.approx((once + 16.5) / 2)
