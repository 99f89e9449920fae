"""Dated events counted and dated as exactly as they are known."""

import pandas as pd

from iran_russia.measures.series import DAYS_A_MONTH, items_of, names, row_of


def per_year(
    events: pd.DataFrame,
    date: str = "date",
    by: str | list[str] | None = None,
) -> pd.DataFrame:
    """Count events by calendar year, years without any event included as 0.

    Args:
        events: one row an event.
        date: column of dates, or of years.
        by: further columns to count by.

    Returns:
        A frame with ``year``, the ``by`` columns and ``events``; empty where there is no event.
    """
    if events.empty:
        columns = [by] if isinstance(by, str) else by or []
        return pd.DataFrame(columns=["year", *columns, "events"])
    years = events[date].dt.year if hasattr(events[date], "dt") else events[date]
    dated = events.assign(year=years.astype(int))
    span = range(dated["year"].min(), dated["year"].max() + 1)
    if by is None:
        return (
            dated["year"]
            .value_counts()
            .reindex(span, fill_value=0)
            .rename_axis("year")
            .reset_index(name="events")
        )
    by = [by] if isinstance(by, str) else by
    table = dated.groupby(["year", *by]).size().unstack(by, fill_value=0)
    long = table.reindex(span, fill_value=0).stack(by, future_stack=True)
    return long.rename("events").reset_index()


def per_month(events: pd.DataFrame, date: str = "date") -> pd.DataFrame:
    """Count events by calendar month, months without any event included as 0.

    Args:
        events: one row an event.
        date: column of dates; rows known to the year only should be left out before.

    Returns:
        A frame with ``month`` (its first day) and ``events``, from the first month to the last;
        empty where there are no events.
    """
    months = events[date].dt.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M") if len(months) else months
    found = months.value_counts().reindex(span, fill_value=0).rename_axis("month")
    return found.rename("events").reset_index().assign(month=lambda f: f["month"].dt.start_time)


def cross_counts(
    events: pd.DataFrame, rows: str, columns: str, order: list[str], kinds: list[str]
) -> pd.DataFrame:
    """Count events by two columns, also where there are none.

    Args:
        events: one row an event.
        rows: column whose values become the index.
        columns: column whose values become columns.
        order: the values of ``rows`` in the order wanted; events of others are left out.
        kinds: the values of ``columns`` in the order wanted; events of others are left out.

    Returns:
        Events, indexed by ``order``, with a column for each of ``kinds`` and ``all``, their sum.
    """
    sizes = events.groupby([rows, columns]).size().unstack(fill_value=0)
    table = sizes.reindex(index=order, columns=kinds, fill_value=0).astype(int)
    return table.assign(all=table.sum(axis=1))


def before_or_after(dates: pd.Series, turn: pd.Timestamp) -> pd.Series:
    """Say of each date whether it lies ``before``, ``on`` or ``after`` a day.

    Args:
        dates: days.
        turn: the day.
    """
    day = (dates - turn).dt.days
    return pd.Series("on", index=dates.index).mask(day < 0, "before").mask(day > 0, "after")


def listed_shares(events: pd.DataFrame, column: str, by: str) -> pd.DataFrame:
    """Share of each group's events that carry an item of a semicolon list.

    An event with several items counts under each, so the shares of a group add up to more
    than 1.

    Args:
        events: one row an event.
        column: column of items separated by semicolons.
        by: column of groups.

    Returns:
        One row a group and item, also where there is none: ``by``, ``column`` (one item),
        ``events``, ``share`` (between 0 and 1), ``of`` (events of the group).
    """
    items = events.assign(**{column: items_of(events[column])}).explode(column)
    sizes = items.groupby([by, column]).size().unstack(fill_value=0).stack()
    table = sizes.rename("events").reset_index()
    table["of"] = table[by].map(events[by].value_counts())
    return table.assign(share=table["events"] / table["of"])


def known_date(dates: pd.Series, precision: pd.Series) -> pd.Series:
    """Write dates as ISO 8601 text that is only as exact as what is known of them.

    Args:
        dates: days; the first day of the month, year or decade where only that is known.
        precision: ``day``, ``month``, ``year`` or ``decade``.

    Returns:
        ``1828-02-22``, ``1722-07``, ``1664``, or ``1600s`` for a decade.
    """
    text = dates.dt.strftime("%Y-%m-%d")
    year = text.str[:4].where(precision != "decade", text.str[:4] + "s")
    return text.where(precision == "day", text.str[:7].where(precision == "month", year))


def years_between(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Count the years from one day to a later one: days / 365.25."""
    return (last - first).days / 365.25


def middle(first: pd.Series, last: pd.Series) -> pd.Series:
    """Return the middle of periods: where a mark stands for a date that is known only as a period.

    Args:
        first, last: first and last day of each; the same day where it is known.
    """
    return first + (last - first) / 2


def spaced(items: pd.Series) -> pd.Series:
    """Write semicolon lists of codes for reading: ``oil_gas;visit`` as ``oil gas; visit``."""
    return items.str.replace("_", " ").str.replace(";", "; ")


def alignments(positions: pd.DataFrame) -> pd.Series:
    """Name the arenas of each event, and how far the two states were aligned in them.

    Args:
        positions: rows of ``event_positions``, with ``event_id``, ``arena`` and ``alignment``.

    Returns:
        Texts such as ``syria: aligned; south caucasus: divergent`` by event, each coding once.
    """
    codings = (positions["arena"] + ": " + positions["alignment"]).str.replace("_", " ")
    return codings.groupby(positions["event_id"]).agg(lambda told: "; ".join(dict.fromkeys(told)))


def attested(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the events that count: all but those that only channels or logs relay.

    A relayed row tells what was said there and not that it happened. It is shown to the reader
    and enters no number, rate or claim until a publisher of its own stands beside it. This is the
    one place that leaves such rows out.

    Args:
        events: one row an event, with ``status``.
    """
    return events[events["status"] != "relayed"]


def in_list(events: pd.DataFrame, name: str) -> pd.DataFrame:
    """Keep the events that a list holds and that count (:func:`attested`).

    Lists were selected in different ways, so counts and shares are those of one list.

    Args:
        events: one row an event, with ``status`` and ``lists``, names separated by semicolons.
        name: one name.

    Raises:
        ValueError: no event is in that list.
    """
    held = names(events["lists"], name)
    if not held.any():
        raise ValueError(f"no event is in the list {name!r}")
    return attested(events[held])


def share_range(events: pd.DataFrame, column: str, value: str, by: str, kind: str) -> pd.DataFrame:
    """Share of events of one value, and how far it moves when a kind of event is left out.

    Where events were chosen and not sampled, no interval of confidence can be given. Leaving out
    each kind in turn shows instead how much a share hangs on what was chosen.

    Args:
        events: one row an event.
        column: column that holds the value.
        value: the value whose share is wanted.
        by: column of groups.
        kind: column of kinds; each is left out once.

    Returns:
        One row a group: ``by``, ``events``, ``share`` of all events, ``low`` and ``high`` (the
        smallest and largest share with one kind left out; shares between 0 and 1).
    """
    rows = []
    for group, held in events.groupby(by, sort=False):
        hits = held[column] == value
        without = [hits[held[kind] != each].mean() for each in held[kind].unique()]
        reached = pd.Series([hits.mean(), *without])
        rows.append(
            {
                by: group,
                "events": len(held),
                "share": hits.mean(),
                "low": reached.min(),
                "high": reached.max(),
            }
        )
    return pd.DataFrame(rows)


def longest_gaps(dates: pd.Series, count: int) -> pd.DataFrame:
    """Longest stretches of calendar years between one dated event and the next.

    Args:
        dates: days of events, in any order.
        count: how many stretches to return.

    Returns:
        ``after`` and ``before`` (years of the events on either side) and ``years`` between
        them, the longest first; the earlier one first where two are equal.
    """
    years = dates.dt.year.drop_duplicates().sort_values()
    gaps = pd.DataFrame({"after": years.shift(), "before": years}).dropna().astype(int)
    gaps["years"] = gaps["before"] - gaps["after"]
    return gaps.nlargest(count, "years").reset_index(drop=True)


def longest_wait(dates: pd.Series, first: int, last: int) -> pd.Series:
    """Longest time between one dated event and the next, of those that end in a span of years.

    Formula: days from one to the next / (365.25 / 12), the mean length of a month.

    Args:
        dates: days of events, in any order.
        first, last: years in which the time ends; it may begin earlier.

    Returns:
        ``after`` and ``before`` (days of the events on either side) and ``months`` between them,
        the earlier where two are equal; all missing where no time ends in these years.
    """
    before = dates.sort_values()
    waits = pd.DataFrame({"after": before.shift(), "before": before})
    waits["months"] = (waits["before"] - waits["after"]).dt.days / DAYS_A_MONTH
    return row_of(waits[before.dt.year.between(first, last)], "max", "months")


def coded_by_words(
    events: pd.DataFrame, column: str, dictionary: dict[str, str], rest: str | None = None
) -> pd.DataFrame:
    """Code texts by a dictionary of words, one row an event and category that its text names.

    The simplest form of automated content analysis: a category is found where one of its words
    stands, whatever the context, so the matches want reading (Grimmer and Stewart 2013).

    Args:
        events: one row an event.
        column: column of texts.
        dictionary: category → regular expression of its words; upper and lower case are the same.
        rest: category of the texts that name none.

    Returns:
        The rows of ``events`` with a column ``category``, in the order of the dictionary; an
        event that names two categories stands in two rows.

    Raises:
        ValueError: a text names no category, and there is none for the rest.
    """
    found = [
        events[events[column].str.contains(words, case=False)].assign(category=category)
        for category, words in dictionary.items()
    ]
    coded = pd.concat(found)
    left = events.loc[~events.index.isin(coded.index), column]
    if rest is not None:
        return pd.concat([coded, events.loc[left.index].assign(category=rest)])
    if len(left):
        raise ValueError(f"no category of the dictionary is named by: {'; '.join(left)}")
    return coded


def rates_around(
    dates: pd.Series, at: pd.Timestamp, days_before: int, until: pd.Timestamp
) -> pd.Series:
    """Compare how often something is recorded before and after a day.

    Formula: records / days in the window, times 30. If the rate had not changed, each of the n
    records would fall after the day with the chance p = days after / all days, independently; the
    chance of a split at least as uneven to the same side is a tail of that binomial distribution.

    Args:
        dates: days of the records.
        at: the first day of the time after.
        days_before: length of the time before.
        until: the last day of the time after, up to which the record is known.

    Returns:
        ``before`` and ``after`` (records), ``days_before`` and ``days_after``, ``rate_before`` and
        ``rate_after`` (records in 30 days), ``chance`` (of a split at least as uneven to that
        side, 0 to 1).

    Raises:
        ValueError: the record ends before the day.
    """
    from scipy.stats import binom

    if until < at:
        raise ValueError(f"the record ends on {until.date()}, before {at.date()}")
    start = at - pd.Timedelta(days=days_before)
    before = int(((dates >= start) & (dates < at)).sum())
    after = int(((dates >= at) & (dates <= until)).sum())
    days_after = (until - at).days + 1
    n, p = before + after, days_after / (days_before + days_after)
    split = binom(n, p)
    return pd.Series(
        {
            "before": before,
            "after": after,
            "days_before": days_before,
            "days_after": days_after,
            "rate_before": 30 * before / days_before,
            "rate_after": 30 * after / days_after,
            "chance": float(split.sf(after - 1) if after > n * p else split.cdf(after)),
        }
    )


def dispersion(
    dates: pd.Series, first: pd.Timestamp, last: pd.Timestamp, days: int
) -> float | None:
    """Index of dispersion of records: variance over mean of their number in spans of equal length.

    Independent records have 1; those that cluster more, those that keep apart less (Cox and Lewis
    1966).

    Args:
        dates: days of the records.
        first, last: first and last day of the time looked at.
        days: length of a span; days left over at the end are left out.

    Returns:
        The index; None with fewer than two spans, or without records.
    """
    spans = ((last - first).days + 1) // days
    place = (dates - first).dt.days // days
    found = place.value_counts().reindex(range(spans), fill_value=0)
    return float(found.var() / found.mean()) if spans > 1 and found.any() else None


TAKES_PART = r"(?<!not a )member|participant|guarantor|in force|exempt|host"
"""What the status in a body says of a state that takes part in it, and does not only observe."""


def standing_in_bodies(
    membership: pd.DataFrame, sides: dict[str, str], until: pd.Timestamp
) -> pd.DataFrame:
    """Put the steps of each side in each body on a line: from each dated step to the next one.

    No exit is on record: who once took part still does, whatever the next step is.

    Args:
        membership: rows of ``membership``.
        sides: what the columns of a side begin with (``irn``, ``rus``) → its name.
        until: the day up to which the record is known, where the last line of a side ends.

    Returns:
        One row a body, side and dated step, in this order: the columns of ``membership`` with
        ``status``, ``date`` and ``precision`` of the side, ``side``, ``full`` (it takes part, see
        :data:`TAKES_PART`) and ``until``.
    """
    parts = []
    for side, name in sides.items():
        own = {"status": "status", "date": "date", "date_precision": "precision"}
        renamed = {f"{side}_{column}": plain for column, plain in own.items()}
        parts.append(membership.rename(columns=renamed).assign(side=name))
    lines = pd.concat(parts).dropna(subset=["date", "status"])
    lines = lines.drop_duplicates(["organisation", "side", "date", "status"])
    lines = lines.sort_values(["organisation", "side", "date"])
    full = lines["status"].str.contains(TAKES_PART, regex=True)
    keys = [lines["organisation"], lines["side"]]
    return lines.assign(
        full=full.groupby(keys).cummax(),
        until=lines.groupby(["organisation", "side"])["date"].shift(-1).fillna(until),
    )
