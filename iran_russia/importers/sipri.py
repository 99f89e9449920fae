"""SIPRI arms transfers: the trade register, one line a deal, and the tables of TIV totals."""

import re

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout

KIND = "sipri"
TITLE = "the trade register or a TIV table of SIPRI (CSV)"
ENCODINGS = ("utf-8", "cp1252")
REGISTER = {
    "Recipient": "text!",
    "Supplier": "text!",
    "Year of order": "text!",
    "Year of order?": "text",
    "Number ordered": "text",
    "Number ordered?": "text",
    "Weapon designation": "text!",
    "Weapon description": "text!",
    "Number delivered": "text",
    "Number delivered?": "text",
    "Year(s) of delivery": "text",
    "status": "text",
    "SIPRI TIV per unit": "number",
    "SIPRI TIV for total order": "number",
    "SIPRI TIV of delivered weapons": "number",
}
COLUMNS = REGISTER
IDENTITY = {
    "arms_transfers": [
        "supplier_iso3",
        "recipient_iso3",
        "order_year",
        "designation",
        "weapon_description",
    ]
}
# Two deals may agree in all of these; their deliveries put them in order.
REPEATS = {"arms_transfers": ["delivery_years", "quantity_ordered"]}
ORIGIN = {
    "supplier_iso3": "Supplier",
    "recipient_iso3": "Recipient",
    "order_year": "Year of order",
    "weapon_category": "Weapon description",
    "condition": "status",
    "quantity_delivered": "Number delivered",
    "quantity_ordered": "Number ordered",
    "tiv_millions": "the column of the year",
    "country_iso3": "Recipient or Supplier",
}

_NAMES = {
    "Soviet Union": "SUN",
    "East Germany (GDR)": "DDR",
    "South Vietnam": "VDR",
    "Turkiye": "TUR",
    "Turkey": "TUR",
    "UAE": "ARE",
    "Czech Republic": "CZE",
    "Viet Nam": "VNM",
}
"""Names of SIPRI that are not those of the table of countries."""


def _codes() -> dict[str, str]:
    countries = datasets.load("countries")
    return dict(zip(countries["name"], countries["iso3"], strict=True)) | _NAMES


def recognise(file: Download) -> Layout | None:
    """Find the header below the notes; a mark of uncertainty has a column without a name."""
    layout = file.find({"Recipient", "Supplier", "Year of order"})
    if layout:
        names = layout.names
        layout.names = [
            n or f"{names[place - 1]}?" if place else n for place, n in enumerate(names)
        ]
        return layout if set(REGISTER) <= set(layout.names) else None
    if "trend-indicator values" not in file.text():
        return None
    for flow in ("Recipient", "Supplier"):
        layout = file.find({flow, "Sum total years"}) or file.find({flow, "Percentage"})
        if layout:
            return layout
    return None


def _is_register(file: Download) -> bool:
    return "Year of order" in file.layout.names


def columns(file: Download) -> dict[str, str]:
    """A TIV table has a column for the country and one for each year."""
    if _is_register(file):
        return {}
    return {file.layout.names[0]: "text!"} | {
        n: "number" for n in file.layout.names if re.fullmatch(r"\d{4}", n)
    }


def keep(t: ibis.Table) -> ibis.Value:
    """Deals with Iran as recipient, or from Iran to Russia; every line of a TIV table."""
    if "Supplier" not in t.columns or "Recipient" not in t.columns:
        return ibis.literal(True)
    return (t.Recipient == "Iran") | ((t.Supplier == "Iran") & (t.Recipient == "Russia"))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Deals, or totals of a country by year."""
    if _is_register(file):
        return {"arms_transfers": _deals(t)}
    country = file.layout.names[0]
    held = datasets.load("arms_tiv_official")
    flow = "imports" if country == "Recipient" else "exports"
    wanted = set(held.loc[held["flow"] == flow, "country_iso3"])
    names = {name: code for name, code in _codes().items() if code in wanted}
    long = t.pivot_longer(
        [n for n in columns(file) if n != country], names_to="year", values_to="tiv"
    )
    long = long.filter(long[country].isin(list(names)) & long.tiv.notnull())
    return {
        "arms_tiv_official": long.select(
            year="year",
            country_iso3=long[country].cases(*names.items()),
            flow=ibis.literal(flow),
            tiv_millions="tiv",
            _key="_key",
        )
    }


def _deals(t: ibis.Table) -> ibis.Table:
    codes = list(_codes().items())
    held = datasets.load("arms_transfers")
    categories = dict(zip(held["weapon_description"], held["weapon_category"], strict=True))

    def plain(column: str) -> ibis.Value:
        """The number without the brackets of older editions."""
        return t[column].re_replace(r"[()?\s]", "").nullif("")

    def uncertain(column: str) -> ibis.Value:
        return t[f"{column}?"].notnull() | t[column].re_search(r"[(?]").fill_null(False)

    ordered = plain("Number ordered").try_cast("int64")
    delivered = plain("Number delivered").try_cast("int64").fill_null(0)
    years = t["Year(s) of delivery"].re_replace(r"[()?\s]", "").nullif("")
    return t.select(
        supplier_iso3=t.Supplier.cases(*codes).fill_null(t.Supplier),
        recipient_iso3=t.Recipient.cases(*codes).fill_null(t.Recipient),
        order_year=plain("Year of order"),
        order_year_is_estimate=uncertain("Year of order"),
        quantity_ordered=plain("Number ordered"),
        quantity_ordered_is_estimate=ordered.isnull().ifelse(
            ibis.null("boolean"), uncertain("Number ordered")
        ),
        designation=t["Weapon designation"],
        weapon_category=t["Weapon description"]
        .cases(*categories.items())
        .fill_null(t["Weapon description"]),
        weapon_description=t["Weapon description"],
        condition=t.status.lower().replace("modernized", "modernised"),
        delivery_year_first=years.left(4),
        delivery_year_last=years.right(4),
        delivery_years=years,
        quantity_delivered=plain("Number delivered").fill_null("0"),
        quantity_delivered_is_estimate=uncertain("Number delivered"),
        status=ibis.cases(
            (delivered == 0, "ordered, none delivered"),
            (ordered.isnull(), "deliveries recorded, order size unknown"),
            (delivered < ordered, "partly delivered"),
            else_="delivered",
        ),
        tiv_per_unit_millions=t["SIPRI TIV per unit"],
        tiv_order_total_millions=t["SIPRI TIV for total order"],
        tiv_delivered_millions=t["SIPRI TIV of delivered weapons"].fill_null(0.0),
        _key=t._key,
    )


def finish(table: str, added: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Number new deals after the last one."""
    if table != "arms_transfers":
        return added
    last = max(int(i.removeprefix("AT")) for i in held["transfer_id"])
    return added.assign(transfer_id=[f"AT{last + n:04d}" for n in range(1, len(added) + 1)])


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def source(file: Download) -> dict[str, str]:
    """The export is the day named above the header."""
    found = re.search(r"Data generated: (\d{1,2}) (\w{3})\w* (\d{4})", file.text())
    day = f"{found[3]}_{_MONTHS.index(found[2]) + 1:02d}_{int(found[1]):02d}" if found else ""
    what = "trade register" if _is_register(file) else "table of annual TIV totals"
    return {
        "source_id": f"sipri_atd_{day or file.digest()[:8]}"
        + ("" if _is_register(file) else "_tiv"),
        "title": f"SIPRI Arms Transfers Database: {what}"
        + (f", export of {found[1]} {found[2]} {found[3]}" if found else ""),
        "publisher": "Stockholm International Peace Research Institute (SIPRI)",
        "url": "https://www.sipri.org/databases/armstransfers",
        "vintage": " ".join(found.groups()) if found else "not stated",
        "released": day.replace("_", "-"),
        "licence": "SIPRI terms of use, rights reserved",
        "terms": "Non-commercial excerpts of less than 10 per cent of the data set, with the "
        "credit line “Information from the SIPRI Arms Transfers Database”.",
    }
