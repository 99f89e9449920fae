"""Contacts of leaders by pair, and how much official media write on Iran."""

import pandas as pd

from iran_russia.measures.events import known_date


def contacts_by_pair(
    contacts: pd.DataFrame, russian: list[str], iranian: list[str], kinds: list[str]
) -> pd.DataFrame:
    """Count the contacts of each pair of persons by kind, pairs without any included.

    Args:
        contacts: rows of ``leader_contacts`` with ``kind``.
        russian, iranian: names, in the order wanted; others of whom there are contacts follow.
        kinds: kinds counted, in the order wanted.

    Returns:
        One row a pair: ``russian_participant``, ``iranian_participant``, a column a kind,
        ``first`` and ``last`` (dates as text, only as exact as they are known). A contact in which
        a person is not named is of no pair.
    """
    keys = ["russian_participant", "iranian_participant"]
    contacts = contacts.dropna(subset=keys)
    sides = zip((russian, iranian), keys, strict=True)
    named = [list(dict.fromkeys([*side, *contacts[key]])) for side, key in sides]
    every = pd.MultiIndex.from_product(named, names=keys)
    on = known_date(contacts["date"], contacts["date_precision"])
    ends = contacts.assign(on=on).groupby(keys)["on"].agg(first="min", last="max")
    counts = contacts.groupby([*keys, "kind"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=every, columns=kinds, fill_value=0)
    return counts.join(ends).reset_index().rename_axis(columns=None)


def attention_by_quarter(attention: pd.DataFrame, outlets: list[str]) -> pd.DataFrame:
    """Share of an outlet's titles that name Iran, by quarter.

    Formula: 100 × titles that name Iran / items indexed, summed over the months of the quarter.

    Args:
        attention: rows of ``official_media_attention``.
        outlets: codes of the outlets, in the order wanted.

    Returns:
        One row an outlet and quarter, from the first to the last of all outlets: ``outlet``,
        ``quarter`` (its first day), ``items`` and ``on_iran`` (titles), ``partial`` (true where a
        month is not whole) and ``percent``; missing where an outlet has no month.
    """
    rows = attention[attention["outlet"].isin(outlets)]
    quarter = rows["month"].dt.to_period("Q").dt.start_time.rename("quarter")
    sums = rows.groupby(["outlet", quarter]).agg(
        items=("items_total", "sum"),
        on_iran=("items_mentioning_iran", "sum"),
        partial=("partial", "any"),
    )
    span = pd.date_range(quarter.min(), quarter.max(), freq="QS") if len(rows) else quarter
    sums = sums.reindex(pd.MultiIndex.from_product([outlets, span], names=sums.index.names))
    share = (100 * sums["on_iran"] / sums["items"]).astype("float64")
    return sums.assign(percent=share, partial=sums["partial"].astype("boolean")).reset_index()
