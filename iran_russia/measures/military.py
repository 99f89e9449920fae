"""Exercises of armed forces, and reports on technology of military use."""

import pandas as pd

from iran_russia.measures.series import items_of


def by_year(years: pd.Series, first: int, last: int) -> pd.Series:
    """Count things a year, years without any included as 0.

    Args:
        years: the year of each thing.
        first, last: the years to count.

    Returns:
        Counts, indexed by year.
    """
    return years.value_counts().reindex(range(first, last + 1), fill_value=0)


def unbroken_since(counts: pd.Series) -> int | None:
    """Return the year from which no year up to the last is empty; None where the last one is.

    Args:
        counts: counts indexed by year, without a gap.
    """
    empty = counts.index[counts == 0]
    since = counts.index.min() if empty.empty else empty.max() + 1
    return int(since) if since in counts.index else None


def partners(exercises: pd.DataFrame, pair: list[str]) -> pd.DataFrame:
    """Count in how many exercises other states took part or observed.

    Args:
        exercises: one row an exercise, with ``exercise_id`` and the lists ``participants_iso3``
            and ``observers_iso3``.
        pair: states that are not counted, ISO3 codes.

    Returns:
        ``iso3``, ``role`` (``took part`` or ``observed``), ``exercises``, and ``in_all`` of both
        roles.
    """
    lists = exercises.rename(columns={"participants_iso3": "took part"}).rename(
        columns={"observers_iso3": "observed"}
    )
    named = lists.melt("exercise_id", ["took part", "observed"], "role", "iso3")
    named = named.assign(iso3=items_of(named["iso3"])).explode("iso3")
    others = named[~named["iso3"].isin(pair)]
    counts = others.groupby(["iso3", "role"], as_index=False).size()
    counts = counts.rename(columns={"size": "exercises"})
    return counts.assign(in_all=counts.groupby("iso3")["exercises"].transform("sum"))


def reports_by_field(reports: pd.DataFrame, fields: dict[str, str]) -> pd.DataFrame:
    """Give one row a report and field of technology; repeats of one happening are left out.

    Args:
        reports: one row a report, with ``report_id``, ``same_event_as`` and the list
            ``item_category``.
        fields: category → field; other categories are left out.

    Returns:
        The rows of ``reports`` with a column ``field``.
    """
    single = reports[reports["same_event_as"].isna()]
    told = single.assign(field=items_of(single["item_category"])).explode("field")
    told["field"] = told["field"].map(fields)
    told = told.dropna(subset="field").drop_duplicates(["report_id", "field"])
    return told.reset_index(drop=True)


def from_first_hand(reports: pd.DataFrame) -> pd.Series:
    """Say of each report whether it rests on a party's word or a direct record.

    Args:
        reports: one row a report, with ``evidence_basis``.
    """
    return reports["evidence_basis"] == "statement by a party or direct record"
