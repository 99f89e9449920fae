"""World Bank indicator CSV: one line a country and indicator, one column a year.

Files of one indicator have four lines of notes above the header; those of the DataBank call their
years ``2024 [YR2024]`` and have the notes below the table; the file of all indicators has none.
Merchandise trade goes to ``world_trade``, output and population to ``country_capabilities``. Other
measures of that table are not of the World Bank or, like military spending, not in its unit.
"""

import re

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers import digits
from iran_russia.importers.reading import Download, Layout, Opened, records

KIND = "worldbank"
TITLE = "an indicator file of the World Bank (CSV)"
ENCODINGS = ("utf-8", "cp1252")
COLUMNS = {"Country Name": "text", "Country Code": "text!", "Indicator Code": "text!"}
_DATABANK = {"Series Code": "Indicator Code"}
_FOOT = "Data from database"

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


def recognise(file: Opened) -> Layout | None:
    """Find the header, below the notes or above them; years become plain."""
    layout = file.find(COLUMNS) or file.find({"Country Code", *_DATABANK})
    if layout:
        layout.names = [_DATABANK.get(n, _plain_year(n)) for n in layout.names]
        layout.foot = _FOOT
    return layout if layout and set(COLUMNS) <= set(layout.names) else None


def _plain_year(name: str) -> str:
    return re.sub(r"^(\d{4}) \[YR\1\]$", r"\1", name)


def columns(file: Download) -> dict[str, str]:
    """The years are the columns that are not fixed."""
    return {name: "decimal" for name in file.layout.names if re.fullmatch(r"\d{4}", name)}


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
    """One row an indicator, country and year, in the unit of the file.

    Capabilities begin with the first year of their table.
    """
    found = _indicators(file)
    years = list(columns(file))
    long = t.pivot_longer(years, names_to="year", values_to="amount")
    long = long.filter(long.amount.notnull())
    indicator = long["Indicator Code"]
    tables = {}
    if set(found) & set(FLOWS) or not found:
        tables["world_trade"] = long.filter(_concerns(long, "world_trade", FLOWS)).select(
            year="year",
            country_iso3="Country Code",
            flow=indicator.cases(*FLOWS.items()),
            value_usd="amount",
            _key="_key",
        )
    if set(found) & set(MEASURES):
        first = int(datasets.load("country_capabilities")["year"].min())
        kept = _concerns(long, "country_capabilities", MEASURES)
        kept = kept & (long.year.cast("int64") >= first)
        tables["country_capabilities"] = long.filter(kept).select(
            year="year",
            iso3="Country Code",
            measure=indicator.cases(*MEASURES.items()),
            value="amount",
            unit=(indicator == "NY.GDP.MKTP.CD").ifelse("million US dollars, current", "persons"),
            _key="_key",
        )
    return tables


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Give whole dollars of trade; millions of dollars of output, to one digit; persons."""
    if len(rows):
        names = " and ".join(_names(file)).replace("_", " ")
        file.coverage = f"{names}, {rows['year'].min()} to {rows['year'].max()}"
    if table == "world_trade":
        return rows.assign(value_usd=[digits.exact(v, places=0) for v in rows["value_usd"]])
    values = zip(rows["measure"], rows["value"], strict=True)
    return rows.assign(
        value=[digits.exact(v, "1e-6", 1) if m == "gdp" else digits.exact(v) for m, v in values]
    )


def _indicators(file: Download) -> list[str]:
    """Return which of the four indicators stand in a file, in the order of the book."""
    place = file.layout.names.index("Indicator Code")
    codes = {r[place].strip() for _, r in records(file) if len(r) > place}
    return [code for code in _SOURCES if code in codes]


def _names(file: Download) -> list[str]:
    return list(dict.fromkeys(_SOURCES[code][0] for code in _indicators(file)))


def source(file: Download) -> dict[str, str]:
    """The release is the day named above the header or below the table."""
    released = _released(file)
    found = _indicators(file) or list(FLOWS)[:1]
    sources = dict.fromkeys(_SOURCES[code] for code in found)
    name = "_".join(name for name, _ in sources)
    return {
        "source_id": f"wdi_{name}_{released.replace('-', '_')}".rstrip("_"),
        "title": f"World Development Indicators: {'; '.join(title for _, title in sources)}",
        "publisher": "World Bank",
        "url": f"https://data.worldbank.org/indicator/{found[0]}",
        "vintage": f"updated {released}" if released else "not stated",
        "released": released,
        "licence": "CC BY 4.0",
        "terms": "Free to use, change and share with credit to the World Bank, World Development "
        "Indicators (CC BY 4.0).",
    }


def _released(file: Download) -> str:
    """Return the day of the release as ISO has it; the DataBank writes 07/13/2026."""
    found = file.line(r'Last Updated Date"?,"?(\d{4}-\d{2}-\d{2})')
    if found:
        return found[1]
    found = file.line(r"Last Updated: (\d{2})/(\d{2})/(\d{4})")
    return f"{found[3]}-{found[1]}-{found[2]}" if found else ""
