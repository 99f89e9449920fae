"""What the lists behind the history and the regional arenas say, found again in the tables."""

import pandas as pd
import pytest
from conftest import change_cells

from iran_russia.datasets import load
from iran_russia.measures.events import in_list, listed_shares


@pytest.fixture(scope="module")
def events():
    return load("events").set_index("event_id")


@pytest.fixture(scope="module")
def records():
    return load("event_sources")


@pytest.fixture(scope="module")
def conflicts():
    return load("event_conflicts")


@pytest.fixture(scope="module")
def terms(events):
    frame = load("event_terms")
    return frame.assign(title=frame["event_id"].map(events["title"]))


@pytest.fixture(scope="module")
def entries(events, records):
    """One row an entry of the lists history, regional and finance, with its event."""
    long = records.assign(entry=records["listed_as"].str.split(";")).explode("entry")
    long = long[long["entry"].str.fullmatch(r"[HRF]\d{3}").eq(True)]
    return long.merge(
        events.drop(columns="source_id"), left_on="event_id", right_index=True
    ).set_index("entry")


def _one(events, title):
    (found,) = events.index[events["title"] == title]
    return found


def test_every_entry_of_the_three_lists_stands_in_exactly_one_happening(entries):
    assert entries.index.is_unique
    held = entries.index.str[0].value_counts()
    assert held["H"] == 131 and held["R"] == 141 and held["F"] == 71


def test_a_happening_names_the_lists_whose_entries_it_holds(events, entries):
    named = {"H": "history", "R": "regional", "F": "finance"}
    held = entries.index.to_series().str[0].map(named).groupby(entries["event_id"].to_numpy())
    expected = held.agg(set).reindex(events.index)
    for event, lists in events["lists"].items():
        others = expected[event] if isinstance(expected[event], set) else set()
        assert set(lists.split(";")) - {"chronology", "context"} == others, event


def test_the_eras_hold_34_20_19_20_24_and_14_entries(entries):
    eras = entries[entries.index.str.startswith("H")]["era"].value_counts()
    assert eras.to_dict() == {
        "safavid_qajar": 34,
        "great_game": 20,
        "soviet": 19,
        "cold_war": 20,
        "revolution": 24,
        "post_soviet": 14,
    }


def test_31_entries_are_cooperative_27_mixed_and_73_frictional(entries, conflicts):
    """As listed, once the codings that differ within a happening are put back."""
    coded = entries[entries.index.str.startswith("H")]["valence"].copy()
    lists = conflicts[conflicts["source_b"] == "history list, H124"].iloc[0]
    assert coded["H124"] == lists["value_a"] == "mixed"
    coded["H124"] = lists["value_b"]
    chechnya = conflicts[conflicts["event_id"] == entries.loc["H126", "event_id"]].iloc[0]
    assert "frictional in one row and mixed in another" in chechnya["reason"]
    assert coded["H126"] == coded["H127"] == "mixed"
    coded["H126"] = "frictional"
    assert coded.value_counts().to_dict() == {"frictional": 73, "cooperative": 31, "mixed": 27}


def test_the_regional_entries_keep_their_arenas_and_alignments():
    positions = load("event_positions")
    arenas = positions["arena"].value_counts()
    assert arenas["syria"] == 32 and arenas["israel"] == 30 and arenas["caucasus"] == 19
    aligned = positions["alignment"].value_counts()
    assert aligned.to_dict() == {"aligned": 57, "divergent": 43, "partly": 41}


def test_a_position_rests_on_the_record_that_lists_it(entries):
    positions = load("event_positions").set_index("position_id")
    listed = entries.loc[positions.index]
    assert (listed["event_id"] == positions["event_id"]).all()
    assert (listed["record"] == positions["record"]).all()


def test_one_meeting_of_october_2021_is_one_happening_with_three_positions(events):
    positions = load("event_positions").query("event_id == 'IRRU-2021-014'")
    assert sorted(positions["alignment"]) == ["divergent", "divergent", "partly"]
    assert events.loc["IRRU-2021-014", "valence"] == "cooperative"


def test_no_direction_is_invented_for_events_of_the_regional_list_alone(events):
    alone = events["lists"] == "regional"
    assert alone.sum() == 94
    assert events.loc[alone, "valence"].isna().all()
    assert events.loc[~alone & (events["lists"] != "context"), "valence"].notna().all()


def test_turkmenchay_is_one_row_with_its_old_style_and_its_variant_date(events, records, conflicts):
    treaty = _one(events, "Treaty of Turkmenchay")
    assert events.loc[treaty, "date"] == pd.Timestamp("1828-02-10") + pd.Timedelta(days=12)
    given = records[records["event_id"] == treaty]
    assert len(given) == 4
    assert set(given["dated"]) == {"1828-02-10", "1828-02-21"}
    assert given["note"].str.contains("Old Style").sum() == 3
    assert treaty in set(conflicts["event_id"])


def test_the_day_of_akhal_stays_open(events, records, conflicts):
    treaty = _one(events, "Treaty of Akhal (Transcaspian boundary convention)")
    days = conflicts[(conflicts["event_id"] == treaty) & conflicts["field"].str.contains("day")]
    assert list(days["resolution"]) == ["open"]
    assert set(days[["value_a", "value_b"]].iloc[0]) == {"21 September 1881", "21 December 1881"}
    assert "1881-09-21" in set(records.loc[records["event_id"] == treaty, "dated"])


@pytest.mark.parametrize(
    ("war", "treaty"),
    [
        ("Russo-Persian war of 1804–1813 begins", "Treaty of Gulistan"),
        ("Russo-Persian war of 1826–1828", "Treaty of Turkmenchay"),
    ],
)
def test_a_war_ends_on_the_day_of_its_treaty(events, war, treaty):
    assert events.loc[_one(events, war), "end_date"] == events.loc[_one(events, treaty), "date"]


def test_iran_ceded_territory_in_1813_and_in_1828(terms):
    ceded = terms.query("kind == 'territory' and in_favour_of == 'russia' and consent == 'treaty'")
    by_treaty = ceded.groupby("title")["subject"].agg(set)
    assert {"Daghestan", "Georgia"} < by_treaty["Treaty of Gulistan"]
    assert {"Erivan", "Nakhichevan"} < by_treaty["Treaty of Turkmenchay"]


def test_the_provinces_of_1723_were_returned_by_1735(events, terms):
    refused = terms.query("kind == 'territory' and consent == 'not_ratified'")
    back = terms.query("kind == 'territory' and in_favour_of == 'iran'")
    assert set(refused["subject"]) == set(back["subject"])
    assert back["event_id"].map(events["date"]).max() == pd.Timestamp("1735-03-10")


def test_merv_and_sarakhs_do_not_count_as_lost_by_treaty(terms):
    assert list(terms[terms["subject"] == "Merv and Sarakhs"]["consent"]) == ["disputed"]


def test_every_term_is_named_by_an_entry_of_its_own_event(entries, terms):
    assert (entries.loc[terms["entry"], "event_id"].to_numpy() == terms["event_id"]).all()


def test_soviet_troops_stayed_more_than_36_months(events):
    """Claim S2-11 calls the occupation brief."""
    came = events.loc[_one(events, "Anglo-Soviet invasion of Iran"), "date"]
    left = events.loc[_one(events, "Soviet forces leave Iran"), "date"]
    assert (left - came).days / 30.44 > 36


def test_friction_does_not_fall_from_era_to_era(events):
    history = in_list(events.reset_index(), "history")
    shares = listed_shares(history, "valence", "era").query("valence == 'frictional'")
    share = shares.set_index("era")["share"]
    assert share["revolution"] > share["cold_war"] and share["great_game"] > share["safavid_qajar"]
    assert share["post_soviet"] < 0.25


def test_a_date_is_never_firmer_than_its_record(events):
    days = events["date"].dt.day
    assert (days[events["date_precision"] != "day"] == 1).all()
    months = events["date"].dt.month
    assert (months[events["date_precision"].isin(["year", "decade"])] == 1).all()
    assert events["end_date"].isna().equals(events["end_date_precision"].isna())
    assert (events["end_date"] >= events["date"])[events["end_date"].notna()].all()


def _sides(figure) -> dict[str, str]:
    scale = figure["chart"].to_dict()["layer"][2]["encoding"]["fill"]["scale"]
    return dict(zip(scale["domain"], scale["range"], strict=True))


@pytest.mark.slow
def test_the_legend_of_territory_names_the_sides_that_gained_and_no_others(drawn):
    sides = _sides(drawn("notebooks/history")["fig-history-territory"])
    assert list(sides) == ["to Russia", "back to Iran", "divided by others"]


@pytest.mark.slow
def test_land_that_both_gained_is_not_told_as_divided_by_others(copy, drawn):
    change_cells(copy, "event_terms", "in_favour_of == 'others'", "in_favour_of", "both")
    figure = drawn("notebooks/history")["fig-history-territory"]
    assert list(_sides(figure)) == ["to Russia", "back to Iran", "to both"]
    assert len(set(_sides(figure).values())) == 3
    assert set(figure["data"]["side"]) == set(_sides(figure))
