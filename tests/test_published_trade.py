"""Published figures on trade, reproduced from the tables."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.series import in_dollars_of, peak, price_levels, year_spans
from iran_russia.measures.trade import (
    compiled_from,
    concentration_by_level,
    grain_equivalent,
    hs_headings,
    imf_newest,
    imf_pair,
    like_partners,
    mirror_ratio,
    partner_shares,
    pooled_intensity,
    reported_balance,
    reported_intensities,
    reported_mirror,
    trade_balance,
    turnover_range,
    two_way_by_level,
    with_customs_totals,
    without_code,
)


@pytest.fixture(scope="module")
def goods():
    return load("trade_goods")


@pytest.fixture(scope="module")
def headings(goods):
    return hs_headings(goods, load("products"))


@pytest.fixture(scope="module")
def totals():
    return load("trade_totals").set_index("total_id")["value_usd"].astype(float)


@pytest.fixture(scope="module")
def partners():
    return load("trade_partners")


@pytest.mark.parametrize(
    ("flow", "total_id", "millions"),
    [("import", "1402ir-ru_ir-irn", 1700.4), ("export", "1402ir-ir_ru-irn", 964.5)],
)
def test_tariff_lines_of_1402_add_up_to_the_published_total(
    goods, totals, flow, total_id, millions
):
    lines = goods[(goods["iranian_year"] == 1402) & (goods["flow"] == flow)]["value_usd"].sum()
    assert lines / 1e6 == pytest.approx(millions, abs=0.05)
    assert lines == pytest.approx(totals[total_id], abs=1)


def test_wheat_was_irans_largest_import_from_russia_in_1402(headings):
    imports = headings[(headings["year"] == 2023) & (headings["flow"] == "import")]
    first = imports[imports["rank"] == 1]
    assert first["hs4"].tolist() == ["1001"]
    assert first["value_usd"].item() / 1e6 == pytest.approx(594.6, abs=0.05)
    assert imports["share"].sum() == pytest.approx(1)


def test_compiled_and_customs_imports_agree_within_one_and_a_half_percent_in_1994_to_1999(totals):
    for year in range(1994, 2000):
        ratio = totals[f"{year}-ru_ir-cow"] / totals[f"{year - 621}ir-ru_ir-irn"]
        assert ratio == pytest.approx(1, abs=0.0155), year


def test_compiled_imports_exceed_customs_imports_by_a_tenth_in_2000_to_2003(totals):
    for year in range(2000, 2004):
        ratio = totals[f"{year}-ru_ir-cow"] / totals[f"{year - 621}ir-ru_ir-irn"]
        assert 1.105 < ratio < 1.135, year


@pytest.mark.parametrize(("iranian_year", "millions"), [(1403, 1083.9), (1404, 919.4)])
def test_office_sums_of_1403_and_1404_are_lower_bounds(iranian_year, millions):
    offices = load("trade_by_customs_office")
    rows = offices[(offices["iranian_year"] == iranian_year) & (offices["flow"] == "export")]
    assert rows["value_usd"].sum() / 1e6 == pytest.approx(millions, abs=0.05)
    assert not rows["complete"].any()
    assert rows["value_usd"].min() >= rows["read_down_to_usd"].max() * 0.99


@pytest.mark.parametrize("flow", ["import", "export"])
def test_offices_of_1402_are_complete(totals, flow):
    offices = load("trade_by_customs_office")
    rows = offices[(offices["iranian_year"] == 1402) & (offices["flow"] == flow)]
    total = totals["1402ir-ru_ir-irn" if flow == "import" else "1402ir-ir_ru-irn"]
    assert rows["complete"].all()
    assert rows["value_usd"].sum() == pytest.approx(total, abs=100)


def test_aircraft_engine_parts_of_1402_came_almost_all_through_the_anzali_free_zone(goods):
    line = goods[(goods["hs_code"] == "84091000") & (goods["flow"] == "import")]
    assert line["iranian_year"].tolist() == [1402]
    assert line["value_usd"].item() / 1e6 == pytest.approx(66.6, abs=0.05)
    assert line["weight_kg"].item() / 1000 == pytest.approx(94, abs=0.5)
    offices = load("trade_goods_customs_office")
    rows = offices[(offices["hs_code"] == "84091000") & (offices["flow"] == "import")]
    by_office = rows.set_index("customs_office")["value_usd"]
    assert by_office.sum() == pytest.approx(line["value_usd"].item(), abs=1)
    assert by_office["Anzali Free Zone"] / by_office.sum() > 0.95


def test_figures_of_equal_length_differ_by_two_thirds_and_nearly_two_in_2021():
    gap = load("mirror_gap").set_index("comparison_id")
    ratio = mirror_ratio(
        gap["russian_value_usd"],
        gap["iranian_value_usd"],
        gap["russian_months"],
        gap["iranian_months"],
    )
    assert ratio["2021-ru_ir"] == pytest.approx(1.94, abs=0.005)
    assert ratio["2021-ir_ru"] == pytest.approx(1.67, abs=0.005)
    assert ratio["2023-both"] == pytest.approx(1.5, abs=0.05)
    assert ratio["1995-ru_ir"] == pytest.approx(1, abs=0.15)
    assert ratio["1995-ir_ru"] == pytest.approx(1, abs=0.15)


def test_a_comparison_says_how_many_months_its_totals_cover():
    totals = load("trade_totals").set_index("total_id")["months_covered"]
    gap = load("mirror_gap")
    for side in ("russian", "iranian"):
        covered = totals[gap[f"{side}_total_id"]].reset_index(drop=True)
        assert covered.tolist() == gap[f"{side}_months"].tolist()


def test_every_mirror_comparison_stands_on_the_totals_it_names(totals):
    for row in load("mirror_gap").itertuples():
        russian = totals[row.russian_total_id]
        if row.russian_rule == "turnover_minus_exports":
            russian -= totals[row.russian_total_id_2]
        iranian = totals[row.iranian_total_id]
        if row.iranian_rule == "exports_plus_imports":
            iranian += totals[row.iranian_total_id_2]
        assert (russian, iranian) == (row.russian_value_usd, row.iranian_value_usd)


def test_iran_had_a_deficit_with_russia_in_every_year_since_1992():
    totals = load("trade_totals")
    full = totals[totals["value_usd"].notna() & (totals["period_type"] != "partial")]
    balance = trade_balance(full[full["year"] >= 1992])["balance"].dropna()
    assert len(balance) > 40
    assert (balance < 0).all()


def test_russia_was_sixth_among_irans_suppliers_and_ninth_among_its_non_oil_buyers_in_1402(
    partners,
):
    shares = partner_shares(partners[partners["source_id"] == "irica_gomrok"])
    rows = shares[(shares["year"] == 2023) & (shares["partner_iso3"] == "RUS")].set_index("flow")
    assert rows["rank"].to_dict() == {"import": 6, "export": 9}
    assert rows["share"]["import"] == pytest.approx(0.0254, abs=0.0005)


def test_uae_china_turkey_and_india_all_sold_more_to_iran_than_russia_in_1402(partners):
    shares = partner_shares(partners[partners["source_id"] == "irica_gomrok"])
    imports = shares[(shares["year"] == 2023) & (shares["flow"] == "import")]
    rank = imports.set_index("partner_iso3")["rank"]
    assert (rank[["ARE", "CHN", "TUR", "IND"]] < rank["RUS"]).all()


def test_food_was_a_trace_of_russias_exports_to_iran_in_2005_and_two_fifths_in_2015():
    sections = load("trade_sitc_sections")
    pair = sections[(sections["exporter_iso3"] == "RUS") & (sections["importer_iso3"] == "IRN")]
    value = pair.set_index(["year", "sitc_section"])["value_usd"].astype(float)
    assert value[2005, "0"] / value[2005, "TOTAL"] < 0.02
    assert value[2015, "0"] / value[2015, "TOTAL"] == pytest.approx(0.43, abs=0.01)


@pytest.fixture(scope="module")
def fund():
    return load("trade_imf_partners")


@pytest.fixture(scope="module")
def pair(fund):
    return imf_pair(fund)


def _millions(pair, reporter, direction):
    rows = pair[(pair["reporter"] == reporter) & (pair["direction"] == direction)]
    return rows.set_index("year")["value_usd"].astype(float) / 1e6


def test_the_two_vintages_of_the_imf_agree_within_a_thousandth_above_a_million_dollars(fund):
    keys = ["reporter_iso3", "partner_iso3", "flow", "year"]
    old = fund[fund["source_id"] == "imf_dots_2022"]
    new = fund[fund["source_id"] == "imf_imts_2026"]
    both = old.merge(new, on=keys, suffixes=("_old", "_new")).query("partner_iso3 != 'WLD'")
    assert len(both) == 1905
    large = both[both["value_usd_old"] > 1e6]
    apart = (large["value_usd_new"] / large["value_usd_old"] - 1).abs()
    assert len(large) > 1400
    assert apart.max() < 0.0011


def test_the_imf_reproduces_every_report_of_russia_that_was_known_before(fund, partners):
    known = partners[(partners["source_id"] == "imf_dots_15") & (partners["reporter"] == "RUS")]
    newest = imf_newest(fund).rename(columns={"reporter_iso3": "country_iso3"})
    both = known.merge(newest, on=["country_iso3", "partner_iso3", "flow", "year"], how="left")
    assert len(known) == 280
    assert (both["value_usd_y"] / both["value_usd_x"] - 1).abs().max() < 0.001


@pytest.mark.parametrize(
    ("year", "total_id", "direction"),
    [
        (2021, "2021-ru_ir-rus", "russia_to_iran"),
        (2021, "2021-ir_ru-rus", "iran_to_russia"),
        (2017, "2017-ru_ir-rus", "russia_to_iran"),
        (2020, "2020-ru_ir-rus", "russia_to_iran"),
    ],
)
def test_reports_of_russia_to_the_imf_are_the_customs_figures_that_were_quoted(
    pair, totals, year, total_id, direction
):
    reported = _millions(pair, "RUS", direction)[year]
    assert reported == pytest.approx(totals[total_id] / 1e6, rel=0.013)


def test_the_nine_months_of_2019_are_the_whole_year(pair, totals):
    year = (
        _millions(pair, "RUS", "russia_to_iran")[2019]
        + _millions(pair, "RUS", "iran_to_russia")[2019]
    )
    assert year == pytest.approx(1582.6, abs=0.05)
    assert totals["2019-both-rus-2"] / 1e6 == pytest.approx(year, rel=0.005)
    row = load("trade_totals").set_index("total_id").loc["2019-both-rus-2"]
    assert (row["months_covered"], row["caution"]) == (12, "period_label_doubtful")


def test_the_jump_of_2011_is_a_change_of_reporter(pair):
    totals = load("trade_totals")
    cow = totals.query("reporter == 'COW' and 1960 <= year <= 2014 and direction != 'both_ways'")
    origin = compiled_from(cow, pair)
    assert origin.value_counts().to_dict() == {
        "importer's report": 73,
        "no counterpart": 12,
        "exporter's report": 6,
        "exporter's report with freight": 4,
    }
    moved = cow[origin == "exporter's report with freight"]
    assert moved["year"].tolist() == [2011, 2012, 2013, 2014]
    assert set(moved["direction"]) == {"russia_to_iran"}


def test_exports_of_iran_at_the_imf_since_2000_are_the_imports_of_russia_over_1_06(pair):
    out = pair[pair["direction"] == "iran_to_russia"].query("2000 <= year <= 2020")
    assert set(out.loc[out["side"] == "exporter", "status"]) == {"estimate"}
    sides = out.pivot(index="year", columns="side", values="value_usd").astype(float)
    assert len(sides) == 21
    assert (sides["importer"] / sides["exporter"]).tolist() == pytest.approx([1.06] * 21, abs=0.002)


def test_the_mirror_gap_was_three_in_2011_and_closed_by_2020(pair):
    ratio = reported_mirror(pair).query("direction == 'russia_to_iran'").set_index("year")["ratio"]
    published = {2003: 1.2, 2004: 2.35, 2007: 3.6, 2008: 2.5, 2011: 3.0, 2015: 1.8, 2020: 1.04}
    assert ratio[list(published)].tolist() == pytest.approx(list(published.values()), abs=0.05)
    assert (ratio.loc[1995:2002] < 1).all()


def test_the_imf_lies_27_to_43_percent_below_what_russian_officials_state_for_2022_to_2024(
    pair, totals
):
    late = pair[pair["year"] >= 2022]
    assert set(late["status"]) == {"probably estimate"}
    imf = late.groupby("year")["value_usd"].sum().astype(float)
    assert (imf / 1e6).tolist() == pytest.approx([3559.5, 2921.8, 2734.1], abs=0.1)
    told = totals[["2022-both-rus-2", "2023-both-rus", "2024-both-rus"]].to_numpy()
    assert (1 - imf / told).tolist() == pytest.approx([0.274, 0.270, 0.430], abs=0.001)


def test_no_estimate_of_the_imf_is_among_the_reports_that_are_compared(pair):
    years = reported_mirror(pair).groupby("direction")["year"].max().to_dict()
    assert years == {"iran_to_russia": 1999, "russia_to_iran": 2020}


def test_exports_of_1400_fill_the_year_that_had_eleven_months(totals):
    assert totals["1400ir-ir_ru-irn"] == 583_658_306
    notes = load("trade_notes")
    union = notes[notes["value"] == 1_170_581_531]
    assert union["bloc"].tolist() == ["EAEU"]


def test_targets_and_remarks_that_contradict_all_others_are_no_totals():
    totals = load("trade_totals")
    assert totals["year"].max() == 2025
    assert not totals["publisher"].str.contains("Fakti|168.am", regex=True).any()
    assert (load("trade_notes")["metric"] == "target").sum() == 1


def test_partners_of_russia_add_up_to_its_exports_of_2021():
    sent = load("trade_comtrade_exports").query("exporter_iso3 == 'RUS'")
    world = sent[sent["importer_iso3"] == "WLD"]["value_usd"].item()
    assert world == pytest.approx(492_313_790_696.65, abs=0.01)
    assert sent[sent["importer_iso3"] != "WLD"]["value_usd"].sum() == pytest.approx(world, abs=5)
    assert sent.set_index("importer_iso3").loc["IRN", "value_usd"] / 1e6 == pytest.approx(
        3068.2, abs=0.05
    )


def test_russia_was_third_among_the_suppliers_of_iran_that_reported_for_2021():
    sold = load("trade_comtrade_exports").query("importer_iso3 == 'IRN'")
    assert sold.nlargest(3, "value_usd")["exporter_iso3"].tolist() == ["CHN", "ARE", "RUS"]
    assert "IRN" not in set(load("trade_comtrade_exports")["exporter_iso3"].dropna())


def test_russian_wheat_to_iran_was_814_or_652_thousand_tonnes_by_who_reports():
    cereals = load("trade_cereals")
    tonnes = (
        cereals.assign(tonnes=grain_equivalent(cereals))
        .set_index(["exporter_iso3", "importer_iso3", "cereal", "first_year", "basis"])["tonnes"]
        .sort_index()
    )
    flow = tonnes["RUS", "IRN"]
    assert flow["wheat", 2015, "exporter report"] == pytest.approx(814_231, abs=1)
    assert flow["wheat", 2015, "importer report"] == pytest.approx(651_506, abs=1)
    assert flow["maize", 2015, "exporter report"] == pytest.approx(541_310, abs=1)
    assert flow["maize", 2015, "importer report"] == pytest.approx(338_383, abs=1)
    assert flow["wheat", 2019, "exporter report"] == pytest.approx(34_373, abs=1)
    assert "rice" not in flow.index.get_level_values(0)


def test_russia_exported_27_million_tonnes_of_wheat_a_year_in_2015_to_2017():
    cereals = load("trade_cereals").query("exporter_iso3 == 'RUS' and basis == 'exporter report'")
    sums = (
        cereals.assign(t=grain_equivalent(cereals) / 1e6)
        .groupby(["cereal", "first_year"])["t"]
        .sum()
    )
    assert sums["wheat", 2015] == pytest.approx(26.97, abs=0.005)
    assert sums["maize", 2015] == pytest.approx(4.79, abs=0.005)
    assert sums["wheat", 2019] == pytest.approx(35.0, abs=0.05)


def _years(*years):
    days = [pd.Series(pd.to_datetime([f"{y}-{end}" for y in years])) for end in ("01-01", "12-31")]
    return days


def test_annual_means_of_the_price_index_are_those_of_the_bureau():
    prices = load("us_cpi_month")
    level = price_levels(prices, *_years(1913, 1982, 1983, 1984, 2024))["level"]
    assert level.round(1).tolist() == [9.9, 96.5, 99.6, 103.9, 313.7]
    assert level[1:4].mean() == pytest.approx(100, abs=0.05)


def test_a_dollar_of_1913_is_31_74_dollars_of_2024():
    prices = load("us_cpi_month")
    assert in_dollars_of(2024, pd.Series([1.0]), prices, *_years(1913))[0] == pytest.approx(
        31.74, abs=0.005
    )


def test_the_index_of_october_2025_was_never_published_and_is_counted_as_missing():
    prices = load("us_cpi_month")
    assert len(prices) == 1360
    year = price_levels(prices, *_years(2025)).iloc[0]
    assert (year["months"], year["months_missing"]) == (11, 1)


def test_imports_of_iran_at_the_imf_are_the_iranian_customs_years_of_1995_and_1996(pair, totals):
    imports = _millions(pair, "IRN", "russia_to_iran")
    for year, total in ((1995, "1374ir-ru_ir-irn"), (1996, "1375ir-ru_ir-irn")):
        assert imports[year] == pytest.approx(totals[total] / 1e6, abs=0.05), year


def test_the_imf_made_the_soviet_figures_of_1985_to_1991_from_the_iranian_ones(fund):
    soviet = fund[(fund["reporter_iso3"] == "SUN") & (fund["partner_iso3"] == "IRN")]
    iran = fund[(fund["reporter_iso3"] == "IRN") & (fund["partner_iso3"] == "SUN")]
    assert set(soviet["status"]) == {"estimate"}
    value = iran.set_index(["flow", "year"])["value_usd"].astype(float)
    for row in soviet.itertuples():
        other = value["import" if row.flow == "export" else "export", row.year]
        expected = other / 1.1 if row.flow == "export" else other * 1.1
        assert row.value_usd == pytest.approx(expected, rel=0.005), (row.flow, row.year)


@pytest.mark.parametrize(("reporter", "least"), [("RUS", 0.82), ("IRN", 0.79)])
def test_partners_at_the_imf_add_up_to_four_fifths_of_the_world_or_more(fund, reporter, least):
    own = fund[(fund["reporter_iso3"] == reporter) & (fund["source_id"] == "imf_dots_2022")]
    world = own["partner_iso3"] == "WLD"
    keys = ["flow", "year"]
    totals = own[world].set_index(keys)["value_usd"].astype(float)
    share = own[~world].groupby(keys)["value_usd"].sum().astype(float) / totals
    assert least <= share.min() < least + 0.02
    assert share.max() < 1.002


@pytest.mark.parametrize(
    ("level", "before", "now"),
    [("chapters", 0.53, 0.37), ("headings", 0.11, 0.17), ("subheadings", 0.08, 0.17)],
)
def test_concentration_of_goods_from_russia_turns_its_sign_with_the_level(
    goods, level, before, now
):
    found = concentration_by_level(goods).set_index(["flow", "level", "year"])["hhi"]
    two = found.loc["import", level].loc[[2003, 2023]]
    assert two.round(2).tolist() == [before, now]


def test_hardly_any_good_goes_both_ways_in_1402_at_any_level(goods):
    assert two_way_by_level(goods, 2023).round(3).tolist() == [0.108, 0.022, 0.011]


def test_lines_of_1371_to_1374_alone_have_no_code(goods):
    told = without_code(goods)
    assert sorted(told.loc[told["share"] > 0, "year"].unique()) == [1992, 1993, 1994, 1995]
    assert set(told["share"]) == {0.0, 1.0}
    assert told["uncoded_usd"].sum() / told["value_usd"].sum() == pytest.approx(0.099, abs=5e-4)


@pytest.fixture(scope="module")
def balances(goods):
    totals = with_customs_totals(load("trade_totals"), goods.query("iranian_year <= 1402"))
    return trade_balance(totals[totals["value_usd"].notna() & (totals["period_type"] != "partial")])


def test_russias_report_is_largest_in_2021_or_in_2008_by_the_money_it_is_counted_in():
    reported = reported_balance(imf_pair(load("trade_imf_partners")), "RUS").set_index("year")
    assert peak(reported["turnover"])[0] == 2021
    years = reported.index.to_series()
    real = in_dollars_of(2024, reported["turnover"], load("us_cpi_month"), *year_spans(years))
    assert peak(real) == (2008, pytest.approx(5.442e9, abs=1e6))


def test_the_russian_record_of_2022_is_5_39_billion_in_dollars_of_2025(balances):
    stated = balances[(balances["reporter"] == "RUS") & (balances["turnover"] == 4.9e9)]
    spans = year_spans(stated["year"])
    real = in_dollars_of(2025, stated["turnover"], load("us_cpi_month"), *spans)
    assert real.item() == pytest.approx(5.39e9, abs=5e6)


def test_turnover_of_2023_lies_between_the_counts_of_the_two_sides(balances):
    found = turnover_range(balances)
    assert found.loc[2023, ["low", "high"]].tolist() == [2.637e9, 4.0e9]
    assert found.loc[2024, "sides"] == 1


@pytest.fixture(scope="module")
def published():
    reports = imf_newest(load("trade_imf_partners"))
    return reports[reports["status"] == "published"]


def test_the_pair_trades_as_its_size_gives_from_russia_and_less_than_half_from_iran(published):
    sized = reported_intensities(published[published["year"] >= 1992], load("world_trade"))
    last = {("RUS", "export"): 2021, ("RUS", "import"): 2021, ("IRN", "import"): 2020}
    found, like = {}, {}
    for (country, flow), year in last.items():
        rows = sized[(sized["reporter_iso3"] == country) & (sized["flow"] == flow)]
        other = {"RUS": "IRN", "IRN": "RUS"}[country]
        pooled = pooled_intensity(rows[rows["year"].between(year - 9, year)])
        found[country, flow] = pooled.set_index("partner_iso3")["intensity"][other]
        like[country, flow] = like_partners(rows, (country, other), range(year - 9, year + 1))
    assert list(found.values()) == pytest.approx([1.42, 0.42, 0.94], abs=5e-3)
    ratios = [[row["ratio"], row["low"], row["high"]] for row in like.values()]
    assert ratios[0] == pytest.approx([0.165, 0.086, 0.314], abs=1e-3)
    assert ratios[1] == pytest.approx([0.097, 0.037, 0.252], abs=1e-3)
    assert ratios[2] == pytest.approx([0.432, 0.205, 0.907], abs=1e-3)
