"""Tables of the book: registers a reader can search and sort, and what a chapter read.

Without JavaScript a register is a plain HTML table with all its rows.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from markupsafe import Markup

from iran_russia import datasets, taken
from iran_russia.exhibits import Exhibit, credits, refused, render
from iran_russia.values import items

_CHRONOLOGY = "site:notebooks/chronology.html#"


# What a column is wide, in letters' heights: the fonts of the book take about this much a letter.
_LETTER, _BOLD, _PADDING = 0.62, 0.7, 1.3
_ROOM = 53.5
"""Width of a table that fits the text column of a page on a screen of 1366 px."""
_SENTENCE = 18.0
"""Width below which sentences are hard to read."""
_HOST = 13.0
"""Width below which what is folded under a row is hard to read."""

_NEAR = 6
"""Columns in which a number counts as what a table tells of."""

_LAST = re.compile(r"(?:(?:^|_)id|^url)(?:_\d)?$")
"""Columns that point elsewhere: the first to be folded."""

_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*(?:; ?[a-z0-9]+(?:_[a-z0-9]+)*)*")
_SHORT = re.compile(
    r"\b(?:brics|cif|eaeu|eu|eur|fob|gdelt|hs|iaea|icews|instc|opec|sco|sipri|tiv|uav|un|unga|unsc"
    r"|us|usa|usd|ussr)\b"
)
_PROPER = re.compile(
    r"\b(?:afghanistan|american|caspian|caucasus|china|european|gulf|indian|iran|iranian|iraq|israel"
    r"|kurds|percent|qajar|russia|russian|safavid|shahed|soviet|syria|turkey|ukraine|ukrainian|yemen)\b"
)
"""Words of codes that are written in another way, most of them with capitals."""
_NAMED = {"percent": "per cent", "turkey": "Türkiye"}
_STATES = re.compile(r"[A-Z]{3}(?:[;–-][A-Z]{3})*")
_WITHIN = re.compile(r"(?<![\w/-])[A-Z]{3}(?!\w)|(?<![\w/.:-])[a-z]+(?:_[a-z0-9]+)+(?![\w/.])")
_OF_LISTS = {"SDN"}
"""Codes that in a sentence name something else than a state: the American list of names."""
_WORDED = re.compile(
    r"(?!(?:.*\s)?\d{1,2} [A-Z][a-z]{2})(?:[^\W\d]+\s)*[~≈<>±$€]?\s?"
    r"([-−]?\d[\d,]*(?:\.\d+)?)(?![\w/-])"
)
"""A quantity with words: "about 1,700 drones"; no day, no designation."""


def rows(
    frame: pd.DataFrame,
    *,
    caption: str,
    css: str = "ir-table",
    limit: int | None = None,
    links: dict[str, str] | None = None,
    anchor: str | None = None,
    first: Collection[str] = (),
) -> str:
    """Write a frame as an HTML table that fits its page.

    Where not all columns fit, the later ones are folded under each row, or said once where all
    rows have the same, and a number comes third at the latest. Codes are written as words.

    Args:
        frame: column names become headings.
        caption: what the table holds, read out before it.
        css: class of the table element.
        limit: show at most this many rows; the caption then says how many there are.
        links: column → column holding the address that its cells link to (not shown itself):
            http, https, or ``site:`` for a page of the book.
        anchor: column whose value becomes the id of its row, so that pages can link to the row
            (not shown itself).
        first: columns to be folded last.
    """
    links = links or {}
    shown = frame if limit is None else frame.head(limit)
    if len(shown) < len(frame):
        caption += f": first {len(shown)} of {len(frame):,} rows, all in the CSV"
    codes = _states_in(shown)
    names = _names_of_states(codes) if codes else {}
    columns = [
        _column(c, shown[c], shown[links[c]] if c in links else None, names)
        for c in shown.columns
        if c not in links.values() and c != anchor
    ]
    kept, folded, host = _fitted(columns, first)
    same = [c for c in folded if len(shown) > 1 and len({cell["text"] for cell in c.cells}) == 1]
    folded = [c for c in folded if c not in same]
    anchors = shown[anchor].tolist() if anchor else [None] * len(shown)
    body = []
    for place, at in enumerate(anchors):
        more = [
            {"label": c.label} | c.cells[place] for c in folded if c.cells[place]["text"].strip()
        ]
        cells = [c.cells[place] | {"more": more if c is host else []} for c in kept]
        body.append({"id": at, "cells": cells})
    heads = [
        {"label": c.label, "kind": c.kind, "need": c.need, "share": share}
        for c, share in zip(kept, _shares(kept, host, folded), strict=True)
    ]
    if "ir-register" in css and any(c.need >= _SENTENCE for c in kept):
        css += " ir-cards"
    return render(
        "rows.html",
        caption=caption,
        css=css,
        columns=heads,
        rows=body,
        same=[{"label": c.label} | c.cells[0] for c in same if c.cells[0]["text"].strip()],
        sortable="ir-register" in css,
    )


@dataclass(eq=False)
class _Column:
    """A column as it is shown."""

    name: str
    label: str
    kind: str
    """number, short or text."""

    measured: bool
    """Holds quantities, perhaps with words."""

    need: float
    """Width that it cannot do without."""

    cells: list[dict]


def _column(name: str, values: pd.Series, urls: pd.Series | None, names: dict) -> _Column:
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    addresses = [None] * len(values) if urls is None else urls.tolist()
    named = None if _LAST.search(name) else names
    cells = [
        _cell(value, number, url, named)
        for value, url in zip(values.tolist(), addresses, strict=True)
    ]
    label = spelled(" ".join(w for w in str(name).split("_") if w != "iso3") or "state")
    texts = [cell["text"] for cell in cells if cell["text"]]
    longest = max(map(len, texts), default=0)
    kind = "number" if number else "short" if longest <= 10 else "text"
    widest = (
        longest if kind != "text" else min(14, max(map(len, re.split(r"[\s-]", " ".join(texts)))))
    )
    for cell in cells:
        cell["kind"] = kind
    need = max(_LETTER * widest, _BOLD * max(map(len, label.split()))) + _PADDING
    if longest > 40:
        need = max(need, _SENTENCE)
    if number:
        measured = not _LAST.search(name) and not _years(values)
    else:
        worded = [_WORDED.match(text) for text in texts]
        measured = bool(texts) and sum(map(bool, worded)) >= 0.8 * len(texts)
        if measured:
            for cell in cells:
                found = _WORDED.match(cell["text"])
                cell["order"] = found[1].replace(",", "").replace("−", "-") if found else ""
    return _Column(name, label, kind, measured, round(need, 1), cells)


def _years(values: pd.Series) -> bool:
    known = values.dropna()
    return len(known) > 0 and bool(known.between(1300, 2200).all() and (known % 1 == 0).all())


def _fitted(
    columns: list[_Column], first: Collection[str]
) -> tuple[list[_Column], list[_Column], _Column]:
    """Part the columns that fit a page from those to fold; name the one to fold them in."""
    texts = [c for c in columns if c.kind == "text"]
    host = next((c for c in texts if c.need >= _SENTENCE), (texts or columns)[0])
    # A number that stands further on is beside the point.
    near = [c for c in columns if c.name in first] + columns[:_NEAR]
    number = next((c for c in near if c.measured), None)
    kept = list(columns)
    if sum(c.need for c in columns) > _ROOM:
        host.need = max(host.need, _HOST)
        wanted = [host, columns[0], *([number] if number else [])]
        wanted += [c for c in columns if c.name in first]
        wanted += sorted(columns, key=lambda c: bool(_LAST.search(c.name)))
        room, taken = _ROOM, set()
        for c in dict.fromkeys(wanted):
            if c.need <= room:
                room -= c.need
                taken.add(c)
        kept = [c for c in columns if c in taken]
    if number in kept and not any(c.measured for c in kept[:3]):
        kept.remove(number)
        kept.insert(2, number)
    return kept, [c for c in columns if c not in kept], host


def _shares(kept: list[_Column], host: _Column, folded: list[_Column]) -> list[float]:
    """Share out the width of a printed page, in per cent, by how much stands in each column."""
    weights = []
    for c in kept:
        held = [c, *folded] if c is host else [c]
        letters = sum(len(cell["text"]) for one in held for cell in one.cells)
        wanted = (12 * letters / max(1, len(c.cells))) ** 0.5
        needed = min(14.0, (c.need - _PADDING) / _LETTER)
        weights.append(max(needed, wanted))
    return [round(100 * weight / sum(weights), 1) for weight in weights]


def _states_in(shown: pd.DataFrame) -> list[str]:
    """List the codes of states that stand alone in cells."""
    texts = {value for c in shown for value in shown[c].tolist() if isinstance(value, str)}
    return sorted({c for text in texts if _STATES.fullmatch(text) for c in _parts(text)})


def _parts(text: str) -> list[str]:
    return re.split("[;–-]", text)


@taken.taken
def _names_of_states(codes: list[str]) -> dict[str, str]:
    states = datasets.lookup("countries", "iso3", "name")
    return {code: states[code] for code in codes if code in states}


def spelled(code: str) -> str:
    """Write a code as words, names in it with capitals."""
    words = _SHORT.sub(lambda word: word[0].upper(), code.replace("_", " "))
    return _PROPER.sub(lambda word: _NAMED.get(word[0], word[0].capitalize()), words)


def in_words(text: str) -> str:
    """Write a sentence of a measure with the names of states and words for their codes."""
    found = set(_WITHIN.findall(text)) - _OF_LISTS
    names = _names_of_states(sorted(found)) if found else {}
    names |= {code: spelled(code) for code in found if "_" in code}
    return _WITHIN.sub(lambda code: names.get(code[0], code[0]), text)


def _cell(value: Any, number: bool, url: object, names: dict | None) -> dict:
    text = ""
    if isinstance(value, pd.Timestamp):
        text = value.date().isoformat()
    elif isinstance(value, (list, tuple)):
        text = "; ".join(map(str, value))
    elif pd.isna(value):
        text = ""
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif number:
        text = _written(value)
    else:
        text = str(value)
        if names is not None and _CODE.fullmatch(text):
            text = spelled(text.replace(";", "; "))
        elif names and _STATES.fullmatch(text):
            if all(code in names for code in _parts(text)):
                text = text.replace("-", "–")  # a pair
            text = "; ".join(
                re.sub("[A-Z]{3}", lambda code: names.get(code[0], code[0]), one)
                for one in items(text)
            )
    cell = {"text": text, "url": None, "order": None}
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https", "site"):
        return cell
    text = text or urlsplit(url).netloc  # a link without words could not be read out
    return cell | {"text": text, "url": url if text else None}


def _written(value: float) -> str:
    """Write a number with six digits, from 10,000 on with ten, and its integer part whole."""
    # A year is not a quantity: no thousands separator below 10,000.
    if abs(value) < 10_000:
        return f"{Decimal(f'{value:.6g}'):f}"
    whole = len(str(abs(int(value))))
    return f"{Decimal(f'{value:.{max(10, whole)}g}'):,f}"


def register(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    source: pd.DataFrame | list[str],
    links: dict[str, str] | None = None,
    anchor: str | None = None,
    note: str = "",
) -> Exhibit:
    """Show a long table that a reader can search and sort, and download as CSV.

    Args:
        frame: the rows; column names become headings.
        name: stable name of the table, used for its address and its CSV.
        caption: what the table holds.
        source: a frame with a ``source_id`` column, or a list of source ids.
        links: column → column holding the address that its cells link to.
        anchor: column whose value becomes the id of its row; pages link to it with
            ``{event}`text <id>` `` where it stands in the chronology.
        note: a sentence added to the source line.

    Raises:
        FigureError: there is no source, or, in a build, no row.
    """
    if frame.empty:
        return refused(f"the table {name!r} has no rows; check the filter that made its frame")
    # A handful of rows needs no search box.
    css = "ir-table ir-register" if len(frame) > 12 else "ir-table"
    html = rows(frame, caption=caption, css=css, links=links, anchor=anchor)
    origin = {"credits": credits(source), "note": note}
    return Exhibit(
        html=render("register.html", table=Markup(html), **origin),
        name=name,
        files={"csv": frame.to_csv(index=False, lineterminator="\n")},
        other={"text/html": html + render("credits.html", **origin), "text/plain": caption},
    )


def claims(ledger: pd.DataFrame, *, name: str, caption: str) -> Exhibit:
    """Show claims of the seed articles with verdict, how it was reached, evidence and sources.

    Args:
        ledger: rows of :func:`iran_russia.claims.ledger`.
        name: stable name of the table, used for its address and its CSV.
        caption: what the table holds.

    Raises:
        FigureError: there are no claims, in a build.
    """
    if ledger.empty:
        return refused(f"the table {name!r} has no claims; check the name of the chapter")
    shown = ledger.astype("object").where(ledger.notna(), "").to_dict("records")
    for claim in shown:
        claim["tables"] = sorted({table for part in claim["parts"] for table in part.tables})
        for row in claim["evidence"]:
            row["url"] = _evidence_url(row)
            row["label"] = in_words(row["label"])
    html = render(
        "claims.html",
        claims=shown,
        in_words=in_words,
        spelled=spelled,
        caption=caption,
        filtered=len(shown) > 12,
        credits=credits(ledger),
    )
    flat = ledger.drop(columns=["parts", "evidence"]).assign(
        value=[
            "; ".join(
                f"{p.part}: {p.about.title}, {p.about.years}: {p.shown} ({p.conditions})"
                for p in parts
            )
            for parts in ledger["parts"]
        ],
        evidence=[
            "; ".join(f"{row['table']}:{row['row']}" for row in rows) for rows in ledger["evidence"]
        ],
    )
    plain = "; ".join(f"{c['claim_id']} {c['verdict']}" for c in shown)
    return Exhibit(
        html=html,
        name=name,
        files={"csv": flat.to_csv(index=False, lineterminator="\n")},
        other={"text/html": html, "text/plain": plain},
    )


def in_chronology(event_ids: pd.Series) -> pd.Series:
    """Return the addresses of events in the chronology, for ``links``; none without an id."""
    return _CHRONOLOGY + event_ids


def _evidence_url(row: dict) -> str:
    """Say where a piece of evidence can be read: its row in the book, its page, or its table."""
    if row["table"] == "events":
        return f"{_CHRONOLOGY}{row['row']}"
    if urlsplit(row["url"]).scheme in ("http", "https"):
        return row["url"]
    return f"site:notebooks/catalogue.html#table-{row['table']}"


def data_used() -> Exhibit:
    """Show the box at a chapter's end: the tables it loaded, with coverage and terms of use.

    Of a table from which it takes rows alone, these are counted. Tables from which only the ledger
    takes rows or numbers are named below it: how many rows they have would let the chapter depend
    on all of them.
    """
    hidden = {"sources", datasets.LISTING}
    names_only = {"countries"}  # which every table with codes of states asks
    names = [name for name in taken.loaded() if name not in hidden]
    parts = datasets.in_part()
    used = [datasets.summary(name) for name in names]
    used += [datasets.summary(name, part) for name, part in parts.items()]
    by_columns = datasets.by_columns()
    used += map(datasets.described, by_columns)
    used.sort(key=lambda table: table["table"])
    shown = hidden.union(names, names_only, parts, by_columns)
    looked_up = [name for name in taken.tables() if name not in shown]
    html = render("data_used.html", tables=used, looked_up=looked_up)
    return _shown(html, "Data used: " + ", ".join(t["table"] for t in used))


def catalogue(topic: str) -> Exhibit:
    """Show every table of a topic: what one row is, its columns, keys, coverage and terms."""
    shown = [datasets.described(name) for name in datasets.names(topic)]
    return _shown(render("catalogue.html", tables=shown), f"Tables of the topic {topic}")


def sources() -> Exhibit:
    """Show the register of sources, each row with an anchor that source lines link to."""
    used = datasets.catalogue()
    register_rows = datasets.load("sources").astype("object").fillna("").to_dict("records")
    for row in register_rows:
        row["tables"] = [
            t
            for t, ids in zip(used["table"], used["source_ids"], strict=True)
            if row["source_id"] in ids
        ]
    return _shown(render("sources.html", sources=register_rows), "Register of sources")


def _shown(html: str, plain: str) -> Exhibit:
    return Exhibit(html=html, other={"text/html": html, "text/plain": plain})
