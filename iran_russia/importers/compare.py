"""Lay the rows of an import beside those of a table: which are new, revised, older or another's."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from types import ModuleType

import pandas as pd

from iran_russia import datasets, values
from iran_russia.importers import reading
from iran_russia.importers.reading import JOIN, Batch
from iran_russia.importers.releases import (
    NEWER,
    OLDER,
    Register,
    Release,
    _publisher,
    compared,
)
from iran_russia.importers.store import text_of

NUMERIC = ("integer", "number")

FRAME = ("period_type", "period_start", "period_end", "unit")
"""Columns that say what an official figure is of: another period or unit is another figure."""


@dataclass
class Outcome:
    """What an import does to one table; every list has a line a row.

    Attributes:
        added: rows that the book did not have.
        identical: how many rows it has already.
        revised: rows of which the publisher now gives other values.
        older: rows of an older release, or of one that cannot be told to be newer.
        conflicting: rows of another publisher, or other things under a key that is used.
        notes: sentences on the table.
    """

    table: str
    added: list[str] = field(default_factory=list)
    identical: int = 0
    revised: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Merged:
    """A table after an import.

    Attributes:
        outcome: what is told of it.
        frame: all its rows, as text.
        origins: for each row that was added or revised, the file and the key of its line.
        faults: what keeps the import from being carried out.
        displaced: sources of which a row was revised.
        taken: keys under which the import has another thing than the book.
    """

    outcome: Outcome
    frame: pd.DataFrame
    origins: dict[int, tuple[Batch, str]]
    faults: list[str]
    displaced: set[str]
    taken: set[str]


@dataclass
class _Sides:
    """The rows of an import and those of the book, with what is needed to compare them."""

    table: str
    batches: list[Batch]
    module: ModuleType
    by_hand: bool
    resource: dict
    fields: dict[str, str]
    identity: list[str]
    old: pd.DataFrame
    new: pd.DataFrame
    old_keys: pd.Series
    new_keys: pd.Series
    register: Register

    @property
    def key(self) -> list[str]:
        return list(self.resource["schema"]["primaryKey"])

    @property
    def time(self) -> str | None:
        return self.resource.get("time_field")

    @property
    def columns(self) -> list[str]:
        """Columns that are compared."""
        apart = {*self.identity, "source_id"}
        return [c for c in self.new.columns if c in self.fields and c not in apart]

    def batch(self, row: int) -> Batch:
        return self.batches[self.new.at[row, "_batch"]]


def merge(
    table: str,
    batches: list[Batch],
    register: Register,
    *,
    update: bool,
    taken: dict[str, set[str]],
) -> Merged:
    """Lay the new rows of one table beside the old ones.

    Args:
        table: its name.
        batches: the rows of each file.
        register: publishers and releases of all sources.
        update: whether values that their publisher revised replace those in the book.
        taken: keys of other tables under which the import has another thing than the book.
    """
    sides = _sides(table, batches, register)
    done = Merged(Outcome(table), sides.old.copy(), {}, _twice(sides), set(), set())
    _drop_repeats(sides)
    _withhold(sides, done, taken)
    places = _places(sides)
    _compare(sides, done, places, update)
    _add(sides, done, sides.new[places.isna()])
    for batch in batches:
        done.outcome.notes += getattr(batch.module, "notes", lambda *_: [])(table, batch)
    _put_in_order(sides, done)
    return done


def _sides(table: str, batches: list[Batch], register: Register) -> _Sides:
    """Collect both sides; a line that is there twice with the same values counts once."""
    resource, module = datasets.describe(table), batches[0].module
    fields = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
    identity = getattr(module, "IDENTITY", {}).get(table) or list(resource["schema"]["primaryKey"])
    repeats = getattr(module, "REPEATS", {}).get(table)
    by_hand = getattr(module, "BY_HAND", False)
    new = pd.concat(
        [
            b.rows.assign(_batch=i, **({"source_id": b.source["source_id"]} if b.source else {}))
            for i, b in enumerate(batches)
        ],
        ignore_index=True,
    )
    if not by_hand:  # rows compiled by hand keep the order of their file
        new = new.sort_values([c for c in new.columns if c in fields and c != "source_id"])
    # The same line in two files is one row, whatever each file calls its release.
    alike = new
    if resource["schema"]["primaryKey"] != ["source_id"]:
        alike = new.assign(source_id=new["source_id"].map(register.publisher))
    new = new[~alike.duplicated([c for c in new.columns if not c.startswith("_")])]
    old = text_of(table)
    return _Sides(
        table=table,
        batches=batches,
        module=module,
        by_hand=by_hand,
        resource=resource,
        fields=fields,
        identity=identity,
        old=old,
        new=new,
        old_keys=_keys(old, identity, fields, repeats, register.publishers),
        new_keys=_keys(new, identity, fields, repeats, register.publishers),
        register=register,
    )


def _twice(sides: _Sides) -> list[str]:
    """Name the lines that say different things of one row."""
    faults = []
    doubled = sides.new_keys.duplicated(keep=False)
    for key in sides.new_keys[doubled].unique():
        rows = sides.new[sides.new_keys == key]
        where = []
        for number in sorted(set(rows["_batch"])):
            batch = sides.batches[number]
            keys = set(rows.loc[rows["_batch"] == number, "_key"])
            lines = sorted(reading.locate(batch.file, batch.columns, keys).values())
            where.append((batch.file.name, lines))
        name, lines = where[0]
        told = ", ".join(map(str, lines))
        told += "".join(f"; {other} lines {', '.join(map(str, at))}" for other, at in where[1:])
        faults.append(
            f"{name}{f', line {lines[-1]}' if lines else ''}, column {', '.join(sides.identity)}: "
            f"found {key.replace(JOIN, ' ')!r} twice with different values (lines {told}), "
            "expected it once"
        )
    return faults


def _drop_repeats(sides: _Sides) -> None:
    first = ~sides.new_keys.duplicated()
    sides.new, sides.new_keys = sides.new[first], sides.new_keys[first]


def _withhold(sides: _Sides, done: Merged, taken: dict[str, set[str]]) -> None:
    """Set rows aside that belong to another thing than the one that the book has."""
    for key in sides.resource["schema"].get("foreignKeys", []):
        columns = [key["fields"]] if isinstance(key["fields"], str) else key["fields"]
        other = key["reference"]["resource"]
        keys = taken.get(other, set())
        if len(columns) != 1 or not keys or columns[0] not in sides.new:
            continue
        held = sides.new[columns[0]].isin(keys)
        for _, row in sides.new[held].iterrows():
            done.outcome.conflicting.append(
                f"{_label(row, sides.identity)}: belongs to a row of {other} that is not taken"
            )
        sides.new, sides.new_keys = sides.new[~held], sides.new_keys[~held]


def _places(sides: _Sides) -> pd.Series:
    """Return the place of every new row in the table; missing where it has none."""
    place = pd.Series(sides.old.index, index=sides.old_keys)
    place = place[~place.index.duplicated(keep="last")]
    return pd.Series(place.reindex(sides.new_keys).to_numpy(), index=sides.new.index)


def _compare(sides: _Sides, done: Merged, places: pd.Series, update: bool) -> None:
    """Compare the rows that the table has; apply revisions where they are asked for."""
    known = sides.new[places.notna()]
    where = places.dropna().astype(int)
    differs = pd.Series(False, index=known.index)
    unsaid = 0
    for column in sides.columns:
        theirs, ours = known[column], sides.old[column].iloc[where]
        left = _comparable(theirs, sides.fields[column]).to_numpy()
        right = _comparable(ours, sides.fields[column]).to_numpy()
        # A layout without the column, or an empty cell in it, says nothing of the value.
        said = (theirs.notna() & (theirs != "")).to_numpy()
        differs |= (left != right) & said
        unsaid += int((~said & theirs.notna().to_numpy() & (ours != "").to_numpy()).sum())
    done.outcome.identical = int((~differs).sum())
    if unsaid:
        done.outcome.notes.append(
            f"{unsaid} cells are empty in the file and filled in the book: kept, as an empty cell "
            "revises nothing"
        )
    kept: Counter[tuple[str, str]] = Counter()
    for row in known.index[differs]:
        target = where[row]
        values = _said(sides, row, target)
        told = _told(sides, row, target, values)
        here, there = sides.new.at[row, "source_id"], sides.old.at[target, "source_id"]
        against = _objection(sides, row, target, values)
        if against:
            done.outcome.conflicting.append(f"{told} ({against})")
            if len(sides.key) == 1:
                done.taken.add(sides.new.at[row, sides.key[0]])
        elif _order_of(sides, here, there) != NEWER:
            done.outcome.older.append(told)
            kept[here, there] += 1
        else:
            done.outcome.revised.append(told)
            if update:
                for column, value in (values | {"source_id": here}).items():
                    done.frame.at[target, column] = value
                done.displaced |= {there} - {here}
                done.origins[target] = (sides.batch(row), sides.new.at[row, "_key"])
    for (here, there), count in kept.items():
        differ = f"{count} {'value differs' if count == 1 else 'rows differ'}, kept"
        done.outcome.notes.append(_explained(sides, here, there, differ))


def _said(sides: _Sides, row: int, target: int) -> dict[str, str]:
    """Return the cells of a new row that give another value than the book."""
    values = {c: sides.new.at[row, c] for c in sides.columns}
    return {
        c: v
        for c, v in values.items()
        if not pd.isna(v) and v and not _same(sides.old.at[target, c], v, sides.fields[c])
    }


def _told(sides: _Sides, row: int, target: int, values: dict[str, str]) -> str:
    changes = (f"{c}: {sides.old.at[target, c] or 'empty'} → {v}" for c, v in values.items())
    label = _label(sides.new.loc[row], sides.identity)
    name = sides.resource.get("label_field")
    if not sides.by_hand and name and name not in sides.identity:
        label += f" {sides.old.at[target, name]}"
    return f"{label}: {', '.join(changes)}"


def _objection(sides: _Sides, row: int, target: int, values: dict[str, str]) -> str:
    """Say why a row is no revision of the one in the book; an empty text when it is one."""
    if sides.by_hand and _is_numbered(sides) and _is_another(sides, row, target, values):
        return f"another thing under a key that is used; {_free(sides, row)}"
    here, there = sides.new.at[row, "source_id"], sides.old.at[target, "source_id"]
    if here != there and sides.register.publisher(here) != sides.register.publisher(there):
        return f"{there} → {here}"
    if not sides.by_hand and set(FRAME) & set(values):
        return "another period or unit"
    return ""


_NUMBER = re.compile(r"((?:[A-Z]+\d+-|[A-Z]+-?)(?:(\d{4})-)?)(\d+)[a-z]?")
"""A key that the book gave: letters, for some the year, and a running number."""


def year_of(key: str) -> str:
    """Return the year within a key of the book's own, such as IRRU-2026-001; else an empty text."""
    found = _NUMBER.fullmatch(key)
    return found[2] or "" if found else ""


def _is_numbered(sides: _Sides) -> bool:
    """Whether the key says nothing of the row: a number of the book's own, or a running one."""
    *group, last = sides.key
    if not group:
        return all(_NUMBER.fullmatch(key) for key in sides.old[last])
    if sides.fields[last] != "integer":
        return False
    numbers = sides.old[last].astype("int64")
    counted = numbers.groupby([sides.old[c] for c in group]).agg(["min", "max", "count"])
    return bool((counted["min"] == 1).all() and (counted["max"] == counted["count"]).all())


def _is_another(sides: _Sides, row: int, target: int, values: dict[str, str]) -> bool:
    """Whether a row speaks of something else: its name and its date differ, or most of its cells.

    Cells that only one side fills do not count.
    """
    name, time = sides.resource.get("label_field"), sides.time
    if name in values and time in values:
        return True
    both = [
        c
        for c in sides.columns
        if sides.old.at[target, c] and not pd.isna(sides.new.at[row, c]) and sides.new.at[row, c]
    ]
    differing = [c for c in both if c in values]
    return len(differing) > 1 and 2 * len(differing) > len(both)


def _free(sides: _Sides, row: int) -> str:
    """Name the next key that nothing has."""
    *group, last = sides.key
    if group:
        mine = sides.new.loc[row, group]
        numbers = [
            int(n)
            for frame in (sides.old, sides.new)
            for n in frame.loc[(frame[group] == mine).all(axis=1), last]
            if n.isascii() and n.isdecimal()
        ]
        return f"the next free {last} of {' '.join(mine)} is {max(numbers) + 1}"
    key = sides.new.at[row, last]
    found = _NUMBER.fullmatch(key)
    # As all keys that the book has in such a table: see _is_numbered.
    assert found is not None
    head = found[1]
    if found[2] and sides.time:
        head = head.replace(found[2], sides.new.at[row, sides.time][:4])
    used = [*sides.old[last], *sides.new[last]]
    numbers = [int(m[3]) for k in used if (m := _NUMBER.fullmatch(k)) and m[1] == head]
    return f"the next free {last} is {head}{max(numbers, default=0) + 1:0{len(found[3])}d}"


def _order_of(sides: _Sides, here: str, there: str) -> str:
    """Say what the release of a new row is to that of the row in the book."""
    return NEWER if here == there else compared(*_releases(sides, here, there))


def _releases(sides: _Sides, here: str, there: str) -> tuple[Release, Release]:
    return (
        sides.register.release(here, sides.new, sides.time),
        sides.register.release(there, sides.old, sides.time),
    )


def _explained(sides: _Sides, here: str, there: str, what: str) -> str:
    """Say which release a file is, against the one in the book, and what follows."""
    new, old = _releases(sides, here, there)
    if compared(new, old) == OLDER:
        return f"older release ({new}) than the book's ({old}): {what}"
    return (
        f"release without a date, the book's is of {old}: {what}; where it is newer, add {here} "
        "with its release to data/sources.csv and import again"
    )


def _add(sides: _Sides, done: Merged, fresh: pd.DataFrame) -> None:
    """Add the rows that the table does not have, unless a newer release has left them out."""
    fresh = fresh.fillna("")
    if not sides.by_hand:
        fresh = fresh[~_covered(sides, done, fresh)]
    if hasattr(sides.module, "finish") and len(fresh):
        fresh = sides.module.finish(sides.table, fresh, done.frame)
    shown = [_label(row, sides.identity, sides.columns) for _, row in fresh.head(100).iterrows()]
    done.outcome.added = shown + [""] * (len(fresh) - len(shown))
    for column in sides.fields:
        if column not in fresh.columns:
            fresh = fresh.assign(**{column: ""})
    start = len(done.frame)
    done.frame = pd.concat([done.frame, fresh[list(sides.fields)]], ignore_index=True)
    for offset, (batch, key) in enumerate(zip(fresh["_batch"], fresh["_key"], strict=True)):
        done.origins[start + offset] = (sides.batches[batch], key)


def _covered(sides: _Sides, done: Merged, fresh: pd.DataFrame) -> pd.Series:
    """Mark rows of an older release that the newer one, which the book has, does not hold.

    They were withdrawn or are named otherwise now. A newer release speaks of its own series (the
    countries and kinds within the key), from its first to its last moment.
    """
    covered = pd.Series(False, index=fresh.index)
    kinds = {
        f["name"]
        for f in sides.resource["schema"]["fields"]
        if f["name"].endswith("iso3") or "enum" in f.get("constraints", {})
    }
    series = [c for c in sides.identity if c in kinds and c != sides.time]
    timed = sides.time in fresh.columns
    for here in sorted(set(fresh["source_id"])):
        for there in sorted(set(sides.old["source_id"])):
            if sides.register.publisher(here) != sides.register.publisher(there):
                continue
            if _order_of(sides, here, there) == NEWER:
                continue
            held = sides.old[sides.old["source_id"] == there]
            mine = fresh[(fresh["source_id"] == here) & ~covered]
            if series:
                spans = held.groupby(series, as_index=False)
                spans = spans[sides.time].agg(["min", "max"]) if timed else spans.size()
                mine = mine.reset_index().merge(spans, on=series).set_index("index")
            elif timed:
                mine = mine.assign(min=held[sides.time].min(), max=held[sides.time].max())
            if timed:
                moment = mine[sides.time]
                mine = mine[(moment == "") | ((moment >= mine["min"]) & (moment <= mine["max"]))]
            if len(mine):
                covered[mine.index] = True
                what = (
                    f"{len(mine)} {'row' if len(mine) == 1 else 'rows'} that it alone has left out"
                )
                done.outcome.notes.append(_explained(sides, here, there, what))
                done.outcome.older += [
                    _label(row, sides.identity, sides.columns) for _, row in mine.iterrows()
                ]
    return covered


def _put_in_order(sides: _Sides, done: Merged) -> None:
    """Put the rows in the order of the key, where the table stood in it."""
    if sides.by_hand and sides.old.empty:
        return
    order = _order(sides.old, done.frame, sides.key, sides.fields)
    if order is not None:
        done.frame = done.frame.iloc[order].reset_index(drop=True)
        position = {int(place): spot for spot, place in enumerate(order)}
        done.origins = {position[row]: origin for row, origin in done.origins.items()}


def _comparable(column: pd.Series, kind: str) -> pd.Series:
    """Return a column such that equal values are equal: 8.0 is 8; no digit is rounded."""
    alike = {cell: values.canonical(cell, kind) for cell in column.dropna().unique()}
    return column.astype("object").map(lambda cell: alike.get(cell, cell))


def _same(one: str, other: str, kind: str) -> bool:
    return values.canonical(one, kind) == values.canonical(other, kind)


def _keys(
    frame: pd.DataFrame,
    columns: list[str],
    fields: dict[str, str],
    repeats: list[str] | None,
    publishers: dict[str, str],
) -> pd.Series:
    """Join the identifying cells of every row; rows that share them are counted in order.

    Where a table holds figures of several sources side by side, a row is known by its publisher: a
    later release of one publisher speaks of the same row.
    """
    cells = frame[columns].copy()
    if "source_id" in columns:
        cells["source_id"] = cells["source_id"].map(lambda name: _publisher(publishers, name))
    for column in columns:
        if fields[column] in NUMERIC:
            cells[column] = _comparable(cells[column], fields[column])
    keys = cells[columns[0]]
    if len(columns) > 1:
        keys = keys.str.cat([cells[c] for c in columns[1:]], sep=JOIN)
    if repeats and len(keys):
        order = frame.assign(_k=keys).sort_values(["_k", *repeats]).index
        keys = (
            keys
            + JOIN
            + keys[order].groupby(keys[order]).cumcount().astype("str").reindex(keys.index)
        )
    return keys.astype("str")


def _label(row: pd.Series, identity: list[str], others: list[str] | None = None) -> str:
    text = " ".join(row[c] for c in identity if row[c])
    values = [f"{c} {row[c]}" for c in others or [] if row[c]]
    return f"{text}: {', '.join(values[:4])}" if values else text


def _order(
    old: pd.DataFrame, merged: pd.DataFrame, key: list[str], fields: dict
) -> pd.Index | None:
    """Return the order of the primary key where the table stands in it; None where it does not."""

    def ranked(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {
                c: pd.to_numeric(frame[c], errors="coerce") if fields[c] in NUMERIC else frame[c]
                for c in key
            }
        )

    def sort(frame: pd.DataFrame) -> pd.Index:
        return ranked(frame).sort_values(key, kind="stable").index

    return sort(merged) if (sort(old) == old.index).all() else None
