"""Which deal of the book a record of SIPRI's register is.

The register numbers no deals, and later editions rename and re-date them. A record is tied to the
deal between the same parties with the same name, kind and year of order. Where only the kind
changed that is enough; where the name or the year did, or two of the three, deliveries must agree.
Of records that could be either of two deals, and of more records under one name than the book has
deals, nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from iran_russia.values import items

PARTIES = ["supplier_iso3", "recipient_iso3"]
NAMES = ["order_year", "designation", "weapon_description"]
_FIGURES = ["delivery_years", "quantity_ordered", "quantity_delivered", "tiv_per_unit_millions"]


@dataclass
class Ties:
    """What came of tying the records of one register.

    Attributes:
        deals: place of a record → place of its deal.
        renamed: places of records tied in spite of another name, kind or year.
        unsure: place of a record → places of the deals that it may be.
    """

    deals: dict[int, int] = field(default_factory=dict)
    renamed: list[int] = field(default_factory=list)
    unsure: dict[int, list[int]] = field(default_factory=dict)


def tied(records: pd.DataFrame, deals: pd.DataFrame) -> Ties:
    """Tie records to deals, one to one, the closest first.

    Args:
        records: rows as the register has them, text, in the columns of ``arms_transfers``.
        deals: rows of the book.
    """
    ties = Ties()
    theirs = dict(zip(records.index, records.to_dict("records"), strict=True))
    ours: dict[tuple, dict[int, dict]] = {}
    for place, row in zip(deals.index, deals.to_dict("records"), strict=True):
        ours.setdefault(tuple(row[c] for c in PARTIES), {})[place] = row
    pairs = [
        (closeness, place, deal)
        for place, record in theirs.items()
        for deal, held in ours.get(tuple(record[c] for c in PARTIES), {}).items()
        if (closeness := _closeness(record, held))
    ]
    for level in sorted({closeness for closeness, _, _ in pairs}, reverse=True):
        used = set(ties.deals.values())
        free = [
            (place, deal)
            for closeness, place, deal in pairs
            if closeness == level and place not in ties.deals and deal not in used
        ]
        _tie(ties, free, same_names=level[0] == len(NAMES))
    for place in theirs.keys() - ties.deals.keys():
        same = [deal for closeness, p, deal in pairs if p == place and closeness[0] == len(NAMES)]
        if same:
            ties.unsure[place] = same
    ties.unsure = {p: d for p, d in sorted(ties.unsure.items()) if p not in ties.deals}
    return ties


def _tie(ties: Ties, pairs: list[tuple[int, int]], *, same_names: bool) -> None:
    """Tie pairs that are equally close, unless a record or a deal stands in several of them."""
    for place, deal in pairs:
        if place in ties.deals or deal in ties.deals.values():
            continue
        rivals = [p for p in pairs if (p[0] == place) != (p[1] == deal)]
        if rivals and not same_names:
            ties.unsure[place] = [d for p, d in pairs if p == place]
            continue
        ties.deals[place] = deal
        if not same_names:
            ties.renamed.append(place)


def _closeness(record: dict, deal: dict) -> tuple[int, int] | None:
    """Return how many names and how many figures agree; None where they are not one deal."""
    names = sum(record[c] == deal[c] for c in NAMES)
    figures = sum(bool(record[c]) and _number(record[c]) == _number(deal[c]) for c in _FIGURES)
    if names == len(NAMES):
        return names, figures
    return (names, figures) if names and _support(record, deal, names) else None


def _support(record: dict, deal: dict, names: int) -> bool:
    """Whether deliveries and numbers support that a record with other names is this deal."""
    if names < len(NAMES) - 1:
        return _same_deliveries(record, deal)
    if record["weapon_description"] != deal["weapon_description"]:
        return True
    same_number = record["designation"] == deal["designation"] or _same_number(record, deal)
    return _overlap(record, deal) and same_number


def _number(cell: str) -> str:
    return cell.removesuffix(".0")


def _overlap(record: dict, deal: dict) -> bool:
    """Whether both were delivered in a common year, or neither and as many were ordered."""
    here, there = (set(filter(None, items(row["delivery_years"]))) for row in (record, deal))
    if here and there:
        return bool(here & there)
    ordered = record["quantity_ordered"]
    return not here and not there and bool(ordered) and ordered == deal["quantity_ordered"]


def _same_number(record: dict, deal: dict) -> bool:
    """Whether as many were ordered or delivered."""
    return any(
        record[c] not in ("", "0") and record[c] == deal[c]
        for c in ("quantity_ordered", "quantity_delivered")
    )


def alike(record: dict, deal: dict) -> bool:
    """Whether a record without a deal may be one that its register no longer has."""
    if any(record[c] != deal[c] for c in PARTIES):
        return False
    same_kind = record["weapon_description"] == deal["weapon_description"]
    return record["designation"] == deal["designation"] or (
        same_kind and _same_number(record, deal)
    )


def _same_deliveries(record: dict, deal: dict) -> bool:
    """Whether as many were delivered in the same years."""
    same = all(record[c] == deal[c] for c in ("delivery_years", "quantity_delivered"))
    return same and bool(record["delivery_years"])
