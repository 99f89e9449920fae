"""A new chapter: a text that runs as it is, with a first figure for each of its tables."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from iran_russia import datasets, freshness
from iran_russia.begin import alone, check_name
from iran_russia.begin.schema import is_measured
from iran_russia.datasets import DataError
from iran_russia.exhibits import render
from iran_russia.importers import store

PART = "Themes"
"""The part of the table of contents that new chapters are added to."""

_MARKS = 1000  # rows that a figure can show one by one
_LISTED = 300  # rows that a page can list


def new_chapter(name: str, tables: list[str]) -> list[Path]:
    """Write a chapter on some tables that runs as it is, and list it in the table of contents.

    Args:
        name: of the chapter's file in ``notebooks/``.
        tables: names of tables; each gets a first figure.

    Returns:
        The files written.

    Raises:
        DataError: the name is not free, or a table is unknown or empty; nothing was written.
    """
    check_name(name, "chapter")
    chapter = freshness.ROOT / "notebooks" / f"{name}.md"
    toc = freshness.ROOT / "_toc.yml"
    if chapter.exists() or f"notebooks/{name}" in freshness.pages(freshness.ROOT):
        raise DataError(f"there is a chapter {name!r} already; choose another name")
    text = chapter_text(name, tables)
    contents = _listed(toc.read_text(encoding="utf-8"), f"notebooks/{name}")
    with alone():
        store.write({chapter: text.encode(), toc: contents.encode()})
    return [chapter, toc]


def chapter_text(name: str, tables: list[str]) -> str:
    """Return the text of a new chapter.

    Raises:
        DataError: a table is unknown or has no rows.
    """
    shown = [_view(name, table) for table in dict.fromkeys(tables)]
    tested = name in set(datasets.load("claims")["chapter"])
    heading = name.replace("_", " ").capitalize()
    return render("chapter.md", name=name, heading=heading, tables=shown, tested=tested) + "\n"


def _view(chapter: str, table: str) -> dict:
    """Choose what the first figure of a table shows.

    ``points``: every row by time and value; ``times``: rows by year; ``kinds``: rows by the
    column with few values.
    """
    resource, frame = datasets.describe(table), datasets.load(table)
    if frame.empty:
        raise DataError(f"the table {table!r} has no rows yet, so there is nothing to draw")
    fields = {f["name"]: f for f in resource["schema"]["fields"]}
    key = [c for c in resource["schema"]["primaryKey"] if c != "source_id"]
    time = resource.get("time_field")
    values = [
        c for c, f in fields.items()
        if is_measured(f) and f["type"] in ("integer", "number") and c != time
    ]  # fmt: skip
    values = [c for c in values if not time or frame[[time, c]].notna().all(axis=1).any()]
    few = [c for c, f in fields.items() if f["type"] == "string" and c not in (time, "source_id")]
    few = [c for c in few if 1 < frame[c].nunique() <= 5 and frame[c].notna().all()]
    # All sources of the rows, whatever their columns are called.
    own = [c for c in fields if c == "source_id" or c.endswith("_source_id")]
    view = {"view": "kinds", "by": few[0] if few else own[0], "time": time}
    if time and frame[time].notna().any():
        view["view"] = "points" if values and len(frame) <= _MARKS else "times"
    value = values[0] if values else None
    columns = [time, *key, value, few[0] if few else None]
    title = resource["title"]
    return view | {
        "table": table,
        "title": title,
        # Quoted where YAML needs it.
        "caption": yaml.safe_dump(title, allow_unicode=True, width=1000).split("\n")[0],
        "quoted": json.dumps(title, ensure_ascii=False),
        "fact": f"{chapter}_{table}",
        "exhibit": f"{chapter}-{table}".replace("_", "-"),
        "value": value,
        "unit": json.dumps(fields[value].get("unit", "As the column says"), ensure_ascii=False)
        if value
        else None,
        "kind": few[0] if few else None,
        "columns": [c for c in dict.fromkeys(columns) if c],
        "sources": own,
        "axis": _axis(fields[time]) if time else None,
        "year": _year(fields[time], table) if time else None,
        "dated": time is not None and fields[time]["type"] == "date",
        "listed": len(frame) <= _LISTED,
        "broken": value is not None and fields[value]["type"] == "number",
        "linked": {"publisher", "url"} <= set(fields),
    }


def _axis(time: dict) -> str:
    if time["type"] == "date":
        return f'alt.X("{time["name"]}:T")'
    if time["type"] == "integer":
        return f'alt.X("{time["name"]}:Q").axis(format="d", tickMinStep=1).scale(zero=False)'
    return f'alt.X("{time["name"]}:O").axis(labelOverlap=True)'


def _year(time: dict, table: str) -> str:
    """Return the code that takes the year from the time of a row."""
    column = f'{table}["{time["name"]}"]'
    if time["type"] == "date":
        return f"{column}.dt.year"
    return column if time["type"] == "integer" else f"{column}.str[:4]"


def _listed(contents: str, page: str) -> str:
    """Add a page to the end of its part of the table of contents; leave all else as it is."""
    written = yaml.safe_load(contents).get("parts", [])
    parts = {part.get("caption"): part["chapters"] for part in written}
    if not parts.get(PART):
        raise DataError(f"_toc.yml: found no part {PART!r}, expected one to add the chapter to")
    last = f"- file: {parts[PART][-1].get('file')}\n"
    before, found, after = contents.partition(last)
    if not found:
        raise DataError(
            f"_toc.yml: found no line {last.strip()!r}, expected the last page of {PART!r} there"
        )
    indent = before[before.rindex("\n") + 1 :]
    return f"{before}{found}{indent}- file: {page}\n{after}"
