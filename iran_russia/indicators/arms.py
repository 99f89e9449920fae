"""Indicators on arms transfers."""

import pandas as pd

from iran_russia.datasets import load, lookup
from iran_russia.facts import percent, tiv
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures.arms import (
    shares_by_period,
    split_over_delivery_years,
    tiv_between,
    yearly_mean,
)
from iran_russia.measures.events import known_date
from iran_russia.measures.series import (
    count,
    difference,
    extreme,
    mean_inside_and_outside,
    names,
    ratio,
    share_of,
    yearly_totals,
)

ALL = "WLD"


@indicator(
    "Share of {suppliers} in the arms that {recipient} imported (of several periods the highest)",
    unit="share",
    rows="SIPRI’s volumes by supplier, all suppliers of {recipient}",
    measure=shares_by_period,
    years="{periods}",
)
def import_share(recipient: str, suppliers: list[str], periods: list[list[int]]) -> Reading:
    """Highest share, over periods, that suppliers have in what a state imports.

    Args:
        recipient: ISO3 code.
        suppliers: ISO3 codes, added up.
        periods: first and last year of each period.
    """
    rows = load("arms_tiv").query("recipient_iso3 == @recipient")
    named = {f"{first}–{last}": (first, last) for first, last in periods}
    by = shares_by_period(rows, named, "supplier_iso3")
    own = by[by["supplier_iso3"].isin(suppliers)].groupby("period")["share"].sum()
    own = own.reindex([p for p in named if p in set(by["period"])], fill_value=0.0)
    if own.empty:
        return Reading(None, "", "no imports recorded")
    within = rows[rows["year"].le(max(last for _, last in periods))]
    said = "; ".join(f"{name}: {percent(value, 1)}" for name, value in own.items())
    return Reading(extreme(own, "max"), newest(within["year"]), said)


@indicator(
    "Share of {recipient} in the arms that {supplier} exported",
    unit="share",
    rows="deals of the register, value divided over their delivery years",
    measure=share_of,
)
def export_share(supplier: str, recipient: str, first: int, last: int) -> Reading:
    """Share of a state in what another exports, by the deals spread over their delivery years.

    Args:
        supplier, recipient: ISO3 codes.
        first, last: first and last year of delivery.
    """
    deals = pd.concat([load("arms_transfers"), load("arms_transfers_context")])
    deals["recipient"] = deals["recipient_iso3"].fillna(deals["recipient_name"])
    rows = split_over_delivery_years(deals[deals["supplier_iso3"] == supplier])
    total = tiv_between(rows, first, last, "recipient")
    if total.empty:
        return Reading(None, "", "no exports recorded")
    detail = f"{tiv(total.get(recipient, 0.0))} of {tiv(total.sum())}"
    within = rows[rows["year"].between(first, last)]
    share = share_of(total.get(recipient, 0.0), total.sum())
    return Reading(share, newest(within["year"]), detail)


def _flow(supplier: str, recipient: str) -> pd.DataFrame:
    rows = load("arms_tiv").query("recipient_iso3 == @recipient")
    return rows if supplier == ALL else rows[rows["supplier_iso3"] == supplier]


@indicator(
    "Arms delivered a year in {after} over that in {before}, by volume, for {flows}",
    unit="times",
    rows="SIPRI’s volumes of these flows; a year without a row counts as nothing",
    measure=ratio,
    years="{before} and {after}",
)
def mean_ratio(flows: list[list[str]], before: list[int], after: list[int]) -> Reading:
    """Mean yearly volume of flows in one period over that in an earlier one.

    Args:
        flows: supplier and recipient of each flow that is added, ISO3 codes; WLD = all suppliers.
        before, after: first and last year of each period; a year without a row counts as 0.
    """
    rows = pd.concat(_flow(*flow) for flow in flows)
    old, new = (yearly_mean(rows, *span) for span in (before, after))
    within = rows[rows["year"].le(after[1])]
    detail = f"{tiv(new)} a year in {_years(after)} against {tiv(old)} in {_years(before)}"
    return Reading(ratio(new, old), newest(within["year"]), detail)


@indicator(
    "The smaller of two flows of arms as a share of the larger: {one} and {other}",
    unit="share",
    rows="SIPRI’s volumes of both flows",
    measure=share_of,
)
def smaller_of_larger(one: list[str], other: list[str], first: int, last: int) -> Reading:
    """The smaller of two flows as a share of the larger.

    Args:
        one, other: supplier and recipient of each flow, ISO3 codes.
        first, last: first and last year of delivery.
    """
    rows = [_flow(*flow) for flow in (one, other)]
    rows = [flow[flow["year"].between(first, last)] for flow in rows]
    sums = [flow["tiv_millions"].sum() for flow in rows]
    name = lookup("countries", "iso3", "name")
    detail = "; ".join(
        f"{name[supplier]} to {name[recipient]} {tiv(total)}"
        for (supplier, recipient), total in zip((one, other), sums, strict=True)
    )
    latest = newest(*(flow["year"] for flow in rows))
    return Reading(share_of(min(sums), max(sums)), latest, detail)


@indicator(
    "Share of years in which {supplier} delivered arms to {recipient}",
    unit="share",
    rows="SIPRI’s volumes above zero",
    measure=share_of,
)
def years_with_deliveries(supplier: str, recipient: str, first: int, last: int) -> Reading:
    """Share of the years of a period in which anything was delivered.

    Args:
        supplier, recipient: ISO3 codes.
        first, last: first and last year of the period.
    """
    rows = _flow(supplier, recipient).query("@first <= year <= @last and tiv_millions > 0")
    span = last - first + 1
    detail = f"{rows['year'].nunique()} of {span} years; {tiv(rows['tiv_millions'].sum())}"
    return Reading(share_of(rows["year"].nunique(), span), newest(rows["year"]), detail)


@indicator(
    "Change of the share made under licence at home in the arms that {recipient} receives",
    unit="points",
    rows="deliveries to {recipient}, by value, with those of local production",
    measure=difference,
    years="{before} and {after}",
)
def local_production_change(recipient: str, before: list[int], after: list[int]) -> Reading:
    """Change of the share made under licence at home in what a state receives, in points.

    Args:
        recipient: ISO3 code.
        before, after: first and last year of each period, within the table of deliveries.
    """
    rows = load("arms_deliveries").query("recipient_iso3 == @recipient")
    made = []
    for first, last in (before, after):
        own = rows[rows["delivery_year"].between(first, last)]
        total = own["tiv_delivered_millions"].sum()
        local = own.loc[own["local_production"], "tiv_delivered_millions"].sum()
        made.append(share_of(local, total))
    earlier, later = made
    if earlier is None or later is None:
        return Reading(None, "", "nothing delivered in one of the two periods")
    detail = f"{percent(later)} in {_years(after)} against {percent(earlier)} in {_years(before)}"
    within = rows[rows["delivery_year"].le(after[1])]
    change = difference(later, earlier, scale=100)
    return Reading(change, newest(within["delivery_year"]), detail)


def _orders(
    supplier: str, recipient: str, first: int, last: int, categories: list[str] | None
) -> pd.DataFrame:
    rows = load("arms_transfers").query("supplier_iso3 == @supplier")
    rows = rows.query("recipient_iso3 == @recipient and @first <= order_year <= @last")
    return rows if categories is None else rows[rows["weapon_category"].isin(categories)]


def _named(orders: pd.DataFrame) -> str:
    return ", ".join(f"{o.designation} ({o.order_year})" for o in orders.itertuples()) or "none"


@indicator(
    "Arms ordered a year from {supplier} by {recipient} in {within} over the other years",
    unit="times",
    rows="orders of the register by value; orders of open size have none",
    measure=ratio,
    years="{within} within {first}–{last}",
)
def ordered_ratio(
    supplier: str, recipient: str, within: list[int], first: int, last: int
) -> Reading:
    """Mean yearly value ordered in some years over that in the other years of a period.

    Orders of open size have no value and count as nothing.

    Args:
        supplier, recipient: ISO3 codes.
        within: first and last of the years looked at.
        first, last: first and last year of the whole period.
    """
    rows = _orders(supplier, recipient, first, last, None)
    inside = rows["order_year"].between(*within)
    value = rows["tiv_order_total_millions"]
    by = yearly_totals(value, rows["order_year"], first, last)
    looked_at, others = mean_inside_and_outside(by, *within)
    detail = (
        f"{tiv(looked_at)} a year in {_years(within)} ({_named(rows[inside])}) against "
        f"{tiv(others)} in the other years; {value.isna().sum()} orders have no value"
    )
    return Reading(ratio(looked_at, others), newest(rows["order_year"]), detail)


@indicator(
    "Orders of arms from {supplier} by {recipient}[ for {categories}][, something of "
    "them delivered{delivered}][, of at least {least_tiv} million TIV]",
    unit="orders",
    rows="orders of the register by year of order",
    measure=count,
)
def orders(
    supplier: str,
    recipient: str,
    first: int,
    last: int,
    delivered: bool = False,
    categories: list[str] | None = None,
    least_tiv: float = 0,
) -> Reading:
    """Count orders in the register.

    Args:
        supplier, recipient: ISO3 codes.
        first, last: first and last year of order.
        delivered: count only orders of which something was delivered.
        categories: weapon categories counted; all when not given.
        least_tiv: smallest value of the whole order counted, in million TIV.
    """
    rows = _orders(supplier, recipient, first, last, categories)
    if delivered:
        rows = rows[rows["quantity_delivered"] > 0]
    if least_tiv:
        rows = rows[rows["tiv_order_total_millions"] >= least_tiv]
    latest = newest(rows["order_year"], rows["delivery_year_last"])
    return Reading(count(rows.index), latest, _named(rows))


@indicator(
    "Share of orders from {supplier} by {recipient} that were delivered in full",
    unit="share",
    rows="orders of the register by year of order",
    measure=share_of,
)
def delivered_share(supplier: str, recipient: str, first: int, last: int) -> Reading:
    """Share of orders in the register that were delivered in full.

    Args:
        supplier, recipient: ISO3 codes.
        first, last: first and last year of order.
    """
    rows = _orders(supplier, recipient, first, last, None)
    done = rows["status"] == "delivered"
    detail = f"{done.sum()} of {len(rows)} orders; not in full: {_named(rows[~done])}"
    return Reading(
        share_of(done.sum(), len(rows)),
        newest(rows["order_year"], rows["delivery_year_last"]),
        detail,
    )


@indicator(
    "Orders of {recipient} from {supplier} not delivered in full {years} years on",
    unit="orders",
    rows="orders of the register for {categories}",
    measure=count,
)
def waiting(
    supplier: str, recipient: str, first: int, last: int, years: int, categories: list[str]
) -> Reading:
    """Count orders not delivered in full some years after the year of order.

    Args:
        supplier, recipient: ISO3 codes.
        first: first year of order.
        last: last year of order, and the year of which it is asked.
        years: how many years after the year of order.
        categories: weapon categories counted.
    """
    rows = _orders(supplier, recipient, first, last, categories)
    late = rows[(rows["status"] != "delivered") & (rows["order_year"] + years <= last)]
    return Reading(count(late.index), str(last), _named(late))


@indicator(
    "Reported happenings with arms for {recipient}[ on {categories}][ that were {statuses}]",
    unit="reports",
    rows="rows of confidence {confidence} that rest on {evidence}; talks left out",
    measure=count,
    years="all years of the table",
)
def reports(
    recipient: str,
    evidence: list[str],
    confidence: list[str],
    categories: list[str] | None = None,
    statuses: list[str] | None = None,
) -> Reading:
    """Count reported happenings by what they rest on; talks are left out.

    Args:
        recipient: ISO3 code.
        evidence: bases of evidence counted.
        confidence: levels of confidence counted.
        categories: item categories counted, e.g. ``technology``; all when not given.
        statuses: status codes counted, e.g. ``suspended``; all but talks when not given.
    """
    rows = load("arms_reported").query("recipient_iso3 == @recipient and status_code != 'talks'")
    rows = rows[rows["evidence_basis"].isin(evidence) & rows["confidence"].isin(confidence)]
    if categories is not None:
        rows = rows[names(rows["item_category"], *categories)]
    if statuses is not None:
        rows = rows[rows["status_code"].isin(statuses)]
    detail = "; ".join(f"{r.report_id} {r.item} ({r.claimed_by})" for r in rows.itertuples())
    return Reading(
        count(rows["report_id"]),
        newest(known_date(rows["date_end"], rows["date_precision"])),
        detail or "none",
    )


def _years(period: list[int]) -> str:
    return f"{period[0]}–{period[1]}"
