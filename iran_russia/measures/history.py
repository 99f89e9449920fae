"""Events of earlier centuries: their first and last, what they moved, and how they are dated."""

import pandas as pd

from iran_russia.measures.series import items_of


def first_and_last(events: pd.DataFrame, by: str, fewest: int) -> pd.DataFrame:
    """First and last event of each group, for groups of some events at least.

    Args:
        events: one row an event, with ``date`` and ``when`` (the date as exact as it is known).
        by: column of groups.
        fewest: groups of fewer events are left out.

    Returns:
        One row a group, in the order of the last events, indexed by ``by``: ``min`` and ``max``
        (days), ``size`` (events), ``first`` and ``last`` (as ``when`` has them).
    """
    groups = events.sort_values("date").groupby(by)
    ends = groups.agg(
        min=("date", "min"),
        max=("date", "max"),
        size=("date", "size"),
        first=("when", "first"),
        last=("when", "last"),
    )
    return ends[ends["size"] >= fewest].sort_values("max")


def of_events(terms: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Give each term of an event the ``date`` and ``title`` of the event, in the order of dates.

    Args:
        terms: rows of ``event_terms``.
        events: rows of ``events``.
    """
    by_id = events.set_index("event_id")
    dated = terms.assign(
        date=terms["event_id"].map(by_id["date"]), title=terms["event_id"].map(by_id["title"])
    )
    return dated.sort_values(["date", "term"])


def moved_back(land: pd.DataFrame, place: str) -> pd.DataFrame:
    """Keep the places that moved more than once, with the first and the last day.

    Args:
        land: one row a move, with ``date``.
        place: column of places.

    Returns:
        One row a place: ``place``, ``start`` and ``end``.
    """
    held = land.groupby(place)["date"].agg(start="min", end="max")
    return held[held["start"] < held["end"]].reset_index()


def cited_records(terms: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Find the record that names each term: the one listed under the entry of the term.

    Args:
        terms: rows of ``event_terms``.
        records: rows of ``event_sources``; ``listed_as`` holds entries parted by semicolons.

    Returns:
        The columns of ``records`` beside ``event_id`` and ``entry``, one row a term, in its order.

    Raises:
        ValueError: two records of an event are listed under one entry.
    """
    by_entry = records.assign(entry=items_of(records["listed_as"])).explode("entry")
    by_entry = by_entry[by_entry["entry"].isin(terms["entry"])]
    return terms[["event_id", "entry"]].merge(by_entry, how="left", validate="many_to_one")


def days_from_used(records: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Count the days between the day that a record gives and the day that the tables use.

    Only records that give a day, of events known to the day, can be compared.

    Args:
        records: rows of ``event_sources``; ``dated`` is ISO 8601 text.
        events: rows of ``events``.

    Returns:
        The rows of ``records`` that can be compared, with ``used`` (the day of the tables),
        ``title`` and ``days`` (record less table; negative when the record has an earlier day).
    """
    by_id = events.set_index("event_id")
    exact = records["event_id"].map(by_id["date_precision"]) == "day"
    given = records[exact & (records["dated"].str.len() == 10)]
    used = given["event_id"].map(by_id["date"])
    return given.assign(
        used=used,
        title=given["event_id"].map(by_id["title"]),
        days=(pd.to_datetime(given["dated"]) - used).dt.days,
    )
