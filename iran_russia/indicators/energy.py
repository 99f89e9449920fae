"""Indicators on oil and gas: weight in the world, flows, buyers, prices, coordination."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.energy import (
    correlation_of_changes,
    daily_volume,
    reserve_lives,
    surplus,
    world_shares,
)
from iran_russia.measures.series import (
    difference,
    extreme,
    mean,
    ratio,
    relative_change,
    share_of,
    total,
    value_at,
)

_BINDING = [
    "pledged cut",
    "required production",
    "required production, computed",
    "required production with voluntary cuts",
    "voluntary production cut",
    "voluntary export cut crude",
    "voluntary export cut products",
]
"""Measures of ``opec_plus`` that bind a party to a volume."""


@indicator(
    "Share of {country} in the world’s {measures}[, the largest of these]",
    unit="share",
    rows="figures of the Energy Institute",
    measure=world_shares,
    years="{year}",
)
def world_share(country: str, measures: list[str], year: int) -> Reading:
    """Share of a state in a world total, the largest of several measures, from 0 to 1.

    Args:
        country: ISO 3166-1 alpha-3.
        measures: as in ``energy_country_year``, such as ``oil_production``.
        year: calendar year.
    """
    figures = load("energy_country_year")
    figures = figures[figures["measure"].isin(measures) & (figures["year"] == year)]
    if "WLD" not in set(figures["iso3"]):
        return Reading(None, "", f"no world total in {year}")
    found = world_shares(figures)
    found = found[found["iso3"] == country]
    if len(found) < len(measures):
        return Reading(None, str(year), f"not all measures of {country} in {year}")
    told = "; ".join(
        f"{r.measure.replace('_', ' ')} {percent(r.share, 1)}: {number(r.value, 1)} {r.unit}"
        for r in found.itertuples()
    )
    return Reading(extreme(found["share"], "max"), str(year), f"{told}, {year}")


@indicator(
    "Years that reserves of {country} last at present output over the world’s years",
    unit="times",
    rows="proved reserves and output of {fuels}, the fuel in which the state weighs more",
    measure=ratio,
    years="end of {year}",
)
def reserve_life(country: str, fuels: list[str], year: int) -> Reading:
    """Years that proved reserves last over the world's years, in the fuel with most world weight.

    Args:
        country: ISO 3166-1 alpha-3.
        fuels: ``oil`` and ``gas``, or one of them.
        year: the year at whose end reserves are counted.
    """
    held = load("energy_country_year").query("year == @year")
    lives = reserve_lives(held, year).reindex(index=[country, "WLD"], columns=fuels)
    if lives.isna().any(axis=None):
        missing = ", ".join(lives.columns[lives.isna().any()])
        return Reading(None, "", f"no reserves or output of {missing} in {year}")
    reserves = held[held["measure"].isin([f"{fuel}_proved_reserves" for fuel in fuels])]
    weights = world_shares(reserves).query("iso3 == @country").set_index("measure")["share"]
    first = weights.idxmax().removesuffix("_proved_reserves")
    told = "; ".join(
        f"{fuel} {number(own)} years against {number(world)} in the world"
        for fuel, (own, world) in lives.items()
    )
    told += f"; weight in the world is greater in {first}"
    return Reading(ratio(*lives[first]), str(year), told)


@indicator(
    "Gas output of {country} less its use, mean a year",
    unit="billion cubic metres",
    rows="figures of the Energy Institute",
    measure=surplus,
)
def gas_surplus(country: str, first: int, last: int) -> Reading:
    """Output of gas less use, mean of a span of years, in billion cubic metres a year.

    Args:
        country: ISO 3166-1 alpha-3.
        first: first year.
        last: last year.
    """
    rest = surplus(_series(country, "gas_production"), _series(country, "gas_consumption"))
    rest = rest[(rest.index >= first) & (rest.index <= last)]
    if rest.empty:
        return Reading(None, "", "no output or use in these years")
    told = f"{number(rest.min(), 1)} to {number(rest.max(), 1)} in {first}–{last}"
    return Reading(mean(rest), newest(rest.index.max()), told)


@indicator(
    "Gas by pipeline from {exporter} to {destination}",
    unit="billion cubic metres",
    rows=(
        "pipeline trade of the Energy Institute; a destination not listed is zero where the "
        "others add up"
    ),
    measure=total,
    years="{year}",
)
def gas_flow(exporter: str, destination: str, year: int) -> Reading:
    """Recorded pipeline gas to a destination, billion cubic metres.

    A destination without a row counts as zero when the rows of the exporter add up to its total.

    Args:
        exporter: ISO 3166-1 alpha-3.
        destination: as in ``gas_pipeline_trade``.
        year: calendar year.
    """
    rows = load("gas_pipeline_trade")
    rows = rows[(rows["exporter_iso3"] == exporter) & (rows["year"] == year)]
    by = rows.set_index("destination")["volume_bcm"]
    whole = value_at(by, "Total exports")
    if destination in by.index:
        told = f"{exporter} to {destination}: {number(by[destination], 1)} of"
    else:
        parts = rows.loc[~rows["destination_is_aggregate"], "volume_bcm"].sum()
        if not abs(parts - whole) <= 0.01:
            return Reading(None, "", f"no row for {destination}, and the others do not add up")
        told = f"{exporter} to {destination}: no flow listed; the others add up to"
    told += f" {number(whole, 1)} exported by pipeline in {year}"
    return Reading(total(by[by.index == destination]), str(year), told)


@indicator(
    "The smaller of the pipeline flows of gas: {flows}",
    unit="billion cubic metres",
    rows="pipeline trade of the Energy Institute",
    measure=extreme,
    years="{year}",
)
def smaller_gas_flow(flows: list[list[str]], year: int) -> Reading:
    """The smallest of several recorded flows of pipeline gas, billion cubic metres.

    Args:
        flows: exporter and destination of each flow, as in :func:`gas_flow`.
        year: calendar year.
    """
    found = [gas_flow(*flow, year) for flow in flows]
    told = "; ".join(reading.detail for reading in found)
    if any(reading.value is None for reading in found):
        return Reading(None, "", told)
    return Reading(extreme(pd.Series([r.value for r in found]), "min"), str(year), told)


@indicator(
    "Share of the agreement periods of OPEC+ naming {party} in which it is bound to a volume",
    unit="share",
    rows="terms of OPEC+ that name {party}",
    measure=share_of,
    years="all periods of the table",
)
def bound_periods(party: str) -> Reading:
    """Share of the OPEC+ agreement periods that name a state in which it is bound, 0 to 1.

    Args:
        party: ISO 3166-1 alpha-3.
    """
    rows = load("opec_plus")
    rows = rows[(rows["party"] == party) & rows["measure"].isin([*_BINDING, "special treatment"])]
    if rows.empty:
        return Reading(None, "", f"no term names {party}")
    bound = rows["measure"].isin(_BINDING).groupby(rows["period_start"]).any()
    excepted = rows[rows["measure"] == "special treatment"]
    told = f"bound in {bound.sum()} of {len(bound)} periods or statements"
    if len(excepted):
        terms = (f"{r.period_start:%Y-%m} {r.status}" for r in excepted.itertuples())
        told += f"; {'; '.join(terms)}"
    return Reading(share_of(bound.sum(), len(bound)), newest(rows["period_start"]), told)


@indicator(
    "Correlation of the yearly changes of {measure} of {one} and {other}",
    unit="correlation",
    rows="figures of the Energy Institute",
    measure=correlation_of_changes,
)
def joint_output(one: str, other: str, measure: str, first: int, last: int) -> Reading:
    """Correlation of yearly changes of two states' output, from −1 to 1.

    Args:
        one: ISO 3166-1 alpha-3.
        other: ISO 3166-1 alpha-3.
        measure: as in ``energy_country_year``.
        first: first year whose change counts.
        last: last year.
    """
    both = [_series(country, measure) for country in (one, other)]
    both = [series[(series.index >= first - 1) & (series.index <= last)] for series in both]
    found = correlation_of_changes(*both)
    if pd.isna(found["correlation"]):
        return Reading(None, "", f"{found['pairs']:.0f} yearly changes are too few")
    told = f"95 % bounds {number(found['low'], 2)} to {number(found['high'], 2)}, "
    told += f"{found['pairs']:.0f} yearly changes"
    ends = float(found["low"]), float(found["high"])
    return Reading(float(found["correlation"]), str(last), told, *ends)


@indicator(
    "Share of {buyer} in the crude exports of {supplier}, lower bound",
    unit="share",
    rows="lowest figure for the buyer over the highest for all buyers; customs figures left out",
    measure=share_of,
)
def buyer_share(supplier: str, buyer: str, first: int, last: int) -> Reading:
    """Lower bound of the share of a supplier's crude exports that a buyer took, 0 to 1.

    The lowest figure for the buyer over the highest for all buyers, so that figures of different
    makers and months cannot raise it. Customs figures are left out: they show no Iranian crude.

    Args:
        supplier: ISO 3166-1 alpha-3.
        buyer: ISO 3166-1 alpha-3.
        first: first year.
        last: last year.
    """
    rows = load("crude_exports")
    rows = rows[(rows["supplier"] == supplier) & (rows["basis"] != "customs or government")]
    rows = daily_volume(rows[rows["period_start"].dt.year.between(first, last)])
    part = rows.loc[rows["destination_iso3"] == buyer, "kbd"]
    whole = rows.loc[rows["destination_iso3"] == "WLD", "kbd"]
    if part.empty or whole.empty:
        return Reading(None, "", "no figure for the buyer or for all buyers")
    told = f"{number(part.min())} to {number(part.max())} thousand barrels a day to {buyer}, "
    told += f"{number(whole.min())} to {number(whole.max())} to all, {first}–{last}; a lower bound"
    return Reading(share_of(part.min(), whole.max()), newest(rows["period_end"]), told)


@indicator(
    "Change of the crude that {supplier} sold to {buyer}",
    unit="share",
    rows="yearly customs and trade-matrix figures, the least change",
    measure=relative_change,
    years="{first} and {last}",
)
def sales_change(supplier: str, buyer: str, first: int, last: int) -> Reading:
    """Relative change of crude sold to a buyer, by yearly customs and trade-matrix figures.

    Args:
        supplier: ISO 3166-1 alpha-3.
        buyer: ISO 3166-1 alpha-3.
        first: the year compared with.
        last: the year of interest.
    """
    rows = load("crude_exports")
    rows = rows[(rows["supplier"] == supplier) & (rows["destination_iso3"] == buyer)]
    rows = rows[rows["basis"].isin(["customs or government", "trade matrix"])]
    rows = daily_volume(rows[(rows["period_end"] - rows["period_start"]).dt.days > 360])
    by = rows.groupby(rows["period_start"].dt.year)["kbd"].agg(["min", "max"])
    if first not in by.index or last not in by.index:
        return Reading(None, "", "no yearly figure for one of the two years")
    low, high = by.loc[last, "min"], by.loc[first, "max"]
    told = f"{number(low)} thousand barrels a day in {last} against {number(high)} in {first}"
    latest = newest(rows.loc[rows["period_start"].dt.year == last, "period_end"])
    return Reading(relative_change(low, high), latest, told)


@indicator(
    "Crude exports of {supplier} over the oil output of the world",
    unit="share",
    rows="lowest figure that covers the year",
    measure=share_of,
    years="{year}",
)
def export_share_of_world_output(supplier: str, year: int) -> Reading:
    """Crude exports of a state over the oil output of the world, from 0 to 1.

    Args:
        supplier: ISO 3166-1 alpha-3.
        year: calendar year; the lowest figure that covers it.
    """
    rows = load("crude_exports")
    rows = rows[(rows["supplier"] == supplier) & (rows["destination_iso3"] == "WLD")]
    rows = daily_volume(rows[rows["period_start"].dt.year == year])
    whole = rows[(rows["period_end"] - rows["period_start"]).dt.days > 360]
    world = _series("WLD", "oil_production")
    if whole.empty or year not in world.index:
        return Reading(None, "", f"no yearly figure for {year}")
    every = ", ".join(
        f"{number(v)} ({m:%Y-%m})" for v, m in zip(rows["kbd"], rows["period_start"], strict=True)
    )
    told = f"{every} thousand barrels a day exported, {number(world[year])} produced in the world"
    sure = ", ".join(sorted(set(whole["confidence"])))
    told += f"; confidence of the yearly figure {sure}"
    share = share_of(whole["kbd"].min(), world[year])
    return Reading(share, newest(whole["period_end"]), told)


@indicator(
    "Least widening of the discount on crude of {supplier} for {buyer} after a day",
    unit="USD a barrel",
    rows="quoted discounts against Brent",
    measure=difference,
    years="before and from {since} to {until}",
)
def discount_change(supplier: str, buyer: str, since: str, until: str) -> Reading:
    """Least widening of a discount against Brent after a day, dollars a barrel.

    Args:
        supplier: ISO 3166-1 alpha-3.
        buyer: ISO 3166-1 alpha-3.
        since: ISO day; figures that begin on it or later are the time after.
        until: ISO day; later figures are left out.
    """
    rows = load("crude_discounts")
    rows = rows[(rows["supplier"] == supplier) & (rows["destination_iso3"] == buyer)]
    rows = rows[rows["period_start"] <= until]
    after = rows["period_start"] >= since
    if after.all() or not after.any():
        return Reading(None, "", "no discount before or after")
    low = rows.loc[after, "discount_low_usd_per_barrel"].min()
    high = rows.loc[~after, "discount_high_usd_per_barrel"].max()
    told = "; ".join(
        f"{r.period_start:%Y-%m} {r.discount_low_usd_per_barrel:g}"
        + (
            f"–{r.discount_high_usd_per_barrel:g}"
            if r.discount_high_usd_per_barrel != r.discount_low_usd_per_barrel
            else ""
        )
        for r in rows.sort_values("period_start").itertuples()
    )
    wider = difference(low, high)
    return Reading(wider, newest(rows["period_end"]), f"dollars below Brent: {told}")


@indicator(
    "Mean price of {benchmark} over {months} months from a month on, against as many before",
    unit="share",
    rows="monthly prices",
    measure=relative_change,
    years="from {month}",
)
def price_change(benchmark: str, month: str, months: int) -> Reading:
    """Mean price of the months from one on, over the mean of as many before it, less 1.

    Args:
        benchmark: as in ``oil_prices``, complete by month.
        month: first month of the time after, ISO year and month.
        months: how many months on either side.
    """
    rows = load("oil_prices")
    rows = rows[(rows["benchmark"] == benchmark) & (rows["frequency"] == "month")]
    by = rows.set_index(rows["period_start"].dt.to_period("M"))["price_usd_per_barrel"]
    start = pd.Period(month, "M")
    before = by.reindex(pd.period_range(start - months, start - 1, freq="M"))
    after = by.reindex(pd.period_range(start, start + months - 1, freq="M"))
    if before.isna().any() or after.isna().any():
        return Reading(None, "", "months are missing")
    told = f"{number(after.mean(), 1)} against {number(before.mean(), 1)} dollars a barrel, "
    told += f"{months} months from {month}"
    change = relative_change(after.mean(), before.mean())
    return Reading(change, str(after.index[-1]), told)


def _series(country: str, measure: str) -> pd.Series:
    figures = load("energy_country_year")
    held = (figures["iso3"] == country) & (figures["measure"] == measure)
    return figures[held].set_index("year")["value"]
