"""Indicators on allies and clients: who arms whom, who votes with whom, what is on record."""

import pandas as pd

from iran_russia.datasets import load
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures import agreement as sure
from iran_russia.measures.arms import tiv_between
from iran_russia.measures.series import count, share_of
from iran_russia.measures.voting import ballots, final_votes

_NOT_NAMED = "unknown recipient"


def _delivered(supplier: str, first: int, last: int) -> pd.DataFrame:
    """List the deals of one supplier with other states and groups delivered within a span.

    Returns:
        The rows of ``arms_transfers_context`` with ``recipient``, a code or the name of a group.
    """
    deals = load("arms_transfers_context").query(
        "supplier_iso3 == @supplier and quantity_delivered > 0 "
        "and delivery_year_first <= @last and delivery_year_last >= @first"
    )
    return deals.assign(recipient=deals["recipient_iso3"].fillna(deals["recipient_name"]))


@indicator(
    "How many of {named} received arms from {supplier}",
    unit="of those named",
    rows="deals of the arms register with {supplier} as supplier and something delivered",
    measure=count,
)
def recipients_among(supplier: str, named: list[str], first: int, last: int) -> Reading:
    """Count those of the named that the arms register has as recipients of a supplier.

    Args:
        supplier: ISO 3166-1 alpha-3 code.
        named: codes of states and names of groups as the register writes them.
        first: first year of delivery.
        last: last year of delivery.
    """
    deals = _delivered(supplier, first, last)
    own = deals[deals["recipient"].isin(named)]
    counts = own["recipient"].value_counts().reindex(named, fill_value=0)
    detail = "deals: " + ", ".join(f"{name} {count}" for name, count in counts.items())
    latest = newest(own["delivery_year_last"].clip(upper=last))
    return Reading(count(counts.index[counts > 0]), latest, detail)


@indicator(
    "Groups that are no state and received arms from {supplier}",
    unit="groups",
    rows=(
        "deals of the arms register with {supplier} as supplier, recipients without a code "
        "of a state"
    ),
    measure=count,
)
def non_state_recipients(supplier: str, first: int, last: int) -> Reading:
    """Count the groups that are no state and appear as recipients of a supplier.

    Args:
        supplier: ISO 3166-1 alpha-3 code.
        first: first year of delivery.
        last: last year of delivery.
    """
    deals = _delivered(supplier, first, last)
    groups = deals[deals["recipient_iso3"].isna() & (deals["recipient"] != _NOT_NAMED)]
    names = sorted(groups["recipient"].unique())
    latest = newest(groups["delivery_year_last"].clip(upper=last))
    return Reading(count(names), latest, ", ".join(names))


@indicator(
    "Share of {supplier} in the arms that {recipient} imported, by trend-indicator value",
    unit="share",
    rows="SIPRI’s volumes by supplier over its totals of imports",
    measure=share_of,
)
def supplier_share(supplier: str, recipient: str, first: int, last: int) -> Reading:
    """Share of a supplier in all arms that a state imported, by trend-indicator value.

    Args:
        supplier: ISO 3166-1 alpha-3 code, or SUN for the Soviet Union.
        recipient: code of the importing state.
        first: first year.
        last: last year.
    """
    flows = load("arms_tiv").query("recipient_iso3 == @recipient and supplier_iso3 == @supplier")
    totals = load("arms_tiv_official").query("country_iso3 == @recipient and flow == 'imports'")
    totals = totals[totals["year"].between(first, last)]
    own = float(tiv_between(flows, first, last, "supplier_iso3").sum())
    whole = float(totals["tiv_millions"].sum())
    if whole == 0:
        return Reading(None, "", f"no imports on record for {first}–{last}")
    detail = f"{own:,.0f} of {whole:,.0f} million TIV in {first}–{last}"
    return Reading(share_of(own, whole), newest(totals["year"]), detail)


@indicator(
    "How many of {named} rank in the top third of agreement with {country} in the General Assembly",
    unit="of those named",
    rows="roll calls of the General Assembly, ranked among the states compared",
    measure=count,
)
def in_top_third(country: str, named: list[str], first: int, last: int) -> Reading:
    """Count those of the named that rank in the top third of agreement with a state.

    Args:
        country: ISO 3166-1 alpha-3 code of the state.
        named: codes of the others.
        first: first year of roll calls.
        last: last year.
    """
    rolls = final_votes(load("unga_rollcalls"))
    rolls = rolls[rolls["date"].dt.year.between(first, last)]
    votes = load("unga_votes")
    scores = ballots(votes[votes["rcid"].isin(rolls["rcid"])])
    if not scores.columns.isin(named).any():
        return Reading(None, "", f"no votes in {first}–{last}")
    ranks = sure.ranks(sure.resampled(scores, rolls, sure.with_each(scores, country)))
    own = ranks.loc[country].reindex(named).dropna(subset=0).sort_values(0)
    places = ", ".join(f"{state} {place:.0f}" for state, place in own[0].items())
    years = f"{first}–{last}" if first < last else str(first)
    detail = f"ranks of {len(ranks)} states in {years}: {places}"
    top = own.le(len(ranks) / 3)
    ends = sure.percentile_interval(top.sum().to_frame().T).iloc[0]
    named_in_top = count(top.index[top[0]])
    return Reading(named_in_top, newest(rolls["date"]), detail, ends["low"], ends["high"])


@indicator(
    "Named entries of the chronology on record",
    unit="entry",
    rows="events {event_ids}, unless of low confidence",
    measure=count,
    years="as dated in the entries",
)
def recorded(event_ids: list[str]) -> Reading:
    """Count the named entries of the chronology that are of high or medium confidence.

    Args:
        event_ids: keys of the entries.
    """
    events = load("events").query("event_id in @event_ids and confidence != 'low'")
    detail = "; ".join(f"{row.title} ({row.date:%Y-%m})" for row in events.itertuples())
    return Reading(count(events["event_id"]), newest(events["date"])[:7], detail)
