"""Statistical Review of World Energy: panel CSV, narrow (one value a line) or wide."""

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers import digits
from iran_russia.importers.reading import Download, Layout, Opened

KIND = "energy-institute"
TITLE = "the panel of the Statistical Review of World Energy (CSV)"
COLUMNS = {
    "Country": "text!",
    "Year": "integer!",
    "ISO3166_alpha3": "text",
    "Var": "text!",
    "Value": "decimal",
}
ENCODINGS = ("utf-8", "cp1252")
ORIGIN = {"year": "Year", "iso3": "ISO3166_alpha3", "value": "Value", "measure": "Var"}

VARIABLES = {
    "oilprod_kbd": ("oil_production", "thousand barrels a day"),
    "gasprod_bcm": ("gas_production", "billion cubic metres a year"),
    "gascons_bcm": ("gas_consumption", "billion cubic metres a year"),
    "oilreserves_bbl": ("oil_proved_reserves", "billion barrels"),
    "gasreserves_tcm": ("gas_proved_reserves", "trillion cubic metres"),
}
"""Variables of the panel, and the measure and unit each is in the table."""


def recognise(file: Opened) -> Layout | None:
    """Find the narrow or the wide header."""
    return file.find(COLUMNS) or file.find({"Country", "Year", "ISO3166_alpha3", "oilprod_kbd"})


def columns(file: Download) -> dict[str, str]:
    """The wide panel has a column for each variable."""
    return {v: "decimal" for v in VARIABLES if v in file.layout.names}


def keep(t: ibis.Table) -> ibis.Value:
    """The countries of the table, and the world."""
    wanted = sorted(datasets.load("energy_country_year")["iso3"].unique())
    kept = t.ISO3166_alpha3.isin(wanted) | (t.Country == "Total World")
    return kept & t.Var.isin(list(VARIABLES)) if "Var" in t.columns else kept


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a country, year and measure, from the year in which its series begins here."""
    # DuckDB does not tell `year` from `Year`: names of the file and of the table must not meet.
    t = t.mutate(code=(t.Country == "Total World").ifelse("WLD", t.ISO3166_alpha3), when=t.Year)
    if "Var" in t.columns:
        long = t.mutate(variable=t.Var, amount=t.Value)
    else:
        long = t.pivot_longer(list(columns(file)), names_to="variable", values_to="amount")
    measures = [(v, measure) for v, (measure, _) in VARIABLES.items()]
    units = [(v, unit) for v, (_, unit) in VARIABLES.items()]
    long = long.select(
        "code", "when", "variable", "amount", "_key", measured=long.variable.cases(*measures)
    )
    first = datasets.load("energy_country_year").groupby(["iso3", "measure"])["year"].min()
    began = (long.code + " " + long.measured).cases(
        *((f"{iso} {measure}", int(year)) for (iso, measure), year in first.items()), else_=9999
    )
    long = long.filter((long.when >= began) & long.amount.notnull())
    return {
        "energy_country_year": long.select(
            year="when",
            iso3="code",
            measure="measured",
            value="amount",
            unit=long.variable.cases(*units),
            _key="_key",
        )
    }


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Round to the six digits of the table."""
    measures = ", ".join(sorted({m.replace("_", " ") for m in rows["measure"]}))
    file.coverage = f"{measures} to {rows['year'].max()}" if len(rows) else ""
    return rows.assign(value=[digits.significant(v, 6) for v in rows["value"]])


def source(file: Download) -> dict[str, str]:
    """The edition is the year in the name of the file, else the digest of the file."""
    found = file.named(r"(?<!\d)20\d\d(?!\d)")
    edition = found[0] if found else file.digest()[:8]
    return {
        "source_id": f"energy_institute_{edition}_panel",
        "title": f"Statistical Review of World Energy {found[0] if found else ''}".strip()
        + ", panel",
        "publisher": "Energy Institute",
        "url": "https://www.energyinst.org/statistical-review",
        "vintage": f"file named {edition}" if found else "not stated",
        "released": edition if found else "",
        "licence": "© Energy Institute, rights reserved",
        "terms": "Quote with credit to the Energy Institute; ask it before tables are reproduced "
        "at length.",
    }
