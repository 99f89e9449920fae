"""What was planned for a transport route against what it carried."""

import pandas as pd


def statements(freight: pd.DataFrame) -> pd.DataFrame:
    """Read the statements on tonnes, each with its year and its bounds.

    Args:
        freight: rows of ``corridor_freight``.

    Returns:
        The rows with ``million_tonnes``, and ``year`` (in which the period ends), ``low`` and
        ``high`` (million tonnes, equal where one value is stated), ``mark`` (``kind``, or
        ``capacity`` for what could be carried) and ``stage`` (``carried`` or ``planned``).
    """
    stated = freight[freight["million_tonnes"].notna()]
    mark = stated["kind"].where(stated["indicator"] != "capacity", "capacity")
    return stated.assign(
        year=stated["period_end"].dt.year,
        low=stated["million_tonnes"],
        high=stated["million_tonnes_upper"].fillna(stated["million_tonnes"]),
        mark=mark,
        stage=mark.map({"reported": "carried"}).fillna("planned"),
    )


def grown(stated: pd.DataFrame, growth: float) -> pd.DataFrame:
    """Figures of the year after, computed from a growth rate.

    Formula: figure x (1 + growth).

    Args:
        stated: rows of :func:`statements` of one year.
        growth: of the year after on that year, as a share.

    Returns:
        The rows a year later, with ``kind``, ``mark`` and ``qualifier`` ``computed``.
    """
    computed = dict.fromkeys(["kind", "mark", "qualifier"], "computed")
    return stated.assign(
        year=stated["year"] + 1,
        low=stated["low"] * (1 + growth),
        high=stated["high"] * (1 + growth),
        stage="carried",
        **computed,
    )


def period_words(stated: pd.DataFrame) -> pd.Series:
    """Write the period of each figure: ``2023``, ``Jan–Mar 2023`` or ``2028–2029``.

    Args:
        stated: rows of :func:`statements`.
    """
    first, last, kind = stated["period_start"], stated["period_end"], stated["period_type"]
    months = first.dt.strftime("%b") + "–" + last.dt.strftime("%b ")
    year = last.dt.year.astype("Int64").astype("str")
    years = first.dt.year.astype("Int64").astype("str") + "–" + year
    one = months.where(kind == "part of a year", "") + year
    return one.mask(kind == "several years", years)


def period_months(told: pd.DataFrame) -> pd.Series:
    """Write the period of each statement: its calendar year, or its first and last month.

    Args:
        told: rows with ``period_start``, ``period_end`` and ``period_type``, which is a calendar
            year where it is missing.

    Returns:
        ``2023``, or ``2023-03–2024-03``; missing where no period is stated.
    """
    first, last = told["period_start"], told["period_end"]
    calendar = told["period_type"].fillna("calendar year") == "calendar year"
    months = first.dt.strftime("%Y-%m") + last.dt.strftime("–%Y-%m")
    return first.dt.year.astype("Int64").astype("str").where(calendar, months)


def as_stated(told: pd.DataFrame, units: dict[str, str], upper: str) -> pd.DataFrame:
    """Write the one amount that each statement gives, with its unit.

    Args:
        told: one row a statement, with a column for each unit.
        units: words for the unit of each of these columns.
        upper: column of the upper bound, in the same unit.

    Returns:
        ``figure`` (``14.5``, or ``1.8–2`` where there is an upper bound) and ``unit``; missing
        where no amount is given.
    """
    amounts = told[list(units)].astype("float64")
    column = amounts.stack().dropna().reset_index(level=1)["level_1"]
    low, high = amounts.sum(axis=1, min_count=1), told[upper].astype("float64")
    written = "{:,.12g}".format
    to = ("–" + high.map(written)).where(high > low, "")
    return pd.DataFrame(
        {"figure": low.map(written).where(low.notna()) + to, "unit": column.map(units)}
    )


def whole_years(reports: pd.DataFrame) -> pd.DataFrame:
    """Keep the reports on the cargo of a whole year, 365 days or more.

    Args:
        reports: rows with ``period_start``, ``period_end`` and ``million_tonnes``.

    Returns:
        The rows with ``year``, in which the period ends.
    """
    days = (reports["period_end"] - reports["period_start"]).dt.days + 1
    whole = reports[(days >= 365) & reports["million_tonnes"].notna()]
    return whole.assign(year=whole["period_end"].dt.year)


def legs(places: pd.DataFrame) -> pd.DataFrame:
    """Turn the stops of each branch into legs, two points each.

    Args:
        places: rows of ``corridor_places``: ``mode_to_here`` is missing at the first stop.

    Returns:
        Two rows a leg, its end and its beginning: ``branch``, ``leg``, ``place``, ``lon``,
        ``lat``, ``mode``.
    """
    mode = places["mode_to_here"]
    ends = places.assign(mode=mode)
    begins = places.assign(stop=places["stop"] + 1, mode=mode.groupby(places["branch"]).shift(-1))
    both = pd.concat([ends, begins]).dropna(subset="mode")
    both = both.assign(leg=both["branch"] + both["stop"].astype(str))
    return both[["branch", "leg", "place", "lon", "lat", "mode"]]


def against_sea_route(journeys: pd.DataFrame) -> pd.DataFrame:
    """Days and cost by the corridor against the sea route, its cheapest and its dearest variant.

    Formula: corridor / sea route - 1, so that -0.2 is a fifth less.

    Args:
        journeys: rows of ``corridor_journeys`` of one speaker.

    Returns:
        ``days_low`` and ``cost_usd_per_teu``, with ``min`` and ``max``; missing where one of the
        two ways is.
    """
    columns = ["days_low", "cost_usd_per_teu"]
    ways = {via: rows[columns].agg(["min", "max"]) for via, rows in journeys.groupby("via")}
    if not {"corridor", "sea route"} <= set(ways):
        return pd.DataFrame(index=["min", "max"], columns=columns, dtype="float64")
    return ways["corridor"] / ways["sea route"] - 1


def dated_steps(schedule: pd.DataFrame) -> pd.DataFrame:
    """Keep the steps that were planned or happened, as the measure of slippage takes them.

    Args:
        schedule: rows of ``corridor_schedule``.

    Returns:
        The rows with ``planned``, true for a date promised.
    """
    kept = schedule[schedule["standing"].isin(["planned", "happened"])]
    return kept.assign(planned=kept["standing"] == "planned")


def attainment(targets: pd.DataFrame, reported: pd.DataFrame, by: str = "branch") -> pd.DataFrame:
    """Share of each target that was reported as carried, in its own year or the latest before it.

    Formula: reported / target. Rival figures of one year are kept as a range: ``share_low`` is the
    lowest reported figure over the upper bound of the target, ``share_high`` the highest over its
    lower bound. A figure worded as "more than" enters at the value stated, so the true share can
    be higher (or, for such a target, lower).

    Args:
        targets: one row a target, with ``by``, ``year``, ``low`` and ``high`` (equal where one
            value is stated).
        reported: one row a reported figure, with the same columns in the same unit and by the same
            definition of what is counted.
        by: column that tells routes apart.

    Returns:
        ``targets`` with ``reported_year``, ``reported_low``, ``reported_high``, ``same_year`` (the
        figure is of the target's own year), ``share_low`` and ``share_high`` (1 = attained); all
        missing, and ``same_year`` false, where nothing is reported up to the target's year.
    """
    years = reported.groupby([by, "year"], as_index=False).agg(
        reported_low=("low", "min"), reported_high=("high", "max")
    )
    years = years.rename(columns={"year": "reported_year"})
    pairs = targets.reset_index(names="_target").merge(years, on=by)
    pairs = pairs[pairs["reported_year"] <= pairs["year"]].sort_values("reported_year")
    latest = pairs.groupby("_target")[["reported_year", "reported_low", "reported_high"]].last()
    joined = targets.join(latest)
    return joined.assign(
        same_year=joined["reported_year"].eq(joined["year"]).fillna(False).astype(bool),
        share_low=joined["reported_low"] / joined["high"].where(joined["high"] > 0),
        share_high=joined["reported_high"] / joined["low"].where(joined["low"] > 0),
    )


def compound_growth(first: float, last: float, years: float) -> float:
    """Mean yearly growth that leads from one value to another.

    Formula: (last / first) ^ (1 / years) − 1; 0.1 means ten per cent a year.
    """
    return (last / first) ** (1 / years) - 1
