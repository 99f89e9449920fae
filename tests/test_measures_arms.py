"""The measures of the arms chapter, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia import datasets
from iran_russia.measures.arms import (
    change_of_sums,
    decimal_years,
    estimates_named,
    mutual_shares,
    order_and_deliveries,
    others_together,
    periods_back,
    received_by,
    shares_by_period,
    split_over_delivery_years,
    tiv_between,
    yearly_mean,
    years_to_delivery,
)
from iran_russia.measures.deals import (
    CLAIM_STAGE,
    REGISTER_OUTCOME,
    deal_outcomes,
    life_lines,
    outcome_counts,
)

TRANSFERS = pd.DataFrame(
    {
        "year": [1990, 1991, 1991, 1992, 1993],
        "supplier_iso3": ["SUN", "SUN", "CHN", "RUS", "CHN"],
        "tiv_millions": [10.0, 20.0, 30.0, 40.0, 40.0],
    }
)


def test_tiv_between_sums_only_the_years_asked_for_and_puts_the_largest_first():
    total = tiv_between(TRANSFERS, 1990, 1992, "supplier_iso3")
    assert total.to_dict() == {"RUS": 40, "SUN": 30, "CHN": 30}
    assert total.index[0] == "RUS"


def test_a_recipient_has_a_first_and_a_last_year_and_the_sum_of_both():
    split = pd.DataFrame(
        {
            "recipient": ["Syria", "Syria", "Iraq"],
            "year": [2012, 2009, 2014],
            "designation": "Fateh-110",
            "tiv_millions": [2.0, 3.0, 1.0],
        }
    )
    found = received_by(split, "recipient").loc["Syria"]
    assert (found["first"], found["last"], found["deals"]) == (2009, 2012, 2)
    assert found["tiv_millions"] == 5


def test_tiv_between_takes_other_names_of_year_and_value():
    renamed = TRANSFERS.rename(columns={"year": "delivery_year", "tiv_millions": "tiv"})
    total = tiv_between(renamed, 1993, 1993, "supplier_iso3", "delivery_year", "tiv")
    assert total.to_dict() == {"CHN": 40}


def test_a_value_is_split_equally_over_the_delivery_years_and_undelivered_deals_fall_out():
    deals = pd.DataFrame(
        {
            "transfer_id": ["A", "B", "C"],
            "delivery_years": ["1993;1995;1996", "2000", None],
            "tiv_delivered_millions": [30.0, 7.0, 0.0],
        }
    )
    split = split_over_delivery_years(deals)
    assert split[["transfer_id", "year", "tiv_millions"]].to_records(index=False).tolist() == [
        ("A", 1993, 10.0),
        ("A", 1995, 10.0),
        ("A", 1996, 10.0),
        ("B", 2000, 7.0),
    ]
    assert split.index.tolist() == [0, 1, 2, 3]


def test_splitting_over_years_keeps_the_total_of_every_deal_of_the_register():
    deals = datasets.load("arms_transfers")
    split = split_over_delivery_years(deals)
    assert split["tiv_millions"].sum() == pytest.approx(deals["tiv_delivered_millions"].sum())


def test_shares_by_period_divide_by_all_parties_of_the_period_and_ties_share_a_rank():
    table = shares_by_period(
        TRANSFERS, {"end of USSR": (1990, 1991), "after": (1992, 1993)}, "supplier_iso3"
    ).set_index(["period", "supplier_iso3"])
    assert table.loc[("end of USSR", "SUN"), "share"] == pytest.approx(30 / 60)
    assert table.loc[("after", "RUS"), "share"] == pytest.approx(40 / 80)
    assert table["rank"].tolist() == [1, 1, 1, 1]
    assert ("end of USSR", "RUS") not in table.index
    assert table.loc[("after", "CHN"), ["first", "last"]].tolist() == [1992, 1993]


def test_the_largest_of_a_period_has_rank_one_and_stands_first():
    periods = {"end of USSR": (1990, 1991), "all": (1990, 1993)}
    table = shares_by_period(TRANSFERS, periods, "supplier_iso3")
    # In all years China 30 + 40, Russia 40, the Soviet Union 10 + 20.
    whole = table[table["period"] == "all"]
    assert whole["supplier_iso3"].tolist() == ["CHN", "RUS", "SUN"]
    assert whole["rank"].tolist() == [1, 2, 3]
    assert table.index.tolist() == [0, 1, 2, 3, 4]
    together = others_together(table, "supplier_iso3", ["CHN"])
    assert together["period"].unique().tolist() == ["end of USSR", "all"]


CLAIM = {
    "same_event_as": None,
    "transfer_id": None,
    "contested": False,
    "evidence_basis": "statement by a party or direct record",
    "date_precision": "day",
    "claimed_value_usd": None,
    "claimed_value_scope": None,
}


def _claims(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame([CLAIM | {"report_id": f"R{n}"} | row for n, row in enumerate(rows)])
    frame["date_start"] = frame["date_end"] = pd.to_datetime(frame.pop("date"))
    return frame


REGISTER = pd.DataFrame(
    {
        "transfer_id": ["T1", "T2", "T3"],
        "status": ["delivered", "ordered, none delivered", "partly delivered"],
        "delivery_year_last": [2006, None, 2023],
    }
)


def test_a_happening_told_twice_stands_once_on_each_life_line():
    claims = _claims(
        {"date": "2005-11-01", "life_line": "tor;upgrade", "same_event_as": "R1"},
        {"date": "2005-12-05", "life_line": "tor"},
        {"date": "2005-12-06", "life_line": None},
    )
    lines = life_lines(claims)
    assert sorted(zip(lines["life_line"], lines["report_id"], strict=True)) == [
        ("tor", "R1"),
        ("upgrade", "R0"),
    ]
    assert list(lines.columns) == list(claims.columns)


def _outcome(*rows: dict) -> dict:
    claims = _claims(*({"life_line": "x", "date": "2010-01-01"} | row for row in rows))
    found = deal_outcomes(claims, REGISTER)
    return found.set_index("deal")["status"].to_dict()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"status_code": "delivered"}, "realised"),
        ({"status_code": "delivered", "contested": True}, "unknown"),
        ({"status_code": "delivered", "evidence_basis": "press report"}, "unknown"),
        ({"status_code": "partly delivered"}, "partly"),
        ({"status_code": "offered"}, "failed"),
        ({"status_code": "suspended"}, "failed"),
        ({"status_code": "denied", "contested": True}, "open"),
        ({"status_code": "ordered", "transfer_id": "T1"}, "realised"),
        ({"status_code": "delivered", "transfer_id": "T2"}, "open"),
        ({"status_code": "announced", "transfer_id": "T3"}, "partly"),
    ],
)
def test_the_register_decides_an_announced_deal_and_else_the_latest_claim(last, expected):
    assert _outcome({"status_code": "ordered"}, last | {"date": "2012-01-01"}) == {"x": expected}


def test_offers_and_goods_known_only_from_delivery_are_not_announced_deals():
    assert _outcome({"status_code": "offered"}, {"status_code": "delivered"}) == {}


def test_a_deal_of_the_register_belongs_to_the_life_line_that_names_it_most_often():
    tor = {"life_line": "tor", "status_code": "ordered", "transfer_id": "T1"}
    upgrade = tor | {"life_line": "upgrade"}
    found = deal_outcomes(
        _claims(*(row | {"date": "2005-12-05"} for row in (tor, tor, upgrade))), REGISTER
    ).set_index("deal")
    assert found["status"].to_dict() == {"tor": "realised", "upgrade": "open"}
    assert found["decided_by"].to_dict() == {"tor": "register", "upgrade": "latest claim"}


def test_a_register_gives_the_last_delivery_year_or_else_the_latest_claim():
    claim = {"life_line": "x", "status_code": "ordered"}
    claims = _claims(
        claim | {"date": "2004-03-01", "transfer_id": "T1", "date_precision": "month"},
        claim | {"date": "2012-05-06", "transfer_id": "T3", "date_precision": "year"},
        claim | {"date": "2010-01-01", "transfer_id": "T3", "date_precision": "month"},
    )
    # Of the two deals the one was last delivered in 2006, the other in 2023.
    row = deal_outcomes(claims, REGISTER).iloc[0]
    assert (row["status"], row["status_precision"]) == ("partly", "year")
    assert row["status_on"] == pd.Timestamp("2023-01-01")
    nothing = deal_outcomes(claims.assign(transfer_id="T2"), REGISTER).iloc[0]
    assert (nothing["status"], nothing["status_precision"]) == ("open", "year")
    assert nothing["status_on"] == pd.Timestamp("2012-05-06")


def test_the_age_of_a_claim_is_seen_from_the_latest_of_all():
    claims = _claims(
        {"life_line": "new", "status_code": "ordered", "date": "2020-01-01"},
        {"life_line": "old", "status_code": "ordered", "date": "2010-01-01"},
    )
    found = deal_outcomes(claims, REGISTER).set_index("deal")["status"]
    assert found.to_dict() == {"new": "open", "old": "unknown"}


def test_every_status_of_the_tables_is_mapped():
    codes = {
        (table, field["name"]): set(field["constraints"]["enum"])
        for table in ("arms_reported", "arms_transfers")
        for field in datasets.describe(table)["schema"]["fields"]
        if field["name"] in ("status_code", "status")
    }
    assert codes["arms_reported", "status_code"] == set(CLAIM_STAGE)
    assert codes["arms_transfers", "status"] == set(REGISTER_OUTCOME)


def test_a_yearly_mean_counts_the_years_without_a_delivery():
    assert yearly_mean(TRANSFERS, 1990, 1994) == 140 / 5
    assert yearly_mean(TRANSFERS, 1990, 1993) == 140 / 4
    assert yearly_mean(TRANSFERS, 2000, 2001) == 0


def test_periods_end_with_the_last_year_and_the_first_may_be_shorter():
    assert periods_back(1992, 2005) == {
        "1992–1995": (1992, 1995),
        "1996–2000": (1996, 2000),
        "2001–2005": (2001, 2005),
    }
    assert periods_back(2005, 2005) == {"2005": (2005, 2005)}
    assert list(periods_back(1996, 2005)) == ["1996–2000", "2001–2005"]


def test_parties_that_are_not_named_are_added_up_as_others():
    table = shares_by_period(TRANSFERS, {"all": (1990, 1993)}, "supplier_iso3")
    together = others_together(table, "supplier_iso3", ["CHN"]).set_index("supplier_iso3")
    assert together["tiv_millions"].to_dict() == {"CHN": 70, "others": 70}
    assert together.loc["others", "share"] == pytest.approx(0.5)


def test_a_side_without_a_delivery_in_a_period_has_share_none_and_no_rank():
    periods = {"one": (1990, 1991), "two": (1992, 1993), "three": (1994, 1995)}
    sides = {
        "of USSR": (TRANSFERS, "supplier_iso3", "SUN"),
        "of China": (TRANSFERS, "supplier_iso3", "CHN"),
    }
    table = mutual_shares(sides, periods).set_index(["side", "period"])
    assert table["share"].unstack().loc["of USSR", list(periods)].tolist() == [0.5, 0, 0]
    assert table.loc[("of China", "two"), ["share", "rank", "tiv_millions"]].tolist() == [
        0.5,
        1,
        40,
    ]
    assert table.loc[("of USSR", "two"), ["rank", "tiv_millions"]].isna().all()


def test_a_party_that_never_delivers_has_a_share_of_0_in_every_period():
    table = mutual_shares({"of none": (TRANSFERS, "supplier_iso3", "ZZZ")}, {"one": (1990, 1991)})
    assert table[["period", "side", "share"]].to_numpy().tolist() == [["one", "of none", 0]]


TWO_DEALS = pd.DataFrame(
    {
        "transfer_id": ["A", "B"],
        "order_year": [1991, 2000],
        "order_year_is_estimate": [True, False],
        "quantity_delivered_is_estimate": [False, True],
        "delivery_years": ["1993;1995", None],
        "delivery_year_first": [1993, None],
        "tiv_delivered_millions": [10.0, 0.0],
    }
)


def test_a_deal_has_its_order_and_each_delivery_with_the_estimate_that_belongs_to_it():
    steps = order_and_deliveries(TWO_DEALS, ["transfer_id"])
    assert steps.to_numpy().tolist() == [
        ["A", "ordered", 1991, "SIPRI’s estimate"],
        ["B", "ordered", 2000, "as recorded"],
        ["A", "delivered", 1993, "as recorded"],
        ["A", "delivered", 1995, "as recorded"],
    ]
    assert steps.index.tolist() == [0, 1, 2, 3]


def test_years_to_delivery_leave_out_what_was_not_delivered():
    assert years_to_delivery(TWO_DEALS).tolist() == [2]


def test_estimates_are_named_in_words():
    words = {
        "order_year_is_estimate": "order year",
        "quantity_delivered_is_estimate": "number delivered",
    }
    more = pd.concat([TWO_DEALS, TWO_DEALS.assign(quantity_delivered_is_estimate=[True, None])])
    assert estimates_named(more, words).tolist() == [
        "order year",
        "number delivered",
        "order year; number delivered",
        "",
    ]


def test_a_date_is_a_year_and_a_fraction():
    dates = pd.Series(pd.to_datetime(["2001-01-01", "2004-12-31"]))
    assert decimal_years(dates).tolist() == pytest.approx([2001, 2004 + 365 / 366])


def test_the_change_of_a_sum_is_in_per_cent_of_the_sum_before():
    values = pd.Series([1.0, 3.0, 5.0, 1.0], index=[2001, 2002, 2003, 2004])
    assert change_of_sums(values, (2001, 2002), (2003, 2004)) == pytest.approx(50)
    assert pd.isna(change_of_sums(values, (1990, 1991), (2003, 2004)))


def test_outcomes_are_counted_and_named_in_the_order_of_the_alphabet():
    table = outcome_counts(
        pd.DataFrame(
            {
                "basis": ["reports", "reports", "register"],
                "status": ["open", "open", "realised"],
                "name": ["Verba", "Su-35", "S-300"],
            }
        )
    )
    assert table.to_numpy().tolist() == [
        ["register", "realised", 1, "S-300"],
        ["reports", "open", 2, "Su-35, Verba"],
    ]
