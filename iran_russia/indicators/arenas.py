"""Indicators on the regions around the two: power, trade and tie with third states."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.capabilities import ranked_states
from iran_russia.measures.series import difference, mean, ratio


@indicator(
    "Rank of {country} by national capability among {among}",
    unit="rank",
    rows="composite index of national capability",
    measure=ranked_states,
    years="{year}",
)
def capability_rank(country: str, among: list[str], year: int) -> Reading:
    """Rank of a state by the composite index of national capability; rank 1 is the largest.

    Args:
        country: ISO 3166-1 alpha-3 code of the state.
        among: codes of the states it is ranked with.
        year: calendar year.
    """
    rows = load("country_capabilities").query("iso3 in @among or iso3 == @country")
    ranked = ranked_states(rows, "cinc", year)
    missing = {country, *among} - set(ranked["iso3"])
    if missing:
        return Reading(None, "", f"no index for {', '.join(sorted(missing))} in {year}")
    told = ", ".join(f"{r.iso3} {r.value:.4f}" for r in ranked.itertuples())
    rank = ranked.set_index("iso3")["rank"][country]
    return Reading(float(rank), newest(year), f"{told} in {year}")


@indicator(
    "Trade of {one} with {partner} over that of {other} with {partner}",
    unit="times",
    rows="exports and imports of both with {partner}, source {source_id}",
    measure=ratio,
    years="{year}",
)
def trade_ratio(one: str, other: str, partner: str, year: int, source_id: str) -> Reading:
    """Turnover of one state with a partner divided by that of another with the same partner.

    Args:
        one: ISO 3166-1 alpha-3 code of the state above the line.
        other: code of the state below it.
        partner: code of the common partner.
        year: calendar year.
        source_id: the one source both turnovers are taken from.
    """
    rows = load("trade_partners").query(
        "year == @year and source_id == @source_id and partner_iso3 == @partner "
        "and country_iso3 in [@one, @other] and flow in ['export', 'import']"
    )
    both = rows.pivot_table(
        index="country_iso3", columns="flow", values="value_usd", aggfunc="sum", min_count=1
    ).reindex(index=[one, other], columns=["export", "import"])
    if both.isna().any(axis=None):
        return Reading(None, "", f"a direction is missing in {year}")
    turnover = both.sum(axis=1) / 1e9
    detail = f"{turnover[one]:.2f} against {turnover[other]:.2f} billion dollars in {year}"
    return Reading(ratio(turnover[one], turnover[other]), newest(year), detail)


@indicator(
    "Mean tie of {pair} in news reports[, less that of {minus}]; above zero is net cooperation",
    unit="points",
    rows="monthly ties of GDELT, weighted by days with data",
    measure=difference,
)
def mean_tie(pair: list[str], first: str, last: str, minus: list[str] | None = None) -> Reading:
    """Mean tie weight of a pair in GDELT per day with data; above zero is net cooperation.

    Args:
        pair: ISO 3166-1 alpha-3 codes of the two states.
        first: first month, as 2018-01.
        last: last month.
        minus: another pair whose mean is taken away.
    """
    means, dates = {}, []
    for one, other in filter(None, (pair, minus)):
        months = load("gdelt_dyad_month").query(
            "one_iso3 in [@one, @other] and other_iso3 in [@one, @other] "
            "and @first <= month <= @last"
        )
        tie = mean(months["tie_per_day"], months["days_available"])
        if tie is None:
            return Reading(None, "", f"no months of {one}–{other}")
        means[f"{one}–{other}"] = tie
        dates.append(months["month"])
    value, *taken = means.values()
    detail = " against ".join(f"{name} {number(tie, 1)}" for name, tie in means.items())
    return Reading(difference(value, sum(taken)), newest(pd.concat(dates))[:7], detail)
