"""SIPRI's register of arms transfers, one line a deal.

Editions differ in headers, words and marks of doubt, and some lines of other countries are broken.
A deal has no number in the register: it is tied to that of the book by its parties and by what
else agrees (:func:`combine`), so that a deal with a new name or year is not added a second time.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from iran_russia import datasets
from iran_russia.importers import reading, releases, sipri, sipri_deals, store
from iran_russia.importers.reading import Download, Layout, Opened, Refused
from iran_russia.importers.releases import Release
from iran_russia.importers.sipri_deals import Ties
from iran_russia.values import BETWEEN

if TYPE_CHECKING:
    import ibis

    from iran_russia.importers.reading import Batch

KIND = "sipri-register"
TITLE = "the trade register of SIPRI by deal (CSV)"
ENCODINGS = sipri.ENCODINGS
COLUMNS = {
    "Recipient": "text!",
    "Supplier": "text!",
    "Year of order": "text!",
    "Year of order?": "text",
    "Number ordered": "text",
    "Number ordered?": "text",
    "Weapon designation": "text!",
    "Weapon description": "text!",
    "Number delivered": "text",
    "Number delivered?": "text",
    "Year(s) of delivery": "text",
    "status": "text!",
    "SIPRI TIV per unit": "number!",
    "SIPRI TIV for total order": "number",
    "SIPRI TIV of delivered weapons": "number",
}
HEADERS = ([c for c in COLUMNS if not c.endswith("?")],)
_RENAMED = {"Deliveries in the Year Range": "Number delivered"}
"""Columns that a newer edition calls otherwise."""
_BY_DELIVERY = {"SIPRI AT Database ID", "Supplier", "Recipient", "Delivery year"}

IDENTITY = {"arms_transfers": ["transfer_id", "supplier_iso3", "recipient_iso3"]}
ORIGIN = {
    "supplier_iso3": "Supplier",
    "recipient_iso3": "Recipient",
    "order_year": "Year of order",
    "quantity_delivered": "Number delivered",
    "quantity_ordered": "Number ordered",
    "delivery_years": "Year(s) of delivery",
    "delivery_year_first": "Year(s) of delivery",
    "delivery_year_last": "Year(s) of delivery",
}
_FIRST = 1950
"""First year of the database."""
_LONGEST = 20
"""Lines that one record may have; what is longer has a quote that does not close."""


# What the file is


def recognise(file: Opened) -> Layout | None:
    """Find the header below the notes; a mark of doubt has a column without a name.

    Raises:
        Refused: it is the export by delivery, or lacks the columns with the marks of doubt.
    """
    if file.kind == "text" and file.find(_BY_DELIVERY):
        raise Refused(
            [
                f"{file.name}: found SIPRI's export with a line for each delivery, expected the "
                "register with a line for each deal (columns Recipient, Supplier, Year of order, "
                "…); download the trade register by deal"
            ]
        )
    layout = file.find({"Recipient", "Supplier", "Year of order"})
    if not layout:
        return None
    names = [_RENAMED.get(n, n) for n in layout.names]
    layout.names = [n or f"{names[at - 1]}?" if at else n for at, n in enumerate(names)]
    missing = [c for c in COLUMNS if c not in layout.names]
    if missing and all(c.endswith("?") for c in missing):
        after = ", ".join(c.removesuffix("?") for c in missing)
        raise Refused(
            [
                f"{file.name}, line {layout.above + 1}: found no column without a name after "
                f"{after}, expected one each, which holds the marks of doubt (?); export again"
            ]
        )
    return None if missing else layout


def unpack(opened: Opened, layout: Layout, folder: Path) -> Download:
    """Set aside broken records of others; refuse what is no register of whole deals.

    The copy that is read has the lines of the file, those set aside empty.

    Raises:
        Refused: a record of the book's is broken, or the register has a part of the deliveries.
    """
    file = reading.make_ready(opened, layout, folder, ENCODINGS)
    kept = _sound(file)
    _refuse_a_part(file, kept)
    file = replace(file, ready=reading.new_copy(folder))
    with file.ready.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([file.layout.names, *kept])
    return file


def _sound(file: Download) -> list[list[str]]:
    """Return the cells of the records, empty ones in place of each line that is set aside."""
    width = len(file.layout.names)
    # A lone carriage return within a comment ends no line.
    text = file.ready.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", " ")
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    kept, problems, broken = [], [], []
    for at, size, cells in _records(lines[1:], width):
        number = at + 2 + file.layout.above
        if not any(cells):
            kept += [[""] * width] * size
        elif cells[0] == "Recipient" or [c for c in cells if "Data generated:" in c]:
            problems.append(
                f"{file.name}, line {number}: found the notes or the header of a register a second "
                "time, expected one export in a file; import each as a file of its own"
            )
        elif fault := _fault(cells, width):
            kept += [[""] * width] * size
            broken.append(number)
            if _is_ours(cells):
                problems.append(
                    f"{file.name}, line {number}: {fault} ({reading._short(','.join(cells))}); the "
                    "record may go on in the next line, make one line of them"
                )
        else:
            kept.append(cells)
    if problems:
        raise Refused(problems[:1] if "second time" in problems[0] else problems)
    _tell(file, kept, broken)
    return kept


def _records(lines: list[str], width: int) -> Iterator[tuple[int, int, list[str]]]:
    """Yield each record: its first line, counted from 0, how many lines it has, its cells.

    Where lines do not make a record of the right width, the first of them stands alone and the
    next begins another one, so that a quote that does not close spoils one line.
    """
    at = 0
    while at < len(lines):
        size, cells = 1, None
        reader = csv.reader(lines[at : at + _LONGEST], strict=True)
        try:
            cells = next(reader, [])
            size = reader.line_num or 1
        except csv.Error:
            pass
        if cells is None or (len(cells) != width and size > 1):
            size, cells = 1, lines[at].rstrip("\r\n").split(",")
            if '"' in lines[at] and len(lines[at]) < csv.field_size_limit():
                cells = next(csv.reader([lines[at]]), cells)
        yield at, size, [c.strip(" \t\r\u00a0") for c in cells]
        at += size


def _fault(cells: list[str], width: int) -> str:
    """Say what shows that a record is broken or its cells are shifted; empty when nothing does."""
    if len(cells) != width:
        return f"found {len(cells)} columns, expected {width}"
    if not (cells[0] and cells[1]):
        return "found no recipient or no supplier, expected both in the first two columns"
    if not re.fullmatch(r"\(?\d{4}\)?\??", cells[2]):
        return f"found {cells[2]!r} as the year of order, expected a year such as 2016"
    return ""


def _is_ours(cells: list[str]) -> bool:
    """Whether a broken record may be one of the book's deals."""
    names = [sipri.plain(c) for c in cells]
    if "iran" not in names and not re.search(r"\biran\b", " ".join(names[:2])):
        return False
    to_others = names[1:2] == ["iran"] and names[0] and "russia" not in names[0]
    return not to_others


def _tell(file: Download, kept: list[list[str]], broken: list[int]) -> None:
    """Report broken records of others and names like Iran or Russia that are not taken for it."""
    if broken:
        some = ", ".join(map(str, broken[:8])) + (", …" if len(broken) > 8 else "")
        where = f"line{'s' if len(broken) > 1 else ''} {some}"
        file.left_out[f"broken or shifted lines of other countries ({where})"] = len(broken)
    like: Counter[str] = Counter()
    for recipient, supplier, *_ in kept:
        like.update(n for n in (recipient, supplier) if re.search(r"\biran", n, re.I))
        if supplier == "Iran" and re.search("russia|soviet", recipient, re.I):
            like[recipient] += 1
    for name in like.keys() - {"Iran", "Russia"}:
        file.left_out[f"lines of «{name}»"] = like[name]


# What it covers


def _range(file: Download) -> tuple[int | None, int | None] | None:
    """Return the first and the last year of delivery asked for, as the notes say; None if not."""
    said = r"'?(\d{4}|not specified)'?"
    found = re.search(rf"{said}\s*(?:to|and|-|–)\s*{said}", sipri.notes(file), re.I)
    if not found:
        return None
    first, last = (int(y) if y.isdigit() else None for y in found.groups())
    return first, last


def _refuse_a_part(file: Download, kept: list[list[str]]) -> None:
    """Refuse a register of some years: it counts the deliveries of those, not of the whole deal."""
    stated = _range(file)
    if stated is None:
        place = file.layout.names.index("Year(s) of delivery")
        years = [int(y) for cells in kept for y in re.findall(r"\d{4}", cells[place])]
        first, last = min(years, default=None), max(years, default=None)
        said = f"none is stated, and there are deliveries of {first} to {last} only"
    else:
        first, last = stated
        said = f"the deliveries of {first or 'the beginning'} to {last or 'today'} only"
    if (first or _FIRST) > _FIRST or (last and last < _last_year(file)):
        raise Refused(
            [
                f"{file.name}: found a register of a range of years ({said}); its numbers are "
                f"those of the range, not of the deal; expected all years from {_FIRST}; export it "
                "with the years not specified and keep the notes above the header"
            ]
        )
    parties = re.search(r"arms from (.+?)\s+to (.+?)\s*\.", sipri.notes(file), re.I)
    whose = " to ".join(f"{p[0].lower()}{p[1:]}" if p.startswith("All ") else p
                        for p in parties.groups()) if parties else ""  # fmt: skip
    file.coverage = "whole deals" + (f" from {whose}" if whose else "")


def _last_year(file: Download) -> int:
    """Return the last year of which the export holds deliveries.

    Data of a year come in March of the next. Without a day only the deliveries could tell.
    """
    day = sipri.generated(file)
    return day.year - (1 if day.month > 3 else 2) if day else 0


# What its rows are


def keep(t: ibis.Table) -> ibis.Value:
    """Deals with Iran as recipient, or from Iran to Russia."""
    return (t.Recipient == "Iran") | ((t.Supplier == "Iran") & (t.Recipient == "Russia"))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """The records as they are; :func:`tidy` makes rows of them."""
    return {"arms_transfers": t.select(*COLUMNS, "_key")}


def tidy(name: str, records: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Make rows of ``arms_transfers`` of records, in the words of the book.

    Raises:
        Refused: a record has a word that the table of words does not explain.
    """
    _ask_for_words(records, file)
    told = datasets.load(sipri.WORDS).query("field == 'description'")
    categories = dict(zip(told["word"].map(sipri.plain), told["weapon_category"], strict=True))
    words = {field: sipri.meanings(field) for field in ("description", "status")}
    codes = sipri.countries()
    deals = [_deal(r, words, categories, codes) for r in records.to_dict("records")]
    return pd.DataFrame(deals, columns=[*_FIELDS, "_key"], dtype="str")


def _ask_for_words(records: pd.DataFrame, file: Download) -> None:
    unknown: dict[tuple[str, str], set[str]] = {}
    for column, field in (("Weapon description", "description"), ("status", "status")):
        known = sipri.meanings(field)
        for word, key in zip(records[column], records["_key"], strict=True):
            if sipri.plain(word) not in known:
                unknown.setdefault((field, word), set()).add(key)
    problems = []
    for (field, word), keys in unknown.items():
        lines = sorted(reading.locate(file, list(COLUMNS), keys).values())
        problems.append(
            f"{file.name}, line {', '.join(map(str, lines))}: found the {field} {word!r}, expected "
            f"a word of data/{sipri.WORDS}.csv; add a row that says what it is in the book (field "
            f"{field}, word {word}, meaning, …), by hand or with `import`, and import again"
        )
    if problems:
        raise Refused(problems)


_FIELDS = (
    "order_year",
    "designation",
    "weapon_description",
    "quantity_ordered",
    "quantity_ordered_is_estimate",
    "order_year_is_estimate",
    "weapon_category",
    "condition",
    "delivery_year_first",
    "delivery_year_last",
    "delivery_years",
    "quantity_delivered",
    "quantity_delivered_is_estimate",
    "status",
    "tiv_per_unit_millions",
    "tiv_order_total_millions",
    "tiv_delivered_millions",
    "supplier_iso3",
    "recipient_iso3",
)
"""Columns that a record fills, the telling ones first, as reports show them."""


def _deal(record: dict, words: dict, categories: dict, codes: dict) -> dict:
    """Make a row of one record; brackets and question marks are marks of doubt."""

    def number(column: str) -> tuple[str, bool]:
        bare = re.sub(r"[()?\s]", "", record[column])
        return bare, bool(record[f"{column}?"]) or bare != record[column]

    order_year, order_doubt = number("Year of order")
    ordered, ordered_doubt = number("Number ordered")
    delivered, delivered_doubt = number("Number delivered")
    years = sorted(y for y in re.sub(r"[()?\s]", "", record["Year(s) of delivery"]).split(";") if y)
    description = sipri.plain(record["Weapon description"])
    return {
        "supplier_iso3": codes.get(sipri.plain(record["Supplier"]), record["Supplier"]),
        "recipient_iso3": codes[sipri.plain(record["Recipient"])],
        "order_year": order_year,
        "order_year_is_estimate": str(order_doubt).lower(),
        "quantity_ordered": ordered,
        "quantity_ordered_is_estimate": str(ordered_doubt).lower() if ordered else "",
        "designation": record["Weapon designation"],
        "weapon_category": categories[description],
        "weapon_description": words["description"][description],
        "condition": words["status"][sipri.plain(record["status"])],
        "delivery_year_first": years[0] if years else "",
        "delivery_year_last": years[-1] if years else "",
        "delivery_years": BETWEEN.join(years),
        "quantity_delivered": delivered or "0",
        "quantity_delivered_is_estimate": str(delivered_doubt).lower(),
        "status": _status(ordered, delivered or "0"),
        "tiv_per_unit_millions": record["SIPRI TIV per unit"],
        # Where the size of the order is not known the export has 0 for its value.
        "tiv_order_total_millions": record["SIPRI TIV for total order"] if ordered else "",
        "tiv_delivered_millions": record["SIPRI TIV of delivered weapons"] or "0",
        "_key": record["_key"],
    }


def _status(ordered: str, delivered: str) -> str:
    """Say how far a deal has come; what is no number is refused by the schema."""
    if delivered == "0":
        return "ordered, none delivered"
    if not ordered:
        return "deliveries recorded, order size unknown"
    short = ordered.isdigit() and delivered.isdigit() and int(delivered) < int(ordered)
    return "partly delivered" if short else "delivered"


def source(file: Download) -> dict[str, str]:
    """The export is the day named above the header."""
    return sipri.source(file, "trade register")


# Which deals they are


def combine(batches: list[Batch]) -> list[Batch]:
    """Give each record the key of its deal; a new one gets a key for the time being.

    Raises:
        Refused: a newer register leaves open which deal a record is.
    """
    known = store.text_of("arms_transfers")
    problems: list[str] = []
    for batch in batches:
        cells = [c for c in batch.rows.columns if c != "_key"]
        again = batch.rows.duplicated(cells)
        if again.any():
            batch.file.said.append(f"Lines that repeat a record, counted once: {again.sum()}.")
        records = batch.rows[~again].reset_index(drop=True)
        ties = sipri_deals.tied(records, known)
        if _is_newer(batch, known):
            problems += _unsure(batch, records, known, ties)
            _tell_alike(batch, records, known, ties)
        keys = {place: known.at[deal, "transfer_id"] for place, deal in ties.deals.items()}
        names = [keys.get(place) or f"{_NEW}{len(known) + place}" for place in records.index]
        batch.rows = records.assign(transfer_id=names)
        _tell_renamed(batch, [keys[place] for place in ties.renamed])
        fresh = batch.rows[~batch.rows.index.isin(list(ties.deals))]
        known = pd.concat([known, fresh], ignore_index=True).fillna("")
    if problems:
        raise Refused(problems)
    return batches


_NEW = "untied "
"""Begins the key of a record without a deal in the book, until :func:`finish` gives it one."""


def _is_newer(batch: Batch, known: pd.DataFrame) -> bool:
    """Whether a register may add deals: no release in the book is newer, as far as both say."""
    sources = store.text_of("sources").set_index("source_id")["released"]
    new = Release(batch.source["released"], max(batch.rows["delivery_year_last"], default=""))
    held = [Release(sources.get(name, "")) for name in set(known["source_id"]) if name]
    return all(releases.compared(new, old) == releases.NEWER for old in held)


def _unsure(batch: Batch, records: pd.DataFrame, known: pd.DataFrame, ties: Ties) -> Iterator[str]:
    """Ask which deal a record is."""
    names = [*sipri_deals.PARTIES, *sipri_deals.NAMES]
    for place, deals in ties.unsure.items():
        rivals = [p for p, deal in ties.deals.items() if deal in deals]
        keys = set(records.loc[[place, *rivals], "_key"])
        lines = sorted(reading.locate(batch.file, list(COLUMNS), keys).values())
        line = ", ".join(map(str, lines))
        held = ", ".join(known.loc[deals, "transfer_id"])
        deal = " ".join(records.loc[place, names])
        yield (
            f"{batch.file.name}, line {line}: found {deal}, which may be {held} or another deal, "
            "expected one record a deal; delete the line that repeats a deal; where it is "
            "another deal, add that to arms_transfers first"
        )


def _tell_renamed(batch: Batch, keys: list[str]) -> None:
    if keys:
        some = ", ".join(keys[:8]) + (", …" if len(keys) > 8 else "")
        batch.file.said.append(
            "Taken as deals of the book in spite of another name, kind or year of order: "
            f"{len(keys)} ({some})."
        )


def _tell_alike(batch: Batch, records: pd.DataFrame, known: pd.DataFrame, ties: Ties) -> None:
    """Tell of new deals that may be deals of the book which the register no longer has."""
    gone = known.drop(index=list(ties.deals.values())).to_dict("records")
    names = [*sipri_deals.PARTIES, *sipri_deals.NAMES]
    for place in records.index.difference([*ties.deals, *ties.unsure]):
        record = dict(records.loc[place])
        may_be = [deal["transfer_id"] for deal in gone if sipri_deals.alike(record, deal)]
        if may_be:
            batch.file.said.append(
                f"{' '.join(record[c] for c in names)} is a new deal; the register does not have "
                f"{', '.join(may_be)}, which may be the same: if so, remove one of them from "
                "arms_transfers."
            )


def finish(table: str, added: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Number new deals after the last one."""
    last = max(int(i.removeprefix("AT")) for i in held["transfer_id"])
    return added.assign(transfer_id=[f"AT{last + n:04d}" for n in range(1, len(added) + 1)])
