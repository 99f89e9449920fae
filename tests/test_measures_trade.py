"""The measures of the trade chapter, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.series import (
    herfindahl_hirschman,
    in_dollars_of,
    price_levels,
    runs,
    shares,
)
from iran_russia.measures.trade import (
    as_exports,
    coast_share,
    compiled_from,
    complementarity,
    concentration_by_level,
    doubtful,
    export_intensities,
    freight_allowance,
    grain_equivalent,
    growth_by_year,
    grubel_lloyd,
    headings_changed,
    hs_headings,
    imf_newest,
    imf_pair,
    in_runs,
    largest_lines,
    largest_of,
    leading_offices,
    like_partners,
    mirror_ratio,
    newest_customs_year,
    partner_shares,
    pooled_intensity,
    product_turnover,
    reported_balance,
    reported_intensities,
    reported_mirror,
    section_shares,
    trade_balance,
    trade_intensity,
    turnover,
    turnover_range,
    two_way_by_level,
    unit_value,
    unlike,
    values_by_level,
    with_customs_totals,
    without_code,
)


def test_shares_divide_by_the_sum():
    assert shares(pd.Series([1.0, 3.0])).tolist() == [0.25, 0.75]


def test_concentration_of_shares_of_a_half_a_quarter_and_a_quarter():
    # 0.25 + 0.0625 + 0.0625
    assert herfindahl_hirschman(pd.Series([2.0, 1.0, 1.0, None])) == pytest.approx(0.375)


def test_concentration_is_one_for_a_single_product():
    assert herfindahl_hirschman(pd.Series([7.0, 0.0])) == 1.0


def test_a_mirror_ratio_of_two_means_that_the_first_side_counts_twice_as_much():
    ratio = mirror_ratio(pd.Series([200.0, 90.0]), pd.Series([100.0, 100.0]))
    assert ratio.tolist() == [2.0, 0.9]


def test_trade_in_proportion_to_size_has_intensity_one():
    # 10 of 100 exports go to a partner that takes 90 of the 900 that the rest of the world imports.
    one = [pd.Series([v]) for v in (10.0, 100.0, 90.0, 1000.0, 100.0)]
    assert trade_intensity(*one).tolist() == pytest.approx([1.0])


def test_double_the_exports_double_the_intensity():
    two = [pd.Series([v]) for v in (20.0, 100.0, 90.0, 1000.0, 100.0)]
    assert trade_intensity(*two).tolist() == pytest.approx([2.0])


def test_intensities_look_up_the_sizes_of_exporter_importer_and_world():
    flows = pd.DataFrame(
        {
            "year": [2000, 2001],
            "exporter_iso3": ["RUS", "RUS"],
            "importer_iso3": ["IRN", "IRN"],
            "value_usd": [20, 20],
        }
    )
    sizes = [("RUS", "export", 100), ("RUS", "import", 100), ("IRN", "import", 90)]
    totals = pd.DataFrame(
        [(2000, *size) for size in [*sizes, ("WLD", "import", 1000)]],
        columns=["year", "country_iso3", "flow", "value_usd"],
    )
    result = export_intensities(flows, totals)["intensity"]
    assert result[0] == pytest.approx(2.0)
    assert pd.isna(result[1])


def test_the_unit_value_is_missing_without_a_weight():
    result = unit_value(pd.Series([10.0, 10.0, 10.0]), pd.Series([4.0, 0.0, 0.5]))
    assert result[0] == 2.5 and result[2] == 20
    assert pd.isna(result[1])


def test_products_are_kept_new_or_lost():
    before = pd.Series({"1001": 5.0, "7208": 1.0, "9999": 0.0})
    after = pd.Series({"1001": 8.0, "1512": 1.0, "9999": 0.0})
    result = product_turnover(before, after)
    assert result["change"].to_dict() == {"1001": "kept", "1512": "new", "7208": "lost"}
    assert result["after"].to_dict() == {"1001": 8.0, "1512": 1.0, "7208": 0.0}


def _totals(*rows):
    columns = ["year", "direction", "reporter", "basis", "value_usd", "caution", "confidence"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(period_type="calendar_year", source_id="s")


def test_a_figure_is_doubtful_with_a_caution_or_low_confidence():
    rows = _totals(
        (2000, "both_ways", "RUS", "a", 1, None, "high"),
        (2000, "both_ways", "RUS", "a", 1, "single_year_jump", "high"),
        (2000, "both_ways", "RUS", "a", 1, None, "low"),
    )
    assert doubtful(rows).tolist() == [False, True, True]


def test_the_balance_is_exports_less_imports_of_one_reporter():
    result = trade_balance(
        _totals(
            (2021, "iran_to_russia", "RUS", "quoted", 1, None, "high"),
            (2021, "russia_to_iran", "RUS", "quoted", 3, "single_year_jump", "high"),
            (2021, "russia_to_iran", "IRN", "lines", 2, None, "high"),
            (2021, "both_ways", "RUS", "quoted", 4, None, "high"),
        )
    )
    assert len(result) == 1
    row = result.iloc[0]
    assert (row["turnover"], row["balance"], row["how"]) == (4, -2, "both directions")
    assert row["doubtful"]


def test_a_balance_names_the_source_of_the_first_figure_that_it_has():
    rows = _totals(
        (2021, "iran_to_russia", "RUS", "quoted", 1, None, "high"),
        (2021, "russia_to_iran", "RUS", "quoted", 3, None, "high"),
        (2022, "both_ways", "RUS", "quoted", 9, None, "high"),
    ).assign(source_id=["out", "back", "both"])
    assert trade_balance(rows)["source_id"].tolist() == ["out", "both"]


def test_turnover_less_one_direction_gives_the_other():
    result = trade_balance(
        _totals(
            (2020, "both_ways", "RUS", "quoted", 10, None, "high"),
            (2020, "russia_to_iran", "RUS", "quoted", 7, None, "high"),
        )
    )
    row = result.iloc[0]
    assert (row["iran_to_russia"], row["balance"]) == (3, -4)
    assert row["how"] == "turnover and one direction"
    assert not row["doubtful"]
    other_way = trade_balance(
        _totals(
            (2020, "both_ways", "RUS", "quoted", 10, None, "high"),
            (2020, "iran_to_russia", "RUS", "quoted", 7, None, "high"),
        )
    ).iloc[0]
    assert (other_way["russia_to_iran"], other_way["balance"]) == (3, 4)


def test_turnover_alone_gives_no_balance():
    row = trade_balance(_totals((2023, "both_ways", "RUS", "quoted", 4, None, "high")))
    assert row["turnover"].tolist() == [4]
    assert row["balance"].isna().all()
    assert row["how"].tolist() == ["turnover only"]


def test_two_figures_for_one_flow_give_two_balances():
    result = trade_balance(
        _totals(
            (2020, "iran_to_russia", "IRN", "quoted", 5, None, "high"),
            (2020, "iran_to_russia", "IRN", "quoted", 4, None, "high"),
            (2020, "russia_to_iran", "IRN", "quoted", 9, None, "high"),
        )
    )
    assert sorted(result["balance"]) == [-5, -4]


def test_balances_stand_in_order_of_years_whatever_they_were_made_of():
    result = trade_balance(
        _totals(
            (2022, "iran_to_russia", "RUS", "quoted", 1, None, "high"),
            (2022, "russia_to_iran", "RUS", "quoted", 3, None, "high"),
            (2021, "both_ways", "RUS", "quoted", 4, None, "high"),
        )
    )
    assert list(result["year"].items()) == [(0, 2021), (1, 2022)]


@pytest.fixture
def partners():
    rows = [("CHN", 50), ("RUS", 20), ("TUR", 20), ("RUS-DA", 1), ("WLD", 100)]
    return pd.DataFrame(rows, columns=["partner_iso3", "value_usd"]).assign(
        year=2023, country_iso3="IRN", flow="import"
    )


def test_a_partners_share_is_of_the_worlds_total_and_ties_share_the_better_rank(partners):
    result = partner_shares(partners).set_index("partner_iso3")
    assert result["share"].to_dict() == {"CHN": 0.5, "RUS": 0.2, "TUR": 0.2}
    assert result["rank"].to_dict() == {"CHN": 1, "RUS": 2, "TUR": 2}
    assert result["partners"].tolist() == [3, 3, 3]


def test_a_partner_named_twice_is_refused(partners):
    with pytest.raises(ValueError, match="filter to one reporter"):
        partner_shares(pd.concat([partners, partners.head(1)]))


def test_a_year_without_its_total_has_no_shares_and_no_total_at_all_is_refused(partners):
    with pytest.raises(ValueError, match="no row of the partner 'SUM'"):
        partner_shares(partners, total="SUM")
    other_year = partners[partners["partner_iso3"] != "WLD"].assign(year=2024)
    both = partner_shares(pd.concat([partners, other_year]))
    pd.testing.assert_frame_equal(both, partner_shares(partners))


def test_complementarity_compares_the_structures_of_sales_and_purchases():
    # Half and half against a quarter and three quarters of which one is not sold: the shares
    # differ by a quarter, a half and three quarters.
    sold, bought = pd.Series({"a": 5.0, "b": 5.0}), pd.Series({"a": 1.0, "c": 3.0})
    assert complementarity(sold, bought) == pytest.approx(0.25)
    assert complementarity(sold, 3 * sold) == 1
    assert complementarity(sold, bought[["c"]]) == 0


@pytest.fixture
def goods():
    rows = [
        ("10011900", "100119", 30.0, 100.0),
        ("10019900", "100199", 50.0, 100.0),
        ("72081000", "720810", 20.0, 0.0),
        ("7313000000", None, 5.0, 1.0),
    ]
    return pd.DataFrame(rows, columns=["hs_code", "hs6", "value_usd", "weight_kg"]).assign(
        year=2023, flow="import", hs_revision="HS2022", source_id="s"
    )


def test_lines_add_up_to_headings_named_after_the_largest_line(goods):
    products = pd.DataFrame(
        {
            "hs_revision": "HS2022",
            "hs_code": ["10011900", "10019900", "72081000"],
            "name_en": ["durum wheat", "other wheat", "steel"],
        }
    )
    result = hs_headings(goods, products)
    assert result["hs4"].tolist() == ["1001", "7208"]
    assert result["value_usd"].tolist() == [80.0, 20.0]
    assert result["share"].tolist() == [0.8, 0.2]
    assert result["rank"].tolist() == [1, 2]
    turned = hs_headings(goods.assign(value_usd=[1.0, 1.0, 9.0, 0.0]), products)
    assert list(turned.index) == [0, 1] and turned["hs4"].tolist() == ["7208", "1001"]
    tied = hs_headings(goods.assign(value_usd=[1.0, 1.0, 2.0, 0.0]), products)
    assert tied["rank"].tolist() == [1, 1]
    assert result["largest_line"].tolist() == ["other wheat", "steel"]
    assert result["unit_value"][0] == 0.4
    assert pd.isna(result["unit_value"][1])


def test_section_shares_add_up_to_one_and_leave_out_lines_without_an_hs_code(goods):
    sections = pd.DataFrame(
        {"hs_chapter": ["10", "72"], "section_number": [2, 15], "source_id": "s"}
    )
    result = section_shares(goods, sections, ["flow", "year"])
    assert result.set_index("section_number")["share"].to_dict() == {2: 0.8, 15: 0.2}
    wheat = pd.concat([goods, goods.iloc[:1].assign(year=2024)])
    result = section_shares(wheat, sections, ["flow", "year"]).set_index(["year", "section_number"])
    assert result["share"][2024].to_dict() == {2: 1, 15: 0}


def test_a_run_ends_where_a_year_is_missing():
    assert runs(pd.Series([1913, 1920, 1921, 1921, 1923])).tolist() == [0, 1, 1, 1, 2]
    assert runs(pd.Series([2001, 2002], dtype="Int64")).tolist() == [0, 0]


def test_parts_of_years_are_not_put_together():
    totals = load("trade_totals")
    with pytest.raises(ValueError, match="filter to full years first"):
        trade_balance(totals[totals["period_type"] == "partial"])
    with pytest.raises(ValueError, match="filter to full years first"):
        trade_balance(totals)  # some are whole


def test_the_newest_customs_year_has_lines_of_both_flows():
    lines = pd.DataFrame({"year": [2003, 2003, 2014], "flow": ["export", "import", "export"]})
    assert newest_customs_year(lines.assign(hs6="080251")) == 2003
    assert newest_customs_year(load("trade_goods").query("year <= 2023")) == 2023


def test_customs_lines_without_a_total_are_added_up_to_the_one_that_is_recorded():
    totals, goods = load("trade_totals"), load("trade_goods").query("iranian_year <= 1402")
    assert with_customs_totals(totals, goods) is totals
    recorded = (totals["basis"] == "customs_tariff_lines") & (totals["iranian_year"] == 1402)
    added = with_customs_totals(totals[~recorded], goods).tail(2)
    assert set(added["total_id"]) == {"1402ir-ir_ru-irn-lines", "1402ir-ru_ir-irn-lines"}
    assert added.index.tolist() == [(~recorded).sum(), (~recorded).sum() + 1]
    # What the lines do not say is as in the last total of lines, here told apart by its publisher.
    told = totals[~recorded].assign(publisher=lambda f: f["total_id"])
    last = told.loc[told["basis"] == "customs_tariff_lines", "total_id"].iloc[-1]
    assert (with_customs_totals(told, goods).tail(2)["publisher"] == last).all()
    # A sum of some months, which has been added by hand, is no total of the year.
    some = totals[recorded].tail(1).assign(total_id="1402ir.8m", period_type="partial", value_usd=9)
    of_both = with_customs_totals(pd.concat([totals[~recorded], some]), goods).tail(2)
    assert of_both["value_usd"].tolist() == added["value_usd"].tolist()
    assert (of_both["period_type"] == "iranian_year").all()
    # Cents and grams of lines do not count in a total.
    parts = goods.assign(**{c: goods[c].astype(float) + 1e-4 for c in ("value_usd", "weight_kg")})
    columns = ["value_usd", "weight_kg"]
    rounded = with_customs_totals(totals[~recorded], parts).tail(2)
    assert rounded[columns].equals(added[columns])
    bare = ["total_id", "note"]
    pd.testing.assert_frame_equal(
        added.drop(columns=bare).reset_index(drop=True),
        totals[recorded].drop(columns=bare).reset_index(drop=True),
    )


def test_a_ratio_of_eleven_months_and_twelve_compares_means_of_a_month():
    ratio = mirror_ratio(pd.Series([240.0]), pd.Series([110.0]), 12, pd.Series([11]))
    assert ratio.tolist() == pytest.approx([2.0])


def _cell(reporter, partner, flow, value, source="imf_dots_2022", status="published"):
    return dict(
        year=2000,
        reporter_iso3=reporter,
        partner_iso3=partner,
        flow=flow,
        value_usd=value,
        status=status,
        source_id=source,
    )


def test_the_newer_vintage_of_a_cell_is_read():
    table = pd.DataFrame(
        [_cell("RUS", "IRN", "export", 2, "imf_imts_2026"), _cell("RUS", "IRN", "export", 1)]
    )
    newest = imf_newest(table)
    assert newest["value_usd"].tolist() == [2] and list(newest.columns) == list(table.columns)


def test_both_reports_of_a_flow_are_told_apart_by_who_sends():
    table = pd.DataFrame(
        [
            _cell("SUN", "IRN", "export", 10),
            _cell("IRN", "SUN", "import", 11),
            _cell("IRN", "RUS", "export", 5),
            _cell("RUS", "IRN", "import", 6),
            _cell("RUS", "DEU", "import", 99),
            _cell("IRN", "DEU", "export", 98),
            _cell("DEU", "RUS", "export", 97),
            _cell("DEU", "IRN", "import", 96),
        ]
    )
    assert len(imf_pair(table)) == 4
    sides = imf_pair(table).set_index(["direction", "side"])
    assert sides["value_usd"].to_dict() == {
        ("iran_to_russia", "exporter"): 5,
        ("russia_to_iran", "importer"): 11,
        ("iran_to_russia", "importer"): 6,
        ("russia_to_iran", "exporter"): 10,
    }
    assert sides.loc[("russia_to_iran", "exporter"), "reporter"] == "RUS"
    assert sides.loc[("russia_to_iran", "importer"), "reporter"] == "IRN"


def test_a_reported_mirror_is_made_of_two_reports_and_of_no_estimate():
    pair = imf_pair(
        pd.DataFrame(
            [
                _cell("RUS", "IRN", "export", 50),
                _cell("IRN", "RUS", "import", 40),
                _cell("IRN", "RUS", "export", 5, status="estimate"),
                _cell("RUS", "IRN", "import", 6),
            ]
        )
    )
    found = reported_mirror(pair)
    assert found[["direction", "ratio"]].to_numpy().tolist() == [["russia_to_iran", 1.25]]


def test_a_compiled_value_comes_from_the_report_that_it_equals():
    pair = imf_pair(
        pd.DataFrame(
            [
                _cell("RUS", "IRN", "export", 100_000_000),
                _cell("IRN", "RUS", "import", 60_000_000),
            ]
        )
    )
    told = pd.DataFrame(
        {
            "year": [2000] * 4 + [2001],
            "direction": "russia_to_iran",
            "value_usd": [60_400_000, 100_000_000, 110_000_000, 80_000_000, 60_000_000],
        }
    )
    assert compiled_from(told, pair).tolist() == [
        "importer's report",
        "exporter's report",
        "exporter's report with freight",
        "no counterpart",
        "no counterpart",
    ]


def test_a_compiled_value_may_differ_by_its_rounding_or_a_thousandth():
    def source(reported: int, compiled: int) -> str:
        pair = imf_pair(pd.DataFrame([_cell("IRN", "RUS", "import", reported)]))
        told = {"year": [2000], "direction": "russia_to_iran", "value_usd": [compiled]}
        return compiled_from(pd.DataFrame(told), pair).item()

    assert source(60_000_000, 60_510_000) == "importer's report"
    assert source(60_000_000, 60_510_001) == "no counterpart"
    assert source(1_001_000_000, 1_002_001_000) == "importer's report"
    assert source(1_001_000_000, 1_002_001_001) == "no counterpart"
    assert source(0, 400_000) == "no counterpart"  # nothing was reported
    assert source(1, 400_000) == "importer's report"


def test_flour_counts_as_the_grain_of_equal_calories():
    # 4 tonnes of grain at 3 million kilocalories a tonne.
    flow = pd.DataFrame({"kcal_per_year": [12_000_000], "kcal_per_tonne": [3_000_000]})
    assert grain_equivalent(flow).tolist() == [4.0]


PRICES = pd.DataFrame(
    {
        "month": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-04-01"]),
        "cpi_1982_84_100": [100.0, 200.0, 400.0],
    }
)


def test_a_month_belongs_to_the_period_in_which_its_middle_lies_and_gaps_are_counted():
    starts = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-16", "2020-03-01"]))
    ends = pd.Series(pd.to_datetime(["2020-02-20", "2020-04-15", "2020-03-31"]))
    levels = price_levels(PRICES, starts, ends)
    assert levels["level"].tolist()[:2] == [150.0, 300.0]
    assert pd.isna(levels["level"][2])
    assert levels["months"].tolist() == [2, 2, 0]
    assert levels["months_missing"].tolist() == [0, 1, 1]


def test_a_year_of_the_iranian_calendar_takes_april_to_march():
    months = pd.DataFrame({"month": pd.date_range("2023-01-01", "2024-12-01", freq="MS")})
    months["cpi_1982_84_100"] = range(24)
    start, end = (
        pd.Series(pd.to_datetime(["2023-03-21"])),
        pd.Series(pd.to_datetime(["2024-03-19"])),
    )
    assert price_levels(months, start, end)["level"].item() == sum(range(3, 15)) / 12


def test_values_move_with_the_price_level_to_the_year_asked_for():
    start, end = (
        pd.Series(pd.to_datetime(["2020-01-01"])),
        pd.Series(pd.to_datetime(["2020-01-31"])),
    )
    # The mean of the three months known of 2020 is 233.3; January stands at 100.
    assert in_dollars_of(2020, pd.Series([3.0]), PRICES, start, end).item() == pytest.approx(7.0)


def balances(*rows):
    columns = ["year", "reporter", "basis", "turnover", "doubtful"]
    return pd.DataFrame(rows, columns=columns).assign(confidence="high")


def test_of_several_turnovers_one_without_a_caution_comes_first_then_the_firmer_basis():
    lines, quoted, said = "customs_tariff_lines", "official_statistics_quoted", "official_statement"
    table = balances(
        (2021, "IRN", quoted, 1.0, True),
        (2021, "IRN", said, 2.0, False),
        (2022, "IRN", quoted, 3.0, False),
        (2022, "IRN", lines, 4.0, False),
        (2023, "IRN", quoted, 6.0, True),
        (2023, "IRN", quoted, 5.0, True),
        (2023, "RUS", lines, 9.0, False),
        (2024, "IRN", lines, None, False),
    )
    assert turnover(table, "IRN").to_dict() == {2021: 2.0, 2022: 4.0, 2023: 5.0}


def test_of_two_turnovers_on_one_basis_the_surer_one_is_taken_though_it_is_higher():
    said = "official_statement"
    table = balances((2022, "RUS", said, 4.0, True), (2022, "RUS", said, 5.0, True))
    assert turnover(table, "RUS")[2022] == 4.0
    assert turnover(table.assign(confidence=["low", "medium"]), "RUS")[2022] == 5.0


def test_a_balance_is_no_surer_than_its_least_sure_figure():
    rows = _totals(
        (2021, "iran_to_russia", "RUS", "quoted", 1, None, "high"),
        (2021, "russia_to_iran", "RUS", "quoted", 3, None, "medium"),
        (2022, "both_ways", "RUS", "quoted", 5, None, "low"),
    )
    assert trade_balance(rows)["confidence"].tolist() == ["medium", "low"]


def test_growth_needs_the_year_before_within_the_span():
    said = "official_statement"
    table = balances(
        (2019, "RUS", said, 1.0, False),
        (2020, "RUS", said, 2.0, True),
        (2021, "RUS", said, 3.0, False),
        (2023, "RUS", said, 4.0, False),
    )
    found = growth_by_year(table, "RUS", 2019, 2023)
    assert found["year"].tolist() == [2020, 2021]
    assert found["growth"].tolist() == [1.0, 0.5]
    assert found["doubtful"].tolist() == [True, True]
    assert growth_by_year(table, "RUS", 2020, 2023)["year"].tolist() == [2021]
    assert growth_by_year(table, "RUS", 2019, 2021)["year"].tolist() == [2020, 2021]


def test_a_year_between_two_that_are_missing_stands_alone():
    table = pd.DataFrame({"year": [2005, 2000, 2001], "reporter": "RUS"})
    found = in_runs(table.assign(direction="iran_to_russia", basis="official_statement"))
    assert found["year"].tolist() == [2000, 2001, 2005]
    assert found["run"].tolist() == [0, 0, 1]
    assert found["alone"].tolist() == [False, False, True]


def test_runs_of_no_rows_are_no_rows():
    table = pd.DataFrame({"year": [], "reporter": [], "direction": [], "basis": []})
    assert in_runs(table).empty


@pytest.fixture
def both_reports():
    rows = [
        (2001, "iran_to_russia", "importer", "RUS", 106.0, "published"),
        (2001, "iran_to_russia", "exporter", "IRN", 100.0, "estimate"),
        (2001, "russia_to_iran", "exporter", "RUS", 500.0, "published"),
        (2002, "iran_to_russia", "importer", "RUS", 90.0, "published"),
        (2003, "iran_to_russia", "importer", "RUS", 50.0, "estimate"),
        (2003, "iran_to_russia", "exporter", "IRN", 25.0, "published"),
    ]
    columns = ["year", "direction", "side", "reporter", "value_usd", "status"]
    return pd.DataFrame(rows, columns=columns).assign(source_id="imf")


def test_a_reported_balance_needs_a_report_of_both_flows(both_reports):
    found = reported_balance(both_reports, "RUS").set_index("year")
    assert found.loc[2001, ["turnover", "balance"]].tolist() == [606.0, -394.0]
    assert found.loc[2002, ["turnover", "balance"]].isna().all()
    assert 2003 not in found.index
    assert found["source_id"].tolist() == ["imf", "imf"]
    assert reported_balance(both_reports[:0], "RUS").empty
    of_2001 = both_reports[both_reports["year"] == 2001].assign(source_id=list("abc"))
    own = of_2001.loc[of_2001["reporter"].eq("RUS"), "source_id"]
    assert reported_balance(of_2001, "RUS")["source_id"].tolist() == own.tolist()[:1]


def test_the_allowance_for_freight_counts_estimates_and_years_with_both_values(both_reports):
    found = freight_allowance(both_reports, "iran_to_russia", 2000, 2010)
    assert found.to_dict() == {2001: pytest.approx(1.06), 2003: 2.0}
    edges = freight_allowance(both_reports, "iran_to_russia", 2001, 2003)
    assert edges.to_dict() == found.to_dict()
    assert freight_allowance(both_reports, "iran_to_russia", 2010, 2020).empty
    assert freight_allowance(both_reports, "russia_to_iran", 2000, 2010).empty


def test_a_comparison_is_unlike_if_compiled_doubtful_or_of_unequal_length():
    totals = pd.DataFrame(
        {"total_id": ["a", "b"], "caution": [None, "a typing error?"], "confidence": "high"}
    )
    rows = [("x", "x", "a", "a", 12), ("unctad_matrix", "x", "a", "a", 12)]
    rows += [("x", "x", "a", "b", 12), ("x", "x", "a", "a", 11)]
    columns = ["russian_source_id", "iranian_source_id", "russian_total_id", "iranian_total_id"]
    mirror = pd.DataFrame(rows, columns=[*columns, "iranian_months"]).assign(russian_months=12)
    assert unlike(mirror, totals).tolist() == [False, True, True, True]


@pytest.fixture
def two_years_of_headings():
    rows = [(2000, "1001", 30.0), (2000, "2701", 10.0), (2002, "1001", 60.0), (2002, "8708", 60.0)]
    return pd.DataFrame(rows, columns=["year", "hs4", "value_usd"]).assign(flow="import")


def test_headings_changed_are_kept_lost_and_new_with_their_part_of_the_year(two_years_of_headings):
    found = headings_changed(two_years_of_headings, "import", 2000, 2002)
    assert found.set_index(["year", "change"]).to_dict("index") == {
        (2000, "kept"): {"value_usd": 30.0, "headings": 1, "share": 0.75},
        (2000, "lost"): {"value_usd": 10.0, "headings": 1, "share": 0.25},
        (2002, "kept"): {"value_usd": 60.0, "headings": 1, "share": 0.5},
        (2002, "new"): {"value_usd": 60.0, "headings": 1, "share": 0.5},
    }
    assert headings_changed(two_years_of_headings, "export", 2000, 2002).empty
    of_a_dollar = two_years_of_headings.assign(value_usd=[3.0, 1.0, 3.0, 1.0])
    found = headings_changed(of_a_dollar, "import", 2000, 2002)
    assert found["share"].tolist() == [0.75, 0.25, 0.75, 0.25]


def test_imports_read_as_exports_of_the_partner():
    rows = [("IRN", "import", "CHN"), ("IRN", "export", "IND"), ("DEU", "import", "FRA")]
    found = as_exports(
        pd.DataFrame(rows, columns=["country_iso3", "flow", "partner_iso3"]), ["IRN"]
    )
    assert found[["exporter_iso3", "importer_iso3"]].to_numpy().tolist() == [["CHN", "IRN"]]


@pytest.fixture
def customs_offices():
    rows = [
        (1402, "Astara", "caspian", 30.0),
        (1402, "Tehran", None, 50.0),
        (1402, "Bazargan", None, 20.0),
        (1403, "Astara", "caspian", 5.0),
        (1403, "Tehran", None, 5.0),
    ]
    columns = ["iranian_year", "customs_office", "coast", "value_usd"]
    return pd.DataFrame(rows, columns=columns).assign(flow="export")


def test_an_office_without_a_known_coast_counts_as_elsewhere(customs_offices):
    found = coast_share(customs_offices, "caspian")
    assert found.to_dict() == {("export", 1402): 0.3, ("export", 1403): 0.5}


def test_the_leading_offices_of_one_year_keep_their_other_years(customs_offices):
    found = leading_offices(customs_offices, 1402, 1)
    assert found[["iranian_year", "customs_office"]].to_numpy().tolist() == [
        [1402, "Tehran"],
        [1403, "Tehran"],
    ]
    assert leading_offices(customs_offices, 1300, 1).empty


def test_the_largest_of_each_group_are_named_by_their_largest_value():
    rows = [
        ("wheat", "RUS", 1.0),
        ("wheat", "RUS", 5.0),
        ("wheat", "KAZ", 4.0),
        ("rice", "IND", 1.0),
    ]
    flows = pd.DataFrame(rows, columns=["cereal", "from", "tonnes"])
    assert largest_of(flows, "cereal", "from", "tonnes", 1) == [("rice", "IND"), ("wheat", "RUS")]


def test_the_largest_lines_are_those_of_the_newest_year_that_were_seen_often_enough():
    rows = [
        ("a", 1400, 1.0),
        ("a", 1401, 2.0),
        ("b", 1401, 9.0),
        ("c", 1400, 9.0),
        ("c", 1401, 1.0),
    ]
    sample = pd.DataFrame(rows, columns=["hs_code", "iranian_year", "value_usd"])
    assert largest_lines(sample, seen=2, most=1)["hs_code"].tolist() == ["a", "a"]


@pytest.fixture
def lines_of_two_years():
    """Two chapters; in the second year one line of the first has grown, another has gone."""
    rows = [
        (2000, "import", "100119", 30.0),
        (2000, "import", "100310", 30.0),
        (2000, "import", "720810", 40.0),
        (2000, "export", "100119", 10.0),
        (2000, "export", None, 30.0),
        (2002, "import", "100119", 75.0),
        (2002, "import", "720810", 25.0),
    ]
    return pd.DataFrame(rows, columns=["year", "flow", "hs6", "value_usd"])


def test_concentration_can_rise_at_one_level_and_not_at_another(lines_of_two_years):
    found = concentration_by_level(lines_of_two_years)
    index = found[found["flow"] == "import"].set_index(["level", "year"])["hhi"]
    # Chapters: 0.6² + 0.4², then 0.75² + 0.25²; headings: 0.3² + 0.3² + 0.4², then as chapters.
    assert index["chapters"].tolist() == pytest.approx([0.52, 0.625])
    assert index["headings"].tolist() == pytest.approx([0.34, 0.625])
    assert found.set_index(["flow", "level", "year"]).loc[
        ("import", "chapters"), "run"
    ].tolist() == [
        0,
        1,
    ]


def test_lines_without_a_code_are_in_no_level_and_their_part_is_told(lines_of_two_years):
    levels = values_by_level(lines_of_two_years)
    assert levels[levels["flow"] == "export"]["value_usd"].tolist() == [10.0, 10.0, 10.0]
    told = without_code(lines_of_two_years).set_index(["flow", "year"])
    assert told["share"].to_dict() == {
        ("export", 2000): 0.75,
        ("import", 2000): 0.0,
        ("import", 2002): 0.0,
    }


def test_two_way_trade_is_what_goes_both_ways_and_falls_with_the_level(lines_of_two_years):
    # 1 - (|3 - 1| + |0 - 4|) / 8
    assert grubel_lloyd(pd.Series({"a": 3.0}), pd.Series({"a": 1.0, "b": 4.0})) == 0.25
    found = two_way_by_level(lines_of_two_years, 2000)
    # Chapter 10: 10 against 60, chapter 72: 0 against 40; heading 1001: 10 against 30, two more
    # of 30 and 40 that go one way. Both times 90 of 110 do not go both ways.
    assert found.tolist() == pytest.approx([2 / 11] * 3)


@pytest.fixture
def sized_reports():
    """Two years, three partners of sizes 1, 2 and 4, and the pair's partner of size 2."""
    sizes = {"AAA": 1.0, "BBB": 2.0, "CCC": 4.0, "IRN": 2.0}
    world = [
        (year, country, "import", value)
        for year in (2000, 2001)
        for country, value in (sizes | {"RUS": 5.0, "WLD": 105.0}).items()
    ]
    traded = {"AAA": 10e6, "BBB": 20e6, "CCC": 40e6, "IRN": 5e6, "WLD": 1000e6}
    reports = [
        ("RUS", partner, "export", year, value * (1 + year - 2000))
        for year in (2000, 2001)
        for partner, value in (traded | {"ZZZ": 1.0}).items()
    ]
    keys = ["reporter_iso3", "partner_iso3", "flow", "year", "value_usd"]
    world = pd.DataFrame(world, columns=["year", "country_iso3", "flow", "value_usd"])
    return reported_intensities(pd.DataFrame(reports, columns=keys), world)


def test_a_reported_share_is_set_against_the_partners_share_of_the_world(sized_reports):
    found = sized_reports.set_index(["year", "partner_iso3"])
    assert "ZZZ" not in found.index.get_level_values(1)  # its size is not known
    # 5 of 1000 million against 2 of 100, the world without Russia.
    assert found.loc[(2000, "IRN"), "intensity"] == pytest.approx(0.25)
    assert found.loc[(2001, "IRN"), "expected"] == pytest.approx(40e6)


def test_years_are_pooled_by_their_sums(sized_reports):
    found = pooled_intensity(sized_reports).set_index("partner_iso3")
    assert found.loc["IRN", ["intensity", "low", "high", "years"]].tolist() == pytest.approx(
        [0.25, 0.25, 0.25, 2]
    )
    assert found.loc["IRN", "rank"] == 4
    assert (found.drop(index="IRN")["rank"] == 1).all()  # the three others are alike
    # 10 and 60 where 10 and 20 were expected: 1 and 3 in single years, 70 over 30 in both.
    uneven = pd.DataFrame(
        {"value_usd": [10, 60], "expected": [10.0, 20.0], "intensity": [1.0, 3.0]}
    )
    found = pooled_intensity(uneven.assign(partner_iso3="IRN")).iloc[0]
    assert found[["intensity", "low", "high", "years"]].tolist() == pytest.approx([7 / 3, 1, 3, 2])


def test_a_reporter_of_unknown_size_takes_nothing_from_the_world():
    world = pd.DataFrame(
        [("WLD", 100.0), ("IRN", 2.0)], columns=["country_iso3", "value_usd"]
    ).assign(year=2000, flow="import")
    reports = pd.DataFrame(
        [("IRN", 5.0), ("WLD", 1000.0)], columns=["partner_iso3", "value_usd"]
    ).assign(reporter_iso3="SUN", flow="export", year=2000)
    # 1000 times 2 of 100.
    assert reported_intensities(reports, world)["expected"].tolist() == [20]


# The case is exact on purpose.
@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.PerfectSeparationWarning")
def test_partners_of_like_size_give_what_is_expected(sized_reports):
    found = like_partners(sized_reports, ("RUS", "IRN"), range(2000, 2002))
    # The others trade ten times their size in the first year, twenty in the second: exponent 1,
    # so that 15 are found where 20 + 40 are expected.
    assert found["elasticity"] == pytest.approx(1)
    assert found[["ratio", "low", "high"]].tolist() == pytest.approx([0.25, 0.25, 0.25], abs=1e-6)
    assert found[["partners", "years"]].tolist() == [3, 2]


# The case is exact on purpose.
@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.PerfectSeparationWarning")
def test_a_year_in_which_the_partner_is_missing_has_an_effect_all_the_same(sized_reports):
    late = (sized_reports["partner_iso3"] == "IRN") & (sized_reports["year"] == 2001)
    found = like_partners(sized_reports[~late], ("RUS", "IRN"), range(2000, 2002))
    assert found["elasticity"] == pytest.approx(1)
    assert found["ratio"] == pytest.approx(0.25) and found["years"] == 1


def test_the_interval_is_that_of_errors_by_partner_and_students_t():
    """The sandwich of White with the factor for few groups, here one partner a group."""
    import numpy as np
    from scipy import stats

    size, value = np.array([1.0, 2, 4, 8, 2]), 1e6 * np.array([10.0, 30, 30, 90, 5])
    flows = pd.DataFrame({"size": size, "value_usd": value, "partner_iso3": [*"ABCD", "IRN"]})
    flows = flows.assign(reporter_iso3="RUS", flow="export", year=2000)
    found = like_partners(flows, ("RUS", "IRN"), range(2000, 2001))
    own, y = np.column_stack([np.ones(4), np.log(size[:4])]), value[:4] / 1e6
    fit = np.exp(found["elasticity"] * own[:, 1])
    fit *= y.sum() / fit.sum()  # a constant makes the sums agree
    assert own.T @ (y - fit) == pytest.approx([0, 0], abs=1e-6)
    bread = np.linalg.inv(own.T @ (fit[:, None] * own))
    meat = own.T @ ((y - fit)[:, None] ** 2 * own)
    # Groups over groups less 1, and values less 1 over values less coefficients.
    spread = bread @ meat @ bread * (4 / 3) * (3 / 2)
    reach = stats.t.ppf(0.975, 3)
    error = reach * spread[1, 1] ** 0.5
    ends = found[["elasticity_low", "elasticity_high"]]
    assert ends.tolist() == pytest.approx([found["elasticity"] + s * error for s in (-1, 1)])
    at = np.array([1, np.log(2)])
    error = reach * (at @ spread @ at) ** 0.5
    ratio = 5 / fit[1]  # that of the other partner of size 2
    assert found["ratio"] == pytest.approx(ratio)
    assert found[["low", "high"]].tolist() == pytest.approx(
        [ratio * np.exp(s * error) for s in (-1, 1)]
    )


# The case is exact on purpose.
@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.PerfectSeparationWarning")
def test_trade_may_grow_more_slowly_than_size(sized_reports):
    one = sized_reports[sized_reports["year"] == 2000].set_index("partner_iso3")
    one.loc[["AAA", "BBB", "CCC"], "value_usd"] = [10e6, 10e6 * 2**0.5, 20e6]
    found = like_partners(one.reset_index(), ("RUS", "IRN"), range(2000, 2001))
    # From 10 at size 1 to 20 at size 4: exponent a half; at size 2 ten times the root of 2.
    assert found["elasticity"] == pytest.approx(0.5)
    assert found["ratio"] == pytest.approx(5 / (10 * 2**0.5))


def test_a_fit_of_both_flows_is_refused(sized_reports):
    both = pd.concat([sized_reports, sized_reports.assign(flow="import")])
    with pytest.raises(ValueError, match="one flow"):
        like_partners(both, ("RUS", "IRN"), range(2000, 2002))


def test_two_partners_say_nothing_of_their_spread(sized_reports):
    two = sized_reports[sized_reports["partner_iso3"] != "BBB"]
    with pytest.raises(ValueError, match="three partners"):
        like_partners(two, ("RUS", "IRN"), range(2000, 2002))


def test_the_interval_holds_the_share_of_intervals_that_it_says():
    import numpy as np

    random, held = np.random.default_rng(5), []
    sizes = np.exp(random.normal(size=31))
    for _ in range(60):
        values = 10e6 * sizes * random.gamma(4, 1 / 4, size=31)
        rows = pd.DataFrame(
            {
                "reporter_iso3": "RUS",
                "partner_iso3": ["IRN", *(f"P{n:02}" for n in range(30))],
                "flow": "export",
                "year": 2000,
                "size": sizes,
                "value_usd": values,
            }
        )
        rows.loc[0, "value_usd"] = 5e6 * sizes[0]  # half of what is expected at its size
        found = like_partners(rows, ("RUS", "IRN"), range(2000, 2001))
        held.append(found["low"] <= 0.5 <= found["high"])
    assert np.mean(held) > 0.8


def test_turnover_of_a_year_lies_between_the_figures_of_the_two_sides():
    rows = [
        ("RUS", 2023, 4.0, False),
        ("IRN", 2023, 2.6, False),
        ("IRN", 2023, 2.7, True),
        ("COW", 2023, 9.0, False),
        ("RUS", 2024, 4.8, True),
        ("RUS", 2025, None, False),
    ]
    found = turnover_range(pd.DataFrame(rows, columns=["reporter", "year", "turnover", "doubtful"]))
    assert found.loc[2023].tolist() == [2.6, 4.0, 2, 3, 1]
    assert found.loc[2024].tolist() == [4.8, 4.8, 1, 1, 1]
    assert 2025 not in found.index
