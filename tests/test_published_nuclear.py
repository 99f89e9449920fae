"""What the nuclear tables say of the world, beside what was published."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.schedule import different_plans, schedule_entries, slippage

AS_OF = pd.Timestamp("2026-04-30")
ENERGY_INSTITUTE, OWID = "energy_institute_2026", "owid_electricity_2022"


@pytest.fixture(scope="module")
def entries() -> pd.DataFrame:
    """Planned and actual dates of the reactor units."""
    return schedule_entries(load("nuclear_milestones"))


@pytest.fixture(scope="module")
def slipped(entries) -> pd.DataFrame:
    """Slippage by unit and step, at the end of the table."""
    return slippage(entries, ["unit", "step"], AS_OF).set_index(["unit", "step"])


@pytest.fixture(scope="module")
def stock() -> pd.DataFrame:
    """Figures of the stock by key."""
    return load("enriched_uranium_stock").set_index("stock_id")


def test_bushehr_1_reached_the_grid_146_months_after_july_1999(slipped):
    grid = slipped.loc[("Bushehr-1", "grid connection")]
    assert grid["first_planned"] == pd.Timestamp("1999-07-01")
    assert grid["first_planned_precision"] == "month"
    assert grid["actual"] == pd.Timestamp("2011-09-03")
    assert (grid["months_low"], grid["months_high"]) == (146, 146)


def test_the_start_of_bushehr_1_had_six_dates_five_of_them_set_for_2005_to_2009(slipped, entries):
    start = slipped.loc[("Bushehr-1", "start-up")]
    assert (start["plans"], start["months_low"]) == (6, 133)
    plans = different_plans(entries, ["unit", "step"])
    plans = plans[(plans["unit"] == "Bushehr-1") & (plans["step"] == "start-up")]
    assert plans["date"].dt.year.tolist() == [1999, 2005, 2006, 2007, 2008, 2009]


@pytest.mark.parametrize(
    ("unit", "step", "low", "high"),
    [
        ("Bushehr-1", "first fuel", 55, 55),
        ("Bushehr-1", "full capacity", 8, 19),
        ("Bushehr-1", "handover", 9, 9),
        ("Bushehr-2/3", "start of works", 9, 20),
        ("Bushehr-2", "first concrete", 2, 4),
    ],
)
def test_other_steps_slipped_too(slipped, unit, step, low, high):
    row = slipped.loc[(unit, step)]
    assert (row["state"], row["months_low"], row["months_high"]) == ("done", low, high)


def test_the_next_two_units_have_not_started(slipped):
    second, third = (slipped.loc[(unit, "start-up")] for unit in ("Bushehr-2", "Bushehr-3"))
    assert second["first_planned"] == pd.Timestamp("2024-10-01")
    assert (second["state"], second["months_low"]) == ("overdue", 18)
    assert third["first_planned"] == pd.Timestamp("2026-04-01")
    assert slipped.loc[("Bushehr-3", "handover"), "state"] == "not due"


def test_the_four_units_at_sirik_have_an_agreement_and_no_planned_date():
    milestones = load("nuclear_milestones").query("topic == 'Hormoz (Sirik)'")
    assert milestones["nature"].tolist() == ["agreement"]
    assert milestones["schedule_entry"].isna().all()


def _output(source: str) -> pd.DataFrame:
    table = load("nuclear_generation")
    return table[(table["source_id"] == source) & (table["iso3"] == "IRN")].set_index("year")


def test_irans_nuclear_output_of_2011_25_is_75_6_twh_as_rosatoms_more_than_70_twh_allows():
    output = _output(ENERGY_INSTITUTE)["nuclear_twh"]
    assert output.loc[2011:2025].sum() == pytest.approx(75.6, abs=0.05)
    # Stated on 25 September 2025, so between the sums to the end of 2024 and of 2025.
    said = load("nuclear_milestones").set_index("milestone_id").loc["NM064", "milestone"]
    assert said.endswith("above 70 TWh")
    assert 70 < output.loc[2011:2024].sum() < output.loc[2011:2025].sum()
    assert output.loc[:2010].eq(0).all()


def test_nuclear_power_is_1_35_per_cent_of_irans_electricity_of_2025():
    output = _output(ENERGY_INSTITUTE).loc[2025]
    made = load("iran_electricity").query("year == 2025 and measure == 'generation'")
    assert output["electricity_share_percent"] == pytest.approx(1.352, abs=0.0005)
    assert 100 * output["nuclear_twh"] / made["electricity_twh"].item() == pytest.approx(
        output["electricity_share_percent"], abs=0.001
    )


def test_irans_electricity_by_source_adds_up_in_each_year():
    table = load("iran_electricity")
    made = table[table["source_id"] == ENERGY_INSTITUTE]
    wide = made.pivot(index="year", columns="measure", values="electricity_twh")
    parts = wide.filter(like="from ").sum(axis=1)
    assert len(wide) == 21
    assert (parts - wide["generation"]).abs().max() < 0.001


def test_demand_is_generation_plus_net_imports():
    table = load("iran_electricity")
    wide = table[table["source_id"] == OWID].pivot(
        index="year", columns="measure", values="electricity_twh"
    )
    computed = wide["generation"] + wide["net imports"]
    assert computed.to_numpy() == pytest.approx(wide["demand"].to_numpy())


def test_the_two_sources_of_nuclear_output_differ_by_a_tenth_and_agree_on_the_course():
    gross, net = (_output(source)["nuclear_twh"] for source in (ENERGY_INSTITUTE, OWID))
    both = pd.concat([gross, net], axis=1, keys=["gross", "net"]).dropna().loc[2012:]
    ratio = both["gross"] / both["net"]
    assert len(both) == 9
    assert ratio.between(1.085, 1.095).all()


def test_on_13_june_2025_the_stock_was_9_874_9_kg_of_which_440_9_up_to_60_per_cent(stock):
    last = stock[stock["date"] == "2025-06-13"]
    assert last["total_kg"].tolist() == [9_874.9]
    assert last["up_to_60_percent_kg"].tolist() == [440.9]
    later = stock[stock["date"] > "2025-06-13"]
    assert later["iaea_check"].eq("not verified").all()
    assert later["levels_basis"].eq("repeated").all() and later["total_kg"].isna().all()


@pytest.mark.parametrize(
    ("derived", "later", "change"),
    [
        ("US004", "US006", 648.6),
        ("US010", "US011", 273.2),
        ("US021", "US023", 1_038.7),
        ("US027", "US028", 953.2),
    ],
)
def test_a_derived_total_is_a_later_one_minus_the_printed_change(stock, derived, later, change):
    assert stock.loc[derived, "total_basis"] == "derived"
    assert f"{change:g}" in stock.loc[derived, "derivation"]
    assert stock.loc[later, "total_kg"] - change == pytest.approx(stock.loc[derived, "total_kg"])


def test_both_contradicted_totals_have_a_rival_and_one_added_where_it_should_subtract(stock):
    doubtful = stock[stock["contradicted"]]
    assert doubtful.index.tolist() == ["US005", "US022"]
    for row in doubtful.itertuples():
        rivals = stock[(stock["date"] == row.date) & ~stock["contradicted"]]
        assert len(rivals) == 1 and rivals["total_kg"].item() != row.total_kg
    assert stock.loc["US023", "total_kg"] + 1_038.7 == pytest.approx(stock.loc["US022", "total_kg"])


def test_the_stock_is_nearly_fifty_times_the_limit_of_the_jcpoa(stock):
    limit = stock["jcpoa_limit_kg"].dropna().item()
    assert stock.loc["US003", "total_kg"] < limit
    assert stock.loc["US029", "total_kg"] / limit == pytest.approx(48.7, abs=0.05)


def test_russia_abstained_once_voted_yes_twice_and_no_six_times_in_the_iaea_board():
    board = load("iaea_board_votes").sort_values("date")
    tallies = board[["votes_for", "votes_against", "abstentions"]].astype("int64")
    assert list(zip(board["rus_vote"], *tallies.T.to_numpy().tolist(), strict=True)) == [
        ("abstain", 22, 1, 12),
        ("yes", 27, 3, 5),
        ("yes", 25, 3, 6),
        ("no", 25, 2, 7),
        ("no", 30, 2, 3),
        ("no", 20, 2, 12),
        ("no", 19, 3, 12),
        ("no", 19, 3, 11),
        ("no", 19, 3, 12),
    ]
    assert (board["rus_vote"] == board["chn_vote"]).all()


def test_who_voted_against_fits_the_tally_and_russias_own_vote():
    board = load("iaea_board_votes")
    against = board["against_iso3"].str.split(";")
    assert against.map(len).tolist() == board["votes_against"].tolist()
    assert against.map(lambda c: "RUS" in c).tolist() == (board["rus_vote"] == "no").tolist()


def test_milestones_and_board_table_tell_the_same_of_a_vote():
    milestones = load("nuclear_milestones").dropna(subset="vote_id")
    board = load("iaea_board_votes").set_index("vote_id").loc[milestones["vote_id"]]
    part = board["rus_vote"].map({"yes": "restrains", "no": "advances", "abstain": "both"})
    assert milestones["russia_part"].tolist() == part.tolist()
    days = milestones["date"].reset_index(drop=True)
    first, last = (board[c].reset_index(drop=True) for c in ("date", "date_end"))
    # A vote known to the month in one table lies in that month in the other.
    ends = milestones["date_end"].reset_index(drop=True)
    assert ((days <= last) & (ends >= first)).all()


def test_a_plan_is_never_a_deed():
    milestones = load("nuclear_milestones")
    planned = milestones[milestones["planned_or_actual"] == "planned"]
    assert planned["nature"].isin(["plan", "statement"]).all()
    assert milestones.loc[milestones["nature"] == "plan", "russia_part"].eq("none").all()
    reached = milestones[milestones["schedule_entry"] == "reached"]
    assert reached["planned_or_actual"].eq("actual").all()


def test_russia_voted_for_six_council_texts_on_the_programme_in_2006_10_and_for_iran_four_since():
    council = load("unsc_votes")
    council = council[council["iran_related"] & council["date"].dt.year.between(2005, 2025)]
    critical, relief = (council[council["aim"] == a] for a in ("critical_of_iran", "relief"))
    early = critical[critical["date"].dt.year <= 2010]
    assert early["symbol"].str.extract(r"RES/(\d+)")[0].tolist() == [
        "1696", "1737", "1747", "1803", "1835", "1929",
    ]  # fmt: skip
    assert early["rus_vote"].eq("yes").all()
    late = critical[critical["date"].dt.year > 2010]
    assert late["date"].dt.year.tolist() == [2020] and late["rus_vote"].eq("no").all()
    assert relief["date"].dt.year.tolist() == [2015, 2025, 2025]
    assert relief["rus_vote"].eq("yes").all()


def test_the_two_figures_of_uranium_shipped_name_the_men_who_gave_them():
    rows = load("nuclear_milestones").set_index("milestone_id")
    assert "Salehi" in rows.loc["NM044", "summary"] and "Ryabkov" in rows.loc["NM045", "summary"]
