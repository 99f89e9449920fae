"""What the table of announced deals says of the world."""

import pandas as pd
import pytest
from conftest import collected

from iran_russia.measures.deals import project_outcomes, realisation_rate, strongest_paper


@pytest.fixture(scope="module")
def deals() -> pd.DataFrame:
    """All rows of which the counts were checked."""
    return collected("deals")


@pytest.fixture(scope="module")
def outcomes(deals) -> pd.DataFrame:
    """What became of each announced deal."""
    return project_outcomes(deals)


def test_exactly_thirteen_deals_are_counted_once_with_114_billion_dollars_and_5_billion_euros(
    deals, outcomes
):
    counted = deals[deals["value_counted"]]
    assert len(counted) == 13
    assert counted["project"].is_unique
    for frame in (counted, outcomes):
        assert frame["announced_value_usd"].sum() / 1e9 == pytest.approx(114.2, abs=0.05)
        assert frame["announced_value_eur"].sum() / 1e9 == pytest.approx(4.9, abs=0.05)
    assert outcomes[["announced_value_usd", "announced_value_eur"]].notna().any(axis=1).sum() == 13


def test_only_aban_and_west_paydar_is_valued_in_both_currencies(outcomes):
    both = outcomes.dropna(subset=["announced_value_usd", "announced_value_eur"])
    assert both["deal"].tolist() == ["Aban and West Paydar fields"]
    assert both["announced_value_eur"].item() == 600_000_000


def test_umbrellas_programmes_and_officials_totals_never_count_with_a_value(deals):
    assert set(deals.loc[deals["value_counted"], "kind"]) == {"deal"}


def test_of_the_dollars_announced_one_in_a_hundred_is_known_to_be_realised(outcomes):
    rate = realisation_rate(outcomes, value="announced_value_usd")
    assert rate["low"] == pytest.approx(1 / 114.248, abs=1e-4)  # Bushehr-1
    assert rate["high"] == pytest.approx(0.151, abs=0.001)


def test_bushehr_1_and_two_phases_of_south_pars_are_the_deals_known_to_be_finished(outcomes):
    """Gazprom’s 30 % of phases 2 and 3: on stream in March 2002, paid back by 2010."""
    finished = outcomes.loc[outcomes["status"] == "realised", "deal"].tolist()
    assert finished == ["Bushehr-1", "South Pars phases 2–3"]


def test_the_forty_billion_dollar_memorandum_never_became_a_contract(deals, outcomes):
    assert strongest_paper(deals)["Gazprom memorandum of 2022"] == "memorandum"
    status = outcomes.set_index("deal").loc["Gazprom memorandum of 2022"]
    assert (status["status"], status["status_on"].year) == ("open", 2023)


def test_thirty_billion_dollars_with_rosneft_were_given_up_within_two_years(outcomes):
    rosneft = outcomes.set_index("deal").loc["Rosneft road map"]
    assert rosneft["status"] == "failed"
    assert (rosneft["status_on"] - rosneft["announced_on"]).days < 730


def test_the_seven_fields_are_unknown_because_reports_contradict(outcomes):
    fields = outcomes.set_index("deal").loc["Seven fields"]
    assert (fields["status"], fields["decided_by"]) == ("unknown", "contradiction")


def test_gas_was_talked_of_until_2026_and_none_was_recorded(deals, outcomes):
    gas = outcomes.set_index("deal").loc["Gas to Iran"]
    assert (gas["status"], gas["evidence"]) == ("open", "D076")
    recorded = deals.set_index("deal_id").loc["D072"]
    assert recorded["status_as_reported"] == "no deliveries recorded"
    assert recorded["status_on"].year == 2025


def test_land_handed_over_is_no_construction(deals):
    assert deals.set_index("deal_id").loc["D030", "status_group"] == "preparation"


def test_a_contract_without_a_later_row_says_when_a_later_report_was_looked_for(deals):
    counted = deals[deals["kind"] == "deal"]
    alone = counted[~counted["project"].duplicated(keep=False)]
    signed = alone[alone["status_group"] == "contract"]
    assert signed["follow_up"].str.contains("no later report", case=False).all()
