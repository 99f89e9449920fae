"""What each indicator reads, on a few rows of the tables that stand still.

``vintage`` holds rows cut from the tables in November 2026, and some made up where no row lies on
a border; ``readings.csv`` holds what each indicator gave on them. Arguments were chosen so that a
window that loses an end, or a filter that turns round, gives another reading. Rows added to
``data`` move nothing here. What moves on purpose is worked out by hand and written anew.
"""

import json
import shutil
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from iran_russia import datasets
from iran_russia.datasets import load
from iran_russia.indicators import voting

VINTAGE = ROOT / "tests" / "vintage"
READINGS = pd.read_csv(VINTAGE / "readings.csv", dtype={"latest": "str"}).fillna(
    {"latest": "", "detail": ""}
)


@pytest.fixture(scope="module")
def vintage(tmp_path_factory):
    """The tables as described now with the rows of then; a column that came later is empty."""
    folder = tmp_path_factory.mktemp("vintage")
    for table in datasets.package()["resources"]:
        if (VINTAGE / table["path"]).exists():
            rows = pd.read_csv(VINTAGE / table["path"], dtype="str", keep_default_na=False)
            columns = [field["name"] for field in table["schema"]["fields"]]
            rows = rows.reindex(columns=columns, fill_value="")
            rows.to_csv(folder / table["path"], index=False)
    return Path(shutil.copy(datasets.DESCRIPTOR, folder))


@pytest.fixture
def then(vintage, monkeypatch):
    """Let the tables be those of then."""
    monkeypatch.setattr(datasets, "DESCRIPTOR", vintage)
    datasets.package.cache_clear()
    yield
    datasets.package.cache_clear()


@pytest.mark.parametrize("row", READINGS.to_dict("records"), ids=READINGS["indicator"])
def test_an_indicator_reads_of_the_rows_of_then_what_it_read_then(then, row):
    module, _, name = row["indicator"].partition(".")
    indicator = getattr(import_module(f"iran_russia.indicators.{module}"), name)
    reading = indicator(**json.loads(row["arguments"]))
    assert reading.value == (None if pd.isna(row["value"]) else pytest.approx(row["value"]))
    assert (reading.latest, reading.detail) == (row["latest"], row["detail"])


def test_states_differ_in_all_votes_in_which_they_are_not_alike(then):
    row = READINGS[READINGS["indicator"] == "voting.apart_when"].iloc[0]
    arguments = json.loads(row["arguments"])
    apart, alike = voting.apart_when(**arguments), voting.alike_when(**arguments)
    for one, other in (("value", "value"), ("low", "high"), ("high", "low")):
        assert getattr(apart, one) + getattr(alike, other) == pytest.approx(1)
    assert apart.low < apart.value < apart.high


def test_every_indicator_that_decides_a_claim_has_a_reading():
    valued = READINGS[READINGS["value"].notna()]
    assert set(load("claim_tests")["indicator"]) <= set(valued["indicator"])
