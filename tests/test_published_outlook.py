"""What has happened since the forecasts of the seed articles, as the tables hold it."""

import pandas as pd
import pytest

from iran_russia.claims import ledger
from iran_russia.datasets import load
from iran_russia.indicators.trends import by_year, dated_records, numbered
from iran_russia.measures import breaks
from iran_russia.measures.capabilities import joint_share
from iran_russia.measures.energy import world_shares
from iran_russia.measures.events import rates_around
from iran_russia.measures.series import before_and_after

SNAPBACK = pd.Timestamp("2025-09-28")


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return load("events").set_index("event_id")


def test_the_treaty_took_force_four_days_after_the_return_of_un_sanctions(events):
    assert events.loc["IRRU-2025-045", "date"] == SNAPBACK
    assert (events.loc["IRRU-2025-048", "date"] - SNAPBACK).days == 4
    assert (events.loc["IRRU-2025-048", "date"] - events.loc["IRRU-2025-002", "date"]).days == 258


def test_chronology_and_legal_steps_agree_on_the_day_of_the_snapback(events):
    steps = load("arms_control").set_index("milestone_id")
    assert steps.loc["AM031", "date"] == events.loc["IRRU-2025-045", "date"]


def test_russia_condemned_both_attacks_and_reported_no_request_for_help(events):
    for key, day in (("021", "2025-06-13"), ("027", "2025-06-22")):
        assert events.loc[f"IRRU-2025-{key}", "date"] == pd.Timestamp(day)
        assert "condemn" in events.loc[f"IRRU-2025-{key}", "title"].lower()
    assert events.loc["IRRU-2026-016", "date"] == pd.Timestamp("2026-02-28")
    assert "no Iranian request" in events.loc["IRRU-2026-025", "title"]


def test_of_four_votes_on_iran_since_2025_russia_abstained_on_the_one_adopted():
    votes = load("unsc_votes")
    since = votes[votes["iran_related"] & (votes["date"] >= "2025")]
    adopted = since[since["outcome"] == "adopted"]
    assert len(since) == 4 and list(adopted["rus_vote"]) == ["abstain"]
    assert (since["rus_vote"] == "yes").sum() == 3


def test_iran_waited_18_years_from_observer_to_member_of_the_sco():
    steps = load("membership").query("organisation == 'Shanghai Cooperation Organisation'")
    date = steps.set_index("step_kind")["irn_date"]
    assert date["member"].year - date["observer"].year == 18


def test_the_two_together_have_a_twentieth_of_the_capabilities_of_the_world():
    share = joint_share(load("country_capabilities"), ["IRN", "RUS"]).set_index("year")["share"]
    assert share.index.max() == 2022 and share[2022] == pytest.approx(0.055, abs=0.001)


def test_their_joint_share_of_oil_and_gas_has_fallen_since_2010():
    table = load("energy_country_year")
    for measure, latest in (("oil_production", 0.158), ("gas_production", 0.208)):
        shares = world_shares(table[table["measure"] == measure]).query("iso3 in ['IRN', 'RUS']")
        joint = shares.groupby("year")["share"].sum()
        assert joint[2025] == pytest.approx(latest, abs=0.001) and joint[2025] < joint[2010]


def test_no_rate_since_the_snapback_can_be_told_from_chance():
    for table in ("leader_contacts", "military_exercises", "arms_reported", "deals", "events"):
        days, until = dated_records(table)
        assert rates_around(days, SNAPBACK, 730, until)["chance"] > 0.05


def test_three_of_eight_leave_their_range_by_chance_in_one_of_eight_cases():
    names = ["trade", "arms", "contacts", "exercises", "friction", "distance", "tie", "deals"]
    others = {name: breaks.clear_years(by_year(name)).drop(2022, errors="ignore") for name in names}
    assert pd.concat(others).mean() == pytest.approx(0.207, abs=0.005)
    chances = pd.Series({name: years.mean() for name, years in others.items()}).fillna(0)
    assert breaks.at_least(3, chances) == pytest.approx(0.128, abs=0.005)


def test_votes_broke_in_the_nineties_and_launches_in_the_autumn_of_2024():
    (votes,) = breaks.all_breaks(numbered("alike").loc[1992:], "levels")
    assert (votes.at, votes.low, votes.high) == (1997, 1995, 2002)
    assert (votes.before, votes.after) == pytest.approx((0.426, 0.708), abs=0.005)
    (launched,) = breaks.all_breaks(numbered("launches"), "counts")
    months = [str(pd.Period(ordinal=at, freq="M")) for at in launched[:3]]
    assert months == ["2024-10", "2023-08", "2025-10"]


@pytest.mark.parametrize(
    ("name", "kind", "first", "told"),
    [
        ("trade", "money", 1992, False),
        ("arms_to_iran", "counts", 1992, False),
        ("arms_to_russia", "counts", 1992, True),
        ("contacts", "counts", 2013, False),
        ("exercises", "counts", 2015, False),
        ("alike", "levels", 1992, False),
    ],
)
def test_of_the_turn_of_2022_only_arms_to_russia_are_told(name, kind, first, told):
    (row,) = breaks.named_years(numbered(name).loc[first:], kind, [2022]).itertuples()
    assert row.status == ("told" if told else "not told")
    assert (row.chance < 0.01) if told else (row.chance > 0.09)


def test_arms_contacts_and_votes_left_their_range_after_2022():
    for name, rises in (("arms", True), ("contacts", True), ("distance", False)):
        sides = before_and_after(by_year(name), [2022]).set_index("side")
        if rises:
            assert sides.loc["after", "lowest"] > sides.loc["before", "highest"]
        else:
            assert sides.loc["after", "highest"] < sides.loc["before", "lowest"]


def test_most_arms_of_2022_to_2024_went_from_iran_to_russia():
    arms = load("arms_tiv").query("2022 <= year <= 2024")
    flow = arms.set_index(["supplier_iso3", "recipient_iso3"])["tiv_millions"].groupby(level=[0, 1])
    assert flow.sum()["IRN", "RUS"] > 3 * flow.sum()["RUS", "IRN"]


def test_the_forecasts_of_the_ledger_are_those_of_the_articles():
    forecasts = ledger(kind="forecast")
    claims = load("claims")
    assert set(forecasts["claim_id"]) == set(claims.loc[claims["kind"] == "forecast", "claim_id"])
    assert forecasts["verdict"].notna().all()
