"""Sanctions in force, promised payment links, and what followed new restrictions."""

import pandas as pd

from iran_russia.measures.deals import realisation_rate
from iran_russia.measures.series import items_of, names

REACHED = {
    "talks": "open",
    "announced": "open",
    "promised": "open",
    "signed": "open",
    "partly working": "partly",
    "working": "realised",
    "setback": "failed",
}
"""Outcome of a payment link by the stage of a step, for :func:`link_outcomes`."""

SIGNS = {"over": "over ", "about": "about ", "equal": "", "range": "", "under": "under "}
"""Words before a stated number, by its qualifier."""

LISTED = {
    "designations": "not split",
    "individuals and entities": "not split",
    "Duma deputies": "persons",
    "individuals": "persons",
    "entities": "firms and bodies",
    "vessels": "vessels",
}
"""What is listed, by the words of the source, for :func:`listings_moved`."""

AMOUNTS = {"amount_usd_millions": 1.0, "gold_grams": 1e-3, "oil_barrels_per_day": 1e-3}
"""Columns of claimed amounts, and the factor to million dollars, kilograms, thousand barrels."""


def in_force(cases: pd.DataFrame, years: range) -> pd.DataFrame:
    """Put each sanctions case in every year in which it was in force.

    A case counts in all calendar years from its first to its last, both included, as in the Global
    Sanctions Data Base (Felbermayr and others 2020): one that ended in January still counts for
    that year.

    Args:
        cases: one row a case, with ``start_year`` and ``end_year``.
        years: the years asked for, e.g. ``range(2013, 2023)``; only years that the table covers
            in full make sense.

    Returns:
        One row a case and year in force: ``year`` and the columns of ``cases``.
    """
    every = cases.merge(pd.DataFrame({"year": list(years)}), how="cross")
    held = every[every["year"].between(every["start_year"], every["end_year"])]
    return held[["year", *cases.columns]].sort_values("year", kind="stable", ignore_index=True)


def lead_sender(senders: pd.Series) -> pd.Series:
    """Name whose case it is: the only sender, ``EU`` with states that joined it, or ``several``.

    Args:
        senders: codes separated by semicolons, in the order of the source.
    """
    named = items_of(senders)
    first = named.str[0]
    return first.where((named.str.len() == 1) | (first == "EU"), "several")


def against(held: pd.DataFrame, targets: list[str]) -> pd.DataFrame:
    """Put each case under each of the targets that it names; one that names two stands in both.

    Args:
        held: one row a case, or a case and year, with ``targets``, codes separated by semicolons.
        targets: ISO 3166-1 codes.

    Returns:
        The rows of ``held`` with ``target`` added, in the order of ``targets``.
    """
    return pd.concat([held[names(held["targets"], t)].assign(target=t) for t in targets])


def listings_moved(counts: pd.DataFrame) -> pd.DataFrame:
    """Read what was added to sanctions lists and taken off them, removals below zero.

    Figures of low confidence are left out, and so is a law firm's rival count of one package of
    the European Union, which the Council counted itself.

    Args:
        counts: rows of ``sanctions_designations``.

    Returns:
        The rows that are no stock, with ``kind`` (see :data:`LISTED`) and ``change`` (listings).
    """
    firm = counts[(counts["confidence"] != "low") & (counts["counted_by"] != "Steptoe")]
    moved = firm[firm["measure"] != "stock"]
    signed = moved["listings"].where(moved["measure"] == "added", -moved["listings"])
    return moved.assign(kind=moved["counted"].map(LISTED), change=signed.astype(float))


def stated_totals(stock: pd.DataFrame) -> pd.DataFrame:
    """Add up the persons and the bodies that one source states for a list on one day.

    Args:
        stock: rows of ``sanctions_designations`` that are stocks of one list, with ``on``.

    Returns:
        One row a day and programme, by date: ``date``, ``on``, ``programme``, ``listings``,
        ``qualifier``, ``parts`` (how many kinds were stated apart; 1 for a total), ``publisher``,
        ``source_id``.
    """
    totals = stock.groupby(["date", "on", "programme"], as_index=False).agg(
        listings=("listings", "sum"),
        qualifier=("qualifier", "first"),
        parts=("counted", "nunique"),
        publisher=("publisher", "first"),
        source_id=("source_id", "first"),
    )
    return totals.sort_values("date")


def whole_months(listed: pd.DataFrame, missing_days: int = 6) -> pd.DataFrame:
    """Keep the months whose copy of the list was made when at most so few days were left of them.

    Args:
        listed: one row a month and group, with ``listed_on``, the day of the copy.
        missing_days: days that may follow the copy within its month.
    """
    on = listed["listed_on"].dt
    return listed[on.days_in_month - on.day <= missing_days]


def laid_end_to_end(steps: pd.DataFrame, value: str, by: list[str]) -> pd.DataFrame:
    """Place the values of a group one upon the other, in the order of the rows.

    Args:
        steps: one row a value.
        value: the column of values; missing ones take no room.
        by: columns of groups.

    Returns:
        ``steps`` with the missing values as 0, and ``base`` and ``end`` in the unit of the values.
    """
    filled = steps.assign(**{value: steps[value].fillna(0)})
    end = filled.groupby(by)[value].cumsum()
    base = end - filled[value]
    return filled.assign(base=base, end=base + filled[value])


def as_worded(low: pd.Series, high: pd.Series, qualifier: pd.Series) -> pd.Series:
    """Write a stated share as it was said: ``over 80 %``, ``25–30 %``, ``40 %``.

    Args:
        low: per cent; of a range the lower end.
        high: per cent; read for a range only.
        qualifier: a key of :data:`SIGNS`.
    """
    lower, upper = low.map("{:g}".format), high.map("{:g}".format)
    return qualifier.map(SIGNS) + lower.where(qualifier != "range", lower + "–" + upper) + " %"


def with_further_shares(shares: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Give the second share of a statement a row of its own, where it is of the measure asked for.

    Args:
        shares: rows of ``settlement_shares`` with ``share``, see :func:`as_worded`.
        measure: a value of ``further_measure``, e.g. ``rouble alone``.

    Returns:
        ``shares`` and the rows added below, with ``measure``, ``qualifier``, ``share_low_pct``,
        ``share_high_pct`` and ``share`` of the second share.
    """
    held = shares[shares["further_measure"] == measure]
    value, how = held["further_share_pct"], held["further_qualifier"]
    further = held.assign(
        measure=measure,
        qualifier=how,
        share_low_pct=value,
        share_high_pct=value,
        share=as_worded(value, value, how),
    )
    return pd.concat([shares, further])


def claimed_amounts(claims: pd.DataFrame) -> pd.DataFrame:
    """Read one amount a row out of claims of payment: gold by weight, all else as it is stated.

    Args:
        claims: rows of ``payment_claims``; further columns are kept.

    Returns:
        ``claims`` without the columns of :data:`AMOUNTS`, with ``column`` (the one read) and
        ``amount`` (million US dollars, kilograms, or thousand barrels a day), one column after
        the other. Claims without an amount have no row.
    """
    others = [column for column in claims.columns if column not in AMOUNTS]
    sized = claims.melt(others, list(AMOUNTS), "column", "amount").dropna(subset="amount")
    sized = sized[(sized["instrument"] != "gold") | (sized["column"] == "gold_grams")]
    return sized.assign(amount=sized["amount"] * sized["column"].map(AMOUNTS))


def restrictions(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the sanctions of third parties that closed a channel, one a month.

    Where a decision and its effect fall into one month, as in March 2012, the effect stands.

    Args:
        events: one row an event by date, with ``event_type``, ``valence`` and ``date``.
    """
    shocks = events[events["event_type"].eq("sanction") & events["valence"].eq("frictional")]
    return shocks[~shocks["date"].dt.to_period("M").duplicated(keep="last")]


def first_step(steps: pd.DataFrame, link: str, stage: str | None = None) -> pd.Timestamp:
    """Day of the first step of a payment link, or of its first step at a stage; none without one.

    Args:
        steps: one row a step, with ``link``, ``date`` and ``stage``.
        link: a value of ``link``.
        stage: a key of :data:`REACHED`; by default any.
    """
    held = steps[(steps["link"] == link) & ((stage is None) | (steps["stage"] == stage))]
    return held["date"].min()


def link_outcomes(steps: pd.DataFrame) -> pd.DataFrame:
    """Say of each payment link that was promised what became of it, for ``realisation_rate``.

    A link counts as promised when at least one step announced, promised or signed it; talks alone,
    or a start without any promise on record, do not count. The furthest step since the last setback
    decides (:data:`REACHED`): ``working`` is ``realised``, ``partly working`` is ``partly``, and
    with neither of them the link is ``open``, or ``failed`` when the setback was the last step.
    ``working`` means that a party states it, not that the link carries much of the trade.

    Args:
        steps: one row a step, with ``link``, ``date`` and ``stage`` (a key of :data:`REACHED`).

    Returns:
        One row a link: ``link``, ``promised_on`` (first announcement, promise or signature),
        ``latest`` (date of the last step), ``status``.
    """
    order = ["open", "partly", "realised"]
    rows = []
    for link, told in steps.sort_values("date", kind="stable").groupby("link", sort=False):
        promised = told[told["stage"].isin(["announced", "promised", "signed"])]
        if promised.empty:
            continue
        reached = told["stage"].map(REACHED).tolist()
        since = reached[::-1].index("failed") if "failed" in reached else len(reached)
        after = reached[len(reached) - since :]
        status = max(after, key=order.index) if after else "failed"
        rows.append((link, promised["date"].min(), told["date"].max(), status))
    return pd.DataFrame(rows, columns=["link", "promised_on", "latest", "status"])


def promises_kept(steps: pd.DataFrame, seen_until: pd.Timestamp) -> pd.DataFrame:
    """Compare each dated promise of a payment link with the day on which it was said to work.

    Formula: days late = day of the first ``working`` step of the link − last day promised. A
    promise of a month, or of a time within months, is late only after the last day of that time.

    Args:
        steps: one row a step, with ``link``, ``date``, ``stage`` and ``promised_for`` (the last
            day promised; missing where the step promises no date).
        seen_until: the last day that the table of steps covers.

    Returns:
        One row a dated promise: ``link``, ``promised_on``, ``promised_for``, ``working_on``
        (missing when no step says so), ``days_late`` and ``status``: ``in time``, ``late``,
        ``not seen`` (due by ``seen_until`` and nothing on record) or ``not due``.
    """
    working = steps[steps["stage"] == "working"].groupby("link")["date"].min()
    made = steps[steps["promised_for"].notna()].rename(columns={"date": "promised_on"})
    made = made[["link", "promised_on", "promised_for"]].reset_index(drop=True)
    made["working_on"] = pd.to_datetime(made["link"].map(working))
    made["days_late"] = (made["working_on"] - made["promised_for"]).dt.days.astype("Int64")
    due = made["promised_for"] <= seen_until
    made["status"] = due.map({True: "not seen", False: "not due"})
    made.loc[made["working_on"].notna(), "status"] = "late"
    made.loc[made["days_late"] <= 0, "status"] = "in time"
    return made


def realised_links(steps: pd.DataFrame) -> pd.Series:
    """Share of promised payment links that work, with the bounds that doubt leaves.

    Returns:
        What :func:`~iran_russia.measures.deals.realisation_rate` gives for
        :func:`link_outcomes`: ``low``, ``high`` and ``deals`` (the number of links).
    """
    return realisation_rate(link_outcomes(steps))


def followed_within(
    shocks: pd.DataFrame, answers: pd.DataFrame, months: int, by: str = "event_id"
) -> pd.DataFrame:
    """Pair each restriction with the steps dated within so many months after it.

    Sequence only: that a step follows does not show that the restriction caused it.

    Args:
        shocks: one row a restriction, with ``date`` and ``by``.
        answers: one row a step, with ``date`` and ``by``.
        months: length of the window; a step on the day of the restriction does not count, one on
            the last day does.
        by: column of the key of either table.

    Returns:
        One row a restriction: ``by``, ``date``, ``steps`` (how many followed) and ``first_step``
        (key of the first one, missing when there is none).
    """
    rows = []
    for shock in shocks.to_dict("records"):
        last = shock["date"] + pd.DateOffset(months=months)
        after = answers[(answers["date"] > shock["date"]) & (answers["date"] <= last)]
        after = after.sort_values("date", kind="stable")
        first = after[by].iloc[0] if len(after) else None
        rows.append((shock[by], shock["date"], len(after), first))
    return pd.DataFrame(rows, columns=[by, "date", "steps", "first_step"])
