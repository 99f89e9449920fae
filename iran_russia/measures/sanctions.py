"""Sanctions in force, promised payment links, and what followed new restrictions."""

import pandas as pd

from iran_russia.measures.deals import realisation_rate

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
    first = senders.str.split(";").str[0]
    return first.where(~senders.str.contains(";") | (first == "EU"), "several")


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
        ``not seen`` (due before ``seen_until`` and nothing on record) or ``not due``.
    """
    working = steps[steps["stage"] == "working"].groupby("link")["date"].min()
    made = steps[steps["promised_for"].notna()].rename(columns={"date": "promised_on"})
    made = made[["link", "promised_on", "promised_for"]].reset_index(drop=True)
    made["working_on"] = pd.to_datetime(made["link"].map(working))
    made["days_late"] = (made["working_on"] - made["promised_for"]).dt.days.astype("Int64")
    due = made["promised_for"] <= seen_until
    made["status"] = due.map({True: "not seen", False: "not due"})
    made.loc[made["days_late"] > 0, "status"] = "late"
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
