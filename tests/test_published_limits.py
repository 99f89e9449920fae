"""What the tables say of the limits of the partnership."""

import pandas as pd
import pytest
from conftest import change_cells, collected

from iran_russia.datasets import describe, load
from iran_russia.measures.capabilities import (
    capability_ratios,
    dependence_ratio,
    flow_imbalance,
    followed_and_by_chance,
    joint_share,
    ranked_states,
    turnover_share,
    vote_relation,
)
from iran_russia.measures.deals import (
    deal_outcomes,
    life_lines,
    project_outcomes,
    realisation_rate,
)
from iran_russia.measures.events import in_list
from iran_russia.measures.trade import trade_balance
from iran_russia.measures.voting import key_positions

PAIR = ["IRN", "RUS"]


@pytest.fixture(scope="module")
def capabilities() -> pd.DataFrame:
    return load("country_capabilities")


def test_russia_is_larger_than_iran_by_every_measure_in_every_year(capabilities):
    ratios = capability_ratios(capabilities, "RUS", "IRN")
    assert set(ratios["measure"]) == set(capabilities["measure"])
    assert (ratios["ratio"] > 1).all()


def test_the_dollar_ratio_of_2018_is_twice_that_in_international_dollars(capabilities):
    at = capability_ratios(capabilities, "RUS", "IRN").set_index(["measure", "year"])["ratio"]
    assert at["gdp", 2018] == pytest.approx(5.03, abs=0.01)
    assert at["gdp_ppp", 2018] == pytest.approx(2.58, abs=0.01)


def test_capability_shares_and_real_spending_of_both_rose_from_2015(capabilities):
    value = capabilities.set_index(["measure", "iso3", "year"])["value"]
    for state in PAIR:
        assert value["cinc", state, 2022] > value["cinc", state, 2015]
        assert value["military_spending", state, 2023] > value["military_spending", state, 2015]


def test_iran_is_first_of_six_states_of_its_region_by_cinc_and_fourth_by_spending(capabilities):
    near = capabilities[capabilities["iso3"].isin(["IRN", "SAU", "TUR", "ISR", "EGY", "IRQ"])]
    rank = {
        measure: ranked_states(near, measure, year).set_index("iso3").loc["IRN", "rank"]
        for measure, year in (("cinc", 2022), ("military_spending", 2023))
    }
    assert rank == {"cinc": 1, "military_spending": 4}


def test_the_two_hold_little_more_of_the_worlds_capabilities_than_in_2010(capabilities):
    two = joint_share(capabilities, PAIR).set_index("year")["share"]
    assert 0 < two[2022] - two[2010] < 0.01
    assert two[2022] == pytest.approx(0.0546, abs=0.0001)


def test_russia_sells_more_than_it_buys_in_every_figure_since_1992():
    totals = load("trade_totals")
    full = totals[totals["value_usd"].notna() & (totals["period_type"] != "partial")]
    found = flow_imbalance(trade_balance(full[full["year"] >= 1992]))
    assert found["larger"].eq("RUS").all()
    last = found[(found["year"] == 2023) & (found["basis"] == "customs_tariff_lines")]
    assert last["imbalance"].tolist() == pytest.approx([1.763], abs=0.001)


def test_russia_weighs_over_three_times_as_much_in_irans_trade_as_iran_in_russias():
    partners = load("trade_partners")
    compiled = partners[partners["source_id"].str.startswith("cow_") & (partners["year"] == 2014)]
    unctad = partners[(partners["source_id"] == "unctad_matrix") & (partners["year"] == 2015)]
    for frame, total, expected in ((compiled, "WLD", 4.29), (unctad, "SUM", 3.43)):
        ratio = dependence_ratio(
            turnover_share(frame, "IRN", "RUS", total), turnover_share(frame, "RUS", "IRN", total)
        )["ratio"]
        assert ratio.tolist() == pytest.approx([expected], abs=0.01)


def test_in_compiled_figures_the_bilateral_flow_cancels():
    frame = load("trade_partners").query("source_id == 'unctad_matrix' and year == 2015")
    by = frame[frame["partner_iso3"] == "SUM"].groupby("country_iso3")["value_usd"].sum()
    ratio = dependence_ratio(
        turnover_share(frame, "IRN", "RUS", "SUM"), turnover_share(frame, "RUS", "IRN", "SUM")
    )["ratio"].iloc[0]
    assert ratio == pytest.approx(by["RUS"] / by["IRN"])


def test_of_38_announced_deals_four_are_known_to_be_carried_out():
    projects = project_outcomes(collected("deals"))
    lines = life_lines(load("arms_reported"))
    lines = lines[(lines["supplier_iso3"] == "RUS") & (lines["recipient_iso3"] == "IRN")]
    arms = deal_outcomes(lines, load("arms_transfers"))
    outcomes = pd.concat([projects, arms], ignore_index=True)
    rate = realisation_rate(outcomes)
    assert rate["deals"] == 38
    assert set(outcomes.loc[outcomes["status"] == "realised", "deal"]) == {
        "Bushehr-1",
        "South Pars phases 2–3",
        "s-300",
        "tor-m1",
    }
    assert rate["high"] == pytest.approx(21 / 38)
    silent = outcomes[(outcomes["sector"] == "arms") & (outcomes["status"] == "unknown")]
    assert set(silent["deal"]) == {"aircraft-upgrade", "maks-2015", "zohreh"}


def test_a_tenth_of_the_dollars_announced_outside_arms_went_to_deals_begun_or_done():
    projects = project_outcomes(load("deals").query("deal_id <= 'D079'"))
    worth = projects["announced_value_usd"].astype(float)
    begun = worth[projects["status"].isin(["realised", "partly"])].sum()
    assert begun / worth.sum() == pytest.approx(0.096, abs=0.001)


def test_frictional_events_are_not_followed_by_contacts_more_often_than_random_days():
    events = in_list(load("events"), "chronology")
    dated = events[(events["date_precision"] == "day") & (events["date"] >= "2000")]
    level = [
        "head_of_state",
        "head_of_government",
        "foreign_minister",
        "defence_minister",
        "other_minister",
    ]
    friendly = dated[(dated["valence"] == "cooperative") & dated["level"].isin(level)]["date"]
    quarrels = dated[dated["valence"] == "frictional"]["date"]
    until = dated["date"].max()
    found = followed_and_by_chance(quarrels, friendly, [60], until=until).iloc[0]
    assert (found["followed"], found["events"]) == (15, 27)
    assert found["share"] < found["expected"]
    assert found["p_value"] > 0.9


def test_iran_never_voted_against_russia_on_ukraine():
    cast = key_positions(
        load("unga_key_votes"),
        load("unga_rollcalls"),
        load("unga_votes"),
        PAIR,
    ).pivot(index=["topic", "key_vote_id"], columns="iso3", values="vote")
    relation = vote_relation(cast["IRN"], cast["RUS"])
    ukraine = relation.loc["ukraine_or_crimea"].value_counts().to_dict()
    assert ukraine == {"same": 17, "one abstained": 6, "one absent": 2}
    assert relation.loc["soviet_presence_in_afghanistan"].eq("opposed").sum() == 8


def test_no_duty_to_defend_since_2001_but_one_in_1942_46():
    ties = load("dyad_relations")
    defence = ties[ties["measure"] == "defence_obligation"].set_index("year")["value"]
    assert defence[defence == 1].index.tolist() == list(range(1942, 1947))
    since = ties[(ties["year"] >= 2001) & ties["measure"].str.endswith("obligation")]
    held = set(since.loc[since["value"] == 1, "measure"])
    assert held == {
        "consultation_obligation",
        "neutrality_obligation",
        "non_aggression_obligation",
    }


def test_the_last_militarised_dispute_is_of_1993_and_the_data_sets_differ_on_its_level():
    disputes = load("dyad_relations").query("measure == 'dispute_hostility'")
    last = disputes[disputes["year"] == disputes["year"].max()]
    assert last["year"].unique().tolist() == [1993]
    assert sorted(last["value"]) == [4, 5]


def test_two_states_are_in_39_of_the_same_organisations_in_2014():
    joint = load("dyad_relations").query("measure == 'joint_memberships'").set_index("year")
    assert joint.loc[2014, "value"] == 39
    assert joint.loc[1992, "value"] == 29


def test_opinion_of_russia_in_iran_turned_in_2022():
    polls = load("public_opinion").query("population_iso3 == 'IRN'")
    view = polls[polls["question"] == "View of Russia"].set_index("answer")["share_percent"]
    assert view["unfavourable"] == 57
    assert view["favourable"] == 40
    before = polls[polls["question"] == "Leadership of Russia"].set_index("answer")
    assert before["share_percent"].to_dict() == {"approve": 42, "disapprove": 42}


def test_answers_to_one_question_do_not_add_up_to_more_than_all():
    polls = load("public_opinion")
    single = polls[~polls["question"].str.contains("several answers")]
    keys = ["question", "pollster", "date"]
    assert single.groupby(keys, dropna=False)["share_percent"].sum().max() <= 100


# Levels of the Militarized Interstate Disputes (HostLev), which GML keeps: the words as public code
# that reads the data gives them, all alike; the codebook itself was not at hand.
HOSTILITY = [
    "no militarised action",
    "threat to use force",
    "display of force",
    "use of force",
    "war",
]


@pytest.mark.slow
def test_a_level_of_hostility_is_called_as_its_data_set_calls_it(copy, drawn):
    disputes = "measure == 'dispute_hostility'"
    levels = change_cells(
        copy,
        "dyad_relations",
        disputes,
        "value",
        lambda rows: (rows.index.to_series() % 5 + 1).astype(str),
    )
    told = drawn("notebooks/limits")["fig-limits-ties"]["data"].query("dispute.notna()")
    coded = told.merge(load("dyad_relations"), on=["year", "dispute", "source_id"])
    assert levels > 5 and set(coded["value"]) == set(range(1, 6))
    assert (coded["level"] == coded["value"].map(dict(enumerate(HOSTILITY, 1)))).all()


def test_the_table_describes_the_levels_of_hostility_by_the_same_words():
    fields = describe("dyad_relations")["schema"]["fields"]
    told = next(field["description"] for field in fields if field["name"] == "value")
    assert all(f"{level} {words}" in told for level, words in enumerate(HOSTILITY, 1))
