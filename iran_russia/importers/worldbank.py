"""World Bank indicator CSV: one line a country, one column a year, below four lines of notes."""

import re

import ibis

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout

KIND = "worldbank"
TITLE = "an indicator file of the World Bank (CSV)"
COLUMNS = {"Country Name": "text", "Country Code": "text!", "Indicator Code": "text!"}

INDICATORS = {"TX.VAL.MRCH.CD.WT": "export", "TM.VAL.MRCH.CD.WT": "import"}
"""Merchandise exports and imports, current US dollars, and the flow each stands for."""


def recognise(file: Download) -> Layout | None:
    """Find the header below the notes."""
    return file.find(COLUMNS)


def columns(file: Download) -> dict[str, str]:
    """The years are the columns that are not fixed."""
    return {name: "number" for name in file.layout.names if re.fullmatch(r"\d{4}", name)}


def keep(t: ibis.Table) -> ibis.Value:
    """The two indicators, for the countries that the table holds."""
    fields = {f["name"]: f for f in datasets.describe("world_trade")["schema"]["fields"]}
    wanted = fields["country_iso3"]["constraints"]["enum"]
    return t["Country Code"].isin(wanted) & t["Indicator Code"].isin(list(INDICATORS))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a country, flow and year; values in whole dollars."""
    years = list(columns(file))
    long = t.pivot_longer(years, names_to="year", values_to="value_usd").filter(
        lambda x: x.value_usd.notnull()
    )
    return {
        "world_trade": long.select(
            year=long.year,
            country_iso3=long["Country Code"],
            flow=long["Indicator Code"].cases(*INDICATORS.items()),
            value_usd=long.value_usd.round().cast("int64"),
            _key=long._key,
        )
    }


def source(file: Download) -> dict[str, str]:
    """The release is the day named above the header."""
    found = re.search(r'Last Updated Date"?,"?(\d{4}-\d{2}-\d{2})', file.text())
    released = found[1] if found else ""
    return {
        "source_id": f"wdi_merchandise_trade_{released.replace('-', '_')}".rstrip("_"),
        "title": "World Development Indicators: merchandise exports and imports, current US dollars"
        " (TX.VAL.MRCH.CD.WT, TM.VAL.MRCH.CD.WT)",
        "publisher": "World Bank",
        "url": "https://data.worldbank.org/indicator/TX.VAL.MRCH.CD.WT",
        "vintage": f"updated {released}" if released else "not stated",
        "licence": "CC BY 4.0",
        "terms": "Free to use, change and share with credit to the World Bank, World Development "
        "Indicators (CC BY 4.0).",
    }
