"""The measures of the chapter on drones, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.drones import (
    by_kind,
    check_published,
    contract_parts,
    drone_share_of_launches,
    fates,
    in_one_number,
    launches_by,
    left_by_decoys,
    monthly_rate,
    output_claimed,
    period_names,
    revised_months,
    same_number,
    shaheds_proper,
    stated_quantity,
    unit_costs,
    with_trust,
)
from iran_russia.measures.series import DAYS_A_MONTH

BULLETINS = pd.DataFrame(
    {
        "report_date": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-03-01", "2024-03-31"]),
        "launched": pd.array([10, 30, 20, 20], dtype="Int64"),
        "destroyed": pd.array([8, 20, 10, 15], dtype="Int64"),
        "not_reach_goal": pd.array([None, 4, 6, 1], dtype="Int64"),
        "shahed_proper_stated": pd.array([None, None, 15, None], dtype="Int64"),
    }
)


def test_a_month_sums_its_bulletins_and_counts_both_classes_as_neutralised():
    january = launches_by(BULLETINS).iloc[0]
    assert (january["launched"], january["destroyed"], january["not_reach_goal"]) == (40, 28, 4)
    assert (january["neutralised"], january["remaining"]) == (32, 8)
    assert january["neutralised_share"] == pytest.approx(0.8)
    assert (january["largest"], january["bulletins"]) == (30, 2)


def test_a_month_without_a_bulletin_is_there_with_nothing_and_without_a_share():
    months = launches_by(BULLETINS)
    assert months["start"].dt.month.tolist() == [1, 2, 3]
    assert months.loc[1, ["launched", "bulletins", "largest"]].tolist() == [0, 0, 0]
    assert pd.isna(months.loc[1, "neutralised_share"])


def test_a_single_drone_has_a_share_and_one_that_was_never_launched_has_none():
    bulletins = BULLETINS.iloc[:2].assign(
        report_date=pd.to_datetime(["2024-01-05", "2024-02-05"]),
        launched=pd.array([1, None], dtype="Int64"),
        destroyed=pd.array([1, 2], dtype="Int64"),
        not_reach_goal=pd.array([None, None], dtype="Int64"),
    )
    share = launches_by(bulletins)["neutralised_share"]
    assert share[0] == 1 and pd.isna(share[1])


def test_a_period_is_complete_when_the_bulletins_reach_both_its_ends():
    assert launches_by(BULLETINS)["complete"].tolist() == [False, True, True]
    assert launches_by(BULLETINS[:3])["complete"].tolist() == [False, True, False]
    assert launches_by(BULLETINS, "Y")["complete"].tolist() == [False]


def test_merging_the_two_classes_leaves_the_neutralised_share_as_it_was():
    merged = BULLETINS.assign(
        destroyed=BULLETINS["destroyed"] + BULLETINS["not_reach_goal"].fillna(0),
        not_reach_goal=pd.array([None] * 4, dtype="Int64"),
    )
    apart, together = launches_by(BULLETINS), launches_by(merged)
    assert apart["neutralised"].tolist() == together["neutralised"].tolist()
    assert apart["destroyed"].tolist() != together["destroyed"].tolist()


def test_the_share_of_shaheds_proper_rests_only_on_bulletins_that_state_it():
    table = shaheds_proper(BULLETINS).set_index("month")
    march = table.loc["2024-03-01"]
    assert (march["launched"], march["launched_where_stated"], march["stated"]) == (40, 20, 15)
    assert march["share"] == pytest.approx(0.75)
    assert march["coverage"] == pytest.approx(0.5)
    assert pd.isna(table.loc["2024-01-01", "share"])
    assert table.loc["2024-01-01", "coverage"] == 0


def test_a_published_total_is_compared_with_the_bulletins_of_its_days_both_ends_included():
    published = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2024-01-05", "2024-01-06"]),
            "period_end": pd.to_datetime(["2024-03-01", "2024-03-30"]),
            "measure": ["launched", "destroyed"],
            "published": pd.array([50, 40], dtype="Int64"),
        }
    )
    checked = check_published(published, BULLETINS)
    assert checked["own"].tolist() == [60, 30]
    assert checked["difference"].tolist() == [10, -10]
    assert checked["difference_percent"].tolist() == pytest.approx([20, -25])


def _copies(second_january: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "last_report": pd.to_datetime(["2024-02-10"] * 2 + ["2024-03-10"] * 3),
            "month": pd.to_datetime(
                ["2024-01-01", "2024-02-01", "2024-01-01", "2024-02-01", "2024-03-01"]
            ),
            "launched": [40, 10, second_january, 25, 5],
            "destroyed": [30, 8, 30, 20, 5],
            "reports": [2, 1, 2, 3, 1],
        }
    )


def test_an_open_month_may_grow_without_counting_as_revised():
    table = revised_months(_copies(40))
    assert table["month"].dt.month.tolist() == [1]  # February is closed in one copy only
    assert table["copies"].tolist() == [2]
    assert not table["revised"].any()


def test_a_closed_month_that_differs_is_found():
    assert revised_months(_copies(41))["revised"].tolist() == [True]


def test_a_month_whose_last_day_is_the_last_report_is_not_yet_closed():
    copies = _copies(40).assign(last_report=pd.Timestamp("2024-01-31"))
    assert revised_months(copies).empty


def _claims(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(
        rows,
        columns=["quantity_low", "quantity_high", "quantity_per", "period_start", "period_end"],
    )
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def test_output_by_day_month_year_and_period_is_put_on_one_footing():
    rates = monthly_rate(
        _claims(
            (2.0, 2.0, "day", None, None),
            (70.0, 90.0, "month", None, None),
            (1_200.0, 1_200.0, "year", None, None),
            (366.0, 366.0, "total", "2024-01-01", "2024-12-31"),
        )
    )
    assert rates["rate_low"].tolist() == pytest.approx([2 * DAYS_A_MONTH, 70, 100, DAYS_A_MONTH])
    assert rates["rate_high"].tolist() == pytest.approx([2 * DAYS_A_MONTH, 90, 100, DAYS_A_MONTH])


def test_an_open_end_stays_open_and_a_total_without_a_period_has_no_rate():
    rates = monthly_rate(
        _claims((6_000.0, None, "month", None, None), (6_000.0, 6_000.0, "total", None, None))
    )
    assert rates.loc[0, "rate_low"] == 6_000
    assert pd.isna(rates.loc[0, "rate_high"])
    assert rates.loc[1, ["rate_low", "rate_high"]].isna().all()


def test_the_share_of_drones_is_of_drones_and_missiles_of_the_same_year():
    missiles = pd.DataFrame(
        {"month": pd.to_datetime(["2023-12-01", "2024-02-01"]), "launched": [7, 20]}
    )
    share = drone_share_of_launches(BULLETINS, missiles).set_index("year")
    assert share.loc[2024, ["drones", "missiles"]].tolist() == [80, 20]
    assert share.loc[2024, "share"] == pytest.approx(0.8)
    assert share.loc[2023, "share"] == 0


def test_without_a_bulletin_there_is_no_month():
    months = launches_by(BULLETINS[:0])
    assert months.empty
    assert list(months.columns) == list(launches_by(BULLETINS).columns)


def test_a_month_is_trusted_when_it_is_whole_and_the_second_class_is_there():
    months = with_trust(launches_by(BULLETINS), pd.Timestamp("2024-03-01"))
    assert months["trust"].tolist() == ["part of a month", "overstated", "as reported"]
    assert months["sure"].tolist() == [False, False, True]


def test_fates_lie_end_to_end_and_are_one_class_since_the_merger():
    january, march = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01")
    table = fates(launches_by(BULLETINS), merged=march).set_index(["start", "fate"])
    shot = table.loc[(january, "shot down")]
    assert (shot["base"], shot["top"]) == (0, pytest.approx(28 / 40))
    off = table.loc[(january, "did not reach a target")]
    assert (off["base"], off["top"]) == (pytest.approx(28 / 40), pytest.approx(32 / 40))
    assert table.loc[(march, "one class"), "top"] == pytest.approx(25 / 40)
    assert table.loc[pd.Timestamp("2024-02-01"), "top"].isna().all()  # nothing was launched


def test_bulletins_with_one_number_for_launched_and_shot_down_are_counted_before_and_after():
    bulletins = BULLETINS.assign(destroyed=[10, 30, 20, 15])
    alike = same_number(bulletins, pd.Timestamp("2024-03-01"))
    assert alike.to_dict() == {"before": 1.0, "after": 0.5}
    early = same_number(bulletins[:2], pd.Timestamp("2024-03-01"))
    assert early["before"] == 1
    assert pd.isna(early["after"])


def test_kinds_of_drones_lie_end_to_end_and_add_up_to_those_launched():
    proper = shaheds_proper(BULLETINS).assign(end=pd.Timestamp("2024-03-31"))
    march = by_kind(proper[proper["month"] == "2024-03-01"]).set_index("kind")
    assert march.loc["Shaheds proper", ["base", "top", "drones"]].tolist() == [0, 15, 15]
    assert march.loc["others, mostly decoys", ["base", "top", "drones"]].tolist() == [15, 20, 5]
    assert march.loc["kind not stated", ["base", "top", "drones"]].tolist() == [20, 40, 20]


def test_a_share_of_decoys_leaves_the_rest_with_its_ends_turned():
    left = left_by_decoys(pd.DataFrame({"quantity_low": [50.0], "quantity_high": [75.0]}))
    assert left.loc[0, ["low", "high"]].tolist() == [0.25, 0.5]


def test_a_period_is_named_by_its_month_or_its_end_and_counted_when_named_again():
    starts = pd.to_datetime(["2024-05-01", "2024-05-01", "2024-05-01", "2023-01-10"])
    ends = pd.to_datetime(["2024-05-31", "2024-05-31", "2024-05-30", "2023-08-03"])
    names = period_names(pd.Series(starts), pd.Series(ends))
    assert names.tolist() == ["May 2024", "May 2024 (2)", "to 30 May 2024", "to 3 Aug 2023"]


def test_output_keeps_plans_and_claims_with_a_rate_and_leaves_out_decoys():
    claims = _claims(
        (6_000.0, None, "month", None, None),
        (1_200.0, 1_200.0, "year", None, None),
        (6_000.0, 6_000.0, "total", None, None),
        (100.0, 100.0, "month", None, None),
        (100.0, 100.0, "month", None, None),
    ).assign(
        category=["production", "production_plan", "production", "production", "unit_price"],
        item=["Geran-2", "Geran-2", "Geran-2", "Gerbera decoys", "Geran-2"],
        date=pd.Timestamp("2025-09-01"),
    )
    output = output_claimed(claims)
    assert output.index.tolist() == [0, 1]
    assert output["plan"].tolist() == ["claimed as made", "planned"]
    assert output["rate"].tolist() == pytest.approx([6_000, 100])
    assert output["top"].tolist() == pytest.approx([6_000, 100])
    assert (output["begin"] == "2025-09-01").all()


def test_a_quantity_is_written_with_its_limits_and_unit():
    claims = pd.DataFrame(
        [
            (2_000.0, 2_700.0, "range", "drones", "month", "units"),
            (None, 300.0, "at most", "drones", "total", "units"),
            (90.0, 90.0, "about", "percent", "total", "units"),
            (1_200.0, 1_200.0, "exact", "drones", "total", "units"),
            (None, None, None, None, None, "hundreds"),
            (None, None, None, None, None, None),
        ],
        columns=[f"quantity_{end}" for end in ("low", "high", "bound", "unit", "per", "wording")],
    )
    assert stated_quantity(claims).tolist() == [
        "2,000–2,700 drones a month",
        "at most 300 drones",
        "about 90 percent",
        "1,200 drones",
        "hundreds",
        "",
    ]


def test_a_price_stands_at_its_low_end_and_is_written_with_both_only_when_a_range():
    prices = pd.DataFrame(
        {
            "low": [20.0, None, 193.0],
            "high": [50.0, 200.0, 193.0],
            "bound": ["range", None, "exact"],
        }
    )
    written = in_one_number(prices)
    assert written["point"].tolist() == [20, 200, 193]
    assert written["text"].tolist() == ["20–50", "200", "193"]


def test_a_contract_is_its_drones_and_the_rest():
    contract = pd.Series({"value_usd": 1_000, "quantity_low": 6, "drone_price_low_usd": 100})
    assert contract_parts(contract).to_dict() == {"value": 1_000, "goods": 600, "rest": 400}


def test_a_month_whose_first_and_last_day_have_a_bulletin_is_complete():
    days = pd.to_datetime(["2024-03-01", "2024-03-31"])
    bulletins = pd.DataFrame({"report_date": days, "launched": 2, "destroyed": 1})
    months = launches_by(bulletins.assign(not_reach_goal=0))
    assert months["complete"].tolist() == [True]


def test_a_range_of_costs_counts_with_its_middle():
    low, high = "drone_price_low_usd", "drone_price_high_usd"
    nothing = float("nan")
    claims = pd.DataFrame({low: [20_000.0, nothing, nothing], high: [50_000.0, nothing, 48_000.0]})
    # 20 and 50 thousand have 35 in the middle; 48 thousand is all that the third says.
    found = unit_costs(claims)
    assert found["usd"].to_dict() == {0: 35_000, 2: 48_000}
    assert found["thousand_usd"].to_dict() == {0: 35, 2: 48}
