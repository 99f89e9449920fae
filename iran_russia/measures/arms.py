"""Volumes of arms transfers, in trend-indicator values."""

import pandas as pd

from iran_russia.measures.series import shares


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
    years = delivered["delivery_years"].str.split(";")
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
