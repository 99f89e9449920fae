"""The claims ledger: tests are data, verdicts are computed and nothing else."""

import pandas as pd
import pytest

from iran_russia import claims, datasets, freshness
from iran_russia.claims import CONTRADICTED, NO_DATA, PARTLY, SUPPORTED, finding, holds, verdict
from iran_russia.datasets import DataError
from iran_russia.indicators import newest


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (">= 0.25", 0.25, True),
        ("> 0.25", 0.25, False),
        ("<= -3", -3, True),
        ("< 5", 4.9, True),
        ("= 0", 0, True),
    ],
)
def test_a_condition_is_an_operator_and_a_number(condition, value, expected):
    assert holds(condition, value) is expected


@pytest.mark.parametrize("condition", ["0.25", "=> 3", ">= many", ">=3", "__import__('os')"])
def test_any_other_condition_is_refused(condition):
    with pytest.raises(DataError, match="is not an operator and a number"):
        holds(condition, 1.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.3, SUPPORTED), (0.25, SUPPORTED), (0.2, PARTLY), (0.1, PARTLY), (0.09, CONTRADICTED)],
)
def test_between_the_two_conditions_a_part_is_partly_supported(value, expected):
    assert finding(value, ">= 0.25", "< 0.1") == expected


def test_without_a_value_a_part_is_not_supported_by_the_data():
    assert finding(None, ">= 1", "< 0") == NO_DATA
    assert finding(float("nan"), ">= 1", "< 0") == NO_DATA


def test_a_part_may_have_one_condition_only():
    assert finding(0.0, ">= 1", "") == PARTLY
    assert finding(0.0, "", "<= 0") == CONTRADICTED


@pytest.mark.parametrize(
    ("findings", "to_support", "to_contradict", "expected"),
    [
        ([SUPPORTED, SUPPORTED], 2, 2, SUPPORTED),
        ([SUPPORTED, PARTLY], 2, 2, PARTLY),
        ([SUPPORTED, CONTRADICTED], 1, 1, SUPPORTED),
        ([CONTRADICTED, PARTLY, CONTRADICTED], 3, 2, CONTRADICTED),
        ([NO_DATA, SUPPORTED], 2, 2, PARTLY),
        ([NO_DATA, NO_DATA], 1, 1, NO_DATA),
    ],
)
def test_parts_decide_together(findings, to_support, to_contradict, expected):
    assert verdict(findings, to_support, to_contradict) == expected


@pytest.mark.parametrize("indicator", ["trade.nothing", "nowhere.share", "os.system"])
def test_an_unknown_indicator_is_named(indicator):
    with pytest.raises(DataError, match=f"there is no indicator '{indicator}'"):
        claims.read(indicator, "{}")


def test_kernels_of_a_build_share_a_reading_until_a_table_behind_it_changes(
    copy, tmp_path, monkeypatch
):
    rows = claims.load("claim_tests")
    row = rows[rows["indicator"] == "trade.share"].iloc[0]
    asked = row["indicator"], row["arguments"]
    by_hand, tables = claims.read(*asked)
    monkeypatch.setenv(freshness.READINGS, str(tmp_path / "readings"))
    assert claims.read(*asked) == (by_hand, tables)
    (kept,) = (tmp_path / "readings").iterdir()
    # A number that no table gives shows whether the reading was shared or worked out.
    freshness.write(freshness.read(kept) | {"reading": {"value": -1.0, "latest": "1900"}}, kept)
    with datasets.watching() as used:
        shared, same = claims.read(*asked)
    assert (shared.value, same, tuple(used)) == (-1.0, tables, tables)
    for table in tables:
        (copy / f"{table}.csv").write_bytes((copy / f"{table}.csv").read_bytes() + b"\n")
    assert claims.read(*asked) == (by_hand, tables)
    kept.write_text("{", encoding="utf-8")
    assert claims.read(*asked) == (by_hand, tables)


def test_the_newest_datum_is_as_exact_as_is_known():
    days = pd.Series(pd.to_datetime(["2024-05-01", "2025-12-31"]))
    assert newest(days) == "2025-12-31"
    assert newest(pd.Series([2019, 2021], dtype="Int64"), pd.Series([], dtype="Int64")) == "2021"
    assert newest(pd.Series(["2024-03", None]), 2023) == "2024-03"
    assert newest(None) == ""


def test_every_piece_of_evidence_has_a_name_that_says_what_it_is():
    found = claims.evidence(list(claims.load("claims")["claim_id"]))
    assert found["label"].notna().all()
    war = found[found["row"] == "IRRU-1828-001"]
    assert set(war["label"]) == {"Treaty of Turkmenchay"}
    output = found[(found["table"] == "nuclear_generation") & (found["date"] == "2011")]
    assert set(output["label"]) == {"Electricity from nuclear power: 2011, IRN"}
