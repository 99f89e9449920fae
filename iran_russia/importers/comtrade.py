"""UN Comtrade: the current CSV, the legacy CSV and the bulk files (tab-separated, gzip).

Of what Iran and Russia report, totals (commodity ``TOTAL``) with every partner go to
``trade_partners``, and the goods of the pair at six digits to ``trade_hs6``.
"""

import ibis

from iran_russia.importers.reading import Download, Layout

KIND = "comtrade"
TITLE = "a file of UN Comtrade (CSV or bulk)"
DELIMITERS = ",\t"

COLUMNS = {
    "refYear": "integer!",
    "reporterISO": "text!",
    "flowCode": "text!",
    "partnerISO": "text!",
    "cmdCode": "text!",
    "primaryValue": "number!",
    "netWgt": "number",
    "classificationCode": "text",
    # Parts of a total: by way of transport, customs procedure, second partner and month.
    "motCode": "text",
    "customsCode": "text",
    "partner2Code": "text",
    "freqCode": "text",
}
_PARTS = {"motCode": ("0",), "customsCode": ("C00",), "partner2Code": ("0",), "freqCode": ("A",)}

_LEGACY = {
    "Year": "refYear",
    "Reporter ISO": "reporterISO",
    "Trade Flow Code": "flowCode",
    "Partner ISO": "partnerISO",
    "Commodity Code": "cmdCode",
    "Trade Value (US$)": "primaryValue",
    "Netweight (kg)": "netWgt",
    "Classification": "classificationCode",
}
HEADERS = (list(COLUMNS)[:6], [name for name in _LEGACY if name != "Netweight (kg)"])
_BULK = {"reporterCode": "reporterISO", "partnerCode": "partnerISO"}
_COUNTRIES = {"IRN": "IRN", "RUS": "RUS", "364": "IRN", "643": "RUS"}
"""The two reporters, by ISO code and by the number that bulk files use."""
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
    """Find one of the three headers; its names become those of the current CSV."""
    current = {c for c in list(COLUMNS)[:6]}
    for names in (current, set(_LEGACY) - {"Netweight (kg)"}, current - set(_BULK.values())):
        layout = file.find(names)
        if layout:
            renamed = _LEGACY if "Trade Flow Code" in layout.names else {}
            if "reporterISO" not in layout.names and not renamed:
                renamed = _BULK
            layout.names = [renamed.get(n, n) for n in layout.names]
            return layout if {"reporterISO", "partnerISO"} <= set(layout.names) else None
    return None


def keep(t: ibis.Table) -> ibis.Value:
    """Whole years of the two reporters: totals with all partners, and goods between the two."""
    whole = t.reporterISO.isin(list(_COUNTRIES)) & t.flowCode.isin(["M", "X", "1", "2"])
    for column, values in _PARTS.items():
        if column in t.columns:
            whole = whole & (t[column].isin(values) | t[column].isnull())
    return whole & ((t.cmdCode == "TOTAL") | t.partnerISO.isin(list(_COUNTRIES)))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Totals by partner; goods of the pair."""
    t = t.mutate(
        reporter=t.reporterISO.cases(*_COUNTRIES.items()),
        partner=t.partnerISO.cases(*_COUNTRIES.items(), ("W00", "WLD"), ("0", "WLD")).fill_null(
            t.partnerISO
        ),
        flow=t.flowCode.isin(["X", "2"]).ifelse("export", "import"),
        year=t.refYear.cast("string"),
        weight=t.netWgt if "netWgt" in t.columns else ibis.null("float64"),
    )
    named = t.partner.re_search("^[A-Z]{3}$") & (t.partner != t.reporter)
    totals = t.filter((t.cmdCode == "TOTAL") & named)
    goods = t.filter(t.partner.isin(["IRN", "RUS"]) & named & ~t.cmdCode.isin(["TOTAL", "AG6"]))
    # Headings of two and four digits are sums of those of six. A code of odd length has lost its
    # leading zero; it is kept, so that the pattern of the table refuses it.
    goods = goods.filter(~goods.cmdCode.length().isin([2, 4]))
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
            value_usd=totals.primaryValue.round().cast("int64"),
            weight_kg=totals.weight,
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
            value_usd=goods.primaryValue,
            weight_kg=goods.weight,
            valuation=export.ifelse("FOB", "CIF"),
            _key="_key",
        ),
    }


def chapter(code: ibis.Column) -> ibis.Value:
    """Return the chapter of an HS code; codes under 98 and 99 belong to none."""
    return code.left(2).isin(["98", "99"]).ifelse("", code.left(2))


def source(file: Download) -> dict[str, str]:
    """Comtrade files do not state their date; the digest of the file stands for it."""
    return {
        "source_id": f"un_comtrade_{file.digest()[:8]}",
        "title": "UN Comtrade: trade in goods as reported by Iran and Russia",
        "publisher": "UN Comtrade",
        "url": "https://comtradeplus.un.org",
        "vintage": "not stated",
        "licence": "not stated",
        "terms": "The terms were not seen by the importer; see the publisher's page, and credit "
        "UN Comtrade.",
    }
