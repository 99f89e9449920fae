"""World Bank indicator CSV: one line a country, one column a year, below four lines of notes.

Merchandise trade goes to ``world_trade``, output and population to ``country_capabilities``. Other
measures of that table are not of the World Bank or, like military spending, not in its unit.
"""

import re

import ibis

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout, records

KIND = "worldbank"
TITLE = "an indicator file of the World Bank (CSV)"
COLUMNS = {"Country Name": "text", "Country Code": "text!", "Indicator Code": "text!"}

FLOWS = {"TX.VAL.MRCH.CD.WT": "export", "TM.VAL.MRCH.CD.WT": "import"}
"""Merchandise exports and imports, current US dollars, and the flow each stands for."""
MEASURES = {"NY.GDP.MKTP.CD": "gdp", "SP.POP.TOTL": "population"}
"""Gross domestic product in current US dollars and population: measures of capabilities."""
_SOURCES = {
    **dict.fromkeys(
        FLOWS,
        (
            "merchandise_trade",
            "merchandise exports and imports, current US dollars "
            "(TX.VAL.MRCH.CD.WT, TM.VAL.MRCH.CD.WT)",
        ),
    ),
    "NY.GDP.MKTP.CD": ("gdp", "GDP, current US dollars (NY.GDP.MKTP.CD)"),
    "SP.POP.TOTL": ("population", "population (SP.POP.TOTL)"),
}


def recognise(file: Download) -> Layout | None:
    """Find the header below the notes."""
    return file.find(COLUMNS)


def columns(file: Download) -> dict[str, str]:
    """The years are the columns that are not fixed."""
    return {name: "number" for name in file.layout.names if re.fullmatch(r"\d{4}", name)}


def _wanted(table: str) -> list[str]:
    """Return the states for which the tables hold figures of the World Bank."""
    if table == "world_trade":
        fields = {f["name"]: f for f in datasets.describe("world_trade")["schema"]["fields"]}
        return fields["country_iso3"]["constraints"]["enum"]
    held = datasets.load("country_capabilities")
    return sorted(held.loc[held["measure"].isin(MEASURES.values()), "iso3"].unique())


def _concerns(t: ibis.Table, table: str, indicators: dict[str, str]) -> ibis.Value:
    return t["Country Code"].isin(_wanted(table)) & t["Indicator Code"].isin(list(indicators))


def keep(t: ibis.Table) -> ibis.Value:
    """The four indicators, for the countries that their tables hold."""
    return _concerns(t, "world_trade", FLOWS) | _concerns(t, "country_capabilities", MEASURES)


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a country and year: whole dollars of trade; millions of dollars, or persons.

    Capabilities begin with the first year of their table.
    """
    indicator = _indicator(file)
    long = (
        t.filter(t["Indicator Code"] == indicator)
        .pivot_longer(list(columns(file)), names_to="year", values_to="amount")
        .filter(lambda x: x.amount.notnull())
    )
    if indicator in FLOWS:
        trade = long.select(
            year="year",
            country_iso3="Country Code",
            flow=ibis.literal(FLOWS[indicator]),
            value_usd=long.amount.round().cast("int64"),
            _key="_key",
        )
        return {"world_trade": trade}
    first = int(datasets.load("country_capabilities")["year"].min())
    gdp = indicator == "NY.GDP.MKTP.CD"
    capabilities = long.filter(long.year.cast("int64") >= first).select(
        year="year",
        iso3="Country Code",
        measure=ibis.literal(MEASURES[indicator]),
        value=(long.amount / 1e6).round(1) if gdp else long.amount,
        unit=ibis.literal("million US dollars, current" if gdp else "persons"),
        _key="_key",
    )
    return {"country_capabilities": capabilities}


def _indicator(file: Download) -> str:
    """Return the indicator of a file; one that holds none of the four has no row to keep."""
    place = file.layout.names.index("Indicator Code")
    codes = (r[place].strip() for _, r in records(file) if len(r) > place)
    return next((c for c in codes if c in _SOURCES), next(iter(FLOWS)))


def source(file: Download) -> dict[str, str]:
    """The release is the day named above the header."""
    found = re.search(r'Last Updated Date"?,"?(\d{4}-\d{2}-\d{2})', file.text())
    released = found[1] if found else ""
    indicator = _indicator(file)
    name, title = _SOURCES[indicator]
    return {
        "source_id": f"wdi_{name}_{released.replace('-', '_')}".rstrip("_"),
        "title": f"World Development Indicators: {title}",
        "publisher": "World Bank",
        "url": f"https://data.worldbank.org/indicator/{indicator}",
        "vintage": f"updated {released}" if released else "not stated",
        "released": released,
        "licence": "CC BY 4.0",
        "terms": "Free to use, change and share with credit to the World Bank, World Development "
        "Indicators (CC BY 4.0).",
    }
