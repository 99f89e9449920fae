"""Iranian customs (IRICA): yearly workbooks by country and tariff line, .xls and .xlsx.

Headers and the names of sheets vary from year to year; columns are found by the words in their
headers. Lines of one tariff line, split by customs office, are added up.

The files of 1371 to 1402 that the repository ``ReJo76/Gomrok-Prediction`` keeps are named by the
year, say exports or imports by their folder, and have one sheet, or two where one is full
(``Code/Cleaning.do`` there: ``Sheet 1`` and ``Sheet 2``, columns ``year``, ``gomrok``,
``country``, ``code``, ``weight``, ``rial``, ``dollar``, totals in a line named جمع). Persian
headers stand in copies that other repositories read.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout, Refused

KIND = "irica"
TITLE = "a workbook of the Iranian customs by country and tariff line (.xls, .xlsx)"
COLUMNS = {
    "year": "text!",
    "country": "text!",
    "code": "text!",
    "name": "text",
    "weight": "number!",
    "rial": "integer!",
    "dollar": "number!",
}
ORIGIN = {
    "year": "سال",
    "iranian_year": "سال",
    "hs_code": "تعرفه",
    "hs_chapter": "تعرفه",
    "value_usd": "ارزش دلاری",
    "value_irr": "ارزش ریالی",
    "weight_kg": "وزن",
    "name_fa": "شرح تعرفه",
}

_HEADERS = {
    "year": ("سال", "year"),
    "country": ("نام کشور", "کشور", "country"),
    "code": ("کد تعرفه", "شماره تعرفه", "تعرفه", "code", "tariff"),
    "name": ("شرح تعرفه", "شرح کالا", "نام کالا", "شرح", "name", "description"),
    "weight": ("وزن", "weight"),
    "rial": ("ارزش ریالی", "ریال", "rial"),
    "dollar": ("ارزش دلاری", "دلار", "dollar"),
}
"""Words that a header begins with or holds, the surest first; columns are tried in this order."""
_TOP = 30
"""Rows of a sheet among which its header stands."""
_RUSSIA = ("روسیه", "فدراسیون روسیه", "فدراتیو روسیه", "جمهوری فدراتیو روسیه", "Russia")
_FLOWS = {"export": ("صادرات", "export"), "import": ("واردات", "import")}


def plain(text: object) -> str:
    """Write Persian text one way: Persian letters and Latin digits, single blanks."""
    text = str(text).translate(_LETTERS)
    return re.sub(r"\s+", " ", text).strip()


_LETTERS = str.maketrans(
    {"ي": "ی", "ك": "ک", "ة": "ه", "\u200c": " ", "\u200f": "", "\xa0": " ", "ـ": ""}
    | {digit: str(n) for n, digit in enumerate("۰۱۲۳۴۵۶۷۸۹")}
    | {digit: str(n) for n, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}
    | {"٫": "."}
)


def recognise(file: Download) -> Layout | None:
    """A workbook with a sheet that has the columns."""
    if file.kind not in ("xls", "xlsx"):
        return None
    try:
        found = any(_header(rows) for _, rows in _sheets(file, _TOP))
    # The two libraries fail in many ways on a damaged workbook.
    except Exception as error:
        raise Refused(
            [f"{file.name}: the workbook is damaged ({error}); download it again"]
        ) from error
    return Layout(list(COLUMNS)) if found else None


def _sheets(file: Download, most: int | None = None) -> Iterator[tuple[str, list[list]]]:
    """Yield the name and the rows of every sheet, or as many of its first rows as are asked for."""
    if file.kind == "xls":
        import xlrd

        with xlrd.open_workbook(file.path, on_demand=True) as workbook:
            for sheet in workbook.sheets():
                rows = sheet.nrows if most is None else min(most, sheet.nrows)
                yield sheet.name, [sheet.row_values(n) for n in range(rows)]
        return
    import openpyxl

    workbook = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
    try:
        for sheet in workbook.worksheets:
            yield sheet.title, [list(r) for r in sheet.iter_rows(max_row=most, values_only=True)]
    finally:
        workbook.close()


def _header(rows: list[list]) -> tuple[int, dict[str, int]] | None:
    """Find the line of the header and the place of each column."""
    for number, row in enumerate(rows[:_TOP]):
        cells = [plain(c or "").lower() for c in row]
        places: dict[str, int] = {}
        for column, words in _HEADERS.items():
            for word in words:
                at = [i for i, c in enumerate(cells) if word in c and i not in places.values()]
                if at:
                    places[column] = at[0]
                    break
        if {"country", "code", "weight", "dollar", "rial"} <= set(places):
            return number, places
    return None


def unpack(file: Download, folder: Path) -> None:
    """Write the rows of the sheets as a table with the seven columns."""
    file.layout = Layout(list(COLUMNS))
    file.ready = folder / f"{len(list(folder.iterdir()))}.csv"
    file.flow = _flow(file)
    with file.ready.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        written = 1
        for name, rows in _sheets(file):
            found = _header(rows)
            if not found:
                continue
            number, places = found
            file.sheets[written] = name
            for _ in range(number + 1):
                writer.writerow([""] * len(COLUMNS))
            title = " ".join(plain(c) for row in rows[:number] for c in row if c)
            for row in rows[number + 1 :]:
                writer.writerow(_record(row, places, f"{title} {name} {file.path.stem}"))
            written += len(rows)


def _record(row: list, places: dict[str, int], context: str) -> list[str]:
    cells = {c: row[p] if p < len(row) and row[p] is not None else "" for c, p in places.items()}
    record = []
    for column in COLUMNS:
        cell = cells.get(column, "")
        if column == "year":
            cell = _year(cell) or _year(context)
        elif column == "code":
            cell = _code(cell)
        elif column == "name":
            cell = " ".join(str(cell).split())
        elif isinstance(cell, float) and cell == int(cell):
            cell = int(cell)
        elif column != "country":
            cell = _without_separators(plain(cell))
        record.append(cell if column == "name" else plain(cell))
    return record


def _without_separators(number: str) -> str:
    """Take the separators of thousands out of a number that Excel holds as text."""
    grouped = re.fullmatch(r"[0-9]{1,3}([,٬][0-9]{3})+([.][0-9]+)?", number)
    return re.sub("[,٬]", "", number) if grouped else number


def _code(cell: object) -> str:
    """Return the tariff line; a number cannot hold leading zeros, so it gets back the one it lost.

    A text that is one digit short is left as it is, and refused by the table.
    """
    if isinstance(cell, (int, float)) and cell == int(cell):
        digits = str(int(cell))
        return digits.zfill(len(digits) + len(digits) % 2)
    return plain(cell)


def _year(cell: object) -> str:
    """Return an Iranian year of four digits; files name it with two or three digits as well."""
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    text = plain(cell)
    found = re.search(r"(?<!\d)1[34]\d\d(?!\d)", text)
    if found:
        return found[0]
    short = re.fullmatch(r"(\d{2,3})", text.split()[-1]) if text else None
    return str(1300 + int(short[1])) if short else ""


def _flow(file: Download) -> str:
    """Read from title, sheet or path whether these are exports or imports."""
    texts = [file.path.stem, file.path.parent.name]
    for name, rows in _sheets(file, 5):
        texts = [" ".join(plain(c) for row in rows for c in row if c), name, *texts]
    for text in texts:
        flows = [f for f, words in _FLOWS.items() if any(w in plain(text).lower() for w in words)]
        if len(flows) == 1:
            return flows[0]
    raise Refused(
        [
            f"{file.name}: found neither exports nor imports in the title, the sheet or the name, "
            "expected one of them; put 'export' or 'import' into the name of the file"
        ]
    )


def keep(t: ibis.Table) -> ibis.Value:
    """The lines of Russia."""
    return t.country.strip().isin(list(_RUSSIA))


def new_year(iranian_year: int) -> datetime.date:
    """Return the first day of a year of the Iranian calendar, 1343 to 1472.

    Eight years in 33 have a day more (Heydari, 2004); 1402 began on 21 March 2023.
    """
    leap = {1, 5, 9, 13, 17, 22, 26, 30}
    day, step = datetime.date(2023, 3, 21), 1 if iranian_year > 1402 else -1
    for year in range(1402, iranian_year, step):
        whole = year if step > 0 else year - 1
        day += step * datetime.timedelta(365 + (whole % 33 in leap))
    return day


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a tariff line, customs offices added up."""
    lines = t.group_by(["year", "code"]).aggregate(
        name=t.name.min(),
        value_usd=t.dollar.sum().round(2),
        value_irr=t.rial.sum(),
        weight_kg=t.weight.sum().round(3),
        n_source_rows=t.count(),
        _key=t._key.min(),
    )
    return {"trade_goods": lines, "products": lines.select("year", "code", "name", "_key")}


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Add what follows from year and code."""
    if rows.empty:
        return rows
    revision = rows["year"].map(_revision)
    hs6 = rows["code"].str[:6].where(revision != "national_pre_HS", "")
    if table == "trade_goods":
        out, into = ("IRN", "RUS") if file.flow == "export" else ("RUS", "IRN")
        start = {y: new_year(int(y)) if y else None for y in rows["year"].unique()}
        day = datetime.timedelta(1)
        return pd.DataFrame(
            {
                "year": [str(start[y].year) for y in rows["year"]],
                "iranian_year": rows["year"],
                "period_start": [start[y].isoformat() for y in rows["year"]],
                "period_end": [(new_year(int(y) + 1) - day).isoformat() for y in rows["year"]],
                "flow": file.flow,
                "exporter_iso3": out,
                "importer_iso3": into,
                "reporter_iso3": "IRN",
                "hs_revision": revision,
                "hs_code": rows["code"],
                "hs6": hs6,
                "value_usd": rows["value_usd"],
                "value_irr": rows["value_irr"],
                "weight_kg": rows["weight_kg"],
                "n_source_rows": rows["n_source_rows"],
                "valuation": "FOB" if file.flow == "export" else "CIF",
                "_key": rows["_key"],
            }
        )
    held = datasets.load("products")
    known = set(zip(held["hs_revision"], held["hs_code"], strict=True))
    named = held.dropna(subset=["name_en"]).drop_duplicates(["hs_revision", "hs6"])
    english = named.set_index(["hs_revision", "hs6"])[["name_en", "name_en_source_id"]]
    frame = pd.DataFrame(
        {
            "hs_revision": revision,
            "hs_code": rows["code"],
            "name_fa": rows["name"],
            "name_fa_varies": "false",
            "name_fa_cut": "false",
            "hs_level": rows["code"].str.len().astype("str"),
            "hs6": hs6,
            "hs4": hs6.str[:4],
            # Codes under 98 are Iran's own and belong to no chapter.
            "hs_chapter": hs6.str[:2].where(~hs6.str[:2].isin(["98", "99"]), ""),
            "_key": rows["_key"],
        }
    )
    pairs = pd.MultiIndex.from_arrays([frame["hs_revision"], frame["hs6"]])
    for column in english.columns:
        frame[column] = english[column].reindex(pairs).fillna("").to_numpy()
    pairs = zip(frame["hs_revision"], frame["hs_code"], strict=True)
    new = [pair not in known for pair in pairs]
    return frame[new].drop_duplicates(["hs_revision", "hs_code"])


def _revision(year: str) -> str:
    """Return the edition of the Harmonized System of a year: the files do not state it.

    A year that the table does not hold has the edition of the last year before it.
    """
    held = datasets.load("trade_goods").drop_duplicates("iranian_year")
    before = held[held["iranian_year"] <= int(year)].sort_values("iranian_year")
    return before["hs_revision"].iloc[-1] if len(before) else "national_pre_HS"


def notes(table: str, batch) -> list[str]:
    """Say what was inferred."""
    if table != "trade_goods" or batch.rows.empty:
        return []
    editions = sorted(set(batch.rows["hs_revision"]))
    return [f"edition of the Harmonized System, not stated in the file: {', '.join(editions)}"]


def source(file: Download) -> dict[str, str]:
    """One source a workbook: the files carry no release."""
    return {
        "source_id": f"irica_{file.flow}s_{file.digest()[:8]}",
        "title": f"Foreign trade of Iran by country and tariff line, {file.flow}s",
        "publisher": "Islamic Republic of Iran Customs Administration (IRICA)",
        "url": "https://www.irica.ir",
        "vintage": "not stated",
        "licence": "not stated",
        "terms": "Official statistics of a public body; quote with credit to IRICA.",
    }
