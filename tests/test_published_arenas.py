"""What the list of regional arenas says, found again in the tables."""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.events import in_list


@pytest.fixture(scope="module")
def events():
    return load("events").set_index("event_id")


@pytest.fixture(scope="module")
def entries(events):
    """One row a position, with the date of its event."""
    days = events[["date", "date_precision", "date_basis", "lists"]]
    return load("event_positions").join(days, on="event_id").set_index("position_id")


@pytest.fixture(scope="module")
def records():
    return load("event_sources").set_index(["event_id", "record"])


@pytest.fixture(scope="module")
def vetoes():
    return load("unsc_vetoes").query("iran_relation == 'syria_government'")


def test_the_twelve_arenas_hold_as_many_entries_as_published(entries):
    assert entries["arena"].value_counts().to_dict() == {
        "syria": 32,
        "israel": 30,
        "caucasus": 19,
        "gulf": 12,
        "caspian": 12,
        "afghanistan": 8,
        "kurds": 7,
        "iraq": 6,
        "turkey": 6,
        "yemen": 5,
        "central_asia": 2,
        "ukraine": 2,
    }


def test_57_entries_are_aligned_41_partly_and_43_divergent(entries):
    counted = entries["alignment"].value_counts().to_dict()
    assert counted == {"aligned": 57, "divergent": 43, "partly": 41}


def test_every_event_of_the_list_has_a_position_and_the_other_way_round(events, entries):
    listed = in_list(events.reset_index(), "regional")
    assert set(listed["event_id"]) == set(entries["event_id"])
    assert len(listed) == 139


def test_every_entry_names_a_page_and_its_publisher(entries, records):
    pages = records.loc[pd.MultiIndex.from_frame(entries[["event_id", "record"]])]
    assert pages["url"].str.startswith("http").all()
    assert pages["publisher"].notna().all()
    assert pages["listed_in"].str.contains("regional").all()


def test_a_silent_page_has_no_position_and_any_other_has_one(entries):
    for side in ("iran", "russia"):
        silent = entries[f"{side}_basis"] == "not_stated"
        assert (entries[f"{side}_position"].isna() == silent).all()
    assert (entries["iran_basis"] == "not_stated").sum() == 10
    assert (entries["russia_basis"] == "not_stated").sum() == 2


def test_no_entry_is_partly_aligned_on_syria(entries):
    syria = entries[entries["arena"] == "syria"]["alignment"].value_counts()
    assert syria.to_dict() == {"aligned": 20, "divergent": 12}


def test_the_row_over_hamadan_is_the_first_divergence_on_syria(entries):
    apart = entries.query("arena == 'syria' and alignment == 'divergent'").sort_values("date")
    assert apart.iloc[0]["event_id"] == "IRRU-2016-009"
    assert apart.iloc[0]["date"] == pd.Timestamp("2016-08-22")


def test_after_the_fall_of_the_syrian_government_no_entry_is_aligned(entries):
    after = entries[(entries["arena"] == "syria") & (entries["date"] > "2024-12-08")]
    assert set(after["alignment"]) == {"divergent"}
    # Four of five are divergent because Iran is left out, not because it objects.
    assert (after["iran_basis"] == "not_stated").sum() == len(after) - 1 == 4


def test_the_seventh_and_eighth_veto_on_syria_have_their_number_in_the_table(entries, vetoes):
    days = list(vetoes.sort_values("date")["date"])
    named = entries.reset_index().set_index("subject")["date"]
    for number, name in [(1, "First"), (2, "Second"), (3, "Third"), (7, "Seventh"), (8, "Eighth")]:
        assert days[number - 1] == named[f"{name} Russian veto on Syria"]


@pytest.mark.parametrize(
    ("position", "with_china"), [("R013", True), ("R014", True), ("R033", False)]
)
def test_china_vetoed_with_russia_where_the_entry_says_so(entries, vetoes, position, with_china):
    cast = vetoes.set_index("date").loc[entries.loc[position, "date"]]
    assert bool(cast["chn_vote"] == "no") is with_china


def test_iran_asks_for_a_fifth_of_the_caspian_and_the_soviet_line_gives_less(entries):
    claim = entries.loc["R008"]
    assert "at least 20 per cent" in claim["subject"]
    assert "about 11 per cent" in claim["summary"]


def test_russia_ratified_the_caspian_convention_and_iran_had_not_by_december_2025():
    steps = load("treaty_steps")
    convention = steps[steps["treaty"].str.contains("Legal Status of the Caspian")]
    ratified = convention.query("step == 'ratification'").set_index("side")
    assert ratified.loc["RUS", "date"] == pd.Timestamp("2020-02-11")
    assert ratified.loc["IRN", "status"] == "outstanding"
    assert ratified.loc["IRN", "date"] == pd.Timestamp("2025-12-15")


def test_russia_condemned_the_attacks_of_both_wars_and_vetoed_once(entries):
    attacked = entries[entries["arena"].isin(["israel", "gulf"])].query("date >= '2025-06-13'")
    condemned = attacked[attacked["russia_position"].str.contains("Condemned")]["date"].dt.year
    assert set(condemned) == {2025, 2026}
    assert list(attacked.index[attacked["russia_position"] == "Vetoed"]) == ["R140"]
    assert list(attacked.index[attacked["russia_position"].str.contains("Abstained")]) == ["R138"]


def test_central_asia_has_joint_mediation_only_and_nothing_after_1997(entries):
    tajik = entries[entries["arena"] == "central_asia"]
    assert set(tajik["alignment"]) == {"aligned"}
    assert tajik["date"].max() < pd.Timestamp("1998-01-01")
