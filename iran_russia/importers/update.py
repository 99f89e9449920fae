"""Plan an import: compare its rows with those of the book, check them, keep their sources."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from iran_russia import datasets
from iran_russia.importers import checks, releases
from iran_russia.importers.compare import Merged, Outcome, _order, merge
from iran_russia.importers.reading import Batch, Refused
from iran_russia.importers.store import as_csv, path_of, text_of


@dataclass
class Plan:
    """What one import does, and the files that carry it out.

    Attributes:
        outcomes: what happens to each table.
        files: the content of every file that changes.
        revised: of each table, the keys of the rows that change (parts joined by a bar).
    """

    outcomes: list[Outcome]
    files: dict[Path, bytes]
    revised: dict[str, set[str]]


def plan(batches: list[Batch], *, update: bool = False) -> Plan:
    """Compare and check new rows; nothing is written.

    Args:
        batches: rows as the importers read them.
        update: whether values that their publisher revised replace those in the book.

    Raises:
        Refused: a row breaks the schema or a key of its table; one line a problem.
    """
    sources = text_of("sources")
    releases.settle(batches, sources)
    register = releases.register(sources, batches)
    grouped: dict[str, list[Batch]] = {}
    for batch in batches:
        grouped.setdefault(batch.table, []).append(batch)
    merged: dict[str, Merged] = {}
    taken: dict[str, set[str]] = {}
    for table in _referenced_first(grouped):
        merged[table] = merge(table, grouped[table], register, update=update, taken=taken)
        taken[table] = merged[table].taken
    tables = {table: done.frame for table, done in merged.items()}
    tables["sources"] = _sources(tables.get("sources", sources), tables, batches)
    problems = [fault for done in merged.values() for fault in done.faults]
    problems += checks.faults(tables, {table: done.origins for table, done in merged.items()})
    if problems:
        raise Refused(problems)
    displaced = set().union(*(done.displaced for done in merged.values()))
    tables["sources"] = _without_unused(tables["sources"], tables, displaced)
    files = {}
    for table in sorted(tables, key=datasets.names().index):
        content = as_csv(tables[table])
        if content != path_of(table).read_bytes():
            files[path_of(table)] = content
    order = sorted(merged, key=datasets.names().index)
    return Plan(
        [merged[table].outcome for table in order],
        files,
        {table: _changed(table, done.frame, done.origins) for table, done in merged.items()},
    )


def _referenced_first(tables: dict[str, list[Batch]]) -> list[str]:
    """Put tables after those that they point to."""
    waiting, ordered = sorted(tables, key=datasets.names().index), []
    while waiting:
        free = [t for t in waiting if not _points_to(t) & set(waiting) - {t}] or waiting
        ordered.append(free[0])
        waiting.remove(free[0])
    return ordered


def _points_to(table: str) -> set[str]:
    keys = datasets.describe(table)["schema"].get("foreignKeys", [])
    return {key["reference"]["resource"] for key in keys}


def _changed(table: str, frame: pd.DataFrame, origins: dict) -> set[str]:
    key = datasets.describe(table)["schema"]["primaryKey"]
    return {"|".join(row) for row in frame.loc[sorted(origins), key].itertuples(index=False)}


def _used(tables: dict[str, pd.DataFrame]) -> set[str]:
    """Return the sources that rows point to."""
    return set().union(
        *(
            frame[c]
            for frame in tables.values()
            for c in frame.columns
            if c == "source_id" or c.endswith("_source_id")
        )
    )


def _sources(sources: pd.DataFrame, tables: dict, batches: list[Batch]) -> pd.DataFrame:
    """Add the sources that rows now point to."""
    offered = {b.source["source_id"]: b for b in batches if b.source}
    used, known = _used(tables), set(sources["source_id"])
    fresh = [
        dict.fromkeys(sources.columns, "")
        | {
            "retrieved_on": datetime.date.today().isoformat(),
            "note": f"Imported from {batch.file.name}, SHA-256 {batch.file.digest()[:16]}…",
        }
        | batch.source
        for name, batch in sorted(offered.items())
        if name in used and name not in known
    ]
    if not fresh:
        return sources
    merged = pd.concat([sources, pd.DataFrame(fresh, dtype="str")], ignore_index=True)
    order = _order(sources, merged, ["source_id"], dict.fromkeys(sources.columns, "string"))
    return merged if order is None else merged.iloc[order].reset_index(drop=True)


def _without_unused(sources: pd.DataFrame, tables: dict, displaced: set[str]) -> pd.DataFrame:
    """Remove the sources whose last row was revised by a later release."""
    for name in datasets.names():
        if not displaced:
            return sources
        if name != "sources":
            frame = tables[name] if name in tables else text_of(name)
            displaced = displaced - _used({name: frame})
    return sources[~sources["source_id"].isin(displaced)].reset_index(drop=True)
