"""ICEWS coded event data of Harvard Dataverse: tab-separated files of one year or one week.

The header and cells are those of ``inst/extdata/events.2018.sample.tab`` in the repository
``andybega/icews``. Events go to ``icews_events`` under a ``dataset`` of their own. They are not
counted into ``icews_dyad_year``, which is one author's slice of 2002 to 2014 and could not be
continued at the same level, nor into ``icews_dyad_month``, which counts thinned benchmarks and
assigns some actors to countries by hand.
"""

import datetime
import re

import ibis
import pandas as pd

from iran_russia.importers import reading
from iran_russia.importers.reading import Download, Layout, Opened, Refused

KIND = "icews"
TITLE = "an event file of ICEWS (.tab)"
DELIMITERS = "\t"
ENCODINGS = ("utf-8", "cp1252")
COLUMNS = {
    "Event ID": "integer!",
    "Event Date": "text!",
    "Source Name": "text!",
    "Source Country": "text",
    "Event Text": "text!",
    "CAMEO Code": "text!",
    "Intensity": "number!",
    "Target Name": "text!",
    "Target Country": "text",
}
ORIGIN = {
    "event_id": "Event ID",
    "date": "Event Date",
    "cameo_code": "CAMEO Code",
    "cameo_root": "CAMEO Code",
    "goldstein_score": "Intensity",
    "source_actor": "Source Name",
    "target_actor": "Target Name",
    "relation": "Event Text",
}
IDENTITY = {"icews_events": ["event_id"]}

_COUNTRIES = {"Iran": "IRN", "Russian Federation": "RUS", "Russia": "RUS"}
_QUADS = {
    "verbal_cooperation": ["01", "02", "03", "04", "05"],
    "material_cooperation": ["06", "07", "08", "09"],
    "verbal_conflict": ["10", "11", "12", "13"],
    "material_conflict": ["14", "15", "16", "17", "18", "19", "20"],
}


def recognise(file: Opened) -> Layout | None:
    """Find the header."""
    layout = file.find(COLUMNS)
    if layout:
        layout.quoted = False
    return layout


def keep(t: ibis.Table) -> ibis.Value:
    """Events between the two countries, either way."""
    one, other = t["Source Country"], t["Target Country"]
    russia = ["Russian Federation", "Russia"]
    return ((one == "Iran") & other.isin(russia)) | (one.isin(russia) & (other == "Iran"))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row an event, under the number of ICEWS."""
    code = t["CAMEO Code"]
    root = code.left(2)
    quad = ibis.cases(*((root.isin(roots), name) for name, roots in _QUADS.items()), else_="")
    return {
        "icews_events": t.select(
            event_id="ICEWS-" + t["Event ID"].cast("string"),
            date="Event Date",
            dataset=ibis.literal("ICEWS"),
            coverage=ibis.literal("all_facts"),
            source_actor="Source Name",
            source_iso3=t["Source Country"].cases(*_COUNTRIES.items()),
            target_actor="Target Name",
            target_iso3=t["Target Country"].cases(*_COUNTRIES.items()),
            cameo_code=code,
            cameo_root=root,
            relation="Event Text",
            quad_class=quad,
            goldstein_score="Intensity",
            _key="_key",
        )
    }


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Mark the facts that stand in the benchmark ICEWS14 too."""
    from iran_russia import datasets

    rows = rows.assign(date=_days(rows, file))
    if len(rows):
        file.coverage = f"events from {rows['date'].min()} to {rows['date'].max()}"
    held = datasets.load("icews_events")
    held = held[held["dataset"] == "ICEWS14"]
    days = held["date"].dt.strftime("%Y-%m-%d")
    seen = set(zip(days, held["source_actor"], held["target_actor"], held["relation"], strict=True))
    facts = zip(
        rows["date"], rows["source_actor"], rows["target_actor"], rows["relation"], strict=True
    )
    return rows.assign(in_icews14=[str(f in seen).lower() for f in facts])


def _days(rows: pd.DataFrame, file: Download) -> list[str]:
    """Read the days, which some files write in the American order: 12/31/2017.

    Raises:
        Refused: a cell that is no day in either order; one line a cell.
    """
    days = [_day(cell) for cell in rows["date"]]
    cells = zip(rows["_key"], rows["date"], days, strict=True)
    wrong = {key: cell for key, cell, day in cells if not day}
    if wrong:
        lines = reading.locate(file, list(COLUMNS), set(wrong))
        expected = "a day such as 2017-12-31 or 12/31/2017 (month, day, year)"
        raise Refused(
            reading.describe(file, lines.get(key), "Event Date", cell, expected)
            for key, cell in wrong.items()
        )
    return days


def _day(cell: str) -> str:
    """Return an ISO day, or an empty text where a cell is none; the time of day is left out."""
    day = re.split("[ T]", cell)[0]
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.datetime.strptime(day, form).strftime("%Y-%m-%d")
        except ValueError:
            continue
    return ""


def source(file: Download) -> dict[str, str]:
    """The release is the time in the name of the file: events.2014.20160121105408.tab."""
    found = file.named(r"events\.(\d{4})\.(\d{8})")
    name = f"{found[1]}_{found[2]}" if found else file.digest()[:8]
    return {
        "source_id": f"icews_events_{name}",
        "title": f"ICEWS Coded Event Data{', ' + found[1] if found else ''}",
        "publisher": "ICEWS (Lockheed Martin), Harvard Dataverse",
        "url": "https://doi.org/10.7910/DVN/28075",
        "vintage": f"file of {found[2]}" if found else "not stated",
        "released": f"{found[2][:4]}-{found[2][4:6]}-{found[2][6:]}" if found else "",
        "licence": "terms of Harvard Dataverse",
        "terms": "Free for research; credit ICEWS Coded Event Data (doi:10.7910/DVN/28075).",
    }
