"""UN Comtrade: the current CSV, the legacy CSV and the bulk files (tab-separated, gzip).

Of what Iran and Russia report, totals (commodity ``TOTAL``) with every partner go to
``trade_partners``, and the goods of the pair at six digits to ``trade_hs6``. Countries stand in
letters or as numbers; what is no whole year, no total or no state is left out and counted.
"""

import re

import ibis
import pandas as pd

from iran_russia.importers import digits, reading
from iran_russia.importers.areas import AREAS, OTHER_ASIA, STATES
from iran_russia.importers.reading import Download, Layout, Opened, Refused

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
_COUNTRIES = {"IRN": 364, "RUS": 643}
_FLOWS = ("M", "X", "1", "2")
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


def recognise(file: Opened) -> Layout | None:
    """Find the header, in old names or new; those that it has become the new ones."""
    for needed, names in ((_NEEDED, {}), (_LEGACY_NEEDED, _LEGACY)):
        layout = file.find(needed)
        if layout:
            layout.names = [names.get(n, n) for n in layout.names]
            sides = (("reporterISO", "reporterCode"), ("partnerISO", "partnerCode"))
            return layout if all(set(side) & set(layout.names) for side in sides) else None
    return None


def keep(t: ibis.Table) -> ibis.Value:
    """What the two report of their totals and of each other, parts of it too, to be counted."""
    ours, theirs = (_is_one_of_the_two(t, side) for side in ("reporter", "partner"))
    return ours & ((t.cmdCode.strip() == "TOTAL") | theirs)


def _is_one_of_the_two(t: ibis.Table, side: str) -> ibis.Value:
    found = ibis.literal(False)
    numbers = [f"{number}{point}" for number in _COUNTRIES.values() for point in ("", ".0")]
    for column, values in ((f"{side}ISO", list(_COUNTRIES)), (f"{side}Code", numbers)):
        if column in t.columns:
            found = found | t[column].strip().isin(values).fill_null(False)
    return found


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Lines of totals by partner, and of goods of the pair, as they are."""
    total = t.cmdCode == "TOTAL"
    return {"trade_partners": t.filter(total), "trade_hs6": t.filter(~total)}


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Take the lines of whole years, all parts together, and count the others.

    Raises:
        Refused: the file holds nothing but parts.
    """
    for column in COLUMNS:
        if column not in rows:
            rows = rows.assign(**{column: ""})
    rows = rows.assign(reporter=_countries(rows, "reporter"), partner=_countries(rows, "partner"))
    rows = rows.assign(
        flow=["export" if flow in ("X", "2") else "import" for flow in rows["flowCode"]],
        reason=[_reason(line) for line in rows.to_dict("records")],
    )
    _count(rows[rows["reason"] != ""], file)
    taken = rows[rows["reason"] == ""].reset_index(drop=True)
    made = {"trade_partners": _totals, "trade_hs6": _goods}[table](taken)
    _tell(table, taken, file)
    return made.assign(_key=taken["_key"])


def _totals(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": t["refYear"],
            "period_type": "calendar_year",
            "period_start": t["refYear"] + "-01-01",
            "period_end": t["refYear"] + "-12-31",
            "country_iso3": t["reporter"],
            "partner_iso3": t["partner"],
            "flow": t["flow"],
            "reporter": t["reporter"],
            "value_usd": [digits.exact(v, places=0) for v in t["primaryValue"]],
            "weight_kg": [digits.weight(v) for v in t["netWgt"]],
            "value_basis": "reported",
        }
    )


def _goods(t: pd.DataFrame) -> pd.DataFrame:
    # A code of odd length has lost its leading zero; the pattern of the table refuses it.
    export = t["flow"] == "export"
    return pd.DataFrame(
        {
            "year": t["refYear"],
            "exporter_iso3": t["reporter"].where(export, t["partner"]),
            "importer_iso3": t["partner"].where(export, t["reporter"]),
            "reporter": t["reporter"],
            "hs_revision": [_REVISIONS.get(c, "not_stated") for c in t["classificationCode"]],
            "hs_code": t["cmdCode"],
            "hs_chapter": ["" if c[:2] in ("98", "99") else c[:2] for c in t["cmdCode"]],
            "value_usd": [digits.exact(v) for v in t["primaryValue"]],
            "weight_kg": [digits.weight(v) for v in t["netWgt"]],
            "valuation": ["FOB" if flow == "export" else "CIF" for flow in t["flow"]],
        }
    )


def _countries(rows: pd.DataFrame, side: str) -> list[str]:
    """Return the letters of countries; of what is none, its name, letters or number."""
    named = rows["partnerDesc"] if side == "partner" else [""] * len(rows)
    cells = zip(rows[f"{side}ISO"], rows[f"{side}Code"], named, strict=True)
    return [_country(*line) for line in cells]


def _country(letters: str, code: str, name: str) -> str:
    number = _number(code)
    if OTHER_ASIA[0] == number or OTHER_ASIA[1] == letters:
        return "TWN"
    if number in _WORLD or letters in _WORLD:
        return "WLD"
    if re.fullmatch("[A-Z]{3}", letters):
        return letters
    return STATES.get(number) or name or AREAS.get(number, letters or number)


def _number(code: str) -> str:
    """Return a number without zeros at its head or behind a point."""
    return re.sub(r"^0+(?=\d)|\.0+$", "", code)


def _reason(line: dict[str, str]) -> str:
    """Say why a line is left out; an empty text for one that is taken."""
    parts = any(line[c] not in ("", whole) for c, whole in _PARTS.items())
    months = line["freqCode"] not in ("", "A")
    months = months or _number(line["period"]) not in ("", line["refYear"])
    state = re.fullmatch("[A-Z]{3}", line["partner"])
    reasons = {
        "lines of services": line["typeCode"] not in ("", "C"),
        "lines of months": months,
        "lines of flows other than exports and imports": line["flowCode"] not in _FLOWS,
        "lines of parts of a total": parts,
        "lines of a country with itself": line["partner"] == line["reporter"],
        "lines without a partner": not line["partner"],
        "lines of areas that are no states": not state,
    }
    code = line["cmdCode"]
    if code != "TOTAL":
        hs = ("", "HS", *_REVISIONS)
        reasons |= {
            "lines of goods in another classification than the HS": (
                line["classificationCode"] not in hs
            ),
            "lines of headings, which are sums": code[:2] == "AG" or len(code) in (2, 4),
        }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _count(left: pd.DataFrame, file: Download) -> None:
    for reason, some in left.groupby("reason"):
        areas = f" ({', '.join(sorted(set(some['partner'])))})" if "no states" in reason else ""
        name = f"{reason}{areas}"
        file.left_out[name] = file.left_out.get(name, 0) + len(some)
    if len(left) and not file.first_left:
        file.first_left = left["_key"].iloc[0]


def _tell(table: str, taken: pd.DataFrame, file: Download) -> None:
    """Say what the lines that are taken cover; refuse a file of which none is."""
    if len(taken):
        column, what = ("partner", "partner")
        if table == "trade_hs6":
            column, what = ("cmdCode", "product")
        number = taken[column].nunique()
        covered = f"{_flows(taken)}, {number} {what}{'' if number == 1 else 's'}"
        file.coverage += f"; {covered}" if file.coverage else covered
        asia = (taken["partner"] == "TWN").sum()
        if asia:
            file.said.append(
                "Other Asia (490, S19), under which Comtrade keeps the trade with Taiwan, is taken "
                f"as TWN ({asia} lines)"
            )
    elif table == "trade_hs6" and not file.coverage and file.left_out:
        columns = [c for c in COLUMNS if c in file.layout.names]
        line = reading.locate(file, columns, {file.first_left}).get(file.first_left)
        raise Refused(
            [
                f"{file.where(line) if line else file.name}: found nothing but "
                f"{', '.join(file.left_out)}, expected whole years (freqCode A), all ways of "
                "transport, customs procedures and second partners together; ask Comtrade for those"
            ]
        )


def _flows(taken: pd.DataFrame) -> str:
    """Name flows, reporters and years."""
    flows, years = sorted(set(taken["flow"])), sorted(set(taken["refYear"]))
    told = " and ".join(f"{flow}s" for flow in flows) + (" alone" if len(flows) == 1 else "")
    when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    return f"{told} of {' and '.join(sorted(set(taken['reporter'])))}, {when}"


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
