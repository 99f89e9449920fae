"""UN Comtrade: the current CSV, the legacy CSV and the bulk files (tab-separated, gzip).

Of what Iran and Russia report, totals (commodity ``TOTAL``) with every partner go to
``trade_partners``, and the goods of the pair at six digits to ``trade_hs6``. Countries stand in
letters or as numbers; what is no whole year, no total or no state is left out and counted.
"""

import ibis
import pandas as pd

from iran_russia.importers import digits, engine, reading
from iran_russia.importers.areas import AREAS, OTHER_ASIA, STATES
from iran_russia.importers.reading import Download, Layout, Refused

KIND = "comtrade"
TITLE = "a file of UN Comtrade (CSV or bulk)"
DELIMITERS = ",\t"
ENCODINGS = ("utf-8", "cp1252")

COLUMNS = {
    "refYear": "integer!",
    "flowCode": "text!",
    "cmdCode": "text!",
    "primaryValue": "decimal!",
    # Letters, numbers or both.
    "reporterISO": "text",
    "reporterCode": "text",
    "partnerISO": "text",
    "partnerCode": "text",
    "partnerDesc": "text",
    "netWgt": "decimal",
    "classificationCode": "text",
    # Parts of a total: by way of transport, customs procedure, second partner and month.
    "motCode": "text",
    "customsCode": "text",
    "partner2Code": "text",
    "freqCode": "text",
    "period": "text",
    "typeCode": "text",
}
_PARTS = {"motCode": "0", "customsCode": "C00", "partner2Code": "0"}

_LEGACY = {
    "Year": "refYear",
    "Period": "period",
    "Reporter ISO": "reporterISO",
    "Reporter Code": "reporterCode",
    "Trade Flow Code": "flowCode",
    "Partner ISO": "partnerISO",
    "Partner Code": "partnerCode",
    "Partner": "partnerDesc",
    "2nd Partner Code": "partner2Code",
    "Customs Proc. Code": "customsCode",
    "Mode of Transport Code": "motCode",
    "Commodity Code": "cmdCode",
    "Trade Value (US$)": "primaryValue",
    "Netweight (kg)": "netWgt",
    "Classification": "classificationCode",
}
_NEEDED = [c for c, kind in COLUMNS.items() if kind.endswith("!")]
_LEGACY_NEEDED = [old for old, new in _LEGACY.items() if new in _NEEDED]
HEADERS = (
    [*_NEEDED, "reporterISO", "partnerISO"],
    [*_NEEDED, "reporterCode", "partnerCode"],
    [*_LEGACY_NEEDED, "Reporter ISO", "Partner ISO"],
)
_COUNTRIES = ("IRN", "RUS")
_WORLD = ("0", "W00", "WLD")
_REVISIONS = {
    "H0": "HS1992",
    "H1": "HS1996",
    "H2": "HS2002",
    "H3": "HS2007",
    "H4": "HS2012",
    "H5": "HS2017",
    "H6": "HS2022",
}
ORIGIN = {
    "year": "refYear",
    "hs_code": "cmdCode",
    "hs_chapter": "cmdCode",
    "partner_iso3": "partnerISO",
    "value_usd": "primaryValue",
}


def recognise(file: Download) -> Layout | None:
    """Find the header, in old names or new; those that it has become the new ones."""
    for needed, names in ((_NEEDED, {}), (_LEGACY_NEEDED, _LEGACY)):
        layout = file.find(needed)
        if layout:
            layout.names = [names.get(n, n) for n in layout.names]
            sides = (("reporterISO", "reporterCode"), ("partnerISO", "partnerCode"))
            return layout if all(set(side) & set(layout.names) for side in sides) else None
    return None


def _number(code: ibis.Column) -> ibis.Value:
    """Return a number of a country without zeros at its head or behind a point."""
    return code.strip().try_cast("float64").try_cast("int64").cast("string")


def _country(t: ibis.Table, side: str) -> ibis.Value:
    """Return the letters of a country; of what is none, its letters or number in Comtrade."""
    found = []
    if f"{side}ISO" in t.columns:
        letters = t[f"{side}ISO"].strip().nullif("").nullif("N/A")
        found.append(letters.cases((OTHER_ASIA[1], "TWN"), *((w, "WLD") for w in _WORLD[1:])))
        found.append(letters)
    if f"{side}Code" in t.columns:
        number = _number(t[f"{side}Code"])
        found.append(number.cases((OTHER_ASIA[0], "TWN"), (_WORLD[0], "WLD"), *STATES.items()))
        found.append(number)
    return ibis.coalesce(*found)


def keep(t: ibis.Table) -> ibis.Value:
    """What the two report of their totals and of each other, parts of it too, to be counted."""
    total = t.cmdCode.strip() == "TOTAL"
    ours = _country(t, "reporter").isin(_COUNTRIES)
    return ours & (total | _country(t, "partner").isin(_COUNTRIES))


def _reason(t: ibis.Table) -> ibis.Value:
    """Say why a line is left out; null for one that is taken."""

    def other(column: str, value: object) -> ibis.Value:
        return (t[column] != value).fill_null(False) if column in t.columns else ibis.literal(False)

    months = ibis.literal(False)
    if "period" in t.columns:
        months = (_number(t.period) != t.refYear.cast("string")).fill_null(False)
    total = t.cmdCode == "TOTAL"
    heading = t.cmdCode.isin(["AG2", "AG4", "AG6"]) | t.cmdCode.length().isin([2, 4])
    revision = t["classificationCode"] if "classificationCode" in t.columns else ibis.null("string")
    no_goods = ~(revision.isin([*_REVISIONS, "HS"]) | revision.isnull())
    parts = ibis.or_(*(other(column, value) for column, value in _PARTS.items()))
    return ibis.cases(
        (other("typeCode", "C"), "lines of services"),
        (other("freqCode", "A") | months, "lines of months"),
        (~t.flowCode.isin(["M", "X", "1", "2"]), "lines of flows other than exports and imports"),
        (parts, "lines of parts of a total"),
        (t.partner == t.reporter, "lines of a country with itself"),
        (t.partner.isnull(), "lines without a partner"),
        (total & ~t.partner.re_search("^[A-Z]{3}$"), "lines of areas that are no states"),
        (~total & ~t.partner.isin(_COUNTRIES), "lines of goods with other partners"),
        (~total & no_goods, "lines of goods in another classification than the HS"),
        (~total & heading, "lines of headings, which are sums"),
    )


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Totals by partner; goods of the pair."""
    t = t.mutate(reporter=_country(t, "reporter"), partner=_country(t, "partner"))
    t = t.mutate(
        left_out=_reason(t),
        flow=t.flowCode.isin(["X", "2"]).ifelse("export", "import"),
        year=t.refYear.cast("string"),
        weight=t.netWgt if "netWgt" in t.columns else ibis.null("string"),
    )
    _tell(t, file)
    taken = t.filter(t.left_out.isnull())
    totals = taken.filter(taken.cmdCode == "TOTAL")
    # A code of odd length has lost its leading zero; the pattern of the table refuses it.
    goods = taken.filter(taken.cmdCode != "TOTAL")
    export = goods.flow == "export"
    revision = (
        goods.classificationCode if "classificationCode" in t.columns else ibis.null("string")
    )
    return {
        "trade_partners": totals.select(
            year="year",
            period_type=ibis.literal("calendar_year"),
            period_start=totals.year + "-01-01",
            period_end=totals.year + "-12-31",
            country_iso3="reporter",
            partner_iso3="partner",
            flow="flow",
            reporter="reporter",
            value_usd="primaryValue",
            weight_kg="weight",
            value_basis=ibis.literal("reported"),
            _key="_key",
        ),
        "trade_hs6": goods.select(
            year="year",
            exporter_iso3=export.ifelse(goods.reporter, goods.partner),
            importer_iso3=export.ifelse(goods.partner, goods.reporter),
            reporter="reporter",
            hs_revision=revision.cases(*_REVISIONS.items(), else_="not_stated"),
            hs_code="cmdCode",
            hs_chapter=chapter(goods.cmdCode),
            value_usd="primaryValue",
            weight_kg="weight",
            valuation=export.ifelse("FOB", "CIF"),
            _key="_key",
        ),
    }


def _tell(t: ibis.Table, file: Download) -> None:
    """Count what is left out and say what the rest covers.

    Raises:
        Refused: all lines are left out: the file holds parts, and no whole.
    """
    named = t.partnerDesc if "partnerDesc" in t.columns else ibis.null("string")
    other = t.partner.re_search("^[A-Z]{3}$").ifelse(ibis.null("string"), named)
    asia = ibis.or_(
        *(
            (name(t[c]) == code).fill_null(False)
            for c, code, name in (
                ("partnerCode", OTHER_ASIA[0], _number),
                ("partnerISO", OTHER_ASIA[1], lambda cell: cell),
            )
            if c in t.columns
        )
    )
    found = engine.collect(
        t.mutate(other=other.fill_null(t.partner), asia=asia)
        .group_by(["left_out", "reporter", "flow", "year", "other", "asia"])
        .aggregate(lines=lambda x: x.count(), key=lambda x: x._key.min())
    )
    left = found[found["left_out"].notna()]
    for reason, some in left.groupby("left_out"):
        areas = sorted({AREAS.get(n, str(n)) for n in some["other"]})
        name = f"{reason} ({', '.join(areas)})" if reason.endswith("no states") else reason
        file.left_out[name] = int(some["lines"].sum())
    taken = found[found["left_out"].isna()]
    if len(left) and taken.empty:
        first = left.sort_values("key").iloc[0]
        columns = [c for c in COLUMNS if c in file.layout.names]
        line = reading.locate(file, columns, {first["key"]}).get(first["key"])
        what = ", ".join(file.left_out)
        expected = (
            "whole years (freqCode A), all ways of transport, customs procedures and second "
            "partners together; ask Comtrade for those"
        )
        where = file.where(line) if line else file.name
        raise Refused([f"{where}: found nothing but {what}, expected {expected}"])
    if taken["asia"].any():
        count = int(taken.loc[taken["asia"], "lines"].sum())
        file.said.append(
            f"Other Asia (490, S19), under which Comtrade keeps the trade with Taiwan, is taken as "
            f"TWN ({count} lines)"
        )
    file.coverage = _coverage(taken)


def _coverage(taken: pd.DataFrame) -> str:
    """Name reporters, flows, years and partners of the lines that are taken."""
    if taken.empty:
        return ""
    flows = " and ".join(f"{flow}s" for flow in sorted(set(taken["flow"])))
    years = sorted(set(taken["year"]))
    when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    partners = taken["other"].nunique()
    alone = "" if " and " in flows else " alone"
    reporters = " and ".join(sorted(set(taken["reporter"])))
    some = f"{partners} partner{'' if partners == 1 else 's'}"
    return f"{flows}{alone} of {reporters}, {when}, {some}"


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Round totals to dollars; a weight of 0 is one that is not known."""
    places = 0 if table == "trade_partners" else None
    if table == "trade_hs6" and len(rows):
        file.coverage += f", {rows['hs_code'].nunique()} products of the pair"
    return rows.assign(
        value_usd=[digits.exact(v, places=places) for v in rows["value_usd"]],
        weight_kg=[digits.weight(v) for v in rows["weight_kg"]],
    )


def chapter(code: ibis.Column) -> ibis.Value:
    """Return the chapter of an HS code; codes under 98 and 99 belong to none."""
    return code.left(2).isin(["98", "99"]).ifelse("", code.left(2))


def source(file: Download) -> dict[str, str]:
    """Bulk files have the day of their release in brackets; for others the digest stands for it."""
    found = file.named(r"COMTRADE-FINAL\w*-\w+\[(\d{4}-\d{2}-\d{2})\]")
    return {
        "source_id": f"un_comtrade_{file.digest()[:8]}",
        "title": "UN Comtrade: trade in goods as reported by Iran and Russia",
        "publisher": "UN Comtrade",
        "url": "https://comtradeplus.un.org",
        "vintage": f"file released {found[1]}" if found else "not stated",
        "released": found[1] if found else "",
        "licence": "not stated",
        "terms": "The terms were not seen by the importer; see the publisher's page, and credit "
        "UN Comtrade.",
    }
