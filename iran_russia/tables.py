"""Tables of the book: registers a reader can search and sort, and what a chapter read.

Without JavaScript a register is a plain HTML table with all its rows.
"""

from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from markupsafe import Markup

from iran_russia import datasets, taken
from iran_russia.exhibits import Exhibit, credits, refused, render

_CHRONOLOGY = "site:notebooks/chronology.html#"


def rows(
    frame: pd.DataFrame,
    *,
    caption: str,
    css: str = "ir-table",
    limit: int | None = None,
    links: dict[str, str] | None = None,
    anchor: str | None = None,
) -> str:
    """Write a frame as an HTML table.

    Args:
        frame: column names become headings.
        caption: what the table holds, read out before it.
        css: class of the table element.
        limit: show at most this many rows; the caption then says how many there are.
        links: column → column holding the address that its cells link to (not shown itself):
            http, https, or ``site:`` for a page of the book.
        anchor: column whose value becomes the id of its row, so that pages can link to the row
            (not shown itself).
    """
    links = links or {}
    shown = frame if limit is None else frame.head(limit)
    if len(shown) < len(frame):
        caption += f": first {len(shown)} of {len(frame):,} rows, all in the CSV"
    columns = [c for c in frame.columns if c not in links.values() and c != anchor]
    numeric = {
        c
        for c in columns
        if pd.api.types.is_numeric_dtype(frame[c]) and not pd.api.types.is_bool_dtype(frame[c])
    }
    # Long texts get room and short ones stay whole; on a narrow page the table then scrolls.
    width = {c: _width(frame[c].astype("str").str.len().max()) for c in columns}
    body = [
        {
            "id": row[anchor] if anchor else None,
            "cells": [
                _cell(row[c], c in numeric, row.get(links.get(c))) | {"short": width[c] == "short"}
                for c in columns
            ],
        }
        for row in shown.to_dict("records")
    ]
    shares = _shares(shown[columns])
    heads = [
        {
            "label": str(c).replace("_", " "),
            "number": c in numeric,
            "width": width[c],
            "share": shares[c],
        }
        for c in columns
    ]
    return render("rows.html", caption=caption, css=css, columns=heads, rows=body)


def _width(longest: int) -> str:
    return "long" if longest > 40 else "middle" if longest > 14 else "short"


def _shares(shown: pd.DataFrame) -> pd.Series:
    """Share out the width of a printed page, in per cent, by how much stands in each column."""
    texts = shown.astype("object").where(shown.notna(), "").astype("str")
    words = pd.Series({c: max(texts[c].str.split(r"[\s-]+").explode().str.len()) for c in texts})
    heads = pd.Series({c: max(map(len, str(c).split("_"))) for c in texts})
    needed = words.where(words > heads, heads).clip(upper=14)
    wanted = (12 * texts.apply(lambda column: column.str.len().mean())) ** 0.5
    weights = needed.where(needed > wanted, wanted)
    return (100 * weights / weights.sum()).round(1)


def _cell(value: Any, number: bool, url: object = None) -> dict:
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
        # A year is not a quantity: no thousands separator below 10,000.
        text = f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.6g}"
    else:
        text = str(value)
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https", "site"):
        return {"text": text, "number": number, "url": None}
    text = text or urlsplit(url).netloc  # a link without words could not be read out
    return {"text": text, "number": number, "url": url if text else None}


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
    html = render(
        "claims.html",
        claims=shown,
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

    Tables from which only the ledger takes rows or numbers are named below it: how many rows they
    have would let the chapter depend on all of them.
    """
    hidden = {"sources", datasets.LISTING}
    names = [name for name in taken.loaded() if name not in hidden]
    used = [datasets.summary(name) for name in names]
    looked_up = [name for name in taken.tables() if name not in hidden.union(names)]
    html = render("data_used.html", tables=used, looked_up=looked_up)
    return _shown(html, "Data used: " + ", ".join(t["table"] for t in used))


def catalogue(topic: str) -> Exhibit:
    """Show every table of a topic: what one row is, its columns, keys, coverage and terms."""
    shown = [
        datasets.summary(name) | {"resource": datasets.describe(name)}
        for name in datasets.names(topic)
    ]
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
