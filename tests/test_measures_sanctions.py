"""The measures of the chapter on sanctions and money, on cases worked by hand."""

import pandas as pd
import pytest

from iran_russia.measures.sanctions import (
    against,
    as_worded,
    claimed_amounts,
    first_step,
    followed_within,
    in_force,
    laid_end_to_end,
    lead_sender,
    link_outcomes,
    listings_moved,
    promises_kept,
    realised_links,
    restrictions,
    stated_totals,
    whole_months,
    with_further_shares,
)

CASES = pd.DataFrame(
    {"case_id": ["a", "b", "c"], "start_year": [1984, 2014, 2016], "end_year": [2013, 2015, 2016]}
)


def test_a_case_counts_from_its_first_to_its_last_year_both_included():
    held = in_force(CASES, range(2013, 2017))
    assert held.index.tolist() == [0, 1, 2, 3]
    assert held.groupby("year")["case_id"].agg("".join).to_dict() == {
        2013: "a",
        2014: "b",
        2015: "b",
        2016: "c",
    }


def test_years_outside_every_case_have_no_rows():
    assert in_force(CASES, range(2017, 2023)).empty
    assert list(in_force(CASES, range(2017, 2023)).columns) == [
        "year",
        "case_id",
        "start_year",
        "end_year",
    ]


def test_states_that_join_the_eu_leave_it_in_the_lead_and_other_groups_are_several():
    senders = pd.Series(["USA", "EU", "EU;ISL;NOR", "G7;EU", "USA;EU;GBR"])
    assert lead_sender(senders).tolist() == ["USA", "EU", "EU", "several", "several"]


def _steps(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["link", "date", "stage", "promised_for"])
    return frame.assign(
        date=pd.to_datetime(frame["date"]), promised_for=pd.to_datetime(frame["promised_for"])
    )


STEPS = _steps(
    ("cards", "2024-07-04", "promised", "2024-08-22"),
    ("cards", "2024-11-11", "working", None),
    ("shops", "2025-05-13", "promised", "2025-12-31"),
    ("messages", "2019-09-13", "announced", None),
    ("messages", "2023-01-29", "partly working", None),
    ("barter", "2014-08-01", "signed", None),
    ("barter", "2015-04-01", "partly working", None),
    ("barter", "2016-01-01", "setback", None),
    ("token", "2023-01-16", "talks", None),
    ("exchange", "2022-07-19", "working", None),
)


def test_a_link_that_was_only_talked_of_or_never_promised_does_not_count():
    outcomes = link_outcomes(STEPS).set_index("link")
    assert set(outcomes.index) == {"cards", "shops", "messages", "barter"}
    assert outcomes.index.tolist() == ["barter", "messages", "cards", "shops"]  # by first step


def test_the_furthest_step_decides_and_a_last_setback_fails():
    status = link_outcomes(STEPS).set_index("link")["status"]
    assert status.to_dict() == {
        "cards": "realised",
        "shops": "open",
        "messages": "partly",
        "barter": "failed",
    }


def test_a_promise_after_working_does_not_undo_it_and_a_new_start_after_a_setback_counts():
    more = _steps(
        ("cards", "2025-01-01", "promised", "2026-01-01"),
        ("barter", "2017-05-25", "signed", None),
    )
    outcomes = link_outcomes(pd.concat([STEPS, more])).set_index("link")
    assert outcomes.loc["cards", "promised_on"] == pd.Timestamp("2024-07-04")
    assert outcomes.loc["cards", "latest"] == pd.Timestamp("2025-01-01")
    status = outcomes["status"]
    assert status[["cards", "barter"]].to_dict() == {"cards": "realised", "barter": "open"}


def test_the_rate_leaves_partly_working_links_as_doubt():
    rate = realised_links(STEPS)
    assert rate.to_dict() == {"low": 1 / 4, "high": 2 / 4, "deals": 4}


def test_a_promise_is_late_by_the_days_after_its_last_day():
    kept = promises_kept(STEPS, pd.Timestamp("2026-02-16"))
    dates = ["promised_on", "promised_for", "working_on"]
    assert list(kept) == ["link", *dates, "days_late", "status"]
    kept = kept.set_index("link")
    assert kept.loc["cards", "days_late"] == 81
    assert kept["status"].to_dict() == {"cards": "late", "shops": "not seen"}
    assert pd.isna(kept.loc["shops", "working_on"])


@pytest.mark.parametrize(
    ("promised_for", "status"),
    [("2024-11-10", "late"), ("2024-11-11", "in time"), ("2025-01-31", "in time")],
)
def test_a_promise_kept_on_its_last_day_is_in_time(promised_for, status):
    steps = _steps(
        ("cards", "2024-07-04", "promised", promised_for), ("cards", "2024-11-11", "working", None)
    )
    assert promises_kept(steps, pd.Timestamp("2026-02-16"))["status"].tolist() == [status]


def test_a_promise_that_is_not_yet_due_is_not_held_against_anyone():
    kept = promises_kept(STEPS, pd.Timestamp("2025-06-01")).set_index("link")
    assert kept.loc["shops", "status"] == "not due"
    # The record of its last day is whole: on that day the promise was not kept either.
    kept = promises_kept(STEPS, pd.Timestamp("2025-12-31")).set_index("link")
    assert kept.loc["shops", "status"] == "not seen"


def test_a_promise_is_kept_on_the_first_day_on_which_the_link_works():
    again = pd.concat([STEPS, _steps(("cards", "2025-06-01", "working", None))])
    kept = promises_kept(again, pd.Timestamp("2026-02-16")).set_index("link")
    assert kept.loc["cards", "working_on"] == pd.Timestamp("2024-11-11")


def test_steps_count_from_the_day_after_a_restriction_to_the_last_day_of_the_window():
    shocks = pd.DataFrame({"event_id": ["s"], "date": pd.to_datetime(["2022-03-02"])})
    answers = pd.DataFrame(
        {
            "event_id": ["same day", "inside", "last day", "after"],
            "date": pd.to_datetime(["2022-03-02", "2022-07-19", "2024-03-02", "2024-03-03"]),
        }
    )
    followed = followed_within(shocks, answers, 24).iloc[0]
    assert (followed["steps"], followed["first_step"]) == (2, "inside")
    assert pd.isna(followed_within(shocks, answers.tail(1), 24).iloc[0]["first_step"])


def test_a_case_that_names_two_targets_stands_under_both():
    held = pd.DataFrame({"case_id": ["a", "b"], "targets": ["IRN", "SYR;RUS;IRN"]})
    named = against(held, ["RUS", "IRN"])
    assert list(zip(named["target"], named["case_id"], strict=True)) == [
        ("RUS", "b"),
        ("IRN", "a"),
        ("IRN", "b"),
    ]
    assert against(held, ["EU"]).empty


@pytest.fixture
def counts():
    columns = ["measure", "listings", "counted", "confidence", "counted_by"]
    rows = [
        ("added", 15, "vessels", "high", "Council"),
        ("removed", 4, "individuals", "medium", "Council"),
        ("stock", 90, "entities", "high", "Council"),
        ("added", 12, "entities", "high", "Steptoe"),
        ("added", 11, "entities", "low", "Council"),
    ]
    return pd.DataFrame(rows, columns=columns).astype({"listings": "Int64"})


def test_what_is_taken_off_a_list_counts_below_zero_and_rivals_and_doubtful_counts_do_not(counts):
    moved = listings_moved(counts)
    assert moved["change"].tolist() == [15, -4]
    assert moved["kind"].tolist() == ["vessels", "persons"]


def test_persons_and_bodies_of_one_day_add_up_to_a_total_in_two_parts():
    stock = pd.DataFrame(
        {
            "date": pd.to_datetime(["2023-02-21", "2023-02-21", "2015-03-13"]),
            "on": ["2023-02-21", "2023-02-21", "2015-03-13"],
            "programme": "Ukraine",
            "counted": ["individuals", "entities", "individuals and entities"],
            "listings": [1386, 171, 187],
            "qualifier": ["equal", "equal", "about"],
            "publisher": "Council",
            "source_id": "eu",
        }
    )
    totals = stated_totals(stock)
    assert totals["listings"].tolist() == [187, 1557]
    assert totals["parts"].tolist() == [1, 2]
    keys = ["date", "on", "programme"]
    assert list(totals.columns) == [
        *keys, "listings", "qualifier", "parts", "publisher", "source_id",
    ]  # fmt: skip


def test_a_month_is_whole_when_at_most_six_days_follow_the_copy():
    listed = pd.DataFrame({"listed_on": pd.to_datetime(["2022-01-25", "2022-01-24", "2022-02-28"])})
    assert whole_months(listed).index.tolist() == [0, 2]


def test_values_of_one_day_are_placed_one_upon_the_other_and_missing_ones_take_no_room():
    steps = pd.DataFrame({"by": ["a", "b", "a", "a"], "targets": [3.0, 5.0, None, 2.0]})
    placed = laid_end_to_end(steps, "targets", ["by"])
    assert placed["base"].tolist() == [0, 0, 3, 3]
    assert placed["end"].tolist() == [3, 5, 3, 5]


SHARES = pd.DataFrame(
    {
        "measure": "national currencies",
        "qualifier": ["over", "range"],
        "share_low_pct": [80.0, 25.0],
        "share_high_pct": [80.0, 30.0],
        "further_measure": ["rouble alone", None],
        "further_qualifier": ["about", None],
        "further_share_pct": [42.5, None],
    }
)


def test_a_share_reads_as_it_was_said():
    said = as_worded(SHARES["share_low_pct"], SHARES["share_high_pct"], SHARES["qualifier"])
    assert said.tolist() == ["over 80 %", "25–30 %"]


def test_a_second_share_of_a_statement_stands_in_a_row_of_its_own():
    rows = with_further_shares(SHARES.assign(share=""), "rouble alone")
    assert len(rows) == 3
    added = rows.iloc[2]
    assert (added["measure"], added["share"]) == ("rouble alone", "about 42.5 %")
    assert added["share_low_pct"] == added["share_high_pct"] == 42.5


def test_gold_is_read_by_weight_and_all_else_as_stated():
    claims = pd.DataFrame(
        {
            "claim_id": ["gold", "cash", "oil", "none"],
            "instrument": ["gold", "cash", "barter", "barter"],
            "amount_usd_millions": [104.0, 500.0, None, None],
            "gold_grams": [1_800_000.0, None, None, None],
            "oil_barrels_per_day": [None, None, 500_000.0, None],
        }
    )
    read = claimed_amounts(claims).set_index("claim_id")
    assert read["amount"].to_dict() == {"cash": 500, "gold": 1800, "oil": 500}
    assert read.loc["gold", "column"] == "gold_grams"


def test_of_two_restrictions_of_one_month_the_later_stands_and_quarrels_are_none():
    events = pd.DataFrame(
        {
            "event_type": ["sanction", "sanction", "sanction", "fatf"],
            "valence": ["frictional", "frictional", "cooperative", "frictional"],
            "date": pd.to_datetime(["2012-03-15", "2012-03-17", "2016-01-16", "2020-02-21"]),
        }
    )
    assert restrictions(events).index.tolist() == [1]


def test_the_first_step_of_a_link_at_a_stage_is_missing_where_there_is_none():
    assert first_step(STEPS, "cards") == pd.Timestamp("2024-07-04")
    assert first_step(STEPS, "cards", "working") == pd.Timestamp("2024-11-11")
    assert pd.isna(first_step(STEPS, "shops", "working"))
