"""Volumes of arms transfers, in trend-indicator values."""

import pandas as pd

from iran_russia.measures.series import items_of, relative_change, shares


def tiv_between(
    transfers: pd.DataFrame,
    first: int,
    last: int,
    by: str,
    year: str = "year",
    value: str = "tiv_millions",
) -> pd.Series:
    """Sum trend-indicator values over a span of years, the largest first.

    A TIV measures the military capability transferred, not money (Holtom, Bromley and Simmel
    2012; SIPRI, Sources and methods).

    Args:
        transfers: one row a delivery.
        first: first year counted.
        last: last year counted.
        by: column to sum by, e.g. ``recipient_iso3``.
        year: column of the delivery year.
        value: column of the trend-indicator value in millions.
    """
    span = transfers[transfers[year].between(first, last)]
    return span.groupby(by)[value].sum().sort_values(ascending=False)


def split_over_delivery_years(deals: pd.DataFrame) -> pd.DataFrame:
    """Divide the delivered value of each deal equally over its delivery years.

    The register gives the years of delivery but not the number delivered in each, so this is an
    approximation: sums over long periods are right, single years can be far off. Use it only where
    no series by delivery year exists.

    Args:
        deals: one row a deal, with ``delivery_years`` (years separated by semicolons, missing when
            nothing was delivered) and ``tiv_delivered_millions``.

    Returns:
        One row a deal and delivery year: the columns of ``deals`` with ``year`` and
        ``tiv_millions`` (million trend-indicator values) added.
    """
    delivered = deals[deals["delivery_years"].notna()]
    years = items_of(delivered["delivery_years"])
    tiv = delivered["tiv_delivered_millions"] / years.str.len()
    split = delivered.assign(year=years, tiv_millions=tiv).explode("year", ignore_index=True)
    return split.assign(year=split["year"].astype("int64"))


def received_by(deliveries: pd.DataFrame, by: str) -> pd.DataFrame:
    """What each party received, and when.

    Args:
        deliveries: rows of :func:`split_over_delivery_years`.
        by: column of parties.

    Returns:
        One row a party, on its name: ``first`` and ``last`` year of delivery, ``deals`` (deliveries
        of a deal in a year), ``tiv_millions``.
    """
    return deliveries.groupby(by).agg(
        first=("year", "min"),
        last=("year", "max"),
        deals=("designation", "size"),
        tiv_millions=("tiv_millions", "sum"),
    )


def shares_by_period(
    transfers: pd.DataFrame, periods: dict[str, tuple[int, int]], by: str
) -> pd.DataFrame:
    """Sum, share and rank of each party in each span of years.

    Formula: the sums of :func:`tiv_between`, each divided by the sum of all parties in its period;
    the largest has rank 1, ties share the better rank.

    Args:
        transfers: one row a delivery, with ``year`` and ``tiv_millions``.
        periods: name → first and last year counted.
        by: column of the party, e.g. ``supplier_iso3``.

    Returns:
        One row a period and party with a delivery: ``period``, ``first``, ``last``, ``by``,
        ``tiv_millions``, ``share`` (0 to 1) and ``rank``, the largest first in each period.
    """
    parts = []
    for name, (first, last) in periods.items():
        total = tiv_between(transfers, first, last, by).rename("tiv_millions")
        ranks = total.rank(ascending=False, method="min").astype(int)
        part = pd.DataFrame({"tiv_millions": total, "share": shares(total), "rank": ranks})
        parts.append(part.reset_index(names=by).assign(period=name, first=first, last=last))
    return pd.concat(parts, ignore_index=True)[
        ["period", "first", "last", by, "tiv_millions", "share", "rank"]
    ]


def yearly_mean(transfers: pd.DataFrame, first: int, last: int) -> float:
    """Mean volume a year over a span of years, those without a delivery included.

    Args:
        transfers: one row a delivery, with ``year`` and ``tiv_millions``.
        first, last: first and last year counted.

    Returns:
        Million trend-indicator values a year.
    """
    span = transfers[transfers["year"].between(first, last)]
    return float(span["tiv_millions"].sum() / (last - first + 1))


def periods_back(first: int, last: int, years: int = 5) -> dict[str, tuple[int, int]]:
    """Divide a span into periods of equal length that end with its last year.

    The first period is shorter where the years do not come out even.

    Args:
        first, last: first and last year of the span.
        years: length of a period.

    Returns:
        ``"2021–2025"``, or ``"2001"`` of one year → first and last year, the earliest first.
    """
    ends = range(last, first - 1, -years)
    spans = [(max(first, end - years + 1), end) for end in reversed(ends)]
    return {f"{start}–{end}" if start < end else f"{end}": (start, end) for start, end in spans}


def others_together(by_period: pd.DataFrame, by: str, named: list[str]) -> pd.DataFrame:
    """Add up the parties that are not named, as ``others``, in each period.

    Args:
        by_period: rows of :func:`shares_by_period`.
        by: column of the party.
        named: parties that stay as they are.

    Returns:
        One row a period and party: ``period``, ``by``, ``tiv_millions`` and ``share``.
    """
    party = by_period[by].where(by_period[by].isin(named), "others")
    sums = by_period.assign(**{by: party}).groupby(["period", by], sort=False, as_index=False)
    return sums[["tiv_millions", "share"]].sum()


def mutual_shares(
    sides: dict[str, tuple[pd.DataFrame, str, str]], periods: dict[str, tuple[int, int]]
) -> pd.DataFrame:
    """Follow the weight of one party in several flows of arms, period by period.

    Formula: :func:`shares_by_period`, one party of each; a period without a delivery has share 0
    and no rank.

    Args:
        sides: name of a side → transfers (as for :func:`shares_by_period`), column of the party,
            and the party followed.
        periods: name → first and last year counted.

    Returns:
        One row a side and period: ``period``, ``side``, ``share`` (0 to 1), ``rank``,
        ``tiv_millions``.
    """
    found = pd.concat(
        shares_by_period(transfers, periods, by).query(f"{by} == @party").assign(side=side)
        for side, (transfers, by, party) in sides.items()
    )
    table = found.pivot(index="period", columns="side", values="share")
    table = table.reindex(index=list(periods), columns=sorted(sides)).fillna(0)
    table = table.rename_axis(index="period", columns="side")
    long = table.melt(ignore_index=False, value_name="share").reset_index()
    return long.merge(found[["period", "side", "rank", "tiv_millions"]], "left")


def order_and_deliveries(deals: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """List the order and each delivery year of every deal, with how certain it is.

    Args:
        deals: one row a deal of the arms transfers register.
        columns: columns that are kept.

    Returns:
        One row an order, then one a deal and delivery year: ``columns``, ``step`` (``ordered`` or
        ``delivered``), ``year``, and ``certainty`` (``as recorded``, or ``SIPRI’s estimate``: of
        the year at an order, of the number at deliveries).
    """
    split = split_over_delivery_years(deals)
    orders = deals[columns].assign(
        step="ordered", year=deals["order_year"], certainty=deals["order_year_is_estimate"]
    )
    arrived = split[columns].assign(
        step="delivered", year=split["year"], certainty=split["quantity_delivered_is_estimate"]
    )
    steps = pd.concat([orders, arrived], ignore_index=True)
    words = {True: "SIPRI’s estimate", False: "as recorded"}
    return steps.assign(certainty=steps["certainty"].map(words))


def years_to_delivery(deals: pd.DataFrame) -> pd.Series:
    """Years from the order of each deal to its first delivery; none for deals without one."""
    return (deals["delivery_year_first"] - deals["order_year"]).dropna()


def estimates_named(deals: pd.DataFrame, words: dict[str, str]) -> pd.Series:
    """Name what the register marks as an estimate in each deal.

    Args:
        deals: one row a deal.
        words: column of yes and no → what it marks, in words.

    Returns:
        The words, separated by semicolons; empty where nothing is marked.
    """
    marked = deals[list(words)].fillna(False).rename(columns=words)
    return marked.apply(lambda row: "; ".join(row.index[row.astype(bool)]), axis=1)


def decimal_years(dates: pd.Series) -> pd.Series:
    """Write dates as years with a fraction: year + (day of the year − 1) / 366."""
    return dates.dt.year + (dates.dt.day_of_year - 1) / 366


def change_of_sums(values: pd.Series, before: tuple[int, int], now: tuple[int, int]) -> float:
    """Change of a sum from one span of years to another, in per cent.

    Args:
        values: one value a year, indexed by year.
        before, now: first and last year of each span.

    Returns:
        100 × (sum now / sum before − 1); missing where the sum before is 0.
    """

    def total(first: int, last: int) -> float:
        return values[(values.index >= first) & (values.index <= last)].sum()

    change = relative_change(total(*now), total(*before))
    return float("nan") if change is None else 100 * change
