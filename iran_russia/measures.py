"""The field's published measures, as pure functions of tables.

Every function names its formula, its units and where the formula comes from. References are in
``book/references.bib``.
"""

import pandas as pd

# Shares and concentration


def shares(values: pd.Series) -> pd.Series:
    """Divide each value by the sum of all: shares between 0 and 1, in the order given."""
    return values / values.sum()


def herfindahl_hirschman(values: pd.Series) -> float:
    """Herfindahl–Hirschman index of concentration, between 1/n and 1.

    Formula: the sum of squared shares (Hirschman 1964). Missing values count as nothing.
    """
    return float((shares(values.dropna()) ** 2).sum())


def rank_among(values: pd.Series, key: object) -> int:
    """Return the rank of one entry when the largest value is first; ties share the better rank.

    Args:
        values: one value an entry, indexed by its key.
        key: the entry asked for.

    Raises:
        KeyError: the entry is not in the index.
    """
    return int(values.rank(ascending=False, method="min").loc[key])


# Trade


def mirror_ratio(exporter_report: pd.Series, importer_report: pd.Series) -> pd.Series:
    """Exporter's figure over importer's figure for the same flow; 1 means that they agree.

    An importer usually counts cost, insurance and freight (CIF) and an exporter does not (FOB),
    so agreement shows as a ratio somewhat below 1 (Hamanaka 2012).
    """
    return exporter_report / importer_report


def trade_intensity(
    bilateral: pd.Series,
    exports: pd.Series,
    imports: pd.Series,
    world_imports: pd.Series,
    own_imports: pd.Series,
) -> pd.Series:
    """Trade intensity index: observed exports over what the partner's size would give.

    Formula: (x_ij / X_i) / (M_j / (M_w - M_i)), where x_ij are exports of i to j, X_i all exports
    of i, M_j all imports of j, M_w imports of the world and M_i those of i (Drysdale and Garnaut
    1982). 1 means exports in proportion to the partner's share of world imports. All five series
    in the same currency, aligned on the same index.
    """
    return (bilateral / exports) / (imports / (world_imports - own_imports))


def revealed_comparative_advantage(exports: pd.Series, reference: pd.Series) -> pd.Series:
    """Balassa index: a product's share of one flow over its share of a reference flow.

    Formula: (x_k / X) / (r_k / R) (Balassa 1965). Above 1: the product weighs more in this flow
    than in the reference. Both series are indexed by product; a product absent from the
    reference gives a missing value.
    """
    return shares(exports) / shares(reference).reindex(exports.index).where(lambda r: r > 0)


def unit_value(value_usd: pd.Series, weight_kg: pd.Series) -> pd.Series:
    """Value over weight, in US dollars a kilogram; missing where no weight is recorded."""
    return value_usd / weight_kg.where(weight_kg > 0)


def product_turnover(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Sort products into kept, new and lost between two periods.

    Args:
        before: value of each product in the first period, indexed by product code.
        after: the same for the second period.

    Returns:
        A frame indexed by product with ``before``, ``after`` (0 where absent) and ``change``,
        one of ``kept``, ``new``, ``lost``.
    """
    both = pd.DataFrame({"before": before, "after": after}).fillna(0.0)
    both["change"] = "kept"
    both.loc[both["before"] == 0, "change"] = "new"
    both.loc[both["after"] == 0, "change"] = "lost"
    return both[(both["before"] > 0) | (both["after"] > 0)]


# Arms transfers


def tiv_between(
    transfers: pd.DataFrame,
    first: int,
    last: int,
    by: str,
    year: str = "year",
    value: str = "tiv_millions",
) -> pd.Series:
    """Sum trend-indicator values over a span of years, the largest first.

    A TIV measures the military capability transferred, not money (SIPRI 2026, Methodology).

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


# Announced and realised


def realisation_rate(deals: pd.DataFrame, status: str = "status") -> pd.Series:
    """Share of announced deals that were carried out, with the bounds that doubt leaves.

    Args:
        deals: one row a deal; ``status`` holds ``realised``, ``partly``, ``open``, ``failed`` or
            ``unknown``.
        status: the column of the status.

    Returns:
        ``low`` (only what is known to be realised), ``high`` (partly realised and unknown ones
        counted as realised too) and ``deals`` (how many there are).
    """
    count = deals[status].value_counts()
    n = len(deals)
    realised = count.get("realised", 0)
    doubtful = count.get("partly", 0) + count.get("unknown", 0)
    return pd.Series({"low": realised / n, "high": (realised + doubtful) / n, "deals": n})


# Events


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
        A frame with ``year``, the ``by`` columns and ``events``.
    """
    years = events[date].dt.year if hasattr(events[date], "dt") else events[date]
    counted = events.assign(year=years.astype(int))
    span = range(counted["year"].min(), counted["year"].max() + 1)
    if by is None:
        return (
            counted["year"]
            .value_counts()
            .reindex(span, fill_value=0)
            .rename_axis("year")
            .reset_index(name="events")
        )
    by = [by] if isinstance(by, str) else by
    table = counted.groupby(["year", *by]).size().unstack(by, fill_value=0)
    long = table.reindex(span, fill_value=0).stack(by, future_stack=True)
    return long.rename("events").reset_index()


def before_and_after(values: pd.Series, breaks: list[int], years: int = 3) -> pd.DataFrame:
    """Compare the mean before and after each break year, with the spread on either side.

    Args:
        values: one value a year, indexed by year.
        breaks: the years compared; the break year itself belongs to the time after.
        years: how many years on each side.

    Returns:
        One row a break and side: ``break_year``, ``side`` (``before`` or ``after``), ``mean``,
        ``lowest``, ``highest``, ``years`` (how many had a value).
    """
    rows = []
    for at in breaks:
        for side, first, last in (("before", at - years, at - 1), ("after", at, at + years - 1)):
            window = values[(values.index >= first) & (values.index <= last)].dropna()
            rows.append(
                {
                    "break_year": at,
                    "side": side,
                    "mean": window.mean(),
                    "lowest": window.min(),
                    "highest": window.max(),
                    "years": len(window),
                }
            )
    return pd.DataFrame(rows)
