"""What an import found and does: one screen for the reader, and the same as JSON.

``--report FILE`` writes one object::

    {"dry_run": false, "update": false,
     "files": [{"file": "TradeData.csv", "kind": "comtrade", "title": "…", "release": "",
                "vintage": "not stated", "source_id": "…", "covers": "…", "lines_read": 12,
                "same_as": "", "rows_taken": {"trade_hs6": 2}, "left_out": {"lines of …": 3},
                "said": ["…"]}],
     "tables": [{"table": "trade_hs6", "added": 2, "identical": 0, "revised": 0, "older": 0,
                 "conflicting": 0, "lines": {"added": ["…"], …}, "notes": ["…"]}],
     "changes": ["sources.csv", "trade_hs6.csv"],
     "chapters": ["notebooks/trade"], "claims": ["S0-22"], "claims_known": true}

``lines`` holds the first hundred rows of each kind. ``claims_known`` is false where the book was
not built yet, so that nothing says which tables the computed claims read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iran_russia import changes as editions
from iran_russia import datasets, freshness
from iran_russia.datasets import DataError
from iran_russia.importers import reading

if TYPE_CHECKING:
    from iran_russia.importers.reading import Batch
    from iran_russia.importers.update import Plan

_MARKS = {"added": "+", "revised": "~", "older": "<", "conflicting": "!"}
_LISTED = 100


@dataclass
class File:
    """A file that was read."""

    batches: list[Batch]
    same_as: str
    """Name of the file of the same import that holds the same table."""

    def __post_init__(self) -> None:
        """Count while the copies that engines read are still there."""
        file = self.batches[0].file
        self.lines = _lines(file)
        self.rows = {b.table: len(b.rows) for b in self.batches}


def _lines(file: reading.Download) -> int:
    """Count the lines below the header; of a workbook, those that are not blank."""
    if file.kind != "text":
        return sum(any(cell.strip() for cell in record) for _, record in reading.records(file))
    ends = 0
    with file.ready.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            # Twice as fast as bytes.count, which matters in ten million lines.
            ends += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))
    return ends - (file.layout.header is not None)


def made(files: list[File], plan: Plan, *, update: bool, dry_run: bool) -> dict:
    """Put together what is told of an import, in the shape given above."""
    changed = [path.stem for path in plan.files]
    claims = _claims(changed, plan.revised)
    return {
        "dry_run": dry_run,
        "update": update,
        "files": [_file(file) for file in files],
        "tables": [
            {
                "table": outcome.table,
                "added": len(outcome.added),
                "identical": outcome.identical,
                "revised": len(outcome.revised),
                "older": len(outcome.older),
                "conflicting": len(outcome.conflicting),
                "lines": {kind: getattr(outcome, kind)[:_LISTED] for kind in _MARKS},
                "notes": outcome.notes,
            }
            for outcome in plan.outcomes
        ],
        "changes": sorted(path.name for path in plan.files),
        "chapters": _chapters(changed),
        "claims": sorted(claims or ()),
        "claims_known": claims is not None,
    }


def _file(read: File) -> dict:
    batch = read.batches[0]
    file, source = batch.file, batch.source
    return {
        "file": file.name,
        "kind": batch.module.KIND,
        "title": batch.module.TITLE,
        "release": source.get("released", ""),
        "vintage": source.get("vintage", ""),
        "source_id": source.get("source_id", ""),
        "covers": file.coverage,
        "lines_read": read.lines,
        "same_as": read.same_as,
        "rows_taken": {} if read.same_as else read.rows,
        "left_out": dict(file.left_out),
        "said": list(file.said),
    }


def _chapters(tables: list[str]) -> list[str]:
    """List the chapters that read a table, as they were last run, here or for the last edition."""
    known = editions.state() or editions.edition()
    return sorted(c for c, chapter in known.items() if set(tables) & set(chapter["tables"]))


def _claims(tables: list[str], revised: dict[str, set[str]]) -> set[str] | None:
    """List the claims that rest on a table: by their tests, or by rows that change.

    Returns:
        Claims; None where a test reads tables and no build has recorded which.
    """
    if not tables:
        return set()
    evidence = datasets.load("claim_evidence")
    moved = {
        claim
        for claim, table, row in evidence[["claim_id", "table", "row"]].itertuples(index=False)
        if table in tables and row in revised.get(table, ())
    }
    readings = freshness.ROOT / freshness.RUNS.parent / "readings"
    known = {file.stem: file for file in readings.glob("*/*.json")}
    tests = datasets.load("claim_tests")[["claim_id", "indicator", "arguments"]]
    for claim, indicator, arguments in tests.itertuples(index=False):
        kept = freshness.read(
            known.get(freshness.fingerprint(indicator, arguments), readings / "-")
        )
        if kept is None:
            return None
        if set(tables) & set(kept["tables"]):
            moved.add(claim)
    return moved


def shown(told: dict) -> list[str]:
    """Word a report for one screen; long lists are cut."""
    lines = []
    for file in told["files"]:
        lines += _file_shown(file)
    for table in told["tables"]:
        lines += _table_shown(table, told["update"])
    return lines + _moves(told)


def _file_shown(file: dict) -> list[str]:
    if file["same_as"]:
        return [f"{file['file']}: the same table as {file['same_as']}, counted once"]
    release = file["release"] or (
        file["vintage"] if file["vintage"] not in ("", "not stated") else "not stated"
    )
    about = [file["kind"]]
    if file["source_id"]:
        about.append(f"release {release}")
    if file["covers"]:
        about.append(f"covers {file['covers']}")
    taken = sum(file["rows_taken"].values())
    lines = [
        f"{file['file']}: {', '.join(about)}; {file['lines_read']:,} lines read, "
        f"{taken:,} rows taken"
    ]
    if file["left_out"]:
        reasons = (reading.pluralised(n, reason) for reason, n in file["left_out"].items())
        lines.append(f"  left out: {', '.join(reasons)}")
    return lines + [f"  · {sentence}" for sentence in file["said"]]


def _table_shown(table: dict, update: bool) -> list[str]:
    applied = "" if update or not table["revised"] else " (kept; --update applies them)"
    lines = [
        f"{table['table']}: {table['added']} added, {table['identical']} identical, "
        f"{table['revised']} revised{applied}, {table['conflicting']} conflicting"
        + (" (the book keeps its own)" if table["conflicting"] else "")
        + (f", {table['older']} older (kept out)" if table["older"] else "")
    ]
    for kind, mark in _MARKS.items():
        some = 3 if kind == "older" else reading.SHOWN
        lines += [f"  {mark} {line}" for line in table["lines"][kind][:some]]
        if table[kind] > some:
            lines.append(f"  {mark} and {table[kind] - some} more")
    return lines + [f"  · {note}" for note in table["notes"]]


def _moves(told: dict) -> list[str]:
    """Say which chapters and claims rest on what changes."""
    if not told["changes"]:
        return []
    chapters = [chapter.removeprefix("notebooks/") for chapter in told["chapters"]]
    lines = [f"After the next build: chapters that may move: {', '.join(chapters) or 'none'}"]
    if told["claims_known"]:
        some = told["claims"][: reading.SHOWN]
        more = len(told["claims"]) - len(some)
        lines.append(
            f"  claims that may move: {', '.join(some) or 'none'}"
            + (f" and {more} more" if more else "")
        )
    else:
        lines.append("  claims that may move: known once the book has been built here")
    return lines


def check_free(path: Path) -> None:
    """Refuse to write a report over a file, which may be the one to import.

    Raises:
        DataError: there is a file, or no folder to put it in.
    """
    if path.exists():
        raise DataError(f"{path}: there is a file already; name a new one for the report")
    if not path.parent.is_dir():
        raise DataError(f"{path.parent}: there is no such folder; name a file in one that is there")


def write(told: dict, path: Path) -> None:
    """Write a report as JSON.

    Raises:
        DataError: it cannot be written; the import itself is done.
    """
    try:
        with path.open("x", encoding="utf-8") as stream:
            json.dump(told, stream, indent=1, ensure_ascii=False)
            stream.write("\n")
    except OSError as error:
        raise DataError(
            f"{path}: the report cannot be written ({error.strerror}); the import is done"
        ) from None
