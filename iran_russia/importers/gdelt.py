"""GDELT event files, 1.0 (57 or 58 columns) and 2.0 (61), tab-separated, without a header.

A row of ``gdelt_day`` needs all files of its day, and a row of ``gdelt_dyad_month`` all files of
its month: give them together. Months with a day missing are left out, so that a part of a month
never stands for the whole; the days in them are taken. Both tables follow the weights of the daily
networks that they began with; actors count for the country that GDELT codes them with.
"""

import dataclasses

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout

KIND = "gdelt"
TITLE = "an event file of GDELT (57, 58 or 61 columns, tab-separated)"
DELIMITERS = "\t"
# Every record counts in the weight of the world: kept rows would be the whole file.
AGGREGATES = True
COLUMNS = {
    "GLOBALEVENTID": "integer!",
    "Actor1CountryCode": "text",
    "Actor2CountryCode": "text",
    "GoldsteinScale": "number",
    "NumSources": "integer!",
    "NumArticles": "integer!",
    "AvgTone": "number!",
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


def recognise(file: Download) -> Layout | None:
    """The first line has one of the three numbers of columns, a number and a day."""
    cells = file.head[0].split("\t") if file.head else []
    if len(cells) not in _DATEADDED or not (cells[0].isdigit() and cells[1][:8].isdigit()):
        return None
    names = [f"column {n + 1}" for n in range(len(cells))]
    for name, place in (_PLACES | {"DATEADDED": _DATEADDED[len(cells)]}).items():
        names[place] = name
    return Layout(names, "\t", None, quoted=False)


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """The weight of every pair of countries and day, in millionths."""
    one, other = t.Actor1CountryCode, t.Actor2CountryCode
    t = t.filter(one.notnull() & other.notnull() & (one != other))
    sign = t.GoldsteinScale.fill_null(0.0).sign()
    weight = t.GoldsteinScale.fill_null(0.0) + sign * (
        0.025 * t.NumSources + 0.01 * t.NumArticles + 0.01 * t.AvgTone
    )
    day = t.DATEADDED.cast("string")
    t = t.mutate(
        date=day.substr(0, 4) + "-" + day.substr(4, 2) + "-" + day.substr(6, 2),
        first=ibis.least(t.Actor1CountryCode, t.Actor2CountryCode),
        second=ibis.greatest(t.Actor1CountryCode, t.Actor2CountryCode),
        weight=(weight * _MICRO).round().cast("int64"),
    )
    pairs = t.group_by(["date", "first", "second"]).aggregate(
        weight=t.weight.sum(), _key=t._key.min()
    )
    return {"gdelt_day": pairs}


def combine(batches: list) -> list:
    """Add up the files of a day: the pair beside all pairs of the world; and of whole months."""
    pairs = pd.concat([b.rows for b in batches], ignore_index=True)
    pairs["weight"] = pairs["weight"].astype("int64")
    pairs = pairs.groupby(["date", "first", "second"], as_index=False).agg(
        weight=("weight", "sum"), _key=("_key", "min")
    )
    world = pairs["weight"].abs().groupby(pairs["date"]).sum()
    days = dataclasses.replace(batches[0], rows=_days(pairs, world))
    months = dataclasses.replace(batches[0], table="gdelt_dyad_month", rows=_months(pairs, world))
    return [days, months] if len(months.rows) else [days]


def _days(pairs: pd.DataFrame, world: pd.Series) -> pd.DataFrame:
    ours = pairs[(pairs["first"] == "IRN") & (pairs["second"] == "RUS")]
    return pd.DataFrame(
        {
            "date": ours["date"],
            "one_iso3": "IRN",
            "other_iso3": "RUS",
            "tie_weight": [f"{w / _MICRO:.3f}" for w in ours["weight"]],
            "world_absolute_weight": [f"{world[d] / _MICRO:.1f}" for d in ours["date"]],
            "_key": ours["_key"],
        }
    ).astype("str")


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
    return pd.DataFrame(
        {
            "month": ours["month"] + "-01",
            "one_iso3": ours["one_iso3"],
            "other_iso3": ours["second"],
            "tie_per_day": [f"{t:.3f}" for t in ours["weight"] / _MICRO / ours["count"]],
            "tie_per_1000_world": [f"{t:.3f}" for t in 1000 * ours["weight"] / ours["sum"]],
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
