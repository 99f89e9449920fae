"""The measures of announced deals, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia import datasets
from iran_russia.measures.deals import (
    COUNTED_KINDS,
    OUTCOME,
    PAPERS,
    PROJECT_OUTCOME,
    by_sector,
    deal_outcomes,
    latest_reports,
    outcome_shares,
    project_outcomes,
    realisation_rate,
    realised_between,
    status_age,
    strongest_paper,
    with_evidence,
)

RATED = pd.DataFrame(
    {
        "status": ["realised", "partly", "unknown", "open", "failed"],
        "usd": pd.array([10, 20, None, 60, 10], dtype="Int64"),
    }
)


def test_the_realisation_rate_bounds_what_is_partly_done_or_unknown():
    assert realisation_rate(RATED).to_dict() == {"low": 0.2, "high": 0.6, "deals": 5}


def test_of_five_deals_one_to_three_are_carried_out_with_the_ends_of_both_intervals():
    found = realised_between(RATED)
    assert found[["least", "most", "deals"]].tolist() == [1, 3, 5]
    z = 1.959964
    low = (1 + z**2 / 2 - z * (1 * 4 / 5 + z**2 / 4) ** 0.5) / (5 + z**2)
    high = (3 + z**2 / 2 + z * (3 * 2 / 5 + z**2 / 4) ** 0.5) / (5 + z**2)
    assert found[["low", "high"]].tolist() == pytest.approx([low, high])


def test_of_open_deals_none_is_carried_out_at_least_or_at_most():
    open_ones = RATED[RATED["status"] == "open"]
    assert realisation_rate(open_ones).to_dict() == {"low": 0, "high": 0, "deals": 1}
    assert realised_between(open_ones)[["least", "most", "deals"]].tolist() == [0, 0, 1]


def test_by_value_only_deals_with_a_value_count_and_each_with_its_own():
    rate = realisation_rate(RATED, value="usd")
    assert rate.to_dict() == {"low": 0.1, "high": 0.3, "deals": 4, "value": 100}


def test_shares_of_outcomes_add_up_by_number_and_by_value():
    named = RATED.assign(deal=list("abcde"))
    by_number = outcome_shares(named).set_index("status")
    assert (by_number["share"] == 0.2).all() and (by_number["amount"] == 1).all()
    by_value = outcome_shares(named, "usd").set_index("status")
    assert by_value["amount"].to_dict() == {"failed": 10, "open": 60, "partly": 20, "realised": 10}
    assert by_value["share"].sum() == pytest.approx(1)
    assert by_value.loc["open", "deals"] == "d"


def test_outcomes_of_a_sector_are_shares_of_its_own_deals_and_all_come_first():
    deals = pd.DataFrame(
        {
            "deal": ["a", "b", "c"],
            "sector": ["arms", "arms", "energy"],
            "status": ["realised", "open", "open"],
        }
    )
    found = by_sector(deals, ["arms", "energy"])
    assert list(found["sector"].unique()) == ["all", "arms", "energy"]
    share = found.set_index(["sector", "status"])["share"]
    assert share["all", "open"] == pytest.approx(2 / 3)
    assert share["arms", "realised"] == 0.5 and share["energy", "open"] == 1


def test_the_age_of_a_status_is_counted_in_years():
    outcomes = pd.DataFrame({"status_on": pd.to_datetime(["2020-01-01", "2024-01-01"])})
    assert status_age(outcomes, pd.Timestamp("2024-01-01")).tolist() == [4.0, 0.0]


def test_there_is_no_rate_of_nothing():
    with pytest.raises(ValueError, match="no deal with usd"):
        realisation_rate(RATED[RATED["status"] == "unknown"], value="usd")
    with pytest.raises(ValueError, match="no deal"):
        realisation_rate(RATED.iloc[:0])


def _rows(*steps: dict) -> pd.DataFrame:
    """Rows of ``deals``; each step needs ``on``, the day of its status, and ``group``."""
    base = {
        "project": "x",
        "kind": "deal",
        "sector": "oil and gas",
        "date_precision": "day",
        "status_precision": "day",
        "paper": "none named",
        "announced_value_usd": None,
        "announced_value_eur": None,
        "value_counted": False,
    }
    frame = pd.DataFrame([base | {"deal_id": f"D{n}"} | s for n, s in enumerate(steps)])
    frame["status_on"] = pd.to_datetime(frame.pop("on"))
    dates = frame["date"] if "date" in frame else pd.Series(None, frame.index)
    frame["date"] = pd.to_datetime(dates).fillna(frame["status_on"])
    frame["status_group"] = frame.pop("group")
    values = ["announced_value_usd", "announced_value_eur"]
    return frame.astype(dict.fromkeys(values, "Int64"))


NOW = pd.Timestamp("2026-01-01")
LATEST, OLD, FORGOTTEN = "latest report", "age of the latest report", "contradiction"


@pytest.mark.parametrize(
    ("steps", "status", "decided_by"),
    [
        ([("2024-01-01", "memorandum")], "open", LATEST),
        ([("2024-01-01", "contract")], "open", LATEST),
        ([("2015-01-01", "memorandum")], "unknown", OLD),
        ([("2020-12-31", "memorandum")], "unknown", OLD),
        ([("2021-01-01", "memorandum")], "open", LATEST),
        ([("2015-01-01", "completed")], "realised", LATEST),
        ([("2015-01-01", "in construction")], "partly", LATEST),
        ([("2015-01-01", "contract"), ("2016-01-01", "cancelled")], "failed", LATEST),
        ([("2016-01-01", "cancelled"), ("2015-01-01", "contract")], "failed", LATEST),
        ([("2015-01-01", "transferred")], "unknown", LATEST),
        ([("2022-01-01", "in construction"), ("2025-01-01", "announced")], "unknown", FORGOTTEN),
        ([("2022-01-01", "announced"), ("2025-01-01", "in construction")], "partly", LATEST),
    ],
)  # fmt: skip
def test_the_latest_report_decides_unless_it_is_old_or_forgets_works(steps, status, decided_by):
    found = project_outcomes(_rows(*({"on": on, "group": g} for on, g in steps)), NOW)
    assert found[["status", "decided_by"]].to_records(index=False).tolist() == [
        (status, decided_by)
    ]


def test_an_outcome_runs_from_the_first_announcement_to_the_latest_status():
    rows = _rows(
        {"on": "2020-02-25", "group": "cancelled", "date": "2015-11-01", "announced_value_eur": 9},
        {
            "on": "2018-05-22",
            "group": "contract",
            "date": "2015-11-01",
            "date_precision": "month",
            "announced_value_eur": 9,
            "value_counted": True,
        },
        {"on": "2014-01-01", "group": "announced", "status_precision": "year"},
    )
    found = project_outcomes(rows, NOW)
    assert list(found.columns) == OUTCOME
    row = found.iloc[0]
    assert row["announced_on"] == pd.Timestamp("2014-01-01")
    assert row["status_on"] == pd.Timestamp("2020-02-25")
    assert row["evidence"] == "D0"
    assert row["announced_value_eur"] == 9
    assert pd.isna(row["announced_value_usd"])


def test_projects_stand_in_order_of_announcement_with_the_value_that_counts():
    value = {"announced_value_usd": 5, "value_counted": True}
    rows = _rows(
        {"on": "2024-01-01", "group": "announced", "project": "a"},
        {"on": "2023-01-01", "group": "announced", "project": "b"} | value,
    )
    found = project_outcomes(rows, NOW)
    assert list(found["deal"].items()) == [(0, "b"), (1, "a")]
    assert found["announced_value_usd"].fillna(0).tolist() == [5, 0]


def test_umbrellas_totals_and_context_are_no_deals():
    rows = _rows(
        *(
            {"on": "2024-01-01", "group": "announced", "kind": kind, "project": kind}
            for kind in ("deal", "umbrella", "official’s total", "context", "trade programme")
        )
    )
    assert set(project_outcomes(rows)["deal"]) == set(COUNTED_KINDS)


def test_the_age_of_a_status_is_seen_from_the_latest_status_of_all_rows():
    rows = _rows(
        {"on": "2010-01-01", "group": "memorandum", "project": "old"},
        {"on": "2016-01-01", "group": "memorandum", "project": "new"},
    )
    found = project_outcomes(rows).set_index("deal")["status"]
    assert found.to_dict() == {"old": "unknown", "new": "open"}


def test_beside_an_outcome_stands_the_report_that_decided_it_and_its_age():
    told = {"status_as_reported": "signed", "publisher": "TASS", "source_id": "book_compilation"}
    rows = _rows(
        {"on": "2014-01-01", "group": "contract", "project": "old", "paper": "contract"} | told,
        {"on": "2016-03-01", "group": "memorandum", "project": "new"} | told,
    )
    found = with_evidence(project_outcomes(rows), rows).set_index("deal").loc["old"]
    assert (found["paper"], found["reported"], found["publisher"]) == ("contract", "signed", "TASS")
    # 790 days are 2.163 years.
    assert found["years"] == 2.2 and found["as_of"] == pd.Timestamp("2016-03-01")


def test_the_latest_report_on_a_project_is_that_of_its_latest_status():
    rows = _rows(
        {"on": "2016-01-01", "group": "contract", "date": "2010-01-01"},
        {"on": "2014-01-01", "group": "memorandum", "date": "2014-01-01"},
    )
    assert latest_reports(rows)["deal_id"].tolist() == ["D0"]


def test_arms_deals_and_projects_have_the_same_shape():
    claims = pd.DataFrame(
        {
            "life_line": ["s-300", "s-300", "su-35"],
            "report_id": ["A1", "A2", "A3"],
            "date_start": pd.to_datetime(["2007-01-01", "2015-11-09", "2023-01-15"]),
            "date_end": pd.to_datetime(["2007-12-31", "2015-11-09", "2023-01-15"]),
            "date_precision": ["year", "day", "day"],
            "status_code": "ordered",
            "contested": False,
            "evidence_basis": "press report",
            "transfer_id": ["T1", "T1", None],
            "claimed_value_usd": pd.array([800, 21_000, 5], dtype="Int64"),
            "claimed_value_scope": ["deal", "deal", "package"],
        }
    )
    register = pd.DataFrame(
        {"transfer_id": ["T1"], "status": ["delivered"], "delivery_year_last": [2016]}
    )
    found = deal_outcomes(claims, register)
    assert list(found.columns) == OUTCOME
    s300, su35 = found.to_dict("records")
    assert (s300["announced_on"].year, s300["announced_precision"]) == (2007, "year")
    assert (s300["status_on"].year, s300["status_precision"]) == (2016, "year")
    assert (s300["announced_value_usd"], s300["evidence"]) == (800, "T1")
    assert (su35["status"], su35["status_on"].year, su35["evidence"]) == ("open", 2023, "A3")
    assert pd.isna(su35["announced_value_usd"])  # a package is not the price of one deal
    assert realisation_rate(found)["low"] == 0.5
    later = deal_outcomes(claims, register, as_of=pd.Timestamp(2028, 2, 1)).set_index("deal")
    assert later["status"].to_dict() == {"s-300": "realised", "su-35": "unknown"}
    assert later.loc["su-35", "decided_by"] == "age of the latest report"


def test_the_strongest_paper_of_a_project_is_named():
    rows = _rows(
        {"on": "2009-01-01", "group": "memorandum", "paper": "memorandum"},
        {"on": "2015-01-01", "group": "contract", "paper": "contract"},
        {"on": "2016-01-01", "group": "stalled"},
        {"on": "2016-01-01", "group": "announced", "project": "y"},
    )
    assert strongest_paper(rows).to_dict() == {"x": "contract", "y": "none named"}


def test_every_status_and_paper_of_the_table_is_known():
    enums = {
        field["name"]: field["constraints"]["enum"]
        for field in datasets.describe("deals")["schema"]["fields"]
        if "enum" in field.get("constraints", {})
    }
    assert set(enums["status_group"]) == set(PROJECT_OUTCOME)
    assert set(enums["paper"]) == set(PAPERS)
    assert set(COUNTED_KINDS) <= set(enums["kind"])
