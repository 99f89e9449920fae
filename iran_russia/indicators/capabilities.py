"""Weight of the two states: in the world, in each other’s trade and arms, beside each other."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.indicators.voting import place
from iran_russia.measures import agreement
from iran_russia.measures import capabilities as measures
from iran_russia.measures.arms import tiv_between
from iran_russia.measures.capabilities import flow_imbalance
from iran_russia.measures.energy import world_shares
from iran_russia.measures.series import difference, extreme, relative_change, share_of
from iran_russia.measures.trade import partner_shares, trade_balance


def _measure(measure: str) -> pd.DataFrame:
    """Return one measure of capability, one column a state and one row a year."""
    table = load("country_capabilities")
    return table[table["measure"] == measure].pivot(index="year", columns="iso3", values="value")


@indicator(
    "Change of {measure} of {countries} together",
    unit="points",
    rows="yearly values of the measure, summed over the states",
    measure=difference,
    years="{first} and {last}",
)
def capability_change(measure: str, countries: list[str], first: int, last: int) -> Reading:
    """Change of a measure of capability, summed over states, between two years.

    The change is in the unit of the measure, for shares of the world in percentage points.

    Args:
        measure: a measure of the table of capabilities.
        countries: ISO 3166-1 codes.
        first: first year.
        last: last year.
    """
    one, other, told = _two_years(measure, countries, first, last)
    change = difference(other, one, scale=100 if measure == "cinc" else 1)
    return Reading(change, newest(last), told)


@indicator(
    "Change of {measure} of {countries}, as a share",
    unit="share",
    rows="yearly values of the measure, summed over the states",
    measure=relative_change,
    years="{first} and {last}",
)
def capability_growth(measure: str, countries: list[str], first: int, last: int) -> Reading:
    """Change of a measure of capability, summed over states, as a share of the first value.

    Args:
        measure, countries, first, last: as in :func:`capability_change`.
    """
    one, other, told = _two_years(measure, countries, first, last)
    return Reading(relative_change(other, one), newest(last), told)


def _two_years(
    measure: str, countries: list[str], first: int, last: int
) -> tuple[float | None, float | None, str]:
    """Return a measure summed over states in two years, and both values in words."""
    values = _measure(measure)[countries].sum(axis=1, min_count=len(countries)).dropna()
    if not {first, last} <= set(values.index):
        return None, None, f"no value of all states in {first} or {last}"
    one, other = float(values[first]), float(values[last])
    shares = measure == "cinc"
    shown = (lambda v: percent(v, 2)) if shares else (lambda v: number(v))
    told = f"{shown(one)} in {first}, {shown(other)} in {last}"
    if shares and "CHN" not in countries:
        china = _measure(measure)["CHN"]
        told += (
            f"; with China {percent(one + china[first], 1)} and {percent(other + china[last], 1)}"
        )
    return one, other, told


def _energy_share(measure: str, countries: list[str]) -> pd.Series:
    """Return the joint share of states in the world’s output by year."""
    table = load("energy_country_year")
    held = world_shares(
        table[(table["measure"] == measure) & table["iso3"].isin([*countries, "WLD"])]
    )
    wide = held.pivot(index="year", columns="iso3", values="share").reindex(columns=countries)
    return wide.dropna().sum(axis=1)


@indicator(
    "Share of {countries} together in the world’s {measure}",
    unit="share",
    rows="output or reserves of the Energy Institute",
    measure=world_shares,
    years="[{year}|latest year]",
)
def world_share(measure: str, countries: list[str], year: int | None = None) -> Reading:
    """Joint share of states in the world’s output of oil or gas.

    Args:
        measure: ``oil_production``, ``gas_production`` or a measure of reserves.
        countries: ISO 3166-1 codes.
        year: the year; by default the latest.
    """
    shares = _energy_share(measure, countries)
    year = int(shares.index.max()) if year is None else year
    if year not in shares.index:
        return Reading(None, "")
    told = f"{percent(shares[year], 1)} in {year}"
    return Reading(float(shares[year]), newest(year), told)


@indicator(
    "Change of the share of {countries} together in the world’s {measure}",
    unit="points",
    rows="output or reserves of the Energy Institute",
    measure=difference,
    years="{first} and {last}",
)
def world_share_change(measure: str, countries: list[str], first: int, last: int) -> Reading:
    """Change of the joint share of states in the world’s output, in percentage points.

    Args:
        measure: ``oil_production``, ``gas_production`` or a measure of reserves.
        countries: ISO 3166-1 codes.
        first: first year.
        last: last year.
    """
    one, other = (world_share(measure, countries, year) for year in (first, last))
    if one.value is None or other.value is None:
        return Reading(None, other.latest)
    told = f"{one.detail}, {other.detail}"
    return Reading(difference(other.value, one.value, scale=100), other.latest, told)


def _trade_with(country: str, partner: str, year: int, reporter: str) -> pd.Series | None:
    """Return share and rank of a partner in a country’s turnover of goods, by one reporter."""
    table = load("trade_partners")
    rows = table[
        (table["year"] == year)
        & (table["country_iso3"] == country)
        & (table["reporter"] == reporter)
        & table["flow"].isin(["export", "import"])
    ]
    if rows.empty:
        return None
    # Other sources give totals too: one list of partners, if possible with its own total.
    single = ~rows["partner_iso3"].isin(["WLD", "SUM"])
    listed = rows.loc[single, "source_id"].mode().iloc[0]
    own = rows["source_id"] == listed
    if single[own].all():
        own |= ~single
    by = rows[own].groupby("partner_iso3")["value_usd"].sum()
    total = next(code for code in ("WLD", "SUM") if code in by.index)
    both = by.reset_index().assign(year=year, country_iso3=country, flow="turnover")
    of_all = partner_shares(both, total).set_index("partner_iso3")
    return of_all.loc[partner] if partner in of_all.index else None


@indicator(
    "The {which} rank that Russia and Iran hold among each other’s partners in trade of goods",
    unit="rank",
    rows="partners of each state, by year: {reporters}[; Iran’s side also {also}]",
    measure=partner_shares,
    years="{reporters}[, {also}]",
)
def trade_rank(
    reporters: dict[str, str], which: str, also: dict[str, str] | None = None
) -> Reading:
    """Worst or best rank that either state had among the other’s partners in trade of goods.

    Args:
        reporters: year → reporter of both states’ trade with all partners.
        which: ``worst`` or ``best`` of all ranks.
        also: year → reporter of Iran’s trade alone.
    """
    ranks = {}
    for year, reporter in reporters.items():
        for country, partner in (("IRN", "RUS"), ("RUS", "IRN")):
            ranks[partner, year] = _trade_with(country, partner, int(year), reporter)
    for year, reporter in (also or {}).items():
        ranks["RUS", year] = _trade_with("IRN", "RUS", int(year), reporter)
    places = {key: int(row["rank"]) for key, row in ranks.items() if row is not None}
    if len(places) < len(ranks):
        return Reading(None, "")
    told = "; ".join(
        f"{'Russia for Iran' if who == 'RUS' else 'Iran for Russia'} {place} in {year}"
        for (who, year), place in places.items()
    )
    rank = _chosen(list(places.values()), which)
    return Reading(rank, max(year for _, year in places), f"ranks: {told}")


@indicator(
    "The {which} rank that Russia and Iran hold among each other’s suppliers of arms",
    unit="rank",
    rows="SIPRI’s volumes by supplier",
    measure=tiv_between,
)
def arms_rank(first: int, last: int, which: str) -> Reading:
    """Worst or best rank that either state had among the other’s suppliers of major arms.

    Args:
        first: first year.
        last: last year.
        which: ``worst`` or ``best`` of the two ranks.
    """
    table = load("arms_tiv")
    places = {}
    for country, partner in (("IRN", "RUS"), ("RUS", "IRN")):
        came = tiv_between(table[table["recipient_iso3"] == country], first, last, "supplier_iso3")
        places[partner] = int(came[came > 0].rank(ascending=False, method="min").get(partner, 99))
    told = (
        f"ranks: Russia among Iran’s suppliers {places['RUS']}, Iran among Russia’s {places['IRN']}"
    )
    return Reading(_chosen(list(places.values()), which), newest(last), told)


def _chosen(ranks: list[float], which: str) -> float | None:
    """The worst or the best of several ranks."""
    return extreme(pd.Series(ranks), "max" if which == "worst" else "min")


@indicator(
    "The {which} rank that Russia and Iran hold among those whose votes each state’s are "
    "compared with",
    unit="rank",
    rows="roll calls of the General Assembly",
    measure=agreement.ranks,
    years="{spans}",
)
def vote_rank(spans: list[list[int]], which: str) -> Reading:
    """Worst or best rank that either state had among the other’s comparators in the Assembly.

    Args:
        spans: first and last year of each span.
        which: ``worst`` or ``best`` of all ranks.
    """
    both = (("RUS", "IRN"), ("IRN", "RUS"))
    found = {
        f"{of} for {among} {first}–{last}": place(of, among, first, last)
        for first, last in spans
        for of, among in both
    }
    told = "; ".join(
        f"{pair}: rank {row['rank_share']:.0f} of {row['of']}, by the texts that came to a vote "
        f"{row['rank_share_low']:.0f} to {row['rank_share_high']:.0f}"
        for pair, row in found.items()
    )
    ends = (
        _chosen([row[f"rank_share{end}"] for row in found.values()], which)
        for end in ("", "_low", "_high")
    )
    rank, low, high = ends
    return Reading(rank, max(row["latest"] for row in found.values()), told, low, high)


@indicator(
    "The larger flow of trade between Russia and Iran over the smaller, by {reporter}",
    unit="times",
    rows="full years of {reporter} with both directions; of several figures the smallest ratio",
    measure=flow_imbalance,
    years="{year}",
)
def flow_ratio(reporter: str, year: int) -> Reading:
    """The larger of the two flows of trade divided by the smaller, by one reporter.

    Where the reporter gives several figures for a year, the smallest ratio is taken.

    Args:
        reporter: IRN, RUS, COW or UNCTAD.
        year: the year; for Iran the year in which the Iranian year begins.
    """
    totals = load("trade_totals")
    full = totals[(totals["period_type"] != "partial") & totals["value_usd"].notna()]
    both = flow_imbalance(
        trade_balance(full[(full["reporter"] == reporter) & (full["year"] == year)])
    )
    if both.empty:
        return Reading(None, "")
    least = both.loc[both["imbalance"].idxmin()]
    told = (
        f"{least['russia_to_iran'] / 1e9:.2f} to Iran and {least['iran_to_russia'] / 1e9:.2f} to "
        f"Russia, billion dollars"
    )
    return Reading(float(least["imbalance"]), newest(year), told)


@indicator(
    "Share of Russia in Iran’s trade over the share of Iran in Russia’s",
    unit="times",
    rows="turnover with each partner and in all, reporter {reporter}",
    measure=measures.dependence_ratio,
    years="{year}",
)
def dependence_ratio(year: int, reporter: str) -> Reading:
    """Share of Russia in Iran’s trade divided by the share of Iran in Russia’s.

    Args:
        year: the year.
        reporter: who gives both states’ trade with all partners; ``stated`` takes Iran’s customs
            for Iran, and for Russia the turnover its side states with its reported total.
    """
    iran = _trade_with("IRN", "RUS", year, "IRN" if reporter == "stated" else reporter)
    if reporter == "stated":
        russia = _stated_share(year)
    else:
        row = _trade_with("RUS", "IRN", year, reporter)
        russia = None if row is None else row["share"]
    if iran is None or russia is None:
        return Reading(None, "")
    told = f"{percent(iran['share'], 2)} of Iran’s trade, {percent(russia, 2)} of Russia’s"
    both = ({"year": [year], "share": [share]} for share in (iran["share"], russia))
    found = measures.dependence_ratio(*map(pd.DataFrame, both))
    return Reading(float(found["ratio"].iloc[0]), newest(year), told)


def _stated_share(year: int) -> float | None:
    """Share of Iran in Russia’s trade by the turnovers stated; the largest if several are."""
    totals, partners = load("trade_totals"), load("trade_partners")
    own = totals[
        (totals["reporter"] == "RUS")
        & (totals["year"] == year)
        & (totals["direction"] == "both_ways")
        & (totals["period_type"] != "partial")
    ]["value_usd"].dropna()
    whole = partners[
        (partners["country_iso3"] == "RUS")
        & (partners["year"] == year)
        & (partners["flow"] == "turnover")
        & (partners["partner_iso3"] == "WLD")
    ]["value_usd"]
    return share_of(own.max(), whole.iloc[0]) if len(whole) else None
