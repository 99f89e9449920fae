"""Launches of drones as bulletins report them, and claims on their output."""

import pandas as pd

from iran_russia.measures.series import DAYS_A_MONTH


def launches_by(bulletins: pd.DataFrame, frequency: str = "M") -> pd.DataFrame:
    """Sum bulletins by month or year of the report, and give the share neutralised.

    Formula: neutralised = destroyed + not reaching the target, which is comparable before and
    after the two classes were merged; share = neutralised / launched; remaining = launched −
    neutralised (hit, left the country, still in the air or not accounted for).

    Args:
        bulletins: one row a bulletin: ``report_date``, ``launched``, ``destroyed``,
            ``not_reach_goal`` (drones; missing counts as none).
        frequency: ``M`` for months, ``Y`` for years.

    Returns:
        One row a period from the first to the last, also where nothing was reported: ``start``
        and ``end`` (its first and last day), the three sums, ``neutralised``, ``remaining``,
        ``neutralised_share`` (0 to 1, missing without launches), ``largest`` (drones in the
        largest bulletin), ``bulletins``, and ``complete`` (false where the bulletins begin after
        the first day or end before the last day of the period). No row without a bulletin.
    """
    dates = bulletins["report_date"]
    period = dates.dt.to_period(frequency)
    counts = ["launched", "destroyed", "not_reach_goal"]
    by = bulletins[counts].fillna(0).astype(int).groupby(period)
    if bulletins.empty:
        span = pd.PeriodIndex([], freq=frequency, name="start")
    else:
        span = pd.period_range(period.min(), period.max(), freq=frequency, name="start")
    sums = by.sum().reindex(span, fill_value=0)
    sums["largest"] = by["launched"].max().reindex(span, fill_value=0)
    sums["bulletins"] = by.size().reindex(span, fill_value=0)
    sums = sums.reset_index().assign(
        end=lambda f: f["start"].dt.end_time.dt.normalize(),
        start=lambda f: f["start"].dt.start_time,
    )
    sums["neutralised"] = sums["destroyed"] + sums["not_reach_goal"]
    sums["remaining"] = sums["launched"] - sums["neutralised"]
    sums["neutralised_share"] = sums["neutralised"] / sums["launched"].where(sums["launched"] > 0)
    sums["complete"] = (sums["start"] >= dates.min()) & (sums["end"] <= dates.max())
    return sums


def with_trust(months: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """Say of each month how far its share neutralised can be trusted.

    Before drones that did not reach their target had a class of their own, the number launched was
    often the number shot down, so that the share is too high.

    Args:
        months: rows of :func:`launches_by`.
        since: first day of the first month with the second class.

    Returns:
        ``months`` with ``trust`` (``as reported``, ``overstated`` before ``since``, ``part of a
        month`` where it is not complete) and ``sure`` (as reported).
    """
    trust = (months["start"] >= since).map({True: "as reported", False: "overstated"})
    trust = trust.where(months["complete"], "part of a month")
    return months.assign(trust=trust, sure=trust == "as reported")


def fates(months: pd.DataFrame, merged: pd.Timestamp) -> pd.DataFrame:
    """Lay what became of the drones of each month end to end, as shares of those launched.

    Formula: shot down from 0 to destroyed / launched, not reaching a target from there to the share
    neutralised.

    Args:
        months: rows of :func:`launches_by`.
        merged: first day of the month from which on both classes are one, ``destroyed``.

    Returns:
        The columns of ``months`` with ``fate`` (``shot down``, since ``merged`` ``one class``;
        then ``did not reach a target``), ``base`` and ``top`` (0 to 1; missing without launches):
        first all months with what was shot down, then all with what did not reach a target.
    """
    shot = months["destroyed"] / months["launched"]
    named = (months["start"] >= merged).map({True: "one class", False: "shot down"})
    off = months.assign(fate="did not reach a target", base=shot, top=months["neutralised_share"])
    return pd.concat([months.assign(fate=named, base=0.0, top=shot), off])


def same_number(bulletins: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    """Share of bulletins that give the same number launched and shot down, by time.

    Args:
        bulletins: one row a bulletin: ``report_date``, ``launched``, ``destroyed`` (drones).
        since: first day of the time after.

    Returns:
        ``before`` and ``after``, 0 to 1; missing where there is no bulletin.
    """
    after = (bulletins["report_date"] >= since).map({True: "after", False: "before"})
    alike = bulletins["launched"].eq(bulletins["destroyed"]).astype("float64")
    return alike.groupby(after).mean().reindex(["before", "after"])


def shaheds_proper(bulletins: pd.DataFrame) -> pd.DataFrame:
    """Share of actual Shaheds among drones launched, where bulletins state their number.

    Formula: stated / launched, over the bulletins that state it; coverage = launched in those
    bulletins / launched in all. The rest of a stating bulletin is mostly decoys.

    Args:
        bulletins: one row a bulletin: ``report_date``, ``launched``, ``shahed_proper_stated``
            (drones; missing where not stated).

    Returns:
        One row a month with a bulletin: ``month`` (its first day), ``launched``,
        ``launched_where_stated``, ``stated`` (drones), ``share`` and ``coverage`` (0 to 1; share
        is missing where no bulletin states the number).
    """
    known = bulletins["shahed_proper_stated"].notna()
    table = (
        bulletins.assign(
            month=bulletins["report_date"].dt.to_period("M").dt.start_time,
            launched_where_stated=bulletins["launched"].where(known, 0),
            stated=bulletins["shahed_proper_stated"].fillna(0),
        )
        .groupby("month")[["launched", "launched_where_stated", "stated"]]
        .sum()
        .astype(int)
        .reset_index()
    )
    base = table["launched_where_stated"]
    return table.assign(share=table["stated"] / base, coverage=base / table["launched"])


def by_kind(proper: pd.DataFrame) -> pd.DataFrame:
    """Lay the drones of each month end to end by what the bulletins say of their kind.

    Formula: Shaheds proper from 0 to the number stated, others up to the number launched in
    bulletins that state it, and those whose kind is not stated up to all launched.

    Args:
        proper: rows of :func:`shaheds_proper` with ``end`` (last day of the month).

    Returns:
        One row a kind and month: ``month``, ``end``, ``kind``, ``base``, ``top`` and ``drones``
        (top − base), the last three in drones.
    """
    bounds = {
        "Shaheds proper": (0, proper["stated"]),
        "others, mostly decoys": (proper["stated"], proper["launched_where_stated"]),
        "kind not stated": (proper["launched_where_stated"], proper["launched"]),
    }
    layers = pd.concat(
        proper[["month", "end"]].assign(kind=kind, base=base, top=top)
        for kind, (base, top) in bounds.items()
    )
    return layers.assign(drones=layers["top"] - layers["base"])


def left_by_decoys(claims: pd.DataFrame) -> pd.DataFrame:
    """Range that claims on the share of decoys leave for Shaheds proper.

    Formula: low = 1 − the upper end of the share of decoys, high = 1 − its lower end.

    Args:
        claims: one row a claim: ``quantity_low``, ``quantity_high`` (per cent).

    Returns:
        ``claims`` with ``low`` and ``high`` (0 to 1).
    """
    return claims.assign(
        low=1 - claims["quantity_high"] / 100, high=1 - claims["quantity_low"] / 100
    )


def period_names(starts: pd.Series, ends: pd.Series) -> pd.Series:
    """Name periods: ``May 2024`` where it is a whole month, else ``to 3 Aug 2023``.

    Names that come again get a number: ``May 2024 (2)``.

    Args:
        starts, ends: first and last day of each period.
    """
    whole = (starts.dt.day == 1) & (ends == starts + pd.offsets.MonthEnd())
    until = "to " + ends.dt.day.astype("str") + ends.dt.strftime(" %b %Y")
    name = starts.dt.strftime("%b %Y").where(whole, until)
    again = name.groupby(name).cumcount() + 1
    return name + (" (" + again.astype("str") + ")").where(again > 1, "")


def check_published(published: pd.DataFrame, bulletins: pd.DataFrame) -> pd.DataFrame:
    """Compare published totals with the sum of the bulletins of the same days.

    Formula: difference = sum of the bulletins − published; in per cent of the published total.

    Args:
        published: one row a total: ``period_start``, ``period_end`` (first and last day),
            ``measure`` (a column of ``bulletins``), ``published`` (drones).
        bulletins: one row a bulletin with ``report_date`` and the measures.

    Returns:
        ``published`` with ``own`` (drones), ``difference`` (drones) and ``difference_percent``.
    """
    own = [
        bulletins.loc[
            bulletins["report_date"].between(row.period_start, row.period_end), row.measure
        ].sum()
        for row in published.itertuples()
    ]
    table = published.assign(own=pd.Series(own, index=published.index, dtype="int64"))
    table["difference"] = table["own"] - table["published"].astype(int)
    return table.assign(difference_percent=100 * table["difference"] / table["published"])


def revised_months(vintages: pd.DataFrame) -> pd.DataFrame:
    """Find closed months whose figures differ between copies of the table.

    A month is closed in a copy when the last report of the copy lies after the month's end.

    Args:
        vintages: one row a copy and month: ``last_report``, ``month`` (first day), and the
            figures ``launched``, ``destroyed``, ``reports``.

    Returns:
        One row a closed month that stands in at least two copies: ``month``, ``copies`` and
        ``revised`` (any figure differs).
    """
    closed = vintages[vintages["last_report"] > vintages["month"] + pd.offsets.MonthEnd()]
    by = closed.groupby("month")
    values = by[["launched", "destroyed", "reports"]].nunique()
    table = pd.DataFrame({"copies": by.size(), "revised": (values > 1).any(axis=1)})
    return table[table["copies"] > 1].reset_index()


def monthly_rate(claims: pd.DataFrame) -> pd.DataFrame:
    """Put claims on output on one footing: drones a month, low and high end.

    Formula: a rate by day, month or year is multiplied by the days of a mean month over its own;
    a total is divided by the days of the period it covers (both ends included) and multiplied by
    the days of a mean month. An end that a claim leaves open stays missing.

    Args:
        claims: one row a claim: ``quantity_low``, ``quantity_high``, ``quantity_per`` (``day``,
            ``month``, ``year`` or ``total``), ``period_start``, ``period_end``.

    Returns:
        ``claims`` with ``rate_low`` and ``rate_high`` (drones a month); totals without a period
        have no rate.
    """
    days = (claims["period_end"] - claims["period_start"]).dt.days + 1
    own = claims["quantity_per"].map({"day": 1.0, "month": DAYS_A_MONTH, "year": 365.25})
    factor = DAYS_A_MONTH / own.fillna(days)
    return claims.assign(
        rate_low=claims["quantity_low"] * factor, rate_high=claims["quantity_high"] * factor
    )


def output_claimed(claims: pd.DataFrame) -> pd.DataFrame:
    """Keep claims on the output of attack drones and on plans for it that give a rate.

    Decoys (Gerbera) are left out, and claims without a number or a time.

    Args:
        claims: one row a claim: ``category``, ``item``, ``date``, and the columns that
            :func:`monthly_rate` needs.

    Returns:
        Rows of :func:`monthly_rate` with ``plan`` (``planned`` or ``claimed as made``), ``rate``
        and ``top`` (its low and high end in drones a month, the other end where one is open) and
        ``begin`` (first day of the period, else the date).
    """
    made = claims["category"].isin(["production", "production_plan"])
    rated = monthly_rate(claims[made & ~claims["item"].str.contains("Gerbera")])
    rated = rated[rated[["rate_low", "rate_high"]].notna().any(axis=1)]
    planned = rated["category"] == "production_plan"
    return rated.assign(
        plan=planned.map({True: "planned", False: "claimed as made"}),
        rate=rated["rate_low"].fillna(rated["rate_high"]),
        top=rated["rate_high"].fillna(rated["rate_low"]),
        begin=rated["period_start"].fillna(rated["date"]),
    )


def stated_quantity(claims: pd.DataFrame) -> pd.Series:
    """Write the quantity of each claim with its limits and unit: ``at most 2,700 drones a month``.

    Args:
        claims: one row a claim: ``quantity_low``, ``quantity_high``, ``quantity_bound``,
            ``quantity_unit``, ``quantity_per``, ``quantity_wording``.

    Returns:
        Texts; the wording of the claim where it gives no number, empty without one.
    """
    low = claims["quantity_low"].fillna(claims["quantity_high"])
    each = low.map("{:,.0f}".format)
    upto = each + "–" + claims["quantity_high"].map("{:,.0f}".format)
    bound = claims["quantity_bound"].where(
        claims["quantity_bound"].isin(["about", "at least", "at most"])
    )
    per = claims["quantity_per"].where(claims["quantity_per"] != "total")
    text = (
        (bound + " ").fillna("")
        + each.where(claims["quantity_bound"] != "range", upto)
        + " "
        + claims["quantity_unit"]
        + (" a " + per).fillna("")
    )
    return text.where(low.notna(), claims["quantity_wording"].fillna(""))


def in_one_number(claims: pd.DataFrame) -> pd.DataFrame:
    """Add where a claimed price or value is drawn and how it is written.

    Args:
        claims: one row a claim: ``low`` and ``high`` in one unit (low may be missing), ``bound``.

    Returns:
        ``claims`` with ``point`` (the low end, else the high one) and ``text`` (the high end; both
        ends of a ``range``).
    """
    high = claims["high"].map("{:g}".format)
    both = claims["low"].map("{:g}–".format) + high
    return claims.assign(
        point=claims["low"].fillna(claims["high"]),
        text=high.where(claims["bound"] != "range", both),
    )


def unit_costs(claims: pd.DataFrame) -> pd.DataFrame:
    """Stated cost of one drone in one number: a range counts with its middle.

    Formula: (low + high) / 2, or the one of them that is stated.

    Args:
        claims: one row a claim: ``drone_price_low_usd``, ``drone_price_high_usd``.

    Returns:
        The claims that state a cost, with ``usd`` and ``thousand_usd`` (US dollars).
    """
    usd = claims[["drone_price_low_usd", "drone_price_high_usd"]].mean(axis=1)
    return claims.assign(usd=usd, thousand_usd=usd / 1000)[usd.notna()]


def contract_parts(contract: pd.Series) -> pd.Series:
    """Part the value of a contract into its drones and what else it holds.

    Formula: goods = quantity × price of one drone; rest = value − goods.

    Args:
        contract: a claim: ``value_usd``, ``quantity_low`` (drones), ``drone_price_low_usd``.

    Returns:
        ``value``, ``goods`` and ``rest`` in current US dollars.
    """
    goods = contract["quantity_low"] * contract["drone_price_low_usd"]
    value = contract["value_usd"]
    return pd.Series({"value": value, "goods": goods, "rest": value - goods})


def drone_share_of_launches(bulletins: pd.DataFrame, missiles: pd.DataFrame) -> pd.DataFrame:
    """Share of drones in all drones and missiles launched, by calendar year.

    Args:
        bulletins: one row a bulletin on drones: ``report_date``, ``launched``.
        missiles: one row a month and model: ``month``, ``launched``.

    Returns:
        One row a year: ``year``, ``drones``, ``missiles``, ``share`` (0 to 1).
    """
    table = pd.DataFrame(
        {
            "drones": bulletins.groupby(bulletins["report_date"].dt.year)["launched"].sum(),
            "missiles": missiles.groupby(missiles["month"].dt.year)["launched"].sum(),
        }
    )
    table = table.fillna(0).astype(int).rename_axis("year").reset_index()
    return table.assign(share=table["drones"] / (table["drones"] + table["missiles"]))
