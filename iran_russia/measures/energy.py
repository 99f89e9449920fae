"""Oil and gas: weight in the world, volumes in one unit, discounts, output that moves together."""

import calendar
import math

import pandas as pd

BARRELS_PER_TONNE = 7.32
"""Barrels of crude oil in a tonne, the world average that the United Nations use (UNSD)."""

BCM_PER_YEAR = {"billion cubic metres a year": 1.0, "million cubic metres a day": 0.365}
"""Factor from a unit of gas volume to billion cubic metres in a year of 365 days."""


_RESERVES_AND_OUTPUT = ("proved_reserves", "production")


def world_shares(figures: pd.DataFrame) -> pd.DataFrame:
    """Share of the world total and rank of each country, by measure and year.

    Formula: x_i / x_world. Where a table lists only some countries, the rank among them is the
    best possible one; the worst possible one adds as many unlisted countries as could each be as
    large: floor((x_world - sum of the listed) / x_i).

    Args:
        figures: rows of ``energy_country_year``, with ``WLD`` for the world.

    Returns:
        The rows of countries with ``share`` (0 to 1), ``rank_best`` and ``rank_worst``; a measure
        and year without a row for the world is left out, and told by ``iran-russia validate``.

    Raises:
        ValueError: no measure and year has a row for the world.
    """
    keys = ["measure", "year"]
    is_world = figures["iso3"] == "WLD"
    world = figures.loc[is_world, [*keys, "value"]].rename(columns={"value": "world"})
    if world.empty:
        raise ValueError("no measure and year has a row of WLD: there is nothing to divide by")
    table = figures[~is_world].merge(world.dropna(), on=keys)
    by = table.groupby(keys)["value"]
    best = by.rank(ascending=False, method="min")
    room = ((table["world"] - by.transform("sum")) / table["value"]).clip(lower=0) // 1
    return table.assign(
        share=table["value"] / table["world"],
        rank_best=best.astype("Int64"),
        rank_worst=(best + room).astype("Int64"),
    ).drop(columns="world")


def surplus(output: pd.Series, use: pd.Series) -> pd.Series:
    """Output of a fuel less its use at home: what a state has left to sell or store.

    Formula: output − use of the same year; below zero where more is used than made.

    Args:
        output, use: volumes in one unit, indexed by year.

    Returns:
        The unit of both, indexed by the years that both have.
    """
    return (output - use).dropna()


def joint_output(shares: pd.DataFrame, states: list[str]) -> pd.DataFrame:
    """Sum of the shares of several states in the world, by measure and year.

    Args:
        shares: what :func:`world_shares` gives.
        states: ISO 3166-1 alpha-3 codes.

    Returns:
        ``measure``, ``year``, ``share`` (0 to 1), for the years in which all of them have a value.
    """
    held = shares[shares["iso3"].isin(states)]
    wide = held.pivot(index=["measure", "year"], columns="iso3", values="share")
    return wide.reindex(columns=states).dropna().sum(axis=1).rename("share").reset_index()


def reserves_to_production(reserves: pd.Series, production: pd.Series) -> pd.Series:
    """Years that proved reserves would last at the output of the year (R/P ratio).

    Formula: reserves at the end of a year / production of that year (IAEA and others 2005). Both
    series in the same unit, aligned on the same index.
    """
    return reserves / production


def reserve_lives(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Years that oil and gas of each country would last at the output of a year.

    Formula: :func:`reserves_to_production`, with oil reserves in billion barrels over thousand
    barrels a day times the days of the year, gas in trillion over billion cubic metres.

    Args:
        figures: rows of ``energy_country_year``.
        year: at whose end reserves are counted.

    Returns:
        ``oil`` and ``gas`` (years) by ``iso3``; no row where the year has no figures, missing
        where a country has none.
    """
    by = figures[figures["year"] == year].pivot(index="iso3", columns="measure", values="value")
    by = by.reindex(columns=[f"{f}_{m}" for f in ("oil", "gas") for m in _RESERVES_AND_OUTPUT])
    days = 366 if calendar.isleap(year) else 365
    oil = reserves_to_production(by["oil_proved_reserves"] * 1e6, by["oil_production"] * days)
    gas = reserves_to_production(by["gas_proved_reserves"] * 1e3, by["gas_production"])
    return pd.DataFrame({"oil": oil, "gas": gas})


def daily_volume(flows: pd.DataFrame) -> pd.DataFrame:
    """Put volumes of crude oil into thousand barrels a day.

    Formula: tonnes x 7.32 / days, or barrels / days, where no daily volume is stated. 7.32 barrels
    of crude oil a tonne is the world average that the United Nations use (UNSD, conversion
    factors); single grades differ by some per cent.

    Args:
        flows: rows of ``crude_exports``: ``period_start``, ``period_end``, ``volume_kbd``,
            ``volume_million_tonnes``, ``volume_million_barrels``.

    Returns:
        The rows with ``kbd`` (thousand barrels a day) and ``converted`` (it is not as stated).
    """
    days = (flows["period_end"] - flows["period_start"]).dt.days + 1
    from_tonnes = flows["volume_million_tonnes"] * BARRELS_PER_TONNE * 1000 / days
    from_barrels = flows["volume_million_barrels"] * 1000 / days
    return flows.assign(
        kbd=flows["volume_kbd"].fillna(from_tonnes).fillna(from_barrels),
        converted=flows["volume_kbd"].isna(),
    )


def price_gap(prices: pd.DataFrame, grade: str, benchmark: str = "Brent") -> pd.DataFrame:
    """How far a grade stood below a benchmark, in dollars a barrel, over the same periods.

    Formula: benchmark - grade, so that a discount is positive.

    Args:
        prices: rows of ``oil_prices``.
        grade: the benchmark that is compared.
        benchmark: what it is compared with.

    Returns:
        One row a period that both have: ``frequency``, ``period_start``, ``period_end``,
        ``grade``, ``benchmark`` (dollars a barrel), ``gap``, ``source_id``.
    """
    keys = ["frequency", "period_start", "period_end"]
    one, other = (
        prices.loc[prices["benchmark"] == name, [*keys, "price_usd_per_barrel", "source_id"]]
        for name in (grade, benchmark)
    )
    both = one.merge(other[[*keys, "price_usd_per_barrel"]], on=keys, suffixes=("", "_benchmark"))
    both = both.rename(
        columns={"price_usd_per_barrel": "grade", "price_usd_per_barrel_benchmark": "benchmark"}
    )
    return both.assign(gap=both["benchmark"] - both["grade"])


def planned_volumes(plans: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Put planned gas volumes into billion cubic metres a year, with the report each is from.

    Formula: million cubic metres a day x 0.365; figures a year stay as stated.

    Args:
        plans: rows of ``gas_plans``.
        deals: rows of ``deals``.

    Returns:
        The plans with ``bcm_per_year`` and ``date``, ``date_precision``, ``status_as_reported``,
        ``publisher`` and ``url`` of their report.
    """
    told = ["deal_id", "date", "date_precision", "status_as_reported", "publisher", "url"]
    return plans.merge(deals[told], on="deal_id", how="left").assign(
        bcm_per_year=plans["volume"].to_numpy() * plans["unit"].map(BCM_PER_YEAR).to_numpy()
    )


def correlation_of_changes(one: pd.Series, other: pd.Series) -> pd.Series:
    """Do two series rise and fall together? Correlation of their yearly changes, with its bounds.

    Formula: the product-moment correlation r of first differences; 95 % bounds
    tanh(artanh r -/+ 1.96 / sqrt(n - 3)), where n is the number of pairs (Fisher 1915). Few pairs
    give wide bounds. A step over missing years is no yearly change and is left out.

    Args:
        one: values by year, one a year.
        other: values by year, aligned on the index of years.

    Returns:
        ``correlation``, ``low``, ``high`` and ``pairs``; all but ``pairs`` are missing where there
        are fewer than four pairs, which have no bounds.
    """
    from scipy.stats import pearsonr

    changes = _yearly_changes(one, other)
    pairs = len(changes)
    if pairs < 4:
        missing = dict.fromkeys(["correlation", "low", "high"], math.nan)
        return pd.Series(missing | {"pairs": pairs})
    found = pearsonr(changes["one"], changes["other"])
    low, high = found.confidence_interval(0.95)
    return pd.Series({"correlation": found.statistic, "low": low, "high": high, "pairs": pairs})


def _yearly_changes(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Changes on the year before of both series, for the years in which both have one."""
    values = pd.DataFrame({"one": one, "other": other}).astype(float)
    if len(values):
        values = values.reindex(range(int(values.index.min()), int(values.index.max()) + 1))
    return values.diff().dropna()


def opposite_changes(one: pd.Series, other: pd.Series) -> int:
    """Count the years in which one of two series rose while the other fell on the year before.

    Args:
        one, other: values by year, one a year, aligned on the index of years.
    """
    return int((_yearly_changes(one, other).prod(axis=1) < 0).sum())


REQUIRED = {
    "required production, computed": "required",
    "required production": "required",
    "required production with voluntary cuts": "less voluntary cuts",
}
"""What an agreement of OPEC+ requires of a party, by measure of ``opec_plus``."""


def ceilings(opec: pd.DataFrame, party: str) -> pd.DataFrame:
    """Ceilings of OPEC+ for a party, as steps in time.

    Args:
        opec: rows of ``opec_plus``.
        party: ISO 3166-1 alpha-3.

    Returns:
        The rows with ``term`` (:data:`REQUIRED`, or ``planned, superseded`` where a later agreement
        came first) and ``to``, the day after the period; ``value_kbd`` is thousand barrels a day.
    """
    rows = opec[opec["measure"].isin(REQUIRED) & (opec["party"] == party)]
    term = rows["measure"].map(REQUIRED).mask(rows["status"].notna(), "planned, superseded")
    return rows.assign(term=term, to=_day_after(rows["period_end"]))


def special_treatment(opec: pd.DataFrame, party: str) -> pd.DataFrame:
    """Agreements of OPEC+ that spare a party, as steps in time.

    Args:
        opec: rows of ``opec_plus``.
        party: ISO 3166-1 alpha-3.

    Returns:
        The rows with ``term`` (``exempt`` or ``may hold its output``) and ``to``, the end of the
        period, two weeks after its beginning where no end is stated.
    """
    rows = opec[(opec["measure"] == "special treatment") & (opec["party"] == party)]
    return rows.assign(
        term=rows["status"].where(rows["status"] == "exempt", "may hold its output"),
        to=rows["period_end"].fillna(rows["period_start"] + pd.Timedelta(days=14)),
    )


def crude_alone(opec: pd.DataFrame, party: str) -> pd.DataFrame:
    """Output of crude without condensate that OPEC's secondary sources gave for a party.

    Args:
        opec: rows of ``opec_plus``.
        party: ISO 3166-1 alpha-3.

    Returns:
        The rows with ``term`` (``crude alone``) and ``to``, the day after the period.
    """
    rows = opec[(opec["measure"] == "actual production") & (opec["party"] == party)]
    return rows.assign(term="crude alone", to=_day_after(rows["period_end"]))


def output_by_year(figures: pd.DataFrame) -> pd.DataFrame:
    """Output of crude and condensate as steps of a year, to set beside ceilings.

    Args:
        figures: rows of ``energy_country_year``.

    Returns:
        The rows of crude and condensate with ``period_start`` and ``to`` (first days of the year
        and of the next), ``term``, ``party`` and ``value_kbd`` (thousand barrels a day).
    """
    rows = figures[figures["measure"] == "crude_condensate_production"]
    return rows.assign(
        period_start=pd.to_datetime(rows["year"].astype(str)),
        to=pd.to_datetime((rows["year"] + 1).astype(str)),
        term="output of the year",
        party=rows["iso3"],
        value_kbd=rows["value"],
    )


def _day_after(days: pd.Series) -> pd.Series:
    return days + pd.Timedelta(days=1)


def volume_by_place(flows: pd.DataFrame, places: dict[str, str], rest: str) -> pd.DataFrame:
    """Add up flows of crude by year and place.

    Args:
        flows: rows of ``iran_crude_by_destination``, without totals.
        places: place by destination.
        rest: the place of destinations that have none.

    Returns:
        One row a year and place: ``year``, ``to``, ``thousand_barrels_per_day``, ``source_id``.
    """
    placed = flows.assign(to=flows["destination"].map(places).fillna(rest))
    return placed.groupby(["year", "to"], as_index=False).agg(
        thousand_barrels_per_day=("thousand_barrels_per_day", "sum"),
        source_id=("source_id", "first"),
    )


def yearly_revenue(reported: pd.DataFrame) -> pd.Series:
    """Revenue from exports in current US dollars by year, of reports on a year or less.

    Args:
        reported: rows of ``oil_exports_reported`` of one maker and definition; those that cover
            more than 400 days or give no value are left out.
    """
    days = (reported["period_end"] - reported["period_start"]).dt.days
    rows = reported[reported["value_usd"].notna() & (days < 400)]
    return rows.set_index(rows["period_start"].dt.year)["value_usd"]


def yearly_price_gaps(prices: pd.DataFrame, grades: list[str], benchmark: str) -> pd.DataFrame:
    """How far grades stood below a benchmark, mean of the months of a year.

    Args:
        prices: rows of ``oil_prices_opec``.
        grades: the grades compared.
        benchmark: what they are compared with.

    Returns:
        One row a grade and year: ``name``, ``year``, ``gap`` (dollars a barrel, see
        :func:`price_gap`), ``months`` (how many stand in the mean), ``source_id``.
    """
    gaps = pd.concat([price_gap(prices, grade, benchmark).assign(name=grade) for grade in grades])
    return (
        gaps.assign(year=gaps["period_start"].dt.year)
        .groupby(["name", "year"], as_index=False)
        .agg(gap=("gap", "mean"), months=("gap", "size"), source_id=("source_id", "first"))
    )


def quarterly_volumes(totals: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add up monthly volumes of imports by quarter.

    Args:
        totals: rows of ``eu_crude_import_totals``.
        by: column within which rows are added up.

    Returns:
        One row a quarter and group: ``quarter`` (its first day), ``by``, ``million_barrels``,
        ``source_id``.
    """
    quarters = totals.assign(quarter=totals["month"].dt.to_period("Q").dt.start_time)
    return quarters.groupby(["quarter", by], as_index=False).agg(
        million_barrels=("thousand_barrels", lambda v: v.sum() / 1000),
        source_id=("source_id", "first"),
    )


def origin_shares(totals: pd.DataFrame) -> pd.DataFrame:
    """Share (0 to 1) of each origin in all imports of a year.

    Args:
        totals: rows of ``eu_crude_import_totals``, with ``ALL`` for all origins.

    Returns:
        One row a year, one column an origin.
    """
    years = totals["month"].dt.year.rename("year")
    sums = totals.groupby([years, "origin"])["thousand_barrels"].sum().unstack()
    return sums.div(sums["ALL"], axis=0)


def paid_price(register: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Price paid on arrival, from value and volume of imports.

    Formula: sum of values / sum of volumes, over the rows that give both. Rows without a value
    count in neither sum.

    Args:
        register: rows of ``eu_crude_imports``.
        by: columns within which rows are added up.

    Returns:
        One row a group: ``usd_per_barrel`` and ``valued``, the share (0 to 1) of the volume that
        has a value.
    """
    priced = register[register["thousand_usd"].notna()]
    sums = priced.groupby(by)[["thousand_usd", "thousand_barrels"]].sum()
    all_volume = register.groupby(by)["thousand_barrels"].sum()
    return pd.DataFrame(
        {
            "usd_per_barrel": sums["thousand_usd"] / sums["thousand_barrels"],
            "valued": (sums["thousand_barrels"] / all_volume).fillna(0.0),
        }
    ).reset_index()
