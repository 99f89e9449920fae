"""Indicators on trade in goods: composition, weight in each other's trade, growth, routes."""

from collections.abc import Sequence

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import number, percent, usd
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.arms import shares_by_period, split_over_delivery_years
from iran_russia.measures.events import known_date
from iran_russia.measures.series import (
    count,
    difference,
    extreme,
    herfindahl_hirschman,
    mean,
    rank_of,
    ratio,
    relative_change,
    share_of,
    shares,
)
from iran_russia.measures.trade import (
    complementarity,
    growth_by_year,
    newest_customs_year,
    trade_balance,
    turnover,
    with_customs_totals,
)

FLOWS = {"export": ["export"], "import": ["import"], "both": ["export", "import"]}
"""Directions seen from Iran; ``both`` is turnover."""

Years = list[int] | str
"""Gregorian years in which Iranian years begin, or ``newest``: the newest year of which the
Iranian customs give tariff lines of both flows."""


@indicator(
    "Share of HS {codes} in {flow}[, tariff lines {without} left out]",
    unit="share",
    rows="tariff lines of the Iranian customs",
    measure=share_of,
    years="{years}",
)
def share(flow: str, years: Years, codes: list[str], without: Sequence[str] = ()) -> Reading:
    """Share of goods in the trade that the Iranian customs recorded, from 0 to 1.

    Args:
        flow: ``export`` to Russia, ``import`` from Russia, or ``both``.
        years: Gregorian years in which the Iranian years begin, taken together, or ``newest``.
        codes: beginnings of Harmonized System codes, such as ``07`` or ``080251``.
        without: beginnings of codes that are left out of the trade altogether.
    """
    lines = _lines(flow, years)
    kept = lines[~_of(lines, without)] if without else lines
    if kept.empty:
        return Reading(None, "", "no tariff lines in these years")
    part, whole = kept.loc[_of(kept, codes), "value_usd"].sum(), kept["value_usd"].sum()
    detail = f"{usd(part)} of {usd(whole)} in {_span(years)}"
    if without:
        every = lines.loc[_of(lines, codes), "value_usd"].sum() / lines["value_usd"].sum()
        detail += f"; {percent(every, 1)} with the lines left out"
    return Reading(share_of(part, whole), newest(kept["period_end"]), detail)


@indicator(
    "Share of HS {codes} in the direction of trade with Russia in which it is larger",
    unit="share",
    rows="tariff lines of the Iranian customs",
    measure=share_of,
    years="{years}",
)
def largest_share(years: Years, codes: list[str]) -> Reading:
    """Share of goods in the direction in which it is larger, from 0 to 1.

    Args:
        years: as in :func:`share`.
        codes: as in :func:`share`.
    """
    found = {flow: share(flow, years, codes) for flow in ("export", "import")}
    known = {flow: reading for flow, reading in found.items() if reading.value is not None}
    if not known:
        return Reading(None, "", "no tariff lines in these years")
    told = "; ".join(f"{flow} {percent(r.value, 1)}" for flow, r in known.items())
    best = extreme(pd.Series({flow: r.value for flow, r in known.items()}), "max")
    return Reading(best, newest(*(r.latest for r in known.values())), told)


@indicator(
    "Share of HS {codes} less that of [HS {over}|the largest other section], in the "
    "direction in which it leads by more",
    unit="share",
    rows="tariff lines of the Iranian customs",
    measure=difference,
    years="{years}",
)
def lead(years: Years, codes: list[str], over: list[str] | None = None) -> Reading:
    """Share of goods less that of others, in the direction in which this lead is greater.

    Args:
        years: as in :func:`share`.
        codes: goods of one section of the Harmonized System, as in :func:`share`.
        over: the other goods; without them the largest of the other sections.
    """
    leads, ends = {}, []
    for flow in ("export", "import"):
        lines = _lines(flow, years)
        if lines.empty:
            continue
        whole = lines["value_usd"].sum()
        own = share_of(lines.loc[_of(lines, codes), "value_usd"].sum(), whole)
        lead = difference(own, share_of(_of_others(lines, codes, over), whole))
        if lead is not None:
            leads[flow] = lead
            ends.append(lines["period_end"])
    if not leads:
        return Reading(None, "", "no tariff lines in these years")
    told = "; ".join(f"{flow} {percent(gap, 1)}" for flow, gap in leads.items())
    best = extreme(pd.Series(leads), "max")
    return Reading(best, newest(pd.concat(ends)), f"lead by flow: {told}")


def _of_others(lines: pd.DataFrame, codes: list[str], over: list[str] | None) -> float:
    if over:
        return lines.loc[_of(lines, over), "value_usd"].sum()
    section = load("hs_sections").set_index("hs_chapter")["section_number"]
    by = lines["value_usd"].groupby(lines["hs6"].str[:2].map(section)).sum()
    return by.drop(section[codes[0][:2]], errors="ignore").max()


@indicator(
    "Rank of HS chapter {chapter} in {flow}",
    unit="rank",
    rows="tariff lines of the Iranian customs",
    measure=rank_of,
    years="{years}",
)
def chapter_rank(flow: str, years: Years, chapter: str) -> Reading:
    """Rank of a chapter of the Harmonized System by value, 1 for the largest.

    Args:
        flow: as in :func:`share`.
        years: as in :func:`share`.
        chapter: two digits.
    """
    lines = _lines(flow, years)
    by = lines["value_usd"].groupby(lines["hs6"].str[:2]).sum().sort_values(ascending=False)
    if chapter not in by.index:
        return Reading(None, newest(lines["period_end"]), f"chapter {chapter} was not traded")
    first = ", ".join(f"{code} {usd(value)}" for code, value in by.head(3).items())
    rank = rank_of(by, chapter)
    return Reading(rank, newest(lines["period_end"]), f"largest chapters: {first}")


@indicator(
    "Share of HS {codes} in {flow}, later years over earlier ones",
    unit="times",
    rows="tariff lines of the Iranian customs",
    measure=ratio,
    years="{before} and {after}",
)
def share_ratio(flow: str, codes: list[str], before: Years, after: Years) -> Reading:
    """Share of goods in later years over that in earlier ones; 1 means no change.

    Args:
        flow: as in :func:`share`.
        codes: as in :func:`share`.
        before: the earlier years, taken together.
        after: the later years, taken together.
    """
    then, now = share(flow, before, codes), share(flow, after, codes)
    if not then.value or now.value is None:
        return Reading(None, now.latest, "no share in one of the two periods")
    told = f"{percent(now.value, 1)} in {_span(after)} against {percent(then.value, 1)} in"
    return Reading(ratio(now.value, then.value), now.latest, f"{told} {_span(before)}")


@indicator(
    "Change of the concentration of {flow} over HS chapters",
    unit="share",
    rows="tariff lines of the Iranian customs, Herfindahl–Hirschman index by year",
    measure=herfindahl_hirschman,
    years="{before} and {after}",
)
def concentration_change(flow: str, before: Years, after: Years) -> Reading:
    """Relative change of the Herfindahl–Hirschman index over chapters; −0.2 means 20 % less.

    Args:
        flow: as in :func:`share`.
        before: the earlier years; their yearly indices are averaged.
        after: the later years, in the same way.
    """
    then, now = _concentration(flow, before), _concentration(flow, after)
    if then.empty or now.empty:
        return Reading(None, "", "no tariff lines in one of the two periods")
    index = relative_change(mean(now["index"]), mean(then["index"]))
    told = f"{number(now['index'].mean(), 3)} in {_span(after)} against"
    told += f" {number(then['index'].mean(), 3)} in {_span(before)}; mean number of tariff lines"
    told += f" {number(now['lines'].mean())} against {number(then['lines'].mean())}, of other"
    return Reading(index, now["latest"].max(), f"{told} editions of the nomenclature")


def _concentration(flow: str, years: Years) -> pd.DataFrame:
    rows = []
    for year in _named(years):
        lines = _lines(flow, [year])
        if len(lines):
            by = lines["value_usd"].groupby(lines["hs6"].str[:2]).sum()
            latest = newest(lines["period_end"])
            rows.append((herfindahl_hirschman(by), lines["hs_code"].nunique(), latest))
    return pd.DataFrame(rows, columns=["index", "lines", "latest"])


@indicator(
    "Largest share of a partner in the trade of a state: {pairs}",
    unit="share",
    rows="turnover with the partner and in all, every source that gives both",
    measure=share_of,
    years="{years}",
)
def partner_share(pairs: list[list[str]], years: list[int]) -> Reading:
    """Largest share of a partner in the trade of a state, both directions together, 0 to 1.

    Args:
        pairs: state and partner, ISO 3166-1 alpha-3.
        years: years compared; where a source has only some partners, of the trade with these.
    """
    rows = pd.concat([_partners(state, years).assign(of=partner) for state, partner in pairs])
    rows = rows[(rows["partner_iso3"] == rows["of"]) & rows["total"].notna()]
    if rows.empty:
        return Reading(None, "", "no source has partner and total")
    shared = [share_of(r.turnover, r.total) for r in rows.itertuples()]
    rows = rows.assign(share=shared).sort_values(["state", "year"])
    told = "; ".join(
        f"{r.state} {r.year} {percent(r.share, 2)}{' of partners listed' if r.listed else ''}"
        for r in rows.itertuples()
    )
    return Reading(extreme(rows["share"], "max"), newest(rows["period_end"]), told)


@indicator(
    "Worst rank of {partner} among the trading partners of {state}",
    unit="rank",
    rows="turnover by partner, every source that lists partners both ways",
    measure=extreme,
    years="{years}",
)
def partner_rank(state: str, partner: str, years: list[int]) -> Reading:
    """Worst rank of a partner in the trade of a state over years, 1 for the largest partner.

    Args:
        state: ISO 3166-1 alpha-3.
        partner: ISO 3166-1 alpha-3.
        years: years compared; every source that lists partners both ways in one of them counts.
    """
    rows = _partners(state, years)
    if rows.empty:
        return Reading(None, "", "no source lists partners in these years")
    by = rows.groupby(["year", "source_id"])["turnover"]
    rows = rows.assign(rank=by.rank(ascending=False, method="min"), of=by.transform("size"))
    rows = rows[rows["partner_iso3"] == partner]
    if rows.empty:
        return Reading(None, "", f"{partner} is not among the partners listed")
    told = "; ".join(
        f"rank {r.rank:.0f} of {r.of} partners listed in {r.year}, {usd(r.turnover)}"
        for r in rows.itertuples()
    )
    return Reading(extreme(rows["rank"], "max"), newest(rows["period_end"]), told)


def _partners(state: str, years: list[int]) -> pd.DataFrame:
    """Turnover of a state with each partner, by year and source that gives both directions."""
    rows = load("trade_partners")
    rows = rows[(rows["country_iso3"] == state) & rows["year"].isin(years)]
    rows = rows[rows["reporter"].isin([state, "COW", "UNCTAD", "press"])]
    # The compilation keeps partners and world totals under two keys.
    rows = rows.assign(source_id=rows["source_id"].replace("cow_trade_v4_national", "cow_trade_v4"))
    rows["value_usd"] = rows["value_usd"].astype(float)
    by = rows.groupby(["year", "source_id", "partner_iso3"])
    sums = by.agg(
        turnover=("value_usd", "sum"),
        flows=("flow", lambda flow: "turnover" in set(flow) or flow.nunique() == 2),
        period_end=("period_end", "max"),
    ).reset_index()
    sums = sums[sums["flows"]]
    keys = ["year", "source_id"]
    world = sums[sums["partner_iso3"] == "WLD"].set_index(keys)["turnover"]
    listed = sums[sums["partner_iso3"] == "SUM"].set_index(keys)["turnover"]
    total = pd.concat([world, listed[~listed.index.isin(world.index)]]).rename("total")
    single = sums[~sums["partner_iso3"].isin(["WLD", "SUM", "RUS-DA"])]
    single = single.merge(total.reset_index(), on=keys, how="left")
    of_listed = [
        key not in world.index for key in zip(single["year"], single["source_id"], strict=True)
    ]
    return single.assign(state=state, listed=of_listed)


@indicator(
    "Share of years in which turnover of Russia and Iran rose, by {reporter}",
    unit="share",
    rows="turnover of full years, one a year",
    measure=growth_by_year,
)
def growing_years(reporter: str, first: int, last: int) -> Reading:
    """Share of years in which turnover rose on the year before, from 0 to 1.

    Args:
        reporter: ``RUS``, ``IRN``, ``COW`` or ``UNCTAD``, as in ``trade_totals``.
        first: the first year, which has nothing to be compared with.
        last: the last year.
    """
    growth = growth_by_year(_balances(), reporter, first, last)
    if growth.empty:
        return Reading(None, "", "no two years in a row")
    fell = growth[growth["growth"] < 0]
    told = f"turnover rose in {(growth['growth'] > 0).sum()} of {len(growth)} years"
    told += f", fell in {', '.join(map(str, fell['year']))}" if len(fell) else ""
    rose = share_of((growth["growth"] > 0).sum(), len(growth))
    return Reading(rose, newest(growth["year"]), told)


@indicator(
    "Deepest fall of turnover of Russia and Iran from one year to the next, by {reporter}",
    unit="share",
    rows="turnover of full years, one a year",
    measure=growth_by_year,
)
def deepest_fall(reporter: str, first: int, last: int) -> Reading:
    """Deepest fall of turnover from one year to the next, as a share; 0 when it never fell.

    Args:
        reporter: as in :func:`growing_years`.
        first: the first year.
        last: the last year.
    """
    growth = growth_by_year(_balances(), reporter, first, last)
    if growth.empty:
        return Reading(None, "", "no two years in a row")
    told = [_fall(growth)]
    sure = growth[~growth["doubtful"]]
    if len(sure) < len(growth) and len(sure):
        told.append(f"among pairs of years without a caution {_fall(sure)}")
    deepest = extreme((-growth["growth"]).clip(lower=0.0), "max")
    return Reading(deepest, newest(growth["year"]), "; ".join(told))


def _fall(growth: pd.DataFrame) -> str:
    worst = growth.loc[growth["growth"].idxmin()]
    return (
        f"{usd(worst['turnover'])} in {worst['year']} against {usd(worst['before'])} the year "
        f"before ({percent(worst['growth'], 1)})"
    )


@indicator(
    "Change of turnover of Russia and Iran, by {reporter}",
    unit="share",
    rows="turnover of full years, one a year",
    measure=relative_change,
    years="{first} and {last}",
)
def turnover_change(reporter: str, first: int, last: int) -> Reading:
    """Relative change of turnover between two years; 0.2 means 20 % more.

    Args:
        reporter: as in :func:`growing_years`.
        first: the year compared with.
        last: the year of interest.
    """
    by = turnover(_balances(), reporter)
    if first not in by.index or last not in by.index:
        return Reading(None, "", "no turnover in one of the two years")
    told = f"{usd(by[last])} in {last} against {usd(by[first])} in {first}"
    return Reading(relative_change(by[last], by[first]), str(last), told)


def _balances() -> pd.DataFrame:
    """Both directions and turnover of every full year, by reporter and basis."""
    totals = with_customs_totals(load("trade_totals"), load("trade_goods"))
    return trade_balance(totals[(totals["period_type"] != "partial") & totals["value_usd"].notna()])


@indicator(
    "How well what {exporter} exports fits what {importer} imports",
    unit="of 1",
    rows="SITC sections, trade with third states",
    measure=complementarity,
    years="{year}",
)
def structure_match(exporter: str, importer: str, year: int) -> Reading:
    """Trade complementarity of one state's exports and the other's imports, from 0 to 1.

    Args:
        exporter: ISO 3166-1 alpha-3; its exports to third states in the table.
        importer: ISO 3166-1 alpha-3; its imports from third states in the table.
        year: 1995, 2005 or 2015.
    """
    rows = load("trade_sitc_sections")
    rows = rows[(rows["year"] == year) & (rows["sitc_section"] != "TOTAL")]
    both = [exporter, importer]
    sold = rows[(rows["exporter_iso3"] == exporter) & ~rows["importer_iso3"].isin(both)]
    bought = rows[(rows["importer_iso3"] == importer) & ~rows["exporter_iso3"].isin(both)]
    if sold.empty or bought.empty:
        return Reading(None, "", "no structure of exports or imports")
    out, into = (side.groupby("sitc_section")["value_usd"].sum() for side in (sold, bought))
    names = rows.drop_duplicates("sitc_section").set_index("sitc_section")["section_name"]
    first, wanted = shares(out).idxmax(), shares(into).idxmax()
    told = f"largest section sold: {names[first]}, {percent(shares(out)[first])} of exports; "
    told += f"largest bought: {names[wanted]}, {percent(shares(into)[wanted])} of imports"
    return Reading(complementarity(out, into), str(year), told)


@indicator(
    "Growth of Iran’s trade with the {bloc}",
    unit="share",
    rows="published figures for all goods both ways",
    measure=relative_change,
    years="{first} and {last}",
)
def bloc_growth(bloc: str, first: int, last: int) -> Reading:
    """Growth of Iran's trade with a bloc between two years, as a share, from published figures.

    Args:
        bloc: name in ``trade_notes``, such as ``EAEU``.
        first: the year compared with.
        last: the year of interest.
    """
    notes = load("trade_notes")
    notes = notes[(notes["bloc"] == bloc) & (notes["product"] == "all goods")]
    notes = notes[(notes["metric"] == "trade value") & (notes["direction"] == "both_ways")]
    by = notes.set_index(notes["period_start"].dt.year)["value"]
    if first not in by.index or last not in by.index:
        return Reading(None, "", "no figure for one of the two years")
    told = f"{usd(by[last])} in {last} against {usd(by[first])} in {first}"
    return Reading(relative_change(by[last], by[first]), newest(notes["period_end"]), told)


@indicator(
    "Agreements with the {organisation} that entered into force",
    unit="agreements",
    rows="steps of membership",
    measure=count,
    years="all years of the table",
)
def steps_in_force(organisation: str) -> Reading:
    """Number of agreements of a state or bloc that entered into force.

    Args:
        organisation: name in ``membership``.
    """
    steps = load("membership")
    steps = steps[(steps["organisation"] == organisation) & (steps["step_kind"] == "in_force")]
    since = known_date(steps["irn_date"], steps["irn_date_precision"]).fillna("no date seen")
    told = "; ".join(f"{step} {day}" for step, day in zip(steps["step"], since, strict=True))
    return Reading(count(steps.index), newest(steps["irn_date"]), told)


@indicator(
    "Share of Iran’s trade with Russia declared at customs offices of the {coast} coast",
    unit="share",
    rows="trade by customs office, a year complete in both directions",
    measure=share_of,
    years="{year}",
)
def office_share(year: int, coast: str) -> Reading:
    """Share of the recorded trade declared at customs offices of one coast, from 0 to 1.

    Args:
        year: Gregorian year in which the Iranian year begins, complete in both directions.
        coast: as in ``customs_offices``; Astara counts as a place on the Caspian coast.
    """
    rows = load("trade_by_customs_office")
    rows = rows[(rows["year"] == year) & rows["complete"]]
    if set(rows["flow"]) != {"export", "import"}:
        return Reading(None, "", "the year is not complete in both directions")
    at = rows["customs_office"].map(load("customs_offices").set_index("customs_office")["coast"])
    value = rows["value_usd"].astype(float)
    part = value[at == coast].groupby(rows["flow"]).sum() / value.groupby(rows["flow"]).sum()
    told = "; ".join(f"{flow}s {percent(x)}" for flow, x in part.items())
    whole = share_of(value[at == coast].sum(), value.sum())
    return Reading(whole, newest(rows["period_end"]), told)


@indicator(
    "Rank of {recipient} among those who received arms of {supplier}",
    unit="rank",
    rows="deals of the register, value divided over their delivery years",
    measure=shares_by_period,
)
def arms_recipient_rank(supplier: str, recipient: str, first: int, last: int) -> Reading:
    """Rank of a recipient among those of a supplier's arms, by trend-indicator value.

    Args:
        supplier: ISO 3166-1 alpha-3.
        recipient: ISO 3166-1 alpha-3.
        first: first delivery year.
        last: last delivery year; delivered values are divided over the delivery years of a deal.
    """
    deals = pd.concat([load("arms_transfers"), load("arms_transfers_context")])
    deals = deals[deals["supplier_iso3"] == supplier]
    span = {"window": (first, last)}
    by = shares_by_period(split_over_delivery_years(deals), span, "recipient_iso3")
    by = by.set_index("recipient_iso3")
    if recipient not in by.index:
        return Reading(None, "", f"no delivery to {recipient} in {first}–{last}")
    told = "; ".join(f"{code} {number(r['tiv_millions'])}" for code, r in by.head(3).iterrows())
    years = split_over_delivery_years(deals)["year"]
    latest = newest(years[years <= last])
    return Reading(float(by.loc[recipient, "rank"]), latest, f"million TIV: {told}")


def _named(years: Years) -> list[int]:
    if isinstance(years, str):
        return [newest_customs_year(load("trade_goods"))]
    return years


def _lines(flow: str, years: Years) -> pd.DataFrame:
    goods, years = load("trade_goods"), _named(years)
    held = goods["flow"].isin(FLOWS[flow]) & goods["year"].isin(years) & goods["hs6"].notna()
    return goods[held]


def _of(lines: pd.DataFrame, codes: Sequence[str]) -> pd.Series:
    return lines["hs_code"].str.startswith(tuple(codes))


def _span(years: Years) -> str:
    """Iranian years in which the Gregorian years given begin."""
    years = _named(years)
    first, last = min(years) - 621, max(years) - 621
    return str(first) if first == last else f"{first}–{last}"
