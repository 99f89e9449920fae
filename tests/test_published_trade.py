"""Published figures on trade, reproduced from the tables."""

import pytest

from iran_russia.datasets import load
from iran_russia.measures.trade import hs_headings, mirror_ratio, partner_shares, trade_balance


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


def test_russia_records_about_twice_what_iran_records_for_its_exports_of_2021():
    gap = load("mirror_gap").set_index("comparison_id")
    ratio = mirror_ratio(gap["russian_value_usd"], gap["iranian_value_usd"])
    assert ratio["2021-ru_ir"] == pytest.approx(2.1, abs=0.05)
    assert ratio["2021-ir_ru"] == pytest.approx(1.8, abs=0.05)
    assert ratio["2023-both"] == pytest.approx(1.5, abs=0.05)
    assert ratio["1995-ru_ir"] == pytest.approx(1, abs=0.15)
    assert ratio["1995-ir_ru"] == pytest.approx(1, abs=0.15)


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
