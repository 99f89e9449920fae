"""Releases of a publisher: which of two is the newer one, and under which name each is kept."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from iran_russia import datasets

if TYPE_CHECKING:
    from iran_russia.importers.reading import Batch

NEWER, OLDER, UNDATED = "newer", "older", "undated"
"""What one release is to another: it may revise it, it may not, or nothing tells."""


@dataclass(frozen=True)
class Release:
    """When an edition came out, as far as it is known.

    Attributes:
        stated: ISO day, month or year, with the letter of the publisher, as in ``sources``.
        newest: year or day of the newest datum in it; no edition is older than its data.
    """

    stated: str = ""
    newest: str = ""

    def __str__(self) -> str:
        """Name it for a reader: 18 March 2020."""
        if not self.stated:
            return f"no date, values to {self.newest[:4]}" if self.newest else "no date"
        day, letter = _parts(self.stated)
        words = day
        if len(day) > 4:
            first = datetime.date.fromisoformat(f"{day}-01"[:10])
            words = f"{first:%B %Y}" if len(day) == 7 else f"{first.day} {first:%B %Y}"
        return f"{words} {letter}".strip()


def _parts(stated: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-9-]+)([a-z]?)", stated)
    return (found[1], found[2]) if found else (stated, "")


def _before(one: str, other: str) -> bool:
    """Whether a day, month or year is before another, as far as both are known."""
    (day, letter), (other_day, other_letter) = _parts(one), _parts(other)
    if day == other_day:
        return letter < other_letter
    shared = min(len(day), len(other_day))
    return day[:shared] < other_day[:shared]


def compared(new: Release, old: Release) -> str:
    """Say what a release is to one that the book has: newer (or the same), older or undated.

    Two releases that both state no date are taken in the order in which they come.
    """
    if new.stated:
        then = old.stated or old.newest
        return OLDER if then and _before(new.stated, then) else NEWER
    if old.stated:
        return NEWER if new.newest and _before(old.stated, new.newest) else UNDATED
    return NEWER


def _publisher(publishers: dict[str, str], source_id: str) -> str:
    """Name the publisher of a source, without the hands it went through."""
    return publishers.get(source_id, source_id).split(",")[0].strip()


@dataclass
class Register:
    """Publishers and releases of all sources, those of the book and those of an import."""

    publishers: dict[str, str] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    """Year or day of the newest datum that an import brings of a source, in any table."""

    def publisher(self, source_id: str) -> str:
        """Name the publisher of a source, without the hands it went through."""
        return _publisher(self.publishers, source_id)

    def release(self, source_id: str, rows: pd.DataFrame, time: str | None) -> Release:
        """Return the release of a source, of which these are rows in a table."""
        stated = self.released.get(source_id, "")
        if stated:
            return Release(stated)
        held = rows[rows["source_id"] == source_id]
        moments = held[time].dropna() if time in held else []
        return Release("", max([*moments, self.newest.get(source_id, "")]))


def register(sources: pd.DataFrame, batches: list[Batch]) -> Register:
    """Put together what is known of the sources of the book and of an import."""
    known = Register()
    rows = [b.source for b in batches if b.source] + sources.to_dict("records")
    for row in rows:
        known.publishers[row["source_id"]] = row["publisher"]
        known.released[row["source_id"]] = row.get("released", "")
    for batch in batches:
        time = datasets.describe(batch.table).get("time_field")
        if batch.source and time in batch.rows:
            name = batch.source["source_id"]
            known.newest[name] = max([*batch.rows[time], known.newest.get(name, "")])
    return known


def settle(batches: list[Batch], sources: pd.DataFrame) -> None:
    """Give a source another name where its name stands for another release already."""
    named = {row["source_id"]: row for row in sources.to_dict("records")}
    settled: dict[int, dict] = {}
    for batch in batches:
        offered = batch.source
        if not offered:
            continue
        if id(offered) not in settled:
            held = named.get(offered["source_id"])
            new = offered
            if held and not _is_same(held, offered, batch):
                new = offered | {"source_id": f"{offered['source_id']}_{batch.file.digest()[:8]}"}
            settled[id(offered)] = new
            named.setdefault(new["source_id"], new)
        batch.source = settled[id(offered)]


def _is_same(held: dict, offered: dict, batch: Batch) -> bool:
    """Whether two rows of ``sources`` under one name are one release."""
    here, there = offered.get("released", ""), held.get("released", "")
    if here == there and (here or offered.get("vintage", "") == held.get("vintage", "")):
        return True
    # The name of a file without a date holds its digest; a release added by hand belongs to it.
    return not here and batch.file.digest()[:8] in offered["source_id"]
