"""What is documented of the diplomatic record, found again in the tables."""

import pandas as pd
import pytest
from conftest import change_cells

from iran_russia.datasets import load
from iran_russia.measures.events import in_list, per_year


@pytest.fixture(scope="module")
def events():
    return in_list(load("events"), "chronology").set_index("event_id")


@pytest.fixture(scope="module")
def contacts():
    return load("leader_contacts")


@pytest.fixture(scope="module")
def steps():
    return load("treaty_steps")


@pytest.fixture(scope="module")
def russian_vetoes():
    return load("unsc_vetoes").query("vetoed_by_iso3 == 'RUS'")


def test_the_chronology_holds_at_least_467_happenings_to_may_2026_and_34_after_that_count(events):
    later = events["status"].notna()
    assert (~later).sum() >= 467 and later.sum() >= 34


RELAYS = {"channel_relays", "event_logs"}


def test_an_event_is_relayed_exactly_where_no_publisher_of_its_own_stands_beside_the_channels():
    """Of 84 happenings collected 37 rest on three channels alone, more with a fourth."""
    events, records = load("events").set_index("event_id"), load("event_sources")
    alone = records.groupby("event_id")["source_id"].agg(lambda ids: set(ids) <= RELAYS)
    relayed = events["status"] == "relayed"
    assert (alone.reindex(events.index) == relayed.fillna(False)).all()
    collected = events[events.index.to_series().between("IRRU-2026-101", "IRRU-2026-184")]
    assert (collected["status"] == "relayed").sum() == 47  # the act of 18 September left them
    assert len(collected) == 84


def test_a_relayed_event_says_who_relays_it_and_is_of_low_confidence():
    relayed = load("events").query("status == 'relayed'")
    assert set(relayed["confidence"]) == {"low"}
    assert relayed["title"].str.match("(Channel|Event log): ").all()
    assert relayed["said_by"].notna().all()


def test_a_confirmed_event_has_two_publishers_beside_channels_and_logs():
    events, records = load("events"), load("event_sources").query("source_id not in @RELAYS")
    publishers = records.groupby("event_id")["publisher"].nunique()
    confirmed = events.query("status == 'confirmed'")["event_id"]
    assert len(confirmed) and (publishers.reindex(confirmed) >= 2).all()


@pytest.mark.parametrize(
    "table",
    [
        "leader_contacts",
        "event_positions",
        "payment_link_steps",
        "payment_claims",
        "membership",
        "treaty_steps",
        "unsc_vetoes",
        "unsc_votes",
        "nuclear_milestones",
        "military_exercises",
        "claim_evidence",
    ],
)
def test_no_row_that_counts_rests_on_a_relayed_event(table):
    rows, relayed = load(table), set(load("events").query("status == 'relayed'")["event_id"])
    ids = rows["row"] if table == "claim_evidence" else rows["event_id"]
    assert not relayed & set(ids.dropna())


def test_every_happening_has_a_source_and_one_record_to_quote():
    events, records = load("events").set_index("event_id"), load("event_sources")
    assert set(records["event_id"]) == set(events.index)
    quoted = records.query("record == 1").set_index("event_id")
    assert quoted.index.is_unique and set(quoted.index) == set(events.index)
    assert (quoted["source_id"] == events["source_id"].reindex(quoted.index)).all()


def test_the_presidents_had_48_calls_and_39_meetings_in_the_list_of_contacts(contacts):
    listed = contacts.query("origin == 'contact_list' and level == 'presidents'")
    assert (listed["type"] == "call").sum() == 48
    assert (listed["type"] == "meeting").sum() == 39


def test_the_list_of_contacts_has_8_messages_of_presidents_to_presidents_and_leaders(contacts):
    listed = contacts.query("origin == 'contact_list'")
    listed = listed[listed["level"].isin(["presidents", "president_to_supreme_leader"])]
    assert (listed["type"] == "message").sum() == 8


def test_the_chronology_added_one_call_and_three_meetings_of_presidents(contacts):
    added = contacts.query("origin == 'chronology' and level == 'presidents'")
    assert sorted(added["type"]) == ["call", "meeting", "meeting", "meeting"]


def test_no_contact_of_two_presidents_is_in_the_chronology_twice(events, contacts):
    assert set(contacts["event_id"]) <= set(events.index)
    assert contacts.query("level == 'presidents'")["event_id"].is_unique
    leaders = events[events["event_type"].isin(["leader_call", "leader_meeting", "summit"])]
    assert not leaders.duplicated(["date", "event_type"]).any()


def test_every_call_of_leaders_in_the_chronology_is_one_contact(events, contacts):
    calls = events.index[events["event_type"] == "leader_call"]
    assert contacts["event_id"].value_counts().reindex(calls).eq(1).all()


def test_no_contact_is_listed_twice(contacts):
    people = ["date", "type", "russian_participant", "iranian_participant"]
    assert not contacts.dropna(subset=["iranian_participant"]).duplicated(people).any()


def test_no_two_happenings_of_one_day_carry_the_same_title():
    assert not load("events").duplicated(["date", "title"]).any()


def test_the_contact_of_a_leader_falls_within_its_happening(events, contacts):
    first = contacts["event_id"].map(events["date"])
    last = contacts["event_id"].map(events["end_date"]).fillna(first)
    assert contacts["date"].between(first, last).all()


def test_russia_cast_31_vetoes_from_may_1993_to_july_2022_and_17_on_syria(russian_vetoes):
    until = russian_vetoes[russian_vetoes["date"] <= "2022-07-31"]
    assert len(until) == 31
    assert until["date"].min() == pd.Timestamp("1993-05-11")
    assert until["date"].max() == pd.Timestamp("2022-07-08")
    assert (until["iran_relation"] == "syria_government").sum() == 17
    assert (until["topic"] == "Syria").sum() == 17


def test_one_russian_veto_to_july_2022_concerned_iran_and_13_neither(russian_vetoes):
    until = russian_vetoes[russian_vetoes["date"] <= "2022-07-31"]
    assert (until["iran_relation"] == "direct").sum() == 1
    assert (until["iran_relation"] == "none").sum() == 13
    assert until.query("iran_relation == 'direct'")["date"].iloc[0] == pd.Timestamp("2018-02-26")


def test_a_draft_that_failed_for_want_of_votes_is_not_among_the_vetoes(russian_vetoes):
    assert not russian_vetoes["date"].between("2020-08-01", "2020-08-31").any()


def test_the_treaty_of_2001_was_signed_on_12_march_2001(events, steps):
    step = steps[steps["treaty"].str.endswith("(2001)")].set_index("step").loc["signature"]
    assert step["date"] == pd.Timestamp("2001-03-12")
    assert events.loc[step["event_id"], "date"] == pd.Timestamp("2001-03-12")


def test_both_dates_of_the_entry_into_force_of_the_treaty_of_2025_are_kept(events, steps):
    force = steps[steps["treaty"].str.endswith("(2025)") & (steps["step"] == "in_force")]
    dates = force.set_index("status")["date"]
    assert dates["claimed"] == pd.Timestamp("2025-07-18")
    assert dates["done"] == pd.Timestamp("2025-10-02")
    assert set(events.loc[force["event_id"], "date"]) == set(dates)
    conflicts = load("event_conflicts")
    assert conflicts["event_id"].isin(force["event_id"]).any()


def test_no_treaty_is_in_force_before_it_is_signed(steps):
    first = steps.query("status == 'done'").groupby(["treaty", "step"])["date"].min().unstack()
    assert (first["signature"] < first["in_force"])[first["in_force"].notna()].all()
    assert (first["negotiation"] < first["signature"])[first["negotiation"].notna()].all()


def test_every_happening_marked_as_disputed_has_its_disagreement_and_the_reverse():
    events, conflicts = load("events").set_index("event_id"), load("event_conflicts")
    disputed = set(conflicts["event_id"]) | set(conflicts["related_event_id"].dropna())
    assert set(events.index[events["conflict"]]) == disputed


def test_the_year_with_fewest_posts_of_the_ministry_has_the_fewest_events(events):
    """The dip of 2021 in the chronology goes with a dip in the ministry's index."""
    posts = load("official_media_attention").query("outlet == 'foreign_ministry'")
    items = posts.groupby(posts["month"].dt.year)["items_total"].sum()
    count = per_year(events.reset_index()).set_index("year")["events"]
    assert items.loc[2017:2025].idxmin() == 2021
    assert count.loc[2017:2025].idxmin() == 2021


def test_a_remark_on_a_membership_is_not_the_day_of_the_membership(events):
    """Lavrov named the group in June 2022; it was launched on 6 July 2021."""
    row = (
        load("membership")
        .set_index("organisation")
        .loc["Group of Friends in Defense of the UN Charter"]
    )
    assert row["irn_date"] == row["rus_date"] == pd.Timestamp("2021-07-06")
    assert events.loc[row["event_id"], "event_type"] == "membership"
    assert events.loc["IRRU-2022-026", "event_type"] == "statement"


def test_russia_is_told_to_owe_defence_to_north_korea_and_belarus_and_not_to_iran():
    duties = load("treaty_articles")
    assert duties.groupby("partner_iso3")["mutual_defence"].any().to_dict() == {
        "BLR": True,
        "IRN": False,
        "PRK": True,
    }
    # Mutual defence is one kind of duty, whatever the treaty.
    assert (duties["duty"].eq("defend") == duties["mutual_defence"]).all()
    with_iran = duties.loc[duties["partner_iso3"] == "IRN", "treaty"]
    assert set(with_iran) <= set(load("treaty_steps")["treaty"])


@pytest.mark.slow
def test_contacts_of_presidents_without_a_name_are_counted_below_the_pairs(copy, drawn):
    assert drawn("notebooks/diplomacy")["fig-diplomacy-pairs"]["note"] == ""
    first = "contact_id in ('C0003', 'C0004')"
    assert change_cells(copy, "leader_contacts", first, "iranian_participant", "") == 2
    told = drawn("notebooks/diplomacy")["fig-diplomacy-pairs"]["note"]
    assert told == "Contacts in which a president is not named are left out: 2."
