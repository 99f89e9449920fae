"""GDELT event files, 1.0 (57 or 58 columns) and 2.0 (61), tab-separated, without a header.

A row of ``gdelt_day`` needs all files of its day, and a row of ``gdelt_dyad_month`` all files of
its month: give them together. In version 2.0 a day has 96 files, one a quarter of an hour; a day
with fewer is left out and told, and so is a month with a day missing: a part never stands for the
whole. An event that stands twice, in one file or in two, counts once. Both tables follow the
weights of the daily networks that they began with; actors count for the country that GDELT codes
them with.
"""

import dataclasses
import decimal

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers import digits, engine
from iran_russia.importers.reading import Download, Layout, Opened, Refused

KIND = "gdelt"
TITLE = "an event file of GDELT (57, 58 or 61 columns, tab-separated)"
DELIMITERS = "\t"
# Every record counts in the weight of the world: kept rows would be the whole file.
AGGREGATES = True
COLUMNS = {
    "GLOBALEVENTID": "integer!",
    "Actor1CountryCode": "text",
    "Actor2CountryCode": "text",
    "GoldsteinScale": "decimal",
    "NumSources": "integer!",
    "NumArticles": "integer!",
    "AvgTone": "decimal!",
    "DATEADDED": "integer!",
}
ORIGIN = {"date": "DATEADDED"}

_PLACES = {
    "GLOBALEVENTID": 0,
    "Actor1CountryCode": 7,
    "Actor2CountryCode": 17,
    "GoldsteinScale": 30,
    "NumSources": 32,
    "NumArticles": 33,
    "AvgTone": 34,
}
_DATEADDED = {57: 56, 58: 56, 61: 59}
_MICRO = 1_000_000
"""Weights are added up as whole millionths, so that every order of adding gives the same sum."""
_SLOTS = [f"{minute // 60:02d}{minute % 60:02d}00" for minute in range(0, 24 * 60, 15)]
"""The times at which the files of a day of version 2.0 come out."""


def recognise(file: Opened) -> Layout | None:
    """The first line has one of the three numbers of columns, a number and a day."""
    cells = file.head[0].split("\t") if file.head else []
    if len(cells) not in _DATEADDED or not (cells[0].isdigit() and cells[1][:8].isdigit()):
        return None
    names = [f"column {n + 1}" for n in range(len(cells))]
    for name, place in (_PLACES | {"DATEADDED": _DATEADDED[len(cells)]}).items():
        names[place] = name
    return Layout(names, "\t", None, quoted=False, raw=True)


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """The weight of every pair of countries and time of coming out, in millionths.

    Events of one country, or of none, weigh nothing, but tell that their file is there.
    """
    one, other = t.Actor1CountryCode, t.Actor2CountryCode
    pair = (one.notnull() & other.notnull() & (one != other)).fill_null(False)
    goldstein = _millionths(t.GoldsteinScale.fill_null("0"))
    # A hundredth of the tone, in millionths: its fourth digit behind the point is the last to tell.
    coverage = t.NumSources * 25_000 + t.NumArticles * 10_000 + _millionths(t.AvgTone, 4)
    nothing = ibis.literal("")
    events = t.select(
        event="GLOBALEVENTID",
        slot=t.DATEADDED.cast("string"),
        first=pair.ifelse(ibis.least(one, other), nothing),
        second=pair.ifelse(ibis.greatest(one, other), nothing),
        weight=pair.ifelse(goldstein + goldstein.sign().cast("int64") * coverage, 0),
        key="_key",
    )
    # An event that stands twice counts once.
    file.events = events.group_by("event").aggregate(
        **{c: events[c].min() for c in events.columns if c != "event"}
    )
    return {"gdelt_day": _pairs(file.events)}


def _millionths(cell: ibis.Column, places: int = 6) -> ibis.Value:
    """Return a decimal as a whole number, with as many digits behind its point as told."""
    return (cell.cast(f"decimal(18, {places})") * 10**places).cast("int64")


def _pairs(events: ibis.Table) -> ibis.Table:
    return events.group_by(["slot", "first", "second"]).aggregate(
        weight=events.weight.sum(),
        lowest=events.event.min(),
        highest=events.event.max(),
        _key=events.key.min(),
    )


def combine(batches: list) -> list:
    """Add up the files of a day: the pair beside all pairs of the world; and of whole months.

    Raises:
        Refused: no day is whole; or a day stands in files of both versions.
    """
    _count_events_once(batches)
    pairs = pd.concat(
        [b.rows.assign(version=source(b.file)["source_id"]) for b in batches], ignore_index=True
    )
    pairs["weight"] = pairs["weight"].astype("int64")
    slot = pairs["slot"]
    pairs["date"] = slot.str[:4] + "-" + slot.str[4:6] + "-" + slot.str[6:8]
    _one_version_a_day(pairs, batches)
    pairs = pairs[pairs["date"].isin(_whole_days(pairs, batches))]
    joined = []
    for version, some in pairs.groupby("version"):
        first = next(b for b in batches if b.source["source_id"] == version)
        some = some[some["first"] != ""].groupby(["date", "first", "second"], as_index=False)
        some = some.agg(weight=("weight", "sum"), _key=("_key", "min"))
        world = some["weight"].abs().groupby(some["date"]).sum()
        for table, made in (("gdelt_day", _days), ("gdelt_dyad_month", _months)):
            rows = made(some, world)
            if len(rows) or table == "gdelt_day":
                joined.append(dataclasses.replace(first, table=table, rows=rows))
    return joined


def _count_events_once(batches: list) -> None:
    """Take an event that stands in two files out of the second one.

    Numbers of events rise with time: only files of which they overlap are looked at.
    """
    spans = [_span(b.rows) for b in batches]
    seen: set[int] = set()
    for place, batch in enumerate(batches):
        low, high = spans[place]
        others = spans[:place] + spans[place + 1 :]
        if not any(low <= top and bottom <= high for bottom, top in others):
            continue
        events = batch.file.events
        mine = set(engine.collect(events.select("event"))["event"])
        again = mine & seen
        seen |= mine
        if again:
            other = ibis.memtable({"event": sorted(again)})
            batch.rows = engine.collect(_pairs(events.anti_join(other, "event"))).astype("str")
            batch.file.left_out["events that stand in another file too"] = len(again)


def _span(rows: pd.DataFrame) -> tuple[int, int]:
    return rows["lowest"].astype("int64").min(), rows["highest"].astype("int64").max()


def _one_version_a_day(pairs: pd.DataFrame, batches: list) -> None:
    """Refuse a day of which files of both versions are there: each holds the whole day."""
    versions = pairs.groupby("date")["version"].nunique()
    both = list(versions.index[versions > 1])
    if both:
        raise Refused(
            [
                f"{_names(batches)}: found the day {both[0]} in files of GDELT 1.0 and of 2.0, "
                "expected one version; each counts the whole day: leave one out"
            ]
        )


def _whole_days(pairs: pd.DataFrame, batches: list) -> set[str]:
    """Return the days that are complete; tell of the others which files are missing.

    Raises:
        Refused: no day is complete.
    """
    whole, parts = set(), []
    for (date, version), some in pairs.groupby(["date", "version"]):
        there = set(some["slot"].str[8:])
        missing = [] if version == "gdelt_events_1" else [s for s in _SLOTS if s not in there]
        if missing:
            found = len(_SLOTS) - len(missing)
            parts.append(
                f"found {found} of the {len(_SLOTS)} quarter-hour files of {date}, expected all: "
                f"missing {_ranges(missing, date)}"
            )
        else:
            whole.add(date)
    if parts and not whole:
        raise Refused([f"{_names(batches)}: {part}" for part in parts])
    batches[0].file.said += [f"a part of a day is left out: {part}" for part in parts]
    days = sorted(whole)
    span = f"the whole day {days[0]}" if len(days) == 1 else f"{len(days)} whole days"
    batches[0].file.coverage = span + (f", {days[0]} to {days[-1]}" if days[1:] else "")
    return whole


def _names(batches: list) -> str:
    first, more = batches[0].file.name, len(batches) - 1
    return first if not more else f"{first} and {more} more"


def _ranges(slots: list[str], date: str) -> str:
    """Name files by their times, those that follow each other as from … to …."""
    day, places = date.replace("-", ""), [_SLOTS.index(s) for s in slots]
    starts = [p for p in places if p - 1 not in places]
    ends = [p for p in places if p + 1 not in places]
    return ", ".join(
        f"{day}{_SLOTS[a]}" if a == b else f"{day}{_SLOTS[a]} to {day}{_SLOTS[b]}"
        for a, b in zip(starts, ends, strict=True)
    )


def _days(pairs: pd.DataFrame, world: pd.Series) -> pd.DataFrame:
    ours = pairs[(pairs["first"] == "IRN") & (pairs["second"] == "RUS")]
    return pd.DataFrame(
        {
            "date": ours["date"],
            "one_iso3": "IRN",
            "other_iso3": "RUS",
            "tie_weight": [_weight(w, 1, 3) for w in ours["weight"]],
            "world_absolute_weight": [_weight(world[d], 1, 1) for d in ours["date"]],
            "_key": ours["_key"],
        }
    ).astype("str")


def _weight(millionths: int, divisor: int, places: int) -> str:
    """Return a weight divided by days or by other millionths, so many digits behind the point."""
    return digits.exact(str(decimal.Decimal(int(millionths)) / int(divisor)), "1e-6", places)


def _months(pairs: pd.DataFrame, world: pd.Series) -> pd.DataFrame:
    """Return the months of which every day is there, for the pairs that the table holds."""
    days = world.groupby(world.index.str[:7]).agg(["count", "sum"])
    days = days[days["count"] == pd.PeriodIndex(days.index, freq="M").days_in_month]
    held = datasets.load("gdelt_dyad_month")[["one_iso3", "other_iso3"]].drop_duplicates()
    ours = (
        pairs.assign(month=pairs["date"].str[:7], one_iso3=pairs["first"])
        .merge(held.rename(columns={"other_iso3": "second"}), on=["one_iso3", "second"])
        .groupby(["month", "one_iso3", "second"], as_index=False)
        .agg(weight=("weight", "sum"), _key=("_key", "min"))
        .merge(days, left_on="month", right_index=True)
    )
    weights = [int(weight) for weight in ours["weight"]]
    return pd.DataFrame(
        {
            "month": ours["month"] + "-01",
            "one_iso3": ours["one_iso3"],
            "other_iso3": ours["second"],
            "tie_per_day": [
                _weight(w, days, 3) for w, days in zip(weights, ours["count"], strict=True)
            ],
            "tie_per_1000_world": [
                _weight(1000 * _MICRO * w, world, 3)
                for w, world in zip(weights, ours["sum"], strict=True)
            ],
            "days_available": ours["count"],
            "_key": ours["_key"],
        }
    ).astype("str")


def source(file: Download) -> dict[str, str]:
    """Event files are not revised; one source for each of the two versions."""
    version = "2.0" if len(file.layout.names) == 61 else "1.0"
    return {
        "source_id": f"gdelt_events_{version[0]}",
        "title": f"GDELT {version} events",
        "publisher": "The GDELT Project",
        "url": "https://www.gdeltproject.org/data.html",
        "vintage": "event files, not revised",
        "licence": "GDELT terms: free use with attribution",
        "terms": "Free to use with credit to the GDELT Project.",
    }
