"""Claims on trade, energy, money, nuclear matters and the corridor, and their indicators.

Expected numbers are worked out here from the tables again, in another way than the indicator does.
"""

import csv
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from conftest import change_cells

from iran_russia import datasets
from iran_russia.claims import (
    CONTRADICTED,
    NO_DATA,
    NOT_TESTABLE,
    SUPPORTED,
    UNDECIDED,
    VERDICTS,
    ledger,
)
from iran_russia.datasets import load
from iran_russia.indicators import energy, money, projects, trade
from iran_russia.measures.trade import complementarity

ROOT = Path(__file__).parent.parent
CHAPTERS = ["trade", "energy", "money", "nuclear", "corridor"]
FOOD = [f"{chapter:02d}" for chapter in range(1, 25)]
UPSTREAM = ["oil upstream", "gas upstream", "oil and gas upstream"]


@pytest.fixture(scope="module")
def claims():
    return pd.concat([ledger(chapter) for chapter in CHAPTERS]).set_index("claim_id")


@cache
def _file(table):
    file = ROOT / "data" / datasets.describe(table)["path"]
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def rows(table, **wanted):
    """Rows of a table as the file has them, by equal text in columns."""
    return [r for r in _file(table) if all(r[k] == v for k, v in wanted.items())]


# The ledger


def test_every_claim_of_these_chapters_has_a_verdict(claims):
    assert set(claims["chapter"]) == set(CHAPTERS)
    assert claims["verdict"].isin(VERDICTS).all()
    assert claims["confidence"].notna().all()


def test_every_computed_claim_has_a_test_and_no_written_verdict(claims):
    computed = claims[claims["basis"] == "computed"]
    assert len(computed) == 41
    written = load("claims").set_index("claim_id").loc[computed.index, ["verdict", "reasoning"]]
    assert written.isna().all().all()
    for claim in computed.itertuples():
        assert 1 <= claim.parts_to_support <= len(claim.parts)
        assert 1 <= claim.parts_to_contradict <= len(claim.parts)
        assert all(part.tables and part.reading.latest for part in claim.parts), claim.Index


def test_enough_parts_can_support_and_contradict(claims):
    for claim in claims[claims["basis"] == "computed"].itertuples():
        supporting = [part for part in claim.parts if part.supported_if]
        contradicting = [part for part in claim.parts if part.contradicted_if]
        assert len(supporting) >= claim.parts_to_support, claim.Index
        assert len(contradicting) >= claim.parts_to_contradict, claim.Index


def test_every_other_claim_has_reasoning_and_evidence(claims):
    others = claims[claims["basis"] != "computed"]
    assert (others["verdict"] != NOT_TESTABLE).all()
    assert others["reasoning"].notna().all()
    assert others["evidence"].map(len).gt(0).all()


def test_figures_named_by_tests_exist():
    for row in load("claim_tests").dropna(subset="figure").itertuples():
        chapter, _, name = row.figure.partition("#")
        page = (ROOT / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
        assert f"name: {name}" in page, row.claim_id


def test_known_errors_of_the_articles_are_caught(claims):
    assert (
        claims.loc["S0-31", "verdict"] == CONTRADICTED
    )  # a memorandum of 2022, not a deal of 2023
    assert claims.loc["S2-26", "verdict"] == CONTRADICTED  # trade did not grow steadily


# Trade


def goods(flow, year, *codes):
    held = [r for r in rows("trade_goods", flow=flow, year=str(year)) if r["hs6"]]
    part = sum(float(r["value_usd"]) for r in held if r["hs_code"].startswith(codes))
    return part, sum(float(r["value_usd"]) for r in held)


def test_share_of_fruit_and_nuts_in_iranian_exports():
    part, whole = goods("export", 2023, "07", "08")
    reading = trade.share("export", [2023], ["07", "08"])
    assert reading.value == pytest.approx(part / whole)
    assert reading.latest == "2024-03-19"


def test_share_of_turnover_takes_both_directions():
    (out, sold), (into, bought) = goods("export", 2023, "27"), goods("import", 2023, "27")
    assert trade.share("both", [2023], ["27"]).value == pytest.approx(
        (out + into) / (sold + bought)
    )


def test_machinery_without_one_line():
    part, whole = goods("import", 2023, "84", "85")
    line, _ = goods("import", 2023, "84091000")
    reading = trade.share("import", [2023], ["84", "85"], without=["84091000"])
    assert reading.value == pytest.approx((part - line) / (whole - line))
    assert line > 60e6


def test_years_without_lines_have_no_share():
    assert trade.share("import", [2010], ["10"]).value is None
    assert trade.share_ratio("import", FOOD, [2010], [2023]).value is None
    assert trade.largest_share([2010 - 100], ["27"]).value is None


def test_larger_direction_and_lead():
    shares = {
        flow: goods(flow, 2023, "27")[0] / goods(flow, 2023, "27")[1]
        for flow in ("export", "import")
    }
    food = {
        flow: goods(flow, 2023, *FOOD)[0] / goods(flow, 2023)[1] for flow in ("export", "import")
    }
    assert trade.largest_share([2023], ["27"]).value == pytest.approx(max(shares.values()))
    expected = max(shares[flow] - food[flow] for flow in shares)
    assert trade.lead([2023], ["27"], over=FOOD).value == pytest.approx(expected)


def test_lead_over_the_largest_other_section():
    vegetable = goods("export", 2023, *FOOD[5:14])[0] / goods("export", 2023)[1]
    fuels = goods("export", 2023, "27")[0] / goods("export", 2023)[1]
    assert trade.lead([2023], ["27"]).value == pytest.approx(fuels - vegetable)


def test_cereals_are_the_largest_chapter_of_imports():
    by = Counter()
    for r in rows("trade_goods", flow="import", year="2023"):
        by[r["hs6"][:2]] += float(r["value_usd"])
    order = [chapter for chapter, _ in by.most_common()]
    assert order[0] == "10"
    assert trade.chapter_rank("import", [2023], "10").value == 1
    assert trade.chapter_rank("import", [2023], "84").value == order.index("84") + 1


def test_share_ratio_pools_years():
    before = [goods("import", year, *FOOD) for year in (2001, 2002, 2003)]
    then = sum(part for part, _ in before) / sum(whole for _, whole in before)
    part, whole = goods("import", 2023, *FOOD)
    reading = trade.share_ratio("import", FOOD, [2001, 2002, 2003], [2023])
    assert reading.value == pytest.approx(part / whole / then)


def test_concentration_of_exports_fell():
    def index(year):
        by = Counter()
        for r in rows("trade_goods", flow="export", year=str(year)):
            if r["hs6"]:
                by[r["hs6"][:2]] += float(r["value_usd"])
        return sum((value / by.total()) ** 2 for value in by.values())

    before = sum(index(year) for year in (2001, 2002, 2003)) / 3
    reading = trade.concentration_change("export", [2001, 2002, 2003], [2023])
    assert reading.value == pytest.approx(index(2023) / before - 1)


def test_russia_in_iranian_trade_of_1402():
    keys = {"source_id": "irica_gomrok", "country_iso3": "IRN", "year": "2023"}
    russia = sum(float(r["value_usd"]) for r in rows("trade_partners", partner_iso3="RUS", **keys))
    world = sum(float(r["value_usd"]) for r in rows("trade_partners", partner_iso3="WLD", **keys))
    assert trade.partner_share([["IRN", "RUS"]], [2023]).value == pytest.approx(russia / world)


def test_china_is_the_first_partner():
    press = rows("trade_partners", source_id="web_pages", year="2023")
    values = {r["partner_iso3"]: int(r["value_usd"]) for r in press if r["partner_iso3"] != "WLD"}
    assert max(values, key=values.get) == "CHN"
    assert trade.partner_rank("RUS", "CHN", [2023]).value == 1
    assert trade.partner_rank("RUS", "IRN", [2023]).value is None


def test_turnover_of_the_compilation_by_hand():
    def turnover(year):
        return sum(
            int(r["value_usd"]) for r in rows("trade_totals", reporter="COW", year=str(year))
        )

    growth = {y: turnover(y) / turnover(y - 1) - 1 for y in range(1996, 2015)}
    rising = sum(g > 0 for g in growth.values()) / len(growth)
    assert trade.growing_years("COW", 1995, 2014).value == pytest.approx(rising)
    assert trade.deepest_fall("COW", 1995, 2014).value == pytest.approx(-min(growth.values()))
    change = turnover(2014) / turnover(2010) - 1
    assert trade.turnover_change("COW", 2010, 2014).value == pytest.approx(change)


def test_russian_turnover_prefers_statistics_to_statements():
    reading = trade.turnover_change("RUS", 2022, 2023)
    assert reading.detail == "$4.00 billion in 2023 against $4.90 billion in 2022"
    assert trade.turnover_change("RUS", 2015, 2023).value is None


def test_complementarity_of_equal_and_disjoint_structures():
    one = pd.Series({"a": 30.0, "b": 70.0})
    assert complementarity(one, one * 9) == pytest.approx(1)
    assert complementarity(one, pd.Series({"c": 5.0})) == pytest.approx(0)
    assert complementarity(one, pd.Series({"a": 50.0, "b": 50.0})) == pytest.approx(0.8)


def test_structure_match_by_hand():
    table = [r for r in rows("trade_sitc_sections", year="2015") if r["sitc_section"] != "TOTAL"]
    sold, bought = {}, {}
    for r in table:
        if r["exporter_iso3"] == "RUS" and r["importer_iso3"] != "IRN":
            sold[r["sitc_section"]] = sold.get(r["sitc_section"], 0) + int(r["value_usd"])
        if r["importer_iso3"] == "IRN" and r["exporter_iso3"] != "RUS":
            bought[r["sitc_section"]] = bought.get(r["sitc_section"], 0) + int(r["value_usd"])
    apart = sum(
        abs(sold.get(s, 0) / sum(sold.values()) - bought.get(s, 0) / sum(bought.values()))
        for s in {*sold, *bought}
    )
    assert trade.structure_match("RUS", "IRN", 2015).value == pytest.approx(1 - apart / 2)
    assert trade.structure_match("RUS", "IRN", 2014).value is None


def test_trade_with_the_union_and_its_agreements():
    assert trade.bloc_growth("EAEU", 2020, 2024).value == pytest.approx(5.9 / 2.9 - 1)
    assert trade.bloc_growth("EAEU", 2019, 2024).value is None
    reading = trade.steps_in_force("Eurasian Economic Union")
    assert (reading.value, reading.latest) == (2, "2025-05-15")


def test_share_of_caspian_offices():
    coast = {r["customs_office"] for r in rows("customs_offices", coast="caspian")}
    held = rows("trade_by_customs_office", year="2023")
    part = sum(int(r["value_usd"]) for r in held if r["customs_office"] in coast)
    whole = sum(int(r["value_usd"]) for r in held)
    assert trade.office_share(2023, "caspian").value == pytest.approx(part / whole)
    assert trade.office_share(2024, "caspian").value is None


def test_russia_takes_most_of_iranian_arms():
    reading = trade.arms_recipient_rank("IRN", "RUS", 2022, 2025)
    sent = sum(
        float(r["tiv_delivered_millions"])
        for r in rows("arms_transfers", supplier_iso3="IRN", recipient_iso3="RUS")
    )
    assert reading.value == 1
    assert f"RUS {sent:.0f};" in reading.detail
    assert trade.arms_recipient_rank("IRN", "RUS", 1992, 2021).value is None


# Energy


def figure(measure, iso3, year):
    (row,) = rows("energy_country_year", measure=measure, iso3=iso3, year=str(year))
    return float(row["value"])


def test_share_of_world_output_and_reserves():
    gas = figure("gas_production", "RUS", 2025) / figure("gas_production", "WLD", 2025)
    assert energy.world_share("RUS", ["gas_production"], 2025).value == pytest.approx(gas)
    both = energy.world_share("RUS", ["oil_production", "gas_production"], 2025)
    assert both.value == pytest.approx(gas)
    assert energy.world_share("RUS", ["gas_production"], 1900).value is None


def test_reserves_of_gas_last_longer_in_iran_than_in_the_world():
    def life(iso3):
        return figure("gas_proved_reserves", iso3, 2020) / figure("gas_production", iso3, 2020)

    reading = energy.reserve_life("IRN", ["oil", "gas"], 2020)
    assert reading.value == pytest.approx(life("IRN") / life("WLD"))
    assert energy.reserve_life("IRN", ["gas"], 2025).value is None


def test_surplus_of_gas():
    rest = [
        figure("gas_production", "IRN", y) - figure("gas_consumption", "IRN", y)
        for y in range(2020, 2026)
    ]
    assert energy.gas_surplus("IRN", 2020, 2025).value == pytest.approx(sum(rest) / len(rest))


def test_a_destination_without_a_row_is_zero_where_the_others_add_up():
    listed = rows("gas_pipeline_trade", exporter_iso3="IRN")
    assert not [r for r in listed if r["destination"] == "EU"]
    assert energy.gas_flow("IRN", "EU", 2025).value == 0
    assert energy.gas_flow("RUS", "Other Middle East", 2025).value == 0
    assert energy.gas_flow("RUS", "China", 2025).value > 30
    assert energy.gas_flow("IRN", "EU", 2024).value is None


def test_opec_plus_binds_russia_and_not_iran():
    assert {r["measure"] for r in rows("opec_plus", party="IRN")} <= {
        "special treatment",
        "actual production",
    }
    assert energy.bound_periods("IRN").value == 0
    assert energy.bound_periods("RUS").value == 1
    assert energy.bound_periods("USA").value is None


def test_correlation_of_yearly_changes():
    iran = pd.Series([figure("oil_production", "IRN", y) for y in range(2016, 2026)]).diff()
    russia = pd.Series([figure("oil_production", "RUS", y) for y in range(2016, 2026)]).diff()
    reading = energy.joint_output("IRN", "RUS", "oil_production", 2017, 2025)
    assert reading.value == pytest.approx(iran.corr(russia))
    assert "9 yearly changes" in reading.detail


def test_least_share_of_china_in_iranian_crude():
    assert energy.buyer_share("IRN", "CHN", 2024, 2025).value == pytest.approx(1100 / 1610)
    assert energy.buyer_share("IRN", "IND", 2024, 2025).value is None


def test_russian_crude_in_china():
    # Million tonnes of whole years, 365 days each.
    assert energy.sales_change("RUS", "CHN", 2021, 2025).value == pytest.approx(100.718 / 79.64 - 1)
    assert energy.sales_change("RUS", "CHN", 2019, 2025).value is None


def test_iranian_crude_against_world_output():
    expected = 1500 / figure("oil_production", "WLD", 2024)
    assert energy.export_share_of_world_output("IRN", 2024).value == pytest.approx(expected)
    assert energy.export_share_of_world_output("IRN", 2021).value is None


def test_least_widening_of_the_discount():
    # 4 to 5 dollars before, never below 10 after.
    reading = energy.discount_change("IRN", "CHN", "2022-03-01", "2023-12-31")
    assert (reading.value, reading.latest) == (5, "2023-12-31")
    assert energy.discount_change("RUS", "CHN", "2022-03-01", "2023-12-31").value is None


def test_price_of_brent_around_a_month():
    by = {
        r["period_start"][:7]: float(r["price_usd_per_barrel"])
        for r in rows("oil_prices", benchmark="Brent", frequency="month")
    }
    after = by["2019-05"] + by["2019-06"]
    before = by["2019-03"] + by["2019-04"]
    assert energy.price_change("Brent", "2019-05", 2).value == pytest.approx(after / before - 1)
    assert energy.price_change("Brent", "2035-01", 6).value is None


# Money


def test_senders_in_force_at_the_end_of_coverage():
    open_cases = rows("sanctions_cases", targets="IRN", open_at_end_of_coverage="true")
    assert {"USA", "CAN"} <= {r["senders"] for r in open_cases}
    assert money.senders_in_force("IRN", ["USA", "CAN", "EU"]).value == 2
    assert money.senders_in_force("IRN", ["EU"]).value == 0


def test_rank_by_listings_takes_the_surer_of_two_quotations():
    stocks = rows("sanctions_designations", date="2022-03-08", measure="stock", authority="ALL")
    values = {r["target_iso3"]: int(r["listings"]) for r in stocks if r["confidence"] != "low"}
    assert sorted(values, key=values.get, reverse=True)[:2] == ["RUS", "IRN"]
    reading = money.listing_rank("IRN", "2022-03-08", "Castellum.AI")
    assert reading.value == 2
    assert f"IRN {values['IRN']:,}" in reading.detail
    assert money.listing_rank("CUB", "2022-03-08", "Castellum.AI").value is None


def test_steps_over_drones_that_name_russia():
    explicit = rows("drone_sanctions", link_to_russia="explicit")
    assert money.steps_share(["explicit"]).value == pytest.approx(
        len(explicit) / len(rows("drone_sanctions"))
    )
    assert money.step_senders(["explicit"]).value == len({r["jurisdiction"] for r in explicit})


def test_latest_statements_on_currencies():
    assert money.latest_stated_share("IRN").value == 0.95
    assert money.latest_stated_share("RUS").value == 0.80
    assert money.latest_stated_share("IRN", "part").value == 0.13
    assert money.latest_stated_share("RUS", "part").value is None
    assert money.stated_share_trend("IRN").value == pytest.approx(1)
    assert 0 < money.stated_share_trend("RUS").value < 1


# Projects, nuclear schedule, corridor


def test_one_upstream_project_ever_reported_works():
    counted = [
        r
        for r in rows("deals", value_counted="true")
        if r["branch"] in UPSTREAM and r["announced_value_usd"]
    ]
    whole = sum(int(r["announced_value_usd"]) for r in counted)
    (fields,) = (r for r in counted if r["project"] == "Seven fields")
    expected = int(fields["announced_value_usd"]) / whole
    assert projects.works_share(UPSTREAM, "usd").value == pytest.approx(expected)
    assert projects.works_share(["finance"], "usd").value is None


def test_after_may_2018_there_were_two_exits_and_no_contract():
    reading = projects.contracts_less_exits(UPSTREAM, "2018-05-08", 24)
    assert reading.value == -2
    assert "Rosneft road map" in reading.detail


def test_energy_projects_in_use():
    reading = projects.projects_running(["oil and gas", "electricity"], "2015-01-01")
    assert reading.value == 2
    assert "Fuel by rail, Oil for goods" in reading.detail


def test_money_in_works():
    assert projects.money_in_works(["transport"], "2000-01-01", "2026-12-31", "eur").value == 0
    nuclear = projects.money_in_works(["nuclear"], "1990-01-01", "2020-12-31", "usd")
    assert nuclear.value == pytest.approx(11)  # Bushehr-1 and two further units


def test_start_up_of_bushehr_was_planned_five_times_in_vain():
    reading = projects.postponements("Bushehr-1", "start-up", 2000, 2009)
    assert (reading.value, reading.latest) == (5, "2010-08-21")
    assert "133 to 133 months" in reading.detail  # July 1999 to August 2010
    assert projects.postponements("Bushehr-1", "first concrete", 2000, 2009).value is None


def test_delays_named_by_the_russian_side():
    reading = projects.delays_named("Bushehr-1", 2000, 2009, ["Rosatom", "Russian official"])
    assert (reading.value, reading.latest) == (2, "2007-03-12")


def test_years_with_a_text_of_concern_and_the_stock():
    dates = {r["date"][:4] for r in rows("iaea_board_votes") if "2020" <= r["date"][:4] <= "2025"}
    assert projects.years_of_concern(2020, 2025).value == len(dates) == 4
    assert projects.stock_change("up_to_60_percent_kg", 2021, 2025).value == pytest.approx(
        440.9 - 15.5
    )
    assert projects.stock_change("up_to_60_percent_kg", 2015, 2025).value is None


def test_days_saved_by_the_corridor():
    assert projects.time_saved("independent estimate", "low").value == pytest.approx(1 - 44 / 32)
    assert projects.time_saved("independent estimate", "high").value == pytest.approx(1 - 26 / 32)
    assert projects.time_saved("reported", "low").value == pytest.approx(1 - 27 / 25)


def test_cargo_against_its_target():
    assert projects.cargo_on_path("eastern", 2024).value == pytest.approx(0.9)
    missing = projects.cargo_on_path("all", 2024)
    assert (missing.value, missing.latest) == (None, "2022")
    assert projects.cargo_change("all", 2021, 2022).value == pytest.approx(14.5 / 13.8 - 1)
    assert projects.cargo_change("all", 2021, 2024).value == pytest.approx(14.5 * 1.18 / 13.8 - 1)


def test_a_year_without_its_total_tells_of_no_gas_that_is_not_listed(copy):
    assert energy.gas_flow("IRN", "EU", 2025).value == 0
    change_cells(copy, "gas_pipeline_trade", "destination == 'Total exports'", "volume_bcm", "")
    assert energy.gas_flow("IRN", "EU", 2025).value is None


def test_cargo_of_no_known_period_changes_nothing(copy):
    before = projects.cargo_change("all", 2021, 2024)
    change_cells(copy, "corridor_freight", "freight_id == 'C03'", "period_start period_end", "")
    assert projects.cargo_change("all", 2021, 2024) == before


# Changed data change the verdict


def verdict_of(chapter, claim_id):
    return ledger(chapter).set_index("claim_id").loc[claim_id, "verdict"]


def test_trade_that_never_fell_would_have_grown_steadily(copy):
    assert verdict_of("trade", "S2-26") == CONTRADICTED

    def rising(f):
        each_way = f["direction"].map({"both_ways": 2}).fillna(1)
        return ((f["year"].astype(int) - 1800) * each_way * 10_000_000).astype(int).astype(str)

    change_cells(copy, "trade_totals", "value_usd != ''", "value_usd", rising)
    assert verdict_of("trade", "S2-26") == SUPPORTED


def test_gas_that_flows_would_lift_the_verdict_on_outlets(copy):
    assert verdict_of("energy", "S0-32") == UNDECIDED
    flow = "exporter_iso3 == 'RUS' and destination == 'Other Middle East'"
    change_cells(copy, "gas_pipeline_trade", flow, "volume_bcm", "2.0")
    change_cells(copy, "deals", "deal_id == 'D063'", "status_group", "completed")
    assert verdict_of("energy", "S0-32") == SUPPORTED


def test_a_test_without_data_gives_no_verdict_of_its_own(copy):
    change_cells(copy, "crude_exports", "supplier == 'IRN'", "supplier", "MYS")
    assert verdict_of("energy", "S2-32") == NO_DATA


def test_arguments_are_json_objects():
    for row in load("claim_tests").itertuples():
        assert isinstance(json.loads(row.arguments), dict)
